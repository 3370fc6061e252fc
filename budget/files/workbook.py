"""Tables as workbooks (.xlsx) and as CSV: formatted, reconciled, safe to open.

A workbook shows figures as Korean officials print them: separators, △ (or −) before a decrease,
a frozen header, a row of totals. A total is a formula that a spreadsheet computes anew, with its
value beside it for viewers that compute nothing; a column that does not sum to what the screen
shows is not written. Texts stay texts: nothing that people typed runs as a formula.

The same tables give the same bytes, so that a file can be hashed.
"""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as Written
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from budget.allocation.faults import Defect
from budget.files.tables import csv_bytes, neutral

Cell = str | int | float | Decimal | date | None
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Column(Protocol):
    """A column as `budget.view.exports.Column` describes it."""

    @property
    def heading(self) -> str: ...
    @property
    def cells(self) -> Sequence[Cell]: ...
    @property
    def kind(self) -> str: ...
    @property
    def total(self) -> int | None: ...


class Table(Protocol):
    """A table as `budget.view.exports.Table` describes it."""

    @property
    def title(self) -> str: ...
    @property
    def columns(self) -> Sequence[Column]: ...
    @property
    def total_label(self) -> str: ...


# --- the workbook ------------------------------------------------------------------------------

HEADER_ROW, FIRST_ROW = 2, 3
"""Row 1 says what the sheet is and whether its data are illustrative."""
LEAST_WIDTH, MOST_WIDTH, CAPTION_WIDTH = 8, 46, 255
A4 = "9"
"""The paper, by its number in the format."""
FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The date of every part of the file: a zip's first."""
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
MODIFIED = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(<)")
FORMULA = re.compile(rb'<c r="([A-Z]+[0-9]+)"([^>]*)><f>([^<]*)</f><v ?/?>(</v>)?</c>')

LINE = Side(style="thin", color="B1B8BE")
HEADER = {
    "font": Font(bold=True, color="1E2124"),
    "fill": PatternFill("solid", start_color="D8E5FD"),
    "border": Border(bottom=LINE),
    "alignment": Alignment(horizontal="center", vertical="center", wrap_text=True),
}
TOTAL = {
    "font": Font(bold=True),
    "fill": PatternFill("solid", start_color="F4F5F6"),
    "border": Border(top=LINE),
}
CAPTION = {"font": Font(italic=True, color="58616A")}


def workbook_bytes(
    tables: Sequence[Table], *, caption: str, decrease: str, made: datetime
) -> bytes:
    """Tables as a workbook, a sheet each.

    Args:
        caption: what stands above every table: round, scenario, whether it is illustrative.
        decrease: the sign before a decrease: "△" or "−".
        made: when the file was asked for; its date of creation.

    Returns:
        The bytes of an .xlsx file; the same for the same arguments.

    Raises:
        Defect: if a column does not sum to its total.
    """
    for table in tables:
        for column in table.columns:
            check_total(column)
    book = Workbook(write_only=True)
    results: list[dict[str, int]] = []
    for table, name in zip(tables, _sheet_names(table.title for table in tables), strict=True):
        sheet = book.create_sheet(name)
        results.append(_fill(sheet, table, caption, decrease))
    raw = io.BytesIO()
    book.save(raw)
    return _settled(raw.getvalue(), results, made)


def _sheet_names(titles: Iterable[str]) -> Iterator[str]:
    """Names that a sheet may have: 31 characters, each once."""
    seen: set[str] = set()
    for title in titles:
        plain = FORBIDDEN.sub(" ", _clean(title)).strip("' ")[:31] or "–"
        name, number = plain, 2
        while name.casefold() in seen:
            name, number = f"{plain[:27]} ({number})", number + 1
        seen.add(name.casefold())
        yield name


def _fill(sheet: WriteOnlyWorksheet, table: Table, caption: str, decrease: str) -> dict[str, int]:
    """Write a table; gives the value of every formula by its cell."""
    columns = table.columns
    count = max((len(column.cells) for column in columns), default=0)
    last = FIRST_ROW + count - 1
    for place, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = _width(column, decrease)
    sheet.freeze_panes = f"{'C' if len(columns) > 4 else 'A'}{FIRST_ROW}"
    if count:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(columns))}{last}"
    sheet.print_title_rows = f"1:{HEADER_ROW}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.append([_text(sheet, f"{table.title} · {caption}", CAPTION)])
    sheet.append([_text(sheet, column.heading, HEADER) for column in columns])
    for row in zip(*(column.cells for column in columns), strict=True):
        sheet.append(
            [
                _cell(sheet, value, column.kind, decrease)
                for value, column in zip(row, columns, strict=True)
            ]
        )
    if not table.total_label:
        return {}
    return _totals(sheet, table, last, decrease)


