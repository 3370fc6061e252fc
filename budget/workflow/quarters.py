"""The year after the publication: the quarterly profile, in versions, and what a centre may spend.

A profile is a choice that somebody signs: each version is written once, with its reason, and the
latest is in force. Before the publication the same page is a preview of the baseline.

Source: the field in one page, rules of public money; workflow, what is recorded.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, func, select

from budget.allocation.allotment import DEFAULT, Profile, Row, allotment, profile
from budget.allocation.execution import Executed, Reading, Standing, standings
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.result import Allocation
from budget.storage.store import Store
from budget.storage.tables import AllotmentProfile, BudgetRound, Centre, Person
from budget.storage.trail import canonical
from budget.workflow import fields, rounds
from budget.workflow.deeds import Act, acting, known, looking
from budget.workflow.execution import ExecutionVersion, executed_in, execution_versions
from budget.workflow.published import repeated
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, OthersChange
from budget.workflow.roles import Subject, Verb
from budget.workflow.year_chain import rounds_of_year, saved_by_others

KIND = "allotment_profile"


@dataclass(frozen=True)
class ProfileVersion:
    """A version of the quarterly profile."""

    id: int
    number: int
    profile: Profile
    note: str
    saved_by: str
    saved_by_en: str
    saved_at: datetime


@dataclass(frozen=True)
class Year:
    """What the year stands on.

    Attributes:
        run_id: the published run; None before publication.
        profiles, executions: the latest first, which is in force; none: the usual profile, no
            execution.
    """

    run_id: int | None
    profiles: tuple[ProfileVersion, ...]
    executions: tuple[ExecutionVersion, ...]

    @property
    def profile(self) -> Profile:
        """The profile in force; the usual one before any was saved."""
        return self.profiles[0].profile if self.profiles else DEFAULT

    @property
    def profile_id(self) -> int:
        """What another version is based on; 0 before any was saved."""
        return self.profiles[0].id if self.profiles else 0

    @property
    def execution_id(self) -> int:
        """What another execution is based on; 0 before any was saved."""
        return self.executions[0].id if self.executions else 0


@dataclass(frozen=True)
class OwnYear:
    """One centre's year: what it may spend in each quarter, and how it stands.

    Attributes:
        running, special: won by quarter.
        profile: the shares of the quarters in force.
        standing: None where no execution was uploaded.
    """

    centre_id: str
    running: Row
    special: Row
    profile: Profile
    standing: Standing | None


# --- looking -----------------------------------------------------------------------------------


def year(store: Store, who: str) -> Year:
    """The published run and every version of profile and execution.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        return _year(act.session, act.round())


def _year(session: Session, round_: BudgetRound) -> Year:
    run = rounds.published_run(session, round_)
    return Year(
        run_id=run.id if run else None,
        profiles=tuple(_profiles(session, round_)),
        executions=tuple(execution_versions(session, round_)),
    )


def profile_in_force(session: Session, round_: BudgetRound) -> Profile:
    """The latest profile of the year; the usual one before any was saved."""
    saved = _profiles(session, round_)
    return saved[0].profile if saved else DEFAULT


def _profiles(session: Session, round_: BudgetRound) -> list[ProfileVersion]:
    rows = session.exec(
        select(AllotmentProfile, Person)
        .join(Person, col(Person.id) == col(AllotmentProfile.saved_by))
        .where(col(AllotmentProfile.round_id).in_(rounds_of_year(session, round_)))
        .order_by(col(AllotmentProfile.round_id).desc(), col(AllotmentProfile.number).desc())
    ).all()
    return [
        ProfileVersion(
            id=row.id or 0,
            number=row.number,
            profile=_from_record(json.loads(row.content)),
            note=row.note,
            saved_by=person.name,
            saved_by_en=person.name_en,
            saved_at=row.saved_at,
        )
        for row, person in rows
    ]


def _from_record(record: Mapping[str, Sequence[str]]) -> Profile:
    return profile(
        [Decimal(text) for text in record["running"]], [Decimal(text) for text in record["special"]]
    )


