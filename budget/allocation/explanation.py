"""Why each centre gets what it gets, to the won, and what every rule costs the others.

Source: allocation model, section 10.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from typing import Any

import pandas as pd

from budget.allocation.centres import raw_factor
from budget.allocation.columns import round_half_even
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy, Pool
from budget.allocation.result import Allocation, PoolResult, special_needs_by_centre
from budget.allocation.run import results_of_parts

PoolStep = tuple[str, str, str, list[int]]
"""Pool, step, term, and won for every centre in the order of the ids."""


def decomposition(allocation: Allocation) -> pd.DataFrame:
    """Every centre's total as a sum of named steps.

    The steps of a pool: what each factor contributes with all adjustments at 1; the effect of
    each adjustment, in the order of the policy; of the common factor λ; of bands that hold the
    centre's group at another level; top-up to the floor; cut to the cap; rounding to the unit.
    Then the special needs.

    Returns:
        One row a centre, pool and step that is not 0 (centre_id, pool, step, term, krw), in the
        order of the rows that were given. A centre's rows sum to its total, to the won.
    """
    steps = [step for result in allocation.pools for step in pool_steps(result)]
    steps.append(("special_needs", "special_needs", "", list(allocation.special_needs)))
    order = allocation.centres.in_table_order(range(len(allocation.centres)))
    rows = [
        (allocation.centres.ids[centre], pool, step, term, won[centre])
        for centre in order
        for pool, step, term, won in steps
        if won[centre]
    ]
    return pd.DataFrame(rows, columns=["centre_id", "pool", "step", "term", "krw"])


def pool_steps(result: PoolResult) -> Iterator[PoolStep]:
    """The steps of one pool: differences of running amounts, so that they sum by construction."""
    name = result.rule.name
    running = [0] * len(result.amounts)

    def step(kind: str, term: str, reached: Sequence[int]) -> PoolStep:
        nonlocal running
        difference = [after - before for after, before in zip(reached, running, strict=True)]
        running = list(reached)
        return name, kind, term, difference

    if result.need.is_void:
        return
    rules = [("factor", factor.name) for factor in result.rule.factor] + [
        ("adjustment", adjustment.name) for adjustment in result.rule.adjustment
    ]
    for (kind, term), shares in zip(rules, result.need.steps(), strict=True):
        yield step(kind, term, shares.of(result.amount))
    yield step("common_factor", "", _at_level(result, common=True))
    own_groups = [
        result.question.groups[block].name if block >= 0 else "" for block in result.exact.blocks
    ]
    yield from _by_term("band", own_groups, step("band", "", _at_level(result, common=False)))
    exact = [
        round_half_even(amount.numerator, amount.denominator) for amount in result.exact.amounts
    ]
    lifted = [max(own, before) for own, before in zip(exact, running, strict=True)]
    yield from _by_term("floor", result.bounds.floor_terms, step("floor", "", lifted))
    yield from _by_term("cap", result.bounds.cap_terms, step("cap", "", exact))
    yield step("rounding", "", result.amounts)


def _at_level(result: PoolResult, *, common: bool) -> list[int]:
    """Entitlement times λ, to the nearest won: the common one, or that of the centre's block."""
    levels = result.exact.levels
    root = levels[-1]
    if common or len(levels) == 1:
        if root is None:
            return list(result.entitlements)
        return _times(root, result.question.weights)
    amounts = _at_level(result, common=True)
    for centre, (block, weight) in enumerate(
        zip(result.exact.blocks, result.question.weights, strict=True)
    ):
        level = levels[block]
        if level is not None and level != root:
            amounts[centre] = _times(level, [weight])[0]
    return amounts


