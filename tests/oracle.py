"""Second, independent answer to "who gets how much", for tests only.

Written from the allocation model alone, in exact arithmetic (Fraction), with no solver and no
pandas: slow, and meant to be read. Where the model is silent the choice is stated beside the code.

The split inside a pool is water-filling on the tree of nested bands. Every centre has a demand
curve: what it takes at a common level L, clip(L * entitlement, floor, cap). A band's curve is the
sum of its members' curves, clipped to the band. The pool's amount fixes the level of the root; a
band whose curve is clipped there gets a level of its own, and so on inwards.
`leximin_by_definition` computes the same thing from the definition of leximin, as a check.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from math import ceil, floor, isnan
from typing import Any

Row = Mapping[str, Any]
Amounts = dict[str, Fraction]

STAFF_GROUPS = ("officials", "counselling_officials", "counsellors", "support_staff")
SOURCES_OF_DERIVED = {
    "staff_total": STAFF_GROUPS,
    "execution_rate": ("prior_available_krw", "prior_spent_krw", "prior_carryover_krw"),
    "new_centre": ("prior_operating_krw",),
}
KOREAN_TIME = timezone(timedelta(hours=9))


class BadInputError(Exception):
    """The tables or the policy cannot be read as the model asks."""


class InfeasibleError(Exception):
    """The rules contradict one another."""


# --- what the oracle answers ---------------------------------------------------------------------


@dataclass(frozen=True)
class Band:
    """Least and most a set of centres may get together; None = no such bound."""

    name: str
    members: frozenset[str]
    minimum: int | None = None
    maximum: int | None = None


@dataclass(frozen=True)
class PoolOutcome:
    """One pool; every dict has all centres as keys unless its comment says otherwise."""

    name: str
    amount: int
    unplaced: int
    eligible: frozenset[str]
    entitlement: Amounts
    floor: dict[str, int]
    cap: dict[str, int | None]  # the cap terms' own amount, before a larger floor overrides it
    floor_term: dict[str, str | None]  # which term set the floor; ties: first in the policy
    cap_term: dict[str, str | None]
    floor_over_cap: frozenset[str]
    bands: tuple[Band, ...]
    exact: Amounts
    amounts: dict[str, int]
    common_lambda: Fraction  # level of the root; the smallest one where several give the same split
    common_lambda_high: Fraction | None  # the largest such; None = no upper limit
    level: Amounts  # the level of the centre's own block; only centres with an entitlement
    level_high: dict[str, Fraction | None]  # the largest level that gives its block the same split
    floor_binding: dict[str, str]  # only centres at their floor -> term
    cap_binding: frozenset[str]
    band_binding: frozenset[str]

    @property
    def placed(self) -> int:
        return self.amount - self.unplaced


@dataclass(frozen=True)
class Outcome:
    """`reserve_krw` is everything held back: reserve, unfunded ceiling kept, unplaced money."""

    verdict: str  # "ok" | "infeasible" | "bad input"
    reason: str = ""
    envelope_krw: int = 0
    unit_krw: int = 1
    reserve_krw: int = 0
    unplaced_krw: int = 0
    funded: dict[str, int] = field(default_factory=dict)
    pools: dict[str, PoolOutcome] = field(default_factory=dict)


# --- values of a cell ----------------------------------------------------------------------------


def is_missing(value: object) -> bool:
    """None, NaN, NaT, pandas' NA and the empty text are missing."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return value == "" or (isinstance(value, float | Decimal) and isnan(value))


def plain(value: object) -> object:
    """A numpy scalar as the Python value it stands for."""
    item = getattr(value, "item", None)
    return item() if callable(item) else value


def exact_number(value: object, what: str) -> Fraction:
    """The number a cell or a policy key shows, exactly; a float at its shortest decimal text."""
    value = plain(value)
    if isinstance(value, bool):
        raise BadInputError(f"{what}: {value!r} is not a number")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        value = repr(value)
    if isinstance(value, str | Decimal):
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise BadInputError(f"{what}: {value!r} is not a number") from None
        if number.is_finite():
            return Fraction(number)
    raise BadInputError(f"{what}: {value!r} is not a number")


def label(value: object) -> str:
    """A value as text for tables and `values` lists: 3, 3.0 and "3" are one label, true is one."""
    value = plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    number = exact_number(value, "value")
    if number.denominator == 1 or isinstance(value, Fraction):
        return str(number)
    return format(Decimal(str(value)).normalize(), "f")


def down_to_unit(amount: Fraction | int, unit: int) -> int:
    return floor(Fraction(amount) / unit) * unit


def up_to_unit(amount: Fraction | int, unit: int) -> int:
    return ceil(Fraction(amount) / unit) * unit


@dataclass(frozen=True)
class Centres:
    """The table with its derived columns; `cell[column]` lacks a centre whose value is missing."""

    ids: tuple[str, ...]
    cell: dict[str, dict[str, object]]

    def number(self, column: str, centre: str) -> Fraction | None:
        if centre not in self.cell[column]:
            return None
        return exact_number(self.cell[column][centre], f"centre {centre}, column {column}")

    def label(self, column: str, centre: str) -> str | None:
        return label(self.cell[column][centre]) if centre in self.cell[column] else None


def centres_table(rows: Sequence[Row], named_columns: set[str]) -> Centres:
    """The rows as columns, plus the derived columns that the policy names."""
    if not rows or any(is_missing(row.get("centre_id")) for row in rows):
        raise BadInputError("no centre, or a centre without centre_id")
    ids = [label(row["centre_id"]) for row in rows]
    if len(set(ids)) != len(ids):
        raise BadInputError("centre_id not unique")
    cell: dict[str, dict[str, object]] = {column: {} for row in rows for column in row}
    for centre, row in zip(ids, rows, strict=True):
        for column, value in row.items():
            if not is_missing(value):
                cell[column][centre] = value
    for column in sorted(named_columns):
        for source in SOURCES_OF_DERIVED.get(column, (column,)):
            if source not in cell:
                raise BadInputError(f"unknown column {source}")
    table = Centres(tuple(ids), cell)
    for column in sorted(named_columns & set(DERIVED)):
        values = {centre: DERIVED[column](table, centre) for centre in ids}
        cell[column] = {centre: value for centre, value in values.items() if value is not None}
    return table


