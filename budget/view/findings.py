"""What a result says, in sentences computed from it.

Two comparisons: with last year's operating allocation, and with another allocation (the
baseline). Both are about operating money where last year is meant, and about totals where two
allocations are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from budget.allocation.result import Allocation
from budget.view.names import centre_name, pool_name
from budget.view.numbers import Numbers
from budget.view.words import Words


@dataclass(frozen=True, slots=True)
class CentreChange:
    """One centre's money now and before.

    Attributes:
        before: won; None for a centre that has no last year.
    """

    centre_id: str
    name: str
    province: str
    before: int | None
    now: int

    @property
    def change(self) -> int:
        """The difference in won; what there was no last year for counts as no change."""
        return 0 if self.before is None else self.now - self.before

    @property
    def rate(self) -> float | None:
        """The difference relative to before; None without a before."""
        return None if not self.before else self.change / self.before


@dataclass(frozen=True)
class Movement:
    """Who has more and who has less than before.

    Attributes:
        against: "last_year" or "baseline".
        centres: those with a before, by change, greatest gain first; ties by id.
        without_before: how many centres have no before.
    """

    against: str
    centres: tuple[CentreChange, ...]
    without_before: int

    def of(self, province: str) -> "Movement":
        """The same of one province alone; who has no before is not counted by province."""
        there = tuple(centre for centre in self.centres if centre.province == province)
        return Movement(self.against, there, 0)

    @cached_property
    def gainers(self) -> tuple[CentreChange, ...]:
        """Centres with more, the greatest gain first."""
        return tuple(centre for centre in self.centres if centre.change > 0)

    @cached_property
    def losers(self) -> tuple[CentreChange, ...]:
        """Centres with less, the greatest loss first."""
        return tuple(centre for centre in reversed(self.centres) if centre.change < 0)

    @cached_property
    def gained(self) -> int:
        """What the gainers gain together, in won."""
        return sum(centre.change for centre in self.gainers)

    @cached_property
    def lost(self) -> int:
        """What the losers lose together, in won, as a positive number."""
        return -sum(centre.change for centre in self.losers)

    @property
    def net(self) -> int:
        """What all gain together, in won; below 0: what they lose."""
        return self.gained - self.lost

    @cached_property
    def before(self) -> int:
        """What all of them had, in won."""
        return sum(centre.before or 0 for centre in self.centres)


def since_last_year(allocation: Allocation, _: Words) -> Movement:
    """Operating money against last year's operating allocation."""
    operating = allocation.pool(allocation.policy.remainder_pool.name).amounts
    return _movement("last_year", allocation, allocation.prior_operating, operating, _)


def since_baseline(allocation: Allocation, baseline: Allocation, _: Words) -> Movement:
    """Each centre's total against its total in the baseline; both have the same centres."""
    return _movement("baseline", allocation, baseline.totals, allocation.totals, _)


def centre_names(allocation: Allocation, _: Words) -> tuple[str, ...]:
    """Short names in the order of the ids."""
    table = allocation.centres.table
    korean, english = table["name_ko"].tolist(), table["name_en"].tolist()
    return tuple(centre_name(korean[row], english[row], _) for row in allocation.centres.rows)


def _movement(
    against: str,
    allocation: Allocation,
    before: Sequence[int | None],
    now: Sequence[int],
    _: Words,
) -> Movement:
    ids = allocation.centres.ids
    provinces = allocation.centres.table["province"].tolist()
    places = [provinces[row] for row in allocation.centres.rows]
    every = [
        CentreChange(*values)
        for values in zip(ids, centre_names(allocation, _), places, before, now, strict=True)
    ]
    compared = [centre for centre in every if centre.before is not None]
    compared.sort(key=lambda centre: (-centre.change, centre.centre_id))
    return Movement(against, tuple(compared), len(every) - len(compared))


def against_last_year(pool: str, now: int, before: int | None, numbers: Numbers) -> str:
    """One centre's money of a pool beside last year's, in won, with the change."""
    _ = numbers.words
    name, amount = pool_name(pool, _), numbers.money_with_unit(now)
    if before is None:
        return _("Of it {pool} {now}; a new centre, without last year.", pool=name, now=amount)
    return _(
        "Of it {pool} {now}, last year {before}: {change} ({rate}).",
        pool=name,
        now=amount,
        before=numbers.money_with_unit(before),
        change=numbers.change_with_unit(now - before),
        rate=numbers.percent_change(now / before - 1 if before else None),
    )


def movement_title(movement: Movement, numbers: Numbers) -> str:
    """How many gain and lose how much, and what that is in all."""
    _ = numbers.words
    if not movement.gainers and not movement.losers:
        if movement.against == "baseline":
            return _("Every centre gets what the baseline gives it")
        return _("Every centre gets what it had last year")
    values = {
        "gainers": len(movement.gainers),
        "gained": numbers.money_with_unit(movement.gained),
        "losers": len(movement.losers),
        "lost": numbers.money_with_unit(movement.lost),
    }
    rate = numbers.percent_change(movement.net / movement.before if movement.before else None)
    if not movement.losers:
        return _("{gainers} centres gain {gained} ({rate}); none loses", rate=rate, **values)
    if not movement.gainers:
        return _("{losers} centres lose {lost} ({rate}); none gains", rate=rate, **values)
    return _(
        "{gainers} centres gain {gained}, {losers} lose {lost}; in all {net} ({rate})",
        net=numbers.change(movement.net),
        rate=rate,
        **values,
    )


def movement_basis(movement: Movement, numbers: Numbers) -> str:
    """What is compared with what, and who is left out."""
    _ = numbers.words
    basis = (
        _("Operating money on last year, {unit}.", unit=numbers.unit_name)
        if movement.against == "last_year"
        else _("Total against the baseline, {unit}.", unit=numbers.unit_name)
    )
    if not movement.without_before:
        return basis
    return f"{basis} " + _.ngettext(
        "{count} new left out.",
        "{count} new left out.",
        movement.without_before,
    )


def nothing_approved(allocation: Allocation, numbers: Numbers) -> str:
    """Where the money for special needs stands while no request is approved; else nothing."""
    _ = numbers.words
    ceiling = allocation.parts.ceiling
    if allocation.requests or not ceiling or allocation.policy.unspent_to_reserve:
        return ""
    main = allocation.policy.remainder_pool.name
    return _(
        "No request is approved yet: {won} for special needs stand in the part “{pool}” and "
        "leave it as requests are approved.",
        won=numbers.money_with_unit(ceiling),
        pool=pool_name(main, _),
    )


def movement_leader(movement: Movement, numbers: Numbers) -> str:
    """Who gains most, and who loses most."""
    _ = numbers.words
    parts = []
    if movement.gainers:
        first = movement.gainers[0]
        parts.append(
            _(
                "Largest gain: {centre} {change} ({rate}).",
                centre=first.name,
                change=numbers.change(first.change),
                rate=numbers.percent_change(first.rate),
            )
        )
    if movement.losers:
        last = movement.losers[0]
        parts.append(
            _(
                "Largest loss: {centre} {change} ({rate}).",
                centre=last.name,
                change=numbers.change(last.change),
                rate=numbers.percent_change(last.rate),
            )
        )
    return " ".join(parts)
