"""The review: assign, claim, return, assess, decide, reopen; each condition violated by itself."""

from datetime import date
from typing import Any

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import needs_seen, people, review
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Forbidden, NotNow
from tests.storage.databases import (
    Clock,
    administrator,
    at,
    auditor,
    head,
    key,
    lead,
    planner,
    reviewer,
)
from tests.workflow import steps
from tests.workflow.steps import transition


def ids(needs: list[Need]) -> set[str]:
    return {need.id for need in needs}


# --- assigning and claiming ----------------------------------------------------------------------


def test_a_reviewer_claims_a_submitted_request(store: Store) -> None:
    need = steps.submitted(store)
    with transition(store, need.id, reviewer(2), "claim", "reviewer", "submitted → in_review"):
        need = review.claim(store, reviewer(2), need.id, based_on=need.version, key=key())
    assert need.reviewer_id == steps.person_id(store, reviewer(2))
    assert need.is_whole


def test_a_planner_assigns_a_submitted_request(store: Store) -> None:
    need = steps.submitted(store)
    second = steps.person_id(store, reviewer(2))
    with transition(store, need.id, planner(), "assign", "planner", "submitted → in_review"):
        need = review.assign(store, planner(), need.id, second, based_on=need.version, key=key())
    assert needs_seen.need(store, reviewer(2), need.id).is_whole


def test_only_a_reviewer_in_office_can_be_assigned(store: Store) -> None:
    need = steps.submitted(store)
    former = steps.ended(store, steps.granted(store, f"former|{need.id}", ("reviewer", "")))
    for identity in (planner(2), head("EC002"), former):
        with steps.told(store, InputError) as caught:
            review.assign(
                store,
                planner(),
                need.id,
                steps.person_id(store, identity),
                based_on=need.version,
                key=key(),
            )
        assert steps.places(caught.value) == ["reviewer"]
    for nobody in (0, -1, 10**30):
        with steps.told(store, InputError):
            review.assign(store, planner(), need.id, nobody, based_on=need.version, key=key())


def test_of_two_reviewers_the_slower_is_told_who_was_faster(store: Store, clock: Clock) -> None:
    need = steps.submitted(store)
    clock.set("2026-03-11T10:00:00")
    review.claim(store, reviewer(1), need.id, based_on=need.version, key=key())
    with steps.told(store, Conflict) as caught:
        review.claim(store, reviewer(2), need.id, based_on=need.version, key=key())
    assert isinstance(caught.value, Conflict)
    (change,) = caught.value.changes
    assert (change.field, change.person_en, change.theirs) == ("state", "Reviewer 1", "in_review")
    assert change.at == at("2026-03-11T10:00:00")


def test_what_a_reviewer_does_not_hold_is_not_told_by_a_late_claim(store: Store) -> None:
    for step in (steps.assessed, steps.approved, steps.rejected):
        need = step(store)
        with steps.refused(store, Forbidden, reviewer(2), "claim", need.id) as caught:
            review.claim(store, reviewer(2), need.id, based_on=0, key=key())
        assert need.state not in str(caught.value)


def test_many_are_assigned_at_once_and_each_that_cannot_is_told(store: Store) -> None:
    second = steps.person_id(store, reviewer(2))
    free, other, drafted = steps.submitted(store), steps.submitted(store), steps.drafted(store)
    done, refused = review.assign_all(
        store,
        planner(),
        [(free.id, free.version), (drafted.id, drafted.version), (other.id, other.version)],
        second,
        key=key("all"),
    )
    assert done == [free.id, other.id]
    assert [(need_id, type(why)) for need_id, why in refused] == [(drafted.id, NotNow)]
    assert {steps.row(store, one).reviewer_id for one in done} == {second}


# --- returning -----------------------------------------------------------------------------------


def test_its_reviewer_returns_a_request(store: Store) -> None:
    need = steps.in_review(store)
    moved = "in_review → returned"
    with transition(store, need.id, reviewer(1), "send_back", "reviewer", moved):
        need = review.send_back(
            store, reviewer(1), need.id, " 견적서 ", steps.DUE, based_on=need.version, key=key()
        )
    assert (need.return_reason, need.return_due) == ("견적서", steps.DUE)
    assert steps.last_record(store).reason == "견적서"
    seen = needs_seen.need(store, head(), need.id)
    assert (seen.state, seen.return_reason, seen.can_submit) == ("returned", "견적서", True)


def test_a_return_needs_a_reason_and_a_day_that_is_not_past(store: Store, clock: Clock) -> None:
    need = steps.in_review(store)
    clock.set("2026-03-10T23:59:59")

    def send_back(reason: str, due: date) -> Need:
        return review.send_back(
            store, reviewer(1), need.id, reason, due, based_on=need.version, key=key()
        )

    for reason, due, places in [
        ("", steps.DUE, ["reason"]),
        (" \n ", steps.DUE, ["reason"]),
        ("x" * 2001, steps.DUE, ["reason"]),
        ("견적서", date(2026, 3, 9), ["due"]),
        ("", date(2026, 3, 9), ["reason", "due"]),
    ]:
        with steps.told(store, InputError) as caught:
            send_back(reason, due)
        assert steps.places(caught.value) == places
    assert send_back("견적서", date(2026, 3, 10)).state == "returned"


