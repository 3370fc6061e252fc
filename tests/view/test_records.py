"""Records as tables for a file: kinds by name, headings in words, nothing lost."""

from decimal import Decimal

import pandas as pd

from budget.files.workbook import sheet_csv, workbook_bytes
from budget.view.records import COLUMNS, record_table
from budget.view.words import Words
from tests.storage.databases import Clock

ROWS = pd.DataFrame(
    {
        "centre_id": ["EC001", "=EC2"],
        "total_krw": pd.array([1_000, None], dtype="Int64"),
        "effect_krw": [-5, 7],
        "gini": [0.25, float("nan")],
        "feasible": ["true", "false"],
        "reserve.amount.share": ["0.010", "0.02"],
    }
)


def test_kinds_headings_and_cells() -> None:
    found = record_table(
        "sweep", "규칙 구간", ROWS, Words("ko"), {"reserve.amount.share": "유보액"}
    )
    assert [column.heading for column in found.columns] == [
        "번호", "합계 (원)", "규칙의 효과 (원)", "불평등도 (지니계수)", "배분 가능", "유보액",
    ]  # fmt: skip
    assert [column.kind for column in found.columns] == [
        "text", "won", "won_change", "number", "text", "number",
    ]  # fmt: skip
    assert [list(column.cells) for column in found.columns[1:]] == [
        [1_000, None],
        [-5, 7],
        [0.25, None],
        ["예", "아니요"],
        [Decimal("0.010"), Decimal("0.02")],
    ]


def test_the_files_are_written_and_formulas_are_text() -> None:
    found = record_table("sweep", "Sweep", ROWS, Words("en"))
    assert b"'=EC2" in sheet_csv(found, "Kind of data", "illustrative")
    assert workbook_bytes([found], caption="x", decrease="−", made=Clock()())[:2] == b"PK"


def test_every_field_of_the_studies_has_a_heading() -> None:
    named = set(COLUMNS)
    assert {"p5_krw", "p50_krw", "p95_krw", "gains_share", "verdict", "effect_krw"} <= named
