"""Moving unspent money in the fourth quarter, under the same rules: a proposal.

Centres that run behind give what they will neither spend nor carry over. The remainder pool
(operating) is then split once more by its own rule: the same factors, adjustments, caps and bands,
the same amount. Only the floors differ: nobody goes below what it was allocated, and a giver keeps
exactly what it will use. Centres that cannot show that they can use more are held where they are.
So the money goes to the worst-funded of those that can use it, up to their caps, and the ordinary
certificate proves it. Where a band's least could not be kept, because nobody else in it can take
what its givers leave, they give less, each in proportion. Special needs and the other pools stay.

Source: allocation model, sections 3 to 5 and 9; the field in one page, rules of public money.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from typing import Any

from budget.allocation.allotment import Row
from budget.allocation.centre_checking import checked_centres
from budget.allocation.execution import Standing
from budget.allocation.faults import N_
from budget.allocation.policy import Policy, Pool
from budget.allocation.policy_reading import policy_from
from budget.allocation.result import Allocation, PoolResult
from budget.allocation.run import allocation as run
from budget.allocation.split import Split

ALLOCATED, WILL_USE = N_("what it was allocated"), N_("what it can use")
KEPT_COLUMN, MOST_COLUMN = "kept_krw", "most_krw"
EARLIER_COLUMN = "earlier_{pool}_krw"
FOURTH = 3
"""Place of the fourth quarter in a row."""
BEGINS_MONTH = 10


@dataclass(frozen=True)
class Line:
    """One centre in the proposal, in won of the pool that is split again.

    Attributes:
        before, after: its amount of the pool as published and as proposed.
        fourth: its allotment of the fourth quarter, all running money.
        binding: what stops it in the new split, as allocation.csv says it.
    """

    centre_id: str
    before: int
    after: int
    standing: Standing
    fourth: int
    binding: str

    @property
    def change(self) -> int:
        """More or less than published."""
        return self.after - self.before

    @property
    def fourth_after(self) -> int:
        """The fourth quarter's allotment with the change."""
        return max(0, self.fourth + self.change)

    @property
    def taken_back(self) -> int:
        """What the fourth quarter cannot give: to be taken back from earlier allotments."""
        return max(0, -(self.fourth + self.change))


@dataclass(frozen=True)
class Moving:
    """What would be moved.

    Attributes:
        lines: one a centre, in the order of the ids.
        split: the new split of the pool with its certificate; None where nothing can be moved.
        held: band -> won that its centres keep, because the band's least asks for it.
    """

    lines: tuple[Line, ...]
    split: Allocation | None
    held: Mapping[str, int] = field(default_factory=dict)

    @property
    def givers(self) -> tuple[Line, ...]:
        """Who gives, the greatest gift first."""
        return tuple(
            sorted(
                (line for line in self.lines if line.change < 0),
                key=lambda line: (line.change, line.centre_id),
            )
        )

    @property
    def gainers(self) -> tuple[Line, ...]:
        """Who gains, the greatest gain first."""
        return tuple(
            sorted(
                (line for line in self.lines if line.change > 0),
                key=lambda line: (-line.change, line.centre_id),
            )
        )

    @property
    def given(self) -> int:
        """What the givers leave, in won."""
        return -sum(line.change for line in self.givers)

    @property
    def gained(self) -> int:
        """What the gainers get, in won."""
        return sum(line.change for line in self.gainers)

    @property
    def unplaced(self) -> int:
        """What caps let nobody take: it would lapse, or wait in the reserve."""
        return self.given - self.gained

    @property
    def is_certified(self) -> bool:
        """Whether the independent checker has proven the new split."""
        return self.split is not None and self.split.certified


def is_early(standings: Sequence[Standing], fiscal_year: int) -> bool:
    """Whether some execution is older than the end of the third quarter."""
    begins = date(fiscal_year, BEGINS_MONTH, 1)
    days = [one.executed.as_of for one in standings if one.executed]
    return any((begins - day).days > 1 for day in days)


def moving(allocation: Allocation, standings: Sequence[Standing], rows: Sequence[Row]) -> Moving:
    """The proposal.

    Args:
        allocation: what is published (or the baseline, as a preview).
        standings: in the order of the ids.
        rows: running money by quarter, in the order of the ids.
    """
    pool = allocation.pool(allocation.policy.remainder_pool.name)
    before = pool.amounts
    wished = [min(one.unused, own) for one, own in zip(standings, before, strict=True)]
    gifts, held = _within_bands(pool, standings, wished)
    if not any(gifts):
        after, bindings, split = before, ("",) * len(before), None
    else:
        split = _split_again(allocation, standings, gifts)
        after, bindings = split.pools[0].amounts, tuple(split.pools[0].binding)
    lines = [
        Line(one.centre_id, had, has, one, row[FOURTH], binding)
        for one, had, has, row, binding in zip(
            standings, before, after, rows, bindings, strict=True
        )
    ]
    return Moving(tuple(lines), split, held)


