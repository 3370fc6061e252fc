"""Changes of one parameter that alone remove a conflict.

What the elastic program says is rounded to a value that a planner would set and then proven by
the exact bounds, so that a remedy that is offered works.

Source: allocation model, section 7.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from budget.allocation.conflict import FINEST_SHARE, Remedy
from budget.allocation.elastic import nearest_value
from budget.allocation.faults import InputError
from budget.allocation.parameters import parameters
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy
from budget.allocation.pool_case import PoolCase, PoolRule, path_of
from budget.allocation.rules import Bound


@dataclass(frozen=True, slots=True)
class Lever:
    """A parameter to change, which way, and where the elastic program puts it."""

    path: str
    direction: int
    target: Decimal | int


def levers_of(case: PoolCase, rule: PoolRule) -> Iterator[Lever]:
    """The parameters that state a rule, each with the value that the program finds for it."""
    if rule.kind == "amount":
        needed = nearest_value(case, rule, None)
        if needed is not None:
            yield from _amount_levers(case, needed)
        return
    direction = -1 if rule.kind in {"floor", "band least"} else 1
    if rule.kind.startswith("band"):
        share = nearest_value(case, rule, None)
        if share is not None and 0 <= share <= 1:
            yield Lever(path_of(case, rule), direction, share)
        return
    bound = next(b for b in getattr(case.pool, rule.kind) if b.name == rule.name)
    for keys, entry in _numbers_of(bound):
        value = nearest_value(case, rule, entry)
        if value is not None and value >= 0:
            yield Lever(
                joined_path(["pool", case.pool.name, rule.kind, rule.name, *keys]), direction, value
            )


def _numbers_of(bound: Bound) -> Iterator[tuple[list[str], str | None]]:
    """The parameters of a term: keys below the term, and the entry of its table if it has one."""
    if bound.by is not None:
        for key in bound.by.table:
            yield ["by", "table", key], key
    elif bound.krw is not None:
        yield ["krw"], None
    elif bound.per is not None:
        yield ["per", "rate_krw"], None
    else:
        term = next(
            name for name in ("prior", "prior_share", "pool") if getattr(bound, name) is not None
        )
        yield [term, "rate"], None


def _amount_levers(case: PoolCase, needed: Decimal) -> Iterator[Lever]:
    """The parameters that give a pool more money, each with the value that would do."""
    policy = case.policy
    more = needed - case.amount
    if not isinstance(case.pool.amount, str):
        path = joined_path(["pool", case.pool.name, "amount"])
        yield _share_or_won(policy, path, int(needed) + policy.unit, 1)
        return
    shares = sum(
        amount.share or 0
        for amount in (
            *(pool.amount for pool in policy.pool if not isinstance(pool.amount, str)),
            *([policy.reserve.amount] if policy.reserve else []),
            *([policy.special_needs.ceiling] if policy.special_needs else []),
        )
    )
    if shares < 1:
        yield Lever("policy.envelope_krw", 1, policy.envelope + more / (1 - shares))
    sources = [joined_path(["pool", p.name, "amount"]) for p in policy.pool if p != case.pool]
    if policy.special_needs:
        sources.append("special_needs.ceiling")
    if policy.reserve:
        sources.append("reserve.amount")
    present = {parameter.path: parameter.value for parameter in parameters(policy)}
    for path in sources:
        share = present.get(f"{path}.share")
        won = int(share * policy.envelope) if share is not None else int(present[f"{path}.krw"])
        if won >= more:
            yield _share_or_won(policy, path, int(won - more), -1)


def _share_or_won(policy: Policy, path: str, won: int, direction: int) -> Lever:
    """The lever of an amount that the policy states as a share or in won."""
    is_share = any(parameter.path == f"{path}.share" for parameter in parameters(policy))
    if is_share:
        return Lever(f"{path}.share", direction, Decimal(won) / policy.envelope)
    return Lever(f"{path}.krw", direction, won)


def remedies(
    policy: Policy, levers: Sequence[Lever], works: Callable[[Policy], bool]
) -> Iterator[Remedy]:
    """For each lever the value nearest to the program's that a planner can set and that works."""
    present = {parameter.path: parameter for parameter in parameters(policy)}
    for lever in levers:
        parameter = present.get(lever.path)
        if parameter is None:
            continue
        is_won = isinstance(parameter.value, int)
        grid = Decimal(policy.unit) if is_won else FINEST_SHARE
        if parameter.unit == "won_per":
            grid = Decimal(1)
        found = _nearest_that_works(policy, lever, parameter.value, grid, works)
        if found is not None:
            yield Remedy(lever.path, parameter.value, found)


MOST_STEPS = 1 << 14
"""How far from the program's value a remedy is looked for, in steps of the grid.

Rounding floors up to the unit, centre by centre, is what lies between.
"""


def _nearest_that_works(
    policy: Policy,
    lever: Lever,
    present: int | Decimal,
    grid: Decimal,
    works: Callable[[Policy], bool],
) -> int | Decimal | None:
    """The value on the grid nearest to the present one with which the policy works.

    Looks in doubling steps from just short of the program's value, then between the last two.
    """
    nearest = int((Decimal(lever.target) / grid).to_integral_value(ROUND_HALF_EVEN))

    def value(steps: int) -> int | Decimal:
        number = (nearest + lever.direction * steps) * grid
        return int(number) if isinstance(present, int) else _tidy(number.quantize(grid))

    def is_enough(steps: int) -> bool:
        if (value(steps) - present) * lever.direction <= 0:
            return False
        try:
            return works(policy.replaced({lever.path: value(steps)}))
        except InputError:
            return False

    failing, steps = -3, -2
    while not is_enough(steps):
        failing, steps = steps, 2 * steps if steps > 0 else steps + 1
        if steps > MOST_STEPS:
            return None
    while steps - failing > 1:
        between = (steps + failing) // 2
        if is_enough(between):
            steps = between
        else:
            failing = between
    return value(steps)


def _tidy(value: Decimal) -> Decimal:
    """Without needless zeros, but never in exponents."""
    tidy = value.normalize()
    exponent = tidy.as_tuple().exponent
    return tidy.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else tidy
