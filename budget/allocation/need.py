"""From factors and adjustments to what each centre would get by them alone.

Source: allocation model, section 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import fsum

from budget.allocation.centres import Centres, raw_factor, round_half_even
from budget.allocation.policy import Adjustment, Factor, Pool


@dataclass(frozen=True)
class Need:
    """Need in one pool, one entry a centre, in the order of the ids.

    Attributes:
        eligible: who shares in the pool; nobody if no need is left to share by.
        contributions: for each factor, weight x share of the factor; all of them sum to 1.
        multipliers: for each adjustment, the number that need is multiplied by.
        adjusted: need after all adjustments; 0 where not eligible.
    """

    eligible: tuple[bool, ...]
    contributions: tuple[tuple[float, ...], ...]
    multipliers: tuple[tuple[float, ...], ...]
    adjusted: tuple[float, ...]

    @cached_property
    def weights(self) -> tuple[int, ...]:
        """Adjusted need as whole numbers in the same proportions, exactly.

        From here on money is computed in whole numbers, so that no result depends on the
        machine or on the order in which centres are added up.
        """
        ratios = [value.as_integer_ratio() for value in self.adjusted]
        scale = max(denominator for _, denominator in ratios)
        return tuple(numerator * (scale // denominator) for numerator, denominator in ratios)

    @property
    def is_void(self) -> bool:
        """Whether no centre has any adjusted need: the pool cannot be placed."""
        return not any(self.adjusted)

    def steps(self) -> list[list[float]]:
        """Need after each factor, then after each adjustment: shares of the pool.

        Returns:
            One list a step, one number a centre. After the last factor, and after each
            adjustment, the numbers sum to 1 (or are all 0).
        """
        running = [0.0] * len(self.eligible)
        found: list[list[float]] = []
        for contribution in self.contributions:
            running = [a + b for a, b in zip(running, contribution, strict=True)]
            found.append(running)
        product = running
        for multiplier in self.multipliers:
            product = [a * b for a, b in zip(product, multiplier, strict=True)]
            total = fsum(product)
            found.append([value / total if total else 0.0 for value in product])
        return found


def need(centres: Centres, pool: Pool) -> Need:
    """Each centre's part in the need that a pool answers to.

    Args:
        centres: checked against the policy that the pool belongs to.
    """
    eligible = centres.selected(pool.eligible)
    total_weight = sum(Fraction(factor.weight) for factor in pool.factor)
    contributions = tuple(
        _factor_contribution(
            centres, eligible, factor, float(Fraction(factor.weight) / total_weight)
        )
        for factor in pool.factor
    )
    multipliers = tuple(
        _multipliers(centres, eligible, adjustment) for adjustment in pool.adjustment
    )
    adjusted = list(contributions[0])
    for contribution in contributions[1:]:
        adjusted = [a + b for a, b in zip(adjusted, contribution, strict=True)]
    for multiplier in multipliers:
        adjusted = [a * b for a, b in zip(adjusted, multiplier, strict=True)]
    void = not any(adjusted)
    return Need(
        eligible=tuple(inside and not void for inside in eligible),
        contributions=contributions,
        multipliers=multipliers,
        adjusted=tuple(adjusted),
    )


def _factor_contribution(
    centres: Centres, eligible: Sequence[bool], factor: Factor, weight: float
) -> tuple[float, ...]:
    """weight_f · raw_f(i) / Σ raw_f over the eligible centres."""
    raw = [
        numerator if inside and numerator is not None else 0
        for numerator, inside in zip(
            raw_factor(centres, factor.columns).numerators, eligible, strict=True
        )
    ]
    total = sum(raw)
    return tuple(weight * (numerator / total) for numerator in raw)


def _multipliers(
    centres: Centres, eligible: Sequence[bool], adjustment: Adjustment
) -> tuple[float, ...]:
    """clip(1 + slope · (value − target), min, max), or the table's entry; `missing` without one."""
    missing = float(adjustment.missing)
    if adjustment.table is not None:
        table = {key: float(value) for key, value in adjustment.table.items()}
        return tuple(
            (missing if text is None else table[text]) if inside else missing
            for text, inside in zip(centres.texts[adjustment.column], eligible, strict=True)
        )
    ramp = adjustment.ramp
    if ramp is None:
        raise AssertionError("an adjustment has a ramp or a table")
    column = centres.numbers[adjustment.column]
    slope, target = float(ramp.slope), float(ramp.target)
    least, most = float(ramp.min), float(ramp.max)
    return tuple(
        missing if n is None else min(max(1.0 + slope * (n / column.scale - target), least), most)
        for n in column.numerators
    )


def entitlements_in_won(need_: Need, amount: int) -> list[int]:
    """What each centre would get by factors and adjustments alone, to the nearest won."""
    weights = need_.weights
    total = sum(weights)
    if total == 0:
        return [0] * len(weights)
    return [round_half_even(amount * weight, total) for weight in weights]
