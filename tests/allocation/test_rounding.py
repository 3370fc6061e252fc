"""From exact results to whole units: largest remainder, ties by id, bands kept."""

from collections.abc import Sequence
from fractions import Fraction

import pytest

from budget.allocation.leximin import leximin
from budget.allocation.rounding import rounded
from budget.allocation.split import Split
from tests.allocation.rounds import allocated, group, policy, random_split, simple_split


def tenths(*numbers: int) -> list[Fraction]:
    return [Fraction(number, 10) for number in numbers]


def test_largest_remainder_is_rounded_up() -> None:
    # 1.2 + 2.5 + 3.3 = 7: one unit is left over, it goes to the 2.5
    assert rounded(simple_split([1, 1, 1], 7), tenths(12, 25, 33)) == [1, 3, 3]


def test_ties_go_to_the_first_id_wherever_it_stands() -> None:
    assert rounded(simple_split([1, 1], 3), tenths(15, 15)) == [2, 1]
    turned = Split(("B", "A"), (1, 1), (0, 0), (None, None), (), 3, 1)
    assert rounded(turned, tenths(15, 15)) == [1, 2]


def test_units_of_a_thousand() -> None:
    split = simple_split([1, 1, 1], 10_000, unit=1_000)
    assert rounded(split, [Fraction(10_000, 3)] * 3) == [4_000, 3_000, 3_000]


def test_what_is_whole_stays() -> None:
    assert rounded(simple_split([1, 2], 30), [Fraction(10), Fraction(20)]) == [10, 20]


def test_a_band_keeps_its_total() -> None:
    # by remainders alone A and B would both go up: 2 + 2 = 4 of a band of at most 3
    split = simple_split([1, 1, 1, 1], 7, groups=[group("G", [0, 1], 0, 3)])
    assert rounded(split, tenths(15, 15, 22, 18)) == [2, 1, 2, 2]


def test_a_group_competes_with_its_neighbours_by_its_own_remainder() -> None:
    # the group holds 2.8, the others 1.7 and 1.5: the group and the 1.7 go up
    split = simple_split([1, 1, 1, 1], 6, groups=[group("G", [0, 1])])
    assert rounded(split, tenths(14, 14, 17, 15)) == [2, 1, 2, 1]


def _keeps_everything(split: Split, amounts: Sequence[Fraction]) -> None:
    found = rounded(split, amounts)
    assert sum(found) == sum(amounts)
    for won, exact, floor, cap in zip(found, amounts, split.floors, split.caps, strict=True):
        assert won % split.unit == 0
        assert abs(won - exact) < split.unit
        assert won >= floor
        assert cap is None or won <= cap
    for own, total in zip(split.groups, split.totals(found), strict=False):
        assert own.least <= total
        assert own.most is None or total <= own.most


@pytest.mark.parametrize("first", range(0, 200, 50))
def test_random_splits_keep_sum_bounds_and_bands(first: int) -> None:
    for seed in range(first, first + 50):
        split = random_split(seed)
        _keeps_everything(split, leximin(split).amounts)


def test_remainders_that_are_equal_go_by_id_in_a_whole_run() -> None:
    # 3 over 1 : 3 : 2 is ½, 1½ and 1: the unit left over goes to A
    found = allocated(policy(envelope=3, unit=1), staff=[1, 3, 2])
    assert found.pools[0].amounts == (1, 1, 1)
