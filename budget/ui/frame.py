"""The head of every page: title, state of the round, who is reading, and how they want to read."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from budget.ui import keys, session, sign_in
from budget.ui.round import facts, round_name
from budget.ui.text import plain
from budget.view.numbers import MONEY_UNITS
from budget.view.parameters import capital
from budget.view.words import LANGUAGES, Words
from budget.workflow import demonstration, rounds
from budget.workflow.deeds import Actor
from budget.workflow.roles import ROLE_NAMES, Role
from budget.workflow.rounds import STATES, RoundFacts

ICON = Path(__file__).parents[1] / "view" / "icon.svg"
"""A picture of our own: Streamlit would load its icons for a browser's tab from the internet."""


def run(page: StreamlitPage) -> None:
    """Run a page; one that stops before its head, as it is not theirs, gets a head and a way out.

    Raises:
        Forbidden: for somebody without a role.
    """
    session.go_on()
    head = st.container()
    st.session_state[keys.HEAD_DRAWN] = False
    page.run()
    if st.session_state[keys.HEAD_DRAWN]:
        return
    with head:
        page_head(page.title, facts(), has_money=False)
    _ = session.words()
    st.page_link(
        "pages/overview.py",
        label=_("To the overview"),
        icon=":material/dashboard:",
        query_params=session.address(),
    )


def page_head(title: str, shown: RoundFacts, *, has_money: bool = True) -> None:
    """Title, state of the round and "illustrative" at the left; language, unit and person at the
    right; on a phone all of them in as few lines as they need.

    Args:
        has_money: whether the page shows amounts in the chosen unit.
    """
    _ = session.words()
    st.session_state[keys.HEAD_DRAWN] = True
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, anchor=False, width="content")
        state = _(STATES.get(shown.state, shown.state))
        st.badge(f"{plain(round_name(shown, _))} · {plain(state)}", color="blue")
        if shown.illustrative:
            st.badge(capital(_("illustrative data")), color="orange", icon=":material/science:")
        st.space("stretch")
        _language_switch()
        if has_money:
            _unit_switch()
        _person_menu(session.person())


# --- who is reading ------------------------------------------------------------------------------


def person_name(person: Actor, _: Words) -> str:
    """A person's name in the reader's language."""
    return _.of(person.name, person.name_en or person.name)


def _person_menu(person: Actor) -> None:
    """Who is reading, under which roles; in the demonstration, everybody whom one can be."""
    _ = session.words()
    name = person_name(person, _)
    label = _("Demo: {person}", person=name) if sign_in.is_demonstration() else name
    icon = ":material/theater_comedy:" if sign_in.is_demonstration() else ":material/person:"
    menu = st.popover(plain(label), icon=icon, key=keys.PERSON_SWITCH, on_change="rerun")
    if not menu.open:
        return
    with menu:
        roles = (
            f"{capital(_(ROLE_NAMES[role]))} {centre}".strip() for role, centre in person.grants
        )
        st.markdown(plain(", ".join(roles)))
        if sign_in.is_demonstration():
            _choose_person(person, _)
        else:
            st.button(
                _("Sign out"), key=keys.SIGN_OUT, icon=":material/logout:", on_click=st.logout
            )


def _choose_person(person: Actor, _: Words) -> None:
    st.caption(
        _(
            "This is a demonstration on this computer: nobody signs in, and you can take any "
            "role. Its data stay in a database of its own."
        )
    )
    names = rounds.centre_names(session.store(), session.who())
    st.selectbox(
        capital(_("centre head of")),
        list(names),
        index=list(names).index(person.centres[0]) if person.centres else None,
        format_func=lambda centre: _.of(*names[centre]),
        placeholder=_("Choose a centre"),
        key=keys.PERSON_CENTRE,
        on_change=_take_head,
    )
    columns = st.columns(2, gap="small")
    people = [
        (role, number, count)
        for role, count in demonstration.DEMONSTRATION_PEOPLE
        for number in range(1, count + 1)
    ]
    for place, (role, number, count) in enumerate(people):
        identity = demonstration.demonstration_identity(role, str(number))
        suffix = f" {number}" if count > 1 else ""
        columns[place % 2].button(
            f"{capital(_(ROLE_NAMES[role]))}{suffix}",
            key=keys.take(identity),
            icon=":material/check:" if identity == person.identity else None,
            width="stretch",
            on_click=sign_in.take,
            args=(identity,),
        )


def _take_head() -> None:
    centre = st.session_state[keys.PERSON_CENTRE]
    if centre:
        sign_in.take(demonstration.demonstration_identity(Role.CENTRE_HEAD, centre))


# --- how they want to read -----------------------------------------------------------------------


def _unit_switch() -> None:
    _ = session.words()
    # written on every run: the widget of another page's switch knows nothing of the choice
    st.session_state[keys.UNIT_SWITCH] = session.numbers().unit.key
    st.segmented_control(
        _("Unit of money"),
        list(MONEY_UNITS),
        format_func=lambda key: capital(_(MONEY_UNITS[key].short)),
        key=keys.UNIT_SWITCH,
        on_change=_choose_unit,
        required=True,
        label_visibility="collapsed",
    )


def _choose_unit() -> None:
    st.session_state[keys.UNIT] = st.session_state[keys.UNIT_SWITCH]


def _language_switch() -> None:
    _ = session.words()
    st.session_state[keys.LANGUAGE_SWITCH] = _.language
    st.segmented_control(
        _("Language"),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key=keys.LANGUAGE_SWITCH,
        on_change=session.choose_language,
        required=True,
        label_visibility="collapsed",
    )
