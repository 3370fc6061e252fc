"""The data of the round: uploads that are checked, previewed, confirmed; versions; going back.

What is stored is the table as centres.csv; the record names its hash, the uploaded file and its
hash, the centres that came, closed or merged, and whether the figures are the Ministry's own.
Nothing is stored while there is a fault, and an earlier version is never overwritten.

Source: screens, Data; workflow, what is recorded.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd
from sqlmodel import Session, col, func, select

import budget
from budget.allocation.centres import PRIOR_OPERATING, cell_text, checked_centres
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.infeasibility import InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.allocation.revision import (
    Revision,
    Takeover,
    is_probably_in_table,
    revision,
    with_takeovers,
)
from budget.files.tables import table_bytes, table_from
from budget.files.uploads.definitions import CENTRES
from budget.files.uploads.reading import CONTENT, Upload, read_upload
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Centre,
    DataSet,
    Person,
    SpecialNeed,
    TrailRecord,
)
from budget.workflow import fields, following, rounds, scenarios
from budget.workflow.deeds import MOST_RECORDS, Act, acting, known, looking
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, NotNow
from budget.workflow.roles import Subject, Verb

FOUND = "found"
PUTS_IN_FORCE = (Verb.SAVE_DATA, Verb.RESTORE_DATA)
LIVE = ("submitted", "in_review", "returned", "assessed", "approved")
"""States of requests that could still be funded."""
PUBLISHED = N_("The round is published: its data are final.")


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


@dataclass(frozen=True)
class LeftOut:
    """A request of a centre that closes; it stays readable, and is not funded."""

    need_id: str
    centre_id: str
    state: str
    krw: int | None


@dataclass(frozen=True)
class Passed:
    """A request of a centre that is merged; it passes to the successor."""

    need_id: str
    centre_id: str
    to: str
    state: str
    krw: int | None


@dataclass(frozen=True)
class Preview:
    """What an upload would change.

    Attributes:
        based_on: the version in force that it was compared with.
        before, uploaded, after: the tables, cells as text; `after` is what was uploaded with what
            was taken over.
        left_out: requests of centres that close without a successor.
        passed: requests that pass to another centre.
        is_feasible: whether the baseline's rules can be kept with the new table.
        changes: centre id -> change of its total under the baseline's rules, in won; none where
            the rules cannot be kept.
        scenarios: names of the scenarios that state the number of centres and will be adapted.
    """

    based_on: int
    before: pd.DataFrame
    uploaded: pd.DataFrame
    after: pd.DataFrame
    revision: Revision
    left_out: tuple[LeftOut, ...]
    passed: tuple[Passed, ...]
    is_feasible: bool
    changes: Mapping[str, int] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ()

    def is_in_table(self, closed: str, successor: str) -> bool:
        """Whether the successor's last year seems to hold the closed centre's already."""
        return is_probably_in_table(self.before, self.uploaded, closed, successor)


# --- looking -----------------------------------------------------------------------------------


def versions(store: Store, who: str) -> list[Version]:
    """Every version of the table of centres, the newest first.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_DATA) as act:
        act.allow(Subject("data_set", ""))
        return _versions(act.session, act.round())


def _versions(session: Session, round_: BudgetRound) -> list[Version]:
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
            illustrative=bool(told.get(row.id, {}).get("illustrative", round_.illustrative)),
            centres=len(table_from(row.content, CONTENT)),
            saved_by=person.name,
            saved_by_en=person.name_en,
            saved_at=row.saved_at,
            is_present=row.id == round_.data_set_id,
        )
        for row, person in rows
    ]


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
        return _version(act, version_id).content


def _version(act: Act, version_id: int) -> DataSet:
    row = known(act.session, DataSet, version_id)
    if row is None or row.round_id != act.round().id:
        raise Forbidden(NOT_YOURS)
    return row


# --- an upload ---------------------------------------------------------------------------------


