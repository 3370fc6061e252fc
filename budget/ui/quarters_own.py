"""A centre head's own quarters: what the centre may spend when, and how it stands."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from budget.allocation.faults import N_
from budget.ui import session
from budget.ui.downloads import Contents, Picture, Sheet, downloads, round_provenance
from budget.ui.figures import show
from budget.ui.text import plain
from budget.view import quarter_charts
from budget.view import quarters as view
from budget.view.colours import LIGHT
from budget.view.exports import stated_table
from budget.view.names import centre_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.workflow import centres, quarters, rounds
from budget.workflow.quarters import OwnYear
from budget.workflow.rounds import RoundFacts


def own_page(own: Sequence[str], round_: RoundFacts) -> None:
    """Every centre that the person heads.

    Raises:
        Forbidden: for another centre's head.
    """
    numbers = session.numbers()
    _ = numbers.words
    names = rounds.centre_names(session.store(), session.who())
    for centre_id in own:
        found = quarters.own_year(session.store(), session.who(), centre_id)
        name = centre_name(*names[centre_id], _)
        if found is None:
            st.subheader(plain(name), anchor=False)
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
            _own(found, name, round_, numbers)


def _own(found: OwnYear, name: str, round_: RoundFacts, numbers: Numbers) -> None:
    _ = numbers.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = view.own_title(name, found.running, found.special, numbers)
        st.subheader(plain(title), anchor=False)
        downloads(partial(_contents, found, name, title, round_, numbers))
    if found.standing is None:
        st.markdown(
            plain(
                _(
                    "No execution of your centre was uploaded yet; once it is, what was spent "
                    "stands here beside what is allotted to date."
                )
            )
        )
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
    bars = quarter_charts.quarter_bars(
        found.running, found.special, title, numbers, session.chart_colours()
    )
    left, right = st.columns([0.44, 0.56], gap="medium")
    with left:
        show(bars)
    with right:
        _quarters(found, numbers)
        st.caption(
            plain(_("Profile in force") + ": " + view.profile_text(found.profile, numbers)),
        )


def _quarters(found: OwnYear, numbers: Numbers) -> None:
    """What each quarter allots, of which special needs, and the year."""
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


def _contents(
    found: OwnYear, name: str, title: str, round_: RoundFacts, numbers: Numbers
) -> Contents:
    """The quarters as files, with the publication that they come from."""
    _ = numbers.words
    check = partial(centres.centre, session.store(), session.who(), found.centre_id)
    run = check().published
    scenario = (
        _("{scenario}, version {number}", scenario=_.name(run.scenario), number=run.number)
        if run
        else ""
    )
    return Contents(
        name=f"quarters-{found.centre_id}",
        scenario="",
        provenance=replace(
            round_provenance(round_, _), scenario=scenario, certified=True if run else None
        ),
        check=check,
        sheets=[
            Sheet(
                "allotment",
                _("Quarterly allotment"),
                lambda: view.own_table(name, found.running, found.special, _),
            )
        ],
        pictures=[
            Picture(
                "allotment",
                _("Quarterly allotment"),
                title,
                view.profile_text(found.profile, numbers),
                partial(
                    quarter_charts.quarter_bars,
                    found.running,
                    found.special,
                    title,
                    numbers,
                    LIGHT,
                ),
            )
        ],
        further=lambda: [stated_table(view.own_stated(found.profile, found.standing, numbers), _)],
        hashes=lambda: {N_("allocation"): run.allocation_sha256} if run else {},
    )
