"""A strip of dots: every centre by one figure, group above group, against stated limits.

Shape and place say on which side of the limits a centre stands; colour only repeats it. The
furthest centres are named; each group's own figure is a line, told below the group's name, where
no dot can cover it.
"""

import functools
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt
import pandas as pd

from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.drawing import finished, name_axis, pick

LOW, MIDDLE, HIGH = "low", "middle", "high"
SHAPES = {LOW: "triangle-down", MIDDLE: "circle", HIGH: "triangle-up"}
ROW_HEIGHT, AXIS_HEIGHT = 64, 66
BINS = 110
"""Dots closer than this part of the axis stand above each other."""
MOST_STACK = 7
SPREAD = 0.36
"""How far from the middle of its row a dot may stand, in rows."""
FIGURE_BELOW = 8
"""Pixels: a group's name stands so far above the middle of its row, its figure below it."""
APART = 0.13
"""Names in one row stand at least this part of the axis apart."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One centre.

    Attributes:
        side: "low", "middle" or "high".
        label: its figure in words; `told` further words for the tooltip.
        is_named: whether its name stands beside it.
    """

    centre_id: str
    name: str
    group: str
    value: float
    side: str
    label: str
    told: str
    is_named: bool = False


@dataclass(frozen=True)
class Strip:
    """What the chart shows.

    Attributes:
        groups: in their order from the top, each with its own figure in words and as a number.
        limits: the limits, one or two; between two the ground is shaded.
        axis: title of the axis, with its unit.
        meaning: what the chart says.
        worse: the side that asks for attention, "low" or "high"; it has the warm colour.
    """

    dots: Sequence[Dot]
    groups: Sequence[tuple[str, float | None, str]]
    limits: Sequence[tuple[float, str]]
    axis: str
    meaning: str
    worse: str = HIGH


def strip_chart(strip: Strip, colours: Colours) -> Figure:
    """The dots of every group with the limits; a click on a dot names its centre."""
    high = max([dot.value for dot in strip.dots] + [limit for limit, _ in strip.limits])
    dots = _dots(strip, high)
    limits = pd.DataFrame(
        {
            "limit": [limit for limit, _ in strip.limits],
            "label": [text for _, text in strip.limits],
            "is_first": [place == 0 for place in range(len(strip.limits))],
        }
    )
    ground = pd.DataFrame(
        {"low": [strip.limits[0][0]], "high": [strip.limits[-1][0]]},
    )
    means = pd.DataFrame(
        [
            {"row": row, "value": value, "label": f"┃ {text}"}
            for row, (_name, value, text) in enumerate(strip.groups)
            if value is not None
        ],
        columns=["row", "value", "label"],
    )
    order = tuple(name for name, _value, _text in strip.groups)
    return Figure(
        _drawing(order, strip.axis, strip.worse, colours),
        {
            "dots": dots,
            "limits": limits,
            "ground": ground,
            "means": means,
            "names": _names(dots, high, min(dots["value"], default=0)),
        },
        strip.meaning,
    )


def _dots(strip: Strip, high: float) -> pd.DataFrame:
    """Dots of one group that would cover each other are moved apart, up and down in turn."""
    step = (high or 1) / BINS
    places: dict[str, Counter[int]] = defaultdict(Counter)
    row_of = {name: row for row, (name, _value, _text) in enumerate(strip.groups)}
    rows = []
    for dot in sorted(strip.dots, key=lambda dot: (dot.group, dot.value, dot.centre_id)):
        bin_ = round(dot.value / step)
        count = places[dot.group][bin_]
        places[dot.group][bin_] += 1
        level = (count + 1) // 2 * (1 if count % 2 else -1)
        rows.append(
            {
                "centre_id": dot.centre_id,
                "centre": dot.name,
                "row": row_of[dot.group],
                "value": dot.value,
                "side": dot.side,
                "label": dot.label,
                "told": dot.told,
                "is_named": dot.is_named,
                "place": row_of[dot.group]
                - SPREAD * max(-MOST_STACK, min(MOST_STACK, level)) / MOST_STACK,
            }
        )
    columns = ["centre_id", "centre", "row", "value", "side", "label", "told", "is_named", "place"]
    return pd.DataFrame(rows, columns=columns)


