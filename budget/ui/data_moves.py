"""Requests of centres that close, in the preview of an upload: whose they become, or their end."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from budget.ui import keys
from budget.ui.text import plain
from budget.view.data import Names, name_of
from budget.view.numbers import Numbers
from budget.workflow.data_checking import LeftOut, Passed, Preview
from budget.workflow.need_states import STATES

MOST_HEIGHT = 330


def moves(seen: Preview, names: Names, numbers: Numbers) -> None:
    """What happens to the requests, told in a line; which ones, when it is opened."""
    if seen.passed:
        with st.expander(plain(passed_text(seen, numbers)), icon=":material/move_down:"):
            _request_frame(seen.passed, names, numbers, keys.DATA_PASSED)
    if seen.left_out:
        with st.expander(plain(left_out_text(seen, numbers)), icon=":material/warning:"):
            _request_frame(seen.left_out, names, numbers, keys.DATA_LEFT_OUT)


def passed_text(seen: Preview, numbers: Numbers) -> str:
    """How many pass to a successor, and what is approved of them."""
    won = sum(one.krw or 0 for one in seen.passed if one.state == "approved")
    return numbers.words.ngettext(
        "{count} request passes to the successor, whose head sees it and goes on with it "
        "(approved: {won})",
        "{count} requests pass to the successors, whose heads see them and go on with them "
        "(approved: {won})",
        len(seen.passed),
        won=numbers.money_with_unit(won),
    )


def left_out_text(seen: Preview, numbers: Numbers) -> str:
    """How many are not funded, and what was approved of them."""
    won = sum(one.krw or 0 for one in seen.left_out if one.state == "approved")
    return numbers.words.ngettext(
        "{count} request of closing centres stays readable and is not funded (approved: {won})",
        "{count} requests of closing centres stay readable and are not funded (approved: {won})",
        len(seen.left_out),
        won=numbers.money_with_unit(won),
    )


def _request_frame(
    needs: Sequence[LeftOut | Passed], names: Names, numbers: Numbers, key: str
) -> None:
    """Requests of centres that close or merge: which, whose, how far, how much."""
    _ = numbers.words
    table = pd.DataFrame(
        {
            "id": [one.need_id for one in needs],
            "centre": [name_of(one.centre_id, names, _) for one in needs],
            "to": [name_of(one.to, names, _) if isinstance(one, Passed) else "" for one in needs],
            "state": [_(STATES.get(one.state, one.state)) for one in needs],
            "krw": [numbers.money(one.krw) for one in needs],
        }
    )
    text = st.column_config.TextColumn
    shown = ["id", "centre", "to", "state", "krw"]
    if key == keys.DATA_LEFT_OUT:
        shown.remove("to")
    st.dataframe(
        table[shown],
        column_config={
            "id": text(_("Request"), width=106),
            "centre": text(_("Centre"), width=130),
            "to": text(_("Passes to"), width=130),
            "state": text(_("State"), width=90),
            "krw": text(f"{_('Amount')} ({numbers.unit_name})", width=110, alignment="right"),
        },
        hide_index=True,
        height="content" if len(table) < 10 else MOST_HEIGHT,
        row_height=28,
        key=key,
        alt=_("Requests of centres that close"),
    )