def staff_total(table: Centres, centre: str) -> Fraction | None:
    """All four staff groups; None if one of them is missing."""
    total = Fraction(0)
    for group in STAFF_GROUPS:
        heads = table.number(group, centre)
        if heads is None:
            return None
        total += heads
    return total


def new_centre(table: Centres, centre: str) -> bool:
    """Whether the centre had no operating allocation last year."""
    return centre not in table.cell["prior_operating_krw"]


def execution_rate(table: Centres, centre: str) -> Fraction | None:
    """Spent / (available - approved carry-over); None if it cannot be said."""
    spent = table.number("prior_spent_krw", centre)
    available = table.number("prior_available_krw", centre)
    if spent is None or available is None:
        return None
    usable = available - (table.number("prior_carryover_krw", centre) or 0)
    if usable == 0 and spent == 0:
        return None
    # Silent in the model: a negative denominator or negative spending is bad input as well.
    if usable <= 0 or spent < 0 or spent > usable:
        raise BadInputError(f"centre {centre}: execution rate {spent} / {usable}")
    return spent / usable


DERIVED: dict[str, Callable[[Centres, str], object]] = {
    "staff_total": staff_total,
    "execution_rate": execution_rate,
    "new_centre": new_centre,
}

# --- the shape of a policy -----------------------------------------------------------------------

TERM_KEYS: dict[str, set[str]] = {
    "krw": set(),
    "by": {"column", "table"},
    "per": {"column", "rate_krw"},
    "prior": {"column", "rate"},
    "prior_share": {"column", "rate"},
    "pool": {"name", "rate"},
}


def check_keys(table: object, where: str, needed: set[str], allowed: set[str]) -> None:
    if not isinstance(table, Mapping):
        raise BadInputError(f"{where}: not a table")
    for key in table:
        if key not in needed | allowed:
            raise BadInputError(f"{where}: unknown key {key}")
    for key in sorted(needed):
        if key not in table:
            raise BadInputError(f"{where}: key {key} is not there")


def check_amount(amount: object, where: str) -> None:
    """{ share = 0-1 } or { krw = whole won, at least 0 }."""
    check_keys(amount, where, set(), {"share", "krw"})
    assert isinstance(amount, Mapping)
    if len(amount) != 1:
        raise BadInputError(f"{where}: either share or krw")
    if "share" in amount:
        check_share(amount["share"], where)
    elif exact_number(amount["krw"], where) < 0:
        raise BadInputError(f"{where}: negative")


def check_share(value: object, where: str) -> None:
    if not 0 <= exact_number(value, where) <= 1:
        raise BadInputError(f"{where}: a share outside 0-1")


def check_selector(selector: object, where: str) -> None:
    check_keys(selector, where, {"column"}, {"values", "min", "max"})
    assert isinstance(selector, Mapping)
    if ("values" in selector) == bool({"min", "max"} & set(selector)):
        raise BadInputError(f"{where}: either values or min/max")


def check_policy(policy: Mapping[str, Any]) -> None:
    """The faults that can be seen in the policy alone."""
    check_keys(policy, "policy file", {"policy", "pool"}, {"reserve", "special_needs"})
    head_keys = {"name", "fiscal_year", "unit_krw"}
    check_keys(policy["policy"], "[policy]", {"envelope_krw"}, head_keys)
    head = policy["policy"]
    unit, envelope = head.get("unit_krw", 1000), head["envelope_krw"]
    if not isinstance(unit, int) or unit < 1 or not isinstance(envelope, int) or envelope < 0:
        raise BadInputError("[policy]: envelope_krw and unit_krw are whole won")
    if envelope % unit:
        raise BadInputError("[policy]: the envelope is not a multiple of the unit")
    if "reserve" in policy:
        check_keys(policy["reserve"], "[reserve]", {"amount"}, set())
        check_amount(policy["reserve"]["amount"], "[reserve]")

    names = [pool.get("name") for pool in policy["pool"]]
    remainder_pools = [pool["name"] for pool in policy["pool"] if pool.get("amount") == "remainder"]
    if len(set(names)) != len(names):
        raise BadInputError("pool names are not unique")
    if len(remainder_pools) != 1:
        raise BadInputError("exactly one pool has amount = remainder")
    if "special_needs" in policy:
        special = policy["special_needs"]
        check_keys(special, "[special_needs]", {"ceiling"}, {"unspent_to"})
        check_amount(special["ceiling"], "[special_needs]")
        # The example's word "operating" is taken as "the remainder pool", whatever its name.
        if special.get("unspent_to", "operating") not in {"operating", "reserve", *remainder_pools}:
            raise BadInputError("[special_needs]: unspent_to")
    for position, pool in enumerate(policy["pool"]):
        check_pool(pool, names[:position])


def check_pool(pool: Mapping[str, Any], earlier_pools: Sequence[str]) -> None:
    lists = {"factor", "adjustment", "floor", "cap", "band"}
    check_keys(pool, "[[pool]]", {"name", "amount", "factor"}, lists | {"eligible"})
    where = f"pool {pool['name']}"
    if pool["amount"] != "remainder":
        check_amount(pool["amount"], where)
    if "eligible" in pool:
        check_selector(pool["eligible"], f"{where}, eligible")
    for factor in pool["factor"]:
        check_keys(factor, f"{where}, factor", {"name", "weight", "columns"}, set())
        if exact_number(factor["weight"], f"{where}, weight") < 0 or not factor["columns"]:
            raise BadInputError(f"{where}, factor {factor['name']}: weight or columns")
    if sum(exact_number(factor["weight"], where) for factor in pool["factor"]) == 0:
        raise BadInputError(f"{where}: the factor weights sum to 0")
    for adjustment in pool.get("adjustment", []):
        check_adjustment(adjustment, where)
    for side in ("floor", "cap"):
        for term in pool.get(side, []):
            check_term(term, f"{where}, {side}", earlier_pools)
    band_names = [band.get("name") for band in pool.get("band", [])]
    if len(set(band_names)) != len(band_names):
        raise BadInputError(f"{where}: band names are not unique")
    for band in pool.get("band", []):
        check_band(band, where)


def check_adjustment(adjustment: Mapping[str, Any], where: str) -> None:
    keys = {"ramp", "table", "missing"}
    check_keys(adjustment, f"{where}, adjustment", {"name", "column"}, keys)
    if ("ramp" in adjustment) == ("table" in adjustment):
        raise BadInputError(f"{where}, adjustment: either ramp or table")
    if "ramp" in adjustment:
        check_keys(adjustment["ramp"], f"{where}, ramp", {"target", "slope"}, {"min", "max"})


