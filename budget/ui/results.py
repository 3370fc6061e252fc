"""The result of the rules: what moves, where the envelope goes, every centre, the files."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from budget.allocation.faults import N_
from budget.allocation.result import Allocation
from budget.ui import address, country, keys, session
from budget.ui.address import Parameter
from budget.ui.allocation_files import present_contents
from budget.ui.centre_link import open_centre
from budget.ui.downloads import downloads
from budget.ui.figures import picked
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view import charts, tables
from budget.view import country as measures
from budget.view.findings import (
    Movement,
    movement_basis,
    movement_leader,
    movement_title,
    nothing_approved,
    since_baseline,
    since_last_year,
)
from budget.view.maps import Outlines
from budget.view.names import pool_name, province_name
from budget.view.numbers import DECREASE, Numbers
from budget.view.parameters import capital
from budget.view.tables import PoolLine
from budget.view.words import Words

CHART_HEIGHT = 206
TABLE_HEIGHT = 262
POOL_ROW = 28
LAMBDA = N_("The part of its entitlement that every centre gets that no floor, cap or band stops.")
WIDER = {"million": 0, "thousand": 16, "won": 42}
"""Pixels that a column of money needs more in a smaller unit."""
FILTER_WIDTH = 232
ORDER_WIDTH = {"ko": 150, "en": 188}
POOL_WIDTHS = {"ko": (74, 78, 78, 62, 72), "en": (96, 80, 84, 60, 64)}
"""Part, amount, its change, the factor, and a count of centres."""
CENTRE_WIDTHS = {"ko": (98, 50, 58, 62), "en": (118, 74, 52, 48)}
"""Centre, province, change in per cent, staff."""
PIXELS_A_LETTER = {"ko": 15, "en": 7}
"""So wide is a letter in the head of a column, its own borders apart."""
MAP_HEIGHT = 330
TALL_TABLE = 460
AGAINST = ("last_year", "baseline")
TABLE, MAP = "table", "map"
ORDERS = {
    "number": N_("by number"),
    "gains": N_("highest gain % first"),
    "losses": N_("highest loss % first"),
}
"""How the centres stand in the table, the usual order first."""
FILTER_LINK = Parameter(keys.FILTER_PARAMETER, address.words_of, address.WORDS, kept=keys.FILTER)
AGAINST_LINK = Parameter(
    keys.AGAINST_PARAMETER,
    address.one_of(AGAINST),
    N_("last_year or baseline"),
    kept=keys.AGAINST,
)
VIEW_LINK = Parameter(
    keys.VIEW_PARAMETER, address.one_of((TABLE, MAP)), N_("table or map"), kept=keys.VIEW
)
ORDER_LINK = Parameter(
    keys.ORDER_PARAMETER,
    address.one_of(ORDERS),
    N_("number, gains or losses"),
    kept=keys.ORDER,
)
LINKS = (FILTER_LINK, ORDER_LINK, AGAINST_LINK, VIEW_LINK, country.MEASURE, country.PROVINCE)
"""What the address says of the result."""
LANDING = "province"
"""The first column: the keyboard enters the table there, so a marked cell of it opens nothing."""


def result(
    allocation: Allocation, baseline: Allocation, shown: Round, above: DeltaGenerator
) -> None:
    """Everything that a planner has to see of a result, in one screen.

    Args:
        above: where the finding stands, above rules and result.
    """
    _, numbers = session.words(), session.numbers()
    against = address.value(AGAINST_LINK) or AGAINST[0]
    movement = (
        since_last_year(allocation, _)
        if against == AGAINST[0]
        else since_baseline(allocation, baseline, _)
    )
    with above:
        _headline(allocation, baseline, movement, shown)
    left, right = st.columns([0.57, 0.43], gap="small")
    with left:
        _pool_table(tables.pool_lines(allocation, baseline, _), numbers)
    with right:
        chosen = picked(
            charts.change_by_centre(movement, numbers, session.chart_colours(), CHART_HEIGHT),
            keys.CHANGE_CHART,
        )
    if address.value(VIEW_LINK) == MAP:
        chosen = _map_and_table(allocation, movement, numbers, shown.provinces) or chosen
    else:
        rows = _above_the_table(allocation, movement, numbers)
        chosen = _centre_table(rows, allocation, movement, numbers) or chosen
    if chosen:
        open_centre(chosen)


def _map_and_table(
    allocation: Allocation, movement: Movement, numbers: Numbers, outlines: Outlines
) -> str:
    """The map beside the table; gives the centre that was clicked in the table, or ""."""
    found = measures.country(allocation, movement, numbers.words)
    rows = _above_the_table(allocation, movement, numbers)
    left, right = st.columns([0.5, 0.5], gap="small")
    with left:
        title = measures.country_title(found, country.measure(), numbers)
        st.markdown(f"**{plain(title)}**")
        country.measure_switch()
        country.country(found, outlines, numbers, MAP_HEIGHT)
        country.basis(found, numbers)
    with right:
        chosen = _centre_table(rows, allocation, movement, numbers, TALL_TABLE)
    country.table(found, numbers)
    return chosen


def _headline(
    allocation: Allocation, baseline: Allocation, movement: Movement, shown: Round
) -> None:
    _, numbers = session.words(), session.numbers()
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(movement_title(movement, numbers)), anchor=False)
            certificate_badge(allocation, _)
            downloads(
                partial(
                    present_contents, shown, allocation, baseline, movement, height=CHART_HEIGHT
                )
            )
        st.caption(
            plain(f"{movement_leader(movement, numbers)} {movement_basis(movement, numbers)}")
        )
        told = nothing_approved(allocation, numbers)
        if told:
            st.caption(f":material/info: {plain(told)}")


def certificate_badge(allocation: Allocation, _: Words) -> None:
    """Whether the numbers on the screen are proven; if not, what is broken."""
    if allocation.certified:
        st.badge(
            _("certified"),
            color="green",
            icon=":material/verified:",
            help=_(
                "An independent checker has proven this result: sums to the won, every floor, "
                "cap and band, and that no centre can be better off at a better funded one's cost."
            ),
        )
    else:
        breaches = allocation.certificate.breaches
        st.badge(
            _("not certified"),
            color="red",
            icon=":material/gpp_bad:",
            help=plain("; ".join(_.template(b.message, b.details) for b in breaches[:5])),
        )


def _against_switch(_: Words) -> None:
    labels = {
        AGAINST[0]: capital(_("against last year")),
        AGAINST[1]: capital(_("against the baseline")),
    }
    st.session_state[keys.AGAINST_SWITCH] = address.value(AGAINST_LINK) or AGAINST[0]
    st.segmented_control(
        _("Compare"),
        AGAINST,
        format_func=labels.__getitem__,
        key=keys.AGAINST_SWITCH,
        on_change=_choose,
        args=(AGAINST_LINK, keys.AGAINST_SWITCH, AGAINST[0]),
        required=True,
        label_visibility="collapsed",
    )


def _view_switch(_: Words) -> None:
    labels = {TABLE: _("Table"), MAP: _("Map")}
    st.session_state[keys.VIEW_SWITCH] = address.value(VIEW_LINK) or TABLE
    st.segmented_control(
        _("View"),
        list(labels),
        format_func=labels.__getitem__,
        key=keys.VIEW_SWITCH,
        on_change=_choose,
        args=(VIEW_LINK, keys.VIEW_SWITCH, TABLE),
        required=True,
        label_visibility="collapsed",
    )


def _choose(parameter: Parameter[str], key: str, usual: str) -> None:
    """Keep what a control says, in the address too; the usual is not said."""
    chosen = (st.session_state[key] or "").strip()
    address.choose(parameter, None if chosen == usual else chosen)


# --- the parts of the envelope ---------------------------------------------------------------


def _pool_table(lines: Sequence[PoolLine], numbers: Numbers) -> None:
    """The parts of the envelope; a figure that differs from the baseline says by how much."""
    _ = numbers.words
    rows = pd.DataFrame(
        {
            "part": capital(line.name),
            "amount": numbers.money(line.won),
            "amount_change": numbers.change(line.won - before.won),
            "factor": _factor(line, numbers),
            "floor": _beside(line.at_floor, before.at_floor, numbers),
            "cap": _beside(line.at_cap, before.at_cap, numbers),
            "band": _beside(line.at_band, before.at_band, numbers),
        }
        for line in lines
        for before in (line.before or PoolLine("", "", 0),)
    )
    text = st.column_config.TextColumn
    wider, widths = WIDER[numbers.unit.key], POOL_WIDTHS[_.language]
    st.dataframe(
        rows,
        column_config={
            "part": text(_("Part"), width=widths[0]),
            "amount": text(
                capital(_(numbers.unit.label)), alignment="right", width=widths[1] + wider
            ),
            "amount_change": text(capital(_("vs baseline")), alignment="right", width=widths[2]),
            "factor": text(_("Factor λ"), alignment="right", width=widths[3], help=_(LAMBDA)),
            "floor": _count(_("At floor"), _("Centres at a floor"), widths[3]),
            "cap": _count(_("At cap"), _("Centres at a cap"), widths[3]),
            "band": _count(_("In band"), _("Centres in a binding band"), widths[3]),
        },
        hide_index=True,
        row_height=POOL_ROW,
        height="content",
        key=keys.POOL_TABLE,
        alt=_("Parts of the envelope, the common factor, and how many centres a rule stops"),
    )


def _count(label: str, meaning: str, width: int) -> Any:
    return st.column_config.TextColumn(label, help=meaning, alignment="right", width=width)


def _factor(line: PoolLine, numbers: Numbers) -> str:
    if line.common_factor is None:
        return ""
    return numbers.factor(line.common_factor)


def _beside(now: int | None, then: int | None, numbers: Numbers) -> str:
    """A count, with its difference from the baseline where there is one."""
    if now is None:
        return ""
    difference = now - (then or 0)
    text = numbers.number(now)
    return f"{text} ({_sign(difference, 0, numbers)})" if difference else text


def _sign(difference: float, digits: int, numbers: Numbers) -> str:
    text = numbers.number(difference, digits)
    return f"+{text}" if difference > 0 else text


# --- every centre ----------------------------------------------------------------------------


def _above_the_table(allocation: Allocation, movement: Movement, numbers: Numbers) -> pd.DataFrame:
    """Filter, order, switches and sums; gives the rows of the centres that match."""
    _ = numbers.words
    rows = tables.centre_table(allocation, movement, numbers)
    total = len(rows)
    with st.container(gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.session_state[keys.CENTRE_FILTER] = address.value(FILTER_LINK) or ""
            st.text_input(
                _("Filter"),
                key=keys.CENTRE_FILTER,
                placeholder=_("Centre, province or rule"),
                icon=":material/search:",
                max_chars=address.MOST_TEXT,
                label_visibility="collapsed",
                width=FILTER_WIDTH,
                on_change=_choose,
                args=(FILTER_LINK, keys.CENTRE_FILTER, ""),
            )
            order = _order_switch(_)
            rows = tables.matching(rows, address.value(FILTER_LINK) or "")
            province = country.chosen_province(numbers)
            if province:
                rows = rows[rows["province"] == province_name(province, _)]
            st.space("stretch")
            _view_switch(_)
            _against_switch(_)
        if not rows.empty:
            st.caption(plain(tables.sums_text(rows, total, allocation, movement, numbers)))
    return rows if order == "number" else tables.by_change(rows, is_gain_first=order == "gains")


def _order_switch(_: Words) -> str:
    """How the centres are ordered: a key of ORDERS."""
    usual = next(iter(ORDERS))
    st.session_state[keys.ORDER_SWITCH] = address.value(ORDER_LINK) or usual
    st.selectbox(
        _("Order"),
        list(ORDERS),
        format_func=lambda name: capital(_(ORDERS[name])),
        key=keys.ORDER_SWITCH,
        on_change=_choose,
        args=(ORDER_LINK, keys.ORDER_SWITCH, usual),
        label_visibility="collapsed",
        width=ORDER_WIDTH[_.language],
    )
    return address.value(ORDER_LINK) or usual


def _centre_table(
    rows: pd.DataFrame,
    allocation: Allocation,
    movement: Movement,
    numbers: Numbers,
    height: int = TABLE_HEIGHT,
) -> str:
    """These centres; gives the id of the one that was just clicked, or ""."""
    _ = numbers.words
    if rows.empty:
        st.info(_("No centre matches. Clear the filter to see all centres."))
        return ""
    event = st.dataframe(
        rows,
        column_config=_columns(allocation, movement, numbers),
        hide_index=True,
        height=height,
        row_height=30,
        placeholder="",
        key=keys.CENTRE_TABLE,
        column_order=[LANDING, *(name for name in rows.columns if name != LANDING)],
        on_select="rerun",
        selection_mode="single-cell",
        alt=_(
            "Table of the centres with last year, this year's pools, total and what binds; "
            "a click opens a centre"
        ),
    )
    cell = next(iter(event["selection"]["cells"]), None)
    if cell is None or cell[1] == LANDING or cell[0] >= len(rows):
        return ""
    return str(allocation.centres.table["centre_id"].iloc[rows.index[cell[0]]])


def _columns(allocation: Allocation, movement: Movement, numbers: Numbers) -> dict[str, Any]:
    _ = numbers.words
    wider, widths = WIDER[numbers.unit.key], CENTRE_WIDTHS[_.language]
    money = f"%,.{numbers.unit.digits}f"
    main = allocation.policy.remainder_pool.name
    before = _("last year") if movement.against == AGAINST[0] else _("baseline")
    columns: dict[str, Any] = {
        "centre": st.column_config.TextColumn(_("Centre"), pinned=True, width=widths[0]),
        "province": st.column_config.TextColumn(_("Province"), pinned=True, width=widths[1]),
        "staff": st.column_config.NumberColumn(_("Staff"), format="%,.0f", width=widths[3]),
        "before": st.column_config.NumberColumn(capital(before), format=money, width=70 + wider),
        "more": st.column_config.NumberColumn(
            capital(_("gain %")), format="+%,.1f", width=widths[2]
        ),
        "less": st.column_config.NumberColumn(
            capital(_("loss %")), format=f"{DECREASE[_.language]}%,.1f", width=widths[2]
        ),
        "special": st.column_config.NumberColumn(
            capital(_("special")), format=money, width=62 + wider
        ),
        "total": st.column_config.NumberColumn(capital(_("total")), format=money, width=70 + wider),
        "binds": st.column_config.TextColumn(_("What binds"), width=180),
    }
    for result_ in allocation.pools:
        name = result_.rule.name
        head = capital(pool_name(name, _))
        least = 74 if name == main else 60
        columns[tables.pool_column(name)] = st.column_config.NumberColumn(
            head,
            format=money,
            width=max(least, 16 + PIXELS_A_LETTER[_.language] * len(head)) + wider,
        )
    return columns
