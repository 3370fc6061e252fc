"""What a new table of centres changes: centres that came, went, merged or were renamed, figures.

A merged centre's last year is the sum: who takes over a closed centre takes over its budget of
last year and its execution, unless the new table has them together already.

Source: screens, Data; allocation model, section 4.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from budget.allocation.cells import cell_number, cell_text
from budget.allocation.contract import CONTRACT, PRIOR_OPERATING, STAFF
from budget.allocation.faults import N_, Fault, InputError

PRIOR = (PRIOR_OPERATING, "prior_available_krw", "prior_spent_krw", "prior_carryover_krw")
"""Last year's money, which a successor takes over."""
FIGURES = tuple(
    name
    for name, column in CONTRACT.items()
    if column.kind != "text" and name not in {"lat", "lon"}
)
NAMES = ("name_ko", "name_en")

JUMP_FACTOR = 2
LEAST_JUMP: Mapping[str, int] = {
    **dict.fromkeys((*STAFF, "partner_staff"), 5),
    **dict.fromkeys(("registered_jobseekers", "disadvantaged_jobseekers"), 500),
    **dict.fromkeys(PRIOR, 100_000_000),
    "performance_score": 20,
    "integration_level": 2,
}
"""A change is suspicious from this size on, in people, won, points or levels."""
THOUSAND = range(900, 1_101)
"""A figure that became so many times smaller or larger was perhaps typed in another unit."""
GONE = N_("there was a figure, now there is none")
UNIT = N_("about a thousand times more or less: perhaps another unit")
JUMP = N_("at least twice or at most half as much, and by {least} or more")


@dataclass(frozen=True, slots=True)
class Takeover:
    """A closed centre and who takes it over.

    Attributes:
        is_in_table: the successor's last year holds the closed centre's already.
    """

    closed: str
    successor: str
    is_in_table: bool = False


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure of a centre that changes.

    Attributes:
        old, new: None where there is none.
        suspicion: why it should be looked at, a template; "" if it need not.
    """

    centre_id: str
    column: str
    old: Decimal | None
    new: Decimal | None
    suspicion: str = ""

    @property
    def change(self) -> Decimal | None:
        """By how much; None where there was or is none."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def weight(self) -> Decimal:
        """Its size by the column's own measure, so that people and won can be ranked together."""
        least = LEAST_JUMP.get(self.column, 1)
        return abs((self.new or Decimal(0)) - (self.old or Decimal(0))) / Decimal(least)


@dataclass(frozen=True, slots=True)
class TextChange:
    """A name, type or office of a centre that changes."""

    centre_id: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class TotalChange:
    """The national total of a figure, before and after."""

    column: str
    old: Decimal
    new: Decimal


@dataclass(frozen=True)
class Revision:
    """What a new table changes against the one in force.

    Attributes:
        added, closed: ids, in the order of their tables.
        takeovers: closed centres with a successor.
        renamed: changes of names; `texts`: of other texts.
        figures: of the centres in both tables, the largest first.
        totals: of every figure that adds up.
    """

    added: tuple[str, ...]
    closed: tuple[str, ...]
    takeovers: tuple[Takeover, ...]
    renamed: tuple[TextChange, ...]
    texts: tuple[TextChange, ...]
    figures: tuple[FigureChange, ...]
    totals: tuple[TotalChange, ...]

    @property
    def jumps(self) -> tuple[FigureChange, ...]:
        """The figures that should be looked at."""
        return tuple(figure for figure in self.figures if figure.suspicion)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not (self.added or self.closed or self.renamed or self.texts or self.figures)


def revision(
    before: pd.DataFrame, after: pd.DataFrame, takeovers: Sequence[Takeover] = ()
) -> Revision:
    """Compare two tables of centres.

    Args:
        before, after: cells as text, one row a centre; `after` with what was taken over.
    """
    old, new = _rows(before), _rows(after)
    both = [centre_id for centre_id in new if centre_id in old]
    texts = list(_text_changes(old, new, both))
    figures = sorted(
        _figure_changes(old, new, both, takeovers),
        key=lambda figure: (-figure.weight, figure.centre_id, figure.column),
    )
    return Revision(
        added=tuple(centre_id for centre_id in new if centre_id not in old),
        closed=tuple(centre_id for centre_id in old if centre_id not in new),
        takeovers=tuple(takeovers),
        renamed=tuple(change for change in texts if change.column in NAMES),
        texts=tuple(change for change in texts if change.column not in NAMES),
        figures=tuple(figures),
        totals=tuple(_totals(old, new)),
    )


Rows = Mapping[str, Mapping[str, str]]


def _rows(table: pd.DataFrame) -> Rows:
    return {
        cell_text(row["centre_id"]): {str(name): cell_text(cell) for name, cell in row.items()}
        for row in table.to_dict("records")
    }


