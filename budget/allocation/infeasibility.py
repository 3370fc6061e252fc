"""Why a policy contradicts itself: the smallest set of rules that cannot hold together.

Rules are left out one after the other while the rest still contradicts itself. Then each rule
that is left is asked what change of it alone would mend the policy.

Source: allocation model, section 7.
"""

from collections.abc import Callable, Mapping, Sequence

from budget.allocation.bounds import amount_in_won
from budget.allocation.centres import Centres
from budget.allocation.conflict import Conflict, ConflictingRule, InfeasiblePolicy, Remedy
from budget.allocation.need import Need, need
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy, Pool
from budget.allocation.pool_case import PoolCase, PoolRule, all_rules, path_of, with_only
from budget.allocation.remedies import levers_of, remedies


def envelope_conflict(
    centres: Centres,
    policy: Policy,
    special_won: int,
    works: Callable[[Policy], bool] | None,
) -> InfeasiblePolicy:
    """The parts of the policy are more than the envelope.

    Args:
        centres: the remedies also leave the remainder pool what its floors need.
        special_won: what special needs take (funded, or the whole ceiling).
        works: whether a changed policy has an allocation; without it there are no remedies.
    """
    envelope, unit = policy.envelope, policy.unit
    parts: list[ConflictingRule] = []
    if policy.reserve:
        won = amount_in_won(policy.reserve.amount, envelope, unit)
        parts.append(ConflictingRule("reserve.amount", "reserve", "reserve", won))
    if policy.special_needs:
        parts.append(
            ConflictingRule("special_needs.ceiling", "special_needs", "special_needs", special_won)
        )
    for pool in policy.pool:
        if not isinstance(pool.amount, str):
            won = amount_in_won(pool.amount, envelope, unit)
            path = joined_path(["pool", pool.name, "amount"])
            parts.append(ConflictingRule(path, "pool", pool.name, won))
    smallest: list[ConflictingRule] = []
    for part in sorted(parts, key=lambda part: -part.won):
        if sum(rule.won for rule in smallest) <= envelope:
            smallest.append(part)
    required = sum(part.won for part in parts)
    short = required - envelope
    rules = (ConflictingRule("policy.envelope_krw", "envelope", "envelope", envelope), *smallest)
    pool = policy.remainder_pool
    nothing = dict.fromkeys((other.name for other in policy.pool), (0,) * len(centres))
    case = PoolCase(centres, policy, pool, need(centres, pool), -short, nothing)
    found = _remedies(case, [PoolRule("amount", pool.name)], works)
    conflict = Conflict("", rules, required, envelope, found)
    return InfeasiblePolicy(conflict)


def pool_conflict(
    centres: Centres,
    policy: Policy,
    pool: Pool,
    need_: Need,
    amount: int,
    earlier: Mapping[str, Sequence[int]],
    works: Callable[[Policy], bool] | None,
) -> InfeasiblePolicy:
    """Floors, caps, bands and the amount of a pool contradict each other.

    Args:
        earlier: published results of the pools before it.
        works: whether a changed policy has an allocation; without it there are no remedies.
    """
    case = PoolCase(centres, policy, pool, need_, amount, earlier)
    rules = _smallest_set(case)
    required, available = _gap(case, rules)
    conflict = Conflict(
        pool=pool.name,
        rules=tuple(_described(case, rule) for rule in rules),
        required_krw=required,
        available_krw=available,
        remedies=_remedies(case, rules, works),
    )
    return InfeasiblePolicy(conflict)


def _remedies(
    case: PoolCase, rules: Sequence[PoolRule], works: Callable[[Policy], bool] | None
) -> tuple[Remedy, ...]:
    """What changes of single parameters would do, where anybody can try them."""
    if works is None:
        return ()
    levers = [lever for rule in rules for lever in levers_of(case, rule)]
    return tuple(remedies(case.policy, levers, works))


def _contradicts(case: PoolCase, rules: Sequence[PoolRule]) -> bool:
    required, available = _gap(case, rules)
    return required > available


def _gap(case: PoolCase, rules: Sequence[PoolRule]) -> tuple[int, int]:
    """What the rules require and what they allow, in won, where they are furthest apart."""
    question = case.question(with_only(case.pool, rules))
    least, least_of_all = question.least_of_groups
    most, most_of_all = question.most_of_groups
    gaps = [(low, high) for low, high in zip(least, most, strict=True) if high is not None]
    if any(rule.kind == "amount" for rule in rules):
        gaps.append((least_of_all, case.amount))
    if most_of_all is not None:
        gaps.append((least_of_all, most_of_all))
    return max(gaps, key=lambda gap: gap[0] - gap[1], default=(0, 0))


def _smallest_set(case: PoolCase) -> list[PoolRule]:
    """Leave rules out while the rest still contradicts itself; the shortest of a few orders."""
    everything = all_rules(case.pool)
    found: list[list[PoolRule]] = []
    for order in (everything, everything[::-1], everything[::2] + everything[1::2]):
        kept = list(order)
        for rule in order:
            rest = [other for other in kept if other != rule]
            if _contradicts(case, rest):
                kept = rest
        found.append([rule for rule in everything if rule in kept])
    return min(found, key=len)


def _described(case: PoolCase, rule: PoolRule) -> ConflictingRule:
    question = case.question(with_only(case.pool, [rule]))
    if rule.kind == "amount":
        won = case.amount
    elif rule.kind == "floor":
        won = sum(question.floors)
    elif rule.kind == "cap":
        won = sum(cap for cap in question.caps if cap is not None)
    elif rule.kind == "band least":
        won = question.groups[0].least
    else:
        won = question.groups[0].most or 0
    return ConflictingRule(path_of(case, rule), rule.kind, rule.name, won)
