"""The cross table: worked in the head, then what holds for every one of them."""

import pickle
from decimal import Decimal
from fractions import Fraction
from random import Random

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.division_rounding import rounded_table
from budget.allocation.divisions import CrossTable, cross_table
from budget.allocation.faults import InputError
from tests.allocation.division_tables import Case, centres, hard_case, money, random_case, rules

XY, XYZ = ("x", "y"), ("x", "y", "z")


def rows(table: CrossTable) -> dict[str, list[int]]:
    """Cells by centre."""
    return {str(key): [int(won) for won in row] for key, row in table.cells.iterrows()}


def test_without_limits_everybody_gets_the_target() -> None:
    found = cross_table(centres(XY, {"A": (1, 3), "B": (2, 0)}), money(A=400, B=70), rules(*XY))
    assert rows(found) == {"A": [100, 300], "B": [70, 0]}
    assert found.ratio.loc["A"].tolist() == [1.0, 1.0]
    assert found.ratio.loc["B"].isna().tolist() == [False, True]
    assert (found.binding == "").all(axis=None)
    assert found.certified
    assert pickle.loads(pickle.dumps(found)).cells.equals(found.cells)


def test_a_ceiling_is_borne_by_all_in_proportion() -> None:
    """80 of 100 wanted: 80 % of every target; what x loses, y gains in the same centre."""
    found = cross_table(
        centres(XY, {"A": (1, 1), "B": (1, 1), "C": (0, 5)}),
        money(A=100, B=100, C=50),
        rules(*XY, ceilings={"x": 80}),
    )
    assert rows(found) == {"A": [40, 60], "B": [40, 60], "C": [0, 50]}
    assert found.binding["x"].tolist() == ["ceiling", "ceiling", ""]
    assert found.binding["y"].tolist() == ["", "", ""]
    assert found.limits["binding"].tolist() == ["ceiling", ""]
    assert found.limits.loc["x", "total_krw"] == found.limits.loc["x", "ceiling_krw"] == 80
    [cut] = found.levels.cuts
    assert (cut.kind, cut.level) == ("ceiling", Fraction(4, 5))


def test_a_minimum_is_paid_by_the_others_in_proportion() -> None:
    found = cross_table(
        centres(XY, {"A": (1, 1), "B": (1, 1)}),
        money(A=100, B=300),
        rules(*XY, minima={"y": 240}),
    )
    assert rows(found) == {"A": [40, 60], "B": [120, 180]}
    assert found.limits["binding"].tolist() == ["", "minimum"]
    assert found.binding["y"].tolist() == ["minimum", "minimum"]


def test_a_floor_shifts_the_burden_to_who_has_none() -> None:
    """A may not give x less than 45 of its 100, so B gives 35."""
    found = cross_table(
        centres(XY, {"A": (1, 1), "B": (1, 1)}, {"B": "basic"}),
        money(A=100, B=100),
        rules(*XY, ceilings={"x": 80}, bands={"plus": {"x": ("0.45", None)}}),
    )
    assert rows(found) == {"A": [45, 55], "B": [35, 65]}
    assert found.binding["x"].tolist() == ["floor", "ceiling"]
    assert found.room("A").loc["x", ["down_krw", "up_krw"]].tolist() == [0, 55]


def test_a_cap_stops_one_and_the_rest_of_the_row_takes_it() -> None:
    found = cross_table(
        centres(XYZ, {"A": (2, 1, 1)}),
        money(A=400),
        rules(*XYZ, bands={"plus": {"x": (None, "0.4")}}),
    )
    assert rows(found) == {"A": [160, 120, 120]}
    assert found.binding.loc["A"].tolist() == ["cap", "", ""]


def test_two_ceilings_one_after_the_other() -> None:
    """x at half its targets first; the rest of each row rises to 125, y is stopped at 110."""
    found = cross_table(
        centres(XYZ, {"A": (1, 1, 1), "B": (1, 1, 1)}),
        money(A=300, B=300),
        rules(*XYZ, ceilings={"x": 100, "y": 220}),
    )
    assert rows(found) == {"A": [50, 110, 140], "B": [50, 110, 140]}
    assert [float(cut.level or 0) for cut in found.levels.cuts] == [0.5, 1.1]


def test_a_ceiling_can_hold_a_division_that_has_none_itself() -> None:
    """B has x alone: its 100 fill the ceiling of 120 but for 20, which are left for A."""
    found = cross_table(
        centres(XY, {"A": (1, 1), "B": (1, 0)}),
        money(A=100, B=100),
        rules(*XY, ceilings={"x": 120}),
    )
    assert rows(found) == {"A": [20, 80], "B": [100, 0]}


def test_a_band_does_not_bind_a_division_that_a_centre_lacks() -> None:
    found = cross_table(
        centres(XY, {"A": (0, 4)}),
        money(A=100),
        rules(*XY, bands={"plus": {"x": ("0.3", None), "y": (None, "1")}}),
    )
    assert rows(found) == {"A": [0, 100]}


