"""Charts of a comparison: groups, bands of gain and loss, one allocation against another."""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from budget.allocation.comparison import BANDS
from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.comparison import (
    BAND_NAMES,
    Comparison,
    bands_title,
    group_rows,
    groups_title,
    scatter_title,
)
from budget.view.drawing import finished, more_or_less, pick
from budget.view.numbers import DECREASE, Numbers

ROW = 25
LEAST_ROWS = 6
BAND_HEIGHT = 34
SCATTER_HEIGHT = 300
NAMED = 5
"""So many centres at most are named on either side of the scatter."""


def groups_chart(
    comparison: Comparison, key: str, by: str, numbers: Numbers, colours: Colours
) -> Figure:
    """Each group's change against the reference, as a bar in per cent and a figure in money."""
    rows = group_rows(comparison, by, numbers.words)
    rates = [(row.rate(key) or 0) * 100 for row in rows]
    widest = max((abs(rate) for rate in rates), default=1) or 1
    data = pd.DataFrame(
        {
            "group": [row.name for row in rows],
            "place": range(len(rows)),
            "rate": rates,
            "edge": [max(rate, 0) for rate in rates],
            "left": [min(0, *rates) - widest * 0.05 for _row in rows],
            "right": [max(0, *rates) + widest * 1.1 for _row in rows],
            "label": [
                f"{numbers.percent_change(row.rate(key))}  ({numbers.change(row.change(key))})"
                for row in rows
            ],
            "before": [numbers.money(row.won[comparison.reference.key]) for row in rows],
            "now": [numbers.money(row.won[key]) for row in rows],
            "centres": [row.centres for row in rows],
        }
    )
    return Figure(
        _groups_chart(numbers, colours, len(rows)),
        {"groups": data},
        groups_title(comparison, key, by, numbers),
    )


