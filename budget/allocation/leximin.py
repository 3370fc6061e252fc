"""The linear programs: every centre as well off as the rules allow, the worst-funded first.

One program answers "how high can the level of the worst-funded be?". Where the answer exceeds
a cap or the most of a group, that centre or group is pegged there and the program is solved
again (allocation model, section 5); a group pegged at its most or least becomes a block with a
level of its own. A closed form in floating point guesses the pegs, so that one program is
usually enough; without the guess the same result is reached from nothing.

The program is solved in mean entitlements, never in won: at 10^8 the tolerances of a solver
stop it short of the optimum. Its levels are then snapped to the exact fraction at which the
blocks sum to the won, and compared: a solver that is off is a defect, not a result. No logic
rests on duals.

This file and the three that solve other questions (`special_needs`, `elastic`,
`division_programs`) are the only ones that know the solver.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf
from typing import Any

import pulp

from budget.allocation.faults import Defect
from budget.allocation.pegs import WHOLE, Pegs, guessed_pegs
from budget.allocation.split import Split

LARGE = 1_000
"""From this many centres on the interior-point method is faster than the simplex method."""

LEVEL_TOLERANCE = 1e-6
"""How far a solver's level may lie from the exact one, in mean entitlements."""


@dataclass(frozen=True)
class Leximin:
    """The unique leximin result of a split, before rounding.

    Attributes:
        amounts: won, one a centre, exact; they sum to the amount that can be placed.
        levels: won per unit of weight at which each block stands (WHOLE, and each group pegged
            at its least or most); None for a block in which every centre is pegged.
        blocks: for each centre the block it belongs to.
        pegged_groups: group position -> the total it is pegged at.
        programs: how many linear programs it took.
    """

    amounts: tuple[Fraction, ...]
    levels: Mapping[int, Fraction | None]
    blocks: tuple[int, ...]
    pegged_groups: Mapping[int, int]
    programs: int

    def level_of(self, centre: int) -> Fraction | None:
        """The level of the centre's own block."""
        return self.levels[self.blocks[centre]]


def leximin(split: Split, *, start: bool = True) -> Leximin:
    """Raise the worst-funded centre as far as the rules allow, then the second worst, and so on.

    Of all splits within the bounds it is the one whose ratios of money to weight, sorted
    ascending, are lexicographically greatest.

    Args:
        split: a feasible question; what cannot be placed under the caps stays out.
        start: whether to guess the pegs by the closed form first.

    Raises:
        Defect: if a program does not end optimal, or disagrees with exact arithmetic.

    Source: allocation model, section 5.
    """
    if split.amount == 0:
        return Leximin(
            amounts=(Fraction(0),) * len(split.ids),
            levels={WHOLE: Fraction(0)},
            blocks=(WHOLE,) * len(split.ids),
            pegged_groups={},
            programs=0,
        )
    pegs = guessed_pegs(split) if start else Pegs()
    rounds = 0
    while True:
        blocks = _Blocks(split, pegs)
        if start and not blocks.can_be:
            return leximin(split, start=False)
        try:
            levels = _solved_levels(split, blocks) if any(blocks.open.values()) else {}
        except Defect:
            if not start:
                raise
            return leximin(split, start=False)
        exact = {
            block: _exact_level(split, blocks, block, levels[block]) if block in levels else None
            for block in blocks.totals
        }
        rounds += 1
        changed = _corrected(split, blocks, exact)
        if changed is None:
            return Leximin(
                amounts=tuple(blocks.amount(centre, exact) for centre in range(len(split.ids))),
                levels=exact,
                blocks=tuple(blocks.block_of),
                pegged_groups=dict(pegs.groups),
                programs=rounds,
            )
        pegs = changed
        if start and rounds > 8:
            return leximin(split, start=False)
        if rounds > len(split.ids) + 2 * len(split.groups) + 8:
            raise Defect("the pegging of caps and groups does not come to rest")


