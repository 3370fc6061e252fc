"""The table of centres: its contract, its derived columns, and every fault at once.

A run needs `centre_id` and the columns that its policy names, no others; the ministry's round
wants all of `CONTRACT`. Numbers are kept exactly as written (an integer over a common scale),
so that a floor of 95 % of last year is exact to the won. Inside the allocator the centres stand
in the order of their ids: that is why the order of the rows in a file is nothing.

Source: file formats, centres.csv.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import lcm
from typing import Any

import pandas as pd

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.parameters import named_columns
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy, Selector

MOST_ROWS = 100_000
"""A table with more rows is refused unread: no country has that many offices."""

POLICY = "policy.toml"
"""What faults call the policy until they are raised."""

STAFF = ("officials", "counselling_officials", "counsellors", "support_staff")
PRIOR_OPERATING = "prior_operating_krw"
DIVISION_STAFF = (
    "staff_planning",
    "staff_placement",
    "staff_support_programme",
    "staff_training",
    "staff_regional",
    "staff_benefit",
)
"""Staff by division: all of these columns or none."""
STAFF_TOLERANCE = Decimal("0.5")
"""By how much the staff of the divisions may differ from the staff of the four groups: rounding,
and the days of visiting staff, which no group of an outreach post counts."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the contract.

    Attributes:
        kind: "text", "number" or "whole" (a whole number).
        least, most: the range of a number, ends included; None where there is no limit.
        values: the only values allowed, where there is such a list.
        optional: whether a cell may be empty.
        may_lack: whether a table may do without the whole column.
        meaning: what it says, for the data dictionary.
    """

    name: str
    kind: str
    meaning: str
    least: int | None = None
    most: int | None = None
    values: tuple[str, ...] = ()
    optional: bool = False
    may_lack: bool = False

    @property
    def expected(self) -> str:
        """What a cell must hold, in words (a template)."""
        if self.values:
            return N_("one of {values}")
        if self.kind == "whole":
            return N_("a whole number from {least} to {most}, digits only")
        return N_("a number from {least} to {most}, digits and a decimal point only")

    @property
    def details(self) -> dict[str, str]:
        """Values for `expected`."""
        return {
            "values": ", ".join(self.values),
            "least": "-" if self.least is None else str(self.least),
            "most": "10^18" if self.most is None else str(self.most),
        }


def _staff(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, least=0)


def _division_staff(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, least=0, may_lack=True)


def _won(name: str, meaning: str) -> Column:
    return Column(name, "whole", meaning, least=0, optional=True)


CONTRACT: Mapping[str, Column] = {
    column.name: column
    for column in (
        Column("centre_id", "text", N_("Stable key of the centre")),
        Column("name_ko", "text", N_("Korean name")),
        Column("name_en", "text", N_("English name")),
        Column("province", "text", N_("Province, for maps")),
        Column("province_ko", "text", N_("Province, in Korean")),
        Column("regional_office", "text", N_("Regional employment and labour office")),
        Column("regional_office_ko", "text", N_("Regional office, in Korean")),
        Column("local_office", "text", N_("Local office that the centre belongs to")),
        Column("local_office_ko", "text", N_("Local office, in Korean")),
        Column(
            "centre_type",
            "text",
            N_("Type of the centre"),
            values=("plus", "basic", "medium", "branch", "outreach"),
        ),
        Column("host_id", "text", N_("Centre that staffs an outreach post"), optional=True),
        Column("lat", "number", N_("Latitude (WGS84)"), least=-90, most=90),
        Column("lon", "number", N_("Longitude (WGS84)"), least=-180, most=180),
        _staff("officials", N_("Officials")),
        _staff("counselling_officials", N_("Officials of the counselling series")),
        _staff("counsellors", N_("Job counsellors")),
        _staff("support_staff", N_("Support staff")),
        _staff("partner_staff", N_("Staff of partner organisations working in the centre")),
        Column(
            "integration_level",
            "whole",
            N_("Joined-up services: 1 co-location to 4 full integration"),
            least=1,
            most=4,
        ),
        Column("registered_jobseekers", "whole", N_("Registered jobseekers"), least=0),
        Column(
            "disadvantaged_jobseekers",
            "whole",
            N_("Disadvantaged jobseekers, part of the registered ones"),
            least=0,
        ),
        _won(PRIOR_OPERATING, N_("Last year's operating allocation")),
        _won("prior_available_krw", N_("Last year's budget available")),
        _won("prior_spent_krw", N_("Last year's spending")),
        _won("prior_carryover_krw", N_("Last year's approved carry-over")),
        Column(
            "performance_score",
            "number",
            N_("Last performance evaluation"),
            least=0,
            most=100,
            optional=True,
        ),
        Column(
            "performance_grade",
            "text",
            N_("Grade of the last evaluation"),
            values=("S", "A", "B", "C", "D"),
            optional=True,
        ),
        _division_staff("staff_planning", N_("Staff in planning and co-ordination")),
        _division_staff("staff_placement", N_("Staff in job placement and employer service")),
        _division_staff(
            "staff_support_programme", N_("Staff in the national employment support programme")
        ),
        _division_staff("staff_training", N_("Staff in vocational training")),
        _division_staff("staff_regional", N_("Staff in regional co-operation")),
        _division_staff("staff_benefit", N_("Staff in unemployment benefit")),
    )
}

DERIVED: Mapping[str, tuple[str, ...]] = {
    "staff_total": STAFF,
    "execution_rate": ("prior_available_krw", "prior_spent_krw", "prior_carryover_krw"),
    "new_centre": (PRIOR_OPERATING,),
}
"""Columns that are computed, never typed in, and what they are computed from."""


@dataclass(frozen=True, slots=True)
class ExactColumn:
    """Numbers exactly as written: value = numerator / scale; None where a cell is empty."""

    numerators: tuple[int | None, ...]
    scale: int = 1

    def over(self, scale: int) -> tuple[int | None, ...]:
        """The same numbers as numerators over a multiple of the present scale."""
        factor = scale // self.scale
        return tuple(None if n is None else n * factor for n in self.numerators)


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


# --- checking ------------------------------------------------------------------------------


def checked_centres(
    table: pd.DataFrame,
    policy: Policy,
    file: str = "centres.csv",
    policy_file: str = "policy.toml",
) -> Centres:
    """Check a table of centres against a policy, and read what the policy needs of it.

    Args:
        table: one row a centre; cells as text (read from a file) or as numbers; empty text
            and NaN are missing values.
        policy: names the columns that are needed.
        file, policy_file: what messages call the table and the policy.

    Raises:
        InputError: with every fault of the table, and of the policy against the table.
    """
    faults = list(_shape_faults(table, file))
    if faults:
        raise InputError(faults)
    ids = [cell_text(value) for value in table["centre_id"]]
    faults += _count_faults(table, policy, file)
    faults += _id_faults(ids, file)

    reader = _Reader(table, file)
    needed = _needed(policy)
    for path, column in named_columns(policy):
        if column not in table.columns and column not in DERIVED:
            faults.append(
                Fault(
                    POLICY,
                    path,
                    column,
                    N_("a column of {file}: {columns}"),
                    details={"file": file, "columns": ", ".join(map(str, table.columns))},
                )
            )
    for column, purposes in needed.items():
        reader.read(column, purposes)
    reader.check_parts()
    faults += reader.faults

    rows = sorted(range(len(ids)), key=ids.__getitem__)
    centres = Centres(
        ids=tuple(ids[row] for row in rows),
        rows=tuple(rows),
        table=table,
        numbers={
            name: ExactColumn(tuple(column.numerators[row] for row in rows), column.scale)
            for name, column in reader.numbers.items()
        },
        texts={name: tuple(texts[row] for row in rows) for name, texts in reader.texts.items()},
    )
    faults += _rule_faults(centres, policy, file, reader.unusable)
    if faults:
        raise InputError(_from_policy(faults, policy_file))
    return centres


def _from_policy(faults: Iterable[Fault], policy_file: str) -> Iterator[Fault]:
    for fault in faults:
        yield replace(fault, file=policy_file) if fault.file == POLICY else fault


def _shape_faults(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    names = list(table.columns)
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(file, str(name), "", N_("a column name that stands once"))
    if "centre_id" not in names:
        yield Fault(
            file,
            "centre_id",
            "",
            N_("this column; there are: {columns}"),
            details={"columns": shown(", ".join(map(str, names)), 200)},
        )
    if len(table) == 0:
        yield Fault(file, "", "", N_("at least one centre below the header"))
    if len(table) > MOST_ROWS:
        yield Fault(
            file,
            "",
            f"{len(table)}",
            N_("at most {most} rows, one a centre"),
            details={"most": str(MOST_ROWS)},
        )


def _count_faults(table: pd.DataFrame, policy: Policy, file: str) -> Iterator[Fault]:
    expected = policy.policy.centres
    if expected is not None and len(table) != expected:
        yield Fault(
            file,
            "",
            f"{len(table)}",
            N_("{expected} rows, one a centre, as the policy says (policy.centres)"),
            details={"expected": str(expected)},
        )


def _id_faults(ids: Sequence[str], file: str) -> Iterator[Fault]:
    first_row: dict[str, int] = {}
    for row, centre_id in enumerate(ids, start=2):
        if not centre_id:
            yield Fault(file, "centre_id", "", N_("an id that is not empty"), row)
        elif centre_id in first_row:
            yield Fault(
                file,
                "centre_id",
                shown(centre_id),
                N_("an id of its own; row {row} has the same"),
                row,
                {"row": str(first_row[centre_id])},
            )
        else:
            first_row[centre_id] = row


def _needed(policy: Policy) -> dict[str, set[str]]:
    """Columns that rules read, and as what: "number" and/or "text"."""
    needed: dict[str, set[str]] = {PRIOR_OPERATING: {"number?"}}

    def need(column: str, purpose: str) -> None:
        needed.setdefault(column, set()).add(purpose)

    def need_selector(selector: Selector | None) -> None:
        if selector is not None:
            need(selector.column, "text" if selector.values is not None else "number")

    for pool in policy.pool:
        need_selector(pool.eligible)
        for factor in pool.factor:
            for column in factor.columns:
                need(column, "number")
        for adjustment in pool.adjustment:
            need(adjustment.column, "number" if adjustment.ramp else "text")
        for bound in (*pool.floor, *pool.cap):
            if bound.by:
                need(bound.by.column, "text")
            for rule in (bound.per, bound.prior, bound.prior_share):
                if rule:
                    need(rule.column, "number")
        for band in pool.band:
            need_selector(band.where)
    return needed


class _Reader:
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
            if value is _NOT_A_NUMBER or not _within(value, declared):
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
            if declared and text is not None and not _fits(text, declared):
                self._fault(name, cell, declared.expected, row, declared.details)
            texts.append(_canonical(text) if declared and declared.kind != "text" else text)
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
        if base == 0 and used == 0:
            return None
        if base <= 0 or used > base:
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
        prior = self.number(PRIOR_OPERATING)
        return ExactColumn(tuple(int(n is None) for n in prior.numerators))


_DERIVATIONS: Mapping[str, Callable[[_Reader], ExactColumn]] = {
    "staff_total": _Reader.staff_total,
    "execution_rate": _Reader.execution_rate,
    "new_centre": _Reader.new_centre,
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


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_NOT_A_NUMBER = object()


def cell_number(cell: object) -> int | Decimal | object | None:
    """The exact number in a cell; None if it is empty."""
    if isinstance(cell, str):
        text = cell.strip()
        if not text:
            return None
        if not _NUMBER.fullmatch(text) or len(text) > 40:
            return _NOT_A_NUMBER
        return int(text) if text.isdigit() else _whole_if_so(Decimal(text))
    if isinstance(cell, bool):
        return _NOT_A_NUMBER
    if isinstance(cell, int):
        return cell
    if pd.isna(cell):  # type: ignore[call-overload]
        return None
    try:
        number = cell if isinstance(cell, Decimal) else Decimal(repr(float(cell)))  # type: ignore[arg-type]
    except (TypeError, ValueError, InvalidOperation):
        return _NOT_A_NUMBER
    return _whole_if_so(number) if number.is_finite() else _NOT_A_NUMBER


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
    in_range = _within(min(given), declared) and _within(max(given), declared)
    return numbers if in_range else None


def _numerator(value: int | Decimal, scale: int) -> int:
    """value · scale, exactly; the scale has room for every digit."""
    numerator, denominator = value.as_integer_ratio()
    return numerator * (scale // denominator)


def _whole_if_so(number: Decimal) -> int | Decimal:
    return int(number) if number == number.to_integral_value() else number


def _fits(text: str, declared: Column) -> bool:
    """Whether a text is a value of a column of the contract."""
    if declared.values:
        return text in declared.values
    if declared.kind == "text":
        return True
    value = cell_number(text)
    return value is not _NOT_A_NUMBER and _within(value, declared)


def _canonical(text: str | None) -> str | None:
    """A number as tables and selectors write it: 2 for 2.0 and 02."""
    value = None if text is None else cell_number(text)
    if isinstance(value, int):
        return str(value)
    return format(value.normalize(), "f") if isinstance(value, Decimal) else text


def _within(value: Any, declared: Column) -> bool:
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
    if cell is None or pd.isna(cell):  # type: ignore[call-overload]
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


# --- the policy's rules against the table ---------------------------------------------------


def _rule_faults(
    centres: Centres, policy: Policy, file: str, unusable: frozenset[str]
) -> Iterator[Fault]:
    """Faults of the rules against the table; rules on columns that are faulty wait."""
    for pool in policy.pool:
        top = ["pool", pool.name]
        bands = [band for band in pool.band if band.where.column not in unusable]
        yield from _band_faults(centres, bands, top)
        if pool.eligible is not None and pool.eligible.column in unusable:
            continue
        eligible = centres.selected(pool.eligible)
        if not any(eligible):
            yield Fault(
                POLICY,
                joined_path([*top, "eligible"]),
                "",
                N_("at least one centre that may share in the pool; none is eligible"),
            )
            continue
        for factor in pool.factor:
            if not unusable & factor.columns.keys():
                yield from _factor_faults(centres, eligible, factor, [*top, "factor"], file)
        tables = [
            (adjustment.column, adjustment.table, ["adjustment", adjustment.name, "table"])
            for adjustment in pool.adjustment
            if adjustment.table
        ] + [
            (bound.by.column, bound.by.table, [kind, bound.name, "by", "table"])
            for kind in ("floor", "cap")
            for bound in getattr(pool, kind)
            if bound.by
        ]
        for column, table, keys in tables:
            if column not in unusable:
                path = joined_path([*top, *keys])
                yield from _table_faults(centres, eligible, column, table, path)


def _factor_faults(
    centres: Centres, eligible: Sequence[bool], factor: Any, top: list[str], file: str
) -> Iterator[Fault]:
    complete = True
    for column in factor.columns:
        for numerator, row, counts in zip(
            centres.numbers[column].numerators, centres.rows, eligible, strict=True
        ):
            if counts and numerator is None:
                complete = False
                yield Fault(
                    file,
                    column,
                    "",
                    N_("a number: the factor {factor} needs it, and nothing is filled in"),
                    row + 2,
                    {"factor": factor.name},
                )
    if not complete:
        return
    raw = raw_factor(centres, factor.columns)
    total = 0
    for numerator, row, counts in zip(raw.numerators, centres.rows, eligible, strict=True):
        if counts and numerator is not None:
            total += max(numerator, 0)
            if numerator < 0:
                yield Fault(
                    file,
                    ", ".join(factor.columns),
                    format(Decimal(numerator) / raw.scale, "f"),
                    N_("a measure of need that is not negative (factor {factor})"),
                    row + 2,
                    {"factor": factor.name},
                )
    if total == 0:
        yield Fault(
            POLICY,
            joined_path([*top, factor.name]),
            "0",
            N_("a factor with a total above 0 over the eligible centres"),
        )


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


def _table_faults(
    centres: Centres,
    eligible: Sequence[bool],
    column: str,
    table: Mapping[str, object],
    path: str,
) -> Iterator[Fault]:
    known = table.keys()
    strange: dict[str, int] = {}
    for text, row, counts in zip(centres.texts[column], centres.rows, eligible, strict=True):
        if counts and text is not None and text not in known:
            strange[text] = min(strange.get(text, row), row)
    for text, row in sorted(strange.items()):
        yield Fault(
            POLICY,
            path,
            shown(text),
            N_("an entry for this value of {column} (first in row {row}); it has: {known}"),
            details={"column": column, "row": str(row + 2), "known": ", ".join(known)},
        )


def _band_faults(centres: Centres, bands: Sequence[Any], top: list[str]) -> Iterator[Fault]:
    members = [
        frozenset(index for index, inside in enumerate(centres.selected(band.where)) if inside)
        for band in bands
    ]
    for later, band in enumerate(bands):
        for earlier in range(later):
            both = members[later] & members[earlier]
            if both and both != members[later] and both != members[earlier]:
                yield Fault(
                    POLICY,
                    joined_path([*top, "band", band.name]),
                    "",
                    N_("a band inside or outside of “{other}”; {count} centres are in both"),
                    details={"other": bands[earlier].name, "count": str(len(both))},
                )
