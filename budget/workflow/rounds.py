"""The round: its state and dates, its inputs, its moves, deadlines of single centres.

Source: workflow, the round.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import pandas as pd
from sqlmodel import Session, col, func, select

from budget.allocation.bounds import amount_in_won
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.policy import Policy as AllocationPolicy
from budget.allocation.policy_reading import policy_from_toml
from budget.files.tables import table_bytes, table_from
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Centre,
    DataSet,
    Extension,
    Policy,
    Publication,
    Run,
    Scenario,
    SpecialNeed,
)
from budget.workflow import deadlines, fields, scenarios
from budget.workflow.centres_in_force import centres_in_force
from budget.workflow.deeds import Act, Actor, acting, actor, known, looking
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, NotNow, OthersChange
from budget.workflow.roles import Subject, Verb
from budget.workflow.special_needs import count_by_state

STATES: Mapping[str, str] = {
    "setup": N_("being set up"),
    "open": N_("open for requests"),
    "review": N_("under review"),
    "decided": N_("decided"),
    "published": N_("published"),
}
ORDER = tuple(STATES)
REQUEST_COLUMNS = (
    "request_id",
    "centre_id",
    "category",
    "title",
    "requested_krw",
    "approved_krw",
    "priority",
    "divisible",
    "submitted_at",
)


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


# --- the inputs of an allocation ---------------------------------------------------------------


@dataclass(frozen=True)
class RoundInputs:
    """What allocations of the round are computed from.

    Attributes:
        data_set_id: the version of the centres' table.
        requests: requests.csv's columns, one row a submitted request.
        requests_sha256: of that table as a file; changes with every decision.
        baseline: the scenario that others are compared with.
        provinces: outlines, GeoJSON text.
    """

    data_set_id: int
    centres_content: bytes
    requests: pd.DataFrame
    requests_sha256: str
    baseline: scenarios.SavedScenario
    provinces: str

    @property
    def centres(self) -> pd.DataFrame:
        """The table of centres, cells as text."""
        return table_from(self.centres_content, "centres.csv")


def figures_version(store: Store, who: str) -> str:
    """A text that changes whenever the inputs of the round's allocations may have changed.

    Drafts that were never submitted do not count, or every letter that a centre types would
    change it. Where an earlier version of the data is put in force again, the text comes back.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        return _figures_version(act.session, act.round())


def _figures_version(session: Session, round_: BudgetRound) -> str:
    count, versions = session.exec(
        select(func.count(), func.sum(SpecialNeed.version)).where(
            SpecialNeed.round_id == round_.id, SpecialNeed.snapshots > 0
        )
    ).one()
    base = session.get(Scenario, round_.baseline_id)
    parts = (round_.id, round_.version, round_.data_set_id, base and base.version)
    return "-".join(str(part) for part in (*parts, round_.baseline_id, count, versions))


class InputsChanged(ValueError):  # noqa: N818 - what happened, and nobody's error
    """Somebody changed the inputs between two looks at them; look once more."""


