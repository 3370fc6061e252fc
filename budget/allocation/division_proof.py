"""Proves a cross table, and trusts no solver.

Takes the inputs, the rules and the published cells, works out targets, bands and national limits
again, and checks in whole numbers: units; rows to the won; every band; every ceiling and
minimum; and that no unit can be moved to a worse-funded cell by taking it only from better-funded
ones. Such a move goes round in the table: one cell gives to another of its centre, that one's
division gets back from a third cell, and so on, until all rows and all divisions at their limits
hold what they held. A division that is not at its limit may end (or begin) the way.

Why that proves the leximin. Let x be a table within the limits and x* the leximin. Their
difference is a sum of such rounds, each raising only cells that x* has higher and lowering only
cells that it has lower. Let v be the lowest ratio (cell ÷ target) that x or x* has in any cell in
which they differ. Below v both are the same; so if no cell of x stood at v where x* is higher, x
would be the better one. Take such a cell: the round that raises it lowers only cells whose ratio
stays at v or more in x*, hence is above v in x. So wherever x is not the leximin, there is a
round that raises one cell and lowers only better-funded ones; where there is none, x is the
leximin. After rounding, better-funded means by more than one unit's worth for each of the two
cells: for every cell lowered, (cell − unit) ÷ target > (raised cell + unit) ÷ its target. No
right rounding fails that: every cell, and every division's total, is less than a unit from the
exact one, so a round that is possible here would be possible, and better, there.

The rounds are looked for all at once. Passing a unit on from one division to another takes some
centre that lowers the first and raises the second; the best centre for it is the one with the
best-funded cell to lower. The widest way from each division to each other one, in the sense of
its worst-funded cell, follows in as many steps as there are divisions, cubed.

Imports neither the linear programs nor a solver. Source: allocation model, sections 9 and 11.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product

import pandas as pd

from budget.allocation.certificate import Breach, Certificate
from budget.allocation.division_rules import DivisionRules
from budget.allocation.division_split import CrossSplit, cross_split
from budget.allocation.faults import N_

PLACE = "divisions"
"""What a breach of a cross table has in place of a pool."""

type Cells = Sequence[Sequence[int]]
type Way = tuple[Fraction, tuple[tuple[int, int], ...]]
"""How well-funded its worst cell is at least, and the (row, column) of the cells lowered."""


def proof(
    centres: pd.DataFrame,
    operating: "pd.Series[int]",
    rules: DivisionRules,
    cells: pd.DataFrame,
) -> Certificate:
    """Check published cells against the inputs.

    Args:
        centres, operating, rules: as for `cross_table`.
        cells: won; index centre_id, one column a division.

    Raises:
        InputError: if the inputs themselves are faulty.
    """
    split = cross_split(centres, operating, rules)
    strange = [
        Breach(PLACE, "shape", N_("the table has no row for {centre}"), {"centre": key})
        for key in split.ids
        if key not in cells.index
    ] + [
        Breach(PLACE, "shape", N_("the table has no column for {division}"), {"division": name})
        for name in split.divisions
        if name not in cells.columns
    ]
    strange += [
        Breach(PLACE, "shape", N_("the table has a row for {centre}, which shares nothing"), found)
        for key in cells.index
        if key not in split.ids
        for found in ({"centre": str(key)},)
    ]
    if strange or not cells.index.is_unique:
        return Certificate(tuple(strange) or (_doubled(),))
    ordered = cells.loc[list(split.ids), list(split.divisions)]
    return certified(split, [[int(won) for won in row] for row in ordered.to_numpy()])


def _doubled() -> Breach:
    return Breach(PLACE, "shape", N_("the table has two rows for the same centre"))


def certified(split: CrossSplit, cells: Cells) -> Certificate:
    """Check cells in the order of the question's ids and divisions."""
    broken = (*_cell_breaches(split, cells), *_sum_breaches(split, cells))
    return Certificate(broken or tuple(_exchange_breaches(split, cells)))


def _cell_breaches(split: CrossSplit, cells: Cells) -> Iterator[Breach]:
    for row, column in product(range(len(split.ids)), range(len(split.divisions))):
        won = cells[row][column]
        named = {
            "centre": split.ids[row],
            "division": split.divisions[column],
            "won": f"{won:,}",
            "floor": f"{split.floors[row][column]:,}",
            "cap": f"{split.most[row][column]:,}",
        }
        if won % split.unit:
            yield Breach(
                PLACE,
                "unit",
                N_("{centre}, {division}: {won} won are no multiple of the unit"),
                named,
            )
        if won < split.floors[row][column]:
            yield Breach(
                PLACE,
                "floor",
                N_("{centre}, {division}: {won} won are less than the floor, {floor} won"),
                named,
            )
        if won > split.most[row][column]:
            yield Breach(
                PLACE,
                "cap",
                N_("{centre}, {division}: {won} won are more than the cap, {cap} won"),
                named,
            )


