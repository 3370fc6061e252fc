"""Random budget rounds for tests: centres, policy, requests, the same for the same seed.

`random_round(seed)` draws a table of centres and a policy that uses every kind of rule of the file
formats. Rough sums in floating point place the floors, caps and bands where they bite but mostly
fit; some seeds are then made to contradict themselves or to carry a fault. What a round's verdict
is, this file does not know: that is for the programs under test to say.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil
from random import Random
from typing import Any

import pandas as pd

Row = dict[str, Any]
Rule = dict[str, Any]
Rough = dict[str, float]

PROVINCES_OF_REGION = {
    "Seoul Regional Office": ["Seoul"],
    "Jungbu Regional Office": ["Incheon", "Gyeonggi", "Gangwon"],
    "Busan Regional Office": ["Busan", "Ulsan", "Gyeongnam"],
    "Daegu Regional Office": ["Daegu", "Gyeongbuk"],
    "Gwangju Regional Office": ["Gwangju", "Jeonbuk", "Jeonnam", "Jeju"],
    "Daejeon Regional Office": ["Daejeon", "Sejong", "Chungbuk", "Chungnam"],
}
CAPITAL_AREA = ["Seoul", "Incheon", "Gyeonggi"]
HEADS_OF_TYPE = {
    "plus": (30, 80),
    "basic": (10, 40),
    "medium": (3, 8),
    "branch": (2, 6),
    "outreach": (0, 2),
}
GRADES = ["S", "A", "B", "C", "D"]
TEXT_COLUMNS = {
    "centre_id",
    "name_ko",
    "name_en",
    "province",
    "province_ko",
    "regional_office",
    "regional_office_ko",
    "local_office",
    "local_office_ko",
    "centre_type",
    "host_id",
    "performance_grade",
    "request_id",
    "category",
    "title",
    "submitted_at",
}
REQUEST_COLUMNS = [
    "request_id",
    "centre_id",
    "category",
    "title",
    "requested_krw",
    "approved_krw",
    "priority",
    "divisible",
    "submitted_at",
]


def random_round(
    seed: int, size: int | None = None
) -> tuple[list[Row], dict[str, Any], str, list[Row]]:
    """A round: (centres, policy, the policy's TOML text, requests).

    Args:
        seed: the same seed gives the same round.
        size: how many centres; None = 3 to 40, small ones more often.

    Returns:
        Rows as dicts with None for a missing value; the policy as tomllib reads it, with exact
        decimals.
    """
    rng = Random(f"round {seed}")
    count = size if size is not None else 3 + int(37.99 * rng.random() ** 1.7)
    unit = rng.choice([1, 1_000, 1_000, 1_000_000])
    units_a_centre = 10 ** rng.uniform(1.5, {1: 7.0, 1_000: 5.5, 1_000_000: 3.0}[unit])
    envelope = max(1, round(units_a_centre * count)) * unit
    centres = _centres(rng, count, envelope, unit)
    draft = _head(rng, envelope, unit)
    requests = _requests(rng, centres, draft, unit)
    _draw_pools(rng, draft, centres, requests, unit)
    fate = rng.random()
    if fate < 0.25:
        _make_contradict(rng, draft)
    elif fate < 0.31:
        _make_faulty(rng, draft, centres, requests)
    text = _policy_text(draft)
    return centres, tomllib.loads(text, parse_float=Decimal), text, requests


def to_frames(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows as a table: text as text, numbers as int64 or, with missing ones, as float64 with NaN.

    No rows at all give an empty table of requests.
    """
    if not rows:
        return pd.DataFrame({column: pd.Series(dtype="object") for column in REQUEST_COLUMNS})
    table = pd.DataFrame(list(rows))
    for column in table.columns:
        if column in TEXT_COLUMNS:
            table[column] = table[column].astype("str")
        elif column != "divisible" and table[column].isna().any():
            table[column] = table[column].astype("float64")
    return table


# --- centres -------------------------------------------------------------------------------------


def _centres(rng: Random, count: int, envelope: int, unit: int) -> list[Row]:
    places = [(region, p) for region, provinces in PROVINCES_OF_REGION.items() for p in provinces]
    places = rng.sample(places, min(len(places), max(2, min(1 + count // 3, rng.randint(2, 8)))))
    types = rng.sample(list(HEADS_OF_TYPE), rng.randint(2, 5))
    half_posts = rng.random() < 0.3
    numbers = rng.sample(range(1, 1000), count)
    new_share = rng.choice([0.0, 0.1, 0.1, 0.3])
    prior_scale = rng.uniform(0.6, 0.95) * envelope
    rows = [_centre(rng, number, places, types, half_posts) for number in numbers]
    hosts = [row["centre_id"] for row in rows if row["centre_type"] in {"plus", "basic"}]
    weight = [_heads(row) + 1 + row["registered_jobseekers"] / 100 for row in rows]
    for row, own_weight in zip(rows, weight, strict=True):
        row["host_id"] = rng.choice(hosts) if hosts and row["centre_type"] == "outreach" else None
        prior = prior_scale * own_weight / sum(weight) * rng.lognormvariate(0, 0.25)
        whole = max(unit, round(prior / unit) * unit)
        row["prior_operating_krw"] = whole if rng.random() < 0.7 else max(1, round(prior))
        if rng.random() < new_share:
            row["prior_operating_krw"] = None
        row.update(_execution(rng, row["prior_operating_krw"]))
        score = None if rng.random() < 0.12 else round(rng.uniform(40, 100), 1)
        row["performance_score"] = score
        graded = score is not None and rng.random() < 0.95
        row["performance_grade"] = rng.choices(GRADES, [2, 4, 5, 2, 1])[0] if graded else None
    rng.shuffle(rows)
    return rows


def _centre(
    rng: Random, number: int, places: list[tuple[str, str]], types: list[str], half_posts: bool
) -> Row:
    region, province = rng.choice(places)
    office = f"{province} {rng.choice(['North', 'South'])}"
    centre_type = rng.choice(types)
    heads = rng.uniform(*HEADS_OF_TYPE[centre_type])
    cut = sorted(rng.random() for _ in range(3))
    parts = [cut[0], cut[1] - cut[0], cut[2] - cut[1], 1 - cut[2]]
    staff = [round(heads * part * 2) / 2 if half_posts else round(heads * part) for part in parts]
    jobseekers = round((heads + 0.3) * rng.uniform(25, 110)) if rng.random() < 0.97 else 0
    partners = rng.randint(1, 15) if centre_type == "plus" or rng.random() < 0.25 else 0
    return {
        "centre_id": f"{rng.choice(['EC', 'EC', 'ec', 'OP'])}{number:03d}",
        "name_ko": f"고용센터 {number}",
        "name_en": f"Employment Centre {number}",
        "province": province,
        "province_ko": f"{province} (도)",
        "regional_office": region,
        "regional_office_ko": f"{region} (청)",
        "local_office": office,
        "local_office_ko": f"{office} (지청)",
        "centre_type": centre_type,
        "host_id": None,
        "lat": round(rng.uniform(33.2, 38.3), 4),
        "lon": round(rng.uniform(126.3, 129.4), 4),
        "officials": staff[0],
        "counselling_officials": staff[1],
        "counsellors": staff[2],
        "support_staff": staff[3],
        "partner_staff": partners,
        "integration_level": rng.randint(1, 4),
        "registered_jobseekers": jobseekers,
        "disadvantaged_jobseekers": round(jobseekers * rng.uniform(0.1, 0.6)),
    }


def _heads(row: Mapping[str, Any]) -> float:
    groups = ["officials", "counselling_officials", "counsellors", "support_staff"]
    return float(sum(row[group] for group in groups))


def _execution(rng: Random, prior: int | None) -> Row:
    kind = rng.random()
    if prior is None or kind < 0.04:
        available, spent, carried = None, None, None
    elif kind < 0.08:
        available, spent, carried = 0, 0, rng.choice([0, None])
    else:
        available = round(prior * rng.uniform(1.0, 1.12))
        carried = rng.choice([None, 0, 0, round(available * rng.uniform(0, 0.15))])
        usable = available - (carried or 0)
        rate = 1.0 if rng.random() < 0.1 else rng.uniform(0.72, 1.0)
        spent = min(usable, round(usable * rate)) if kind > 0.1 else None
    return {
        "prior_available_krw": available,
        "prior_spent_krw": spent,
        "prior_carryover_krw": carried,
    }


# --- rough sums, to place the rules --------------------------------------------------------------


@dataclass
class RoughPool:
    """What a pool will be like, roughly; only centres that may share are keys."""

    rule: Rule
    amount: float
    entitlement: Rough
    floor: Rough
    cap: Rough
    split: Rough
    unit: int


@dataclass
class Draft:
    """A policy before it is written down."""

    head: Rule
    reserve: Rule | None
    special: Rule | None
    pools: list[Rule]
    rough: list[RoughPool] = field(default_factory=list)
    extra_lines: list[str] = field(default_factory=list)

    @property
    def envelope(self) -> int:
        return int(self.head["envelope_krw"])

    def won(self, amount: Rule) -> float:
        """{ share } or { krw } in won."""
        if "share" in amount:
            return float(amount["share"]) * self.envelope
        return float(amount["krw"])


def _rough_value(row: Mapping[str, Any], column: str) -> Any:
    """The cell, derived columns included; None if missing."""
    if column == "staff_total":
        return _heads(row)
    if column == "new_centre":
        return row["prior_operating_krw"] is None
    if column == "execution_rate":
        available, spent = row["prior_available_krw"], row["prior_spent_krw"]
        if not available or spent is None:
            return None
        return spent / (available - (row["prior_carryover_krw"] or 0))
    return row[column]


def _selects(selector: Rule | None, row: Mapping[str, Any]) -> bool:
    if selector is None:
        return True
    value = _rough_value(row, selector["column"])
    if value is None:
        return False
    if "values" in selector:
        return value in selector["values"]
    return bool(selector.get("min", value) <= value <= selector.get("max", value))


def _rough_multiplier(adjustment: Rule, row: Mapping[str, Any]) -> float:
    value = _rough_value(row, adjustment["column"])
    if value is None:
        return float(adjustment.get("missing", 1))
    if "table" in adjustment:
        key = str(value).lower() if isinstance(value, bool) else str(value)
        return float(adjustment["table"][key])
    ramp = {key: float(number) for key, number in adjustment["ramp"].items()}
    slanted = 1 + ramp["slope"] * (value - ramp["target"])
    return float(min(max(slanted, ramp["min"]), ramp["max"]))


def _rough_entitlement(pool: Rule, amount: float, rows: Iterable[Row]) -> Rough:
    sharers = [row for row in rows if _selects(pool.get("eligible"), row)]
    need = dict.fromkeys((row["centre_id"] for row in sharers), 0.0)
    for factor in pool["factor"]:
        raw = {
            row["centre_id"]: sum(
                float(weight) * _rough_value(row, column)
                for column, weight in factor["columns"].items()
            )
            for row in sharers
        }
        total = sum(raw.values()) or 1.0
        for centre, value in raw.items():
            need[centre] += float(factor["weight"]) * value / total
    for adjustment in pool.get("adjustment", []):
        for row in sharers:
            need[row["centre_id"]] *= _rough_multiplier(adjustment, row)
    total = sum(need.values()) or 1.0
    return {centre: amount * value / total for centre, value in need.items()}


def _rough_split(amount: float, entitlement: Rough, floor: Rough, cap: Rough) -> Rough:
    """clip(level * entitlement, floor, cap) at the level that gives out the amount."""

    def at(level: float) -> Rough:
        return {
            c: max(floor[c], min(cap[c], level * share)) if share > 0 else floor[c]
            for c, share in entitlement.items()
        }

    low, high = 0.0, 1e6
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(at(middle).values()) < amount else (low, middle)
    return at(low)


def _decimal(value: float, places: int) -> Decimal:
    """A positive decimal with so many places, never 0."""
    smallest = Decimal(1).scaleb(-places)
    return max(smallest, Decimal(str(value)).quantize(smallest))


# --- policy --------------------------------------------------------------------------------------


def _head(rng: Random, envelope: int, unit: int) -> Draft:
    """Everything but the pools."""
    head: Rule = {"name": f"Rules {rng.randint(1, 99)}", "fiscal_year": 2027}
    head["envelope_krw"] = envelope
    if unit != 1_000 or rng.random() < 0.7:
        head["unit_krw"] = unit
    draft = Draft(head, None, None, [])
    if rng.random() < 0.8:
        draft.reserve = {"amount": _part(rng, envelope, rng.uniform(0, 0.04))}
    if rng.random() < 0.85:
        draft.special = {
            "ceiling": _part(rng, envelope, rng.uniform(0.01, 0.12)),
            "unspent_to": rng.choice(["operating", "operating", "reserve"]),
        }
    return draft


def _draw_pools(rng: Random, draft: Draft, rows: list[Row], requests: list[Row], unit: int) -> None:
    """Up to three fixed pools and the remainder pool, which is always called operating."""
    fixed = rng.sample(
        ["performance", "joined_up", "transition"], rng.choices([0, 1, 2, 3], [3, 4, 3, 1])[0]
    )
    order = [*fixed, "operating"]
    rng.shuffle(order)
    if rng.random() < 0.5:
        order.remove("operating")
        order.insert(0, "operating")
    parts = {name: _part(rng, draft.envelope, rng.uniform(0.03, 0.2)) for name in fixed}
    if fixed and rng.random() < 0.03:
        parts[fixed[0]] = rng.choice([{"share": Decimal("0.0")}, {"krw": 0}])
    amounts = {name: draft.won(part) for name, part in parts.items()}
    left = draft.envelope - sum(amounts.values())
    left -= draft.won(draft.reserve["amount"]) if draft.reserve else 0
    if draft.special:
        ceiling = draft.won(draft.special["ceiling"])
        asked = sum(request["approved_krw"] or 0 for request in requests)
        left -= ceiling if draft.special["unspent_to"] == "reserve" else min(ceiling, asked)
    amounts["operating"] = left
    for name in order:
        rule: Rule = {"name": name, "amount": parts.get(name, "remainder")}
        pool = _pool(rng, rule, amounts[name], rows, unit, draft.rough)
        if rng.random() < 0.02:
            nobody = dict.fromkeys(HEADS_OF_TYPE, Decimal("0.0"))
            rule["adjustment"] = [{"name": "frozen", "column": "centre_type", "table": nobody}]
            pool.split = dict.fromkeys(pool.split, 0.0)
        draft.rough.append(pool)
        draft.pools.append(rule)


def _part(rng: Random, envelope: int, share: float) -> Rule:
    if rng.random() < 0.6:
        return {"share": _decimal(share, rng.randint(2, 4))}
    return {"krw": round(share * envelope)}


def _pool(
    rng: Random, rule: Rule, amount: float, rows: list[Row], unit: int, earlier: list[RoughPool]
) -> RoughPool:
    """Fill in a pool's rules; gives their rough effect."""
    if rng.random() < (0.1 if rule["name"] == "operating" else 0.6):
        eligible = rng.choice(_eligible_filters(rng, rows))
        if sum(_selects(eligible, row) for row in rows) >= 2:
            rule["eligible"] = eligible
    sharers = [row for row in rows if _selects(rule.get("eligible"), row)]
    rule["factor"] = _factors(rng, sharers)
    rule["adjustment"] = _adjustments(rng, rows)
    entitlement = _rough_entitlement(rule, amount, rows)

    pick = _Terms(rng, amount, rows, sharers, unit, earlier, entitlement)
    floor = dict.fromkeys(entitlement, 0.0)
    cap = dict.fromkeys(entitlement, float("inf"))
    if rng.random() < 0.85 and amount > 0:
        target = rng.uniform(0.35, 0.93) * amount
        rule["floor"], floor = pick.terms("floor", target)
    if rng.random() < 0.75:
        tight = rng.uniform(0.85, 1.0) if rng.random() < 0.1 else rng.uniform(1.05, 2.0)
        rule["cap"], cap = pick.terms("cap", tight * amount)
    for centre, own in entitlement.items():
        floor[centre] = ceil(floor[centre] / unit) * unit
        if cap[centre] < float("inf"):
            cap[centre] = cap[centre] // unit * unit
        cap[centre] = max(cap[centre], floor[centre]) if own > 0 else floor[centre]
    split = _rough_split(amount, entitlement, floor, cap)
    pool = RoughPool(rule, amount, entitlement, floor, cap, split, unit)
    if rng.random() < 0.7 and amount > 0:
        rule["band"] = _bands(rng, pool, rows)
    return pool


def _eligible_filters(rng: Random, rows: list[Row]) -> list[Rule]:
    jobseekers = sorted(row["registered_jobseekers"] for row in rows)
    return [
        {"column": "performance_grade", "values": GRADES[: rng.randint(2, 4)]},
        {"column": "centre_type", "values": rng.sample(list(HEADS_OF_TYPE), 3)},
        {"column": "partner_staff", "min": 1},
        {"column": "integration_level", "min": 2, "max": rng.choice([3, 4])},
        {"column": "integration_level", "values": [1, 2, 4]},
        {"column": "registered_jobseekers", "min": jobseekers[len(jobseekers) // 4]},
        {"column": "registered_jobseekers", "max": jobseekers[(3 * len(jobseekers)) // 4]},
        {"column": "performance_score", "min": _decimal(rng.uniform(45, 70), 1)},
        {"column": "new_centre", "values": [rng.random() < 0.3]},
        {"column": "execution_rate", "min": _decimal(rng.uniform(0.75, 0.9), 2)},
    ]


def _factors(rng: Random, sharers: list[Row]) -> list[Rule]:
    def weight(low: float, high: float) -> Decimal:
        return _decimal(rng.uniform(low, high), rng.randint(1, 2))

    choices: list[Rule] = [
        {
            "name": "staff",
            "columns": {
                "officials": weight(0.8, 1.2),
                "counselling_officials": weight(0.9, 1.4),
                "counsellors": weight(0.9, 1.4),
                "support_staff": weight(0.4, 0.9),
            },
        },
        {"name": "head count", "columns": {"staff_total": Decimal("1.0")}},
        {"name": "caseload", "columns": {"registered_jobseekers": 1}},
        {
            "name": "caseload, weighted",
            "columns": {"registered_jobseekers": 1, "disadvantaged_jobseekers": weight(0.5, 2)},
        },
        {"name": "partners' staff", "columns": {"partner_staff": weight(0.5, 2)}},
        {"name": "통합 수준", "columns": {"integration_level": weight(0.5, 2)}},
    ]
    chosen = rng.sample(choices, rng.choices([1, 2, 3], [3, 4, 3])[0])
    usable = [
        f for f in chosen if all(_factor_total(f, column, sharers) for column in f["columns"])
    ]
    usable = usable or [choices[5]]
    return [
        {"name": factor["name"], "weight": weight(0.1, 1.0), "columns": factor["columns"]}
        for factor in usable
    ]


def _factor_total(factor: Rule, column: str, sharers: list[Row]) -> float:
    total: float = sum(_rough_value(row, column) for row in sharers)
    return total * float(factor["columns"][column])


def _adjustments(rng: Random, rows: list[Row]) -> list[Rule]:
    def multiplier(low: float, high: float) -> Decimal:
        return _decimal(rng.uniform(low, high), 2)

    none_for_the_worst = {"D": Decimal("0.0")} if rng.random() < 0.3 else {}
    types = {row["centre_type"] for row in rows}
    choices: list[Rule] = [
        {
            "name": "execution",
            "column": "execution_rate",
            "ramp": {
                "target": multiplier(0.85, 0.98),
                "slope": multiplier(0.3, 1.5),
                "min": multiplier(0.6, 0.95),
                "max": rng.choice([Decimal("1.0"), Decimal("1.1")]),
            },
        },
        {
            "name": "score",
            "column": "performance_score",
            "ramp": {
                "target": rng.randint(60, 80),
                "slope": rng.choice([Decimal("0.01"), Decimal("-0.005"), Decimal("0.05")]),
                "min": rng.choice([0, Decimal("0.5"), Decimal("0.8")]),
                "max": rng.choice([Decimal("1.2"), Decimal("1.5"), 2]),
            },
        },
        {
            "name": "grade",
            "column": "performance_grade",
            "table": {grade: multiplier(0.7, 1.6) for grade in GRADES} | none_for_the_worst,
        },
        {
            "name": "integration",
            "column": "integration_level",
            "table": {str(level): multiplier(0.8, 1.4) for level in (1, 2, 3, 4)},
        },
        {
            "name": "type",
            "column": "centre_type",
            "table": {kind: multiplier(0.7, 1.3) for kind in sorted(types)},
        },
        {
            "name": "new centres",
            "column": "new_centre",
            "table": {"true": multiplier(1.0, 1.5), "false": Decimal("1.0")},
        },
    ]
    chosen = rng.sample(choices, rng.choices([0, 1, 2, 3], [3, 4, 2, 1])[0])
    for adjustment in chosen:
        if rng.random() < 0.5:
            adjustment["missing"] = multiplier(0.6, 1.1)
    return chosen


@dataclass
class _Terms:
    """Draws floor or cap terms whose rough total comes near a target."""

    rng: Random
    amount: float
    rows: list[Row]
    sharers: list[Row]
    unit: int
    earlier: list[RoughPool]
    entitlement: Rough

    def terms(self, side: str, target: float) -> tuple[list[Rule], Rough]:
        kinds = ["krw", "by", "per", "prior", "prior", "prior_share"]
        if self.earlier:
            kinds += ["pool", "pool"] if side == "cap" else ["pool"]
        # At most one term of a kind: two equal terms would leave open which of them binds.
        count = self.rng.choices([1, 2, 3], [4, 4, 2])[0]
        chosen = list(dict.fromkeys(self.rng.choice(kinds) for _ in range(count)))
        of_target = target / len(self.sharers)
        drawn = [self._drawn(kind, of_target) for kind in chosen]
        total = self._total(side, drawn)
        scale = target / total if 0 < total < float("inf") else 1.0
        terms, amounts = [], []
        for number, (kind, rule, per_won) in enumerate(drawn):
            term = self._written(kind, rule, scale)
            term = {"name": f"{side} {number + 1}: {kind.replace('_', ' ')}"} | term
            terms.append(term)
            amounts.append({centre: value * scale for centre, value in per_won.items()})
        return terms, self._bound(side, amounts)

    def _bound(self, side: str, amounts: list[Rough]) -> Rough:
        worst = 0.0 if side == "floor" else float("inf")
        choose: Callable[..., float] = max if side == "floor" else min
        return {
            centre: choose([worst, *(a[centre] for a in amounts if centre in a)])
            for centre in self.entitlement
        }

    def _total(self, side: str, drawn: list[tuple[str, Rule, Rough]]) -> float:
        bound = self._bound(side, [amounts for _, _, amounts in drawn])
        return sum(
            self.entitlement[centre] if value == float("inf") else value
            for centre, value in bound.items()
        )

    def _drawn(self, kind: str, level: float) -> tuple[str, Rule, Rough]:
        """(kind, the rule with plain numbers, what it says to each centre that it binds)."""
        rng, ids = self.rng, [row["centre_id"] for row in self.sharers]
        own = self.entitlement
        if kind == "krw":
            krw = level * rng.uniform(0.5, 1.2)
            return kind, {"krw": krw}, dict.fromkeys(ids, krw)
        if kind == "by":
            column = rng.choice(["centre_type", "centre_type", "integration_level", "new_centre"])
            table: dict[str, float] = {}
            for row in self.rows:
                key = _key(_rough_value(row, column))
                alike = [
                    own.get(other["centre_id"], level)
                    for other in self.rows
                    if _key(_rough_value(other, column)) == key
                ]
                table.setdefault(key, sum(alike) / len(alike) * rng.uniform(0.6, 1.3) + 1)
            says = {
                row["centre_id"]: table[_key(_rough_value(row, column))] for row in self.sharers
            }
            return kind, {"column": column, "table": dict(sorted(table.items()))}, says
        if kind == "pool":
            pool = rng.choice(self.earlier)
            base = {c: pool.split.get(c, 0.0) for c in ids}
            rate = level * len(ids) / (sum(base.values()) or 1.0)
            return kind, {"name": pool.rule["name"], "rate": rate}, _times(base, rate)
        column = "prior_operating_krw"
        if kind == "per":
            column = rng.choice(["staff_total", "registered_jobseekers", "officials"])
        elif kind == "prior_share" and rng.random() < 0.5:
            column = rng.choice(["registered_jobseekers", "prior_available_krw"])
            column = column if self._column_total(column) > 0 else "integration_level"
        elif kind == "prior" and rng.random() < 0.2:
            column = "prior_spent_krw"
        values = {row["centre_id"]: _rough_value(row, column) for row in self.sharers}
        base = {centre: float(value) for centre, value in values.items() if value is not None}
        if kind == "prior_share":
            base = _times(base, self.amount / (self._column_total(column) or 1.0))
        rate = level * len(base) / (sum(base.values()) or 1.0)
        return kind, {"column": column, "rate": rate}, _times(base, rate)

    def _column_total(self, column: str) -> float:
        return float(sum(_rough_value(row, column) or 0 for row in self.rows))

    def _written(self, kind: str, rule: Rule, scale: float) -> Rule:
        """The term as the policy has it, all numbers scaled and cut to a few decimals."""
        if kind == "krw":
            return {"krw": self._won(rule["krw"] * scale)}
        if kind == "by":
            table = {key: self._won(krw * scale) for key, krw in rule["table"].items()}
            return {"by": {"column": rule["column"], "table": table}}
        if kind == "per":
            rate = rule["rate"] * scale
            rate_krw = round(rate) if rate > 1000 else _decimal(rate, 3)
            return {"per": {"column": rule["column"], "rate_krw": rate_krw}}
        key = "name" if kind == "pool" else "column"
        return {kind: {key: rule[key], "rate": _decimal(rule["rate"] * scale, 3)}}

    def _won(self, amount: float) -> int:
        """Sometimes a round sum, sometimes not a multiple of the unit."""
        if self.rng.random() < 0.5:
            return max(0, round(amount))
        return max(0, round(amount / self.unit)) * self.unit


def _times(amounts: Rough, factor: float) -> Rough:
    return {centre: value * factor for centre, value in amounts.items()}


def _key(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


# --- bands ---------------------------------------------------------------------------------------


@dataclass
class _Area:
    """A set of centres for a band, and the sets inside it."""

    name: str
    where: Rule
    inner: list[_Area]


def _bands(rng: Random, pool: RoughPool, rows: list[Row]) -> list[Rule]:
    """Bands of one family of areas, each drawn around one rough split that satisfies them all.

    `outer` is the set whose sum is already settled by a band around it (at first the whole pool),
    `settled` its members that lie in a band already drawn. A new band moves money between its
    members and the members of `outer` that are not settled.
    """
    areas = rng.choice([_by_area, _by_area, _by_region, _by_size, _by_list, _by_type])(rng, rows)
    split = dict(pool.split)
    bands: list[Rule] = []

    def total(amounts: Rough, centres: set[str]) -> float:
        return sum(amounts[c] for c in centres)

    def spread(centres: set[str], amount: float) -> None:
        entitlement = {c: pool.entitlement[c] for c in centres}
        split.update(_rough_split(amount, entitlement, pool.floor, pool.cap))

    def draw(area: _Area, outer: set[str], settled: set[str]) -> None:
        inside = {row["centre_id"] for row in rows if _selects(area.where, row)} & set(split)
        inner_settled: set[str] = set()
        if rng.random() < 0.75 and total(split, inside) > 0 and len(bands) < 9:
            others = outer - settled - inside
            both = total(split, inside) + total(split, others)
            low = max(total(pool.floor, inside), both - total(pool.cap, others))
            high = min(total(pool.cap, inside), both - total(pool.floor, others))
            had = total(split, inside)
            shares, gets = _band_shares(rng, had, low, high, pool)
            bands.append({"name": f"{area.name} {len(bands) + 1}", "where": area.where} | shares)
            spread(inside, gets)
            spread(others, both - gets)
            settled |= inside
            outer = inside
        else:
            inner_settled = settled
        for inner in area.inner:
            draw(inner, outer, inner_settled)

    settled: set[str] = set()
    for area in areas:
        draw(area, set(split), settled)
    rng.shuffle(bands)
    return bands


def _band_shares(
    rng: Random, had: float, low: float, high: float, pool: RoughPool
) -> tuple[Rule, float]:
    """({min_share, max_share}, about what the band then gets, between low and high)."""
    kind = rng.choices(["max", "min", "both", "slack"], [4, 4, 1, 2])[0]
    factor = rng.uniform(0.8, 1.0) if kind == "max" else rng.uniform(1.0, 1.25)
    margin = 1.2 * pool.unit + 0.0002 * pool.amount
    low, high = (low, high) if rng.random() < 0.05 else (low + margin, high - margin)
    gets = min(max(had * factor, low), high)
    up = _share((gets + pool.unit) / pool.amount + 0.00005, 4)
    down = _share((gets - pool.unit) / pool.amount - 0.00005, 4)
    if kind == "max" and low <= gets <= had:
        return {"max_share": up}, gets
    if kind == "min" and low <= gets and gets >= had:
        return {"min_share": down}, gets
    if kind == "both" and low <= gets:
        wider = _share(float(up) * rng.uniform(1.0, 1.1) + 0.001, 4)
        return {"min_share": down, "max_share": wider}, gets
    if rng.random() < 0.5:
        wide = had * rng.uniform(1.1, 1.5) + 2 * pool.unit
        return {"max_share": _share(wide / pool.amount + 0.0001, 4)}, had
    return {"min_share": _share(had * 0.5 / pool.amount, 4)}, had


def _share(value: float, places: int) -> Decimal:
    return min(Decimal("1.0"), _decimal(value, places))


def _sorted_values(rows: list[Row], column: str) -> list[str]:
    return sorted({row[column] for row in rows})


def _offices(rng: Random, rows: list[Row], province: str) -> list[_Area]:
    inside = [row for row in rows if row["province"] == province]
    return [
        _Area(f"office {office}", {"column": "local_office", "values": [office]}, [])
        for office in _sorted_values(inside, "local_office")
        if rng.random() < 0.5
    ]


def _provinces(rng: Random, rows: list[Row], provinces: list[str]) -> list[_Area]:
    return [
        _Area(province, {"column": "province", "values": [province]}, _offices(rng, rows, province))
        for province in provinces
        if rng.random() < 0.6
    ]


def _by_area(rng: Random, rows: list[Row]) -> list[_Area]:
    """The capital area and the provinces outside it, provinces inside, local offices inside."""
    here = _sorted_values(rows, "province")
    capital = [province for province in here if province in CAPITAL_AREA]
    others = [province for province in here if province not in CAPITAL_AREA]
    return [
        _Area(name, {"column": "province", "values": area}, _provinces(rng, rows, area))
        for name, area in (("수도권", capital), ('outside the "capital"', others))
        if area
    ]


def _by_region(rng: Random, rows: list[Row]) -> list[_Area]:
    return [
        _Area(
            region,
            {"column": "regional_office", "values": [region]},
            _provinces(
                rng,
                rows,
                _sorted_values([r for r in rows if r["regional_office"] == region], "province"),
            ),
        )
        for region in _sorted_values(rows, "regional_office")
    ]


def _by_size(rng: Random, rows: list[Row]) -> list[_Area]:
    """The busy centres, the very busy ones among them; the quiet ones."""
    column = "registered_jobseekers"
    ordered = sorted(row[column] for row in rows)
    quiet, busy = ordered[len(rows) // 3], ordered[len(rows) // 3] + 1
    very_busy = max(busy, ordered[(3 * len(rows)) // 4])
    return [
        _Area(
            "busy",
            {"column": column, "min": busy},
            [_Area("very busy", {"column": column, "min": very_busy}, [])],
        ),
        _Area("quiet", {"column": column, "max": quiet}, []),
    ]


def _by_type(rng: Random, rows: list[Row]) -> list[_Area]:
    types = _sorted_values(rows, "centre_type")
    cut = rng.randint(1, len(types))
    return [
        _Area(
            "types",
            {"column": "centre_type", "values": group},
            [_Area("type", {"column": "centre_type", "values": [group[0]]}, [])],
        )
        for group in (types[:cut], types[cut:])
        if group
    ]


def _by_list(rng: Random, rows: list[Row]) -> list[_Area]:
    """Lists of centres inside lists of centres, three deep."""

    def cut(ids: list[str], depth: int) -> list[_Area]:
        areas: list[_Area] = []
        rest = rng.sample(ids, len(ids))
        while rest and depth < 3:
            size = rng.randint(1, len(rest))
            part, rest = sorted(rest[:size]), rest[size:]
            where = {"column": "centre_id", "values": part}
            areas.append(_Area(f"list {depth + 1}.{len(areas) + 1}", where, cut(part, depth + 1)))
        return areas

    return cut([row["centre_id"] for row in rows], 0)


# --- requests ------------------------------------------------------------------------------------


def _requests(rng: Random, rows: list[Row], draft: Draft, unit: int) -> list[Row]:
    count = rng.choice([0, rng.randint(1, 12), rng.randint(1, 12), rng.randint(6, 12)])
    ceiling = draft.won(draft.special["ceiling"]) if draft.special else draft.envelope * 0.05
    mean = ceiling / unit * rng.uniform(0.6, 2.5) / max(count, 1)
    sizes = [max(1, round(mean * rng.uniform(0.3, 2.2))) for _ in range(max(2, count // 2))]
    requests = []
    for number in rng.sample(range(1, 100), count):
        # Repeated amounts and moments make ties.
        units = rng.choice(sizes) if rng.random() < 0.6 else max(1, round(mean * rng.random() * 2))
        approved = None if rng.random() < 0.12 else units * unit
        requests.append(
            {
                "request_id": f"R{number:02d}",
                "centre_id": rng.choice(rows)["centre_id"],
                "category": rng.choice(["remodelling", "leasing", "relocation", "other"]),
                "title": f"Request {number}",
                "requested_krw": round(units * unit * rng.uniform(1.0, 1.4)),
                "approved_krw": approved,
                "priority": rng.randint(1, 3),
                "divisible": rng.random() < 0.45,
                "submitted_at": f"2026-0{rng.randint(3, 4)}-{rng.randint(10, 14)}T09:30:00",
            }
        )
    return requests


# --- rounds that cannot work ---------------------------------------------------------------------


def _make_contradict(rng: Random, draft: Draft) -> None:
    """Change the draft so that its rules contradict each other (as a rule of thumb)."""
    pool = rng.choice([pool for pool in draft.rough if pool.amount > 0])
    rule, fixed = pool.rule, [p for p in draft.pools if p["amount"] != "remainder"]
    way = rng.randrange(7)
    if way == 0 and fixed:
        rng.choice(fixed)["amount"] = {"share": _decimal(rng.uniform(0.9, 1.0), 3)}
        draft.reserve = {"amount": {"share": Decimal("0.12")}}
    elif way == 1:
        draft.reserve = {"amount": {"krw": round(draft.envelope * 0.7)}}
        draft.special = {"ceiling": {"share": Decimal("0.35")}, "unspent_to": "reserve"}
    elif way == 2 and pool.entitlement:
        everybody = {"column": "centre_id", "values": sorted(pool.entitlement)}
        least = _share(sum(pool.floor.values()) / pool.amount * rng.uniform(0.3, 0.95), 4)
        rule["band"] = [{"name": "too little for all", "where": everybody, "max_share": least}]
        rule.setdefault("floor", []).append({"name": "a won", "krw": 1})
    elif way == 3 and len(pool.entitlement) > 1:
        ids = sorted(pool.entitlement)
        halves = [ids[: len(ids) // 2], ids[len(ids) // 2 :]]
        rule["band"] = [
            {
                "name": f"half {number}",
                "where": {"column": "centre_id", "values": half},
                "min_share": _share(rng.uniform(0.5, 0.7), 3),
            }
            for number, half in enumerate(halves)
        ]
    elif way == 4 and rule.get("band"):
        band = rng.choice(rule["band"])
        band["min_share"], band["max_share"] = Decimal("0.4004"), Decimal("0.3996")
    elif way == 5 and pool.entitlement:
        centre = rng.choice(sorted(pool.entitlement))
        mean = pool.amount / len(pool.entitlement)
        rule["cap"] = [*rule.get("cap", []), {"name": "flat cap", "krw": round(mean)}]
        rule["band"] = [
            {
                "name": "more than the cap",
                "where": {"column": "centre_id", "values": [centre]},
                "min_share": _share(2.5 * max(mean, pool.floor[centre]) / pool.amount, 4),
            }
        ]
    else:
        krw = round(pool.amount / max(1, len(pool.entitlement)) * rng.uniform(1.02, 1.5)) + 1
        rule.setdefault("floor", []).append({"name": "promise", "krw": krw})


def _make_faulty(rng: Random, draft: Draft, rows: list[Row], requests: list[Row]) -> None:
    """Put one fault into the policy or a table."""
    rule = rng.choice(draft.pools)
    sharers = [row for row in rows if _selects(rule.get("eligible"), row)]
    zero = {"name": "nothing", "weight": Decimal("0.2"), "columns": {"partner_staff": Decimal("1")}}
    where = {"column": "centre_id", "values": [row["centre_id"] for row in rows]}
    half = len(rows) // 2
    by_type = {"name": "by type", "by": {"column": "centre_type", "table": {"lighthouse": 1_000}}}
    ramp = {"target": 1, "slope": 1, "min": Decimal("0.5"), "max": 1}
    execution: Rule = {"name": "rate", "column": "execution_rate", "ramp": ramp}

    def zero_factor() -> None:
        rule["factor"].append(zero)
        for row in sharers:
            row["partner_staff"] = 0
        if rule.get("eligible", {}).get("column") == "partner_staff":
            del rule["eligible"]
            for row in rows:
                row["partner_staff"] = 0

    def overlap() -> None:
        first, second = where["values"][: half + 1], where["values"][half:]
        rule["band"] = [
            {"name": "left", "where": where | {"values": first}, "max_share": Decimal("0.9")},
            {"name": "right", "where": where | {"values": second}, "max_share": Decimal("0.9")},
        ]

    def missing_number() -> None:
        column = next(iter(rule["factor"][0]["columns"]))
        rng.choice(sharers)["officials" if column == "staff_total" else column] = None

    def overspent() -> None:
        rule["adjustment"].append(execution)
        row = rng.choice(rows)
        row |= {"prior_available_krw": rng.choice([0, 100]), "prior_carryover_krw": None}
        row["prior_spent_krw"] = 101

    def unknown_request_centre() -> None:
        row = dict.fromkeys(REQUEST_COLUMNS) | {"request_id": "R100", "centre_id": "nowhere"}
        row |= {"category": "other", "title": "?", "priority": 1, "divisible": True}
        row |= {"requested_krw": 1_000_000, "approved_krw": 1_000_000}
        requests.append(row | {"submitted_at": "2026-04-01T09:30:00"})

    faults: list[Callable[[], object]] = [
        zero_factor,
        zero_factor,
        overlap,
        overlap,
        missing_number,
        overspent,
        unknown_request_centre,
        lambda: rule.update(eligible={"column": "centre_type", "values": ["lighthouse"]}),
        lambda: rule.setdefault("floor", []).append(by_type),
        lambda: rule["factor"][0]["columns"].update({"no_such_column": 1}),
        lambda: draft.head.update(unit_krw=1_000, envelope_krw=draft.envelope // 1_000 * 1_000 + 7),
        lambda: rule.update(bonus={"share": Decimal("0.1")}),
        lambda: setattr(draft, "reserve", {"amount": {"share": Decimal("1.5")}}),
        lambda: (
            draft.pools[0]
            .setdefault("cap", [])
            .append(
                {"name": "later", "pool": {"name": draft.pools[-1]["name"], "rate": Decimal("0.5")}}
            )
        ),
        lambda: draft.pools.append(
            {
                "name": "rest",
                "amount": "remainder",
                "factor": [{"name": "one", "weight": 1, "columns": {"integration_level": 1}}],
            }
        ),
    ]
    rng.choice(faults)()


# --- the text of a policy ------------------------------------------------------------------------


def _toml(value: Any) -> str:
    """A value on one line; numbers as plain literals, keys of tables quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:_}" if value >= 10_000 else str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, list):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    inside = ", ".join(f"{_bare(key)} = {_toml(item)}" for key, item in value.items())
    return f"{{ {inside} }}"


def _bare(key: str) -> str:
    """Our own keys and column names stand bare; values of a column as keys are quoted."""
    plain = key.isascii() and key.replace("_", "").isalpha() and key.islower()
    return key if plain else json.dumps(key, ensure_ascii=False)


def _policy_text(draft: Draft) -> str:
    lines = ["[policy]", *_entries(draft.head)]
    if draft.reserve is not None:
        lines += ["", "[reserve]", *_entries(draft.reserve)]
    if draft.special is not None:
        lines += ["", "[special_needs]", *_entries(draft.special)]
    lists = ("factor", "adjustment", "floor", "cap", "band")
    for pool in draft.pools:
        own = {key: value for key, value in pool.items() if key not in lists}
        lines += ["", "[[pool]]", *_entries(own)]
        for kind in lists:
            for entry in pool.get(kind, []):
                lines += ["", f"[[pool.{kind}]]", *_entries(entry)]
    return "\n".join(lines) + "\n"


def _entries(table: Rule) -> list[str]:
    return [f"{_bare(key)} = {_toml(value)}" for key, value in table.items()]
