"""Every service function that somebody calls, on the objects of a world; one call each.

A name is module and function, and after a slash which object where there are several.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from budget.allocation.policy import Policy
from budget.files.tables import table_from
from budget.storage.store import Store
from budget.workflow import (
    attachments,
    behind,
    centres,
    checklist,
    data,
    data_checking,
    data_requests,
    division_bands,
    division_plans,
    division_proposal,
    divisions,
    execution,
    inbox,
    national,
    needs_seen,
    packs,
    people,
    proving,
    publication,
    quarters,
    records,
    review,
    round_inputs,
    rounds,
    saved_data,
    saved_scenarios,
    scenarios,
    special_needs,
    supplementary,
)
from tests.storage.databases import SAMPLE, lead, planner
from tests.workflow import steps
from tests.workflow.files import png
from tests.workflow.worlds import World


@dataclass(frozen=True)
class Called:
    """The same call for everybody.

    Attributes:
        function: by whom, with which key, based on which version; looks need only the first.
        about: the object's id as the trail tells it; None where there is none.
        version: the version that stands in the store now, of what the call is based on.
    """

    function: Callable[[Store, str, str, int], Any]
    about: str | None
    version: Callable[[Store], int] = lambda _store: 0

    def __call__(self, store: Store, who: str, key: str, based_on: int | None = None) -> Any:
        """Make it; based on what stands there now unless told."""
        version = self.version(store) if based_on is None else based_on
        return self.function(store, who, key, version)


def look(function: Callable[..., Any], *given: Any, about: str | None = None) -> Called:
    """A call that only looks."""
    return Called(lambda store, who, _key, _version: function(store, who, *given), about)


def deed(function: Callable[..., Any], *given: Any, about: str | None, **named: Any) -> Called:
    """A call with a key."""
    return Called(
        lambda store, who, key, _version: function(store, who, *given, **named, key=key), about
    )


def on_need(function: Callable[..., Any], need_id: str, *given: Any, **named: Any) -> Called:
    """A call with a key, based on the request's version."""
    return Called(
        lambda store, who, key, version: function(
            store, who, need_id, *given, **named, based_on=version, key=key
        ),
        need_id,
        lambda store: steps.row(store, need_id).version,
    )


def on_round(function: Callable[..., Any], *given: Any, about: str | None = None) -> Called:
    """A call with a key, based on the round's version."""
    return Called(
        lambda store, who, key, version: function(store, who, *given, based_on=version, key=key),
        about,
        lambda store: rounds.present(store, lead()).version,
    )


def with_policy(
    function: Callable[..., Any], *given: Any, about: str | None, **named: Any
) -> Called:
    """A call with a key that saves the baseline's policy."""

    def call(store: Store, who: str, key: str, _version: int) -> Any:
        policy: Policy = saved_scenarios.scenarios(store, planner())[0].policy
        return function(store, who, *given, policy, **named, key=key)

    return Called(call, about)


SAMPLE_TABLE = (SAMPLE / "centres.csv").read_bytes()
DIVISIONS = (SAMPLE / "divisions.toml").read_text(encoding="utf-8")
CHANGED_DIVISIONS = DIVISIONS.replace("share = 0.09", "share = 0.1", 1)
CHANGED_TABLE = SAMPLE_TABLE.replace(b",11933,1861,", b",11934,1861,", 1)

REQUEST_TABLE = (
    "request_id,centre_id,category,title,requested_krw,approved_krw,priority,divisible,submitted_at"
    "\nR-1,EC002,other,수리,1000,,,,\n"
).encode()
EXECUTION_TABLE = (
    b"centre_id,as_of,spent_krw,committed_krw,available_krw,carryover_krw\n"
    b"EC001,2027-09-30,700000000,,,\nEC002,2027-09-30,400000000,450000000,,10000000\n"
)
SHARES = [Decimal("0.4"), Decimal("0.3"), Decimal("0.2"), Decimal("0.1")]
ASSESSMENT = {
    "feasible": True,
    "assessed_krw": 1_000,
    "priority": 2,
    "divisible": True,
    "rationale": "필요",
}


