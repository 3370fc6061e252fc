"""Tables for files hold what the allocation holds, to the won; nothing is left out."""

import io
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

import budget
from budget import files
from budget.files.workbook import FIRST_ROW, HEADER_ROW, workbook_bytes
from budget.view.exports import (
    Provenance,
    allocation_tables,
    centres_table,
    parameter_table,
    parts_table,
    provenance_table,
    scenario_text,
)
from budget.view.words import Words
from budget.workflow.deadlines import KOREA

DATA = Path(__file__).parents[2] / "data"
RESERVE = "reserve.amount.share"
MADE = datetime(2026, 4, 1, 9, 30, tzinfo=KOREA)


@cache
def allocated(reserve: str) -> budget.Allocation:
    policy = files.read_policy(DATA / "policy.toml").replaced({RESERVE: Decimal(reserve)})
    return budget.allocate(
        files.read_centres(DATA / "centres.csv"), policy, files.read_requests(DATA / "requests.csv")
    )


def provenance(**other: object) -> Provenance:
    given = {
        "round": "2027",
        "fiscal_year": 2027,
        "state": "review",
        "scenario": scenario_text("Default rules", 3, Words("en")),
        "requests": "approved requests",
        "certified": True,
        "illustrative": True,
        "made": MADE,
        "code_version": "0.1.0",
        "hashes": {"rules": "ab" * 32},
    }
    return Provenance(**{**given, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_workbook_holds_every_figure_of_the_allocation(language: str) -> None:
    """Opened again: every won of every centre, every total."""
    _ = Words(language)
    now, base = allocated("0.03"), allocated("0.01")
    data = workbook_bytes(allocation_tables(now, base, _), caption="", decrease="△", made=MADE)
    sheet = load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    rows = list(sheet.iter_rows(min_row=FIRST_ROW, values_only=True))
    names = [cell.value for cell in sheet[HEADER_ROW]]
    table = now.table.set_index("centre_id").loc[list(now.centres.ids)]
    assert [row[0] for row in rows[:-1]] == list(now.centres.ids)
    columns = {
        _(
            "{what} (won)", what=_(what[:1].upper() + what[1:]) if language == "en" else _(what)
        ): name
        for what, name in (
            ("operating", "operating_krw"),
            ("performance", "performance_krw"),
            ("special needs", "special_needs_krw"),
            ("total", "total_krw"),
        )
    }
    for heading, name in columns.items():
        place = names.index(heading)
        assert [row[place] for row in rows[:-1]] == table[name].tolist()
        assert rows[-1][place] == table[name].sum()
    before = names.index(_("{what} (won)", what=_("Total against the baseline")))
    assert rows[-1][before] == sum(now.totals) - sum(base.totals)


def test_parts_are_the_envelope() -> None:
    """Pools, special needs and reserve sum to the envelope, before and now."""
    table = parts_table(allocated("0.03"), allocated("0.01"), Words("en"))
    amount, before, difference = table.columns[1:4]
    assert sum(amount.cells) == amount.total == allocated("0.03").policy.envelope  # type: ignore[arg-type]
    assert sum(before.cells) == before.total  # type: ignore[arg-type]
    assert sum(difference.cells) == difference.total == 0  # type: ignore[arg-type]


def test_changed_parameters_are_marked() -> None:
    """One of 51 is changed; value and baseline stand in the screen's units."""
    now, base = allocated("0.03").policy, allocated("0.01").policy
    table = parameter_table(now, base, {RESERVE: "재해 대비"}, Words("en"))
    rows = list(zip(*(column.cells for column in table.columns), strict=True))
    assert len(rows) == 51
    changed = [row for row in rows if row[5] == "yes"]
    assert [(row[1], row[2], row[3], row[4], row[6]) for row in changed] == [
        (RESERVE, Decimal(3), "%", Decimal(1), "재해 대비")
    ]


def test_columns_have_equal_length() -> None:
    """174 cells in each column of the table of centres."""
    table = centres_table(allocated("0.03"), allocated("0.01"), Words("ko"))
    assert {len(column.cells) for column in table.columns} == {174}


def test_provenance_says_what_was_used() -> None:
    """Scenario and version, or unsaved changes; certified; illustrative; when."""
    _ = Words("en")
    line = provenance().line(_)
    assert line.startswith("Illustrative data · 2027 · Default rules, version 3 · certified")
    assert line.endswith("2026-04-01 09:30 KST")
    assert "unsaved changes" in scenario_text("Default rules", None, _)
    assert "not certified" in provenance(certified=False).line(_)
    assert "llustrative" not in provenance(illustrative=False).line(_)
    assert "certified" not in provenance(certified=None, scenario="").line(_)
    facts = dict(zip(*(c.cells for c in provenance_table(provenance(), _).columns), strict=True))
    assert facts["SHA-256 · rules"] == "ab" * 32
    assert facts["Made at"] == "2026-04-01 09:30:00 KST"