def check_term(term: Mapping[str, Any], where: str, earlier_pools: Sequence[str]) -> None:
    check_keys(term, where, {"name"}, set(TERM_KEYS))
    kinds = [kind for kind in TERM_KEYS if kind in term]
    if len(kinds) != 1:
        raise BadInputError(f"{where} {term['name']}: exactly one kind of term")
    if kinds[0] != "krw":
        check_keys(term[kinds[0]], where, TERM_KEYS[kinds[0]], set())
    if kinds[0] == "pool" and term["pool"]["name"] not in earlier_pools:
        raise BadInputError(f"{where} {term['name']}: not an earlier pool")


def check_band(band: Mapping[str, Any], where: str) -> None:
    check_keys(band, f"{where}, band", {"name", "where"}, {"min_share", "max_share"})
    check_selector(band["where"], f"{where}, band {band['name']}")
    shares = [band[key] for key in ("min_share", "max_share") if key in band]
    if not shares:
        raise BadInputError(f"{where}, band {band['name']}: neither min_share nor max_share")
    for share in shares:
        check_share(share, f"{where}, band {band['name']}")


def columns_named(policy: Mapping[str, Any]) -> set[str]:
    """Every column of the centres table that the policy uses."""
    named: set[str] = set()
    for pool in policy["pool"]:
        tables = [pool["eligible"]] if "eligible" in pool else []
        tables += [band["where"] for band in pool.get("band", [])]
        tables += pool.get("adjustment", [])
        for side in ("floor", "cap"):
            for term in pool.get(side, []):
                tables += [term[kind] for kind in TERM_KEYS if kind in term and kind != "krw"]
        named |= {table["column"] for table in tables if "column" in table}
        for factor in pool["factor"]:
            named |= set(factor["columns"])
    return named


# --- need and entitlement ------------------------------------------------------------------------


def selected(centres: Centres, selector: Mapping[str, Any] | None) -> frozenset[str]:
    """The centres a selector picks; a missing value is never picked; min and max are inclusive."""
    if selector is None:
        return frozenset(centres.ids)
    column = selector["column"]
    if "values" in selector:
        wanted = {label(value) for value in selector["values"]}
        return frozenset(c for c in centres.ids if centres.label(column, c) in wanted)
    picked = set()
    for centre in centres.ids:
        value = centres.number(column, centre)
        if value is None:
            continue
        above = "min" not in selector or value >= exact_number(selector["min"], column)
        below = "max" not in selector or value <= exact_number(selector["max"], column)
        if above and below:
            picked.add(centre)
    return frozenset(picked)


def adjusted_need(centres: Centres, pool: Mapping[str, Any], eligible: frozenset[str]) -> Amounts:
    """need * adjustments for every centre; 0 for the ineligible ones."""
    name = pool["name"]
    if not eligible:
        raise BadInputError(f"pool {name}: no eligible centre")
    need = dict.fromkeys(centres.ids, Fraction(0))
    all_weights = sum(exact_number(factor["weight"], name) for factor in pool["factor"])
    for factor in pool["factor"]:
        raw: Amounts = {}
        for centre in eligible:
            raw[centre] = Fraction(0)
            for column, weight in factor["columns"].items():
                value = centres.number(column, centre)
                if value is None:
                    raise BadInputError(f"pool {name}: centre {centre} has no {column}")
                raw[centre] += exact_number(weight, column) * value
            if raw[centre] < 0:  # silent in the model: a negative need cannot share money
                raise BadInputError(f"pool {name}, factor {factor['name']}: {centre} is negative")
        total = sum(raw.values())
        if total == 0:
            raise BadInputError(f"pool {name}, factor {factor['name']}: the total is 0")
        weight = exact_number(factor["weight"], name) / all_weights
        for centre in eligible:
            need[centre] += weight * raw[centre] / total
    for adjustment in pool.get("adjustment", []):
        for centre in eligible:
            need[centre] *= multiplier(centres, adjustment, centre)
    return need


def multiplier(centres: Centres, adjustment: Mapping[str, Any], centre: str) -> Fraction:
    name, column = adjustment["name"], adjustment["column"]
    text = centres.label(column, centre)
    if text is None:
        result = exact_number(adjustment.get("missing", 1), name)
    elif "table" in adjustment:
        if text not in adjustment["table"]:
            raise BadInputError(f"adjustment {name}: no value for {text!r} (centre {centre})")
        result = exact_number(adjustment["table"][text], name)
    else:
        ramp = {key: exact_number(value, name) for key, value in adjustment["ramp"].items()}
        value = centres.number(column, centre)
        assert value is not None
        result = 1 + ramp["slope"] * (value - ramp["target"])
        result = max(result, ramp["min"]) if "min" in ramp else result
        result = min(result, ramp["max"]) if "max" in ramp else result
    if result < 0:
        raise BadInputError(f"adjustment {name}: negative multiplier {result}")
    return result


# --- floors, caps, bands -------------------------------------------------------------------------


def term_amount(
    term: Mapping[str, Any],
    centre: str,
    centres: Centres,
    pool_amount: int,
    published: Mapping[str, Mapping[str, int]],
) -> Fraction | None:
    """What one floor or cap term says for one centre; None if it does not bind the centre."""
    kind = next(kind for kind in TERM_KEYS if kind in term)
    rule, name = term[kind], term["name"]
    if kind == "krw":
        return exact_number(rule, name)
    if kind == "pool":
        return exact_number(rule["rate"], name) * published[rule["name"]][centre]
    if kind == "by":
        text = centres.label(rule["column"], centre)
        return None if text is None else exact_number(rule["table"][text], name)
    value = centres.number(rule["column"], centre)
    if value is None:
        return None
    amount = exact_number(rule["rate_krw" if kind == "per" else "rate"], name) * value
    if kind == "prior_share":
        amount *= pool_amount / column_total(centres, rule["column"])
    return amount


def column_total(centres: Centres, column: str) -> Fraction:
    """Over all centres with a value, eligible or not."""
    values = (centres.number(column, centre) for centre in centres.ids)
    return sum((value for value in values if value is not None), Fraction(0))


