"""One cell at a time: the text or the exact number in it, and whether the contract allows it.

Source: file formats, centres.csv.
"""

import re
from decimal import Decimal, InvalidOperation
from math import isfinite
from typing import Any

import pandas as pd

from budget.allocation.contract import Column

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
"""Digits and a point: with an exponent (8.1E+08) a spreadsheet has cut digits off."""
NOT_A_NUMBER = object()
"""What a cell holds that is neither empty nor a number."""


def cell_number(cell: object) -> int | Decimal | object | None:
    """The exact number in a cell; None if it is empty."""
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or len(text) > 40:
            return NOT_A_NUMBER
        return int(text) if text.isdigit() else _whole_if_so(Decimal(text))
    if isinstance(cell, bool):
        return NOT_A_NUMBER
    if isinstance(cell, int):
        return cell
    if is_missing(cell):
        return None
    if isinstance(cell, bytes):
        return NOT_A_NUMBER
    try:
        number = cell if isinstance(cell, Decimal) else Decimal(repr(float(cell)))  # type: ignore[arg-type]
    except (TypeError, ValueError, InvalidOperation):
        return NOT_A_NUMBER
    return _whole_if_so(number) if number.is_finite() else NOT_A_NUMBER


def is_missing(cell: object) -> bool:
    """Whether nothing stands in a cell: None, NaN, NA; a list is something."""
    return cell is None or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))  # type: ignore[call-overload]


def _whole_if_so(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


def fits(text: str, declared: Column) -> bool:
    """Whether a text is a value of a column of the contract."""
    if declared.values:
        return text in declared.values
    if declared.kind == "text":
        return True
    value = cell_number(text)
    return value is not NOT_A_NUMBER and within(value, declared)


def canonical_text(text: str | None) -> str | None:
    """A number as tables and selectors write it: 2 for 2.0 and 02."""
    value = None if text is None else cell_number(text)
    if isinstance(value, int):
        return str(value)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else text


def within(value: Any, declared: Column) -> bool:
    """Whether a number is in the range of a column of the contract; an empty cell is."""
    if value is None:
        return True
    if declared.kind == "whole" and not isinstance(value, int):
        return False
    if abs(value) > 10**18:
        return False
    return (declared.least is None or value >= declared.least) and (
        declared.most is None or value <= declared.most
    )


def cell_text(cell: object) -> str:
    """The text in a cell; empty for a missing value."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return str(cell).lower()
    if is_missing(cell):
        return ""
    if isinstance(cell, float) and isfinite(cell):
        return str(int(cell)) if cell.is_integer() else format(Decimal(repr(cell)), "f")
    try:
        return str(cell)
    except ValueError:  # a whole number of thousands of digits
        return "…"
