"""Uploads, changes and definitions of the data in words, and as tidy tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

import pandas as pd

from budget.allocation.contract import PRIOR_OPERATING, STAFF, Column
from budget.allocation.faults import N_, Fault
from budget.allocation.revision import (
    LEAST_JUMP,
    PRIOR,
    FigureChange,
    Revision,
    TextChange,
    TotalChange,
)
from budget.view.names import centre_name
from budget.view.numbers import DECREASE, NOTHING, Numbers
from budget.view.words import Words

Names = Mapping[str, tuple[str, str]]
"""Centre id -> Korean and English name."""


def name_of(centre_id: str, names: Names, _: Words) -> str:
    """A centre in its short form with its id."""
    found = names.get(centre_id)
    return f"{centre_name(*found, _)} ({centre_id})" if found else centre_id


# --- faults ------------------------------------------------------------------------------------


WordOf = Callable[[str, str], str]
"""A value and a language -> how somebody of this language writes the value into a cell."""


def reason(fault: Fault, _: Words, word_of: WordOf) -> str:
    """What a cell should hold instead."""
    return _("Expected: {expected}", expected=expected_text(fault, _, word_of))


def expected_text(fault: Fault, _: Words, word_of: WordOf) -> str:
    """The same without the word before it; values in the words that a cell may hold."""
    details = dict(fault.details)
    if "values" in details:
        values = str(details["values"]).split(", ")
        details["values"] = ", ".join(word_of(value, _.language) for value in values)
    return _.template(fault.expected, details)


def fault_table(faults: Sequence[Fault], _: Words, word_of: WordOf) -> pd.DataFrame:
    """One row a fault: where it stands in the file, what stands there, what is expected."""
    return pd.DataFrame(
        [
            {
                "row": fault.row,
                "letter": fault.details.get("letter", ""),
                "header": fault.where,
                "value": fault.value,
                "expected": expected_text(fault, _, word_of),
            }
            for fault in faults
        ],
        columns=["row", "letter", "header", "value", "expected"],
    ).astype({"row": "Int64"})


# --- changes -----------------------------------------------------------------------------------


def headline(found: Revision, _: Words) -> str:
    """What changes, in a sentence that is made of the numbers."""
    parts = [
        (N_("{count} new"), len(found.added)),
        (N_("{count} closed"), len(found.closed)),
        (N_("{count} renamed"), len({change.centre_id for change in found.renamed})),
    ]
    centres = ", ".join(_(text, count=count) for text, count in parts if count)
    if found.is_empty:
        return _("Nothing changes against the version in force.")
    figures = _.ngettext("{count} figure changes", "{count} figures change", len(found.figures))
    if centres:
        return _("Centres: {centres} · {figures}", centres=centres, figures=figures)
    return _("The same centres · {figures}", figures=figures)


OTHER_COLUMNS: Mapping[str, str] = {
    "jurisdiction_ko": N_("area of responsibility"),
    "name_basis": N_("source of the name"),
    "kind_of_data": N_("kind of the figures"),
}
"""Columns that the sample files carry along and no rule reads."""


def column_names(headers: str, _: Words) -> str:
    """Further columns of a file by their meaning where that is known, else as written.

    Args:
        headers: as the file has them, separated by commas.
    """
    return ", ".join(column_title(header, OTHER_COLUMNS, _) for header in headers.split(", "))


def remark_text(text: str, details: Mapping[str, str], _: Words) -> str:
    """What was passed over in a file, in a sentence."""
    if "names" in details:
        details = {**details, "names": column_names(details["names"], _)}
    return _.template(text, details)


def column_title(column: str, titles: Mapping[str, str], _: Words) -> str:
    """A column by its meaning; another one by its header."""
    return _(titles[column]) if column in titles else column


def is_money(column: str) -> bool:
    """Whether a column holds won."""
    return column in PRIOR


def figure_text(column: str, value: Decimal | None, numbers: Numbers) -> str:
    """A figure of a centre, money in the reader's unit."""
    if value is None:
        return NOTHING
    if is_money(column):
        return numbers.money(int(value))
    digits = max(0, -int(value.as_tuple().exponent))
    return numbers.number(value, min(digits, 4))


