"""Proves a result, and trusts no solver.

Takes the inputs, the policy and published amounts, works out entitlements, floors, caps and
bands again, and checks in whole numbers: sums to the won; every bound; the set of special
needs; and that no unit can be moved from a better-funded centre to a worse-funded one without
breaking a rule. For nested bands that exchange condition is the leximin optimum itself, up to
the rounding: a move along one chain of bands exists whenever any improvement does.

Imports neither the linear programs nor a solver.

Source: allocation model, section 9.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from budget.allocation.bounds import Bounds, amount_in_won, bounds, groups, split
from budget.allocation.centres import Centres
from budget.allocation.faults import N_, NOTHING
from budget.allocation.need import Need, entitlements_in_won, need
from budget.allocation.policy import Policy, Pool
from budget.allocation.reachable import best_set
from budget.allocation.requests import Request, by_priority
from budget.allocation.split import Split


@dataclass(frozen=True, slots=True)
class Breach:
    """One rule that a result breaks.

    Attributes:
        pool: the pool, or "special_needs", or empty for the whole run.
        rule: short key: "sum", "unit", "floor", "cap", "band", "exchange", "unplaced", …
        message: English template, to be translated by the screen.
        details: values for the template.
    """

    pool: str
    rule: str
    message: str
    details: Mapping[str, str] = field(default=NOTHING, hash=False)

    def __str__(self) -> str:
        place = f"{self.pool}: " if self.pool else ""
        return place + self.message.format_map(self.details)


@dataclass(frozen=True)
class Certificate:
    """What the checker found; certified if nothing is broken."""

    breaches: tuple[Breach, ...]

    @property
    def certified(self) -> bool:
        """Whether the result is proven."""
        return not self.breaches


@dataclass(frozen=True)
class Published:
    """The amounts to be proven, in the order of the centre ids, in won.

    Attributes:
        pools: pool name -> one amount a centre.
        special_needs: one amount a centre.
        reserve: what is held back, the unspent and the unplaced included; None if not stated.
        totals: each centre's whole amount; None if not stated.
        stated: ("entitlement", "floor" or "cap"; pool name) -> what the result says of it, one
            entry a centre; may be empty.
    """

    pools: Mapping[str, Sequence[int]]
    special_needs: Sequence[int]
    reserve: int | None = None
    totals: Sequence[int] | None = None
    stated: Mapping[tuple[str, str], Sequence[int | None]] = field(default_factory=dict)


def certificate(
    centres: Centres, policy: Policy, requests: Sequence[Request], published: Published
) -> Certificate:
    """Check published amounts against the inputs.

    Args:
        centres: checked against the policy.
        requests: the approved ones.
    """
    return Certificate(tuple(_breaches(centres, policy, requests, published)))


def _breaches(
    centres: Centres, policy: Policy, requests: Sequence[Request], published: Published
) -> Iterator[Breach]:
    unit, envelope = policy.unit, policy.envelope
    reserve = amount_in_won(policy.reserve.amount, envelope, unit) if policy.reserve else 0
    ceiling = (
        amount_in_won(policy.special_needs.ceiling, envelope, unit) if policy.special_needs else 0
    )
    yield from _special_needs(centres, requests, published.special_needs, ceiling, unit)
    special = sum(published.special_needs)
    fixed = {
        pool.name: amount_in_won(pool.amount, envelope, unit)
        for pool in policy.pool
        if not isinstance(pool.amount, str)
    }
    set_aside = ceiling if policy.unspent_to_reserve else special
    remainder = envelope - reserve - set_aside - sum(fixed.values())
    if remainder < 0:
        yield Breach("", "remainder", N_("the parts of the policy are more than the envelope"))
        return
    unplaced = 0
    for pool in policy.pool:
        amount = fixed.get(pool.name, remainder)
        amounts = published.pools[pool.name]
        unplaced += amount - sum(amounts)
        yield from _pool(centres, policy, pool, amount, published)
    yield from _totals(centres, published)
    expected = reserve + (set_aside - special) + unplaced
    if published.reserve is not None and published.reserve != expected:
        yield Breach(
            "",
            "sum",
            N_("the reserve is {stated} won, but {expected} won are left of the envelope"),
            {"stated": str(published.reserve), "expected": str(expected)},
        )


def _totals(centres: Centres, published: Published) -> Iterator[Breach]:
    if published.totals is None:
        return
    parts = zip(*published.pools.values(), published.special_needs, strict=True)
    for identifier, total, own in zip(centres.ids, published.totals, parts, strict=True):
        if total != sum(own):
            yield Breach(
                "",
                "sum",
                N_("{centre} gets {total} won in all, but its parts sum to {parts}"),
                {"centre": identifier, "total": str(total), "parts": str(sum(own))},
            )


# --- a pool ----------------------------------------------------------------------------------


def _pool(
    centres: Centres,
    policy: Policy,
    pool: Pool,
    amount: int,
    published: Published,
) -> Iterator[Breach]:
    unit = policy.unit
    amounts = published.pools[pool.name]
    need_ = need(centres, pool)
    limits = bounds(centres, pool, need_, amount, unit, published.pools)
    yield from _stated(centres, pool.name, need_, limits, amount, published)
    question = split(
        centres, need_, limits, groups(centres, pool, need_, amount, unit), amount, unit
    )
    for centre, (won, floor, cap, weight) in enumerate(
        zip(amounts, limits.floors, question.caps, question.weights, strict=True)
    ):
        kept = (floor <= won) if weight else (floor == won)
        if kept and (cap is None or won <= cap) and won % unit == 0:
            continue
        yield from _broken_bounds(pool.name, question, centre, won)
    totals = question.totals(amounts)
    for group, total in zip(question.groups, totals, strict=False):
        if total < group.least or (group.most is not None and total > group.most):
            yield Breach(
                pool.name,
                "band",
                N_("the band “{band}” gets {total} won, outside of {least} to {most}"),
                {
                    "band": group.name,
                    "total": str(total),
                    "least": str(group.least),
                    "most": "-" if group.most is None else str(group.most),
                },
            )
    unplaced = amount - totals[-1]
    if unplaced < 0:
        yield Breach(
            pool.name,
            "sum",
            N_("{total} won are placed, more than the pool of {amount}"),
            {"total": str(totals[-1]), "amount": str(amount)},
        )
    yield from _exchange(pool.name, question, amounts, totals, unplaced)


def _broken_bounds(name: str, question: Split, centre: int, won: int) -> Iterator[Breach]:
    """What is wrong with one centre's amount by itself."""
    floor, cap = question.floors[centre], question.caps[centre]
    details = {
        "centre": question.ids[centre],
        "amount": str(won),
        "floor": str(floor),
        "cap": str(cap),
        "unit": str(question.unit),
    }
    if won % question.unit:
        yield Breach(
            name, "unit", N_("{centre} gets {amount} won, not a multiple of {unit}"), details
        )
    if won < floor:
        yield Breach(
            name, "floor", N_("{centre} gets {amount} won, below its floor of {floor}"), details
        )
    elif question.weights[centre] == 0 and won != floor:
        yield Breach(
            name,
            "floor",
            N_("{centre} has no entitlement and gets {amount} won, not its floor of {floor}"),
            details,
        )
    elif cap is not None and won > cap:
        yield Breach(name, "cap", N_("{centre} gets {amount} won, above its cap of {cap}"), details)


