"""The states of a special-need request, and the curtain: what a centre may know of them.

Until the round is decided a centre sees that its request is in review, and no more: not that it
was assessed, or approved, or when.

Source: workflow, a special-need request.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from budget.allocation.faults import N_
from budget.storage.tables import SpecialNeed
from budget.workflow.deeds import Act, need_subject
from budget.workflow.refusals import NotNow
from budget.workflow.roles import PERMISSIONS, Role, Verb

STATES: Mapping[str, str] = {
    "draft": N_("draft"),
    "submitted": N_("submitted"),
    "in_review": N_("in review"),
    "returned": N_("returned"),
    "assessed": N_("assessed"),
    "approved": N_("approved"),
    "rejected": N_("rejected"),
    "withdrawn": N_("withdrawn"),
    "funded": N_("funded"),
    "unfunded": N_("not funded"),
}
UNDECIDED = ("draft", "submitted", "in_review", "returned", "assessed")
BEHIND_THE_CURTAIN = ("in_review", "assessed", "approved", "rejected")
"""States that a centre sees as "in review" until the round is decided."""
OUTCOMES_VISIBLE = ("decided", "published")
OUTCOME = (
    "feasible",
    "assessed_krw",
    "priority",
    "divisible",
    "assessment",
    "approved_krw",
    "decision_reason",
    "override_reason",
    "funded_krw",
    "run_id",
)
"""Fields that a centre sees once the round is decided."""
EDITABLE = ("draft", "returned")
WRONG_STATE = N_("This is not possible in the state “{state}”.")


def check_state(need: SpecialNeed, allowed: Sequence[str]) -> None:
    """The request is in one of these states.

    Raises:
        NotNow: if it is not.
    """
    if need.state not in allowed:
        raise NotNow(WRONG_STATE, state=STATES[need.state])


HIDDEN_FIELDS = {*OUTCOME, "assessed_by", "assessed_at", "decided_by", "decided_at"}
HIDDEN_FROM_THE_CENTRE = frozenset(
    {
        Verb.ASSESS,
        Verb.REOPEN_ASSESSMENT,
        Verb.APPROVE,
        Verb.REJECT,
        Verb.REOPEN_DECISION,
    }
)


def state_seen(state: Any, sees_outcome: bool) -> Any:
    """A state as the person may know it: for a centre "in review" until the round is decided."""
    return state if sees_outcome or state not in BEHIND_THE_CURTAIN else "in_review"


def may_see_outcome(act: Act, row: SpecialNeed) -> bool:
    """Whether the person may see assessment and decision: everybody once it is decided."""
    inside = {
        role: scope
        for role, scope in PERMISSIONS[Verb.SEE_NEED].items()
        if role != Role.CENTRE_HEAD
    }
    subject = need_subject(row)
    is_inside = any(
        role in inside and (role != Role.REVIEWER or subject.reviewer_id == act.person.id)
        for role, _centre in act.person.grants
    )
    return is_inside or act.round(row.round_id).state in OUTCOMES_VISIBLE


def version_seen(row: SpecialNeed, *, sees_outcome: bool) -> int:
    """The version as far as the person may know: it does not tell a centre that its request was
    assessed or decided."""
    if sees_outcome or row.state not in BEHIND_THE_CURTAIN:
        return row.version
    stamp = json.loads(row.stamps).get("snapshots")
    return int(stamp[0]) if stamp else 1


def edited_at_seen(row: SpecialNeed, sees_outcome: bool) -> datetime:
    """When it was last changed, as far as the person may know: a centre is not told when its
    request was assessed or decided."""
    if sees_outcome or row.state not in BEHIND_THE_CURTAIN:
        return row.edited_at
    stamp = json.loads(row.stamps).get("snapshots")
    return datetime.fromisoformat(stamp[2]) if stamp else row.submitted_at or row.edited_at
