"""The page that compares: what is chosen, what differs, who gains and who loses."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from budget.allocation.faults import InputError
from budget.ui import compare_choice, keys, session
from budget.ui.centre_link import open_centre
from budget.ui.compare_choice import MOST_SCENARIOS, PRESENT, Asked
from budget.ui.compare_files import comparison_contents
from budget.ui.compare_tables import centre_columns, groups_table, rules_table, summary_table
from budget.ui.downloads import downloads
from budget.ui.figures import clicked, show
from budget.ui.problems import problems, show_faults
from budget.ui.round import present_round
from budget.ui.text import plain
from budget.view import comparison_charts
from budget.view.comparison import (
    GROUPS,
    LAST_YEAR,
    MEASURES,
    Comparison,
    band_names,
    bands_title,
    basis,
    centre_rows,
    groups_title,
    matching,
    measure_for,
    other_rules,
    pair_title,
    scatter_title,
)
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow.scenarios import SavedScenario

TABLE_HEIGHT = 420
ROW = 30


def compare_page() -> None:
    """Choose, then read.

    Raises:
        Forbidden: for whoever may not see scenarios.
    """
    _ = session.words()
    latest = compare_choice.listed()
    shown = present_round()
    with problems():
        session.adopt_edits(shown.baseline)
    compare_choice.restore()
    found = compare_choice.asked(latest)
    if found.faults:
        show_faults(InputError(found.faults), _)
    names = _names(latest, found, _)
    above = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with above:
        _choose(found, names, _)
    if not found.tokens:
        _nothing_chosen(latest, _)
        return
    if PRESENT in found.tokens:
        session.keep_in_address()
    with st.spinner(_("Computing"), show_time=False):
        choices = compare_choice.choices(found, names)
        carrier = compare_choice.carrier(choices)
    measure = measure_for(choices, compare_choice.measure())
    comparison = Comparison(choices, measure, carrier)
    with above:
        _measure_switch(measure, is_fixed=LAST_YEAR in found.tokens, _=_)
        downloads(partial(comparison_contents, comparison, found, shown))
    _result(comparison, session.numbers())


def _names(latest: Mapping[str, SavedScenario], found: Asked, _: Words) -> dict[str, str]:
    """Everything that can be chosen, by its token."""
    changed = len(session.edits().present)
    present = (
        _.ngettext("Present rules ({count} changed)", "Present rules ({count} changed)", changed)
        if changed
        else _("Present rules")
    )
    names = {LAST_YEAR: _("Last year"), PRESENT: present}
    for name, saved in {**latest, **found.saved}.items():
        star = "★ " if saved.is_baseline else ""
        names[name] = f"{star}{_.name(saved.name)} · {saved.number}"
    return names


# --- choosing ------------------------------------------------------------------------------------


def _choose(found: Asked, names: Mapping[str, str], _: Words) -> None:
    """What is compared, and which of it the others are compared with."""
    st.session_state[keys.COMPARE_CHOICES] = list(found.tokens)
    st.multiselect(
        _("Compare up to four scenarios and last year"),
        list(names),
        format_func=names.__getitem__,
        placeholder=_("Choose scenarios"),
        key=keys.COMPARE_CHOICES,
        max_selections=MOST_SCENARIOS + 1,
        on_change=_chosen,
        width=560,
    )
    if len(found.tokens) > 1:
        st.session_state[keys.COMPARE_REFERENCE] = found.tokens[0]
        st.selectbox(
            _("Differences against"),
            found.tokens,
            format_func=names.__getitem__,
            key=keys.COMPARE_REFERENCE,
            on_change=_reference_chosen,
            width=220,
        )


def _chosen() -> None:
    compare_choice.keep(st.session_state[keys.COMPARE_CHOICES])


def _reference_chosen() -> None:
    first = st.session_state[keys.COMPARE_REFERENCE]
    rest = [name for name in st.session_state[keys.COMPARE_CHOICES] if name != first]
    compare_choice.keep([first, *rest])


def _nothing_chosen(latest: Mapping[str, SavedScenario], _: Words) -> None:
    st.info(
        plain(
            _(
                "Nothing is chosen yet. Choose up to four scenarios and last year above: the first "
                "is what the others are compared with. You save scenarios on the page “Allocate”."
            )
        ),
        icon=":material/compare_arrows:",
    )
    st.button(
        _("Compare the baseline with last year"),
        key=keys.COMPARE_BEGIN,
        type="primary",
        on_click=compare_choice.keep,
        args=((LAST_YEAR, next(iter(latest))),),
    )


def _measure_switch(measure: str, *, is_fixed: bool, _: Words) -> None:
    st.session_state[keys.COMPARE_MEASURE] = measure
    st.segmented_control(
        _("Compare by"),
        list(MEASURES),
        format_func=lambda name: _(MEASURES[name]),
        key=keys.COMPARE_MEASURE,
        on_change=_measure_chosen,
        disabled=is_fixed,
        required=True,
        help=_("Last year is known as operating money only.") if is_fixed else None,
    )


def _measure_chosen() -> None:
    st.query_params[keys.MEASURE_PARAMETER] = st.session_state[keys.COMPARE_MEASURE]


# --- reading -------------------------------------------------------------------------------------


def _result(comparison: Comparison, numbers: Numbers) -> None:
    _ = numbers.words
    for choice in comparison.choices:
        if choice.conflict:
            st.error(
                f"**{plain(_('{name}: these rules contradict each other.', name=choice.name))}**"
                f"  \n{plain(choice.conflict)}",
                icon=":material/block:",
            )
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        summary_table(comparison, numbers)
    with right:
        _rules(comparison, numbers)
    if not comparison.shown:
        return
    st.caption(plain(basis(comparison, numbers)))
    key = ""
    if comparison.others:
        key = _pair(comparison, numbers)
        _charts(comparison, key, numbers)
    else:
        st.info(
            plain(_("Choose a second one to see who gains and who loses.")),
            icon=":material/compare_arrows:",
        )
        _group_switch(_)
        groups_table(comparison, _group(), numbers)
    _centres(comparison, key, numbers)


def _rules(comparison: Comparison, numbers: Numbers) -> None:
    _ = numbers.words
    ruled = [choice for choice in comparison.choices if choice.policy is not None]
    if len(ruled) < 2:
        st.caption(plain(_("Rules are compared between two scenarios or more.")))
        return
    rules_table(comparison, numbers)
    for name in other_rules(comparison):
        st.caption(
            plain(
                _(
                    "{name} also differs from {first} in pools, rules or columns; the file of its "
                    "rules shows them.",
                    name=name,
                    first=ruled[0].name,
                )
            )
        )


def _pair(comparison: Comparison, numbers: Numbers) -> str:
    """Which of the others the charts show, and how much money moves."""
    _ = numbers.words
    others = {choice.key: choice for choice in comparison.others}
    key = next(iter(others))
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        title = st.container(width="content")
        if len(others) > 1:
            kept = st.session_state.get(keys.COMPARE_PAIR)
            if kept not in others:
                st.session_state[keys.COMPARE_PAIR] = key
            key = st.selectbox(
                _("Shown in the charts"),
                list(others),
                format_func=lambda name: others[name].name,
                key=keys.COMPARE_PAIR,
                width=240,
            )
    with title:
        st.subheader(
            plain(pair_title(comparison.pairs[key], others[key], comparison.reference, numbers)),
            anchor=False,
        )
    return key


def _group() -> str:
    found = st.session_state.get(keys.COMPARE_GROUP)
    return str(found) if found in GROUPS else next(iter(GROUPS))


def _group_switch(_: Words) -> None:
    st.segmented_control(
        _("Group"),
        list(GROUPS),
        format_func=lambda name: _(GROUPS[name]),
        key=keys.COMPARE_GROUP,
        default=None if keys.COMPARE_GROUP in st.session_state else next(iter(GROUPS)),
        persist_state="session",
        required=True,
        label_visibility="collapsed",
    )


def _charts(comparison: Comparison, key: str, numbers: Numbers) -> None:
    """Bands and scatter at the left, groups at the right."""
    _, colours = numbers.words, session.chart_colours()
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        pair = comparison.pairs[key]
        st.markdown(f"**{plain(bands_title(pair, numbers))}**")
        show(comparison_charts.bands_chart(comparison, key, numbers, colours))
        if pair.left_out:
            st.caption(
                plain(
                    _.ngettext(
                        "{count} new one left out.", "{count} new ones left out.", pair.left_out
                    )
                )
            )
        st.markdown(f"**{plain(scatter_title(comparison, key, numbers))}**")
        visit = st.session_state.get(keys.COMPARE_VISIT, 0)
        opened = clicked(
            comparison_charts.scatter_chart(comparison, key, numbers, colours),
            comparison_charts.CENTRE_CLICK,
            "id",
            keys.compare_scatter(visit),
        )
        st.caption(plain(_("A click on a point opens the centre.")))
    with right:
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            title = st.container(width="content")
            _group_switch(_)
        by = _group()
        with title:
            st.markdown(f"**{plain(groups_title(comparison, key, by, numbers))}**")
        show(comparison_charts.groups_chart(comparison, key, by, numbers, colours))
        groups_table(comparison, by, numbers)
    if opened:
        _open(opened)


def _open(centre_id: str) -> None:
    """To the centre; on the way back nothing is marked."""
    st.session_state[keys.COMPARE_VISIT] = st.session_state.get(keys.COMPARE_VISIT, 0) + 1
    open_centre(centre_id)


# --- every centre --------------------------------------------------------------------------------


def _centres(comparison: Comparison, key: str, numbers: Numbers) -> None:
    """The differences of every centre; a click on a row opens the centre."""
    _ = numbers.words
    rows = centre_rows(comparison, key, numbers)
    total = len(rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        kept: dict[str, Any] = {"persist_state": "session", "label_visibility": "collapsed"}
        text = st.text_input(
            _("Filter"),
            key=keys.COMPARE_FILTER,
            placeholder=_("Centre, number, province, office or type"),
            icon=":material/search:",
            width=300,
            **kept,
        )
        bands = (
            st.multiselect(
                _("Bands of change"),
                band_names(_),
                placeholder=_("All bands of change"),
                key=keys.COMPARE_BANDS,
                width=320,
                **kept,
            )
            if key
            else []
        )
        rows = matching(rows, text or "", bands)
        st.caption(
            plain(
                _(
                    "{shown} of {total} centres · money in {unit}",
                    shown=len(rows),
                    total=total,
                    unit=numbers.unit_name,
                )
                + " · "
                + _("a click opens a centre")
            ),
            width="content",
        )
    if rows.empty:
        st.info(plain(_("No centre matches. Clear the filters to see all centres.")))
        return
    ids = list(rows["id"])
    visit = st.session_state.get(keys.COMPARE_VISIT, 0)
    mark = hashlib.sha256(",".join(ids).encode()).hexdigest()[:12]
    event = st.dataframe(
        rows.drop(columns=["band"] if not key else []),
        column_config=centre_columns(comparison, key, numbers),
        hide_index=True,
        height=TABLE_HEIGHT,
        row_height=ROW,
        placeholder="",
        key=keys.compare_centres(f"{mark}:{visit}"),
        on_select="rerun",
        selection_mode="single-cell",
        alt=_("Table of the centres with their amount in each choice and the differences"),
    )
    cell = next(iter(event["selection"]["cells"]), None)
    if cell is not None and cell[0] < len(ids) and cell[1] != "id":
        _open(ids[cell[0]])
