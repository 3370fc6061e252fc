"""Empty tables to fill in, made from the definitions that uploads are checked against."""

import io
from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from budget.files.tables import csv_bytes, neutral
from budget.files.uploads.definitions import Definition, TableDefinition

NEEDED = PatternFill("solid", start_color="D8E5FD")
OPTIONAL = PatternFill("solid", start_color="F4F5F6")
ROWS = 1_000
"""Rows that are prepared for typing."""


def template_csv(table: TableDefinition, language: str) -> bytes:
    """The header row alone, as CSV for a spreadsheet."""
    return csv_bytes([column.header(language) for column in table.columns], [])


def filled_template_csv(
    table: TableDefinition, language: str, name_header: str, rows: Mapping[str, str]
) -> bytes:
    """The header row with the centres already in it, their names in a last column.

    Args:
        rows: centre id -> name.
    """
    headers = [column.header(language) for column in table.columns]
    place = [column.name for column in table.columns].index("centre_id")
    empty = [""] * len(headers)
    lines = [
        [*empty[:place], centre_id, *empty[place + 1 :], neutral(name)]
        for centre_id, name in rows.items()
    ]
    return csv_bytes([*headers, name_header], lines)


def template_workbook(table: TableDefinition, language: str, help_texts: dict[str, str]) -> bytes:
    """The header row with help at each header, lists to choose from and number formats.

    Args:
        help_texts: column -> what it holds, in the reader's language.
    """
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = table.name
    for place, column in enumerate(table.columns, start=1):
        _prepare(sheet, place, column, language, help_texts.get(column.name, ""))
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "B2"
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def _prepare(sheet: Worksheet, place: int, column: Definition, language: str, text: str) -> None:
    head = sheet.cell(1, place, column.header(language))
    head.font = Font(bold=True)
    head.fill = OPTIONAL if column.column.optional or column.column.may_lack else NEEDED
    head.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if text:
        head.comment = Comment(text, "budget", width=320)
    letter = get_column_letter(place)
    sheet.column_dimensions[letter].width = max(12, min(28, len(head.value or "") * 1.6))
    if column.column.values:
        listed = ",".join(column.allowed(language))
        choice = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{ROWS}")
        sheet.add_data_validation(choice)
    number_format = "#,##0" if column.column.kind == "whole" else "General"
    for row in range(2, 200):
        sheet.cell(row, place).number_format = number_format if column.is_number else "@"
