"""Who runs behind, what they will spend, and moving the rest by the pool's own rule."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import budget
from budget.allocation.allotment import DEFAULT, Allotment, allotment
from budget.allocation.execution import (
    BEHIND,
    ON_COURSE,
    OVER,
    UNKNOWN,
    Executed,
    Reading,
    Standing,
    standings,
)
from budget.allocation.faults import InputError
from budget.allocation.moving import Moving, is_early, moving
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.result import Allocation
from budget.files import read_centres, read_policy, read_requests

THIRD_QUARTER = date(2027, 9, 30)


def one(spent: int, **more: object) -> Standing:
    """A centre with 1,000,000 won: 800,000 of it allotted until the end of September."""
    plan = Allotment(
        ("A",), DEFAULT, ((300_000, 300_000, 200_000, 200_000),), ((0, 0, 0, 0),), 1_000
    )
    own = Executed(THIRD_QUARTER, spent, **more)  # type: ignore[arg-type]
    return standings(plan, {"A": own}, Reading())[0]


def test_behind_worked_by_hand() -> None:
    """600,000 of 800,000 is 75 %: behind; at this rate 750,000 by the year's end; 250,000 left."""
    found = one(600_000)
    assert (found.pace, found.flag) == (Fraction(3, 4), BEHIND)
    assert (found.forecast, found.carried, found.unused) == (750_000, 0, 250_000)
    assert not found.can_use_more


def test_what_is_contracted_and_carried_over_stays() -> None:
    """Contracted 900,000: no less will be spent. Carry-over: 15 % at most, of what is left."""
    assert one(600_000, committed=900_000).forecast == 900_000
    assert one(600_000, carryover=50_000).unused == 200_000
    assert one(600_000, carryover=900_000).carried == 150_000
    assert one(600_000, committed=900_000, carryover=900_000).carried == 100_000


def test_on_course_over_and_unknown() -> None:
    assert one(700_000).flag == ON_COURSE
    assert not one(700_000).can_use_more
    assert one(700_000).unused == 0
    assert one(800_000).can_use_more
    assert one(800_001).flag == OVER
    assert one(1_200_000).forecast == 1_200_000
    empty = Allotment(("A",), DEFAULT, ((0, 0, 0, 0),), ((0, 0, 0, 0),), 1_000)
    for executed in ({}, {"A": Executed(THIRD_QUARTER, 5)}):
        found = standings(empty, executed, Reading())[0]
        assert (found.flag, found.forecast, found.unused) == (UNKNOWN, None, 0)


def test_the_edges_of_the_shares_belong_to_the_better_side() -> None:
    """85 % of 800,000 is not behind; 95 % of it shows that more can be used."""
    assert (one(680_000).flag, one(679_999).flag) == (ON_COURSE, BEHIND)
    assert (one(760_000).can_use_more, one(759_999).can_use_more) == (True, False)


def test_inside_a_quarter_all_of_it_may_be_spent() -> None:
    """On 15 February half of the first quarter's 300,000 is due; above 300,000 is too much."""
    plan = Allotment(
        ("A",), DEFAULT, ((300_000, 300_000, 200_000, 200_000),), ((0, 0, 0, 0),), 1_000
    )
    for spent, flag in ((200_000, ON_COURSE), (300_000, ON_COURSE), (300_001, OVER)):
        own = {"A": Executed(date(2027, 2, 15), spent)}
        assert standings(plan, own, Reading())[0].flag == flag


def test_a_stated_budget_available_counts_instead() -> None:
    """Twice the money, twice what is due: 600,000 of 1,600,000."""
    found = one(600_000, available=2_000_000)
    assert (found.year, found.due, found.pace) == (2_000_000, 1_600_000, Fraction(3, 8))


@pytest.mark.parametrize(
    "wrong", [{"behind": Decimal(0)}, {"behind": Decimal("0.99")}, {"carry": Decimal("0.2")}]
)
def test_a_reading_that_cannot_be(wrong: dict[str, Decimal]) -> None:
    with pytest.raises(InputError):
        Reading(**wrong)


