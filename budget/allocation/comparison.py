"""Allocations beside each other: bands of gain and loss, sums by group, rules that differ."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from budget.allocation.parameters import Parameter, parameters
from budget.allocation.policy import Policy

EDGES = (5, 10)
"""Per cent at which a band of gain or loss begins."""
BANDS = tuple(range(-len(EDGES) - 1, len(EDGES) + 2))
"""Bands by number: -3 is a loss of 10 % or more, 0 no change, 1 a gain of less than 5 %."""

Amounts = Sequence[int | None]


def band(before: int | None, now: int | None) -> int | None:
    """The band of a change, to a tenth of a per cent, as a change is shown.

    What is shown as 5.0 % belongs to the band that begins there, up and down: a floor of 95 % of
    last year's money, rounded up to the unit, lets a centre lose 4.9999 %.

    Returns:
        A number of BANDS; None where there was nothing before, or one of the two is not known.
    """
    if not before or now is None:
        return None
    change = now - before
    if not change:
        return 0
    size = 1 + sum(2_000 * abs(change) >= (20 * edge - 1) * before for edge in EDGES)
    return size if change > 0 else -size


@dataclass(frozen=True)
class Pair:
    """The same centres before and now, in won.

    Attributes:
        ids: the centres; `before` and `now` have one entry each, None where it is not known.
    """

    ids: tuple[str, ...]
    before: Amounts
    now: Amounts

    @cached_property
    def changes(self) -> tuple[int | None, ...]:
        """Now less before, in won; None where one of the two is not known."""
        return tuple(
            None if old is None or new is None else new - old
            for old, new in zip(self.before, self.now, strict=True)
        )

    @cached_property
    def rates(self) -> tuple[float | None, ...]:
        """The change relative to before (0.05: 5 % more); None where there was nothing."""
        return tuple(
            None if change is None or not old else change / old
            for change, old in zip(self.changes, self.before, strict=True)
        )

    @cached_property
    def bands(self) -> tuple[int | None, ...]:
        """The band of every centre."""
        return tuple(band(old, new) for old, new in zip(self.before, self.now, strict=True))

    @cached_property
    def counts(self) -> Mapping[int, int]:
        """How many centres stand in each band."""
        found = Counter(number for number in self.bands if number is not None)
        return {number: found[number] for number in BANDS}

    @cached_property
    def moved(self) -> Mapping[int, int]:
        """What the centres of each band gain or lose together, in won."""
        found = dict.fromkeys(BANDS, 0)
        for number, change in zip(self.bands, self.changes, strict=True):
            if number is not None:
                found[number] += change or 0
        return found

    @property
    def left_out(self) -> int:
        """Centres that stand in no band, because there was nothing before."""
        return len(self.ids) - sum(self.counts.values())


def sums_by(groups: Sequence[str], amounts: Amounts) -> dict[str, int]:
    """Won by group, in the order in which the groups first occur; what is not known counts 0."""
    found: dict[str, int] = {}
    for group, amount in zip(groups, amounts, strict=True):
        found[group] = found.get(group, 0) + (amount or 0)
    return found


def differing_parameters(policies: Sequence[Policy]) -> list[tuple[Parameter | None, ...]]:
    """The parameters that are not the same in all policies.

    Returns:
        One entry a parameter: how it stands in each policy, None where a policy has none; in
        the order of the policies that name them first.
    """
    tables = [{found.path: found for found in parameters(policy)} for policy in policies]
    paths = dict.fromkeys(path for table in tables for path in table)
    rows = [tuple(table.get(path) for table in tables) for path in paths]
    return [row for row in rows if len({found and found.value for found in row}) > 1]


def differ_in_more_than_numbers(first: Policy, second: Policy) -> bool:
    """Whether two policies have other pools, rules, columns or members of bands."""
    numbers = {found.path: found.value for found in parameters(second)}
    if {found.path for found in parameters(first)} != numbers.keys():
        return True
    changes = {
        found.path: numbers[found.path]
        for found in parameters(first)
        if numbers[found.path] != found.value
    }
    return _rules(first.replaced(changes)) != _rules(second)


def _rules(policy: Policy) -> dict[str, object]:
    document = policy.to_document()
    return {**document, "policy": {**document["policy"], "name": ""}}


def differ_untold(first: Policy, second: Policy) -> bool:
    """Whether two policies differ in something that none of their parameters tells.

    A rule that only one of them has is told by its numbers; who is eligible, the members of a
    band, the column that a rule reads and the order of the rules are not. Names of policies and
    the number of rows that they expect are no rules.
    """
    told = {tuple(found.parts) for policy in (first, second) for found in parameters(policy)}
    one, other = ({**_rules(policy)} for policy in (first, second))
    for document in (one, other):
        header = document["policy"]
        document["policy"] = {k: v for k, v in header.items() if k != "centres"}  # type: ignore[attr-defined]
    return _differ(one, other, (), told)


def _differ(one: object, other: object, place: tuple[str, ...], told: Set[tuple[str, ...]]) -> bool:
    """Whether something below a place differs that is not told."""
    if _are_rules(one) and _are_rules(other):
        mine, theirs = _by_name(one), _by_name(other)
        common = [name for name in mine if name in theirs]
        return common != [name for name in theirs if name in mine] or any(
            _differ(mine[name], theirs[name], (*place, name), told) for name in common
        )
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return any(
            _differ(one.get(name), other.get(name), (*place, name), told)
            for name in {**one, **other}
        )
    if place in told:
        return False
    if isinstance(one, Mapping):  # the other one has none, or a word in its place
        return _differ(one, {}, place, told)
    if isinstance(other, Mapping):
        return _differ({}, other, place, told)
    return one != other


def _are_rules(found: object) -> bool:
    """Whether this is a list of named rules; none at all is an empty one."""
    return found is None or (
        isinstance(found, list | tuple) and all(isinstance(entry, Mapping) for entry in found)
    )


def _by_name(found: object) -> Mapping[str, Mapping[str, object]]:
    return {str(rule["name"]): rule for rule in found or ()}  # type: ignore[attr-defined]
