"""Floors, caps and bands of a pool in won, with the term that set each of them.

Source: allocation model, section 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from budget.allocation.centres import Centres
from budget.allocation.need import Need
from budget.allocation.policy import Pool
from budget.allocation.rules import Amount, Bound
from budget.allocation.split import Group, Split


def whole_units_below(share: Decimal, total: int, unit: int) -> int:
    """share · total, rounded down to the unit."""
    numerator, denominator = Decimal(share).as_integer_ratio()
    return numerator * total // (denominator * unit) * unit


def amount_in_won(amount: Amount, envelope: int, unit: int) -> int:
    """A part of the envelope in won, rounded down to the unit."""
    if amount.share is not None:
        return whole_units_below(amount.share, envelope, unit)
    return (amount.krw or 0) // unit * unit


@dataclass(frozen=True)
class Bounds:
    """Floors and caps of one pool, one entry a centre, in won.

    Attributes:
        floors: the largest floor term, rounded up to the unit; 0 without one.
        floor_terms: the term that set it; empty without one.
        caps: the smallest cap term, rounded down; None without one. May be below the floor:
            then the floor wins.
        cap_terms: the term that set it; empty without one.
    """

    floors: tuple[int, ...]
    floor_terms: tuple[str, ...]
    caps: tuple[int | None, ...]
    cap_terms: tuple[str, ...]

    @cached_property
    def overridden(self) -> frozenset[int]:
        """Positions of the centres whose cap is below their floor: the floor wins there."""
        return frozenset(
            position
            for position, (floor, cap) in enumerate(zip(self.floors, self.caps, strict=True))
            if cap is not None and cap < floor
        )


def bounds(
    centres: Centres,
    pool: Pool,
    need: Need,
    amount: int,
    unit: int,
    earlier: Mapping[str, Sequence[int]],
) -> Bounds:
    """The floor and the cap of every centre.

    Args:
        amount: the pool, in won (terms on last year's share are shares of it).
        earlier: rounded results of earlier pools by name, in the order of the ids.

    Returns:
        Floor = cap = 0, set by no term, where a centre is not eligible.
    """
    floor_terms, lowest = _strictest(centres, pool.floor, amount, earlier, greatest=True)
    cap_terms, highest = _strictest(centres, pool.cap, amount, earlier, greatest=False)
    floors = [
        0 if best is None else max(0, -(-best[0] // (best[1] * unit)) * unit) for best in lowest
    ]
    caps = [None if best is None else best[0] // (best[1] * unit) * unit for best in highest]
    for position, eligible in enumerate(need.eligible):
        if not eligible:
            floors[position], floor_terms[position] = 0, ""
            caps[position], cap_terms[position] = 0, ""
    return Bounds(tuple(floors), tuple(floor_terms), tuple(caps), tuple(cap_terms))


_Ratio = tuple[int, int]
"""Won exactly, as numerator and denominator."""


def _strictest(
    centres: Centres,
    terms: Sequence[Bound],
    amount: int,
    earlier: Mapping[str, Sequence[int]],
    *,
    greatest: bool,
) -> tuple[list[str], list[_Ratio | None]]:
    """For every centre the greatest (or least) term and its name; of equals, the first."""
    names = [""] * len(centres)
    best: list[_Ratio | None] = [None] * len(centres)
    for bound in terms:
        numerators, denominator = _term(centres, bound, amount, earlier)
        for position, numerator in enumerate(numerators):
            if numerator is None:
                continue
            present = best[position]
            if present is not None:
                difference = numerator * present[1] - present[0] * denominator
                if difference <= 0 if greatest else difference >= 0:
                    continue
            best[position], names[position] = (numerator, denominator), bound.name
    return names, best


def _term(
    centres: Centres, bound: Bound, amount: int, earlier: Mapping[str, Sequence[int]]
) -> tuple[Sequence[int | None], int]:
    """One term for every centre, in won over one denominator; None where it does not bind."""
    if bound.krw is not None:
        return [bound.krw] * len(centres), 1
    if bound.by is not None:
        table = bound.by.table
        texts = centres.texts[bound.by.column]
        return [None if text is None else table.get(text) for text in texts], 1
    if bound.pool is not None:
        rate, denominator = bound.pool.rate.as_integer_ratio()
        return [rate * result for result in earlier[bound.pool.name]], denominator
    if bound.prior_share is not None:
        column = centres.numbers[bound.prior_share.column]
        total = sum(n for n in column.numerators if n is not None)
        rate, denominator = bound.prior_share.rate.as_integer_ratio()
        if total == 0:
            return [None] * len(centres), 1
        return [
            None if n is None else n * rate * amount for n in column.numerators
        ], denominator * total
    if bound.per is not None:
        name, exact_rate = bound.per.column, bound.per.rate_krw
    elif bound.prior is not None:
        name, exact_rate = bound.prior.column, bound.prior.rate
    else:
        raise AssertionError("a bound has one term")
    column = centres.numbers[name]
    rate, denominator = exact_rate.as_integer_ratio()
    return [None if n is None else n * rate for n in column.numerators], denominator * column.scale


def groups(centres: Centres, pool: Pool, need: Need, amount: int, unit: int) -> tuple[Group, ...]:
    """The pool's bands in won, rounded inwards; larger ones first, over eligible centres."""
    if need.is_void:
        return ()
    found = []
    for band in pool.band:
        members = frozenset(
            position
            for position, (inside, eligible) in enumerate(
                zip(centres.selected(band.where), need.eligible, strict=True)
            )
            if inside and eligible
        )
        least = (
            0
            if band.min_share is None
            else -whole_units_below(-Decimal(band.min_share), amount, unit)
        )
        most = None if band.max_share is None else whole_units_below(band.max_share, amount, unit)
        found.append(Group(band.name, members, least, most))
    return tuple(sorted(found, key=lambda group: -len(group.members)))


def split(
    centres: Centres, need: Need, limits: Bounds, bands: tuple[Group, ...], amount: int, unit: int
) -> Split:
    """The question for the linear programs: floors win over caps, no weight means the floor."""
    caps = tuple(
        floor if weight == 0 else (None if cap is None else max(cap, floor))
        for weight, floor, cap in zip(need.weights, limits.floors, limits.caps, strict=True)
    )
    return Split(centres.ids, need.weights, limits.floors, caps, bands, amount, unit)
