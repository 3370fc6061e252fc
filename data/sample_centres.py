"""The illustrative centres: people, caseload, money and grades for 174 real places.

Read by `sample_round.py`, which writes the files and explains why the same bytes come out on
every machine. In the order of the data flow: catchments, staff, partners, caseload, last year's
money, last year's execution, evaluation.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from numpy.random import PCG64

HERE = Path(__file__).resolve().parent
INPUTS = HERE / "sample_inputs"
SEED = 2027

# Published (OECD 2024, chapter 3): the staff of all centres, about a third of them counsellors.
STAFF = 5_174
COUNSELLING_OFFICIALS = 575
COUNSELLORS = 1_150  # with the counselling officials 1,725, a third of the staff
# Chosen: 102 full centres at 49 on average, 32 medium ones at 5, the rest at outreach posts.
SUPPORT_STAFF = 620
FULL_STAFF = 102 * 49
MEDIUM_STAFF = 32 * 5
FULL_TYPES = ("plus", "basic", "branch")
# Staff that a full centre has before its first inhabitant: head, planning, accounts, counters.
STAFF_BASE = {"plus": 17, "basic": 15, "branch": 9}

# Chosen: last year's operating money, and what a full centre, a head and a case cost.
PRIOR_OPERATING_KRW = 104_600_000_000
KRW_A_FULL_CENTRE = 30_000_000
KRW_A_HEAD = 13_000_000
KRW_A_JOBSEEKER = 38_000
MEDIUM_PRIOR_KRW = (60_000_000, 140_000_000)
OUTREACH_PRIOR_KRW = (8_000_000, 20_000_000)

# Opened during the year, as far as the sample goes: no prior money, no evaluation.
NEW_CENTRES = {"EC049", "EC092", "EC116", "EC126", "EC146"}

# Grade, per cent of the centres evaluated, lowest and highest score in tenths of a point.
GRADES = (
    ("S", 10, 900, 975),
    ("A", 25, 830, 899),
    ("B", 40, 720, 829),
    ("C", 20, 620, 719),
    ("D", 5, 500, 619),
)

# Chosen: the divisions of a full centre, per cent of its staff; small centres lack some.
DIVISIONS = {
    "planning": 9,
    "placement": 24,
    "support_programme": 27,
    "training": 12,
    "regional": 6,
    "benefit": 22,
}
BRANCH_DIVISIONS = ("placement", "support_programme", "training", "benefit")
MEDIUM_DIVISIONS = ("placement", "support_programme", "benefit")
DIVISION_COLUMNS = tuple(f"staff_{division}" for division in DIVISIONS)

NUMBER_COLUMNS = (
    "officials",
    "counselling_officials",
    "counsellors",
    "support_staff",
    "partner_staff",
    "integration_level",
    "registered_jobseekers",
    "disadvantaged_jobseekers",
    "prior_operating_krw",
    "prior_available_krw",
    "prior_spent_krw",
    "prior_carryover_krw",
    "performance_score",
    "performance_grade",
    *DIVISION_COLUMNS,
)
FACT_COLUMNS = (
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
    "lat",
    "lon",
)
PASSED_THROUGH = ("jurisdiction_ko", "name_basis")
type Row = dict[str, str]


class Setting(NamedTuple):
    """What the kind of place says about the people who live there."""

    workload_percent: int
    """Work for the centre, per cent of what the inhabitants alone would give."""
    jobseekers_a_thousand: tuple[int, int]
    disadvantaged_permille: tuple[int, int]


SETTINGS = {
    "business": Setting(130, (18, 21), (150, 200)),
    "metropolitan": Setting(100, (20, 23), (210, 270)),
    "industrial": Setting(110, (20, 24), (210, 280)),
    "city": Setting(100, (20, 24), (220, 290)),
    "rural": Setting(100, (26, 32), (280, 380)),
}
# Budgets lag behind people: growing places stay under-funded, shrinking ones keep their money.
HISTORY_PERMILLE = {"growing": -80, "steady": 0, "shrinking": 60}


@dataclass(frozen=True)
class Place:
    """A centre's facts with the people it serves."""

    facts: Row
    inhabitants_thousand: int
    setting: Setting
    trend: str

    @property
    def key(self) -> str:
        """The centre's stable key."""
        return self.facts["centre_id"]

    @property
    def kind(self) -> str:
        """Plus, basic and branch centres are `full`; medium and outreach keep their type."""
        centre_type = self.facts["centre_type"]
        return "full" if centre_type in FULL_TYPES else centre_type


