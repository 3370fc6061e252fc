"""Comparisons worked by hand: four centres, the edges of the bands, sums by group."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from budget.allocation.comparison import (
    BANDS,
    Pair,
    band,
    differ_in_more_than_numbers,
    differ_untold,
    differing_parameters,
    sums_by,
)
from tests.allocation.rounds import policy

FLOOR = '[[pool.floor]]\nname = "least"\nkrw = {amount}\n'
WON = st.integers(min_value=0, max_value=10**12)


def test_bands_at_their_edges() -> None:
    """Of 1,000 won: 50 more or less is already the next band; one won less is not.

    Of 10,000: 4.95 % is shown as 5.0 % and stands where 5.0 % stands, 4.94 % does not.
    """
    expected = {
        900: -3,
        901: -2,
        950: -2,
        951: -1,
        999: -1,
        1_000: 0,
        1_001: 1,
        1_049: 1,
        1_050: 2,
        1_099: 2,
        1_100: 3,
        0: -3,
    }
    assert {now: band(1_000, now) for now in expected} == expected
    fine = {9_505: -2, 9_506: -1, 9_005: -3, 9_006: -2, 10_494: 1, 10_495: 2, 10_995: 3}
    assert {now: band(10_000, now) for now in fine} == fine
    assert band(None, 5) is None
    assert band(0, 5) is None
    assert band(5, None) is None


def test_a_pair_of_four_centres() -> None:
    """100 → 105, 200 → 198, 300 → 300, new → 50."""
    pair = Pair(("A", "B", "C", "D"), (100, 200, 300, None), (105, 198, 300, 50))
    assert pair.changes == (5, -2, 0, None)
    assert pair.rates == (0.05, -0.01, 0.0, None)
    assert pair.bands == (2, -1, 0, None)
    assert {number: count for number, count in pair.counts.items() if count} == {2: 1, -1: 1, 0: 1}
    assert {number: won for number, won in pair.moved.items() if won} == {2: 5, -1: -2}
    assert pair.left_out == 1


@given(before=WON, now=WON)
def test_a_band_says_what_the_change_is(before: int, now: int) -> None:
    """The same as the rate to a tenth of a per cent; the other way round never the same sign."""
    found = band(before, now)
    if not before:
        assert found is None
        return
    rate = Fraction(now - before, before)
    shown = round(abs(rate) * 1_000)  # a tie at an edge is even: 50, 100
    assert found in BANDS
    assert (found > 0) == (rate > 0)
    assert (abs(found) == 3) == (shown >= 100)
    assert (abs(found) >= 2) == (shown >= 50)
    assert (found == 0) == (rate == 0)


def test_sums_by_group() -> None:
    """In the order of the groups; what is not known counts nothing."""
    assert sums_by(["b", "a", "b"], [1, 2, None]) == {"b": 1, "a": 2}


def test_parameters_that_differ() -> None:
    """The envelope in one, a floor that only one has; equal ones are left out."""
    rules = [
        policy(envelope=600_000),
        policy(envelope=700_000),
        policy(FLOOR.format(amount=5_000), envelope=600_000),
    ]
    rows = differing_parameters(rules)
    assert [[found and found.value for found in row] for row in rows] == [
        [600_000, 700_000, 600_000],
        [None, None, 5_000],
    ]
    assert not differing_parameters([rules[0], rules[0]])
    assert not differ_in_more_than_numbers(rules[0], rules[1])
    assert differ_in_more_than_numbers(rules[0], rules[2])


def test_what_no_number_tells() -> None:
    """A rule that came or went is told by its numbers; what is read, and by whom, is not."""
    band = (
        '[[pool.band]]\nname = "north"\nwhere = {{ column = "side", values = {values} }}\n'
        "max_share = {share}\n"
    )
    plain, least = policy(), policy(FLOOR.format(amount=10_000))
    north = policy(band.format(values='["n"]', share=0.5))
    assert not differ_untold(plain, least)
    assert not differ_untold(least, policy(FLOOR.format(amount=20_000)))
    assert not differ_untold(north, policy(band.format(values='["n"]', share=0.6)))
    assert differ_untold(north, policy(band.format(values='["n", "s"]', share=0.6)))
    two = FLOOR.format(amount=1_000) + FLOOR.replace("least", "more").format(amount=2_000)
    turned = FLOOR.replace("least", "more").format(amount=3_000) + FLOOR.format(amount=1_000)
    assert differ_untold(policy(two), policy(turned))
    per_head = FLOOR.replace("krw = {amount}", 'per = {{ column = "{column}", rate_krw = {won} }}')
    staff, cases = (per_head.format(column=name, won=5) for name in ("staff", "cases"))
    assert differ_untold(policy(staff), policy(cases))
