"""A deed is done once: a double click, a resent form, an answer that got lost."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import (
    people,
    quarters,
    review,
    rounds,
    saved_scenarios,
    scenarios,
    special_needs,
)
from budget.workflow.deeds import MOST_KEY, follow_up_key
from budget.workflow.refusals import Conflict, Forbidden, OtherDeed
from tests.storage.databases import administrator, head, key, lead, planner, reviewer
from tests.workflow import steps
from tests.workflow.calls import calls
from tests.workflow.worlds import EVERYTHING, Copies, World

PLANNED = {"division_plans.recall", "division_plans.send_back"}
PUBLISHED = {"division_plans.save", "division_plans.submit"}
DEEDS = {
    head(): [
        "special_needs.begin",
        "special_needs.save_draft",
        "special_needs.submit",
        "special_needs.recall",
        "special_needs.withdraw",
        "attachments.attach",
        "attachments.detach",
        "division_plans.save",
        "division_plans.submit",
        "division_plans.recall",
    ],
    reviewer(): ["review.claim", "review.send_back", "review.assess"],
    planner(): [
        "review.assign",
        "review.assign_all",
        "review.approve",
        "review.reject",
        "scenarios.create",
        "scenarios.save",
        "scenarios.copy",
        "scenarios.set_baseline",
        "publication.propose",
        "division_plans.send_back",
        "division_bands.save",
    ],
    lead(): [
        "review.reopen_assessment",
        "review.reopen_decision",
        "rounds.move",
        "rounds.extend_deadline",
        "publication.confirm",
        "records.export",
    ],
    administrator(): ["people.grant", "people.end"],
}
"""Who does what; every deed of the table of roles that has a key."""
SOMETHING_ELSE = {
    head(): ("special_needs.begin", "special_needs.withdraw"),
    reviewer(): ("review.claim", "review.assess"),
    planner(): ("scenarios.set_baseline", "review.approve"),
    lead(): ("rounds.extend_deadline", "records.export"),
    administrator(): ("people.grant", "people.end"),
}
"""Two deeds of each, so that one is another than the one that was done."""


@pytest.mark.parametrize(
    ("who", "name"), [(who, name) for who, names in DEEDS.items() for name in names]
)
def test_the_same_key_again_is_the_same_deed(
    who: str,
    name: str,
    review_world: World,
    decided_world: World,
    published_world: World,
    planned_world: World,
    copies: Copies,
) -> None:
    world = decided_world if name.startswith("publication") else review_world
    world = published_world if name in PUBLISHED else world
    world = planned_world if name in PLANNED else world
    store, made = copies.open(world), calls(world)
    deed = made[name]
    based_on = deed.version(store)
    first = deed(store, who, "once", based_on)
    number = steps.length(store)
    with steps.unchanged(store):
        assert deed(store, who, "once", based_on) == first
        if name == "review.assign_all":  # one key for each
            return
        stranger_to_it = pytest.raises((Forbidden, Conflict))
        if name != "special_needs.save_draft":  # it leaves no record; its version guards it
            with stranger_to_it:
                deed(store, EVERYTHING, "once", based_on)
            other = next(one for one in SOMETHING_ELSE[who] if one != name)
            with pytest.raises(Forbidden, match="with other contents"):
                made[other](store, who, "once")
    assert {record.outcome for record in steps.records(store, number)} <= {"refused"}


def test_the_same_key_for_another_object_is_refused(store: Store) -> None:
    first, second = steps.drafted(store), steps.drafted(store)
    same = key("same")
    sent = special_needs.submit(store, head(), first.id, based_on=first.version, key=same)
    with steps.refused(store, Forbidden, head(), "submit", second.id):
        special_needs.submit(store, head(), second.id, based_on=second.version, key=same)
    other = steps.submitted(store)
    same = key("same")
    review.claim(store, reviewer(), sent.id, based_on=sent.version, key=same)
    with steps.refused(store, Forbidden, reviewer(), "claim", other.id):
        review.claim(store, reviewer(), other.id, based_on=other.version, key=same)


def test_a_head_of_two_centres_begins_with_one_key_at_one_centre_only(store: Store) -> None:
    who = steps.granted(store, "two centres|1", ("centre_head", "EC001"), ("centre_head", "EC049"))
    begun = special_needs.begin(store, who, "EC001", {}, key="two-centres")
    assert special_needs.begin(store, who, "EC001", {}, key="two-centres") == begun
    with steps.refused(store, Forbidden, who, "begin", "EC049"):
        special_needs.begin(store, who, "EC049", {}, key="two-centres")


def test_the_same_key_with_another_wish_is_refused_and_changes_nothing(store: Store) -> None:
    """Another reason, another name, another person's role: nothing counts as done that was not."""
    people.grant(store, administrator(), "issuer|1", "하나", "auditor", reason="발령", key="one")
    with steps.refused(store, OtherDeed, administrator(), "grant_role"):
        people.grant(store, administrator(), "issuer|2", "둘", "auditor", reason="발령", key="one")
    base = saved_scenarios.scenarios(store, planner())[0]
    made = scenarios.create(store, planner(), "가안", base.policy, key="two")
    with steps.refused(store, OtherDeed, planner(), "save_scenario"):
        scenarios.create(store, planner(), "나안", base.policy, key="two")
    copied = scenarios.copy(store, planner(), base.id, 1, "사본", key="three")
    with steps.refused(store, OtherDeed, planner(), "copy_scenario"):
        scenarios.copy(store, planner(), made.id, 1, "사본", key="three")
    version = rounds.present(store, planner()).version
    scenarios.set_baseline(store, planner(), made.id, "더 낫다", based_on=version, key="four")
    with steps.refused(store, OtherDeed, planner(), "set_baseline"):
        scenarios.set_baseline(
            store, planner(), copied.id, "더 낫다", based_on=version + 1, key="four"
        )
    assert saved_scenarios.scenarios(store, planner())[0].id == made.id


