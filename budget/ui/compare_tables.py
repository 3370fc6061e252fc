"""The tables of the page that compares."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from budget.ui import keys
from budget.ui.text import plain
from budget.view.comparison import GROUPS, Choice, Comparison, group_rows, parameter_rows
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import capital

ROW = 30
MOST_RULES, MOST_GROUPS = 6, 7
"""So many rows are seen at once; the others are scrolled to."""
WIDER = {"million": 0, "thousand": 18, "won": 46}


def summary_table(comparison: Comparison, numbers: Numbers) -> None:
    """One row a choice: certified or not, how much, and how many centres gain and lose."""
    _ = numbers.words
    rows = pd.DataFrame([_summary(choice, comparison, numbers) for choice in comparison.choices])
    if len({note for note in rows["note"] if note}) < 2:
        rows = rows.drop(columns="note")  # the line below says it for all
    text = st.column_config.TextColumn
    wider = WIDER[numbers.unit.key]
    st.dataframe(
        rows,
        column_config={
            "name": text(_("Compared"), width=170, pinned=True),
            "total": text(capital(_(numbers.unit.label)), alignment="right", width=82 + wider),
            "change": text(_("Difference"), alignment="right", width=76 + wider),
            "gainers": text(_("Gain"), alignment="right", width=50),
            "losers": text(_("Lose"), alignment="right", width=50),
            "state": text(_("State"), width=100),
            "note": text(_("Requests considered"), width=180),
        },
        hide_index=True,
        row_height=ROW,
        height="content",
        key=keys.COMPARE_SUMMARY,
        alt=_("What is compared: amounts, differences, how many centres gain and lose"),
    )


def _summary(choice: Choice, comparison: Comparison, numbers: Numbers) -> dict[str, str]:
    _ = numbers.words
    pair = comparison.pairs.get(choice.key) if comparison.shown else None
    has_amounts = choice.key in comparison.amounts
    changes = [change for change in pair.changes if change is not None] if pair else []
    won = comparison.total(choice) if has_amounts else None
    difference = won - comparison.total(comparison.reference) if pair and won is not None else None
    return {
        "name": choice.name,
        "total": numbers.money(won),
        "change": numbers.change(difference) if pair else NOTHING,
        "gainers": numbers.number(sum(c > 0 for c in changes)) if pair else NOTHING,
        "losers": numbers.number(sum(c < 0 for c in changes)) if pair else NOTHING,
        "state": state_of(choice, numbers),
        "note": choice.note,
    }


def state_of(choice: Choice, numbers: Numbers) -> str:
    """Certified, contradictory, or what it is."""
    _ = numbers.words
    if choice.conflict:
        return _("contradictory")
    if choice.allocation is None:
        return _("operating money")
    return _("certified") if choice.allocation.certified else _("not certified")


def rules_table(comparison: Comparison, numbers: Numbers) -> None:
    """The parameters that differ: one row a parameter, one column a scenario, and why."""
    _ = numbers.words
    found = parameter_rows(comparison, numbers)
    if not found:
        st.caption(plain(_("The rules have the same values.")))
        return
    ruled = [choice for choice in comparison.choices if choice.policy is not None]
    rows = pd.DataFrame(
        {
            "title": row.title,
            **{choice.key: row.values[choice.key] for choice in ruled},
            "rationale": row.rationale,
        }
        for row in found
    )
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "title": text(_("Parameters that differ"), width=230, pinned=True),
            **{choice.key: text(choice.name, alignment="right", width=104) for choice in ruled},
            "rationale": text(_("Rationale"), width=220),
        },
        hide_index=True,
        row_height=ROW,
        height=(min(len(rows), MOST_RULES) + 1) * ROW + 6,
        placeholder="",
        key=keys.COMPARE_RULES,
        alt=_("Parameters that differ, with their value in each scenario and the rationale"),
    )


def groups_table(comparison: Comparison, by: str, numbers: Numbers) -> None:
    """One row a group: centres, the reference, each other with its difference."""
    _, unit = numbers.words, numbers.unit
    found = group_rows(comparison, by, _)
    reference = comparison.reference
    records = []
    for row in found:
        record: dict[str, Any] = {
            "name": row.name,
            "centres": row.centres,
            reference.key: row.won[reference.key] / unit.won,
        }
        for choice in comparison.others:
            rate = row.rate(choice.key)
            record[choice.key] = row.won[choice.key] / unit.won
            record[f"change:{choice.key}"] = row.change(choice.key) / unit.won
            record[f"rate:{choice.key}"] = None if rate is None else rate * 100
        records.append(record)
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        signed(pd.DataFrame(records), comparison, numbers),
        column_config={
            "name": text(_(GROUPS[by]), width=120, pinned=True),
            "centres": number(_("Centres (no.)"), format="%,.0f", width=82),
            **_amounts(comparison, numbers),
        },
        hide_index=True,
        row_height=ROW,
        height=(min(len(found), MOST_GROUPS) + 1) * ROW + 6,
        placeholder="",
        key=keys.COMPARE_GROUPS,
        alt=_("Amounts by group in each choice, and the differences"),
    )


def signed(rows: pd.DataFrame, comparison: Comparison, numbers: Numbers) -> Styler:
    """Differences with the sign of the language; they still sort as numbers."""
    digits = {f"change:{key}": numbers.unit.digits for key in comparison.pairs}
    digits |= {f"rate:{key}": 1 for key in comparison.pairs}

    def text(value: float, places: int) -> str:
        if pd.isna(value):
            return ""
        shown = numbers.number(float(value), places)
        return f"+{shown}" if value > 0 and shown.strip("0.") else shown

    return rows.style.format(
        {name: partial(text, places=places) for name, places in digits.items()}
    )


def centre_columns(comparison: Comparison, key: str, numbers: Numbers) -> dict[str, Any]:
    """The columns of the table of centres."""
    _ = numbers.words
    text = st.column_config.TextColumn
    columns: dict[str, Any] = {
        "id": text(_("Number"), width=66, pinned=True),
        "centre": text(_("Centre"), width=110, pinned=True),
        "province": text(_("Province"), width=80),
        "office": text(_("Regional office"), width=132),
        "type": text(_("Type"), width=132),
        **_amounts(comparison, numbers),
    }
    if key:
        columns["band"] = text(_("Band of change"), width=150)
    return columns


def _amounts(comparison: Comparison, numbers: Numbers) -> dict[str, Any]:
    """The amount of each choice, and of the others the difference, in money and per cent."""
    _ = numbers.words
    number = st.column_config.NumberColumn
    digits, wider = numbers.unit.digits, WIDER[numbers.unit.key]
    columns: dict[str, Any] = {}
    for choice in comparison.shown:
        columns[choice.key] = number(choice.name, format=f"%,.{digits}f", width=96 + wider)
        if choice.key in comparison.pairs:
            help_ = plain(f"{choice.name} − {comparison.reference.name}")
            columns[f"change:{choice.key}"] = number(_("Difference"), width=80 + wider, help=help_)
            columns[f"rate:{choice.key}"] = number(_("Difference %"), width=84, help=help_)
    return columns