def check_terms(centres: Centres, pool: Mapping[str, Any], eligible: frozenset[str]) -> None:
    """The faults of floor and cap terms that depend on the table."""
    for side in ("floor", "cap"):
        for term in pool.get(side, []):
            where = f"pool {pool['name']}, {side} {term['name']}"
            if "by" in term:
                for centre in eligible:
                    text = centres.label(term["by"]["column"], centre)
                    if text is not None and text not in term["by"]["table"]:
                        raise BadInputError(f"{where}: no value for {text!r} (centre {centre})")
            # Silent in the model: a share of a column that sums to 0 is taken as bad input.
            # With no value at all the term binds nobody.
            if "prior_share" in term:
                column = term["prior_share"]["column"]
                if centres.cell[column] and column_total(centres, column) == 0:
                    raise BadInputError(f"{where}: the column's total is 0")
            for kind in ("per", "prior"):
                if kind in term:
                    for centre in centres.ids:
                        centres.number(term[kind]["column"], centre)


def check_laminar(bands: Sequence[tuple[str, frozenset[str]]], pool_name: str) -> None:
    """Any two bands are nested or disjoint, judged on all centres; identical sets are nested."""
    for position, (name, members) in enumerate(bands):
        for other_name, other in bands[:position]:
            if members & other and not members <= other and not other <= members:
                raise BadInputError(f"pool {pool_name}: bands {other_name} and {name} overlap")


# --- leximin on the tree of bands ----------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """A band in the tree (the root: the whole pool): inner bands, and centres of no inner band."""

    name: str
    centres: tuple[str, ...]
    groups: tuple[Group, ...]
    minimum: Fraction | None
    maximum: Fraction | None

    def members(self) -> list[str]:
        return [*self.centres, *(c for group in self.groups for c in group.members())]


@dataclass(frozen=True)
class Bounds:
    """Entitlement, floor and effective cap (None = no cap) of the centres that share.

    A centre with zero entitlement gets exactly its floor, so its cap here is its floor.
    """

    entitlement: Mapping[str, Fraction]
    floor: Mapping[str, Fraction]
    cap: Mapping[str, Fraction | None]


def bounds_of(
    entitlement: Mapping[str, Fraction],
    floor_: Mapping[str, int | Fraction],
    cap: Mapping[str, int | Fraction | None],
) -> Bounds:
    """The bounds as computed with: the floor wins over a cap below it."""
    effective: dict[str, Fraction | None] = {}
    for centre, share in entitlement.items():
        most = cap[centre]
        if share == 0:
            effective[centre] = Fraction(floor_[centre])
        else:
            effective[centre] = None if most is None else Fraction(max(most, floor_[centre]))
    return Bounds(entitlement, {c: Fraction(f) for c, f in floor_.items()}, effective)


def band_tree(centres: Iterable[str], bands: Sequence[Band]) -> Group:
    """The nested bands as a tree; of identical sets the earlier band is the outer one."""
    outer_first = sorted(bands, key=lambda band: -len(band.members))  # stable

    def grow(
        name: str,
        members: frozenset[str],
        inside: Sequence[Band],
        minimum: int | None,
        maximum: int | None,
    ) -> Group:
        groups: list[Group] = []
        left, rest = members, list(inside)
        while rest:
            band = rest.pop(0)
            nested = [other for other in rest if other.members <= band.members]
            rest = [other for other in rest if not other.members <= band.members]
            groups.append(grow(band.name, band.members, nested, band.minimum, band.maximum))
            left -= band.members
        return Group(
            name,
            tuple(sorted(left)),
            tuple(groups),
            None if minimum is None else Fraction(minimum),
            None if maximum is None else Fraction(maximum),
        )

    return grow("", frozenset(centres), outer_first, None, None)


def extent(group: Group, bounds: Bounds) -> tuple[Fraction, Fraction | None]:
    """Least and most that a group can get (None = no limit); raises where its band cannot hold."""
    least = sum((bounds.floor[c] for c in group.centres), Fraction(0))
    most: Fraction | None = Fraction(0)
    for centre in group.centres:
        cap = bounds.cap[centre]
        most = None if most is None or cap is None else most + cap
    for inner in group.groups:
        inner_least, inner_most = extent(inner, bounds)
        least += inner_least
        most = None if most is None or inner_most is None else most + inner_most
    low, high = group.minimum, group.maximum
    if low is not None and high is not None and low > high:
        raise InfeasibleError(f"band {group.name}: minimum {low} above its maximum {high}")
    if low is not None and most is not None and low > most:
        raise InfeasibleError(f"band {group.name}: minimum {low} above its members' caps {most}")
    if high is not None and high < least:
        raise InfeasibleError(
            f"band {group.name}: maximum {high} below its members' floors {least}"
        )
    if low is not None:
        least = max(least, low)
    if high is not None:
        most = high if most is None else min(most, high)
    return least, most


@dataclass(frozen=True)
class Demand:
    """What a centre or group takes at a common level: non-decreasing, linear between corners.

    `corners` are (level, amount), the first at level 0; `slope` holds after the last one.
    """

    corners: tuple[tuple[Fraction, Fraction], ...]
    slope: Fraction

    def at(self, level: Fraction) -> Fraction:
        last_level, last_amount = self.corners[-1]
        if level >= last_level:
            return last_amount + self.slope * (level - last_level)
        before = max(k for k, corner in enumerate(self.corners) if corner[0] <= level)
        (x0, y0), (x1, y1) = self.corners[before], self.corners[before + 1]
        return y0 + (y1 - y0) * (level - x0) / (x1 - x0)

    def levels_of(self, amount: Fraction) -> tuple[Fraction, Fraction | None] | None:
        """Smallest and largest level (None = no limit) with this demand; None if there is none."""
        lowest, highest = self._first_level(amount), self._first_level_above(amount)
        if lowest is None or self.at(lowest) != amount:
            return None
        return lowest, highest

    def _first_level(self, amount: Fraction) -> Fraction | None:
        """The smallest level with a demand of at least `amount`."""
        if self.corners[0][1] >= amount:
            return Fraction(0)
        for (x0, y0), (x1, y1) in zip(self.corners, self.corners[1:], strict=False):
            if y1 >= amount:
                return x0 + (amount - y0) * (x1 - x0) / (y1 - y0)
        if self.slope == 0:
            return None
        return self.corners[-1][0] + (amount - self.corners[-1][1]) / self.slope

    def _first_level_above(self, amount: Fraction) -> Fraction | None:
        """The level from which on the demand is more than `amount`; None if it never is."""
        if self.corners[0][1] > amount:
            return Fraction(0)
        for (x0, y0), (x1, y1) in zip(self.corners, self.corners[1:], strict=False):
            if y1 > amount:
                return x0 + (amount - y0) * (x1 - x0) / (y1 - y0)
        if self.slope == 0:
            return None
        return self.corners[-1][0] + (amount - self.corners[-1][1]) / self.slope

    def clipped(self, minimum: Fraction | None, maximum: Fraction | None) -> Demand:
        levels = {level for level, _ in self.corners}
        for bound in (minimum, maximum):
            crossing = None if bound is None else self.levels_of(bound)
            if crossing is not None:
                levels |= {level for level in crossing if level is not None}

        def clip(amount: Fraction) -> Fraction:
            amount = amount if minimum is None else max(amount, minimum)
            return amount if maximum is None else min(amount, maximum)

        corners = tuple((level, clip(self.at(level))) for level in sorted(levels))
        return Demand(corners, self.slope if maximum is None else Fraction(0))


