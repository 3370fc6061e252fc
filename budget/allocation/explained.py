"""Everything that explains one centre's amount, and nothing about any other centre by name.

This is what leaves the workflow for a centre's page: whoever holds it can show no more.

Source: allocation model, section 10; workflow, roles.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from budget.allocation.change import Waterfall, from_entitlement, from_last_year
from budget.allocation.peers import Peers, peers
from budget.allocation.result import Allocation, PoolResult
from budget.allocation.rules import Adjustment


@dataclass(frozen=True, slots=True)
class PoolAmount:
    """A centre's part of one pool, in won.

    Attributes:
        cap: None without one.
        binding: what stops the centre ("floor:<term>;band:<name>"); empty if nothing does.
        common_factor: λ of the pool.
    """

    name: str
    amount: int
    entitlement: int
    floor: int
    cap: int | None
    binding: str
    common_factor: float | None


@dataclass(frozen=True, slots=True)
class FundedRequest:
    """An approved request of the centre and what it gets, in won."""

    request_id: str
    approved: int
    funded: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What an adjustment reads at the centre.

    Attributes:
        value: as text, a rate as a decimal fraction; empty where the centre has none.
        multiplier: what need is multiplied by.
    """

    pool: str
    adjustment: str
    column: str
    value: str
    multiplier: float


@dataclass(frozen=True)
class Explained:
    """One centre's amount and its reasons.

    Attributes:
        prior: last year's operating allocation; None for a new centre.
        main: the remainder pool's name.
        pools: in the order of the policy.
        readings: one an adjustment, in the order of the policy.
        certified: whether the independent checker has proven the run.
    """

    centre_id: str
    fiscal_year: int
    envelope: int
    total: int
    prior: int | None
    main: str
    pools: tuple[PoolAmount, ...]
    special_needs: int
    funded: tuple[FundedRequest, ...]
    from_entitlement: Waterfall
    from_last_year: Waterfall
    peers: Peers
    readings: tuple[Reading, ...]
    certified: bool

    @property
    def operating(self) -> int:
        """This year's money from the remainder pool, which is compared with last year's."""
        return next(pool.amount for pool in self.pools if pool.name == self.main)

    @property
    def change(self) -> int | None:
        """Operating money against last year's, in won; None for a new centre."""
        return None if self.prior is None else self.operating - self.prior


def explained(allocation: Allocation, centre_id: str, *, anonymous: bool) -> Explained:
    """Why a centre gets what it gets.

    Args:
        anonymous: leave out which centres its peers are.

    Raises:
        KeyError: if there is no such centre.
    """
    ways = from_entitlement(allocation), from_last_year(allocation)
    return _explained(allocation, centre_id, ways, anonymous=anonymous)


def every_explained(allocation: Allocation) -> Iterator[Explained]:
    """The same for every centre, in the order of the rows that were given, peers without names."""
    ways = from_entitlement(allocation), from_last_year(allocation)
    ids = allocation.centres.ids
    for place in allocation.centres.in_table_order(range(len(ids))):
        yield _explained(allocation, ids[place], ways, anonymous=True)


def _explained(
    allocation: Allocation,
    centre_id: str,
    ways: tuple[Mapping[str, Waterfall], Mapping[str, Waterfall]],
    *,
    anonymous: bool,
) -> Explained:
    peers_ = peers(allocation, centre_id, anonymous=anonymous)
    place = allocation.centres.ids.index(centre_id)
    return Explained(
        centre_id=centre_id,
        fiscal_year=allocation.policy.policy.fiscal_year,
        envelope=allocation.policy.envelope,
        total=allocation.totals[place],
        prior=allocation.prior_operating[place],
        main=allocation.policy.remainder_pool.name,
        pools=tuple(_pool_amount(result, place) for result in allocation.pools),
        special_needs=allocation.special_needs[place],
        funded=tuple(
            FundedRequest(
                request.request_id, request.approved, allocation.funded[request.request_id]
            )
            for request in allocation.requests
            if request.centre_id == centre_id
        ),
        from_entitlement=ways[0][centre_id],
        from_last_year=ways[1][centre_id],
        peers=peers_,
        readings=tuple(
            _reading(allocation, result, number, place)
            for result in allocation.pools
            for number in range(len(result.rule.adjustment))
        ),
        certified=allocation.certified,
    )


def _pool_amount(result: PoolResult, place: int) -> PoolAmount:
    return PoolAmount(
        name=result.rule.name,
        amount=result.amounts[place],
        entitlement=result.entitlements[place],
        floor=result.bounds.floors[place],
        cap=result.bounds.caps[place],
        binding=result.binding[place],
        common_factor=result.common_factor,
    )


def _reading(allocation: Allocation, result: PoolResult, number: int, place: int) -> Reading:
    adjustment = result.rule.adjustment[number]
    return Reading(
        pool=result.rule.name,
        adjustment=adjustment.name,
        column=adjustment.column,
        value=_value(allocation, adjustment, place),
        multiplier=result.need.multipliers[number].floats[place],
    )


def _value(allocation: Allocation, adjustment: Adjustment, place: int) -> str:
    if adjustment.table is not None:
        return allocation.centres.texts[adjustment.column][place] or ""
    column = allocation.centres.numbers[adjustment.column]
    numerator = column.numerators[place]
    return "" if numerator is None else str(Decimal(numerator) / column.scale)
