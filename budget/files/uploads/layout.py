"""Where things stand in an uploaded table: title, header, records, totals, notes.

Rows of totals and notes are left out and told; a row of totals that does not fit the rows above
it is a fault, for then a row is missing or a figure was changed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter

from budget.allocation.faults import N_, Fault, shown
from budget.files.tables import without_apostrophe
from budget.files.uploads.definitions import TableDefinition, folded
from budget.files.uploads.figures import plain_number
from budget.files.uploads.sheets import Line, Remark, Sheet

HEADER_WITHIN = 40
"""The header is looked for in so many first rows."""
LEAST_HEADERS = 3
TOTALS = frozenset(
    folded(word)
    for word in (
        "합계",
        "총계",
        "소계",
        "계",
        "누계",
        "전국계",
        "total",
        "grand total",
        "sum",
        "subtotal",
    )
)
TOTAL_ENDINGS = ("소계", "합계", "총계", "subtotal")
NOTE = re.compile(
    r"\s*(※|\*|주\s*[:)\d]|비고|참고|출처|자료|\(?단위|작성|담당|note|source|unit|끝\.?$|-\s|\d\)|○|□|▷)",
    re.IGNORECASE,
)
MOST_NOTE_CELLS = 2
THOUSANDS = re.compile(r"천\s?원|백만\s?원|만\s?원|억\s?원|thousand|million")


@dataclass
class Layout:
    """A table as it stands in its sheet.

    Attributes:
        header_row: its row in the file.
        headers: place -> header as written.
        names: place -> column of the contract, or the header itself where it is another.
        records: the rows of the table.
        faults, remarks: what is wrong with, and what was passed over in, its layout.
    """

    file: str
    sheet: Sheet
    header_row: int
    headers: dict[int, str]
    names: dict[int, str]
    records: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def fault(
        self, line: int | None, place: int | None, value: str, expected: str, **details: str
    ) -> None:
        """Note a fault at a cell of the file."""
        letter = get_column_letter(place + 1) if place is not None else ""
        where = self.headers.get(place, letter) if place is not None else ""
        self.faults.append(
            Fault(self.file, where, shown(value), expected, line, {"letter": letter, **details})
        )

    def place_of(self, name: str) -> int | None:
        """Where a column stands."""
        return next((place for place, own in self.names.items() if own == name), None)


def header_line(sheet: Sheet, table: TableDefinition) -> tuple[int, Line] | None:
    """The row that names most columns: how many, and the row; None if no row does."""
    best: tuple[int, Line] | None = None
    for line in sheet.lines[:HEADER_WITHIN]:
        found = {table.recognised(cell) for cell in line.cells} - {None}
        if len(found) >= LEAST_HEADERS and (best is None or len(found) > best[0]):
            best = (len(found), line)
    return best


def laid_out(file: str, sheet: Sheet, header: Line, table: TableDefinition) -> Layout:
    """Sort the rows of a sheet below its header."""
    headers = {
        place: without_apostrophe(" ".join(cell.split()))
        for place, cell in enumerate(header.cells)
        if cell.strip()
    }
    names = {place: table.recognised(text) or text for place, text in headers.items()}
    found = Layout(file, sheet, header.number, headers, names, remarks=list(sheet.remarks))
    above = [
        line.number for line in sheet.lines if line.number < header.number and not line.is_blank
    ]
    if above:
        found.remarks.append(
            Remark(
                N_("The header stands in row {row}; {count} rows above it were left out."),
                {"row": str(header.number), "count": str(len(above))},
            )
        )
    _check_headers(found, table)
    _sort_rows(found, header, table)
    _check_merged(found)
    return found


def _check_headers(found: Layout, table: TableDefinition) -> None:
    times = Counter(found.names.values())
    for place, name in found.names.items():
        header, row = found.headers[place], found.header_row
        if times[name] > 1:
            found.fault(row, place, header, N_("a column that stands once"))
        elif name in table.computed:
            found.fault(
                row,
                place,
                header,
                N_("no such column: it is computed from {columns}, never typed in"),
                columns=", ".join(_written(found, table, one) for one in table.computed[name]),
            )
        definition = table.by_name.get(name)
        unit = THOUSANDS.search(header.casefold())
        if definition is not None and definition.unit == "won" and unit:
            found.fault(
                row,
                place,
                header,
                N_("amounts in whole won; this header says “{unit}”"),
                unit=unit[0],
            )
    lacking = {column.name for column in table.columns if column.column.may_lack}
    allowed = lacking if not lacking & times.keys() else set[str]()
    for definition in table.columns:
        if definition.name not in times and definition.name not in allowed:
            found.faults.append(
                Fault(
                    found.file,
                    definition.korean,
                    "",
                    N_("this column, “{korean}” or “{name}”; cells may be empty")
                    if definition.column.optional
                    else N_("this column, “{korean}” or “{name}”"),
                    found.header_row,
                    {"letter": "", "korean": definition.korean, "name": definition.name},
                )
            )
    others = [name for name in times if name not in table.by_name and name not in table.computed]
    if others:
        found.remarks.append(
            Remark(
                N_("Further columns are kept as they are: {names}")
                if table.keeps_others
                else N_("Further columns are not taken over: {names}"),
                {"names": shown(", ".join(others), 160)},
            )
        )


def _written(found: Layout, table: TableDefinition, name: str) -> str:
    place = found.place_of(name)
    return found.headers[place] if place is not None else table.by_name[name].korean


# --- rows --------------------------------------------------------------------------------------


def _sort_rows(found: Layout, header: Line, table: TableDefinition) -> None:
    blanks: list[int] = []
    inner_blanks: list[int] = []
    notes: list[int] = []
    totals: list[Line] = []
    repeated: list[int] = []
    group: list[Line] = []
    after_blank = False
    unnamed: set[int] = set()
    for line in found.sheet.lines:
        if line.number <= header.number:
            continue
        if line.is_blank:
            blanks.append(line.number)
            after_blank = True
        elif _is_repeated(line, header):
            repeated.append(line.number)
        elif _is_total(line, found, table):
            _check_total(found, line, table, group)
            totals.append(line)
            group = []
        elif _is_note(line, after_blank=after_blank):
            notes.append(line.number)
        else:
            inner_blanks += blanks
            blanks = []
            found.records.append(line)
            group.append(line)
            after_blank = False
            for place, cell in enumerate(line.cells):
                if cell.strip() and place not in found.headers and place not in unnamed:
                    unnamed.add(place)
                    found.fault(
                        line.number,
                        place,
                        cell,
                        N_("a column with a header; row {row} has none here"),
                        row=str(header.number),
                    )
    _tell_rows(
        found,
        N_("Rows of totals were checked and left out: {rows}"),
        [line.number for line in totals],
    )
    _tell_rows(found, N_("Notes were left out: rows {rows}"), notes)
    _tell_rows(found, N_("Repeated headers were left out: rows {rows}"), repeated)
    _tell_rows(found, N_("Empty rows between records were left out: {rows}"), inner_blanks)
    if not found.records:
        found.fault(header.number, None, "", N_("at least one record below the header"))


def _tell_rows(found: Layout, text: str, rows: Sequence[int]) -> None:
    if rows:
        found.remarks.append(Remark(text, {"rows": shown(", ".join(map(str, rows)), 80)}))


def _is_repeated(line: Line, header: Line) -> bool:
    own = [cell for cell in line.cells if cell.strip()]
    names = [cell for cell in header.cells if cell.strip()]
    return len(own) == len(names) >= LEAST_HEADERS and all(
        folded(cell) == folded(name) for cell, name in zip(own, names, strict=True)
    )


def _is_total(line: Line, found: Layout, table: TableDefinition) -> bool:
    """A row whose first text says so, and which has no id of its own."""
    first = next((cell for cell in line.cells if cell.strip()), "")
    word = folded(first)
    place = found.place_of(table.key)
    key = folded(line.cells[place]) if place is not None and place < len(line.cells) else ""
    texts = {folded(cell) for cell in line.cells[:6] if cell.strip()}
    if key and key not in TOTALS and not key.endswith(TOTAL_ENDINGS):
        return False
    return word in TOTALS or word.endswith(TOTAL_ENDINGS) or bool(texts & TOTALS)


def _is_note(line: Line, *, after_blank: bool) -> bool:
    """A row with a mark of notes, or a lone text below an empty row."""
    filled = [cell for cell in line.cells if cell.strip()]
    if len(filled) > MOST_NOTE_CELLS:
        return False
    return bool(NOTE.match(filled[0])) or (
        after_blank and len(filled) == 1 and len(line.cells) == 1 and " " in filled[0].strip()
    )


def _check_total(found: Layout, line: Line, table: TableDefinition, group: Sequence[Line]) -> None:
    """The sums in a row of totals: of all records above it, or of those since the last such row."""
    for place, name in found.names.items():
        if name not in table.summed or place >= len(line.cells):
            continue
        stated = _whole(line.cells[place])
        if stated is None:
            continue
        sums = {_sum(found.records, place), _sum(group, place)}
        if stated not in sums and None not in sums:
            reached = _sum(group or found.records, place)
            found.fault(
                line.number,
                place,
                line.cells[place],
                N_(
                    "the sum of the rows above, {sum}; a row is missing or a figure was changed "
                    "(or delete this row of totals)"
                ),
                sum=f"{reached:,}",
            )


def _sum(lines: Sequence[Line], place: int) -> float | int | None:
    """The sum of a column; None where a cell is no number, for then the checks tell that."""
    total: float | int = 0
    for line in lines:
        text = plain_number(line.cells[place]) if place < len(line.cells) else ""
        if not text:
            continue
        number = _whole(text)
        if number is None:
            return None
        total += number
    return round(total, 6) if isinstance(total, float) else total


def _whole(text: str) -> float | int | None:
    plain = plain_number(text)
    try:
        return int(plain)
    except ValueError:
        try:
            return float(plain)
        except ValueError:
            return None


# --- merged cells ------------------------------------------------------------------------------


def _check_merged(found: Layout) -> None:
    """Merged cells leave all but their first cell empty: told where they stand in the table."""
    rows = {line.number for line in found.records} | {found.header_row}
    for first_column, first_row, last_column, last_row in found.sheet.merged:
        touched = [row for row in range(first_row, last_row + 1) if row in rows]
        if touched and first_column - 1 <= max(found.headers, default=0):
            letters = f"{get_column_letter(first_column)}{first_row}"
            letters += f":{get_column_letter(last_column)}{last_row}"
            found.fault(
                first_row,
                first_column - 1,
                letters,
                N_("cells that are not merged; unmerge them and fill in each"),
            )
