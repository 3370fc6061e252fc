"""A supplementary round: the correction of a published one, linked to it.

It begins as the published round ended: with its data, its rules as the baseline, and the requests
that were approved in it, approved again under new numbers. People and roles belong to no round.

Source: workflow, the round.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, func, select

from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    DataSet,
    Policy,
    Scenario,
    ScenarioVersion,
    Snapshot,
    SpecialNeed,
)
from budget.workflow import fields, rounds, saved_scenarios
from budget.workflow.deadlines import korean_day
from budget.workflow.deeds import Act, acting, to_plain
from budget.workflow.refusals import NotNow
from budget.workflow.roles import Subject, Verb
from budget.workflow.rounds import RoundFacts
from budget.workflow.special_needs import next_id

AFTER_CLOSE = timedelta(days=14)
"""So long after requests close decisions are due, and as long after that the publication."""
DATES = ("requests_open", "requests_close", "decisions_due", "publication_due")
TOLD = (
    "fiscal_year",
    "illustrative",
    "baseline_id",
    "data_set_id",
    "corrects_id",
    *DATES,
)
KEPT = (
    "round_id",
    "centre_id",
    "category",
    "title",
    "title_en",
    "requested_krw",
    "need_by",
    "justification",
    "lease_end",
    "condition",
    "new_address",
    "submitted_at",
    "reviewer_id",
    "feasible",
    "assessed_krw",
    "priority",
    "divisible",
    "assessment",
    "assessed_by",
    "assessed_at",
    "approved_krw",
    "decision_reason",
    "override_reason",
    "decided_by",
    "decided_at",
)
"""What an approved request keeps."""


def open_round(
    store: Store, who: str, requests_close: date, reason: str, *, key: str
) -> RoundFacts:
    """Open a supplementary round that corrects the published one; it is then the present round.

    Args:
        requests_close: the last day in Korea on which centres can submit further requests.

    Raises:
        Forbidden: for anybody but a lead.
        NotNow: before the present round is published.
        InputError: without a reason, or for a day that is past or after the fiscal year.
    """
    with acting(store, who, Verb.OPEN_SUPPLEMENTARY, key, requests_close, reason) as act:
        act.allow(Subject("round", ""))
        if not act.is_repeated:
            _open(act, act.round(), requests_close, reason)
    return rounds.present(store, who)


def _open(act: Act, before: BudgetRound, requests_close: date, reason: str) -> None:
    run = rounds.published_run(act.session, before)
    if before.state != "published" or run is None:
        raise NotNow(N_("A supplementary round corrects a published one; this is not published."))
    why = _checked(act, before, requests_close, reason)
    round_ = _new_round(act, before, requests_close)
    given = act.session.get_one(DataSet, run.data_set_id)
    data_set = DataSet(
        round_id=round_.id or 0,
        number=1,
        sha256=given.sha256,
        content=given.content,
        note=given.note,
        saved_by=act.person.id,
        saved_at=act.now,
    )
    act.session.add(data_set)
    act.session.flush()
    old = saved_scenarios.version_of(act.session, run.scenario_version_id)
    content = act.session.get_one(Policy, run.policy_id).content
    scenario = _baseline(act, round_, data_set, old.name, content)
    round_.data_set_id, round_.baseline_id = data_set.id, scenario.id
    act.session.add(round_)
    act.session.flush()
    act.record(
        to_state=round_.state,
        changes={**_told(round_, TOLD), "centres.csv": (None, data_set.sha256)},
        reason=why,
        made=Subject("round", str(round_.id)),
    )
    copies = (_scenario_record(scenario, data_set, content), *_requests(act, before, round_))
    for number, (made, state, changes) in enumerate(copies, start=1):
        with act.follow_up(number):
            act.record(to_state=state, changes=changes, made=made)


def _checked(act: Act, before: BudgetRound, requests_close: date, reason: str) -> str:
    faults = []
    if requests_close < korean_day(act.now):
        faults.append(Fault("", "until", requests_close.isoformat(), N_("today or a later day")))
    elif requests_close.year > before.fiscal_year:
        expected = N_("a day from today to the end of {year}")
        details = {"year": str(before.fiscal_year)}
        faults.append(Fault("", "until", requests_close.isoformat(), expected, details=details))
    try:
        why = fields.reason_text(reason)
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(faults)
    return why


def _new_round(act: Act, before: BudgetRound, requests_close: date) -> BudgetRound:
    first = before
    while first.corrects_id is not None:
        first = act.session.get_one(BudgetRound, first.corrects_id)
    number = (
        1
        + act.session.exec(
            select(func.count()).where(
                BudgetRound.fiscal_year == first.fiscal_year,
                col(BudgetRound.corrects_id).is_not(None),
            )
        ).one()
    )
    round_ = BudgetRound(
        name_ko=f"{first.name_ko} 추가 {number}차",
        name_en=f"{first.name_en}, supplementary {number}",
        fiscal_year=before.fiscal_year,
        state="setup",
        illustrative=before.illustrative,
        requests_open=korean_day(act.now),
        requests_close=requests_close,
        corrects_id=before.id,
        provinces=before.provinces,
        decisions_due=requests_close + AFTER_CLOSE,
        publication_due=requests_close + 2 * AFTER_CLOSE,
    )
    act.session.add(round_)
    act.session.flush()
    return round_


def _baseline(
    act: Act, round_: BudgetRound, data_set: DataSet, name: str, content: str
) -> Scenario:
    """The published rules as the first version of the baseline."""
    policy = Policy(
        round_id=round_.id or 0,
        sha256=_sha256(content),
        content=content,
        saved_by=act.person.id,
        saved_at=act.now,
    )
    scenario = Scenario(
        round_id=round_.id or 0, name=name, version=1, made_by=act.person.id, made_at=act.now
    )
    act.session.add(policy)
    act.session.add(scenario)
    act.session.flush()
    act.session.add(
        ScenarioVersion(
            scenario_id=scenario.id or 0,
            number=1,
            policy_id=policy.id or 0,
            data_set_id=data_set.id or 0,
            considered="approved",
            saved_by=act.person.id,
            saved_at=act.now,
        )
    )
    act.session.flush()
    return scenario


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


Told = tuple[Subject, str, Mapping[str, tuple[Any, Any]]]
"""An object that was made, its state, and what its record tells."""


def _told(row: SQLModel, names: tuple[str, ...]) -> dict[str, tuple[Any, Any]]:
    return {name: (None, to_plain(getattr(row, name))) for name in names}


def _scenario_record(scenario: Scenario, data_set: DataSet, content: str) -> Told:
    changes: dict[str, Any] = {
        "name": scenario.name,
        "policy_sha256": _sha256(content),
        "data_set_id": data_set.id,
        "considered": "approved",
        "note": "",
        "rationales": {},
    }
    subject = Subject("scenario", str(scenario.id))
    return subject, "version 1", {name: (None, value) for name, value in changes.items()}


def _requests(act: Act, before: BudgetRound, round_: BudgetRound) -> Iterator[Told]:
    """The approved requests of the round before, each with its latest snapshot."""
    for need in act.session.exec(
        select(SpecialNeed)
        .where(
            SpecialNeed.round_id == before.id,
            col(SpecialNeed.state).in_(("funded", "unfunded")),
        )
        .order_by(col(SpecialNeed.id))
    ).all():
        kept = {name: getattr(need, name) for name in KEPT}
        copy = SpecialNeed(
            **{**kept, "round_id": round_.id},
            id=next_id(act.session, round_),
            state="approved",
            draft=need.draft,
            written_by=need.written_by,
            edited_by=act.person.id,
            edited_at=act.now,
            snapshots=1,
        )
        act.session.add(copy)
        act.session.flush()
        snapshot = _snapshot(act.session, need, copy)
        told = tuple(name for name in KEPT if getattr(copy, name) not in {None, ""})
        yield (
            Subject("special_need", copy.id, copy.centre_id),
            "approved",
            {
                **_told(copy, told),
                "corrects_request": (None, need.id),
                "snapshot": (None, snapshot.sha256),
            },
        )


def _snapshot(session: Session, need: SpecialNeed, copy: SpecialNeed) -> Snapshot:
    latest = session.exec(
        select(Snapshot)
        .where(Snapshot.special_need_id == need.id)
        .order_by(col(Snapshot.number).desc())
    ).first()
    if latest is None:
        raise LookupError(f"request {need.id} has no snapshot")
    made = Snapshot(
        special_need_id=copy.id,
        number=1,
        content=latest.content,
        sha256=latest.sha256,
        submitted_by=latest.submitted_by,
        submitted_at=latest.submitted_at,
    )
    session.add(made)
    session.flush()
    return made
