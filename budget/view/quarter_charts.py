"""Charts of the year: what each quarter gets, who runs behind, who would give and gain."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import altair as alt
import pandas as pd

from budget.allocation.allotment import Allotment
from budget.allocation.execution import BEHIND, OVER, Reading, Standing
from budget.allocation.moving import Moving
from budget.view.charts import Figure, change_by_centre
from budget.view.colours import Colours
from budget.view.drawing import finished
from budget.view.findings import CentreChange, Movement
from budget.view.moving import moving_title
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.quarters import (
    QUARTERS,
    Names,
    allotment_title,
    execution_title,
    flag_text,
    pace_text,
    part_name,
    quarter_name,
)
from budget.view.strips import HIGH, LOW, MIDDLE, Dot, Strip, strip_chart

QUARTER_HEIGHT = 236
NAMED = 3
MOST_PACE = 1.5
"""Dots further right stand at the edge."""
_SIDES = {BEHIND: LOW, OVER: HIGH}


def national_bars(allotted: Allotment, numbers: Numbers, colours: Colours) -> Figure:
    """What each quarter gets in the country."""
    title = allotment_title(allotted, numbers)
    running, special = allotted.national_running, allotted.national_special
    return quarter_bars(running, special, title, numbers, colours)


def quarter_bars(
    running: Sequence[int], special: Sequence[int], title: str, numbers: Numbers, colours: Colours
) -> Figure:
    """What each quarter gets: the pools' money and special needs beside each other.

    Args:
        running, special: won by quarter.
        title: the finding.
    """
    _, unit = numbers.words, numbers.unit.won
    rows = []
    for q in QUARTERS:
        start = 0
        for place, (name, amounts) in enumerate((("running", running), ("special", special))):
            amount = amounts[q - 1]
            rows.append(
                {
                    "quarter": capital(quarter_name(q, _)),
                    "part": part_name(name, _),
                    "place": place,
                    "low": start / unit,
                    "high": (start + amount) / unit,
                    "middle": (start + amount / 2) / unit,
                    "label": numbers.money(amount) if amount else "",
                    "amount": numbers.money_with_unit(amount),
                }
            )
            start += amount
    data = pd.DataFrame(rows)
    told = ", ".join(
        f"{row['quarter']} {row['part']} {row['amount']}" for row in rows if row["label"]
    )
    order = tuple(capital(quarter_name(q, _)) for q in QUARTERS)
    return Figure(
        _quarter_bars(order, numbers, colours),
        {"quarters": data},
        f"{title}. {told}",
    )


@functools.cache
def _quarter_bars(order: tuple[str, ...], numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("quarters")).encode(
        y=alt.Y(
            "quarter:N",
            sort=list(order),
            title=None,
            axis=alt.Axis(domain=False, ticks=False, labelColor=colours.text, labelFontSize=13),
        ),
        tooltip=[
            alt.Tooltip("quarter:N", title=_("Quarter")),
            alt.Tooltip("part:N", title=_("Part")),
            alt.Tooltip("amount:N", title=_("Amount")),
        ],
    )
    bars = base.mark_bar(height={"band": 0.66}, stroke=colours.surface).encode(
        x=alt.X(
            "low:Q",
            title=capital(numbers.unit_name),
            axis=alt.Axis(
                format=",.0f",
                tickCount=5,
                gridColor=colours.line,
                gridOpacity=0.5,
                domain=False,
                ticks=False,
                labelColor=colours.muted,
                titleColor=colours.muted,
                titleFontWeight="normal",
            ),
        ),
        x2="high:Q",
        color=alt.Color(
            "part:N",
            sort=alt.EncodingSortField("place", op="min"),
            scale=alt.Scale(range=[colours.one_hue[2], colours.coast]),
            legend=alt.Legend(
                title=None, orient="top", labelColor=colours.text, labelFontSize=12.5
            ),
        ),
    )
    figures = base.mark_text(fontSize=12.5, color=colours.text).encode(
        x=alt.X("middle:Q"), text="label:N"
    )
    return finished(alt.layer(bars, figures), QUARTER_HEIGHT)


def execution_strip(
    found: Sequence[Standing],
    groups: Mapping[str, str],
    reading: Reading,
    names: Names,
    numbers: Numbers,
    colours: Colours,
) -> Figure:
    """Every centre by what it spent of what was allotted to date, against the two stated shares.

    Args:
        groups: centre id -> the group in whose row it stands.
    """
    _ = numbers.words
    known = [one for one in found if one.pace is not None]
    slowest = sorted(known, key=lambda one: one.pace or 0)[:NAMED]
    named = {one.centre_id for one in slowest if one.flag == BEHIND}
    order = list(dict.fromkeys(sorted(groups[one.centre_id] for one in known)))
    dots = [
        Dot(
            one.centre_id,
            names[one.centre_id],
            groups[one.centre_id],
            min(float(one.pace or 0), MOST_PACE) * 100,
            _SIDES.get(one.flag, MIDDLE),
            _("{pace} of what was allotted to date", pace=pace_text(one, numbers)),
            flag_text(one.flag, _),
            one.centre_id in named,
        )
        for one in known
    ]
    rows = []
    for group in order:
        own = [one for one in known if groups[one.centre_id] == group]
        due = sum(one.due for one in own)
        rate = sum(one.executed.spent for one in own if one.executed) / due if due else 0.0
        rows.append((group, rate * 100, numbers.percent(rate)))
    told = ", ".join(f"{name} {text}" for name, _value, text in rows)
    behind, able = float(reading.behind) * 100, float(reading.able) * 100
    return strip_chart(
        Strip(
            dots,
            rows,
            [
                (behind, numbers.percent(float(reading.behind), 0)),
                (able, numbers.percent(float(reading.able), 0)),
            ],
            _("Spent of allotted to date (%)"),
            f"{execution_title(found, numbers)}. {told}",
            worse=LOW,
        ),
        colours,
    )


def moving_bars(found: Moving, names: Names, numbers: Numbers, colours: Colours) -> Figure:
    """Who would gain and who would give, ranked; the greatest are named."""
    lines = [*found.gainers, *reversed(found.givers)]
    movement = Movement(
        "baseline",
        tuple(
            CentreChange(line.centre_id, names[line.centre_id], "", line.before, line.after)
            for line in lines
        ),
        0,
    )
    return replace(
        change_by_centre(movement, numbers, colours, QUARTER_HEIGHT),
        meaning=moving_title(found, numbers),
    )
