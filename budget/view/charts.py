"""Charts: a tidy table in, an Altair chart out.

The finding stands above a chart as its title, computed from the data; the chart carries a
description, axes with units, direct labels and tooltips. Specifications stay constant while
data change, so that a browser updates a chart instead of building it anew.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import altair as alt
import pandas as pd

from budget.view.colours import Colours
from budget.view.drawing import NARROW, change_axis, finished, more_or_less, name_axis, pick
from budget.view.findings import CentreChange, Movement, movement_leader, movement_title
from budget.view.numbers import Numbers

LABELLED = 3
"""So many centres are named at either end of the ranking."""
LABEL_HEIGHT = 17
"""Pixels between two labels."""


@dataclass(frozen=True)
class Figure:
    """A chart to be shown: how it is drawn, its data, and what it says.

    Attributes:
        spec: Vega-Lite, made by Altair; the same object for the same drawing, whatever the data.
        data: the tables that the drawing names.
        meaning: what the chart says, for who cannot see it.
        fixed: tables that the drawing names and that stay as they are, whatever the result: a
            browser loads them once.
    """

    spec: Mapping[str, Any]
    data: Mapping[str, pd.DataFrame]
    meaning: str
    fixed: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    def to_chart(self) -> Any:
        """The whole chart with its data, for a file."""
        records = {name: table.to_dict("records") for name, table in self.data.items()}
        return alt.Chart.from_dict(
            {
                **self.spec,
                "description": self.meaning,
                "datasets": {**self.spec.get("datasets", {}), **self.fixed, **records},
            }
        )


def change_by_centre(
    movement: Movement, numbers: Numbers, colours: Colours, height: int = 190
) -> Figure:
    """All centres ranked by change; the greatest gains and losses are named.

    Args:
        height: of the plot, in pixels; labels keep their distance in it.
    """
    scale = numbers.unit.won
    centres = movement.centres
    rows = pd.DataFrame(
        {
            "rank": range(1, len(centres) + 1),
            "centre_id": [centre.centre_id for centre in centres],
            "change": [centre.change / scale for centre in centres],
            "centre": [centre.name for centre in centres],
            "difference": [numbers.change(centre.change) for centre in centres],
            "rate": [numbers.percent_change(centre.rate) for centre in centres],
            "now": [numbers.money(centre.now) for centre in centres],
            "before": [numbers.money(centre.before) for centre in centres],
        }
    )
    labels = pd.DataFrame(_labels(movement, numbers, height), columns=LABEL_COLUMNS)
    return Figure(
        _change_by_centre(numbers, colours, height),
        {"centres": rows, "labels": labels},
        f"{movement_title(movement, numbers)}. {movement_leader(movement, numbers)}",
    )


@functools.cache
def _change_by_centre(numbers: Numbers, colours: Colours, height: int) -> Mapping[str, Any]:
    _ = numbers.words
    rank = alt.X("rank:O", axis=None, scale=alt.Scale(paddingInner=0.1, paddingOuter=0))
    bars = (
        alt.Chart(alt.NamedData("centres"))
        .mark_bar(cursor="pointer")
        .encode(
            x=rank,
            y=alt.Y(
                "change:Q",
                axis=change_axis(numbers, colours, labelFontSize=12),
                title=None,
                scale=alt.Scale(nice=False, padding=10),
            ),
            color=more_or_less("datum.change", colours.more, colours.less),
            tooltip=[
                alt.Tooltip("centre:N", title=_("Centre")),
                alt.Tooltip("difference:N", title=_("Change ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("rate:N", title=_("Change (%)")),
                alt.Tooltip("now:N", title=_("Now ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("before:N", title=_("Before ({unit})", unit=numbers.unit_name)),
            ],
        )
    )
    bars = bars.add_params(pick())
    zero = (
        alt.Chart(alt.NamedData("centres"))
        .mark_rule(color=colours.muted, aria=False)
        .encode(y=alt.datum(0))
    )
    labels = alt.Chart(alt.NamedData("labels"))
    leaders = labels.mark_rule(color=colours.muted, strokeWidth=0.7).encode(
        x=rank, x2="label_rank:O", y="change:Q", y2="label_change:Q"
    )
    ends: tuple[tuple[str, Literal["left", "right"], int, str], ...] = (
        ("more", "left", 4, colours.more_text),
        ("less", "right", -4, colours.less_text),
    )
    names = [
        labels.transform_filter(f"datum.side == '{side}'")
        .mark_text(align=align, dx=offset, fontSize=12.5, fontWeight=600, color=colour)
        .encode(x=alt.X("label_rank:O"), y=alt.Y("label_change:Q"), text="label:N")
        for side, align, offset, colour in ends
    ]
    return finished(alt.layer(bars, zero, leaders, *names), height)


LABEL_COLUMNS = ["side", "rank", "change", "label_rank", "label_change", "label"]


def _labels(movement: Movement, numbers: Numbers, height: int) -> list[dict[str, Any]]:
    """Names beside the ends of the ranking, moved apart so that none covers another."""
    changes = [centre.change for centre in movement.centres]
    room = max(max(changes, default=0), 0) - min(min(changes, default=0), 0)
    distance = room * LABEL_HEIGHT / (height - 2 * LABEL_HEIGHT)
    found: list[dict[str, Any]] = []
    for side, centres, sign in (
        ("more", movement.gainers, 1),
        ("less", movement.losers, -1),
    ):
        places = off_zero(
            _spread([sign * centre.change for centre in centres[:LABELLED]], distance), distance
        )
        last = len(changes)
        below = max(min(places, default=0) - 0.6 * distance, 0)
        free = min(sum(sign * change > below for change in changes) + 2, last)
        for own, (centre, place) in enumerate(zip(centres, places, strict=False), start=1):
            found.append(
                {
                    "side": side,
                    "rank": own if sign > 0 else last + 1 - own,
                    "change": centre.change / numbers.unit.won,
                    "label_rank": free if sign > 0 else last + 1 - free,
                    "label_change": sign * place / numbers.unit.won,
                    "label": f"{centre.name} {numbers.change(centre.change)}",
                }
            )
    return found


def _spread(heights: Sequence[int], distance: float) -> list[float]:
    """Heights from the greatest down, each at least a distance below the one before."""
    placed: list[float] = []
    for height in heights:
        wanted = height
        placed.append(min(wanted, placed[-1] - distance) if placed else wanted)
    return placed


def off_zero(places: Sequence[float], distance: float) -> list[float]:
    """Places from the greatest down, none so near zero that the line there strikes it through.

    The first that is too near goes below the line, and those below it go as far down.
    """
    least = 0.6 * distance
    shift = next((place + least for place in places if abs(place) < least), 0.0)
    return [place - shift if place < least else place for place in places]


def greatest_changes(centres: Sequence[CentreChange], numbers: Numbers, colours: Colours) -> Figure:
    """Named centres with their change as a bar and as a figure, in the order given."""
    unit = numbers.unit.won
    furthest = max((abs(centre.change) for centre in centres), default=1)
    rows = pd.DataFrame(
        {
            "centre": [centre.name for centre in centres],
            "centre_id": [centre.centre_id for centre in centres],
            "place": range(len(centres)),
            "change": [centre.change / unit for centre in centres],
            "edge": [max(centre.change, 0) / unit for centre in centres],
            "left": [-furthest * 0.45 / unit for _centre in centres],
            "right": [furthest * 1.75 / unit for _centre in centres],
            "right_narrow": [furthest * 2.6 / unit for _centre in centres],
            "label": [
                f"{numbers.change(centre.change)}  ({numbers.percent_change(centre.rate)})"
                for centre in centres
            ],
            "before": [numbers.money(centre.before) for centre in centres],
            "now": [numbers.money(centre.now) for centre in centres],
        }
    )
    return Figure(
        _greatest_changes(numbers, colours, len(centres)),
        {"centres": rows},
        ", ".join(f"{centre.name} {numbers.change_with_unit(centre.change)}" for centre in centres),
    )


@functools.cache
def _greatest_changes(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
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
            alt.Tooltip("before:N", title=_("Last year ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("now:N", title=_("This year ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("label:N", title=_("Change ({unit})", unit=numbers.unit_name)),
        ],
    )
    bars = (
        base.mark_bar(height={"band": 0.62}, cursor="pointer")
        .encode(
            x=alt.X("change:Q", axis=None, scale=alt.Scale(nice=False)),
            color=more_or_less("datum.change", colours.more, colours.less),
        )
        .add_params(pick())
    )
    room = (
        base.transform_calculate(end=f"width < {NARROW} ? datum.right_narrow : datum.right")
        .mark_rule(opacity=0)
        .encode(x=alt.X("left:Q"), x2="end:Q")
    )
    figures = base.mark_text(align="left", dx=6, fontSize=12.5).encode(
        x=alt.X("edge:Q"),
        text="label:N",
        color=more_or_less("datum.change", colours.more_text, colours.less_text),
    )
    zero = (
        alt.Chart(alt.NamedData("centres"))
        .mark_rule(color=colours.muted, aria=False)
        .encode(x=alt.datum(0))
    )
    return finished(alt.layer(bars, room, figures, zero), 26 * max(count, 1))


def envelope_bar(parts: Sequence[tuple[str, int]], numbers: Numbers, colours: Colours) -> Figure:
    """The envelope as one bar, part beside part, in the colours of its legend.

    Args:
        parts: name and won of each part.
    """
    total = sum(won for _name, won in parts) or 1
    rows = pd.DataFrame(
        {
            "part": [name for name, _won in parts],
            "place": range(len(parts)),
            "won": [won / total for _name, won in parts],
            "amount": [numbers.money_with_unit(won) for _name, won in parts],
            "share": [numbers.percent(won / total) for _name, won in parts],
        }
    )
    return Figure(
        _envelope_bar(numbers, colours, len(parts)),
        {"parts": rows},
        ", ".join(f"{name} {numbers.money_with_unit(won)}" for name, won in parts),
    )


def envelope_bar_for_a_file(
    parts: Sequence[tuple[str, int]], numbers: Numbers, colours: Colours
) -> Figure:
    """The same bar with a legend in the picture: name, amount and share of each part."""
    bar = envelope_bar(parts, numbers, colours)
    rows = bar.data["parts"]
    names = [
        f"{name} {amount} ({share})"
        for name, amount, share in zip(rows["part"], rows["amount"], rows["share"], strict=True)
    ]
    legend = {
        "title": None,
        "orient": "bottom",
        "columns": 3,
        "labelExpr": f"{json.dumps(names)}[datum.value]",
        "labelLimit": 400,
        "labelFontSize": 13,
        "labelColor": colours.text,
        "symbolType": "square",
    }
    encoding = bar.spec["encoding"]
    spec = {**bar.spec, "encoding": {**encoding, "color": {**encoding["color"], "legend": legend}}}
    return Figure(spec, bar.data, bar.meaning)


@functools.cache
def _envelope_bar(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    chart = (
        alt.Chart(alt.NamedData("parts"))
        .mark_bar(height=26, stroke=colours.surface, strokeWidth=1.5)
        .encode(
            x=alt.X("won:Q", axis=None, stack="zero", scale=alt.Scale(domain=[0, 1], nice=False)),
            order="place:O",
            color=alt.Color(
                "place:O",
                legend=None,
                scale=alt.Scale(
                    domain=list(range(count)),
                    range=[colours.parts[place % len(colours.parts)] for place in range(count)],
                ),
            ),
            tooltip=[
                alt.Tooltip("part:N", title=_("Part")),
                alt.Tooltip("amount:N", title=_("Amount")),
                alt.Tooltip("share:N", title=_("Share of the envelope")),
            ],
        )
    )
    return finished(chart, 30)
