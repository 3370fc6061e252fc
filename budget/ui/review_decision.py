"""Approve, reject or reopen a request: what it costs whom stands above the button."""

import streamlit as st

from budget.allocation.faults import N_, Fault
from budget.ui import effect, keys, session
from budget.ui.request_words import won_in_words
from budget.ui.review_deeds import Form, Reviewing, can, reason_fault, reviewer_name, say, won
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow import review
from budget.workflow.needs_seen import Need
from budget.workflow.roles import Role, Verb
from budget.workflow.rounds import RoundFacts

AMOUNT_WIDTH = 240


def assessed(known: Reviewing, round_: RoundFacts, _: Words) -> None:
    """An assessed request: decide, or read why not and what it would cost whom."""
    need, person = known.seen, session.person()
    if not can(Verb.APPROVE, need):
        if not person.has(Role.LEAD):
            say(_("It is assessed and waits for a planner's decision."), "hourglass_top")
    elif round_.state != "review":
        say(_(review.NO_DECISIONS), "lock_clock")
    elif need.has_hand_in:
        say(
            _("Whoever wrote or assessed a request does not decide on it; ask another planner."),
            "group",
        )
    else:
        _decide(known, _)
        _reopen(known, "reopen_assessment", _("Reopen the assessment"), _)
        return
    _reopen(known, "reopen_assessment", _("Reopen the assessment"), _)
    if person.may(Verb.SEE_FIGURES):
        _read_only(
            need,
            _to_unit(need.assessed_krw or 0),
            _("If it were approved at the assessed cost"),
            _,
        )


def _read_only(need: Need, amount: int, title: str, _: Words) -> None:
    """What an amount costs whom, for whoever cannot decide now."""
    if not amount:
        return
    st.markdown(
        f"**{plain(title)}** :small[:gray[{plain(won_in_words(amount, session.numbers()))}]]"
    )
    found = effect.effect(need, amount)
    if found is not None:
        effect.behind(found)


def _to_unit(amount: int) -> int:
    """An amount, cut to a multiple of the policy's unit."""
    unit = effect.unit()
    return amount // unit * unit


def _decide(known: Reviewing, _: Words) -> None:
    """Approve or reject: what it costs whom stands there before the button."""
    need, form, numbers = known.seen, Form("decide", known), session.numbers()
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        wanted = st.segmented_control(
            _("Decision"),
            ("approve", "reject"),
            default="approve",
            format_func={"approve": _("Approve"), "reject": _("Reject")}.__getitem__,
            key=keys.request_field(need.id, "review:decision"),
            required=True,
            persist_state="session",
        )
        if wanted == "approve":
            with st.container(gap=None, width=AMOUNT_WIDTH):
                amount, wrong = _amount(form, need, _)
    if wanted == "reject":
        _reject(known, _)
        return
    st.caption(plain(_beside_amount(need, amount, numbers)))
    found = None if wrong else effect.effect(need, amount)
    override = ""
    if not wrong and (amount > (need.assessed_krw or 0) or not need.feasible):
        st.warning(
            plain(
                _("It was assessed as not feasible.")
                if not need.feasible
                else _(
                    "This is {more} won more than the assessed cost.",
                    more=f"{amount - (need.assessed_krw or 0):,}",
                )
            ),
            icon=":material/warning:",
        )
        override = form.reason(
            "override_reason",
            _("Reason of the exception"),
            _("Why more than was assessed, or why in spite of the assessment."),
        )
    why = form.reason("reason", _("Reason of the decision"))
    form.button(
        _("Approve {amount}", amount=numbers.money_with_unit(amount)) if amount else _("Approve"),
        lambda key: review.approve(
            session.store(),
            session.who(),
            need.id,
            approved_krw=amount,
            reason=why,
            override_reason=override,
            based_on=need.version,
            key=key,
        ),
        _(
            "{request} is approved with {amount}.",
            request=need.id,
            amount=won_in_words(amount, numbers),
        ),
        checks=lambda: [*wrong, *(reason_fault(why, "reason") if wrong else [])],
        variant=f":{amount}",
        type=session.main_button(),
        icon=":material/check_circle:",
    )
    form.others()
    if found is not None:
        effect.behind(found)


def _amount(form: Form, need: Need, _: Words) -> tuple[int, list[Fault]]:
    """The amount as typed, the assessed one at first, and what is wrong with it."""
    unit = effect.unit()
    first = (need.assessed_krw or 0) // unit * unit
    typed = form.text(
        "approved_krw", _("Amount in won"), f"{first:,}" if first else "", live="600ms"
    )
    amount, wrong = won(typed, "approved_krw")
    if not wrong and amount % unit:
        expected = N_("a multiple of {unit} won above 0")
        wrong = [Fault("", "approved_krw", typed, expected, details={"unit": f"{unit:,}"})]
    if wrong:
        form.say(wrong[0])
    return amount, wrong


def _beside_amount(need: Need, amount: int, numbers: Numbers) -> str:
    """What the amount is compared with."""
    _ = numbers.words
    assessed, requested = need.assessed_krw or 0, need.requested_krw or 0
    parts = [
        _("Assessed: {amount}", amount=won_in_words(assessed, numbers)),
        _("Requested: {amount}", amount=won_in_words(requested, numbers)),
    ]
    if amount and requested and amount != requested:
        parts.append(_("{share} of what was requested", share=numbers.percent(amount / requested)))
    return " · ".join(parts)


def _reject(known: Reviewing, _: Words) -> None:
    need, form = known.seen, Form("reject", known)
    why = form.reason("reason", _("Reason of the decision"))
    form.button(
        _("Reject"),
        lambda key: review.reject(
            session.store(), session.who(), need.id, why, based_on=need.version, key=key
        ),
        _("{request} is rejected.", request=need.id),
        type=session.main_button(),
        icon=":material/cancel:",
    )
    form.others()


def decided(known: Reviewing, round_: RoundFacts, _: Words) -> None:
    """A decided request: the lead can reopen it; what the approval costs whom now."""
    need = known.seen
    if round_.state == "published":
        say(_(review.PUBLISHED), "lock")
    elif can(Verb.REOPEN_DECISION, need):
        _reopen(known, "reopen_decision", _("Reopen the decision"), _)
    else:
        say(_("It is decided. The lead can reopen the decision until publication."), "gavel")
    if need.state == "approved" and session.person().may(Verb.SEE_FIGURES):
        # closed: after an approval the page is short, and what was done stands in view
        with st.expander(_("What the approval costs whom now"), icon=":material/balance:"):
            _read_only(need, need.approved_krw or 0, _("Approved"), _)


REOPEN = {
    "reopen_assessment": (Verb.REOPEN_ASSESSMENT, review.reopen_assessment),
    "reopen_decision": (Verb.REOPEN_DECISION, review.reopen_decision),
}


def _reopen(known: Reviewing, name: str, label: str, _: Words) -> None:
    """For the lead: back to the reviewer, with a reason."""
    need = known.seen
    verb, deed = REOPEN[name]
    if not can(verb, need):
        return
    form = Form(name, known)
    with st.expander(
        label, icon=":material/undo:", expanded=bool(known.faults), key=form.key("reopen")
    ):
        st.caption(
            plain(_("The request goes back to {reviewer}.", reviewer=reviewer_name(need, _)))
        )
        why = form.reason("reopen_reason", _("Reason"))
        form.button(
            label,
            lambda key: deed(
                session.store(), session.who(), need.id, why, based_on=need.version, key=key
            ),
            _("{request} is in review again.", request=need.id),
            checks=lambda: reason_fault(why, "reopen_reason"),
            icon=":material/undo:",
        )
        form.others()
