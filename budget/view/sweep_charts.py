"""The chart of a sweep: a line a centre or group, the outliers named, and where rules bite."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.drawing import change_axis
from budget.view.numbers import Numbers
from budget.view.parameters import capital, full_title
from budget.view.sweeps import Swept, bite_sentence, curve_title

NAMED = 3
"""So many lines are named at the top and as many at the bottom."""
ALL_NAMED = 8
"""So few lines are all named."""
LABEL_HEIGHT = 19
HEIGHT, PADDING, AXIS = 360, 52, 70
"""Pixels: of the whole chart, above and below the lines, and of the axis with its title."""
ROWS, FIRST_ROW, ROW = 3, 8, 13
"""Numbers of bites stand on so many rows, so that neighbours do not cover each other."""
NARROW = 340
NAMES = 0.24
"""This part of the range is added at the right for the names."""


def sweep_lines(swept: Swept, grouping: str, numbers: Numbers, colours: Colours) -> Figure:
    """Change against the present rules in per cent, over the values of the parameter.

    Args:
        grouping: a key of GROUPINGS: what a line stands for.
    """
    found = [
        {
            "value": swept.on_screen(value),
            "shown": swept.shown(value, numbers),
            "group": group,
            "change": (now - then) / then * 100 if then else 0.0,
            "rate": numbers.percent_change((now - then) / then if then else None),
            "now": numbers.money(now),
            "then": numbers.money(then),
        }
        for value, group, now, then in swept.changes(grouping)
    ]
    rows = pd.DataFrame(found, columns=["value", "shown", "group", "change", "rate", "now", "then"])
    ends = _ends(rows, numbers)
    rows["side"] = rows["group"].map(dict(zip(ends["group"], ends["side"], strict=True))).fillna("")
    marks = _marks(swept, numbers)
    sentences = [bite_sentence(bite, swept, numbers) for bite in swept.curve.bites]
    return Figure(
        _sweep_lines(
            numbers,
            colours,
            full_title_with_unit(swept, numbers),
            *(swept.on_screen(swept.curve.points[place].values[0]) for place in (0, -1)),
        ),
        {
            "lines": rows,
            "ends": ends.assign(edge=swept.on_screen(swept.curve.points[-1].values[0])),
            "bites": marks,
            "gaps": _gaps(swept),
            "present": pd.DataFrame({"value": [swept.on_screen(swept.present_value)]}),
        },
        ". ".join([curve_title(swept, numbers), *sentences]),
    )


def full_title_with_unit(swept: Swept, numbers: Numbers) -> str:
    """The parameter and its unit, for the axis."""
    _ = numbers.words
    name = capital(full_title(swept.parameter, swept.policy, _))
    return f"{name} ({_(swept.scale.label)})" if swept.scale.label else name


def _ends(rows: pd.DataFrame, numbers: Numbers) -> pd.DataFrame:
    """The lines that end highest and lowest, with names moved apart."""
    columns = ["group", "side", "value", "change", "place", "label"]
    if rows.empty:
        return pd.DataFrame(columns=columns)
    last = rows[rows["value"] == rows["value"].max()]
    moving = last[last["change"].round(9) != 0].sort_values("change", ascending=False)
    if len(moving) > ALL_NAMED:
        moving = pd.concat([moving.head(NAMED), moving.tail(NAMED)])
    room = max(rows["change"].max() - rows["change"].min(), 1e-9)
    places = apart(moving["change"].tolist(), room * LABEL_HEIGHT / (HEIGHT - AXIS - 2 * PADDING))
    return pd.DataFrame(
        [
            (group, "less" if change < 0 else "more", value, change, place, f"{group} {rate}")
            for group, value, change, rate, place in zip(
                moving["group"],
                moving["value"],
                moving["change"],
                moving["rate"],
                places,
                strict=True,
            )
        ],
        columns=columns,
    )


def apart(heights: Sequence[float], distance: float) -> list[float]:
    """Heights from the greatest down, moved so that neighbours are a distance apart.

    They stay in order and, as a whole, where they were.
    """
    placed: list[float] = []
    for height in heights:
        placed.append(min(height, placed[-1] - distance) if placed else height)
    drift = sum(h - p for h, p in zip(heights, placed, strict=True)) / max(len(placed), 1)
    return [place + drift for place in placed]


def _marks(swept: Swept, numbers: Numbers) -> pd.DataFrame:
    """Numbered marks where rules begin or cease to bite."""
    return pd.DataFrame(
        [
            (
                swept.on_screen(bite.value),
                str(number),
                FIRST_ROW + ROW * ((number - 1) % ROWS),
                bite_sentence(bite, swept, numbers),
            )
            for number, bite in enumerate(swept.curve.bites, start=1)
        ],
        columns=["value", "number", "row", "sentence"],
    )


def _gaps(swept: Swept) -> pd.DataFrame:
    """Stretches without an allocation, each as wide as the walk's step on either side."""
    values = [swept.on_screen(point.values[0]) for point in swept.curve.points]
    half = (values[1] - values[0]) / 2 if len(values) > 1 else 0.5
    low, high = (values[0], values[-1]) if len(values) > 1 else (values[0] - 1, values[0] + 1)
    return pd.DataFrame(
        [
            (
                max(swept.on_screen(first) - half, low),
                min(swept.on_screen(last) + half, high),
            )
            for first, last in swept.curve.infeasible
        ],
        columns=["start", "end"],
    )