def _sum_breaches(split: CrossSplit, cells: Cells) -> Iterator[Breach]:
    for key, row, whole in zip(split.ids, cells, split.operating, strict=True):
        if sum(row) != whole:
            yield Breach(
                PLACE,
                "sum",
                N_("{centre}: the divisions sum to {total} won, not to {whole} won"),
                {"centre": key, "total": f"{sum(row):,}", "whole": f"{whole:,}"},
            )
    for division, least, most, *column in zip(
        split.divisions, split.minima, split.ceilings, *cells, strict=True
    ):
        named = {"division": division, "total": f"{sum(column):,}"}
        if sum(column) < least:
            yield Breach(
                PLACE,
                "minimum",
                N_("{division}: {total} won in all are less than the minimum, {least} won"),
                named | {"least": f"{least:,}"},
            )
        if most is not None and sum(column) > most:
            yield Breach(
                PLACE,
                "ceiling",
                N_("{division}: {total} won in all are more than the ceiling, {most} won"),
                named | {"most": f"{most:,}"},
            )


# --- the exchange -----------------------------------------------------------------------------


def _exchange_breaches(split: CrossSplit, cells: Cells) -> Iterator[Breach]:
    """The first unit that can be moved to a worse-funded cell from better-funded ones."""
    after_giving = _ratios(split, cells, -split.unit)
    after_getting = _ratios(split, cells, split.unit)
    ways = _widest_ways(split, cells, after_giving)
    for row, column in product(range(len(split.ids)), range(len(split.divisions))):
        if not split.weights[row][column] or cells[row][column] >= split.most[row][column]:
            continue
        for other in range(len(split.divisions)):
            way = ways.get((column, other))
            if (
                way is not None
                and cells[row][other] > split.floors[row][other]
                and min(way[0], after_giving[row, other]) > after_getting[row, column]
            ):
                yield _exchange(split, (row, column), [(row, other), *way[1]])
                return


def _ratios(split: CrossSplit, cells: Cells, more: int) -> Mapping[tuple[int, int], Fraction]:
    """(Cell + more) ÷ target, of the cells that have one."""
    return {
        (row, column): Fraction((cells[row][column] + more) * split.scale, weight)
        for row, weights in enumerate(split.weights)
        for column, weight in enumerate(weights)
        if weight
    }


def _widest_ways(
    split: CrossSplit, cells: Cells, after_giving: Mapping[tuple[int, int], Fraction]
) -> Mapping[tuple[int, int], Way]:
    """For each two divisions the way on which the first passes a unit on to the second whose
    worst-funded giving cell is funded best."""
    columns = range(len(split.divisions))
    totals = [sum(row[column] for row in cells) for column in columns]
    # where one division may hold more and the other less, nothing has to be passed on
    free: Way = (max(after_giving.values(), default=Fraction(0)), ())
    ways: dict[tuple[int, int], Way] = {}
    for giver, taker in product(columns, columns):
        if giver == taker:
            continue
        most = split.ceilings[giver]
        if totals[taker] > split.minima[taker] and (most is None or totals[giver] < most):
            ways[giver, taker] = free
            continue
        steps = [
            (after_giving[row, giver], ((row, giver),))
            for row in range(len(split.ids))
            if cells[row][giver] > split.floors[row][giver]
            and cells[row][taker] < split.most[row][taker]
        ]
        if steps:
            ways[giver, taker] = max(steps, key=lambda step: step[0])
    for between, giver, taker in product(columns, columns, columns):
        first, second = ways.get((giver, between)), ways.get((between, taker))
        if first is None or second is None or giver == taker:
            continue
        joined: Way = (min(first[0], second[0]), (*first[1], *second[1]))
        if (giver, taker) not in ways or joined[0] > ways[giver, taker][0]:
            ways[giver, taker] = joined
    return ways


def _exchange(
    split: CrossSplit, raised: tuple[int, int], lowered: Sequence[tuple[int, int]]
) -> Breach:
    def named(cells: Sequence[tuple[int, int]]) -> str:
        return ", ".join(f"{split.ids[row]} {split.divisions[column]}" for row, column in cells)

    return Breach(
        PLACE,
        "exchange",
        N_("a unit can be moved to {raised}, worse funded, from {lowered}, all better funded"),
        {"raised": named([raised]), "lowered": named(lowered)},
    )
