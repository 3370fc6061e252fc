"""Putting data in force: an upload as a new version, or an earlier version again.

What is stored is the table as centres.csv; the record names its hash, the uploaded file and its
hash, the centres that came, closed or merged, and whether the figures are the Ministry's own.
Nothing is stored while there is a fault, and an earlier version is never overwritten.

Source: screens, Data; workflow, what is recorded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from sqlmodel import Session, col, func, select

from budget.allocation.cells import cell_text
from budget.allocation.centre_checking import checked_centres
from budget.allocation.contract import PRIOR_OPERATING
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.revision import Revision, Takeover, revision, with_takeovers
from budget.files.tables import table_bytes, table_from
from budget.files.uploads.reading import CONTENT, Upload
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Centre, DataSet, TrailRecord
from budget.workflow import fields, following, saved_scenarios, scenarios
from budget.workflow.data_checking import against_rules, checked, for_rows, stale_scenarios
from budget.workflow.deeds import MOST_RECORDS, Act, acting, looking
from budget.workflow.refusals import Conflict, NotNow
from budget.workflow.roles import Subject, Verb
from budget.workflow.saved_data import (
    Version,
    is_illustrative,
    version_of_round,
    versions,
    versions_of_round,
)

PUTS_IN_FORCE = (Verb.SAVE_DATA, Verb.RESTORE_DATA)
PUBLISHED = N_("The round is published: its data are final.")


def save(
    store: Store,
    who: str,
    name: str,
    uploaded: bytes,
    *,
    takeovers: Sequence[Takeover] = (),
    illustrative: bool,
    reason: str,
    based_on: int,
    key: str,
) -> list[Version]:
    """Store an uploaded table as a new version and put it in force; gives all versions.

    Args:
        takeovers: who takes over which closed centre.
        illustrative: False: the planner says that these are the Ministry's own figures.
        based_on: the version in force that the planner compared it with.

    Raises:
        Forbidden: for anybody but a planner.
        NotNow: once the round is published.
        InputError: with every fault of the table; without a reason; if nothing changes.
        Conflict: if somebody else put another version in force meanwhile.
    """
    upload = checked(store, who, name, uploaded)  # before anybody has to wait for us
    prepared = _prepared(store, who, upload, takeovers)
    wish = (upload.sha256, [_plain(takeover) for takeover in takeovers], illustrative, reason)
    with acting(store, who, Verb.SAVE_DATA, key, *wish) as act:
        round_ = _open_round(act)
        if act.is_repeated:
            return versions_of_round(act.session, round_)
        _unchanged(act, round_, based_on)
        policy = saved_scenarios.baseline(act.session, round_).policy
        # the file was read before the lock was taken; the rules may have changed since
        known = upload.faults or against_rules(upload, policy).faults
        faults = [*known, *_reason_faults(reason)]
        if faults:
            raise InputError(faults)
        if prepared is None or prepared.data_set_id != round_.data_set_id:
            present = act.session.get_one(DataSet, round_.data_set_id)
            prepared = _compared(present, upload, takeovers)
        if prepared.revision.is_empty and illustrative == round_.illustrative:
            raise InputError(
                [
                    Fault(
                        upload.file, "", "", N_("a table that changes something; this one does not")
                    )
                ]
            )
        row = _stored(act, round_, prepared.content, fields.reason_text(reason))
        told = prepared.told
        _put_in_force(act, round_, row, illustrative=illustrative, told=told, based_on=based_on)
    return versions(store, who)


@dataclass(frozen=True)
class _Compared:
    """An upload compared with the version in force, whose number is `data_set_id`.

    Attributes:
        content: the table with what was taken over, as centres.csv.
        told: what the record of it tells.
    """

    data_set_id: int
    revision: Revision
    content: bytes
    told: Mapping[str, tuple[Any, Any]]


def _prepared(
    store: Store, who: str, upload: Upload, takeovers: Sequence[Takeover]
) -> _Compared | None:
    """The comparison, made while others can write; None where there are faults to tell first."""
    if upload.faults:
        return None
    with looking(store, who, Verb.SAVE_DATA) as act:
        act.allow(Subject("data_set", ""))
        present = act.session.get_one(DataSet, act.round().data_set_id)
    try:
        return _compared(present, upload, takeovers)
    except InputError:  # takeovers that cannot be: told with the other faults
        return None


def _compared(present: DataSet, upload: Upload, takeovers: Sequence[Takeover]) -> _Compared:
    before = table_from(present.content, CONTENT)
    after = with_takeovers(before, upload.table, takeovers)
    found = revision(before, after, takeovers)
    told = _changes_told(upload, found, before, after)
    return _Compared(present.id or 0, found, table_bytes(after), told)


def _plain(takeover: Takeover) -> tuple[str, str, bool]:
    """A takeover as plain data."""
    return takeover.closed, takeover.successor, takeover.is_in_table


def _open_round(act: Act) -> BudgetRound:
    act.allow(Subject("data_set", ""))
    round_ = act.round()
    if round_.state == "published" and not act.is_repeated:
        raise NotNow(PUBLISHED)
    return round_


def _unchanged(act: Act, round_: BudgetRound, based_on: int) -> None:
    """Nobody else put another version in force since.

    Raises:
        Conflict: with who did.
    """
    if round_.data_set_id == based_on:
        return
    row = act.session.get_one(DataSet, round_.data_set_id)
    standing: dict[str, tuple[str, str]] = dict.fromkeys(
        PUTS_IN_FORCE, ("data_set_id", str(row.number))
    )
    own_records = _records_of(round_)
    others = act.others_changes(_times_since(act, round_, based_on), standing, *own_records)
    if others:
        raise Conflict(others, round_.data_set_id or 0)


def _times_since(act: Act, round_: BudgetRound, based_on: int) -> int:
    """How often another version was put in force since one was."""
    put = act.session.exec(
        select(TrailRecord.changes)
        .where(
            col(TrailRecord.verb).in_(PUTS_IN_FORCE),
            TrailRecord.outcome == "done",
            *_records_of(round_),
        )
        .order_by(col(TrailRecord.number).desc())
        .limit(MOST_RECORDS)
    )
    times = 0
    for changes in put:
        if json.loads(changes)["data_set_id"][1] == based_on:
            break
        times += 1
    return times


def _records_of(round_: BudgetRound) -> tuple[Any, ...]:
    """The round's own records: a new version also moves requests and adapts scenarios."""
    return TrailRecord.object_kind == "round", TrailRecord.object_id == str(round_.id)


