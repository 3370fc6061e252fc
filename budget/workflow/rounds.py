"""The round: its state and dates, its moves, deadlines of single centres.

Source: workflow, the round.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Centre, Extension, Publication, Run, Scenario
from budget.workflow import deadlines, fields
from budget.workflow.deeds import Act, Actor, acting, actor, known, looking
from budget.workflow.needs_seen import count_by_state
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, NotNow, OthersChange
from budget.workflow.roles import Subject, Verb

STATES: Mapping[str, str] = {
    "setup": N_("being set up"),
    "open": N_("open for requests"),
    "review": N_("under review"),
    "decided": N_("decided"),
    "published": N_("published"),
}
ORDER = tuple(STATES)


@dataclass(frozen=True)
class RoundFacts:
    """The round as everybody may know it.

    Attributes:
        dates: what is due when, in the order of the round; Korean days.
        version: what a deed on the round is based on.
        now: the server's clock.
        requests: how many stand in each state; empty for those who may not see the queue.
    """

    id: int
    name_ko: str
    name_en: str
    fiscal_year: int
    state: str
    illustrative: bool
    dates: Mapping[str, date]
    version: int
    now: datetime
    requests: Mapping[str, int]


def present(store: Store, who: str) -> RoundFacts:
    """The round of the present.

    Raises:
        Forbidden: for somebody without a role.
    """
    with looking(store, who, Verb.SEE_ROUND) as act:
        act.allow(Subject("round", ""))
        return _facts(act, act.round())


def _facts(act: Act, round_: BudgetRound) -> RoundFacts:
    return RoundFacts(
        id=round_.id or 0,
        name_ko=round_.name_ko,
        name_en=round_.name_en,
        fiscal_year=round_.fiscal_year,
        state=round_.state,
        illustrative=round_.illustrative,
        dates={
            name: getattr(round_, name)
            for name in ("requests_open", "requests_close", "decisions_due", "publication_due")
        }
        | _own_deadline(act, round_),
        version=round_.version,
        now=act.now,
        requests=count_by_state(act.session, round_.id or 0)
        if act.person.may(Verb.SEE_FIGURES)
        else {},
    )


def _own_deadline(act: Act, round_: BudgetRound) -> dict[str, date]:
    """For a centre head the centre's own last day, which may have been extended."""
    days = deadlines.deadlines(act.session, round_)
    own = [days.last_day(centre) for centre in act.person.centres]
    return {"requests_close": max(own)} if own else {}


def who_is(store: Store, identity: str) -> Actor:
    """The person who is signed in, with the roles of this moment.

    Raises:
        Forbidden: if nobody is known by this identity, or they have no role; not recorded.
    """
    with store.reading() as session:
        return actor(session, identity)


def published_run(session: Session, round_: BudgetRound) -> Run | None:
    """The run whose amounts are in force: see `publication_in_force`."""
    row = publication_in_force(session, round_)
    return session.get(Run, row.run_id) if row else None


def publication_in_force(session: Session, round_: BudgetRound) -> Publication | None:
    """The confirmed publication of a round; as long as a supplementary round has none, that of
    the round which it corrects."""
    present: BudgetRound | None = round_
    while present is not None:
        row = session.exec(
            select(Publication).where(
                Publication.round_id == present.id, col(Publication.confirmed_by).is_not(None)
            )
        ).first()
        if row is not None:
            return row
        present = session.get(BudgetRound, present.corrects_id) if present.corrects_id else None
    return None


def move(
    store: Store, who: str, to_state: str, reason: str, *, based_on: int, key: str
) -> RoundFacts:
    """Move the round one step forward or back. Publishing is a deed of its own.

    Raises:
        Forbidden: for anybody but the lead.
        NotNow: for a step that the round does not have.
        InputError: without a reason.
        Conflict: if somebody else moved it since `based_on`.
    """
    with acting(store, who, Verb.MOVE_ROUND, key, to_state, reason) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        if act.is_repeated:
            return _facts(act, round_)
        others = _others_changes(act, round_, based_on)
        if others:
            raise Conflict(others, round_.version)
        if round_.state == "published":
            raise NotNow(
                N_("A published round is final; a correction is a new, supplementary round.")
            )
        steps = ORDER.index(to_state) - ORDER.index(round_.state) if to_state in ORDER else 0
        if abs(steps) != 1 or to_state == "published":
            raise NotNow(
                N_("The round moves one step at a time; publishing takes a proposal and a lead.")
            )
        why = fields.reason_text(reason)
        from_state = round_.state
        round_.state = to_state
        round_.version += 1
        act.session.add(round_)
        act.record(
            from_state=from_state,
            to_state=to_state,
            changes={"state": (from_state, to_state)},
            reason=why,
            based_on=based_on,
            made=Subject("round", str(round_.id)),
        )
        return _facts(act, round_)


