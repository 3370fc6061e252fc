"""The question that a pool asks: how to split an amount by weights, within bounds and bands.

`Split` is what the linear programs answer, what the rounding keeps and what the certificate
checks. Everything in it is a whole number, so that all of them mean exactly the same.

Source: allocation model, sections 4, 5 and 7.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Group:
    """Centres that together get at least `least` and at most `most` won.

    Attributes:
        members: positions in the lists of the split.
        most: None where there is no limit.
    """

    name: str
    members: frozenset[int]
    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Split:
    """An amount to share out by weight, one entry a centre.

    Attributes:
        ids: centre ids (ties in the rounding go by them).
        weights: whole numbers ≥ 0, proportional to the entitlements.
        floors, caps: won; a cap is None without a limit and never below its floor here.
            A centre without weight has cap = floor.
        groups: nested or disjoint; larger ones first, so that a group's parent is before it.
        amount: the pool, in won.
        unit: rounded amounts are multiples of it; floors, caps and groups already are.
    """

    ids: tuple[str, ...]
    weights: tuple[int, ...]
    floors: tuple[int, ...]
    caps: tuple[int | None, ...]
    groups: tuple[Group, ...]
    amount: int
    unit: int

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """For each group the position of the smallest group around it; -1 without one."""
        return tuple(
            next(
                (
                    outer
                    for outer in reversed(range(inner))
                    if self.groups[inner].members <= self.groups[outer].members
                ),
                -1,
            )
            for inner in range(len(self.groups))
        )

    @cached_property
    def homes(self) -> tuple[int, ...]:
        """For each centre the position of the smallest group it is in; -1 without one."""
        homes = [-1] * len(self.ids)
        for position, group in enumerate(self.groups):
            for member in group.members:
                homes[member] = position
        return tuple(homes)

    @cached_property
    def least_of_groups(self) -> tuple[tuple[int, ...], int]:
        """The least each group can do with, and the least of the whole: floors and minima."""
        totals = self.totals(self.floors)
        for position in reversed(range(len(self.groups))):
            short = self.groups[position].least - totals[position]
            if short > 0:
                self._add(totals, position, short)
        return tuple(totals[:-1]), totals[-1]

    @cached_property
    def most_of_groups(self) -> tuple[tuple[int | None, ...], int | None]:
        """The most each group can take, and the most of the whole: caps and maxima."""
        unlimited = [0] * (len(self.groups) + 1)
        totals = [0] * (len(self.groups) + 1)
        for home, cap in zip(self.homes, self.caps, strict=True):
            if cap is None:
                unlimited[home] += 1
            else:
                totals[home] += cap
        most: list[int | None] = [None] * (len(self.groups) + 1)
        for position in reversed(range(len(self.groups))):
            limit = self.groups[position].most
            taken = None if unlimited[position] else totals[position]
            if limit is not None:
                taken = limit if taken is None else min(taken, limit)
            most[position] = taken
            parent = self.parents[position]
            if taken is None:
                unlimited[parent] += 1
            else:
                totals[parent] += taken
        most[-1] = None if unlimited[-1] else totals[-1]
        return tuple(most[:-1]), most[-1]

    def totals(self, values: Sequence[int]) -> list[int]:
        """Sum of the values in each group (inner ones included), the whole last."""
        totals = [0] * (len(self.groups) + 1)
        for home, value in zip(self.homes, values, strict=True):
            totals[home] += value
        for position in reversed(range(len(self.groups))):
            totals[self.parents[position]] += totals[position]
        return totals

    def _add(self, totals: list[int], position: int, value: int) -> None:
        """Add a value to a group and to all that are around it."""
        while position >= 0:
            totals[position] += value
            position = self.parents[position]
        totals[-1] += value

    @property
    def placeable(self) -> int:
        """How much of the amount can be placed; what is left is unplaced."""
        most = self.most_of_groups[1]
        return self.amount if most is None else min(self.amount, most)

    @property
    def is_feasible(self) -> bool:
        """Whether floors and group minima fit under the amount, the caps and the maxima."""
        least, least_of_all = self.least_of_groups
        most, _ = self.most_of_groups
        return least_of_all <= self.placeable and all(
            high is None or low <= high for low, high in zip(least, most, strict=True)
        )
