"""The contract of requests.csv, and every fault at once."""

from datetime import datetime

import pandas as pd
import pytest

from budget.allocation.faults import Fault, InputError, shown
from budget.allocation.requests import KOREA, by_priority, checked_requests
from tests.allocation.rounds import request_table


def faults_of(found: pd.DataFrame, unit: int = 1_000) -> list[Fault]:
    with pytest.raises(InputError) as error:
        checked_requests(found, {"A", "B"}, unit)
    return list(error.value.faults)


def test_without_a_table_there_are_no_requests() -> None:
    assert checked_requests(None, {"A"}, 1) == ()
    assert checked_requests(request_table({})[:0], {"A"}, 1) == ()


def test_only_approved_requests_take_part_in_the_order_of_their_submission() -> None:
    table = request_table(
        {"submitted_at": "2026-03-05"},
        {"approved_krw": None},
        {"approved_krw": ""},
        {"submitted_at": "2026-03-04T23:59:59+09:00", "divisible": "TRUE", "priority": "3"},
        {"submitted_at": "2026-03-04T15:00:00Z"},
    )
    found = checked_requests(table, {"A"}, 1_000)
    assert [request.request_id for request in found] == ["R4", "R1", "R5"]
    assert found[0].divisible is True
    assert found[0].priority == 3
    assert found[1].submitted_at == datetime(2026, 3, 5, tzinfo=KOREA)


def test_of_requests_at_the_same_time_the_id_decides() -> None:
    same = {"submitted_at": "2026-03-05"}
    found = checked_requests(request_table(same, same)[::-1], {"A"}, 1)
    assert [request.request_id for request in found] == ["R1", "R2"]


@pytest.mark.parametrize(
    ("cells", "where"),
    [
        ({"request_id": ""}, "request_id"),
        ({"centre_id": "nowhere"}, "centre_id"),
        ({"centre_id": ""}, "centre_id"),
        ({"approved_krw": "0"}, "approved_krw"),
        ({"approved_krw": "-1"}, "approved_krw"),
        ({"approved_krw": "1.5"}, "approved_krw"),
        ({"approved_krw": "1500"}, "approved_krw"),
        ({"approved_krw": "1,000"}, "approved_krw"),
        ({"approved_krw": "NaN"}, "approved_krw"),
        ({"approved_krw": "9" * 60}, "approved_krw"),
        ({"priority": 0}, "priority"),
        ({"priority": 4}, "priority"),
        ({"priority": "high"}, "priority"),
        ({"priority": ""}, "priority"),
        ({"divisible": "partly"}, "divisible"),
        ({"divisible": ""}, "divisible"),
        ({"submitted_at": "yesterday"}, "submitted_at"),
        ({"submitted_at": "2026-02-30"}, "submitted_at"),
        ({"submitted_at": ""}, "submitted_at"),
    ],
)
def test_every_fault_names_row_column_and_value(cells: dict[str, object], where: str) -> None:
    [fault] = faults_of(request_table({}, cells))
    assert (fault.file, fault.row, fault.where) == ("requests.csv", 3, where)
    assert fault.value == shown(cells[where])
    assert fault.expected


def test_all_faults_at_once() -> None:
    table = request_table(
        {"centre_id": "X", "priority": 9, "divisible": "?", "submitted_at": "?"},
        {"request_id": "R1", "approved_krw": 1},
    )
    assert [(fault.row, fault.where) for fault in faults_of(table)] == [
        (2, "centre_id"),
        (2, "priority"),
        (2, "divisible"),
        (2, "submitted_at"),
        (3, "request_id"),
        (3, "approved_krw"),
    ]


def test_missing_columns_are_named() -> None:
    table = request_table({}).drop(columns=["priority", "divisible"])
    assert [fault.where for fault in faults_of(table)] == ["priority", "divisible"]


def test_a_column_that_stands_twice_is_a_fault() -> None:
    table = request_table({})
    twice = pd.concat([table, table[["priority"]]], axis=1)
    assert [fault.where for fault in faults_of(twice)] == ["priority"]


def test_an_amount_beyond_any_envelope_is_no_crash() -> None:
    [found] = checked_requests(request_table({"approved_krw": "1" + "0" * 18}), {"A"}, 1_000)
    assert found.approved == 10**18


def test_priorities_fall_into_indivisible_and_divisible() -> None:
    found = checked_requests(
        request_table(
            {"priority": 2, "divisible": True}, {"priority": 2}, {"priority": 1}, {"priority": 2}
        ),
        {"A"},
        1_000,
    )
    named = [
        ([request.request_id for request in whole], [request.request_id for request in parts])
        for whole, parts in by_priority(found)
    ]
    assert named == [(["R3"], []), (["R2", "R4"], ["R1"]), ([], [])]