def _others_changes(act: Act, round_: BudgetRound, based_on: int) -> list[OthersChange]:
    """Who else moved the round since, or gave it another baseline."""
    state = ("state", STATES[round_.state])
    base = act.session.get(Scenario, round_.baseline_id)
    return act.others_changes(
        round_.version - based_on,
        {
            Verb.MOVE_ROUND: state,
            Verb.CONFIRM_PUBLICATION: state,
            Verb.SET_BASELINE: ("baseline", base.name if base else ""),
        },
    )


def extend_deadline(
    store: Store, who: str, centre_id: str, until: date, reason: str, *, key: str
) -> None:
    """Let one centre write and submit until the end of a day in Korea.

    Raises:
        Forbidden: for anybody but the lead.
        InputError: without a reason, for a day that is past, not later than the present one or
            later than decisions are due, or an unknown centre.
        NotNow: once the round is decided.
    """
    with acting(store, who, Verb.EXTEND_DEADLINE, key, centre_id, until, reason) as act:
        act.allow(Subject("centre", centre_id[:40], centre_id))
        if act.is_repeated:
            return
        round_ = act.round()
        if round_.state not in {"open", "review"}:
            raise NotNow(N_("Deadlines run while the round is open or under review."))
        faults: list[Fault] = []
        centre = known(act.session, Centre, centre_id)
        days = deadlines.deadlines(act.session, round_)
        present = days.last_day(centre.centre_id if centre else "")
        faults += _wrong_day(until, present, round_, deadlines.korean_day(act.now))
        if centre is None:
            faults.append(Fault("", "centre_id", centre_id[:40], N_("a centre of the round")))
        why = ""
        try:
            why = fields.reason_text(reason)
        except InputError as error:
            faults += error.faults
        if faults:
            raise InputError(faults)
        act.session.add(
            Extension(round_id=round_.id or 0, centre_id=centre_id, until=until, set_at=act.now)
        )
        act.record(
            changes={"deadline": (present.isoformat(), until.isoformat())},
            reason=why,
        )


LATE_FOR_DECISIONS = N_("at the latest {day}, the day on which decisions are due")
LATE_AFTER_ALL = N_("at the latest {day}, two weeks from today: decisions are due already")


def _wrong_day(until: date, present: date, round_: BudgetRound, today: date) -> list[Fault]:
    """Why a deadline cannot be extended to a day; empty if it can."""
    latest = deadlines.latest_extension(round_.decisions_due, today)
    if until < today:
        expected, day = N_("today or a later day"), today
    elif until <= present:
        expected, day = N_("a day after the present deadline, {day}"), present
    elif until > latest:
        is_late = today > round_.decisions_due
        expected, day = LATE_AFTER_ALL if is_late else LATE_FOR_DECISIONS, latest
    else:
        return []
    details = {"day": day.isoformat()}
    return [Fault("", "until", until.isoformat(), expected, details=details)]


def centre_names(store: Store, who: str) -> dict[str, tuple[str, str]]:
    """Every centre's id with its Korean and English name.

    Raises:
        Forbidden: for somebody without a role.
    """
    with looking(store, who, Verb.SEE_ROUND) as act:
        act.allow(Subject("round", ""))
        rows = act.session.exec(select(Centre).order_by(Centre.centre_id)).all()
        return {row.centre_id: (row.name_ko, row.name_en) for row in rows}


def deadline_of(store: Store, who: str, centre_id: str) -> tuple[date, bool]:
    """A centre's last day, and whether its requests can be written at this moment.

    Raises:
        Forbidden: for whoever may not see that centre's requests.
    """
    with looking(store, who, Verb.SEE_NEED) as act:
        act.allow(Subject("centre", centre_id, centre_id))
        if known(act.session, Centre, centre_id) is None:
            raise Forbidden(NOT_YOURS)
        round_ = act.round()
        day = deadlines.deadlines(act.session, round_).last_day(centre_id)
        can = deadlines.deadlines(act.session, round_).may_write(centre_id, act.now)
        return day, can and act.now < deadlines.end_of(day)
