"""What a centre may not know before the round is decided: that, when and how it was assessed.

The same request is looked at before and after each hidden step, by everything that a centre head
can call, exceptions included.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import (
    centres,
    inbox,
    national,
    needs_seen,
    review,
    rounds,
    special_needs,
)
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Forbidden, Refusal
from tests.storage.databases import Clock, head, key, lead, move_round, planner, reviewer
from tests.workflow import steps

HIDDEN = "in_review"


def seen(store: Store, need_id: str) -> dict[str, Any]:
    """Everything that the head of EC001 can look at."""
    one = needs_seen.need(store, head(), need_id)
    mine = needs_seen.needs_of_centres(store, head())
    return {
        "need": one,
        "needs_of_centres": mine,
        "centre": centres.centre(store, head(), "EC001").requests,
        "published": centres.published(store, head(), "EC001"),
        "history": needs_seen.history(store, head(), need_id),
        "inbox": inbox.inbox(store, head()),
        "round": replace(rounds.present(store, head()), now=one.edited_at),
        "totals": national.national_parts(store, head()),
        "deadline": rounds.deadline_of(store, head(), "EC001"),
    }


def answers(store: Store, need_id: str) -> dict[str, Any]:
    """What the head of EC001 is told who tries everything that is not possible now.

    Based on the version of now, and on one from before the hidden step.
    """
    found: dict[str, Any] = {}
    version = steps.row(store, need_id).version
    deeds: Mapping[str, Callable[[int], Any]] = {
        "save_draft": lambda based_on: special_needs.save_draft(
            store, head(), need_id, {"title": "새"}, based_on=based_on, key=key()
        ),
        "submit": lambda based_on: special_needs.submit(
            store, head(), need_id, based_on=based_on, key=key()
        ),
        "recall": lambda based_on: special_needs.recall(
            store, head(), need_id, based_on=based_on, key=key()
        ),
        "claim": lambda based_on: review.claim(
            store, head(), need_id, based_on=based_on, key=key()
        ),
        "reopen": lambda based_on: review.reopen_decision(
            store, head(), need_id, "사유", based_on=based_on, key=key()
        ),
    }
    for name, deed in deeds.items():
        for based_on in (version, 0):
            with pytest.raises(Refusal) as caught:
                deed(based_on)
            error = caught.value
            told = error.changes if isinstance(error, Conflict) else ()
            found[f"{name} on {bool(based_on)}"] = (
                type(error).__name__,
                str(error),
                error.details,
                told,
            )
    return found


def reopen(store: Store, need: Need) -> Need:
    function = review.reopen_assessment if need.state == "assessed" else review.reopen_decision
    return function(store, lead(), need.id, "다시", based_on=need.version, key=key())


def reject(store: Store, need: Need) -> Need:
    return review.reject(store, planner(), need.id, "순위", based_on=need.version, key=key())


HIDDEN_STEPS: list[Callable[[Store, Need], Need]] = [
    steps.assess,
    reopen,
    steps.assess,
    steps.approve,
    reopen,
    steps.assess,
    reject,
]


def test_nothing_that_a_centre_can_call_tells_of_the_review(store: Store, clock: Clock) -> None:
    need = steps.in_review(store)
    looked, told = seen(store, need.id), answers(store, need.id)
    assert looked["need"].state == HIDDEN
    states = []
    for step in HIDDEN_STEPS:
        clock.advance(hours=2)
        need = step(store, need)
        states.append(need.state)
        assert seen(store, need.id) == looked, states
        if need.state != HIDDEN:
            assert answers(store, need.id) == told, states
    assert [state for state in states if state != HIDDEN] == [
        "assessed",
        "assessed",
        "approved",
        "assessed",
        "rejected",
    ]


def test_a_returned_request_does_not_tell_that_it_had_been_assessed(store: Store) -> None:
    """Assessed, given back to the reviewer, then returned: only the return shows."""
    looks = []
    for was_assessed in (False, True):
        need = steps.in_review(store)
        version = need.version
        if was_assessed:
            need = steps.assess(store, need)
            need = review.reopen_assessment(
                store, lead(), need.id, "다시", based_on=need.version, key=key()
            )
        need = review.send_back(
            store, reviewer(), need.id, "견적서", steps.DUE, based_on=need.version, key=key()
        )
        with pytest.raises(Conflict) as caught:  # the head's page stands at the old version
            special_needs.submit(store, head(), need.id, based_on=version, key=key())
        fields = [(change.field, change.theirs) for change in caught.value.changes]
        one = needs_seen.need(store, head(), need.id)
        history = needs_seen.history(store, head(), need.id)
        looks.append((replace(one, id="", version=0), history, fields))
    assert looks[0] == looks[1]
    assert looks[0][2] == [("state", "returned")]


def test_a_withdrawal_does_not_tell_what_it_came_too_early_for(store: Store) -> None:
    looks = []
    for was_assessed in (False, True):
        need = steps.in_review(store)
        version = need.version
        if was_assessed:
            steps.assess(store, need)
        need = special_needs.withdraw(
            store, head(), need.id, "사정 변경", based_on=version, key=key()
        )
        one = needs_seen.need(store, head(), need.id)
        looks.append((replace(one, id="", version=0), needs_seen.history(store, head(), need.id)))
    assert looks[0] == looks[1]
    assert looks[1][1][-1].from_state == HIDDEN


def test_a_withdrawal_that_comes_too_late_does_not_tell_the_outcome(store: Store) -> None:
    told = []
    for step in (steps.approved, steps.rejected):
        need = step(store)
        with pytest.raises(Refusal) as caught:
            special_needs.withdraw(store, head(), need.id, "사유", based_on=need.version, key=key())
        told.append((type(caught.value), str(caught.value)))
    assert told[0] == told[1]


def test_the_queue_is_not_for_centres(store: Store) -> None:
    with steps.refused(store, Forbidden, head(), "see_queue"):
        needs_seen.queue(store, head())


def test_outcomes_show_to_all_centres_at_once_when_the_round_is_decided(own_store: Store) -> None:
    store = own_store
    approved, rejected = steps.approved(store), steps.rejected(store)
    undecided = steps.assessed(store)
    move_round(store, "decided")
    one = needs_seen.need(store, head(), approved.id)
    assert (one.state, one.assessed_krw, one.approved_krw, one.decision_reason) == (
        "approved",
        30_000_000,
        30_000_000,
        "타당",
    )
    assert (one.priority, one.divisible, one.feasible, one.assessment) == (1, False, True, "필요")
    assert needs_seen.need(store, head(), rejected.id).state == "rejected"
    assert needs_seen.need(store, head(), undecided.id).state == "assessed"
    history = [line.verb for line in needs_seen.history(store, head(), approved.id)]
    assert history == ["begin", "submit", "claim", "assess", "approve"]
    told = {item.need_id: item.kind for item in inbox.inbox(store, head())}
    assert (told[approved.id], told[rejected.id]) == ("approved", "rejected")
    # a centre of the sample, too
    assert needs_seen.need(store, head("EC120"), "SN2027-008").state == "rejected"

    move_round(store, "review")
    one = needs_seen.need(store, head(), approved.id)
    assert (one.state, one.assessed_krw, one.approved_krw, one.decision_reason) == (
        HIDDEN,
        None,
        None,
        "",
    )
    history = [line.verb for line in needs_seen.history(store, head(), approved.id)]
    assert history == ["begin", "submit", "claim"]
    assert [item for item in inbox.inbox(store, head()) if item.kind == "decided"] == []


def test_neither_version_nor_a_blank_reason_tells_that_a_decision_was_taken(store: Store) -> None:
    need = steps.assessed(store)
    before = needs_seen.need(store, head(), need.id)
    steps.approve(store, need)
    after = needs_seen.need(store, head(), need.id)
    assert after == before
    with pytest.raises(InputError):
        special_needs.withdraw(store, head(), need.id, " ", based_on=after.version, key=key())
    assert needs_seen.need(store, planner(), need.id).version > after.version


def test_an_imported_request_s_history_hides_who_decided(store: Store) -> None:
    line = needs_seen.history(store, head("EC120"), "SN2027-008")[0]
    assert not {"assessed_by", "decided_by", "approved_krw", "priority"} & set(line.changes)
    assert "decided_by" in needs_seen.history(store, planner(), "SN2027-008")[0].changes
