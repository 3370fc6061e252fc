"""The result of the rules: what moves, where the envelope goes, every centre, the files."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from budget.allocation.faults import N_
from budget.allocation.infeasibility import InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.allocation.run import Allocation
from budget.ui import keys, session
from budget.ui.allocation_files import present_contents, rules_contents
from budget.ui.centre_link import open_centre
from budget.ui.downloads import downloads
from budget.ui.figures import picked
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view import charts, notices, tables
from budget.view.findings import (
    Movement,
    movement_basis,
    movement_leader,
    movement_title,
    since_baseline,
    since_last_year,
)
from budget.view.names import pool_name
from budget.view.numbers import DECREASE, Numbers
from budget.view.parameters import capital, parameter_at
from budget.view.tables import PoolLine
from budget.view.words import Words

CHART_HEIGHT = 206
TABLE_HEIGHT = 286
POOL_ROW = 28
LAMBDA = N_("The part of its entitlement that every centre gets that no floor, cap or band stops.")
WIDER = {"million": 0, "thousand": 16, "won": 42}
"""Pixels that a column of money needs more in a smaller unit."""
POOL_WIDTHS = {"ko": (74, 78, 78), "en": (98, 88, 60)}
CENTRE_WIDTHS = {"ko": (98, 50, 62, 60), "en": (134, 72, 60, 88)}
"""Centre, province, change in per cent, a pool."""
AGAINST = ("last_year", "baseline")
LANDING = "province"
"""The first column: the keyboard enters the table there, so a marked cell of it opens nothing."""


def result(allocation: Allocation, baseline: Allocation, shown: Round) -> None:
    """Everything that a planner has to see of a result, in one screen."""
    _, numbers = session.words(), session.numbers()
    against = st.session_state.get(keys.AGAINST, AGAINST[0])
    movement = (
        since_last_year(allocation, _)
        if against == AGAINST[0]
        else since_baseline(allocation, baseline, _)
    )
    _headline(allocation, baseline, movement, shown)
    left, right = st.columns([0.55, 0.45], gap="small")
    with left:
        _pool_table(tables.pool_lines(allocation, baseline, _), numbers)
    with right:
        chosen = picked(
            charts.change_by_centre(movement, numbers, session.chart_colours(), CHART_HEIGHT),
            keys.CHANGE_CHART,
        )
    chosen = _centre_table(allocation, movement, numbers) or chosen
    if chosen:
        open_centre(chosen)


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
    chosen = st.session_state.get(keys.AGAINST, AGAINST[0])
    st.session_state[keys.AGAINST_SWITCH] = chosen
    st.segmented_control(
        _("Compare"),
        AGAINST,
        format_func=labels.__getitem__,
        key=keys.AGAINST_SWITCH,
        on_change=_choose_against,
        required=True,
        label_visibility="collapsed",
    )


def _choose_against() -> None:
    st.session_state[keys.AGAINST] = st.session_state[keys.AGAINST_SWITCH]


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
            "amount_change": text(capital(_("vs base")), alignment="right", width=widths[2]),
            "factor": text("λ", alignment="right", width=46, help=_(LAMBDA)),
            "floor": text(capital(_("floor")), alignment="right", width=74),
            "cap": text(capital(_("cap")), alignment="right", width=74),
            "band": text(capital(_("bands")), alignment="right", width=56),
        },
        hide_index=True,
        row_height=POOL_ROW,
        height="content",
        key=keys.POOL_TABLE,
        alt=_("Parts of the envelope, the common factor, and how many centres a rule stops"),
    )


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


def _centre_table(allocation: Allocation, movement: Movement, numbers: Numbers) -> str:
    """Every centre; gives the id of the one that was just clicked, or ""."""
    _ = numbers.words
    rows = tables.centre_table(allocation, movement, numbers)
    total = len(rows)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        wanted = st.text_input(
            _("Filter"),
            key=keys.CENTRE_FILTER,
            placeholder=_("Filter by centre, province or rule"),
            icon=":material/search:",
            label_visibility="collapsed",
            width=270,
        )
        rows = tables.matching(rows, wanted or "")
        st.caption(
            _(
                "{shown} of {total} centres · money in {unit}",
                shown=len(rows),
                total=total,
                unit=numbers.unit_name,
            )
        )
        _against_switch(_)
    if rows.empty:
        st.info(_("No centre matches. Clear the filter to see all centres."))
        return ""
    event = st.dataframe(
        rows,
        column_config=_columns(allocation, movement, numbers),
        hide_index=True,
        height=TABLE_HEIGHT,
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
        "staff": st.column_config.NumberColumn(_("Staff"), format="%,.0f", width=46),
        "before": st.column_config.NumberColumn(capital(before), format=money, width=76 + wider),
        "more": st.column_config.NumberColumn(
            capital(_("more %")), format="+%,.1f", width=widths[2]
        ),
        "less": st.column_config.NumberColumn(
            capital(_("less %")), format=f"{DECREASE[_.language]}%,.1f", width=widths[2]
        ),
        "special": st.column_config.NumberColumn(
            capital(_("special")), format=money, width=62 + wider
        ),
        "total": st.column_config.NumberColumn(capital(_("total")), format=money, width=76 + wider),
        "binds": st.column_config.TextColumn(_("What binds"), width=180),
    }
    for result_ in allocation.pools:
        name = result_.rule.name
        columns[tables.pool_column(name)] = st.column_config.NumberColumn(
            capital(pool_name(name, _)),
            format=money,
            width=(76 if name == main else widths[3]) + wider,
        )
    return columns


# --- no result -------------------------------------------------------------------------------


def conflict(error: InfeasiblePolicy, policy: Policy, shown: Round) -> None:
    """Why the rules contradict each other, by how much, and what alone would mend it."""
    _, numbers = session.words(), session.numbers()
    baseline = shown.baseline
    st.error(
        f"**{_('These rules contradict each other: there is no allocation.')}**  \n"
        + plain(notices.conflict_sentence(error.conflict, numbers)),
        icon=":material/block:",
    )
    st.markdown(f"##### {_('The rules that cannot hold together')}")
    for rule in error.conflict.rules:
        st.markdown(f"- {plain(notices.rule_sentence(rule, numbers))}")
    if error.conflict.remedies:
        st.markdown(f"##### {_('Each of these changes alone is enough')}")
    else:
        st.info(_("No single change is enough. Undo the last one, or reset the rules."))
    for remedy in error.conflict.remedies:
        parameter = parameter_at(baseline, remedy.path)
        if parameter is None:
            continue
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="distribute",
            border=True,
            wrap=False,
        ):
            st.markdown(plain(notices.remedy_sentence(remedy, parameter, policy, numbers)))
            st.button(
                _("Apply"),
                key=keys.remedy(remedy.path),
                type="primary",
                on_click=_apply,
                args=(remedy.path, remedy.feasible, parameter.value),
            )
    downloads(partial(rules_contents, shown, policy))


def _apply(path: str, value: int, baseline: int) -> None:
    session.keep_edits(session.edits().changed(path, value, baseline))
