"""What stands between a scenario and its publication: done, missing, or to be known.

Source: workflow, scenarios and publication; screens, Publish.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from budget.allocation.policy import Policy
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Publication, Run, SpecialNeed
from budget.workflow import publication, saved_scenarios
from budget.workflow.deeds import Act, looking
from budget.workflow.need_states import UNDECIDED
from budget.workflow.roles import Subject, Verb
from budget.workflow.saved_scenarios import SavedScenario

DONE, MISSING, KNOWN = "done", "missing", "known"
"""A missing one stops the publication; a known one is told to whoever signs."""


@dataclass(frozen=True)
class Check:
    """One line of the checklist.

    Attributes:
        key: "decided", "requests" (or "no_requests"), "saved" (where anything was decided),
            "version", "data", "rationales" (or "no_changes"), "certified", "proposal" or "hands".
        state: DONE, MISSING or KNOWN.
        about: what is missing or to be known: ids of requests, parameter paths, a version.
    """

    key: str
    state: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangedRule:
    """A parameter that differs from what the round began with.

    Attributes:
        old, new: as text; None where a policy has no such parameter.
        rationale: "" if it has none yet.
    """

    path: str
    old: str | None
    new: str | None
    rationale: str


@dataclass(frozen=True)
class Checklist:
    """What is signed, and what is still missing.

    Attributes:
        scenario: of the proposal; before one, the scenario that was asked for.
        began: the policy that the round began with.
    """

    scenario: SavedScenario
    began: Policy
    checks: tuple[Check, ...]
    rules: tuple[ChangedRule, ...]

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return all(check.state != MISSING for check in self.checks)


def checklist(store: Store, who: str, scenario_id: int | None = None) -> Checklist:
    """The checklist of a scenario's latest version, or of the proposal that awaits a lead.

    Args:
        scenario_id: the scenario that is to be proposed; None: the latest proposal, before one
            the baseline.

    Raises:
        Forbidden: for whoever may not see the allocation, or if there is no such scenario.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        row = publication.latest(act.session, round_) if scenario_id is None else None
        run = act.session.get_one(Run, row.run_id) if row else None
        saved = _scenario(act.session, round_, run, scenario_id)
        began = saved_scenarios.first_policy(act.session, round_)
        rules = tuple(
            ChangedRule(path, old, new, saved.rationales.get(path, ""))
            for path, (old, new) in saved_scenarios.difference(began, saved.policy).items()
        )
        checks = [
            *_of_round(act.session, round_),
            *_of_scenario(act.session, round_, saved, rules),
            *(_of_proposal(act, row, run) if row and run else ()),
        ]
        return Checklist(saved, began, tuple(checks), rules)


def _scenario(
    session: Session, round_: BudgetRound, run: Run | None, scenario_id: int | None
) -> SavedScenario:
    if run is not None:
        return saved_scenarios.version_of(session, run.scenario_version_id)
    return saved_scenarios.saved_in(session, round_, scenario_id or round_.baseline_id or 0)


def _of_round(session: Session, round_: BudgetRound) -> Iterator[Check]:
    yield Check("decided", DONE if round_.state in {"decided", "published"} else MISSING)
    submitted = session.exec(
        select(SpecialNeed.id).where(
            SpecialNeed.round_id == round_.id, SpecialNeed.state != "draft"
        )
    ).first()
    if submitted is None:
        yield Check("no_requests", KNOWN)
        return
    undecided = session.exec(
        select(SpecialNeed.id)
        .where(
            SpecialNeed.round_id == round_.id,
            SpecialNeed.state != "draft",
            col(SpecialNeed.state).in_(UNDECIDED),
        )
        .order_by(col(SpecialNeed.id))
    ).all()
    yield Check("requests", KNOWN if undecided else DONE, tuple(undecided))


def _of_scenario(
    session: Session,
    round_: BudgetRound,
    saved: SavedScenario,
    rules: tuple[ChangedRule, ...],
) -> Iterator[Check]:
    newer = (str(saved.latest),) if saved.latest > saved.number else ()
    decided = _last_decision(session, round_)
    if newer:
        yield Check("version", KNOWN, newer)
    elif decided:
        yield Check("saved", KNOWN if decided > saved.saved_at else DONE)
    if saved.data_set_id != round_.data_set_id:
        yield Check("data", KNOWN)
    if not rules:
        yield Check("no_changes", DONE)
        return
    missing = tuple(rule.path for rule in rules if not rule.rationale)
    yield Check("rationales", MISSING if missing else DONE, missing)


def _last_decision(session: Session, round_: BudgetRound) -> datetime | None:
    return session.exec(
        select(SpecialNeed.decided_at)
        .where(SpecialNeed.round_id == round_.id, col(SpecialNeed.decided_at).is_not(None))
        .order_by(col(SpecialNeed.decided_at).desc())
    ).first()


def _of_proposal(act: Act, row: Publication, run: Run) -> Iterator[Check]:
    yield Check("certified", DONE if run.certified else MISSING)
    is_current = row.confirmed_by is not None or publication.is_current(act.session, row, run)
    yield Check("proposal", DONE if is_current else MISSING)
    hands_are_two = (
        row.confirmed_by != row.proposed_by
        if row.confirmed_by is not None
        else row.proposed_by != act.person.id
    )
    is_asked = row.confirmed_by is not None or act.person.may(Verb.CONFIRM_PUBLICATION)
    if is_asked:
        yield Check("hands", DONE if hands_are_two else MISSING)
