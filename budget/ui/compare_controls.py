"""The controls of the page that compares; every choice goes into the address."""

from collections.abc import Mapping, Sequence

import streamlit as st

from budget.ui import compare_choice, keys, session
from budget.ui.compare_choice import MOST_SCENARIOS, PRESENT, Asked
from budget.ui.several import several
from budget.ui.text import plain
from budget.view.comparison import GROUPS, LAST_YEAR, MEASURES, Comparison
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow.saved_scenarios import SavedScenario


def names(latest: Mapping[str, SavedScenario], found: Asked, _: Words) -> dict[str, str]:
    """Everything that can be chosen, by its token."""
    changed = len(session.edits().present)
    present = (
        _.ngettext("Present rules ({count} changed)", "Present rules ({count} changed)", changed)
        if changed
        else _("Present rules")
    )
    names = {LAST_YEAR: _("Last year"), PRESENT: present}
    for name, saved in {**latest, **found.saved}.items():
        names[name] = f"{_.name(saved.name)} · {saved.number}"
    return names


# --- choosing ------------------------------------------------------------------------------------


def choose(
    found: Asked, names: Mapping[str, str], latest: Mapping[str, SavedScenario], _: Words
) -> None:
    """What is compared, and which of it the others are compared with."""

    def label(name: str) -> str:
        is_baseline = name in latest and latest[name].is_baseline
        return f"★ {names[name]}" if is_baseline else names[name]

    st.session_state[keys.COMPARE_CHOICES] = [name for name in names if name in found.tokens]
    several(
        _("Compare up to four scenarios and last year"),
        list(names),
        found.tokens,
        name=label,
        nothing=_("Choose scenarios"),
        key=keys.COMPARE_CHOICES,
        on_change=_chosen,
        args=(found.tokens,),
        width=560,
    )
    if len(found.tokens) > 1:
        st.session_state[keys.COMPARE_REFERENCE] = found.tokens[0]
        st.selectbox(
            _("Differences against"),
            found.tokens,
            format_func=label,
            key=keys.COMPARE_REFERENCE,
            on_change=_reference_chosen,
            args=(found.tokens,),
            width=220,
        )


def _chosen(before: Sequence[str]) -> None:
    """Keep what is chosen: what was chosen before stays in its order, the rest comes after it."""
    chosen: list[str] = st.session_state[keys.COMPARE_CHOICES]
    kept = [name for name in before if name in chosen]
    kept += [name for name in chosen if name not in before]
    if sum(name != LAST_YEAR for name in kept) > MOST_SCENARIOS:
        _ = session.words()
        st.toast(
            plain(capital(_("at most {most} scenarios, and last year", most=MOST_SCENARIOS))),
            icon=":material/front_hand:",
        )
        return
    compare_choice.keep(kept)


def _reference_chosen(before: Sequence[str]) -> None:
    first = st.session_state[keys.COMPARE_REFERENCE]
    compare_choice.keep([first, *(name for name in before if name != first)])


def nothing_chosen(latest: Mapping[str, SavedScenario], _: Words) -> None:
    st.info(
        plain(
            _(
                "Nothing is chosen yet. Choose up to four scenarios and last year above: the first "
                "is what the others are compared with. You save scenarios on the page “Allocate”."
            )
        ),
        icon=":material/compare_arrows:",
    )
    base = next(iter(latest))
    with st.container(horizontal=True, gap="small"):
        if session.edits().present:
            st.button(
                _("Compare your changed rules with the baseline"),
                key=keys.COMPARE_CHANGED,
                type=session.main_button(),
                on_click=compare_choice.keep,
                args=((base, PRESENT),),
            )
        st.button(
            _("Compare the baseline with last year"),
            key=keys.COMPARE_BEGIN,
            type="secondary" if session.edits().present else session.main_button(),
            on_click=compare_choice.keep,
            args=((LAST_YEAR, base),),
        )


def measure_switch(measure: str, *, is_fixed: bool, _: Words) -> None:
    """By what is compared, to choose where there is a choice."""
    if is_fixed:
        st.caption(
            plain(_(MEASURES[measure])),
            width="content",
            help=plain(_("Last year is known as operating money only.")),
        )
        return
    st.session_state[keys.COMPARE_MEASURE] = measure
    st.segmented_control(
        _("Compare by"),
        list(MEASURES),
        format_func=lambda name: _(MEASURES[name]),
        key=keys.COMPARE_MEASURE,
        on_change=_measure_chosen,
        required=True,
    )


def _measure_chosen() -> None:
    st.query_params[keys.MEASURE_PARAMETER] = st.session_state[keys.COMPARE_MEASURE]


# --- inside the page -----------------------------------------------------------------------------


def pair_key(comparison: Comparison) -> str:
    """Which of the others the charts show; "" without others."""
    others = [choice.key for choice in comparison.others] if comparison.shown else []
    kept = st.session_state.get(keys.COMPARE_PAIR)
    return str(kept) if kept in others else next(iter(others), "")


def pair_switch(comparison: Comparison, _: Words) -> None:
    """One of the others, to be shown in the charts."""
    others = {choice.key: choice.name for choice in comparison.others}
    st.session_state[keys.COMPARE_PAIR] = pair_key(comparison)
    st.selectbox(
        _("Shown in the charts"),
        list(others),
        format_func=others.__getitem__,
        key=keys.COMPARE_PAIR,
        width=240,
    )


def group() -> str:
    """By what centres are grouped: a key of GROUPS."""
    found = st.session_state.get(keys.COMPARE_GROUP)
    return str(found) if found in GROUPS else next(iter(GROUPS))


def group_switch(_: Words) -> None:
    """Provinces, regional offices or types."""
    st.session_state[keys.COMPARE_GROUP] = group()
    st.segmented_control(
        _("Group"),
        list(GROUPS),
        format_func=lambda name: _(GROUPS[name]),
        key=keys.COMPARE_GROUP,
        required=True,
        label_visibility="collapsed",
    )