def test_a_draft_saved_twice_with_one_key_is_saved_once(store: Store) -> None:
    need = steps.drafted(store)
    texts, same = {"title": "가"}, key("same")
    first = special_needs.save_draft(store, head(), need.id, texts, based_on=need.version, key=same)
    again = special_needs.save_draft(store, head(), need.id, texts, based_on=need.version, key=same)
    assert (first, first.version) == (again, need.version + 1)


def test_two_clicks_at_the_same_moment_are_one_deed(store: Store) -> None:
    need = steps.drafted(store)
    number, same = steps.length(store), key("double click")

    def submit(_click: int) -> Any:
        return special_needs.submit(store, head(), need.id, based_on=need.version, key=same)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(submit, range(4)))
    assert results == [results[0]] * 4
    assert [record.verb for record in steps.records(store, number)] == ["submit"]
    assert results[0].snapshots == 1


@pytest.mark.parametrize("bad", ["", "x" * 81, "a\0", "a\nb", "\ud800"], ids=repr)
def test_a_key_is_a_short_line_of_text(bad: str, store: Store) -> None:
    with steps.told(store, InputError) as caught:
        special_needs.begin(store, head(), "EC001", {}, key=bad)
    assert steps.places(caught.value) == ["key"]


BASED = {
    head(): ["special_needs.save_draft", "special_needs.submit", "special_needs.withdraw"],
    reviewer(): ["review.claim/held", "review.send_back", "review.assess"],
    planner(): ["review.assign", "review.approve", "scenarios.set_baseline"],
    lead(): ["review.reopen_decision", "rounds.move"],
}
"""Deeds that are based on a version."""


@pytest.mark.parametrize("forged", [-1, -(10**30), 2**31, 10**30])
def test_a_version_that_nothing_can_have_is_refused_in_words(
    forged: int, review_world: World, copies: Copies
) -> None:
    store, made = copies.open(review_world), calls(review_world)
    for who, names in BASED.items():
        for name in names:
            with steps.told(store, Exception) as caught:
                made[name](store, who, key(), forged)
            told = caught.value
            assert isinstance(told, Conflict) or steps.places(told) == ["based_on"], name
    policy = saved_scenarios.scenarios(store, planner())[0].policy
    with pytest.raises(InputError, match="the version that the page began with"):
        scenarios.save(store, planner(), review_world.scenario, policy, based_on=forged, key=key())
    with pytest.raises(InputError, match="the version that the page began with"):
        quarters.save_profile(
            store,
            planner(),
            [Decimal("0.25")] * 4,
            [1, 0, 0, 0],
            "사유",
            based_on=forged,
            key=key(),
        )


def test_follow_ups_have_keys_that_nobody_can_give_and_that_tell_whole_keys_apart() -> None:
    alike = ["k" * 79 + end for end in "ab"]
    found = [follow_up_key(own, mark) for own in alike for mark in ("SN-1", "SN-2", 1)]
    assert len(set(found)) == len(found)
    assert found[0] == follow_up_key(alike[0], "SN-1")
    assert follow_up_key("a", "b,c") != follow_up_key("a,b", "c")
    assert min(map(len, found)) > MOST_KEY
