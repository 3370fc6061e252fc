"""Controlled rounding of a cross table: whole units, rows and columns kept.

Every cell becomes one of the two multiples of the unit next to it. Each row first rounds up the
largest remainders; where a column then holds a unit too many or too few, units move between
columns inside the rows, always along the path that costs the least remainder. Such a rounding
exists for every table whose row sums are whole (the exact table is a flow between the two).

Source: allocation model, section 8.
"""

from collections.abc import Sequence
from fractions import Fraction

FINENESS = 1 << 64
"""Remainders are compared as parts of a unit, this many to the unit."""

type _Path = list[tuple[int, int, int]]


def rounded_table(amounts: Sequence[Sequence[Fraction]], count: int, unit: int) -> list[list[int]]:
    """Round to the unit, keeping every row sum, and every column total to less than a unit.

    Args:
        amounts: exact won, rows in the order that settles ties, columns likewise; every row
            sums to a multiple of the unit.
        count: how many columns there are.

    Returns:
        Won, multiples of the unit: each cell less than a unit from the exact one, each column
        total as well, so that no limit in whole units is crossed.
    """
    units = [[amount / unit for amount in row] for row in amounts]
    whole = [[amount.numerator // amount.denominator for amount in row] for row in units]
    rests = [
        [int((amount - floor) * FINENESS) if amount != floor else None for amount, floor in pairs]
        for pairs in (zip(row, below, strict=True) for row, below in zip(units, whole, strict=True))
    ]
    columns = range(count)
    lifted = [
        _largest(row_rests, int(sum(row, Fraction(0))) - sum(below))
        for row_rests, row, below in zip(rests, units, whole, strict=True)
    ]
    exact = [sum((row[column] for row in units), Fraction(0)) for column in columns]
    base = [sum(row[column] for row in whole) for column in columns]
    fewest = [
        total.numerator // total.denominator - own for total, own in zip(exact, base, strict=True)
    ]
    most = [
        -(-total.numerator // total.denominator) - own
        for total, own in zip(exact, base, strict=True)
    ]
    _balance(lifted, rests, fewest, most)
    return [
        [(below + up) * unit for below, up in zip(row, ups, strict=True)]
        for row, ups in zip(whole, lifted, strict=True)
    ]


def _largest(rests: Sequence[int | None], count: int) -> list[bool]:
    """Which cells of a row are rounded up: the largest remainders, earlier divisions first."""
    order = sorted(
        (column for column, rest in enumerate(rests) if rest is not None),
        key=lambda column: (-(rests[column] or 0), column),
    )
    return [column in order[:count] for column in range(len(rests))]


def _balance(
    lifted: list[list[bool]],
    rests: Sequence[Sequence[int | None]],
    fewest: Sequence[int],
    most: Sequence[int],
) -> None:
    """Move units between columns until each holds between its fewest and its most."""
    columns = range(len(fewest))
    moves = {
        (giver, taker): _best_move(lifted, rests, giver, taker)
        for giver in columns
        for taker in columns
        if giver != taker
    }
    while True:
        held = [sum(row[column] for row in lifted) for column in columns]
        over = [column for column in columns if held[column] > most[column]]
        under = [column for column in columns if held[column] < fewest[column]]
        if not over and not under:
            return
        if over:
            path = _cheapest(moves, over, [c for c in columns if held[c] < most[c]], columns)
        else:
            path = _cheapest(moves, [c for c in columns if held[c] > fewest[c]], under, columns)
        for row, giver, taker in path:
            lifted[row][giver], lifted[row][taker] = False, True
        touched = {row for row, _, _ in path}
        for (giver, taker), best in moves.items():
            if (
                best is None
                or best[1] in touched
                or any(_move_cost(lifted, rests, row, giver, taker) is not None for row in touched)
            ):
                moves[giver, taker] = _best_move(lifted, rests, giver, taker)


def _move_cost(
    lifted: Sequence[Sequence[bool]],
    rests: Sequence[Sequence[int | None]],
    row: int,
    giver: int,
    taker: int,
) -> int | None:
    """Remainder lost by rounding a row up in another column; None where that cannot be."""
    given, taken = rests[row][giver], rests[row][taker]
    if given is None or taken is None or not lifted[row][giver] or lifted[row][taker]:
        return None
    return given - taken


def _best_move(
    lifted: Sequence[Sequence[bool]],
    rests: Sequence[Sequence[int | None]],
    giver: int,
    taker: int,
) -> tuple[int, int] | None:
    """Cost and row of the cheapest move between two columns; the first row of equals."""
    best: tuple[int, int] | None = None
    for row in range(len(lifted)):
        cost = _move_cost(lifted, rests, row, giver, taker)
        if cost is not None and (best is None or cost < best[0]):
            best = (cost, row)
    return best


def _cheapest(
    moves: dict[tuple[int, int], tuple[int, int] | None],
    sources: Sequence[int],
    sinks: Sequence[int],
    columns: range,
) -> _Path:
    """The path of moves with the least cost from a source to a sink (Bellman and Ford)."""
    costs: dict[int, int] = dict.fromkeys(sources, 0)
    paths: dict[int, _Path] = {source: [] for source in sources}
    for _ in columns:
        for (giver, taker), best in moves.items():
            if best is None or giver not in costs:
                continue
            cost = costs[giver] + best[0]
            if taker not in costs or cost < costs[taker]:
                costs[taker] = cost
                paths[taker] = [*paths[giver], (best[1], giver, taker)]
    reached = [sink for sink in sinks if sink in costs and sink not in sources]
    return paths[min(reached, key=lambda sink: (costs[sink], sink))]