def _stated(
    centres: Centres, name: str, need_: Need, limits: Bounds, amount: int, published: Published
) -> Iterator[Breach]:
    """What a result says of entitlements, floors and caps is what they are."""
    own: Mapping[str, Callable[[], Sequence[int | None]]] = {
        "entitlement": lambda: entitlements_in_won(need_, amount),
        "floor": lambda: limits.floors,
        "cap": lambda: limits.caps,
    }
    for kind, values in own.items():
        stated = published.stated.get((kind, name))
        if stated is None:
            continue
        for identifier, said, found in zip(centres.ids, stated, values(), strict=True):
            if said != found:
                yield Breach(
                    name,
                    "stated",
                    N_("the {kind} of {centre} is {found} won, not {said}"),
                    {
                        "kind": kind,
                        "centre": identifier,
                        "found": "-" if found is None else str(found),
                        "said": "-" if said is None else str(said),
                    },
                )


@dataclass(slots=True)
class _Side:
    """The best-funded centre that can give a unit up, or the worst-funded that can take one."""

    centre: int
    won: int
    weight: int

    def richer_than(self, other: "_Side") -> bool:
        """won / weight is greater, exactly."""
        return self.won * other.weight > other.won * self.weight


def _exchange(
    name: str, question: Split, amounts: Sequence[int], totals: Sequence[int], unplaced: int
) -> Iterator[Breach]:
    """No unit can go from a better-funded to a worse-funded centre; none is held back in vain.

    Works up the tree of groups: at each group the best-funded centre that can give a unit up
    inside it meets the worst-funded that can take one. Better-funded means
    (x_i - u) / e_i > (x_j + u) / e_j.
    """
    unit = question.unit
    givers: list[_Side | None] = [None] * (len(question.groups) + 1)
    takers: list[_Side | None] = [None] * (len(question.groups) + 1)

    def offer(group: int, giver: _Side | None, taker: _Side | None) -> None:
        present = givers[group]
        if giver and (present is None or giver.richer_than(present)):
            givers[group] = giver
        present = takers[group]
        if taker and (present is None or present.richer_than(taker)):
            takers[group] = taker

    for centre, (home, weight, won, floor, cap) in enumerate(
        zip(question.homes, question.weights, amounts, question.floors, question.caps, strict=True)
    ):
        if weight:
            gives = won - unit >= floor
            takes = cap is None or won + unit <= cap
            offer(
                home,
                _Side(centre, won - unit, weight) if gives else None,
                _Side(centre, won + unit, weight) if takes else None,
            )
    for position in [*reversed(range(len(question.groups))), len(question.groups)]:
        giver, taker = givers[position], takers[position]
        if giver and taker and giver.richer_than(taker):
            yield Breach(
                name,
                "exchange",
                N_("{unit} won can be moved from {giver} to {taker}, which is worse funded"),
                {
                    "unit": str(unit),
                    "giver": question.ids[giver.centre],
                    "taker": question.ids[taker.centre],
                },
            )
        if position < len(question.groups):
            group, total = question.groups[position], totals[position]
            gives = total - unit >= group.least
            takes = group.most is None or total + unit <= group.most
            offer(question.parents[position], giver if gives else None, taker if takes else None)
        elif unplaced >= unit and taker:
            yield Breach(
                name,
                "unplaced",
                N_("{unplaced} won are held back although {taker} can take more"),
                {"unplaced": str(unplaced), "taker": question.ids[taker.centre]},
            )


