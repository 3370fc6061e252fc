"""The page of the quarters: allotment, execution to date, the proposal; for heads their own row."""

from collections.abc import Callable, Mapping

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import (
    address,
    keys,
    quarters_allotment,
    quarters_execution,
    quarters_moving,
    quarters_own,
    session,
)
from budget.ui.address import Parameter
from budget.ui.text import plain
from budget.ui.year_shown import YearShown, year_shown
from budget.view.words import Words
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts

SECTIONS: Mapping[str, tuple[str, Callable[[YearShown], None]]] = {
    "allotment": (N_("Allotment"), quarters_allotment.part),
    "execution": (N_("Execution to date"), quarters_execution.part),
    "proposal": (N_("Fourth-quarter proposal"), quarters_moving.part),
}
SECTION = Parameter(
    keys.SECTION_PARAMETER,
    address.one_of(SECTIONS),
    N_("allotment, execution or proposal"),
    kept=keys.QUARTER_SECTION,
)


def quarters_page(round_: RoundFacts) -> None:
    """One of the parts, by the address; centre heads see their own centre alone.

    Raises:
        Forbidden: for reviewers and administrators.
    """
    person = session.person()
    if not person.may(Verb.SEE_FIGURES) and person.centres:
        address.read()
        quarters_own.own_page(person.centres, round_)
        return
    shown = year_shown(round_)
    address.read(SECTION, *quarters_execution.LINKS)
    _ = session.words()
    section = _section(_)
    if not shown.is_published:
        st.info(
            plain(
                _(
                    "Preview: nothing is published yet. The figures are those of the baseline, "
                    "{scenario}; with the publication they become final.",
                    scenario=shown.scenario,
                )
            ),
            icon=":material/visibility:",
        )
    SECTIONS[section][1](shown)


def _section(_: Words) -> str:
    chosen = address.value(SECTION) or next(iter(SECTIONS))
    name = keys.asked(SECTION.name)
    st.session_state[name] = chosen
    st.segmented_control(
        _("Part of the page"),
        list(SECTIONS),
        format_func=lambda key: _(SECTIONS[key][0]),
        key=name,
        on_change=_choose,
        required=True,
        label_visibility="collapsed",
    )
    return chosen


def _choose() -> None:
    chosen = st.session_state[keys.asked(SECTION.name)]
    address.choose(SECTION, None if chosen == next(iter(SECTIONS)) else chosen)