def _within_bands(
    pool: PoolResult, standings: Sequence[Standing], wished: Sequence[int]
) -> tuple[list[int], dict[str, int]]:
    """Gifts that every band's least allows, and what each band holds back.

    The innermost bands come first. What was published keeps every least and every most, and
    nobody who gives goes above it: with these gifts the new split can always be made.
    """
    gifts, held = list(wished), dict[str, int]()
    for position in reversed(range(len(pool.question.groups))):
        group = pool.question.groups[position]
        most = _question(pool, standings, gifts).most_of_groups[0][position]
        short = 0 if most is None else group.least - most
        if short <= 0:
            continue
        members = sorted(member for member in group.members if gifts[member])
        back = _in_proportion([gifts[member] for member in members], short, pool.question.unit)
        for member, won in zip(members, back, strict=True):
            gifts[member] -= won
        held[group.name] = sum(back)
    return gifts, held


def _question(pool: PoolResult, standings: Sequence[Standing], gifts: Sequence[int]) -> Split:
    """What the new split would ask, were these the gifts."""
    kept = tuple(own - gift for own, gift in zip(pool.amounts, gifts, strict=True))
    most = _most(standings, gifts, kept)
    caps = tuple(
        own if limit is not None or not weight else (None if cap is None else max(cap, own))
        for own, limit, cap, weight in zip(
            kept, most, pool.question.caps, pool.question.weights, strict=True
        )
    )
    return replace(pool.question, floors=kept, caps=caps)


def _in_proportion(amounts: Sequence[int], total: int, unit: int) -> list[int]:
    """So much in all, in proportion to the amounts and in whole units; ties to the first."""
    whole = sum(amounts)
    wanted = min(total, whole)
    exact = [Fraction(amount * wanted, whole * unit) for amount in amounts]
    counts = [int(part) for part in exact]
    order = sorted(range(len(exact)), key=lambda place: (counts[place] - exact[place], place))
    for place in order[: wanted // unit - sum(counts)]:
        counts[place] += 1
    return [count * unit for count in counts]


def _most(
    standings: Sequence[Standing], gifts: Sequence[int], kept: Sequence[int]
) -> list[int | None]:
    """The most each may have: what it keeps, unless it can show that it can use more."""
    return [
        None if one.can_use_more and not gift else own
        for one, gift, own in zip(standings, gifts, kept, strict=True)
    ]


def _split_again(
    allocation: Allocation, standings: Sequence[Standing], gifts: Sequence[int]
) -> Allocation:
    pool = allocation.pool(allocation.policy.remainder_pool.name)
    kept = [own - gift for own, gift in zip(pool.amounts, gifts, strict=True)]
    most = _most(standings, gifts, kept)
    centres = allocation.centres
    table = centres.table.copy()
    columns: dict[str, Sequence[int | None]] = {KEPT_COLUMN: kept, MOST_COLUMN: most}
    for name in _earlier(pool.rule):
        columns[EARLIER_COLUMN.format(pool=name)] = allocation.pool(name).amounts
    for name, values in columns.items():
        table[name] = [
            "" if value is None else str(value) for value in centres.in_table_order(values)
        ]
    policy = _again(allocation.policy, pool.rule, pool.amount)
    return run(checked_centres(table, policy), policy, (), remedies=False)


def _earlier(pool: Pool) -> set[str]:
    """Earlier pools that a cap of the pool is measured by."""
    return {bound.pool.name for bound in pool.cap if bound.pool is not None}


def _again(policy: Policy, pool: Pool, amount: int) -> Policy:
    """The policy of the new split: this pool alone, with other floors and one more cap."""
    document = policy.to_document()
    own: dict[str, Any] = next(one for one in document["pool"] if one["name"] == pool.name)
    own["amount"] = "remainder"
    own["floor"] = [{"name": ALLOCATED, "prior": {"column": KEPT_COLUMN, "rate": 1}}]
    caps = [_own_cap(cap) for cap in own.get("cap", ())]
    own["cap"] = [*caps, {"name": WILL_USE, "prior": {"column": MOST_COLUMN, "rate": 1}}]
    header = {**document["policy"], "envelope_krw": amount}
    return policy_from({"policy": header, "pool": [own]}, file="policy")


def _own_cap(cap: Mapping[str, Any]) -> Mapping[str, Any]:
    """A cap by an earlier pool's result, as a column of that result."""
    if "pool" not in cap:
        return cap
    column = EARLIER_COLUMN.format(pool=cap["pool"]["name"])
    return {"name": cap["name"], "prior": {"column": column, "rate": cap["pool"]["rate"]}}
