"""What waits for the reader, with a link to each thing."""

from collections.abc import Mapping

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import keys, session
from budget.ui.centre_picker import names_of_centres
from budget.ui.request_words import part_text
from budget.ui.text import plain
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import behind, rounds
from budget.workflow import inbox as waiting
from budget.workflow.behind import Behind
from budget.workflow.deadlines import korean_day
from budget.workflow.inbox import KINDS, Item
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

PAGES = {
    "to_prepare": "pages/data.py",
    "undecided": "pages/review.py",
    "to_propose": "pages/publish.py",
    "to_confirm": "pages/publish.py",
    "to_plan": "pages/divisions.py",
    "plan_draft": "pages/divisions.py",
    "plan_returned": "pages/divisions.py",
}
"""Where things wait that are no request."""
QUARTERS = "pages/quarters.py"
COMING = {
    "setup": (N_("Special needs can be requested from {day} on."), "requests_open"),
    "review": (
        N_("All centres see the outcomes at once; decisions are due {day}."),
        "decisions_due",
    ),
    "decided": (N_("The amounts are published to all centres by {day}."), "publication_due"),
}
"""What a centre's head waits for in each state of the round, and the date of it."""
SHOWN = 4
"""So many things are listed at once; the rest on demand."""


def inbox(shown: RoundFacts) -> None:
    """The things that wait, the most urgent first, what to expect where nothing does; below them
    what came of one's requests."""
    _ = session.words()
    items = waiting.inbox(session.store(), session.who())
    to_do = [item for item in items if not item.is_outcome]
    outcomes = [item for item in items if item.is_outcome]
    late = _behind()
    count = len(to_do) + bool(late)
    with st.container(border=True, gap="small", key=keys.INBOX):
        if count:
            said = _.ngettext("{count} thing waits for you", "{count} things wait for you", count)
            _listed(f":material/inbox: **{plain(said)}**", to_do, keys.INBOX_MORE, late)
        else:
            st.markdown(f":material/task_alt: **{plain(_('Nothing waits for you'))}**")
            _what_comes(shown, _)
        if outcomes:
            heading = f":material/flag: **{plain(_('What came of your requests'))}**"
            _listed(heading, outcomes, keys.INBOX_MORE_OUTCOMES)


def _what_comes(shown: RoundFacts, _: Words) -> None:
    """For a centre's head for whom nothing waits: what can be done, or what comes when."""
    person = session.person()
    if not person.may(Verb.BEGIN):
        return
    days = [
        day
        for day, can_write in (
            rounds.deadline_of(session.store(), session.who(), centre) for centre in person.centres
        )
        if can_write
    ]
    if days:
        st.caption(plain(_("Special needs can be requested until {day}.", day=max(days))))
        st.page_link(
            "pages/requests.py",
            label=_("To the requests"),
            icon=":material/arrow_forward:",
            query_params=session.address(),
            width="content",
        )
    elif shown.state in COMING:
        text, due = COMING[shown.state]
        if shown.state == "setup" and shown.dates[due] <= korean_day(shown.now):
            text = N_("The lead has not opened the round for requests yet; it was due {day}.")
        st.caption(plain(_(text, day=shown.dates[due])))


def _listed(heading: str, items: list[Item], more: str, late: Behind | None = None) -> None:
    """A heading, the first few things in two columns, the rest on demand."""
    _ = session.words()
    names = names_of_centres()
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.markdown(heading, width="content")
        if len(items) > SHOWN:
            with st.popover(_("{count} more", count=len(items) - SHOWN), key=more):
                for item in items[SHOWN:]:
                    _line(item, names, _)
    left, right = st.columns(2, gap="medium")
    for number, item in enumerate(items[:SHOWN]):
        with (left, right)[number % 2]:
            _line(item, names, _)
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


def _line(item: Item, names: Mapping[str, str], _: Words) -> None:
    """What is to be done until when, of which centre; below it the link."""
    person = session.person()
    said = [_said(item, _)] if item.need_id or item.kind not in PAGES else []
    if item.centre_id and list(person.centres) != [item.centre_id]:
        said.append(names.get(item.centre_id, item.centre_id))
    with st.container(gap=None):
        st.markdown(_due(item, _) + plain(" · ".join(said)))
        if item.need_id:
            page = "pages/requests.py" if person.may(Verb.BEGIN) else "pages/review.py"
            title = _.of(item.title, item.title_en or item.title) or _("without a title")
            label, asked = item.need_id, {keys.REQUEST_PARAMETER: item.need_id}
        elif item.kind in PAGES:
            page, label, title, asked = PAGES[item.kind], _said(item, _), "", {}
        else:
            return
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.page_link(
                page,
                label=plain(label),
                query_params={**asked, **session.address()},
                width="content",
            )
            if title:  # beside the link, as a link cuts what is too long for a phone
                st.markdown(plain(title), width="content")


def _said(item: Item, _: Words) -> str:
    """What is to be done; of a request that was funded in part, how much of it."""
    if item.kind == "funded_in_part":
        return part_text(item.funded, item.approved, session.numbers())
    return capital(_(KINDS[item.kind], count=item.count))


def _due(item: Item, _: Words) -> str:
    if item.due is None:
        return ""
    colour = "red" if item.is_urgent else "blue"
    return f":{colour}-badge[{item.due.isoformat()}, {plain(_days(item, _))}] "


def _days(item: Item, _: Words) -> str:
    left = item.days_left or 0
    if left < 0:
        return _.ngettext("{count} day late", "{count} days late", -left)
    if left == 0:
        return _("today")
    return _.ngettext("{count} day left", "{count} days left", left)
