"""Which set of whole amounts fits best, by exact tables of reachable totals.

It proves what the integer program of `special_needs` finds, and stands in for it where there are
so many requests of one priority that a search over sets would not end.

Source: allocation model, section 6.
"""

from collections.abc import Sequence
from math import gcd

import numpy as np

MOST_TOTALS = 1 << 27
"""Largest table that is built: one entry a unit of the room."""

FEW = 20
"""Up to so many amounts the reachable totals can be listed, however fine the unit."""


def best_set(amounts: Sequence[int], room: int) -> list[bool] | None:
    """The set with the greatest total that fits, earlier amounts preferred.

    Args:
        amounts: won, in the order of preference.
        room: the most that the set may total.

    Returns:
        Which amounts are in; None if there are too many, too fine ones to tell.
    """
    if sum(amounts) <= room:
        return [True] * len(amounts)
    fitting = [position for position, amount in enumerate(amounts) if amount <= room]
    unit = gcd(*(amounts[position] for position in fitting)) or 1
    sizes, most = [amounts[position] // unit for position in fitting], room // unit
    if most < MOST_TOTALS:
        chosen = _by_table(sizes, most)
    elif len(sizes) <= FEW:
        chosen = _by_lists(sizes, most)
    else:
        return None
    inside = {position for position, is_in in zip(fitting, chosen, strict=True) if is_in}
    return [position in inside for position in range(len(amounts))]


def _by_table(sizes: Sequence[int], most: int) -> list[bool]:
    """since[t]: the last size from which on some sizes total t; -1 if none do.

    Sizes are taken from the last to the first, and each total is marked when it is first reached:
    a total can be had from the sizes after k if it was marked at k + 1 or later.
    """
    since = np.full(most + 1, -1, dtype=np.int32)
    since[0] = len(sizes)
    for place in reversed(range(len(sizes))):
        size = sizes[place]
        fresh = (since[: most + 1 - size] >= 0) & (since[size:] < 0)
        since[size:][fresh] = place
    left = int(np.flatnonzero(since >= 0)[-1])
    chosen = []
    for place, size in enumerate(sizes):
        is_in = size <= left and bool(since[left - size] > place)
        chosen.append(is_in)
        left -= size if is_in else 0
    return chosen


def _by_lists(sizes: Sequence[int], most: int) -> list[bool]:
    """The same with sets of totals: reachable[k] is what the sizes from k on can total."""
    reachable = [{0}]
    for size in reversed(sizes):
        more = {total + size for total in reachable[-1] if total + size <= most}
        reachable.append(reachable[-1] | more)
    reachable.reverse()
    left = max(reachable[0])
    chosen = []
    for size, totals in zip(sizes, reachable[1:], strict=True):
        is_in = left - size in totals
        chosen.append(is_in)
        left -= size if is_in else 0
    return chosen
