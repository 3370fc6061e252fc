"""The solver's second opinion on levels, and controlled rounding on its own."""

from dataclasses import replace
from fractions import Fraction
from random import Random

import pytest

from budget.allocation.division_levels import Levels, contradiction, levels
from budget.allocation.division_programs import confirm
from budget.allocation.division_rounding import rounded_table
from budget.allocation.division_split import CrossSplit, cross_split
from budget.allocation.faults import Defect
from tests.allocation.division_tables import hard_case, random_case


def with_level(found: Levels, factor: Fraction) -> Levels:
    """The same with the first level moved."""
    first = found.parts[0]
    assert first.cut is not None
    assert first.cut.level is not None
    cut = replace(first.cut, level=first.cut.level * factor)
    return replace(found, parts=(replace(first, cut=cut), *found.parts[1:]))


def limited() -> list[tuple[CrossSplit, Levels]]:
    """Random tables in which some national limit binds."""
    splits = [cross_split(*random_case(seed)) for seed in range(25)]
    solved = [(split, levels(split)) for split in splits if contradiction(split) is None]
    return [(split, found) for split, found in solved if found.cuts]


def test_right_levels_are_confirmed_and_moved_ones_are_not() -> None:
    tables = limited()
    assert len(tables) > 8
    for split, found in tables:
        confirm(split, found)
        with pytest.raises(Defect):
            confirm(split, with_level(found, Fraction(999, 1_000)))


def test_a_country_takes_fewer_programs_than_divisions() -> None:
    split = cross_split(*hard_case(2))
    found = levels(split)
    confirm(split, found)
    assert 1 <= len(found.cuts) < len(split.divisions)
    with pytest.raises(Defect):
        confirm(split, with_level(found, Fraction(100_001, 100_000)))


def exact_table(draws: Random, rows: int, columns: int) -> list[list[Fraction]]:
    """Random amounts in units; every row sums to a whole number."""
    table = []
    for _ in range(rows):
        parts = [draws.randint(0, 9) for _ in range(columns)]
        parts[draws.randrange(columns)] += 1
        whole = draws.randint(1, 30)
        table.append([Fraction(whole * part, sum(parts)) for part in parts])
    return table


@pytest.mark.parametrize("seed", range(30))
def test_rounding_keeps_rows_and_every_total_within_a_unit(seed: int) -> None:
    draws = Random(seed)
    exact = exact_table(draws, draws.randint(1, 40), draws.randint(1, 6))
    found = rounded_table(exact, len(exact[0]), 1)
    for row, amounts in zip(found, exact, strict=True):
        assert sum(row) == sum(amounts)
        assert all(abs(won - amount) < 1 for won, amount in zip(row, amounts, strict=True))
    for column, amounts in zip(zip(*found, strict=True), zip(*exact, strict=True), strict=True):
        assert abs(sum(column) - sum(amounts)) < 1


def test_rounding_prefers_the_largest_remainders() -> None:
    """No column forces anything else: each row by itself."""
    exact = [[Fraction(7, 10), Fraction(3, 10)], [Fraction(3, 10), Fraction(7, 10)]]
    assert rounded_table(exact, 2, 1) == [[1, 0], [0, 1]]


def test_rounding_gives_way_where_it_costs_least() -> None:
    """0.6 + 0.6 + 0.7 = 1.9 may be at most 2: the row that loses least, the first of equals."""
    exact = [
        [Fraction(6, 10), Fraction(4, 10)],
        [Fraction(6, 10), Fraction(4, 10)],
        [Fraction(7, 10), Fraction(3, 10)],
    ]
    assert rounded_table(exact, 2, 1) == [[0, 1], [1, 0], [1, 0]]
