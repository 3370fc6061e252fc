"""What can be done with a request: claim, assign, assess, return, decide, reopen.

Each form stands there for whoever may use it now; where nothing can be done, why, and what to do.
"""

from collections.abc import Iterable
from datetime import timedelta

import streamlit as st

from budget.allocation.faults import N_, Fault
from budget.ui import keys, review_decision, session
from budget.ui.request_view import labelled
from budget.ui.request_words import won_in_words
from budget.ui.review_deeds import (
    CHOOSE,
    Form,
    Reviewing,
    can,
    reason_fault,
    reviewer_name,
    say,
    won,
)
from budget.ui.text import plain
from budget.view.words import Words
from budget.workflow import deadlines, people, review
from budget.workflow.need_states import UNDECIDED
from budget.workflow.needs_seen import Need
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

DUE_DAYS = 7
PRIORITIES = {
    1: (N_("1: statutory or safety"), N_("A law or the safety of people demands it.")),
    2: (N_("2: contractual"), N_("A contract ends or binds, such as a lease.")),
    3: (N_("3: improvement"), N_("It makes the work better, and could wait.")),
}


def waits_for_me(need: Need, round_: RoundFacts) -> bool:
    """Whether the next deed on a request is the reader's, in a round that is not over."""
    if round_.state not in review.REVIEWABLE:
        return False
    if need.state == "submitted":
        return can(Verb.CLAIM, need) or can(Verb.ASSIGN, need)
    if need.state == "in_review":
        return can(Verb.ASSESS, need)
    return need.state == "assessed" and can(Verb.APPROVE, need) and not need.has_hand_in


ORDER = (
    *("assessed", "in_review", "submitted", "returned", "approved", "rejected"),
    *("funded", "unfunded", "withdrawn", "draft"),
)


def in_order(needs: Iterable[Need], round_: RoundFacts) -> list[Need]:
    """What waits for the reader first, then what is open; the earliest submission first."""
    return sorted(needs, key=lambda need: (not waits_for_me(need, round_), ORDER.index(need.state)))


def reviewers(_: Words) -> dict[int, str]:
    """Everybody who reviews, by number; for whoever assigns requests.

    Raises:
        Forbidden: for anybody but a planner.
    """
    return {
        one.id: _.of(one.name, one.name_en or one.name)
        for one in people.reviewers(session.store(), session.who())
    }


def forms(known: Reviewing, round_: RoundFacts) -> None:
    """What the reader can do with the request now."""
    _, need = session.words(), known.seen
    reviewable = round_.state in review.REVIEWABLE
    if round_.state == "published" and need.state in UNDECIDED:
        say(_("The round is published; this request was not decided in it."), "lock")
    elif need.state == "submitted":
        _waiting(known, _, reviewable=reviewable)
    elif need.state == "in_review":
        _in_review(known, round_, _, reviewable=reviewable)
    elif need.state == "assessed":
        review_decision.assessed(known, round_, _)
    elif need.state in {"approved", "rejected"}:
        review_decision.decided(known, round_, _)
    else:
        _nothing_to_do(need, _)


# --- before and in review ------------------------------------------------------------------------


def _waiting(known: Reviewing, _: Words, *, reviewable: bool) -> None:
    need = known.seen
    if not reviewable:
        say(_(review.NO_REVIEW), "lock_clock")
    elif can(Verb.CLAIM, need):
        if not need.is_whole:
            say(_("Claim the request to read it. You then assess it, or return it."), "visibility")
        form = Form("claim", known)
        form.button(
            _("Claim this request"),
            lambda key: review.claim(
                session.store(), session.who(), need.id, based_on=need.version, key=key
            ),
            _("You have claimed {request}.", request=need.id),
            type=session.main_button(),
            icon=":material/back_hand:",
        )
        form.others()
    elif can(Verb.ASSIGN, need):
        _assign(known, _)
    else:
        say(_("It waits for a reviewer: one claims it, or a planner assigns it."))


def _assign(known: Reviewing, _: Words) -> None:
    """Give the request to a reviewer."""
    need, form = known.seen, Form("assign", known)
    names = reviewers(_)
    st.subheader(
        _("Give it to a reviewer")
        if need.reviewer_id is None
        else _("Give it to another reviewer"),
        anchor=False,
    )
    choices = [number for number in names if number != need.reviewer_id]
    chosen = st.selectbox(
        _("Reviewer"),
        choices,
        index=None,
        format_func=lambda number: names.get(number, str(number)),
        placeholder=_("Choose a reviewer"),
        key=form.key("reviewer"),
        persist_state="session",
    )
    form.put("reviewer", chosen)
    form.button(
        _("Assign"),
        lambda key: review.assign(
            session.store(),
            session.who(),
            need.id,
            chosen or 0,
            based_on=need.version,
            key=key,
        ),
        _(
            "{request} is with {reviewer} now.",
            request=need.id,
            reviewer=names.get(chosen or 0, ""),
        ),
        checks=lambda: [] if chosen else [Fault("", "reviewer", "", CHOOSE)],
        icon=":material/person_add:",
    )


