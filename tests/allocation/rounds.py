"""Small rounds that can be worked in the head: a few centres, a policy of a few lines."""

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pandas as pd

import budget
from budget.allocation.centre_checking import checked_centres
from budget.allocation.centres import Centres
from budget.allocation.need import Need, need
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from
from budget.allocation.result import Allocation
from budget.allocation.split import Group, Split

STAFF_FACTOR = """
[[pool.factor]]
name = "staff"
weight = 1.0
columns = { staff = 1.0 }
"""
ADJUSTED = """
[[pool.adjustment]]
name = "execution"
column = "execution_rate"
ramp = { target = 1, slope = 1, min = 0, max = 1 }
"""


def policy_text(
    rules: str = "",
    *,
    envelope: int = 600_000,
    unit: int = 1_000,
    head: str = "",
    pool: str = "",
    factor: str = STAFF_FACTOR,
) -> str:
    """A policy with one pool, "operating".

    Args:
        rules: [[pool.…]] tables of the operating pool, and further pools.
        head: tables before the pool ([reserve], [special_needs]).
        pool: further keys of the pool ("eligible = …").
        factor: the pool's factors.
    """
    return f"""
[policy]
name = "Test"
fiscal_year = 2027
envelope_krw = {envelope}
unit_krw = {unit}
{head}
[[pool]]
name = "operating"
amount = "remainder"
{pool}
{factor}
{rules}
"""


def policy(rules: str = "", **settings: Any) -> Policy:
    """The policy of `policy_text`."""
    return policy_from(tomllib.loads(policy_text(rules, **settings), parse_float=Decimal))


def table(**columns: Sequence[object]) -> pd.DataFrame:
    """A table of centres; ids A, B, C, … unless given."""
    if "centre_id" not in columns:
        count = len(next(iter(columns.values())))
        columns = {"centre_id": [chr(ord("A") + place) for place in range(count)], **columns}
    return pd.DataFrame({name: pd.Series(cells, dtype="object") for name, cells in columns.items()})


def checked(rules: Policy, **columns: Sequence[object]) -> Centres:
    """A checked table of centres."""
    return checked_centres(table(**columns), rules)


def need_of(rules: Policy, **columns: Sequence[object]) -> Need:
    """Need in the first pool."""
    return need(checked(rules, **columns), rules.pool[0])


def allocated(rules: Policy, **columns: Sequence[object]) -> Allocation:
    """A run without requests."""
    return budget.allocate(table(**columns), rules)


def request_table(*rows: Mapping[str, object]) -> pd.DataFrame:
    """A table of requests; what a row leaves out has a plain value."""
    plain = {
        "category": "other",
        "title": "A need",
        "requested_krw": 1_000,
        "approved_krw": 1_000,
        "priority": 1,
        "divisible": False,
    }
    records = [
        plain
        | {"request_id": f"R{number}", "centre_id": "A", "submitted_at": f"2026-03-{number:02}"}
        | dict(row)
        for number, row in enumerate(rows, start=1)
    ]
    return pd.DataFrame(records, dtype="object")


def simple_split(
    weights: Sequence[int],
    amount: int,
    *,
    floors: Sequence[int] | None = None,
    caps: Sequence[int | None] | None = None,
    groups: Sequence[Group] = (),
    unit: int = 1,
) -> Split:
    """A split with ids A, B, C, …; groups are put in the order that `Split` asks for."""
    count = len(weights)
    return Split(
        ids=tuple(chr(ord("A") + place) for place in range(count)),
        weights=tuple(weights),
        floors=tuple(floors or [0] * count),
        caps=tuple(caps or [None] * count),
        groups=tuple(sorted(groups, key=lambda group: -len(group.members))),
        amount=amount,
        unit=unit,
    )


def group(name: str, members: Sequence[int], least: int = 0, most: int | None = None) -> Group:
    """A group of a split."""
    return Group(name, frozenset(members), least, most)


# --- splits at random ------------------------------------------------------------------------


