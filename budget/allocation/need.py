"""From factors and adjustments to what each centre would get by them alone.

Everything is a whole number over a common denominator: twins stay twins, ties stay ties, and no
result depends on the machine or on the order in which centres are added up.

Source: allocation model, section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import gcd, lcm

from budget.allocation.centres import Centres, raw_factor
from budget.allocation.columns import round_half_even
from budget.allocation.policy import Pool
from budget.allocation.rules import Adjustment, Ramp


@dataclass(frozen=True, slots=True)
class Shares:
    """One number a centre: numerator ÷ scale."""

    numerators: tuple[int, ...]
    scale: int

    @property
    def floats(self) -> tuple[float, ...]:
        """The same, to the nearest binary fraction."""
        return tuple(numerator / self.scale for numerator in self.numerators)

    def of(self, amount: int) -> list[int]:
        """The shares of an amount, to the nearest won."""
        return [round_half_even(amount * numerator, self.scale) for numerator in self.numerators]


@dataclass(frozen=True)
class Need:
    """Need in one pool, one entry a centre, in the order of the ids.

    Attributes:
        eligible: who shares in the pool; nobody if no need is left to share by.
        contributions: for each factor, weight x share of the factor; all over one scale, all of
            them together sum to 1.
        multipliers: for each adjustment, the number that need is multiplied by.
    """

    eligible: tuple[bool, ...]
    contributions: tuple[Shares, ...]
    multipliers: tuple[Shares, ...]

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """Adjusted need as whole numbers in the same proportions; 0 where not eligible."""
        products = self._products()[-1]
        common = gcd(*products)
        return tuple(product // common for product in products) if common else tuple(products)

    @property
    def is_void(self) -> bool:
        """Whether no centre has any adjusted need: the pool cannot be placed."""
        return not any(self.weights)

    def _products(self) -> list[list[int]]:
        """Need after the last factor, then after each adjustment, up to a common scale."""
        total = [sum(parts) for parts in zip(*self._factor_numerators(), strict=True)]
        products = [total]
        for multiplier in self.multipliers:
            total = [a * b for a, b in zip(total, multiplier.numerators, strict=True)]
            products.append(total)
        return products

    def _factor_numerators(self) -> list[tuple[int, ...]]:
        return [contribution.numerators for contribution in self.contributions]

    def steps(self) -> list[Shares]:
        """Need after each factor, then after each adjustment: shares of the pool.

        Returns:
            After the last factor, and after each adjustment, they sum to 1 (or are all 0).
        """
        running = [0] * len(self.eligible)
        found: list[Shares] = []
        for contribution in self.contributions:
            running = [a + b for a, b in zip(running, contribution.numerators, strict=True)]
            found.append(Shares(tuple(running), contribution.scale))
        return found + [
            Shares(tuple(product), sum(product) or 1) for product in self._products()[1:]
        ]


def need(centres: Centres, pool: Pool) -> Need:
    """Each centre's part in the need that a pool answers to.

    Args:
        centres: checked against the policy that the pool belongs to.
    """
    eligible = centres.selected(pool.eligible)
    found = Need(
        eligible=tuple(eligible),
        contributions=_contributions(centres, pool, eligible),
        multipliers=tuple(
            _multipliers(centres, eligible, adjustment) for adjustment in pool.adjustment
        ),
    )
    if not found.is_void:
        return found
    nobody = (False,) * len(eligible)
    return Need(nobody, found.contributions, found.multipliers)


def _contributions(centres: Centres, pool: Pool, eligible: Sequence[bool]) -> tuple[Shares, ...]:
    """weight_f · raw_f(i) ÷ Σ raw_f over the eligible centres, the weights summing to 1."""
    total_weight = sum(Fraction(factor.weight) for factor in pool.factor)
    measures: list[list[int]] = []
    each: list[Fraction] = []
    for factor in pool.factor:
        raw = [
            numerator if inside and numerator is not None else 0
            for numerator, inside in zip(
                raw_factor(centres, factor.columns).numerators, eligible, strict=True
            )
        ]
        measures.append(raw)
        each.append(Fraction(factor.weight) / total_weight / sum(raw))
    scale = lcm(*(unit.denominator for unit in each))
    return tuple(
        Shares(
            tuple(numerator * (unit.numerator * (scale // unit.denominator)) for numerator in raw),
            scale,
        )
        for raw, unit in zip(measures, each, strict=True)
    )


def _multipliers(centres: Centres, eligible: Sequence[bool], adjustment: Adjustment) -> Shares:
    """The table's entry or the ramp of the value; `missing` without a value."""
    missing = Fraction(adjustment.missing)
    if adjustment.table is not None:
        table = {key: Fraction(value) for key, value in adjustment.table.items()}
        scale = lcm(missing.denominator, *(value.denominator for value in table.values()))
        whole = {key: int(value * scale) for key, value in table.items()}
        other = int(missing * scale)
        return Shares(
            tuple(
                whole[text] if inside and text is not None else other
                for text, inside in zip(centres.texts[adjustment.column], eligible, strict=True)
            ),
            scale,
        )
    if adjustment.ramp is None:
        raise AssertionError("an adjustment has a ramp or a table")
    column = centres.numbers[adjustment.column]
    return _ramp(column.numerators, column.scale, adjustment.ramp, missing)


def _ramp(values: Sequence[int | None], scale: int, ramp: Ramp, missing: Fraction) -> Shares:
    """clip(1 + slope · (value − target), min, max)."""
    slope, target = Fraction(ramp.slope), Fraction(ramp.target)
    least, most = Fraction(ramp.min), Fraction(ramp.max)
    start, rise = 1 - slope * target, slope / scale
    common = lcm(*(part.denominator for part in (start, rise, least, most, missing)))
    first, step, low, high, other = (
        int(part * common) for part in (start, rise, least, most, missing)
    )
    return Shares(
        tuple(other if n is None else min(max(first + step * n, low), high) for n in values),
        common,
    )


def entitlements_in_won(need_: Need, amount: int) -> list[int]:
    """What each centre would get by factors and adjustments alone, to the nearest won."""
    weights = need_.weights
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    return [round_half_even(amount * weight, total) for weight in weights]
