"""Charts of divisions: national totals against their limits; who pushes; a centre's own plan."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.divisions import Category, Push, limit_text
from budget.view.drawing import finished, name_axis, pick
from budget.view.numbers import Numbers

ROW, OWN_ROW, PUSH_ROW = 54, 50, 26
AXIS = 56
ROOM = 2.2
"""So much wider than the longest bar is the chart, for the labels on a phone."""
NAME_ABOVE = -18
"""Pixels from the middle of a bar up to its name: long names would leave a phone no room."""


@dataclass(frozen=True)
class PlanBar:
    """A division of one centre, in won.

    Attributes:
        floor, most: the range that the bands admit.
    """

    name: str
    planned: int
    proposal: int
    target: int
    floor: int
    most: int


def totals_against_limits(
    categories: Sequence[Category], title: str, numbers: Numbers, colours: Colours
) -> Figure:
    """Each category's total as a bar, the staff's share as a tick, its limits as marks."""
    _, unit = numbers.words, numbers.unit.won
    furthest = max(max(_shown(found), found.target, found.ceiling or 0) for found in categories)
    rows = pd.DataFrame(
        {
            "name": [found.name for found in categories],
            "place": range(len(categories)),
            "total": [_shown(found) / unit for found in categories],
            "target": [found.target / unit for found in categories],
            "kind": [_kind(found) for found in categories],
            "amount": [numbers.money(_shown(found)) for found in categories],
            "by_staff": [numbers.money(found.target) for found in categories],
            "limit": [limit_text(found, numbers) for found in categories],
            "label": [
                f"{_mark(found)}{numbers.money(_shown(found))} · {limit_text(found, numbers)}"
                for found in categories
            ],
            "end": [
                max(_shown(found), found.target, found.ceiling or 0) / unit for found in categories
            ],
            "room": [ROOM * furthest / unit for _found in categories],
        }
    )
    limits = pd.DataFrame(
        [
            {"name": found.name, "place": place, "limit": won / unit, "side": side}
            for place, found in enumerate(categories)
            for side, won in (("ceiling", found.ceiling), ("minimum", found.minimum or None))
            if won is not None
        ],
        columns=["name", "place", "limit", "side"],
    )
    told = "; ".join(
        f"{found.name} {numbers.money_with_unit(_shown(found))} ({limit_text(found, numbers)})"
        for found in categories
    )
    return Figure(
        _totals(numbers, colours, len(categories)),
        {"categories": rows, "limits": limits},
        f"{title}. {told}",
    )


def _shown(found: Category) -> int:
    return found.total if found.planned is None else found.planned


def _kind(found: Category) -> str:
    if found.over or found.under:
        return "beyond"
    return "binds" if found.binds else "free"


def _mark(found: Category) -> str:
    return "⚠ " if found.over or found.under else "● " if found.binds else ""


@functools.cache
def _totals(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    place = _place()
    scale = alt.Scale(nice=False, zero=True)
    tooltip = [
        alt.Tooltip("name:N", title=_("Division")),
        alt.Tooltip("amount:N", title=_("Total ({unit})", unit=numbers.unit_name)),
        alt.Tooltip("by_staff:N", title=_("By staff alone ({unit})", unit=numbers.unit_name)),
        alt.Tooltip("limit:N", title=_("National limit ({unit})", unit=numbers.unit_name)),
    ]
    base = alt.Chart(alt.NamedData("categories")).encode(y=place, tooltip=tooltip)
    colour = alt.Color(
        "kind:N",
        legend=None,
        scale=alt.Scale(
            domain=["free", "binds", "beyond"],
            range=[colours.one_hue[2], colours.more, colours.less],
        ),
    )
    bars = base.mark_bar(height={"band": 0.38}).encode(
        x=alt.X("total:Q", axis=None, scale=scale), color=colour
    )
    staff = base.mark_tick(color=colours.text, thickness=2, height={"band": 0.38}).encode(
        x=alt.X("target:Q")
    )
    limits = (
        alt.Chart(alt.NamedData("limits"))
        .mark_tick(thickness=4, height={"band": 0.56})
        .encode(
            y=place,
            x=alt.X("limit:Q"),
            color=alt.condition(
                "datum.side == 'ceiling'", alt.value(colours.less), alt.value(colours.muted)
            ),
        )
    )
    room = base.mark_rule(opacity=0).encode(x="room:Q")
    labels = base.mark_text(align="left", dx=8, fontSize=12.5, color=colours.text).encode(
        x=alt.X("end:Q"), text="label:N"
    )
    names = _names(base, colours)
    return finished(alt.layer(bars, room, staff, limits, labels, names), ROW * count)


def _place() -> alt.Y:
    """Rows in their order; the name of each stands above its bar."""
    return alt.Y("place:O", axis=None, title=None)


def _names(base: alt.Chart, colours: Colours) -> alt.Chart:
    named: alt.Chart = base.mark_text(
        align="left", dy=NAME_ABOVE, fontSize=13, fontWeight=600, color=colours.text
    ).encode(x=alt.datum(0), text="name:N")
    return named


def pushers(found: Sequence[Push], title: str, numbers: Numbers, colours: Colours) -> Figure:
    """Named centres with what they push above the proposal, the strongest first."""
    unit = numbers.unit.won
    furthest = max((push.excess for push in found), default=1)
    rows = pd.DataFrame(
        {
            "centre": [push.name for push in found],
            "centre_id": [push.centre_id for push in found],
            "place": range(len(found)),
            "excess": [push.excess / unit for push in found],
            "room": [ROOM * furthest / unit for _push in found],
            "label": [
                f"{numbers.change(push.excess)}  "
                f"({numbers.money(push.proposal)} → {numbers.money(push.wanted)})"
                for push in found
            ],
        }
    )
    told = ", ".join(f"{push.name} {numbers.change_with_unit(push.excess)}" for push in found)
    return Figure(_pushers(numbers, colours, len(found)), {"centres": rows}, f"{title}. {told}")


@functools.cache
def _pushers(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("centres")).encode(
        y=alt.Y(
            "centre:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=name_axis(colours, 170, minExtent=60),
        ),
        tooltip=[
            alt.Tooltip("centre:N", title=_("Centre")),
            alt.Tooltip("label:N", title=_("Above the proposal ({unit})", unit=numbers.unit_name)),
        ],
    )
    bars = (
        base.mark_bar(height={"band": 0.62}, color=colours.more, cursor="pointer")
        .encode(x=alt.X("excess:Q", axis=None, scale=alt.Scale(nice=False, zero=True)))
        .add_params(pick())
    )
    room = base.mark_rule(opacity=0).encode(x="room:Q")
    figures = base.mark_text(align="left", dx=6, fontSize=12.5, color=colours.text).encode(
        x="excess:Q", text="label:N"
    )
    return finished(alt.layer(bars, room, figures), PUSH_ROW * max(count, 1))


def own_plan(bars: Sequence[PlanBar], title: str, numbers: Numbers, colours: Colours) -> Figure:
    """A centre's divisions: what the bands admit, the proposal, the staff's share, the plan."""
    unit = numbers.unit.won
    rows = pd.DataFrame(
        {
            "name": [bar.name for bar in bars],
            "place": range(len(bars)),
            "floor": [bar.floor / unit for bar in bars],
            "most": [bar.most / unit for bar in bars],
            "planned": [bar.planned / unit for bar in bars],
            "proposal": [bar.proposal / unit for bar in bars],
            "target": [bar.target / unit for bar in bars],
            "side": ["in" if bar.floor <= bar.planned <= bar.most else "out" for bar in bars],
            "amount": [numbers.money(bar.planned) for bar in bars],
            "proposed": [numbers.money(bar.proposal) for bar in bars],
            "by_staff": [numbers.money(bar.target) for bar in bars],
            "range": [f"{numbers.money(bar.floor)}–{numbers.money(bar.most)}" for bar in bars],
        }
    )
    told = ", ".join(f"{bar.name} {numbers.money_with_unit(bar.planned)}" for bar in bars)
    return Figure(_own_plan(numbers, colours, len(bars)), {"bars": rows}, f"{title}. {told}")


@functools.cache
def _own_plan(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("bars")).encode(
        y=_place(),
        tooltip=[
            alt.Tooltip("name:N", title=_("Division")),
            alt.Tooltip("amount:N", title=_("Plan ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("proposed:N", title=_("Proposal ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("by_staff:N", title=_("By staff alone ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("range:N", title=_("Allowed ({unit})", unit=numbers.unit_name)),
        ],
    )
    x_axis = alt.Axis(
        title=numbers.unit_name,
        domain=False,
        ticks=False,
        tickCount=5,
        gridColor=colours.line,
        gridOpacity=0.6,
        labelColor=colours.muted,
        titleColor=colours.muted,
    )
    allowed = base.mark_bar(height={"band": 0.4}, color=colours.one_hue[0]).encode(
        x=alt.X("floor:Q", axis=x_axis, scale=alt.Scale(nice=False, zero=True)), x2="most:Q"
    )
    proposal = base.mark_tick(color=colours.text, thickness=2, height={"band": 0.5}).encode(
        x="proposal:Q"
    )
    plan = base.mark_point(filled=True, size=120, opacity=1).encode(
        x="planned:Q",
        shape=alt.Shape(
            "side:N",
            legend=None,
            scale=alt.Scale(domain=["in", "out"], range=["circle", "triangle-up"]),
        ),
        color=alt.Color(
            "side:N",
            legend=None,
            scale=alt.Scale(domain=["in", "out"], range=[colours.more, colours.less]),
        ),
    )
    names = _names(base, colours)
    return finished(alt.layer(allowed, proposal, plan, names), OWN_ROW * max(count, 1) + AXIS)
