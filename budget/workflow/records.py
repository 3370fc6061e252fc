"""The audit trail for those who may see it: filtered, verified, exported with a reason.

Source: workflow, what is recorded.
"""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import false
from sqlmodel import Session, col, func, or_, select

from budget.files.tables import csv_bytes, neutral
from budget.storage.store import Store
from budget.storage.tables import (
    Centre,
    Person,
    Scenario,
    SpecialNeed,
    TrailRecord,
)
from budget.workflow import deadlines, fields
from budget.workflow.deeds import acting, is_possible, looking
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
    with acting(store, who, Verb.EXPORT_TRAIL, key, wanted) as act:
        act.allow(Subject("trail", ""))
        asked = {name: (None, str(value)) for name, value in vars(wanted).items() if value}
        made = act.repeated or act.record(changes=asked, reason=fields.reason_text(reason))
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