class Draws:
    """Whole-number draws on one topic; a change to one topic leaves the others as they were."""

    def __init__(self, topic: str) -> None:
        self._bits = PCG64([SEED, *topic.encode()])

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included, each as likely."""
        return low + int(self._bits.random_raw()) % (high - low + 1)

    def around(self, spread: int) -> int:
        """A number from -spread to +spread, those near 0 the likeliest."""
        return (self.between(-spread, spread) + self.between(-spread, spread)) // 2


def apportioned(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts in proportion to the weights that sum to the total (largest remainder)."""
    whole = sum(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts


def read_rows(path: Path) -> list[Row]:
    """The rows of one CSV file, with or without a byte-order mark."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_places() -> list[Place]:
    """The centres in the order of the facts, each with its English local office and catchment."""
    local_office = {
        row["local_office_ko"]: row["local_office"]
        for row in read_rows(INPUTS / "local_offices.csv")
    }
    catchment = {row["centre_id"]: row for row in read_rows(INPUTS / "catchments.csv")}
    return [
        Place(
            facts=facts | {"local_office": local_office[facts["local_office_ko"]]},
            inhabitants_thousand=int(catchment[facts["centre_id"]]["inhabitants_thousand"]),
            setting=SETTINGS[catchment[facts["centre_id"]]["setting"]],
            trend=catchment[facts["centre_id"]]["trend"],
        )
        for facts in read_rows(HERE / "centres_facts.csv")
    ]


def staff_totals(places: Sequence[Place]) -> dict[str, int]:
    """Everybody's headcount: a base by type, then by people served; sums to the published total."""
    draws = Draws("staff")
    full = [place for place in places if place.kind == "full"]
    medium = [place for place in places if place.kind == "medium"]
    outreach = [place for place in places if place.kind == "outreach"]

    base = [STAFF_BASE[place.facts["centre_type"]] for place in full]
    weights = [
        place.inhabitants_thousand * place.setting.workload_percent * (1000 + draws.around(120))
        for place in full
    ]
    grown = apportioned(FULL_STAFF - sum(base), weights)
    totals = {place.key: low + more for place, low, more in zip(full, base, grown, strict=True)}

    weights = [(place.inhabitants_thousand + 25) * (100 + draws.around(30)) for place in medium]
    grown = apportioned(MEDIUM_STAFF - 3 * len(medium), weights)
    totals |= {place.key: 3 + more for place, more in zip(medium, grown, strict=True)}

    # Most posts live on visits alone; those with more people around have somebody of their own.
    weights = [place.inhabitants_thousand**2 * draws.between(1, 9) ** 2 for place in outreach]
    own = apportioned(STAFF - FULL_STAFF - MEDIUM_STAFF, weights)
    return totals | {place.key: number for place, number in zip(outreach, own, strict=True)}


def staff_groups(places: Sequence[Place], totals: dict[str, int]) -> dict[str, dict[str, int]]:
    """The headcount by group; small offices by a fixed pattern, full centres by the rest."""
    draws = Draws("groups")
    groups: dict[str, dict[str, int]] = {}
    left = {
        "counselling_officials": COUNSELLING_OFFICIALS,
        "counsellors": COUNSELLORS,
        "support_staff": SUPPORT_STAFF,
    }
    for place in places:
        staff = totals[place.key]
        if place.kind == "medium":
            pattern = {
                "counselling_officials": 1,
                "counsellors": staff // 3,
                "support_staff": staff // 5,
            }
        else:  # an outreach post's first is a counsellor; a full centre is filled below
            pattern = {
                "counselling_officials": 0,
                "counsellors": min(staff, 1) if place.kind == "outreach" else 0,
                "support_staff": 0,
            }
        groups[place.key] = pattern
        for group, number in pattern.items():
            left[group] -= number

    full = [place.key for place in places if place.kind == "full"]
    for group, total in left.items():
        weights = [totals[key] * (100 + draws.around(25)) for key in full]
        for key, number in zip(full, apportioned(total, weights), strict=True):
            groups[key][group] = number
    for key, group_numbers in groups.items():
        group_numbers["officials"] = totals[key] - sum(group_numbers.values())
    return groups


def division_staff(place: Place, staff: int, draws: Draws) -> dict[str, str]:
    """The staff by division; an outreach post has its own people, or days of visiting ones."""
    if place.kind == "outreach":
        days = (draws.between(1, 3), draws.between(1, 2))  # of ten half-days a week
        own = [(staff + 1) // 2, staff // 2]
        people = [str(n) if staff else f"0.{day}" for n, day in zip(own, days, strict=True)]
        present = dict(zip(("placement", "benefit"), people, strict=True))
    else:
        there: Sequence[str] = tuple(DIVISIONS)
        if place.kind == "medium":
            there = MEDIUM_DIVISIONS
        elif place.facts["centre_type"] == "branch":
            there = BRANCH_DIVISIONS
        weights = [DIVISIONS[division] * (100 + draws.around(35)) for division in there]
        numbers = [1 + more for more in apportioned(staff - len(there), weights)]
        present = dict(zip(there, map(str, numbers), strict=True))
    return {f"staff_{division}": present.get(division, "0") for division in DIVISIONS}


def partner_columns(place: Place, staff: int, draws: Draws) -> dict[str, int]:
    """Partner organisations' staff, mainly in plus centres, and how closely they work together."""
    chance = draws.between(1, 100)
    if place.kind == "outreach":
        return {"partner_staff": 0, "integration_level": 1}
    if place.kind == "medium":  # run with the town hall, which sends one or two
        visitors = draws.between(0, 2)
        return {
            "partner_staff": visitors,
            "integration_level": 1 + (visitors > 0 and chance > 60),
        }
    if place.facts["centre_type"] != "plus":
        return {"partner_staff": 1, "integration_level": 1}
    level = 1 + (chance > 12) + (chance > 62) + (chance > 92)
    partner_staff = max(1, staff * (60 + 35 * level + draws.between(-40, 40)) // 1000)
    return {"partner_staff": partner_staff, "integration_level": level}


def caseload_columns(place: Place, draws: Draws) -> dict[str, int]:
    """Registered jobseekers by people served, and those of them with several barriers."""
    low, high = place.setting.jobseekers_a_thousand
    rate_permille = draws.between(low * 1000, high * 1000)
    registered = place.inhabitants_thousand * rate_permille // 1000
    disadvantaged = registered * draws.between(*place.setting.disadvantaged_permille) // 1000
    return {"registered_jobseekers": registered, "disadvantaged_jobseekers": disadvantaged}


def prior_operating(
    places: Sequence[Place], totals: dict[str, int], caseload: dict[str, int]
) -> dict[str, int]:
    """Last year's operating won: need times history, up to a fifth above or below it."""
    draws = Draws("history")
    thousands: dict[str, int] = {}
    need: dict[str, int] = {}
    for place in places:
        history = 1000 + HISTORY_PERMILLE[place.trend] + draws.around(190)
        cost = KRW_A_HEAD * totals[place.key] + KRW_A_JOBSEEKER * caseload[place.key]
        cost += KRW_A_FULL_CENTRE if place.kind == "full" else 0
        krw = cost * max(800, min(1200, history)) // 1000
        if place.key in NEW_CENTRES:
            continue
        if place.kind == "full":
            need[place.key] = krw
            continue
        low, high = MEDIUM_PRIOR_KRW
        if place.kind == "outreach":  # a room in the county hall: rent-free, telephone and travel
            low, high = OUTREACH_PRIOR_KRW
            krw = low + krw * 3 // 8
        thousands[place.key] = max(low, min(high, krw)) // 1000
    full = apportioned(PRIOR_OPERATING_KRW // 1000 - sum(thousands.values()), list(need.values()))
    thousands |= dict(zip(need, full, strict=True))
    return {key: number * 1000 for key, number in thousands.items()}


def execution_columns(place: Place, operating: int, draws: Draws) -> dict[str, int]:
    """What was available, carried over and spent; spent never exceeds what was left to spend."""
    kind_of_year = draws.between(1, 100)
    available = operating
    if place.kind != "outreach" and kind_of_year <= 25:  # carried in, or moved between offices
        available += operating * draws.between(-15, 30) // 1_000_000 * 1000
    carryover = 0
    if place.kind != "outreach" and draws.between(1, 100) <= 16:
        carryover = available * draws.between(12, 145) // 1_000_000 * 1000
    rate_basis_points = 9400 + draws.around(580)
    if draws.between(1, 100) <= 5:
        rate_basis_points = draws.between(7500, 8700)
    spent = (available - carryover) * rate_basis_points // 100_000 * 10
    return {
        "prior_available_krw": available,
        "prior_spent_krw": spent,
        "prior_carryover_krw": carryover,
    }


def evaluation(places: Sequence[Place], execution: dict[str, int]) -> dict[str, tuple[int, str]]:
    """Score in tenths and grade: luck and last year's execution; an outreach post near its host."""
    draws = Draws("evaluation")
    merit = {
        place.key: draws.around(1000) + (execution[place.key] - 9400) // 2
        for place in places
        if place.key in execution
    }
    for place in places:
        if place.kind == "outreach" and place.key in merit:
            merit[place.key] = merit[place.facts["host_id"]] + draws.around(120)
    ranked = sorted(merit, key=lambda key: (-merit[key], key))
    numbers = apportioned(len(ranked), [percent for _, percent, _, _ in GRADES])
    results: dict[str, tuple[int, str]] = {}
    for (grade, _, lowest, highest), number in zip(GRADES, numbers, strict=True):
        scores = sorted((draws.between(lowest, highest) for _ in range(number)), reverse=True)
        for key, score in zip(ranked[len(results) :], scores, strict=False):
            results[key] = (score, grade)
    return results


def centres() -> list[Row]:
    """The rows of centres.csv, in the order of the facts."""
    places = read_places()
    totals = staff_totals(places)
    groups = staff_groups(places, totals)
    partners, cases, money = Draws("partners"), Draws("caseload"), Draws("execution")
    divisions = Draws("divisions")
    numbers: dict[str, dict[str, int | str]] = {
        place.key: {
            **dict.fromkeys(NUMBER_COLUMNS, ""),
            **groups[place.key],
            **partner_columns(place, totals[place.key], partners),
            **caseload_columns(place, cases),
            **division_staff(place, totals[place.key], divisions),
        }
        for place in places
    }
    caseload = {key: int(columns["registered_jobseekers"]) for key, columns in numbers.items()}
    operating = prior_operating(places, totals, caseload)
    execution: dict[str, int] = {}
    for place in places:
        if place.key in operating:
            columns = execution_columns(place, operating[place.key], money)
            numbers[place.key].update(columns, prior_operating_krw=operating[place.key])
            to_spend = columns["prior_available_krw"] - columns["prior_carryover_krw"]
            execution[place.key] = columns["prior_spent_krw"] * 10_000 // to_spend
    for key, (score, grade) in evaluation(places, execution).items():
        numbers[key] |= {
            "performance_score": f"{score // 10}.{score % 10}",
            "performance_grade": grade,
        }
    return [
        {column: place.facts[column] for column in FACT_COLUMNS}
        | {column: str(numbers[place.key][column]) for column in NUMBER_COLUMNS}
        | {column: place.facts[column] for column in PASSED_THROUGH}
        for place in places
    ]