def test_a_due_day_at_the_end_of_time_spoils_nothing(store: Store) -> None:
    need = steps.returned(store, due=date.max)
    assert needs_seen.need(store, head(), need.id).can_submit


# --- assessing -----------------------------------------------------------------------------------


def test_its_reviewer_assesses_a_request(store: Store, clock: Clock) -> None:
    need = steps.in_review(store)
    clock.advance(hours=1)
    with transition(store, need.id, reviewer(1), "assess", "reviewer", "in_review → assessed"):
        need = steps.assess(store, need)
    assert (need.feasible, need.assessed_krw, need.priority, need.divisible, need.assessment) == (
        True,
        30_000_000,
        1,
        False,
        "필요",
    )
    stored = steps.row(store, need.id)
    assert (stored.assessed_by, stored.assessed_at) == (
        steps.person_id(store, reviewer(1)),
        clock(),
    )


WRONG_ASSESSMENTS: list[tuple[dict[str, Any], list[str]]] = [
    ({"assessed_krw": 0}, ["assessed_krw"]),
    ({"assessed_krw": -1}, ["assessed_krw"]),
    ({"feasible": False, "assessed_krw": -1}, ["assessed_krw"]),
    ({"assessed_krw": 10**18}, ["assessed_krw"]),
    ({"assessed_krw": 10**30}, ["assessed_krw"]),
    ({"priority": 0}, ["priority"]),
    ({"priority": 4}, ["priority"]),
    ({"rationale": " "}, ["rationale"]),
    (
        {"assessed_krw": 0, "priority": 9, "rationale": ""},
        ["assessed_krw", "priority", "rationale"],
    ),
]


def test_each_condition_of_an_assessment_fails_by_itself(store: Store) -> None:
    need = steps.in_review(store)
    for changed, places in WRONG_ASSESSMENTS:
        with steps.told(store, InputError) as caught:
            steps.assess(store, need, **changed)
        assert steps.places(caught.value) == places, changed
    need = steps.assess(store, need, feasible=False, assessed_krw=0, priority=3)
    assert (need.feasible, need.assessed_krw) == (False, 0)


def test_the_lead_gives_an_assessed_request_back(store: Store) -> None:
    need = steps.assessed(store)
    with steps.told(store, InputError) as caught:
        review.reopen_assessment(store, lead(), need.id, " ", based_on=need.version, key=key())
    assert steps.places(caught.value) == ["reason"]
    moved = "assessed → in_review"
    with transition(store, need.id, lead(), "reopen_assessment", "lead", moved):
        need = review.reopen_assessment(
            store, lead(), need.id, "다시", based_on=need.version, key=key()
        )
    need = steps.assess(store, need, assessed_krw=20_000_000)
    assert (need.state, need.assessed_krw) == ("assessed", 20_000_000)


# --- deciding ------------------------------------------------------------------------------------


def test_a_planner_approves(store: Store, clock: Clock) -> None:
    need = steps.assessed(store)
    clock.advance(hours=1)
    with transition(store, need.id, planner(), "approve", "planner", "assessed → approved"):
        need = steps.approve(store, need, approved_krw=29_999_000)
    assert (need.approved_krw, need.decision_reason, need.override_reason) == (
        29_999_000,
        "타당",
        "",
    )
    stored = steps.row(store, need.id)
    assert (stored.decided_by, stored.decided_at) == (steps.person_id(store, planner()), clock())


WRONG_APPROVALS: list[tuple[dict[str, Any], list[str]]] = [
    ({"approved_krw": 0}, ["approved_krw"]),
    ({"approved_krw": -1_000}, ["approved_krw"]),
    ({"approved_krw": 29_999_999}, ["approved_krw"]),
    ({"approved_krw": 10**18, "override_reason": "더"}, ["approved_krw"]),
    ({"approved_krw": 30_001_000}, ["override_reason"]),
    ({"approved_krw": 30_001_000, "override_reason": " "}, ["override_reason"]),
    ({"reason": ""}, ["reason"]),
    ({"reason": " ", "approved_krw": 30_000_001}, ["approved_krw", "reason", "override_reason"]),
]


def test_each_condition_of_an_approval_fails_by_itself(store: Store) -> None:
    need = steps.assessed(store)
    for changed, places in WRONG_APPROVALS:
        with steps.told(store, InputError) as caught:
            steps.approve(store, need, **changed)
        assert steps.places(caught.value) == places, changed
    assert steps.approve(store, need).state == "approved"


def test_more_than_assessed_takes_a_reason_of_its_own(store: Store) -> None:
    need = steps.approve(
        store, steps.assessed(store), approved_krw=40_000_000, override_reason="단가 인상"
    )
    assert (need.approved_krw, need.override_reason) == (40_000_000, "단가 인상")