def published_allocation(store: Store, who: str) -> Allocation | None:
    """The allocation in force, computed again from its frozen inputs; None before publication.

    Raises:
        Forbidden: for whoever may not see the allocation.
        Defect: if the inputs no longer give what was published.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        run = rounds.published_run(act.session, act.round())
        return repeated(act.session, run) if run else None


def executed(store: Store, who: str) -> dict[str, Executed]:
    """Execution to date by centre, as the version in force has it; empty before any was uploaded.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        return executed_in(act.session, act.round())


def own_year(store: Store, who: str, centre_id: str) -> OwnYear | None:
    """A centre's own quarters and standing; None before publication, or if it had no part in it.

    Raises:
        Forbidden: for another centre's head, a reviewer or an administrator; if there is no such
            centre.
    """
    with looking(store, who, Verb.SEE_CENTRE) as act:
        act.allow(Subject("centre", centre_id, centre_id))
        if known(act.session, Centre, centre_id) is None:
            raise Forbidden(NOT_YOURS)
        round_ = act.round()
        run = rounds.published_run(act.session, round_)
        if run is None:
            return None
        profile = profile_in_force(act.session, round_)
        allotted = allotment(repeated(act.session, run), profile)
        if centre_id not in allotted.ids:
            return None
        place = allotted.ids.index(centre_id)
        found = executed_in(act.session, round_)
        standing = standings(allotted, found, Reading())[place] if centre_id in found else None
        return OwnYear(
            centre_id, allotted.running[place], allotted.special[place], profile, standing
        )


# --- the profile -------------------------------------------------------------------------------


def save_profile(
    store: Store,
    who: str,
    running: Sequence[Decimal],
    special: Sequence[Decimal],
    reason: str,
    *,
    based_on: int,
    key: str,
) -> Year:
    """Save a profile as a new version and put it in force.

    Args:
        running, special: four shares each, of the pools' money and of special needs.
        based_on: the version in force that the planner saw; 0 before any was saved.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: for shares that are no profile; without a reason; if nothing changes.
        Conflict: if somebody else saved another version meanwhile.
    """
    wish = ([str(share) for share in running], [str(share) for share in special], reason)
    with acting(store, who, Verb.SAVE_PROFILE, key, *wish) as act:
        act.allow(Subject(KIND, ""))
        round_ = act.round()
        now = _year(act.session, round_)
        if act.is_repeated:
            return now
        _unchanged(act, now, based_on)
        chosen, why = _checked(running, special, reason)
        if now.profiles and chosen == now.profile:
            raise InputError(
                [Fault("", "running", "", N_("shares that differ from those in force"))]
            )
        _add(act, round_, chosen, now, why)
        return _year(act.session, round_)


def _unchanged(act: Act, now: Year, based_on: int) -> None:
    others = saved_by_others(act, AllotmentProfile, based_on)
    if others:
        raise Conflict(
            [
                OthersChange(KIND, person.name, person.name_en, row.saved_at, str(row.number))
                for row, person in others
            ],
            now.profile_id,
        )


def _checked(
    running: Sequence[Decimal], special: Sequence[Decimal], reason: str
) -> tuple[Profile, str]:
    faults, chosen, why = list[Fault](), DEFAULT, ""
    try:
        chosen = profile(running, special)
    except InputError as error:
        faults += error.faults
    try:
        why = fields.reason_text(reason)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return chosen, why


def _add(act: Act, round_: BudgetRound, chosen: Profile, before: Year, why: str) -> None:
    last = act.session.exec(
        select(func.max(AllotmentProfile.number)).where(AllotmentProfile.round_id == round_.id)
    ).one()
    content = canonical(chosen.to_record())
    row = AllotmentProfile(
        round_id=round_.id or 0,
        number=(last or 0) + 1,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        note=why,
        saved_by=act.person.id,
        saved_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    old = before.profile.to_record() if before.profiles else dict.fromkeys(chosen.to_record())
    act.record(
        changes={
            "round_id": (None, row.round_id),
            "number": (before.profiles[0].number if before.profiles else None, row.number),
            "sha256": (None, row.sha256),
            **{name: (old[name], new) for name, new in chosen.to_record().items()},
        },
        reason=why,
        based_on=before.profile_id or None,
        made=Subject(KIND, str(row.id)),
    )
