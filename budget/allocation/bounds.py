"""Floors, caps and bands of a pool in won, with the term that set each of them.

Source: allocation model, section 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from budget.allocation.centres import Centres
from budget.allocation.need import Need
from budget.allocation.policy import Amount, Bound, Pool
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

    @property
    def overridden(self) -> list[int]:
        """Positions of the centres whose cap is below their floor: the floor wins there."""
        return [
            position
            for position, (floor, cap) in enumerate(zip(self.floors, self.caps, strict=True))
            if cap is not None and cap < floor
        ]


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
    size = len(centres)
    floors, floor_terms = [0] * size, [""] * size
    for bound in pool.floor:
        for position, term in enumerate(
            _term(centres, bound, amount, unit, earlier, round_up=True)
        ):
            if term is not None and (term > floors[position] or not floor_terms[position]):
                floors[position], floor_terms[position] = max(term, floors[position]), bound.name
    caps: list[int | None] = [None] * size
    cap_terms = [""] * size
    for bound in pool.cap:
        for position, term in enumerate(
            _term(centres, bound, amount, unit, earlier, round_up=False)
        ):
            present = caps[position]
            if term is not None and (present is None or term < present):
                caps[position], cap_terms[position] = term, bound.name
    for position, eligible in enumerate(need.eligible):
        if not eligible:
            floors[position], floor_terms[position] = 0, ""
            caps[position], cap_terms[position] = 0, ""
    return Bounds(tuple(floors), tuple(floor_terms), tuple(caps), tuple(cap_terms))


def _term(
    centres: Centres,
    bound: Bound,
    amount: int,
    unit: int,
    earlier: Mapping[str, Sequence[int]],
    *,
    round_up: bool,
) -> list[int | None]:
    """One term for every centre, in won, rounded to the unit; None where it does not bind."""
    numerators: Sequence[int | None]
    if bound.krw is not None:
        numerators, denominator = [bound.krw] * len(centres), 1
    elif bound.by is not None:
        table = bound.by.table
        numerators = [
            None if text is None else table.get(text) for text in centres.texts[bound.by.column]
        ]
        denominator = 1
    elif bound.pool is not None:
        rate, denominator = bound.pool.rate.as_integer_ratio()
        numerators = [rate * result for result in earlier[bound.pool.name]]
    elif bound.prior_share is not None:
        column = centres.numbers[bound.prior_share.column]
        total = sum(n for n in column.numerators if n is not None)
        rate, denominator = bound.prior_share.rate.as_integer_ratio()
        denominator *= total
        numerators = [
            None if n is None or total == 0 else n * rate * amount for n in column.numerators
        ]
    else:
        per = bound.per
        name, exact_rate = (
            (per.column, per.rate_krw)
            if per is not None
            else (bound.prior.column, bound.prior.rate)  # type: ignore[union-attr]
        )
        column = centres.numbers[name]
        rate, denominator = exact_rate.as_integer_ratio()
        denominator *= column.scale
        numerators = [None if n is None else n * rate for n in column.numerators]
    step = denominator * unit
    if round_up:
        return [None if n is None else -(-n // step) * unit for n in numerators]
    return [None if n is None else n // step * unit for n in numerators]


def groups(centres: Centres, pool: Pool, need: Need, amount: int, unit: int) -> tuple[Group, ...]:
    """The pool's bands in won, rounded inwards; larger ones first, over eligible centres."""
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
