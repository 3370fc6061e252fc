"""Tidy tables for the screen: one row a pool, one row a centre."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from budget.allocation.contract import STAFF
from budget.allocation.result import Allocation, PoolResult
from budget.view.findings import CentreChange, Movement, centre_names
from budget.view.names import binding_name, pool_name, province_name
from budget.view.numbers import Numbers
from budget.view.words import Words


@dataclass(frozen=True, slots=True)
class PoolLine:
    """One part of the envelope, with what the baseline gives it.

    Attributes:
        key: the same in every allocation.
        common_factor, at_floor, at_cap, at_band: centres; None for parts that have no such thing.
        before: the same part in the baseline; None where it has none.
    """

    key: str
    name: str
    won: int
    common_factor: float | None = None
    at_floor: int | None = None
    at_cap: int | None = None
    at_band: int | None = None
    before: "PoolLine | None" = None


def pool_lines(allocation: Allocation, baseline: Allocation, _: Words) -> list[PoolLine]:
    """Every part of the envelope, the pools first; together they are the envelope."""
    before = {line.key: line for line in _lines(baseline, _)}
    return [
        PoolLine(
            line.key,
            line.name,
            line.won,
            line.common_factor,
            line.at_floor,
            line.at_cap,
            line.at_band,
            before.get(line.key),
        )
        for line in _lines(allocation, _)
    ]


def _lines(allocation: Allocation, _: Words) -> list[PoolLine]:
    special = sum(allocation.special_needs)
    return [
        *(_line(result, _) for result in allocation.pools),
        PoolLine("special needs", _("special needs"), special),
        PoolLine("reserve", _("reserve"), allocation.reserve),
        PoolLine("envelope", _("envelope"), allocation.policy.envelope),
    ]


def _line(result: PoolResult, _: Words) -> PoolLine:
    return PoolLine(
        pool_column(result.rule.name),
        pool_name(result.rule.name, _),
        result.placed,
        result.common_factor,
        sum(result.at_floor),
        sum(result.at_cap),
        _in_bands(result) if result.rule.band else None,
    )


def _in_bands(result: PoolResult) -> int:
    """Centres in a band that binds, as a sweep counts them."""
    binding = result.binding_bands
    groups = [group for group in result.question.groups if group.name in binding]
    return len({member for group in groups for member in group.members})


def pool_column(name: str) -> str:
    """The column of a pool in the table of centres; no pool's name can hide another column."""
    return f"pool:{name}"


def centre_table(allocation: Allocation, movement: Movement, numbers: Numbers) -> pd.DataFrame:
    """One row a centre, in the order of the given table; won, not yet formatted.

    Returns:
        Columns centre, province, staff, before, operating, more and less (per cent, both
        positive: a screen writes the signs and still sorts by number), one a further pool (by
        its name), special, total, binds; money in the reader's unit as float, missing values
        as NaN.
    """
    _ = numbers.words
    centres = allocation.centres
    unit = numbers.unit.won
    given = centres.table
    changes = {centre.centre_id: centre for centre in movement.centres}
    operating = allocation.pool(allocation.policy.remainder_pool.name)
    before = (
        allocation.prior_operating
        if movement.against == "last_year"
        else [changes[identifier].before for identifier in centres.ids]
    )
    columns: dict[str, Sequence[object]] = {
        "centre": centre_names(allocation, _),
        "before": _money(before, unit),
        pool_column(operating.rule.name): _money(operating.amounts, unit),
        "more": [_rate(changes.get(identifier), 1) for identifier in centres.ids],
        "less": [_rate(changes.get(identifier), -1) for identifier in centres.ids],
    }
    for result in allocation.pools:
        if result is not operating:
            columns[pool_column(result.rule.name)] = _money(result.amounts, unit)
    columns["special"] = _money(allocation.special_needs, unit)
    columns["total"] = _money(allocation.totals, unit)
    columns["binds"] = _bindings(allocation, _)
    rows = pd.DataFrame({name: centres.in_table_order(cells) for name, cells in columns.items()})
    rows.insert(1, "province", [province_name(place, _) for place in given["province"]])
    rows.insert(2, "staff", _staff(given))
    return rows


