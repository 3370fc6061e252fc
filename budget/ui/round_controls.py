"""What moves the round, on the overview: its state, deadlines of single centres."""

from collections.abc import Mapping

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import deed_dialog, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.publish_deeds import PUBLISH, proposal_text
from budget.ui.round import facts
from budget.ui.text import plain
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import publication, rounds
from budget.workflow.deadlines import KOREA, korean_day, latest_extension
from budget.workflow.need_states import STATES as NEED_STATES
from budget.workflow.roles import Verb
from budget.workflow.rounds import ORDER, STATES, RoundFacts

MOVE, EXTEND = "move_round", "extend_deadline"
WITHOUT_DECISION = ("submitted", "in_review", "returned", "assessed")

MEANINGS: Mapping[tuple[str, str], str] = {
    ("setup", "open"): N_(
        "Centres can write requests from now on, and submit them until {closes}, 23:59:59 "
        "Korean time."
    ),
    ("open", "setup"): N_(
        "Centres can no longer write or submit requests. What they have written stays."
    ),
    ("open", "review"): N_(
        "Centres can no longer write requests, except those whose deadline was extended. "
        "Planners can approve and reject."
    ),
    ("review", "open"): N_(
        "All centres can write requests again, and submit them until {closes}, 23:59:59 Korean "
        "time, or their own later deadline. Nothing can be approved or rejected meanwhile."
    ),
    ("review", "decided"): N_(
        "All centres see the outcome of all their requests at once. Nothing more can be approved "
        "or rejected; planners can propose the publication."
    ),
    ("decided", "review"): N_(
        "Centres no longer see the outcomes; whoever has looked knows them. Planners can decide "
        "again, and a proposal to publish must be made anew if a decision changes."
    ),
}
"""What a step of the round means to everybody: (from, to)."""


def round_controls() -> None:
    """The buttons of those who may move the round, in one row; nothing for everybody else.

    Raises:
        Forbidden: for somebody without a role.
    """
    person = session.person()
    moves, extends = person.may(Verb.MOVE_ROUND), person.may(Verb.EXTEND_DEADLINE)
    shown = facts()
    publishes = person.may(Verb.SEE_FIGURES) and shown.state in {"decided", "published"}
    if not (moves or extends or publishes):
        return
    _ = session.words()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if moves and shown.state != "published":
            deed_dialog.opener(MOVE, _("Move the round…"), seen=shown, icon=":material/swap_horiz:")
        if extends and shown.state in {"open", "review"}:
            deed_dialog.opener(
                EXTEND, _("Extend a deadline…"), seen=shown, icon=":material/more_time:"
            )
        if publishes:
            _to_publication(shown, _)
    deed_dialog.show(MOVE, _("Move the round"), _move, width="medium")
    deed_dialog.show(EXTEND, _("Extend a centre's deadline"), _extend, width="medium")


def _to_publication(shown: RoundFacts, _: Words) -> None:
    """How far the publication is, and the way to its page."""
    found = publication.proposal(session.store(), session.who())
    st.page_link(
        PUBLISH,
        label=_("To the publication"),
        icon=":material/verified:",
        query_params=session.address(),
        width="content",
    )
    told = (
        _("No publication is proposed yet; a planner proposes it.")
        if found is None
        else _("Published: {what}", what=proposal_text(found, _))
        if shown.state == "published"
        else _("Proposed: {what}", what=proposal_text(found, _))
    )
    st.caption(plain(told), width="content")


# --- the state ---------------------------------------------------------------------------------


