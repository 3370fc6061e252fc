"""What one special need costs whom: the allocation with it beside the allocation without it.

Won that one request gets are won that somebody else does not get: other requests under the same
ceiling, the pools, or the reserve. The parts sum to the won.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from budget.allocation.faults import N_
from budget.allocation.requests import Request
from budget.allocation.result import Allocation
from budget.view.findings import CentreChange, centre_names
from budget.view.names import pool_name, province_name
from budget.view.numbers import THOUSAND, WON, Numbers
from budget.view.words import Words


@dataclass(frozen=True, slots=True)
class RequestChange:
    """Another request whose funding changes; won."""

    request_id: str
    centre_id: str
    centre: str
    priority: int
    approved: int
    before: int
    now: int

    @property
    def change(self) -> int:
        """The difference in won."""
        return self.now - self.before


@dataclass(frozen=True, slots=True)
class Standing:
    """The ceiling of special needs and what stands under it, in won.

    Attributes:
        others: what other approved requests get.
        own: what this request gets.
        cut: approved, but not funded, this request included.
    """

    ceiling: int
    others: int
    own: int
    cut: int

    @property
    def left(self) -> int:
        """What is not used up."""
        return self.ceiling - self.others - self.own

    @property
    def approved(self) -> int:
        """What is approved altogether."""
        return self.others + self.own + self.cut


@dataclass(frozen=True)
class Effect:
    """What one request gets, and who gets less for it.

    Attributes:
        request_id: the request.
        centre: its centre's short name.
        amount: what is approved, or is to be.
        gets: what it is funded with.
        before, now: the ceiling without and with it.
        requests: others whose funding changes, the greatest loss first.
        centres: every other centre's whole money, the greatest loss first; ties by id.
        regular: every centre's money from the pools, its own included, the greatest loss first.
        pools: what each pool places less, the one that takes the rest first; negative: more.
        reserve: what the reserve has less.
    """

    request_id: str
    centre: str
    amount: int
    gets: int
    before: Standing
    now: Standing
    requests: tuple[RequestChange, ...]
    centres: tuple[CentreChange, ...]
    regular: tuple[CentreChange, ...]
    pools: tuple[tuple[str, int], ...]
    reserve: int

    @cached_property
    def from_requests(self) -> int:
        """What other requests get less, in won."""
        return -sum(request.change for request in self.requests)

    @cached_property
    def from_pools(self) -> int:
        """What the pools place less, in won."""
        return sum(less for _pool, less in self.pools)

    @property
    def is_balanced(self) -> bool:
        """Whether what it gets is what others get less, to the won."""
        return self.gets == self.from_requests + self.from_pools + self.reserve

    @cached_property
    def payers(self) -> tuple[CentreChange, ...]:
        """Other centres that get less, the greatest loss first."""
        return tuple(centre for centre in self.centres if centre.change < 0)

    @cached_property
    def paying_requests(self) -> tuple[RequestChange, ...]:
        """Other requests that get less, the greatest loss first."""
        return tuple(request for request in self.requests if request.change < 0)

    @cached_property
    def pushed_out(self) -> tuple[RequestChange, ...]:
        """Other requests that were funded and no longer are."""
        return tuple(one for one in self.requests if one.before > 0 and one.now == 0)

    @cached_property
    def regular_payers(self) -> tuple[CentreChange, ...]:
        """Centres with less from the pools, the greatest loss first."""
        return tuple(centre for centre in self.regular if centre.change < 0)


def effect(without: Allocation, with_it: Allocation, request_id: str, _: Words) -> Effect:
    """Compare two allocations that differ in one approved request.

    Args:
        without: in which the request is not approved.
        with_it: in which it is.

    Raises:
        KeyError: if the second does not have the request.
    """
    own = {request.request_id: request for request in with_it.requests}[request_id]
    ids = with_it.centres.ids
    names = dict(zip(ids, centre_names(with_it, _), strict=True))
    provinces = with_it.centres.table["province"].tolist()
    places = dict(zip(ids, (provinces[row] for row in with_it.centres.rows), strict=True))

    def changes(before: Sequence[int], now: Sequence[int]) -> list[CentreChange]:
        found = [
            CentreChange(identifier, names[identifier], places[identifier], had, has)
            for identifier, had, has in zip(ids, before, now, strict=True)
        ]
        return sorted(found, key=lambda centre: (centre.change, centre.centre_id))

    others = [
        RequestChange(
            request.request_id,
            request.centre_id,
            names[request.centre_id],
            request.priority,
            request.approved,
            without.funded[request.request_id],
            with_it.funded[request.request_id],
        )
        for request in without.requests
    ]
    others.sort(key=lambda request: (request.change, request.request_id))
    return Effect(
        request_id=request_id,
        centre=names[own.centre_id],
        amount=own.approved,
        gets=with_it.funded[request_id],
        before=_standing(without, None),
        now=_standing(with_it, own),
        requests=tuple(request for request in others if request.change),
        centres=tuple(
            centre
            for centre in changes(without.totals, with_it.totals)
            if centre.centre_id != own.centre_id
        ),
        regular=tuple(changes(_regular(without), _regular(with_it))),
        pools=tuple(
            (result.rule.name, without.pool(result.rule.name).placed - result.placed)
            for result in sorted(with_it.pools, key=lambda pool: not pool.rule.is_remainder)
        ),
        reserve=without.reserve - with_it.reserve,
    )


def _standing(allocation: Allocation, own: Request | None) -> Standing:
    gets = allocation.funded[own.request_id] if own else 0
    funded = sum(allocation.funded.values())
    approved = sum(request.approved for request in allocation.requests)
    return Standing(allocation.parts.ceiling, funded - gets, gets, approved - funded)


def _regular(allocation: Allocation) -> list[int]:
    """What each centre gets from the pools."""
    return [
        total - special
        for total, special in zip(allocation.totals, allocation.special_needs, strict=True)
    ]


SEGMENTS = (
    ("others", N_("other requests")),
    ("own", N_("this request")),
    ("left", N_("left")),
    ("cut", N_("approved, not funded")),
)
"""Parts of the gauge, in its order."""


def standing_parts(standing: Standing) -> dict[str, int]:
    """The parts of the gauge, in won."""
    return {
        "others": standing.others,
        "own": standing.own,
        "left": standing.left,
        "cut": standing.cut,
    }


# --- in words ------------------------------------------------------------------------------------


def fine(numbers: Numbers, won: int) -> Numbers:
    """The reader's unit, or a smaller one in which this amount has three digits."""
    for unit in (numbers.unit, THOUSAND):
        if unit.won <= numbers.unit.won and abs(won) * 10**unit.digits >= 100 * unit.won:
            return Numbers(numbers.words, unit)
    return Numbers(numbers.words, WON)


