"""The ways to a centre's total: by hand, and to the won for every centre of random rounds."""

from functools import cache

import pytest

import budget
from budget.allocation.change import Step, from_entitlement, from_last_year
from budget.allocation.explanation import decomposition, rule_prices
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.result import Allocation
from tests.allocation.rounds import allocated, policy, request_table, table
from tests.random_rounds import random_round, to_frames

POLICIES = 50
TWO_FACTORS = """
[[pool.factor]]
name = "staff"
weight = 0.5
columns = { staff = 1 }
[[pool.factor]]
name = "cases"
weight = 0.5
columns = { cases = 1 }
"""


def steps(found: tuple[Step, ...]) -> list[tuple[str, str, int]]:
    return [(step.kind, step.term, step.won) for step in found]


def test_each_factor_takes_the_place_of_its_part_of_last_year() -> None:
    found = allocated(
        policy(factor=TWO_FACTORS),
        staff=[1, 2],
        cases=[1, 1],
        prior_operating_krw=[200_000, 200_000],
    )
    first, second = from_last_year(found).values()
    # the pool grew from 400 to 600 thousand: 300 each; staff gives A a third instead of a half
    assert first.start == 200_000
    assert steps(first.main) == [("growth", "", 100_000), ("factor", "staff", -50_000)]
    assert steps(second.main) == [("growth", "", 100_000), ("factor", "staff", 50_000)]
    assert (first.total, second.total) == found.totals == (250_000, 350_000)


def test_rules_follow_the_factors_and_further_pools_the_rules() -> None:
    rules = policy(
        """
[[pool.floor]]
name = "hold"
prior = { column = "prior_operating_krw", rate = 1.0 }
[[pool]]
name = "bonus"
amount = { krw = 100_000 }
[[pool.factor]]
name = "staff"
weight = 1
columns = { staff = 1 }
""",
        head="[special_needs]\nceiling = { krw = 50_000 }\n",
    )
    found = budget.allocate(
        table(staff=[1, 3], prior_operating_krw=[200_000, 200_000]),
        rules,
        request_table({"approved_krw": 50_000, "centre_id": "B"}),
    )
    first, second = from_last_year(found).values()
    # 450 thousand: 225 each if all had grown alike; by staff 112.5 and 337.5; A's floor is 200
    assert steps(first.main) == [
        ("growth", "", 25_000),
        ("factor", "staff", -112_500),
        ("common_factor", "", first.main[2].won),
        ("floor", "hold", 200_000 - 112_500 - first.main[2].won),
    ]
    assert steps(first.further) == [("pool", "", 25_000)]
    assert steps(second.further) == [("pool", "", 75_000), ("special_needs", "", 50_000)]
    assert (first.operating, second.operating) == found.pool("operating").amounts
    assert (first.total, second.total) == found.totals


def test_a_new_centre_begins_with_one_step() -> None:
    found = allocated(policy(), staff=[1, 2], prior_operating_krw=[None, 300_000])
    new, old = from_last_year(found).values()
    assert (new.start, steps(new.main)) == (0, [("new_centre", "", 200_000)])
    # everything old would have kept all 600 thousand; the new one takes its part by need
    assert steps(old.main) == [("growth", "", 300_000), ("factor", "staff", -200_000)]


def test_without_any_last_year_every_centre_is_new() -> None:
    for prior in ([None, None], [0, 0]):
        found = from_last_year(allocated(policy(), staff=[1, 2], prior_operating_krw=prior))
        assert [steps(way.main) for way in found.values()] == [
            [("new_centre", "", 200_000)],
            [("new_centre", "", 400_000)],
        ]


def test_who_takes_no_part_loses_all_in_one_step() -> None:
    rules = policy(pool='eligible = { column = "kind", values = ["x"] }')
    found = allocated(rules, staff=[1, 1], kind=["x", "y"], prior_operating_krw=[100_000, 100_000])
    way = from_last_year(found)["B"]
    assert (way.start, steps(way.main), way.total) == (100_000, [("outside", "", -100_000)], 0)


def test_from_entitlement_is_the_decomposition() -> None:
    found = allocated(policy('[[pool.floor]]\nname = "least"\nkrw = 150_000\n'), staff=[1, 2, 3])
    way = from_entitlement(found)["A"]
    rows = decomposition(found)
    own = rows[rows["centre_id"] == "A"]
    assert [step.won for step in way.main] == own["krw"].tolist()
    assert [step.kind for step in way.main] == own["step"].tolist()