@given(st.integers(0, 1_000_000), st.integers(0, 400_000), st.integers(0, 200_000))
def test_spending_more_never_leaves_more(spent: int, more: int, carryover: int) -> None:
    less, greater = (one(won, carryover=carryover) for won in (spent, spent + more))
    assert greater.unused <= less.unused
    assert (greater.forecast or 0) >= (less.forecast or 0)
    assert less.unused % 1_000 == 0


# --- moving ------------------------------------------------------------------------------------

SMALL = """
[policy]
name = "Small"
fiscal_year = 2027
envelope_krw = 3_000_000

[[pool]]
name = "operating"
amount = "remainder"

[[pool.factor]]
name = "staff"
weight = 1
columns = { officials = 1.0 }
"""


def small(extra: str = "", **columns: list[str]) -> Allocation:
    """Three centres with 10 officials each: a million won each."""
    table = pd.DataFrame({"centre_id": ["A", "B", "C"], "officials": ["10", "10", "10"], **columns})
    return budget.allocate(table, policy_from_toml(SMALL + extra))


def moved(allocation: Allocation, **rates: float) -> Moving:
    """What would be moved, each having spent so much of what was allotted until September."""
    plan = allotment(allocation, DEFAULT)
    executed = {
        name: Executed(THIRD_QUARTER, int(rate * sum(plan.running[plan.ids.index(name)][:3])))
        for name, rate in rates.items()
    }
    return moving(allocation, standings(plan, executed, Reading()), plan.running)


def changes(found: Moving) -> list[int]:
    return [line.change for line in found.lines]


def test_one_gives_two_take_by_hand() -> None:
    """A will use 700,000 of a million; B and C, equal, share the 300,000."""
    found = moved(small(), A=0.7, B=1, C=1)
    assert changes(found) == [-300_000, 150_000, 150_000]
    assert found.is_certified
    assert (found.given, found.gained, found.unplaced) == (300_000, 300_000, 0)
    giver = found.givers[0]
    assert (giver.fourth, giver.fourth_after, giver.taken_back) == (200_000, 0, 100_000)
    assert found.gainers[0].fourth_after == 350_000


def test_nobody_gives_more_than_the_pool_gave_it() -> None:
    """A has spent nothing of five millions, one of them of this pool: it gives that one."""
    allocation = small()
    plan = allotment(allocation, DEFAULT)
    executed = {
        "A": Executed(THIRD_QUARTER, 0, available=5_000_000),
        **{name: Executed(THIRD_QUARTER, 800_000) for name in ("B", "C")},
    }
    found = moving(allocation, standings(plan, executed, Reading()), plan.running)
    assert changes(found) == [-1_000_000, 500_000, 500_000]


def test_who_cannot_show_that_it_can_use_more_gets_nothing() -> None:
    assert changes(moved(small(), A=0.7, B=1)) == [-300_000, 300_000, 0]
    assert changes(moved(small(), A=0.7, B=1, C=0.9)) == [-300_000, 300_000, 0]


def test_caps_hold_and_the_rest_is_told() -> None:
    cap = (
        '[[pool.cap]]\nname = "growth cap"\nprior = { column = "prior_operating_krw", rate = 1.1 }'
    )
    found = moved(small(cap, prior_operating_krw=["1000000"] * 3), A=0.7, B=1, C=1)
    assert changes(found) == [-300_000, 100_000, 100_000]
    assert found.unplaced == 100_000
    assert found.is_certified


def test_a_bands_least_lets_its_centres_give_less() -> None:
    """A and B get two thirds at least; B takes 50,000 more at its cap, so A gives only that."""
    rules = """
[[pool.cap]]
name = "growth cap"
prior = { column = "prior_operating_krw", rate = 1.05 }
[[pool.band]]
name = "north"
where = { column = "province", values = ["N"] }
min_share = 0.66
"""
    allocation = small(rules, prior_operating_krw=["1000000"] * 3, province=["N", "N", "S"])
    found = moved(allocation, A=0.7, B=1, C=1)
    assert found.held == {"north": 230_000}
    assert changes(found) == [-70_000, 50_000, 20_000]
    assert found.is_certified


