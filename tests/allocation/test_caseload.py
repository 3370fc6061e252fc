"""Clients per counsellor: worked by hand, then on the sample round."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest

import budget
from budget.allocation.caseload import (
    ABOVE,
    BELOW,
    REGISTERED,
    WITHIN,
    Gathered,
    Scheme,
    desks,
    gathered,
)
from budget.allocation.faults import InputError
from budget.files import read_centres, read_policy

COLUMNS = (
    "centre_id,host_id,centre_type,integration_level,counsellors,counselling_officials,"
    "partner_staff,disadvantaged_jobseekers,registered_jobseekers"
)


def table(*rows: str) -> pd.DataFrame:
    return pd.DataFrame([row.split(",") for row in rows], columns=COLUMNS.split(","))


def test_both_ends_of_the_band_are_within() -> None:
    rows = ("A,,plus,3,1,1,1,200,0", "B,,plus,3,1,1,1,140,0", "C,,plus,3,1,1,1,201,0")
    found = desks(table(*rows, "D,,plus,3,1,1,1,139,0"), Scheme(), {})
    assert [desk.side for desk in found] == [WITHIN, WITHIN, ABOVE, BELOW]


def test_a_desk_is_too_small_if_one_whole_person_more_leaves_it_below() -> None:
    """A: 120 clients, 1 counsellor; 2 would have 60 each. B: 250, 2; 3 have 83. C: 210, 2; 3 have
    70, the band's least. D: 100, 5: below already, and nobody is missing."""
    found = desks(
        table(
            "A,,plus,3,1,0,1,120,0",
            "B,,plus,3,2,0,1,250,0",
            "C,,plus,3,2,0,1,210,0",
            "D,,plus,3,5,0,1,100,0",
        ),
        Scheme(),
        {},
    )
    assert [desk.missing for desk in found] == [1, 1, 1, 0]
    assert [desk.is_too_small for desk in found] == [True, False, False, False]


def test_worked_by_hand() -> None:
    """A: 450 clients, 3 counsellors: 150 each; at most 100 each takes 4.5, so 2 whole persons more.
    B: 100 clients, 2 counsellors: 50 each; 70 each would take 1.43, nobody is taken away.
    C: 170 clients, 2 counsellors: 85."""
    found = desks(
        table("A,,plus,3,2,1,4,450,900", "B,,medium,1,1,1,0,100,300", "C,,plus,3,2,0,1,170,400"),
        Scheme(cost_krw=50_000_000),
        {"A": 30_000_000, "C": 7_000_000},
    )
    assert [desk.per_counsellor for desk in found] == [150, 50, 85]
    assert [desk.side for desk in found] == [ABOVE, BELOW, WITHIN]
    assert [desk.missing for desk in found] == [2, 0, 0]
    assert [desk.spare for desk in found] == [0, 0, 0]
    assert [desk.cost_krw for desk in found] == [100_000_000, 0, 0]
    assert [desk.covered for desk in found] == [Fraction(3, 10), None, None]
    assert [desk.has_partners for desk in found] == [True, False, True]
    country = Gathered("", found)
    assert (country.missing, country.cost_krw) == (2, 100_000_000)
    assert (country.pool_krw, country.covering_krw) == (37_000_000, 30_000_000)
    assert country.covered == Fraction(3, 10)
    assert [group.key for group in gathered(found, "level")] == ["1", "3"]
    assert [group.key for group in gathered(found, "centre_type")] == ["plus", "medium"]


def test_an_outreach_post_counts_with_the_centre_that_staffs_it() -> None:
    found = desks(
        table(
            "A,,plus,1,2,0,0,100,300", "P,A,outreach,1,0,0,1,150,200", "Q,Z,outreach,1,1,0,0,9,9"
        ),
        Scheme(),
        {"A": 1, "P": 2},
    )
    assert [(desk.centre_id, desk.posts) for desk in found] == [("A", ("P",)), ("Q", ())]
    assert found[0].per_counsellor == 125
    assert (found[0].partners, found[0].pool_krw) == (1, 3)


def test_a_desk_without_a_counsellor_and_one_without_clients() -> None:
    found = desks(table("A,,plus,1,0,0,0,101,300", "B,,plus,1,3,0,0,0,0"), Scheme(), {})
    assert [desk.per_counsellor for desk in found] == [None, 0]
    assert [(desk.side, desk.missing) for desk in found] == [(ABOVE, 2), (WITHIN, 0)]
    assert found[0].is_too_small  # two whole persons follow 50 each
    assert found[1].spare == 3


def test_the_switch_counts_all_registered() -> None:
    row = table("A,,plus,1,1,0,0,100,250")
    assert desks(row, Scheme(), {})[0].missing == 0
    assert desks(row, Scheme(clients=REGISTERED), {})[0].missing == 2


@pytest.mark.parametrize(
    "wrong", [{"least": 0}, {"least": 101}, {"most": 3_000}, {"clients": "x"}, {"cost_krw": -1}]
)
def test_a_scheme_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Scheme(**wrong)  # type: ignore[arg-type]


def test_missing_columns_and_cells_are_named() -> None:
    with pytest.raises(InputError, match="partner_staff"):
        desks(table("A,,plus,1,1,0,0,1,1").drop(columns="partner_staff"), Scheme(), {})
    with pytest.raises(InputError, match="row 3, counsellors"):
        desks(table("A,,plus,1,1,0,0,1,1", "B,,plus,1,,0,0,1,1"), Scheme(), {})


def test_the_sample_round() -> None:
    """No desk is left above the band, and one counsellor fewer would not do."""
    given = read_centres("data/centres.csv")
    allocation = budget.allocate(given, read_policy("data/policy.toml"))
    pool = dict(zip(allocation.centres.ids, allocation.pool("joined_up").amounts, strict=True))
    found = desks(given, Scheme(), pool)
    assert len(found) == 134
    for desk in found:
        assert desk.clients <= 100 * (desk.counsellors + desk.missing)
        if desk.missing:
            assert desk.clients > 100 * (desk.counsellors + desk.missing - 1)
    country = Gathered("", found)
    total = sum(pd.to_numeric(given["disadvantaged_jobseekers"]))
    assert country.clients == Fraction(Decimal(int(total)))
    assert country.pool_krw == sum(pool.values())
    assert 0 < country.covering_krw <= country.pool_krw
    for by in ("level", "centre_type"):
        assert sum(group.cost_krw for group in gathered(found, by)) == country.cost_krw
    eligible = {c for c, won in pool.items() if won}
    partners = {desk.centre_id for desk in found if desk.has_partners}
    assert eligible == partners
