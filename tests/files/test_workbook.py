"""Workbooks and CSV: every figure as the allocation has it, totals that reconcile, no formulas."""

import io
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from budget.allocation.faults import Defect
from budget.files.tables import table_from, without_apostrophe
from budget.files.workbook import FIRST_ROW, HEADER_ROW, sheet_csv, workbook_bytes

MADE = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)
RUNS = ("=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1", '=HYPERLINK("http://x")')


@dataclass(frozen=True)
class Made:
    """A column."""

    heading: str
    cells: Any
    kind: str = "text"
    total: int | None = None


@dataclass(frozen=True)
class Small:
    """A table of three centres."""

    title: str = "센터별"
    columns: tuple[Made, ...] = (
        Made("번호", ["0012", "EC002", "EC003"]),
        Made("센터", ["서울", "=부산", "대구"]),
        Made("합계 (원)", [3_000, -1_500, None], "won", 1_500),
        Made("변동률 (%)", [0.0315, -0.05, None], "share_change"),
        Made("값", [Decimal("0.95"), Decimal(128_000), None], "number"),
        Made("기한", [date(2026, 5, 29), None, None], "day"),
    )
    total_label: str = "합계"


def written(*tables: Any, decrease: str = "△") -> bytes:
    return workbook_bytes(tables or (Small(),), caption="예시 데이터", decrease=decrease, made=MADE)


def opened(data: bytes, *, values: bool = True) -> Workbook:
    return load_workbook(io.BytesIO(data), data_only=values)


def test_every_cell_is_read_back_as_it_was() -> None:
    """Ids stay texts, money stays a number, days stay days, Hangul stays Hangul."""
    sheet = opened(written())["센터별"]
    assert [cell.value for cell in sheet[HEADER_ROW]] == [c.heading for c in Small().columns]
    for place, column in enumerate(Small().columns, start=1):
        cells = [sheet.cell(FIRST_ROW + row, place).value for row in range(3)]
        if column.kind == "day":
            cells = [cell.date() if cell else None for cell in cells]
        expected = [float(c) if isinstance(c, Decimal) else c for c in column.cells]
        assert cells == expected
    assert "예시 데이터" in sheet["A1"].value
    assert sheet.freeze_panes == f"C{FIRST_ROW}"


def test_totals_are_formulas_with_their_values() -> None:
    """Excel computes them anew; whoever computes nothing sees the same figure."""
    assert opened(written(), values=False)["센터별"]["C6"].value == "=SUM(C3:C5)"
    assert opened(written())["센터별"]["C6"].value == 1_500


def test_a_total_that_does_not_reconcile_is_not_written() -> None:
    """One won too many on the screen, and there is no file."""
    wrong = Made("합계 (원)", [1, 2], "won", 4)
    with pytest.raises(Defect, match="sum to 3, not to 4"):
        written(Small(columns=(Made("번호", ["A", "B"]), wrong)))


@pytest.mark.parametrize(("decrease", "sign"), [("△", "△"), ("−", "−")])
def test_a_decrease_bears_the_sign_of_the_language(decrease: str, sign: str) -> None:
    """The number stays negative; the format writes the sign."""
    sheet = opened(written(decrease=decrease))["센터별"]
    assert sheet["C4"].value == -1_500
    assert sheet["C4"].number_format == f'#,##0;"{sign}"#,##0;0'
    assert sheet["D4"].number_format == f'+0.0%;"{sign}"0.0%;0.0%'


@pytest.mark.parametrize("text", RUNS)
def test_nothing_that_was_typed_runs(text: str) -> None:
    """In names of centres, headings, titles: a text, marked as typed after an apostrophe."""
    table = Small(
        title=text,
        columns=(Made(text, [text]), Made("합계", [1], "won", 1)),
        total_label=text,
    )
    book = opened(written(table), values=False)
    kinds = {
        cell.coordinate: cell.data_type
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert [place for place, kind in kinds.items() if kind == "f"] == ["B4"]  # our own total
    cell = book.worksheets[0]["A3"]
    assert cell.value == text.replace("\r", "\n")  # XML knows one end of a line
    assert cell.quotePrefix or text.startswith("'")
    csv = sheet_csv(table, "자료", "").decode()
    assert without_apostrophe(table_from(csv.encode(), "t").iloc[0, 0]) == text
    assert not re.search(r'(^|,|\n)"?[=+\-@\t\r＝]', csv.removeprefix("\ufeff"))


def test_the_same_tables_give_the_same_bytes() -> None:
    """Whenever they are written; the file's dates are those that were given."""
    data = written()
    assert data == written()
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert {part.date_time[0] for part in parts.infolist()} == {1980}
        core = parts.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", core)) == {"2026-04-01T00:30:00Z"}


def test_sheets_have_names_that_a_workbook_allows() -> None:
    """No forbidden letters, 31 at most, each once."""
    titles = ["a/b:c", "긴 이름 " * 12, "긴 이름 " * 12, "[]"]
    book = opened(written(*(replace(Small(), title=title) for title in titles)))
    assert len(set(book.sheetnames)) == 4
    assert all(len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) for name in book.sheetnames)


def test_csv_is_for_a_korean_spreadsheet() -> None:
    """A mark before UTF-8, negative numbers as numbers, shares in per cent, the kind of data."""
    data = sheet_csv(Small(), "자료", "예시")
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig").splitlines()[2] == "EC002,'=부산,-1500,-5.0000,128000,,예시"
    assert "자료" not in sheet_csv(Small(), "자료", "").decode()
