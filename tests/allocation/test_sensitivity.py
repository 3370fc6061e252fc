"""Curves, frontiers and uncertainty: worked in the head first, then what must always hold."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import budget
from budget.allocation.centre_checking import checked_centres
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.curve import INFEASIBLE, Curve, curve, steps_between, sums_by
from budget.allocation.disturbance import Disturbance, disturbed
from budget.allocation.explanation import priced_rules, rule_price, rule_prices, without_rule
from budget.allocation.faults import InputError
from budget.allocation.frontier import beats, frontier, undominated
from budget.allocation.point import Given, Point, point, results_share
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.requests import checked_requests
from budget.allocation.result import Allocation
from budget.allocation.run import allocation
from budget.allocation.study import Task, batches, found_here
from budget.allocation.uncertainty import spreads, uncertainty
from tests.allocation.rounds import allocated, checked, policy, table
from tests.random_rounds import random_round, to_frames

FLOOR = "pool.operating.floor.least.krw"
LEAST = policy('[[pool.floor]]\nname = "least"\nkrw = 60_000\n')
STAFF = {"staff": [1, 2, 3]}


def given_round(rules: Policy, **columns: list[object]) -> Given:
    """A round of a few centres."""
    return Given(checked(rules, **columns), rules, ())


def walked(rules: Policy, path: str, low: int, high: int, most: int = 41) -> Curve:
    """The curve of a round with staff 1, 2, 3."""
    steps = steps_between(rules, path, Decimal(low), Decimal(high), most)
    return found_here(curve(given_round(rules, **STAFF), steps))  # type: ignore[arg-type]


# --- a curve -------------------------------------------------------------------------------------


def test_a_floor_swept_from_where_nobody_needs_it_to_where_all_stand_on_it() -> None:
    """600,000 won for staff 1, 2, 3: entitled to 100,000, 200,000 and 300,000."""
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 5_000_000\n', envelope=60_000_000)
    found = walked(rules, FLOOR, 0, 25_000_000)
    assert [each.values[0] for each in found.points] == list(range(0, 25_000_001, 5_000_000))
    assert [each.totals for each in found.points[:5]] == [
        (10_000_000, 20_000_000, 30_000_000),
        (10_000_000, 20_000_000, 30_000_000),
        (10_000_000, 20_000_000, 30_000_000),
        (15_000_000, 18_000_000, 27_000_000),
        (20_000_000, 20_000_000, 20_000_000),
    ]
    assert [each.pools[0].at_floor for each in found.feasible] == [0, 0, 1, 1, 3]
    assert found.points[5].shortfall == 15_000_000
    assert found.infeasible == [(25_000_000, 25_000_000)]
    assert [(bite.path, bite.value, bite.begins) for bite in found.bites] == [
        ("pool.operating.floor.least", 10_000_000, True),
        (INFEASIBLE, 25_000_000, True),
    ]
    assert all(each.certified for each in found.feasible)


def test_bites_are_found_to_the_step_between_the_points_of_a_coarse_walk() -> None:
    """The floor bites from 10 million on, and is too much from 20 million on; stride 15 million."""
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 5_000_000\n', envelope=60_000_000)
    found = walked(rules, FLOOR, 0, 90_000_000, most=4)
    assert [each.values[0] for each in found.points] == [0, 30_000_000, 60_000_000, 90_000_000]
    assert [(bite.path, bite.before, bite.value) for bite in found.bites] == [
        ("pool.operating.floor.least", 5_000_000, 10_000_000),
        (INFEASIBLE, 20_000_000, 25_000_000),
    ]
    finer = walked(rules, FLOOR, 0, 15_000_000, most=2)
    assert [(bite.before, bite.value, bite.begins) for bite in finer.bites] == [
        (5_000_000, 10_000_000, True)
    ]


def test_a_rule_that_ceases_to_bite() -> None:
    """A growth cap at 110 % of 10 million stops A (entitled to 20) until it reaches 200 %."""
    rules = policy(
        '[[pool.cap]]\nname = "growth"\nprior = { column = "prior", rate = 1.1 }\n',
        envelope=60_000_000,
    )
    columns: dict[str, list[object]] = {"staff": [1, 1, 1], "prior": [10_000_000, "", ""]}
    path = "pool.operating.cap.growth.prior.rate"
    steps = steps_between(rules, path, Decimal("1.0"), Decimal("2.1"), 3)
    found = found_here(curve(given_round(rules, **columns), steps))
    assert [(bite.before, bite.value, bite.begins) for bite in found.bites] == [
        (Decimal("2.000"), Decimal("2.005"), False)
    ]
    assert found.points[0].totals == (10_000_000, 25_000_000, 25_000_000)


def test_a_setting_that_the_policy_refuses_is_told_not_raised() -> None:
    found = point(given_round(LEAST, **STAFF), {"policy.unit_krw": 7_000})  # type: ignore[arg-type]
    assert not found.is_feasible
    assert [fault.where for fault in found.faults] == ["policy.envelope_krw"]


def test_walks_keep_to_the_parameters_steps_and_range() -> None:
    rules = policy('[[pool.floor]]\nname = "p"\nprior = { column = "prior", rate = 0.9 }\n')
    path = "pool.operating.floor.p.prior.rate"
    steps = steps_between(rules, path, Decimal("0.9"), Decimal("1"), 11)
    values = [steps.value(place) for place in steps.places]
    assert (values[0], values[1], values[-1]) == (Decimal("0.9"), Decimal("0.91"), Decimal("1.0"))
    fewer = steps_between(rules, path, Decimal("0.9"), Decimal("1"), 8)  # 20 steps, 7 gaps
    values = [steps.value(place) for place in fewer.places]
    assert [str(value) for value in values[-3:]] == ["0.975", "0.990", "1.000"]
    with pytest.raises(InputError, match="at least one step"):
        steps_between(rules, path, Decimal("0.9"), Decimal("0.901"))
    with pytest.raises(InputError, match="range within"):
        steps_between(rules, path, Decimal("-0.1"), Decimal("1"))
    with pytest.raises(InputError, match="a parameter of the policy"):
        steps_between(rules, "pool.nowhere.rate", Decimal(0), Decimal(1))


def test_groups_add_up() -> None:
    assert sums_by([1, 2, 3], ["b", "a", "b"]) == {"b": 4, "a": 2}


# --- prices --------------------------------------------------------------------------------------


def test_the_price_of_a_floor_by_centre() -> None:
    """A floor of 150 lifts A from 100 to 150; B and C pay 20 and 30."""
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 150_000\n')
    [price] = rule_prices(allocated(rules, **STAFF))
    assert price.effects == (50_000, -20_000, -30_000)
    assert (price.gained, price.paid, price.gainers, price.payers) == (50_000, 50_000, 1, 2)


def run(centres: pd.DataFrame, rules: Policy, requests: pd.DataFrame) -> Allocation:
    """A whole run that does not look for remedies."""
    checked_table = checked_centres(centres, rules)
    approved = checked_requests(requests, checked_table.ids, rules.unit)
    return allocation(checked_table, rules, approved, remedies=False)


@pytest.mark.parametrize("seed", range(1, 50, 4))
def test_prices_are_what_a_run_without_the_rule_says(seed: int) -> None:
    """For every rule: total with it − effect = total of a whole run of the policy without it."""
    rows, _, text, requests = random_round(seed, size=5)
    try:
        rules = policy_from_toml(text)
        found = run(to_frames(rows), rules, to_frames(requests))
    except (InputError, InfeasiblePolicy):
        pytest.skip("the drawn round has no allocation")
    for rule in priced_rules(rules):
        price = rule_price(found, rule)
        try:
            without = run(to_frames(rows), without_rule(rules, rule), to_frames(requests))
        except InfeasiblePolicy:
            assert price.gained is None
            continue
        assert tuple(
            total - effect for total, effect in zip(found.totals, price.effects, strict=True)
        ) == (without.totals)
        assert sum(price.effects) == -price.reserve


# --- the frontier --------------------------------------------------------------------------------


def at(share: float, gini: float) -> Point:
    """A point with two measures."""
    return Point((), totals=(1,), results_share=share, gini=gini)


def test_what_none_beats() -> None:
    even, middle, strong = at(0.0, 0.1), at(0.1, 0.2), at(0.2, 0.3)
    beaten, twin = at(0.1, 0.25), at(0.1, 0.2)
    assert undominated([beaten, strong, twin, even, middle]) == (even, twin, strong)
    assert beats(middle, beaten)
    assert not beats(middle, twin)
    assert not beats(even, middle)
    without_heads = Point((), results_share=9.0)
    assert not beats(without_heads, middle)
    assert not beats(middle, without_heads)
    assert undominated([Point(())]) == ()


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_the_frontier_beats_all_else_and_nothing_beats_it(pairs: list[tuple[int, int]]) -> None:
    found = [at(share, gini) for share, gini in pairs]
    best = undominated(found)
    assert not any(beats(other, point) for other in found for point in best)
    kept = {(point.results_share, point.gini) for point in best}
    for other in found:
        assert (other.results_share, other.gini) in kept or any(
            beats(point, other) for point in best
        )


PERFORMANCE = """
[[pool]]
name = "performance"
amount = { share = 0.1 }
eligible = { column = "performance_grade", values = ["S", "A"] }

