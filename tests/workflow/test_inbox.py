"""What waits for each person: assigned, returned, deadlines in 7 days and 1 day, decided."""

from datetime import date

import pytest

from budget.storage.store import Store
from budget.workflow import (
    inbox,
    needs_seen,
    publication,
    review,
    rounds,
    saved_scenarios,
    special_needs,
)
from budget.workflow.inbox import Item
from budget.workflow.need_states import UNDECIDED
from tests.storage.databases import (
    Clock,
    administrator,
    auditor,
    head,
    key,
    lead,
    move_round,
    planner,
    reviewer,
)
from tests.workflow import steps
from tests.workflow.worlds import Copies, World

CENTRE = "EC010"


def items(store: Store, who: str, kind: str = "") -> list[Item]:
    return [item for item in inbox.inbox(store, who) if not kind or item.kind == kind]


def about(store: Store, who: str, need_id: str) -> list[Item]:
    return [item for item in inbox.inbox(store, who) if item.need_id == need_id]


def test_nothing_waits_for_auditor_and_administrator(store: Store) -> None:
    steps.submitted(store)
    assert (items(store, auditor()), items(store, administrator())) == ([], [])


def test_what_is_unclaimed_waits_for_reviewers_and_planners(store: Store) -> None:
    need = steps.submitted(store)
    for who in (reviewer(1), reviewer(2), planner()):
        (item,) = about(store, who, need.id)
        assert (item.kind, item.title, item.due) == ("unclaimed", "옥상 방수", None)
    for who in (head(), lead()):
        assert about(store, who, need.id) == []


def test_what_was_assigned_waits_for_its_reviewer_until_decisions_are_due(
    store: Store, clock: Clock
) -> None:
    need = steps.in_review(store, by=reviewer(1))
    clock.set("2026-11-26T23:59:59")
    (item,) = about(store, reviewer(1), need.id)
    assert (item.kind, item.due, item.days_left, item.is_urgent) == (
        "assigned",
        date(2026, 11, 27),
        1,
        True,
    )
    for who in (reviewer(2), planner(), head()):
        assert about(store, who, need.id) == []


def test_what_comes_back_waits_for_the_same_reviewer_alone(store: Store) -> None:
    need = steps.returned(store)
    need = special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    assert [item.kind for item in about(store, reviewer(1), need.id)] == ["resubmitted"]
    for who in (reviewer(2), planner()):
        assert about(store, who, need.id) == []


def test_what_is_assessed_waits_for_planners_who_may_decide(own_store: Store) -> None:
    store = own_store
    steps.granted(store, reviewer(1), ("planner", ""))
    need = steps.assessed(store, by=reviewer(1))
    assert [item.kind for item in about(store, planner(), need.id)] == ["to_decide"]
    assert about(store, reviewer(1), need.id) == []
    assert about(store, reviewer(2), need.id) == []
    assert about(store, head(), need.id) == []


@pytest.mark.parametrize(
    ("moment", "days_left", "is_urgent"),
    [
        ("2026-05-21T23:59:59", None, False),
        ("2026-05-22T00:00:00", 7, False),
        ("2026-05-27T23:59:59", 2, False),
        ("2026-05-28T00:00:00", 1, True),
        ("2026-05-29T23:59:59", 0, True),
        ("2026-05-30T00:00:00", None, False),
    ],
)
def test_a_draft_s_deadline_is_told_from_seven_days_before(
    moment: str, days_left: int | None, is_urgent: bool, store: Store, clock: Clock
) -> None:
    """By Korean days, whatever zone the server's clock tells."""
    need = steps.drafted(store)
    clock.set(moment)
    found = about(store, head(), need.id)
    assert [(item.kind, item.days_left, item.is_urgent) for item in found] == (
        [] if days_left is None else [("deadline", days_left, is_urgent)]
    )
    assert about(store, head("EC002"), need.id) == []


def test_an_extension_moves_the_deadline_that_is_told(store: Store, clock: Clock) -> None:
    who = head("EC004")
    rounds.extend_deadline(store, lead(), "EC004", date(2026, 6, 10), "사유", key=key())
    clock.set("2026-06-09T12:00:00")
    need = steps.drafted(store, "EC004")
    assert [(item.due, item.days_left) for item in about(store, who, need.id)] == [
        (date(2026, 6, 10), 1)
    ]


def test_a_returned_request_waits_for_its_head_until_it_is_due(store: Store, clock: Clock) -> None:
    need = steps.returned(store, due=date(2026, 4, 10))
    for moment, left, is_urgent in [
        ("2026-03-10T09:00:00", 31, False),
        ("2026-04-03T00:00:00", 7, False),
        ("2026-04-09T23:59:59", 1, True),
        ("2026-04-10T23:59:59", 0, True),
        ("2026-04-11T00:00:00", -1, True),
    ]:
        clock.set(moment)
        (item,) = about(store, head(), need.id)
        assert (item.kind, item.due, item.days_left, item.is_urgent) == (
            "returned",
            date(2026, 4, 10),
            left,
            is_urgent,
        )


def test_the_most_urgent_stands_first(store: Store, clock: Clock) -> None:
    far = steps.returned(store, due=date(2026, 5, 27))
    near = steps.returned(store, due=date(2026, 5, 24))
    draft = steps.drafted(store)
    clock.set("2026-05-23T09:00:00")
    ids = [item.need_id for item in items(store, head())]
    mine = [need_id for need_id in ids if need_id in {far.id, near.id, draft.id}]
    assert mine == [near.id, far.id, draft.id]


