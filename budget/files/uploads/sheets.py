"""The bytes of an upload as rows of text: CSV in UTF-8, UTF-16 or CP949, or a workbook.

Nothing is judged here but whether there is a table at all. A formula counts as what Excel last
computed; one that was never computed stays a formula, and the checks say so.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from budget.allocation.faults import N_, NOTHING, Fault, InputError, shown
from budget.files.attachments.packages import check_xlsx
from budget.files.attachments.refusal import RefusedError
from budget.files.tables import MARK

MOST_BYTES = 20 * 1024 * 1024
MOST_RECORDS = 5_000
"""Rows that hold something. A country has some hundred centres; a slip has more."""
MOST_ROWS = 50_000
"""Rows of a sheet, empty ones included."""
MOST_CELLS = 300
"""Columns."""

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
Box = tuple[int, int, int, int]
"""First column, first row, last column, last row."""


@dataclass(frozen=True)
class Remark:
    """Something that was passed over or taken to mean something: a template."""

    text: str
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """A row of the file.

    Attributes:
        number: as the spreadsheet counts, from 1.
        cells: texts, as written.
    """

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or a CSV file, which has one.

    Attributes:
        name: of the sheet; "" for CSV.
        merged: boxes of merged cells.
    """

    name: str
    lines: tuple[Line, ...]
    merged: tuple[Box, ...] = ()
    remarks: tuple[Remark, ...] = ()


def sheets_of(file: str, content: bytes) -> list[Sheet]:
    """The sheets of an upload that a reader sees; hidden ones are told and left closed.

    Args:
        file: what messages call it.

    Raises:
        InputError: if it is no table, too large, damaged, or not to be opened.
    """
    if not content:
        raise _refused(file, N_("a file with a table; this one is empty"))
    if len(content) > MOST_BYTES:
        raise _refused(file, N_("a file of at most 20 MB"), f"{len(content) / 1024**2:.1f} MB")
    if content.startswith(ZIP):
        return _workbook(file, content)
    if content.startswith(OLD_EXCEL):
        raise _refused(
            file,
            N_(
                "a workbook of the present format, without a password "
                "(in Excel: save as Excel workbook, .xlsx)"
            ),
        )
    return [_text_table(file, content)]


def _refused(
    file: str, expected: str, value: str = "", row: int | None = None, **details: str
) -> InputError:
    return InputError([Fault(file, "", value, expected, row, details or NOTHING)])


# --- CSV ---------------------------------------------------------------------------------------


def _text_table(file: str, content: bytes) -> Sheet:
    count = content.count(b"\n")
    if count > MOST_ROWS:
        raise _too_many(file, count)
    text, remark = _decoded(file, content)
    if content.startswith((b"%PDF", b"{\\rtf")):
        raise _refused(file, N_("a CSV file or a workbook (.xlsx); this is something else"))
    if text.lstrip()[:15].casefold().startswith(("<html", "<!doctype", "<?xml", "<table")):
        raise _refused(
            file, N_("a table; this is a web page (in Excel: save as Excel workbook, .xlsx)")
        )
    lines, records = [], 0
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, cells in enumerate(reader, start=1):
            line = Line(number, tuple(cells[:MOST_CELLS]))
            lines.append(line)
            records += not line.is_blank
            if records > MOST_RECORDS:
                raise _too_many(file, count)
    except csv.Error as error:
        raise _refused(
            file,
            N_("comma-separated values ({reason})"),
            row=len(lines) + 1,
            reason=str(error),
        ) from None
    return Sheet("", tuple(lines), remarks=(remark,) if remark else ())


def _too_many(file: str, count: int) -> InputError:
    return _refused(
        file,
        N_("at most {most} rows, one a record; delete the others, empty ones too"),
        f"{count:,}",
        most=f"{MOST_RECORDS:,}",
    )


