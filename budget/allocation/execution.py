"""Execution to date: who runs behind, and what each centre will have spent at the year's end.

Spending is compared with what was allotted until the same day. The forecast is one stated rule: the
rest of the year's money is spent at the rate of the money that was allotted so far, but never less
than what is contracted and never more than there is. Special needs are no part of it.

Source: the field in one page, rules of public money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from budget.allocation.allotment import Allotment, due, quarter_of
from budget.allocation.faults import N_, Fault, InputError

BEHIND, ON_COURSE, OVER, UNKNOWN = "behind", "on_course", "over", "unknown"
FLAGS: Mapping[str, str] = {
    BEHIND: N_("behind"),
    ON_COURSE: N_("on course"),
    OVER: N_("over its allotment"),
    UNKNOWN: N_("no execution"),
}
SYMBOLS: Mapping[str, str] = {BEHIND: "▼", ON_COURSE: "●", OVER: "▲", UNKNOWN: "–"}
"""Beside the word, so that a flag never lives by its colour."""
CARRY_LIMIT = Decimal("0.15")
"""Running costs may carry over 15 % at most (시행령 제20조 ③)."""


@dataclass(frozen=True, slots=True)
class Executed:
    """What a centre has spent of its running money, as it was uploaded.

    Attributes:
        spent: paid until the end of `as_of`, in won, special needs apart.
        committed: contracted until then, what was paid included; None if not known.
        available: the year's budget available; None: as it was allotted.
        carryover: what the centre means to carry over, in won.
    """

    as_of: date
    spent: int
    committed: int | None = None
    available: int | None = None
    carryover: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How execution is read: three stated shares.

    Attributes:
        behind: a centre that has spent less than this part of what was allotted to date is behind.
        able: one that has spent at least this part can use more.
        carry: the part of its money that a centre may carry over at most.
    """

    behind: Decimal = Decimal("0.85")
    able: Decimal = Decimal("0.95")
    carry: Decimal = CARRY_LIMIT

    def __post_init__(self) -> None:
        """Refuse shares that contradict each other.

        Raises:
            InputError: unless 0 < behind ≤ able ≤ 1.5 and 0 ≤ carry ≤ 15 %.
        """
        faults = []
        if not 0 < self.behind <= self.able <= Decimal("1.5"):
            faults.append(
                Fault(
                    "",
                    "behind",
                    f"{self.behind} / {self.able}",
                    N_("a share above 0, and not above the share from which a centre can use more"),
                )
            )
        if not 0 <= self.carry <= CARRY_LIMIT:
            faults.append(Fault("", "carry", str(self.carry), N_("a share from 0 to 15 %")))
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class Standing:
    """How a centre stands at a day.

    Attributes:
        year: its running money of the year, in won.
        due: what was allotted of it until `as_of`, rounded down; what it may have spent by the end
            of the running quarter is `open_to`.
        executed: None where nothing was uploaded.
    """

    centre_id: str
    year: int
    due: int
    open_to: int
    executed: Executed | None
    reading: Reading
    unit: int

    @property
    def pace(self) -> Fraction | None:
        """Spent ÷ allotted to date; None where nothing is due or known."""
        if self.executed is None or not self.due:
            return None
        return Fraction(self.executed.spent, self.due)

    @property
    def flag(self) -> str:
        """Behind, on course, over its allotment, or unknown."""
        pace = self.pace
        if self.executed is None or pace is None:
            return UNKNOWN
        if self.executed.spent > self.open_to:
            return OVER
        return BEHIND if pace < Fraction(self.reading.behind) else ON_COURSE

    @property
    def can_use_more(self) -> bool:
        """Whether it spends fast enough to be given more."""
        pace = self.pace
        return pace is not None and pace >= Fraction(self.reading.able)

    @property
    def forecast(self) -> int | None:
        """Spending at the year's end, rounded up to the unit; None where it is not known."""
        pace = self.pace
        if self.executed is None or pace is None:
            return None
        expected = ceil(pace * self.year / self.unit) * self.unit
        least = max(self.executed.spent, self.executed.committed or 0)
        return min(max(expected, -(-least // self.unit) * self.unit), max(self.year, least))

    @property
    def carried(self) -> int:
        """What it may carry over: what it means to, up to the limit, and no more than is left."""
        forecast = self.forecast
        if self.executed is None or forecast is None:
            return 0
        limit = int(Fraction(self.reading.carry) * self.year)
        return max(0, min(self.executed.carryover, limit, self.year - forecast))

    @property
    def unused(self) -> int:
        """What would lapse: neither spent by the forecast nor carried over; 0 if not behind."""
        forecast = self.forecast
        if forecast is None or self.flag != BEHIND:
            return 0
        return max(0, (self.year - forecast - self.carried) // self.unit * self.unit)


def standings(
    allotted: Allotment, executed: Mapping[str, Executed], reading: Reading
) -> tuple[Standing, ...]:
    """How every centre stands, in the order of the ids.

    Args:
        executed: centre id -> what was uploaded. Where a budget available is stated, it counts
            instead of the allotment, spread over the year like it.
    """
    found = []
    for centre_id, row in zip(allotted.ids, allotted.running, strict=True):
        own = executed.get(centre_id)
        planned = sum(row)
        year = planned if own is None or own.available is None else own.available
        part = Fraction(year, planned) if planned else Fraction(0)
        allotted_now = due(row, own.as_of) if own else Fraction(0)
        opened = quarter_of(own.as_of) if own else 0
        found.append(
            Standing(
                centre_id=centre_id,
                year=year,
                due=int(allotted_now * part),
                open_to=int(sum(row[:opened]) * part),
                executed=own,
                reading=reading,
                unit=allotted.unit,
            )
        )
    return tuple(found)
