"""What a run writes: policy, allocation, report; hashes of what was read."""

import hashlib
import json
from pathlib import Path

import budget
from budget.files import (
    allocation_csv,
    policy_toml,
    read_centres,
    read_policy,
    read_requests,
    report_json,
)
from budget.files.inputs import published_from
from budget.files.tables import table_from

DATA = Path(__file__).parents[2] / "data"


def test_a_report_states_the_hashes_of_the_files() -> None:
    centres, requests = read_centres(DATA / "centres.csv"), read_requests(DATA / "requests.csv")
    policy = (DATA / "policy.toml").read_bytes()
    found = budget.allocate(centres, read_policy(DATA / "policy.toml"), requests)
    record = json.loads(report_json(found, requests, policy))
    assert record["policy_sha256"] == hashlib.sha256(policy).hexdigest()
    for key, name in [("centres_sha256", "centres.csv"), ("requests_sha256", "requests.csv")]:
        assert record[key] == hashlib.sha256((DATA / name).read_bytes()).hexdigest()
    assert set(record) >= {
        *["solver", "pools", "special_needs", "reserve_krw", "unplaced_krw", "certified"],
        "solve_seconds",
    }
    assert record["solver"]["name"] == "HiGHS"
    assert json.loads(report_json(found))["requests_sha256"] is None

    # what was downloaded is the same result again
    again = budget.allocate(
        centres, budget.Policy.model_validate(found.policy.to_document()), requests
    )
    assert allocation_csv(again) == allocation_csv(found)
    table = table_from(allocation_csv(found), "allocation.csv")
    stated = published_from(table, found.centres, found.policy, "allocation.csv")
    assert {pool: tuple(won) for pool, won in stated.pools.items()} == {
        result.rule.name: result.amounts for result in found.pools
    }
    assert stated.totals is not None
    assert tuple(stated.totals) == found.totals


def test_a_policy_file_is_the_policy(tmp_path: Path) -> None:
    policy = read_policy(DATA / "policy.toml")
    (tmp_path / "policy.toml").write_bytes(policy_toml(policy))
    assert read_policy(tmp_path / "policy.toml") == policy