def test_a_band_at_its_least_whose_other_centres_cannot_take_it_keeps_everything() -> None:
    """A and B get 66.67 % exactly, and B does not spend fast enough: A keeps what it leaves."""
    band = """
[[pool.band]]
name = "north"
where = { column = "province", values = ["N"] }
min_share = 0.6667
"""
    found = moved(small(band, province=["N", "N", "S"]), A=0.7, B=0.9, C=1)
    assert sum(line.before for line in found.lines[:2]) == 2_001_000
    assert (changes(found), found.split) == ([0, 0, 0], None)
    assert found.held["north"] == found.lines[0].standing.unused > 0


CITY = """
[[pool.band]]
name = "city"
where = { column = "city", values = ["X"] }
min_share = 0.49
"""
NORTH = """
[[pool.band]]
name = "north"
where = { column = "province", values = ["N"] }
min_share = 0.74
"""


@pytest.mark.parametrize("bands", [CITY + NORTH, NORTH + CITY])
def test_the_inner_band_takes_back_before_the_outer_one(bands: str) -> None:
    """A and C each leave 300,000, and neither B nor anybody else in the north can take it.

    The city (A, B) may fall by 40,000, so A keeps 260,000; the north (A, B, C) by 40,000 too: of
    the 340,000 still given 300,000 go back, 40 to 300. The other way round each would give 20,000.
    """
    table = pd.DataFrame(
        {
            "centre_id": ["A", "B", "C", "D"],
            "officials": ["10"] * 4,
            "city": ["X", "X", "Y", "Z"],
            "province": ["N", "N", "N", "S"],
        }
    )
    rules = SMALL.replace("3_000_000", "4_000_000") + bands
    found = moved(budget.allocate(table, policy_from_toml(rules)), A=0.7, B=0.9, C=0.7, D=1)
    assert found.held == {"city": 260_000, "north": 300_000}
    assert changes(found) == [-5_000, 0, -35_000, 40_000]
    assert found.is_certified


def test_nothing_to_move_and_nobody_known() -> None:
    for found in (moved(small(), A=1, B=1, C=1), moved(small())):
        assert changes(found) == [0, 0, 0]
        assert found.split is None
        assert not found.is_certified


def test_execution_of_before_october_is_early() -> None:
    assert is_early([replace(one(0), executed=Executed(date(2027, 9, 29), 0))], 2027)
    assert not is_early([one(0)], 2027)


@pytest.fixture(scope="module")
def sample() -> Allocation:
    return budget.allocate(
        read_centres("data/centres.csv"),
        read_policy("data/policy.toml"),
        read_requests("data/requests.csv"),
    )


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6), behind=st.floats(0, 1))
def test_what_every_proposal_keeps(sample: Allocation, seed: int, behind: float) -> None:
    """To the won, by the rules, certified; who is not behind never loses, who is never gains."""
    draw = random.Random(seed)
    plan = allotment(sample, DEFAULT)
    executed = {
        name: Executed(
            THIRD_QUARTER,
            int(sum(row[:3]) * (draw.uniform(0.2, 0.84) if draw.random() < behind else 0.97)),
            carryover=draw.choice([0, sum(row) // 10]),
        )
        for name, row in zip(plan.ids, plan.running, strict=True)
        if draw.random() < 0.95
    }
    found = moving(sample, standings(plan, executed, Reading()), plan.running)
    pool = sample.pool("operating")
    assert sum(line.after for line in found.lines) + found.unplaced == pool.placed
    assert found.unplaced >= 0
    assert sum(found.held.values()) + found.given == sum(
        min(line.standing.unused, line.before) for line in found.lines
    )
    for line in found.lines:
        assert line.after % 1_000 == 0
        if line.change < 0:
            assert line.standing.flag == BEHIND
            assert line.after >= (line.standing.forecast or 0) - (line.standing.year - line.before)
        if line.change > 0:
            assert line.standing.can_use_more
    if found.split is not None:
        assert found.is_certified
        assert found.split.pools[0].rule.factor == pool.rule.factor
        assert found.split.pools[0].rule.band == pool.rule.band
