"""The map on a page: what it measures, its title, the map itself and the table behind it."""

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import address, keys, session
from budget.ui.address import Parameter
from budget.ui.centre_link import open_centre
from budget.ui.figures import pick_of, picked_place
from budget.ui.text import plain
from budget.view import country as measures
from budget.view import maps
from budget.view.country import MEASURES, Country, Measure
from budget.view.maps import Outlines
from budget.view.names import PROVINCES, province_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital

MEASURE = Parameter(
    keys.MAP_MEASURE_PARAMETER,
    address.one_of(MEASURES),
    N_("change, amount, per_head or execution"),
    kept=keys.MAP_MEASURE,
)
PROVINCE = Parameter(
    keys.PROVINCE_PARAMETER,
    address.one_of(PROVINCES),
    N_("a province, by its English name"),
    kept=keys.PROVINCE,
)
ROW = 28


def measure() -> Measure:
    """What the map shows: the reader's choice, else the change."""
    chosen = address.value(MEASURE)
    return next((name for name in MEASURES if name == chosen), "change")


def measure_switch() -> None:
    """What the map shows, to choose."""
    _ = session.words()
    st.session_state[keys.MEASURE_SWITCH] = measure()
    st.segmented_control(
        _("Measure of the map"),
        list(MEASURES),
        format_func=lambda name: measures.measure_name(name, _),
        key=keys.MEASURE_SWITCH,
        on_change=_choose_measure,
        required=True,
        label_visibility="collapsed",
    )


def _choose_measure() -> None:
    chosen = st.session_state[keys.MEASURE_SWITCH]
    address.choose(MEASURE, None if chosen == next(iter(MEASURES)) else chosen)


def country(found: Country, outlines: Outlines, numbers: Numbers, height: int) -> None:
    """The map; a click on a centre opens it, a click on a province chooses it."""
    chosen = address.value(PROVINCE) or ""
    figure = maps.country_map(
        found, outlines, measure(), numbers, session.chart_colours(), height, chosen
    )
    centre = picked_place(figure, keys.COUNTRY_MAP, _choose_province).get("centre_id")
    if centre:
        open_centre(centre)


def _choose_province() -> None:
    picked = pick_of(keys.COUNTRY_MAP)
    if not picked.get("centre_id"):
        address.choose(PROVINCE, picked.get("province"))


def basis(found: Country, numbers: Numbers) -> None:
    """What the map's colours and circles mean, and whose the boundaries are."""
    st.caption(plain(basis_text(found, numbers)))


def basis_text(found: Country, numbers: Numbers) -> str:
    """What the map's colours and circles mean, and whose the boundaries are."""
    _ = numbers.words
    return (
        f"{measures.country_basis(found, measure(), numbers)} "
        f"{_('Boundaries: National Geographic Information Institute.')}"
    )


def chosen_province(numbers: Numbers) -> str:
    """The province that is chosen, with a button that ends the choice; "" if there is none."""
    _ = numbers.words
    chosen = address.value(PROVINCE)
    if not chosen:
        return ""
    st.button(
        plain(province_name(chosen, _)),
        icon=":material/close:",
        help=_("Show all provinces again"),
        key=keys.PROVINCE_CLEAR,
        on_click=address.choose,
        args=(PROVINCE, None),
    )
    return chosen


def table(found: Country, numbers: Numbers) -> None:
    """The provinces with every measure, the highest of the chosen one first; made when opened."""
    _ = numbers.words
    behind = st.expander(
        _("Table of the map"),
        icon=":material/table_rows:",
        key=keys.behind(keys.COUNTRY_TABLE),
        on_change="rerun",
    )
    if behind.open:  # otherwise each moved rule would draw a table that nobody sees
        with behind:
            _table(found, numbers)


def _table(found: Country, numbers: Numbers) -> None:
    _ = numbers.words
    rows = measures.province_table(found, measure(), numbers)
    before = _("Before") if found.against == "baseline" else _("Last year")
    text = st.column_config.TextColumn
    st.caption(plain(_("Money in {unit}", unit=numbers.unit_name)))
    st.dataframe(
        rows,
        column_config={
            "province": text(_("Province"), pinned=True),
            "centres": st.column_config.NumberColumn(_("Centres"), format="%,d"),
            "amount": text(capital(_("total")), alignment="right"),
            "before": text(before, alignment="right"),
            "difference": text(_("Change"), alignment="right"),
            "change": text(_("Change (%)"), alignment="right"),
            "per_head": text(_("Per weighted head"), alignment="right"),
            "execution": text(_("Execution rate"), alignment="right"),
        },
        hide_index=True,
        row_height=ROW,
        height="content",
        key=keys.COUNTRY_TABLE,
        alt=_("Provinces with total, change, money per weighted head and execution rate"),
    )