def _money(amounts: Sequence[int | None], unit: int) -> list[float | None]:
    return [None if won is None else won / unit for won in amounts]


def _rate(centre: CentreChange | None, sign: int) -> float | None:
    """A change of this sign in per cent; nothing for the other sign."""
    if centre is None or centre.rate is None or sign * centre.change <= 0:
        return None
    return abs(centre.rate) * 100


def _staff(given: pd.DataFrame) -> list[float]:
    total = sum(pd.to_numeric(given[name]).fillna(0) for name in STAFF if name in given)
    return list(total) if isinstance(total, pd.Series) else [0.0] * len(given)


def _bindings(allocation: Allocation, _: Words) -> list[str]:
    """What stops each centre, over all pools, in words; every distinct text once."""
    known: dict[str, str] = {}
    main = allocation.policy.remainder_pool.name
    lines: list[list[str]] = [[] for _centre in allocation.centres.ids]
    for result in allocation.pools:
        prefix = "" if result.rule.name == main else f"{pool_name(result.rule.name, _)}: "
        for line, binding in zip(lines, result.binding, strict=True):
            if binding:
                if binding not in known:
                    known[binding] = binding_name(binding, _)
                line.append(prefix + known[binding])
    return [" · ".join(line) for line in lines]


def matching(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """Rows in which the text stands in centre, province or rule, whatever the case."""
    wanted = text.strip().casefold()
    if not wanted:
        return rows
    found = pd.Series(False, index=rows.index)
    for column in ("centre", "province", "binds"):
        found |= rows[column].str.casefold().str.contains(wanted, regex=False)
    return rows[found]


def by_change(rows: pd.DataFrame, *, is_gain_first: bool) -> pd.DataFrame:
    """The rows of `centre_table` by their change in per cent, gains and losses as one order.

    Returns:
        The same rows; those without a change between gains and losses, those that have nothing
        to compare with last; equal ones in the order that they had.
    """
    rate = rows["more"].fillna(0) - rows["less"].fillna(0)
    rate = rate.where(rows["before"].notna())
    order = rate.sort_values(ascending=not is_gain_first, kind="stable", na_position="last")
    return rows.loc[order.index]


def sums_text(
    rows: pd.DataFrame,
    total: int,
    allocation: Allocation,
    movement: Movement,
    numbers: Numbers,
) -> str:
    """How many centres are listed, and what they have together, as the columns say it."""
    _ = numbers.words
    main = pool_column(allocation.policy.remainder_pool.name)
    known = rows[rows["before"].notna()]
    before = _won(known["before"], numbers)
    compared = _won(known[main if movement.against == "last_year" else "total"], numbers)
    values = {
        "shown": len(rows),
        "total": total,
        "unit": numbers.unit_name,
        "before": numbers.money(before),
        "rate": numbers.percent_change(compared / before - 1 if before else None),
        "pool": pool_name(allocation.policy.remainder_pool.name, _),
        "main": numbers.money(_won(rows[main], numbers)),
        "sum": numbers.money(_won(rows["total"], numbers)),
    }
    if movement.against == "last_year":
        return _(
            "{shown} of {total} centres, in {unit}; together: last year {before}, {pool} {main} "
            "({rate} where there was a last year), total {sum}",
            **values,
        )
    return _(
        "{shown} of {total} centres, in {unit}; together: baseline {before}, total {sum} ({rate})",
        **values,
    )


def _won(amounts: "pd.Series[float]", numbers: Numbers) -> int:
    """The sum of amounts in the reader's unit, to the won: each is a whole number of won."""
    return sum(round(amount * numbers.unit.won) for amount in amounts)
