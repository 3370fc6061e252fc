"""Exact arithmetic on what the programs say: the levels to the won, and what is pegged wrongly.

A solver's level is snapped to the exact fraction at which its block sums to the won, and
compared. Every peg is then held against the levels: a peg that they do not press against is let
go, a limit that they break is pegged.

Source: allocation model, section 5.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import inf

from budget.allocation.blocks import Blocks
from budget.allocation.faults import Defect
from budget.allocation.pegs import WHOLE, Pegs
from budget.allocation.split import Split

LEVEL_TOLERANCE = 1e-6
"""How far a solver's level may lie from the exact one, in mean entitlements."""


def exact_level(split: Split, blocks: Blocks, block: int, solved: float) -> Fraction:
    """The fraction at which a block sums to its total, found from the solver's level.

    The sum of a block as a function of its level (floors and leasts below, nothing above) is
    convex and piecewise linear: Newton's method ends at the exact root after a few steps.

    Raises:
        Defect: if the solver's level is not the exact one, within its tolerance.
    """
    scale = blocks.scaled(block).level
    level = Fraction(solved) * scale
    seen: set[Fraction] = set()
    while level not in seen:
        seen.add(level)
        constant, slope = _line(split, blocks, block, level)
        short = blocks.totals[block] - constant
        if slope:
            level = Fraction(short, slope)
        elif short < 0:
            raise Defect("the floors of a block need more than the block has")
        elif short == 0:
            return _first_rise(split, blocks, block)
        else:
            level = 2 * level + scale
    if abs(float(level / scale) - solved) > LEVEL_TOLERANCE * max(1.0, solved):
        raise Defect(
            f"the solver's level {solved!r} is not the exact one, {float(level / scale)!r}"
        )
    return level


def _line(split: Split, blocks: Blocks, block: int, level: Fraction) -> tuple[int, int]:
    """The block's sum near a level: constant (won) and slope (weight)."""
    numerator, denominator = level.numerator, level.denominator
    constants = [0] * (len(split.groups) + 1)
    slopes = [0] * (len(split.groups) + 1)
    for centre in blocks.open[block]:
        home, weight, floor = split.homes[centre], split.weights[centre], split.floors[centre]
        if numerator * weight > floor * denominator:
            slopes[home] += weight
        else:
            constants[home] += floor
    for group in reversed(blocks.loose_groups(block)):
        constant = constants[group] + blocks.constant[group]
        if numerator * slopes[group] <= (split.groups[group].least - constant) * denominator:
            constants[group] = split.groups[group].least - blocks.constant[group]
            slopes[group] = 0
        parent = split.parents[group]
        constants[parent] += constants[group]
        slopes[parent] += slopes[group]
    return constants[block] + blocks.constant[block], slopes[block]


def _first_rise(split: Split, blocks: Blocks, block: int) -> Fraction:
    """Where floors alone fill a block: the level up to which every floor still binds."""
    return min(Fraction(split.floors[c], split.weights[c]) for c in blocks.open[block])


def corrected_pegs(
    split: Split, blocks: Blocks, levels: Mapping[int, Fraction | None]
) -> Pegs | None:
    """The pegs after comparing the levels with caps and groups; None if nothing is wrong."""
    pegs = blocks.pegs
    centres = _rightly_pegged_centres(split, blocks, levels)
    groups = _rightly_pegged_groups(split, blocks, levels)
    at_floor = frozenset(
        centre
        for centre in pegs.at_floor
        if not _exceeds(split.floors, split, centre, levels[blocks.block_of[centre]])
    )
    held: list[int] = []
    for block, level in levels.items():
        if level is None:
            continue
        over, short = _breached(split, blocks, block, level)
        groups |= {group: split.groups[group].most or 0 for group in over}
        hidden = set().union(*(split.groups[group].members for group in over))
        centres |= {
            centre
            for centre in blocks.open[block]
            if centre not in hidden and _exceeds(split.caps, split, centre, level)
        }
        held += short
    at_rest = centres == pegs.centres and at_floor == pegs.at_floor
    if at_rest and groups == pegs.groups:
        # only once caps and maxima are at rest is a group known to live off its least
        groups |= {group: split.groups[group].least for group in held}
    if at_rest and groups == pegs.groups:
        return None
    return Pegs(frozenset(centres), groups, at_floor=at_floor)


def _exceeds(
    limits: Sequence[int | None], split: Split, centre: int, level: Fraction | None
) -> bool:
    """Whether a level would carry a centre past its limit (its cap, or its floor)."""
    limit = limits[centre]
    if limit is None or level is None:
        return False
    return limit * level.denominator < level.numerator * split.weights[centre]


