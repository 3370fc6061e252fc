"""Cross tables for tests: small ones that can be worked in the head, and random ones."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random

import pandas as pd

from budget.allocation.division_reading import division_rules_from
from budget.allocation.division_rules import DivisionRules

TYPES = ("plus", "basic", "medium", "branch", "outreach")


def rules(
    *divisions: str,
    unit: int = 1,
    ceilings: Mapping[str, int] | None = None,
    minima: Mapping[str, int] | None = None,
    bands: Mapping[str, Mapping[str, tuple[str | None, str | None]]] | None = None,
) -> DivisionRules:
    """Rules for divisions with limits in won.

    Args:
        bands: centre type -> division -> (least, most share), None without one.
    """
    limits = {"ceiling": ceilings or {}, "minimum": minima or {}}
    return division_rules_from(
        {
            "name": "Test",
            "unit_krw": unit,
            "divisions": [
                {
                    "id": division,
                    "name_ko": division,
                    "name_en": division,
                    "staff_column": f"staff_{division}",
                }
                | {
                    side: {"krw": of_division[division]}
                    for side, of_division in limits.items()
                    if division in of_division
                }
                for division in divisions
            ],
            "bands": {
                kind: {
                    division: {
                        side: Decimal(share)
                        for side, share in zip(("min_share", "max_share"), shares, strict=True)
                        if share is not None
                    }
                    for division, shares in of_type.items()
                }
                for kind, of_type in (bands or {}).items()
            },
        }
    )


def centres(
    divisions: Sequence[str],
    staff: Mapping[str, Sequence[object]],
    types: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """A table of centres: id -> staff by division; "plus" unless another type is given."""
    return pd.DataFrame(
        [
            {"centre_id": key, "centre_type": (types or {}).get(key, "plus")}
            | {f"staff_{d}": cell for d, cell in zip(divisions, cells, strict=True)}
            for key, cells in staff.items()
        ]
    )


def money(**won: int) -> "pd.Series[int]":
    """Operating money by centre id."""
    return pd.Series(won, dtype="int64").rename_axis("centre_id")


type Case = tuple[pd.DataFrame, "pd.Series[int]", DivisionRules]


def random_case(
    seed: int, *, most_centres: int = 6, most_divisions: int = 5, tightness: float = 1.0
) -> Case:
    """A random table: several ceilings, minima and bands bite; about a third cannot be kept.

    Args:
        tightness: chance that a division or a band is limited at all.
    """
    draws = Random(seed)
    divisions = [f"d{n}" for n in range(draws.randint(2, most_divisions))]
    count = draws.randint(2, most_centres)
    unit = draws.choice((1, 1_000))
    staff: dict[str, list[object]] = {}
    types: dict[str, str] = {}
    won: dict[str, int] = {}
    for n in range(count):
        key = f"C{n:03}"
        numbers = [draws.choice((0, 0, 1, 2, 3, 5, 8)) for _ in divisions]
        if not any(numbers):
            numbers[draws.randrange(len(divisions))] = 1
        staff[key] = list(numbers)
        types[key] = draws.choice(TYPES)
        won[key] = draws.randint(500, 3_000) * unit * draws.choice((1, 1, 10))
    table = centres(divisions, staff, types)
    operating = money(**won)
    return table, operating, random_rules(draws, table, operating, divisions, unit, tightness)


def random_rules(
    draws: Random,
    table: pd.DataFrame,
    operating: "pd.Series[int]",
    divisions: Sequence[str],
    unit: int,
    tightness: float,
) -> DivisionRules:
    """Limits around what the divisions would get by their staff alone."""
    numbers = table.set_index("centre_id")[[f"staff_{d}" for d in divisions]].astype(float)
    shares = numbers.div(numbers.sum(axis=1), axis=0)
    totals = shares.mul(operating, axis=0).sum()
    ceilings: dict[str, int] = {}
    minima: dict[str, int] = {}
    for division in divisions:
        total = float(totals[f"staff_{division}"])
        if draws.random() < 0.5 * tightness:
            ceilings[division] = int(total * draws.uniform(0.75, 1.05)) // unit * unit
            if draws.random() < 0.4:  # a corridor, which may be a point
                least = ceilings[division] * draws.uniform(0.9, 1.0)
                minima[division] = int(least) // unit * unit
        elif draws.random() < 0.4 * tightness:
            minima[division] = int(total * draws.uniform(0.95, 1.15)) // unit * unit
    bands: dict[str, dict[str, tuple[str | None, str | None]]] = {}
    by_type = shares.groupby(table.set_index("centre_id")["centre_type"])
    for kind, of_type in by_type:
        for division in divisions:
            present = of_type[f"staff_{division}"]
            present = present[present > 0]
            if present.empty or draws.random() > 0.6 * tightness:
                continue
            # where all centres have all divisions, bands may hold many of them
            tail = 0.2 if (of_type > 0).all(axis=None) and len(of_type) > 20 else 0.0
            low = float(present.quantile(tail)) * draws.uniform(0.5 if not tail else 0.9, 0.98)
            high = min(1.0, float(present.quantile(1 - tail)) * draws.uniform(1.02, 1.5) + 0.01)
            bands.setdefault(str(kind), {})[division] = (
                f"{low:.4f}" if draws.random() < 0.7 else None,
                f"{high:.4f}",
            )
    return rules(*divisions, unit=unit, ceilings=ceilings, minima=minima, bands=bands)


def hard_case(seed: int, count: int = 174) -> Case:
    """A random country: so many centres, six divisions, ceilings, minima and bands that bite."""
    draws = Random(f"hard {seed}")
    divisions = [f"d{n}" for n in range(6)]
    staff: dict[str, list[object]] = {}
    types: dict[str, str] = {}
    won: dict[str, int] = {}
    for n in range(count):
        key = f"C{n:03}"
        kind = TYPES[0] if n < count * 4 // 7 else draws.choice(TYPES[1:])
        lacking = 0.0 if kind == "plus" else 0.4
        numbers = [0 if draws.random() < lacking else draws.randint(1, 24) for _ in divisions]
        if not any(numbers):
            numbers[draws.randrange(6)] = 1
        staff[key], types[key] = list(numbers), kind
        won[key] = draws.randint(8_000, 2_000_000) * 1_000
    table = centres(divisions, staff, types)
    operating = money(**won)
    return table, operating, random_rules(draws, table, operating, divisions, 1_000, 1.0)
