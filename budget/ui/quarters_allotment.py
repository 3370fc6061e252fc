"""The allotment by quarters on the screen, and the profile that it follows, in versions."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from budget.allocation.allotment import Profile
from budget.ui import deed_dialog, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.downloads import Contents, Picture, Sheet, downloads, may_see_figures
from budget.ui.figures import show
from budget.ui.probe import centre_table, money_column
from budget.ui.text import plain
from budget.ui.year_shown import YearShown, share
from budget.view import quarter_charts, trail
from budget.view import quarters as view
from budget.view.colours import LIGHT
from budget.view.exports import Table, stated_table
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.workflow import quarters
from budget.workflow.roles import Verb

PROFILE = "save_profile"


def part(shown: YearShown) -> None:
    """National amounts, the profile, every centre's quarters."""
    numbers = session.numbers()
    _ = numbers.words
    title = view.allotment_title(shown.allotted, numbers)
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(title), anchor=False)
            downloads(partial(_contents, shown, title, numbers))
        st.caption(
            plain(
                _(
                    "Every centre's row sums to its allocation and every quarter to the profile's "
                    "national amount, in whole units, to the won."
                )
            )
        )
    left, right = st.columns([0.56, 0.44], gap="medium")
    with left:
        show(quarter_charts.national_bars(shown.allotted, numbers, session.chart_colours()))
    with right:
        _profile(shown, numbers)
    _national(shown, numbers)
    _centres(shown, numbers)
    deed_dialog.show(PROFILE, _("Another profile"), _save, width="medium")


def _profile(shown: YearShown, numbers: Numbers) -> None:
    """The profile in force: shares, who chose it, why; a planner can choose another."""
    _, year = numbers.words, shown.year
    st.markdown(f"**{plain(_('Profile in force'))}**")
    st.markdown(plain(view.profile_text(year.profile, numbers)))
    if year.profiles:
        latest = year.profiles[0]
        st.caption(
            plain(
                _(
                    "Version {number}, saved by {person} on {when}: {reason}",
                    number=latest.number,
                    person=_.of(latest.saved_by, latest.saved_by_en or latest.saved_by),
                    when=trail.moment(latest.saved_at)[:16],
                    reason=latest.note,
                )
            )
        )
    else:
        st.caption(
            plain(
                _(
                    "The usual profile, a choice and no rule: 60 % in the first half, as early "
                    "execution is usual; special needs at once, so that works and leases can be "
                    "contracted. Nobody has signed another one yet."
                )
            )
        )
    if session.person().may(Verb.SAVE_PROFILE):
        deed_dialog.opener(
            PROFILE,
            _("Choose another profile…"),
            seen=(year.profile, year.profile_id),
            icon=":material/edit_calendar:",
        )
    if year.profiles:
        with st.expander(_("All versions of the profile"), icon=":material/history:"):
            _versions(shown, numbers)


def _versions(shown: YearShown, numbers: Numbers) -> None:
    _, text = numbers.words, st.column_config.TextColumn
    versions = shown.year.profiles
    st.dataframe(
        pd.DataFrame(
            {
                "number": [one.number for one in versions],
                "running": [view.shares_text(one.profile.running, numbers) for one in versions],
                "special": [view.shares_text(one.profile.special, numbers) for one in versions],
                "who": [_.of(one.saved_by, one.saved_by_en or one.saved_by) for one in versions],
                "when": [trail.moment(one.saved_at)[:16] for one in versions],
                "why": [one.note for one in versions],
            }
        ),
        column_config={
            "number": st.column_config.NumberColumn(_("Version"), width=60, pinned=True),
            "running": text(view.part_name("running", _), width=130),
            "special": text(view.part_name("special", _), width=130),
            "who": text(_("Saved by"), width=100),
            "when": text(_("Saved at (Korean time)"), width=140),
            "why": text(_("Reason"), width=200),
        },
        hide_index=True,
        height="content",
        row_height=30,
        key=keys.QUARTER_PROFILES,
        alt=_("Versions of the quarterly profile, the newest first"),
    )


