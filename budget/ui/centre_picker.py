"""Which centre is shown: the address says it; found by name, or by stepping through the list."""

from collections.abc import Mapping

import streamlit as st

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.ui import keys, session
from budget.ui.address import Parameter
from budget.ui.edits import ADDRESS
from budget.view.names import centre_name
from budget.view.words import Words
from budget.workflow import rounds
from budget.workflow.refusals import NOT_YOURS, Forbidden
from budget.workflow.roles import Verb

CENTRE = Parameter(keys.CENTRE_PARAMETER, str, N_("one centre"), is_many=True)
"""Read apart: where it is wrong, no other centre is shown in its place."""


def names_of_centres() -> dict[str, str]:
    """Centre id -> short name, of every centre, in the order of the ids."""
    _ = session.words()
    return {
        identifier: centre_name(korean, english, _)
        for identifier, (korean, english) in rounds.centre_names(
            session.store(), session.who()
        ).items()
    }


def may_open(names: Mapping[str, str]) -> list[str]:
    """The centres that a person's menu offers; the workflow checks again what is opened."""
    person = session.person()
    return list(names) if person.may(Verb.SEE_FIGURES) else sorted(person.centres)


def asked_centre(offered: list[str]) -> str:
    """The centre that the address names; else the one shown last, else the first.

    Raises:
        InputError: if it names several, or (for those who see all) one that there is not.
        Forbidden: for whoever may see no centre.
    """
    asked = st.query_params.get_all(keys.CENTRE_PARAMETER)
    if len(asked) > 1:
        raise InputError(
            [Fault(ADDRESS, keys.CENTRE_PARAMETER, shown(", ".join(asked)), N_("one centre"))]
        )
    if asked and session.person().may(Verb.SEE_FIGURES) and asked[0] not in offered:
        raise InputError(
            [
                Fault(
                    ADDRESS,
                    keys.CENTRE_PARAMETER,
                    shown(asked[0]),
                    N_("a centre of this round; please choose one from the list"),
                )
            ]
        )
    if asked:
        return asked[0]
    if not offered:
        raise Forbidden(NOT_YOURS)
    last = st.session_state.get(keys.CENTRE)
    return str(last) if last in offered else offered[0]


def picker(offered: list[str], chosen: str | None, names: Mapping[str, str]) -> None:
    """The list of centres to search by name, and the steps to the one before and after."""
    _ = session.words()
    if len(offered) < 2:
        return
    place = offered.index(chosen) if chosen in offered else None
    st.session_state[keys.CENTRE_PICKER] = chosen if chosen in offered else None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            _("Centre"),
            offered,
            format_func=lambda identifier: f"{names.get(identifier, identifier)} ({identifier})",
            key=keys.CENTRE_PICKER,
            placeholder=_("Search by name"),
            on_change=_choose,
            label_visibility="collapsed",
            width=300,
        )
        _step(offered, place, -1, keys.CENTRE_PREVIOUS, names, _)
        _step(offered, place, 1, keys.CENTRE_NEXT, names, _)


def _step(
    offered: list[str], place: int | None, by: int, key: str, names: Mapping[str, str], _: Words
) -> None:
    reached = None if place is None else place + by
    there = offered[reached] if reached is not None and 0 <= reached < len(offered) else ""
    st.button(
        _("Previous") if by < 0 else _("Next"),
        key=key,
        icon=":material/chevron_left:" if by < 0 else ":material/chevron_right:",
        help=names.get(there) if there else None,
        disabled=not there,
        on_click=keep,
        args=(there,),
    )


def keep(centre_id: str) -> None:
    """Show a centre, and say so in the address."""
    st.session_state[keys.CENTRE] = centre_id
    st.query_params[keys.CENTRE_PARAMETER] = centre_id


def _choose() -> None:
    chosen = st.session_state[keys.CENTRE_PICKER]
    if chosen:
        keep(chosen)
