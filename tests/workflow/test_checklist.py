"""The checklist: what is missing, what is to be known, what differs and why."""

from decimal import Decimal

import pytest

from budget.storage.store import Store
from budget.workflow import checklist, publication, review, saved_scenarios, scenarios
from budget.workflow.checklist import DONE, KNOWN, MISSING
from budget.workflow.refusals import Forbidden
from tests.storage.databases import auditor, key, lead, move_round, planner
from tests.workflow import steps
from tests.workflow.worlds import Copies, World

RESERVE = "reserve.amount.share"


def states(found: checklist.Checklist) -> dict[str, str]:
    """Each check's state."""
    return {check.key: check.state for check in found.checks}


def test_before_a_proposal_it_is_of_the_scenario_that_is_asked_for(
    review_world: World, copies: Copies
) -> None:
    store = copies.open(review_world)
    found = checklist.checklist(store, auditor())
    assert found.scenario.is_baseline
    assert states(found) == {
        "decided": MISSING,
        "requests": KNOWN,
        "saved": KNOWN,
        "data": KNOWN,
        "no_changes": DONE,
    }
    about = {check.key: check.about for check in found.checks}
    assert {review_world.free, review_world.held, review_world.assessed} <= set(about["requests"])
    assert review_world.draft not in about["requests"]
    other = checklist.checklist(store, planner(), review_world.scenario)
    assert other.scenario.id == review_world.scenario
    with pytest.raises(Forbidden):
        checklist.checklist(store, planner(), 999)


def test_changed_rules_are_told_with_their_rationales(decided_world: World, copies: Copies) -> None:
    store = copies.open(decided_world)
    base = saved_scenarios.scenario(store, planner(), decided_world.baseline)
    mine = scenarios.create(
        store, planner(), "새", base.policy.replaced({RESERVE: Decimal("0.02")}), key=key()
    )
    found = checklist.checklist(store, planner(), mine.id)
    assert [(rule.path, rule.old, rule.new, rule.rationale) for rule in found.rules] == [
        (RESERVE, "0.01", "0.02", "")
    ]
    assert states(found)["rationales"] == MISSING
    assert not found.is_complete
    scenarios.save(
        store, planner(), mine.id, mine.policy, rationales={RESERVE: "대비"}, based_on=1, key=key()
    )
    found = checklist.checklist(store, planner(), mine.id)
    assert [rule.rationale for rule in found.rules] == ["대비"]
    assert found.is_complete


def test_of_a_proposal_it_says_who_may_sign_and_what_has_changed(
    decided_world: World, copies: Copies
) -> None:
    store = copies.open(decided_world)
    found = states(checklist.checklist(store, lead()))
    assert (found["certified"], found["proposal"], found["hands"]) == (DONE, DONE, DONE)
    assert "hands" not in states(checklist.checklist(store, auditor()))
    steps.granted(store, planner(), ("lead", ""))
    assert states(checklist.checklist(store, planner()))["hands"] == MISSING
    base = saved_scenarios.scenario(store, planner(), decided_world.baseline)
    scenarios.save(store, planner(), base.id, base.policy, note="새 판", based_on=1, key=key())
    found = states(checklist.checklist(store, lead()))
    assert (found["version"], "saved" in found) == (KNOWN, False)
    version = steps.row(store, decided_world.approved).version
    review.reopen_decision(store, lead(), decided_world.approved, "x", based_on=version, key=key())
    assert states(checklist.checklist(store, lead()))["proposal"] == MISSING
    move_round(store, "review")
    assert states(checklist.checklist(store, lead()))["decided"] == MISSING


def test_once_published_it_stays_complete(published_world: World, copies: Copies) -> None:
    store = copies.open(published_world)
    found = checklist.checklist(store, auditor())
    assert found.is_complete
    assert states(found)["hands"] == DONE
    assert publication.proposal(store, auditor()) is not None


def test_a_round_without_requests_says_so_and_ticks_nothing(own_store: Store) -> None:
    """Drafts alone: nothing was submitted."""
    with own_store.writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE special_need SET state = 'draft', decided_at = NULL"
        )
    found = states(checklist.checklist(own_store, auditor()))
    assert found["no_requests"] == KNOWN
    assert not {"requests", "saved", "rationales"} & set(found)
