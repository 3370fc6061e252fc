"""One pool of a policy as a question that can be asked with some of its rules left out.

Source: allocation model, section 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from budget.allocation.bounds import bounds, groups, split
from budget.allocation.centres import Centres
from budget.allocation.need import Need
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy, Pool
from budget.allocation.rules import Bound
from budget.allocation.split import Split


@dataclass(frozen=True)
class PoolCase:
    """Everything that the question of one pool is made of."""

    centres: Centres
    policy: Policy
    pool: Pool
    need: Need
    amount: int
    earlier: Mapping[str, Sequence[int]]

    def question(self, pool: Pool) -> Split:
        """The split with other rules."""
        unit = self.policy.unit
        limits = bounds(self.centres, pool, self.need, self.amount, unit, self.earlier)
        bands = groups(self.centres, pool, self.need, self.amount, unit)
        return split(self.centres, self.need, limits, bands, self.amount, unit)


@dataclass(frozen=True, slots=True)
class PoolRule:
    """A rule that can be left out: an amount, a term, or one side of a band."""

    kind: str
    name: str


def all_rules(pool: Pool) -> list[PoolRule]:
    """Every rule of a pool that can be left out, in the order in which they are tried."""
    return [
        *(PoolRule("cap", bound.name) for bound in pool.cap),
        *(PoolRule("band most", band.name) for band in pool.band if band.max_share is not None),
        *(PoolRule("band least", band.name) for band in pool.band if band.min_share is not None),
        *(PoolRule("floor", bound.name) for bound in pool.floor),
        PoolRule("amount", pool.name),
    ]


def with_only(pool: Pool, rules: Sequence[PoolRule]) -> Pool:
    """The pool with no other rules than these."""
    kept = {(rule.kind, rule.name) for rule in rules}
    bands = []
    for band in pool.band:
        least = band.min_share if ("band least", band.name) in kept else None
        most = band.max_share if ("band most", band.name) in kept else None
        if least is not None or most is not None:
            bands.append(band.model_copy(update={"min_share": least, "max_share": most}))
    return pool.model_copy(
        update={
            "floor": tuple(bound for bound in pool.floor if ("floor", bound.name) in kept),
            "cap": tuple(bound for bound in pool.cap if ("cap", bound.name) in kept),
            "band": tuple(bands),
        }
    )


def path_of(case: PoolCase, rule: PoolRule) -> str:
    """Where a rule stands in the policy."""
    top = ["pool", case.pool.name]
    if rule.kind == "amount":
        return joined_path([*top, "amount"])
    if rule.kind.startswith("band"):
        side = "min_share" if rule.kind == "band least" else "max_share"
        return joined_path([*top, "band", rule.name, side])
    return joined_path([*top, rule.kind, rule.name])


def kind_of(case: PoolCase, bound: Bound) -> str:
    """Whether a term is one of the pool's floors or one of its caps."""
    return "floor" if bound in case.pool.floor else "cap"