def inputs(
    store: Store, who: str, considered: str = "approved", *, version: str | None = None
) -> RoundInputs:
    """The inputs of the round's allocations.

    Args:
        considered: "approved", or "assessed": feasible assessed requests as well, with the
            assessed amount.
        version: the inputs must be those of this `figures_version`; None: those that stand.

    Raises:
        Forbidden: for whoever may not see the allocation.
        InputsChanged: if they are those of another version.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        if version is not None and _figures_version(act.session, round_) != version:
            raise InputsChanged
        return inputs_of(act.session, round_, considered)


def inputs_of(session: Session, round_: BudgetRound, considered: str) -> RoundInputs:
    """The same, inside a transaction, for the workflow itself."""
    data_set = session.get_one(DataSet, round_.data_set_id)
    needs = session.exec(
        select(SpecialNeed)
        .where(SpecialNeed.round_id == round_.id, SpecialNeed.snapshots > 0)
        .order_by(col(SpecialNeed.submitted_at), col(SpecialNeed.id))
    ).all()
    standing = centres_in_force(session, round_)
    table = requests_table(
        [need for need in needs if need.centre_id in standing],
        considered,
        scenarios.baseline_unit(session, round_),
    )
    content = table_bytes(table)
    table.attrs.update(sha256=hashlib.sha256(content).hexdigest(), file="requests.csv")
    return RoundInputs(
        data_set_id=data_set.id or 0,
        centres_content=data_set.content,
        requests=table,
        requests_sha256=table.attrs["sha256"],
        baseline=scenarios.baseline(session, round_),
        provinces=round_.provinces,
    )


def requests_table(needs: Sequence[SpecialNeed], considered: str, unit: int) -> pd.DataFrame:
    """Requests as the table of requests.csv, cells as text.

    Args:
        unit: assessed amounts are cut to a multiple of it; approved ones are multiples already.
    """
    rows = []
    for need in needs:
        approved = need.approved_krw if need.state in {"approved", "funded", "unfunded"} else None
        if considered == "assessed" and need.state == "assessed" and need.feasible:
            approved = (need.assessed_krw or 0) // unit * unit or None
        submitted = need.submitted_at.astimezone(deadlines.KOREA) if need.submitted_at else None
        rows.append(
            [
                need.id,
                need.centre_id,
                need.category,
                need.title,
                str(need.requested_krw or ""),
                str(approved or ""),
                str(need.priority or ""),
                "" if need.divisible is None else str(need.divisible).lower(),
                submitted.isoformat() if submitted else "",
            ]
        )
    return pd.DataFrame(rows, columns=list(REQUEST_COLUMNS), dtype="object")


def with_amount(requests: pd.DataFrame, need_id: str, approved_krw: int | None) -> pd.DataFrame:
    """The table with one request approved at an amount, or (None) not approved at all."""
    changed = requests.copy()
    changed.attrs = {}
    row = changed["request_id"] == need_id
    changed.loc[row, "approved_krw"] = "" if approved_krw is None else str(approved_krw)
    return changed


@dataclass(frozen=True)
class NationalParts:
    """The envelope and its parts, in won, as everybody but the administrator may know them.

    Attributes:
        pools: name and amount of each.
        special_needs: their ceiling before publication, what is funded after.
        own: after publication, centre id -> part -> won, for the centres that the person heads.
    """

    envelope: int
    centres: int
    pools: tuple[tuple[str, int], ...]
    special_needs: int
    reserve: int
    is_published: bool
    own: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def national_parts(store: Store, who: str) -> NationalParts:
    """National totals: as the rules set them, so that no decision shows before its time; once the
    round is published, as published.

    Raises:
        Forbidden: for an administrator without another role.
    """
    with looking(store, who, Verb.SEE_TOTALS) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        run = published_run(act.session, round_)
        if run is not None:
            policy = policy_from_toml(
                act.session.get_one(Policy, run.policy_id).content, "policy.toml"
            )
            table = table_from(run.allocation_csv, "allocation.csv")
            placed = {
                name: sum(map(int, table[f"{name}_krw"]))
                for name in (*(pool.name for pool in policy.pool), "special_needs", "total")
            }
            return NationalParts(
                envelope=policy.envelope,
                centres=len(table),
                pools=tuple((pool.name, placed[pool.name]) for pool in policy.pool),
                special_needs=placed["special_needs"],
                reserve=policy.envelope - placed["total"],
                is_published=True,
                own={
                    row["centre_id"]: {name: int(row[f"{name}_krw"]) for name in placed}
                    for row in table.to_dict("records")
                    if row["centre_id"] in act.person.centres
                },
            )
        data_set = act.session.get_one(DataSet, round_.data_set_id)
        rows = len(table_from(data_set.content, "centres.csv"))
        return _planned(scenarios.baseline(act.session, round_).policy, rows)


def _planned(policy: AllocationPolicy, centres: int) -> NationalParts:
    envelope, unit = policy.envelope, policy.unit
    reserve = amount_in_won(policy.reserve.amount, envelope, unit) if policy.reserve else 0
    ceiling = (
        amount_in_won(policy.special_needs.ceiling, envelope, unit) if policy.special_needs else 0
    )
    pools = {
        pool.name: 0 if isinstance(pool.amount, str) else amount_in_won(pool.amount, envelope, unit)
        for pool in policy.pool
    }
    pools[policy.remainder_pool.name] = envelope - reserve - ceiling - sum(pools.values())
    return NationalParts(
        envelope, centres, tuple(pools.items()), ceiling, reserve, is_published=False
    )


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


# --- moving the round --------------------------------------------------------------------------


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
        InputError: without a reason, for a day that is past, or an unknown centre.
        NotNow: once the round is decided.
    """
    with acting(store, who, Verb.EXTEND_DEADLINE, key, centre_id, until, reason) as act:
        act.allow(Subject("centre", centre_id[:40], centre_id))
        if act.is_repeated:
            return
        round_ = act.round()
        if round_.state not in {"open", "review"}:
            raise NotNow(N_("Deadlines run while the round is open or under review."))
        faults = []
        centre = known(act.session, Centre, centre_id)
        days = deadlines.deadlines(act.session, round_)
        present = days.last_day(centre.centre_id if centre else "")
        if until < deadlines.korean_day(act.now):
            faults.append(Fault("", "until", until.isoformat(), N_("today or a later day")))
        elif until <= present:
            faults.append(
                Fault(
                    "",
                    "until",
                    until.isoformat(),
                    N_("a day after the present deadline, {day}"),
                    details={"day": present.isoformat()},
                )
            )
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
