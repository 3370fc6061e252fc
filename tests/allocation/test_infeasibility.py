"""Policies that contradict themselves: the smallest set, its size in won, remedies that work."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import budget
from budget.allocation.centre_checking import checked_centres
from budget.allocation.conflict import Conflict
from budget.allocation.parameters import parameters
from budget.allocation.policy import Policy
from budget.allocation.requests import checked_requests
from budget.allocation.run import pool_results
from budget.files import read_centres, read_policy, read_requests
from tests.allocation.rounds import policy, table

DATA = Path(__file__).parents[2] / "data"
SIX = table(staff=[1, 2, 3], side=["n", "n", "s"], prior=[100_000, 200_000, 300_000])


def conflict_of(
    rules: Policy, centres: pd.DataFrame = SIX, requests: pd.DataFrame | None = None
) -> Conflict:
    with pytest.raises(budget.InfeasiblePolicy) as error:
        budget.allocate(centres, rules, requests)
    found = error.value.conflict
    assert found.shortfall_krw == found.required_krw - found.available_krw > 0
    for rule in found.rules:
        assert rule.path in str(error.value)
    assert found.to_record()["shortfall_krw"] == found.shortfall_krw
    return found


def rules_of(found: Conflict) -> set[tuple[str, str, int]]:
    return {(rule.kind, rule.name, rule.won) for rule in found.rules}


def remedies_of(found: Conflict) -> dict[str, int | Decimal]:
    return {remedy.path: remedy.feasible for remedy in found.remedies}


def term(kind: str, name: str, rule: str) -> str:
    return f'[[pool.{kind}]]\nname = "{name}"\n{rule}\n'


def band(name: str, side: str, shares: str) -> str:
    return (
        f'[[pool.band]]\nname = "{name}"\nwhere = {{ column = "side", values = ["{side}"] }}\n'
        f"{shares}\n"
    )


def test_floors_above_the_pool() -> None:
    found = conflict_of(policy(term("floor", "least", "krw = 201_000")))
    assert found.pool == "operating"
    assert rules_of(found) == {("floor", "least", 603_000), ("amount", "operating", 600_000)}
    assert (found.required_krw, found.available_krw, found.shortfall_krw) == (
        603_000,
        600_000,
        3_000,
    )
    assert remedies_of(found)["pool.operating.floor.least.krw"] == 200_000


def test_the_envelope_is_raised_by_what_is_short_and_not_a_unit_more() -> None:
    found = conflict_of(policy(term("floor", "least", "krw = 201_000")))
    assert remedies_of(found)["policy.envelope_krw"] == 603_000


def test_hold_harmless_above_the_pool() -> None:
    found = conflict_of(
        policy(
            term("floor", "hold-harmless", 'prior = { column = "prior", rate = 1.02 }')
            + term("floor", "innocent", "krw = 90_000")
            + term("cap", "growth", 'prior = { column = "prior", rate = 1.5 }')
        )
    )
    assert rules_of(found) == {
        ("floor", "hold-harmless", 612_000),
        ("amount", "operating", 600_000),
    }
    rate = remedies_of(found)["pool.operating.floor.hold-harmless.prior.rate"]
    assert Decimal("0.99") < rate <= 1


def test_a_remedy_that_lies_on_the_grid_is_offered_itself() -> None:
    found = conflict_of(
        policy(term("floor", "hold-harmless", 'prior = { column = "prior", rate = 1.02 }'))
    )
    assert remedies_of(found)["pool.operating.floor.hold-harmless.prior.rate"] == 1


def test_two_floors_that_only_together_are_too_much() -> None:
    # A and B have 150,000 and 200,000, C 300,000 by the other: 650,000 of 600,000
    found = conflict_of(
        policy(
            term("floor", "north", 'by = { column = "side", table = { n = 200_000, s = 0 } }')
            + term("floor", "south", 'by = { column = "side", table = { n = 0, s = 250_000 } }')
        )
    )
    assert rules_of(found) == {
        ("floor", "north", 400_000),
        ("floor", "south", 250_000),
        ("amount", "operating", 600_000),
    }
    assert found.shortfall_krw == 50_000
    remedies = remedies_of(found)
    assert remedies["pool.operating.floor.north.by.table.n"] == 175_000
    assert remedies["pool.operating.floor.south.by.table.s"] == 200_000


def test_a_band_minimum_above_its_caps() -> None:
    # caps of the north 150,000 + 150,000 = 300,000; the band wants 360,000
    found = conflict_of(
        policy(term("cap", "most", "krw = 150_000") + band("north", "n", "min_share = 0.6"))
    )
    assert rules_of(found) == {("cap", "most", 450_000), ("band least", "north", 360_000)}
    assert (found.required_krw, found.available_krw) == (360_000, 300_000)
    assert remedies_of(found) == {
        "pool.operating.cap.most.krw": 180_000,
        "pool.operating.band.north.min_share": Decimal("0.5"),
    }


def test_a_band_maximum_below_its_floors() -> None:
    found = conflict_of(
        policy(term("floor", "least", "krw = 150_000") + band("north", "n", "max_share = 0.4"))
    )
    assert rules_of(found) == {("floor", "least", 450_000), ("band most", "north", 240_000)}
    assert (found.required_krw, found.available_krw) == (300_000, 240_000)
    assert remedies_of(found) == {
        "pool.operating.floor.least.krw": 120_000,
        "pool.operating.band.north.max_share": Decimal("0.5"),
    }


def test_bands_whose_minima_are_more_than_the_pool() -> None:
    found = conflict_of(
        policy(band("north", "n", "min_share = 0.7") + band("south", "s", "min_share = 0.4"))
    )
    assert rules_of(found) == {
        ("band least", "north", 420_000),
        ("band least", "south", 240_000),
        ("amount", "operating", 600_000),
    }
    assert remedies_of(found)["pool.operating.band.north.min_share"] == Decimal("0.6")
    assert remedies_of(found)["pool.operating.band.south.min_share"] == Decimal("0.3")


def test_an_inner_minimum_above_the_outer_maximum() -> None:
    found = conflict_of(
        policy(
            band("north", "n", "max_share = 0.3")
            + '[[pool.band]]\nname = "A"\nwhere = { column = "staff", max = 1 }\nmin_share = 0.4\n'
        )
    )
    assert rules_of(found) == {("band most", "north", 180_000), ("band least", "A", 240_000)}


def test_a_band_in_which_nobody_is() -> None:
    found = conflict_of(policy(band("east", "e", "min_share = 0.1")))
    assert ("band least", "east", 60_000) in rules_of(found)
    assert remedies_of(found) == {"pool.operating.band.east.min_share": 0}


def test_parts_above_the_envelope() -> None:
    rules = policy(
        '[[pool]]\nname = "bonus"\namount = { share = 0.7 }\n'
        '[[pool.factor]]\nname = "staff"\nweight = 1\ncolumns = { staff = 1 }\n',
        head="[reserve]\namount = { share = 0.4 }\n",
    )
    found = conflict_of(rules)
    assert found.pool == ""
    assert {(rule.kind, rule.won) for rule in found.rules} == {
        ("envelope", 600_000),
        ("pool", 420_000),
        ("reserve", 240_000),
    }
    assert found.shortfall_krw == 60_000
    remedies = remedies_of(found)
    assert set(remedies) == {"pool.bonus.amount.share", "reserve.amount.share"}
    # 360,000 and 180,000 are left for them; shares are rounded down to the unit
    assert Decimal("0.6") <= remedies["pool.bonus.amount.share"] < Decimal("0.6017")
    assert Decimal("0.3") <= remedies["reserve.amount.share"] < Decimal("0.3017")


# --- the sample round, one parameter pushed too far -------------------------------------------


@cache
def _sample() -> tuple[pd.DataFrame, Policy, pd.DataFrame]:
    return (
        read_centres(DATA / "centres.csv"),
        read_policy(DATA / "policy.toml"),
        read_requests(DATA / "requests.csv"),
    )


def _works(rules: Policy) -> bool:
    centres, _, requests = _sample()
    tables = checked_centres(centres, rules)
    approved = checked_requests(requests, tables.ids, rules.unit)
    try:
        pool_results(tables, rules, approved, remedies=False)
    except budget.InfeasiblePolicy:
        return False
    return True


def _grid(rules: Policy, path: str) -> int | Decimal:
    """The least change of a remedy: the unit, a hundredth of a per cent, a won per head."""
    [parameter] = [parameter for parameter in parameters(rules) if parameter.path == path]
    if parameter.unit == "won":
        return rules.unit
    return Decimal(1) if parameter.unit == "won_per" else Decimal("0.0001")


def _step_back(rules: Policy, path: str, present: int | Decimal, feasible: int | Decimal) -> bool:
    """Whether a value a grid step nearer to the present one works as well."""
    step = _grid(rules, path)
    nearer = feasible + step if feasible < present else feasible - step
    return _works(rules.replaced({path: nearer}))


OPERATING = "pool.operating"
PUSHED: dict[str, Mapping[str, int | Decimal]] = {
    "hold-harmless": {f"{OPERATING}.floor.hold-harmless.prior.rate": Decimal("1.04")},
    "minimum by type": {f"{OPERATING}.floor.minimum by type.by.table.outreach": 900_000_000},
    "capital area": {f"{OPERATING}.band.capital area.max_share": Decimal("0.3")},
    "Seoul": {f"{OPERATING}.band.Seoul.min_share": Decimal("0.3")},
    "joint desk minimum": {"pool.joined_up.floor.joint desk minimum.krw": 30_000_000},
    "performance": {"pool.performance.amount.share": Decimal("0.95")},
}


@pytest.mark.parametrize("name", PUSHED)
def test_every_remedy_works_alone_and_is_the_nearest_on_its_grid(name: str) -> None:
    centres, plain, requests = _sample()
    rules = plain.replaced(PUSHED[name])
    found = conflict_of(rules, centres, requests)
    assert found.remedies
    for remedy in found.remedies:
        assert _works(rules.replaced({remedy.path: remedy.feasible})), remedy
        assert not _step_back(rules, remedy.path, remedy.present, remedy.feasible), remedy
    # the parameter that was pushed is itself among what can be changed
    assert set(PUSHED[name]) <= set(remedies_of(found)), remedies_of(found)


def test_a_rate_per_head_pushed_too_far_can_be_taken_back() -> None:
    centres, plain, requests = _sample()
    path = f"{OPERATING}.floor.minimum per head.per.rate_krw"
    found = conflict_of(plain.replaced({path: 30_000_000}), centres, requests)
    assert path in remedies_of(found)


def test_a_cap_below_other_floors_can_still_be_raised() -> None:
    centres, plain, requests = _sample()
    rules = plain.replaced(
        {
            f"{OPERATING}.cap.growth cap.prior.rate": Decimal("0.5"),
            f"{OPERATING}.band.Seoul.min_share": Decimal("0.17"),
            f"{OPERATING}.floor.hold-harmless.prior.rate": Decimal("0.3"),
        }
    )
    path = f"{OPERATING}.cap.growth cap.prior.rate"
    assert _works(rules.replaced({path: Decimal("1.15")}))
    assert path in remedies_of(conflict_of(rules, centres, requests))
