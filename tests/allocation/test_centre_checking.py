"""What a table of centres is refused for: every fault at once."""

from collections.abc import Sequence

import pandas as pd
import pytest

from budget.allocation.centre_checking import checked_centres
from budget.allocation.contract import CONTRACT, DERIVED
from budget.allocation.faults import Fault, InputError
from budget.allocation.policy import Policy
from tests.allocation.rounds import ADJUSTED, STAFF_FACTOR, checked, policy, table


def faults_of(rules: Policy, **columns: Sequence[object]) -> list[Fault]:
    with pytest.raises(InputError) as error:
        checked(rules, **columns)
    return list(error.value.faults)


def places_of(rules: Policy, **columns: Sequence[object]) -> list[tuple[str, int | None, str]]:
    return [(fault.where, fault.row, fault.value) for fault in faults_of(rules, **columns)]


def test_no_ids_and_no_rows() -> None:
    with pytest.raises(InputError, match="centre_id"):
        allocated_table(pd.DataFrame({"staff": [1]}))
    with pytest.raises(InputError, match="at least one centre"):
        allocated_table(pd.DataFrame({"centre_id": [], "staff": []}))


def allocated_table(given: pd.DataFrame) -> None:
    checked_centres(given, policy())


def test_ids_that_are_empty_or_stand_twice() -> None:
    assert places_of(policy(), centre_id=["A", "", " A ", None], staff=[1] * 4) == [
        ("centre_id", 3, ""),
        ("centre_id", 4, "A"),
        ("centre_id", 5, ""),
    ]


def test_columns_that_stand_twice() -> None:
    given = table(staff=[1])
    with pytest.raises(InputError, match="staff: expected a column name that stands once"):
        allocated_table(pd.concat([given, given[["staff"]]], axis=1))


def test_too_many_rows_are_refused_unread() -> None:
    many = pd.DataFrame({"centre_id": ["x"] * 100_001, "staff": ["?"] * 100_001})
    with pytest.raises(InputError) as error:
        allocated_table(many)
    assert [fault.value for fault in error.value.faults] == ["100001"]


@pytest.mark.parametrize("rows", [1, 3])
def test_another_number_of_rows_than_the_policy_says(rows: int) -> None:
    rules = policy().replaced({})
    header = rules.policy.model_copy(update={"centres": 2})
    own = rules.model_copy(update={"policy": header})
    [fault] = faults_of(own, staff=[1] * rows)
    assert fault.value == str(rows)
    assert "2 rows" in str(fault)


def test_columns_that_the_policy_names_and_the_table_has_not() -> None:
    found = faults_of(
        policy(
            '[[pool.floor]]\nname = "f"\nprior = { column = "last", rate = 1 }\n',
            pool='eligible = { column = "grade", values = ["S"] }',
        ),
        staff=[1],
    )
    assert [(fault.file, fault.where, fault.value) for fault in found] == [
        ("policy.toml", "pool.operating.eligible.column", "grade"),
        ("policy.toml", "pool.operating.floor.f.prior.column", "last"),
    ]
    assert "staff" in str(found[0])


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        (name, cell)
        for name, declared in CONTRACT.items()
        if declared.kind != "text"
        for cell in [
            "many",
            "NaN",
            "1,000",
            *([] if declared.least is None else [declared.least - 1]),
            *([] if declared.most is None else [declared.most + 1]),
            *(["1.5"] if declared.kind == "whole" else []),
        ]
    ],
)
def test_every_number_of_the_contract_has_its_range(column: str, cell: object) -> None:
    rules = policy(f'[[pool.floor]]\nname = "f"\nprior = {{ column = "{column}", rate = 0 }}\n')
    [fault] = faults_of(rules, staff=[1, 1], **{column: ["1", cell]})
    assert (fault.file, fault.where, fault.row, fault.value) == (
        "centres.csv",
        column,
        3,
        str(cell),
    )
    assert "number" in fault.expected


@pytest.mark.parametrize("column", ["centre_type", "performance_grade"])
def test_texts_of_the_contract_have_their_values(column: str) -> None:
    rules = policy(pool=f'eligible = {{ column = "{column}", values = ["S", "plus"] }}')
    [fault] = faults_of(rules, staff=[1], **{column: ["Z"]})
    assert (fault.where, fault.row, fault.value) == (column, 2, "Z")
    assert CONTRACT[column].values[0] in str(fault)


def test_a_missing_number_in_a_factor_is_never_nought() -> None:
    assert places_of(policy(), staff=[1, None, ""]) == [("staff", 3, ""), ("staff", 4, "")]