def demand_of_centre(centre: str, bounds: Bounds) -> Demand:
    """clip(level * entitlement, floor, cap)."""
    share, least, most = bounds.entitlement[centre], bounds.floor[centre], bounds.cap[centre]
    if least == most:
        return Demand(((Fraction(0), least),), Fraction(0))
    corners = [(Fraction(0), least)]
    if least > 0:
        corners.append((least / share, least))
    if most is None:
        return Demand(tuple(corners), share)
    corners.append((most / share, most))
    return Demand(tuple(corners), Fraction(0))


def demand_inside(group: Group, bounds: Bounds) -> Demand:
    """The sum of the members' curves, each inner band clipped, this group's own band not."""
    parts = [demand_of_centre(centre, bounds) for centre in group.centres]
    for inner in group.groups:
        parts.append(demand_inside(inner, bounds).clipped(inner.minimum, inner.maximum))
    levels = sorted({Fraction(0), *(level for part in parts for level, _ in part.corners)})
    corners = tuple((at, sum((part.at(at) for part in parts), Fraction(0))) for at in levels)
    return Demand(corners, sum((part.slope for part in parts), Fraction(0)))


@dataclass(frozen=True)
class Split:
    """The leximin: amounts, what could be placed, the root's levels, each block's levels.

    Where a block's level is not unique (nobody in it is free to move), only a centre whose floor
    equals its cap can be said to sit at the one or the other depending on the level taken.
    """

    exact: Amounts
    placed: Fraction
    lowest_lambda: Fraction
    highest_lambda: Fraction | None
    level: Amounts
    level_high: dict[str, Fraction | None]


def leximin(
    total: int | Fraction,
    entitlement: Mapping[str, Fraction],
    floor_: Mapping[str, int | Fraction],
    cap: Mapping[str, int | Fraction | None],
    bands: Sequence[Band] = (),
) -> Split:
    """The leximin of amount / entitlement within floors, caps and nested bands.

    If caps and bands admit less than `total`, the most that can be placed is placed.
    """
    bounds = bounds_of(entitlement, floor_, cap)
    root = band_tree(entitlement, bands)
    least, most = extent(root, bounds)
    if least > total:
        raise InfeasibleError(f"floors and band minima {least} above the amount {total}")
    placed = Fraction(total) if most is None else min(Fraction(total), most)
    exact: Amounts = {}
    level: Amounts = {}
    level_high: dict[str, Fraction | None] = {}

    def settle(group: Group, amount: Fraction, levels: tuple[Fraction, Fraction | None]) -> None:
        """Give out `amount` in the group, whose members demand just that at these levels."""
        for centre in group.centres:
            exact[centre] = demand_of_centre(centre, bounds).at(levels[0])
            if bounds.entitlement[centre] > 0:
                level[centre], level_high[centre] = levels
        for inner in group.groups:
            curve = demand_inside(inner, bounds)
            share = curve.clipped(inner.minimum, inner.maximum).at(levels[0])
            if curve.at(levels[0]) == share:
                settle(inner, share, levels)
            else:
                own_levels = curve.levels_of(share)
                assert own_levels is not None
                settle(inner, share, own_levels)
        assert sum(exact[c] for c in group.members()) == amount

    levels = demand_inside(root, bounds).levels_of(placed)
    assert levels is not None
    settle(root, placed, levels)
    return Split(exact, placed, levels[0], levels[1], level, level_high)


# --- the same, by definition ---------------------------------------------------------------------


def leximin_by_definition(
    total: int | Fraction,
    entitlement: Mapping[str, Fraction],
    floor_: Mapping[str, int | Fraction],
    cap: Mapping[str, int | Fraction | None],
    bands: Sequence[Band] = (),
) -> Amounts:
    """Leximin as the dictionary has it: raise the worst ratio as far as it goes; who cannot be
    above it any more is fixed there; then the worst of the others, and so on.

    Feasibility is decided by adding up least and most amounts through the nested bands. Meant for
    a handful of centres. `total` is lowered to the most that can be placed.
    """
    bounds = bounds_of(entitlement, floor_, cap)
    root = band_tree(entitlement, bands)
    least, most = extent(root, bounds)
    if least > total:
        raise InfeasibleError("floors above the amount")
    total = Fraction(total) if most is None else min(Fraction(total), most)
    fixed = {c: bounds.floor[c] for c, share in entitlement.items() if share == 0}
    while len(fixed) < len(entitlement):
        free = [c for c in entitlement if c not in fixed]
        ratio = _best_worst_ratio(root, bounds, fixed, free, total)
        at_least = {c: max(bounds.floor[c], ratio * entitlement[c]) for c in free} | fixed
        at_most = {**bounds.cap, **fixed}
        stuck = {
            c: ratio * entitlement[c]
            for c in free
            if _most_for(c, root, at_least, at_most, total) == ratio * entitlement[c]
        }
        assert stuck, "the worst ratio could still be raised"
        fixed |= stuck
    return fixed


