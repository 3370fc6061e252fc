"""A corpus of uploads: of bad ones every fault is named, of awkward ones every figure is right."""

import pytest

from budget.files.uploads.definitions import CENTRES, TABLES, folded_word
from budget.files.uploads.reading import Upload, read_upload
from tests.files.corpus import NAMES, Bad, Good, bad_files, expected, good_files

BAD, GOOD = bad_files(), good_files()


def test_the_corpus_is_as_large_as_promised() -> None:
    assert len({bad.name for bad in BAD}) == len(BAD) >= 300
    assert len({good.name for good in GOOD}) == len(GOOD) >= 60


def test_words_that_templates_offer_are_understood() -> None:
    offered = [column for table in TABLES.values() for column in table.columns if column.words]
    assert [column.name for column in offered] == [
        "centre_type",
        "performance_grade",
        "category",
        "divisible",
    ]
    for column in offered:
        for language in ("ko", "en"):
            understood = [column.words[folded_word(word)] for word in column.allowed(language)]
            assert understood == list(column.column.values)


def upload(name: str, content: bytes) -> Upload:
    return read_upload(f"{name}.csv", content, CENTRES)


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_every_planted_fault_is_named_and_no_other(bad: Bad) -> None:
    found = upload(bad.name, bad.content())
    places = {(fault.row, fault.where) for fault in found.faults}
    assert places == bad.planted, [str(fault) for fault in found.faults]
    texts = [fault.expected.format_map(fault.details) for fault in found.faults]
    assert all(texts)
    assert any(bad.says in text for text in texts)


@pytest.mark.parametrize("good", GOOD, ids=lambda good: good.name)
def test_an_awkward_file_gives_the_right_figures(good: Good) -> None:
    found = upload(good.name, good.content())
    assert not found.faults, [str(fault) for fault in found.faults]
    rows = [dict(zip(NAMES, row, strict=True)) for row in found.table[NAMES].to_numpy().tolist()]
    wanted = expected()
    for row, right in zip(rows, wanted, strict=True):
        assert {name: tidy(text) for name, text in row.items()} == {
            name: tidy(text) for name, text in right.items()
        }
    told = " ".join(remark.text.format_map(remark.details) for remark in found.remarks)
    assert all(part in told for part in good.remarks), told


def tidy(text: str) -> str:
    """A number without needless zeros behind its point."""
    head, point, tail = text.partition(".")
    is_number = head.lstrip("-").isdigit() and (tail.isdigit() or not point)
    return f"{head}.{tail}".rstrip("0").rstrip(".") if point and is_number else text
