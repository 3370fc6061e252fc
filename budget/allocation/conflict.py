"""A contradiction in a policy: the rules that cannot hold together, by how much, what mends it.

Source: allocation model, section 7.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FINEST_SHARE = Decimal("0.0001")
"""Remedies for shares and rates are whole hundredths of a per cent."""


@dataclass(frozen=True, slots=True)
class ConflictingRule:
    """One rule of a conflict.

    Attributes:
        path: where it stands in the policy.
        kind: "amount", "floor", "cap", "band least", "band most", "envelope", "reserve",
            "special_needs" or "pool".
        name: what the policy calls it.
        won: what the rule asks for (floors, leasts, parts) or allows (amount, caps, mosts).
    """

    path: str
    kind: str
    name: str
    won: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of one parameter that alone removes the conflict."""

    path: str
    present: int | Decimal
    feasible: int | Decimal


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes:
        pool: the pool they belong to; empty for the envelope itself.
        rules: the smallest set found.
        required_krw, available_krw: what they ask for and what they allow.
        remedies: each of them alone is enough.
    """

    pool: str
    rules: tuple[ConflictingRule, ...]
    required_krw: int
    available_krw: int
    remedies: tuple[Remedy, ...]

    @property
    def shortfall_krw(self) -> int:
        """By how many won the rules contradict each other."""
        return self.required_krw - self.available_krw

    def to_record(self) -> dict[str, Any]:
        """The conflict as plain data, for a JSON report."""
        return {
            "pool": self.pool,
            "required_krw": self.required_krw,
            "available_krw": self.available_krw,
            "shortfall_krw": self.shortfall_krw,
            "rules": [
                {"path": rule.path, "kind": rule.kind, "name": rule.name, "krw": rule.won}
                for rule in self.rules
            ],
            "remedies": [
                {
                    "path": remedy.path,
                    "present": _plain(remedy.present),
                    "feasible": _plain(remedy.feasible),
                }
                for remedy in self.remedies
            ],
        }


def _plain(value: int | Decimal) -> int | float:
    return value if isinstance(value, int) else float(value)


class InfeasiblePolicy(ValueError):  # noqa: N818 - the word of the field
    """The rules of a policy contradict each other; `conflict` says which, and what to do."""

    def __init__(self, conflict: Conflict) -> None:
        self.conflict = conflict
        place = f"pool {conflict.pool}" if conflict.pool else "envelope"
        lines = [
            f"infeasible policy ({place}): {conflict.required_krw:,} won required, "
            f"{conflict.available_krw:,} won available, {conflict.shortfall_krw:,} won short",
            *(f"  rule: {rule.path} ({rule.kind}, {rule.won:,} won)" for rule in conflict.rules),
            *(
                f"  remedy: {remedy.path}: {remedy.present:,} -> {remedy.feasible:,}"
                for remedy in conflict.remedies
            ),
        ]
        super().__init__("\n".join(lines))
