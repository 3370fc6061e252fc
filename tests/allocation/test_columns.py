"""Columns read exactly: one scale, every digit, and what is computed from others."""

import pytest

from budget.allocation.columns import round_half_even
from budget.allocation.faults import InputError
from tests.allocation.rounds import ADJUSTED, STAFF_FACTOR, checked, policy

OFFICIALS = STAFF_FACTOR.replace("staff =", "officials =")


def test_halves_go_to_the_even_number() -> None:
    assert [round_half_even(n, 2) for n in (1, 3, 5, -1, 4)] == [0, 2, 2, 0, 2]


def test_fractions_share_one_scale() -> None:
    column = checked(policy(), staff=["1.25", "3", "0.5"]).numbers["staff"]
    assert (column.numerators, column.scale) == ((125, 300, 50), 100)


def test_derived_columns() -> None:
    rules = policy(
        '[[pool.floor]]\nname = "f"\nper = { column = "staff_total", rate_krw = 1 }\n'
        '[[pool.band]]\nname = "new"\nwhere = { column = "new_centre", values = [true] }\n'
        "min_share = 0\n" + ADJUSTED,
        factor=OFFICIALS,
    )
    found = checked(
        rules,
        officials=[1, 2.5],
        counselling_officials=[1, 0],
        counsellors=[1, 0],
        support_staff=[1, 0],
        prior_operating_krw=[None, 0],
        prior_available_krw=[200, None],
        prior_spent_krw=[90, None],
        prior_carryover_krw=[20, None],
    )
    assert found.numbers["staff_total"].numerators == (40, 25)
    assert found.numbers["staff_total"].scale == 10
    assert found.texts["new_centre"] == ("true", "false")
    assert found.selected(rules.pool[0].band[0].where) == [True, False]
    assert found.numbers["execution_rate"].numerators == (10**18 // 2, None)


@pytest.mark.parametrize(
    ("spent", "carried", "where", "most"),
    [(90, 250, "prior_carryover_krw", "200"), (90, 120, "prior_spent_krw", "80")],
)
def test_what_was_carried_over_or_spent_beyond_the_budget(
    spent: int, carried: int, where: str, most: str
) -> None:
    """Of 200 won nobody carries over 250, and beside 120 carried over nobody spends 90."""
    with pytest.raises(InputError) as raised:
        checked(
            policy(ADJUSTED),
            staff=[1, 1],
            prior_available_krw=[200, None],
            prior_spent_krw=[spent, None],
            prior_carryover_krw=[carried, None],
        )
    (fault,) = raised.value.faults
    assert (fault.where, fault.row, fault.details["most"]) == (where, 2, most)


def test_thirty_digits_are_kept() -> None:
    column = checked(policy(), staff=["123456789012345.123456789012345678", "1"]).numbers["staff"]
    assert column.numerators[0] == 123456789012345123456789012345678