def with_proposal(function: Callable[..., Any]) -> Called:
    """A call with a key that plans EC001's divisions as the Ministry proposes."""

    def call(store: Store, who: str, key: str, version: int) -> Any:
        amounts = steps.proposed(store, "EC001")
        return function(store, who, "EC001", amounts, based_on=version, key=key)

    return Called(call, "EC001", lambda store: steps.plan_version(store, "EC001"))


def on_plan(function: Callable[..., Any], *given: Any) -> Called:
    """A call with a key on EC001's plan."""
    return Called(
        lambda store, who, key, version: function(
            store, who, "EC001", *given, based_on=version, key=key
        ),
        "EC001",
        lambda store: steps.plan_version(store, "EC001"),
    )


def calls(world: World) -> Mapping[str, Called]:
    """Every call, by its name."""
    w, second = world, world.reviewers[1]
    scenario = str(w.scenario)
    return {
        "special_needs.begin": deed(special_needs.begin, "EC001", {}, about="EC001"),
        "special_needs.save_draft": on_need(special_needs.save_draft, w.draft, {"title": "새"}),
        "special_needs.submit": on_need(special_needs.submit, w.draft),
        "special_needs.recall": on_need(special_needs.recall, w.free),
        "special_needs.withdraw": on_need(special_needs.withdraw, w.draft, "사유"),
        "special_needs.withdraw/held": on_need(special_needs.withdraw, w.held, "사유"),
        "needs_seen.need": look(needs_seen.need, w.held, about=w.held),
        "needs_seen.need/draft": look(needs_seen.need, w.draft, about=w.draft),
        "needs_seen.need/unclaimed": look(needs_seen.need, w.free, about=w.free),
        "needs_seen.history": look(needs_seen.history, w.held, about=w.held),
        "needs_seen.history/unclaimed": look(needs_seen.history, w.free, about=w.free),
        "needs_seen.needs_of_centres": look(needs_seen.needs_of_centres),
        "needs_seen.queue": look(needs_seen.queue),
        "review.claim": on_need(review.claim, w.free),
        "review.claim/held": on_need(review.claim, w.held),
        "review.assign": on_need(review.assign, w.free, second),
        "review.assign/held": on_need(review.assign, w.held, second),
        "review.assign_all": deed(review.assign_all, [(w.free, 99)], second, about=w.free),
        "people.reviewers": look(people.reviewers),
        "review.send_back": on_need(review.send_back, w.held, "견적서", steps.DUE),
        "review.assess": on_need(review.assess, w.held, **ASSESSMENT),
        "review.reopen_assessment": on_need(review.reopen_assessment, w.assessed, "사유"),
        "review.approve": on_need(review.approve, w.assessed, approved_krw=1_000, reason="타당"),
        "review.reject": on_need(review.reject, w.assessed, "사유"),
        "review.reopen_decision": on_need(review.reopen_decision, w.approved, "사유"),
        "attachments.attach": deed(attachments.attach, w.draft, "a.png", png("a"), about=w.draft),
        "attachments.attach/held": deed(
            attachments.attach, w.held, "a.png", png("a"), about=w.held
        ),
        "attachments.detach": deed(attachments.detach, w.draft, w.file, about=w.draft),
        "attachments.served": look(attachments.served, w.held_file, about=w.held),
        "attachments.served/unclaimed": look(attachments.served, w.free_file, about=w.free),
        "scenarios.create": with_policy(scenarios.create, "새 안", about=None),
        "scenarios.save": with_policy(
            scenarios.save, w.scenario, note="메모", based_on=1, about=scenario
        ),
        "scenarios.copy": deed(scenarios.copy, w.scenario, 1, "사본", about=scenario),
        "scenarios.set_baseline": on_round(
            scenarios.set_baseline, w.scenario, "사유", about=scenario
        ),
        "saved_scenarios.scenarios": look(saved_scenarios.scenarios),
        "saved_scenarios.scenario": look(saved_scenarios.scenario, w.scenario, about=scenario),
        "saved_scenarios.history": look(saved_scenarios.history, w.scenario, about=scenario),
        "saved_scenarios.began": look(saved_scenarios.began),
        "publication.proposal": look(publication.proposal),
        "publication.propose": deed(publication.propose, w.baseline, "제안", about=str(w.baseline)),
        "publication.confirm": deed(publication.confirm, w.proposal, "확정", about=str(w.proposal)),
        "checklist.checklist": look(checklist.checklist),
        "packs.proposed_run": look(packs.proposed_run),
        "packs.publications": look(packs.publications),
        "packs.export": deed(packs.export, w.proposal, about=str(w.proposal)),
        "supplementary.open_round": deed(
            supplementary.open_round, date(2026, 6, 30), "사유", about=None
        ),
        "rounds.present": look(rounds.present),
        "rounds.centre_names": look(rounds.centre_names),
        "national.national_parts": look(national.national_parts),
        "round_inputs.figures_version": look(round_inputs.figures_version),
        "round_inputs.inputs": look(round_inputs.inputs),
        "rounds.deadline_of": look(rounds.deadline_of, "EC001", about="EC001"),
        "centres.centre": look(centres.centre, "EC001", about="EC001"),
        "centres.published": look(centres.published, "EC001", about="EC001"),
        "centres.published_movers": look(centres.published_movers, "EC001", about="EC001"),
        "saved_data.versions": look(saved_data.versions),
        "saved_data.content": look(saved_data.content, 1, about="1"),
        "data_checking.checked": look(data_checking.checked, "a.csv", CHANGED_TABLE),
        "data_checking.preview": look(
            data_checking.preview, table_from(SAMPLE_TABLE, "centres.csv")
        ),
        "data.save": deed(
            data.save,
            "a.csv",
            CHANGED_TABLE,
            illustrative=True,
            reason="사유",
            based_on=2,
            about=None,
        ),
        "data.restore": deed(data.restore, 1, "사유", based_on=2, about=None),
        "data_requests.checked_requests": look(
            data_requests.checked_requests, "r.csv", REQUEST_TABLE
        ),
        "data_requests.take_over": deed(
            data_requests.take_over, "r.csv", REQUEST_TABLE, "사유", about=None
        ),
        "quarters.year": look(quarters.year),
        "quarters.published_allocation": look(quarters.published_allocation),
        "quarters.executed": look(quarters.executed),
        "quarters.own_year": look(quarters.own_year, "EC001", about="EC001"),
        "quarters.save_profile": deed(
            quarters.save_profile, SHARES, SHARES, "사유", based_on=0, about=None
        ),
        "execution.content": look(execution.content, w.execution, about=str(w.execution)),
        "execution.checked": look(execution.checked, "e.csv", EXECUTION_TABLE),
        "execution.save": deed(
            execution.save, "e.csv", EXECUTION_TABLE, "사유", based_on=1, about=None
        ),
        "divisions.planning": look(divisions.planning),
        "divisions.rules_versions": look(divisions.rules_versions),
        "divisions.own": look(divisions.own, "EC001", about="EC001"),
        "division_proposal.proposal": look(division_proposal.proposal, "EC001", about="EC001"),
        "division_proposal.history": look(division_proposal.history, "EC001", about="EC001"),
        "division_plans.save": with_proposal(division_plans.save),
        "division_plans.submit": with_proposal(division_plans.submit),
        "division_plans.recall": on_plan(division_plans.recall, "사유"),
        "division_plans.send_back": on_plan(division_plans.send_back, "사유"),
        "division_bands.plans_outside": look(division_bands.plans_outside, CHANGED_DIVISIONS),
        "division_bands.save": deed(
            division_bands.save, CHANGED_DIVISIONS, "사유", based_on=1, about=None
        ),
        "rounds.move": on_round(rounds.move, "open", "사유"),
        "rounds.extend_deadline": deed(
            rounds.extend_deadline, "EC001", date(2026, 6, 30), "사유", about="EC001"
        ),
        "inbox.inbox": look(inbox.inbox),
        "behind.basis": look(behind.basis),
        "behind.behind": look(behind.behind),
        "people.people": look(people.people),
        "people.grant": deed(
            people.grant, "새|사람", "새 사람", "auditor", reason="사유", about="새|사람"
        ),
        "people.end": deed(
            people.end, w.grant, "사유", based_on=w.grant_version, about=str(second)
        ),
        "records.records": look(records.records, records.Filter()),
        "records.people_in_trail": look(records.people_in_trail),
        "proving.verify": look(proving.verify),
        "records.export": deed(records.export, records.Filter(), "감사", about=None),
    }