def _best_worst_ratio(
    root: Group, bounds: Bounds, fixed: Amounts, free: Sequence[str], total: Fraction
) -> Fraction:
    """The largest t for which amounts >= t * entitlement of the free centres are feasible.

    What a group needs at least is convex and piecewise linear in t. From a t that is too large,
    go to where the linear piece that breaks a bound just meets it, until nothing is broken.
    """
    t = total / min(bounds.entitlement[c] for c in free) + 1
    while True:
        broken: list[Fraction] = []

        def needed(
            group: Group, t: Fraction, broken: list[Fraction]
        ) -> tuple[Fraction, Fraction, Fraction | None]:
            """(least amount, its slope in t, most amount) of a group at t."""
            parts: list[tuple[Fraction, Fraction, Fraction | None]] = []
            for c in group.centres:
                if c in fixed:
                    parts.append((fixed[c], Fraction(0), fixed[c]))
                    continue
                share, most = bounds.entitlement[c], bounds.cap[c]
                low = bounds.floor[c] > t * share
                least, slope = (bounds.floor[c], Fraction(0)) if low else (t * share, share)
                if most is not None and least > most:
                    broken.append(t - (least - most) / slope)
                parts.append((least, slope, most))
            parts += [needed(inner, t, broken) for inner in group.groups]
            least = sum((part[0] for part in parts), Fraction(0))
            slope = sum((part[1] for part in parts), Fraction(0))
            most = Fraction(0)
            for part in parts:
                most = None if most is None or part[2] is None else most + part[2]
            minimum = total if group is root else group.minimum
            maximum = total if group is root else group.maximum
            if minimum is not None and minimum > least:
                least, slope = minimum, Fraction(0)
            if maximum is not None:
                most = maximum if most is None else min(most, maximum)
            if most is not None and least > most:
                if slope == 0:
                    raise InfeasibleError("no ratio is feasible")
                broken.append(t - (least - most) / slope)
            return least, slope, most

        needed(root, t, broken)
        if not broken:
            return t
        t = min(broken)


def _most_for(
    centre: str,
    root: Group,
    at_least: Mapping[str, Fraction],
    at_most: Mapping[str, Fraction | None],
    total: Fraction,
) -> Fraction:
    """The most one centre can get while everybody else has at least `at_least`."""

    def least(group: Group) -> Fraction:
        inside = sum(at_least[c] for c in group.centres) + sum(map(least, group.groups))
        return Fraction(inside if group.minimum is None else max(inside, group.minimum))

    group, room = root, total
    while centre not in group.centres:
        inner = next(g for g in group.groups if centre in g.members())
        others = sum((at_least[c] for c in group.centres), Fraction(0))
        others += sum(least(g) for g in group.groups if g is not inner)
        group, room = inner, room - others
        if group.maximum is not None:
            room = min(room, group.maximum)
    room -= sum(at_least[c] for c in group.centres if c != centre) + sum(map(least, group.groups))
    cap = at_most[centre]
    return room if cap is None else min(room, cap)


# --- rounding ------------------------------------------------------------------------------------


def largest_remainder(exact: Sequence[Fraction], total: int) -> list[int]:
    """Whole numbers next to the exact ones that sum to `total`; the earlier wins a tie."""
    whole = [floor(amount) for amount in exact]
    extra = total - sum(whole)
    ranked = sorted(range(len(exact)), key=lambda k: (whole[k] - exact[k], k))
    for k in ranked[:extra]:
        assert exact[k] > whole[k], "a whole amount would be rounded up"
        whole[k] += 1
    assert 0 <= extra <= len(exact)
    return whole


def rounded_in_tree(
    exact: Mapping[str, Fraction], unit: int, bands: Sequence[Band], eligible: frozenset[str]
) -> dict[str, int]:
    """Largest remainder from the root of the band tree inwards.

    At every node the parts are its centres of no inner band, and its inner bands as wholes; each
    part is rounded to one of its two neighbouring units. So every band's sum is within a unit of
    its exact sum too, and as all bounds are whole units, none is broken. Ties: smaller centre id,
    a band counting by the smallest id among its eligible members.
    """
    result = dict.fromkeys(exact, 0)

    def share_out(group: Group, total: int) -> None:
        parts: list[tuple[str, Fraction, Group | None]]
        parts = [(centre, exact[centre] / unit, None) for centre in group.centres]
        for inner in group.groups:
            members = inner.members()
            amount = sum((exact[c] for c in members), Fraction(0)) / unit
            parts.append((min(eligible.intersection(members), default=""), amount, inner))
        parts.sort(key=lambda part: part[0])
        whole = largest_remainder([amount for _, amount, _ in parts], total)
        for (centre, _, inner_band), units in zip(parts, whole, strict=True):
            if inner_band is None:
                result[centre] = units * unit
            else:
                share_out(inner_band, units)

    total = sum(exact.values(), Fraction(0)) / unit
    assert total.denominator == 1
    share_out(band_tree(exact, bands), int(total))
    return result


def rounded_greedily(
    exact: Mapping[str, Fraction], unit: int, bands: Sequence[Band]
) -> dict[str, int]:
    """The other reading of "largest remainder": one list for the whole pool.

    Down the list of remainders (ties: smaller centre id) a centre is rounded up if the rest can
    still be completed within the bands. A band that does not bind then changes nothing, but its
    sum may be more than a unit off its exact sum.
    """
    in_units = {centre: amount / unit for centre, amount in exact.items()}
    least = {centre: Fraction(floor(amount)) for centre, amount in in_units.items()}
    most: dict[str, Fraction | None] = {c: Fraction(ceil(a)) for c, a in in_units.items()}
    total = sum(in_units.values())
    in_unit_bands = [
        Band(
            band.name,
            band.members,
            None if band.minimum is None else band.minimum // unit,
            None if band.maximum is None else band.maximum // unit,
        )
        for band in bands
    ]
    root = band_tree(exact, in_unit_bands)

    def can_be_completed() -> bool:
        try:
            low, high = extent(root, Bounds({}, least, most))
        except InfeasibleError:
            return False
        return low <= total and (high is None or total <= high)

    assert can_be_completed()
    undecided = [c for c in in_units if most[c] != least[c]]
    for centre in sorted(undecided, key=lambda c: (least[c] - in_units[c], c)):
        down, up = least[centre], most[centre]
        assert up is not None
        least[centre] = up
        if not can_be_completed():
            least[centre], most[centre] = down, down
    return {centre: int(amount) * unit for centre, amount in least.items()}


# --- special needs -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Request:
    """An approved request."""

    request_id: str
    approved: int
    priority: int
    divisible: bool
    submitted: tuple[int, datetime]