def _totals(sheet: WriteOnlyWorksheet, table: Table, last: int, decrease: str) -> dict[str, int]:
    """The row of totals: formulas that give what the screen shows."""
    found: dict[str, int] = {}
    row = [_text(sheet, table.total_label, TOTAL)]
    for place, column in enumerate(table.columns[1:], start=2):
        cell = WriteOnlyCell(sheet)
        if column.total is not None:
            letter = get_column_letter(place)
            cell.value = f"=SUM({letter}{FIRST_ROW}:{letter}{last})"
            cell.number_format = number_format(column.kind, decrease)
            found[f"{letter}{last + 1}"] = column.total
        _dress(cell, TOTAL)
        row.append(cell)
    sheet.append(row)
    return found


def check_total(column: Column) -> None:
    """A column of amounts sums to its total, if it has one.

    Raises:
        Defect: with both, if it does not.
    """
    reached = sum(cell for cell in column.cells if isinstance(cell, int))
    if column.total is not None and reached != column.total:
        raise Defect(f"{column.heading}: the cells sum to {reached}, not to {column.total}")


def number_format(kind: str, decrease: str) -> str:
    """A spreadsheet's format of a kind of figure; a decrease bears the language's sign."""
    less = f'"{decrease}"'
    return {
        "won": f"#,##0;{less}#,##0;0",
        "won_change": f"+#,##0;{less}#,##0;0",
        "count": "#,##0",
        "share": "0.0%",
        "share_change": f"+0.0%;{less}0.0%;0.0%",
        "day": "yyyy-mm-dd",
    }.get(kind, "@")


def _cell(sheet: WriteOnlyWorksheet, value: Cell, kind: str, decrease: str) -> Written | None:
    if value is None:
        return None
    if isinstance(value, str):
        return _text(sheet, value)
    cell = WriteOnlyCell(sheet, value=value)
    if kind == "number":
        is_whole = value == int(value) if isinstance(value, int | float | Decimal) else False
        cell.number_format = "#,##0" if is_whole else "#,##0.0#####"
    else:
        cell.number_format = number_format(kind, decrease)
    return cell


def _text(
    sheet: WriteOnlyWorksheet, text: str, look: Mapping[str, object] | None = None
) -> Written:
    """A text that stays one: a spreadsheet takes it for what somebody typed after an apostrophe."""
    cell = WriteOnlyCell(sheet)
    cell.value = _clean(text)
    cell.data_type = "s"  # a text that begins with "=" would be written as a formula
    cell.number_format = "@"
    if neutral(text) != text:
        cell.quotePrefix = True
    _dress(cell, look or {})
    return cell


def _dress(cell: Written, look: Mapping[str, object]) -> None:
    for name, value in look.items():
        setattr(cell, name, value)


def _clean(text: str) -> str:
    """Text that XML can hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS.sub("\ufffd", unicodedata.normalize("NFC", text))


def _width(column: Column, decrease: str) -> float:
    """Wide enough for what stands in it; Hangul takes two places."""
    figures = {"won", "won_change", "count"}
    shown = [
        f"{cell:+,}" if column.kind in figures and isinstance(cell, int) else str(cell)[:60]
        for cell in (*column.cells, column.total)
        if cell is not None
    ]
    if column.kind in {"share", "share_change"}:
        shown = [f"{decrease}00.0%"]
    widest = max((_places(text) for text in shown), default=0)
    return min(max(widest, _places(column.heading) / 2, LEAST_WIDTH) + 2, MOST_WIDTH)


def _places(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _settled(raw: bytes, results: Sequence[dict[str, int]], made: datetime) -> bytes:
    """The same file with the values of its formulas, and with no other date than its own."""
    stamp = made.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as given, zipfile.ZipFile(out, "w") as kept:
        for name in given.namelist():
            data = given.read(name)
            if name == "docProps/core.xml":
                data = MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<3>", data)
            sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
            if sheet:
                data = _with_values(data, results[int(sheet[1]) - 1])
            part = zipfile.ZipInfo(name, FIRST_DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            kept.writestr(part, data)
    return out.getvalue()


def _with_values(data: bytes, values: dict[str, int]) -> bytes:
    """A sheet whose formulas carry their values."""

    def valued(found: re.Match[bytes]) -> bytes:
        value = values[found[1].decode()]
        return b'<c r="%b"%b><f>%b</f><v>%d</v></c>' % (found[1], found[2], found[3], value)

    data, count = FORMULA.subn(valued, data)
    if count != len(values):
        raise Defect(f"{count} of {len(values)} formulas have a value")
    return data


# --- CSV ---------------------------------------------------------------------------------------


def sheet_csv(table: Table, kind_heading: str, kind: str) -> bytes:
    """A table as CSV for a spreadsheet: UTF-8 with mark, no formula, negative numbers as numbers.

    Args:
        kind_heading, kind: a last column that says in every row what kind of data this is
            ("illustrative"); none where `kind` is "".
    """
    columns = [[_csv_cell(cell, column.kind) for cell in column.cells] for column in table.columns]
    header = [column.heading for column in table.columns]
    if kind:
        header.append(kind_heading)
        columns.append([kind] * max((len(column) for column in columns), default=0))
    return csv_bytes(header, zip(*columns, strict=True))


def _csv_cell(value: Cell, kind: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return neutral(value)
    if kind in {"share", "share_change"} and not isinstance(value, date):
        return f"{value * 100:.4f}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
