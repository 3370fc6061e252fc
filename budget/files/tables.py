"""Reading and writing CSV: UTF-8 with or without mark, every cell as it was written.

Source: file formats, top of the page.
"""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from budget.allocation.centres import MOST_ROWS
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
    try:
        header, rows = _records(text, name)
    except csv.Error as error:
        raise InputError(
            [
                Fault(
                    name,
                    "",
                    "",
                    N_("comma-separated values ({reason})"),
                    details={"reason": str(error)},
                )
            ]
        ) from None
    table = pd.DataFrame(rows, columns=pd.Index(header, dtype="object"), dtype="object")
    table.attrs.update(sha256=hashlib.sha256(data).hexdigest(), file=name)
    return table


def text_from(data: bytes, name: str) -> str:
    """UTF-8 text without its mark.

    Raises:
        InputError: if the bytes are no UTF-8, or hold a NUL (a workbook, a picture, …).
    """
    try:
        text = data.decode("utf-8").removeprefix(MARK)
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


def _records(text: str, name: str) -> tuple[list[str], list[list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header = [column.strip() for column in next(reader, [])]
    if not any(header):
        raise InputError(
            [Fault(name, "", "", N_("a header row and one row a record; it is empty"))]
        )
    rows: list[list[str]] = []
    faults = [
        Fault(name, str(place), "", N_("a column name; the header has none here"), 1)
        for place, column in enumerate(header, start=1)
        if not column
    ]
    count = 0
    for count, cells in enumerate(reader, start=1):
        if count > MOST_ROWS:
            continue
        if not any(cells):
            if len(header) > 1 or not cells:
                faults.append(Fault(name, "", "", N_("a record; this row is empty"), count + 1))
        elif len(cells) != len(header):
            faults.append(
                Fault(
                    name,
                    "",
                    shown(",".join(cells)),
                    N_("{expected} cells as in the header; this row has {found}"),
                    count + 1,
                    {"expected": str(len(header)), "found": str(len(cells))},
                )
            )
        rows.append(cells)
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

    Numbers stay numbers, negative ones too.
    """
    if text.startswith(_RUNS) and not _PLAIN_NUMBER.fullmatch(text):
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
