"""The linear programs: every centre as well off as the rules allow, the worst-funded first.

One program answers "how high can the level of the worst-funded be?". Where the answer exceeds
a cap or the most of a group, that centre or group is pegged there and the program is solved
again (allocation model, section 5); a group pegged at its most or least becomes a block with a
level of its own. A closed form in floating point guesses the pegs, so that one program is
usually enough; without the guess the same result is reached from nothing.

The program is solved in mean entitlements, never in won: at 10^8 the tolerances of a solver
stop it short of the optimum. Its levels are then snapped to exact fractions (`exact_levels`):
a solver that is off is a defect, not a result. No logic rests on duals.

This file and the three that solve other questions (`special_needs`, `elastic`,
`division_programs`) are the only ones that know the solver.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import pulp

from budget.allocation.blocks import Blocks, Leximin, Scaled
from budget.allocation.exact_levels import corrected_pegs, exact_level
from budget.allocation.faults import Defect
from budget.allocation.pegs import WHOLE, Pegs, guessed_pegs
from budget.allocation.split import Split

LARGE = 1_000
"""From this many centres on the interior-point method is faster than the simplex method."""


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
        blocks = Blocks(split, pegs)
        if start and not blocks.can_be:
            return leximin(split, start=False)
        try:
            levels = _solved_levels(split, blocks) if any(blocks.open.values()) else {}
        except Defect:
            if not start:
                raise
            return leximin(split, start=False)
        exact = {
            block: exact_level(split, blocks, block, levels[block]) if block in levels else None
            for block in blocks.totals
        }
        rounds += 1
        changed = corrected_pegs(split, blocks, exact)
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
    return _level_program(split, Blocks(split, pegs))


def _level_program(
    split: Split, blocks: Blocks
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


def _solved_levels(split: Split, blocks: Blocks) -> dict[int, float]:
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