def test_a_floor_wins_over_a_cap_that_rounding_puts_below_it() -> None:
    """30 % of 7 units: no less than 3, no more than 2 whole units: 3."""
    found = cross_table(
        centres(XY, {"A": (1, 9)}),
        money(A=7_000),
        rules(*XY, unit=1_000, bands={"plus": {"x": ("0.3", "0.3")}}),
    )
    assert rows(found) == {"A": [3_000, 4_000]}


def test_shares_are_of_all_operating_money_and_rounded_inwards() -> None:
    found = cross_table(
        centres(XY, {"A": (1, 1)}),
        money(A=11_000),
        rules(*XY, unit=1_000).replaced(
            {"divisions.x.ceiling.share": 1, "divisions.y.minimum.share": 0}
        ),
    )
    assert (found.split.ceilings, found.split.minima) == ((11_000, None), (0, 0))
    tighter = found.rules.replaced({"divisions.x.ceiling.share": Decimal("0.45")}).replaced(
        {"divisions.y.minimum.share": Decimal("0.5")}
    )
    again = found.split.under(tighter)
    assert (again.ceilings, again.minima) == ((4_000, None), (0, 6_000))


def test_rounding_keeps_rows_and_columns() -> None:
    """Each row 10 over three equal divisions: 4 3 3 by the order of divisions; the columns,
    6 2/3 each, may not hold 8, so B's largest remainder goes elsewhere."""
    found = cross_table(
        centres(XYZ, {"A": (1, 1, 1), "B": (1, 1, 1)}), money(A=10, B=10), rules(*XYZ)
    )
    assert sorted(found.cells.sum()) == [6, 7, 7]
    assert found.cells.sum(axis=1).tolist() == [10, 10]
    assert rows(found)["A"] != rows(found)["B"]


def test_a_unit_moves_on_to_where_it_costs_least() -> None:
    """Both rows would round up the first column, which may hold one unit; the cheapest is to round
    up the third in the first row (5 hundredths less), not the second (15, in the other row 10)."""
    hundredths = [[(40, 25, 35), (40, 30, 30)], [(40, 35, 25), (40, 30, 30)]]
    wanted = [[[0, 0, 1], [1, 0, 0]], [[0, 1, 0], [1, 0, 0]]]
    for rows, right in zip(hundredths, wanted, strict=True):
        exact = [[Fraction(part, 100) for part in row] for row in rows]
        assert rounded_table(exact, 3, 1) == right


def test_who_pushes_and_where_the_money_went() -> None:
    found = cross_table(
        centres(XYZ, {"A": (1, 1, 2), "B": (1, 1, 0), "C": (0, 1, 1)}),
        money(A=400, B=100, C=60),
        rules(*XYZ, ceilings={"x": 90}),
    )
    pushed = found.pushed("x")
    assert pushed.index.tolist() == ["A", "B"]
    assert pushed["target_krw"].tolist() == [100, 50]
    assert pushed["pushed_krw"].tolist() == [40, 20]
    assert pushed["pushed_share"].round(4).tolist() == [0.6667, 0.3333]
    assert pushed["to_y_krw"].tolist() == [13, 20]
    assert pushed["to_z_krw"].tolist() == [27, 0]


def test_one_more_unit_of_a_ceiling() -> None:
    found = cross_table(
        centres(XY, {"A": (1, 1), "B": (1, 1)}),
        money(A=100, B=300),
        rules(*XY, ceilings={"x": 160}),
    )
    assert rows(found) == {"A": [40, 60], "B": [120, 180]}
    more = found.with_more("x", 20)
    assert more.loc["A"].tolist() == [5, -5]
    assert more.loc["B"].tolist() == [15, -15]
    assert found.with_more("x", 100)["x"].sum() == 40  # from 200 on the ceiling binds no more


def test_every_fault_of_the_inputs_at_once() -> None:
    with pytest.raises(InputError) as caught:
        cross_table(
            centres(XY, {"A": (0, 0), "B": ("many", 1), "D": (1, ""), "E": ("0.125", -1)}),
            money(A=100, B=100, C=100, D=50, E=100),
            rules(*XY, unit=100),
        )
    assert {(f.where, f.row, f.value) for f in caught.value.faults} == {
        ("staff_x", 3, "many"),
        ("staff_y", 4, ""),
        ("staff_x", 5, "0.125"),
        ("staff_y", 5, "-1"),
        ("centre_id", None, "C"),
        ("D", None, "50"),
    }
    with pytest.raises(InputError, match=r"A.*staff in at least one division"):
        cross_table(centres(XY, {"A": (0, 0)}), money(A=100), rules(*XY))
    with pytest.raises(InputError, match="staff_x"):
        cross_table(centres(XY, {"A": (1, 1)}).drop(columns="staff_x"), money(A=1), rules(*XY))


def test_no_centre_at_all_is_told() -> None:
    with pytest.raises(InputError, match="at least one centre"):
        cross_table(centres(XY, {"A": (1, 1)}), money(), rules(*XY))


