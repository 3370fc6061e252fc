"""The review page: the queue, or one request with what the reader can do with it."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from budget.ui import address, keys, session
from budget.ui.problems import refusal_text
from budget.ui.request_files import files
from budget.ui.request_view import labelled, outcome, state_badge
from budget.ui.request_words import category_name, won_in_words
from budget.ui.review_deeds import Reviewing, begin, refusal_and_left_over, reviewing, tell, told
from budget.ui.review_facts import assessment, fields_as_submitted, submitted_text, title
from budget.ui.review_forms import forms, in_order, waits_for_me
from budget.ui.review_history import history
from budget.ui.review_queue import filters, queue
from budget.ui.text import plain
from budget.view.words import Words
from budget.workflow import needs_seen
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Forbidden
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

WIDTHS = (0.34, 0.66)
"""The request, and what to do with it."""


def review_page(round_: RoundFacts) -> None:
    """The request that the address names, else the queue.

    Raises:
        Forbidden: for whoever sees neither; recorded.
    """
    rows: list[Need] = []
    if session.person().may(Verb.SEE_QUEUE):
        rows = in_order(needs_seen.queue(session.store(), session.who()), round_)
    asked = address.read(address.REQUEST, *filters(rows)).one(address.REQUEST)
    if not asked:
        rows = in_order(needs_seen.queue(session.store(), session.who()), round_)
        _told("")
        chosen = queue(rows, round_)
        if chosen:
            open_request(chosen)
        return
    try:
        one_request(asked, round_)
    except Forbidden:
        _way_back(session.words())
        raise


def open_request(need_id: str) -> None:
    """Go to a request; the address then names it."""
    tell(None)
    st.session_state.pop(keys.REVIEWING, None)
    # a new table next time: the browser may still hold the click that opened this request
    st.session_state[keys.QUEUE_VISIT] = st.session_state.get(keys.QUEUE_VISIT, 0) + 1
    st.query_params[keys.REQUEST_PARAMETER] = need_id
    st.rerun()


def _way_back(_: Words) -> None:
    """To the queue; for whoever has none, to the overview."""
    if session.person().may(Verb.SEE_QUEUE):
        if st.button(
            _("Back to the queue"),
            key=keys.QUEUE_BACK,
            icon=":material/arrow_back:",
            type="tertiary",
        ):
            tell(None)
            st.session_state.pop(keys.REVIEWING, None)
            del st.query_params[keys.REQUEST_PARAMETER]
            st.rerun()
        return
    st.page_link(
        "pages/overview.py",
        label=plain(_("Back to the overview")),
        icon=":material/arrow_back:",
        query_params=session.address(),
        width="content",
    )


def _next_for_me(rows: Sequence[Need], need_id: str, round_: RoundFacts) -> Need | None:
    """The next request that waits for the reader, after this one, the queue being a circle."""
    ids = [need.id for need in rows]
    place = ids.index(need_id) + 1 if need_id in ids else 0
    ahead = [*rows[place:], *rows[:place]]
    return next((need for need in ahead if need.id != need_id and waits_for_me(need, round_)), None)


def _told(need_id: str, following: Need | None = None) -> None:
    """What was done last, and the way to the next request."""
    found = told()
    if found is None or (need_id and found.need_id != need_id):
        return
    _ = session.words()
    if found.text:
        st.success(plain(found.text), icon=":material/check_circle:")
    if found.refused:
        lines = [f"{number}: {refusal_text(why, _)}" for number, why in found.refused]
        st.warning("  \n".join(plain(line) for line in lines), icon=":material/front_hand:")
    if following is not None:
        _next_button(following, keys.QUEUE_NEXT_AFTER, session.main_button(), _)
    if not need_id:
        tell(None)


# --- one request ---------------------------------------------------------------------------------


def one_request(need_id: str, round_: RoundFacts) -> None:
    """One request: what it says, its history, and what the reader can do with it now.

    Raises:
        Forbidden: if the request is not for this person; recorded.
    """
    _ = session.words()
    rows: Sequence[Need] = []
    if session.person().may(Verb.SEE_QUEUE):
        rows = in_order(needs_seen.queue(session.store(), session.who()), round_)
    present = next((need for need in rows if need.id == need_id), None)
    known = reviewing(need_id)
    if known is None:
        present = present or needs_seen.need(session.store(), session.who(), need_id)
        known = begin(present)
    if known.refused is not None and present is not None:
        known.seen = present
    known.shown.clear()
    shown = present or known.seen
    following = _next_for_me(rows, need_id, round_)
    _navigation(following, has_queue=bool(rows))
    _head(shown, _)
    if shown.is_whole:
        place = _facts_beside(shown, _)
    else:
        _line(shown, _)
        place = st.container()
    with place:
        _told(need_id, following)
        above = st.container()  # what has lost its field is known after the forms are drawn
        forms(known, round_)
    with above:
        _meanwhile(known, present, _)
        refusal_and_left_over(known, _)


def _navigation(following: Need | None, *, has_queue: bool) -> None:
    _ = session.words()
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
    ):
        _way_back(_)
        if following is not None:
            _next_button(following, keys.QUEUE_NEXT, "tertiary", _)
        elif has_queue:
            st.caption(plain(_("Nothing else waits for you.")), width="content")


def _next_button(
    following: Need, key: str, kind: Literal["primary", "secondary", "tertiary"], _: Words
) -> None:
    if st.button(
        plain(_("Next for me: {request}", request=following.id)),
        key=key,
        icon=":material/arrow_forward:",
        icon_position="right",
        type=kind,
        help=plain(title(following, _)),
    ):
        open_request(following.id)


def _head(need: Need, _: Words) -> None:
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(title(need, _)), anchor=False, width="content")
            state_badge(need)
        parts = [need.id, _.of(need.centre_ko, need.centre_en), submitted_text(need, _)]
        if need.reviewer_id is not None:
            name = _.of(need.reviewer, need.reviewer_en or need.reviewer)
            parts.append(_("reviewer: {reviewer}", reviewer=name))
        st.caption(plain(" · ".join(filter(None, parts))))


def _line(need: Need, _: Words) -> None:
    """A request that nobody has claimed: a reviewer sees only its line."""
    with st.container(border=True, horizontal=True, gap="large"):
        for label, text in (
            (_("Category"), category_name(need.category, _)),
            (_("Amount in won"), won_in_words(need.requested_krw or 0, session.numbers())),
            (_("Needed by"), need.need_by.isoformat() if need.need_by else "–"),
        ):
            with st.container(width="content"):
                labelled(label, text)


def _facts_beside(need: Need, _: Words) -> DeltaGenerator:
    """What the request says, at the left; gives the place for what can be done with it."""
    left, right = st.columns(WIDTHS, gap="medium")
    with left:
        with st.container(border=True, gap="small"):
            fields_as_submitted(need)
        if need.files:
            with st.container(border=True, gap="small"):
                files(need, may_add=False)
        else:
            st.caption(plain(_("No files are attached.")))
        if need.state in {"assessed", "in_review"}:
            assessment(need, _)
        else:
            outcome(need)
        history(need)
    return right


def _meanwhile(known: Reviewing, present: Need | None, _: Words) -> None:
    """Something has changed since the request was opened."""
    if known.refused is not None:
        return
    if present is None:
        st.warning(
            plain(_("This request is no longer yours to see; somebody else has it now.")),
            icon=":material/visibility_off:",
        )
    elif present.version != known.seen.version:
        with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                ":material/sync: "
                + plain(
                    _(
                        "This request has changed since you opened it. It is shown anew; what "
                        "you do is still based on what you saw."
                    )
                )
            )
            if st.button(
                _("Go on with how it stands now"),
                key=keys.request_deed(known.seen.id, "look_again"),
            ):
                known.seen = present
                st.rerun()
