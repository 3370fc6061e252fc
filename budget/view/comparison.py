"""Scenarios beside each other, in words and numbers: who is compared, by what, and the findings.

Last year is known as operating money only; where it takes part, everybody is compared by
operating money, and the page says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from budget.allocation.comparison import (
    BANDS,
    Amounts,
    Pair,
    differ_in_more_than_numbers,
    differing_parameters,
    sums_by,
)
from budget.allocation.faults import N_
from budget.allocation.parameters import Parameter
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.view.exports import centre_columns
from budget.view.findings import centre_names
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import full_title, scale_of, shown
from budget.view.words import Words

LAST_YEAR = "last"
TOTAL, OPERATING = "total", "operating"
MEASURES = {TOTAL: N_("Total"), OPERATING: N_("Operating money")}
GROUPS = {"province": N_("Province"), "office": N_("Regional office"), "type": N_("Type")}
BAND_NAMES = {
    -3: N_("less by 10 % or more"),
    -2: N_("less by 5 to under 10 %"),
    -1: N_("less by under 5 %"),
    0: N_("no change"),
    1: N_("more by under 5 %"),
    2: N_("more by 5 to under 10 %"),
    3: N_("more by 10 % or more"),
}


@dataclass(frozen=True)
class Choice:
    """One thing that is compared: a version of a scenario, the present rules, or last year.

    Attributes:
        key: as the address names it.
        name: as the page calls it.
        policy: its rules; None for last year.
        allocation: what the rules give; None for last year, and where they contradict each other.
        conflict: in words, why there is no allocation.
        note: what else a reader has to know: other data, other requests.
        rationales: parameter path -> why it has its value.
    """

    key: str
    name: str
    policy: Policy | None = None
    allocation: Allocation | None = None
    conflict: str = ""
    note: str = ""
    rationales: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Choices beside each other; the first that has amounts is what others are compared with.

    Attributes:
        choices: in the order of the reader.
        measure: TOTAL or OPERATING.
        carrier: any allocation of the round, for the centres and last year.
    """

    choices: tuple[Choice, ...]
    measure: str
    carrier: Allocation

    @cached_property
    def amounts(self) -> Mapping[str, Amounts]:
        """Won of each centre, by the choice's key; without those that have no allocation."""
        return {
            choice.key: self._amounts(choice)
            for choice in self.choices
            if choice.allocation is not None or choice.key == LAST_YEAR
        }

    def _amounts(self, choice: Choice) -> Amounts:
        found = choice.allocation
        if found is None:
            return self.carrier.prior_operating
        if self.measure == TOTAL:
            return found.totals
        return found.pool(found.policy.remainder_pool.name).amounts

    @property
    def shown(self) -> tuple[Choice, ...]:
        """The choices that have amounts."""
        return tuple(choice for choice in self.choices if choice.key in self.amounts)

    @property
    def reference(self) -> Choice:
        """What the others are compared with."""
        return self.shown[0]

    @property
    def others(self) -> tuple[Choice, ...]:
        """What is compared with it."""
        return self.shown[1:]

    @cached_property
    def pairs(self) -> Mapping[str, Pair]:
        """Each of the others against the reference, by its key."""
        ids = tuple(self.carrier.centres.ids)
        before = self.amounts[self.reference.key]
        return {choice.key: Pair(ids, before, self.amounts[choice.key]) for choice in self.others}

    def total(self, choice: Choice) -> int:
        """What all centres get together, in won."""
        return sum(amount or 0 for amount in self.amounts[choice.key])

    def groups(self, by: str, _: Words) -> list[str]:
        """The group of every centre.

        Args:
            by: a key of GROUPS.
        """
        place = {"province": 2, "office": 3, "type": 4}[by]
        return [str(cell) for cell in centre_columns(self.carrier, _)[place].cells]

    def names(self, _: Words) -> tuple[str, ...]:
        """Short names of the centres."""
        return centre_names(self.carrier, _)


def measure_for(choices: Sequence[Choice], wanted: str) -> str:
    """What can be compared: last year has operating money alone."""
    has_last_year = any(choice.key == LAST_YEAR for choice in choices)
    return OPERATING if has_last_year or wanted == OPERATING else TOTAL