[[pool.factor]]
name = "staff"
weight = 1
columns = { staff = 1 }
"""


def test_results_share_of_a_bonus_pool_and_of_an_adjustment() -> None:
    """A tenth goes to S and A alone; then a ramp that moves a fifth of the rest to B's twin A."""
    grades = ["S", "A", "B"]
    found = allocated(policy(PERFORMANCE), **STAFF, performance_grade=grades)
    assert results_share(found) == pytest.approx(0.1)
    ramp = (
        '[[pool.adjustment]]\nname = "score"\ncolumn = "performance_score"\n'
        "ramp = { target = 50, slope = 0.02, min = 0, max = 2 }\n"
    )
    moved = allocated(policy(ramp), staff=[1, 1], performance_score=[60, 40])
    assert moved.totals == (360_000, 240_000)  # 60 % and 40 % instead of a half each
    assert results_share(moved) == pytest.approx(0.1)
    assert results_share(allocated(LEAST, **STAFF)) == 0.0


def test_a_frontier_over_two_parameters() -> None:
    rules = policy(PERFORMANCE)
    paths = ("pool.performance.amount.share", "policy.envelope_krw")
    values = ([Decimal("0.0"), Decimal("0.1"), Decimal("0.2")], [600_000, 1_200_000])
    columns: dict[str, list[object]] = {"staff": [1, 2, 3], "performance_grade": ["S", "A", "B"]}
    found = found_here(frontier(given_round(rules, **columns), paths, values))
    assert len(found.points) == 6
    assert found.points[1].values == (Decimal("0.0"), 1_200_000)
    assert found.present.results_share == pytest.approx(0.1)
    assert [round(point.results_share or 0, 2) for point in found.undominated] == [0.0, 0.1, 0.2]
    assert [point.gini for point in found.undominated] == sorted(
        point.gini or 0 for point in found.undominated
    )
    assert found.beats_present == ()


