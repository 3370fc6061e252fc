"""Parts that sum to the total, what rules cost, inequality: by hand and on random rounds."""

import json
from functools import cache
from pathlib import Path

import pytest

import budget
from budget.allocation.explanation import (
    decomposition,
    gini,
    inequality,
    marginal_values,
    report,
    rule_prices,
)
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.result import Allocation
from budget.files import read_centres, read_policy, read_requests
from tests.allocation.rounds import allocated, policy, request_table, table
from tests.random_rounds import random_round, to_frames

DATA = Path(__file__).parents[2] / "data"

GRADED = """
[[pool.adjustment]]
name = "grade"
column = "grade"
table = { S = 2, B = 1 }
"""


def steps_of(found: Allocation, centre: str) -> list[tuple[str, str, int]]:
    rows = decomposition(found)
    own = rows[rows["centre_id"] == centre]
    return list(zip(own["step"], own["term"], own["krw"].tolist(), strict=True))


def test_factors_adjustments_common_factor_and_rounding() -> None:
    # 600,000: staff 1 : 2 : 3; A counts twice, so 2 : 2 : 3 of 7
    found = allocated(policy(GRADED), staff=[1, 2, 3], grade=["S", "B", "B"])
    # in thousands 171.43, 171.43, 257.14: the unit left over goes to A, the first of the equals
    assert steps_of(found, "A") == [
        ("factor", "staff", 100_000),
        ("adjustment", "grade", 71_429),
        ("rounding", "", 571),
    ]
    assert steps_of(found, "C") == [
        ("factor", "staff", 300_000),
        ("adjustment", "grade", -42_857),
        ("rounding", "", -143),
    ]


def test_two_factors_each_have_their_part() -> None:
    factors = """
[[pool.factor]]
name = "staff"
weight = 1
columns = { staff = 1 }
[[pool.factor]]
name = "cases"
weight = 3
columns = { cases = 1 }
"""
    found = allocated(policy(factor=factors), staff=[1, 2], cases=[1, 1])
    assert steps_of(found, "A") == [("factor", "staff", 50_000), ("factor", "cases", 225_000)]
    assert steps_of(found, "B") == [("factor", "staff", 100_000), ("factor", "cases", 225_000)]


def test_floor_top_up_is_paid_by_the_common_factor() -> None:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 150_000\n')
    found = allocated(rules, staff=[1, 2, 3])
    # lambda is 450 / 500 = 0.9
    assert steps_of(found, "A") == [
        ("factor", "staff", 100_000),
        ("common_factor", "", -10_000),
        ("floor", "least", 60_000),
    ]
    assert steps_of(found, "B") == [("factor", "staff", 200_000), ("common_factor", "", -20_000)]
    assert found.pools[0].common_factor == pytest.approx(0.9)


def test_cap_cut_goes_to_the_others() -> None:
    rules = policy('[[pool.cap]]\nname = "most"\nkrw = 240_000\n')
    found = allocated(rules, staff=[1, 2, 3])
    assert steps_of(found, "C") == [
        ("factor", "staff", 300_000),
        ("common_factor", "", 60_000),
        ("cap", "most", -120_000),
    ]


def test_band_effect_is_named() -> None:
    rules = policy(
        '[[pool.band]]\nname = "north"\nwhere = { column = "side", values = ["n"] }\n'
        "max_share = 0.4\n"
    )
    found = allocated(rules, staff=[1, 2, 3], side=["n", "n", "s"])
    assert steps_of(found, "A") == [
        ("factor", "staff", 100_000),
        ("common_factor", "", 20_000),
        ("band", "north", -40_000),
    ]
    assert steps_of(found, "C") == [("factor", "staff", 300_000), ("common_factor", "", 60_000)]
    assert found.pools[0].binding == ["band:north", "band:north", ""]


def test_a_funded_special_need_stands_apart() -> None:
    rules = policy(head="[special_needs]\nceiling = { krw = 60_000 }\n")
    found = budget.allocate(
        table(staff=[1, 1]), rules, request_table({"approved_krw": 60_000, "centre_id": "B"})
    )
    assert steps_of(found, "A") == [("factor", "staff", 270_000)]
    assert steps_of(found, "B") == [("factor", "staff", 270_000), ("special_needs", "", 60_000)]


def test_price_of_a_floor_by_hand() -> None:
    rules = policy(
        '[[pool.floor]]\nname = "least"\nkrw = 150_000\n[[pool.cap]]\nname = "high"\nkrw = 500_000'
    )
    floor, cap = rule_prices(allocated(rules, staff=[1, 2, 3]))
    assert (floor.path, floor.gained, floor.paid, floor.gainers, floor.payers, floor.reserve) == (
        "pool.operating.floor.least",
        50_000,
        50_000,
        1,
        2,
        0,
    )
    assert (cap.gained, cap.paid) == (0, 0)


def test_a_rule_that_the_policy_cannot_do_without_has_no_price() -> None:
    # without the cap on operating, the bonus floor of half of it is above the bonus pool
    rules = policy(
        """
[[pool.cap]]
name = "most"
krw = 100_000
[[pool]]
name = "bonus"
amount = { krw = 100_000 }
[[pool.factor]]
name = "staff"
weight = 1
columns = { staff = 1 }
[[pool.floor]]
name = "half"
pool = { name = "operating", rate = 0.5 }
"""
    )
    price = rule_prices(allocated(rules, staff=[1, 1]))[0]
    assert (price.gained, price.paid) == (None, None)


def test_a_cap_moves_money_into_the_reserve() -> None:
    rules = policy('[[pool.cap]]\nname = "most"\nkrw = 100_000\n')
    [price] = rule_prices(allocated(rules, staff=[1, 2]))
    assert (price.gained, price.paid, price.reserve) == (0, 400_000, 400_000)


