"""An uploaded table against its definition, by pandera: every fault by row and column.

pandera runs the rules of a column, and those of several columns together, over the whole table and
gives the cells that fail. Of several rules that one cell breaks the first is told, for the others
follow from it.

Source: file formats.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from budget.allocation.contract import DIVISION_STAFF, STAFF, STAFF_TOLERANCE
from budget.allocation.faults import N_
from budget.files.uploads.definitions import CENTRES, DAYS, EXECUTION, Definition, TableDefinition

MOST_TEXT = 200
Cells = pd.Series


@dataclass(frozen=True)
class Broken:
    """A cell that breaks a rule.

    Attributes:
        row: its place among the records, from 0.
        expected: English template of what is allowed; `details` fill it.
    """

    row: int
    column: str
    expected: str
    details: Mapping[str, str]


RULES: Mapping[str, str] = {
    "not_nullable": N_("a value; this cell is empty"),
    "long": N_("at most {most} characters"),
    "letters": N_("an id of letters, digits, - and _, without spaces"),
    "field_uniqueness": N_("an id of its own; row {row} has the same"),
    "moment": N_("a date and time like 2026-04-30T17:30:00+09:00"),
    "part": N_("at most the registered jobseekers, {most}"),
    "spent": N_("at most {most} (available − carry-over): execution is never above 100 %"),
    "carried": N_("at most the budget available, {most}"),
    "hundredths": N_("a number with at most two decimals"),
    "divisions": N_(
        "staff of all divisions together as many as the staff of the centre, {most}, or at most"
        " half a person more or less"
    ),
    "own_host": N_("another centre than the post itself"),
    "host": N_("the id of a centre of this table"),
    "day": N_("a day like 2027-09-30"),
    "contracted": N_("at least what was spent, {least}: what is contracted includes it"),
}
"""Rules whose name says it all."""
_NULL, _TWICE, _LONG, _LETTERS, _MOMENT = (
    "not_nullable",
    "field_uniqueness",
    "long",
    "letters",
    "moment",
)
_OWN = "own"
"""Whatever is ruled for one column: `_first_broken` says which rule it was."""
_DAY, _CONTRACTED = "day", "contracted"
_NUMBER, _RANGE, _VALUES, _TEXT = "number", "range", "values", "text"
_PART, _SPENT, _CARRIED = "part", "spent", "carried"
_OWN_HOST, _HOST = "own_host", "host"
_DIVISIONS, _HUNDREDTHS = "divisions", "hundredths"

_UNSEEN = (
    r"[\x00-\x08\x0b-\x1f\x7f\u061c\u115f\u1160\u200b-\u200f\u202a-\u202e\u2028\u2029"
    r"\u2060-\u2069\u3164\ufeff\ufffd\uffa0]"
)
_FORMULA, _ERROR = r"^=", r"^#[A-Z/0!?]+"
_STRANGE = f"{_FORMULA}|{_ERROR}|{_UNSEEN}"
_LIKELY: tuple[tuple[str, str], ...] = (
    (_FORMULA, N_("a value; this formula was never computed (open the file in Excel and save it)")),
    (_ERROR, N_("a value; this is an error of the spreadsheet (correct its formula)")),
    (
        _UNSEEN,
        N_("text without invisible characters and without lost letters; please type it anew"),
    ),
)
_LIKELY_NUMBER: tuple[tuple[str, str], ...] = (
    *_LIKELY,
    (
        r"^\d{4}[-./]\s?\d{1,2}[-./]\s?\d{1,2}|^\d{1,2}월\s?\d{1,2}일|^\d{1,2}:\d{2}",
        N_(
            "a number; the cell holds a date (in Excel: set the format to General and type the "
            "number anew)"
        ),
    ),
    (r"%", N_("a number without %; the cell is formatted as a percentage")),
    (
        r"(?i)^-?\d+(\.\d+)?e[+-]?\d+$",
        N_(
            "a number written out; Excel has cut off its digits (set the format to Number and type "
            "it anew)"
        ),
    ),
    (r"[천만억]", N_("whole won in digits alone, not thousands or millions of won")),
    (r"\d\s*[^\W\d_]|[₩$]", N_("digits alone, without words and units")),
    (r"^[△▲(-]*\d[\d, ]*[, ][\d, ]*(\.\d+)?\)?$", N_("separators at every third digit, or none")),
)
"""What a cell that is no text or no number probably is: pattern, and what to do about it."""


def broken_cells(table: pd.DataFrame, definition: TableDefinition) -> list[Broken]:
    """Every cell that breaks a rule of its column, or of several columns together.

    Args:
        table: the columns of the definition that there are, cells in plain digits, empty: "".
    """
    cells = table.replace("", None).astype(object)
    present = tuple(str(name) for name in table.columns if name in definition.by_name)
    schema = _schema(definition.name, present)
    try:
        schema.validate(cells[list(present)], lazy=True)
    except SchemaErrors as found:
        cases = found.failure_cases
    else:
        return []
    firsts: dict[tuple[int, str], tuple[int, str]] = {}
    for case in cases.to_dict("records"):
        rule = str(case["check"])
        column = _COLUMN_OF.get(rule, str(case["column"]))
        row = int(case["index"])
        if rule == _OWN:
            rule = _first_broken(definition.by_name[column], str(cells[column].iloc[row]))
        order = _ORDER.get(rule, 0)
        firsts[row, column] = min(firsts.get((row, column), (order, rule)), (order, rule))
    alone = {at for at, (order, _rule) in firsts.items() if order < _ORDER_TOGETHER}
    return [
        _told(row, column, rule, table, definition)
        for (row, column), (order, rule) in sorted(firsts.items())
        if order < _ORDER_TOGETHER or not any((row, other) in alone for other in _TOGETHER[rule])
    ]


_ORDER_TOGETHER = 100
_ORDER = {
    name: place
    for place, name in enumerate(
        (
            *(_NULL, _TEXT, _NUMBER, _RANGE, _HUNDREDTHS),
            *(_LONG, _LETTERS, _VALUES, _MOMENT, _DAY, _TWICE),
        )
    )
} | {
    name: _ORDER_TOGETHER + n
    for n, name in enumerate((_PART, _SPENT, _CARRIED, _OWN_HOST, _HOST, _CONTRACTED, _DIVISIONS))
}
_COLUMN_OF = {
    _PART: "disadvantaged_jobseekers",
    _SPENT: "prior_spent_krw",
    _CARRIED: "prior_carryover_krw",
    _HOST: "host_id",
    _OWN_HOST: "host_id",
    _CONTRACTED: "committed_krw",
    _DIVISIONS: DIVISION_STAFF[0],
}
_TOGETHER = {
    _PART: ("disadvantaged_jobseekers", "registered_jobseekers"),
    _SPENT: ("prior_spent_krw", "prior_available_krw", "prior_carryover_krw"),
    _CARRIED: ("prior_available_krw", "prior_carryover_krw"),
    _HOST: ("host_id",),
    _OWN_HOST: ("host_id", "centre_id"),
    _CONTRACTED: ("committed_krw", "spent_krw"),
    _DIVISIONS: (*DIVISION_STAFF, *STAFF),
}
"""Rules of several columns, and whose own faults they follow from."""


def _told(
    row: int, column: str, rule: str, table: pd.DataFrame, definition: TableDefinition
) -> Broken:
    own = definition.by_name[column]
    cell = str(table[column].iloc[row])
    if rule in {_TEXT, _NUMBER}:
        known = _LIKELY_NUMBER if own.is_number else _LIKELY
        for pattern, expected in known:
            if re.search(pattern, cell):
                return Broken(row, column, expected, {})
    if rule in {_NUMBER, _RANGE, _VALUES}:
        return Broken(row, column, _expected(own), own.column.details)
    details = {}
    if rule == _LONG:
        details["most"] = str(MOST_TEXT)
    if rule == _TWICE:
        same = table.index[table[column] == cell]
        details["at"] = str(next(other for other in same if other != row))
    if rule == _PART:
        details["most"] = f"{int(table['registered_jobseekers'].iloc[row]):,}"
    if rule == _CARRIED:
        details["most"] = f"{int(_numbers(table, 'prior_available_krw').iloc[row]):,}"
    if rule == _SPENT:
        details["most"] = f"{int(_least_available(table).iloc[row]):,}"
    if rule == _CONTRACTED:
        details["least"] = f"{int(table['spent_krw'].iloc[row]):,}"
    if rule == _DIVISIONS:
        details["most"] = f"{_sum(table, STAFF).iloc[row]:g}"
    return Broken(row, column, RULES[rule], details)


def _expected(own: Definition) -> str:
    """What a cell of a column holds, without the limit of a number that has none."""
    if own.is_number and own.column.most is None:
        whole = N_("a whole number of {least} or more, in digits")
        return whole if own.column.kind == "whole" else N_("a number of {least} or more, in digits")
    return own.column.expected


# --- the schema --------------------------------------------------------------------------------


@cache
def _schema(name: str, present: tuple[str, ...]) -> pa.DataFrameSchema:
    """The rules of a table, for the columns that there are."""
    from budget.files.uploads.definitions import TABLES  # noqa: PLC0415 - a cached key, no object

    definition = TABLES[name]
    columns = {
        column: pa.Column(
            None,
            _own_check(tuple(_rules(definition.by_name[column]))),
            nullable=definition.by_name[column].column.optional,
            unique=column == definition.key,
        )
        for column in present
    }
    together = list(_rules_together(definition, frozenset(present)))
    return pa.DataFrameSchema(columns, checks=together)


@dataclass(frozen=True)
class _Rule:
    """A rule of a column: which of its cells, as they are written, keep it."""

    name: str
    keeps: Callable[[Sequence[str]], Iterable[bool]]


def _own_check(rules: Sequence[_Rule]) -> pa.Check:
    """All rules of a column as one check: a check costs pandera more than the rules themselves."""

    def keeps_all(cells: Cells) -> Cells:
        texts = [str(cell) for cell in cells]
        kept = zip(*(rule.keeps(texts) for rule in rules), strict=True)
        return pd.Series([all(each) for each in kept], index=cells.index, dtype=bool)

    return pa.Check(keeps_all, error=_OWN)


def _first_broken(own: Definition, cell: str) -> str:
    """The first rule of its column that a cell breaks; the others follow from it."""
    return next(rule.name for rule in _rules(own) if not all(rule.keeps([cell])))


def _each(name: str, keeps: Callable[[str], object]) -> _Rule:
    return _Rule(name, lambda cells: [bool(keeps(cell)) for cell in cells])


def _rules(definition: Definition) -> Iterator[_Rule]:
    """The rules of a column, in the order in which they are told."""
    if definition.is_number:
        yield from _number_rules(definition)
        return
    strange = re.compile(_STRANGE)
    yield _each(_TEXT, lambda cell: not strange.search(cell))
    yield _each(_LONG, lambda cell: len(cell) <= MOST_TEXT)
    if definition.is_key or definition.name == "centre_id":
        yield _each(_LETTERS, re.compile(r"[\w.\-]{1,40}").fullmatch)
    if definition.column.values:
        yield _each(_VALUES, set(definition.column.values).__contains__)
    if definition.name == "submitted_at":
        yield _Rule(_MOMENT, _are_moments)
    if definition.name in DAYS:
        yield _Rule(_DAY, _are_days)


def _are_moments(cells: Sequence[str]) -> Iterable[bool]:
    return ~pd.isna(pd.to_datetime(list(cells), format="ISO8601", errors="coerce", utc=True))


def _are_days(cells: Sequence[str]) -> Iterable[bool]:
    return ~pd.isna(pd.to_datetime(list(cells), format="%Y-%m-%d", errors="coerce"))


def _number_rules(definition: Definition) -> Iterator[_Rule]:
    column = definition.column
    is_whole = column.kind == "whole"
    shape = re.compile(r"-?[0-9]{1,30}" if is_whole else r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?")
    number = int if is_whole else float
    low = float("-inf") if column.least is None else column.least
    high = 10**18 if column.most is None else column.most
    yield _each(_NUMBER, shape.fullmatch)
    yield _each(_RANGE, lambda cell: not shape.fullmatch(cell) or low <= number(cell) <= high)
    if column.name in DIVISION_STAFF:
        finer = re.compile(r".*\.[0-9]{2}0*[1-9][0-9]*")
        yield _each(_HUNDREDTHS, lambda cell: not finer.fullmatch(cell))


def _rules_together(definition: TableDefinition, present: frozenset[str]) -> Iterator[pa.Check]:
    if definition.name == EXECUTION.name and {"committed_krw", "spent_krw"} <= present:
        yield _frame_check(
            _CONTRACTED,
            lambda table: ~(_numbers(table, "committed_krw") < _numbers(table, "spent_krw")),
        )
    if definition.name != CENTRES.name:
        return
    if {"disadvantaged_jobseekers", "registered_jobseekers"} <= present:
        yield _frame_check(
            _PART,
            lambda table: (
                ~(
                    _numbers(table, "disadvantaged_jobseekers")
                    > _numbers(table, "registered_jobseekers")
                )
            ),
        )
    if {"prior_available_krw", "prior_spent_krw", "prior_carryover_krw"} <= present:
        yield _frame_check(
            _SPENT,
            lambda table: (
                ~(_numbers(table, "prior_spent_krw") > _least_available(table))
                | (_least_available(table) < 0)
            ),
        )
        yield _frame_check(_CARRIED, lambda table: ~(_least_available(table) < 0))
    if {*DIVISION_STAFF, *STAFF} <= present:
        most = float(STAFF_TOLERANCE) + 1e-9  # tenths of a person are not exact here
        yield _frame_check(
            _DIVISIONS,
            lambda table: ~((_sum(table, DIVISION_STAFF) - _sum(table, STAFF)).abs() > most),
        )
    if {"centre_id", "host_id"} <= present:
        yield _frame_check(_OWN_HOST, lambda table: ~(table["host_id"] == table["centre_id"]))
        yield _frame_check(
            _HOST,
            lambda table: table["host_id"].isna() | table["host_id"].isin(table["centre_id"]),
        )


def _frame_check(rule: str, holds: Callable[[pd.DataFrame], Cells]) -> pa.Check:
    return pa.Check(holds, error=rule, ignore_na=False)


def _numbers(table: pd.DataFrame, name: str) -> Cells:
    return pd.to_numeric(table[name], errors="coerce")


def _sum(table: pd.DataFrame, names: Sequence[str]) -> Cells:
    return sum((_numbers(table, name) for name in names), pd.Series(0.0, index=table.index))


def _least_available(table: pd.DataFrame) -> Cells:
    """Available minus carry-over; an empty carry-over counts as 0."""
    return _numbers(table, "prior_available_krw") - _numbers(table, "prior_carryover_krw").fillna(0)
