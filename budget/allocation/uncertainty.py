"""If the data were a little wrong: a thousand draws, and who gains in nearly all of them.

How a draw disturbs the data is said in `disturbance`. The parts of the envelope and the funded
special needs do not depend on the table of centres and are worked out once.

Source: screens, Sensitivity.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from budget.allocation.centres import Centres, raw_factor
from budget.allocation.certificate import Published, certificate
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.contract import PRIOR_OPERATING
from budget.allocation.disturbance import Disturbance, disturbed
from budget.allocation.point import Given
from budget.allocation.policy import Policy
from budget.allocation.result import Parts, PoolResult, special_needs_by_centre
from budget.allocation.run import envelope_parts, results_of_parts
from budget.allocation.study import Study, Task, batches

ROBUST = 0.95
"""Who gains in this share of the draws gains robustly."""
CERTIFIED_EVERY = 20
"""Of so many draws one is proven by the independent checker; a proof of each would take a seventh
longer, for a figure that is a percentile of disturbed data."""


@dataclass(frozen=True, slots=True)
class Draw:
    """What one draw gives.

    Attributes:
        operating, totals: won, one a centre, in the order of the ids; empty without allocation.
        certified: None where the checker was not asked.
    """

    number: int
    operating: tuple[int, ...] = ()
    totals: tuple[int, ...] = ()
    certified: bool | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """What the draws give one centre.

    Attributes:
        low, middle, high: 5th, 50th and 95th percentile in won (the amount of a draw).
        gains, loses: share of the draws in which it has more, or less, than before; None for
            a centre that has no before.
        before: won that it is compared with.
        undisturbed: won that the data as they are give it.
    """

    low: int
    middle: int
    high: int
    gains: float | None
    loses: float | None
    before: int | None
    undisturbed: int

    @property
    def verdict(self) -> str:
        """What ROBUST of the draws say: "gains", "loses", else "open"; "new" without before."""
        if self.gains is None or self.loses is None:
            return "new"
        if self.gains >= ROBUST:
            return "gains"
        return "loses" if self.loses >= ROBUST else "open"


@dataclass(frozen=True)
class Uncertainty:
    """What all draws together say, one entry a centre in the order of the ids.

    Attributes:
        draws: how many have an allocation.
        infeasible: how many make the rules contradict each other, or leave a pool nobody.
        certified, refuted: how many draws the checker has proven, and refused (a defect).
        since_last_year: operating money against last year's.
        since_baseline: the total against the baseline's; both are empty without a draw.
    """

    disturbance: Disturbance
    draws: int
    infeasible: int
    certified: int
    refuted: int
    since_last_year: tuple[Spread, ...]
    since_baseline: tuple[Spread, ...]


def uncertainty(
    given: Given,
    disturbance: Disturbance,
    baseline: Sequence[int] | None = None,
    batch: int = 10,
) -> Study[Uncertainty]:
    """Draw, allocate, and count.

    Args:
        baseline: each centre's total in the baseline; None: the given policy is the baseline.
        batch: draws in one task.

    Raises:
        InputError: for a disturbance that is not allowed.
        InfeasiblePolicy: if the rules contradict each other with the data as they are.
    """
    disturbance.checked()
    parts, funded = envelope_parts(given.centres, given.policy, given.requests)
    special = special_needs_by_centre(given.centres, given.requests, funded)
    rest = Settled(parts, special)
    undisturbed = results_of_parts(given.centres, given.policy, parts)
    operating, totals = _amounts(given.policy, undisturbed, special)
    numbers = range(disturbance.draws)
    found = yield [
        Task(draws, (given, rest, disturbance, tuple(part)), len(part))
        for part in batches(numbers, batch)
    ]
    every: list[Draw] = [draw for part in found for draw in part]
    feasible = [draw for draw in every if draw.totals]
    return Uncertainty(
        disturbance=disturbance,
        draws=len(feasible),
        infeasible=len(every) - len(feasible),
        certified=sum(draw.certified is True for draw in every),
        refuted=sum(draw.certified is False for draw in every),
        since_last_year=spreads(
            [draw.operating for draw in feasible], _prior(given.centres), operating
        ),
        since_baseline=spreads(
            [draw.totals for draw in feasible], totals if baseline is None else baseline, totals
        ),
    )


@dataclass(frozen=True)
class Settled:
    """What no draw changes: the parts of the envelope and the funded special needs."""

    parts: Parts
    special: tuple[int, ...]


def draws(
    given: Given, rest: Settled, disturbance: Disturbance, numbers: Iterable[int]
) -> list[Draw]:
    """Some draws, one after the other."""
    return [_draw(given, rest, disturbance, number) for number in numbers]


def _draw(given: Given, rest: Settled, disturbance: Disturbance, number: int) -> Draw:
    centres = disturbed(given.centres, disturbance, number)
    if not _can_share(centres, given.policy):
        return Draw(number)
    try:
        results = results_of_parts(centres, given.policy, rest.parts)
    except InfeasiblePolicy:
        return Draw(number)
    proven = None
    if number % CERTIFIED_EVERY == 0:
        published = {result.rule.name: result.amounts for result in results}
        unplaced = sum(result.unplaced for result in results)
        reserve = rest.parts.reserve + rest.parts.unspent + unplaced
        proof = Published(published, rest.special, reserve)
        proven = certificate(centres, given.policy, given.requests, proof).certified
    return Draw(number, *_amounts(given.policy, results, rest.special), proven)


def _amounts(
    policy: Policy, results: Sequence[PoolResult], special: Sequence[int]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Operating money and totals, one a centre."""
    main = policy.remainder_pool.name
    operating = next(result.amounts for result in results if result.rule.name == main)
    columns = zip(*(result.amounts for result in results), special, strict=True)
    return operating, tuple(sum(column) for column in columns)


