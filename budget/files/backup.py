"""A backup in a file: one zip, the rows of each table as lines of JSON, and a manifest.

The manifest says how many rows each table has and the hash of its lines, so that a copy can be
proven before anything is made of it. It belongs to no kind of database.

Source: workflow, two people at once, and accidents.
"""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.files.pack import BROKEN

FORMAT = 1
MANIFEST = "manifest.json"
LINES = ".jsonl"
MOST_MANIFEST = 1024 * 1024

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Attributes:
        kind: what the database is for: "demonstration" or "ministry".
        revision: of its schema.
        made_at: ISO 8601, UTC.
        records, last_hash: of the audit trail.
        tables: name -> [rows, SHA-256 of its lines], what others refer to first.
    """

    format: int
    kind: str
    revision: str
    made_at: str
    records: int
    last_hash: str
    tables: Mapping[str, tuple[int, str]]

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return sum(count for count, _hash in self.tables.values())


def write_backup(
    path: Path, tables: Iterable[tuple[str, Iterable[Row]]], about: Mapping[str, Any]
) -> Manifest:
    """Write a backup, whole or not at all; only its owner can read it.

    Args:
        about: every field of the manifest but format and tables.

    Raises:
        InputError: if the file is there already or cannot be written, or a row cannot be copied.
    """
    if path.exists():
        raise _refused(path, N_("a file that is not there yet; a backup overwrites nothing"))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".budget-")
        try:
            with os.fdopen(handle, "wb") as file:
                manifest = _write(file, tables, about)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or "?"
        raise _refused(path, N_("a file that can be written ({reason})"), reason=reason) from None
    return manifest


def _write(
    file: Any, tables: Iterable[tuple[str, Iterable[Row]]], about: Mapping[str, Any]
) -> Manifest:
    found: dict[str, tuple[int, str]] = {}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as backup:
        for name, rows in tables:
            count, digest = 0, hashlib.sha256()
            with backup.open(f"{name}{LINES}", "w", force_zip64=True) as lines:
                for row in rows:
                    line = _line(name, row)
                    digest.update(line)
                    lines.write(line)
                    count += 1
            found[name] = count, digest.hexdigest()
        manifest = Manifest(format=FORMAT, tables=found, **about)
        backup.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _line(table: str, row: Row) -> bytes:
    try:
        return (json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
    except (TypeError, ValueError) as error:
        key = shown(next(iter(row.values()), ""))
        raise InputError(
            [
                Fault(
                    table,
                    key,
                    "",
                    N_("a row that can be read ({reason})"),
                    details={"reason": shown(error, 120)},
                )
            ]
        ) from None


# --- reading -----------------------------------------------------------------------------------


def read_manifest(path: Path) -> Manifest:
    """What a backup holds, once every table has been found as the manifest says.

    Raises:
        InputError: if it is no backup, or not as it was written.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as backup:
            if backup.getinfo(MANIFEST).file_size > MOST_MANIFEST:
                raise _refused(path, N_("a backup of this program"))
            manifest = _manifest(json.loads(backup.read(MANIFEST)))
            for name, (count, sha256) in manifest.tables.items():
                lines, digest = 0, hashlib.sha256()
                with backup.open(f"{name}{LINES}") as given:
                    for line in given:
                        digest.update(line)
                        lines += 1
                if (lines, digest.hexdigest()) != (count, sha256):
                    raise _refused(path, N_("what was written; this table has changed"), where=name)
            return manifest
    except InputError:
        raise
    except OSError as error:
        reason = error.strerror or "?"
        raise _refused(path, N_("a readable file ({reason})"), reason=reason) from None
    except (*BROKEN, AttributeError, KeyError, TypeError) as error:
        reason = shown(error, 120)
        raise _refused(path, N_("a backup of this program ({reason})"), reason=reason) from None


def _manifest(given: dict[str, Any]) -> Manifest:
    if given["format"] != FORMAT:
        raise ValueError(f"format {given['format']}")
    tables = {name: (int(count), str(sha256)) for name, (count, sha256) in given["tables"].items()}
    return Manifest(**{**given, "tables": tables, "revision": str(given["revision"])})


def rows_of(path: Path, table: str) -> Iterator[Row]:
    """The rows of a table of a backup that was proven, one after the other."""
    with zipfile.ZipFile(path) as backup, backup.open(f"{table}{LINES}") as lines:
        for line in io.TextIOWrapper(lines, encoding="utf-8", newline="\n"):
            yield json.loads(line)


def _refused(path: Path, expected: str, where: str = "", **details: str) -> InputError:
    return InputError([Fault(path.name, where, "", expected, details=details)])
