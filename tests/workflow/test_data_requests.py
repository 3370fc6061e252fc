"""Requests from a file: taken over as submitted, never decided by whoever uploaded them."""

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import data_requests, needs_seen, proving, review
from budget.workflow.refusals import Forbidden, NotNow
from tests.storage.databases import auditor, head, key, move_round, planner, reviewer
from tests.workflow import steps

HEADER = "요구번호,센터코드,구분,요구명,요구액,승인액,우선순위,분할 가능,제출일시\n"
GOOD = (HEADER + 'R-1,EC002,임차,임차 계약 갱신,"34,000,000",,,,2026-03-02 10:00:00\n').encode(
    "cp949"
)


def test_a_request_of_a_file_is_reviewed_like_any_other(own_store: Store) -> None:
    assert data_requests.take_over(own_store, planner(), "요구.csv", GOOD, "서면", key=key()) == 1
    need = needs_seen.need(own_store, head("EC002"), "R-1")
    assert (need.state, need.requested_krw, need.category) == ("submitted", 34_000_000, "leasing")
    assert proving.verify(own_store, auditor()).is_whole
    need = review.claim(own_store, reviewer(), "R-1", based_on=need.version, key=key())
    need = steps.assess(own_store, need, by=reviewer())
    with pytest.raises(Forbidden):
        review.reject(own_store, planner(), "R-1", "사유", based_on=need.version, key=key())
    review.reject(own_store, planner(2), "R-1", "사유", based_on=need.version, key=key())


def test_every_fault_is_told_and_nothing_is_stored(own_store: Store) -> None:
    text = (
        HEADER
        + "SN2027-001,EC002,임차,가,1000,,,,\n"
        + "R-2,EC999,이사,나,3.5,,,,어제\n"
        + "R-3,EC003,기타,다,1000,1000,2,예,\n"
    )
    upload = data_requests.checked_requests(own_store, planner(), "요구.csv", text.encode())
    assert {(fault.row, fault.where) for fault in upload.faults} == {
        (3, "구분"),
        (3, "요구액"),
        (3, "제출일시"),
    }
    mended = text.replace("이사", "이전").replace("3.5", "3500").replace("어제", "")
    upload = data_requests.checked_requests(own_store, planner(), "요구.csv", mended.encode())
    assert {(fault.row, fault.where) for fault in upload.faults} == {
        (2, "요구번호"),
        (3, "센터코드"),
        (4, "승인액"),
        (4, "우선순위"),
        (4, "분할 가능"),
    }
    with steps.unchanged(own_store), pytest.raises(InputError):
        data_requests.take_over(
            own_store, planner(), "요구.csv", mended.encode(), "서면", key=key()
        )


def test_one_key_takes_over_once_and_only_while_the_round_is_open(own_store: Store) -> None:
    once = key()
    data_requests.take_over(own_store, planner(), "a.csv", GOOD, "서면", key=once)
    assert data_requests.take_over(own_store, planner(), "a.csv", GOOD, "서면", key=once) == 0
    move_round(own_store, "decided")
    with pytest.raises(NotNow):
        data_requests.take_over(own_store, planner(), "a.csv", GOOD, "서면", key=key())
