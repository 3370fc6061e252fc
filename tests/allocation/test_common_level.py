"""The one level at which cells share a total, between their floors and tops."""

from fractions import Fraction

import pytest

from budget.allocation.common_level import clipped, common_level


@pytest.mark.parametrize(
    ("cells", "total", "level"),
    [
        ([(1, 0, 100), (1, 0, 100)], 50, Fraction(25)),
        ([(1, 0, 100), (3, 0, 100)], 100, Fraction(25)),
        ([(1, 30, 100), (1, 0, 100)], 40, Fraction(10)),  # the floor holds the first
        ([(1, 0, 10), (1, 0, 100)], 50, Fraction(40)),  # the top stops the first
        ([(1, 0, 10), (2, 0, 60)], 70, Fraction(30)),  # all tops fit: the last is reached
        ([(1, 0, 10), (2, 0, 60)], 99, Fraction(30)),
        ([(7, 5, 5)], 5, Fraction(0)),  # nothing moves
        ([], 0, Fraction(0)),
        ([(3, 0, 10), (3, 0, 10)], 5, Fraction(5, 6)),
    ],
)
def test_levels(cells: list[tuple[int, int, int]], total: int, level: Fraction) -> None:
    assert common_level(cells, total) == level
    assert sum(clipped(level, *cell) for cell in cells) <= total


def test_where_nothing_moves_the_level_rises_to_the_next_bound() -> None:
    """From 10 on the first is at its top, until 50 the second at its floor: the highest counts."""
    assert common_level([(1, 0, 10), (1, 50, 90)], 60) == 50


def test_numbers_beyond_floats_keep_their_order() -> None:
    """Bounds of thousands of digits, some nearer to each other than a float can tell."""
    large = 10**2_000
    cells = [(1, large, 3 * large), (1, large + 1, 3 * large), (1, 0, 2 * large)]
    total = 2 * large + 1 + (large + 1)
    level = common_level(cells, total)
    assert sum(clipped(level, *cell) for cell in cells) == total
    assert level == large + Fraction(1, 2)
    small = [(large, 0, 5), (large + 1, 0, 5), (1, 0, 5)]
    total = 9
    assert sum(clipped(common_level(small, total), *cell) for cell in small) == total