# --- findings ----------------------------------------------------------------------------------


def pair_title(pair: Pair, now: Choice, before: Choice, numbers: Numbers) -> str:
    """How much money moves from the reference to the other."""
    _ = numbers.words
    changes = [change for change in pair.changes if change is not None]
    more, less = ([c for c in changes if c * sign > 0] for sign in (1, -1))
    if not more and not less:
        return _("{now} and {before}: every centre gets the same", now=now.name, before=before.name)
    return _(
        "{now} against {before}: {gainers} centres {gained}, {losers} centres {lost}",
        now=now.name,
        before=before.name,
        gainers=len(more),
        gained=numbers.change_with_unit(sum(more)),
        losers=len(less),
        lost=numbers.change_with_unit(sum(less)),
    )


def bands_title(pair: Pair, numbers: Numbers) -> str:
    """How many centres lose or gain 5 % and more."""
    _, counts = numbers.words, pair.counts
    if not any(pair.changes):
        return _("No centre's amount changes")
    return _(
        "{losers} centres lose 5 % or more, {gainers} gain 5 % or more, {rest} move less",
        losers=counts[-3] + counts[-2],
        gainers=counts[2] + counts[3],
        rest=counts[-1] + counts[0] + counts[1],
    )


def groups_title(comparison: Comparison, key: str, by: str, numbers: Numbers) -> str:
    """Which group gains most and which loses most, relative to what it has."""
    _ = numbers.words
    rows = [row for row in group_rows(comparison, by, _) if row.rate(key) is not None]
    if not rows:
        return _("No group has an amount to compare with")
    ranked = sorted(rows, key=lambda row: -(row.rate(key) or 0))
    return _(
        "{first} {gain} highest, {last} {loss} lowest",
        first=ranked[0].name,
        gain=numbers.percent_change(ranked[0].rate(key)),
        last=ranked[-1].name,
        loss=numbers.percent_change(ranked[-1].rate(key)),
    )


def scatter_title(comparison: Comparison, key: str, numbers: Numbers) -> str:
    """Who stands furthest out."""
    _, pair = numbers.words, comparison.pairs[key]
    names = comparison.names(_)
    rated = [(rate, name) for rate, name in zip(pair.rates, names, strict=True) if rate is not None]
    if not rated:
        return _("No centre has an amount to compare with")
    (most, first), (least, last) = max(rated), min(rated)
    return _(
        "Furthest out: {first} {most}, {last} {least}",
        first=first,
        most=numbers.percent_change(most),
        last=last,
        least=numbers.percent_change(least),
    )


def basis(comparison: Comparison, numbers: Numbers) -> str:
    """By what the choices are compared."""
    _ = numbers.words
    unit = numbers.unit_name
    if comparison.measure == TOTAL:
        return _("Totals with performance, joint services and special needs, {unit}.", unit=unit)
    if any(choice.key == LAST_YEAR for choice in comparison.choices):
        return _(
            "Operating money, {unit}: last year's allocation is known as operating money only, so "
            "the others are compared by their operating money as well.",
            unit=unit,
        )
    return _("Operating money alone, {unit}.", unit=unit)


# --- groups ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class GroupRow:
    """A province, office or type: its centres and its won in each choice."""

    name: str
    centres: int
    won: Mapping[str, int]
    reference: str

    def change(self, key: str) -> int:
        """Won against the reference."""
        return self.won[key] - self.won[self.reference]

    def rate(self, key: str) -> float | None:
        """The same relative to the reference; None where that has nothing."""
        before = self.won[self.reference]
        return self.change(key) / before if before else None


def group_rows(comparison: Comparison, by: str, _: Words) -> list[GroupRow]:
    """One row a group, the largest in the reference first."""
    groups = comparison.groups(by, _)
    sums = {key: sums_by(groups, amounts) for key, amounts in comparison.amounts.items()}
    reference = comparison.reference.key
    rows = [
        GroupRow(
            name,
            groups.count(name),
            {key: found[name] for key, found in sums.items()},
            reference,
        )
        for name in dict.fromkeys(groups)
    ]
    return sorted(rows, key=lambda row: (-row.won[reference], row.name))


