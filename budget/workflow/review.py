"""The review of special needs: assign, claim, return, assess, decide.

Source: workflow, a special-need request.
"""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select

from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.storage.tables import Person, RoleGrant, SpecialNeed
from budget.workflow import deadlines, fields
from budget.workflow.deeds import STATE, Act, acting, known
from budget.workflow.need_states import check_state
from budget.workflow.needs_seen import Need, hands, seen
from budget.workflow.refusals import Forbidden, NotNow, Refusal
from budget.workflow.roles import Role, Verb
from budget.workflow.saved_scenarios import baseline_unit

PRIORITIES = (1, 2, 3)
REVIEWABLE = ("open", "review")
NO_REVIEW = N_("Reviews take place while the round is open or under review.")
NO_DECISIONS = N_("Decisions are taken while the round is under review; the lead moves the round.")
PUBLISHED = N_("The round is published: its figures are final.")


def _check_round(act: Act, need: SpecialNeed, allowed: Sequence[str], message: str) -> None:
    if act.round(need.round_id).state not in allowed:
        raise NotNow(message)


def claim(store: Store, who: str, need_id: str, *, based_on: int, key: str) -> Need:
    """Take a submitted request into review.

    Raises:
        Forbidden: for anybody but a reviewer, or if somebody else has it.
        NotNow: in another state.
        Conflict: if somebody else changed it since `based_on`.
    """
    with acting(store, who, Verb.CLAIM, key, need_id) as act:
        need = known(act.session, SpecialNeed, need_id)
        if need is not None and act.person.has(Role.REVIEWER):
            if act.is_repeated:
                return seen(act, need)
            if need.state == "in_review":  # whoever was slower is told who was faster
                act.unchanged(need, based_on, [STATE])
        need = act.need(need_id)
        check_state(need, ["submitted"])
        _check_round(act, need, REVIEWABLE, NO_REVIEW)
        changes = act.change(need, state="in_review", reviewer_id=act.person.id)
        act.record(from_state="submitted", to_state="in_review", changes=changes, based_on=based_on)
        return seen(act, need)


def assign(
    store: Store, who: str, need_id: str, reviewer_id: int, *, based_on: int, key: str
) -> Need:
    """Give a request to a reviewer; one that is in review already changes hands.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: if that person is no reviewer.
        NotNow, Conflict: as for `claim`.
    """
    with acting(store, who, Verb.ASSIGN, key, need_id, reviewer_id) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        act.unchanged(need, based_on)
        check_state(need, ["submitted", "in_review"])
        _check_round(act, need, REVIEWABLE, NO_REVIEW)
        if reviewer_id not in {person.id for person in _reviewers(act)}:
            raise InputError([Fault("", "reviewer", str(reviewer_id), N_("a reviewer"))])
        from_state = need.state
        changes = act.change(need, state="in_review", reviewer_id=reviewer_id)
        act.record(from_state=from_state, to_state="in_review", changes=changes, based_on=based_on)
        return seen(act, need)


def assign_all(
    store: Store,
    who: str,
    needs: Sequence[tuple[str, int]],
    reviewer_id: int,
    *,
    key: str,
) -> tuple[list[str], list[tuple[str, Refusal]]]:
    """Give several requests to a reviewer; what cannot be assigned is told one by one.

    Args:
        needs: request id and the version that was seen.

    Returns:
        The ids that were assigned; the others with the reason.
    """
    done, refused = [], []
    for number, (need_id, version) in enumerate(needs):
        try:
            assign(store, who, need_id, reviewer_id, based_on=version, key=f"{key}:{number}")
        except Refusal as refusal:
            if isinstance(refusal, Forbidden):
                raise
            refused.append((need_id, refusal))
        else:
            done.append(need_id)
    return done, refused


def _reviewers(act: Act) -> list[Person]:
    return list(
        act.session.exec(
            select(Person)
            .join(RoleGrant, col(RoleGrant.person_id) == col(Person.id))
            .where(RoleGrant.role == Role.REVIEWER, col(RoleGrant.ended_at).is_(None))
        ).all()
    )