def submission_time(value: object) -> tuple[int, datetime]:
    """Sortable moment; no zone = Korean time; a missing moment comes last."""
    if is_missing(value):
        return 1, datetime.max.replace(tzinfo=KOREAN_TIME)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise BadInputError(f"submitted_at {value!r}") from None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        raise BadInputError(f"submitted_at {value!r}")
    return 0, value if value.tzinfo else value.replace(tzinfo=KOREAN_TIME)


def approved_requests(rows: Sequence[Row], centres: Centres, unit: int) -> list[Request]:
    """The requests with an approved amount, earliest submission first."""
    ids = [label(row["request_id"]) for row in rows]
    if len(set(ids)) != len(ids):
        raise BadInputError("request_id not unique")
    requests = []
    for request_id, row in zip(ids, rows, strict=True):
        if is_missing(row.get("approved_krw")):
            continue
        approved = exact_number(row["approved_krw"], f"request {request_id}")
        if approved < 0 or (approved / unit).denominator != 1:
            raise BadInputError(f"request {request_id}: approved_krw not a multiple of the unit")
        if is_missing(row.get("centre_id")) or label(row["centre_id"]) not in centres.ids:
            raise BadInputError(f"request {request_id}: unknown centre")
        if is_missing(row.get("priority")) or label(row["priority"]) not in {"1", "2", "3"}:
            raise BadInputError(f"request {request_id}: priority")
        if is_missing(row.get("divisible")) or label(row["divisible"]) not in {"true", "false"}:
            raise BadInputError(f"request {request_id}: divisible")
        requests.append(
            Request(
                request_id,
                int(approved),
                int(label(row["priority"])),
                label(row["divisible"]) == "true",
                submission_time(row.get("submitted_at")),
            )
        )
    return sorted(requests, key=lambda r: (r.submitted, r.request_id))