def random_split(seed: int, largest: int = 10**6) -> Split:
    """A feasible split with bounds and nested groups, drawn around a split that satisfies them.

    Args:
        largest: amounts of a centre, in units, are at most about this.
    """
    rng = Random(f"split {seed}")
    count = rng.choice([1, 2, 2, 3, 3, 4, 5, 6, 8])
    unit = rng.choice([1, 1, 10, 1_000])
    size = min(largest, rng.choice([5, 20, 1_000, largest]))
    spread = rng.choice([1, 10, 10**6])
    weights = [0 if rng.random() < 0.1 else rng.randint(1, spread) for _ in range(count)]
    floors: list[int] = []
    caps: list[int | None] = []
    inside: list[int] = []
    for weight in weights:
        own = rng.choice([0, rng.randint(0, size), rng.randint(0, size)])
        floor = rng.choice([0, 0, own, rng.randint(0, own)])
        cap = rng.choice([None, None, own, own + rng.randint(0, size)])
        if weight == 0:
            own = cap = floor
        inside.append(own * unit)
        floors.append(floor * unit)
        caps.append(None if cap is None else cap * unit)
    groups = []
    for place, members in enumerate(_nested(rng, list(range(count)), 3)):
        total = sum(inside[member] for member in members) // unit
        least = rng.choice([0, total, rng.randint(0, total), max(0, total - 1)])
        most = rng.choice([None, total, total + rng.randint(0, size), total + 1])
        groups.append(
            group(f"G{place}", members, least * unit, None if most is None else most * unit)
        )
    amount = sum(inside) + (rng.randint(0, size) * unit if rng.random() < 0.2 else 0)
    return simple_split(weights, amount, floors=floors, caps=caps, groups=groups, unit=unit)


def _nested(rng: Random, members: list[int], depth: int) -> list[list[int]]:
    """Sets of centres, nested or disjoint; some of them twice, some with a single member."""
    found: list[list[int]] = []
    rng.shuffle(members)
    begin = 0
    while depth and begin < len(members):
        end = rng.randint(begin + 1, len(members))
        part = members[begin:end]
        begin = end
        if rng.random() < 0.6:
            found += [part] * rng.choice([1, 1, 1, 2])
        found += _nested(rng, list(part), depth - 1)
    return found


def exchanges(split: Split, amounts: Sequence[Fraction]) -> list[str]:
    """What is wrong with exact amounts, straight from the definitions of the model.

    Bounds, bands, the sum, money held back in vain; and every pair of centres between which
    money could go from the better to the worse funded one.
    """
    found = []
    centres = range(len(amounts))
    totals = [sum((amounts[m] for m in g.members), Fraction(0)) for g in split.groups]
    placed = sum(amounts, Fraction(0))
    for centre in centres:
        cap = split.caps[centre]
        if amounts[centre] < split.floors[centre]:
            found.append(f"{split.ids[centre]} below its floor")
        if cap is not None and amounts[centre] > cap:
            found.append(f"{split.ids[centre]} above its cap")
    for own, total in zip(split.groups, totals, strict=True):
        if total < own.least or (own.most is not None and total > own.most):
            found.append(f"{own.name} outside of its band")
    if placed > split.amount:
        found.append("more than the amount")

    def can_take(taker: int, giver: int | None) -> bool:
        cap = split.caps[taker]
        if not split.weights[taker] or (cap is not None and amounts[taker] >= cap):
            return False
        return all(
            own.most is None or total < own.most
            for own, total in zip(split.groups, totals, strict=True)
            if taker in own.members and giver not in own.members
        )

    def can_give(giver: int, taker: int) -> bool:
        if not split.weights[giver] or amounts[giver] <= split.floors[giver]:
            return False
        return all(
            total > own.least
            for own, total in zip(split.groups, totals, strict=True)
            if giver in own.members and taker not in own.members
        )

    for taker in centres:
        if placed < split.amount and can_take(taker, None):
            found.append(f"{split.ids[taker]} could take what is unplaced")
        for giver in centres:
            better = amounts[giver] * split.weights[taker] > amounts[taker] * split.weights[giver]
            if better and can_give(giver, taker) and can_take(taker, giver):
                found.append(f"from {split.ids[giver]} to {split.ids[taker]}")
    return found
