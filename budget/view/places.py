"""Centres, what they belong to and the rules that hold them, as the sensitivity page names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from budget.allocation.centres import Centres
from budget.allocation.faults import N_
from budget.allocation.paths import split_path
from budget.view.names import (
    centre_name,
    kind_name,
    pool_name,
    province_name,
    rule_name,
    value_name,
)
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import capital
from budget.view.words import Words

GROUPINGS: Mapping[str, str] = {
    "centre": N_("Centres"),
    "province": N_("Provinces"),
    "regional_office": N_("Regional offices"),
    "centre_type": N_("Types of centre"),
}
"""How the lines of a sweep can be drawn together."""


@dataclass(frozen=True)
class Places:
    """Names of the centres and of what they belong to, in the order of the ids."""

    centres: Centres
    words: Words

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Short names of the centres."""
        table, _ = self.centres.table, self.words
        korean, english = table["name_ko"].tolist(), table["name_en"].tolist()
        return tuple(centre_name(korean[row], english[row], _) for row in self.centres.rows)

    def groups(self, grouping: str) -> tuple[str, ...]:
        """What each centre belongs to, as the screens call it.

        Args:
            grouping: a key of GROUPINGS.
        """
        if grouping == "centre":
            return self.names
        _, table = self.words, self.centres.table
        column = grouping
        if grouping == "regional_office" and _.language == "ko":
            column = "regional_office_ko" if "regional_office_ko" in table else grouping
        if column not in table:
            return (NOTHING,) * len(self.centres)
        cells = [str(cell) for cell in table[column].tolist()]
        if grouping == "province":
            cells = [province_name(cell, _) for cell in cells]
        elif grouping == "centre_type":
            cells = [capital(value_name("centre_type", cell, _)) for cell in cells]
        return tuple(cells[row] for row in self.centres.rows)


def rule_title(path: str, _: Words) -> str:
    """A rule by its path: its name and kind, and its pool if it is not told from the context."""
    _pool, pool, kind, name = split_path(path)[:4]
    return f"{capital(pool_name(pool, _))} · {rule_name(name, _)} ({_kind(kind, _)})"


def _kind(kind: str, _: Words) -> str:
    return _("adjustment") if kind == "adjustment" else kind_name(kind, _)


def gini_text(gini: float | None, numbers: Numbers) -> str:
    """Inequality with four digits: it moves in the third."""
    return NOTHING if gini is None else numbers.number(gini, 4)
