"""Reading and writing CSV: UTF-8 with or without mark, every cell as it was written.

Source: file formats, top of the page.
"""

import csv
import hashlib
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from budget.allocation.contract import MOST_ROWS
from budget.allocation.faults import N_, Fault, InputError, shown

MARK = "\ufeff"
MOST_BYTES = 512 * 1024 * 1024


def read_table(path: Path | str, name: str | None = None) -> pd.DataFrame:
    """Read a CSV file, cells as text, exactly as written.

    Args:
        path: the file.
        name: what messages call it; its own name if not given.

    Returns:
        One column a header, all text; `attrs["sha256"]` is the hash of the file's bytes and
        `attrs["file"]` its name.

    Raises:
        InputError: if it cannot be read, is no UTF-8 or no CSV, with every faulty row.
    """
    path = Path(path)
    return table_from(file_bytes(path), name or path.name)


def file_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: if there is no such file, or it is too large to be a table.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            size = f"{path.stat().st_size // 1024**2} MiB"
            raise InputError([Fault(path.name, "", size, N_("a file of at most 512 MiB"))])
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "?"
        raise InputError(
            [Fault(str(path), "", "", N_("a readable file ({reason})"), details={"reason": reason})]
        ) from None


def table_from(data: bytes, name: str) -> pd.DataFrame:
    """The same, from the bytes of a file."""
    text = text_from(data, name)
    header, rows = _records(text, name)
    table = pd.DataFrame(rows, columns=pd.Index(header, dtype="object"), dtype="object")
    table.attrs.update(sha256=hashlib.sha256(data).hexdigest(), file=name)
    return table


def text_from(data: bytes, name: str) -> str:
    """UTF-8 text without its mark, Hangul composed (NFC), as all programs write it.

    Raises:
        InputError: if the bytes are no UTF-8, or hold a NUL (a workbook, a picture, …).
    """
    try:
        text = unicodedata.normalize("NFC", data.decode("utf-8").removeprefix(MARK))
    except UnicodeDecodeError as error:
        raise InputError(
            [
                Fault(
                    name,
                    "",
                    f"0x{data[error.start]:02x}",
                    N_("text in UTF-8; byte {place} is not (in Excel: save as CSV UTF-8)"),
                    details={"place": str(error.start + 1)},
                )
            ]
        ) from None
    if "\0" in text:
        raise InputError([Fault(name, "", "", N_("a text file, not a binary one"))])
    return text


def _until_broken(reader: Any, name: str, row: int) -> Iterator[list[str]]:
    """The records of a CSV reader from a row on; a broken one is told."""
    try:
        for cells in reader:
            yield cells
            row += 1
    except csv.Error as error:
        raise InputError(
            [
                Fault(
                    name,
                    "",
                    "",
                    N_("comma-separated values ({reason})"),
                    row,
                    {"reason": str(error)},
                )
            ]
        ) from None


def _records(text: str, name: str) -> tuple[list[str], list[list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [without_apostrophe(text.strip()) for text in next(_until_broken(reader, name, 1), [])]
    if not any(header):
        raise InputError(
            [Fault(name, "", "", N_("a header row and one row a record; it is empty"))]
        )
    rows: list[list[str]] = []
    faults = [
        Fault(name, str(place), "", N_("a column name; the header has none here"), 1)
        for place, column in enumerate(header, start=1)
        if not column
    ] + [
        Fault(name, column, "", N_("a column name that stands once"), 1)
        for column, times in Counter(header).items()
        if column and times > 1
    ]
    count, blank = 0, []
    for row, cells in enumerate(_until_broken(reader, name, 2), start=2):
        if not cells:
            blank.append(row)  # empty lines at the end of a file are no records
            continue
        count = row - 1
        if count > MOST_ROWS:
            continue
        if len(cells) != len(header):
            faults.append(
                Fault(
                    name,
                    "",
                    shown(",".join(cells)),
                    N_("{expected} cells as in the header; this row has {found}"),
                    row,
                    {"expected": str(len(header)), "found": str(len(cells))},
                )
            )
        elif len(header) > 1 and not any(cells):
            faults.append(Fault(name, "", "", N_("a record; this row is empty"), row))
        rows.append(cells)
    faults += [
        Fault(name, "", "", N_("a record; this row is empty"), row)
        for row in blank
        if row <= min(count, MOST_ROWS)
    ]
    if count > MOST_ROWS:
        faults.append(
            Fault(
                name,
                "",
                str(count),
                N_("at most {most} rows below the header"),
                details={"most": str(MOST_ROWS)},
            )
        )
    if faults:
        raise InputError(faults)
    return header, rows


# --- writing -------------------------------------------------------------------------------

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)


def neutral(text: str) -> str:
    """A text cell that a spreadsheet would run as a formula, with an apostrophe before it.

    Numbers stay numbers, negative ones too. A text that already begins with apostrophes before
    such a formula gets one more, so that `without_apostrophe` gives back what was written.
    """
    bare = text.lstrip("'")
    if bare.startswith(_RUNS) and not _PLAIN_NUMBER.fullmatch(bare):
        return "'" + text
    return text


def without_apostrophe(text: str) -> str:
    """Undo `neutral`."""
    return text[1:] if text[:1] == "'" and neutral(text[1:]) == text else text


def table_bytes(table: pd.DataFrame) -> bytes:
    """A table as CSV for a spreadsheet: UTF-8 with mark, missing values empty.

    The same table gives the same bytes on every machine.
    """
    columns = [_cells(table[name].tolist()) for name in table.columns]
    return csv_bytes([str(name) for name in table.columns], zip(*columns, strict=True))


def _cells(values: Sequence[object]) -> list[str]:
    return ["" if pd.isna(v) else neutral(v) if isinstance(v, str) else str(v) for v in values]  # type: ignore[call-overload]


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Rows of text as CSV: UTF-8 with mark, lines end with LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([neutral(name) for name in header])
    writer.writerows(rows)
    return (MARK + text.getvalue()).encode()