# --- parameters --------------------------------------------------------------------------------


@dataclass(frozen=True)
class ParameterRow:
    """A parameter that is not the same in all choices: its value in each, and why."""

    title: str
    path: str
    values: Mapping[str, str]
    rationale: str


def parameter_rows(comparison: Comparison, numbers: Numbers) -> list[ParameterRow]:
    """The parameters that differ between the choices that have rules."""
    ruled = [(choice, choice.policy) for choice in comparison.choices if choice.policy is not None]
    found = []
    for row in differing_parameters([policy for _choice, policy in ruled]):
        parameter, policy = next(
            (one, policy)
            for one, (_choice, policy) in zip(row, ruled, strict=True)
            if one is not None
        )
        values = {
            choice.key: _value(one, policy_, numbers)
            for one, (choice, policy_) in zip(row, ruled, strict=True)
        }
        reasons = [
            f"{choice.name}: {choice.rationales[parameter.path]}"
            for choice, _policy in ruled
            if choice.rationales.get(parameter.path)
        ]
        title = full_title(parameter, policy, numbers.words)
        found.append(ParameterRow(title, parameter.path, values, " · ".join(reasons)))
    return found


def _value(parameter: Parameter | None, policy: Policy, numbers: Numbers) -> str:
    if parameter is None:
        return NOTHING
    return shown(parameter.value, scale_of(parameter, policy), numbers)


def other_rules(comparison: Comparison) -> list[str]:
    """Names of the choices whose rules differ from the first's in more than numbers."""
    ruled = [(choice, choice.policy) for choice in comparison.choices if choice.policy is not None]
    if not ruled:
        return []
    _first, policy = ruled[0]
    return [
        choice.name for choice, other in ruled[1:] if differ_in_more_than_numbers(policy, other)
    ]


# --- the centres -------------------------------------------------------------------------------


def centre_rows(comparison: Comparison, key: str, numbers: Numbers) -> pd.DataFrame:
    """One row a centre, in the order of the ids; money in the reader's unit as float.

    Args:
        key: of the choice whose band stands in `band`; "" without others.

    Returns:
        Columns id, centre, province, office, type, then the amount of each choice (its key), and
        for each of the others `change:` and, in per cent, `more:` and `less:` with its key; band.
    """
    _, unit = numbers.words, numbers.unit.won
    heads = centre_columns(comparison.carrier, _)
    columns: dict[str, Sequence[object]] = {
        name: list(column.cells)
        for name, column in zip(("id", "centre", "province", "office", "type"), heads, strict=True)
    }
    for choice in comparison.shown:
        columns[choice.key] = [
            None if won is None else won / unit for won in comparison.amounts[choice.key]
        ]
        pair = comparison.pairs.get(choice.key)
        if pair is not None:
            columns[f"change:{choice.key}"] = [
                None if change is None else change / unit for change in pair.changes
            ]
            columns[f"rate:{choice.key}"] = [
                None if rate is None else rate * 100 for rate in pair.rates
            ]
    bands = comparison.pairs[key].bands if key else [None] * len(columns["id"])
    columns["band"] = ["" if number is None else _(BAND_NAMES[number]) for number in bands]
    return pd.DataFrame(columns)


def matching(rows: pd.DataFrame, text: str, bands: Sequence[str]) -> pd.DataFrame:
    """Rows in which the text stands in name, number or group, and whose band is one of these.

    Args:
        bands: names of bands; none: every band.
    """
    wanted = text.strip().casefold()
    if bands:
        rows = rows[rows["band"].isin(list(bands))]
    if not wanted:
        return rows
    found = pd.Series(False, index=rows.index)
    for column in ("id", "centre", "province", "office", "type"):
        found |= rows[column].astype(str).str.casefold().str.contains(wanted, regex=False)
    return rows[found]


def band_names(_: Words) -> list[str]:
    """All bands, the greatest loss first."""
    return [_(BAND_NAMES[number]) for number in BANDS]
