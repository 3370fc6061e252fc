"""Uploads of requests: every fault is named, every figure of an awkward file is right."""

import pytest

from budget.files.uploads.definitions import REQUESTS
from budget.files.uploads.reading import Upload, read_upload
from tests.files.corpus import Bad, Good
from tests.files.request_corpus import NAMES, bad_files, expected, good_files

BAD, GOOD = bad_files(), good_files()


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len({bad.name for bad in BAD}) == len(BAD) >= 90
    assert len({good.name for good in GOOD}) == len(GOOD) >= 25


def upload(name: str, content: bytes) -> Upload:
    return read_upload(f"{name}.csv", content, REQUESTS)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_every_planted_fault_is_named_and_no_other(bad: Bad) -> None:
    found = upload(bad.name, bad.content())
    places = {(fault.row, fault.where) for fault in found.faults}
    assert places == bad.planted, [str(fault) for fault in found.faults]
    texts = [fault.expected.format_map(fault.details) for fault in found.faults]
    assert all(texts)
    assert any(bad.says in text for text in texts)


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good.name)
def test_an_awkward_file_gives_the_right_cells(good: Good) -> None:
    found = upload(good.name, good.content())
    assert not found.faults, [str(fault) for fault in found.faults]
    rows = [dict(zip(NAMES, row, strict=True)) for row in found.table[NAMES].to_numpy().tolist()]
    assert rows == expected()
    told = " ".join(remark.text.format_map(remark.details) for remark in found.remarks)
    assert all(part in told for part in good.remarks), told