def amount_text(won: int, numbers: Numbers) -> str:
    """An amount with its unit, a small one in a smaller unit."""
    return fine(numbers, won).money_with_unit(won) if won else numbers.money_with_unit(won)


def effect_title(found: Effect, numbers: Numbers) -> str:
    """What it gets and who pays for it, in a sentence."""
    _ = numbers.words
    values = {
        "gets": amount_text(found.gets, numbers),
        "centre": found.centre,
        "from_requests": amount_text(found.from_requests, numbers),
        "centres": len(found.regular_payers),
        "from_pools": amount_text(found.from_pools, numbers),
    }
    if not found.gets:
        return _("Nothing is left under the ceiling: {centre} would get nothing", **values)
    if found.paying_requests and found.regular_payers:
        return _(
            "{gets} for {centre}: other requests get {from_requests} less, the pools of {centres} "
            "centres {from_pools}",
            **values,
        )
    if found.paying_requests:
        return _.ngettext(
            "{gets} for {centre}: {count} other request gets that much less",
            "{gets} for {centre}: {count} other requests get that much less",
            len(found.paying_requests),
            **values,
        )
    if found.regular_payers:
        average = found.from_pools // len(found.regular_payers)
        return _(
            "{gets} for {centre} costs {centres} centres {average} each on average",
            **values,
            average=amount_text(average, numbers),
        )
    return _("{gets} for {centre} comes from the reserve; no centre gets less", **values)


