"""Floors, caps and bands in won, and the term that set them: three centres, by hand."""

from decimal import Decimal

import pytest

from budget.allocation.bounds import (
    Bounds,
    amount_in_won,
    bounds,
    groups,
    split,
    whole_units_below,
)
from budget.allocation.need import need
from budget.allocation.rules import Amount
from tests.allocation.rounds import allocated, checked, need_of, policy

COLUMNS = {
    "staff": [1, 2, 3],
    "kind": ["big", "small", None],
    "prior": [100_500, 200_001, None],
}


def term(kind: str, name: str, rule: str) -> str:
    return f'[[pool.{kind}]]\nname = "{name}"\n{rule}\n'


def bounds_of(rules: str, **columns: list[object]) -> Bounds:
    """Bounds of a pool of 600,000 won in units of 1,000."""
    own = policy(rules)
    centres = checked(own, **(columns or COLUMNS))
    return bounds(centres, own.pool[0], need(centres, own.pool[0]), 600_000, 1_000, {})


@pytest.mark.parametrize(
    ("rule", "floors", "caps"),
    [
        ("krw = 50_001", (51_000, 51_000, 51_000), (50_000, 50_000, 50_000)),
        ("krw = 50_000", (50_000, 50_000, 50_000), (50_000, 50_000, 50_000)),
        (
            'by = { column = "kind", table = { big = 70_000, small = 10_500 } }',
            (70_000, 11_000, 0),
            (70_000, 10_000, None),
        ),
        (
            'per = { column = "staff", rate_krw = 10_000.5 }',
            (11_000, 21_000, 31_000),
            (10_000, 20_000, 30_000),
        ),
        (
            'prior = { column = "prior", rate = 0.95 }',  # 95,475 and 190,000.95
            (96_000, 191_000, 0),
            (95_000, 190_000, None),
        ),
        (
            'prior_share = { column = "staff", rate = 0.9 }',  # 0.9 · 1/6 · 600,000 = 90,000
            (90_000, 180_000, 270_000),
            (90_000, 180_000, 270_000),
        ),
        (
            'prior_share = { column = "prior", rate = 1.0 }',  # 100,500 of 300,501 · 600,000
            (201_000, 400_000, 0),
            (200_000, 399_000, None),
        ),
    ],
)
def test_every_kind_of_term_floors_up_caps_down(
    rule: str, floors: tuple[int, ...], caps: tuple[int | None, ...]
) -> None:
    found = bounds_of(term("floor", "least", rule) + term("cap", "most", rule))
    assert found.floors == floors
    assert found.caps == caps
    assert found.cap_terms == tuple("" if cap is None else "most" for cap in caps)


def test_a_rate_of_an_earlier_pool_is_of_its_rounded_result() -> None:
    rules = policy(
        """
[[pool]]
name = "bonus"
amount = { krw = 60_000 }
[[pool.factor]]
name = "staff"
weight = 1
columns = { staff = 1 }
[[pool.floor]]
name = "tenth"
pool = { name = "operating", rate = 0.015 }
[[pool.cap]]
name = "fifth"
pool = { name = "operating", rate = 0.155 }
"""
    )
    result = allocated(rules, staff=[1, 2, 4])
    # operating: 540,000 in sevenths = 77,142.9, 154,285.7, 308,571.4
    assert result.pools[0].amounts == (77_000, 154_000, 309_000)
    assert result.pools[1].bounds.floors == (2_000, 3_000, 5_000)  # 1,155; 2,310; 4,635
    assert result.pools[1].bounds.caps == (11_000, 23_000, 47_000)  # 11,935; 23,870; 47,895


def test_the_largest_floor_and_the_smallest_cap_win_and_are_named() -> None:
    found = bounds_of(
        term("floor", "flat", "krw = 20_000")
        + term("floor", "per head", 'per = { column = "staff", rate_krw = 11_000 }')
        + term("cap", "wide", "krw = 500_000")
        + term("cap", "growth", 'prior = { column = "prior", rate = 1 }')
    )
    assert found.floors == (20_000, 22_000, 33_000)
    assert found.floor_terms == ("flat", "per head", "per head")
    assert found.caps == (100_000, 200_000, 500_000)
    assert found.cap_terms == ("growth", "growth", "wide")