def _times(level: Fraction, weights: Sequence[int]) -> list[int]:
    """level · weight, to the nearest won, halves up."""
    double, both = 2 * level.numerator, 2 * level.denominator
    return [(double * weight + level.denominator) // both for weight in weights]


def _by_term(kind: str, terms: Sequence[str], step: PoolStep) -> Iterator[PoolStep]:
    """Split a step by the rule that stands behind it at each centre."""
    name, _, _, won = step
    for term in dict.fromkeys(terms):
        own = [part if other == term else 0 for part, other in zip(won, terms, strict=True)]
        if any(own):
            yield name, kind, term, own


# --- what every rule costs -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RulePrice:
    """What a rule moves: the allocation with it compared with the allocation without it.

    Attributes:
        path: where the rule stands in the policy.
        kind: "adjustment", "floor", "cap" or "band".
        gained: won that centres get more because of the rule; None if the policy cannot do
            without it.
        paid: won that the others get less because of it.
        gainers, payers: how many centres.
        reserve: won that the rule moves into the reserve.
        effects: won that each centre gets more because of the rule, in the order of the ids;
            empty if the policy cannot do without it.
    """

    path: str
    pool: str
    kind: str
    name: str
    gained: int | None
    paid: int | None
    gainers: int
    payers: int
    reserve: int
    effects: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PricedRule:
    """A rule that has a price: its place in the policy.

    Attributes:
        pool: position of its pool.
        kind: "adjustment", "floor", "cap" or "band".
    """

    pool: int
    kind: str
    name: str


def priced_rules(policy: Policy) -> list[PricedRule]:
    """Every rule that the policy could do without, in the order of the policy."""
    return [
        PricedRule(position, kind, rule.name)
        for position, pool in enumerate(policy.pool)
        for kind in ("adjustment", "floor", "cap", "band")
        for rule in getattr(pool, kind)
    ]


def rule_prices(allocation: Allocation) -> list[RulePrice]:
    """Solve without each rule and compare: who gains by it, and who pays.

    A floor or cap that binds nowhere is not solved again: it costs nothing. A band that binds
    nowhere may still decide who gets the last unit, because rounding keeps it.
    """
    return [rule_price(allocation, rule) for rule in priced_rules(allocation.policy)]


def rule_price(allocation: Allocation, rule: PricedRule) -> RulePrice:
    """The price of one rule of the allocation's policy."""
    result = allocation.pools[rule.pool]
    path = joined_path(["pool", result.rule.name, rule.kind, rule.name])
    binds = rule.kind in {"adjustment", "band"} or any(
        f"{rule.kind}:{rule.name}" in cell.split(";") for cell in result.binding
    )
    without = without_rule(allocation.policy, rule) if binds else None
    return _price(allocation, without, path, rule)


def without_rule(policy: Policy, rule: PricedRule) -> Policy:
    """The policy without one of its rules."""
    pool: Pool = policy.pool[rule.pool]
    rules = tuple(other for other in getattr(pool, rule.kind) if other.name != rule.name)
    pools = list(policy.pool)
    pools[rule.pool] = pool.model_copy(update={rule.kind: rules})
    return policy.model_copy(update={"pool": tuple(pools)})


def _price(
    allocation: Allocation, without: Policy | None, path: str, rule: PricedRule
) -> RulePrice:
    pool, kind, name = allocation.pools[rule.pool].rule.name, rule.kind, rule.name
    if without is None:
        nothing = (0,) * len(allocation.totals)
        return RulePrice(path, pool, kind, name, 0, 0, 0, 0, 0, nothing)
    try:
        # the parts of the envelope and the pools before stay as they are
        pools = results_of_parts(
            allocation.centres, without, allocation.parts, known=allocation.pools[: rule.pool]
        )
    except InfeasiblePolicy:
        return RulePrice(path, pool, kind, name, None, None, 0, 0, 0, ())
    special = special_needs_by_centre(allocation.centres, allocation.requests, allocation.funded)
    parts = (*(other.amounts for other in pools), special)
    totals = [sum(column) for column in zip(*parts, strict=True)]
    effects = tuple(own - other for own, other in zip(allocation.totals, totals, strict=True))
    return RulePrice(
        path=path,
        pool=pool,
        kind=kind,
        name=name,
        gained=sum(effect for effect in effects if effect > 0),
        paid=-sum(effect for effect in effects if effect < 0),
        gainers=sum(effect > 0 for effect in effects),
        payers=sum(effect < 0 for effect in effects),
        reserve=-sum(effects),
        effects=effects,
    )


# --- the whole run ---------------------------------------------------------------------------


def gini(amounts: Sequence[float], heads: Sequence[float]) -> float | None:
    """Gini coefficient of money per head, each centre counting as many heads as it has.

    0: every head has the same; towards 1: few heads have nearly all. None without heads.
    """
    pairs = sorted(
        ((amount / head, head) for amount, head in zip(amounts, heads, strict=True) if head > 0)
    )
    total_heads = sum(head for _, head in pairs)
    total = sum(rate * head for rate, head in pairs)
    if not total_heads or not total:
        return None
    below, area = 0.0, 0.0
    for rate, head in pairs:
        area += head * (2 * below + rate * head) / 2
        below += rate * head
    return 1 - 2 * area / (total_heads * total)


def inequality(allocation: Allocation) -> dict[str, float | None]:
    """Gini of operating money per weighted head, last year and this year.

    Heads are weighted as the first factor of the remainder pool weights them. Only centres with
    money in both years are compared.
    """
    pool = allocation.policy.remainder_pool
    raw = raw_factor(allocation.centres, pool.factor[0].columns)
    heads = [0.0 if n is None else n / raw.scale for n in raw.numerators]
    both = [
        (prior, now, head)
        for prior, now, head in zip(
            allocation.prior_operating, allocation.pool(pool.name).amounts, heads, strict=True
        )
        if prior is not None
    ]
    before = gini([float(prior) for prior, _, _ in both], [head for _, _, head in both])
    after = gini([float(now) for _, now, _ in both], [head for _, _, head in both])
    return {"gini_prior": before, "gini_operating": after}


def marginal_values(result: PoolResult) -> dict[str, float | int | None]:
    """What one more per cent of the pool would do, as long as the same rules bind.

    Returns:
        moving_centres: how many centres no floor, cap or band stops; and by how much their
        common factor would rise.
    """
    level = result.exact.levels[-1]
    weights = [
        weight
        for centre, weight in enumerate(result.question.weights)
        if weight
        and result.exact.blocks[centre] == -1
        and not result.at_floor[centre]
        and not result.at_cap[centre]
    ]
    total = sum(result.question.weights)
    if level is None or not weights or not total:
        return {"moving_centres": 0, "common_factor_per_percent": None}
    return {
        "moving_centres": len(weights),
        "common_factor_per_percent": total / sum(weights) / 100,
    }


def empty_bands(allocation: Allocation) -> list[str]:
    """Paths of the bands that select no centre (a value that occurs nowhere, say)."""
    return [
        joined_path(["pool", result.rule.name, "band", band.name])
        for result in allocation.pools
        for band in result.rule.band
        if not any(allocation.centres.selected(band.where))
    ]


def report(
    allocation: Allocation,
    *,
    policy_sha256: str,
    centres_sha256: str,
    requests_sha256: str | None,
    solver: dict[str, str],
) -> dict[str, Any]:
    """The run report as plain data (file formats, report.json)."""
    parts, steps = allocation.parts, decomposition(allocation)
    return {
        "policy_sha256": policy_sha256,
        "centres_sha256": centres_sha256,
        "requests_sha256": requests_sha256,
        "solver": {"name": "HiGHS", **solver},
        "policy_name": allocation.policy.policy.name,
        "fiscal_year": allocation.policy.policy.fiscal_year,
        "envelope_krw": allocation.policy.envelope,
        "unit_krw": allocation.policy.unit,
        "pools": [_pool_record(allocation, result) for result in allocation.pools],
        "special_needs": {
            "ceiling_krw": parts.ceiling,
            "funded_krw": parts.special_needs,
            "requests": [
                {
                    "request_id": request.request_id,
                    "centre_id": request.centre_id,
                    "priority": request.priority,
                    "divisible": request.divisible,
                    "approved_krw": request.approved,
                    "funded_krw": allocation.funded[request.request_id],
                }
                for request in allocation.requests
            ],
        },
        "reserve_krw": allocation.reserve,
        "unplaced_krw": allocation.unplaced,
        "certified": allocation.certified,
        "breaches": [str(breach) for breach in allocation.certificate.breaches],
        "rules": [
            {
                "path": price.path,
                "gained_krw": price.gained,
                "paid_krw": price.paid,
                "gainers": price.gainers,
                "payers": price.payers,
                "reserve_krw": price.reserve,
            }
            for price in rule_prices(allocation)
        ],
        "bands_without_centres": empty_bands(allocation),
        "inequality": inequality(allocation),
        "decomposition": {
            str(centre): [
                {"pool": pool, "step": step, "term": term, "krw": krw}
                for pool, step, term, krw in zip(
                    rows["pool"], rows["step"], rows["term"], rows["krw"].tolist(), strict=True
                )
            ]
            for centre, rows in steps.groupby("centre_id", sort=False)
        },
        "solve_seconds": round(allocation.seconds, 4),
    }


def solver_versions() -> dict[str, str]:
    """What computed the result: package -> version."""
    return {name: version(name) for name in ("pulp", "highspy")}


def _pool_record(allocation: Allocation, result: PoolResult) -> dict[str, Any]:
    ids = allocation.centres.ids
    binding: dict[str, list[str]] = {}
    for centre, cell in zip(ids, result.binding, strict=True):
        for entry in filter(None, cell.split(";")):
            binding.setdefault(entry, []).append(centre)
    return {
        "name": result.rule.name,
        "amount_krw": result.amount,
        "placed_krw": result.placed,
        "unplaced_krw": result.unplaced,
        "void": result.need.is_void,
        "lambda": result.common_factor,
        "binding_floors": sum(result.at_floor),
        "binding_caps": sum(result.at_cap),
        "binding_bands": list(result.binding_bands),
        "binding": binding,
        "caps_below_floor": [ids[centre] for centre in sorted(result.bounds.overridden)],
        "linear_programs": result.exact.programs,
        "marginal": marginal_values(result),
    }
