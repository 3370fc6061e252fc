"""The picture of rules that contradict each other: what they ask for, above what there is."""

import functools
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import altair as alt
import pandas as pd

from budget.allocation.conflict import Conflict, ConflictingRule
from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.names import kind_name, pool_name, rule_name
from budget.view.notices import conflict_sentence
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words

ALLOWS = ("amount", "cap", "band most", "envelope")
"""Kinds of rules that say how much there is; all others ask for money."""
PARTS = ("pool", "reserve", "special_needs")
"""Kinds that take parts of the envelope: side by side, what they ask for sums."""
HEIGHT = 116
BARS = ((22, 48), (84, 110))
"""Pixels from the top: what is asked for, and what there is; each has its name above it."""
STRIPES = 14
"""Slanting lines over what is missing, so that it is not told by colour alone."""


def conflict_title(conflict: Conflict, numbers: Numbers) -> str:
    """By how much the rules ask for more than there is."""
    _ = numbers.words
    short = numbers.money_with_unit(conflict.shortfall_krw)
    if conflict.available_krw <= 0:
        return _("The rules ask for {short} of which nothing is there", short=short)
    return _(
        "The rules ask for {rate} more than there is: {short} short",
        rate=numbers.percent(conflict.shortfall_krw / conflict.available_krw),
        short=short,
    )


def conflict_picture(
    conflict: Conflict, numbers: Numbers, colours: Colours, sentence: str = ""
) -> Figure:
    """What the rules ask for and what there is, as two bars; what is missing is striped.

    Args:
        sentence: what the contradiction is, where it is not one of a policy.
    """
    _, unit = numbers.words, numbers.unit.won
    available = max(conflict.available_krw, 0)
    parts = _asked(conflict, _)
    ends = list(accumulate(won for _name, won in parts))
    asked = pd.DataFrame(
        {
            "name": [name for name, _won in parts],
            "amount": [numbers.money_with_unit(won) for _name, won in parts],
            "start": [(end - won) / unit for end, (_name, won) in zip(ends, parts, strict=True)],
            "end": [end / unit for end in ends],
        }
    )
    missing = conflict.required_krw - available
    names = pd.DataFrame(
        {
            "asked": [_headed(_("asked for"), _names(conflict, allows=False, _=_), _)],
            "there": [_headed(_("available"), _names(conflict, allows=True, _=_), _)],
            "asked_amount": [numbers.money_with_unit(conflict.required_krw)],
            "there_amount": [numbers.money_with_unit(conflict.available_krw)],
            "short": [_("{amount} short", amount=numbers.money_with_unit(conflict.shortfall_krw))],
            "available": [available / unit],
            "required": [conflict.required_krw / unit],
            "middle": [(available + conflict.required_krw) / 2 / unit],
        }
    )
    width = missing / STRIPES
    stripes = pd.DataFrame(
        {
            "low": [(available + place * width) / unit for place in range(STRIPES)],
            "high": [(available + (place + 1) * width) / unit for place in range(STRIPES)],
        }
    )
    return Figure(
        _picture(numbers, colours),
        {"asked": asked, "names": names, "stripes": stripes},
        f"{conflict_title(conflict, numbers)}. {sentence or conflict_sentence(conflict, numbers)}",
    )


def _asked(conflict: Conflict, _: Words) -> list[tuple[str, int]]:
    """What the rules ask for, part by part where the parts sum, else as one."""
    parts = [(_name(rule, _), rule.won) for rule in conflict.rules if rule.kind in PARTS]
    if not parts:
        return [(_names(conflict, allows=False, _=_), conflict.required_krw)]
    rest = conflict.required_krw - sum(won for _named, won in parts)
    return [*parts, (_("other parts"), rest)] if rest > 0 else parts


def _names(conflict: Conflict, *, allows: bool, _: Words) -> str:
    """The rules of one side."""
    found = [rule for rule in conflict.rules if (rule.kind in ALLOWS) == allows]
    return ", ".join(_name(rule, _) for rule in found)


