"""Goal seek, worked in the head: three centres, last year 100, 200 and 300 million won."""

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest

from budget.allocation import goals
from budget.allocation.faults import InputError
from budget.allocation.goals import BreakEven, Unreachable
from budget.allocation.policy import Policy
from budget.allocation.run import allocation
from tests.allocation.rounds import checked, policy

MILLION = 1_000_000
FLOOR = """
[[pool.floor]]
name = "hold-harmless"
prior = { column = "prior", rate = 0.95 }
"""
CAP = """
[[pool.cap]]
name = "growth"
prior = { column = "prior", rate = 1.1 }
"""
PRIOR_RATE = "pool.operating.floor.hold-harmless.prior.rate"
ENVELOPE = "policy.envelope_krw"
CENTRES: dict[str, Any] = {
    "staff": [1, 1, 2],
    "merit": [3, 1, 0],
    "prior": [100 * MILLION, 200 * MILLION, 300 * MILLION],
}
BONUS = """
[[pool]]
name = "bonus"
amount = { share = 0.1 }
[[pool.factor]]
name = "merit"
weight = 1.0
columns = { merit = 1.0 }
"""


def rules(text: str, envelope: int = 700, **settings: Any) -> Policy:
    return policy(text, envelope=envelope * MILLION, **settings)


def test_the_least_envelope_is_what_the_floors_ask_for() -> None:
    """102 + 204 + 306 million, and not a million less."""
    found = goals.least_envelope(
        checked(rules(FLOOR), **CENTRES), rules(FLOOR), (), Decimal("0.02")
    )
    assert found.changes == {PRIOR_RATE: Decimal("1.02"), ENVELOPE: 612 * MILLION}
    assert found.is_linear
    assert found.found.certified
    assert found.found.totals == (102 * MILLION, 204 * MILLION, 306 * MILLION)


def test_other_parts_of_the_envelope_are_paid_as_well() -> None:
    """A tenth is the reserve's: 612 million are nine tenths of 680."""
    with_reserve = rules(FLOOR, head="[reserve]\namount = { share = 0.1 }\n")
    found = goals.least_envelope(
        checked(with_reserve, **CENTRES), with_reserve, (), Decimal("0.02")
    )
    assert found.changes[ENVELOPE] == 680 * MILLION


def test_the_answer_does_not_depend_on_the_present_envelope() -> None:
    for envelope in (1, 50, 611, 612, 613, 5000):
        present = rules(FLOOR, envelope)
        found = goals.least_envelope(checked(present, **CENTRES), present, (), Decimal("0.02"))
        assert found.changes[ENVELOPE] == 612 * MILLION, envelope


def test_a_floor_goes_before_a_cap_in_a_goal_as_well() -> None:
    """The cap admits 110 per cent; who is promised 120 gets 120, as everywhere."""
    with_cap = rules(FLOOR + CAP)
    found = goals.least_envelope(checked(with_cap, **CENTRES), with_cap, (), Decimal("0.2"))
    assert found.changes[ENVELOPE] == 720 * MILLION


def test_what_other_rules_rule_out_is_told_with_the_conflict() -> None:
    present = rules(FLOOR + '[[pool.floor]]\nname = "least"\nkrw = 900_000_000\n')
    with pytest.raises(Unreachable) as caught:
        goals.highest_floor(checked(present, **CENTRES), present, ())
    assert caught.value.conflict is not None
    assert "least" in {rule.name for rule in caught.value.conflict.rules}


def test_the_highest_floor_uses_the_whole_pool() -> None:
    """630 million are 105 per cent of 600."""
    present = rules(FLOOR, 630)
    found = goals.highest_floor(checked(present, **CENTRES), present, ())
    assert found.changes == {PRIOR_RATE: Decimal("1.05")}
    assert found.is_linear
    assert found.found.totals == (105 * MILLION, 210 * MILLION, 315 * MILLION)


