"""What the linear programs hold fast, and the closed form that guesses it.

The guess is clip(level * weight, floor, cap), group by group, in floating point. It only says
where to start: the programs and exact arithmetic decide.

Source: allocation model, section 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf

import numpy as np

from budget.allocation.split import Split

WHOLE = -1
"""Position of the block that is not a group: the whole pool."""


@dataclass(frozen=True)
class Pegs:
    """What is held fast: centres at their caps, groups at a total (their most or their least).

    Attributes:
        at_floor: centres that the closed form sees well above the level, at their floors; without
            it the program finds that itself, with a row more for each.
        levels: where the closed form sees the level of each block, in won per weight: the point
            that the solver starts from; empty if it starts from nothing.
    """

    centres: frozenset[int] = frozenset()
    groups: Mapping[int, int] = field(default_factory=dict)
    levels: Mapping[int, Fraction] = field(default_factory=dict)
    at_floor: frozenset[int] = frozenset()


def guessed_pegs(split: Split) -> Pegs:
    """The pegs as the closed form sees them: clip(level * weight, floor, cap), group by group.

    In floating point; the program and exact arithmetic decide.
    """
    if not any(split.weights) or split.amount == 0:
        return Pegs()
    total = sum(split.weights)
    guess = _Guess(
        split,
        np.array([weight / total * split.amount for weight in split.weights]),
        np.array(split.floors, dtype=float),
        np.array([inf if cap is None else cap for cap in split.caps], dtype=float),
        np.array(split.homes, dtype=int),
        Fraction(split.amount, total),
    )
    guess.descend(WHOLE, np.arange(len(split.ids)), float(split.placeable))
    return Pegs(frozenset(guess.centres), guess.groups, guess.levels, frozenset(guess.at_floor))


@dataclass
class _Guess:
    split: Split
    entitlements: np.ndarray
    floors: np.ndarray
    caps: np.ndarray
    homes: np.ndarray
    scale: Fraction
    centres: set[int] = field(default_factory=set)
    groups: dict[int, int] = field(default_factory=dict)
    levels: dict[int, Fraction] = field(default_factory=dict)
    at_floor: set[int] = field(default_factory=set)

    def descend(self, block: int, members: np.ndarray, total: float) -> None:
        """Find the level of a block, then of the groups in it that their bounds stop."""
        inner = [g for g in range(len(self.split.groups)) if self._is_inside(g, block)]
        level = self._level(block, members, inner, total)
        self.levels[block] = Fraction(level) * self.scale
        sums = self._sums(block, members, inner, level)[1]
        hidden: set[int] = set()
        for group in inner:
            if group in hidden:
                continue
            least, most = self.split.groups[group].least, self.split.groups[group].most
            stop = (
                most
                if most is not None and sums[group] > most * (1 + 1e-12)
                else least
                if sums[group] < least * (1 - 1e-12)
                else None
            )
            if stop is not None:
                self.groups[group] = stop
                inside = np.array(sorted(self.split.groups[group].members), dtype=int)
                members = np.setdiff1d(members, inside, assume_unique=True)
                hidden |= {g for g in inner if self._is_inside(g, group)}
                self.descend(group, inside, float(stop))
        members = members[self.entitlements[members] > 0]
        ideal = self.entitlements[members] * level
        over = ideal > self.caps[members] * (1 + 1e-12)
        under = ideal < self.floors[members] * (1 - 1e-9)
        self.centres.update(members[over].tolist())
        if not (over | under).all():
            self.at_floor.update(members[under & ~over].tolist())

    def _is_inside(self, group: int, block: int) -> bool:
        parent = self.split.parents[group]
        while parent >= 0 and parent != block:
            parent = self.split.parents[parent]
        return parent == block

    def _sums(
        self, block: int, members: np.ndarray, inner: Sequence[int], level: float
    ) -> tuple[float, dict[int, float], float]:
        """At a level: the block's sum, each group's own sum before its bounds, and the slope."""
        ideal = self.entitlements[members] * level
        money = np.minimum(np.maximum(ideal, self.floors[members]), self.caps[members])
        moving = np.where(money == ideal, self.entitlements[members], 0.0)
        if not inner:
            return float(money.sum()), {}, float(moving.sum())
        homes = self.homes[members]
        size = len(self.split.groups)
        sums = np.bincount(homes % (size + 1), weights=money, minlength=size + 1)
        slopes = np.bincount(homes % (size + 1), weights=moving, minlength=size + 1)
        own: dict[int, float] = {}
        for group in reversed(inner):
            own[group] = float(sums[group])
            least, most = self.split.groups[group].least, self.split.groups[group].most
            held = min(max(own[group], least), inf if most is None else most)
            parent = self.split.parents[group]
            sums[parent] += held
            slopes[parent] += slopes[group] if held == own[group] else 0.0
        return float(sums[block]), own, float(slopes[block])

    def _level(self, block: int, members: np.ndarray, inner: Sequence[int], total: float) -> float:
        low, high, level = 0.0, inf, 1.0
        for _ in range(200):
            found, _, slope = self._sums(block, members, inner, level)
            if found < total:
                low = level
            else:
                high = level
            step = level + (total - found) / slope if slope > 0 else -1.0
            if abs(step - level) <= 1e-14 * level:  # on the line: halving could only circle it
                break
            if not low < step < high:
                step = (low + high) / 2 if high < inf else level * 2
            if high - low <= 1e-15 * low:
                break
            level = step
            if level > 1e15:
                break
        return level