def _names(dots: pd.DataFrame, high: float, low: float) -> pd.DataFrame:
    """The dots that are named, without those whose names would cover another's.

    A name at the left edge begins at its dot, or it would reach into the names of the rows.
    """
    kept: list[int] = []
    wanted = dots[dots["is_named"]].sort_values("value", ascending=False)
    for index, row, value in zip(wanted.index, wanted["row"], wanted["value"], strict=True):
        others = dots.loc[kept]
        near = others[(others["row"] == row) & ((others["value"] - value).abs() < APART * high)]
        if near.empty:
            kept.append(index)
    named = dots.loc[kept]
    return named.assign(is_left=named["value"] < low + APART / 2 * (high - low))


@functools.cache
def _drawing(groups: tuple[str, ...], axis: str, worse: str, colours: Colours) -> Mapping[str, Any]:
    y = alt.Y(
        "place:Q",
        title=None,
        axis=name_axis(
            colours,
            150,
            values=list(range(len(groups))),
            labelExpr=f"{json.dumps(groups)}[datum.value]",
            labelOffset=-FIGURE_BELOW,
            grid=False,
        ),
        scale=alt.Scale(domain=[len(groups) - 0.5, -0.5], nice=False, zero=False),
    )
    row = alt.Y("row:Q")
    x = alt.X(
        "value:Q",
        title=axis,
        scale=alt.Scale(zero=False, nice=False, padding=22),
        axis=alt.Axis(
            format=",.0f",
            gridColor=colours.line,
            gridOpacity=0.5,
            domain=False,
            ticks=False,
            labelColor=colours.muted,
            titleColor=colours.muted,
            titleFontWeight="normal",
            tickCount=6,
        ),
    )
    sides = [LOW, MIDDLE, HIGH]
    inks = [colours.more, colours.muted, colours.less]
    inks = inks if worse == HIGH else inks[::-1]
    ground = (
        alt.Chart(alt.NamedData("ground"))
        .mark_rect(color=colours.line, opacity=0.45, aria=False)
        .encode(x=alt.X("low:Q"), x2="high:Q")
    )
    dots = (
        alt.Chart(alt.NamedData("dots"))
        .mark_point(filled=True, size=46, opacity=0.85, cursor="pointer")
        .encode(
            x=x,
            y=y,
            color=alt.Color(
                "side:N",
                legend=None,
                scale=alt.Scale(domain=sides, range=inks),
            ),
            shape=alt.Shape(
                "side:N",
                legend=None,
                scale=alt.Scale(domain=sides, range=[SHAPES[side] for side in sides]),
            ),
            tooltip=[
                alt.Tooltip("centre:N", title=" "),
                alt.Tooltip("label:N", title=" "),
                alt.Tooltip("told:N", title=" "),
            ],
        )
        .add_params(pick())
    )
    limits = alt.Chart(alt.NamedData("limits"))
    lines = limits.mark_rule(color=colours.text, strokeDash=[4, 3]).encode(x="limit:Q")
    sides_told: tuple[tuple[str, Literal["left", "right"], int], ...] = (
        ("datum.is_first", "right", -4),
        ("!datum.is_first", "left", 4),
    )
    told = [
        limits.transform_filter(where)
        .mark_text(align=align, baseline="bottom", dx=shift, dy=-3, fontSize=12, color=colours.text)
        .encode(x="limit:Q", y=alt.value(0), text="label:N")
        for where, align, shift in sides_told
    ]
    means = alt.Chart(alt.NamedData("means"))
    marks = means.mark_tick(thickness=2.5, size=30, color=colours.text).encode(x="value:Q", y=row)
    figures = means.mark_text(
        dy=FIGURE_BELOW + 2, fontSize=12, fontWeight=600, color=colours.text, align="right"
    ).encode(x=alt.value(-8), y=row, text="label:N")
    ends: tuple[tuple[str, Literal["left", "center"], int], ...] = (
        ("datum.is_left", "left", -5),
        ("!datum.is_left", "center", 0),
    )
    names = [
        alt.Chart(alt.NamedData("names"))
        .transform_filter(where)
        .mark_text(align=align, dx=shift, dy=-12, fontSize=12, color=colours.text)
        .encode(x="value:Q", y=y, text="centre:N")
        for where, align, shift in ends
    ]
    layers = alt.layer(ground, lines, *told, dots, marks, figures, *names)
    return finished(layers, AXIS_HEIGHT + ROW_HEIGHT * max(len(groups), 2))
