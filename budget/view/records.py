"""Records of a study as a table for a file: one row a finding, every column in words and won."""

from collections.abc import Mapping
from decimal import Decimal

import pandas as pd

from budget.allocation.faults import N_
from budget.view.exports import Cell, Column, Table
from budget.view.words import Words

COLUMNS: Mapping[str, str] = {
    "centre_id": N_("Number"),
    "name": N_("Centre"),
    "rule_title": N_("Rule"),
    "rule": N_("Path of the rule"),
    "gained_krw": N_("Gained (won)"),
    "gainers": N_("Gainers"),
    "paid_krw": N_("Paid (won)"),
    "payers": N_("Payers"),
    "reserve_change_krw": N_("To the reserve (won)"),
    "feasible": N_("Has an allocation"),
    "certified": N_("Certified"),
    "shortfall_krw": N_("Shortfall (won)"),
    "total_krw": N_("Total (won)"),
    "effect_krw": N_("Effect of the rule (won)"),
    "results_share": N_("Money that follows results (share)"),
    "gini": N_("Inequality (Gini)"),
    "undominated": N_("Beaten by no other setting"),
    "before_krw": N_("Compared amount (won)"),
    "undisturbed_krw": N_("With the present data (won)"),
    "p5_krw": N_("5th percentile (won)"),
    "p50_krw": N_("Middle (won)"),
    "p95_krw": N_("95th percentile (won)"),
    "gains_share": N_("Gains (share of draws)"),
    "loses_share": N_("Loses (share of draws)"),
    "verdict": N_("Verdict"),
    "way": N_("Way"),
    "step": N_("Step"),
    "change_krw": N_("Change (won)"),
    "reached_krw": N_("Reached (won)"),
    "centre": N_("Centre"),
    "operating_per_weighted_head_krw": N_("Operating money per weighted head (won)"),
}
"""Headings by the name of the record's field."""
CHANGES = {"change_krw", "effect_krw", "gained_krw", "paid_krw", "reserve_change_krw"}
COUNTS = {"gainers", "payers"}


def record_table(
    name: str, title: str, rows: pd.DataFrame, _: Words, titles: Mapping[str, str] | None = None
) -> Table:
    """Records as a table for a file.

    Args:
        name: ASCII, for the file's name.
        titles: headings of fields that only this table has: the path of a parameter, say.
    """
    known = titles or {}
    return Table(
        name,
        title,
        tuple(
            Column(
                known.get(str(field)) or _(COLUMNS.get(str(field), str(field))),
                [_cell(value, str(field), known, _) for value in rows[field].tolist()],
                _kind(str(field), known),
            )
            for field in rows.columns
        ),
    )


def _kind(field: str, titles: Mapping[str, str]) -> str:
    if field.endswith("_krw"):
        return "won_change" if field in CHANGES else "won"
    if field in COUNTS:
        return "count"
    return "number" if field in titles or field.endswith("_share") or field == "gini" else "text"


def _cell(value: object, field: str, titles: Mapping[str, str], _: Words) -> Cell:
    if value is None or value is pd.NA or value != value:  # noqa: PLR0124 - not a number
        return None
    if field in titles:
        return Decimal(str(value))
    if isinstance(value, int | float):
        return value
    return {"true": _("yes"), "false": _("no")}.get(str(value), str(value))
