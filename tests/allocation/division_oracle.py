"""An independent leximin of a cross table, written from section 11 alone: repeated programs.

Nothing of `budget` is imported. Variables are ratios cell ÷ target. Again and again the least
ratio of the cells that are not settled is raised as far as it goes; then each of them is tested
whether it can be above that; those that cannot are settled. HiGHS is called directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np

INFINITE = highspy.kHighsInf
NEAR = 1e-8
"""Levels nearer to each other are one level: ten times what the solver may be off, and a tenth of
the smallest distance of two levels in the hard countries (at 1e-6 they were half a unit off)."""


@dataclass(frozen=True)
class Given:
    """A cross table in won: plain lists, one row a centre; None where there is no limit."""

    targets: Sequence[Sequence[float]]
    floors: Sequence[Sequence[float]]
    caps: Sequence[Sequence[float | None]]
    rows: Sequence[float]
    minima: Sequence[float]
    ceilings: Sequence[float | None]


class NoTableError(ValueError):
    """No table keeps the limits."""


class Oracle:
    """The programs of one table; cells without target are their floors and no variables."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self.cells = [
            (c, d)
            for c, row in enumerate(given.targets)
            for d, target in enumerate(row)
            if target > 0
        ]
        self.highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("primal_feasibility_tolerance", 1e-9),
            ("dual_feasibility_tolerance", 1e-9),
        ):
            self.highs.setOptionValue(option, value)
        for c, d in self.cells:
            target, cap = given.targets[c][d], given.caps[c][d]
            most = INFINITE if cap is None else cap / target
            self.highs.addVar(given.floors[c][d] / target, most)
        self.level = len(self.cells)
        self.highs.addVar(0.0, INFINITE)
        for c, total in enumerate(given.rows):
            self._sum([i for i, cell in enumerate(self.cells) if cell[0] == c], total, total)
        for d, (least, most) in enumerate(zip(given.minima, given.ceilings, strict=True)):
            inside = [i for i, cell in enumerate(self.cells) if cell[1] == d]
            self._sum(inside, least, INFINITE if most is None else most)
        self.first_share = self.highs.getNumRow()
        for i in range(len(self.cells)):
            # ratio - level >= 0, until the cell is settled
            both = np.array([i, self.level], dtype=np.int32)
            self.highs.addRow(0.0, INFINITE, 2, both, np.array([1.0, -1.0]))

    def _sum(self, inside: list[int], least: float, most: float) -> None:
        if not inside:
            if least > 0:
                raise NoTableError
            return
        targets = np.array([self._target(i) for i in inside])
        scale = float(targets.sum())
        self.highs.addRow(
            least / scale,
            most if most == INFINITE else most / scale,
            len(inside),
            np.array(inside, dtype=np.int32),
            targets / scale,
        )

    def _target(self, cell: int) -> float:
        c, d = self.cells[cell]
        return self.given.targets[c][d]

    def _maximum(self, costs: dict[int, float]) -> np.ndarray:
        everything = np.arange(len(self.cells) + 1, dtype=np.int32)
        values = np.zeros(len(everything))
        for variable, cost in costs.items():
            values[variable] = cost
        self.highs.changeColsCost(len(everything), everything, values)
        self.highs.changeObjectiveSense(highspy.ObjSense.kMaximize)
        self.highs.run()
        status = self.highs.getModelStatus()
        if status != highspy.HighsModelStatus.kOptimal:
            raise NoTableError(str(status))
        return np.array(self.highs.getSolution().col_value)

    def solved(self, *, one_at_a_time: bool) -> list[list[float]]:
        """The leximin, in won.

        Args:
            one_at_a_time: test every cell by a program of its own; otherwise by programs that
                raise all untested cells together, until none of them rises any more.
        """
        open_ = list(range(len(self.cells)))
        while open_:
            found = self._maximum({self.level: 1.0})
            level = float(found[self.level])
            self.highs.changeColBounds(self.level, 0.0, 0.0)
            for i in open_:
                # what was found keeps this bound, however inexactly it was found
                self._at_least(i, min(level, float(found[i])))
                self.highs.changeRowBounds(self.first_share + i, -INFINITE, INFINITE)
            stuck = (self._stuck_one_by_one if one_at_a_time else self._stuck)(open_, level)
            assert stuck, "no cell is stuck at the highest level"
            open_ = [i for i in open_ if i not in stuck]
            self.highs.changeColBounds(self.level, 0.0, INFINITE)
            for i in open_:
                self.highs.changeRowBounds(self.first_share + i, 0.0, INFINITE)
        ratios = self._maximum({})
        table = [[float(won) for won in row] for row in self.given.floors]
        for i, (c, d) in enumerate(self.cells):
            table[c][d] = float(ratios[i]) * self._target(i)
        return table

    def _at_least(self, cell: int, ratio: float) -> None:
        c, d = self.cells[cell]
        cap, target = self.given.caps[c][d], self._target(cell)
        most = INFINITE if cap is None else cap / target
        least = min(max(self.given.floors[c][d] / target, ratio), most)
        self.highs.changeColBounds(cell, least, most)

    def _stuck_one_by_one(self, open_: list[int], level: float) -> set[int]:
        return {i for i in open_ if self._maximum({i: 1.0})[i] <= level + NEAR}

    def _stuck(self, open_: list[int], level: float) -> set[int]:
        untested = set(open_)
        while untested:
            found = self._maximum(dict.fromkeys(untested, 1.0))
            risen = {i for i in untested if found[i] > level + NEAR}
            if not risen:
                return untested
            untested -= risen
        return untested


def leximin(given: Given, *, one_at_a_time: bool = True) -> list[list[float]]:
    """The leximin of cell ÷ target, in won.

    Raises:
        NoTableError: if no table keeps the limits.
    """
    return Oracle(given).solved(one_at_a_time=one_at_a_time)
