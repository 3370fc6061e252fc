"""A centre's special-need requests: all of them by state, or one."""

from datetime import date
from functools import partial

import streamlit as st

from budget.allocation.faults import InputError
from budget.ui import keys, session
from budget.ui.downloads import downloads
from budget.ui.drafting import act, drafting, give_up, notice
from budget.ui.problems import change_text, refusal_text
from budget.ui.request_export import requests_contents
from budget.ui.request_files import files
from budget.ui.request_form import WIDTHS, form, is_writable
from budget.ui.request_view import (
    PAGE,
    heading,
    history,
    labelled,
    outcome,
    questions,
    request_fields,
    state_badge,
    way_back,
    what_now,
)
from budget.ui.request_words import (
    GROUPS,
    Window,
    category_name,
    closed_text,
    days_left,
    expected_here,
    field_name,
    is_urgent,
    moment,
    remedy_text,
    requested_won,
    server_time,
    title,
    until_text,
    window,
)
from budget.ui.text import plain
from budget.view.names import centre_name
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow import needs_seen, rounds, special_needs
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Refusal
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts


def say_address() -> None:
    """Let the browser's address say what is shown.

    Streamlit leaves it as it was when a link leads to the same page with another request.
    """
    st.query_params.update({})


def show_notice() -> None:
    """Why the last deed was not done."""
    _, why = session.words(), notice()
    if why is None:
        return
    if isinstance(why, InputError):
        lines = [f"{field_name(f.where, _)}: {expected_here(f, _)}" for f in why.faults]
        st.error("  \n".join(plain(line) for line in lines), icon=":material/error:")
        return
    st.warning(plain(refusal_text(why, _)), icon=":material/front_hand:")
    if isinstance(why, Conflict):
        for change in why.changes:
            st.text(change_text(change, _), width="stretch")


# --- all -----------------------------------------------------------------------------------------


def all_requests(round_: RoundFacts) -> None:
    """Until when the centre can write, and its requests, what it has to do first.

    Raises:
        Forbidden: for anybody but a centre head.
    """
    _ = session.words()
    person = session.person()
    if not person.centres and person.may(Verb.SEE_QUEUE):
        st.info(
            plain(_("Centre heads write requests here. You find all of them under “Review”.")),
            icon=":material/rule:",
        )
        st.page_link("pages/review.py", label=_("Review"), query_params=session.address())
        return
    needs = needs_seen.needs_of_centres(session.store(), session.who())
    is_open = _windows(round_, _)
    if not needs:
        _nothing_yet(_, is_open=is_open)
    else:
        with st.container(horizontal=True, horizontal_alignment="right"):
            check = partial(needs_seen.needs_of_centres, session.store(), session.who())
            downloads(partial(requests_contents, "requests", needs, round_, check))
    for name, states in GROUPS:
        group = [need for need in needs if need.state in states]
        if group:
            group.sort(key=lambda need: (need.state not in states[:1], need.deadline))
            st.subheader(
                plain(_(name)) + f" :small[:gray[{len(group)}]]", anchor=False, width="stretch"
            )
            for need in group:
                _card(need, round_, _)


def _windows(round_: RoundFacts, _: Words) -> bool:
    """Until when each centre of the head can write; whether any can."""
    names = rounds.centre_names(session.store(), session.who())
    shown = [
        window(_.of(*names[centre]), *_deadline(centre), round_)
        for centre in session.person().centres
    ]
    for centre, one in zip(session.person().centres, shown, strict=True):
        with st.container(border=True):
            if one.is_open:
                _open_window(centre, one, _)
            else:
                _closed_window(one, _)
    return any(one.is_open for one in shown)


def _deadline(centre: str) -> tuple[date, bool]:
    return rounds.deadline_of(session.store(), session.who(), centre)


def _open_window(centre: str, shown: Window, _: Words) -> None:
    colour = "red" if is_urgent(shown.day, shown.now) else "blue"
    name = keys.new_request(centre)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(gap=None, width="content"):
            st.markdown(
                f":material/event: {plain(shown.centre)}: **{plain(until_text(shown.day, _))}** "
                f":{colour}-badge[{plain(days_left(shown.day, shown.now, _))}]"
            )
            st.caption(plain(server_time(shown.now, _)))
        st.button(
            _("New request"),
            key=name,
            type=session.main_button(),
            icon=":material/add:",
            on_click=act,
            args=(name, session.deed_key(name), partial(_begin, centre)),
        )


def _begin(centre: str, key: str) -> Need:
    return special_needs.begin(session.store(), session.who(), centre, {}, key=key)


def _closed_window(shown: Window, _: Words) -> None:
    st.markdown(f":material/lock_clock: {plain(shown.centre)}: **{plain(closed_text(shown, _))}**")
    st.caption(plain(f"{server_time(shown.now, _)} {remedy_text(shown, _)}"))


