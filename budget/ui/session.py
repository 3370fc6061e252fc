"""The reader's session: who they are, language, unit of money, light or dark, and the edits."""

import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

import streamlit as st

from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.storage.store import Store
from budget.ui import keys, sign_in
from budget.ui.edits import Changes, Edits, from_address, to_address
from budget.view.colours import Colours, colours
from budget.view.numbers import MONEY_UNITS, Numbers
from budget.view.parameters import rule_titles
from budget.view.words import DEFAULT_LANGUAGE, LANGUAGES, Words
from budget.workflow.deeds import Actor
from budget.workflow.refusals import Forbidden, OtherDeed, Refusal
from budget.workflow.rounds import who_is


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


def enter(page: str) -> Words:
    """The language of this session; the first call of every page.

    Streamlit serves the first address after a start straight from pages/, past app.py. Whoever
    came that way is sent through app.py, and from there back to the page (`go_on`).

    Args:
        page: the page's own file.
    """
    if keys.WHO not in st.session_state:
        st.session_state[keys.WANTED_PAGE] = Path(page).name
        st.switch_page("app.py", query_params=_whole_address())
    return words()


def go_on() -> None:
    """Whoever came past app.py goes on to the page that they asked for, with its whole address."""
    wanted = st.session_state.pop(keys.WANTED_PAGE, None)
    if wanted:
        st.switch_page(f"pages/{wanted}", query_params=_whole_address())


def _whole_address() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


# --- who -----------------------------------------------------------------------------------------


def arrive() -> Actor:
    """Who is using the app; called once a run, by app.py. Nobody else gets past it.

    Raises:
        InputError: where a demonstration must not run.
    """
    sign_in.check_visit(st.context.headers, st.context.ip_address)
    who = sign_in.identity()
    if who is None:
        _sign_in_screen(words(), is_nameless=sign_in.is_nameless())
    known = None
    try:
        known = who_is(store(), cast(str, who))
    except Forbidden:
        is_new_here = keys.PERSON not in st.session_state
        if sign_in.is_demonstration() and who != sign_in.FIRST_PERSON and is_new_here:
            sign_in.take(sign_in.FIRST_PERSON)
            st.rerun()
        _no_role_screen(cast(str, who), words())
    st.session_state[keys.WHO] = who
    st.session_state[keys.PERSON] = known
    return cast(Actor, known)


def _sign_in_screen(_: Words, *, is_nameless: bool) -> None:
    st.title(_("Employment Centre budget"), anchor=False)
    if is_nameless:
        st.error(
            _(
                "The sign-in did not say who you are: issuer or subject is missing. Please tell "
                "the administrator; the sign-in service must send both."
            )
        )
        st.button(_("Sign out"), key=keys.SIGN_OUT, on_click=st.logout)
        st.stop()
    st.write(_("Please sign in with your ministry account."))
    st.button(_("Sign in"), type=main_button(), key=keys.SIGN_IN, on_click=st.login)
    st.stop()


def _no_role_screen(who: str, _: Words) -> None:
    st.title(_("Employment Centre budget"), anchor=False)
    st.warning(
        _(
            "You are signed in, but you have no role in this budget round. Please send the "
            "administrator the identity below; then open this page again."
        ),
        icon=":material/badge:",
    )
    st.code(who, language=None, wrap_lines=True)
    if sign_in.is_demonstration():
        st.button(
            _("Take another person of the demonstration"),
            key=keys.take(sign_in.FIRST_PERSON),
            on_click=sign_in.take,
            args=(sign_in.FIRST_PERSON,),
        )
    else:
        st.button(_("Sign out"), key=keys.SIGN_OUT, on_click=st.logout)
    st.stop()


def who() -> str:
    """The identity of whoever is signed in; every service call takes it and checks it."""
    return cast(str, st.session_state[keys.WHO])


def person() -> Actor:
    """The person with the roles that they had when the page was opened: for menus and labels."""
    return cast(Actor, st.session_state[keys.PERSON])


def store() -> Store:
    """The database."""
    return sign_in.store()


def address() -> dict[str, str]:
    """What every address within the app carries: language, and the demonstration's person."""
    return {
        name: st.query_params[name]
        for name in (keys.LANGUAGE_PARAMETER, keys.PERSON_PARAMETER)
        if name in st.query_params
    }


def deed_key(name: str) -> str:
    """The key of a deed that is being prepared: the same until it is done.

    A double click or a resent form carries the same key, so that it happens once.
    """
    prepared = st.session_state.setdefault(keys.DEED, {})
    return cast(str, prepared.setdefault(name, secrets.token_hex(16)))


def deed_done(name: str) -> None:
    """The deed was done; the next one of this name has a key of its own."""
    st.session_state.setdefault(keys.DEED, {}).pop(name, None)


def deed_refused(name: str, refusal: Refusal) -> None:
    """A key that belongs to another deed is given up; the next try has one of its own."""
    if isinstance(refusal, OtherDeed):
        deed_done(name)


# --- how they want to read ---------------------------------------------------------------------


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


def main_button() -> Literal["primary", "secondary"]:
    """The type of a button for the main thing to do.

    Streamlit writes white on the primary colour, which in dark mode must be light enough to be
    read on a dark ground: there the main button is one of the others.
    """
    return "secondary" if st.context.theme.type == "dark" else "primary"


def edits() -> Edits:
    """What the planner has changed so far."""
    return cast(Edits, st.session_state.setdefault(keys.EDITS, Edits()))


def keep_edits(changed: Edits) -> None:
    """Remember the planner's changes, in the address too: a reload or a colleague finds them."""
    st.session_state[keys.EDITS] = changed
    keep_in_address()


def adopt_edits(baseline: Policy) -> None:
    """Take the changes that the address names, once: when the page is opened by it.

    Raises:
        InputError: for changes that the policy cannot have; they are dropped.
    """
    if keys.EDITS in st.session_state:
        if edits().present and not st.query_params.get_all(keys.CHANGE_PARAMETER):
            keep_in_address()  # the page was left and entered again by the menu
        return
    asked = st.query_params.get_all(keys.CHANGE_PARAMETER)
    st.session_state[keys.EDITS] = Edits()
    try:
        st.session_state[keys.EDITS] = Edits(from_address(asked, baseline))
    except InputError as error:
        titles = rule_titles(baseline, words())
        raise InputError(
            replace(fault, where=titles.get(fault.where, fault.where)) for fault in error.faults
        ) from None


def keep_in_address() -> None:
    """Say the changes, and the scenario that they began with, in the address of the page."""
    written = to_address(edits().present)
    if written:
        st.query_params[keys.CHANGE_PARAMETER] = written
    elif keys.CHANGE_PARAMETER in st.query_params:
        del st.query_params[keys.CHANGE_PARAMETER]
    found = opened()
    if found is not None:
        st.query_params[keys.SCENARIO_PARAMETER] = str(found.scenario_id)


# --- the scenario that is open -------------------------------------------------------------------


@dataclass(frozen=True)
class Opened:
    """The scenario version that the planner is working on.

    Attributes:
        number: the version, which the next one will be based on.
        saved: the changes of the baseline that it has.
    """

    scenario_id: int
    number: int
    name: str
    saved: Changes
    considered: str


def opened() -> Opened | None:
    """The scenario that is open; None: the baseline."""
    return cast(Opened | None, st.session_state.get(keys.SCENARIO))


def keep_opened(found: Opened | None) -> None:
    """Remember which scenario is open, and which requests it considers."""
    st.session_state[keys.SCENARIO] = found
    if found is not None:
        st.session_state[keys.CONSIDERED] = found.considered
