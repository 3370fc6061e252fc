"""The checked table of centres, as the allocator reads it: numbers exactly as written.

Inside the allocator the centres stand in the order of their ids: that is why the order of the
rows in a file is nothing.

Source: file formats, centres.csv.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any

import pandas as pd

from budget.allocation.columns import ExactColumn
from budget.allocation.rules import Selector


@dataclass(frozen=True)
class Centres:
    """A checked table of centres, in the order of their ids.

    Attributes:
        ids: one a centre, sorted.
        rows: position of each centre in the table that was given.
        table: that table, all columns, untouched.
        numbers: columns that some rule reads as numbers.
        texts: columns that some rule reads as values of a table or a selector.
    """

    ids: tuple[str, ...]
    rows: tuple[int, ...]
    table: pd.DataFrame
    numbers: Mapping[str, ExactColumn] = field(repr=False)
    texts: Mapping[str, tuple[str | None, ...]] = field(repr=False)
    measures: dict[tuple[tuple[str, Decimal], ...], ExactColumn] = field(
        default_factory=dict, repr=False, compare=False
    )
    """Factors that were worked out already (see `raw_factor`)."""

    def __len__(self) -> int:
        return len(self.ids)

    def selected(self, selector: Selector | None) -> list[bool]:
        """Which centres a selector picks; all of them without one."""
        if selector is None:
            return [True] * len(self)
        if selector.values is not None:
            wanted = {_selector_text(value) for value in selector.values}
            return [text in wanted for text in self.texts[selector.column]]
        column = self.numbers[selector.column]
        low = None if selector.min is None else Fraction(selector.min) * column.scale
        high = None if selector.max is None else Fraction(selector.max) * column.scale
        return [
            n is not None and (low is None or n >= low) and (high is None or n <= high)
            for n in column.numerators
        ]

    def in_table_order(self, values: Sequence[Any]) -> list[Any]:
        """Values by centre id, put back into the order of the table that was given."""
        placed = [None] * len(values)
        for row, value in zip(self.rows, values, strict=True):
            placed[row] = value
        return placed


def _selector_text(value: str | bool | Decimal) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    return format(value.normalize(), "f")


def raw_factor(centres: Centres, columns: Mapping[str, Decimal]) -> ExactColumn:
    """The measure itself: the weighted sum of its columns, exactly; None where one is empty."""
    key = tuple(columns.items())
    if key not in centres.measures:
        centres.measures[key] = _weighted_sum(centres, columns)
    return centres.measures[key]


def _weighted_sum(centres: Centres, columns: Mapping[str, Decimal]) -> ExactColumn:
    weights = [Decimal(weight).as_integer_ratio() for weight in columns.values()]
    parts = [centres.numbers[column] for column in columns]
    scale = lcm(
        *(denominator * part.scale for (_, denominator), part in zip(weights, parts, strict=True))
    )
    factors = [
        numerator * (scale // (denominator * part.scale))
        for (numerator, denominator), part in zip(weights, parts, strict=True)
    ]
    totals: list[int | None] = [0] * len(centres)
    for part, factor in zip(parts, factors, strict=True):
        totals = [
            None if cell is None or total is None else total + cell * factor
            for cell, total in zip(part.numerators, totals, strict=True)
        ]
    return ExactColumn(tuple(totals), scale)