def send_back(
    store: Store, who: str, need_id: str, reason: str, due: date, *, based_on: int, key: str
) -> Need:
    """Return a request to its centre, with what is missing and until when.

    Args:
        due: the last day in Korea on which it may be submitted again.

    Raises:
        Forbidden: for anybody but its reviewer.
        InputError: without a reason, or with a day that is past.
        NotNow, Conflict: as for `claim`.
    """
    with acting(store, who, Verb.SEND_BACK, key, need_id, reason, due) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        act.unchanged(need, based_on)
        check_state(need, ["in_review"])
        _check_round(act, need, REVIEWABLE, NO_REVIEW)
        faults: list[Fault] = []
        why = ""
        try:
            why = fields.reason_text(reason)
        except InputError as error:
            faults += error.faults
        if due < deadlines.korean_day(act.now):
            faults.append(Fault("", "due", due.isoformat(), N_("today or a later day")))
        if faults:
            raise InputError(faults)
        changes = act.change(need, state="returned", return_reason=why, return_due=due)
        act.record(
            from_state="in_review",
            to_state="returned",
            changes=changes,
            reason=why,
            based_on=based_on,
        )
        return seen(act, need)


def assess(
    store: Store,
    who: str,
    need_id: str,
    *,
    feasible: bool,
    assessed_krw: int,
    priority: int,
    divisible: bool,
    rationale: str,
    based_on: int,
    key: str,
) -> Need:
    """Say what a request is worth; hidden from the centre until the round is decided.

    Args:
        assessed_krw: what it costs, whole won; 0 only if it is not feasible.
        priority: 1 statutory or safety, 2 contractual, 3 improvement.

    Raises:
        Forbidden: for anybody but its reviewer.
        InputError: with every field that is not right.
        NotNow, Conflict: as for `claim`.
    """
    wish = (need_id, feasible, assessed_krw, priority, divisible, rationale)
    with acting(store, who, Verb.ASSESS, key, *wish) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        act.unchanged(need, based_on)
        check_state(need, ["in_review"])
        _check_round(act, need, REVIEWABLE, NO_REVIEW)
        faults = []
        if not (0 if not feasible else 1) <= assessed_krw <= fields.MOST_WON:
            faults.append(Fault("", "assessed_krw", f"{assessed_krw:,}", fields.WON))
        if priority not in PRIORITIES:
            faults.append(Fault("", "priority", str(priority), N_("1, 2 or 3")))
        try:
            why = fields.reason_text(rationale, "rationale")
        except InputError as error:
            faults += error.faults
        if faults:
            raise InputError(faults)
        changes = act.change(
            need,
            state="assessed",
            feasible=feasible,
            assessed_krw=assessed_krw,
            priority=priority,
            divisible=divisible,
            assessment=why,
            assessed_by=act.person.id,
            assessed_at=act.now,
        )
        act.record(
            from_state="in_review",
            to_state="assessed",
            changes=changes,
            reason=why,
            based_on=based_on,
        )
        return seen(act, need)


def reopen_assessment(
    store: Store, who: str, need_id: str, reason: str, *, based_on: int, key: str
) -> Need:
    """Give an assessed request back to its reviewer.

    Raises:
        Forbidden: for anybody but the lead.
        InputError: without a reason.
        NotNow, Conflict: as for `claim`.
    """
    return _reopen(store, who, Verb.REOPEN_ASSESSMENT, need_id, reason, ["assessed"], based_on, key)


def reopen_decision(
    store: Store, who: str, need_id: str, reason: str, *, based_on: int, key: str
) -> Need:
    """Take a decision back before publication; the request is in review again.

    Raises:
        Forbidden: for anybody but the lead.
        InputError: without a reason.
        NotNow, Conflict: as for `claim`.
    """
    return _reopen(
        store,
        who,
        Verb.REOPEN_DECISION,
        need_id,
        reason,
        ["approved", "rejected"],
        based_on,
        key,
    )


