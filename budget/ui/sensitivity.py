"""The sensitivity page: which question is asked, of which rules, and what all answers share."""

from collections.abc import Callable, Mapping

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import keys, session
from budget.ui import sensitivity_frontier as frontier
from budget.ui import sensitivity_prices as prices
from budget.ui import sensitivity_sweep as sweep
from budget.ui import sensitivity_uncertainty as uncertainty
from budget.ui.address import Parameter
from budget.ui.probe import Probe
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view.parameters import changes, full_title, scale_of, shown
from budget.view.words import Words

PARTS: Mapping[str, tuple[str, Callable[[Probe], None]]] = {
    "sweep": (N_("One rule over a range"), sweep.part),
    "prices": (N_("The price of each rule"), prices.part),
    "frontier": (N_("Results against evenness"), frontier.part),
    "uncertainty": (N_("Uncertain data"), uncertainty.part),
}
"""The questions, by their key in the address."""
RULES_ASKED = (keys.SWEPT_PARAMETER, keys.FIRST_PARAMETER, keys.SECOND_PARAMETER)
LINKS = tuple(
    Parameter(name, str, N_("a part of this page, a rule or an end of its range"))
    for name in (
        keys.PART_PARAMETER,
        *RULES_ASKED,
        *(end for rule in RULES_ASKED for end in keys.range_parameters(rule)),
    )
)
"""What the address may say; each part of the page tells what of it is wrong."""


def parts(shown_: Round) -> None:
    """Choose a question and answer it for the rules that are on the planner's desk."""
    _ = session.words()
    probe = Probe(shown_, dict(session.edits().present))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        part = _chosen(_)
        _rules_in_use(probe, _)
    PARTS[part][1](probe)


def _chosen(_: Words) -> str:
    """The question, kept in the session and in the address."""
    asked = st.query_params.get(keys.PART_PARAMETER)
    if asked in PARTS and keys.PROBE not in st.session_state:
        st.session_state[keys.PROBE] = asked
    elif asked is not None and asked not in PARTS:
        st.warning(
            plain(
                _("The address names a part that this page does not have: {part}", part=asked[:40])
            )
        )
    part: str = st.session_state.setdefault(keys.PROBE, next(iter(PARTS)))
    st.query_params[keys.PART_PARAMETER] = part
    st.session_state[keys.PROBE_SWITCH] = part
    st.pills(
        _("Question"),
        list(PARTS),
        format_func=lambda key: _(PARTS[key][0]),
        key=keys.PROBE_SWITCH,
        on_change=_choose,
        required=True,
        label_visibility="collapsed",
        wrap=True,
    )
    return part


def _choose() -> None:
    st.session_state[keys.PROBE] = st.session_state[keys.PROBE_SWITCH]
    st.query_params[keys.PART_PARAMETER] = st.session_state[keys.PROBE]


def _rules_in_use(probe: Probe, _: Words) -> None:
    """Which rules are asked about, and a step back."""
    numbers, baseline = session.numbers(), probe.shown.baseline
    count = len(probe.changes)
    opened = session.opened()
    name = opened.name if opened is not None else _("Baseline")
    told = (
        _.ngettext("{count} rule changed", "{count} rules changed", count)
        if count
        else _("no rule changed")
    )
    st.caption(
        plain(f"{_('Rules')}: {_.name(name)} · {told}"),
        width="content",
        help="  \n".join(
            plain(
                f"{full_title(change.parameter, baseline, _)}: "
                f"{shown(change.parameter.value, scale_of(change.parameter, baseline), numbers)} → "
                f"{shown(change.value, scale_of(change.parameter, baseline), numbers)}"
            )
            for change in changes(baseline, probe.changes)
        )
        or None,
    )
    st.button(
        _("Undo"),
        key=keys.PROBE_UNDO,
        icon=":material/undo:",
        disabled=not session.edits().past,
        on_click=_undo,
        help=_("Take the last change of the rules back"),
    )


def _undo() -> None:
    session.keep_edits(session.edits().undone())
