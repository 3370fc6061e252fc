"""The exact leximin of cell ÷ target: which level each cell of a cross table stands at.

A row that no national limit holds is a problem of its own: clip(level · target, floor, cap),
with the one level at which it sums to the centre's money. Where the rows, each at its own level,
break the limit of a column, the level up to which *all* cells can be lifted together is looked
for from above: money is moved between columns as far as it goes; rows and columns that hold the
rest name a cut; the level at which that cut just holds is lower; and so on until everything can
be moved. Then the cut is tight: every cell across it stands fast, and what lies on either side
of it is a smaller problem. A cut divides the columns, so there are fewer of them than columns.

Why that is the leximin: a table in which no cell lies below clip(t · target, floor, cap) exists,
hence the leximin is one (mixing the two would lift the worst-funded otherwise), and a tight cut
leaves the cells across it no other value in any such table.

Source: allocation model, sections 5 and 11.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from budget.allocation.common_level import clipped, common_level
from budget.allocation.division_flow import MINIMUM, CrossFlow, Reached
from budget.allocation.division_split import CrossSplit
from budget.allocation.faults import Defect

BOTH = "both"
"""A division whose minimum is above its ceiling."""


@dataclass(frozen=True)
class Cut:
    """Rows and columns that a national limit divides from the rest.

    Attributes:
        kind: "ceiling" if the columns are all at their ceilings, "minimum" if at their minima,
            "both" if the limits of one column contradict each other.
        rows, columns: positions; with a ceiling those that cannot pass money on to others, with
            a minimum those that cannot get more from others.
        level: money ÷ target at which the cells across the cut stand, unless a floor or cap of
            their own holds them; None where the limits contradict each other.
    """

    kind: str
    rows: frozenset[int]
    columns: frozenset[int]
    level: Fraction | None = None


@dataclass(frozen=True)
class Part:
    """Centres and divisions that still exchange money when a level was looked for.

    Attributes:
        rows, columns: positions of the centres and divisions in the part.
        fixed: (row, column) -> won of the cells of these rows and columns that stand fast.
        cut: what stopped the level; None where no limit of a column did, and every row has
            a level of its own.
    """

    rows: tuple[int, ...]
    columns: tuple[int, ...]
    fixed: dict[tuple[int, int], Fraction] = field(repr=False)
    cut: Cut | None


@dataclass(frozen=True)
class Levels:
    """The unique leximin of a cross table, before rounding.

    Attributes:
        amounts: won, exact, one row a centre.
        unlimited: the same without any national ceiling or minimum.
        parts: the problems that were solved one after the other, the whole table first.
    """

    amounts: tuple[tuple[Fraction, ...], ...]
    unlimited: tuple[tuple[Fraction, ...], ...]
    parts: tuple[Part, ...]

    @property
    def cuts(self) -> tuple[Cut, ...]:
        """The limits that bind, in the order in which they were met."""
        return tuple(part.cut for part in self.parts if part.cut is not None)


class Contradiction(ValueError):  # noqa: N818 - the word of the field
    """The limits of a cross table cannot hold together.

    Attributes:
        rows: centres whose own bands cannot hold their money: (position, least, most).
        cut: rows and columns that contradict each other, if every row for itself is possible.
    """

    def __init__(self, rows: Sequence[tuple[int, int, int]], cut: Cut | None) -> None:
        self.rows, self.cut = tuple(rows), cut
        super().__init__("the bands and national limits contradict each other")


def levels(split: CrossSplit) -> Levels:
    """Raise the cell that is worst off, measured by its target, then the second worst, and so on.

    Raises:
        Contradiction: if no table keeps every limit.

    Source: allocation model, section 11.
    """
    against = contradiction(split)
    if against is not None:
        raise against
    table = _Table(split)
    waiting = [(tuple(range(len(split.ids))), tuple(range(len(split.divisions))))]
    parts = []
    while waiting:
        rows, columns = waiting.pop(0)
        part = table.part(rows, columns)
        parts.append(part)
        if part.cut is not None:
            waiting += _sides(part)
    return Levels(
        tuple(tuple(row) for row in table.amounts()),
        tuple(tuple(row) for row in table.unlimited),
        tuple(parts),
    )


def contradiction(split: CrossSplit) -> Contradiction | None:
    """Why no table keeps every limit; None if one does."""
    impossible = [
        (row, sum(floors), sum(most))
        for row, (floors, most) in enumerate(zip(split.floors, split.most, strict=True))
        if not sum(floors) <= split.operating[row] <= sum(most)
    ]
    if impossible:
        return Contradiction(impossible, None)
    for column, (least, most) in enumerate(zip(split.minima, split.ceilings, strict=True)):
        if most is not None and least > most:
            return Contradiction((), Cut(BOTH, frozenset(), frozenset([column])))
    flow = CrossFlow(
        [_filled(*row) for row in zip(split.floors, split.most, split.operating, strict=True)],
        split.floors,
        split.most,
    )
    ceilings = [split.total if most is None else most for most in split.ceilings]
    found = flow.balance(split.minima, ceilings)
    if found is None:
        return None
    kind, reached = found
    return Contradiction((), Cut(kind, reached.rows, reached.columns))


def _filled(floors: Sequence[int], most: Sequence[int], operating: int) -> list[int]:
    """Some row within its bounds that sums to the centre's money."""
    row, left = list(floors), operating - sum(floors)
    for column, cap in enumerate(most):
        more = min(left, cap - row[column])
        row[column] += more
        left -= more
    return row