def _reopen(
    store: Store,
    who: str,
    verb: Verb,
    need_id: str,
    reason: str,
    states: Sequence[str],
    based_on: int,
    key: str,
) -> Need:
    with acting(store, who, verb, key, need_id, reason) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        act.unchanged(need, based_on)
        check_state(need, states)
        _check_round(act, need, ("setup", "open", "review", "decided"), PUBLISHED)
        why = fields.reason_text(reason)
        from_state = need.state
        cleared = (
            {
                "approved_krw": None,
                "decision_reason": "",
                "override_reason": "",
                "decided_by": None,
                "decided_at": None,
            }
            if verb == Verb.REOPEN_DECISION
            else {}
        )
        changes = act.change(need, state="in_review", **cleared)
        act.record(
            from_state=from_state,
            to_state="in_review",
            changes=changes,
            reason=why,
            based_on=based_on,
        )
        return seen(act, need)


def approve(
    store: Store,
    who: str,
    need_id: str,
    *,
    approved_krw: int,
    reason: str,
    override_reason: str = "",
    based_on: int,
    key: str,
) -> Need:
    """Approve an assessed request.

    Args:
        approved_krw: won, a multiple of the policy's unit.
        override_reason: needed for more than was assessed, or if it was assessed as not feasible.

    Raises:
        Forbidden: for anybody but a planner, or if the planner wrote or assessed it.
        InputError: with every field that is not right.
        NotNow: in another state, or while the round is not under review.
        Conflict: if somebody else changed it since `based_on`.
    """
    wish = (need_id, approved_krw, reason, override_reason)
    with acting(store, who, Verb.APPROVE, key, *wish) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        _check_decision(act, need, based_on)
        unit = baseline_unit(act.session, act.round(need.round_id))
        faults = []
        if not 0 < approved_krw <= fields.MOST_WON or approved_krw % unit:
            faults.append(
                Fault(
                    "",
                    "approved_krw",
                    f"{approved_krw:,}",
                    N_("a multiple of {unit} won above 0"),
                    details={"unit": f"{unit:,}"},
                )
            )
        why = override = ""
        try:
            why = fields.reason_text(reason)
        except InputError as error:
            faults += error.faults
        if approved_krw > (need.assessed_krw or 0) or not need.feasible:
            try:
                override = fields.reason_text(override_reason, "override_reason")
            except InputError:
                faults.append(
                    Fault(
                        "",
                        "override_reason",
                        "",
                        N_("why more than the assessed {assessed} won, or why in spite of it"),
                        details={"assessed": f"{need.assessed_krw or 0:,}"},
                    )
                )
        if faults:
            raise InputError(faults)
        changes = act.change(
            need,
            state="approved",
            approved_krw=approved_krw,
            decision_reason=why,
            override_reason=override,
            decided_by=act.person.id,
            decided_at=act.now,
        )
        act.record(
            from_state="assessed",
            to_state="approved",
            changes=changes,
            reason=why,
            based_on=based_on,
        )
        return seen(act, need)


def reject(store: Store, who: str, need_id: str, reason: str, *, based_on: int, key: str) -> Need:
    """Reject an assessed request.

    Raises:
        As for `approve`.
    """
    with acting(store, who, Verb.REJECT, key, need_id, reason) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        _check_decision(act, need, based_on)
        why = fields.reason_text(reason)
        changes = act.change(
            need,
            state="rejected",
            decision_reason=why,
            decided_by=act.person.id,
            decided_at=act.now,
        )
        act.record(
            from_state="assessed",
            to_state="rejected",
            changes=changes,
            reason=why,
            based_on=based_on,
        )
        return seen(act, need)


def _check_decision(act: Act, need: SpecialNeed, based_on: int) -> None:
    """The conditions that approval and rejection share.

    Raises:
        Forbidden: if the person wrote or assessed the request.
        NotNow, Conflict: as for `approve`.
    """
    is_own = need.centre_id in act.person.centres
    if is_own or act.person.id in hands(act.session, [need])[need.id]:
        raise Forbidden(
            N_("Whoever wrote or assessed a request does not decide on it; ask another planner.")
        )
    act.unchanged(need, based_on)
    check_state(need, ["assessed"])
    _check_round(act, need, ["review"], NO_DECISIONS)
