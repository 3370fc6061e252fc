"""The page that compares: what is chosen, what differs, who gains and who loses."""

import hashlib
from functools import partial

import streamlit as st

from budget.allocation.faults import InputError
from budget.ui import compare_choice, keys, session
from budget.ui import compare_controls as controls
from budget.ui.centre_link import open_centre
from budget.ui.compare_choice import PRESENT
from budget.ui.compare_controls import group, group_switch, pair_key, pair_switch
from budget.ui.compare_files import comparison_contents
from budget.ui.compare_tables import (
    centre_columns,
    groups_table,
    rules_table,
    signed,
    summary_table,
)
from budget.ui.downloads import downloads
from budget.ui.figures import picked, show
from budget.ui.problems import problems, show_faults
from budget.ui.round import present_round
from budget.ui.several import several
from budget.ui.text import plain
from budget.view import comparison_charts
from budget.view.comparison import (
    LAST_YEAR,
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
from budget.view.findings import nothing_approved
from budget.view.numbers import Numbers

TABLE_HEIGHT = 420
ROW = 30
LANDING = "id"
"""The first column: the keyboard enters the table there, so a marked cell of it opens nothing."""


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
    compare_choice.restore(latest)
    found = compare_choice.asked(latest)
    if found.faults:
        show_faults(InputError(found.faults), _)
    names = controls.names(latest, found, _)
    above = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with above:
        controls.choose(found, names, latest, _)
    if not found.tokens:
        controls.nothing_chosen(latest, _)
        return
    if PRESENT in found.tokens:
        session.keep_in_address()
    with st.spinner(_("Computing"), show_time=False):
        choices = compare_choice.choices(found, names)
        carrier = compare_choice.carrier(choices)
    measure = measure_for(choices, compare_choice.measure())
    comparison = Comparison(choices, measure, carrier)
    with above:
        controls.measure_switch(measure, is_fixed=LAST_YEAR in found.tokens, _=_)
        st.space("stretch")
        downloads(partial(comparison_contents, comparison, found, shown, pair_key(comparison)))
    _result(comparison, session.numbers())


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
    st.caption(plain(_basis(comparison, numbers)))
    if told := _nothing_approved(comparison, numbers):
        st.caption(f":material/info: {plain(told)}")
    key = ""
    if comparison.others:
        key = _pair(comparison, numbers)
        _charts(comparison, key, numbers)
    else:
        st.info(
            plain(_("Choose a second one to see who gains and who loses.")),
            icon=":material/compare_arrows:",
        )
        group_switch(_)
        groups_table(comparison, group(), numbers)
    _centres(comparison, key, numbers)


def _nothing_approved(comparison: Comparison, numbers: Numbers) -> str:
    """Where the money for special needs stands while a scenario has no approved request."""
    given = (choice.allocation for choice in comparison.shown if choice.allocation is not None)
    return next((told for found in given if (told := nothing_approved(found, numbers))), "")


def _basis(comparison: Comparison, numbers: Numbers) -> str:
    """By what is compared, with which requests, and against what."""
    _ = numbers.words
    found, first = basis(comparison, numbers), comparison.choices[0]
    notes = {choice.note for choice in comparison.choices if choice.note}
    if len(notes) == 1:
        found += " " + _("Requests considered: {requests}.", requests=notes.pop())
    if comparison.others and comparison.reference is not first:
        found += " " + _(
            "{name} has no amounts; differences are against {reference}.",
            name=first.name,
            reference=comparison.reference.name,
        )
    return found


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
    key = pair_key(comparison)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        title = st.container(width="content")
        if len(comparison.others) > 1:
            pair_switch(comparison, numbers.words)
    now = next(choice for choice in comparison.others if choice.key == key)
    with title:
        text = pair_title(comparison.pairs[key], now, comparison.reference, numbers)
        st.subheader(plain(text), anchor=False)
    return key


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
        opened = picked(
            comparison_charts.scatter_chart(comparison, key, numbers, colours),
            keys.compare_scatter(visit),
        )
        st.caption(plain(_("A click on a point opens the centre.")))
    with right:
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            title = st.container(width="content")
            group_switch(_)
        by = group()
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
        text = st.text_input(
            _("Filter"),
            key=keys.COMPARE_FILTER,
            placeholder=_("Centre, number, province, office or type"),
            icon=":material/search:",
            width=300,
            persist_state="session",
            label_visibility="collapsed",
        )
        bands = (
            several(
                _("Bands of change"),
                band_names(_),
                st.session_state.get(keys.COMPARE_BANDS) or [],
                nothing=_("All bands of change"),
                key=keys.COMPARE_BANDS,
                width=320,
                persist_state="session",
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
    above = st.container()
    event = st.dataframe(
        signed(rows.drop(columns=["band"] if not key else []), comparison, numbers),
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
    if cell is None or cell[0] >= len(ids):
        return
    opened = ids[cell[0]]
    if cell[1] == LANDING:
        with above:
            name = rows["centre"].iloc[cell[0]]
            pressed = st.button(
                plain(_("Open {request}", request=f"{opened} {name}")),
                key=keys.COMPARE_OPEN,
                icon=":material/open_in_full:",
            )
        opened = opened if pressed else ""
    if opened:
        _open(opened)