def _nothing_yet(_: Words, *, is_open: bool) -> None:
    st.info(
        plain(
            _(
                "Your centre has no request in this round. A special need is something that the "
                "yearly budget does not cover: leasing, remodelling, relocation, or another "
                "single need."
            )
            + (" " + _("Begin with “New request”; it is saved as you type.") if is_open else "")
        ),
        icon=":material/edit_document:",
    )


def _card(need: Need, round_: RoundFacts, _: Words) -> None:
    """One request in the list: state, title, amount, what is due or what came of it."""
    numbers = session.numbers()
    with st.container(border=True, key=keys.request_card(need.id)):
        left, right = st.columns([0.62, 0.38], vertical_alignment="center", gap="small")
        with left, st.container(gap=None):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                state_badge(need)
                st.page_link(
                    PAGE,
                    label=plain(title(need, _)),
                    query_params={keys.REQUEST_PARAMETER: need.id, **session.address()},
                    width="content",
                )
            st.caption(" · ".join(plain(part) for part in _facts(need, _)))
        with (
            right,
            st.container(
                horizontal=True,
                horizontal_alignment="right",
                vertical_alignment="center",
                gap="small",
            ),
        ):
            _due(need, round_, _)
            st.markdown(_amount(need, numbers), width="content", text_alignment="right")


def _facts(need: Need, _: Words) -> list[str]:
    category = category_name(need.category, _) or _("no category yet")
    found = [need.id, category]
    if len(session.person().centres) > 1:
        found.insert(1, centre_name(need.centre_ko, need.centre_en, _))
    if need.submitted_at is not None and need.state != "draft":
        found.append(_("submitted {time}", time=moment(need.submitted_at)))
    else:
        found.append(_("last saved {time}", time=moment(need.edited_at)))
    return found


def _due(need: Need, round_: RoundFacts, _: Words) -> None:
    """The day by which the centre has to act, if it has to."""
    if not is_writable(need, round_):
        return
    text = _(
        "until {day}, {left}",
        day=need.deadline.isoformat(),
        left=days_left(need.deadline, round_.now, _),
    )
    urgent = is_urgent(need.deadline, round_.now)
    st.badge(plain(text), color="red" if urgent else "blue", icon=":material/event:")


def _amount(need: Need, numbers: Numbers) -> str:
    """What is asked for, and, once it is known, what came of it."""
    _ = numbers.words
    asked = plain(numbers.money_with_unit(requested_won(need)))
    ended = {
        "approved": (_("approved"), need.approved_krw),
        "funded": (_("funded"), need.funded_krw),
        "unfunded": (_("funded"), 0),
    }.get(need.state)
    if ended is None:
        return f"**{asked}**"
    label, won = ended
    return (
        f"{plain(label)} **{plain(numbers.money_with_unit(won))}**  \n"
        f":small[:gray[{plain(_('requested'))} {asked}]]"
    )


# --- one -----------------------------------------------------------------------------------------


def one_request(need_id: str, round_: RoundFacts) -> None:
    """One request: the form while it can be written, else what it says; its history.

    Raises:
        Forbidden: if the request is not for this person; recorded.
    """
    _ = session.words()
    try:
        need = needs_seen.need(session.store(), session.who(), need_id)
    except Refusal:
        way_back(_)
        raise
    show_notice()
    if is_writable(need, round_) and need.centre_id in session.person().centres:
        form(need_id)
    else:
        _as_it_stands(need, round_, _)
    history(need_id)


def _as_it_stands(need: Need, round_: RoundFacts, _: Words) -> None:
    """A request that cannot be written now."""
    is_head = need.centre_id in session.person().centres
    heading(need)
    questions(need, round_)
    outcome(need)
    if is_head:
        _not_saved(need, _)
        if need.state == "draft":
            names = rounds.centre_names(session.store(), session.who())
            shown = window(_.of(*names[need.centre_id]), *_deadline(need.centre_id), round_)
            with st.container(border=True):
                _closed_window(shown, _)
    left, right = st.columns(WIDTHS, gap="medium")
    with left, st.container(border=True, gap="small"):
        request_fields(need)
    with right:
        if is_head:
            what_now(need, round_)
        with st.container(border=True, gap="xsmall"):
            may_add = is_head and round_.state in {"open", "review"} and need.state != "draft"
            files(need, may_add=may_add)


def _not_saved(need: Need, _: Words) -> None:
    """Text that came too late to be saved: still there, to be copied."""
    waiting = drafting(need.id).unsaved
    if not waiting:
        return
    with st.container(border=True, gap="small"):
        st.warning(
            plain(_("This text of yours was not saved. Copy what you need.")),
            icon=":material/cloud_off:",
        )
        for name, text in waiting.items():
            labelled(field_name(name, _), text.text)
        st.button(
            _("Throw it away"),
            key=keys.request_deed(need.id, "give_up"),
            on_click=give_up,
            args=(need.id,),
        )
