"""Reading and writing CSV: cells as written, formulas neutralised, faults by row."""

import hashlib
from pathlib import Path

import pandas as pd
import pytest

from budget.allocation.faults import InputError
from budget.files.tables import (
    csv_bytes,
    neutral,
    read_table,
    table_bytes,
    table_from,
    without_apostrophe,
)


def test_cells_are_text_exactly_as_written() -> None:
    table = table_from(b"a,b\n 01 ,1.50\n,NA\n", "t.csv")
    assert table.to_dict("list") == {"a": [" 01 ", ""], "b": ["1.50", "NA"]}


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    data = "\ufeffa\n1\n".encode()
    (tmp_path / "t.csv").write_bytes(data)
    table = read_table(tmp_path / "t.csv")
    assert table.attrs == {"sha256": hashlib.sha256(data).hexdigest(), "file": "t.csv"}


def test_headers_are_stripped_and_one_mark_is_taken_off() -> None:
    assert list(table_from("\ufeff a , b\n1,2\n".encode(), "t").columns) == ["a", "b"]


def test_quoted_commas_quotes_and_line_ends() -> None:
    table = table_from(b'a,b\r\n"x,""y""","1\r\n2"\r\n', "t")
    assert table.to_dict("list") == {"a": ['x,"y"'], "b": ["1\r\n2"]}


def test_a_column_of_empty_cells_is_a_column() -> None:
    assert table_from(b'a\n""\n1\n', "t")["a"].tolist() == ["", "1"]


def test_every_ragged_row_is_named() -> None:
    with pytest.raises(InputError) as error:
        table_from(b"a,b\n1\n1,2\n1,2,3\n", "t.csv")
    assert [(fault.row, fault.value) for fault in error.value.faults] == [(2, "1"), (4, "1,2,3")]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+A", "'+A"),
        ("-A", "'-A"),
        ("@A", "'@A"),
        ("\tA", "'\tA"),
        ("\rA", "'\rA"),
        ("＝A", "'＝A"),
        ("-1.5", "-1.5"),
        ("+82", "+82"),
        ("-1,5", "'-1,5"),
        ("-1+2", "'-1+2"),
        ("서울", "서울"),
        ("", ""),
        ("'quoted", "'quoted"),
        ("a=1", "a=1"),
    ],
)
def test_formulas_are_neutralised_and_numbers_stay(text: str, written: str) -> None:
    assert neutral(text) == written
    if not text.startswith("'"):
        assert without_apostrophe(written) == text


def test_a_table_is_written_the_same_every_time() -> None:
    table = pd.DataFrame(
        {
            "centre_id": ["=A", "가,"],
            "won": pd.array([-5, None], dtype="Int64"),
            "text": ["-5", None],
        }
    )
    assert table_bytes(table).decode() == '\ufeffcentre_id,won,text\n\'=A,-5,-5\n"가,",,\n'
    assert table_bytes(table) == table_bytes(table.copy())


def test_written_and_read_again() -> None:
    data = csv_bytes(["a", "b"], [["x\ny", '"'], ["", "가"]])
    assert table_from(data, "t").to_dict("list") == {"a": ["x\ny", ""], "b": ['"', "가"]}


def test_a_column_like_a_formula_is_read_back() -> None:
    data = csv_bytes(["=a"], [["1"]])
    assert list(table_from(data, "t").columns) == ["=a"]


def test_a_quote_that_does_not_end_is_found_in_its_row() -> None:
    with pytest.raises(InputError) as error:
        table_from(b'a,b\n1,2\n"x,2\n3,4\n', "t.csv")
    assert error.value.faults[0].row == 3
