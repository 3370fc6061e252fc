"""What a centre has of its own on its page: its requests, and the data that rules read."""

import pandas as pd
import streamlit as st

from budget.allocation.contract import CONTRACT
from budget.ui import keys, session
from budget.ui.request_words import standing, state_in_brief
from budget.ui.text import plain
from budget.view.names import COLUMNS, column_name, province_name, value_name
from budget.view.numbers import NOTHING, Numbers
from budget.view.requests import request_amounts, request_title
from budget.workflow.centres import CentreFacts
from budget.workflow.needs_seen import Need
from budget.workflow.roles import Verb

PLACES = ("centre_type", "province", "performance_grade", "integration_level")
ITEM_WIDTH, VALUE_WIDTH = {"ko": 184, "en": 196}, 132
"""Pixels: both columns stand side by side on a phone; a longer item is read by opening its cell."""
SCORE = "performance_score"
RATE = ("prior_available_krw", "prior_spent_krw", "prior_carryover_krw")


def requests_of_centre(known: CentreFacts) -> None:
    """Every special need of the centre with its state and amounts; a click opens it."""
    _ = session.words()
    st.subheader(_("Special needs"), anchor=False)
    if not known.requests:
        if session.person().may(Verb.BEGIN):
            st.caption(
                _("No special need was requested. Requests are written on the page Requests.")
            )
        else:
            st.caption(_("No special need was requested."))
        return
    for need in known.requests:
        _request(need, session.numbers())


def _request(need: Need, numbers: Numbers) -> None:
    _ = numbers.words
    page = "pages/requests.py" if session.person().may(Verb.BEGIN) else "pages/review.py"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(state_in_brief(need, numbers), color=standing(need, numbers)[1])  # type: ignore[arg-type]
        st.page_link(
            page,
            label=plain(need.id),
            query_params={keys.REQUEST_PARAMETER: need.id, **session.address()},
            width="content",
        )
        st.markdown(plain(request_title(need, numbers)), width="content")
        st.caption(plain(request_amounts(need, numbers)), width="content")


def data_of_centre(known: CentreFacts, *, is_open: bool = False) -> None:
    """The centre's row of the data that the allocation is computed from."""
    _ = session.words()
    with st.expander(
        _("Data of the centre"),
        expanded=is_open,
        icon=":material/table_rows:",
        key=keys.CENTRE_DATA,
    ):
        st.dataframe(
            pd.DataFrame(data_rows(known, session.numbers()), columns=["name", "value"]),
            column_config={
                "name": st.column_config.TextColumn(_("Item"), width=ITEM_WIDTH[_.language]),
                "value": st.column_config.TextColumn(
                    _("Value"), alignment="right", width=VALUE_WIDTH
                ),
            },
            hide_index=True,
            height="content",
            width="content",
            alt=_("Data of the centre"),
        )


def data_rows(known: CentreFacts, numbers: Numbers) -> list[tuple[str, str]]:
    """Item and value in words: type, place, staff, jobseekers, last year's money, evaluation."""
    _ = numbers.words
    rows = []
    for name, column in CONTRACT.items():
        if column.may_lack and name not in known.data:
            continue
        cell = known.data.get(name, "")
        if name in PLACES:
            text = province_name(cell, _) if name == "province" else value_name(name, cell, _)
            rows.append((_label(name, numbers), text if cell else NOTHING))
        elif name.endswith("_krw"):
            won = int(cell) if cell else None
            rows.append((_label(name, numbers), numbers.money_with_unit(won)))
        elif column.kind != "text" and name not in {"lat", "lon"}:
            rows.append((_label(name, numbers), _counted(name, cell, numbers)))
    available, spent, carried = (int(known.data.get(name) or 0) for name in RATE)
    rate = spent / (available - carried) if available > carried else None
    return [*rows, (column_name("execution_rate", _), numbers.percent(rate))]


def _label(name: str, numbers: Numbers) -> str:
    _ = numbers.words
    return column_name(name, _) if name in COLUMNS else _(CONTRACT[name].meaning)


def _counted(name: str, cell: str, numbers: Numbers) -> str:
    """A number with what it counts: people, or points of the evaluation."""
    if not cell:
        return NOTHING
    _, number = numbers.words, float(cell)
    told = numbers.number(number, 0 if number.is_integer() else 1)
    if name == SCORE:
        return _("{number} points", number=told)
    return _.ngettext("{number} person", "{number} people", 1 if number == 1 else 2, number=told)
