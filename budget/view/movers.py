"""What would move a centre's amount, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budget.allocation.faults import N_
from budget.allocation.movers import Mover
from budget.view.names import binding_name, column_name, pool_name
from budget.view.numbers import Numbers

KINDS: Mapping[str, str] = {
    "counsellor": N_("one more counsellor"),
    "expertise": N_("one person better qualified"),
    "grade": N_("performance one grade up"),
    "execution": N_("execution one point higher"),
    "request": N_("its largest request approved in full"),
}
WHY_NOT: Mapping[str, str] = {
    "unread": N_("No rule reads it."),
    "missing": N_("The centre has no value of last year."),
    "top": N_("It is the best already."),
    "nobody": N_("Nobody is left to move up."),
    "none": N_("There is no open request."),
    "infeasible": N_("The rules would contradict each other."),
}


@dataclass(frozen=True, slots=True)
class MoverLine:
    """One line of the table of what would move a centre.

    Attributes:
        detail: what exactly is changed.
        difference: won; None if it is not possible.
        note: what stops it, or why it is not possible.
    """

    what: str
    detail: str
    total: int | None
    difference: int | None
    note: str


def mover_line(mover: Mover, numbers: Numbers) -> MoverLine:
    """A mover in words: what is changed, what it gives, what takes it away again."""
    _ = numbers.words
    return MoverLine(
        what=_(KINDS[mover.kind]),
        detail=_detail(mover, numbers),
        total=mover.total,
        difference=None if mover.total is None else mover.difference,
        note=_(WHY_NOT[mover.why_not]) if mover.why_not else _note(mover, numbers),
    )


def _detail(mover: Mover, numbers: Numbers) -> str:
    _ = numbers.words
    if not mover.after:
        return ""
    if mover.kind == "counsellor":
        return f"{column_name(mover.after, _)} +1"
    if mover.kind == "expertise":
        return f"{column_name(mover.before, _)} → {column_name(mover.after, _)}"
    if mover.kind == "execution":
        before, after = (numbers.percent(Decimal(rate)) for rate in (mover.before, mover.after))
        return f"{before} → {after}"
    if mover.kind == "request":
        return f"{mover.before}, {numbers.money_with_unit(int(mover.after))}"
    return f"{mover.before} → {mover.after}"


def _note(mover: Mover, numbers: Numbers) -> str:
    _ = numbers.words
    stopped = " · ".join(
        f"{pool_name(pool, _)}: {binding_name(binding, _)}" for pool, binding in mover.unmoved
    )
    if mover.difference:
        return _("Unchanged: {rules}", rules=stopped) if stopped else ""
    if not mover.counts:
        return _("Nothing changes: no rule counts this difference here.")
    if stopped:
        return _("Nothing changes: {rules}", rules=stopped)
    if mover.kind == "request":
        return _("Nothing changes: the ceiling has no room for it.")
    return _("Nothing changes: less than one unit.")


def movers_title(listed: Sequence[MoverLine], numbers: Numbers) -> str:
    """The finding: what would move the centre most, or that nothing would."""
    _ = numbers.words
    possible = [line for line in listed if line.difference]
    if not possible:
        return _("None of these changes would move the amount")
    most = max(possible, key=lambda line: abs(line.difference or 0))
    return _(
        "What would move it most: {what}, {change}",
        what=most.what,
        change=numbers.change_with_unit(most.difference),
    )
