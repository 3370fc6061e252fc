"""An upload from its bytes to a checked table, with everything that is wrong with it.

Nothing is filled in and nothing is dropped in silence: what was passed over is told.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from openpyxl.utils import get_column_letter

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.files.tables import MARK, table_bytes, without_apostrophe
from budget.files.uploads.checks import Broken, broken_cells
from budget.files.uploads.definitions import TableDefinition
from budget.files.uploads.figures import plain_cell
from budget.files.uploads.layout import Layout, header_line, laid_out
from budget.files.uploads.sheets import Line, Remark, Sheet, sheets_of

MOST_NAME = 80


@dataclass(frozen=True)
class Upload:
    """An uploaded table.

    Attributes:
        file: what its owner calls it.
        sha256: of the bytes that were uploaded.
        sheet: the sheet that was read; "" for CSV.
        table: columns of the contract first, as it names them, then further ones; cells as text,
            numbers in plain digits. Incomplete where there are faults.
        rows: the row in the file of each record.
        headers: column of the table -> header as written.
        letters: column of the table -> letter in the file.
        faults: everything that is wrong; `details["letter"]` is the column's letter in the file.
        remarks: what was passed over.
        lines: the sheet as it was written, for the marked workbook.
    """

    file: str
    sha256: str
    sheet: str
    table: pd.DataFrame
    rows: tuple[int, ...]
    headers: Mapping[str, str]
    letters: Mapping[str, str]
    faults: tuple[Fault, ...]
    remarks: tuple[Remark, ...]
    lines: tuple[Line, ...] = ()

    @property
    def content(self) -> bytes:
        """The table as the file formats have it: what is stored."""
        return table_bytes(self.table)

    def with_faults(self, faults: Iterable[Fault]) -> "Upload":
        """The same with what another check found.

        Args:
            faults: as the allocator tells them: column of the table, row of `content`.
        """
        known = {(fault.row, fault.where) for fault in self.faults}
        own = [self._in_file(fault) for fault in faults]
        added = [fault for fault in own if (fault.row, fault.where) not in known]
        return replace(self, faults=(*self.faults, *added))

    def _in_file(self, fault: Fault) -> Fault:
        """A fault of the table, at its place in the file."""
        if fault.file != CONTENT:
            return fault
        row = fault.row
        if row is not None and 0 <= row - 2 < len(self.rows):
            row = self.rows[row - 2]
        return replace(
            fault,
            file=self.file,
            where=self.headers.get(fault.where, fault.where),
            row=row,
            details={**fault.details, "letter": self.letters.get(fault.where, "")},
        )


CONTENT = "centres.csv"
"""What the allocator's checks call the table that is stored."""


def read_upload(name: str, content: bytes, table: TableDefinition) -> Upload:
    """Read an uploaded table and check it against its definition.

    Args:
        name: what the uploader calls the file; any text.
        content: its bytes.

    Returns:
        The table, with every fault; never raises for what somebody uploads.
    """
    file = _file_name(name)
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        sheet, header = _chosen(file, sheets_of(file, content), table)
    except InputError as error:
        return Upload(file, sha256, "", pd.DataFrame(), (), {}, {}, error.faults, ())
    layout = laid_out(file, sheet, header, table)
    found, order = _table(layout, table)
    broken = _broken(found, layout, table)
    faults = sorted(
        (*layout.faults, *broken),
        key=lambda fault: (
            fault.row or 0,
            len(fault.details.get("letter", "")),
            fault.details.get("letter", ""),
        ),
    )
    return Upload(
        file=file,
        sha256=sha256,
        sheet=sheet.name,
        table=found,
        rows=tuple(line.number for line in layout.records),
        headers={layout.names[place]: layout.headers[place] for place in order},
        letters={layout.names[place]: get_column_letter(place + 1) for place in order},
        faults=tuple(faults),
        remarks=tuple(layout.remarks),
        lines=sheet.lines,
    )


def _file_name(name: str) -> str:
    seen = "".join(letter for letter in unicodedata.normalize("NFC", name) if letter.isprintable())
    return shown(seen.replace("\\", "/").rpartition("/")[2] or "?", MOST_NAME)


def _chosen(file: str, sheets: Sequence[Sheet], table: TableDefinition) -> tuple[Sheet, Line]:
    """The one sheet with the table, and its header."""
    found = [(sheet, best) for sheet in sheets if (best := header_line(sheet, table))]
    if not found:
        first = next((line for sheet in sheets for line in sheet.lines if not line.is_blank), None)
        value = " | ".join(cell for cell in first.cells if cell.strip()) if first else ""
        names = ", ".join(column.korean for column in table.columns[:4])
        raise InputError(
            [
                Fault(
                    file,
                    "",
                    shown(value.removeprefix(MARK)),
                    N_("a header row with the names of the columns ({names}, …); see the template"),
                    first.number if first else None,
                    {"names": names},
                )
            ]
        )
    most = max(count for _sheet, (count, _line) in found)
    chosen = [(sheet, line) for sheet, (count, line) in found if count > most // 2]
    if len(chosen) > 1:
        names = ", ".join(sheet.name for sheet, _line in chosen)
        raise InputError(
            [
                Fault(
                    file,
                    "",
                    shown(names),
                    N_("one sheet with this table; several have it (delete or hide the others)"),
                )
            ]
        )
    return chosen[0]


def _table(layout: Layout, table: TableDefinition) -> tuple[pd.DataFrame, list[int]]:
    """The records as a table, and the place of each of its columns in the file."""
    places = {name: place for place, name in reversed(layout.names.items())}
    known = [column.name for column in table.columns if column.name in places]
    others = [
        name
        for name in layout.names.values()
        if name not in table.by_name and name not in table.computed
    ]
    order = [places[name] for name in dict.fromkeys((*known, *others))]
    columns = {}
    for place in order:
        definition = table.by_name.get(layout.names[place])
        columns[layout.names[place]] = [
            plain_cell(without_apostrophe(line.cells[place]), definition)
            if place < len(line.cells)
            else ""
            for line in layout.records
        ]
    return pd.DataFrame(columns, dtype="object"), order


def _broken(found: pd.DataFrame, layout: Layout, table: TableDefinition) -> list[Fault]:
    """The cells that break a rule, at their places in the file."""
    if found.empty:
        return []
    places = {name: place for place, name in reversed(layout.names.items())}
    return [_fault(cell, layout, places[cell.column]) for cell in broken_cells(found, table)]


def _fault(cell: Broken, layout: Layout, place: int) -> Fault:
    line = layout.records[cell.row]
    written = line.cells[place] if place < len(line.cells) else ""
    details = dict(cell.details)
    if "at" in details:  # another record, by its row in the file
        details["row"] = str(layout.records[int(details.pop("at"))].number)
    details["letter"] = get_column_letter(place + 1)
    return Fault(
        layout.file, layout.headers[place], shown(written), cell.expected, line.number, details
    )
