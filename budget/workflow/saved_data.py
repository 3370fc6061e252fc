"""The versions of the round's table of centres: who saved which, from what file, which is in force.

Source: screens, Data; workflow, what is recorded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from budget.files.tables import table_from
from budget.files.uploads.reading import CONTENT
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, DataSet, Person, TrailRecord
from budget.workflow.deeds import Act, known, looking
from budget.workflow.refusals import NOT_YOURS, Forbidden
from budget.workflow.roles import Subject, Verb

FOUND = "found"


@dataclass(frozen=True)
class Version:
    """A version of the table of centres.

    Attributes:
        file: what was uploaded; "" for what the round began with.
        illustrative: whether its figures are made up.
        is_present: whether it is in force.
    """

    id: int
    number: int
    sha256: str
    note: str
    file: str
    illustrative: bool
    centres: int
    saved_by: str
    saved_by_en: str
    saved_at: datetime
    is_present: bool


def versions(store: Store, who: str) -> list[Version]:
    """Every version of the table of centres, the newest first.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_DATA) as act:
        act.allow(Subject("data_set", ""))
        return versions_of_round(act.session, act.round())


def versions_of_round(session: Session, round_: BudgetRound) -> list[Version]:
    """Every version of a round's data, the newest first; inside a transaction."""
    told = _told(session, round_)
    rows = session.exec(
        select(DataSet, Person)
        .join(Person, col(Person.id) == col(DataSet.saved_by))
        .where(DataSet.round_id == round_.id)
        .order_by(col(DataSet.number).desc())
    ).all()
    return [
        Version(
            id=row.id or 0,
            number=row.number,
            sha256=row.sha256,
            note=row.note,
            file=told.get(row.id, {}).get("file", ""),
            illustrative=_is_illustrative(told, row, round_),
            centres=len(table_from(row.content, CONTENT)),
            saved_by=person.name,
            saved_by_en=person.name_en,
            saved_at=row.saved_at,
            is_present=row.id == round_.data_set_id,
        )
        for row, person in rows
    ]


def is_illustrative(session: Session, round_: BudgetRound, row: DataSet) -> bool:
    """Whether the figures of a version are made up; inside a transaction."""
    return _is_illustrative(_told(session, round_), row, round_)


def _is_illustrative(
    told: Mapping[int | None, Mapping[str, Any]], row: DataSet, round_: BudgetRound
) -> bool:
    return bool(told.get(row.id, {}).get("illustrative", round_.illustrative))


def _told(session: Session, round_: BudgetRound) -> dict[int | None, dict[str, Any]]:
    """What the trail tells of each version when it was saved; the founding's has no id of its own
    in records of old."""
    first = session.exec(
        select(DataSet.id).where(DataSet.round_id == round_.id).order_by(col(DataSet.number))
    ).first()
    found: dict[int | None, dict[str, Any]] = {}
    for record in session.exec(
        select(TrailRecord)
        .where(
            TrailRecord.object_kind == "round",
            TrailRecord.object_id == str(round_.id),
            col(TrailRecord.verb).in_((FOUND, Verb.SAVE_DATA)),
            TrailRecord.outcome == "done",
        )
        .order_by(col(TrailRecord.number))
    ):
        new = {name: pair[1] for name, pair in json.loads(record.changes).items()}
        found[new.get("data_set_id", first)] = new
    return found


def content(store: Store, who: str, version_id: int) -> bytes:
    """The table of a version, as centres.csv.

    Raises:
        Forbidden: for whoever may not see the allocation; if there is no such version.
    """
    with looking(store, who, Verb.SEE_DATA) as act:
        act.allow(Subject("data_set", str(version_id)[:20]))
        return version_of_round(act, version_id).content


def version_of_round(act: Act, version_id: int) -> DataSet:
    """The row of a version of the round's data.

    Raises:
        Forbidden: if there is none.
    """
    row = known(act.session, DataSet, version_id)
    if row is None or row.round_id != act.round().id:
        raise Forbidden(NOT_YOURS)
    return row
