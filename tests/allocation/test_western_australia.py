"""A published allocation recomputed: Western Australia, General Purpose Grants 2024-25."""

import csv
from pathlib import Path

import budget
from budget.files import read_centres, read_policy

CASE = Path(__file__).parents[1] / "cases" / "australia_wa_2024_25"


def test_every_published_grant_within_two_dollars_and_the_same_governments_at_the_minimum() -> None:
    with (CASE / "expected.csv").open(encoding="utf-8-sig", newline="") as file:
        published = {row["centre_id"]: int(row["published"]) for row in csv.DictReader(file)}
    found = budget.allocate(read_centres(CASE / "centres.csv"), read_policy(CASE / "policy.toml"))
    assert found.certified
    [grant] = found.pools
    own = dict(zip(found.centres.ids, grant.amounts, strict=True))
    assert own.keys() == published.keys()
    assert len(own) == 137
    assert max(abs(own[name] - published[name]) for name in own) <= 2
    assert sum(own.values()) == 246_131_711
    # at the minimum: the published grant is the floor itself, not what need would give
    at_minimum = {name for name, held in zip(own, grant.at_floor, strict=True) if held}
    floors = dict(zip(found.centres.ids, grant.bounds.floors, strict=True))
    assert at_minimum == {name for name in own if abs(published[name] - floors[name]) <= 2}
    assert len(at_minimum) == 32
    assert grant.common_factor is not None
    assert round(grant.common_factor, 4) == 0.7930
