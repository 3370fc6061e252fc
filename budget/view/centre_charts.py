"""Charts of one centre: the way to its total, and its place among its peers."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from budget.allocation.peers import Peers
from budget.view.centre import Line, as_shown
from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.drawing import finished, name_axis
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.peers import peers_title

ROW = 25
"""Pixels of a line of the waterfall."""
ROOM_LEFT, ROOM_RIGHT = 0.04, 0.42
"""Room beside the bars, as a part of their range: figures stand at the right."""
STRIP = 148
"""Pixels of the peers' strip, its axis included."""


def waterfall(listed: Sequence[Line], title: str, numbers: Numbers, colours: Colours) -> Figure:
    """A way to a centre's total, one line a step: blue more, orange less, levels as marks.

    Steps that the reader's unit shows as 0 are left to the table.
    """
    drawn = [line for line in listed if line.won is None or as_shown(line.won, numbers)]
    unit = numbers.unit.won
    labels = _distinct([capital(line.label) for line in drawn])
    begins = [line.reached - (line.won or 0) for line in drawn]
    edges = [*begins, *(line.reached for line in drawn)]
    low, high = min(edges, default=0), max(edges, default=0)
    room = max(high - low, 1)
    rows = pd.DataFrame(
        {
            "place": range(len(drawn)),
            "label": labels,
            "begin": [begin / unit for begin in begins],
            "end": [line.reached / unit for line in drawn],
            "edge": [
                max(begin, line.reached) / unit for begin, line in zip(begins, drawn, strict=True)
            ],
            "next": [*labels[1:], *labels[-1:]],
            "kind": [
                "level" if line.won is None else "less" if line.won < 0 else "more"
                for line in drawn
            ],
            "figure": [
                numbers.money(line.reached) if line.won is None else numbers.change(line.won)
                for line in drawn
            ],
            "reached": [numbers.money(line.reached) for line in drawn],
            "left": [(low - room * ROOM_LEFT) / unit for _line in drawn],
            "right": [(high + room * ROOM_RIGHT) / unit for _line in drawn],
        }
    )
    told = ", ".join(
        f"{line.label} {figure}" for line, figure in zip(drawn, rows["figure"], strict=True)
    )
    return Figure(
        _waterfall(numbers, colours, len(drawn)),
        {"steps": rows},
        f"{title}. {told}",
    )


def _distinct(labels: Sequence[str]) -> list[str]:
    """Labels that differ: one that stands twice gets an invisible mark."""
    found: list[str] = []
    for label in labels:
        found.append(label + "\u200b" * labels[: len(found)].count(label))
    return found


@functools.cache
def _waterfall(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("steps")).encode(
        y=alt.Y(
            "label:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=name_axis(colours, 178, labelFontSize=12.5, labelPadding=6),
            scale=alt.Scale(paddingInner=0.3, paddingOuter=0.1),
        ),
        tooltip=[
            alt.Tooltip("label:N", title=_("Step")),
            alt.Tooltip("figure:N", title=_("Amount ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("reached:N", title=_("Reached ({unit})", unit=numbers.unit_name)),
        ],
    )
    axis = alt.Axis(
        title=None,
        tickCount=4,
        format=",~f",
        domain=False,
        ticks=False,
        gridColor=colours.line,
        gridOpacity=0.6,
        labelColor=colours.muted,
        labelFontSize=12,
        labelOverlap=True,
    )
    scale = alt.Scale(nice=False, zero=False)
    bars = (
        base.transform_filter("datum.kind != 'level'")
        .mark_bar()
        .encode(
            x=alt.X("begin:Q", axis=axis, scale=scale),
            x2="end:Q",
            color=alt.condition(
                "datum.kind == 'less'", alt.value(colours.less), alt.value(colours.more)
            ),
        )
    )
    room = base.mark_rule(opacity=0).encode(x=alt.X("left:Q"), x2="right:Q")
    links = base.mark_rule(color=colours.muted, strokeWidth=0.8).encode(x="end:Q", y2="next:N")
    levels = (
        base.transform_filter("datum.kind == 'level'")
        .mark_tick(thickness=4, size=ROW * 0.8, color=colours.text)
        .encode(x="end:Q")
    )
    texts = [
        base.transform_filter(f"datum.kind == '{kind}'")
        .mark_text(
            align="left",
            dx=6,
            fontSize=12.5,
            fontWeight="bold" if kind == "level" else "normal",
            color=colour,
        )
        .encode(x="edge:Q", text="figure:N")
        for kind, colour in (
            ("more", colours.more_text),
            ("less", colours.less_text),
            ("level", colours.text),
        )
    ]
    chart = alt.layer(links, bars, room, levels, *texts)
    return finished(chart, ROW * max(count, 1))


def peer_strip(
    found: Peers, own_name: str, names: Sequence[str], numbers: Numbers, colours: Colours
) -> Figure:
    """Operating money per weighted head: every peer a mark, the median a line, the centre named.

    Args:
        names: of the peers, in their order.
    """
    unit = numbers.unit.won
    rows = pd.DataFrame(
        {
            "per_head": [peer.per_head / unit for peer in found.others],
            "name": list(names),
            "amount": [numbers.money_with_unit(peer.per_head) for peer in found.others],
        }
    )
    _ = numbers.words
    middle, own = found.median or 0, found.own or 0
    marks = pd.DataFrame(
        [
            {
                "own": own / unit,
                "own_label": f"{own_name} {numbers.money(own)}",
                "median": middle / unit,
                "median_label": _("median {amount}", amount=numbers.money(middle)),
            }
        ]
    )
    return Figure(
        _peer_strip(numbers, colours),
        {"peers": rows, "marks": marks},
        peers_title(found, own_name, numbers),
    )


@functools.cache
def _peer_strip(numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    axis = alt.Axis(
        title=_("Per weighted head ({unit})", unit=numbers.unit_name),
        titleColor=colours.muted,
        titleFontWeight="normal",
        tickCount=5,
        domain=False,
        ticks=False,
        grid=False,
        labelColor=colours.muted,
        labelFontSize=12,
        labelOverlap=True,
        format=",~f",
    )
    scale = alt.Scale(nice=False, zero=False, padding=46)
    dots = (
        alt.Chart(alt.NamedData("peers"))
        .mark_tick(thickness=2.5, size=22, color=colours.muted, opacity=0.7)
        .encode(
            x=alt.X("per_head:Q", axis=axis, scale=scale),
            y=_at(0.5),
            tooltip=[
                alt.Tooltip("name:N", title=_("Centre")),
                alt.Tooltip("amount:N", title=_("Per weighted head")),
            ],
        )
    )
    marks = alt.Chart(alt.NamedData("marks"))
    median = marks.mark_tick(thickness=2, size=38, color=colours.text).encode(
        x="median:Q", y=_at(0.5)
    )
    median_text = marks.mark_text(fontSize=12.5, color=colours.text).encode(
        x="median:Q", y=_at(0.13), text="median_label:N"
    )
    own = marks.mark_point(
        filled=True,
        shape="diamond",
        size=150,
        opacity=1,
        color=colours.more,
        stroke=colours.surface,
    ).encode(x="own:Q", y=_at(0.5))
    own_text = marks.mark_text(fontSize=13, fontWeight=700, color=colours.more_text).encode(
        x="own:Q", y=_at(0.88), text="own_label:N"
    )
    return finished(alt.layer(dots, median, median_text, own, own_text), STRIP)


def _at(height: float) -> Any:
    """A place in the strip: 0 at its foot, 1 at its top."""
    return alt.YDatum(height, type="quantitative", axis=None, scale=alt.Scale(domain=[0, 1]))