def effect_details(found: Effect, numbers: Numbers) -> str:
    """Who pays most, which requests are pushed out, and what of it would not be funded."""
    _ = numbers.words
    parts = []
    if found.payers:
        first = found.payers[0]
        parts.append(
            _(
                "Largest loss: {centre} {change} ({rate}).",
                centre=first.name,
                change=fine(numbers, first.change).change_with_unit(first.change),
                rate=numbers.percent_change(first.rate),
            )
        )
    if found.pushed_out:
        named = ", ".join(request_text(request, numbers) for request in found.pushed_out)
        parts.append(_("Pushed out: {requests}.", requests=named))
    gainers = [request.change for request in found.requests if request.change > 0]
    if gainers:
        parts.append(
            _.ngettext(
                "{count} other request gets {more} more of what is freed.",
                "{count} other requests get {more} more of what is freed.",
                len(gainers),
                more=amount_text(sum(gainers), numbers),
            )
        )
    if found.gets < found.amount:
        parts.append(
            _(
                "Of {amount}, {cut} would not be funded: the ceiling is used up.",
                amount=amount_text(found.amount, numbers),
                cut=amount_text(found.amount - found.gets, numbers),
            )
        )
    return " ".join(parts)


def request_text(request: RequestChange, numbers: Numbers) -> str:
    """A request by number, centre, priority and what it had."""
    _ = numbers.words
    return _(
        "{request} {centre} (priority {priority}, {amount})",
        request=request.request_id,
        centre=request.centre,
        priority=request.priority,
        amount=amount_text(request.before, numbers),
    )


def steps(found: Effect, _: Words) -> list[tuple[str, int]]:
    """Who gets less for it, part by part, in won; together what it gets.

    A pool that is neither the remainder nor changed is left out.
    """
    return [
        (_("other requests get less"), found.from_requests),
        *(
            (_("{pool}: all centres get less", pool=pool_name(name, _)), less)
            for position, (name, less) in enumerate(found.pools)
            if less or position == 0
        ),
        (_("the reserve has less"), found.reserve),
    ]


def gauge_text(found: Effect, numbers: Numbers) -> str:
    """The ceiling, what is approved and funded under it, and what would be left or cut."""
    _ = numbers.words
    return _(
        "Of the ceiling of {ceiling}, other requests use {others} and this one {own}; {left} would "
        "be left, and {cut} approved but not funded.",
        ceiling=numbers.money_with_unit(found.now.ceiling),
        others=numbers.money_with_unit(found.now.others),
        own=numbers.money_with_unit(found.now.own),
        left=numbers.money_with_unit(found.now.left),
        cut=numbers.money_with_unit(found.now.cut),
    )


# --- tables --------------------------------------------------------------------------------------


def requests_table(found: Effect, numbers: Numbers) -> pd.DataFrame:
    """One row a request whose funding changes; money in the reader's unit."""
    return pd.DataFrame(
        [
            {
                "request": request.request_id,
                "centre": request.centre,
                "priority": request.priority,
                "approved": numbers.money(request.approved),
                "before": numbers.money(request.before),
                "now": numbers.money(request.now),
                "change": numbers.change(request.change),
            }
            for request in found.requests
        ],
        columns=["request", "centre", "priority", "approved", "before", "now", "change"],
    )


def centres_table(found: Effect, numbers: Numbers) -> pd.DataFrame:
    """One row a centre whose money changes, the greatest loss first; won as text."""
    _ = numbers.words
    exact = Numbers(_, WON)
    regular = {centre.centre_id: centre.change for centre in found.regular}
    return pd.DataFrame(
        [
            {
                "centre": centre.name,
                "province": province_name(centre.province, _),
                "before": exact.money(centre.before),
                "now": exact.money(centre.now),
                "regular": exact.change(regular[centre.centre_id]),
                "special": exact.change(centre.change - regular[centre.centre_id]),
                "change": exact.change(centre.change),
                "rate": numbers.percent_change(centre.rate),
            }
            for centre in found.centres
            if centre.change
        ],
        columns=["centre", "province", "before", "now", "regular", "special", "change", "rate"],
    )
