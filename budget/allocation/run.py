"""One run: validate, special needs, pools in the order of the policy, rounding, certificate.

Source: allocation model, sections 1 and 2.
"""

import time
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from budget.allocation.bounds import Bounds, amount_in_won, bounds, groups, split
from budget.allocation.centre_checking import checked_centres
from budget.allocation.centres import Centres
from budget.allocation.certificate import Published, certificate
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.infeasibility import envelope_conflict, pool_conflict
from budget.allocation.leximin import leximin
from budget.allocation.need import Need, need
from budget.allocation.policy import Policy, Pool
from budget.allocation.requests import Request, checked_requests
from budget.allocation.result import Allocation, Parts, PoolResult, special_needs_by_centre
from budget.allocation.rounding import rounded
from budget.allocation.special_needs import funded
from budget.allocation.split import Split


def allocate(
    centres: pd.DataFrame, policy: Policy, requests: pd.DataFrame | None = None
) -> Allocation:
    """Split the envelope over the centres by the rules of the policy.

    Args:
        centres: one row a centre: `centre_id` and the columns that the policy names.
        policy: the rules.
        requests: one row a special need; only approved ones take part.

    Returns:
        The allocation, with its certificate.

    Raises:
        InputError: with every fault of the inputs.
        InfeasiblePolicy: if the rules contradict each other, with the smallest conflict found
            and its remedies.
        Defect: if the solver fails or disagrees with exact arithmetic.
    """
    begin = time.perf_counter()
    checked = checked_centres(centres, policy)
    approved = checked_requests(requests, checked.ids, policy.unit)
    return allocation(checked, policy, approved, begin)


def allocation(
    centres: Centres,
    policy: Policy,
    requests: tuple[Request, ...],
    begin: float | None = None,
    *,
    remedies: bool = True,
) -> Allocation:
    """The same, from tables that are checked already.

    Args:
        remedies: as for `pool_results`.
    """
    begin = time.perf_counter() if begin is None else begin
    parts, won_by_request, results = pool_results(centres, policy, requests, remedies=remedies)
    published = {result.rule.name: result.amounts for result in results}
    special = special_needs_by_centre(centres, requests, won_by_request)
    reserve = parts.reserve + parts.unspent + sum(result.unplaced for result in results)
    proof = certificate(centres, policy, requests, Published(published, special, reserve))
    return Allocation(
        policy=policy,
        centres=centres,
        requests=requests,
        parts=parts,
        funded=won_by_request,
        pools=tuple(results),
        certificate=proof,
        seconds=time.perf_counter() - begin,
    )


def pool_results(
    centres: Centres, policy: Policy, requests: tuple[Request, ...], *, remedies: bool = True
) -> tuple[Parts, dict[str, int], list[PoolResult]]:
    """Special needs and all pools, in the order of the policy, without the certificate.

    Args:
        remedies: whether an infeasible policy is answered with remedies (they take further
            runs).

    Raises:
        InfeasiblePolicy: if the rules contradict each other.
    """

    def works(changed: Policy) -> bool:
        return _has_allocation(centres, changed, requests)

    tried = works if remedies else None
    parts, won_by_request = envelope_parts(centres, policy, requests, tried)
    return parts, won_by_request, results_of_parts(centres, policy, parts, tried)


Works = Callable[[Policy], bool]
"""Whether a changed policy has an allocation: how remedies are proven."""


def results_of_parts(
    centres: Centres,
    policy: Policy,
    parts: Parts,
    works: Works | None = None,
    known: Sequence[PoolResult] = (),
) -> list[PoolResult]:
    """All pools, in the order of the policy, once the parts of the envelope are known.

    Args:
        works: without it an infeasible policy is answered without remedies.
        known: results of the first pools, if they are what these rules give.

    Raises:
        InfeasiblePolicy: if floors, caps, bands and a pool's amount contradict each other.
    """
    results = list(known)
    published = {result.rule.name: result.amounts for result in results}
    for pool in policy.pool[len(results) :]:
        result = pool_result(centres, policy, pool, parts, published, works)
        published[pool.name] = result.amounts
        results.append(result)
    return results


def _has_allocation(centres: Centres, policy: Policy, requests: Sequence[Request]) -> bool:
    """Whether the rules contradict each other nowhere; only what later pools ask for is split."""
    try:
        parts, _ = envelope_parts(centres, policy, requests)
    except InfeasiblePolicy:
        return False
    bounds_ = [bound for pool in policy.pool for bound in (*pool.floor, *pool.cap)]
    asked = {bound.pool.name for bound in bounds_ if bound.pool}
    published: dict[str, tuple[int, ...]] = {}
    for pool in policy.pool:
        _, _, question = _question(centres, policy, pool, parts, published)
        if not question.is_feasible:
            return False
        if pool.name in asked:
            published[pool.name] = tuple(rounded(question, leximin(question).amounts))
    return True


def envelope_parts(
    centres: Centres, policy: Policy, requests: Sequence[Request], works: Works | None = None
) -> tuple[Parts, dict[str, int]]:
    """The parts of the envelope, and what each request gets.

    Args:
        works: without it an infeasible policy is answered without remedies.

    Raises:
        InfeasiblePolicy: if the parts are more than the envelope.
    """
    envelope, unit = policy.envelope, policy.unit
    reserve = amount_in_won(policy.reserve.amount, envelope, unit) if policy.reserve else 0
    ceiling = (
        amount_in_won(policy.special_needs.ceiling, envelope, unit) if policy.special_needs else 0
    )
    won_by_request = funded(requests, ceiling, unit)
    special = sum(won_by_request.values())
    unspent = ceiling - special if policy.unspent_to_reserve else 0
    pools = {
        pool.name: 0 if isinstance(pool.amount, str) else amount_in_won(pool.amount, envelope, unit)
        for pool in policy.pool
    }
    remainder = envelope - reserve - special - unspent - sum(pools.values())
    if remainder < 0:
        raise envelope_conflict(centres, policy, special + unspent, works)
    pools[policy.remainder_pool.name] = remainder
    return Parts(reserve, ceiling, special, pools, unspent), won_by_request


def pool_result(
    centres: Centres,
    policy: Policy,
    pool: Pool,
    parts: Parts,
    earlier: Mapping[str, Sequence[int]],
    works: Works | None = None,
) -> PoolResult:
    """Split one pool.

    Args:
        earlier: published amounts of the pools before it.
        works: without it an infeasible policy is answered without remedies.

    Raises:
        InfeasiblePolicy: if floors, caps, bands and the amount contradict each other.
    """
    amount = parts.pools[pool.name]
    need_, limits, question = _question(centres, policy, pool, parts, earlier)
    if not question.is_feasible:
        raise pool_conflict(centres, policy, pool, need_, amount, earlier, works)
    exact = leximin(question)
    return PoolResult(
        rule=pool,
        amount=amount,
        need=need_,
        bounds=limits,
        question=question,
        exact=exact,
        amounts=tuple(rounded(question, exact.amounts)),
    )


def _question(
    centres: Centres,
    policy: Policy,
    pool: Pool,
    parts: Parts,
    earlier: Mapping[str, Sequence[int]],
) -> tuple[Need, Bounds, Split]:
    """Need and bounds of a pool, and the question that they put to the split."""
    amount, unit = parts.pools[pool.name], policy.unit
    need_ = need(centres, pool)
    limits = bounds(centres, pool, need_, amount, unit, earlier)
    bands = groups(centres, pool, need_, amount, unit)
    return need_, limits, split(centres, need_, limits, bands, amount, unit)
