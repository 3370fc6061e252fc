"""The published run once more: from its frozen inputs, byte for byte what was published."""

import hashlib

from sqlmodel import Session

import budget
from budget import files
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.result import Allocation
from budget.files.tables import table_from
from budget.storage.tables import DataSet, Policy, Run


def repeated(session: Session, run: Run) -> Allocation:
    """The allocation of a run, computed again from what was frozen with it.

    Raises:
        Defect: if that is not the allocation that was published.
    """
    data_set = session.get_one(DataSet, run.data_set_id)
    policy = session.get_one(Policy, run.policy_id)
    allocation = budget.allocate(
        table_from(data_set.content, "centres.csv"),
        policy_from_toml(policy.content, "policy.toml"),
        table_from(run.requests_csv, "requests.csv"),
    )
    found = hashlib.sha256(files.allocation_csv(allocation)).hexdigest()
    if found != run.allocation_sha256:
        raise budget.Defect(f"run {run.id} repeated gives another allocation: {found}")
    return allocation
