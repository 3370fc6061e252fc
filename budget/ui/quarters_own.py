"""A centre head's own quarters: what the centre may spend when, and how it stands."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from budget.ui import session
from budget.ui.text import plain
from budget.view import quarters as view
from budget.view.names import centre_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.workflow import quarters, rounds
from budget.workflow.quarters import OwnYear


def own_page(centres: Sequence[str]) -> None:
    """Every centre that the person heads.

    Raises:
        Forbidden: for another centre's head.
    """
    numbers = session.numbers()
    _ = numbers.words
    names = rounds.centre_names(session.store(), session.who())
    for centre_id in centres:
        found = quarters.own_year(session.store(), session.who(), centre_id)
        st.subheader(plain(centre_name(*names[centre_id], _)), anchor=False)
        if found is None:
            st.info(
                plain(
                    _(
                        "Your centre's quarterly allotment stands here once the round is "
                        "published. The state and dates of the round are on the overview."
                    )
                ),
                icon=":material/calendar_month:",
            )
        else:
            _own(found, numbers)


def _own(found: OwnYear, numbers: Numbers) -> None:
    _ = numbers.words
    lines = [
        (view.part_name("running", _), found.running),
        (view.part_name("special", _), found.special),
        (
            capital(_("total")),
            tuple(a + b for a, b in zip(found.running, found.special, strict=True)),
        ),
    ]
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "part": name,
                    **{f"q{q}": numbers.money(cells[q - 1]) for q in view.QUARTERS},
                    "year": numbers.money(sum(cells)),
                }
                for name, cells in lines
            ]
        ),
        column_config={
            "part": text(capital(numbers.unit_name), pinned=True, width=140),
            **{
                f"q{q}": text(capital(view.quarter_name(q, _)), alignment="right", width=100)
                for q in view.QUARTERS
            },
            "year": text(_("Year"), alignment="right", width=110),
        },
        hide_index=True,
        height="content",
        row_height=30,
        alt=_("What each quarter allots to your centre"),
    )
    if found.standing is None:
        st.caption(plain(_("No execution of your centre was uploaded yet.")))
    else:
        st.markdown(plain(view.standing_sentence(found.standing, numbers)))
        st.caption(
            plain(
                _(
                    "Allotted to date: past quarters whole, the running one by its days. Special "
                    "needs apart."
                )
            )
        )