def test_of_equal_terms_the_first_is_named() -> None:
    found = bounds_of(term("floor", "one", "krw = 1") + term("floor", "other", "krw = 1"))
    assert found.floor_terms == ("one", "one", "one")


def test_terms_are_compared_before_they_are_rounded() -> None:
    found = bounds_of(
        term("floor", "a bit less", "krw = 999") + term("floor", "more", "krw = 1_000")
    )
    assert found.floor_terms == ("more",) * 3
    assert found.floors == (1_000,) * 3


def test_a_cap_below_the_floor_gives_way_and_is_listed() -> None:
    rules = term("floor", "least", "krw = 60_000") + term(
        "cap", "most", 'by = { column = "kind", table = { big = 50_000, small = 60_000 } }'
    )
    found = bounds_of(rules)
    assert sorted(found.overridden) == [0]
    result = allocated(policy(rules), **COLUMNS)
    assert result.pools[0].amounts == (60_000, 60_000, 480_000)
    assert result.certified


def test_who_is_not_eligible_has_floor_and_cap_nought() -> None:
    rules = policy(
        term("floor", "least", "krw = 10_000"),
        pool='eligible = { column = "staff", min = 2 }',
    )
    centres = checked(rules, **COLUMNS)
    pool = rules.pool[0]
    found = bounds(centres, pool, need(centres, pool), 600_000, 1_000, {})
    assert (found.floors[0], found.caps[0], found.floor_terms[0]) == (0, 0, "")
    assert found.floors[1:] == (10_000, 10_000)


def test_a_negative_term_is_no_floor() -> None:
    found = bounds_of(
        term("floor", "growth", 'per = { column = "growth", rate_krw = 1_000 }'),
        staff=[0, 1, 2],
        growth=[-5, 0, 5],
    )
    assert found.floors == (0, 0, 5_000)


def test_bands_are_rounded_inwards_and_hold_eligible_centres_only() -> None:
    rules = policy(
        '[[pool.band]]\nname = "few"\nwhere = { column = "kind", values = ["big"] }\n'
        "min_share = 0.3333\nmax_share = 0.6667\n"
        '[[pool.band]]\nname = "all"\nwhere = { column = "staff", min = 1 }\nmax_share = 1\n'
        '[[pool.band]]\nname = "nobody"\nwhere = { column = "kind", values = ["none"] }\n'
        "min_share = 0\n",
        pool='eligible = { column = "staff", max = 2 }',
    )
    centres = checked(rules, **COLUMNS)
    pool = rules.pool[0]
    found = groups(centres, pool, need(centres, pool), 100_000, 1_000)
    assert [(g.name, sorted(g.members), g.least, g.most) for g in found] == [
        ("all", [0, 1], 0, 100_000),
        ("few", [0], 34_000, 66_000),
        ("nobody", [], 0, None),
    ]


def test_without_weight_the_cap_is_the_floor() -> None:
    rules = policy(term("floor", "least", "krw = 10_000") + term("cap", "most", "krw = 400_000"))
    centres = checked(rules, staff=[0, 1, 2])
    own = need_of(rules, staff=[0, 1, 2])
    limits = bounds(centres, rules.pool[0], own, 600_000, 1_000, {})
    question = split(centres, own, limits, (), 600_000, 1_000)
    assert question.caps == (10_000, 400_000, 400_000)


def test_parts_of_the_envelope_are_rounded_down_exactly() -> None:
    assert amount_in_won(Amount(share=Decimal("0.06")), 128_000_000_000, 1_000) == 7_680_000_000
    assert amount_in_won(Amount(share=Decimal("0.333")), 10_000, 1_000) == 3_000
    assert amount_in_won(Amount(krw=1_999), 10_000, 1_000) == 1_000
    assert whole_units_below(Decimal("0.07"), 100, 1) == 7  # 0.07 · 100 = 7.000…01 in binary


def test_twelve_tenths_of_a_flat_amount_stays_exact() -> None:
    found = bounds_of(
        term("floor", "growth", 'prior = { column = "prior", rate = 1.1 }'),
        staff=[1],
        prior=[10_000_000],
    )
    assert found.floors == (11_000_000,)  # in binary 1.1 · 10,000,000 is a bit more
