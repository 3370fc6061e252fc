"""Publication: a certified run, proposed by a planner, confirmed by a lead who did not propose it.

Source: workflow, scenarios and publication.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

import budget
from budget import files
from budget.allocation.faults import N_, Fault, InputError
from budget.files.program import program_version
from budget.files.tables import table_bytes
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Person,
    Publication,
    Run,
    Scenario,
    ScenarioVersion,
    SpecialNeed,
)
from budget.workflow import fields, round_inputs, saved_scenarios
from budget.workflow.deeds import Act, acting, looking
from budget.workflow.refusals import Forbidden, NotNow
from budget.workflow.roles import Subject, Verb


@dataclass(frozen=True)
class Proposal:
    """The proposal that awaits a lead, or the publication.

    Attributes:
        is_current: whether decisions and data are still those that it was computed from.
        allocation_sha256: of the allocation.csv that would be, or is, published.
    """

    id: int
    run_id: int
    scenario: str
    number: int
    proposed_by: str
    proposed_by_en: str
    proposed_by_id: int
    proposed_at: datetime
    allocation_sha256: str
    is_confirmed: bool
    is_current: bool


def proposal(store: Store, who: str) -> Proposal | None:
    """The latest proposal of the round, confirmed or not.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        row = latest(act.session, act.round())
        return _seen(act.session, row) if row else None


def latest(session: Session, round_: BudgetRound) -> Publication | None:
    """The latest proposal of a round, confirmed or not; for the workflow itself."""
    return session.exec(
        select(Publication)
        .where(Publication.round_id == round_.id)
        .order_by(col(Publication.id).desc())
    ).first()


def _seen(session: Session, row: Publication) -> Proposal:
    run = session.get_one(Run, row.run_id)
    version = session.get_one(ScenarioVersion, run.scenario_version_id)
    person = session.get_one(Person, row.proposed_by)
    return Proposal(
        id=row.id or 0,
        run_id=run.id or 0,
        scenario=session.get_one(Scenario, version.scenario_id).name,
        number=version.number,
        proposed_by=person.name,
        proposed_by_en=person.name_en,
        proposed_by_id=row.proposed_by,
        proposed_at=row.proposed_at,
        allocation_sha256=run.allocation_sha256,
        is_confirmed=row.confirmed_by is not None,
        is_current=is_current(session, row, run),
    )


def is_current(session: Session, row: Publication, run: Run) -> bool:
    """Whether decisions and data are still those of a run; for the workflow itself."""
    given = round_inputs.inputs_of(session, session.get_one(BudgetRound, row.round_id), "approved")
    return (given.requests_sha256, given.data_set_id) == (run.requests_sha256, run.data_set_id)


def propose(store: Store, who: str, scenario_id: int, reason: str, *, key: str) -> Proposal:
    """Run the latest version of a scenario with the approved requests and propose the result.

    Raises:
        Forbidden: for anybody but a planner.
        NotNow: before the round is decided, or once it is published.
        InputError: without a reason, or with changed parameters that have no rationale.
        InfeasiblePolicy: if the scenario's rules contradict each other.
    """
    prepared = _prepared(store, who, scenario_id)
    with acting(store, who, Verb.PROPOSE_PUBLICATION, key, scenario_id, reason) as act:
        act.allow(Subject("scenario", str(scenario_id)))
        round_ = act.round()
        if act.repeated:
            return _seen(act.session, act.session.get_one(Publication, int(act.repeated.object_id)))
        if round_.state != "decided":
            raise NotNow(N_("A publication is proposed once the round is decided."))
        why = fields.reason_text(reason)
        saved = saved_scenarios.saved_in(act.session, round_, scenario_id)
        _check_rationales(act.session, round_, saved)
        given = round_inputs.inputs_of(act.session, round_, "approved")
        if prepared is None or prepared.inputs != _fingerprint(saved, given):
            raise NotNow(N_("Decisions or rules changed while it was computed; propose it anew."))
        run = _run(act, round_, saved, given, prepared.allocation)
        row = Publication(
            round_id=round_.id or 0,
            run_id=run.id or 0,
            proposed_by=act.person.id,
            proposed_at=act.now,
        )
        act.session.add(row)
        act.session.flush()
        act.record(
            to_state="proposed",
            changes={
                "run": (None, run.id),
                "allocation_sha256": (None, run.allocation_sha256),
                "requests_sha256": (None, run.requests_sha256),
                "report_sha256": (None, hashlib.sha256(run.report.encode()).hexdigest()),
                "scenario_version_id": (None, run.scenario_version_id),
                "policy_id": (None, run.policy_id),
                "data_set_id": (None, run.data_set_id),
                "code_version": (None, run.code_version),
                "scenario": (None, f"{saved.name}, {saved.number}"),
            },
            reason=why,
            made=Subject("publication", str(row.id)),
        )
        return _seen(act.session, row)


@dataclass(frozen=True)
class _Prepared:
    """An allocation that was computed while others could write, and what it was computed from."""

    inputs: tuple[int, int, str]
    allocation: budget.Allocation


