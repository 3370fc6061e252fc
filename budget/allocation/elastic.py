"""The elastic program: the rules of a pool with one of them let go, as little as it must be.

Its answer says by how much the rules contradict each other, and near which value of a parameter
the policy works.

Source: allocation model, section 7.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pulp

from budget.allocation.faults import Defect
from budget.allocation.leximin import solve
from budget.allocation.pool_case import PoolCase, PoolRule, all_rules, kind_of, with_only
from budget.allocation.rules import Bound


def nearest_value(case: PoolCase, loose: PoolRule, entry: str | None) -> Decimal | None:
    """The nearest value of one parameter at which all rules of the pool hold together.

    Args:
        loose: the rule whose parameter is let go.
        entry: entry of the rule's table, if it has one.

    Returns:
        A share, a rate or won; None if no value is enough.
    """
    program, value = elastic_program(case, loose, entry)
    try:
        solve(program)
    except Defect:
        return None
    found = Decimal(repr(float(value.value() or 0.0)))
    return found * Decimal(_won_scale(case)) if value.name.endswith("_won") else found


def _won_scale(case: PoolCase) -> float:
    """Won in one unit of the program: about what a centre gets on average."""
    return max(case.amount, case.policy.envelope // 100, 1) / max(1, sum(case.need.eligible))


def elastic_program(
    case: PoolCase, loose: PoolRule, entry: str | None
) -> tuple[pulp.LpProblem, pulp.LpVariable]:
    """Money under the rules of a pool, one parameter of which is free to move.

    The parameter moves as little as it can: a floor or a least comes down (maximised), a cap, a
    most or the amount goes up (minimised). Money is in mean amounts of the pool.

    Returns:
        The program and the variable of the parameter ("…_won" if it is money).
    """
    down = loose.kind in {"floor", "band least"}
    program = pulp.LpProblem("elastic", pulp.LpMaximize if down else pulp.LpMinimize)
    bounds_of_pool = (*case.pool.floor, *case.pool.cap)
    bound = next((b for b in bounds_of_pool if loose == PoolRule(kind_of(case, b), b.name)), None)
    is_won = loose.kind == "amount" or (
        bound is not None and (bound.krw is not None or bound.by is not None)
    )
    value = program.add_variable("parameter_won" if is_won else "parameter", 0)
    program.setObjective(1 * value)
    money = _bounded_money(program, case, loose)
    if bound is not None:
        _loose_term_rule(program, case, bound, entry, money, value)
    _band_rules(program, case, loose, money, value)
    if loose.kind == "amount":
        program.addConstraint(pulp.lpSum(money) <= value, "loose_amount")
    else:
        program.addConstraint(pulp.lpSum(money) <= case.amount / _won_scale(case), "amount")
    return program, value


def _bounded_money(
    program: pulp.LpProblem, case: PoolCase, loose: PoolRule
) -> list[pulp.LpVariable]:
    """Money of every centre between the floor and the cap that the other rules set."""
    scale = _won_scale(case)
    others = [rule for rule in all_rules(case.pool) if rule != loose]
    strict = case.question(with_only(case.pool, others))
    money = []
    for centre, (floor, cap) in enumerate(zip(strict.floors, strict.caps, strict=True)):
        # a floor that is let go wins over the caps as any other floor does
        high = None if cap is None or loose.kind == "floor" else cap / scale
        if not case.need.eligible[centre]:
            high = 0.0
        money.append(program.add_variable(f"money_{centre}", floor / scale, high))
    return money


def _loose_term_rule(
    program: pulp.LpProblem,
    case: PoolCase,
    bound: Bound,
    entry: str | None,
    money: Sequence[pulp.LpVariable],
    value: pulp.LpVariable,
) -> None:
    """The term that is let go: money[c] >= parameter * what one unit of it makes (<= for caps)."""
    scale = _won_scale(case)
    is_floor = kind_of(case, bound) == "floor"
    at_one = _per_parameter(case, bound, entry, scale)
    rest = _rest_of_table(case, bound, entry)
    present = _present(bound, entry) / (scale if value.name.endswith("_won") else 1)
    for centre, (variable, unit_bound, other) in enumerate(zip(money, at_one, rest, strict=True)):
        if not case.need.eligible[centre]:
            continue
        if other is not None and is_floor:
            program.addConstraint(1 * variable >= other / scale, f"other_entry_{centre}")
        if unit_bound is not None and is_floor:
            program.addConstraint(variable - unit_bound * value >= 0, f"loose_floor_{centre}")
        elif unit_bound is not None and case.need.weights[centre]:
            low = variable.lowBound or 0.0
            # where a floor wins over the present cap, more room than there is: the search goes on
            spare = max(0.0, low - unit_bound * present)
            program.addConstraint(variable - unit_bound * value <= spare, f"loose_cap_{centre}")


def _band_rules(
    program: pulp.LpProblem,
    case: PoolCase,
    loose: PoolRule,
    money: Sequence[pulp.LpVariable],
    value: pulp.LpVariable,
) -> None:
    """Every band between its least and its most; shares of the amount, or of a loose amount."""
    amount = case.amount / _won_scale(case)
    members = {group.name: group.members for group in case.question(case.pool).groups}
    for place, band in enumerate(case.pool.band):
        if band.name not in members:
            continue  # a pool without need has no bands
        total = pulp.lpSum(money[member] for member in members[band.name])
        for kind, share in (("band least", band.min_share), ("band most", band.max_share)):
            if share is None:
                continue
            if loose == PoolRule(kind, band.name):
                limit: Any = amount * value
            elif loose.kind == "amount":
                limit = float(share) * value
            else:
                limit = float(share) * amount
            is_least = kind == "band least"
            program.addConstraint(
                total >= limit if is_least else total <= limit,
                f"{'least' if is_least else 'most'}_{place}",
            )


def _present(bound: Bound, entry: str | None) -> float:
    """The present value of a term's parameter, in its own unit."""
    if bound.by is not None:
        return float(bound.by.table[entry or ""])
    rule = bound.prior or bound.prior_share or bound.pool
    if rule is not None:
        return float(rule.rate)
    return float(bound.per.rate_krw if bound.per else bound.krw or 0)


def _per_parameter(
    case: PoolCase, bound: Bound, entry: str | None, scale: float
) -> list[float | None]:
    """What one unit of a term's parameter makes as a bound for each centre, in mean amounts."""
    if bound.krw is not None:
        return [1.0] * len(case.centres)
    if bound.by is not None:
        return [1.0 if text == entry else None for text in case.centres.texts[bound.by.column]]
    if bound.pool is not None:
        return [won / scale for won in case.earlier[bound.pool.name]]
    rule = bound.per or bound.prior or bound.prior_share
    if rule is None:
        raise Defect(f"the term {bound.name} states nothing")
    column = case.centres.numbers[rule.column]
    values = [None if n is None else n / column.scale for n in column.numerators]
    if bound.prior_share is not None:
        total = sum(value for value in values if value is not None)
        values = [None if v is None or not total else v / total * case.amount for v in values]
    return [None if value is None else value / scale for value in values]


def _rest_of_table(case: PoolCase, bound: Bound, entry: str | None) -> list[int | None]:
    """What the other entries of a table of floors still ask for while one entry moves."""
    if bound.by is None or kind_of(case, bound) != "floor":
        return [None] * len(case.centres)
    table = bound.by.table
    return [
        table.get(text) if text is not None and text != entry else None
        for text in case.centres.texts[bound.by.column]
    ]
