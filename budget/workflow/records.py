"""The audit trail for those who may see it: filtered, verified, exported with a reason.

Source: workflow, what is recorded.
"""

import hashlib
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import false
from sqlmodel import Session, col, func, or_, select

from budget.allocation.faults import N_, Fault, InputError
from budget.files.tables import csv_bytes, neutral
from budget.storage import trail
from budget.storage.rows import UNREADABLE, each
from budget.storage.store import Store
from budget.storage.tables import (
    Attachment,
    AttachmentContent,
    Centre,
    DataSet,
    Person,
    Policy,
    Run,
    Scenario,
    Snapshot,
    SpecialNeed,
    TrailRecord,
)
from budget.workflow import deadlines, fields
from budget.workflow.deeds import acting, is_possible, looking, to_plain
from budget.workflow.refusals import Forbidden
from budget.workflow.roles import Subject, Verb

Contents = Sequence[tuple[bytes, str]]
"""Frozen contents of a row, each with its hash."""


@dataclass(frozen=True)
class Filter:
    """Which records; what is empty does not narrow.

    Attributes:
        first_day, last_day: Korean days, both included.
        text: stands in the object's id, the reason or the identity.
    """

    number: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    person_id: int | None = None
    verb: str = ""
    object_kind: str = ""
    object_id: str = ""
    outcome: str = ""
    text: str = ""


@dataclass(frozen=True)
class Line:
    """A record as it is shown.

    Attributes:
        object_name, object_name_en: what the object is called now; "" where it has no name.
    """

    number: int
    at: datetime
    person: str
    person_en: str
    identity: str
    role: str
    centre_id: str
    verb: str
    object_kind: str
    object_id: str
    object_name: str
    object_name_en: str
    outcome: str
    from_state: str
    to_state: str
    changes: Mapping[str, tuple[Any, Any]]
    reason: str
    based_on: int | None
    hash: str


def records(
    store: Store, who: str, wanted: Filter, *, first: int = 0, most: int = 200
) -> tuple[list[Line], int]:
    """Records, the newest first, and how many match in all.

    Raises:
        Forbidden: for anybody but auditor and lead.
    """
    with looking(store, who, Verb.SEE_TRAIL) as act:
        act.allow(Subject("trail", ""))
        return _found(act.session, wanted, first, most)


def _found(
    session: Session, wanted: Filter, first: int, most: int | None
) -> tuple[list[Line], int]:
    conditions = list(_conditions(wanted))
    count = session.exec(select(func.count()).select_from(TrailRecord).where(*conditions)).one()
    rows = session.exec(
        select(TrailRecord)
        .where(*conditions)
        .order_by(col(TrailRecord.number).desc())
        .offset(first)
        .limit(most)
    ).all()
    people = {person.id: person for person in session.exec(select(Person)).all()}
    names = _names(session, rows, people)
    return [
        _line(row, people.get(row.person_id), names.get((row.object_kind, row.object_id), ("", "")))
        for row in rows
    ], count


def _names(
    session: Session, rows: Sequence[TrailRecord], people: Mapping[int | None, Person]
) -> dict[tuple[str, str], tuple[str, str]]:
    """What the objects of some records are called, in Korean and English."""
    asked: dict[str, set[str]] = {}
    for row in rows:
        asked.setdefault(row.object_kind, set()).add(row.object_id)
    numbers = [
        int(text)
        for text in asked.get("scenario", ())
        if text.isdecimal() and is_possible(int(text))
    ]
    found = {
        ("scenario", str(row.id)): (row.name, row.name)
        for row in session.exec(select(Scenario).where(col(Scenario.id).in_(numbers)))
    }
    for person in people.values():
        found["person", str(person.id)] = (person.name, person.name_en)
    for centre in session.exec(
        select(Centre).where(col(Centre.centre_id).in_(asked.get("centre", ())))
    ):
        found["centre", centre.centre_id] = (centre.name_ko, centre.name_en)
    for need in session.exec(
        select(SpecialNeed).where(col(SpecialNeed.id).in_(asked.get("special_need", ())))
    ):
        found["special_need", need.id] = (need.title, need.title_en or need.title)
    return found