def _prior(centres: Centres) -> tuple[int | None, ...]:
    column = centres.numbers.get(PRIOR_OPERATING)
    if column is None:
        return (None,) * len(centres)
    return tuple(None if n is None else n // column.scale for n in column.numerators)


def _can_share(centres: Centres, policy: Policy) -> bool:
    """Whether every pool still has somebody eligible, and every factor a total."""
    for pool in policy.pool:
        eligible = centres.selected(pool.eligible)
        for factor in pool.factor:
            raw = raw_factor(centres, factor.columns).numerators
            if not sum(n or 0 for n, inside in zip(raw, eligible, strict=True) if inside):
                return False
    return True


# --- counting ------------------------------------------------------------------------------------


def spreads(
    drawn: Sequence[tuple[int, ...]], before: Sequence[int | None], undisturbed: Sequence[int]
) -> tuple[Spread, ...]:
    """What some draws give each centre.

    Args:
        drawn: won, one row a draw, one entry a centre.
    """
    if not drawn:
        return ()
    amounts = np.array(drawn, dtype=np.int64)
    ranked = np.sort(amounts, axis=0)
    low, middle, high = (ranked[place] for place in _places(len(amounts)))
    found = []
    for centre, (then, now) in enumerate(zip(before, undisturbed, strict=True)):
        column = amounts[:, centre]
        found.append(
            Spread(
                low=int(low[centre]),
                middle=int(middle[centre]),
                high=int(high[centre]),
                gains=None if then is None else float((column > then).mean()),
                loses=None if then is None else float((column < then).mean()),
                before=then,
                undisturbed=now,
            )
        )
    return tuple(found)


def _places(count: int) -> tuple[int, int, int]:
    """Where the 5th, 50th and 95th percentile of a ranking stand: the nearest rank."""
    low, middle, high = (ceil(Fraction(percent, 100) * count) - 1 for percent in (5, 50, 95))
    return low, middle, high
