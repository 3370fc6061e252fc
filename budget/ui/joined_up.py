"""Joined-up services on the screen: the desks against the band, and the price of the gap."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from budget.allocation.caseload import (
    CLIENTS,
    MOST_CLIENTS,
    MOST_COST_KRW,
    Gathered,
    Scheme,
    desks,
    joined_up_won,
)
from budget.allocation.faults import N_
from budget.ui import address, keys, session
from budget.ui.address import Parameter
from budget.ui.centre_link import open_centre
from budget.ui.downloads import (
    Contents,
    Picture,
    Sheet,
    allocation_hashes,
    downloads,
    may_see_figures,
)
from budget.ui.figures import picked
from budget.ui.probe import centre_table, money_column
from budget.ui.text import plain
from budget.ui.year_shown import YearShown, year_shown
from budget.view import caseload as view
from budget.view.colours import LIGHT
from budget.view.exports import stated_table
from budget.view.numbers import MILLION, Numbers
from budget.view.words import Words
from budget.workflow.rounds import RoundFacts

USUAL = Scheme()
LEAST = Parameter(keys.LEAST_PARAMETER, address.whole, address.WHOLE, kept=keys.JOINED_LEAST)
MOST = Parameter(keys.MOST_PARAMETER, address.whole, address.WHOLE, kept=keys.JOINED_MOST)
COST = Parameter(keys.COST_PARAMETER, address.whole, N_("whole won"), kept=keys.JOINED_COST)
COUNTED = Parameter(
    keys.CLIENTS_PARAMETER,
    address.one_of(CLIENTS),
    N_("disadvantaged_jobseekers or registered_jobseekers"),
    kept=keys.JOINED_CLIENTS,
)
GROUPING = Parameter(
    keys.MEASURE_PARAMETER,
    address.one_of(view.GROUPINGS),
    N_("level or centre_type"),
    kept=keys.JOINED_BY,
)


def joined_up_page(round_: RoundFacts) -> None:
    """The desks against the scheme, and at the right what the scheme is; on a phone the finding
    comes first.

    The pool is the published allocation's; before the publication the baseline's.

    Raises:
        Forbidden: for whoever may not see the allocation.
        InfeasiblePolicy: before publication, if the baseline's rules contradict each other.
        InputError: for a band or a cost that cannot be.
    """
    address.read(LEAST, MOST, COST, COUNTED, GROUPING)
    numbers = session.numbers()
    answer, asked = st.columns([0.765, 0.235], gap="medium")
    with asked:
        _controls(numbers.words)
    scheme = Scheme(
        least=address.value(LEAST) or USUAL.least,
        most=address.value(MOST) or USUAL.most,
        clients=address.value(COUNTED) or USUAL.clients,
        cost_krw=address.value(COST) or USUAL.cost_krw,
    )
    with answer:
        shown = year_shown(round_)
        won = joined_up_won(shown.allocation)
        country = Gathered("", desks(shown.allocation.centres.table, scheme, won))
        _answer(country, scheme, shown, numbers)


# --- the stated scheme -------------------------------------------------------------------------


def _controls(_: Words) -> None:
    st.markdown(f"**{plain(_('What is compared'))}**")
    st.session_state[keys.asked(COUNTED.name)] = address.value(COUNTED) or USUAL.clients
    st.selectbox(
        _("Counted as clients"),
        list(CLIENTS),
        format_func=lambda key: _(view.CLIENTS[key]),
        key=keys.asked(COUNTED.name),
        on_change=_choose,
        args=(COUNTED, USUAL.clients),
    )
    for parameter, label, usual in (
        (LEAST, _("Clients a counsellor, at least"), USUAL.least),
        (MOST, _("Clients a counsellor, at most"), USUAL.most),
    ):
        name = keys.asked(parameter.name)
        st.session_state[name] = min(address.value(parameter) or usual, MOST_CLIENTS)
        st.number_input(
            label,
            min_value=1,
            max_value=MOST_CLIENTS,
            step=5,
            key=name,
            on_change=_choose,
            args=(parameter, usual),
        )
    st.caption(plain(_(view.SOURCE)))
    name = keys.asked(COST.name)
    won = min(address.value(COST) or USUAL.cost_krw, MOST_COST_KRW)
    st.session_state[name] = won / MILLION.won
    st.number_input(
        _("Cost of a counsellor a year ({unit})", unit=_(MILLION.label)),
        min_value=0.1,
        max_value=MOST_COST_KRW / MILLION.won,
        step=1.0,
        format="%.1f",
        key=name,
        on_change=_choose_cost,
    )
    st.badge(_("illustrative"), color="orange", icon=":material/science:")
    st.caption(plain(_(view.COST_SOURCE)))


def _choose(parameter: Parameter[Any], usual: object) -> None:
    chosen = st.session_state[keys.asked(parameter.name)]
    address.choose(parameter, None if chosen == usual else chosen)


def _choose_cost() -> None:
    won = round(st.session_state[keys.asked(COST.name)] * MILLION.won)
    address.choose(COST, None if won == USUAL.cost_krw else won)


# --- the answer --------------------------------------------------------------------------------


def _answer(country: Gathered, scheme: Scheme, shown: YearShown, numbers: Numbers) -> None:
    _, names = numbers.words, shown.names
    by = address.value(GROUPING) or next(iter(view.GROUPINGS))
    envelope = shown.allocation.policy.envelope
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(view.caseload_title(country, scheme, numbers)), anchor=False)
            downloads(partial(_contents, country, scheme, shown, by, numbers))
        st.caption(plain(view.caseload_basis(country, numbers)))
        _whose_pool(shown, _)
    costs = (
        view.cost_sentence(country, envelope, scheme, numbers),
        view.covered_sentence(country, numbers),
    )
    st.info(plain(" ".join(text for text in costs if text)), icon=":material/payments:")
    _grouping(by, _)
    chosen = picked(
        view.caseload_chart(country, by, scheme, names, numbers, session.chart_colours()),
        keys.JOINED_CHART,
    )
    _groups(country, by, numbers)
    _desks(country, names, numbers)
    if chosen:
        open_centre(chosen)


def _whose_pool(shown: YearShown, _: Words) -> None:
    """Whether the pool is the published one or the baseline's."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if shown.is_published:
            st.badge(_("published"), color="green", icon=":material/verified:")
            text = _("The joined-up pool is that of the published allocation.")
        else:
            st.badge(_("preview"), color="gray", icon=":material/visibility:")
            text = _(
                "The joined-up pool is that of the baseline, {scenario}; once the round is "
                "published, the published one stands here.",
                scenario=shown.scenario,
            )
        st.caption(plain(text), width="content")