def _conditions(wanted: Filter) -> list[Any]:
    if not all(
        is_possible(asked)
        for asked in vars(wanted).values()
        if asked and isinstance(asked, int | str)
    ):
        return [false()]  # no record can hold it
    found: list[Any] = []
    if wanted.first_day:
        start = deadlines.end_of(wanted.first_day - timedelta(days=1))
        found.append(col(TrailRecord.at) >= start)
    if wanted.last_day:
        found.append(col(TrailRecord.at) < deadlines.end_of(wanted.last_day))
    for name in ("number", "person_id", "verb", "object_kind", "object_id", "outcome"):
        value = getattr(wanted, name)
        if value:
            found.append(getattr(TrailRecord, name) == value)
    if wanted.text:
        text = unicodedata.normalize("NFC", wanted.text)
        found.append(
            or_(
                *(
                    col(getattr(TrailRecord, name)).icontains(text, autoescape=True)
                    for name in ("object_id", "reason", "identity")
                )
            )
        )
    return found


def _line(row: TrailRecord, person: Person | None, name: tuple[str, str]) -> Line:
    return Line(
        number=row.number,
        at=row.at,
        person=person.name if person else "",
        person_en=person.name_en if person else "",
        identity=row.identity,
        role=row.role,
        centre_id=row.centre_id,
        verb=row.verb,
        object_kind=row.object_kind,
        object_id=row.object_id,
        object_name=name[0],
        object_name_en=name[1],
        outcome=row.outcome,
        from_state=row.from_state,
        to_state=row.to_state,
        changes={name: (pair[0], pair[1]) for name, pair in json.loads(row.changes).items()},
        reason=row.reason,
        based_on=row.based_on,
        hash=row.hash,
    )


def people_in_trail(store: Store, who: str) -> dict[int, tuple[str, str]]:
    """Everybody who did something: id to Korean and English name.

    Raises:
        Forbidden: for anybody but auditor and lead.
    """
    with looking(store, who, Verb.SEE_TRAIL) as act:
        act.allow(Subject("trail", ""))
        ids = act.session.exec(select(TrailRecord.person_id).distinct()).all()
        rows = act.session.exec(
            select(Person).where(col(Person.id).in_([i for i in ids if i]))
        ).all()
        return {row.id or 0: (row.name, row.name_en) for row in rows}


# --- proving -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """What the verification found.

    Attributes:
        trail: the chain of records.
        contents: frozen contents that the trail does not vouch for, and requests that are not as
            it tells: state, fields, files, number of snapshots; (kind, id).
    """

    trail: trail.Verdict
    contents: tuple[tuple[str, str], ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was recorded."""
        return self.trail.is_whole and not self.contents


def verify(store: Store, who: str, expected: tuple[int, str] | None = None) -> Proof:
    """Prove the trail, and what it vouches for.

    Args:
        expected: the number and hash of a record as written down earlier.

    Raises:
        Forbidden: for anybody but auditor and lead.
        InputError: if that is no number or no hash.
    """
    with looking(store, who, Verb.SEE_TRAIL) as act:
        act.allow(Subject("trail", ""))
        if expected is not None:
            _check_expected(*expected)
        return proof(act.session, expected)


def _check_expected(number: int, hash_: str) -> None:
    faults = []
    if number < 1:
        faults.append(Fault("", "number", str(number), N_("the number of a record: 1 or more")))
    if not re.fullmatch("[0-9a-f]{64}", hash_):
        faults.append(Fault("", "hash", hash_[:80], N_("the whole hash: 64 digits 0–9 and a–f")))
    if faults:
        raise InputError(faults)


def proof(session: Session, expected: tuple[int, str] | None = None) -> Proof:
    """The same, inside a session, for the command line.

    Args:
        expected: the number and hash of a record as written down earlier.
    """
    verdict = trail.verified(session, expected)
    if not verdict.is_whole:  # it vouches for nothing
        return Proof(verdict, ())
    return Proof(verdict, tuple(_false_contents(session)))


VOUCHING = (
    "centres.csv",
    "policy_sha256",
    "requests_sha256",
    "allocation_sha256",
    "snapshot",
    "file",
)
"""Fields of records that end with the hash of a frozen content."""


def _false_contents(session: Session) -> list[tuple[str, str]]:
    """Frozen contents that are not what the trail vouches for.

    Their own hash beside them is not enough: whoever can write to the database behind our back
    can write a new hash as well. The hash must also stand in the trail.
    """
    found: list[tuple[str, str]] = []
    vouched = _hashes_in_trail(session)

    def check(
        kind: str, table: type[Any], contents: Callable[[Any], Contents], batch: int = 1
    ) -> None:
        for identifier, row in each(session, table, table.id, batch):
            try:
                right = row is not None and all(
                    sha256 in vouched and hashlib.sha256(content).hexdigest() == sha256
                    for content, sha256 in contents(row)
                )
            except UNREADABLE:
                right = False
            if not right:
                found.append((kind, str(identifier)))

    check("data_set", DataSet, lambda row: [(row.content, row.sha256)])
    check("policy", Policy, lambda row: [(str(row.content).encode(), row.sha256)])
    check("snapshot", Snapshot, lambda row: [(str(row.content).encode(), row.sha256)], 100)
    check(
        "run",
        Run,
        lambda row: [
            (row.allocation_csv, row.allocation_sha256),
            (row.requests_csv, row.requests_sha256),
        ],
    )
    check(
        "attachment",
        Attachment,
        lambda row: [(session.get_one(AttachmentContent, row.id).content, row.sha256)],
    )
    return found + [("special_need", need_id) for need_id in _false_needs(session)]