def change_text(column: str, value: Decimal | None, numbers: Numbers) -> str:
    """A change of a figure, with its sign."""
    if value is None:
        return NOTHING
    if is_money(column):
        return numbers.change(int(value))
    sign = "+" if value > 0 else DECREASE[numbers.words.language] if value < 0 else ""
    return f"{sign}{figure_text(column, abs(value), numbers)}"


def figure_table(
    changes: Sequence[FigureChange], names: Names, titles: Mapping[str, str], numbers: Numbers
) -> pd.DataFrame:
    """One row a changed figure, in the order given."""
    _ = numbers.words
    return pd.DataFrame(
        [
            {
                "centre": name_of(change.centre_id, names, _),
                "column": column_title(change.column, titles, _),
                "old": figure_text(change.column, change.old, numbers),
                "new": figure_text(change.column, change.new, numbers),
                "change": change_text(change.column, change.change, numbers),
                "suspicion": suspicion_text(change, numbers),
            }
            for change in changes
        ],
        columns=["centre", "column", "old", "new", "change", "suspicion"],
    )


def suspicion_text(change: FigureChange, numbers: Numbers) -> str:
    """Why a change should be looked at, in words."""
    _ = numbers.words
    if not change.suspicion:
        return ""
    least = Decimal(LEAST_JUMP.get(change.column, 0))
    unit = f" {numbers.unit_name}" if is_money(change.column) else ""
    text = f"{figure_text(change.column, least, numbers)}{unit}"
    return _.template(change.suspicion, {"least": text})


def jump_rule(numbers: Numbers) -> str:
    """The rule by which changes are picked out, in a sentence."""
    _ = numbers.words
    return _(
        "Picked out is a figure that disappears, that becomes about a thousand times larger or "
        "smaller, or that becomes at least twice or at most half as much by {staff} people, "
        "{jobseekers} jobseekers or {won} or more.",
        staff=LEAST_JUMP[STAFF[0]],
        jobseekers=LEAST_JUMP["registered_jobseekers"],
        won=numbers.money_with_unit(LEAST_JUMP[PRIOR_OPERATING]),
    )


def text_table(
    changes: Sequence[TextChange], names: Names, titles: Mapping[str, str], _: Words
) -> pd.DataFrame:
    """One row a changed text."""
    return pd.DataFrame(
        [
            {
                "centre": name_of(change.centre_id, names, _),
                "column": column_title(change.column, titles, _),
                "old": change.old,
                "new": change.new,
            }
            for change in changes
        ],
        columns=["centre", "column", "old", "new"],
    )


def total_table(
    changes: Sequence[TotalChange], titles: Mapping[str, str], numbers: Numbers
) -> pd.DataFrame:
    """One row a figure: its national total before and after."""
    _ = numbers.words

    def rows() -> Iterator[dict[str, str]]:
        for change in changes:
            unit = f" ({numbers.unit_name})" if is_money(change.column) else ""
            yield {
                "column": f"{column_title(change.column, titles, _)}{unit}",
                "old": figure_text(change.column, change.old, numbers),
                "new": figure_text(change.column, change.new, numbers),
                "change": change_text(change.column, change.new - change.old, numbers),
            }

    return pd.DataFrame(list(rows()), columns=["column", "old", "new", "change"])


# --- the dictionary ----------------------------------------------------------------------------

KINDS: Mapping[str, str] = {
    "text": N_("text"),
    "number": N_("decimal number"),
    "whole": N_("whole number"),
}


def range_text(column: Column, allowed: Sequence[str], numbers: Numbers) -> str:
    """What a column allows.

    Args:
        allowed: its values as they are written into a cell; none where there is no such list.
    """
    if allowed:
        return ", ".join(allowed)
    if column.kind == "text":
        return ""
    if column.least is None or column.most is None:
        return numbers.words("{least} or more", least=column.least or 0)
    return f"{column.least} – {column.most}"
