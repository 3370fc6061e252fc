"""Backup of a live database into a file, and restore into an empty one, both proven.

Source: workflow, two people at once, and accidents.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.files import backup as file
from budget.files.backup import Manifest
from budget.storage import copies
from budget.storage.store import Store, brought_up, opened_empty, revision_of
from budget.storage.tables import Installation
from budget.storage.trail import FIRST
from budget.workflow import proving
from budget.workflow.proving import Proof

UNFIT = (
    *(SQLAlchemyError, ValueError, TypeError),
    *(ArithmeticError, LookupError, RecursionError),
)
"""What writing a row raises that no backup of ours holds: a number without end, a list."""


@dataclass(frozen=True)
class Copied:
    """A copy and what was proven of it.

    Attributes:
        proof: of the trail and of everything that it vouches for.
    """

    manifest: Manifest
    proof: Proof


def backup(store: Store, path: Path) -> Copied:
    """Write every row, as it stands at one moment, into a file; others go on working meanwhile.

    The file is read again: it holds as many rows of each table as the database, with their hash.

    Raises:
        InputError: if the file is there already or cannot be written.
    """
    with store.reading() as session:
        proof = proving.proof(session)
        session.expunge_all()
        installation = session.get(Installation, 1)
        written = file.write_backup(
            path,
            ((name, copies.plain_rows(session, name)) for name in copies.table_names()),
            {
                "kind": installation.kind if installation else "",
                "revision": revision_of(store),
                "made_at": store.clock().isoformat(),
                "records": proof.trail.records,
                "last_hash": proof.trail.last_hash,
            },
        )
        counts = dict(_counts(session, written))
    manifest = file.read_manifest(path)
    if manifest != written or any(manifest.tables[name][0] != n for name, n in counts.items()):
        raise InputError([Fault(path.name, "", "", N_("what was written; the disk gave other"))])
    return Copied(manifest, proof)


def _counts(session: Session, manifest: Manifest) -> Iterator[tuple[str, int]]:
    for name in manifest.tables:
        found = session.connection().execute(text(f'SELECT COUNT(*) FROM "{name}"'))
        yield name, int(found.scalar_one())


def restore(path: Path, address: str, kind: str) -> Copied:
    """Fill an empty database from a backup; rows, trail and contents are proven afterwards.

    Args:
        kind: what the database is to be for; a backup of the other kind is refused.

    Raises:
        InputError: if it is no backup, was changed, or the database is not empty.
    """
    manifest = file.read_manifest(path)
    unknown = set(manifest.tables) - set(copies.table_names())
    if unknown or manifest.kind != kind:
        raise InputError(
            [
                Fault(
                    path.name,
                    "",
                    ", ".join(sorted(unknown)) or manifest.kind,
                    N_("a backup of the {kind} database, of this version or an older one"),
                    details={"kind": kind},
                )
            ]
        )
    store = opened_empty(address, manifest.revision)
    try:
        _fill(store, path, manifest)
        brought_up(store)
        with store.reading() as session:
            return Copied(manifest, proving.proof(session))
    finally:
        store.close()


def _fill(store: Store, path: Path, manifest: Manifest) -> None:
    """Write every row, or none."""
    try:
        with store.writing() as session:
            for name in manifest.tables:
                copies.insert_rows(session, name, file.rows_of(path, name))
            copies.go_on_numbering(session, manifest.tables)
            _check(session, manifest)
    except UNFIT as error:
        reason = shown(str(error).partition("\n")[0], 160)
        raise InputError(
            [
                Fault(
                    path.name,
                    "",
                    "",
                    N_("rows that the database takes ({reason})"),
                    details={"reason": reason},
                )
            ]
        ) from None


def _check(session: Session, manifest: Manifest) -> None:
    """As many rows of each table, and the same end of the trail.

    Raises:
        ValueError: with the tables that differ.
    """
    wrong = [
        name for name, count in _counts(session, manifest) if count != manifest.tables[name][0]
    ]
    last = session.connection().execute(
        text("SELECT number, hash FROM trail_record ORDER BY number DESC LIMIT 1")
    )
    if wrong or tuple(last.first() or (0, FIRST)) != (manifest.records, manifest.last_hash):
        raise ValueError(", ".join(wrong) or "trail_record")
