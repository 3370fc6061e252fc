"""The reader's session: language, unit of money, light or dark, and the edits."""

from typing import cast

import streamlit as st

from budget.ui import keys
from budget.ui.edits import Edits
from budget.view.colours import Colours, colours
from budget.view.numbers import MONEY_UNITS, Numbers
from budget.view.words import DEFAULT_LANGUAGE, LANGUAGES, Words


def adopt_language() -> Words:
    """Take the language from the address if it names one, else keep the session's.

    Called once a run, by app.py: the address then says the language on every page, so that it
    can be sent to a colleague.
    """
    asked = st.query_params.get(keys.LANGUAGE_PARAMETER)
    if asked in LANGUAGES:
        st.session_state[keys.LANGUAGE] = asked
    language = st.session_state.setdefault(keys.LANGUAGE, DEFAULT_LANGUAGE)
    if language != asked and (asked or language != DEFAULT_LANGUAGE):
        st.query_params[keys.LANGUAGE_PARAMETER] = language
    return Words(language)


def enter() -> Words:
    """The language of this session; the first call of every page.

    Streamlit serves the first address after a start straight from pages/, past app.py. Whoever
    came that way is sent through app.py.
    """
    if keys.LANGUAGE not in st.session_state:
        st.switch_page("app.py")
    return words()


def choose_language() -> None:
    """Keep what the language switch says, in the session and in the address."""
    language = st.session_state[keys.LANGUAGE_SWITCH]
    st.session_state[keys.LANGUAGE] = language
    st.query_params[keys.LANGUAGE_PARAMETER] = language


def words() -> Words:
    """The language of this session."""
    return Words(st.session_state.get(keys.LANGUAGE, DEFAULT_LANGUAGE))


def numbers() -> Numbers:
    """The number formats of this session."""
    unit = st.session_state.get(keys.UNIT)
    return Numbers(words(), MONEY_UNITS[unit if unit in MONEY_UNITS else next(iter(MONEY_UNITS))])


def chart_colours() -> Colours:
    """Colours for charts on this screen, light or dark."""
    return colours(dark=st.context.theme.type == "dark")


def edits() -> Edits:
    """What the planner has changed so far."""
    return cast(Edits, st.session_state.setdefault(keys.EDITS, Edits()))


def keep_edits(changed: Edits) -> None:
    """Remember the planner's changes."""
    st.session_state[keys.EDITS] = changed