def _rightly_pegged_centres(
    split: Split, blocks: Blocks, levels: Mapping[int, Fraction | None]
) -> set[int]:
    """The pegged centres whose block does not stand below their cap."""
    kept = set()
    for centre in blocks.pegs.centres:
        cap, level = split.caps[centre], levels[blocks.block_of[centre]]
        below = (
            cap is not None
            and level is not None
            and level.numerator * split.weights[centre] < cap * level.denominator
        )
        if not below:
            kept.add(centre)
    return kept


def _rightly_pegged_groups(
    split: Split, blocks: Blocks, levels: Mapping[int, Fraction | None]
) -> dict[int, int]:
    """The pegged groups that stand no higher than around them (most), or no lower (least)."""
    ranges = _level_ranges(split, blocks, levels)
    kept = {}
    for group, total in blocks.pegs.groups.items():
        outside, inside = ranges[blocks.outer(group)], ranges[group]
        at_most = total == split.groups[group].most and inside[0] <= outside[1]
        at_least = total == split.groups[group].least and inside[1] >= outside[0]
        if at_most or at_least:
            kept[group] = total
    return kept


def _level_ranges(
    split: Split, blocks: Blocks, levels: Mapping[int, Fraction | None]
) -> dict[int, tuple[Fraction | float, Fraction | float]]:
    """Between which levels each block may stand without anything in it being pegged wrongly.

    One level where centres move; where all stand at their floors, any lower one as well; where
    all is pegged, from the highest of what was stopped
    on its way up (caps, mosts) to the lowest of what was lifted (leasts).
    """
    ranges: dict[int, tuple[Fraction | float, Fraction | float]] = {}
    low: dict[int, Fraction | float] = dict.fromkeys(levels, 0.0)
    high: dict[int, Fraction | float] = dict.fromkeys(levels, inf)
    for centre in blocks.pegs.centres:
        block, won = blocks.block_of[centre], blocks.fixed[centre]
        if levels[block] is None:
            low[block] = max(low[block], Fraction(won, split.weights[centre]))
    for centre in blocks.pegs.at_floor:
        block, won = blocks.block_of[centre], blocks.fixed[centre]
        if levels[block] is None:
            high[block] = min(high[block], Fraction(won, split.weights[centre]))
    for block in sorted(levels, reverse=True):
        level = levels[block]
        if level is None:
            ranges[block] = (low[block], high[block])
        elif all(level * split.weights[c] <= split.floors[c] for c in blocks.open[block]):
            ranges[block] = (min(low[block], level), level)
        else:
            ranges[block] = (level, level)
        if block != WHOLE:
            outer, total = blocks.outer(block), blocks.totals[block]
            at_most = total == split.groups[block].most
            at_least = total == split.groups[block].least
            if at_most and not at_least:
                low[outer] = max(low[outer], ranges[block][0])
            if at_least and not at_most:
                high[outer] = min(high[outer], ranges[block][1])
    return ranges


def _breached(
    split: Split, blocks: Blocks, block: int, level: Fraction
) -> tuple[list[int], list[int]]:
    """Loose groups of a block whose members, at its level and under their caps, want more than
    the group's most, and those that want less than its least; outermost ones only."""
    loose = blocks.loose_groups(block)
    if not loose:
        return [], []
    numerator, denominator = level.numerator, level.denominator
    wants = [constant * denominator for constant in blocks.constant]
    for centre in blocks.open[block]:
        home, cap = split.homes[centre], split.caps[centre]
        if home < 0:
            continue
        want = max(numerator * split.weights[centre], split.floors[centre] * denominator)
        wants[home] += want if cap is None else min(want, cap * denominator)
    over: list[int] = []
    short: list[int] = []
    for group in reversed(loose):
        most = split.groups[group].most
        own = wants[group]
        if most is not None and own > most * denominator:
            over.append(group)
            own = most * denominator
        elif own < split.groups[group].least * denominator:
            short.append(group)
            own = split.groups[group].least * denominator
        parent = split.parents[group]
        if parent >= 0:
            # the inner group's fixed part is already counted in its parent's
            wants[parent] += own - blocks.constant[group] * denominator
    return _outermost(split, over), _outermost(split, short)


def _outermost(split: Split, found: list[int]) -> list[int]:
    def has_outer(group: int) -> bool:
        parent = split.parents[group]
        while parent >= 0:
            if parent in found:
                return True
            parent = split.parents[parent]
        return False

    return [group for group in found if not has_outer(group)]