def _prepared(store: Store, who: str, scenario_id: int) -> _Prepared | None:
    """Compute what is to be proposed; None where nothing can be proposed yet."""
    with looking(store, who, Verb.PROPOSE_PUBLICATION) as act:
        act.allow(Subject("scenario", str(scenario_id)))
        round_ = act.round()
        if round_.state != "decided":
            return None
        saved = saved_scenarios.saved_in(act.session, round_, scenario_id)
        given = round_inputs.inputs_of(act.session, round_, "approved")
    allocation = budget.allocate(given.centres, saved.policy, given.requests)
    if not allocation.certified:
        raise budget.Defect("the allocation is not certified")
    return _Prepared(_fingerprint(saved, given), allocation)


def _fingerprint(
    saved: saved_scenarios.SavedScenario, given: round_inputs.RoundInputs
) -> tuple[int, int, str]:
    return saved.version_id, given.data_set_id, given.requests_sha256


def _check_rationales(
    session: Session, round_: BudgetRound, saved: saved_scenarios.SavedScenario
) -> None:
    """Every parameter that differs from the round's first policy has a rationale."""
    began = saved_scenarios.first_policy(session, round_)
    faults = [
        Fault("", path, new or "", N_("a rationale; every changed parameter needs one"))
        for path, (_old, new) in saved_scenarios.difference(began, saved.policy).items()
        if not saved.rationales.get(path)
    ]
    if faults:
        raise InputError(faults)


def _run(
    act: Act,
    round_: BudgetRound,
    saved: saved_scenarios.SavedScenario,
    given: round_inputs.RoundInputs,
    allocation: budget.Allocation,
) -> Run:
    """A certified run of a scenario on the round's data, stored for good."""
    allocation_csv = files.allocation_csv(allocation)
    requests_csv = table_bytes(given.requests)
    run = Run(
        round_id=round_.id or 0,
        scenario_version_id=saved.version_id,
        data_set_id=given.data_set_id,
        policy_id=act.session.get_one(ScenarioVersion, saved.version_id).policy_id,
        requests_csv=requests_csv,
        requests_sha256=hashlib.sha256(requests_csv).hexdigest(),
        allocation_csv=allocation_csv,
        allocation_sha256=hashlib.sha256(allocation_csv).hexdigest(),
        report=files.report_json(
            allocation, given.requests, saved.policy_content.encode()
        ).decode(),
        code_version=program_version(),
        certified=allocation.certified,
        ran_by=act.person.id,
        ran_at=act.now,
    )
    act.session.add(run)
    act.session.flush()
    return run


def confirm(store: Store, who: str, proposal_id: int, reason: str, *, key: str) -> None:
    """Publish a proposal: freeze the round, mark approved requests funded or unfunded.

    Raises:
        Forbidden: for anybody but a lead, and for whoever proposed it.
        NotNow: if it is not the latest proposal, or decisions changed since it was made.
        InputError: without a reason.
    """
    with acting(store, who, Verb.CONFIRM_PUBLICATION, key, proposal_id, reason) as act:
        act.allow(Subject("publication", str(proposal_id)))
        if act.is_repeated:
            return
        round_ = act.round()
        row = latest(act.session, round_)
        if row is None or row.id != proposal_id:
            raise NotNow(N_("This is not the latest proposal; please look at the new one."))
        if round_.state != "decided" or row.confirmed_by is not None:
            raise NotNow(N_("The round is published already, or no longer decided."))
        if row.proposed_by == act.person.id:
            raise Forbidden(N_("Whoever proposed a publication does not confirm it."))
        why = fields.reason_text(reason)
        run = act.session.get_one(Run, row.run_id)
        if not is_current(act.session, row, run):
            raise NotNow(
                N_("Decisions or data changed since the proposal; a planner proposes it anew.")
            )
        funded = _funded(run)
        row.confirmed_by, row.confirmed_at = act.person.id, act.now
        round_.state = "published"
        round_.version += 1
        act.session.add(row)
        act.session.add(round_)
        act.record(
            from_state="decided",
            to_state="published",
            changes={"run": (None, run.id), "allocation_sha256": (None, run.allocation_sha256)},
            reason=why,
            made=Subject("publication", str(row.id)),
        )
        for need in act.session.exec(
            select(SpecialNeed)
            .where(SpecialNeed.round_id == round_.id, SpecialNeed.state == "approved")
            .order_by(col(SpecialNeed.id))
        ).all():
            _mark(act, need, funded.get(need.id, 0), run)


def _funded(run: Run) -> dict[str, int]:
    """What each request got in a run, in won: as it was stored, not as it would be today."""
    requests = json.loads(run.report)["special_needs"]["requests"]
    return {request["request_id"]: int(request["funded_krw"]) for request in requests}


def _mark(act: Act, need: SpecialNeed, won: int, run: Run) -> None:
    """Mark an approved request funded or unfunded, by the run."""
    state = "funded" if won else "unfunded"
    with act.follow_up(need.id):
        changes = act.change(need, state=state, funded_krw=won, run_id=run.id)
        act.record(
            from_state="approved",
            to_state=state,
            changes=changes,
            made=Subject("special_need", need.id, need.centre_id),
        )
