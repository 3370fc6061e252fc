"""What a planner has changed, with undo and redo; plain values, no screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

Value = int | Decimal
Changes = Mapping[str, Value]
"""Parameter path -> value; only parameters that differ from the baseline."""

MOST_STEPS = 200
"""So many steps can be taken back."""


@dataclass(frozen=True)
class Edits:
    """The changes at present, those before, and those that were taken back."""

    present: Changes = field(default_factory=dict)
    past: tuple[Changes, ...] = ()
    future: tuple[Changes, ...] = ()

    def changed(self, path: str, value: Value, baseline: Value) -> "Edits":
        """With one parameter set; a parameter back at its baseline is no change."""
        rest = {other: kept for other, kept in self.present.items() if other != path}
        return self._followed_by(rest if value == baseline else {**rest, path: value})

    def reset(self, path: str) -> "Edits":
        """With one parameter back at its baseline."""
        return self._followed_by(
            {other: kept for other, kept in self.present.items() if other != path}
        )

    def reset_all(self) -> "Edits":
        """With every parameter back at its baseline."""
        return self._followed_by({})

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

    def _followed_by(self, changes: Changes) -> "Edits":
        if dict(changes) == dict(self.present):
            return self
        return Edits(changes, (*self.past, self.present)[-MOST_STEPS:], ())