@functools.cache
def _sweep_lines(
    numbers: Numbers, colours: Colours, axis: str, low: float, high: float
) -> Mapping[str, Any]:
    _ = numbers.words
    scale = alt.Scale(domain=[low, high + NAMES * (high - low)], nice=False, zero=False)
    place = alt.X("value:Q", scale=scale)
    x = alt.X(
        "value:Q",
        title=axis,
        scale=scale,
        axis=alt.Axis(
            tickCount=10,
            grid=False,
            domain=False,
            ticks=False,
            titleAnchor="start",
            labelColor=colours.muted,
            titleColor=colours.text,
            titleFontWeight="normal",
            labelExpr=f"datum.value <= {high} ? format(datum.value, ',~f') : ''",
        ),
    )
    y = alt.Y(
        "change:Q",
        title=_("Change against the present rules (%)"),
        scale=alt.Scale(padding=PADDING, nice=False),
        axis=change_axis(
            numbers, colours, tickCount=5, titleColor=colours.text, titleFontWeight="normal"
        ),
    )
    lines = alt.Chart(alt.NamedData("lines"))
    detail = "group:N"
    tooltip = [
        alt.Tooltip("group:N", title=_("Centre or group")),
        alt.Tooltip("shown:N", title=_("Value")),
        alt.Tooltip("now:N", title=_("Then ({unit})", unit=numbers.unit_name)),
        alt.Tooltip("then:N", title=_("At present ({unit})", unit=numbers.unit_name)),
        alt.Tooltip("rate:N", title=_("Change (%)")),
    ]
    gaps = (
        alt.Chart(alt.NamedData("gaps"))
        .mark_rect(color=colours.line, opacity=0.45)
        .encode(x=alt.X("start:Q", scale=scale), x2="end:Q")
    )
    faint = (
        lines.transform_filter("datum.side == ''")
        .mark_line(color=colours.muted, strokeWidth=1, opacity=0.28)
        .encode(x=x, y=y, detail=detail, tooltip=tooltip)
    )
    named = [
        lines.transform_filter(f"datum.side == '{side}'")
        .mark_line(color=colour, strokeWidth=2, strokeDash=dash)
        .encode(x=x, y=y, detail=detail, tooltip=tooltip)
        for side, colour, dash in (
            ("more", colours.more, [1, 0]),
            ("less", colours.less, [6, 2]),
        )
    ]
    points = lines.mark_point(size=60, opacity=0).encode(x=x, y=y, tooltip=tooltip)
    zero = (
        alt.Chart(alt.NamedData("lines"))
        .mark_rule(aria=False, color=colours.muted)
        .encode(y=alt.datum(0))
    )
    bites = alt.Chart(alt.NamedData("bites")).encode(
        x=place, tooltip=alt.Tooltip("sentence:N", title=_("Rule"))
    )
    marks = bites.mark_rule(color=colours.text, strokeDash=[3, 3], strokeWidth=1)
    figures = [
        bites.transform_filter(f"datum.row == {row}")
        .mark_text(
            color=colours.text, fontWeight=700, fontSize=12, baseline="middle", align="left", dx=3
        )
        .encode(y=alt.value(row), text="number:N")
        for row in range(FIRST_ROW, FIRST_ROW + ROW * ROWS, ROW)
    ]
    present = (
        alt.Chart(alt.NamedData("present"))
        .mark_rule(color=colours.text, strokeWidth=1.6)
        .encode(x=place)
    )
    present_label = (
        alt.Chart(alt.NamedData("present"))
        .mark_text(color=colours.text, align="right", dx=-4, baseline="bottom", fontSize=12)
        .encode(x=place, y=alt.value("height"), text=alt.value(_("present")))
    )
    ends = alt.Chart(alt.NamedData("ends"))
    # a phone has no room beside the lines: there the names stand on them
    side_of_end = alt.ExprRef(f"width < {NARROW} ? 'right' : 'left'")
    offset = alt.ExprRef(f"width < {NARROW} ? -6 : 14")
    names = [
        ends.transform_filter(f"datum.side == '{side}'")
        .mark_text(align=side_of_end, dx=offset, fontSize=12, fontWeight=600, color=colour)
        .encode(x=alt.X("edge:Q", scale=scale), y="place:Q", text="label:N")
        for side, colour in (("more", colours.more_text), ("less", colours.less_text))
    ]
    # where the last values have no allocation, the names stand beyond them and are led to the lines
    leaders = ends.mark_rule(aria=False, color=colours.muted, strokeWidth=0.7).encode(
        x=place, x2="edge:Q", y=alt.Y("change:Q"), y2="place:Q"
    )
    lines_and_names = (gaps, zero, faint, *named, leaders, marks, *figures)
    layers = (*lines_and_names, present, present_label, points, *names)
    spec: Mapping[str, Any] = (
        alt.layer(*layers).properties(height=HEIGHT).configure_view(strokeWidth=0).to_dict()
    )
    return spec