# --- uncertainty ---------------------------------------------------------------------------------

SAMPLE = """
[[pool.floor]]
name = "least"
per = { column = "staff_total", rate_krw = 1_000 }
"""
PEOPLE: dict[str, list[object]] = {
    "officials": [10, 20, 30, 40],
    "counselling_officials": [1, 2, 3, 4],
    "counsellors": [5, 5, 5, 5],
    "support_staff": [0, 0, 0, 2],
    "registered_jobseekers": [100, 200, 300, 400],
    "disadvantaged_jobseekers": [100, 20, 30, 40],
    "prior_operating_krw": [5_000_000, 40_000_000, "", 10_000_000],
    "performance_score": [90, 80, 70, 60],
    "performance_grade": ["S", "A", "B", "B"],
}
CASES = policy(
    SAMPLE + PERFORMANCE.replace("staff = 1", "officials = 1"),
    envelope=100_000_000,
    factor='[[pool.factor]]\nname = "cases"\nweight = 1\n'
    "columns = { registered_jobseekers = 1, disadvantaged_jobseekers = 1 }\n",
)


def mild(draws: int = 60, seed: int = 1) -> Disturbance:
    """± 5 % of everything."""
    return Disturbance(Decimal("0.05"), Decimal("0.05"), Decimal("0.05"), draws, seed)


def test_without_disturbance_every_draw_is_the_run_itself() -> None:
    nothing = Disturbance(Decimal(0), Decimal(0), Decimal(0), draws=3)
    given_ = given_round(CASES, **PEOPLE)
    seen = disturbed(given_.centres, nothing, 2)
    assert (seen.numbers, seen.texts) == (given_.centres.numbers, given_.centres.texts)
    found = found_here(uncertainty(given_, nothing))
    run = budget.allocate(table(**PEOPLE), CASES)
    assert [each.middle for each in found.since_baseline] == list(run.totals)
    assert [each.low for each in found.since_last_year] == list(run.pool("operating").amounts)
    assert {each.gains for each in found.since_baseline} == {0.0}
    assert [each.verdict for each in found.since_last_year] == ["gains", "loses", "new", "gains"]
    assert (found.draws, found.infeasible, found.certified, found.refuted) == (3, 0, 1, 0)