def _grouping(by: str, _: Words) -> None:
    st.session_state[keys.asked(GROUPING.name)] = by
    st.segmented_control(
        _("Grouped by"),
        list(view.GROUPINGS),
        format_func=lambda key: _(view.GROUPINGS[key]),
        key=keys.asked(GROUPING.name),
        on_change=_choose,
        args=(GROUPING, next(iter(view.GROUPINGS))),
        required=True,
        label_visibility="collapsed",
    )


def _groups(country: Gathered, by: str, numbers: Numbers) -> None:
    """Each level or type, and the country."""
    _ = numbers.words
    number = st.column_config.NumberColumn
    st.caption(plain(_("Money in {unit}.", unit=numbers.unit_name)))
    st.dataframe(
        view.group_rows(country, by, numbers),
        column_config={
            "name": st.column_config.TextColumn(
                _(view.GROUPINGS[by]), pinned=True, width=_width(numbers, 96, 112)
            ),
            "centres": number(_("Centre count"), format="%,.0f", width=_width(numbers, 62, 88)),
            "above": number(_("Above"), help=_("Above the band"), format="%,.0f", width=56),
            **_figures(numbers),
        },
        hide_index=True,
        height="content",
        row_height=30,
        placeholder="",
        key=keys.JOINED_GROUPS,
        alt=_("Clients, counsellors, partner staff and the cost of the gap by group"),
    )


def _width(numbers: Numbers, korean: int, english: int) -> int:
    """Pixels that a column's heading needs in the reader's language."""
    return korean if numbers.words.language == "ko" else english


def _figures(numbers: Numbers) -> dict[str, Any]:
    _ = numbers.words
    number = st.column_config.NumberColumn
    return {
        "partners": number(_("Partner staff"), format="%,.0f", width=86),
        "clients": number(_("Clients"), format="%,.0f", width=_width(numbers, 78, 60)),
        "counsellors": number(_("Counsellors"), format="%,.0f", width=82),
        "ratio": number(_("Per counsellor"), format="%,.1f", width=96),
        "missing": number(_("More needed"), format="%,.0f", width=86),
        "cost": money_column(_("Cost a year"), numbers, 78),
        "pool": money_column(_("Pool"), numbers, 68, meaning=_("Joined-up pool")),
        "covered": number(_("Covered (%)"), format="%,.1f", width=82),
    }


def _desks(country: Gathered, names: view.Names, numbers: Numbers) -> None:
    """Every centre with its posts; a click opens it."""
    _ = numbers.words
    text = st.column_config.TextColumn
    rows: pd.DataFrame = view.desk_rows(country, names, numbers)
    order = ["centre", "ratio", "side", "clients", "counsellors", "missing", "cost", "pool"]
    rows = rows[["centre_id", *order, "covered", "partners"]]
    centre_table(
        rows,
        {
            "centre": text(_("Centre"), pinned=True, width=106),
            **_figures(numbers),
            "side": text(_("Against the band"), width=_width(numbers, 96, 120)),
        },
        "joined_up",
        _("Table of the centres with clients per counsellor and the cost of the gap"),
        numbers.unit_name,
    )


def _contents(
    country: Gathered,
    scheme: Scheme,
    shown: YearShown,
    by: str,
    numbers: Numbers,
) -> Contents:
    _, names = numbers.words, shown.names
    title = _("Clients per counsellor")
    return Contents(
        name="joined-up",
        scenario="" if shown.is_published else "preview",
        provenance=shown.provenance(_),
        check=may_see_figures(),
        sheets=[
            Sheet("centres", title, lambda: view.desk_table(country, names, _)),
            *(
                Sheet(
                    key.replace("centre_", ""),
                    _(label),
                    partial(view.group_table, country, key, _),
                )
                for key, label in view.GROUPINGS.items()
            ),
        ],
        pictures=[
            Picture(
                "caseload",
                title,
                view.caseload_title(country, scheme, numbers),
                view.caseload_basis(country, numbers),
                lambda: view.caseload_chart(country, by, scheme, names, numbers, LIGHT),
            )
        ],
        further=lambda: [stated_table(view.stated(scheme, numbers), _)],
        hashes=lambda: allocation_hashes(shown.allocation, None),
    )
