"""Cells are texts and numbers exactly as written."""

from decimal import Decimal
from math import inf, nan

import pytest

from budget.allocation.cells import cell_number, cell_text


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12", 12),
        (" 12 ", 12),
        ("012", 12),
        ("-3", -3),
        ("+3", 3),
        ("1.50", Decimal("1.5")),
        ("2.0", 2),
        (".5", Decimal("0.5")),
        (1e3, 1_000),
        (1e-5, Decimal("0.00001")),
        ("", None),
        ("  ", None),
        (None, None),
        (nan, None),
        (7, 7),
        (2.5, Decimal("2.5")),
        (3.0, 3),
        (0.1, Decimal("0.1")),
        (Decimal("0.10"), Decimal("0.1")),
    ],
)
def test_cells_are_numbers_exactly_as_written(cell: object, number: object) -> None:
    assert cell_number(cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        "1,000",
        "1,000만원",
        "1_000",
        "0x10",
        "NaN",
        "inf",
        "-inf",
        "１２",
        "٣",
        "²",
        "1 000",
        "1e3",
        "8.1E+08",
        "1e999",
        "-",
        ".",
        "9" * 41,
        True,
        b"5",
        [1, 2],
        inf,
        "TRUE",
    ],
)
def test_what_is_no_number(cell: object) -> None:
    found = cell_number(cell)
    assert found is not None
    assert not isinstance(found, int | Decimal)


def test_a_cell_that_no_file_can_hold_has_a_text_all_the_same() -> None:
    assert [cell_text(cell) for cell in ([1, 2], 10**5_000)] == ["[1, 2]", "…"]


def test_texts_are_stripped_and_whole_floats_lose_their_point() -> None:
    assert [cell_text(cell) for cell in (" a ", 3.0, True, None, nan, 1.5, 1e-7)] == [
        "a",
        "3",
        "true",
        "",
        "",
        "1.5",
        "0.0000001",
    ]
