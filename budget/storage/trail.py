"""The audit trail: each record carries the hash of the one before it.

A record's hash is the SHA-256 of its fields and the previous hash, as JSON in a fixed order. Who
changes, removes or inserts a record behind the triggers' back breaks the chain at that place.
The last number and hash, written down elsewhere, also prove that nothing was cut off the end.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from budget.allocation.faults import N_
from budget.storage.rows import UNREADABLE, each
from budget.storage.tables import TrailRecord

FIRST = "0" * 64
"""What stands in place of the previous hash in the first record."""

FIELDS = (
    "number",
    "at",
    "person_id",
    "identity",
    "role",
    "centre_id",
    "verb",
    "object_kind",
    "object_id",
    "outcome",
    "from_state",
    "to_state",
    "changes",
    "reason",
    "based_on",
    "key",
    "previous_hash",
)
"""What the hash covers, in this order; then `asked`, where there is one."""


@dataclass(frozen=True)
class Entry:
    """What a record says, before it has its number and hash.

    Attributes:
        changes: field -> (old, new); plain JSON values, None included.
    """

    at: datetime
    person_id: int | None
    identity: str
    role: str
    centre_id: str
    verb: str
    object_kind: str
    object_id: str
    outcome: str
    from_state: str
    to_state: str
    changes: Mapping[str, tuple[Any, Any]]
    reason: str
    based_on: int | None
    key: str
    asked: str = ""


def canonical(value: Any) -> str:
    """Plain data as JSON in which equal data are equal text."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def record_hash(record: TrailRecord) -> str:
    """The SHA-256 that the record should carry, hexadecimal."""
    values = [
        value.astimezone(UTC).isoformat(timespec="microseconds")
        if isinstance(value, datetime)
        else value
        for value in (getattr(record, name) for name in FIELDS)
    ]
    if record.asked:  # records of old have none
        values.append(record.asked)
    return hashlib.sha256(canonical(values).encode()).hexdigest()


def _fits_its_hash(record: TrailRecord) -> bool:
    try:
        return record.hash == record_hash(record)
    except UNREADABLE:  # bytes where text should be
        return False


def append(session: Session, entry: Entry) -> TrailRecord:
    """Add a record at the end; the caller's transaction holds the writing lock."""
    last = session.exec(
        select(TrailRecord).order_by(col(TrailRecord.number).desc()).limit(1)
    ).first()
    record = TrailRecord(
        number=last.number + 1 if last else 1,
        at=entry.at,
        person_id=entry.person_id,
        identity=entry.identity,
        role=entry.role,
        centre_id=entry.centre_id,
        verb=entry.verb,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        outcome=entry.outcome,
        from_state=entry.from_state,
        to_state=entry.to_state,
        changes=canonical({field: list(pair) for field, pair in entry.changes.items()}),
        reason=entry.reason,
        based_on=entry.based_on,
        key=entry.key,
        asked=entry.asked,
        previous_hash=last.hash if last else FIRST,
        hash="",
    )
    record.hash = record_hash(record)
    session.add(record)
    session.flush()
    return record


@dataclass(frozen=True)
class Verdict:
    """Whether the trail is whole.

    Attributes:
        records: how many there are.
        last_hash: of the last record; with the number it pins the whole trail.
        broken: the number of the first broken record; None if all are right.
        why: what is wrong with it, a template.
    """

    records: int
    last_hash: str
    broken: int | None = None
    why: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether no record is broken."""
        return self.broken is None


def verified(session: Session, expected: tuple[int, str] | None = None) -> Verdict:
    """Walk the whole trail and check every number, link and hash.

    Args:
        expected: the number and hash of a record as written down earlier.
    """
    previous, count = FIRST, 0
    for number, record in each(session, TrailRecord, TrailRecord.number):
        if number < 1:
            return Verdict(count, previous, number, N_("the trail begins with record 1"))
        if number != count + 1:
            return Verdict(count, previous, count + 1, N_("this record is missing"))
        if record is None:
            return Verdict(count, previous, number, N_("it cannot be read"))
        if record.previous_hash != previous:
            return Verdict(
                count, previous, record.number, N_("it does not follow from the record before it")
            )
        if not _fits_its_hash(record):
            return Verdict(
                count, previous, record.number, N_("its content is not what its hash was made of")
            )
        count, previous = record.number, record.hash
        if expected is not None and record.number == expected[0] and record.hash != expected[1]:
            return Verdict(
                count, previous, record.number, N_("its hash is not the one that was written down")
            )
    if expected is not None and expected[0] > count:
        return Verdict(
            count, previous, count + 1, N_("the trail ends before the record that was written down")
        )
    return Verdict(count, previous)


def record_with_key(session: Session, key: str) -> TrailRecord | None:
    """The record of the deed with this key, if it was done before."""
    return session.exec(select(TrailRecord).where(TrailRecord.key == key)).first()
