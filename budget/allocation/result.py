"""What a run gives: the parts of the envelope, each pool, and the allocation of all centres.

Source: allocation model, sections 1, 2 and 10.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import pandas as pd

from budget.allocation.blocks import Leximin
from budget.allocation.bounds import Bounds
from budget.allocation.centres import Centres
from budget.allocation.certificate import Certificate
from budget.allocation.contract import PRIOR_OPERATING
from budget.allocation.need import Need, entitlements_in_won
from budget.allocation.pegs import WHOLE
from budget.allocation.policy import Policy, Pool, pool_columns
from budget.allocation.requests import Request
from budget.allocation.split import Split


@dataclass(frozen=True)
class Parts:
    """How the envelope falls into parts, in won (allocation model, section 2).

    Attributes:
        reserve: held back from the start.
        ceiling: the most for special needs.
        special_needs: funded.
        pools: amount of each pool, in the order of the policy.
        unspent: special-needs money that joins the reserve.
    """

    reserve: int
    ceiling: int
    special_needs: int
    pools: Mapping[str, int]
    unspent: int


@dataclass(frozen=True)
class PoolResult:
    """What a pool gave, one entry a centre, in the order of the ids.

    Attributes:
        rule: the pool's part of the policy.
        amount: the pool, in won.
        question: weights, floors, caps and bands that the linear program was asked.
        exact: leximin result before rounding, in won.
        amounts: published won.
    """

    rule: Pool
    amount: int
    need: Need
    bounds: Bounds
    question: Split
    exact: Leximin
    amounts: tuple[int, ...]

    @property
    def placed(self) -> int:
        """What the centres get, in won."""
        return sum(self.amounts)

    @property
    def unplaced(self) -> int:
        """What caps and bands left over, in won; it joins the reserve."""
        return self.amount - self.placed

    @cached_property
    def entitlements(self) -> list[int]:
        """By factors and adjustments alone, to the nearest won."""
        return entitlements_in_won(self.need, self.amount)

    @property
    def common_factor(self) -> float | None:
        """λ: the part of its entitlement that every centre gets that no rule stops.

        None where a rule stops every centre.
        """
        return self.factor_at(self.exact.levels[WHOLE])

    def factor_at(self, level: Fraction | None) -> float | None:
        """A level (won per weight) as a part of entitlement."""
        total = sum(self.question.weights)
        if level is None or not total or not self.amount:
            return None
        return float(level * total / self.amount)

    @cached_property
    def binding_bands(self) -> tuple[str, ...]:
        """Bands whose centres together get exactly their least or their most."""
        slack = Fraction(self.question.unit, 10**6)
        found = []
        for group in self.question.groups:
            total = sum((self.exact.amounts[member] for member in group.members), Fraction(0))
            at_least = self._has_least(group.name) and total <= group.least + slack
            if at_least or (group.most is not None and total >= group.most - slack):
                found.append(group.name)
        order = [band.name for band in self.rule.band]
        return tuple(sorted(found, key=order.index))

    def _has_least(self, name: str) -> bool:
        return any(band.name == name and band.min_share is not None for band in self.rule.band)

    @cached_property
    def at_floor(self) -> tuple[bool, ...]:
        """Who gets exactly the floor, because the level of its block would give no more."""
        return tuple(self._at(centre, floor=True) for centre in range(len(self.amounts)))

    @cached_property
    def at_cap(self) -> tuple[bool, ...]:
        """Who gets exactly the cap, because the level of its block would give no less."""
        return tuple(self._at(centre, floor=False) for centre in range(len(self.amounts)))

    def _at(self, centre: int, *, floor: bool) -> bool:
        """Whether the exact amount is the bound, and the level alone would go past it.

        Equal means within a millionth of a unit, so that a mere coincidence counts as well.
        """
        terms, limits = (
            (self.bounds.floor_terms, self.question.floors)
            if floor
            else (self.bounds.cap_terms, self.question.caps)
        )
        limit = limits[centre]
        if limit is None or not terms[centre]:
            return False
        if abs(self.amounts[centre] - limit) > self.question.unit:
            return False  # rounding moves less than a unit; most centres end here
        if not self.need.eligible[centre] or not self.amount:
            return False
        weight = self.question.weights[centre]
        slack = Fraction(self.question.unit, 10**6)
        own = self.exact.amounts[centre]
        if abs(own - limit) > slack:
            return False
        if weight == 0:
            return floor and limit > 0
        level = self.exact.level_of(centre)
        if level is None or (floor and centre in self.bounds.overridden):
            return True
        return level * weight <= limit + slack if floor else level * weight >= limit - slack

    @cached_property
    def binding(self) -> list[str]:
        """What stops each centre: "floor:<term>", "cap:<term>", "band:<name>", joined by ";"."""
        bands: list[list[str]] = [[] for _ in self.amounts]
        for group in self.question.groups:
            if group.name in self.binding_bands:
                for member in group.members:
                    bands[member].append(f"band:{group.name}")
        return [
            ";".join(
                [f"floor:{self.bounds.floor_terms[centre]}"] * self.at_floor[centre]
                + [f"cap:{self.bounds.cap_terms[centre]}"] * self.at_cap[centre]
                + bands[centre]
            )
            for centre in range(len(self.amounts))
        ]


@dataclass(frozen=True)
class Allocation:
    """A certified split of the envelope, with everything that explains it.

    Attributes:
        centres: the checked table.
        requests: the approved requests.
        funded: request_id -> won.
        pools: one result a pool, in the order of the policy.
        certificate: what the independent checker found.
        seconds: how long the run took.
    """

    policy: Policy
    centres: Centres
    requests: tuple[Request, ...]
    parts: Parts
    funded: Mapping[str, int]
    pools: tuple[PoolResult, ...]
    certificate: Certificate
    seconds: float

    def pool(self, name: str) -> PoolResult:
        """One pool's result.

        Raises:
            KeyError: if the policy has no such pool.
        """
        for result in self.pools:
            if result.rule.name == name:
                return result
        raise KeyError(name)

    @property
    def certified(self) -> bool:
        """Whether the independent checker has proven the amounts."""
        return self.certificate.certified

    @cached_property
    def special_needs(self) -> tuple[int, ...]:
        """Funded special needs, one entry a centre, in the order of the ids."""
        return special_needs_by_centre(self.centres, self.requests, self.funded)

    @property
    def unplaced(self) -> int:
        """What caps and bands left over in all pools; part of the reserve."""
        return sum(result.unplaced for result in self.pools)

    @property
    def reserve(self) -> int:
        """What is not given to a centre: held back, unspent or unplaced."""
        return self.parts.reserve + self.parts.unspent + self.unplaced

    @cached_property
    def totals(self) -> tuple[int, ...]:
        """Each centre's whole amount, in the order of the ids, in won."""
        return tuple(
            sum(column)
            for column in zip(
                *(result.amounts for result in self.pools), self.special_needs, strict=True
            )
        )

    @cached_property
    def prior_operating(self) -> tuple[int | None, ...]:
        """Last year's operating allocation, in the order of the ids; None for a new centre."""
        column = self.centres.numbers.get(PRIOR_OPERATING)
        if column is None:
            return (None,) * len(self.centres)
        return tuple(None if n is None else n // column.scale for n in column.numerators)

    @cached_property
    def changes(self) -> tuple[int | None, ...]:
        """Change of the remainder pool (operating) against last year, in won."""
        operating = self.pool(self.policy.remainder_pool.name).amounts
        return tuple(
            None if prior is None else now - prior
            for now, prior in zip(operating, self.prior_operating, strict=True)
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """The allocation as allocation.csv has it, in the order of the rows that were given.

        Returns:
            One row a centre; won as Int64 (missing: no cap, no prior year).
        """
        given = self.centres.table
        columns: dict[str, Any] = {"centre_id": self._placed(self.centres.ids)}
        for name in ("name_ko", "name_en", "province", "regional_office", "centre_type"):
            texts = given[name].tolist() if name in given.columns else [""] * len(given)
            columns[name] = ["" if pd.isna(text) else str(text) for text in texts]
        for result in self.pools:
            name = result.rule.name
            cells = (
                self._won(result.entitlements),
                self._won(result.bounds.floors),
                self._won(result.bounds.caps),
                self._won(result.amounts),
                self._placed(result.binding),
            )
            columns |= dict(zip(pool_columns(name), cells, strict=True))
        columns["special_needs_krw"] = self._won(self.special_needs)
        columns["total_krw"] = self._won(self.totals)
        columns["prior_operating_krw"] = self._won(self.prior_operating)
        columns["change_operating_krw"] = self._won(self.changes)
        return pd.DataFrame(columns)

    def _placed(self, values: Sequence[Any]) -> list[Any]:
        return self.centres.in_table_order(values)

    def _won(self, values: Sequence[int | None]) -> Any:
        return pd.array(self._placed(values), dtype="Int64")


def special_needs_by_centre(
    centres: Centres, requests: Sequence[Request], funded: Mapping[str, int]
) -> tuple[int, ...]:
    """Funded won by centre, in the order of the ids."""
    totals = dict.fromkeys(centres.ids, 0)
    for request in requests:
        totals[request.centre_id] += funded[request.request_id]
    return tuple(totals.values())