@functools.cache
def _groups_chart(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("groups")).encode(
        y=alt.Y(
            "group:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=_names_axis(colours),
        ),
        tooltip=[
            alt.Tooltip("group:N", title=_("Group")),
            alt.Tooltip("centres:Q", title=_("Number of centres")),
            alt.Tooltip("before:N", title=_("Before ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("now:N", title=_("Now ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("label:N", title=_("Change")),
        ],
    )
    bars = base.mark_bar(height={"band": 0.62}).encode(
        x=alt.X("rate:Q", axis=None, scale=alt.Scale(nice=False)),
        color=more_or_less("datum.rate", colours.more, colours.less),
    )
    room = base.mark_rule(opacity=0, aria=False).encode(x=alt.X("left:Q"), x2="right:Q")
    figures = base.mark_text(align="left", dx=6, fontSize=12.5).encode(
        x=alt.X("edge:Q"),
        text="label:N",
        color=more_or_less("datum.rate", colours.more_text, colours.less_text),
    )
    zero = (
        alt.Chart(alt.NamedData("groups"))
        .mark_rule(color=colours.muted, aria=False)
        .encode(x=alt.datum(0))
    )
    return finished(alt.layer(bars, room, figures, zero), ROW * max(count, LEAST_ROWS))


def bands_chart(comparison: Comparison, key: str, numbers: Numbers, colours: Colours) -> Figure:
    """How many centres stand in each band, with what they gain or lose together."""
    _, pair = numbers.words, comparison.pairs[key]
    most = max(pair.counts.values()) or 1
    order = list(reversed(BANDS))
    data = pd.DataFrame(
        {
            "band": [_(BAND_NAMES[number]) for number in order],
            "place": range(len(order)),
            "sign": [(number > 0) - (number < 0) for number in order],
            "count": [pair.counts[number] for number in order],
            "right": [most * 2.8] * len(order),  # labels have room on a phone too
            "label": [_band_label(pair.counts[n], pair.moved[n], numbers) for n in order],
        }
    )
    return Figure(
        _bands_chart(numbers, colours),
        {"bands": data},
        f"{bands_title(pair, numbers)}. "
        + ", ".join(
            f"{name} {count}" for name, count in zip(data["band"], data["count"], strict=True)
        ),
    )


def _band_label(count: int, moved: int, numbers: Numbers) -> str:
    _ = numbers.words
    centres = _.ngettext("{count} centre", "{count} centres", count)
    return f"{centres} ({numbers.change(moved)})" if moved else centres


@functools.cache
def _bands_chart(numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("bands")).encode(
        y=alt.Y(
            "band:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=_names_axis(colours),
        ),
        tooltip=[
            alt.Tooltip("band:N", title=_("Band")),
            alt.Tooltip("count:Q", title=_("Number of centres")),
            alt.Tooltip("label:N", title=_("Change ({unit})", unit=numbers.unit_name)),
        ],
    )
    bars = base.mark_bar(height={"band": 0.66}).encode(
        x=alt.X("count:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
        color=_by_sign(colours.more, colours.less, colours.muted),
    )
    room = base.mark_rule(opacity=0, aria=False).encode(x=alt.X("right:Q"))
    figures = base.mark_text(align="left", dx=6, fontSize=12.5).encode(
        x=alt.X("count:Q"),
        text="label:N",
        color=_by_sign(colours.more_text, colours.less_text, colours.text),
    )
    return finished(alt.layer(bars, room, figures), BAND_HEIGHT * len(BANDS))


def _by_sign(more: str, less: str, same: str) -> Any:
    return (
        alt.when("datum.sign > 0")
        .then(alt.value(more))
        .when("datum.sign < 0")
        .then(alt.value(less))
        .otherwise(alt.value(same))
    )


def _names_axis(colours: Colours) -> alt.Axis:
    return alt.Axis(
        domain=False,
        ticks=False,
        labelFontSize=13,
        labelColor=colours.text,
        labelLimit=200,
        labelPadding=8,
        minExtent=60,
    )


# --- one against the other ---------------------------------------------------------------------


def scatter_chart(comparison: Comparison, key: str, numbers: Numbers, colours: Colours) -> Figure:
    """Every centre: its amount in the reference, and its change in per cent; outliers named."""
    _, pair = numbers.words, comparison.pairs[key]
    unit = numbers.unit.won
    rows = [
        {
            "centre_id": pair.ids[place],
            "centre": name,
            "before": (pair.before[place] or 0) / unit,
            "rate": rate * 100,
            "was": numbers.money(pair.before[place]),
            "now": numbers.money(pair.now[place]),
            "change": numbers.change(pair.changes[place]),
            "percent": numbers.percent_change(rate),
        }
        for place, (name, rate) in enumerate(zip(comparison.names(_), pair.rates, strict=True))
        if rate is not None
    ]
    data = pd.DataFrame(rows, columns=SCATTER_COLUMNS)
    labels = pd.DataFrame(_outliers(rows), columns=LABEL_COLUMNS)
    return Figure(
        _scatter_chart(numbers, colours, comparison.reference.name),
        {"centres": data, "labels": labels},
        scatter_title(comparison, key, numbers),
    )


SCATTER_COLUMNS = ["centre_id", "centre", "before", "rate", "was", "now", "change", "percent"]
LABEL_COLUMNS = ["centre", "before", "rate", "side"]
OUTLYING = 0.4
"""The part of the greatest change from which on a centre stands out."""
CLEARANCE = (0.42, 0.095)
"""How far two names must be from each other: part of the width, or part of the height."""


def _outliers(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The centres furthest from no change, as far as their names do not cover each other."""
    if not rows:
        return []
    logs = [math.log10(row["before"]) for row in rows]
    rates = [row["rate"] for row in rows]
    width = max(logs) - min(logs) or 1
    height = max(*rates, 5) - min(*rates, -5) or 1
    middle = (max(logs) + min(logs)) / 2
    furthest = max(abs(rate) for rate in rates) or math.inf
    found: list[dict[str, Any]] = []
    taken: list[tuple[float, float]] = []
    for sign in (1, -1):
        ranked = sorted(
            (row for row in rows if sign * row["rate"] >= furthest * OUTLYING),
            key=lambda row: (-sign * row["rate"], -row["before"]),
        )
        named = 0
        for row in ranked[: 4 * NAMED]:
            log = math.log10(row["before"])
            place = (log / width, row["rate"] / height)
            if named < NAMED and all(_is_clear(place, other) for other in taken):
                taken.append(place)
                named += 1
                side = "right" if log > middle else "left"
                found.append({name: row.get(name, side) for name in LABEL_COLUMNS})
    return found


def _is_clear(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) > CLEARANCE[0] or abs(one[1] - other[1]) > CLEARANCE[1]


@functools.cache
def _scatter_chart(numbers: Numbers, colours: Colours, reference: str) -> Mapping[str, Any]:
    _ = numbers.words
    decrease = DECREASE[_.language]
    plain: dict[str, Any] = {
        "labelColor": colours.muted,
        "titleColor": colours.muted,
        "labelFontSize": 12,
    }
    x = alt.X(
        "before:Q",
        title=_("{what} ({unit}, logarithmic)", what=reference, unit=numbers.unit_name),
        scale=alt.Scale(type="log", nice=False, padding=14),
        axis=alt.Axis(grid=False, format=",", tickCount=5, domainColor=colours.line, **plain),
    )
    y = alt.Y(
        "rate:Q",
        title=_("Change (%)"),
        scale=alt.Scale(nice=False, padding=16),
        axis=alt.Axis(
            labelExpr=(
                f"(datum.value < 0 ? '{decrease}' : datum.value > 0 ? '+' : '')"
                " + format(abs(datum.value), ',')"
            ),
            tickCount=6,
            domain=False,
            ticks=False,
            gridColor=colours.line,
            gridOpacity=0.6,
            **plain,
        ),
    )
    points = (
        alt.Chart(alt.NamedData("centres"))
        .mark_point(filled=True, size=46, opacity=0.75, stroke=colours.surface, strokeWidth=0.6)
        .encode(
            x=x,
            y=y,
            color=more_or_less("datum.rate", colours.more, colours.less),
            shape=alt.condition("datum.rate < 0", alt.value("triangle-down"), alt.value("circle")),
            tooltip=[
                alt.Tooltip("centre:N", title=_("Centre")),
                alt.Tooltip("was:N", title=_("Before ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("now:N", title=_("Now ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("change:N", title=_("Change ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("percent:N", title=_("Change (%)")),
            ],
        )
        .add_params(pick())
    )
    zero = (
        alt.Chart(alt.NamedData("centres"))
        .mark_rule(color=colours.muted, aria=False)
        .encode(y=alt.datum(0))
    )
    sides: tuple[tuple[str, Literal["left", "right"], str, int], ...] = (
        ("left", "left", "datum.rate > 0", -11),
        ("right", "right", "datum.rate > 0", -11),
        ("left", "left", "datum.rate <= 0", 12),
        ("right", "right", "datum.rate <= 0", 12),
    )
    names = [
        alt.Chart(alt.NamedData("labels"))
        .transform_filter(f"datum.side == '{side}' && {sign}")
        .mark_text(align=align, dy=offset, fontSize=12.5, fontWeight=600)
        .encode(
            x="before:Q",
            y="rate:Q",
            text="centre:N",
            color=more_or_less("datum.rate", colours.more_text, colours.less_text),
        )
        for side, align, sign, offset in sides
    ]
    return finished(alt.layer(zero, points, *names), SCATTER_HEIGHT)