def _hashes_in_trail(session: Session) -> set[str]:
    found = set()
    for text in session.exec(select(TrailRecord.changes)):
        changes = json.loads(text)
        found |= {str(changes[name][1]).split(" ")[-1] for name in VOUCHING if name in changes}
    return found


@dataclass
class _Told:
    """What the trail tells of a request: its fields and files after its last record."""

    fields: dict[str, Any]
    files: set[str]


def _told(session: Session) -> dict[str, _Told]:
    told: dict[str, _Told] = {}
    for record in session.exec(
        select(TrailRecord)
        .where(TrailRecord.object_kind == "special_need", TrailRecord.outcome == "done")
        .order_by(col(TrailRecord.number))
    ):
        need = told.setdefault(record.object_id, _Told({}, set()))
        for name, (old, new) in json.loads(record.changes).items():
            if name == "file":
                need.files.discard(old)
                need.files |= {new} - {None}
            elif name in SpecialNeed.model_fields and record.verb != Verb.BEGIN:
                need.fields[name] = new  # a record of BEGIN tells what stands in the draft
        if record.to_state:
            need.fields["state"] = record.to_state
    return told


def _false_needs(session: Session) -> list[str]:
    """Requests whose fields, files or number of snapshots are not what the trail tells."""
    told = _told(session)
    snapshots = Counter(session.exec(select(Snapshot.special_need_id)))
    files: dict[str, set[str]] = {}
    for file in session.exec(select(Attachment)):
        files.setdefault(file.special_need_id, set()).add(f"{file.name} {file.sha256}")
    found = []
    gone = dict(told)
    for need_id, row in each(session, SpecialNeed, SpecialNeed.id):
        need = gone.pop(need_id, _Told({}, set()))
        if (
            row is None
            or "state" not in need.fields
            or any(to_plain(getattr(row, name)) != new for name, new in need.fields.items())
            or need.files != files.get(need_id, set())
            or snapshots[need_id] != row.snapshots
        ):
            found.append(need_id)
    return found + list(gone)


# --- exporting ---------------------------------------------------------------------------------

COLUMNS = (
    "number",
    "at_utc",
    "at_korea",
    "person",
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
    "hash",
)


def export(store: Store, who: str, wanted: Filter, reason: str, *, key: str) -> bytes:
    """The matching records as CSV, the oldest first; the export itself is recorded first.

    The same key again gives the same file: nothing that was recorded after the export is in it.

    Raises:
        Forbidden: for anybody but auditor and lead, and for the key of an export of other records.
        InputError: without a reason.
    """
    with acting(store, who, Verb.EXPORT_TRAIL, key) as act:
        act.allow(Subject("trail", ""))
        asked = {name: (None, str(value)) for name, value in vars(wanted).items() if value}
        made = act.repeated or act.record(changes=asked, reason=fields.reason_text(reason))
        if json.loads(made.changes) != {name: list(pair) for name, pair in asked.items()}:
            raise Forbidden(N_("This key belongs to another deed."))
        people = {person.id: person for person in act.session.exec(select(Person)).all()}
        rows = act.session.exec(
            select(TrailRecord)
            .where(*_conditions(wanted), col(TrailRecord.number) <= made.number)
            .order_by(col(TrailRecord.number))
        ).all()
        return csv_bytes(COLUMNS, [_cells(row, people.get(row.person_id)) for row in rows])


def _cells(row: TrailRecord, person: Person | None) -> list[str]:
    given = {
        "at_utc": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "at_korea": f"{row.at.astimezone(deadlines.KOREA):%Y-%m-%d %H:%M:%S}",
        "person": person.name if person else "",
    }
    values = [given[name] if name in given else getattr(row, name) for name in COLUMNS]
    return ["" if value is None else neutral(str(value)) for value in values]


BROKEN = N_("Record {number} is the first broken one: {why}.")
WHOLE = N_("The trail is whole: {records} records, the last hash is {hash}.")
FALSE_CONTENT = N_("{kind} {id} is not what was recorded.")
