"""What a planner has changed, with undo and redo; plain values, no screen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.parameters import parameters
from budget.allocation.policy import Policy

Value = int | Decimal
Changes = Mapping[str, Value]
"""Parameter path -> value; only parameters that differ from the baseline."""

MOST_STEPS = 200
"""So many steps can be taken back."""
ADDRESS = N_("address of the page")
MOST_DIGITS = 30
"""Larger or smaller powers of ten are no number of a policy, and take for ever to write out."""


@dataclass(frozen=True)
class Edits:
    """The changes at present, those before, and those that were taken back."""

    present: Changes = field(default_factory=dict)
    past: tuple[Changes, ...] = ()
    future: tuple[Changes, ...] = ()

    def changed(self, path: str, value: Value, baseline: Value) -> "Edits":
        """With one parameter set; a parameter back at its baseline is no change."""
        rest = {other: kept for other, kept in self.present.items() if other != path}
        return self.followed_by(rest if value == baseline else {**rest, path: value})

    def reset(self, path: str) -> "Edits":
        """With one parameter back at its baseline."""
        return self.followed_by(
            {other: kept for other, kept in self.present.items() if other != path}
        )

    def reset_all(self) -> "Edits":
        """With every parameter back at its baseline."""
        return self.followed_by({})

    def undone(self) -> "Edits":
        """One step back; the same at the beginning."""
        if not self.past:
            return self
        return Edits(self.past[-1], self.past[:-1], (self.present, *self.future))

    def redone(self) -> "Edits":
        """One step forward again; the same at the end."""
        if not self.future:
            return self
        return Edits(self.future[0], (*self.past, self.present), self.future[1:])

    def followed_by(self, changes: Changes) -> "Edits":
        """With these changes in place of the present ones, as one step."""
        if dict(changes) == dict(self.present):
            return self
        return Edits(changes, (*self.past, self.present)[-MOST_STEPS:], ())


def changes_between(baseline: Policy, policy: Policy) -> Changes | None:
    """The changes that make a policy out of the baseline.

    Returns:
        None if the policies differ in more than numbers: other pools, rules or columns.
    """
    before = {parameter.path: parameter.value for parameter in parameters(baseline)}
    after = {parameter.path: parameter.value for parameter in parameters(policy)}
    changes = {
        path: value for path, value in after.items() if path in before and value != before[path]
    }
    reached = _rules(baseline.replaced(changes)) if before.keys() == after.keys() else None
    return changes if reached == _rules(policy) else None


def _rules(policy: Policy) -> dict[str, object]:
    """A policy as plain data without its name."""
    document = policy.to_document()
    return {**document, "policy": {**document["policy"], "name": ""}}


# --- changes in the address of a page ----------------------------------------------------------


def to_address(changes: Changes) -> list[str]:
    """Changes as they stand in the address: path=value, in the order they were made."""
    return [f"{path}={value}" for path, value in changes.items()]


def from_address(texts: Iterable[str], baseline: Policy) -> Changes:
    """Changes from the address of a page.

    Raises:
        InputError: for a parameter that the policy does not have, that stands twice, or whose
            value is no number that it can have; with every fault.
    """
    known = {parameter.path: parameter for parameter in parameters(baseline)}
    changes: dict[str, Value] = {}
    faults = []
    for text in texts:
        path, _equals, written = text.rpartition("=")
        parameter = known.get(path)
        if parameter is None:
            faults.append(Fault(ADDRESS, shown(path or text), "", N_("a parameter of the policy")))
            continue
        if path in changes:
            faults.append(Fault(ADDRESS, path, shown(written), N_("each parameter once")))
            continue
        value = _number(written, whole=isinstance(parameter.value, int))
        if value is None:
            faults.append(Fault(ADDRESS, path, shown(written), N_("a number")))
            continue
        if value != parameter.value:
            changes[path] = value
    if not faults:
        try:
            baseline.replaced(changes)
        except InputError as error:
            faults += [
                Fault(ADDRESS, fault.where, fault.value, fault.expected, details=fault.details)
                for fault in error.faults
            ]
    if faults:
        raise InputError(faults)
    return changes


def _number(text: str, *, whole: bool) -> Value | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or len(text) > 40 or abs(value.adjusted()) > MOST_DIGITS:
        return None
    if whole:
        return int(value) if value == value.to_integral_value() else None
    return value