def _decoded(file: str, content: bytes) -> tuple[str, Remark | None]:
    """Text, and how it was written if not in UTF-8."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError:
            raise _refused(file, N_("text that is whole; this file is cut off")) from None
        return _composed(file, text), Remark(N_("The file is written in UTF-16."))
    try:
        return _composed(file, content.decode("utf-8").removeprefix(MARK)), None
    except UnicodeDecodeError as error:
        place = error.start
    if b"\0" in content:
        raise _refused(file, N_("a CSV file or a workbook (.xlsx); this is something else"))
    try:
        text = content.decode("cp949")
    except UnicodeDecodeError:
        row = content.count(b"\n", 0, place) + 1
        raise _refused(
            file,
            N_("text in UTF-8 or CP949; byte {place} is neither (in Excel: save as CSV UTF-8)"),
            f"0x{content[place]:02x}",
            row,
            place=str(place + 1),
        ) from None
    return _composed(file, text), Remark(N_("The file is written in CP949."))


def _composed(file: str, text: str) -> str:
    if "\0" in text:
        raise _refused(file, N_("a CSV file or a workbook (.xlsx); this is something else"))
    return unicodedata.normalize("NFC", text)


def _delimiter(text: str) -> str:
    """Comma, semicolon or tab: whichever the first lines have most of."""
    beginning = re.sub(r'"[^"]*"', "", "\n".join(text.splitlines()[:30]))
    return max(",;\t", key=beginning.count)


# --- workbooks ---------------------------------------------------------------------------------


def _workbook(file: str, content: bytes) -> list[Sheet]:
    try:
        check_xlsx(content)
    except RefusedError as refusal:
        raise InputError(
            Fault(file, "", found.value, found.expected, details=found.details)
            for found in refusal.complaints
        ) from None
    try:
        return _sheets(file, content)
    except (BadZipFile, InvalidFileException, KeyError, TypeError, ValueError, IndexError) as error:
        if isinstance(error, InputError):
            raise
        raise _refused(
            file,
            N_("a workbook that can be read ({reason}); open it in Excel and save it anew"),
            reason=shown(error, 80),
        ) from None


def _sheets(file: str, content: bytes) -> list[Sheet]:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    seen = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    hidden = [sheet.title for sheet in book.worksheets if sheet.sheet_state != "visible"]
    if not seen:
        raise _refused(file, N_("a sheet that can be seen; all of them are hidden"))
    remarks = []
    if hidden:
        remarks.append(
            Remark(
                N_("Hidden sheets were left out: {names}"), {"names": shown(", ".join(hidden), 80)}
            )
        )
    formulas = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    found = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for sheet in seen:
            part = archive.read(sheet._worksheet_path)
            computed = re.search(rb"<f[ >/]", part) is not None
            lines, count = _lines(file, sheet, formulas[sheet.title] if computed else None)
            own = list(remarks)
            if count:
                own.append(
                    Remark(
                        N_("Formulas count as Excel last computed them: {count} cells."),
                        {"count": f"{count:,}"},
                    )
                )
            found.append(Sheet(sheet.title, tuple(lines), tuple(_merged(part)), tuple(own)))
    return found


def _merged(part: bytes) -> Iterator[Box]:
    for reference in re.findall(rb'<mergeCell\s[^>]*?ref="([A-Z0-9:]+)"', part):
        first_column, first_row, last_column, last_row = range_boundaries(reference.decode())
        if first_column and first_row and last_column and last_row:
            yield first_column, first_row, last_column, last_row


def _lines(file: str, sheet: object, formulas: object | None) -> tuple[list[Line], int]:
    """The rows of a sheet, and how many cells are computed."""
    lines: list[Line] = []
    records = computed = 0
    beside = _rows(formulas) if formulas is not None else None
    for number, row in enumerate(_rows(sheet), start=1):
        if number > MOST_ROWS:
            raise _too_many(file, number)
        cells = [_text(cell) for cell in row[:MOST_CELLS]]
        if beside is not None:
            for place, cell in enumerate(next(beside, ())[:MOST_CELLS]):
                if getattr(cell, "data_type", "") == "f":
                    computed += 1
                    if not cells[place]:
                        cells[place] = _formula(getattr(cell, "value", ""))
        while cells and not cells[-1]:
            cells.pop()
        lines.append(Line(number, tuple(cells)))
        records += bool(cells)
        if records > MOST_RECORDS:
            raise _too_many(file, max(getattr(sheet, "max_row", 0) or 0, records))
    while lines and not lines[-1].cells:
        lines.pop()
    return lines, computed


def _rows(sheet: Any) -> Iterator[Sequence[object]]:
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    return iter(sheet.iter_rows())


def _formula(value: object) -> str:
    text = str(getattr(value, "text", value) or "")
    return text if text.startswith("=") else f"={text}"


def _text(cell: object) -> str:
    """A cell as text, exactly; dates in the form 2026-04-30, shares with their %."""
    value = getattr(cell, "value", None)
    if value is None:
        return ""
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value.replace("_x000D_", ""))
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(timespec="seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    if isinstance(value, int | float):
        exact = Decimal(repr(value))
        if "%" in (getattr(cell, "number_format", "") or ""):
            return f"{(exact * 100).normalize():f}%"
        if exact == exact.to_integral_value():
            return str(int(exact))
        return f"{exact:f}"
    return str(value)