class _Blocks:
    """The parts of a split that do not exchange money, given what is pegged."""

    def __init__(self, split: Split, pegs: Pegs) -> None:
        self.split = split
        self.pegs = pegs
        self.owner = [WHOLE] * len(split.groups)
        """For each group the block around it (a pegged group owns itself)."""
        self.totals = {WHOLE: split.placeable}
        for group, parent in enumerate(split.parents):
            outer = self.owner[parent] if parent >= 0 else WHOLE
            if group in pegs.groups:
                self.totals[group] = pegs.groups[group]
                self.owner[group] = group
            else:
                self.owner[group] = outer
        self.block_of = [self.owner[home] if home >= 0 else WHOLE for home in split.homes]
        self.open: dict[int, list[int]] = {block: [] for block in self.totals}
        self.fixed: dict[int, int] = {}
        for centre, (weight, floor, cap) in enumerate(
            zip(split.weights, split.floors, split.caps, strict=True)
        ):
            if weight == 0 or centre in pegs.at_floor:
                self.fixed[centre] = floor
            elif centre in pegs.centres and cap is not None:
                self.fixed[centre] = cap
            else:
                self.open[self.block_of[centre]].append(centre)
        # what stands fast in each group, pegged inner groups included, the whole last
        self.constant = [0] * (len(split.groups) + 1)
        for centre, won in self.fixed.items():
            self.constant[split.homes[centre]] += won
        for group in reversed(range(len(split.groups))):
            inside = pegs.groups.get(group, self.constant[group])
            self.constant[split.parents[group]] += inside

    def free(self, block: int) -> int:
        """What the open centres of a block share."""
        return self.totals[block] - self.constant[block]

    def scaled(self, block: int) -> "Scaled":
        """The numbers that the solver sees of a block."""
        return Scaled.of(self.split, self.open[block], self.free(block))

    @property
    def can_be(self) -> bool:
        """Whether every block can be filled to its total as it is pegged.

        A wrong guess can leave a block less than its floors, or nobody to take what is free.
        """
        for block in self.totals:
            if self.open[block]:
                if self.free(block) < self.floors(block):
                    return False
            elif self.free(block) or any(
                self.constant[group] < self.split.groups[group].least
                for group in self.loose_groups(block)
            ):
                return False
        return True

    def floors(self, block: int) -> int:
        """What the floors of the open centres of a block need."""
        return sum(self.split.floors[centre] for centre in self.open[block])

    def loose_groups(self, block: int) -> list[int]:
        """Groups inside the block that are not pegged, outer ones first."""
        return [
            group
            for group, owner in enumerate(self.owner)
            if owner == block and group not in self.pegs.groups
        ]

    def outer(self, block: int) -> int:
        """The block around a block."""
        parent = self.split.parents[block]
        return self.owner[parent] if parent >= 0 else WHOLE

    def amount(self, centre: int, levels: Mapping[int, Fraction | None]) -> Fraction:
        """What a centre gets at the levels of the blocks."""
        if centre in self.fixed:
            return Fraction(self.fixed[centre])
        level = levels[self.block_of[centre]]
        floor = self.split.floors[centre]
        if level is None:
            return Fraction(floor)
        numerator, denominator = level.numerator * self.split.weights[centre], level.denominator
        return (
            Fraction(floor)
            if numerator <= floor * denominator
            else Fraction(numerator, denominator)
        )


# --- the linear program ----------------------------------------------------------------------


@dataclass(frozen=True)
class Scaled:
    """The open centres of a block in mean entitlements: the numbers that the solver sees.

    Attributes:
        won: won in one unit of money.
        level: won per weight in one unit of the level.
        entitlements: by centre; 1 on average.
        floors: by centre.
    """

    won: float
    level: Fraction
    entitlements: Mapping[int, float]
    floors: Mapping[int, float]

    @classmethod
    def of(cls, split: Split, centres: Sequence[int], free: int) -> "Scaled":
        """Scale so that the centres that share what is free are entitled to 1 on average."""
        total, size, free = sum(split.weights[c] for c in centres), len(centres), max(free, 1)
        won = free / size
        return cls(
            won=won,
            level=Fraction(free, total),
            entitlements={c: split.weights[c] / total * size for c in centres},
            floors={c: split.floors[c] / won for c in centres},
        )


Money = Mapping[int, pulp.LpVariable]


def money_variables(
    program: pulp.LpProblem, split: Split, scaled: Scaled, centres: Iterable[int]
) -> Money:
    """Money of every open centre, no less than its floor (the bound of the variable)."""
    return {
        centre: program.add_variable(f"money_{_label(split, centre)}", scaled.floors[centre])
        for centre in centres
    }


def start_at(guess: float, level: pulp.LpVariable, money: Money, scaled: Scaled) -> None:
    """Where the solver begins: the level as guessed, every centre there or at its floor.

    It is no rule: the solver goes on to the optimum, and proves it, from any point.
    """
    level.varValue = guess
    for centre, variable in money.items():
        variable.varValue = max(scaled.floors[centre], scaled.entitlements[centre] * guess)


def share_rule(
    program: pulp.LpProblem, split: Split, money: Money, level: pulp.LpVariable, scaled: Scaled
) -> None:
    """No open centre below the level of its block: money[c] >= level * entitlement[c]."""
    for centre, variable in money.items():
        rule = pulp.LpAffineExpression.from_dict(
            {variable: 1.0, level: -scaled.entitlements[centre]},
            name=f"share_{_label(split, centre)}",
        )
        rule.sense = pulp.LpConstraintGE  # ">= 0" would copy each of them
        program.addConstraint(rule)


def amount_rule(program: pulp.LpProblem, money: Money, free: float, name: str) -> None:
    """The open centres of a block share what is free in it: sum money[c] = free."""
    program.addConstraint(pulp.lpSum(money.values()) == free, f"amount_{name}")


