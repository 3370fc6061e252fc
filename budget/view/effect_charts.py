"""Charts of what a request costs: the ceiling with and without it, and who pays most."""

import functools
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.drawing import NARROW, name_axis
from budget.view.effect import SEGMENTS, Effect, fine, gauge_text, standing_parts
from budget.view.numbers import Numbers

NAMED = 6
"""So many payers are named in the chart."""
ROOM = 2.2
"""The longest bar leaves so many times its length, itself included, to its label."""
BAR = 26
"""Pixels of a bar with its label."""
GAUGE_ROW = 32
GAUGE_LABEL = 18


def gauge(found: Effect, numbers: Numbers, colours: Colours) -> Figure:
    """The ceiling as two bars: without the request and with it; what is cut lies beyond."""
    _ = numbers.words
    rows = []
    for place, (name, standing) in enumerate(
        ((_("without it"), found.before), (_("with it"), found.now))
    ):
        start = 0
        for key, label in SEGMENTS:
            won = standing_parts(standing)[key]
            rows.append(
                {
                    "row": name,
                    "place": place,
                    "segment": key,
                    "name": _(label),
                    "start": start / numbers.unit.won,
                    "end": (start + won) / numbers.unit.won,
                    "amount": numbers.money_with_unit(won),
                }
            )
            start += won
    most = max(found.before.ceiling, found.before.approved, found.now.approved, 1)
    line = pd.DataFrame(
        [
            {
                "ceiling": found.now.ceiling / numbers.unit.won,
                "most": most * 1.01 / numbers.unit.won,
                "label": _("ceiling {amount}", amount=numbers.money(found.now.ceiling)),
            }
        ]
    )
    return Figure(
        _gauge(numbers, colours),
        {"parts": pd.DataFrame(rows), "line": line},
        gauge_text(found, numbers),
    )


def gauge_colours(colours: Colours) -> dict[str, str]:
    """A colour for each part of the gauge."""
    return {
        "others": colours.parts[4],
        "own": colours.more,
        "left": colours.line,
        "cut": colours.less,
    }


@functools.cache
def _gauge(numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    used = gauge_colours(colours)
    bars = (
        alt.Chart(alt.NamedData("parts"))
        .mark_bar()
        .encode(
            y=alt.Y(
                "row:N",
                sort=alt.EncodingSortField("place", op="min"),
                title=None,
                axis=alt.Axis(domain=False, ticks=False, labelFontSize=13, labelColor=colours.text),
                scale=alt.Scale(paddingInner=0.28, paddingOuter=0.1),
            ),
            x=alt.X("start:Q", axis=None, scale=alt.Scale(nice=False, zero=True)),
            x2="end:Q",
            color=alt.Color(
                "segment:N",
                legend=None,
                scale=alt.Scale(domain=list(used), range=list(used.values())),
            ),
            tooltip=[
                alt.Tooltip("row:N", title=_("Case")),
                alt.Tooltip("name:N", title=_("Part")),
                alt.Tooltip("amount:N", title=_("Amount")),
            ],
        )
    )
    line = alt.Chart(alt.NamedData("line"))
    rule = line.mark_rule(color=colours.text, strokeWidth=2).encode(x=alt.X("ceiling:Q", axis=None))
    room = line.mark_rule(opacity=0).encode(x=alt.X("most:Q", axis=None))
    label = line.mark_text(
        align="right", dx=-5, baseline="bottom", fontSize=12, fontWeight=600, color=colours.text
    ).encode(x=alt.X("ceiling:Q", axis=None), y=alt.value(-3), text="label:N")
    return _spec(alt.layer(bars, room, rule, label), 2 * GAUGE_ROW + GAUGE_LABEL)


def payers(found: Effect, numbers: Numbers, colours: Colours) -> Figure:
    """The centres that pay most, by name; all others as one bar."""
    _ = numbers.words
    named = list(found.payers[:NAMED])
    rest = found.payers[NAMED:]
    bars = [(centre.name, -centre.change, _why(centre.centre_id, found)) for centre in named]
    if rest:
        name = _.ngettext("{count} other centre", "{count} other centres", len(rest))
        bars.append((name, -sum(centre.change for centre in rest), ""))
    finer = fine(numbers, max((won for _name, won, _why_ in bars), default=0))
    furthest = max((won for _name, won, _why_ in bars), default=1)
    rows = pd.DataFrame(
        {
            "payer": [name for name, _won, _why_ in bars],
            "place": range(len(bars)),
            "less": [won / finer.unit.won for _name, won, _why_ in bars],
            "room": [furthest * ROOM / finer.unit.won] * len(bars),
            "label": [f"{finer.change_with_unit(-won)} {why}".strip() for _name, won, why in bars],
            "short": [finer.change_with_unit(-won) for _name, won, _why_ in bars],
        }
    )
    meaning = ", ".join(f"{name} {finer.change_with_unit(-won)}" for name, won, _why_ in bars)
    return Figure(_payers(finer, colours, len(bars)), {"payers": rows}, meaning)


def _why(centre_id: str, found: Effect) -> str:
    """The requests of a centre by whose loss it pays."""
    named = [
        request.request_id for request in found.paying_requests if request.centre_id == centre_id
    ]
    return f"({', '.join(named)})" if named else ""


@functools.cache
def _payers(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("payers")).encode(
        y=alt.Y(
            "payer:N",
            sort=alt.EncodingSortField("place", op="min"),
            title=None,
            axis=name_axis(colours, 150),
        ),
        tooltip=[
            alt.Tooltip("payer:N", title=_("Centre")),
            alt.Tooltip("label:N", title=_("Change ({unit})", unit=numbers.unit_name)),
        ],
    )
    bars = base.mark_bar(height={"band": 0.62}, color=colours.less).encode(
        x=alt.X("less:Q", axis=None, scale=alt.Scale(nice=False, zero=True))
    )
    room = base.mark_rule(opacity=0).encode(x=alt.X("room:Q", axis=None))
    figures = (
        base.transform_calculate(said=f"width < {NARROW} ? datum.short : datum.label")
        .mark_text(align="left", dx=6, fontSize=12.5, color=colours.less_text)
        .encode(x=alt.X("less:Q", axis=None), text="said:N")
    )
    return _spec(alt.layer(bars, room, figures), BAR * max(count, 1))


def _spec(chart: Any, height: int) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (
        chart.properties(height=height).configure_view(strokeWidth=0).to_dict()
    )
    return found