def _name(rule: ConflictingRule, _: Words) -> str:
    if rule.kind in {"envelope", "reserve", "special_needs"}:
        return kind_name(rule.kind, _)
    if rule.kind in {"amount", "pool"}:
        return f"{kind_name(rule.kind, _)} {pool_name(rule.name, _)}"
    return f"{kind_name(rule.kind.partition(' ')[0], _)} {rule_name(rule.name, _)}"


def _headed(head: str, names: str, _: Words) -> str:
    return f"{capital(head)}: {names}" if names else capital(head)


@functools.cache
def _picture(numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    scale = alt.Scale(nice=False, zero=True)
    (top, bottom), (top_below, bottom_below) = BARS
    names = alt.Chart(alt.NamedData("names"))

    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=scale)

    def text(field: str, place: str, across: int, style: Mapping[str, Any]) -> alt.Chart:
        at = {"x": alt.value(0)} if place == "" else {"x": x(place)}
        found: alt.Chart = names.mark_text(baseline="middle", fontSize=12.5, **style).encode(
            text=f"{field}:N", y=alt.value(across), **at
        )
        return found

    asked = (
        alt.Chart(alt.NamedData("asked"))
        .mark_bar(color=colours.less_text, stroke=colours.surface)
        .encode(
            x=x("start"),
            x2="end",
            y=alt.value(top),
            y2=alt.value(bottom),
            tooltip=[
                alt.Tooltip("name:N", title=_("Rule")),
                alt.Tooltip("amount:N", title=_("Amount")),
            ],
        )
    )
    there = names.mark_bar(color=colours.more_text).encode(
        x=alt.X("zero:Q", axis=None, scale=scale),
        x2="available",
        y=alt.value(top_below),
        y2=alt.value(bottom_below),
    )
    there = there.transform_calculate(zero="0")
    frame = names.mark_bar(
        fillOpacity=0, stroke=colours.less_text, strokeDash=[4, 3], strokeWidth=1.5
    ).encode(x=x("available"), x2="required", y=alt.value(top_below), y2=alt.value(bottom_below))
    stripes = (
        alt.Chart(alt.NamedData("stripes"))
        .mark_rule(color=colours.less, strokeWidth=1.2, aria=False)
        .encode(x=x("low"), x2="high", y=alt.value(bottom_below), y2=alt.value(top_below))
    )
    left = {"align": "left", "color": colours.text}
    bold = {"align": "left", "fontWeight": 600, "dx": 8, "color": colours.surface}
    layers = [
        asked,
        there,
        frame,
        stripes,
        text("asked", "", top - 11, left),
        text("there", "", top_below - 11, left),
        text("asked_amount", "", (top + bottom) // 2, bold),
        text("there_amount", "", (top_below + bottom_below) // 2, bold),
        text(
            "short",
            "required",
            top_below - 11,
            {"align": "right", "fontWeight": 600, "color": colours.less_text},
        ),
    ]
    found: Mapping[str, Any] = (
        alt.layer(*layers).properties(height=HEIGHT).configure_view(strokeWidth=0).to_dict()
    )
    return found


def conflict_table(conflict: Conflict, numbers: Numbers) -> Sequence[tuple[str, str, str]]:
    """One row a rule: what it is called, whether it asks or allows, and its won; then the sums."""
    _ = numbers.words
    rows = [
        (
            _name(rule, _),
            _("available") if rule.kind in ALLOWS else _("asked for"),
            numbers.money(rule.won),
        )
        for rule in conflict.rules
    ]
    return [
        *rows,
        (_("together"), _("asked for"), numbers.money(conflict.required_krw)),
        (_("together"), _("available"), numbers.money(conflict.available_krw)),
        (_("short"), "", numbers.money(conflict.shortfall_krw)),
    ]
