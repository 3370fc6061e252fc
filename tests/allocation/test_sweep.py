"""The allocation at every value of a parameter."""

from decimal import Decimal

import pytest

from budget.allocation.faults import InputError
from budget.allocation.sweep import sweep, sweep_values
from tests.allocation.rounds import policy, table

RULES = policy('[[pool.floor]]\nname = "least"\nkrw = 100_000\n')
CENTRES = table(staff=[1, 2, 3])
FLOOR = "pool.operating.floor.least.krw"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.9:1:0.05", ["0.90", "0.95", "1.00"]),
        ("0.9:0.97:0.05", ["0.9", "0.95"]),
        ("1_000:3_000:1_000", ["1000", "2000", "3000"]),
        ("3, 1,2", ["3", "1", "2"]),
        ("0.5", ["0.5"]),
        ("1:1:1", ["1"]),
    ],
)
def test_values(text: str, values: list[str]) -> None:
    assert sweep_values(text) == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    "text", ["", "a", "1:2", "2:1:1", "1:2:0", "1:2:-1", "1,2:3:4", "nan", "1:inf:1", "0:1:0.00001"]
)
def test_what_is_no_list_of_values(text: str) -> None:
    with pytest.raises(InputError, match="--set"):
        sweep_values(text)


def test_one_row_a_value_and_centre() -> None:
    found = sweep(CENTRES, RULES, None, {FLOOR: [Decimal(0), Decimal(150_000)]})
    assert found[FLOOR].tolist() == ["0"] * 3 + ["150000"] * 3
    assert found["operating_krw"].tolist() == [
        *[100_000, 200_000, 300_000],
        *[150_000, 180_000, 270_000],
    ]
    assert set(found["certified"]) == {"true"}
    assert found["total_krw"].tolist() == found["operating_krw"].tolist()


def test_a_whole_number_that_is_no_parameter_is_swept_as_well() -> None:
    found = sweep(CENTRES, RULES, None, {"policy.fiscal_year": [Decimal(2027), Decimal("2028")]})
    assert found["policy.fiscal_year"].tolist() == ["2027"] * 3 + ["2028"] * 3
    with pytest.raises(InputError, match="a whole number"):
        sweep(CENTRES, RULES, None, {"policy.fiscal_year": [Decimal("2027.5")]})


def test_an_infeasible_value_has_one_row_with_its_shortfall() -> None:
    found = sweep(CENTRES, RULES, None, {FLOOR: [Decimal(200_000), Decimal(201_000)]})
    assert found["feasible"].tolist() == ["true"] * 3 + ["false"]
    assert found["shortfall_krw"].tolist() == [0, 0, 0, 3_000]
    assert found["operating_krw"].isna().tolist() == [False] * 3 + [True]


def test_too_many_combinations_are_refused_before_they_are_listed() -> None:
    """Six lists of ten thousand make 10^24 combinations: no machine has room for them."""
    paths = [FLOOR, "policy.envelope_krw", *(f"nowhere.{number}" for number in range(4))]
    with pytest.raises(InputError, match="10000"):
        sweep(CENTRES, RULES, None, dict.fromkeys(paths, [Decimal(1)] * 10_000))


def test_several_parameters_are_combined() -> None:
    found = sweep(
        CENTRES,
        RULES,
        None,
        {
            FLOOR: [Decimal(0), Decimal(1)],
            "policy.envelope_krw": [Decimal(600_000), Decimal(1_200_000)],
        },
    )
    assert len(found) == 4 * 3
    assert (
        found.groupby([FLOOR, "policy.envelope_krw"])["total_krw"].sum().tolist()
        == [
            1_200_000,
            600_000,
        ]
        * 2
    )


def test_values_that_the_policy_does_not_allow_are_named_before_any_run() -> None:
    with pytest.raises(InputError) as error:
        sweep(CENTRES, RULES, None, {FLOOR: [Decimal("0.5"), Decimal(-1), Decimal(0)]})
    assert [(fault.where, fault.value) for fault in error.value.faults] == [
        (FLOOR, "0.5"),
        (FLOOR, "-1"),
    ]


def test_a_path_that_is_not_there() -> None:
    with pytest.raises(InputError, match="nowhere"):
        sweep(CENTRES, RULES, None, {"pool.nowhere.amount.krw": [Decimal(1)]})


def test_too_many_runs() -> None:
    many = [Decimal(value) for value in range(101)]
    with pytest.raises(InputError, match="at most 10000"):
        sweep(CENTRES, RULES, None, {FLOOR: many, "policy.envelope_krw": many})


@pytest.mark.parametrize("text", ["0:1e999999:1e-999999", "1e5000"])
def test_values_beyond_any_number(text: str) -> None:
    with pytest.raises(InputError):
        sweep(CENTRES, RULES, None, {FLOOR: sweep_values(text)})
