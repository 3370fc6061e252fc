"""What a run writes: the allocation, the policy and the report.

Source: file formats.
"""

import hashlib
from dataclasses import dataclass

import pandas as pd
import tomli_w

from budget.allocation.division_rules import DivisionRules
from budget.allocation.explanation import report, solver_versions
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.files.inputs import json_bytes
from budget.files.tables import table_bytes


def policy_toml(policy: Policy) -> bytes:
    """A policy as policy.toml; reading it again gives an equal policy."""
    return tomli_w.dumps(policy.to_document()).encode()


def divisions_toml(rules: DivisionRules) -> bytes:
    """Rules for divisions as divisions.toml; reading it again gives equal rules."""
    return tomli_w.dumps(rules.to_document()).encode()


def allocation_csv(allocation: Allocation) -> bytes:
    """The allocation as allocation.csv: UTF-8 with mark, formulas neutralised."""
    return table_bytes(allocation.table)


@dataclass(frozen=True)
class Hashes:
    """SHA-256 of the inputs' bytes."""

    policy: str
    centres: str
    requests: str | None


def hashes(
    allocation: Allocation, requests: pd.DataFrame | None, policy: bytes | None = None
) -> Hashes:
    """Hashes of the inputs of an allocation.

    Args:
        requests: the table that was given, as read.
        policy: the bytes of the policy's file; those of `policy_toml` if it came from none.
    """
    given = policy_toml(allocation.policy) if policy is None else policy
    return Hashes(
        policy=hashlib.sha256(given).hexdigest(),
        centres=_table_hash(allocation.centres.table),
        requests=None if requests is None else _table_hash(requests),
    )


def _table_hash(table: pd.DataFrame) -> str:
    known = table.attrs.get("sha256")
    return str(known) if known else hashlib.sha256(table_bytes(table)).hexdigest()


def report_json(
    allocation: Allocation, requests: pd.DataFrame | None = None, policy: bytes | None = None
) -> bytes:
    """The run report as report.json."""
    inputs = hashes(allocation, requests, policy)
    record = report(
        allocation,
        policy_sha256=inputs.policy,
        centres_sha256=inputs.centres,
        requests_sha256=inputs.requests,
        solver=solver_versions(),
    )
    return json_bytes(record)