def test_but_only_of_those_who_share() -> None:
    rules = policy(pool='eligible = { column = "side", values = ["n"] }')
    assert checked(rules, staff=[1, None], side=["n", "s"]).ids == ("A", "B")


def test_spending_above_what_was_available() -> None:
    columns = {
        "staff": [1] * 4,
        "prior_available_krw": [100, 100, 0, 100],
        "prior_spent_krw": [101, 91, 1, 100],
        "prior_carryover_krw": [None, 10, None, 0],
    }
    assert places_of(policy(ADJUSTED), **columns) == [
        ("prior_spent_krw", 2, "101"),
        ("prior_spent_krw", 3, "91"),
        ("prior_spent_krw", 4, "1"),
    ]


@pytest.mark.parametrize("name", DERIVED)
def test_derived_columns_are_never_typed_in(name: str) -> None:
    rules = policy(f'[[pool.floor]]\nname = "f"\nprior = {{ column = "{name}", rate = 0 }}\n')
    sources = {source: [0] for source in DERIVED[name]}
    found = places_of(rules, staff=[1], **sources, **{name: [1]})
    assert found == [(name, None, "")]


def test_execution_rate_needs_its_money_columns() -> None:
    [fault] = faults_of(policy(ADJUSTED), staff=[1], prior_spent_krw=[1])
    assert fault.where == "prior_available_krw, prior_carryover_krw"


def test_a_factor_whose_total_is_nought() -> None:
    [fault] = faults_of(policy(), staff=[0, 0])
    assert (fault.file, fault.where) == ("policy.toml", "pool.operating.factor.staff")


def test_a_measure_of_need_below_nought() -> None:
    assert places_of(policy(), staff=[2, -1]) == [("staff", 3, "-1")]


def test_values_that_a_table_does_not_know() -> None:
    rules = policy(
        '[[pool.floor]]\nname = "f"\nby = { column = "kind", table = { x = 1 } }\n'
        '[[pool.adjustment]]\nname = "a"\ncolumn = "grade"\ntable = { S = 1 }\n'
    )
    assert places_of(rules, staff=[1] * 3, kind=["y", "x", "z"], grade=["S", "T", None]) == [
        ("pool.operating.adjustment.a.table", None, "T"),
        ("pool.operating.floor.f.by.table", None, "y"),
        ("pool.operating.floor.f.by.table", None, "z"),
    ]


def test_bands_that_half_overlap() -> None:
    rules = policy(
        "".join(
            f'[[pool.band]]\nname = "{name}"\nmin_share = 0\n'
            f'where = {{ column = "staff", {ends} }}\n'
            for name, ends in [("low", "max = 2"), ("high", "min = 2"), ("all", "min = 0")]
        )
    )
    [fault] = faults_of(rules, staff=[1, 2, 3])
    assert fault.where == "pool.operating.band.high"
    assert "low" in str(fault)
    assert "1 centres are in both" in str(fault)


def test_nobody_is_eligible() -> None:
    rules = policy(pool='eligible = { column = "staff", min = 9 }')
    [fault] = faults_of(rules, staff=[1, 2])
    assert fault.where == "pool.operating.eligible"


def test_faults_of_rows_and_columns_come_at_once() -> None:
    rules = policy('[[pool.floor]]\nname = "f"\nprior = { column = "last", rate = 1 }\n')
    assert {
        (fault.where, fault.row)
        for fault in faults_of(
            rules, centre_id=["A", "A", ""], staff=[-0.5, "x", 1], last=[1, 2, "?"]
        )
    } == {("centre_id", 3), ("centre_id", 4), ("staff", 3), ("last", 4)}


def test_row_count_cells_and_rules_come_at_once() -> None:
    rules = policy('[[pool.floor]]\nname = "f"\nby = { column = "kind", table = { x = 1 } }\n')
    header = rules.policy.model_copy(update={"centres": 2})
    own = rules.model_copy(update={"policy": header})
    found = faults_of(own, staff=["x", 1, 1], kind=["y", "x", "x"])
    assert {fault.where for fault in found} == {"", "staff", "pool.operating.floor.f.by.table"}


def test_disadvantaged_jobseekers_are_part_of_the_registered() -> None:
    factor = STAFF_FACTOR.replace(
        "{ staff = 1.0 }", "{ registered_jobseekers = 1, disadvantaged_jobseekers = 1 }"
    )
    assert faults_of(policy(factor=factor), registered_jobseekers=[1], disadvantaged_jobseekers=[2])