# --- random policies -----------------------------------------------------------------------------


@cache
def feasible_rounds() -> tuple[Allocation, ...]:
    """The first so many random rounds that have an allocation."""
    found: list[Allocation] = []
    seed = 0
    while len(found) < POLICIES:
        centres, _, text, requests = random_round(seed, size=4 + seed % 5)
        seed += 1
        try:
            found.append(
                budget.allocate(to_frames(centres), policy_from_toml(text), to_frames(requests))
            )
        except (budget.InputError, budget.InfeasiblePolicy):
            continue
    return tuple(found)


def test_steps_sum_to_the_won_for_every_centre_of_random_policies() -> None:
    kinds = set()
    for found in feasible_rounds():
        operating = found.pool(found.policy.remainder_pool.name).amounts
        for ways in (from_entitlement(found), from_last_year(found)):
            for way, total, own in zip(ways.values(), found.totals, operating, strict=True):
                assert (way.operating, way.total) == (own, total)
                kinds |= {step.kind for step in (*way.main, *way.further)}
        for way, prior in zip(from_last_year(found).values(), found.prior_operating, strict=True):
            assert way.start == (prior or 0)
    assert kinds >= {
        *("growth", "new_centre", "factor", "adjustment", "common_factor"),
        *("band", "floor", "cap", "rounding", "pool", "special_needs"),
    }


def test_growth_alike_and_factors_share_out_exactly_the_pool() -> None:
    """Before any rule the steps of all centres sum to the pool, up to the rounding of each."""
    for found in feasible_rounds():
        result = found.pool(found.policy.remainder_pool.name)
        if result.need.is_void:
            continue
        at_need = sum(
            way.start
            + sum(
                step.won
                for step in way.main
                if step.kind in {"growth", "factor", "new_centre", "outside"}
            )
            for way in from_last_year(found).values()
        )
        assert abs(at_need - result.amount) <= len(found.centres)


def without(rules: Policy, path: str) -> Policy:
    """The policy as its file would be without one rule."""
    document = rules.to_document()
    _, pool, kind, name = _parts(path)
    own = next(entry for entry in document["pool"] if entry["name"] == pool)
    own[kind] = [rule for rule in own[kind] if rule["name"] != name]
    return Policy.model_validate(document)


def _parts(path: str) -> list[str]:
    return [part.strip('"') for part in _split(path)]


def _split(path: str) -> list[str]:
    found, quoted = [""], False
    for letter in path:
        quoted ^= letter == '"'
        if letter == "." and not quoted:
            found.append("")
        else:
            found[-1] += letter
    return found


def test_without_a_rule_the_totals_move_by_what_the_price_table_says() -> None:
    moved = dict.fromkeys(("floor", "cap", "band", "adjustment"), 0)
    for found in feasible_rounds():
        for price in rule_prices(found):
            if not price.gained and not price.paid and not price.reserve:
                continue
            again = budget.allocate(
                found.centres.table, without(found.policy, price.path), _requests(found)
            )
            effects = [now - then for now, then in zip(found.totals, again.totals, strict=True)]
            assert sum(effect for effect in effects if effect > 0) == price.gained
            assert -sum(effect for effect in effects if effect < 0) == price.paid
            assert found.reserve - again.reserve == price.reserve
            for ways, run in ((from_last_year(again), again), (from_entitlement(again), again)):
                assert tuple(way.total for way in ways.values()) == run.totals
            own = from_entitlement(again)
            name = _parts(price.path)[3]
            assert not any(
                (step.pool, step.kind, step.term) == (price.pool, price.kind, name)
                for way in own.values()
                for step in (*way.main, *way.further)
            )
            moved[price.kind] += 1
    assert min(moved.values()) >= 3, moved


def _requests(found: Allocation) -> object:
    return (
        request_table(
            *(
                {
                    "request_id": request.request_id,
                    "centre_id": request.centre_id,
                    "approved_krw": request.approved,
                    "priority": request.priority,
                    "divisible": request.divisible,
                    "submitted_at": request.submitted_at.isoformat(),
                }
                for request in found.requests
            )
        )
        if found.requests
        else None
    )


@pytest.mark.parametrize("seed", [3])
def test_row_order_is_nothing(seed: int) -> None:
    found = feasible_rounds()[seed]
    turned = budget.allocate(found.centres.table.iloc[::-1], found.policy, _requests(found))
    assert from_last_year(turned) == from_last_year(found)