def least_rule(
    program: pulp.LpProblem, variables: Sequence[pulp.LpVariable], least: float, name: str
) -> None:
    """A group gets at least its least: sum of its money >= least."""
    program.addConstraint(pulp.lpSum(variables) >= least, f"least_{name}")


def level_program(split: Split, pegs: Pegs) -> tuple[pulp.LpProblem, dict[int, pulp.LpVariable]]:
    """The program that raises the level of the worst-funded in every block.

    Caps and the most of a group are not in it: what exceeds them is pegged, and it is solved
    again. Pegged centres and groups are constants.

    Returns:
        The program and the level of each block that has open centres.
    """
    return _level_program(split, _Blocks(split, pegs))


def _level_program(
    split: Split, blocks: _Blocks
) -> tuple[pulp.LpProblem, dict[int, pulp.LpVariable]]:
    program = pulp.LpProblem("pool", pulp.LpMaximize)
    levels: dict[int, pulp.LpVariable] = {}
    for block, centres in blocks.open.items():
        if centres:
            name = "pool" if block == WHOLE else f"group_{block}"
            levels[block] = program.add_variable(f"level_{name}", 0)
    program.setObjective(pulp.lpSum(levels.values()))
    for block, level in levels.items():
        scaled = blocks.scaled(block)
        money = money_variables(program, split, scaled, blocks.open[block])
        if block in blocks.pegs.levels:
            start_at(float(blocks.pegs.levels[block] / scaled.level), level, money, scaled)
        share_rule(program, split, money, level, scaled)
        name = "pool" if block == WHOLE else f"group_{block}"
        amount_rule(program, money, blocks.free(block) / scaled.won, name)
        for group in blocks.loose_groups(block):
            least = split.groups[group].least - blocks.constant[group]
            inside = [money[c] for c in blocks.open[block] if c in split.groups[group].members]
            if least > 0 and inside:
                least_rule(program, inside, least / scaled.won, f"group_{group}")
    return program, levels


def _solved_levels(split: Split, blocks: _Blocks) -> dict[int, float]:
    program, levels = _level_program(split, blocks)
    started = levels.keys() <= blocks.pegs.levels.keys()
    solve(program, started=started, large=len(split.ids) >= LARGE)
    return {block: float(level.value() or 0.0) for block, level in levels.items()}


def solve(
    program: pulp.LpProblem, *, started: bool = False, large: bool = False, exact: bool = False
) -> None:
    """Solve a program with HiGHS in this process, on one thread, silently.

    Args:
        started: its variables have values to start from; from a good start the simplex method
            has only the optimum to confirm, at any size.
        large: without a start, use the interior-point method, which grows nearly linearly here.
        exact: for whole-number programs with large coefficients: the tightest tolerances.

    Raises:
        Defect: if it does not end optimal.
    """
    options: dict[str, Any] = {}
    if started:
        options = {"solver": "simplex", "warmStart": True}
    elif large:
        options = {"solver": "ipm"}
    if started or large:
        # on a level program presolve can take a hundred times longer than the solver itself
        options |= {"presolve": "off"}
    if exact:
        options |= {"mip_feasibility_tolerance": 1e-10, "primal_feasibility_tolerance": 1e-10}
    result = program.solve(
        pulp.HiGHS(msg=False, threads=1, gapRel=0.0, gapAbs=0.0, random_seed=0, **options)
    )
    if result.status != pulp.LpSolveStatus.Optimal:
        raise Defect(f"the solver ended with “{result.status}” on the program {program.name}")


_PLAIN = re.compile(r"[A-Za-z0-9_]+", re.ASCII)


def _label(split: Split, centre: int) -> str:
    """The centre in the names of variables and rules: its id where a solver can read it."""
    identifier = split.ids[centre]
    return identifier if _PLAIN.fullmatch(identifier) else f"at_{centre}"


# --- exact levels ----------------------------------------------------------------------------


def _exact_level(split: Split, blocks: _Blocks, block: int, solved: float) -> Fraction:
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


def _line(split: Split, blocks: _Blocks, block: int, level: Fraction) -> tuple[int, int]:
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


def _first_rise(split: Split, blocks: _Blocks, block: int) -> Fraction:
    """Where floors alone fill a block: the level up to which every floor still binds."""
    return min(Fraction(split.floors[c], split.weights[c]) for c in blocks.open[block])


# --- what is pegged wrongly ------------------------------------------------------------------


def _corrected(split: Split, blocks: _Blocks, levels: Mapping[int, Fraction | None]) -> Pegs | None:
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
    split: Split, blocks: _Blocks, levels: Mapping[int, Fraction | None]
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
    split: Split, blocks: _Blocks, levels: Mapping[int, Fraction | None]
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
    split: Split, blocks: _Blocks, levels: Mapping[int, Fraction | None]
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
    split: Split, blocks: _Blocks, block: int, level: Fraction
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