def test_what_was_decided_is_told_once_the_round_is(own_store: Store) -> None:
    store = own_store
    approved, rejected = steps.approved(store), steps.rejected(store)
    assert items(store, head()) == []
    move_round(store, "decided")
    found = {item.need_id: item.kind for item in items(store, head())}
    assert (found[approved.id], found[rejected.id]) == ("approved", "rejected")
    assert "SN2027-046" in {item.need_id for item in items(store, head("EC002"), "rejected")}
    assert items(store, reviewer(1)) == []
    assert [one.kind for one in items(store, planner())] == ["to_propose"]


def test_a_proposal_waits_for_leads_who_did_not_make_it(
    decided_world: World, published_world: World, copies: Copies, clock: Clock
) -> None:
    with copies.kept(decided_world, clock) as (store, _):
        clock.set("2026-12-03T10:00:00")
        for who in (lead(1), lead(2)):
            (item,) = items(store, who)
            assert (item.kind, item.need_id, item.due, item.days_left, item.is_urgent) == (
                "to_confirm",
                "",
                date(2026, 12, 4),
                1,
                True,
            )
        need_id = decided_world.approved
        version = steps.row(store, need_id).version
        review.reopen_decision(store, lead(1), need_id, reason="다시", based_on=version, key=key())
        assert items(store, lead(1)) == []  # it was computed from another decision
        steps.granted(store, lead(2), ("planner", ""))
        base = saved_scenarios.scenarios(store, planner())[0]
        publication.propose(store, lead(2), base.id, "다시", key=key())
        assert items(store, lead(2)) == []
        assert [item.kind for item in items(store, lead(1))] == ["to_confirm"]
    store = copies.open(published_world)
    assert items(store, lead(1)) == []
    told = {item.need_id: item.kind for item in items(store, head())}
    assert told[published_world.approved] in {"funded", "unfunded"}


def test_somebody_with_two_roles_gets_both_boxes(own_store: Store) -> None:
    store = own_store
    who = steps.granted(store, head(), ("reviewer", ""))
    back = steps.returned(store)
    other = steps.submitted(store)
    review.claim(store, who, other.id, based_on=other.version, key=key())
    assert {item.kind for item in items(store, who)} >= {"returned", "assigned", "unclaimed"}
    assert [item.kind for item in about(store, who, back.id)] == ["returned"]


def test_a_planner_is_told_to_prepare_and_a_lead_to_open(own_store: Store, clock: Clock) -> None:
    store = own_store
    move_round(store, "open")
    move_round(store, "setup")
    clock.set("2026-02-28T09:00:00")
    assert [(item.kind, item.days_left) for item in items(store, planner())] == [("to_prepare", 2)]
    assert items(store, lead()) == []
    clock.set("2026-03-02T09:00:00")
    assert [(item.kind, item.days_left) for item in items(store, lead())] == [("to_open", 0)]
    assert items(store, head()) == []


def test_a_lead_is_told_when_the_last_day_for_requests_has_passed(
    own_store: Store, clock: Clock
) -> None:
    move_round(own_store, "open")
    clock.set("2026-05-29T23:59:59")
    assert items(own_store, lead()) == []
    clock.set("2026-05-30T00:00:00")
    (item,) = items(own_store, lead())
    assert (item.kind, item.due, item.days_left) == ("to_review", date(2026, 5, 29), -1)


def test_a_lead_is_told_of_undecided_requests_from_seven_days_before(
    store: Store, clock: Clock
) -> None:
    clock.set("2026-11-19T23:59:59")
    assert items(store, lead()) == []
    clock.set("2026-11-20T00:00:00")
    (item,) = items(store, lead())
    undecided = [need for need in needs_seen.queue(store, lead()) if need.state in UNDECIDED]
    assert (item.kind, item.due, item.days_left) == ("undecided", date(2026, 11, 27), 7)
    assert item.count == len(undecided) > 10


def test_a_lead_is_told_as_soon_as_everything_is_decided(own_store: Store, clock: Clock) -> None:
    clock.set("2026-06-10T09:00:00")
    for need in needs_seen.queue(own_store, lead()):
        if need.state in UNDECIDED:
            special_needs.withdraw(
                own_store, head(need.centre_id), need.id, "철회", based_on=need.version, key=key()
            )
    assert [item.kind for item in items(own_store, lead())] == ["to_close"]


def test_a_request_that_got_a_part_says_so_and_is_no_thing_to_do(
    published_world: World, copies: Copies
) -> None:
    store = copies.open(published_world)
    parts = [need for need in needs_seen.queue(store, planner()) if need.is_funded_in_part]
    assert parts
    for need in parts:
        (item,) = about(store, head(need.centre_id), need.id)
        assert (item.kind, item.is_outcome) == ("funded_in_part", True)
        assert 0 < item.funded < item.approved
        assert (item.funded, item.approved) == (need.funded_krw, need.approved_krw)
    whole = next(
        need
        for need in needs_seen.queue(store, planner())
        if need.state == "funded" and need.funded_krw == need.approved_krw
    )
    (item,) = about(store, head(whole.centre_id), whole.id)
    assert (item.kind, item.is_outcome) == ("funded", True)