def _in_review(known: Reviewing, round_: RoundFacts, _: Words, *, reviewable: bool) -> None:
    need = known.seen
    if not reviewable:
        say(_(review.NO_REVIEW), "lock_clock")
        return
    if not can(Verb.ASSESS, need):
        say(
            _(
                "{reviewer} is reviewing it. It can be decided once it is assessed.",
                reviewer=reviewer_name(need, _),
            ),
            "search",
        )
        if can(Verb.ASSIGN, need):
            _assign(known, _)
        return
    wanted = st.segmented_control(
        _("What to do"),
        ("assess", "return"),
        default="assess",
        format_func={"assess": _("Assess"), "return": _("Return to the centre")}.__getitem__,
        key=keys.request_field(need.id, "review:what"),
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    if wanted == "return":
        _send_back(known, round_, _)
    else:
        _assess(known, _)


def _assess(known: Reviewing, _: Words) -> None:
    need, form = known.seen, Form("assess", known)
    st.caption(plain(_("The centre sees the assessment only once the round is decided.")))
    feasible = form.choice(
        "feasible", _("Can it be done?"), {True: _("feasible"), False: _("not feasible")}
    )
    cost = form.text(
        "assessed_krw",
        _("Assessed cost in won"),
        f"{need.assessed_krw or need.requested_krw or 0:,}",
        help=_("Whole won; separators may stand in it. 0 or empty if it is not feasible."),
    )
    st.caption(
        plain(
            _(
                "Requested: {amount}",
                amount=won_in_words(need.requested_krw or 0, session.numbers()),
            )
        )
    )
    priority = form.choice(
        "priority",
        _("Priority"),
        {level: _(name) for level, (name, _why) in PRIORITIES.items()},
        captions=[plain(_(why)) for _name, why in PRIORITIES.values()],
        horizontal=False,
    )
    divisible = form.choice(
        "divisible",
        _("Can a part of it be funded?"),
        {True: _("yes, a part helps"), False: _("no, all or nothing")},
    )
    why = form.reason("rationale", _("Rationale"), _("What the cost and the priority rest on."))
    amount, wrong = (
        (0, []) if feasible is False and not cost.strip(" 0") else won(cost, "assessed_krw")
    )

    def checks() -> list[Fault]:
        chosen = {"feasible": feasible, "priority": priority, "divisible": divisible}
        return [
            *(Fault("", name, "", CHOOSE) for name, value in chosen.items() if value is None),
            *wrong,
            *reason_fault(why, "rationale"),
        ]

    form.button(
        _("Save the assessment"),
        lambda key: review.assess(
            session.store(),
            session.who(),
            need.id,
            feasible=bool(feasible),
            assessed_krw=amount,
            priority=priority or 0,
            divisible=bool(divisible),
            rationale=why,
            based_on=need.version,
            key=key,
        ),
        _("{request} is assessed.", request=need.id),
        checks=checks,
        type=session.main_button(),
        icon=":material/fact_check:",
    )
    form.others()


def _send_back(known: Reviewing, round_: RoundFacts, _: Words) -> None:
    need, form = known.seen, Form("return", known)
    why = form.reason(
        "reason",
        _("What is missing or unclear"),
        _("The centre reads this, corrects the request and submits it again."),
        110,
    )
    today = deadlines.korean_day(round_.now)
    due = st.date_input(
        _("To be submitted again by"),
        value=min(
            today + timedelta(days=DUE_DAYS),
            deadlines.latest_extension(round_.dates["decisions_due"], today),
        ),
        min_value=today,
        format="YYYY-MM-DD",
        key=form.key("due"),
        help=_("The last day, until 23:59:59 Korean time."),
        persist_state="session",
    )
    form.put("due", due)
    form.button(
        _("Return to the centre"),
        lambda key: review.send_back(
            session.store(), session.who(), need.id, why, due, based_on=need.version, key=key
        ),
        _("{request} is returned to its centre.", request=need.id),
        type=session.main_button(),
        icon=":material/reply:",
    )
    form.others()


def _nothing_to_do(need: Need, _: Words) -> None:
    if need.state == "draft":
        say(_("The centre is still writing it; it has not been submitted."), "edit")
    elif need.state == "returned":
        say(
            _(
                "It is with the centre, to be submitted again by {day}, 23:59:59 Korean time.",
                day=need.return_due.isoformat() if need.return_due else "–",
            ),
            "reply",
        )
        labelled(_("What is missing or unclear"), need.return_reason or "–")
    elif need.state == "withdrawn":
        say(_("The centre has withdrawn it; nothing is left to do."), "undo")
    else:
        say(_(review.PUBLISHED), "lock")
