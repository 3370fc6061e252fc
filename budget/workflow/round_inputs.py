"""What the round's allocations are computed from: centres, requests, baseline; and their version.

Source: workflow, the round.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from sqlmodel import Session, col, func, select

from budget.files.tables import table_bytes, table_from
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, DataSet, Scenario, SpecialNeed
from budget.workflow import deadlines, saved_scenarios
from budget.workflow.centres_in_force import centres_in_force
from budget.workflow.deeds import looking
from budget.workflow.roles import Subject, Verb

REQUEST_COLUMNS = (
    "request_id",
    "centre_id",
    "category",
    "title",
    "requested_krw",
    "approved_krw",
    "priority",
    "divisible",
    "submitted_at",
)


@dataclass(frozen=True)
class RoundInputs:
    """What allocations of the round are computed from.

    Attributes:
        data_set_id: the version of the centres' table.
        requests: requests.csv's columns, one row a submitted request.
        requests_sha256: of that table as a file; changes with every decision.
        baseline: the scenario that others are compared with.
        provinces: outlines, GeoJSON text.
    """

    data_set_id: int
    centres_content: bytes
    requests: pd.DataFrame
    requests_sha256: str
    baseline: saved_scenarios.SavedScenario
    provinces: str

    @property
    def centres(self) -> pd.DataFrame:
        """The table of centres, cells as text."""
        return table_from(self.centres_content, "centres.csv")


def figures_version(store: Store, who: str) -> str:
    """A text that changes whenever the inputs of the round's allocations may have changed.

    Drafts that were never submitted do not count, or every letter that a centre types would
    change it. Where an earlier version of the data is put in force again, the text comes back.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        return _figures_version(act.session, act.round())


def _figures_version(session: Session, round_: BudgetRound) -> str:
    count, versions = session.exec(
        select(func.count(), func.sum(SpecialNeed.version)).where(
            SpecialNeed.round_id == round_.id, SpecialNeed.snapshots > 0
        )
    ).one()
    base = session.get(Scenario, round_.baseline_id)
    parts = (round_.id, round_.version, round_.data_set_id, base and base.version)
    return "-".join(str(part) for part in (*parts, round_.baseline_id, count, versions))


class InputsChanged(ValueError):  # noqa: N818 - what happened, and nobody's error
    """Somebody changed the inputs between two looks at them; look once more."""


def inputs(
    store: Store, who: str, considered: str = "approved", *, version: str | None = None
) -> RoundInputs:
    """The inputs of the round's allocations.

    Args:
        considered: "approved", or "assessed": feasible assessed requests as well, with the
            assessed amount.
        version: the inputs must be those of this `figures_version`; None: those that stand.

    Raises:
        Forbidden: for whoever may not see the allocation.
        InputsChanged: if they are those of another version.
    """
    with looking(store, who, Verb.SEE_FIGURES) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        if version is not None and _figures_version(act.session, round_) != version:
            raise InputsChanged
        return inputs_of(act.session, round_, considered)


def inputs_of(session: Session, round_: BudgetRound, considered: str) -> RoundInputs:
    """The same, inside a transaction, for the workflow itself."""
    data_set = session.get_one(DataSet, round_.data_set_id)
    needs = session.exec(
        select(SpecialNeed)
        .where(SpecialNeed.round_id == round_.id, SpecialNeed.snapshots > 0)
        .order_by(col(SpecialNeed.submitted_at), col(SpecialNeed.id))
    ).all()
    standing = centres_in_force(session, round_)
    table = requests_table(
        [need for need in needs if need.centre_id in standing],
        considered,
        saved_scenarios.baseline_unit(session, round_),
    )
    content = table_bytes(table)
    table.attrs.update(sha256=hashlib.sha256(content).hexdigest(), file="requests.csv")
    return RoundInputs(
        data_set_id=data_set.id or 0,
        centres_content=data_set.content,
        requests=table,
        requests_sha256=table.attrs["sha256"],
        baseline=saved_scenarios.baseline(session, round_),
        provinces=round_.provinces,
    )


def requests_table(needs: Sequence[SpecialNeed], considered: str, unit: int) -> pd.DataFrame:
    """Requests as the table of requests.csv, cells as text.

    Args:
        unit: assessed amounts are cut to a multiple of it; approved ones are multiples already.
    """
    rows = []
    for need in needs:
        approved = need.approved_krw if need.state in {"approved", "funded", "unfunded"} else None
        if considered == "assessed" and need.state == "assessed" and need.feasible:
            approved = (need.assessed_krw or 0) // unit * unit or None
        submitted = need.submitted_at.astimezone(deadlines.KOREA) if need.submitted_at else None
        rows.append(
            [
                need.id,
                need.centre_id,
                need.category,
                need.title,
                str(need.requested_krw or ""),
                str(approved or ""),
                str(need.priority or ""),
                "" if need.divisible is None else str(need.divisible).lower(),
                submitted.isoformat() if submitted else "",
            ]
        )
    return pd.DataFrame(rows, columns=list(REQUEST_COLUMNS), dtype="object")


def with_amount(requests: pd.DataFrame, need_id: str, approved_krw: int | None) -> pd.DataFrame:
    """The table with one request approved at an amount, or (None) not approved at all."""
    changed = requests.copy()
    changed.attrs = {}
    row = changed["request_id"] == need_id
    changed.loc[row, "approved_krw"] = "" if approved_krw is None else str(approved_krw)
    return changed
