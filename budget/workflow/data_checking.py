"""An upload before it is stored: checked against the rules, and what it would change.

Source: screens, Data.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

import pandas as pd
from sqlmodel import Session, col, select

import budget
from budget.allocation.centre_checking import checked_centres
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.allocation.revision import (
    Revision,
    Takeover,
    is_probably_in_table,
    revision,
    with_takeovers,
)
from budget.files.uploads.definitions import CENTRES
from budget.files.uploads.reading import CONTENT, Upload, read_upload
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, SpecialNeed
from budget.workflow import following, round_inputs, saved_scenarios
from budget.workflow.deeds import looking
from budget.workflow.roles import Subject, Verb

LIVE = ("submitted", "in_review", "returned", "assessed", "approved")
"""States of requests that could still be funded."""


@dataclass(frozen=True)
class LeftOut:
    """A request of a centre that closes; it stays readable, and is not funded."""

    need_id: str
    centre_id: str
    state: str
    krw: int | None


@dataclass(frozen=True)
class Passed:
    """A request of a centre that is merged; it passes to the successor."""

    need_id: str
    centre_id: str
    to: str
    state: str
    krw: int | None


@dataclass(frozen=True)
class Preview:
    """What an upload would change.

    Attributes:
        based_on: the version in force that it was compared with.
        before, uploaded, after: the tables, cells as text; `after` is what was uploaded with what
            was taken over.
        left_out: requests of centres that close without a successor.
        passed: requests that pass to another centre.
        is_feasible: whether the baseline's rules can be kept with the new table.
        changes: centre id -> change of its total under the baseline's rules, in won; none where
            the rules cannot be kept.
        scenarios: names of the scenarios that state the number of centres and will be adapted.
    """

    based_on: int
    before: pd.DataFrame
    uploaded: pd.DataFrame
    after: pd.DataFrame
    revision: Revision
    left_out: tuple[LeftOut, ...]
    passed: tuple[Passed, ...]
    is_feasible: bool
    changes: Mapping[str, int] = field(default_factory=dict)
    scenarios: tuple[str, ...] = ()

    def is_in_table(self, closed: str, successor: str) -> bool:
        """Whether the successor's last year seems to hold the closed centre's already."""
        return is_probably_in_table(self.before, self.uploaded, closed, successor)


def checked(store: Store, who: str, name: str, uploaded: bytes) -> Upload:
    """Read an uploaded table and check it against its definition and the baseline's rules.

    Returns:
        The table with every fault; nothing is stored.

    Raises:
        Forbidden: for anybody but a planner.
    """
    with looking(store, who, Verb.SAVE_DATA) as act:
        act.allow(Subject("data_set", ""))
        policy = saved_scenarios.baseline(act.session, act.round()).policy
    return _checked(name, uploaded, policy)


def _checked(name: str, uploaded: bytes, policy: Policy) -> Upload:
    upload = read_upload(name, uploaded, CENTRES)
    return upload if upload.faults else against_rules(upload, policy)


def against_rules(upload: Upload, policy: Policy) -> Upload:
    """An upload with the faults that the rules of a policy find in it."""
    try:
        checked_centres(upload.table, for_rows(policy, len(upload.table)), CONTENT)
    except InputError as error:
        return upload.with_faults(error.faults)
    return upload


def for_rows(policy: Policy, count: int) -> Policy:
    """The same rules for a table with another number of centres."""
    stated = policy.policy.centres
    return policy if stated in {None, count} else policy.replaced({"policy.centres": count})


def preview(
    store: Store, who: str, table: pd.DataFrame, takeovers: Sequence[Takeover] = ()
) -> Preview:
    """What a checked table would change against the version in force.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: for takeovers that cannot be.
    """
    with looking(store, who, Verb.SAVE_DATA) as act:
        act.allow(Subject("data_set", ""))
        round_ = act.round()
        given = round_inputs.inputs_of(act.session, round_, "approved")
        before = given.centres
        after = with_takeovers(before, table, takeovers)
        found = revision(before, after, takeovers)
        merged = following.successors(
            act.session, round_, given.data_set_id, found.closed, takeovers
        )
        passed = tuple(_passed(act.session, round_, after, merged))
        left_out = _left_out(act.session, round_, before, after, {one.need_id for one in passed})
        stale = [saved.name for saved in stale_scenarios(act.session, round_, len(after))]
    is_feasible, changes = _effect(given, after, {one.need_id: one.to for one in passed})
    return Preview(
        based_on=given.data_set_id,
        before=before,
        uploaded=table,
        after=after,
        revision=found,
        left_out=left_out,
        passed=passed,
        is_feasible=is_feasible,
        changes=changes,
        scenarios=tuple(stale),
    )


def _effect(
    given: round_inputs.RoundInputs, after: pd.DataFrame, passed: Mapping[str, str]
) -> tuple[bool, dict[str, int]]:
    """What the baseline's rules give with the new table instead of the present one."""
    policy = given.baseline.policy
    ids = set(after["centre_id"])
    now_at = [
        passed.get(request_id, centre_id)
        for request_id, centre_id in zip(
            given.requests["request_id"], given.requests["centre_id"], strict=True
        )
    ]
    requests = given.requests.assign(centre_id=now_at)
    requests = requests[requests["centre_id"].isin(ids)].reset_index(drop=True)
    try:
        now = budget.allocate(given.centres, policy, given.requests)
        then = budget.allocate(after, for_rows(policy, len(after)), requests)
    except InfeasiblePolicy:
        return False, {}
    old = {line["centre_id"]: int(line["total_krw"]) for line in now.table.to_dict("records")}
    new = {line["centre_id"]: int(line["total_krw"]) for line in then.table.to_dict("records")}
    return True, {
        centre_id: new.get(centre_id, 0) - old.get(centre_id, 0)
        for centre_id in dict.fromkeys((*old, *new))
    }


def _passed(
    session: Session, round_: BudgetRound, after: pd.DataFrame, merged: Mapping[str, str]
) -> Iterator[Passed]:
    """Requests that would pass to another centre."""
    for move in following.moves(session, round_, set(after["centre_id"]), merged):
        need = move.need
        krw = need.approved_krw or need.requested_krw
        yield Passed(need.id, need.centre_id, move.to, need.state, krw)


def _left_out(
    session: Session,
    round_: BudgetRound,
    before: pd.DataFrame,
    after: pd.DataFrame,
    passed: Set[str],
) -> tuple[LeftOut, ...]:
    closed = set(before["centre_id"]) - set(after["centre_id"])
    rows = session.exec(
        select(SpecialNeed)
        .where(
            SpecialNeed.round_id == round_.id,
            col(SpecialNeed.centre_id).in_(closed),
            col(SpecialNeed.state).in_(LIVE),
            col(SpecialNeed.id).not_in(passed),
        )
        .order_by(col(SpecialNeed.id))
    ).all()
    return tuple(
        LeftOut(row.id, row.centre_id, row.state, row.approved_krw or row.requested_krw)
        for row in rows
    )


def stale_scenarios(
    session: Session, round_: BudgetRound, count: int
) -> list[saved_scenarios.SavedScenario]:
    """Scenarios whose policy states another number of centres."""
    return [
        saved
        for saved in saved_scenarios.latest_of_round(session, round_)
        if saved.policy.policy.centres not in {None, count}
    ]
