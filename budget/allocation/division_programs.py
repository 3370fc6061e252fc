"""The linear programs of the cross table: is a level really the highest one?

`division_levels` finds the levels by exact arithmetic. Here each of them is asked for a second
time, from another side: one program a part raises the worst-off cell as far as rows, columns and
bands allow. A level that the solver does not confirm is a defect, not a result.

The unit of every variable is the cell's own target, of every row its centre's money, of every
column the targets in it: never won (see `leximin`). No logic rests on duals.

Source: allocation model, sections 5 and 11.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import pulp

from budget.allocation.division_levels import Levels, Part
from budget.allocation.division_split import CrossSplit
from budget.allocation.exact_levels import LEVEL_TOLERANCE
from budget.allocation.faults import Defect
from budget.allocation.leximin import solve

type Cell = tuple[int, int]
type Ratios = Mapping[Cell, pulp.LpVariable]


def ratio_variables(program: pulp.LpProblem, question: "PartQuestion") -> Ratios:
    """Money ÷ target of every cell that may move, between its floor and its cap.

    A cell that is stopped below the level keeps what it has: that is its floor here.
    """
    return {
        (row, column): program.add_variable(f"ratio_{row}_{column}", low, high)
        for (row, column), (low, high) in question.bounds.items()
    }


def level_rule(
    program: pulp.LpProblem, ratios: Ratios, level: pulp.LpVariable, question: "PartQuestion"
) -> None:
    """No cell below the level, unless its cap or its centre's own money stops it before:
    ratio[c,d] >= level."""
    for (row, column), variable in ratios.items():
        if (row, column) not in question.pegged:
            rule = pulp.LpAffineExpression.from_dict(
                {variable: 1.0, level: -1.0}, name=f"level_{row}_{column}"
            )
            rule.sense = pulp.LpConstraintGE
            program.addConstraint(rule)


def row_rule(program: pulp.LpProblem, ratios: Ratios, question: "PartQuestion", row: int) -> None:
    """The cells of a centre share what it has left: sum target[c,d] * ratio[c,d] = left[c]."""
    cells = question.of_row.get(row, ())
    if cells:
        total = _weighted(ratios, question, cells)
        program.addConstraint(
            total == float(question.left[row] / question.sizes(cells)), f"row_{row}"
        )


def ceiling_rule(
    program: pulp.LpProblem, ratios: Ratios, question: "PartQuestion", column: int
) -> None:
    """A division gets at most its ceiling: sum target[c,d] * ratio[c,d] <= most[d]."""
    cells = question.of_column.get(column, ())
    most = question.most[column]
    if cells and most is not None:
        total = _weighted(ratios, question, cells)
        program.addConstraint(total <= float(most / question.sizes(cells)), f"ceiling_{column}")


def minimum_rule(
    program: pulp.LpProblem, ratios: Ratios, question: "PartQuestion", column: int
) -> None:
    """A division gets at least its minimum: sum target[c,d] * ratio[c,d] >= least[d]."""
    cells = question.of_column.get(column, ())
    least = question.least[column]
    if cells and least > 0:
        total = _weighted(ratios, question, cells)
        program.addConstraint(total >= float(least / question.sizes(cells)), f"minimum_{column}")


def _weighted(
    ratios: Ratios, question: "PartQuestion", cells: Sequence[Cell]
) -> pulp.LpAffineExpression:
    size = question.sizes(cells)
    return pulp.LpAffineExpression.from_dict(
        {ratios[cell]: float(question.targets[cell] / size) for cell in cells}
    )


@dataclass(frozen=True)
class PartQuestion:
    """What a program of a part is made of, in won; cells that stand fast are taken out.

    Attributes:
        targets, bounds: of every cell that may move; bounds as money ÷ target.
        left: what each row has left for them.
        least, most: what each column must and may hold of them.
        pegged: cells that stop below the level, each on its own account.
    """

    targets: Mapping[Cell, Fraction]
    bounds: Mapping[Cell, tuple[float, float]]
    left: Mapping[int, Fraction]
    least: Mapping[int, Fraction]
    most: Mapping[int, Fraction | None]
    pegged: frozenset[Cell]

    @cached_property
    def of_row(self) -> Mapping[int, Sequence[Cell]]:
        """The cells that may move, by row."""
        return self._grouped(0)

    @cached_property
    def of_column(self) -> Mapping[int, Sequence[Cell]]:
        """The cells that may move, by column."""
        return self._grouped(1)

    def _grouped(self, side: int) -> Mapping[int, Sequence[Cell]]:
        found: dict[int, list[Cell]] = {}
        for cell in self.targets:
            found.setdefault(cell[side], []).append(cell)
        return found

    def sizes(self, cells: Sequence[Cell]) -> Fraction:
        """The targets of some cells together."""
        return sum((self.targets[cell] for cell in cells), Fraction(0))

    @classmethod
    def of(
        cls,
        split: CrossSplit,
        part: Part,
        amounts: Sequence[Sequence[Fraction]],
        level: Fraction,
    ) -> "PartQuestion":
        """The question of one part.

        Args:
            amounts: the exact result: what stands fast, and who stops below the level.
            level: money ÷ target.
        """
        targets = {
            (row, column): split.target(row, column)
            for row in part.rows
            for column in part.columns
            if (row, column) not in part.fixed
        }
        pegged = frozenset(
            (row, column)
            for (row, column), target in targets.items()
            if amounts[row][column] < level * target
        )
        bounds = {}
        for cell, target in targets.items():
            row, column = cell
            low = amounts[row][column] if cell in pegged else Fraction(split.floors[row][column])
            bounds[cell] = (float(low / target), float(split.most[row][column] / target))
        left = dict.fromkeys(part.rows, Fraction(0))
        for row, column in targets:
            left[row] += amounts[row][column]
        taken = {
            column: sum(
                (
                    of_row[column]
                    for row, of_row in enumerate(amounts)
                    if (row, column) not in targets
                ),
                Fraction(0),
            )
            for column in part.columns
        }
        limits = {column: split.ceilings[column] for column in part.columns}
        return cls(
            targets=targets,
            bounds=bounds,
            left=left,
            least={column: split.minima[column] - taken[column] for column in part.columns},
            most={
                column: None if limit is None else limit - taken[column]
                for column, limit in limits.items()
            },
            pegged=pegged,
        )


def part_program(
    question: PartQuestion,
) -> tuple[pulp.LpProblem, pulp.LpVariable, Ratios]:
    """The program that raises the level of the worst-off cell of a part."""
    program = pulp.LpProblem("divisions", pulp.LpMaximize)
    level = program.add_variable("level", 0)
    program.setObjective(1 * level)
    ratios = ratio_variables(program, question)
    level_rule(program, ratios, level, question)
    for row in question.left:
        row_rule(program, ratios, question, row)
    for column in question.least:
        ceiling_rule(program, ratios, question, column)
        minimum_rule(program, ratios, question, column)
    return program, level, ratios


def confirm(split: CrossSplit, found: Levels) -> None:
    """Ask the solver for the level of every part that a national limit stops.

    Raises:
        Defect: if a program does not end optimal, or finds another level.
    """
    for part in found.parts:
        if part.cut is None or part.cut.level is None:
            continue
        exact = part.cut.level
        question = PartQuestion.of(split, part, found.amounts, exact)
        program, level, ratios = part_program(question)
        level.varValue = float(exact)
        for (row, column), variable in ratios.items():
            variable.varValue = float(found.amounts[row][column] / question.targets[row, column])
        solve(program, started=True)
        solved = float(level.value() or 0.0)
        if abs(solved - float(exact)) > LEVEL_TOLERANCE * max(1.0, solved):
            raise Defect(f"the solver's level {solved!r} is not the exact one, {float(exact)!r}")