def _reason_faults(reason: str) -> Sequence[Fault]:
    try:
        fields.reason_text(reason)
    except InputError as error:
        return error.faults
    return ()


def _stored(act: Act, round_: BudgetRound, table: bytes, note: str) -> DataSet:
    last = act.session.exec(
        select(func.max(DataSet.number)).where(DataSet.round_id == round_.id)
    ).one()
    row = DataSet(
        round_id=round_.id or 0,
        number=(last or 0) + 1,
        sha256=hashlib.sha256(table).hexdigest(),
        content=table,
        note=note,
        saved_by=act.person.id,
        saved_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    return row


def _changes_told(
    upload: Upload, found: Revision, before: pd.DataFrame, after: pd.DataFrame
) -> dict[str, tuple[Any, Any]]:
    """What the record of an upload tells besides the hash of the table."""
    told: dict[str, tuple[Any, Any]] = {"file": (None, f"{upload.file} {upload.sha256}")}
    if found.added:
        told["centres_added"] = (None, list(found.added))
    if found.closed:
        told["centres_closed"] = (None, list(found.closed))
    old, new = _prior(before), _prior(after)
    if found.takeovers:
        told["takeovers"] = (
            None,
            {
                takeover.closed: {
                    "successor": takeover.successor,
                    "closed_krw": old.get(takeover.closed),
                    "successor_krw": new.get(takeover.successor),
                    "was_in_file": takeover.is_in_table,
                }
                for takeover in found.takeovers
            },
        )
    if found.renamed:
        told["renamed"] = (
            {f"{change.centre_id} {change.column}": change.old for change in found.renamed},
            {f"{change.centre_id} {change.column}": change.new for change in found.renamed},
        )
    told["figures_changed"] = (None, len(found.figures))
    return told


def _prior(table: pd.DataFrame) -> dict[str, str]:
    return dict(zip(table["centre_id"], table[PRIOR_OPERATING], strict=True))


def restore(
    store: Store, who: str, version_id: int, reason: str, *, based_on: int, key: str
) -> list[Version]:
    """Put an earlier version in force again; gives all versions.

    Raises:
        Forbidden: for anybody but a planner; if there is no such version.
        NotNow: once the round is published, or if the version is in force.
        InputError: without a reason, or if the baseline's rules cannot read the version.
        Conflict: if somebody else put another version in force meanwhile.
    """
    with acting(store, who, Verb.RESTORE_DATA, key, version_id, reason) as act:
        round_ = _open_round(act)
        if act.is_repeated:
            return versions_of_round(act.session, round_)
        row = version_of_round(act, version_id)
        _unchanged(act, round_, based_on)
        if row.id == round_.data_set_id:
            raise NotNow(N_("This version is in force already."))
        why = fields.reason_text(reason)
        table = table_from(row.content, CONTENT)
        policy = saved_scenarios.baseline(act.session, round_).policy
        checked_centres(table, for_rows(policy, len(table)), CONTENT)
        _put_in_force(
            act,
            round_,
            row,
            illustrative=is_illustrative(act.session, round_, row),
            told={},
            based_on=based_on,
            reason=why,
        )
    return versions(store, who)


def _put_in_force(
    act: Act,
    round_: BudgetRound,
    row: DataSet,
    *,
    illustrative: bool,
    told: Mapping[str, tuple[Any, Any]],
    based_on: int,
    reason: str | None = None,
) -> None:
    """Make a version the round's data, record it, and adapt what states the number of centres."""
    old = act.session.get_one(DataSet, round_.data_set_id)
    table = table_from(row.content, CONTENT)
    changes = {
        "data_set_id": (old.id, row.id),
        "centres.csv": (old.sha256, row.sha256),
        "illustrative": (round_.illustrative, illustrative),
        **told,
    }
    round_.data_set_id, round_.illustrative = row.id, illustrative
    act.session.add(round_)
    _keep_names(act.session, table)
    act.session.flush()
    why = row.note if reason is None else reason
    act.record(
        changes=changes, reason=why, based_on=based_on, made=Subject("round", str(round_.id))
    )
    merged = following.successors(act.session, round_, row.id or 0)
    following.follow(act, round_, set(table["centre_id"]), merged, why)
    for saved in stale_scenarios(act.session, round_, len(table)):
        with act.follow_up(f"scenario {saved.id}"):
            scenarios.adapt(act, round_, saved, for_rows(saved.policy, len(table)), why)


def _keep_names(session: Session, table: pd.DataFrame) -> None:
    """New centres can have heads and requests; renamed ones are called so; closed ones stay."""
    known = {centre.centre_id: centre for centre in session.exec(select(Centre)).all()}
    names = table.reindex(columns=["centre_id", "name_ko", "name_en"], fill_value="")
    for cells in zip(*(names[column] for column in names), strict=True):
        centre_id, korean, english = map(cell_text, cells)
        centre = known.get(centre_id) or Centre(centre_id=centre_id, name_ko="", name_en="")
        centre.name_ko, centre.name_en = korean or centre_id, english or centre_id
        session.add(centre)