# --- special needs ---------------------------------------------------------------------------


def _special_needs(
    centres: Centres,
    requests: Sequence[Request],
    published: Sequence[int],
    ceiling: int,
    unit: int,
) -> Iterator[Breach]:
    """Every centre gets what section 6 gives its requests, found here without a solver."""
    expected = dict.fromkeys(centres.ids, 0)
    room = ceiling
    for whole, parts in by_priority(requests):
        chosen = best_set([request.approved for request in whole], room)
        if chosen is None:
            yield Breach(
                "special_needs",
                "proof",
                N_("too many indivisible requests of one priority to prove the best set"),
            )
            return
        for request, is_chosen in zip(whole, chosen, strict=True):
            if is_chosen:
                expected[request.centre_id] += request.approved
                room -= request.approved
        for request, won in zip(parts, proportional(parts, room, unit), strict=True):
            expected[request.centre_id] += won
            room -= won
    for identifier, won in zip(centres.ids, published, strict=True):
        if won != expected[identifier]:
            yield Breach(
                "special_needs",
                "funding",
                N_("{centre} gets {amount} won for its special needs, not {expected}"),
                {
                    "centre": identifier,
                    "amount": str(won),
                    "expected": str(expected[identifier]),
                },
            )


def proportional(requests: Sequence[Request], room: int, unit: int) -> list[int]:
    """The same part of each request as far as the money goes; largest remainders, then order."""
    total = sum(request.approved for request in requests)
    if total <= room:
        return [request.approved for request in requests]
    units, rests = zip(
        *(divmod(request.approved * room, total * unit) for request in requests), strict=True
    )
    left = room // unit - sum(units)
    order = sorted(range(len(requests)), key=lambda place: (-rests[place], place))
    lifted = set(order[:left])
    return [(count + (place in lifted)) * unit for place, count in enumerate(units)]