def test_the_same_centre_twice() -> None:
    table = centres(XY, {"A": (1, 1), "B": (1, 1)}).assign(centre_id=["A", "A"])
    with pytest.raises(InputError, match="an id of its own"):
        cross_table(table, money(A=100), rules(*XY))
    twice = pd.concat([money(A=100), money(A=200)])
    with pytest.raises(InputError, match="an id of its own"):
        cross_table(centres(XY, {"A": (1, 1)}), twice, rules(*XY))


def test_staff_of_divisions_are_the_staff_of_the_centre() -> None:
    table = centres(XY, {"A": (1, 2), "B": ("0.2", "0.2")}).assign(
        officials=["4", "0"], counselling_officials="0", counsellors="0", support_staff="0"
    )
    with pytest.raises(InputError) as caught:
        cross_table(table, money(A=100, B=100), rules(*XY))
    [fault] = caught.value.faults
    assert (fault.row, fault.value) == (2, "3")
    cross_table(table.assign(officials=["3.5", "0"]), money(A=100, B=100), rules(*XY))


def test_parts_of_a_person_by_the_hundred() -> None:
    """174 centres with hundredths of a person: shares with hundreds of digits, still exact."""
    table, operating, own = hard_case(3)
    draws = Random(3)
    for column in own.staff_columns:
        table[column] = [
            f"{int(n) + draws.randint(1, 99) / 100:.2f}" if int(n) else "0" for n in table[column]
        ]
    found = cross_table(table, operating, own)
    assert found.certified
    assert len(found.levels.cuts) >= 3
    assert max(won.denominator.bit_length() for row in found.levels.amounts for won in row) > 2_000


def test_a_centre_without_money_has_a_row_of_noughts() -> None:
    found = cross_table(centres(XY, {"A": (0, 0), "B": (1, 1)}), money(A=0, B=2), rules(*XY))
    assert rows(found) == {"A": [0, 0], "B": [1, 1]}


# --- what always holds ------------------------------------------------------------------------

SEEDS = st.integers(0, 10**6)


def solved(case: Case) -> CrossTable | None:
    """The table, or None where the limits contradict each other."""
    try:
        return cross_table(*case)
    except InfeasibleDivisions:
        return None


@given(SEEDS)
@settings(max_examples=40, deadline=None)
def test_sums_limits_units_and_the_proof(seed: int) -> None:
    case = random_case(seed)
    found = solved(case)
    if found is None:
        return
    operating, unit = case[1], case[2].unit_krw
    assert (found.cells.sum(axis=1) == operating).all()
    assert (found.cells % unit == 0).all(axis=None)
    assert (found.cells >= found.floors).all(axis=None)
    assert (found.cells <= found.caps).all(axis=None)
    totals, limits = found.cells.sum(), found.limits
    assert (totals <= limits["ceiling_krw"].fillna(10**18)).all()
    assert (totals >= limits["minimum_krw"].fillna(0)).all()
    exact = found.levels.amounts
    for key, amounts in zip(found.split.ids, exact, strict=True):
        own = found.cells.loc[key]
        assert all(abs(int(won) - amount) < unit for won, amount in zip(own, amounts, strict=True))
    assert found.certified, found.certificate.breaches
    limited = limits["binding"] == "ceiling"
    assert (totals[limited] == limits.loc[limited, "ceiling_krw"]).all()
    lifted = limits["binding"] == "minimum"
    assert (totals[lifted] == limits.loc[lifted, "minimum_krw"]).all()
    for division in found.split.divisions:
        pushed = found.pushed(division)
        went = pushed.filter(regex="^to_").sum(axis=1)
        assert (went == pushed["pushed_krw"]).all()


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_the_order_of_rows_is_nothing(seed: int) -> None:
    table, operating, own = random_case(seed)
    found = solved((table, operating, own))
    draws = Random(seed)
    order = draws.sample(range(len(table)), len(table))
    other = draws.sample(list(operating.index), len(operating))
    turned = solved((table.iloc[order].reset_index(drop=True), operating.loc[other], own))
    if found is None or turned is None:
        assert found is turned
        return
    assert turned.cells.index.tolist() == other
    pd.testing.assert_frame_equal(turned.cells.loc[found.cells.index], found.cells)


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_twins_get_the_same_within_a_unit(seed: int) -> None:
    table, operating, own = random_case(seed)
    twin = table.iloc[[0]].assign(centre_id="Z999")
    both = pd.concat([table, twin], ignore_index=True)
    shared = pd.concat([operating, money(Z999=int(operating.iloc[0]))])
    found = solved((both, shared, own))
    if found is not None:
        difference = found.cells.loc["C000"] - found.cells.loc["Z999"]
        assert (difference.abs() <= own.unit_krw).all()
        assert found.ratio.loc["C000"].equals(found.ratio.loc["Z999"])


@given(SEEDS)
@settings(max_examples=20, deadline=None)
def test_a_wider_limit_never_makes_the_worst_off_worse(seed: int) -> None:
    table, operating, own = random_case(seed, tightness=0.8)
    found = solved((table, operating, own))
    if found is None:
        return
    loose = solved((table, operating, own.without_limits()))
    assert loose is not None
    assert loose.ratio.min(axis=None) >= found.ratio.min(axis=None) - 1e-12
