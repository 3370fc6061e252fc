"""Cross tables against an independent leximin by repeated programs (`division_oracle`)."""

from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

import budget
import budget.files
from budget.allocation.division_levels import Levels, contradiction, levels
from budget.allocation.division_split import CrossSplit, cross_split
from budget.allocation.divisions import CrossTable, cross_table
from tests.allocation import division_oracle
from tests.allocation.division_oracle import Given, NoTableError
from tests.allocation.division_tables import hard_case, random_case

DATA = Path(__file__).parents[2] / "data"


def asked(split: CrossSplit) -> Given:
    """The same question for the oracle, in won."""
    return Given(
        targets=[[float(Fraction(w, split.scale)) for w in row] for row in split.weights],
        floors=split.floors,
        caps=split.caps,
        rows=split.operating,
        minima=split.minima,
        ceilings=split.ceilings,
    )


def furthest(split: CrossSplit, found: Levels, theirs: list[list[float]]) -> float:
    """The greatest difference of a cell, in units."""
    return max(
        abs(float(own) - other) / split.unit
        for ours, others in zip(found.amounts, theirs, strict=True)
        for own, other in zip(ours, others, strict=True)
    )


@cache
def solved(seed: int) -> tuple[CrossSplit, Levels | None]:
    """A random table and its levels; None where the limits contradict each other."""
    split = cross_split(*random_case(seed))
    return split, levels(split) if contradiction(split) is None else None


@pytest.mark.parametrize("seed", range(60))
def test_random_tables(seed: int) -> None:
    """The exact amounts are the oracle's, before rounding; and both refuse the same tables."""
    split, found = solved(seed)
    if found is None:
        with pytest.raises(NoTableError):
            division_oracle.leximin(asked(split))
        return
    theirs = division_oracle.leximin(asked(split))
    assert furthest(split, found, theirs) < 1e-3


def test_the_random_tables_are_of_all_kinds() -> None:
    found = [one for seed in range(60) if (one := solved(seed)[1]) is not None]
    assert 30 <= len(found) <= 50
    assert sum(len(one.cuts) > 1 for one in found) >= 15
    assert {cut.kind for one in found for cut in one.cuts} == {"ceiling", "minimum"}
    assert sum(any(cut.rows and cut.kind == "ceiling" for cut in one.cuts) for one in found) >= 3


@pytest.fixture(scope="module")
def sample() -> CrossTable:
    """The sample round's operating money under the sample's rules."""
    allocation = budget.allocate(
        budget.files.read_centres(DATA / "centres.csv"),
        budget.files.read_policy(DATA / "policy.toml"),
        budget.files.read_requests(DATA / "requests.csv"),
    )
    table = allocation.table
    operating = table.set_index("centre_id")["operating_krw"].astype("int64")
    centres = budget.files.read_centres(DATA / "centres.csv")
    return cross_table(centres, operating, budget.files.read_divisions(DATA / "divisions.toml"))


def test_the_sample_round(sample: CrossTable) -> None:
    """174 × 6 cells, rounded, within a unit of the oracle's; rows and columns to the won."""
    theirs = division_oracle.leximin(asked(sample.split), one_at_a_time=False)
    for key, others in zip(sample.split.ids, theirs, strict=True):
        own = sample.cells.loc[key].tolist()
        assert all(abs(won - other) < 1_000 for won, other in zip(own, others, strict=True))
    assert furthest(sample.split, sample.levels, theirs) < 1e-3
    assert (sample.cells.sum(axis=1) == sample.operating).all()
    assert sample.certified
    assert (sample.limits["binding"] == "ceiling").sum() == 2
    assert {"floor", "cap", "ceiling", "minimum"} <= set(sample.binding.to_numpy().ravel())


def test_a_hard_country() -> None:
    """Five limits and hundreds of bands bite."""
    split = cross_split(*hard_case(4, 60))
    found = levels(split)
    assert len(found.cuts) == 5
    theirs = division_oracle.leximin(asked(split), one_at_a_time=False)
    assert furthest(split, found, theirs) < 1e-3
