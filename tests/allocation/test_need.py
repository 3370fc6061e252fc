"""Factors, ramps, tables, missing values, eligibility: three centres, by hand."""

import pytest

from budget.allocation.need import Need, entitlements_in_won
from tests.allocation.rounds import need_of, policy

TWO_FACTORS = """
[[pool.factor]]
name = "staff"
weight = 3
columns = { officials = 1.0, counsellors = 0.5 }

[[pool.factor]]
name = "caseload"
weight = 1
columns = { registered_jobseekers = 1 }
"""


def adjustment(rule: str, column: str = "value") -> str:
    return f'[[pool.adjustment]]\nname = "adjust"\ncolumn = "{column}"\n{rule}\n'


def adjusted(found: Need) -> tuple[float, ...]:
    """Adjusted need as shares of the whole."""
    return tuple(weight / sum(found.weights) for weight in found.weights)


def test_one_factor_shares_in_proportion() -> None:
    found = need_of(policy(), staff=[1, 2, 3])
    assert adjusted(found) == pytest.approx((1 / 6, 2 / 6, 3 / 6))
    assert entitlements_in_won(found, 600_000) == [100_000, 200_000, 300_000]


def test_factor_weights_are_normalised_and_columns_weighted() -> None:
    # staff: 2+2·0.5=3, 1, 0 of 4; caseload: 0, 10, 30 of 40; weights 3/4 and 1/4
    found = need_of(
        policy(factor=TWO_FACTORS),
        officials=[2, 1, 0],
        counsellors=[2, 0, 0],
        registered_jobseekers=[0, 10, 30],
    )
    assert found.contributions[0].floats == pytest.approx((9 / 16, 3 / 16, 0))
    assert found.contributions[1].floats == pytest.approx((0, 1 / 16, 3 / 16))
    assert entitlements_in_won(found, 16) == [9, 4, 3]


def test_ramp_is_clipped_at_both_ends_and_missing_has_its_own_multiplier() -> None:
    rule = "ramp = { target = 0.95, slope = 2, min = 0.8, max = 1.05 }\nmissing = 0.5"
    found = need_of(
        policy(adjustment(rule)), staff=[1, 1, 1, 1, 1], value=[0.95, 0.90, 0.5, 1, None]
    )
    assert found.multipliers[0].floats == pytest.approx((1, 0.9, 0.8, 1.05, 0.5))


def test_a_missing_value_is_multiplied_by_one_unless_said_otherwise() -> None:
    rule = "ramp = { target = 1, slope = 1, min = 0, max = 2 }"
    found = need_of(policy(adjustment(rule)), staff=[1, 1], value=[0.5, None])
    assert found.multipliers[0].floats == (0.5, 1.0)


def test_table_multiplies_by_the_value_and_adjustments_multiply_each_other() -> None:
    rules = (
        adjustment('table = { S = 1.5, B = 1, "2" = 0.5 }\nmissing = 0')
        + '[[pool.adjustment]]\nname = "twice"\ncolumn = "value"\n'
        + 'table = { S = 2, B = 2, "2" = 2 }'
    )
    found = need_of(policy(rules), staff=[4, 4, 4, 4], value=["S", "B", 2, None])
    assert adjusted(found) == pytest.approx((1 / 2, 1 / 3, 1 / 6, 0))


def test_who_is_not_eligible_has_no_need_and_does_not_count_in_the_factor_total() -> None:
    rules = policy(pool='eligible = { column = "grade", values = ["S", "A"] }')
    found = need_of(rules, staff=[1, 3, 96], grade=["S", "A", "D"])
    assert found.eligible == (True, True, False)
    assert adjusted(found) == pytest.approx((0.25, 0.75, 0))


def test_eligible_by_range_ends_included_and_a_missing_number_is_outside() -> None:
    rules = policy(pool='eligible = { column = "score", min = 60, max = 80.5 }')
    found = need_of(rules, staff=[1, 1, 1, 1, 1], score=[60, 80.5, 59.9, 80.6, None])
    assert found.eligible == (True, True, False, False, False)


def test_a_table_need_not_know_the_values_of_those_who_do_not_share() -> None:
    rules = policy(
        adjustment("table = { S = 2 }", "grade"),
        pool='eligible = { column = "grade", values = ["S"] }',
    )
    found = need_of(rules, staff=[1, 1], grade=["S", "D"])
    assert found.multipliers[0].floats[0] == 2
    assert adjusted(found) == (1, 0)


def test_need_that_is_all_adjusted_away_is_void() -> None:
    found = need_of(policy(adjustment("table = { S = 0 }")), staff=[1, 1], value=["S", "S"])
    assert found.is_void
    assert found.eligible == (False, False)
    assert entitlements_in_won(found, 600_000) == [0, 0]


def test_execution_rate_is_spent_over_available_less_carry_over() -> None:
    rule = "ramp = { target = 0, slope = 1, min = 0, max = 2 }\nmissing = 0.25"
    found = need_of(
        policy(adjustment(rule, "execution_rate")),
        staff=[1, 1, 1, 1],
        prior_available_krw=[100, 120, 0, None],
        prior_spent_krw=[90, 50, 0, None],
        prior_carryover_krw=[None, 20, 0, None],
    )
    assert found.multipliers[0].floats == pytest.approx((1.9, 1.5, 0.25, 0.25))


def test_steps_end_at_shares_that_sum_to_one() -> None:
    found = need_of(
        policy(adjustment("table = { S = 3, B = 1 }")), staff=[1, 1, 2], value=["S", "B", "B"]
    )
    steps = found.steps()
    assert steps[0].floats == pytest.approx([0.25, 0.25, 0.5])
    assert steps[1].floats == pytest.approx([0.5, 1 / 6, 1 / 3])


def test_weights_are_the_adjusted_need_exactly() -> None:
    found = need_of(policy(), staff=[1, 1, 1])
    assert len(set(found.weights)) == 1
    first, second = need_of(policy(), staff=[1, 3]).weights
    assert 3 * first == second
