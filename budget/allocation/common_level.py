"""The one level at which cells, each between a floor and a top, share a total.

This is clip(level · weight, floor, top), in whole numbers and exact fractions.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

MOST_BITS = 900
"""Quotients of more digits than that are no floats."""


def clipped(level: Fraction, weight: int, floor: int, top: int) -> Fraction:
    """level · weight, no less than the floor and no more than the top."""
    return min(max(level * weight, Fraction(floor)), Fraction(top))


def common_level(cells: Sequence[tuple[int, int, int]], total: int) -> Fraction:
    """The highest level at which cells, each between its floor and its top, need no more than
    the total.

    Args:
        cells: weight > 0, floor, top ≥ floor.
        total: at least the sum of the floors.

    Returns:
        Money for one unit of weight; where all tops fit, the level at which the last is reached.
    """
    constant, slope = sum(floor for _, floor, _ in cells), 0
    level = Fraction(0)
    for bound, weight, sign in _passed(cells):
        if constant * weight + slope * bound > total * weight:
            return Fraction(total - constant, slope)
        level = Fraction(bound, weight)
        constant -= sign * bound
        slope += sign * weight
    return level


def _passed(cells: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The floors (+1) and tops (-1) that a rising level passes, in the order of their levels."""
    bounds = [
        (bound, weight, sign)
        for weight, floor, top in cells
        if top > floor
        for bound, sign in ((floor, 1), (top, -1))
    ]
    # floats know no numbers of so many digits: what is too many of them is left out
    digits = max(
        (bound.bit_length() - weight.bit_length() for bound, weight, _ in bounds), default=0
    )
    shift = max(0, digits - MOST_BITS)
    bounds.sort(key=lambda passed: (passed[0] >> shift) / passed[1])
    if any(a * w > b * v for (a, v, _), (b, w, _) in pairwise(bounds)):
        # nearer to each other than a float can tell
        bounds.sort(key=lambda passed: Fraction(passed[0], passed[1]))
    return bounds
