"""What the rules of a policy ask of a table of centres, and where the table cannot answer.

Source: file formats, centres.csv; allocation model, sections 3 and 4.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from budget.allocation.centres import Centres, raw_factor
from budget.allocation.faults import N_, Fault, shown
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy

POLICY = "policy.toml"
"""What faults call the policy until they are raised."""


def rule_faults(
    centres: Centres, policy: Policy, file: str, unusable: frozenset[str]
) -> Iterator[Fault]:
    """Faults of the rules against the table; rules on columns that are faulty wait."""
    for pool in policy.pool:
        top = ["pool", pool.name]
        bands = [band for band in pool.band if band.where.column not in unusable]
        yield from _band_faults(centres, bands, top)
        if pool.eligible is not None and pool.eligible.column in unusable:
            continue
        eligible = centres.selected(pool.eligible)
        if not any(eligible):
            yield Fault(
                POLICY,
                joined_path([*top, "eligible"]),
                "",
                N_("at least one centre that may share in the pool; none is eligible"),
            )
            continue
        for factor in pool.factor:
            if not unusable & factor.columns.keys():
                yield from _factor_faults(centres, eligible, factor, [*top, "factor"], file)
        tables = [
            (adjustment.column, adjustment.table, ["adjustment", adjustment.name, "table"])
            for adjustment in pool.adjustment
            if adjustment.table
        ] + [
            (bound.by.column, bound.by.table, [kind, bound.name, "by", "table"])
            for kind in ("floor", "cap")
            for bound in getattr(pool, kind)
            if bound.by
        ]
        for column, table, keys in tables:
            if column not in unusable:
                path = joined_path([*top, *keys])
                yield from _table_faults(centres, eligible, column, table, path)


def _factor_faults(
    centres: Centres, eligible: Sequence[bool], factor: Any, top: list[str], file: str
) -> Iterator[Fault]:
    complete = True
    for column in factor.columns:
        for numerator, row, counts in zip(
            centres.numbers[column].numerators, centres.rows, eligible, strict=True
        ):
            if counts and numerator is None:
                complete = False
                yield Fault(
                    file,
                    column,
                    "",
                    N_("a number: the factor {factor} needs it, and nothing is filled in"),
                    row + 2,
                    {"factor": factor.name},
                )
    if not complete:
        return
    raw = raw_factor(centres, factor.columns)
    total = 0
    for numerator, row, counts in zip(raw.numerators, centres.rows, eligible, strict=True):
        if counts and numerator is not None:
            total += max(numerator, 0)
            if numerator < 0:
                yield Fault(
                    file,
                    ", ".join(factor.columns),
                    format(Decimal(numerator) / raw.scale, "f"),
                    N_("a measure of need that is not negative (factor {factor})"),
                    row + 2,
                    {"factor": factor.name},
                )
    if total == 0:
        yield Fault(
            POLICY,
            joined_path([*top, factor.name]),
            "0",
            N_("a factor with a total above 0 over the eligible centres"),
        )


def _table_faults(
    centres: Centres,
    eligible: Sequence[bool],
    column: str,
    table: Mapping[str, object],
    path: str,
) -> Iterator[Fault]:
    known = table.keys()
    strange: dict[str, int] = {}
    for text, row, counts in zip(centres.texts[column], centres.rows, eligible, strict=True):
        if counts and text is not None and text not in known:
            strange[text] = min(strange.get(text, row), row)
    for text, row in sorted(strange.items()):
        yield Fault(
            POLICY,
            path,
            shown(text),
            N_("an entry for this value of {column} (first in row {row}); it has: {known}"),
            details={"column": column, "row": str(row + 2), "known": ", ".join(known)},
        )


def _band_faults(centres: Centres, bands: Sequence[Any], top: list[str]) -> Iterator[Fault]:
    members = [
        frozenset(index for index, inside in enumerate(centres.selected(band.where)) if inside)
        for band in bands
    ]
    for later, band in enumerate(bands):
        for earlier in range(later):
            both = members[later] & members[earlier]
            if both and both != members[later] and both != members[earlier]:
                yield Fault(
                    POLICY,
                    joined_path([*top, "band", band.name]),
                    "",
                    N_("a band inside or outside of “{other}”; {count} centres are in both"),
                    details={"other": bands[earlier].name, "count": str(len(both))},
                )
