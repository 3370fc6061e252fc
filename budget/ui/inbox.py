"""What waits for the reader, with a link to each thing."""

import streamlit as st

from budget.ui import keys, session
from budget.ui.centre_picker import names_of_centres
from budget.ui.text import plain
from budget.view.words import Words
from budget.workflow import behind
from budget.workflow import inbox as waiting
from budget.workflow.behind import Behind
from budget.workflow.inbox import KINDS, Item
from budget.workflow.roles import Verb

PAGES = {
    "to_propose": "pages/publish.py",
    "to_confirm": "pages/publish.py",
    "to_plan": "pages/divisions.py",
    "plan_draft": "pages/divisions.py",
    "plan_returned": "pages/divisions.py",
}
"""Where things wait that are no request."""
QUARTERS = "pages/quarters.py"
SHOWN = 4
"""So many things are listed at once; the rest on demand."""


def inbox() -> None:
    """The things that wait, the most urgent first; what to expect where nothing does."""
    _ = session.words()
    items = waiting.inbox(session.store(), session.who())
    late = _behind()
    count = len(items) + bool(late)
    with st.container(border=True, gap="small", key=keys.INBOX):
        if not count:
            st.markdown(f":material/task_alt: **{plain(_('Nothing waits for you'))}**")
            return
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            said = _.ngettext("{count} thing waits for you", "{count} things wait for you", count)
            st.markdown(f":material/inbox: **{plain(said)}**", width="content")
            if len(items) > SHOWN:
                with st.popover(_("{count} more", count=len(items) - SHOWN), key=keys.INBOX_MORE):
                    for item in items[SHOWN:]:
                        _line(item, _)
        left, right = st.columns(2, gap="medium")
        for number, item in enumerate(items[:SHOWN]):
            with (left, right)[number % 2]:
                _line(item, _)
        if late:
            with (left, right)[min(len(items), SHOWN) % 2]:
                _reminder(late, _)


def _behind() -> Behind | None:
    """Who runs behind in execution, if anybody does."""
    found = behind.basis(session.store(), session.who())
    if not found:
        return None
    where = session.store().engine.url.render_as_string(hide_password=True)
    late = _kept(where, session.who(), found)
    return late if late and late.centres else None


@st.cache_data(max_entries=512, show_spinner=False)
def _kept(where: str, who: str, found: str) -> Behind | None:
    """Kept by what it depends on. The caller has just checked the rights."""
    return behind.behind(session.store(), who)


def _reminder(late: Behind, _: Words) -> None:
    """How many centres run behind, or which own one, with the way to the quarters."""
    if session.person().may(Verb.SEE_FIGURES):
        text = _.ngettext(
            "{count} centre runs behind in execution (until {day})",
            "{count} centres run behind in execution (until {day})",
            len(late.centres),
            day=late.until.isoformat(),
        )
    else:
        names = names_of_centres()
        text = _(
            "Behind in execution: {centres} (until {day})",
            centres=", ".join(names[centre] for centre in late.centres),
            day=late.until.isoformat(),
        )
    st.page_link(
        QUARTERS,
        label=plain(text),
        icon=":material/running_with_errors:",
        query_params={keys.SECTION_PARAMETER: "execution", **session.address()}
        if session.person().may(Verb.SEE_FIGURES)
        else session.address(),
        width="content",
    )


def _line(item: Item, _: Words) -> None:
    page = "pages/requests.py" if session.person().may(Verb.BEGIN) else "pages/review.py"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if item.days_left is not None:
            st.badge(_days(item, _), color="red" if item.is_urgent else "blue")
        if item.kind in PAGES:
            st.page_link(
                PAGES[item.kind],
                label=plain(_(KINDS[item.kind])),
                query_params=session.address(),
                width="content",
            )
            return
        st.markdown(plain(f"{_(KINDS[item.kind])}: "), width="content")
        if item.need_id:
            title = _.of(item.title, item.title_en or item.title) or _("without a title")
            st.page_link(
                page,
                label=plain(f"{item.need_id} {title}"),
                query_params={keys.REQUEST_PARAMETER: item.need_id, **session.address()},
                width="content",
            )


def _days(item: Item, _: Words) -> str:
    left = item.days_left or 0
    if left < 0:
        return _.ngettext("{count} day late", "{count} days late", -left)
    if left == 0:
        return _("today")
    return _.ngettext("{count} day left", "{count} days left", left)
