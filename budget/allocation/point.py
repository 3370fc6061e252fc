"""One allocation in brief: what a sweep, a frontier or a chart needs of it, small enough to send.

Source: allocation model, section 10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from budget.allocation.centre_checking import checked_centres
from budget.allocation.centres import Centres, raw_factor
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.explanation import gini
from budget.allocation.faults import Fault, InputError
from budget.allocation.need import Shares
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy, Pool
from budget.allocation.requests import Request
from budget.allocation.result import Allocation, PoolResult
from budget.allocation.run import allocation

RESULT_COLUMNS = frozenset({"performance_score", "performance_grade", "execution_rate"})
"""Columns that say how well a centre did: money that depends on them rewards results."""

Value = int | Decimal


@dataclass(frozen=True)
class Given:
    """What all runs of a study have in common.

    Attributes:
        centres: checked against the policy.
        requests: the approved ones.
    """

    centres: Centres
    policy: Policy
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class PoolState:
    """How a pool stands: λ, and how many centres each rule stops.

    Attributes:
        common_factor: λ; None where a rule stops every centre.
        at_floor, at_cap, at_band: centres at a floor, at a cap, in a band that binds.
        stopped: path of a floor, cap or band -> how many centres it stops.
    """

    name: str
    placed: int
    common_factor: float | None
    at_floor: int
    at_cap: int
    at_band: int
    stopped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Point:
    """What one setting of the parameters gives.

    Attributes:
        values: of the parameters that the study moves, in its order.
        totals: each centre's won, in the order of the ids; empty where there is no allocation.
        reserve: won that no centre gets.
        gini: of all pools' money per weighted head, special needs apart; None without heads.
        results_share: part of the centres' money that follows results (see `results_share`).
        certified: whether the independent checker has proven it.
        shortfall: won by which the rules miss each other, where they contradict each other.
        faults: why the policy does not allow the setting.
    """

    values: tuple[Value, ...]
    totals: tuple[int, ...] = ()
    pools: tuple[PoolState, ...] = ()
    reserve: int = 0
    gini: float | None = None
    results_share: float | None = None
    certified: bool = False
    shortfall: int = 0
    faults: tuple[Fault, ...] = ()

    @property
    def is_feasible(self) -> bool:
        """Whether there is an allocation."""
        return bool(self.totals)

    @property
    def stopped(self) -> dict[str, int]:
        """Path of each rule that stops somebody -> how many centres."""
        return {path: count for pool in self.pools for path, count in pool.stopped.items() if count}


def point(given: Given, settings: Mapping[str, Value]) -> Point:
    """The allocation at some values of the parameters, in brief; never raises for a setting.

    Args:
        settings: parameter path -> value.
    """
    values = tuple(settings.values())
    try:
        policy = given.policy.replaced(settings)
        centres = checked_centres(given.centres.table, policy)
        found = allocation(centres, policy, given.requests, remedies=False)
    except InputError as error:
        return Point(values, faults=tuple(error.faults))
    except InfeasiblePolicy as error:
        return Point(values, shortfall=error.conflict.shortfall_krw)
    return point_of(found, values)


def points(given: Given, settings: Sequence[Mapping[str, Value]]) -> list[Point]:
    """Several settings, one after the other."""
    return [point(given, setting) for setting in settings]


def point_of(found: Allocation, values: tuple[Value, ...] = ()) -> Point:
    """An allocation in brief."""
    return Point(
        values=values,
        totals=found.totals,
        pools=tuple(_state(result) for result in found.pools),
        reserve=found.reserve,
        gini=gini_of_pools(found),
        results_share=results_share(found),
        certified=found.certified,
    )


def _state(result: PoolResult) -> PoolState:
    stopped: dict[str, int] = {}
    for kind in ("floor", "cap", "band"):
        for rule in getattr(result.rule, kind):
            stopped[joined_path(["pool", result.rule.name, kind, rule.name])] = 0
    for cell in result.binding:
        for entry in filter(None, cell.split(";")):
            kind, _colon, name = entry.partition(":")
            stopped[joined_path(["pool", result.rule.name, kind, name])] += 1
    in_bands = {
        member
        for group in result.question.groups
        if group.name in result.binding_bands
        for member in group.members
    }
    return PoolState(
        name=result.rule.name,
        placed=result.placed,
        common_factor=result.common_factor,
        at_floor=sum(result.at_floor),
        at_cap=sum(result.at_cap),
        at_band=len(in_bands),
        stopped=stopped,
    )


# --- two measures of a whole allocation --------------------------------------------------------


def gini_of_pools(found: Allocation) -> float | None:
    """Gini of all pools' money per weighted head; ring-fenced special needs stay out.

    Heads are weighted as the first factor of the remainder pool weights them.
    """
    raw = raw_factor(found.centres, found.policy.remainder_pool.factor[0].columns)
    heads = [0.0 if n is None else n / raw.scale for n in raw.numerators]
    money = [
        float(total - special)
        for total, special in zip(found.totals, found.special_needs, strict=True)
    ]
    return gini(money, heads)


def results_share(found: Allocation) -> float | None:
    """The part of the centres' money that follows results: scores, grades, execution.

    A pool whose eligible centres are chosen by results follows them whole. In the other pools
    it is what adjustments on results move between centres: half the sum of the differences
    between the entitlements with the adjustment and without.
    """
    total = sum(result.placed for result in found.pools)
    if not total:
        return None
    return float(sum((_following(result) for result in found.pools), Fraction(0)) / total)


def _following(result: PoolResult) -> Fraction:
    pool: Pool = result.rule
    if pool.eligible is not None and pool.eligible.column in RESULT_COLUMNS:
        return Fraction(result.placed)
    if result.need.is_void:
        return Fraction(0)
    steps = result.need.steps()[len(pool.factor) - 1 :]
    return sum(
        (
            result.placed * _moved(before, after)
            for adjustment, before, after in zip(pool.adjustment, steps, steps[1:], strict=False)
            if adjustment.column in RESULT_COLUMNS
        ),
        Fraction(0),
    )


def _moved(before: Shares, after: Shares) -> Fraction:
    """The part of a pool that changes hands between two shares of it."""
    total_before, total_after = sum(before.numerators), sum(after.numerators)
    moved = sum(
        abs(b * total_before - a * total_after)
        for a, b in zip(before.numerators, after.numerators, strict=True)
    )
    return Fraction(moved, 2 * total_before * total_after)
