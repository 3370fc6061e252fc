"""A request to be read: its fields as typed, its outcome, its history; recall and withdraw."""

from datetime import date
from functools import partial

import streamlit as st

from budget.allocation.faults import InputError
from budget.ui import keys, session
from budget.ui.drafting import Drafting, act, drafting
from budget.ui.live_text import live_text_area
from budget.ui.request_words import (
    changed_fields,
    changed_file,
    days_left,
    deed_name,
    expected_here,
    field_text,
    fields_of,
    is_urgent,
    moment,
    next_step,
    standing,
    state_name,
    title,
    until_text,
)
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import fields, needs_seen, rounds, special_needs
from budget.workflow.need_states import UNDECIDED
from budget.workflow.needs_seen import HistoryLine, Need
from budget.workflow.roles import ROLE_NAMES, Verb
from budget.workflow.rounds import RoundFacts

PAGE = "pages/requests.py"
SHORT = ("category", "requested_krw", "need_by", "lease_end")
"""Fields that share a line on a wide screen."""


def state_badge(need: Need) -> None:
    """Where a request stands."""
    said, colour, icon = standing(need, session.numbers())
    st.badge(plain(said), color=colour, icon=f":material/{icon}:")  # type: ignore[arg-type]


# --- the head of a request -----------------------------------------------------------------------


def heading(need: Need) -> None:
    """The way back, the title, where the request stands."""
    _ = session.words()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        way_back(_)
        st.subheader(plain(title(need, _)), anchor=False, width="content")
        state_badge(need)
        st.caption(plain(_reference(need, _)), width="content")


def _reference(need: Need, _: Words) -> str:
    parts = [need.id, _.of(need.centre_ko, need.centre_en)]
    if need.state == "draft" and need.snapshots:
        parts.append(_("version {number} was recalled", number=need.snapshots))
    elif need.submitted_at is not None:
        parts.append(_("submitted {time}", time=moment(need.submitted_at)))
        parts.append(_("version {number}", number=need.snapshots))
    return " · ".join(parts)


def way_back(_: Words) -> None:
    """To the list; for whoever heads no centre, to the page on which they look at requests."""
    person = session.person()
    if person.may(Verb.BEGIN):
        st.page_link(
            PAGE,
            label=plain(_("All requests")),
            icon=":material/arrow_back:",
            query_params=session.address(),
            width="content",
        )
        return
    asked = st.query_params.get(keys.REQUEST_PARAMETER)
    if person.may(Verb.SEE_QUEUE) and asked:
        st.page_link(
            "pages/review.py",
            label=plain(_("To the review of this request")),
            icon=":material/arrow_forward:",
            query_params={keys.REQUEST_PARAMETER: asked, **session.address()},
            width="content",
        )


def questions(need: Need, round_: RoundFacts) -> None:
    """What the reviewer asks, and until when it can be answered."""
    if need.state != "returned" or not need.return_reason:
        return
    _ = session.words()
    with st.container(border=True, gap="small"):
        reviewer = _.of(need.reviewer, need.reviewer_en or need.reviewer)
        due = need.deadline
        colour = "red" if is_urgent(due, round_.now) else "orange"
        st.markdown(
            f":material/contact_support: **{plain(_('{reviewer} asks:', reviewer=reviewer))}** "
            f":{colour}-badge[{plain(days_left(due, round_.now, _))}]"
        )
        st.text(need.return_reason, width="stretch")
        st.caption(plain(_answer(need, _)))


def _answer(need: Need, _: Words) -> str:
    if need.can_submit:
        return _(
            "Correct the request below and submit it again until {day} 23:59:59 Korean time.",
            day=need.deadline.isoformat(),
        )
    return _(
        "The answer was due on {day}, 23:59:59 Korean time; nothing can be changed any more. "
        "Tell the reviewer, who can return the request again with a later day.",
        day=need.deadline.isoformat(),
    )


# --- what it says --------------------------------------------------------------------------------


def labelled(label: str, text: str) -> None:
    """A label, and below it a text of somebody's, exactly as typed."""
    with st.container(gap=None):
        st.caption(plain(label))
        st.text(text, width="stretch")


def request_fields(need: Need) -> None:
    """Every field that the request has, as typed."""
    _, numbers = session.words(), session.numbers()
    shown = fields_of(need.draft.get("category", need.category))
    short = [field for field in shown if field.name in SHORT]
    for field, place in zip(short, st.columns(len(short)), strict=True):
        with place:
            _field(need, field, _, numbers)
    for field in shown:
        if field not in short:
            _field(need, field, _, numbers)


def _field(need: Need, field: fields.Field, _: Words, numbers: Numbers) -> None:
    typed = need.draft.get(field.name) or str(getattr(need, field.name) or "")
    labelled(capital(_(field.label)), field_text(field.name, typed, numbers))


# --- what the centre still can do ----------------------------------------------------------------