def checked(store: Store, who: str, name: str, uploaded: bytes) -> Upload:
    """Read an uploaded table and check it against its definition and the baseline's rules.

    Returns:
        The table with every fault; nothing is stored.

    Raises:
        Forbidden: for anybody but a planner.
    """
    with looking(store, who, Verb.SAVE_DATA) as act:
        act.allow(Subject("data_set", ""))
        policy = scenarios.baseline(act.session, act.round()).policy
    return _checked(name, uploaded, policy)


def _checked(name: str, uploaded: bytes, policy: Policy) -> Upload:
    upload = read_upload(name, uploaded, CENTRES)
    return upload if upload.faults else _against_rules(upload, policy)


def _against_rules(upload: Upload, policy: Policy) -> Upload:
    try:
        checked_centres(upload.table, _for_rows(policy, len(upload.table)), CONTENT)
    except InputError as error:
        return upload.with_faults(error.faults)
    return upload


def _for_rows(policy: Policy, count: int) -> Policy:
    """The same rules for a table with another number of centres."""
    stated = policy.policy.centres
    return policy if stated in {None, count} else policy.replaced({"policy.centres": count})


def preview(
    store: Store, who: str, table: pd.DataFrame, takeovers: Sequence[Takeover] = ()
) -> Preview:
    """What a checked table would change against the version in force.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: for takeovers that cannot be.
    """
    with looking(store, who, Verb.SAVE_DATA) as act:
        act.allow(Subject("data_set", ""))
        round_ = act.round()
        given = rounds.inputs_of(act.session, round_, "approved")
        before = given.centres
        after = with_takeovers(before, table, takeovers)
        found = revision(before, after, takeovers)
        merged = following.successors(
            act.session, round_, given.data_set_id, found.closed, takeovers
        )
        passed = tuple(_passed(act.session, round_, after, merged))
        left_out = _left_out(act.session, round_, before, after, {one.need_id for one in passed})
        stale = [saved.name for saved in _stale(act.session, round_, len(after))]
    is_feasible, changes = _effect(given, after, {one.need_id: one.to for one in passed})
    return Preview(
        based_on=given.data_set_id,
        before=before,
        uploaded=table,
        after=after,
        revision=found,
        left_out=left_out,
        passed=passed,
        is_feasible=is_feasible,
        changes=changes,
        scenarios=tuple(stale),
    )


def _effect(
    given: rounds.RoundInputs, after: pd.DataFrame, passed: Mapping[str, str]
) -> tuple[bool, dict[str, int]]:
    """What the baseline's rules give with the new table instead of the present one."""
    policy = given.baseline.policy
    ids = set(after["centre_id"])
    now_at = [
        passed.get(request_id, centre_id)
        for request_id, centre_id in zip(
            given.requests["request_id"], given.requests["centre_id"], strict=True
        )
    ]
    requests = given.requests.assign(centre_id=now_at)
    requests = requests[requests["centre_id"].isin(ids)].reset_index(drop=True)
    try:
        now = budget.allocate(given.centres, policy, given.requests)
        then = budget.allocate(after, _for_rows(policy, len(after)), requests)
    except InfeasiblePolicy:
        return False, {}
    old = {line["centre_id"]: int(line["total_krw"]) for line in now.table.to_dict("records")}
    new = {line["centre_id"]: int(line["total_krw"]) for line in then.table.to_dict("records")}
    return True, {
        centre_id: new.get(centre_id, 0) - old.get(centre_id, 0)
        for centre_id in dict.fromkeys((*old, *new))
    }


def _passed(
    session: Session, round_: BudgetRound, after: pd.DataFrame, merged: Mapping[str, str]
) -> Iterator[Passed]:
    """Requests that would pass to another centre."""
    for move in following.moves(session, round_, set(after["centre_id"]), merged):
        need = move.need
        krw = need.approved_krw or need.requested_krw
        yield Passed(need.id, need.centre_id, move.to, need.state, krw)


