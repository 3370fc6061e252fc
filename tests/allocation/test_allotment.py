"""Quarters: worked by hand, then rows and columns to the won for every table there can be."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import budget
from budget.allocation.allotment import DEFAULT, allotment, due, elapsed, profile, spread
from budget.allocation.faults import InputError
from budget.files import read_centres, read_policy, read_requests

HALF = tuple(map(Decimal, ("0.3", "0.3", "0.2", "0.2")))


def test_worked_by_hand() -> None:
    """Three centres of 5 units: 1.5, 1.5, 1, 1 each; nationally 4.5, 4.5, 3, 3: the tie of the
    column goes to the first quarter, so two centres round it up and one the second."""
    found = spread([5_000, 5_000, 5_000], HALF, 1_000)
    assert [sum(row) for row in found] == [5_000, 5_000, 5_000]
    assert [sum(column) for column in zip(*found, strict=True)] == [5_000, 4_000, 3_000, 3_000]
    assert found.count((2_000, 1_000, 1_000, 1_000)) == 2
    assert found.count((1_000, 2_000, 1_000, 1_000)) == 1


def test_columns_need_trades_where_rows_alone_miss_them() -> None:
    """Ten centres of 1 unit: each row alone would take the first quarter; nationally 3 3 2 2."""
    found = spread([1] * 10, HALF, 1)
    assert [sum(column) for column in zip(*found, strict=True)] == [3, 3, 2, 2]
    assert all(sorted(row) == [0, 0, 0, 1] for row in found)


def test_a_quarter_without_a_share_gets_nothing() -> None:
    found = spread([7, 11], tuple(map(Decimal, ("1", "0", "0", "0"))), 1)
    assert found == ((7, 0, 0, 0), (11, 0, 0, 0))


def shares() -> st.SearchStrategy[tuple[Decimal, ...]]:
    cuts = st.lists(st.integers(0, 10_000), min_size=3, max_size=3).map(sorted)
    return cuts.map(
        lambda c: tuple(Decimal(b - a) / 10_000 for a, b in zip([0, *c], [*c, 10_000], strict=True))
    )


@given(
    st.lists(st.integers(0, 5_000), min_size=1, max_size=40), shares(), st.sampled_from([1, 1000])
)
def test_rows_and_columns_to_the_won(
    counts: list[int], parts: tuple[Decimal, ...], unit: int
) -> None:
    amounts = [count * unit for count in counts]
    found = spread(amounts, parts, unit)
    assert [sum(row) for row in found] == amounts
    for amount, row in zip(amounts, found, strict=True):
        for share, cell in zip(parts, row, strict=True):
            assert cell % unit == 0
            assert cell >= 0
            assert abs(cell - Fraction(share) * amount) < unit
    for share, column in zip(parts, zip(*found, strict=True), strict=True):
        assert abs(sum(column) - Fraction(share) * sum(amounts)) < unit


@given(st.lists(st.integers(0, 60), min_size=1, max_size=6), shares())
def test_no_table_with_these_sums_is_nearer(counts: list[int], parts: tuple[Decimal, ...]) -> None:
    """No trade of a unit by two rows between two columns brings the cells nearer."""
    found = spread(counts, parts, 1)

    def gap(row: int, column: int, change: int) -> Fraction:
        exact = Fraction(parts[column]) * counts[row]
        return abs(found[row][column] + change - exact) - abs(found[row][column] - exact)

    rows = range(len(counts))
    for one in rows:
        for other in rows:
            for a in range(4):
                for b in range(4):
                    if a != b and one != other and found[one][a] and found[other][b]:
                        trade = (
                            gap(one, a, -1) + gap(one, b, 1) + gap(other, b, -1) + gap(other, a, 1)
                        )
                        assert trade >= 0


def test_the_sample_round_by_the_usual_profile() -> None:
    """60 % in the first half; special needs at once; every centre's row is its allocation."""
    allocation = budget.allocate(
        read_centres("data/centres.csv"),
        read_policy("data/policy.toml"),
        read_requests("data/requests.csv"),
    )
    found = allotment(allocation, DEFAULT)
    assert [sum(row) for row in found.totals] == list(allocation.totals)
    running = sum(allocation.totals) - sum(allocation.special_needs)
    for share, won in zip(DEFAULT.running, found.national_running, strict=True):
        assert abs(won - Fraction(share) * running) < found.unit
    assert found.national_special == (sum(allocation.special_needs), 0, 0, 0)


@pytest.mark.parametrize(
    ("running", "special", "where"),
    [
        ("0.3 0.3 0.2 0.1", "1 0 0 0", ["running"]),
        ("0.5 0.5", "1 0 0 0", ["running"]),
        ("1.5 -0.5 0 0", "1 0 0 0", ["running", "running"]),
        ("0.33335 0.26665 0.2 0.2", "NaN 0 0 1", ["running", "running", "special"]),
    ],
)
def test_a_profile_that_cannot_be(running: str, special: str, where: list[str]) -> None:
    with pytest.raises(InputError) as found:
        profile([Decimal(t) for t in running.split()], [Decimal(t) for t in special.split()])
    assert [fault.where for fault in found.value.faults] == where


def test_days() -> None:
    """The last day of a quarter completes it; on the first day of one, one of its days is over."""
    assert elapsed(date(2027, 3, 31)) == (1, 0)
    assert elapsed(date(2027, 4, 1)) == (1, Fraction(1, 91))
    assert elapsed(date(2027, 12, 31)) == (4, 0)
    row = (300, 300, 200, 200)
    assert due(row, date(2027, 9, 30)) == 800
    assert due(row, date(2027, 10, 31)) == 800 + Fraction(200 * 31, 92)
    assert due(row, date(2027, 12, 31)) == 1_000
