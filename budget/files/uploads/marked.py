"""An uploaded table with its faults marked, to be corrected and uploaded anew.

Every faulty cell is coloured and carries its reason as a comment; a last column says the reasons
of its row in words, and a second sheet lists all of them. Nothing in it runs as a formula.
"""

import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from budget.files.tables import neutral
from budget.files.uploads.reading import Upload

FAULTY = PatternFill("solid", start_color="F0C9A6")
HEADER = PatternFill("solid", start_color="D8E5FD")
BOLD = Font(bold=True)
MOST_COMMENTS = 2_000
MOST_WIDTH = 60
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def marked_workbook(upload: Upload, reasons: Sequence[str], headings: Mapping[str, str]) -> bytes:
    """The table as it was uploaded, with what is wrong in each cell.

    Args:
        reasons: one a fault, in the reader's language, in the order of `upload.faults`.
        headings: "table", "faults", "reason", "row", "column", "header" and "value" in that
            language.

    Returns:
        The bytes of an .xlsx file.
    """
    book = Workbook()
    table = book.active
    if not isinstance(table, Worksheet):
        raise TypeError("a new workbook has a sheet")
    table.title = headings["table"]
    _write_table(table, upload)
    _mark(table, upload, reasons, headings["reason"])
    _list(book.create_sheet(headings["faults"]), upload, reasons, headings)
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def _write_table(sheet: Worksheet, upload: Upload) -> None:
    for line in upload.lines:
        for place, text in enumerate(line.cells, start=1):
            if text:
                _text(sheet.cell(line.number, place), text)
    for place in range(1, max((len(line.cells) for line in upload.lines), default=0) + 1):
        sheet.column_dimensions[get_column_letter(place)].width = 16


def _text(cell: Cell, text: str) -> None:
    """A text that stays one, or a whole number as a number."""
    if re.fullmatch(r"-?[1-9]\d{0,14}|0", text):
        cell.value = int(text)
        return
    cell.value = CONTROLS.sub("\ufffd", text)[:32_000]
    cell.data_type = "s"
    cell.number_format = "@"
    if neutral(text) != text:
        cell.quotePrefix = True


def _mark(sheet: Worksheet, upload: Upload, reasons: Sequence[str], heading: str) -> None:
    by_row: dict[int, list[str]] = defaultdict(list)
    by_cell: dict[tuple[int, int], list[str]] = defaultdict(list)
    for fault, reason in zip(upload.faults, reasons, strict=True):
        row = fault.row or 1
        letter = fault.details.get("letter", "")
        by_row[row].append(f"{letter} {fault.where}: {reason}".strip(" :"))
        if letter:
            by_cell[row, column_index_from_string(letter)].append(reason)
    for count, ((row, place), texts) in enumerate(by_cell.items()):
        cell = sheet.cell(row, place)
        cell.fill = FAULTY
        if count < MOST_COMMENTS:
            cell.comment = Comment(CONTROLS.sub("\ufffd", "\n".join(texts)), "budget", width=320)
    last = sheet.max_column + 1
    header = next((line.number for line in upload.lines if not line.is_blank), 1)
    first = min([header, *by_row])
    for row, texts in by_row.items():
        cell = sheet.cell(row, last)
        _text(cell, "\n".join(texts))
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        cell.fill = FAULTY
    if first not in by_row:
        _text(sheet.cell(first, last), heading)
        sheet.cell(first, last).font = BOLD
    sheet.column_dimensions[get_column_letter(last)].width = MOST_WIDTH


def _list(
    sheet: Worksheet, upload: Upload, reasons: Sequence[str], headings: Mapping[str, str]
) -> None:
    for place, name in enumerate(("row", "column", "header", "value", "reason"), start=1):
        cell = sheet.cell(1, place, headings[name])
        cell.font, cell.fill = BOLD, HEADER
    for number, (fault, reason) in enumerate(zip(upload.faults, reasons, strict=True), start=2):
        values = (
            str(fault.row or ""),
            fault.details.get("letter", ""),
            fault.where,
            fault.value,
            reason,
        )
        for place, text in enumerate(values, start=1):
            _text(sheet.cell(number, place), text)
    for letter, width in zip("ABCDE", (8, 8, 26, 30, MOST_WIDTH + 20), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