def _left_out(
    session: Session,
    round_: BudgetRound,
    before: pd.DataFrame,
    after: pd.DataFrame,
    passed: Set[str],
) -> tuple[LeftOut, ...]:
    closed = set(before["centre_id"]) - set(after["centre_id"])
    rows = session.exec(
        select(SpecialNeed)
        .where(
            SpecialNeed.round_id == round_.id,
            col(SpecialNeed.centre_id).in_(closed),
            col(SpecialNeed.state).in_(LIVE),
            col(SpecialNeed.id).not_in(passed),
        )
        .order_by(col(SpecialNeed.id))
    ).all()
    return tuple(
        LeftOut(row.id, row.centre_id, row.state, row.approved_krw or row.requested_krw)
        for row in rows
    )


def _stale(session: Session, round_: BudgetRound, count: int) -> list[scenarios.SavedScenario]:
    """Scenarios whose policy states another number of centres."""
    return [
        saved
        for saved in scenarios.latest_of_round(session, round_)
        if saved.policy.policy.centres not in {None, count}
    ]


# --- deeds -------------------------------------------------------------------------------------


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
    wish = (upload.sha256, [_plain(takeover) for takeover in takeovers], illustrative, reason)
    with acting(store, who, Verb.SAVE_DATA, key, *wish) as act:
        round_ = _open_round(act)
        if act.is_repeated:
            return _versions(act.session, round_)
        _unchanged(act, round_, based_on)
        policy = scenarios.baseline(act.session, round_).policy
        # the file was read before the lock was taken; the rules may have changed since
        known = upload.faults or _against_rules(upload, policy).faults
        faults = [*known, *_reason_faults(reason)]
        if faults:
            raise InputError(faults)
        present = act.session.get_one(DataSet, round_.data_set_id)
        before = table_from(present.content, CONTENT)
        after = with_takeovers(before, upload.table, takeovers)
        found = revision(before, after, takeovers)
        if found.is_empty and illustrative == round_.illustrative:
            raise InputError(
                [
                    Fault(
                        upload.file, "", "", N_("a table that changes something; this one does not")
                    )
                ]
            )
        row = _stored(act, round_, table_bytes(after), fields.reason_text(reason))
        told = _changes_told(upload, found, before, after)
        _put_in_force(act, round_, row, illustrative=illustrative, told=told, based_on=based_on)
        return _versions(act.session, round_)


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
            return _versions(act.session, round_)
        row = _version(act, version_id)
        _unchanged(act, round_, based_on)
        if row.id == round_.data_set_id:
            raise NotNow(N_("This version is in force already."))
        why = fields.reason_text(reason)
        table = table_from(row.content, CONTENT)
        policy = scenarios.baseline(act.session, round_).policy
        checked_centres(table, _for_rows(policy, len(table)), CONTENT)
        version = next(one for one in _versions(act.session, round_) if one.id == row.id)
        _put_in_force(
            act,
            round_,
            row,
            illustrative=version.illustrative,
            told={},
            based_on=based_on,
            reason=why,
        )
        return _versions(act.session, round_)


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
    for saved in _stale(act.session, round_, len(table)):
        with act.follow_up(f"scenario {saved.id}"):
            scenarios.adapt(act, round_, saved, _for_rows(saved.policy, len(table)), why)


def _keep_names(session: Session, table: pd.DataFrame) -> None:
    """New centres can have heads and requests; renamed ones are called so; closed ones stay."""
    for row in table.to_dict("records"):
        centre_id = cell_text(row["centre_id"])
        centre = session.get(Centre, centre_id)
        if centre is None:
            centre = Centre(centre_id=centre_id, name_ko="", name_en="")
        centre.name_ko = cell_text(row.get("name_ko")) or centre_id
        centre.name_en = cell_text(row.get("name_en")) or centre_id
        session.add(centre)
