"""Execution to date: uploaded, checked, kept in versions that never change.

The same reading and the same kind of checks as the data of the round: one definition of the
columns makes checks, template and dictionary. The latest version is in force.

Source: screens, Data; workflow, what is recorded.
"""

import hashlib
import json
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlmodel import Session, col, func, select

from budget.allocation.execution import Executed
from budget.allocation.faults import N_, Fault, InputError
from budget.files.tables import table_from
from budget.files.uploads.definitions import EXECUTION
from budget.files.uploads.reading import CONTENT, Upload, read_upload
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, ExecutionSet, Person, TrailRecord
from budget.workflow import fields
from budget.workflow.centres_in_force import centres_in_force
from budget.workflow.deeds import Act, acting, known, looking
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, OthersChange
from budget.workflow.roles import Subject, Verb
from budget.workflow.year_chain import rounds_of_year, saved_by_others

KIND = "execution_set"
FILE = "execution.csv"


@dataclass(frozen=True)
class ExecutionVersion:
    """A version of the execution to date.

    Attributes:
        file: what was uploaded.
        centres: how many have a row.
        first_day, last_day: the days until which spending is counted.
        spent: in all, in won.
    """

    id: int
    number: int
    sha256: str
    note: str
    file: str
    centres: int
    first_day: date
    last_day: date
    spent: int
    saved_by: str
    saved_by_en: str
    saved_at: datetime


def execution_versions(session: Session, round_: BudgetRound) -> list[ExecutionVersion]:
    """Every version of the year, the latest first."""
    rows = session.exec(
        select(ExecutionSet, Person)
        .join(Person, col(Person.id) == col(ExecutionSet.saved_by))
        .where(col(ExecutionSet.round_id).in_(rounds_of_year(session, round_)))
        .order_by(col(ExecutionSet.round_id).desc(), col(ExecutionSet.number).desc())
    ).all()
    files = _files(session)
    return [_version(row, person, files.get(str(row.id), "")) for row, person in rows]


def _files(session: Session) -> dict[str, str]:
    """What was uploaded for each version, as the trail tells it."""
    found = session.exec(
        select(TrailRecord).where(
            TrailRecord.verb == Verb.SAVE_EXECUTION, TrailRecord.outcome == "done"
        )
    )
    return {
        record.object_id: str(json.loads(record.changes)["file"][1]).rpartition(" ")[0]
        for record in found
    }


def _version(row: ExecutionSet, person: Person, file: str) -> ExecutionVersion:
    own = _executed(row.content)
    days = [one.as_of for one in own.values()]
    return ExecutionVersion(
        id=row.id or 0,
        number=row.number,
        sha256=row.sha256,
        note=row.note,
        file=file,
        centres=len(own),
        first_day=min(days),
        last_day=max(days),
        spent=sum(one.spent for one in own.values()),
        saved_by=person.name,
        saved_by_en=person.name_en,
        saved_at=row.saved_at,
    )


def _executed(content: bytes) -> dict[str, Executed]:
    return executed_of(table_from(content, FILE))


def executed_of(table: pd.DataFrame) -> dict[str, Executed]:
    """A table of execution that has been checked, by centre."""
    return {
        str(cells["centre_id"]): Executed(
            as_of=date.fromisoformat(str(cells["as_of"])),
            spent=int(cells["spent_krw"]),
            committed=int(cells["committed_krw"]) if cells["committed_krw"] else None,
            available=int(cells["available_krw"]) if cells["available_krw"] else None,
            carryover=int(cells["carryover_krw"] or 0),
        )
        for cells in table.to_dict("records")
    }


def executed_in(session: Session, round_: BudgetRound) -> dict[str, Executed]:
    """The version in force by centre; empty before any was uploaded."""
    latest = latest_set(session, round_)
    return _executed(latest.content) if latest else {}


def latest_set(session: Session, round_: BudgetRound) -> ExecutionSet | None:
    """The version in force; None before any was uploaded."""
    return session.exec(
        select(ExecutionSet)
        .where(col(ExecutionSet.round_id).in_(rounds_of_year(session, round_)))
        .order_by(col(ExecutionSet.round_id).desc(), col(ExecutionSet.number).desc())
    ).first()