def _move(prepared: Prepared) -> None:
    _ = session.words()
    shown: RoundFacts = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    place = ORDER.index(shown.state)
    steps = [state for state in ORDER[max(0, place - 1) : place + 2] if state != shown.state]
    if "published" in steps:
        steps.remove("published")
    steps.reverse()  # forward first
    names = {state: capital(_(name)) for state, name in STATES.items()}
    st.markdown(
        plain(_("The round is now: {state}", state=names[shown.state])),
    )
    if not steps:
        return
    to_state = st.radio(
        _("Move it to"),
        steps,
        format_func=lambda state: (
            f"{names[state]} ({_('one step forward') if ORDER.index(state) > place else _('back')})"
        ),
        horizontal=True,
        key=prepared.field(f"to:{shown.state}"),
    )
    _meaning(shown, to_state, _)
    if shown.state == "decided":
        st.caption(_("It is published only by a planner's proposal and a lead's confirmation."))
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        agreed = asked.agreement(to_state)
        wants = st.form_submit_button(
            plain(_("Move to “{state}”", state=names[to_state])),
            type=session.main_button(),
            icon=":material/swap_horiz:",
        )
    if not wants:
        return
    if not asked.is_agreed(reason, agreed=agreed):
        return
    if asked.attempt(
        lambda: rounds.move(
            session.store(),
            session.who(),
            to_state,
            reason,
            based_on=shown.version,
            key=prepared.key,
        ),
        _("The round is now: {state}", state=names[to_state]),
        look_again=facts,
    ):
        deed_dialog.close()


def _meaning(shown: RoundFacts, to_state: str, _: Words) -> None:
    """What the step means to whom, with the counts that it concerns."""
    step = (shown.state, to_state)
    closes = shown.dates["requests_close"]
    with st.container(border=True, gap="xsmall"):
        st.markdown(plain(_(MEANINGS[step], closes=closes.isoformat())))
        if step == ("review", "decided"):
            _count(shown, WITHOUT_DECISION, _)
        elif step == ("open", "review"):
            drafts = shown.requests.get("draft", 0)
            st.markdown(
                plain(
                    _.ngettext(
                        "{count} draft is not submitted.",
                        "{count} drafts are not submitted.",
                        drafts,
                    )
                )
            )
        elif to_state == "open" and closes < shown.now.astimezone(KOREA).date():
            st.markdown(
                f":orange[:material/warning: "
                f"{plain(_('That day has passed: centres can write, but not submit.'))}]"
            )


def _count(shown: RoundFacts, states: tuple[str, ...], _: Words) -> None:
    """How many requests stay without a decision, by state."""
    counts = {state: shown.requests.get(state, 0) for state in states}
    total = sum(counts.values())
    if not total:
        st.markdown(f":green[:material/check: {plain(_('Every request is decided.'))}]")
        return
    parts = ", ".join(
        f"{_(NEED_STATES[state])} {count}" for state, count in counts.items() if count
    )
    told = _.ngettext(
        "{count} request is not decided and gets nothing unless the round is moved back: {parts}",
        "{count} requests are not decided and get nothing unless the round is moved back: {parts}",
        total,
        parts=parts,
    )
    st.markdown(f":orange[:material/warning: {plain(told)}]")


# --- deadlines ---------------------------------------------------------------------------------


def _extend(prepared: Prepared) -> None:
    _ = session.words()
    shown: RoundFacts = prepared.seen
    asked = Fields(prepared)
    names = rounds.centre_names(session.store(), session.who())
    centre = asked.centre(names)
    if centre:
        day, _can_submit = rounds.deadline_of(session.store(), session.who(), centre)
        st.caption(plain(_("At present until {day}, 23:59:59 Korean time.", day=day.isoformat())))
    today = korean_day(shown.now)
    latest = latest_extension(shown.dates["decisions_due"], today)
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        until = st.date_input(
            plain(_("Last day, at the latest {day}", day=latest.isoformat())),
            value=None,
            min_value=today,
            max_value=latest,
            format="YYYY-MM-DD",
            help=_(
                "Until the end of this day in Korea, 23:59:59; no later than decisions are due. "
                "Where that day has passed, at most two weeks from today."
            ),
            key=prepared.field("until"),
            persist_state="session",
        )
        asked.place("until")
        reason = asked.reason()
        wants = st.form_submit_button(
            _("Extend the deadline"), type=session.main_button(), icon=":material/more_time:"
        )
    st.caption(_("This centre alone can write and submit until then; the others see nothing."))
    if not wants:
        return
    if until is None:
        asked.fault("until", _("Please choose a day."))
        return
    if asked.attempt(
        lambda: rounds.extend_deadline(
            session.store(), session.who(), centre or "", until, reason, key=prepared.key
        ),
        _(
            "{centre} can submit until {day}.",
            centre=_.of(*names[centre]) if centre else "",
            day=until.isoformat(),
        ),
    ):
        deed_dialog.close()
