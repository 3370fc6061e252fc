"""Moving money between divisions inside the rows of a cross table.

A column that holds too much passes money to another one inside a centre that has both, that one
to a third inside another centre, and so on: an alternating path of the transport problem.
Whole numbers throughout. What cannot be moved any more names the rows and columns that hold it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

CEILING, MINIMUM = "ceiling", "minimum"
"""Kinds of national limits."""

type Cells = list[list[int]]


@dataclass(frozen=True, slots=True)
class Reached:
    """Rows and columns that residual paths join to a column that is out of its limits."""

    rows: frozenset[int]
    columns: frozenset[int]


class CrossFlow:
    """A cross table whose cells move between a low and a high, rows keeping their sums.

    Attributes:
        cells: present amounts; changed by `push`.
    """

    def __init__(self, cells: Cells, low: Sequence[Sequence[int]], high: Sequence[Sequence[int]]):
        self.cells = cells
        self._low, self._high = low, high
        self._rows, self._columns = range(len(cells)), range(len(low[0]) if low else 0)

    def column_totals(self) -> list[int]:
        """What the columns hold."""
        return [sum(row[column] for row in self.cells) for column in self._columns]

    def push(self, supply: list[int], demand: list[int]) -> None:
        """Move as much as can be moved from columns with supply to columns with demand.

        Args:
            supply, demand: one entry a column; reduced by what was moved.
        """
        while True:
            depth_of_columns, depth_of_rows, reached = self._layers(supply, demand)
            if not reached:
                return
            next_row = [0] * len(depth_of_columns)
            next_column = [0] * len(depth_of_rows)
            layers = (depth_of_columns, depth_of_rows, next_row, next_column)
            for column in self._columns:
                while supply[column] > 0:
                    moved = self._augment(column, supply[column], demand, layers)
                    if not moved:
                        break
                    supply[column] -= moved

    def balance(self, minima: Sequence[int], ceilings: Sequence[int]) -> tuple[str, Reached] | None:
        """Move money until every column lies within its limits.

        Returns:
            None if it could be done; else which kind of limit is broken, and what holds it: with
            a ceiling the rows and columns that cannot pass the money on, with a minimum those
            that cannot get more from the others.
        """
        totals = self.column_totals()
        supply = [max(0, won - most) for won, most in zip(totals, ceilings, strict=True)]
        demand = [max(0, most - won) for won, most in zip(totals, ceilings, strict=True)]
        self.push(supply, demand)
        if any(supply):
            return CEILING, self.reached_from([c for c in self._columns if supply[c]])
        totals = self.column_totals()
        supply = [max(0, won - least) for won, least in zip(totals, minima, strict=True)]
        demand = [max(0, least - won) for won, least in zip(totals, minima, strict=True)]
        self.push(supply, demand)
        if any(demand):
            return MINIMUM, self.reaching([c for c in self._columns if demand[c]])
        return None

    def _layers(
        self, supply: Sequence[int], demand: Sequence[int]
    ) -> tuple[list[int], list[int], bool]:
        """How many steps from a column with supply each column and row lies; -1 out of reach."""
        columns = [0 if supply[column] > 0 else -1 for column in self._columns]
        rows = [-1] * len(self.cells)
        front = [column for column in self._columns if columns[column] == 0]
        depth, reached = 0, False
        while front and not reached:
            depth += 1
            new_rows = []
            for row in self._rows:
                if rows[row] < 0 and any(
                    self.cells[row][column] > self._low[row][column] for column in front
                ):
                    rows[row] = depth
                    new_rows.append(row)
            depth += 1
            front = []
            for column in self._columns:
                if columns[column] < 0 and any(
                    self.cells[row][column] < self._high[row][column] for row in new_rows
                ):
                    columns[column] = depth
                    front.append(column)
                    reached = reached or demand[column] > 0
        return columns, rows, reached

    def _augment(
        self,
        column: int,
        limit: int,
        demand: list[int],
        layers: tuple[list[int], list[int], list[int], list[int]],
    ) -> int:
        """Move up to `limit` out of a column along one path of the layers."""
        depth_of_columns, depth_of_rows, next_row, next_column = layers
        depth = depth_of_columns[column]
        if depth and demand[column] > 0:
            moved = min(limit, demand[column])
            demand[column] -= moved
            return moved
        while next_row[column] < len(self.cells):
            row = next_row[column]
            room = self.cells[row][column] - self._low[row][column]
            if depth_of_rows[row] == depth + 1 and room > 0:
                while next_column[row] < len(self._columns):
                    other = next_column[row]
                    space = self._high[row][other] - self.cells[row][other]
                    if depth_of_columns[other] == depth + 2 and space > 0:
                        moved = self._augment(other, min(limit, room, space), demand, layers)
                        if moved:
                            self.cells[row][column] -= moved
                            self.cells[row][other] += moved
                            return moved
                    next_column[row] += 1
            next_row[column] += 1
        return 0

    def reached_from(self, columns: Sequence[int]) -> Reached:
        """Rows and columns that could take money from these columns."""
        found, rows = set(columns), set[int]()
        waiting = list(columns)
        while waiting:
            column = waiting.pop()
            for row in self._rows:
                if row not in rows and self.cells[row][column] > self._low[row][column]:
                    rows.add(row)
                    more = [
                        other
                        for other in self._columns
                        if other not in found and self.cells[row][other] < self._high[row][other]
                    ]
                    found.update(more)
                    waiting += more
        return Reached(frozenset(rows), frozenset(found))

    def reaching(self, columns: Sequence[int]) -> Reached:
        """Rows and columns that could give money to these columns."""
        found, rows = set(columns), set[int]()
        waiting = list(columns)
        while waiting:
            column = waiting.pop()
            for row in self._rows:
                if row not in rows and self.cells[row][column] < self._high[row][column]:
                    rows.add(row)
                    more = [
                        other
                        for other in self._columns
                        if other not in found and self.cells[row][other] > self._low[row][other]
                    ]
                    found.update(more)
                    waiting += more
        return Reached(frozenset(rows), frozenset(found))