def test_figures_stay_within_their_disturbance_and_every_centre_moves() -> None:
    """Exactly: rounded to whole people, an office of eight would never move at 3 per cent."""
    centres = given_round(CASES, **PEOPLE).centres
    for number in range(40):
        seen = disturbed(centres, mild(), number)
        for name in ("officials", "registered_jobseekers", "disadvantaged_jobseekers"):
            column, before = seen.numbers[name], centres.numbers[name]
            for now, then in zip(column.numerators, before.numerators, strict=True):
                share = Fraction(now or 0, column.scale) - Fraction(then or 0, before.scale)
                assert abs(share) <= Fraction(then or 0, before.scale) * Fraction(5, 100)
                assert bool(share) == bool(then)
        assert seen.numbers["prior_operating_krw"] == centres.numbers["prior_operating_krw"]
        part, whole = (
            seen.numbers["disadvantaged_jobseekers"].numerators,
            seen.numbers["registered_jobseekers"].numerators,
        )
        assert all((p or 0) <= (w or 0) for p, w in zip(part, whole, strict=True))
        assert sorted(map(str, seen.texts["performance_grade"])) == ["A", "B", "B", "S"]


def test_grades_follow_the_disturbed_scores() -> None:
    """Scores 81 and 80: ± 10 % turns their order around in some draws, never S against B."""
    people = {**PEOPLE, "performance_score": [95, 81, 80, 50]}
    centres = given_round(CASES, **people).centres
    strong = Disturbance(Decimal(0), Decimal(0), Decimal("0.1"))
    seen = {disturbed(centres, strong, number).texts["performance_grade"] for number in range(40)}
    assert seen >= {("S", "A", "B", "B"), ("S", "B", "A", "B")}
    assert all(grades[3] == "B" for grades in seen)


def test_shares_of_draws_and_nearest_rank_percentiles() -> None:
    drawn = [(amount, 7) for amount in range(1, 101)]
    first, second = spreads(drawn, [90, None], [50, 7])
    assert (first.low, first.middle, first.high) == (5, 50, 95)
    assert (first.gains, first.loses, first.verdict) == (0.10, 0.89, "open")
    assert (second.low, second.high, second.gains, second.verdict) == (7, 7, None, "new")
    assert spreads([], [1], [1]) == ()


def test_the_draws_do_not_depend_on_how_they_are_split() -> None:
    given_ = given_round(CASES, **PEOPLE)
    split_up = found_here(uncertainty(given_, mild(), batch=7))
    assert split_up == found_here(uncertainty(given_, mild(), batch=60))
    assert split_up != found_here(uncertainty(given_, mild(seed=2), batch=60))


def test_infeasible_draws_are_counted_and_told() -> None:
    """A floor of 1 million per head for 60 people, of 60 million: more people are too many."""
    rules = policy(
        '[[pool.floor]]\nname = "head"\nper = { column = "officials", rate_krw = 1_000_000 }\n',
        envelope=60_000_000,
        factor='[[pool.factor]]\nname = "s"\nweight = 1\ncolumns = { officials = 1 }\n',
    )
    strong = Disturbance(Decimal("0.2"), Decimal(0), Decimal(0), draws=50)
    found = found_here(uncertainty(given_round(rules, officials=[30, 30]), strong))
    assert 0 < found.infeasible < 50
    assert found.draws + found.infeasible == 50


def test_disturbances_that_are_not_allowed() -> None:
    wrong = Disturbance(Decimal("0.31"), Decimal(-1), Decimal(0), draws=0, seed=-1)
    with pytest.raises(InputError) as error:
        wrong.checked()
    assert [fault.where for fault in error.value.faults] == [
        *("headcount", "caseload"),
        *("draws", "seed"),
    ]


# --- studies -------------------------------------------------------------------------------------


def test_batches_keep_every_item_in_order() -> None:
    assert list(batches([1, 2, 3, 4, 5], 2)) == [[1, 2], [3, 4], [5]]
    assert Task(max, (3, 4))() == 4
