"""A year's allocation spread over the quarters by a stated profile, exact to the won.

Every centre's row sums to its allocation and every quarter's column to the profile's national
amount, both in whole units; no cell differs from its exact share by a unit or more (controlled
rounding). Special needs have a profile of their own: they are ring-fenced.

Source: the field in one page, rules of public money; allocation model, section 8.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import lcm

from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.result import Allocation

QUARTERS = 4
FINEST = Decimal("0.0001")
"""Shares are whole hundredths of a per cent."""
Row = tuple[int, ...]
"""Won in each quarter."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Shares of the year's money that each quarter gets; each four sum to 1.

    Attributes:
        running: of operating, performance and all other pools.
        special: of special needs.
    """

    running: tuple[Decimal, ...]
    special: tuple[Decimal, ...]

    def to_record(self) -> dict[str, list[str]]:
        """The profile as plain data."""
        return {
            name: [str(share) for share in getattr(self, name)] for name in ("running", "special")
        }


DEFAULT = Profile(
    (Decimal("0.30"), Decimal("0.30"), Decimal("0.20"), Decimal("0.20")),
    (Decimal("1"), Decimal("0"), Decimal("0"), Decimal("0")),
)
"""Used until a planner saves another: 60 % in the first half, as early execution is usual; special
needs in the first quarter, so that works and leases can be contracted. A choice, not a rule."""


def profile(running: Sequence[Decimal], special: Sequence[Decimal]) -> Profile:
    """A profile whose shares are four each, none below 0, and sum to 1 exactly.

    Raises:
        InputError: with every share that cannot be, and each sum that is not 1.
    """
    faults = []
    for name, shares in (("running", running), ("special", special)):
        wrong = [
            place
            for place, share in enumerate(shares, start=1)
            if not share.is_finite() or not 0 <= share <= 1 or share % FINEST
        ]
        faults += [
            Fault(
                "",
                name,
                str(shares[place - 1])[:20],
                N_("a share from 0 to 100 % in quarter {quarter}, at most two decimals"),
                details={"quarter": str(place)},
            )
            for place in wrong
        ]
        if len(shares) != QUARTERS or (not wrong and sum(shares) != 1):
            total = "" if wrong else f"{sum(shares) * 100:f} %"
            faults.append(Fault("", name, total, N_("four shares that sum to 100 %")))
    if faults:
        raise InputError(faults)
    return Profile(tuple(running), tuple(special))


@dataclass(frozen=True)
class Allotment:
    """What each centre may spend in each quarter, in the order of the ids.

    Attributes:
        running: money of all pools, one row a centre.
        special: special needs, one row a centre.
    """

    ids: tuple[str, ...]
    profile: Profile
    running: tuple[Row, ...]
    special: tuple[Row, ...]
    unit: int

    @property
    def national_running(self) -> Row:
        """Money of all pools in each quarter."""
        return tuple(map(sum, zip(*self.running, strict=True)))

    @property
    def national_special(self) -> Row:
        """Special needs in each quarter."""
        return tuple(map(sum, zip(*self.special, strict=True)))

    @property
    def totals(self) -> tuple[Row, ...]:
        """Both together, one row a centre."""
        return tuple(
            tuple(a + b for a, b in zip(own, special, strict=True))
            for own, special in zip(self.running, self.special, strict=True)
        )


def allotment(allocation: Allocation, chosen: Profile) -> Allotment:
    """Spread an allocation over the quarters.

    Every row sums to the centre's allocation to the won.
    """
    special = allocation.special_needs
    running = [total - own for total, own in zip(allocation.totals, special, strict=True)]
    unit, ids = allocation.policy.unit, allocation.centres.ids
    return Allotment(
        ids,
        chosen,
        spread(running, chosen.running, unit),
        spread(special, chosen.special, unit),
        unit,
    )


# --- controlled rounding -------------------------------------------------------------------------


def spread(amounts: Sequence[int], shares: Sequence[Decimal], unit: int) -> tuple[Row, ...]:
    """Spread every amount over the shares, in whole units, keeping both kinds of sums.

    Each row first rounds up its own largest remainders. Where a column then holds more than its
    national amount (largest remainder of the total, ties to the earlier quarter) and another less,
    rows trade a unit between the two, the trade that costs least first: successive shortest
    paths over the columns, so that the sum of all differences from the exact shares is least.

    Args:
        amounts: won, multiples of the unit, in the order of the ids.
        shares: sum to 1.
    """
    scale = lcm(*(share.as_integer_ratio()[1] for share in shares))
    parts = [
        share.as_integer_ratio()[0] * (scale // share.as_integer_ratio()[1]) for share in shares
    ]
    wholes, rests = _floors([amount // unit for amount in amounts], parts, scale)
    ups = [_largest(own, sum(own) // scale) for own in rests]
    targets = _columns(sum(amounts) // unit, parts, scale)
    _trade(ups, rests, [t - sum(row[q] for row in wholes) for q, t in enumerate(targets)])
    return tuple(
        tuple((whole + up) * unit for whole, up in zip(own, lifted, strict=True))
        for own, lifted in zip(wholes, ups, strict=True)
    )


def _floors(
    counts: Sequence[int], parts: Sequence[int], scale: int
) -> tuple[list[list[int]], list[list[int]]]:
    wholes, rests = [], []
    for count in counts:
        pairs = [divmod(count * part, scale) for part in parts]
        wholes.append([whole for whole, _rest in pairs])
        rests.append([rest for _whole, rest in pairs])
    return wholes, rests


def _largest(rests: Sequence[int], count: int) -> list[int]:
    """1 at the largest remainders, ties to the earlier place."""
    order = sorted(range(len(rests)), key=lambda place: (-rests[place], place))
    lifted = set(order[:count])
    return [int(place in lifted) for place in range(len(rests))]


def _columns(total: int, parts: Sequence[int], scale: int) -> list[int]:
    """The national amounts in units."""
    wholes, rests = _floors([total], parts, scale)
    ups = _largest(rests[0], sum(rests[0]) // scale)
    return [whole + up for whole, up in zip(wholes[0], ups, strict=True)]


def _trade(ups: list[list[int]], rests: Sequence[Sequence[int]], wanted: Sequence[int]) -> None:
    """Move ups between columns until each column has what is wanted, at the least cost."""
    count = len(wanted)
    while True:
        has = [sum(own[q] for own in ups) for q in range(count)]
        over = [q for q in range(count) if has[q] > wanted[q]]
        under = {q for q in range(count) if has[q] < wanted[q]}
        if not over:
            return
        path = _cheapest(_offers(ups, rests, count), over, under)
        if not path:  # a profile with very few centres may leave no way; rows come first
            return
        for source, target, row in path:
            ups[row][source], ups[row][target] = 0, 1


_Offers = dict[tuple[int, int], tuple[int, int]]
"""(from column, to column) -> what the cheapest trade costs, and the row that makes it."""


def _offers(ups: Sequence[Sequence[int]], rests: Sequence[Sequence[int]], count: int) -> _Offers:
    best: _Offers = {}
    for row, (own, rest) in enumerate(zip(ups, rests, strict=True)):
        for source in range(count):
            if not own[source]:
                continue
            for target in range(count):
                if own[target] or not rest[target]:
                    continue
                offer = (rest[source] - rest[target], row)
                if offer < best.get((source, target), (offer[0] + 1, 0)):
                    best[source, target] = offer
    return best


def _cheapest(offers: _Offers, over: Sequence[int], under: set[int]) -> list[tuple[int, int, int]]:
    """The cheapest chain of trades from a column with too much to one with too little."""
    cost: dict[int, tuple[int, list[tuple[int, int, int]]]] = {q: (0, []) for q in over}
    for _round in range(QUARTERS):
        for (source, target), (price, row) in sorted(offers.items()):
            if source not in cost:
                continue
            found = cost[source][0] + price
            if target not in cost or found < cost[target][0]:
                cost[target] = (found, [*cost[source][1], (source, target, row)])
    ends = [(cost[q][0], q) for q in under if q in cost]
    return cost[min(ends)[1]][1] if ends else []


# --- days ----------------------------------------------------------------------------------------


def quarter_of(day: date) -> int:
    """The quarter of a day, 1 to 4."""
    return (day.month + 2) // 3


def elapsed(day: date) -> tuple[int, Fraction]:
    """How many quarters are over at the end of a day, and what part of the running one.

    The last day of a quarter completes it.
    """
    number = quarter_of(day)
    first = date(day.year, 3 * number - 2, 1)
    after = date(day.year + number // 4, 3 * number % 12 + 1, 1)
    done = Fraction((day - first + timedelta(1)).days, (after - first).days)
    return (number, Fraction(0)) if done == 1 else (number - 1, done)


def due(row: Row, day: date) -> Fraction:
    """What was allotted until the end of a day: past quarters whole, the running one by days."""
    over, part = elapsed(day)
    running = row[over] * part if over < QUARTERS else Fraction(0)
    return Fraction(sum(row[:over])) + running
