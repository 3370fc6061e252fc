"""The rounds that are timed: the sample, and larger ones drawn from it.

A larger round repeats the centres of the sample in equal parts, in a drawn order, and varies
size and caseload of each by a tenth; the envelope grows with last year's money. Drawing with
replacement would move provinces across the limits of the bands: some draws would be infeasible
and time the remedies instead.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from budget.allocation.policy import Policy
from budget.files.inputs import read_centres, read_policy, read_requests

DATA = Path(__file__).parents[2] / "data"
SEED = 2027
SPREAD = 0.1

CASELOAD = ("registered_jobseekers", "disadvantaged_jobseekers")
LAST_YEAR = (
    "prior_operating_krw",
    "prior_available_krw",
    "prior_spent_krw",
    "prior_carryover_krw",
)


@dataclass(frozen=True)
class Round:
    """What `budget.allocate` takes."""

    centres: pd.DataFrame
    policy: Policy
    requests: pd.DataFrame | None


def sample() -> Round:
    """The round in data/: 174 centres, all pools, 63 requests."""
    return Round(
        read_centres(DATA / "centres.csv"),
        read_policy(DATA / "policy.toml"),
        read_requests(DATA / "requests.csv"),
    )


def enlarged(count: int, seed: int = SEED) -> Round:
    """A round of so many centres, without requests; the same one for the same seed."""
    given = sample()
    draw = np.random.default_rng(seed)
    rows = draw.permutation(np.resize(np.arange(len(given.centres)), count))
    centres = given.centres.iloc[rows].reset_index(drop=True)
    centres["centre_id"] = [f"S{place:06}" for place in range(count)]
    size = draw.lognormal(0.0, SPREAD, count)
    caseload = size * draw.lognormal(0.0, SPREAD, count)
    for name in LAST_YEAR:
        centres[name] = _scaled(centres[name], size)
    for name in CASELOAD:
        centres[name] = _scaled(centres[name], caseload)
    growth = _total(centres) / _total(given.centres)
    unit = given.policy.unit
    policy = given.policy.replaced(
        {"policy.envelope_krw": int(given.policy.envelope * growth) // unit * unit}
    )
    any_count = policy.policy.model_copy(update={"centres": None})
    return Round(centres, policy.model_copy(update={"policy": any_count}), None)


def _scaled(cells: pd.Series, factors: np.ndarray) -> list[str]:
    """Whole numbers times factors, as text; empty cells stay empty."""
    numbers = pd.to_numeric(cells, errors="coerce") * factors
    return ["" if np.isnan(number) else str(round(number)) for number in numbers]


def _total(centres: pd.DataFrame) -> float:
    return float(pd.to_numeric(centres["prior_operating_krw"], errors="coerce").sum())
