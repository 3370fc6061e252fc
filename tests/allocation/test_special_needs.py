"""Which special needs are funded: priorities, the best set, ties, equal parts; by hand."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from random import Random

import pytest

import budget
from budget.allocation import certificate as checker
from budget.allocation.requests import checked_requests
from budget.allocation.special_needs import best_set, funded
from tests.allocation.rounds import policy, request_table, table


def funded_of(ceiling: int, *rows: Mapping[str, object], unit: int = 1_000) -> dict[str, int]:
    requests = checked_requests(request_table(*rows), {"A"}, unit)
    return dict(sorted(funded(requests, ceiling, unit).items()))


def whole(krw: int, priority: int = 1) -> dict[str, object]:
    return {"approved_krw": krw, "priority": priority, "divisible": False}


def part(krw: int, priority: int = 1) -> dict[str, object]:
    return {"approved_krw": krw, "priority": priority, "divisible": True}


def test_under_the_ceiling_everything_is_funded() -> None:
    assert funded_of(10_000, whole(4_000), part(5_000)) == {"R1": 4_000, "R2": 5_000}


def test_priority_comes_before_amount_and_submission() -> None:
    assert funded_of(5_000, whole(5_000, 3), whole(4_000, 2), whole(3_000, 1)) == {
        "R1": 0,
        "R2": 0,
        "R3": 3_000,
    }


def test_a_lower_priority_gets_what_a_higher_one_leaves() -> None:
    assert funded_of(5_000, whole(6_000, 1), whole(3_000, 2), part(9_000, 3)) == {
        "R1": 0,
        "R2": 3_000,
        "R3": 2_000,
    }


def test_the_set_with_the_greatest_total_that_fits() -> None:
    # 6 + 5 = 11 > 10; 6 + 3 = 9; 5 + 3 = 8; 6 alone 6: the first and the third
    assert funded_of(10_000, whole(6_000), whole(5_000), whole(3_000)) == {
        "R1": 6_000,
        "R2": 0,
        "R3": 3_000,
    }


def test_of_equal_totals_the_earlier_submission() -> None:
    # 4 + 6, 6 + 4 and 5 + 5 all make 10: the first is in, and then the first that completes it
    rows = [whole(5_000), whole(4_000), whole(6_000), whole(5_000), whole(6_000)]
    assert list(funded_of(10_000, *rows).values()) == [5_000, 0, 0, 5_000, 0]


def test_indivisible_requests_come_before_divisible_ones_of_the_same_priority() -> None:
    assert funded_of(5_000, part(4_000), whole(4_000)) == {"R1": 1_000, "R2": 4_000}


def test_divisible_requests_get_the_same_part_of_each() -> None:
    assert funded_of(6_000, part(4_000), part(8_000)) == {"R1": 2_000, "R2": 4_000}


def test_the_odd_unit_goes_to_the_largest_remainder_then_to_the_earlier() -> None:
    # 4,000 over 3 : 3 : 3 is 1,333.3 each
    assert funded_of(4_000, part(3_000), part(3_000), part(3_000)) == {
        "R1": 2_000,
        "R2": 1_000,
        "R3": 1_000,
    }


def test_ties_between_parts_go_by_submission_not_by_id() -> None:
    late = part(1_000) | {"request_id": "A-late", "submitted_at": "2026-12-01"}
    early = part(1_000) | {"request_id": "Z-early", "submitted_at": "2026-01-01"}
    assert funded_of(1_000, late, early) == {"A-late": 0, "Z-early": 1_000}


def test_nothing_fits_and_nothing_to_fund() -> None:
    assert funded_of(0, whole(1_000), part(1_000)) == {"R1": 0, "R2": 0}
    assert funded([], 5_000, 1_000) == {}


@pytest.mark.parametrize(("unspent_to", "reserve"), [("operating", 0), ("reserve", 40_000)])
def test_what_is_left_of_the_ceiling_follows_the_policy(unspent_to: str, reserve: int) -> None:
    rules = policy(
        head=f'[special_needs]\nceiling = {{ krw = 50_000 }}\nunspent_to = "{unspent_to}"\n',
        envelope=100_000,
    )
    found = budget.allocate(table(staff=[1, 1]), rules, request_table(whole(10_000)))
    assert found.special_needs == (10_000, 0)
    assert found.reserve == reserve
    assert found.pools[0].amount == 90_000 - reserve
    assert found.totals == ((90_000 - reserve) // 2 + 10_000, (90_000 - reserve) // 2)
    assert found.certified


def _best_by_trying(amounts: Sequence[int], room: int) -> list[bool]:
    places = range(len(amounts))
    sets = [
        chosen
        for size in range(len(amounts) + 1)
        for chosen in combinations(places, size)
        if sum(amounts[place] for place in chosen) <= room
    ]
    greatest = max(sum(amounts[place] for place in chosen) for chosen in sets)
    return max(
        [place in chosen for place in places]
        for chosen in sets
        if sum(amounts[place] for place in chosen) == greatest
    )


@pytest.mark.parametrize("seed", range(12))
def test_the_program_and_the_proof_find_the_best_set_of_all(seed: int) -> None:
    rng = Random(f"set {seed}")
    amounts = [rng.randint(1, rng.choice([4, 30, 900])) * 1_000 for _ in range(rng.randint(1, 7))]
    room = rng.randint(0, sum(amounts) // 1_000) * 1_000
    expected = _best_by_trying(amounts, room)
    assert best_set(amounts, room) == expected
    assert checker.best_set(amounts, room) == expected


def test_many_requests_of_one_size() -> None:
    assert best_set([7_000] * 30, 70_500) == [True] * 10 + [False] * 20


def test_forty_indivisible_requests_of_one_priority() -> None:
    rng = Random("forty")
    amounts = [rng.randint(10_000, 300_000) * 1_000 for _ in range(40)]
    room = sum(amounts) * 6 // 10_000 * 1_000
    assert best_set(amounts, room) == checker.best_set(amounts, room)
