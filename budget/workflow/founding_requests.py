"""Requests of the folder that a database is founded from: each stands where its file says.

Source: workflow, a special-need request.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, SQLModel

from budget.storage import trail
from budget.storage.tables import BudgetRound, Snapshot, SpecialNeed
from budget.workflow import deadlines
from budget.workflow.deeds import to_plain
from budget.workflow.demonstration import Example, demonstration_identity, example
from budget.workflow.roles import Role

IMPORTED = (
    "centre_id",
    "category",
    "title",
    "title_en",
    "requested_krw",
    "need_by",
    "justification",
    "lease_end",
    "condition",
    "new_address",
    "reviewer_id",
    "return_reason",
    "return_due",
    "feasible",
    "assessed_krw",
    "priority",
    "divisible",
    "assessed_by",
    "assessment",
    "approved_krw",
    "decided_by",
    "decision_reason",
    "withdrawal_reason",
)
"""What the record of an imported request tells of it."""
REVIEWED = ("in_review", "returned", "assessed", "approved", "rejected")
ASSESSED = ("assessed", "approved", "rejected")
DECIDED = ("approved", "rejected")
NOTHING_WRITTEN = Example({}, {})
ANSWERED_IN = timedelta(days=14)
"""A centre of the demonstration has so long to answer, from the day that it was founded."""


def imported(
    session: Session,
    round_: BudgetRound,
    row: Mapping[Any, Any],
    texts: Mapping[str, str],
    people: Mapping[str, int],
    system: int,
    now: datetime,
) -> tuple[SpecialNeed, dict[str, tuple[Any, Any]]]:
    """A request of requests.csv with its state, as far as the file knows it, and what its record
    tells.

    Args:
        texts: what the demonstration's file says of it besides; empty if there is none.
        people: of the demonstration, by identity; empty for the ministry, whose requests say what
            requests.csv says and nothing else.
    """
    state = row.get("state") or ("approved" if row.get("approved_krw") else "submitted")
    head = people.get(demonstration_identity(Role.CENTRE_HEAD, row["centre_id"]), system)
    is_draft = state == "draft"
    is_example = bool(people) and not is_draft
    written = example(row["category"], round_.fiscal_year, texts) if is_example else NOTHING_WRITTEN
    submitted = _submitted(row, now)
    requested = int(row["requested_krw"]) if row["requested_krw"] else None
    need = SpecialNeed(
        id=row["request_id"],
        round_id=round_.id or 0,
        centre_id=row["centre_id"],
        state=state,
        draft=trail.canonical(
            {
                "category": row["category"],
                "title": row["title"],
                "requested_krw": f"{requested:,}" if requested else "",
                **{name: str(value) for name, value in written.fields.items()},
            }
        ),
        written_by=head,
        edited_by=head,
        edited_at=submitted if not is_draft else now,
        snapshots=0 if is_draft else 1,
        category="" if is_draft else row["category"],
        title="" if is_draft else row["title"],
        title_en=row.get("title_en") or "",
        requested_krw=None if is_draft else requested,
        submitted_at=None if is_draft else submitted,
        **_outcome(state, row, people, system, submitted),
    )
    if state == "returned":
        need.return_due = two_weeks_on(round_, now)
    for name, value in {**written.fields, **written.answers(state)}.items():
        setattr(need, name, value)
    session.add(need)
    session.flush()
    changes = told(need, [name for name in IMPORTED if getattr(need, name) not in {None, ""}])
    if not is_draft:
        changes["snapshot"] = (None, _frozen(session, need, written, head, submitted))
    return need, changes


def _submitted(row: Mapping[Any, Any], now: datetime) -> datetime:
    moment = datetime.fromisoformat(row["submitted_at"]) if row["submitted_at"] else now
    return moment if moment.tzinfo else moment.replace(tzinfo=deadlines.KOREA)


def _outcome(
    state: str, row: Mapping[Any, Any], people: Mapping[str, int], system: int, submitted: datetime
) -> dict[str, Any]:
    """Who has reviewed, assessed and decided, and what."""
    turn = int(row["request_id"][-1]) % 2 + 1 if row["request_id"][-1:].isdigit() else 1
    reviewer = people.get(demonstration_identity(Role.REVIEWER, str(turn)))
    planner = people.get(demonstration_identity(Role.PLANNER, "1"), system)
    approved = int(row["approved_krw"]) if row["approved_krw"] else None
    found: dict[str, Any] = {"approved_krw": approved}
    if state in REVIEWED:
        found["reviewer_id"] = reviewer
    if state in ASSESSED:
        found |= {
            "feasible": state != "rejected",
            "assessed_krw": approved or int(row["requested_krw"] or 0),
            "priority": int(row["priority"]) if row["priority"] else None,
            "divisible": row["divisible"].lower() == "true",
            "assessed_by": reviewer,
            "assessed_at": submitted,
        }
    if state in DECIDED:
        found |= {"decided_by": planner, "decided_at": submitted}
    return found


def _frozen(
    session: Session, need: SpecialNeed, written: Example, head: int, submitted: datetime
) -> str:
    """The snapshot of what was submitted; gives its hash."""
    content = trail.canonical(
        {
            "category": need.category,
            "title": need.title,
            "requested_krw": need.requested_krw,
            **{name: to_plain(value) for name, value in written.fields.items()},
            "files": [],
        }
    )
    snapshot = Snapshot(
        special_need_id=need.id,
        number=1,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        submitted_by=head,
        submitted_at=submitted,
    )
    session.add(snapshot)
    return snapshot.sha256


def told(row: SQLModel, names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Fields of a new row, as its record tells them."""
    return {name: (None, to_plain(getattr(row, name))) for name in names}


def two_weeks_on(round_: BudgetRound, now: datetime) -> date:
    """Two weeks on, but no later than a deadline can be."""
    today = deadlines.korean_day(now)
    return min(today + ANSWERED_IN, deadlines.latest_extension(round_.decisions_due, today))
