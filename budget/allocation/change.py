"""Why one centre gets this amount: from what the formula gives, and from last year's money.

Both ways are sums of named steps that end at the centre's total, to the won, because every step
is the difference of two running amounts.

Source: allocation model, section 10; screens, Centre.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from budget.allocation.columns import round_half_even
from budget.allocation.explanation import PoolStep, pool_steps
from budget.allocation.result import Allocation, PoolResult

SPECIAL_NEEDS = "special_needs"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a waterfall.

    Attributes:
        pool: the pool it belongs to; "special_needs" for those.
        kind: "growth", "new_centre", "outside", "factor", "adjustment", "common_factor", "band",
            "floor", "cap", "rounding", "pool" (another pool as a whole) or "special_needs".
        term: the rule that stands behind it, by its name in the policy; may be empty.
    """

    pool: str
    kind: str
    term: str
    won: int


@dataclass(frozen=True)
class Waterfall:
    """From a beginning to a centre's total.

    Attributes:
        start: last year's operating allocation; 0 where the way begins with nothing.
        main: the steps up to this year's money from the remainder pool (operating).
        further: the other pools and the special needs.
    """

    start: int
    main: tuple[Step, ...]
    further: tuple[Step, ...]

    @property
    def operating(self) -> int:
        """What the steps of the remainder pool lead to, in won."""
        return self.start + sum(step.won for step in self.main)

    @property
    def total(self) -> int:
        """What all steps lead to, in won: the centre's total."""
        return self.operating + sum(step.won for step in self.further)


def from_entitlement(allocation: Allocation) -> dict[str, Waterfall]:
    """For every centre the way from nothing to its total: factors first, then every rule.

    Returns:
        Centre id -> steps that are not 0, the remainder pool's first.
    """
    main = allocation.policy.remainder_pool.name
    own = list(pool_steps(allocation.pool(main)))
    others = [
        step
        for result in allocation.pools
        if result.rule.name != main
        for step in pool_steps(result)
    ]
    return _waterfalls(
        allocation, [0] * len(allocation.centres), own, [*others, *_last(allocation)]
    )


def from_last_year(allocation: Allocation) -> dict[str, Waterfall]:
    """For every centre the way from last year's operating allocation to this year's total.

    The steps: what the centre would have if everybody's money had grown alike with the pool; for
    each factor how the centre's part in it differs from its part in last year's money, weighted
    like the factor; adjustments, the common factor, bands, floors, caps and rounding, as from
    entitlement; each other pool; special needs. A centre that had no money last year begins at 0
    with one step for all it needs. A centre that takes no part in the pool loses all in one step.

    Returns:
        Centre id -> steps that are not 0.
    """
    result = allocation.pool(allocation.policy.remainder_pool.name)
    start = [won or 0 for won in allocation.prior_operating]
    rules = [step for step in pool_steps(result) if step[1] != "factor"]
    own = [*_to_need(result, start), *rules]
    others = [
        (other.rule.name, "pool", "", list(other.amounts))
        for other in allocation.pools
        if other is not result
    ]
    return _waterfalls(allocation, start, own, [*others, *_last(allocation)])


def _last(allocation: Allocation) -> list[PoolStep]:
    return [(SPECIAL_NEEDS, SPECIAL_NEEDS, "", list(allocation.special_needs))]


def _waterfalls(
    allocation: Allocation,
    start: Sequence[int],
    main: Sequence[PoolStep],
    further: Sequence[PoolStep],
) -> dict[str, Waterfall]:
    def of(centre: int, steps: Sequence[PoolStep]) -> tuple[Step, ...]:
        return tuple(
            Step(pool, kind, term, won[centre]) for pool, kind, term, won in steps if won[centre]
        )

    return {
        identifier: Waterfall(start[centre], of(centre, main), of(centre, further))
        for centre, identifier in enumerate(allocation.centres.ids)
    }


def _to_need(result: PoolResult, start: Sequence[int]) -> Iterator[PoolStep]:
    """From last year's money to need before adjustments, in won, for every centre.

    After k factors a centre stands at A · (Σ w·share + (1 − Σ w) · its part of last year's money):
    each factor takes the place of as much of last year's money as it has weight.
    """
    name, amount, last_year = result.rule.name, result.amount, sum(start)
    takes_part = result.need.eligible
    had = [inside and won > 0 for inside, won in zip(takes_part, start, strict=True)]

    def only(which: Sequence[bool], won: Sequence[int]) -> list[int]:
        return [part if inside else 0 for part, inside in zip(won, which, strict=True)]

    yield name, "outside", "", only([not inside for inside in takes_part], [-won for won in start])
    grown = [
        round_half_even(amount * won, last_year) if inside else 0
        for won, inside in zip(start, had, strict=True)
    ]
    yield name, "growth", "", only(had, _differences(grown, start))
    if result.need.is_void:
        return
    running, reached, weight = grown, [0] * len(start), 0
    for factor, contribution in zip(result.rule.factor, result.need.contributions, strict=True):
        scale = contribution.scale
        reached = [a + b for a, b in zip(reached, contribution.numerators, strict=True)]
        weight += sum(contribution.numerators)
        now = [
            round_half_even(
                amount * (numerator * last_year + (scale - weight) * won), scale * last_year
            )
            if inside
            else 0
            for numerator, won, inside in zip(reached, start, had, strict=True)
        ]
        yield name, "factor", factor.name, _differences(now, running)
        running = now
    scale = result.need.contributions[-1].scale
    needs = [round_half_even(amount * numerator, scale) for numerator in reached]
    is_new = [inside and not won for inside, won in zip(takes_part, start, strict=True)]
    yield name, "new_centre", "", only(is_new, needs)


def _differences(after: Sequence[int], before: Sequence[int]) -> list[int]:
    return [now - then for now, then in zip(after, before, strict=True)]
