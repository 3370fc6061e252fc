"""The cross table on the screen: every centre over its divisions; a click opens it.

What binds stands as a sign at each amount; the words are for the filter and the files.
"""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from budget.allocation.faults import N_
from budget.ui import address, keys, session
from budget.ui.address import Parameter
from budget.ui.centre_link import open_centre
from budget.ui.division_round import DivisionRound
from budget.ui.text import plain
from budget.view.division_tables import LANDING, matching, screen_table
from budget.view.divisions import SIGNS, binding_sign, binding_text, division_name, short_name
from budget.view.numbers import Numbers

HEIGHT, ROW = 476, 30
WIDER = {"million": 0, "thousand": 18, "won": 46}
FILTER = Parameter(
    keys.FILTER_PARAMETER, address.words_of, N_("text of one line, up to 100 characters")
)


def centres_section(present: DivisionRound) -> None:
    """The table of all centres with a filter; a click on a cell opens the centre."""
    _, numbers = session.words(), session.numbers()
    rows = screen_table(present.table, present.money.centres, present.names(_), numbers)
    total = len(rows)
    wanted = st.query_params.get(keys.FILTER_PARAMETER, "")[: address.MOST_TEXT]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.session_state[keys.DIVISION_FILTER] = wanted
        st.text_input(
            _("Filter"),
            key=keys.DIVISION_FILTER,
            placeholder=_("Filter by centre, province, type or what binds"),
            icon=":material/search:",
            max_chars=address.MOST_TEXT,
            label_visibility="collapsed",
            width=300,
            on_change=_keep_filter,
        )
        rows = matching(rows, wanted)
        st.caption(
            plain(
                _(
                    "{shown} of {total} centres · money in {unit}",
                    shown=len(rows),
                    total=total,
                    unit=numbers.unit_name,
                )
                + " · "
                + " · ".join(f"{sign} {binding_text(name, _)}" for name, sign in SIGNS.items())
            ),
            width="content",
        )
    if rows.empty:
        st.info(_("No centre matches. Clear the filter to see all centres."))
        return
    event = st.dataframe(
        _marked(rows, present, numbers),
        column_config=_columns(present, numbers),
        hide_index=True,
        column_order=[LANDING, "centre", "operating", *present.rules.ids, "type", "province"],
        height=min(HEIGHT, (len(rows) + 1) * ROW + 8),
        row_height=ROW,
        placeholder="",
        key=keys.DIVISION_TABLE,
        on_select="rerun",
        selection_mode="single-cell",
        alt=_(
            "Operating money of every centre over its divisions, with what binds; a click opens "
            "a centre"
        ),
    )
    cell = next(iter(event["selection"]["cells"]), None)
    if cell is not None and cell[1] != LANDING and cell[0] < len(rows):
        open_centre(str(rows[LANDING].iloc[cell[0]]))


def _keep_filter() -> None:
    address.say(FILTER, (st.session_state[keys.DIVISION_FILTER] or "").strip())


def _marked(rows: pd.DataFrame, present: DivisionRound, numbers: Numbers) -> Styler:
    """Amounts as this language writes them, each with a sign for what holds it; they still sort
    as numbers."""
    rows = rows.reset_index(drop=True)
    style = rows.style
    digits = numbers.unit.digits
    for division in present.rules.ids:
        held = present.table.binding[division].reindex(rows[LANDING]).fillna("")
        for binding in sorted(set(held)):
            places = [place for place, name in enumerate(held) if name == binding]
            text = partial(_amount, sign=binding_sign(str(binding)), digits=digits, numbers=numbers)
            style = style.format(text, subset=pd.IndexSlice[places, [division]])
    return style.format(
        partial(_amount, sign="", digits=digits, numbers=numbers),
        subset=pd.IndexSlice[:, ["operating"]],
    )


def _amount(value: float, sign: str, digits: int, numbers: Numbers) -> str:
    return f"{sign} {numbers.number(float(value), digits)}".strip()


def _columns(present: DivisionRound, numbers: Numbers) -> dict[str, Any]:
    _ = numbers.words
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    wider = WIDER[numbers.unit.key]
    return {
        LANDING: text(_("Number"), width=66, pinned=True),
        "centre": text(_("Centre"), width=132, pinned=True),
        "province": text(_("Province"), width=70),
        "type": text(_("Type"), width=132),
        "operating": number(_("Operating money"), width=116 + wider),
        **{
            division.id: number(
                short_name(division, _), width=112 + wider, help=division_name(division, _)
            )
            for division in present.rules.divisions
        },
    }
