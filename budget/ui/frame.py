"""The head of every page: title, state of the round, and how the reader wants to read."""

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import keys, session
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view.numbers import MONEY_UNITS
from budget.view.parameters import capital
from budget.view.words import LANGUAGES

STATES = {
    "setup": N_("being set up"),
    "open": N_("open for requests"),
    "review": N_("under review"),
    "decided": N_("decided"),
    "published": N_("published"),
}


def page_head(title: str, shown: Round) -> None:
    """Title, state of the round and "illustrative" at the left; unit and language at the right."""
    _ = session.words()
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        with st.container(
            horizontal=True, vertical_alignment="center", width="content", gap="small"
        ):
            st.title(title, anchor=False, width="content")
            state = _(STATES.get(shown.state, shown.state))
            st.badge(f"{plain(shown.name(_))} · {plain(state)}", color="blue")
            if shown.illustrative:
                st.badge(capital(_("illustrative data")), color="orange", icon=":material/science:")
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="right",
            width="content",
            gap="small",
        ):
            _unit_switch()
            _language_switch()


def _unit_switch() -> None:
    _ = session.words()
    # written on every run: the widget of another page's switch knows nothing of the choice
    st.session_state[keys.UNIT_SWITCH] = session.numbers().unit.key
    st.segmented_control(
        _("Unit of money"),
        list(MONEY_UNITS),
        format_func=lambda key: capital(_(MONEY_UNITS[key].label)),
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