def funded_requests(requests: Sequence[Request], ceiling: int, unit: int) -> dict[str, int]:
    """Priority by priority: indivisible ones by the best subset, then divisible ones evenly.

    Args:
        requests: sorted by submission, then id, which is also the order that breaks ties.
        ceiling: a multiple of the unit, like every approved amount.
    """
    funded: dict[str, int] = {}
    room = ceiling
    for priority in (1, 2, 3):
        whole = [r for r in requests if r.priority == priority and not r.divisible]
        for request in best_subset(whole, room):
            funded[request.request_id] = request.approved
            room -= request.approved
        partly = [r for r in requests if r.priority == priority and r.divisible]
        asked = sum(r.approved for r in partly)
        if asked == 0:
            continue
        # Leximin of funded / approved with caps at 1 and nothing else is one common ratio.
        to_place = min(room, asked)
        exact = [Fraction(r.approved * to_place, asked) / unit for r in partly]
        for request, units in zip(partly, largest_remainder(exact, to_place // unit), strict=True):
            funded[request.request_id] = units * unit
        room -= to_place
    return funded


def best_subset(requests: Sequence[Request], room: int) -> list[Request]:
    """The set with the greatest total that fits; of several, the one with the earliest requests."""
    totals_from: list[set[int]] = [{0}]  # what the requests from each position on can sum to
    for request in reversed(requests):
        later = totals_from[0]
        totals_from.insert(0, later | {t + request.approved for t in later})
    to_reach = max(total for total in totals_from[0] if total <= room)
    chosen = []
    for position, request in enumerate(requests):
        if to_reach - request.approved in totals_from[position + 1]:
            chosen.append(request)
            to_reach -= request.approved
    assert to_reach == 0
    return chosen


# --- the whole run -------------------------------------------------------------------------------


def solve(
    centres: Sequence[Row],
    policy: Mapping[str, Any],
    requests: Sequence[Row] | None,
    *,
    rounding: str = "tree",
    published: Mapping[str, Mapping[str, int]] | None = None,
) -> Outcome:
    """The allocation that the model prescribes.

    Args:
        centres: one dict a centre.
        policy: as `tomllib.loads(text, parse_float=Decimal)` gives it.
        requests: one dict a special need, or None.
        rounding: "tree" (`rounded_in_tree`) or "greedy" (`rounded_greedily`): the model leaves
            open which centres of a pool with bands get the last units.
        published: rounded amounts of pools to be used by `pool` terms instead of this oracle's
            own, so that another legitimate rounding of an earlier pool does not show up in the
            bounds of a later one.
    """
    try:
        check_policy(policy)
        table = centres_table(centres, columns_named(policy))
        approved = approved_requests(requests or [], table, policy["policy"].get("unit_krw", 1000))
        needs = {}
        for pool in policy["pool"]:
            eligible = selected(table, pool.get("eligible"))
            bands = [(b["name"], selected(table, b["where"])) for b in pool.get("band", [])]
            check_laminar(bands, pool["name"])
            check_terms(table, pool, eligible)
            needs[pool["name"]] = adjusted_need(table, pool, eligible)
    except BadInputError as fault:
        return Outcome("bad input", str(fault))
    try:
        result = _allocation(table, policy, approved, needs, rounding=rounding, given=published)
    except InfeasibleError as conflict:
        return Outcome("infeasible", str(conflict))
    not_approved = dict.fromkeys((label(row["request_id"]) for row in requests or []), 0)
    return replace(result, funded=not_approved | result.funded)


def _allocation(
    table: Centres,
    policy: Mapping[str, Any],
    approved: Sequence[Request],
    needs: Mapping[str, Amounts],
    *,
    rounding: str,
    given: Mapping[str, Mapping[str, int]] | None,
) -> Outcome:
    envelope: int = policy["policy"]["envelope_krw"]
    unit: int = policy["policy"].get("unit_krw", 1000)

    def part_of_envelope(amount: Mapping[str, Any]) -> int:
        if "share" in amount:
            return down_to_unit(exact_number(amount["share"], "share") * envelope, unit)
        return down_to_unit(exact_number(amount["krw"], "krw"), unit)

    reserve = part_of_envelope(policy["reserve"]["amount"]) if "reserve" in policy else 0
    special = policy.get("special_needs", {"ceiling": {"krw": 0}})
    ceiling = part_of_envelope(special["ceiling"])
    funded = funded_requests(approved, ceiling, unit)
    spent = sum(funded.values())
    keeps_ceiling = special.get("unspent_to") == "reserve"

    amounts = {
        pool["name"]: part_of_envelope(pool["amount"])
        for pool in policy["pool"]
        if pool["amount"] != "remainder"
    }
    set_aside = ceiling if keeps_ceiling else spent
    remainder = envelope - reserve - set_aside - sum(amounts.values())
    if remainder < 0:
        raise InfeasibleError(f"the remainder is negative: {remainder}")
    amounts |= {p["name"]: remainder for p in policy["pool"] if p["amount"] == "remainder"}

    pools: dict[str, PoolOutcome] = {}
    for pool in policy["pool"]:
        name = pool["name"]
        published = {done: pools[done].amounts for done in pools} | dict(given or {})
        pools[name] = _pool(
            Share(table, pool, amounts[name], needs[name], unit, published), rounding
        )

    unplaced = sum(pool.unplaced for pool in pools.values())
    held_back = reserve + (ceiling - spent if keeps_ceiling else 0) + unplaced
    paid = sum(sum(pool.amounts.values()) for pool in pools.values())
    assert paid + spent + held_back == envelope
    return Outcome(
        "ok",
        envelope_krw=envelope,
        unit_krw=unit,
        reserve_krw=held_back,
        unplaced_krw=unplaced,
        funded=funded,
        pools=pools,
    )


@dataclass(frozen=True)
class Share:
    """What is known of a pool before it is split."""

    table: Centres
    policy: Mapping[str, Any]
    amount: int
    need: Amounts
    unit: int
    published: Mapping[str, Mapping[str, int]]  # the rounded amounts of earlier pools

    def bands(self) -> tuple[Band, ...]:
        """The bands in won, rounded inwards."""
        bands = []
        for band in self.policy.get("band", []):
            least = most = None
            if "min_share" in band:
                share = exact_number(band["min_share"], "min_share")
                least = up_to_unit(share * self.amount, self.unit)
            if "max_share" in band:
                share = exact_number(band["max_share"], "max_share")
                most = down_to_unit(share * self.amount, self.unit)
            bands.append(Band(band["name"], selected(self.table, band["where"]), least, most))
        return tuple(bands)

    def terms(self, side: str, centre: str) -> list[tuple[Fraction, str]]:
        """(amount, name) of the floor or cap terms that bind the centre, in the policy's order."""
        found = []
        for term in self.policy.get(side, []):
            says = term_amount(term, centre, self.table, self.amount, self.published)
            if says is not None:
                found.append((says, str(term["name"])))
        return found


def _unplaceable(share: Share, eligible: frozenset[str]) -> PoolOutcome:
    """Nobody has a need: the whole pool goes to the reserve, and no rule applies."""
    ids = share.table.ids
    return PoolOutcome(
        name=share.policy["name"],
        amount=share.amount,
        unplaced=share.amount,
        eligible=eligible,
        entitlement=dict.fromkeys(ids, Fraction(0)),
        floor=dict.fromkeys(ids, 0),
        cap=dict.fromkeys(ids, 0),
        floor_term=dict.fromkeys(ids),
        cap_term=dict.fromkeys(ids),
        floor_over_cap=frozenset(),
        bands=share.bands(),
        exact=dict.fromkeys(ids, Fraction(0)),
        amounts=dict.fromkeys(ids, 0),
        common_lambda=Fraction(0),
        common_lambda_high=None,
        level={},
        level_high={},
        floor_binding={},
        cap_binding=frozenset(),
        band_binding=frozenset(),
    )


def _pool(share: Share, rounding: str) -> PoolOutcome:
    ids, name = share.table.ids, share.policy["name"]
    eligible = selected(share.table, share.policy.get("eligible"))
    all_need = sum(share.need.values())
    if all_need == 0:
        return _unplaceable(share, eligible)
    entitlement = {c: share.amount * need / all_need for c, need in share.need.items()}

    least: dict[str, int] = dict.fromkeys(ids, 0)
    most: dict[str, int | None] = dict.fromkeys(ids, 0)
    floor_term: dict[str, str | None] = dict.fromkeys(ids)
    cap_term: dict[str, str | None] = dict.fromkeys(ids)
    for centre in eligible:
        floors, caps = share.terms("floor", centre), share.terms("cap", centre)
        if floors:
            amount, floor_term[centre] = max(floors, key=lambda term: term[0])  # ties: the first
            least[centre] = up_to_unit(max(amount, Fraction(0)), share.unit)
        most[centre] = None
        if caps:
            amount, cap_term[centre] = min(caps, key=lambda term: term[0])
            most[centre] = down_to_unit(amount, share.unit)

    bands = share.bands()
    try:
        split = leximin(share.amount, entitlement, least, most, bands)
    except InfeasibleError as conflict:
        raise InfeasibleError(f"pool {name}: {conflict}") from None
    exact = split.exact
    if rounding == "greedy":
        amounts = rounded_greedily(exact, share.unit, bands)
    else:
        amounts = rounded_in_tree(exact, share.unit, bands, eligible)

    cap_binding = set()
    floor_binding: dict[str, str] = {}
    for centre in eligible:
        by_level = split.level.get(centre, Fraction(0)) * entitlement[centre]
        at_floor = exact[centre] == least[centre] >= by_level
        if entitlement[centre] == 0:
            at_floor = least[centre] > 0
        term = floor_term[centre]
        if term is not None and at_floor:
            floor_binding[centre] = term
        cap = most[centre]
        capped = cap is not None and exact[centre] == max(cap, least[centre]) <= by_level
        if capped and entitlement[centre] > 0:
            cap_binding.add(centre)
    band_sums = {b.name: sum((exact[c] for c in b.members), Fraction(0)) for b in bands}
    return PoolOutcome(
        name=name,
        amount=share.amount,
        unplaced=share.amount - int(split.placed),
        eligible=eligible,
        entitlement=entitlement,
        floor=least,
        cap=most,
        floor_term=floor_term,
        cap_term=cap_term,
        floor_over_cap=frozenset(
            c for c in eligible if (own := most[c]) is not None and own < least[c]
        ),
        bands=bands,
        exact=exact,
        amounts=amounts,
        common_lambda=split.lowest_lambda,
        common_lambda_high=split.highest_lambda,
        level=split.level,
        level_high=split.level_high,
        floor_binding=floor_binding,
        cap_binding=frozenset(cap_binding),
        band_binding=frozenset(
            b.name for b in bands if band_sums[b.name] in (b.minimum, b.maximum)
        ),
    )