def test_a_floor_that_wins_over_a_cap_has_its_price() -> None:
    # entitlement 300,000, cap 100,000, floor 200,000: without the floor 100,000 less
    rules = policy(
        '[[pool.floor]]\nname = "least"\nby = { column = "kind", table = { x = 200_000 } }\n'
        '[[pool.cap]]\nname = "most"\nby = { column = "kind", table = { x = 100_000 } }\n'
    )
    found = allocated(rules, staff=[1, 1], kind=["x", None])
    assert found.pools[0].amounts == (200_000, 400_000)
    assert "floor:least" in found.pools[0].binding[0]
    assert rule_prices(found)[0].gained == 100_000


def test_a_band_that_binds_nowhere_may_still_move_a_unit() -> None:
    # thousands: 2.4 and 593.4 in the band, 0.6 and 3.6 outside: two units are left over; without
    # the band both go outside, with it the band's 595.8 rounds up first
    rules = policy(
        '[[pool.band]]\nname = "north"\nwhere = { column = "side", values = ["n"] }\n'
        "max_share = 0.999\n"
    )
    found = allocated(rules, staff=[4, 989, 1, 6], side=["n", "n", "s", "s"])
    assert found.pools[0].amounts == (3_000, 593_000, 1_000, 3_000)
    assert found.pools[0].binding == ["", "", "", ""]
    [price] = rule_prices(found)
    assert (price.gained, price.paid, price.reserve) == (1_000, 1_000, 0)
    assert price.effects == (1_000, 0, 0, -1_000)


def test_gini_by_hand() -> None:
    assert gini([1, 1, 1], [1, 1, 1]) == pytest.approx(0)
    # two heads, one has all: (2·0 + …) 1 − 2·(0 + ½)/2 = ½
    assert gini([0, 1], [1, 1]) == pytest.approx(0.5)
    assert gini([10, 20], [1, 2]) == pytest.approx(0)
    assert gini([5], [0]) is None
    assert gini([0, 0], [1, 1]) is None


def test_inequality_compares_the_centres_with_money_in_both_years() -> None:
    found = allocated(policy(), staff=[1, 1, 2], prior_operating_krw=[0, 100, None])
    assert inequality(found) == {
        "gini_prior": pytest.approx(0.5),
        "gini_operating": pytest.approx(0),
    }


def test_one_more_per_cent_goes_to_those_who_move() -> None:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 150_000\n')
    found = marginal_values(allocated(rules, staff=[1, 2, 3]).pools[0])
    assert found == {"moving_centres": 2, "common_factor_per_percent": pytest.approx(0.012)}


@cache
def sample() -> Allocation:
    return budget.allocate(
        read_centres(DATA / "centres.csv"),
        read_policy(DATA / "policy.toml"),
        read_requests(DATA / "requests.csv"),
    )


def _sums_to_the_won(found: Allocation) -> None:
    rows = decomposition(found)
    totals = dict(zip(found.centres.ids, found.totals, strict=True))
    sums = rows.groupby("centre_id")["krw"].sum().to_dict()
    assert {centre: int(sums.get(centre, 0)) for centre in totals} == totals
    for result in found.pools:
        own = rows[rows["pool"] == result.rule.name]
        assert own["krw"].sum() == result.placed
        place = {centre: position for position, centre in enumerate(found.centres.ids)}
        for centre, step, krw in zip(own["centre_id"], own["step"], own["krw"], strict=True):
            position = place[centre]
            if step == "floor":
                assert krw > 0
                assert result.exact.amounts[position] == result.question.floors[position]
            elif step == "cap":
                assert krw < 0
                assert result.exact.amounts[position] == result.question.caps[position]
            elif step == "rounding":
                assert abs(krw) <= found.policy.unit


def test_parts_sum_to_the_won_in_the_sample_round() -> None:
    _sums_to_the_won(sample())


@pytest.mark.parametrize("first", [0, 18, 36])
def test_parts_sum_to_the_won_in_random_rounds(first: int) -> None:
    done = 0
    for seed in range(first, first + 18):
        centres, _, text, requests = random_round(seed, size=9)
        try:
            found = budget.allocate(to_frames(centres), policy_from_toml(text), to_frames(requests))
        except (budget.InputError, budget.InfeasiblePolicy):
            continue
        _sums_to_the_won(found)
        done += 1
    assert done >= 5


def test_prices_balance_in_the_sample_round() -> None:
    prices = rule_prices(sample())
    assert {price.kind for price in prices} == {"adjustment", "floor", "cap", "band"}
    for price in prices:
        if price.gained is None or price.paid is None:
            continue
        assert price.gained >= 0
        assert price.paid >= 0
        assert price.gained - price.paid + price.reserve == 0
    assert sum(bool(price.gained) for price in prices) >= 5


def test_the_report_is_plain_data_about_the_run() -> None:
    found = sample()
    record = report(
        found, policy_sha256="p", centres_sha256="c", requests_sha256=None, solver={"pulp": "1"}
    )
    assert json.loads(json.dumps(record)) == record
    assert record["certified"] is True
    assert record["reserve_krw"] == found.reserve
    assert [pool["amount_krw"] for pool in record["pools"]] == [
        result.amount for result in found.pools
    ]
    placed = sum(pool["placed_krw"] for pool in record["pools"])
    assert (
        placed + record["special_needs"]["funded_krw"] + record["reserve_krw"]
        == (record["envelope_krw"])
    )
    operating = record["pools"][0]
    assert operating["binding_floors"] == sum(
        len(ids) for rule, ids in operating["binding"].items() if rule.startswith("floor:")
    )
    for centre, total in zip(found.centres.ids, found.totals, strict=True):
        assert sum(step["krw"] for step in record["decomposition"].get(centre, [])) == total
