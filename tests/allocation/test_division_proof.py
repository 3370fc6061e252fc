"""The proof of a cross table: accepts what is right, names what is wrong with a changed one."""

from random import Random

import pandas as pd
import pytest

from budget.allocation.division_levels import contradiction
from budget.allocation.division_proof import certified, proof
from budget.allocation.division_split import cross_split
from budget.allocation.divisions import CrossTable, cross_table
from tests.allocation.division_tables import Case, centres, hard_case, money, random_case, rules

XY, XYZ = ("x", "y"), ("x", "y", "z")


@pytest.fixture(scope="module")
def case() -> Case:
    return (
        centres(XYZ, {"A": (1, 1, 1), "B": (1, 2, 1), "C": (2, 1, 0)}, {"C": "basic"}),
        money(A=300_000, B=400_000, C=300_000),
        rules(
            *XYZ,
            unit=1_000,
            ceilings={"x": 330_000},
            minima={"z": 230_000},
            bands={"plus": {"y": ("0.3", "0.5")}, "basic": {"x": ("0.4", "0.6")}},
        ),
    )


@pytest.fixture
def found(case: Case) -> CrossTable:
    return cross_table(*case)


def broken(case: Case, cells: pd.DataFrame) -> set[str]:
    """The rules that are broken."""
    return {breach.rule for breach in proof(*case, cells).breaches}


def moved(found: CrossTable, **changes: int) -> pd.DataFrame:
    """The cells with won added: A_x=1000."""
    cells = found.cells.copy()
    for place, won in changes.items():
        centre, _, division = place.partition("_")
        cells.loc[centre, division] += won
    return cells


def test_a_right_result_is_certified_in_any_order(case: Case, found: CrossTable) -> None:
    assert proof(*case, found.cells).certified
    assert proof(*case, found.cells.loc[["C", "A", "B"], ["z", "x", "y"]]).certified


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"A_x": 500, "A_y": -500}, "unit"),
        ({"A_y": 1_000}, "sum"),
        ({"A_y": -20_000, "A_z": 20_000}, "floor"),
        ({"A_y": 60_000, "A_z": -60_000}, "cap"),
        ({"C_x": 60_000, "C_y": -60_000}, "ceiling"),
        ({"B_z": -80_000, "B_y": 80_000}, "minimum"),
        ({"A_x": -3_000, "A_z": 3_000}, "exchange"),
        ({"A_x": 4_000, "A_z": -4_000, "B_x": -4_000, "B_z": 4_000}, "exchange"),
    ],
)
def test_a_changed_result_is_not(
    case: Case, found: CrossTable, changes: dict[str, int], rule: str
) -> None:
    assert rule in broken(case, moved(found, **changes))


def test_one_unit_s_worth_is_no_exchange() -> None:
    """Two thousand each would be even; at 3 and 1 a moved unit makes both equal, at 4 and 0 not."""
    question = cross_split(centres(XY, {"A": (1, 1)}), money(A=4_000), rules(*XY, unit=1_000))
    assert certified(question, [[2_000, 2_000]]).certified
    assert certified(question, [[3_000, 1_000]]).certified
    assert [breach.rule for breach in certified(question, [[4_000, 0]]).breaches] == ["exchange"]


def test_missing_and_strange_rows(case: Case, found: CrossTable) -> None:
    assert broken(case, found.cells.drop(index="A")) == {"shape"}
    assert broken(case, found.cells.drop(columns="x")) == {"shape"}
    assert broken(case, found.cells.rename(index={"A": "Q"})) == {"shape"}
    assert broken(case, pd.concat([found.cells, found.cells.loc[["A"]]])) == {"shape"}


def test_the_exchange_is_named(case: Case, found: CrossTable) -> None:
    [breach] = proof(*case, moved(found, A_x=4_000, A_z=-4_000, B_x=-4_000, B_z=4_000)).breaches
    assert "B x" in str(breach)
    assert "A x" in str(breach)


def test_a_round_over_three_centres_is_seen() -> None:
    """No two centres share two of three full divisions: the unit has to go round through all."""
    given = (
        centres(XYZ, {"A": (1, 1, 0), "B": (0, 1, 1), "C": (1, 0, 1)}),
        money(A=200_000, B=200_000, C=200_000),
        rules(*XYZ, unit=1_000, ceilings={"x": 200_000, "y": 200_000, "z": 200_000}),
    )
    found = cross_table(*given)
    assert found.certified
    turn = {"A_x": 9_000, "A_y": -9_000, "B_y": 9_000, "B_z": -9_000}
    cells = moved(found, **turn, C_z=9_000, C_x=-9_000)
    assert (cells.sum() == 200_000).all()
    [breach] = proof(*given, cells).breaches
    assert breach.rule == "exchange"
    assert str(breach).count(",") >= 3


def feasible_moves(found: CrossTable, draws: Random) -> list[list[int]] | None:
    """Cells after a random round over two centres and two divisions that breaks no limit."""
    split = found.split
    cells = [[int(won) for won in found.cells.loc[key]] for key in split.ids]
    a, b = draws.sample(range(len(split.ids)), 2)
    d, e = draws.sample(range(len(split.divisions)), 2)
    won = draws.choice((2, 3, 5, 20, 100)) * split.unit
    for row, column, more in ((a, d, won), (a, e, -won), (b, d, -won), (b, e, won)):
        cells[row][column] += more
        if not split.floors[row][column] <= cells[row][column] <= split.most[row][column]:
            return None
    return cells


def test_random_rounds_of_two_units_and_more_are_caught() -> None:
    """Moving so much that both cells are past a unit's worth is never taken for right."""
    tried = 0
    for seed in range(60):
        draws = Random(seed)
        given = random_case(seed)
        if contradiction(cross_split(*given)) is not None:
            continue
        found = cross_table(*given)
        for _ in range(8):
            cells = feasible_moves(found, draws)
            if cells is not None:
                tried += 1
                assert not certified(found.split, cells).certified
    assert tried > 40


def test_a_country_is_proven_and_one_moved_pair_is_caught() -> None:
    found = cross_table(*hard_case(3))
    assert found.certified
    caught = tried = 0
    draws = Random(3)
    while tried < 20:
        cells = feasible_moves(found, draws)
        if cells is not None:
            tried += 1
            caught += not certified(found.split, cells).certified
    assert caught == tried
