"""What the demonstration's requests say: read where it is, with every fault of a wrong file."""

from pathlib import Path

import pytest

from budget.allocation.faults import InputError
from budget.files.inputs import read_requests
from budget.files.round_folder import REQUEST_TEXTS, TEXTS, read_request_texts
from budget.workflow.demonstration import example
from tests.storage.databases import SAMPLE

HEADER = ",".join(TEXTS)


def written(folder: Path, *lines: str) -> Path:
    """A folder with these lines as its texts."""
    (folder / REQUEST_TEXTS).write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def test_every_request_of_the_sample_that_was_submitted_has_texts() -> None:
    given = read_requests(SAMPLE / "requests.csv")
    submitted = given[given["state"] != "draft"]["request_id"]
    assert set(read_request_texts(SAMPLE)) == set(submitted)


def test_a_folder_without_texts_has_none(tmp_path: Path) -> None:
    assert read_request_texts(tmp_path) == {}


def test_other_columns_and_days_that_are_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_request_texts(written(tmp_path, "request_id,need_by", "SN1,2027-03-01"))
    assert "justification" in str(caught.value.faults[0])
    lines = (HEADER, "SN1,2027-02-30,,,,x,,,,", "SN2,2027-02-28,soon,,,x,,,,")
    with pytest.raises(InputError) as caught:
        read_request_texts(written(tmp_path, *lines))
    assert [(fault.row, fault.where, fault.value) for fault in caught.value.faults] == [
        (2, "need_by", "2027-02-30"),
        (3, "lease_end", "soon"),
    ]


def test_what_the_file_lacks_is_what_such_a_request_usually_says() -> None:
    usual = example("leasing", 2027, {})
    assert str(usual.fields["lease_end"]) == "2027-03-31"
    assert str(usual.fields["justification"]).startswith("(예시) ")
    own = example("leasing", 2027, {"need_by": "2027-05-31", "justification": "만료"})
    assert (str(own.fields["need_by"]), own.fields["justification"]) == (
        "2027-05-31",
        "(예시) 만료",
    )
    assert own.answers("submitted") == {}
    assert set(own.answers("approved")) == {"assessment", "decision_reason"}
    assert example("unknown", 2027, {}).fields == {}