def _text_changes(old: Rows, new: Rows, both: Sequence[str]) -> Iterator[TextChange]:
    for centre_id in both:
        columns = [
            *new[centre_id],
            *(name for name in old[centre_id] if name not in new[centre_id]),
        ]
        for column in columns:
            before = old[centre_id].get(column, "")
            after = new[centre_id].get(column, "")
            if before != after and column not in FIGURES and not _is_same_number(before, after):
                yield TextChange(centre_id, column, before, after)


def _is_same_number(before: str, after: str) -> bool:
    numbers = _number(before), _number(after)
    return None not in numbers and numbers[0] == numbers[1]


def _number(text: str) -> Decimal | None:
    found = cell_number(text)
    return Decimal(found) if isinstance(found, int | Decimal) else None


def _figure_changes(
    old: Rows, new: Rows, both: Sequence[str], takeovers: Sequence[Takeover]
) -> Iterator[FigureChange]:
    for centre_id in both:
        joined = [takeover.closed for takeover in takeovers if takeover.successor == centre_id]
        for column in FIGURES:
            before = _number(old[centre_id].get(column, ""))
            after = _number(new[centre_id].get(column, ""))
            if before != after:
                why = suspicion(column, before, after)
                if why and joined:  # what fits the centres together needs no look
                    why = suspicion(column, _sum(old, column, [centre_id, *joined]), after) and why
                yield FigureChange(centre_id, column, before, after, why)


def _sum(rows: Rows, column: str, centre_ids: Sequence[str]) -> Decimal:
    return sum(
        (_number(rows[centre_id].get(column, "")) or Decimal(0) for centre_id in centre_ids),
        Decimal(0),
    )


def suspicion(column: str, old: Decimal | None, new: Decimal | None) -> str:
    """Why a change should be looked at; "" if it need not."""
    if old is None:
        return ""
    if new is None:
        return GONE
    least = LEAST_JUMP.get(column)
    if least is None or abs(new - old) < least:
        return ""
    small, large = sorted((abs(old), abs(new)))
    if small and round(large / small) in THOUSAND:
        return UNIT
    return JUMP if large >= JUMP_FACTOR * small else ""


def _totals(old: Rows, new: Rows) -> Iterator[TotalChange]:
    for column in (
        *STAFF,
        "partner_staff",
        "registered_jobseekers",
        "disadvantaged_jobseekers",
        *PRIOR,
    ):
        yield TotalChange(column, _total(old, column), _total(new, column))


def _total(rows: Rows, column: str) -> Decimal:
    return _sum(rows, column, list(rows))


# --- mergers -----------------------------------------------------------------------------------


def with_takeovers(
    before: pd.DataFrame, after: pd.DataFrame, takeovers: Sequence[Takeover]
) -> pd.DataFrame:
    """The new table in which every successor's last year holds what it took over.

    Raises:
        InputError: for a centre that is not closed, or a successor that does not exist.
    """
    faults = list(_takeover_faults(before, after, takeovers))
    if faults:
        raise InputError(faults)
    old = _rows(before)
    merged = after.copy()
    ids = [cell_text(cell) for cell in merged["centre_id"]]
    for takeover in takeovers:
        if takeover.is_in_table:
            continue
        row = ids.index(takeover.successor)
        for column in PRIOR:
            own = _number(cell_text(merged[column].iloc[row]))
            taken = _number(old[takeover.closed].get(column, ""))
            if taken is not None:
                merged.iloc[row, merged.columns.get_loc(column)] = str((own or 0) + taken)  # type: ignore[index]
    return merged


def is_probably_in_table(
    before: pd.DataFrame, after: pd.DataFrame, closed: str, successor: str
) -> bool:
    """Whether a successor's last year seems to hold the closed centre's already."""
    old, new = _rows(before), _rows(after)
    own = _number(old.get(successor, {}).get(PRIOR_OPERATING, "")) or 0
    taken = _number(old.get(closed, {}).get(PRIOR_OPERATING, "")) or 0
    now = _number(new.get(successor, {}).get(PRIOR_OPERATING, "")) or 0
    return now >= own + taken > 0


def _takeover_faults(
    before: pd.DataFrame, after: pd.DataFrame, takeovers: Sequence[Takeover]
) -> Iterator[Fault]:
    old, new = set(before["centre_id"]), set(after["centre_id"])
    seen = set()
    for takeover in takeovers:
        if takeover.closed not in old or takeover.closed in new or takeover.closed in seen:
            yield Fault("", "closed", takeover.closed[:40], N_("a centre that closes, each once"))
        if takeover.successor not in new:
            yield Fault("", "successor", takeover.successor[:40], N_("a centre of the new table"))
        seen.add(takeover.closed)