def what_now(need: Need, round_: RoundFacts) -> None:
    """What happens next to a request that was handed in, and what its centre still can do."""
    _ = session.words()
    day, is_open = rounds.deadline_of(session.store(), session.who(), need.centre_id)
    until = day if need.state == "submitted" and is_open else None
    text = next_step(need, round_, until, _)
    if not text and need.state not in UNDECIDED:
        return
    with st.container(border=True, gap="xsmall"):
        if text:
            st.markdown(plain(text))
        with st.container(horizontal=True, gap="small"):
            if until is not None:
                _recall_button(need, until, _)
            withdrawal(need)


def _recall_button(need: Need, day: date, _: Words) -> None:
    """Back into a draft, while nobody has claimed the request and the deadline has not passed."""
    name = keys.request_deed(need.id, "recall")
    st.button(
        _("Recall"),
        key=name,
        icon=":material/undo:",
        help=_(
            "Back into a draft, to correct it. It counts only if you submit it again. {until}.",
            until=until_text(day, _),
        ),
        on_click=act,
        args=(name, session.deed_key(name), partial(_recall, need.id, need.version)),
    )


def _recall(need_id: str, version: int, key: str) -> Need:
    return special_needs.recall(session.store(), session.who(), need_id, based_on=version, key=key)


def withdrawal(need: Need) -> None:
    """Withdraw a request that is not decided, with a reason."""
    if need.state not in UNDECIDED:
        return
    _, known = session.words(), drafting(need.id)
    with st.popover(
        _("Withdraw"), icon=":material/delete:", key=keys.request_deed(need.id, "popover")
    ):
        st.markdown(
            plain(
                _(
                    "A withdrawn request cannot be brought back; its history stays. "
                    "You can begin a new one while requests can be written."
                )
            )
        )
        reason = live_text_area(
            _("Reason"),
            key=keys.request_field(need.id, "reason"),
            value="",
            max_chars=2000,
            height=80,
            error=known.reason_fault,
        )
        if st.button(
            _("Withdraw this request"),
            key=keys.request_deed(need.id, "withdraw"),
            icon=":material/delete:",
        ):
            _withdraw(need, known, reason, _)
            st.rerun()


def _withdraw(need: Need, known: Drafting, reason: str, _: Words) -> None:
    known.reason_fault = ""
    try:
        fields.reason_text(reason)
    except InputError as error:
        known.reason_fault = expected_here(error.faults[0], _)
        return
    name = keys.request_deed(need.id, "withdraw")

    def deed(key: str) -> Need:
        return special_needs.withdraw(
            session.store(), session.who(), need.id, reason, based_on=need.version, key=key
        )

    act(name, session.deed_key(name), deed)


# --- how it ended --------------------------------------------------------------------------------


def outcome(need: Need) -> None:
    """What was decided, beside what was asked for, with the reason; nothing before its time."""
    _, numbers = session.words(), session.numbers()
    if need.state == "withdrawn":
        with st.container(border=True, gap="small"):
            labelled(_("Reason of the withdrawal"), need.withdrawal_reason or "–")
        return
    if need.state not in {"approved", "rejected", "funded", "unfunded"}:
        return
    amounts = [(_("Requested"), need.requested_krw), (_("Assessed"), need.assessed_krw)]
    if need.state != "rejected":
        amounts.append((_("Approved"), need.approved_krw))
    if need.state in {"funded", "unfunded"}:
        amounts.append((_("Funded"), need.funded_krw or 0))
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, gap="medium"):
            for label, won in amounts:
                st.metric(label, plain(numbers.money_with_unit(won)), width="content")
        for label, text in (
            (_("Reason of the decision"), need.decision_reason),
            (_("Reason of the exception"), need.override_reason),
            (_("Assessment"), need.assessment),
        ):
            if text:
                labelled(label, text)


# --- what happened -------------------------------------------------------------------------------


def history(need_id: str) -> None:
    """Who did what to the request, and when, the latest first."""
    _ = session.words()
    lines = needs_seen.history(session.store(), session.who(), need_id)
    with st.expander(
        _.ngettext("History: {count} step", "History: {count} steps", len(lines)),
        icon=":material/history:",
        key=keys.request_deed(need_id, "history"),
    ):
        st.caption(_("Korean time"))
        for line in reversed(lines):
            _history_line(line, _)


def _history_line(line: HistoryLine, _: Words) -> None:
    who = _.of(line.person, line.person_en or line.person)
    role = f" ({_(ROLE_NAMES[line.role])})" if line.role in ROLE_NAMES else ""
    deed = deed_name(line.verb, _)
    became = f" → {state_name(line.to_state, _)}" if line.to_state else ""
    with st.container(gap=None):
        st.markdown(
            f"{plain(moment(line.at))} · **{plain(deed)}**{plain(became)} · {plain(who + role)}"
        )
        changed = changed_fields(line, _)
        if changed:
            st.caption(plain(_("Changed: {fields}", fields=changed)))
        file = changed_file(line)
        if file:
            st.text(file, width="stretch")
        if line.reason:
            st.text(line.reason, width="stretch")