def test_what_is_not_feasible_is_approved_only_with_a_reason_of_its_own(store: Store) -> None:
    need = steps.assessed(store, feasible=False)
    with steps.told(store, InputError) as caught:
        steps.approve(store, need, approved_krw=1_000)
    assert steps.places(caught.value) == ["override_reason"]
    assert steps.approve(store, need, override_reason="정책").state == "approved"


def test_a_planner_rejects_with_a_reason(store: Store) -> None:
    need = steps.assessed(store)
    with steps.told(store, InputError) as caught:
        review.reject(store, planner(), need.id, "", based_on=need.version, key=key())
    assert steps.places(caught.value) == ["reason"]
    with transition(store, need.id, planner(), "reject", "planner", "assessed → rejected"):
        need = review.reject(store, planner(), need.id, "순위", based_on=need.version, key=key())
    assert (need.decision_reason, need.approved_krw) == ("순위", None)


def test_of_two_planners_who_decide_the_slower_is_told(store: Store) -> None:
    need = steps.assessed(store)
    steps.approve(store, need, by=planner(1))
    with steps.told(store, Conflict) as caught:
        review.reject(store, planner(2), need.id, "순위", based_on=need.version, key=key())
    assert isinstance(caught.value, Conflict)
    told = {change.field: (change.person_en, change.theirs) for change in caught.value.changes}
    assert told["state"] == ("Planner 1", "approved")
    assert told["approved_krw"] == ("Planner 1", "30000000")


def test_who_decides_is_told_that_the_assessment_is_another_now(store: Store) -> None:
    need = steps.assessed(store)
    again = review.reopen_assessment(
        store, lead(), need.id, "다시", based_on=need.version, key=key()
    )
    steps.assess(store, again, assessed_krw=10_000_000)
    with steps.told(store, Conflict) as caught:
        steps.approve(store, need)
    assert isinstance(caught.value, Conflict)
    assert ("assessed_krw", "10000000") in [(c.field, c.theirs) for c in caught.value.changes]


@pytest.mark.parametrize("step", [steps.approved, steps.rejected])
def test_the_lead_takes_a_decision_back(step: Any, store: Store) -> None:
    need = step(store)
    with steps.told(store, InputError) as caught:
        review.reopen_decision(store, lead(), need.id, "", based_on=need.version, key=key())
    assert steps.places(caught.value) == ["reason"]
    moved = f"{need.state} → in_review"
    with transition(store, need.id, lead(), "reopen_decision", "lead", moved):
        need = review.reopen_decision(
            store, lead(), need.id, "오류", based_on=need.version, key=key()
        )
    assert (need.approved_krw, need.decision_reason, need.override_reason) == (None, "", "")
    # and it can be decided anew
    assert steps.approve(store, steps.assess(store, need)).state == "approved"


# --- the queue -----------------------------------------------------------------------------------


def test_the_queue_shows_everything_but_drafts_to_those_inside(store: Store) -> None:
    drafted, free, held = steps.drafted(store), steps.submitted(store), steps.in_review(store)
    for who in (planner(), lead(), auditor()):
        seen = needs_seen.queue(store, who)
        assert {free.id, held.id} <= ids(seen)
        assert drafted.id not in ids(seen)
        assert all(need.is_whole for need in seen)


def test_a_reviewer_sees_their_own_whole_and_of_unclaimed_ones_the_line(store: Store) -> None:
    free, other = steps.submitted(store), steps.in_review(store, by=reviewer(2))
    mine = steps.assess(store, steps.in_review(store, by=reviewer(1)))
    seen = {need.id: need for need in needs_seen.queue(store, reviewer(1))}
    assert other.id not in seen
    assert (seen[mine.id].is_whole, seen[mine.id].assessed_krw) == (True, 30_000_000)
    line = seen[free.id]
    assert (line.is_whole, line.title, line.requested_krw) == (False, "옥상 방수", 34_000_000)
    assert (line.justification, line.condition, dict(line.draft), line.files) == ("", "", {}, ())
    mine_or_free = {reviewer(1): steps.person_id(store, reviewer(1))}
    assert {need.reviewer_id for need in seen.values()} <= {None, *mine_or_free.values()}


def test_a_role_that_ends_ends_at_once(own_store: Store) -> None:
    store = own_store
    steps.granted(store, reviewer(1), ("auditor", ""))
    need = steps.in_review(store)
    person = next(p for p in people.people(store, administrator()) if p.identity == reviewer(1))
    office = next(role for role in person.roles if role.role == "reviewer")
    people.end(store, administrator(), office.id, "전보", based_on=person.version, key=key())
    with steps.refused(store, Forbidden, reviewer(1), "assess", need.id):
        steps.assess(store, need)
    assert needs_seen.need(store, reviewer(1), need.id).is_whole  # as an auditor
