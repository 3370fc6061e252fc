"""From exact results to whole units: the largest remainders are rounded up.

Source: allocation model, section 8.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from budget.allocation.split import Split


def rounded(split: Split, amounts: Sequence[Fraction]) -> list[int]:
    """Round to the unit, keeping the total, every floor, every cap and every group.

    Works down the tree of groups: a group's total is rounded among its neighbours first, then
    shared out inside. Each result differs from the exact one by less than a unit, and so does
    the total of each group; bounds are whole units, hence none of them is crossed.

    Args:
        amounts: exact won, one a centre; they sum to a multiple of the unit.

    Returns:
        Won, one a centre, multiples of the unit, with the same sum.
    """
    children: list[list[tuple[bool, int]]] = [[] for _ in range(len(split.groups) + 1)]
    for group, parent in enumerate(split.parents):
        children[parent].append((True, group))
    for centre, home in enumerate(split.homes):
        children[home].append((False, centre))

    scale, numerators = _over_one_denominator(amounts)
    unit = scale * split.unit
    group_totals = split.totals(numerators)
    results = [0] * len(amounts)
    group_units = [0] * len(split.groups) + [group_totals[-1] // unit]
    for group in [-1, *range(len(split.groups))]:
        parts = []
        for is_group, position in children[group]:
            value = group_totals[position] if is_group else numerators[position]
            whole, rest = divmod(value, unit)
            parts.append((is_group, position, whole, rest))
        left = group_units[group] - sum(whole for _, _, whole, _ in parts)
        by_rest = sorted(
            (part for part in parts if part[3]),
            key=lambda part: (-part[3], _tie(split, part[0], part[1])),
        )
        lifted = {(is_group, position) for is_group, position, _, _ in by_rest[:left]}
        for is_group, position, whole, _ in parts:
            units = whole + ((is_group, position) in lifted)
            if is_group:
                group_units[position] = units
            else:
                results[position] = units * split.unit
    return results


def _over_one_denominator(amounts: Sequence[Fraction]) -> tuple[int, list[int]]:
    scale = lcm(*{amount.denominator for amount in amounts})
    return scale, [amount.numerator * (scale // amount.denominator) for amount in amounts]


def _tie(split: Split, is_group: bool, position: int) -> str:
    if not is_group:
        return split.ids[position]
    return min((split.ids[member] for member in split.groups[position].members), default="")
