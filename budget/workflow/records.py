"""The audit trail for those who may see it: filtered, verified, exported with a reason.

Source: workflow, what is recorded.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, func, or_, select

from budget.allocation.faults import N_
from budget.files.tables import csv_bytes, neutral
from budget.storage import trail
from budget.storage.store import Store
from budget.storage.tables import (
    Attachment,
    AttachmentContent,
    DataSet,
    Person,
    Policy,
    Run,
    Snapshot,
    SpecialNeed,
    TrailRecord,
)
from budget.workflow import deadlines, fields
from budget.workflow.deeds import acting, looking
from budget.workflow.roles import Subject, Verb


@dataclass(frozen=True)
class Filter:
    """Which records; what is empty does not narrow.

    Attributes:
        first_day, last_day: Korean days, both included.
        text: stands in the object's id, the reason or the identity.
    """

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
    """A record as it is shown."""

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
    return [_line(row, people.get(row.person_id)) for row in rows], count


def _conditions(wanted: Filter) -> list[Any]:
    found: list[Any] = []
    if wanted.first_day:
        start = deadlines.end_of(wanted.first_day - timedelta(days=1))
        found.append(col(TrailRecord.at) >= start)
    if wanted.last_day:
        found.append(col(TrailRecord.at) < deadlines.end_of(wanted.last_day))
    for name in ("person_id", "verb", "object_kind", "object_id", "outcome"):
        value = getattr(wanted, name)
        if value:
            found.append(getattr(TrailRecord, name) == value)
    if wanted.text:
        found.append(
            or_(
                *(
                    col(getattr(TrailRecord, name)).icontains(wanted.text, autoescape=True)
                    for name in ("object_id", "reason", "identity")
                )
            )
        )
    return found


def _line(row: TrailRecord, person: Person | None) -> Line:
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
        contents: frozen contents whose hash is not theirs, and requests whose state is not the
            one that the trail recorded last: (kind, id).
    """

    trail: trail.Verdict
    contents: tuple[tuple[str, str], ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was recorded."""
        return self.trail.is_whole and not self.contents


def verify(store: Store, who: str) -> Proof:
    """Prove the trail, and what it vouches for.

    Raises:
        Forbidden: for anybody but auditor and lead.
    """
    with looking(store, who, Verb.SEE_TRAIL) as act:
        act.allow(Subject("trail", ""))
        return proof(act.session)


def proof(session: Session, expected: tuple[int, str] | None = None) -> Proof:
    """The same, inside a session, for the command line.

    Args:
        expected: the number and hash of a record as written down earlier.
    """
    return Proof(trail.verified(session, expected), tuple(_false_contents(session)))


def _false_contents(session: Session) -> list[tuple[str, str]]:
    found = []

    def check(kind: str, identifier: object, content: bytes, sha256: str) -> None:
        if hashlib.sha256(content).hexdigest() != sha256:
            found.append((kind, str(identifier)))

    for data_set in session.exec(select(DataSet)):
        check("data_set", data_set.id, data_set.content, data_set.sha256)
    for policy in session.exec(select(Policy)):
        check("policy", policy.id, policy.content.encode(), policy.sha256)
    for snapshot in session.exec(select(Snapshot)):
        check("snapshot", snapshot.id, snapshot.content.encode(), snapshot.sha256)
    for run in session.exec(select(Run)):
        check("run", run.id, run.allocation_csv, run.allocation_sha256)
        check("run", run.id, run.requests_csv, run.requests_sha256)
    for file, content in session.exec(
        select(Attachment, AttachmentContent).join(
            AttachmentContent, col(AttachmentContent.attachment_id) == col(Attachment.id)
        )
    ):
        check("attachment", file.id, content.content, file.sha256)
    return found + _false_states(session)


def _false_states(session: Session) -> list[tuple[str, str]]:
    last: dict[str, str] = {}
    for number, identifier, state in session.exec(
        select(TrailRecord.number, TrailRecord.object_id, TrailRecord.to_state)
        .where(
            TrailRecord.object_kind == "special_need",
            TrailRecord.outcome == "done",
            TrailRecord.to_state != "",
        )
        .order_by(col(TrailRecord.number))
    ):
        if number:
            last[identifier] = state
    return [
        ("special_need", need_id)
        for need_id, state in session.exec(select(SpecialNeed.id, SpecialNeed.state))
        if last.get(need_id) != state
    ]


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

    Raises:
        Forbidden: for anybody but auditor and lead.
        InputError: without a reason.
    """
    with acting(store, who, Verb.EXPORT_TRAIL, key) as act:
        act.allow(Subject("trail", ""))
        if not act.is_repeated:
            why = fields.reason_text(reason)
            asked = {name: (None, str(value)) for name, value in vars(wanted).items() if value}
            act.record(changes=asked, reason=why)
        people = {person.id: person for person in act.session.exec(select(Person)).all()}
        rows = act.session.exec(
            select(TrailRecord).where(*_conditions(wanted)).order_by(col(TrailRecord.number))
        ).all()
        return csv_bytes(COLUMNS, [_cells(row, people.get(row.person_id)) for row in rows])


def _cells(row: TrailRecord, person: Person | None) -> list[str]:
    given = {
        "at_utc": row.at.isoformat(timespec="microseconds"),
        "at_korea": f"{row.at.astimezone(deadlines.KOREA):%Y-%m-%d %H:%M:%S}",
        "person": person.name if person else "",
    }
    values = [given[name] if name in given else getattr(row, name) for name in COLUMNS]
    return ["" if value is None else neutral(str(value)) for value in values]


BROKEN = N_("Record {number} is the first broken one: {why}.")
WHOLE = N_("The trail is whole: {records} records, the last hash is {hash}.")
FALSE_CONTENT = N_("{kind} {id} is not what was recorded.")
