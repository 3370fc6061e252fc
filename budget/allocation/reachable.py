"""Which set of whole amounts fits best, by exact tables of reachable totals.

It proves what the integer program of `special_needs` finds, and stands in for it where there are
so many requests of one priority that a search over sets would not end.

Source: allocation model, section 6.
"""

from collections.abc import Sequence
from math import gcd

MOST_BITS = 1 << 31
"""Largest tables that are built (bits in all): one bit a unit and amount."""

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
    if (most + 1) * len(sizes) <= MOST_BITS:
        chosen = _by_bits(sizes, most)
    elif len(sizes) <= FEW:
        chosen = _by_lists(sizes, most)
    else:
        return None
    inside = {position for position, is_in in zip(fitting, chosen, strict=True) if is_in}
    return [position in inside for position in range(len(amounts))]


def _by_bits(sizes: Sequence[int], most: int) -> list[bool]:
    """reachable[k] has bit t set if some of the sizes from k on total t."""
    inside = (1 << (most + 1)) - 1
    reachable = [1]
    for size in reversed(sizes):
        reachable.append(reachable[-1] | (reachable[-1] << size & inside))
    reachable.reverse()
    left = reachable[0].bit_length() - 1
    chosen = []
    for size, table in zip(sizes, reachable[1:], strict=True):
        is_in = size <= left and bool(table >> (left - size) & 1)
        chosen.append(is_in)
        left -= size if is_in else 0
    return chosen


def _by_lists(sizes: Sequence[int], most: int) -> list[bool]:
    """The same with sets of totals instead of bits."""
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