def content(store: Store, who: str, version_id: int) -> bytes:
    """The table of a version, as execution.csv.

    Raises:
        Forbidden: for whoever may not see the allocation; if there is no such version.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject(KIND, str(version_id)[:20]))
        row = known(act.session, ExecutionSet, version_id)
        if row is None or row.round_id not in rounds_of_year(act.session, act.round()):
            raise Forbidden(NOT_YOURS)
        return row.content


# --- an upload ---------------------------------------------------------------------------------


def checked(store: Store, who: str, name: str, uploaded: bytes) -> Upload:
    """Read an uploaded execution and check it against its definition and the round.

    Returns:
        The table with every fault; nothing is stored.

    Raises:
        Forbidden: for anybody but a planner.
    """
    with looking(store, who, Verb.SAVE_EXECUTION) as act:
        act.allow(Subject(KIND, ""))
        return _checked(act.session, act.round(), name, uploaded)


def _checked(session: Session, round_: BudgetRound, name: str, uploaded: bytes) -> Upload:
    upload = read_upload(name, uploaded, EXECUTION)
    return upload if upload.faults else upload.with_faults(_faults(session, round_, upload))


def _faults(session: Session, round_: BudgetRound, upload: Upload) -> Iterator[Fault]:
    centres, year = centres_in_force(session, round_), round_.fiscal_year
    for row, cells in enumerate(upload.table.to_dict("records"), start=2):
        if cells["centre_id"] not in centres:
            expected = N_("the id of a centre in the table of centres")
            yield Fault(CONTENT, "centre_id", cells["centre_id"], expected, row)
        if date.fromisoformat(cells["as_of"]).year != year:
            expected = N_("a day of the fiscal year {year}")
            details = {"year": str(year)}
            yield Fault(CONTENT, "as_of", cells["as_of"], expected, row, details)
        if cells["available_krw"]:
            yield from _too_much(row, cells)


def _too_much(row: int, cells: Mapping[Hashable, str]) -> Iterator[Fault]:
    """What is more than the budget available: spent, carried over, or both together."""
    available, spent = int(cells["available_krw"]), int(cells["spent_krw"])
    carried = int(cells["carryover_krw"] or 0)
    too_much = [
        column
        for column, won in (("spent_krw", spent), ("carryover_krw", carried))
        if won > available
    ]
    for column in too_much:
        expected = N_("at most the budget available, {most}")
        details = {"most": f"{available:,}"}
        yield Fault(CONTENT, column, cells[column], expected, row, details)
    if not too_much and spent + carried > available:
        expected = N_(
            "at most {most}: spent so far ({spent}) and carried over together are no more than "
            "the budget available ({available})"
        )
        details = {
            "most": f"{available - spent:,}",
            "spent": f"{spent:,}",
            "available": f"{available:,}",
        }
        yield Fault(CONTENT, "carryover_krw", cells["carryover_krw"], expected, row, details)


def save(
    store: Store, who: str, name: str, uploaded: bytes, reason: str, *, based_on: int, key: str
) -> list[ExecutionVersion]:
    """Store an uploaded execution as a new version; gives all versions, the latest first.

    Args:
        based_on: the version in force that the planner saw; 0 before any was saved.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: with every fault of the file; without a reason; if nothing changes.
        Conflict: if somebody else saved another version meanwhile.
    """
    upload = checked(store, who, name, uploaded)  # before anybody has to wait for us
    with acting(store, who, Verb.SAVE_EXECUTION, key, upload.sha256, reason) as act:
        act.allow(Subject(KIND, ""))
        round_ = act.round()
        if act.is_repeated:
            return execution_versions(act.session, round_)
        latest = latest_set(act.session, round_)
        _unchanged(act, latest, based_on)
        # the file was read before the lock was taken; the centres may have changed since
        faults = list(upload.faults or _faults(act.session, round_, upload))
        why = ""
        try:
            why = fields.reason_text(reason)
        except InputError as error:
            faults += error.faults
        if latest is not None and not upload.faults and upload.content == latest.content:
            expected = N_("a table that changes something; this one does not")
            faults.append(Fault(upload.file, "", "", expected))
        if faults:
            raise InputError(faults)
        _add(act, round_, upload, latest, why)
        return execution_versions(act.session, round_)


def _unchanged(act: Act, latest: ExecutionSet | None, based_on: int) -> None:
    others = saved_by_others(act, ExecutionSet, based_on)
    if latest is not None and others:
        raise Conflict(
            [
                OthersChange(KIND, person.name, person.name_en, row.saved_at, str(row.number))
                for row, person in others
            ],
            latest.id or 0,
        )


def _add(
    act: Act, round_: BudgetRound, upload: Upload, before: ExecutionSet | None, why: str
) -> None:
    last = act.session.exec(
        select(func.max(ExecutionSet.number)).where(ExecutionSet.round_id == round_.id)
    ).one()
    row = ExecutionSet(
        round_id=round_.id or 0,
        number=(last or 0) + 1,
        sha256=hashlib.sha256(upload.content).hexdigest(),
        content=upload.content,
        note=why,
        saved_by=act.person.id,
        saved_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    own = _executed(row.content).values()
    act.record(
        changes={
            "round_id": (None, row.round_id),
            "number": (before.number if before else None, row.number),
            "sha256": (before.sha256 if before else None, row.sha256),
            "file": (None, f"{upload.file} {upload.sha256}"),
            "last_day_executed": (None, max(one.as_of for one in own).isoformat()),
            "spent_krw": (None, sum(one.spent for one in own)),
        },
        reason=why,
        based_on=before.id if before else None,
        made=Subject(KIND, str(row.id)),
    )
