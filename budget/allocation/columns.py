"""Whole columns, read exactly: integers over a common scale, and every cell that is wrong.

A number is kept as it was written, so that a floor of 95 % of last year is exact to the won.

Source: file formats, centres.csv.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from budget.allocation.cells import (
    NOT_A_NUMBER,
    canonical_text,
    cell_number,
    cell_text,
    fits,
    within,
)
from budget.allocation.contract import CONTRACT, DERIVED, PRIOR_OPERATING, STAFF, Column
from budget.allocation.faults import N_, Fault, shown


@dataclass(frozen=True, slots=True)
class ExactColumn:
    """Numbers exactly as written: value = numerator / scale; None where a cell is empty."""

    numerators: tuple[int | None, ...]
    scale: int = 1

    def over(self, scale: int) -> tuple[int | None, ...]:
        """The same numbers as numerators over a multiple of the present scale."""
        factor = scale // self.scale
        return tuple(None if n is None else n * factor for n in self.numerators)


class ColumnReader:
    """Reads columns once each and collects what is wrong with their cells."""

    def __init__(self, table: pd.DataFrame, file: str) -> None:
        self.table = table
        self.file = file
        self.faults: list[Fault] = []
        self.numbers: dict[str, ExactColumn] = {}
        self.texts: dict[str, list[str | None]] = {}
        self._faulty: set[str] = set()

    @property
    def unusable(self) -> frozenset[str]:
        """Columns with faulty cells, and those that are computed from them."""
        derived = {name for name, sources in DERIVED.items() if self._faulty & set(sources)}
        return frozenset(self._faulty | derived)

    def read(self, column: str, purposes: set[str]) -> None:
        """Read a column as "number" and/or "text"; whatever is wrong with it is kept."""
        if column in DERIVED and self._is_derived(column):
            self.numbers[column] = _DERIVATIONS[column](self)
            self.texts[column] = _texts_of_numbers(self.numbers[column], column)
            return
        if column not in self.table.columns:
            self._faulty.add(column)
            return
        if "text" in purposes:
            self._read_texts(column)
        if purposes & {"number", "number?"}:
            self.number(column)

    def _is_derived(self, column: str) -> bool:
        typed = column in self.table.columns
        sources = [name for name in DERIVED[column] if name in self.table.columns]
        complete = len(sources) == len(DERIVED[column])
        if typed and not sources and column != "execution_rate":
            return False
        if typed:
            self.faults.append(
                Fault(
                    self.file,
                    column,
                    "",
                    N_("no such column: it is computed from {columns}, never typed in"),
                    details={"columns": ", ".join(DERIVED[column])},
                )
            )
        if not complete:
            missing = [name for name in DERIVED[column] if name not in self.table.columns]
            self._faulty.update(missing)
            self.faults.append(
                Fault(
                    self.file,
                    ", ".join(missing),
                    "",
                    N_("this column; {column} is computed from it"),
                    details={"column": column},
                )
            )
        return True

    def number(self, name: str) -> ExactColumn:
        """A column of numbers; faulty cells count as empty, their faults are kept."""
        if name in self.numbers:
            return self.numbers[name]
        if name not in self.table.columns:
            return ExactColumn((None,) * len(self.table))
        declared = CONTRACT.get(name) or Column(name, "number", "")
        cells = self.table[name].tolist()
        plain = _plain_numbers(cells, declared)
        if plain is not None:
            self.numbers[name] = ExactColumn(plain)
            return self.numbers[name]
        decimals: list[int | Decimal | None] = []
        digits = 0
        for row, cell in enumerate(cells, start=2):
            value = cell_number(cell)
            if value is NOT_A_NUMBER or not within(value, declared):
                self._fault(name, cell, declared.expected, row, declared.details)
                value = None
            if isinstance(value, Decimal):
                digits = max(digits, -int(value.as_tuple().exponent))
            decimals.append(value)  # type: ignore[arg-type]
        scale = 10**digits
        column = ExactColumn(
            tuple(None if value is None else _numerator(value, scale) for value in decimals),
            scale,
        )
        self.numbers[name] = column
        return column

    def _read_texts(self, name: str) -> None:
        declared = CONTRACT.get(name)
        texts: list[str | None] = []
        for row, cell in enumerate(self.table[name].tolist(), start=2):
            text = cell_text(cell) or None
            if declared and text is not None and not fits(text, declared):
                self._fault(name, cell, declared.expected, row, declared.details)
            texts.append(canonical_text(text) if declared and declared.kind != "text" else text)
        self.texts[name] = texts

    def _fault(
        self, where: str, value: object, expected: str, row: int, details: Mapping[str, str]
    ) -> None:
        text = "" if cell_text(value) == "" else shown(value)
        self._faulty.add(where)
        self.faults.append(Fault(self.file, where, text, expected, row, details))

    def check_parts(self) -> None:
        """The disadvantaged jobseekers are some of the registered ones."""
        part, whole = "disadvantaged_jobseekers", "registered_jobseekers"
        if not {part, whole} <= self.numbers.keys():
            return
        cells = zip(self.numbers[part].numerators, self.numbers[whole].numerators, strict=True)
        for row, (some, every) in enumerate(cells, start=2):
            if some is not None and every is not None and some > every:
                self._fault(
                    part,
                    str(some),
                    N_("at most the registered jobseekers, {most}"),
                    row,
                    {"most": str(every)},
                )

    # derived columns

    def staff_total(self) -> ExactColumn:
        """Staff of the four groups together; empty where one of them is."""
        groups = [self.number(name) for name in STAFF]
        scale = max(group.scale for group in groups)
        cells = zip(*(group.over(scale) for group in groups), strict=True)
        return ExactColumn(
            tuple(None if None in row else sum(n for n in row if n is not None) for row in cells),
            scale,
        )

    def execution_rate(self) -> ExactColumn:
        """Spent ÷ (available − approved carry-over), to eighteen decimals; empty if nothing was."""
        names = DERIVED["execution_rate"]
        available, spent, carried = (self.number(name).over(10**6) for name in names)
        rates: list[int | None] = []
        for row, (have, used, later) in enumerate(zip(available, spent, carried, strict=True), 2):
            rates.append(self._execution_rate(row, have, used, later or 0))
        return ExactColumn(tuple(rates), 10**18)

    def _execution_rate(
        self, row: int, have: int | None, used: int | None, later: int
    ) -> int | None:
        if have is None or used is None:
            return None
        base = have - later
        if base < 0:
            self._fault(
                "prior_carryover_krw",
                f"{later // 10**6}",
                N_("at most the budget available, {most}"),
                row,
                {"most": str(have // 10**6)},
            )
            return None
        if base == 0 and used == 0:
            return None
        if used > base:
            self._fault(
                "prior_spent_krw",
                f"{used // 10**6}",
                N_("at most {most} (available − carry-over): execution is never above 100 %"),
                row,
                {"most": str(base // 10**6)},
            )
            return None
        return round_half_even(used * 10**18, base)

    def new_centre(self) -> ExactColumn:
        """1 for a centre without an allocation last year, else 0."""
        prior = self.number(PRIOR_OPERATING)
        return ExactColumn(tuple(int(n is None) for n in prior.numerators))


_DERIVATIONS: Mapping[str, Callable[[ColumnReader], ExactColumn]] = {
    "staff_total": ColumnReader.staff_total,
    "execution_rate": ColumnReader.execution_rate,
    "new_centre": ColumnReader.new_centre,
}


def _texts_of_numbers(column: ExactColumn, name: str) -> list[str | None]:
    if name == "new_centre":
        return ["true" if n else "false" for n in column.numerators]
    return [
        None if n is None else format((Decimal(n) / column.scale).normalize(), "f")
        for n in column.numerators
    ]


def round_half_even(numerator: int, denominator: int) -> int:
    """numerator / denominator, to the nearest whole number, halves to the even one."""
    whole, rest = divmod(numerator, denominator)
    double = 2 * rest
    return whole + (double > denominator or (double == denominator and whole % 2 == 1))


def _plain_numbers(cells: Sequence[object], declared: Column) -> tuple[int | None, ...] | None:
    """A whole column at once, as most are: digits or nothing in every cell, all in range.

    Returns:
        None if any cell is otherwise: then each is read, and judged, on its own.
    """
    texts = [cell for cell in cells if isinstance(cell, str) and len(cell) <= 18]
    digits = "".join(texts)
    if len(texts) < len(cells) or not (digits.isascii() and digits.isdecimal()):
        return None
    numbers = tuple(int(text) if text else None for text in texts)
    given = [number for number in numbers if number is not None]
    in_range = within(min(given), declared) and within(max(given), declared)
    return numbers if in_range else None


def _numerator(value: int | Decimal, scale: int) -> int:
    """value · scale, exactly; the scale has room for every digit."""
    numerator, denominator = value.as_integer_ratio()
    return numerator * (scale // denominator)
