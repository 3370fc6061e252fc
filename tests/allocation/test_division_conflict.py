"""Divisions that cannot be: which rules, by how many won, and what alone would mend it."""

from collections.abc import Mapping
from decimal import Decimal

import pytest

from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.division_levels import contradiction
from budget.allocation.division_rules import DivisionRules
from budget.allocation.division_split import cross_split
from budget.allocation.divisions import cross_table
from tests.allocation.division_tables import Case, centres, money, random_case, rules

XY = ("x", "y")


def conflict_of(case: Case) -> InfeasibleDivisions:
    with pytest.raises(InfeasibleDivisions) as caught:
        cross_table(*case)
    return caught.value


def remedies(error: InfeasibleDivisions) -> Mapping[str, tuple[object, object]]:
    return {r.path: (r.present, r.feasible) for r in error.conflict.remedies}


def paths(error: InfeasibleDivisions) -> dict[str, int]:
    return {rule.path: rule.won for rule in error.conflict.rules}


def two(own: DivisionRules) -> Case:
    return centres(XY, {"A": (1, 1), "B": (3, 1)}), money(A=100, B=400), own


def test_a_ceiling_below_the_floors() -> None:
    """30 % of 500 won are 150; the ceiling leaves 120."""
    found = conflict_of(two(rules(*XY, ceilings={"x": 120}, bands={"plus": {"x": ("0.3", "0.9")}})))
    assert paths(found) == {"bands.plus.x.min_share": 150, "divisions.x.ceiling": 120}
    assert found.conflict.shortfall_krw == 30
    assert found.centres == ("A", "B")
    assert remedies(found) == {
        "bands.plus.x.min_share": (Decimal("0.3"), Decimal("0.2400")),
        "divisions.x.ceiling.krw": (120, 150),
    }


def test_a_minimum_above_the_caps() -> None:
    found = conflict_of(two(rules(*XY, minima={"y": 300}, bands={"plus": {"y": (None, "0.5")}})))
    assert paths(found) == {"bands.plus.y.max_share": 250, "divisions.y.minimum": 300}
    assert found.conflict.shortfall_krw == 50
    assert remedies(found) == {
        "bands.plus.y.max_share": (Decimal("0.5"), Decimal("0.6000")),
        "divisions.y.minimum.krw": (300, 250),
    }


def test_a_row_whose_floors_exceed_its_money() -> None:
    found = conflict_of(two(rules(*XY, bands={"plus": {"x": ("0.6", None), "y": ("0.5", None)}})))
    assert paths(found) == {
        "bands.plus.x.min_share": 240,
        "bands.plus.y.min_share": 200,
        "operating": 400,
    }
    assert found.conflict.shortfall_krw == 40
    assert found.centres == ("B",)
    assert set(remedies(found)) == {"bands.plus.x.min_share", "bands.plus.y.min_share"}


def test_a_row_whose_caps_cannot_hold_its_money() -> None:
    found = conflict_of(
        (
            centres(XY, {"A": (1, 0), "B": (3, 1)}, {"A": "outreach"}),
            money(A=100, B=400),
            rules(*XY, bands={"outreach": {"x": (None, "0.8")}}),
        )
    )
    assert paths(found) == {"bands.outreach.x.max_share": 80, "operating": 100}
    assert (found.centres, found.conflict.shortfall_krw) == (("A",), 20)
    assert remedies(found) == {"bands.outreach.x.max_share": (Decimal("0.8"), Decimal(1))}


def test_rows_and_columns_that_only_together_cannot_be() -> None:
    """A and B have x and y alone: their 500 won do not fit under both ceilings, 200 + 250."""
    table = centres(("x", "y", "z"), {"A": (1, 1, 0), "B": (3, 1, 0), "C": (1, 1, 1)})
    own = rules("x", "y", "z", ceilings={"x": 200, "y": 250})
    found = conflict_of((table, money(A=100, B=400, C=90), own))
    assert paths(found) == {
        "divisions.x.ceiling": 200,
        "divisions.y.ceiling": 250,
        "operating": 500,
    }
    assert (found.conflict.required_krw, found.conflict.available_krw) == (500, 450)
    assert found.centres == ("A", "B")
    assert remedies(found) == {
        "divisions.x.ceiling.krw": (200, 250),
        "divisions.y.ceiling.krw": (250, 300),
    }


def test_ceilings_that_leave_money_over() -> None:
    found = conflict_of(two(rules(*XY, ceilings={"x": 200, "y": 200})))
    assert found.conflict.shortfall_krw == 100
    assert "500 won required, 400 won available" in str(found)
    assert "remedy: divisions.x.ceiling.krw: 200 -> 300" in str(found)


def test_a_minimum_above_the_ceiling_of_the_same_division() -> None:
    found = conflict_of(two(rules(*XY, ceilings={"x": 200}, minima={"x": 260})))
    assert paths(found) == {"divisions.x.ceiling": 200, "divisions.x.minimum": 260}
    assert found.conflict.shortfall_krw == 60
    assert remedies(found) == {
        "divisions.x.ceiling.krw": (200, 260),
        "divisions.x.minimum.krw": (260, 200),
    }


def test_only_the_rules_that_matter_are_named() -> None:
    """Bands and limits of another division do not stand in the conflict."""
    table = centres(("x", "y", "z"), {"A": (1, 1, 1), "B": (1, 1, 1)})
    own = rules(
        "x",
        "y",
        "z",
        ceilings={"x": 50, "y": 90},
        minima={"z": 10},
        bands={"plus": {"x": ("0.3", "0.5"), "y": ("0.1", "0.6"), "z": ("0.05", None)}},
    )
    found = conflict_of((table, money(A=100, B=100), own))
    assert set(paths(found)) == {"bands.plus.x.min_share", "divisions.x.ceiling"}


@pytest.mark.parametrize("seed", range(40))
def test_every_remedy_works_and_less_does_not(seed: int) -> None:
    """On random tables: the named rules alone contradict each other, each remedy ends that."""
    table, operating, own = random_case(seed)
    split = cross_split(table, operating, own)
    if contradiction(split) is None:
        return
    found = conflict_of((table, operating, own))
    assert found.conflict.shortfall_krw > 0
    for path, (present, feasible) in remedies(found).items():
        assert present != feasible
        mended = own.replaced({path: feasible})  # type: ignore[dict-item]
        assert cross_table(table, operating, mended).certified
        step = 1 if isinstance(feasible, int) else Decimal("0.0001")
        step = own.unit_krw if isinstance(feasible, int) else step
        short = feasible - step if feasible > present else feasible + step  # type: ignore[operator]
        if min(present, feasible) < short < max(present, feasible):  # type: ignore[type-var]
            assert contradiction(split.under(own.replaced({path: short}))) is not None