def _sides(part: Part) -> Iterator[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What lies on either side of a tight cut, without rows that stand fast altogether."""
    if part.cut is None:
        return
    for inside in (True, False):
        columns = tuple(c for c in part.columns if (c in part.cut.columns) == inside)
        rows = tuple(row for row in part.rows if (row in part.cut.rows) == inside)
        if columns and rows:
            yield rows, columns


class _Table:
    """The cross table while it is worked out: what stands fast so far."""

    def __init__(self, split: CrossSplit) -> None:
        self.split = split
        self._fixed: Fixed = {
            (row, column): Fraction(0)
            for row, weights in enumerate(split.weights)
            for column, weight in enumerate(weights)
            if not weight
        }
        self.unlimited: list[list[Fraction]] = []
        """Every row at its own level: as if there were no national limits."""

    def amounts(self) -> Iterator[list[Fraction]]:
        """All cells, once everything stands fast."""
        for row in range(len(self.split.ids)):
            yield [self._fixed[row, column] for column in range(len(self.split.divisions))]

    def part(self, rows: Sequence[int], columns: Sequence[int]) -> Part:
        """Look for the level of a part, and fix what stands fast at it."""
        places = [(row, column) for row in rows for column in columns]
        before = {place: self._fixed[place] for place in places if place in self._fixed}
        problem = _Problem(self.split, rows, columns, self._fixed)
        if not self.unlimited:  # the first part is the whole table
            scale = problem.own.scale
            self.unlimited = [[Fraction(won, scale) for won in row] for row in problem.own.cells]
        cut = problem.binding_cut()
        for place, won in problem.standing(cut):
            self._fixed.setdefault(place, won)
        return Part(
            tuple(rows), tuple(columns), before, None if cut is None else problem.named(cut)
        )


type Fixed = dict[tuple[int, int], Fraction]


@dataclass(frozen=True)
class _Own:
    """Every row of a part at its own level: won · scale in whole numbers."""

    cells: list[list[int]]
    scale: int


@dataclass(frozen=True)
class _LocalCut:
    """A cut in positions of a part; its level is money · scale for one unit of weight."""

    kind: str
    rows: frozenset[int]
    columns: frozenset[int]
    level: Fraction


class _Problem:
    """One part in whole numbers: won · scale. Positions are those of the part.

    A cell that stands fast counts as one without weight and room; what it holds is taken out of
    its row and its column.
    """

    def __init__(
        self, split: CrossSplit, rows: Sequence[int], columns: Sequence[int], fixed: Fixed
    ) -> None:
        self._split, self._row_ids, self._column_ids = split, rows, columns
        self._rows, self._columns = range(len(rows)), range(len(columns))
        nothing = Fraction(0)
        left = [
            split.operating[row]
            - sum((fixed.get((row, c), nothing) for c in range(len(split.divisions))), nothing)
            for row in rows
        ]
        taken = [
            sum((fixed.get((r, column), nothing) for r in range(len(split.ids))), nothing)
            for column in columns
        ]
        free = [[(row, column) not in fixed for column in columns] for row in rows]
        self._weights = [
            [split.weights[row][column] if is_free else 0 for column, is_free in pairs]
            for row, pairs in self._with_columns(free)
        ]
        plain = lcm(*(value.denominator for value in (*left, *taken)))
        floors = self._scaled(split.floors, free, plain)
        most = self._scaled(split.most, free, plain)
        self.own = self._at_own_levels([int(won * plain) for won in left], floors, most, plain)
        factor, scale = self.own.scale // plain, self.own.scale
        self._floors = [[won * factor for won in row] for row in floors]
        self._most = [[won * factor for won in row] for row in most]
        self._left = [int(won * scale) for won in left]
        self._minima = [
            split.minima[column] * scale - int(won * scale)
            for column, won in zip(columns, taken, strict=True)
        ]
        limits = [split.ceilings[column] for column in columns]
        # without a ceiling a column has room for all the money of the part
        self._ceilings = [
            sum(self._left) if limit is None else limit * scale - int(won * scale)
            for limit, won in zip(limits, taken, strict=True)
        ]

    def _with_columns(self, free: list[list[bool]]) -> Iterator[tuple[int, list[tuple[int, bool]]]]:
        for row, of_row in zip(self._row_ids, free, strict=True):
            yield row, list(zip(self._column_ids, of_row, strict=True))

    def _scaled(
        self, won: Sequence[Sequence[int]], free: list[list[bool]], scale: int
    ) -> list[list[int]]:
        return [
            [won[row][column] * scale if is_free else 0 for column, is_free in pairs]
            for row, pairs in self._with_columns(free)
        ]

    def _at_own_levels(
        self, left: list[int], floors: list[list[int]], most: list[list[int]], scale: int
    ) -> _Own:
        exact: list[list[Fraction]] = []
        for row in self._rows:
            cells = list(zip(self._weights[row], floors[row], most[row], strict=True))
            level = common_level([cell for cell in cells if cell[0]], left[row])
            exact.append([clipped(level, *cell) for cell in cells])
        factor = lcm(*(won.denominator for row in exact for won in row))
        whole = [[won.numerator * (factor // won.denominator) for won in row] for row in exact]
        return _Own(whole, scale * factor)

    def binding_cut(self) -> _LocalCut | None:
        """The tight cut at the highest level of all; None if no limit of a column stops anyone."""
        cut: _LocalCut | None = None
        while True:
            found = self._violated(cut.level if cut else None)
            if found is None:
                return cut
            kind, reached = found
            cells, total = self._across(kind, reached)
            level = common_level(cells, total)
            if cut is not None and level >= cut.level:
                raise Defect("the level of a cross table does not come down")
            cut = _LocalCut(kind, reached.rows, reached.columns, level)

    def _lowest(self, level: Fraction | None, factor: int) -> list[list[int]]:
        """What every cell gets at least at a level (none: its row's own), times a factor."""
        if level is None:
            return [[won * factor for won in row] for row in self.own.cells]
        numerator = level.numerator * (factor // level.denominator)
        return [
            [
                min(max(numerator * weight, floor * factor), top * factor)
                for weight, floor, top in zip(*of_row, strict=True)
            ]
            for of_row in zip(self._weights, self._floors, self.own.cells, strict=True)
        ]

    def _violated(self, level: Fraction | None) -> tuple[str, Reached] | None:
        """Move money between the columns, no cell below its level; name what holds the rest."""
        factor = 1 if level is None else level.denominator
        flow = CrossFlow(
            [[won * factor for won in row] for row in self.own.cells],
            self._lowest(level, factor),
            [[won * factor for won in row] for row in self._most],
        )
        return flow.balance(
            [won * factor for won in self._minima], [won * factor for won in self._ceilings]
        )

    def _across(self, kind: str, reached: Reached) -> tuple[list[tuple[int, int, int]], int]:
        """Cells across a cut that are to be lifted (weight, floor, top), and what is for them."""
        inside = [row in reached.rows for row in self._rows]
        low_inside = kind == MINIMUM
        cells: list[tuple[int, int, int]] = []
        total = sum(left for left, within in zip(self._left, inside, strict=True) if within)
        total *= 1 if low_inside else -1
        for column in self._columns:
            within = column in reached.columns
            if within:
                total += -self._minima[column] if low_inside else self._ceilings[column]
            for row in self._rows:
                if inside[row] == within:
                    continue
                if inside[row] == low_inside:
                    if self._weights[row][column]:
                        cell = (self._floors[row][column], self.own.cells[row][column])
                        cells.append((self._weights[row][column], *cell))
                else:
                    total += self._most[row][column]
        return cells, total

    def standing(self, cut: _LocalCut | None) -> Iterator[tuple[tuple[int, int], Fraction]]:
        """The cells that stand fast, in won: across a cut, or all of them at their own levels."""
        scale = self.own.scale
        for row, name in enumerate(self._row_ids):
            for column, column_name in enumerate(self._column_ids):
                top = self.own.cells[row][column]
                if cut is None:
                    yield (name, column_name), Fraction(top, scale)
                    continue
                within = row in cut.rows
                if within == (column in cut.columns):
                    continue
                if within == (cut.kind == MINIMUM):
                    cell = (self._weights[row][column], self._floors[row][column], top)
                    yield (name, column_name), clipped(cut.level, *cell) / scale
                else:
                    yield (name, column_name), Fraction(self._most[row][column], scale)

    def _names(
        self, rows: frozenset[int], columns: frozenset[int]
    ) -> tuple[frozenset[int], frozenset[int]]:
        return (
            frozenset(self._row_ids[row] for row in rows),
            frozenset(self._column_ids[column] for column in columns),
        )

    def named(self, cut: _LocalCut) -> Cut:
        """A cut in positions of the whole table, its level as money ÷ target."""
        rows, columns = self._names(cut.rows, cut.columns)
        return Cut(cut.kind, rows, columns, cut.level * self._split.scale / self.own.scale)