def _quarter_columns(numbers: Numbers, width: int = 92) -> dict[str, Any]:
    _ = numbers.words
    return {
        f"q{q}": money_column(capital(view.quarter_name(q, _)), numbers, width)
        for q in view.QUARTERS
    }


def _national(shown: YearShown, numbers: Numbers) -> None:
    """The amounts of the country by quarter; the year's sum is what was allocated."""
    _, text = numbers.words, st.column_config.TextColumn
    st.dataframe(
        view.national_rows(shown.allotted, numbers),
        column_config={
            "part": text(capital(numbers.unit_name), pinned=True, width=150),
            **_quarter_columns(numbers, 96),
            "year": money_column(_("Year"), numbers, 100),
            "profile": text(_("Profile"), width=150),
        },
        hide_index=True,
        height="content",
        row_height=30,
        key=keys.QUARTER_NATIONAL,
        alt=_("National amounts by quarter"),
    )


def _centres(shown: YearShown, numbers: Numbers) -> None:
    _ = numbers.words
    centre_table(
        view.allotment_rows(shown.allotted, shown.names, numbers),
        {
            "centre": st.column_config.TextColumn(_("Centre"), pinned=True, width=150),
            **_quarter_columns(numbers),
            "year": money_column(_("Year"), numbers, 100),
            "special": money_column(_("of which special needs"), numbers, 150),
        },
        keys.QUARTER_TABLE,
        _("Table of the centres with what each quarter allots"),
        numbers.unit_name,
    )


def _contents(shown: YearShown, title: str, numbers: Numbers) -> Contents:
    _ = numbers.words

    def table() -> Table:
        return view.allotment_table(shown.allotted, shown.names, _)

    return Contents(
        name="quarters",
        scenario="" if shown.is_published else "preview",
        provenance=shown.provenance(_),
        check=may_see_figures(),
        sheets=[Sheet("allotment", _("Quarterly allotment"), table)],
        pictures=[
            Picture(
                "allotment",
                _("Quarterly allotment"),
                title,
                view.profile_text(shown.year.profile, numbers),
                lambda: quarter_charts.national_bars(shown.allotted, numbers, LIGHT),
            )
        ],
        further=lambda: [stated_table(view.stated(shown.year.profile, None, numbers), _)],
        hashes=shown.hashes,
    )


# --- another profile ---------------------------------------------------------------------------


def _save(prepared: Prepared) -> None:
    _ = session.words()
    present: Profile
    present, based_on = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    st.markdown(
        plain(
            _(
                "Shares of the year's money that each quarter gets, in per cent; each four sum to "
                "100. The new version is in force at once and stands in the audit trail; earlier "
                "ones stay."
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        given = {
            name: _shares(prepared, name, getattr(present, name), asked)
            for name in ("running", "special")
        }
        reason = asked.reason()
        if st.form_submit_button(
            _("Save the profile"), type=session.main_button()
        ) and asked.attempt(
            lambda: quarters.save_profile(
                session.store(),
                session.who(),
                [share(value) for value in given["running"]],
                [share(value) for value in given["special"]],
                reason,
                based_on=based_on,
                key=prepared.key,
            ),
            _("The new profile is in force."),
            look_again=_in_force_now,
        ):
            deed_dialog.close()


def _in_force_now() -> tuple[Profile, int]:
    year = quarters.year(session.store(), session.who())
    return year.profile, year.profile_id


def _shares(prepared: Prepared, name: str, present: tuple[Any, ...], asked: Fields) -> list[float]:
    """Four fields beside each other."""
    _ = session.words()
    st.markdown(f"**{plain(view.part_name(name, _))}**")
    found = []
    for place, column in enumerate(st.columns(len(view.QUARTERS), gap="small")):
        with column:
            found.append(
                st.number_input(
                    capital(view.quarter_name(place + 1, _)) + " (%)",
                    min_value=0.0,
                    max_value=100.0,
                    value=float(present[place] * 100),
                    step=5.0,
                    format="%.2f",
                    key=prepared.field(f"{name}{place}"),
                )
            )
    asked.place(name)
    return found