def test_the_highest_floor_in_won() -> None:
    """A third of 600 million for each of three."""
    present = rules('[[pool.floor]]\nname = "least"\nkrw = 1_000\n', 600)
    found = goals.highest_floor(
        checked(present, **CENTRES), present, (), "pool.operating.floor.least.krw"
    )
    assert found.changes == {"pool.operating.floor.least.krw": 200 * MILLION}


def test_a_policy_without_such_a_floor_is_told() -> None:
    present = rules("")
    with pytest.raises(InputError, match="share of last year"):
        goals.least_envelope(checked(present, **CENTRES), present, (), Decimal(0))
    with pytest.raises(InputError, match="number of the policy"):
        goals.highest_floor(checked(present, **CENTRES), present, (), "pool.nothing")


def break_even(target: int, centre: int = 0) -> BreakEven:
    present = rules(BONUS, 800)
    return goals.break_even(
        checked(present, **CENTRES),
        present,
        (),
        "pool.bonus.amount.share",
        lambda found: found.totals[centre] - target * MILLION,
    )


def test_the_bonus_share_at_which_a_centre_breaks_even() -> None:
    """A: (1 − s) · 200 + s · 600 million = 280 at s = 0.2; B: (1 − s) · 200 + s · 200 = 200."""
    found = break_even(280)
    assert [goal.changes for goal in found.goals] == [{"pool.bonus.amount.share": Decimal("0.2")}]
    assert found.goals[0].found.totals[0] == 280 * MILLION
    assert not found.goals[0].is_linear


def test_a_centre_that_loses_by_a_larger_bonus() -> None:
    """C: (1 − s) · 400 million = 340 at s = 0.15; below that it has more."""
    (goal,) = break_even(340, centre=2).goals
    assert goal.changes == {"pool.bonus.amount.share": Decimal("0.15")}


def test_where_no_share_is_enough_the_range_says_how_far_it_goes() -> None:
    found = break_even(900)
    assert found.goals == ()
    assert found.most < 0
    assert found.least <= found.most


def test_every_answer_is_a_run_of_its_policy() -> None:
    present = rules(BONUS, 800)
    centres = checked(present, **CENTRES)
    (goal,) = break_even(280).goals
    again = allocation(centres, present.replaced(goal.changes), ())
    assert again.totals == goal.found.totals
    assert goal.found.certified


def test_a_search_that_is_interrupted_again_and_again_comes_to_the_same_answer() -> None:
    """No run is made twice, and each new one is told before it is made."""
    told: list[int] = []

    class Enough(Exception):  # noqa: N818 - the planner's word
        """So many runs for now."""

    def at_most_three(count: int) -> None:
        if told and count == told[-1] + 1 and count % 3 == 0 and count not in told:
            told.append(count)
            raise Enough
        told.append(count)

    trials, found, parts = goals.Trials(at_most_three), None, 0
    present = rules(BONUS, 800)
    while found is None:
        parts += 1
        with suppress(Enough):
            found = goals.break_even(
                checked(present, **CENTRES),
                present,
                (),
                "pool.bonus.amount.share",
                lambda one: one.totals[0] - 280 * MILLION,
                trials,
            )
    whole = break_even(280)
    assert parts > 3
    assert sorted(set(told)) == list(range(max(told) + 1))
    assert [goal.changes for goal in found.goals] == [goal.changes for goal in whole.goals]
    assert (found.least, found.most, found.runs) == (whole.least, whole.most, whole.runs)


def test_conflicts_are_kept_as_well() -> None:
    """A second search with the same trials makes no run."""
    told: list[int] = []
    trials = goals.Trials(told.append)
    given = checked(rules(FLOOR), **CENTRES), rules(FLOOR), (), Decimal(0)
    first = goals.least_envelope(*given, trials)
    made = len(told)
    assert made
    assert goals.least_envelope(*given, trials).changes == first.changes
    assert len(told) == made
