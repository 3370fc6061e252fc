"""Uncertain data: a thousand draws, and who gains in nearly all of them."""

from decimal import Decimal

import streamlit as st

from budget.allocation.disturbance import Disturbance
from budget.allocation.uncertainty import Uncertainty, uncertainty
from budget.ui import keys, session, studies
from budget.ui.figures import show
from budget.ui.probe import Probe, centre_table, files, headline, money_column
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.sensitivity_charts import spread_intervals
from budget.view.spreads import (
    spread_records,
    spread_table,
    spreads_of,
    uncertainty_basis,
    uncertainty_title,
)

DRAWS = (100, 250, 500, 1_000, 2_000)
USUAL = {"headcount": 3.0, "caseload": 5.0, "score": 2.0}
MOST = 30.0
SEED = 2027


def part(probe: Probe) -> None:
    """State how wrong the data may be at the left; the answer stands at the right."""
    _ = session.words()
    left, right = st.columns([0.235, 0.765], gap="medium")
    with left:
        noise = _disturbance()
        policy, shown = probe.policy, probe.shown
        totals = probe.baseline_allocation.totals
        key = studies.study_key("uncertainty", shown, policy, noise, totals)
        studies.start_button(
            key,
            lambda: uncertainty(studies.given(shown, policy), noise, totals),
            _("Draw and count"),
        )
        st.caption(
            _(
                "Draws are not certified one by one: the checker proves every 20th. The same seed "
                "gives the same draws."
            )
        )
    with right:
        found = studies.finding(
            key,
            shown,
            _(
                "Headcounts and caseloads are estimates. Each draw changes them a little, at "
                "random, and splits the envelope anew. You see which centres gain or lose in at "
                "least 95 % of the draws, whatever the data. Press “Draw and count”."
            ),
        )
        if found is not None:
            _answer(probe, found)


def _disturbance() -> Disturbance:
    """How wrong the data may be, as the controls say."""
    _ = session.words()
    labels = {
        "headcount": _("Headcount ± %"),
        "caseload": _("Caseload ± %"),
        "score": _("Performance scores ± %"),
    }
    helps = {
        "headcount": _("All groups of staff of a centre, partners included, by one factor."),
        "caseload": _("Registered and disadvantaged jobseekers of a centre, by one factor."),
        "score": _("Grades are handed out anew by rank: as many of each as there were."),
    }
    shares = {
        name: Decimal(
            repr(
                st.number_input(
                    label,
                    min_value=0.0,
                    max_value=MOST,
                    value=USUAL[name],
                    step=0.5,
                    format="%.1f",
                    key=keys.picked(name),
                    help=helps[name],
                )
            )
        )
        / 100
        for name, label in labels.items()
    }
    draws = st.select_slider(
        _("Draws"),
        DRAWS,
        value=1_000,
        format_func=lambda count: session.numbers().number(count),
        key=keys.picked("draws"),
    )
    seed = st.number_input(
        _("Seed"), min_value=0, max_value=2**31, value=SEED, step=1, key=keys.picked("seed")
    )
    return Disturbance(
        shares["headcount"], shares["caseload"], shares["score"], int(draws), int(seed)
    )


def _answer(probe: Probe, found: Uncertainty) -> None:
    numbers = session.numbers()
    _ = numbers.words
    against = _against(numbers)
    spreads = spreads_of(found, against)
    with st.container(gap=None):
        room = headline(uncertainty_title(spreads, found.draws, numbers))
        st.caption(plain(uncertainty_basis(found, numbers)))
    if not spreads:
        return
    show(spread_intervals(spreads, probe.places, found.draws, numbers, session.chart_colours()))
    st.caption(
        _(
            "A bar a centre: change of operating money against last year, 5th to 95th percentile; "
            "the tick is the middle. Centres without last year are left out."
        )
        if against == "last_year"
        else _(
            "A bar a centre: change of the total against the baseline, 5th to 95th percentile; "
            "the tick is the middle."
        )
    )
    rows = spread_table(spreads, probe.places, numbers)
    columns = {
        "centre": st.column_config.TextColumn(_("Centre"), pinned=True, width=120),
        "province": st.column_config.TextColumn(_("Province"), width=72),
        "before": money_column(
            _("last year") if against == "last_year" else _("baseline"), numbers
        ),
        "now": money_column(_("present data"), numbers),
        **{
            name: money_column(_("{number}th percentile", number=number), numbers, 104)
            for name, number in (("low", 5), ("middle", 50), ("high", 95))
        },
        "gains": st.column_config.NumberColumn(_("Gains, % of draws"), format="%.1f", width=124),
        "verdict": st.column_config.TextColumn(capital(_("verdict")), width=70),
    }
    centre_table(
        rows,
        columns,
        f"uncertainty:{against}",
        _("Table of the centres with their percentiles and how often they gain"),
    )
    files(
        probe,
        room,
        f"uncertainty-{against}".replace("_", "-"),
        _("Uncertainty"),
        uncertainty_title(spreads, found.draws, numbers),
        uncertainty_basis(found, numbers),
        lambda: spread_records(spreads, probe.places),
        lambda colours: spread_intervals(spreads, probe.places, found.draws, numbers, colours),
    )


def _against(numbers: Numbers) -> str:
    _ = numbers.words
    chosen: str = st.segmented_control(
        _("Compare"),
        ["last_year", "baseline"],
        format_func={
            "last_year": capital(_("against last year")),
            "baseline": capital(_("against the baseline")),
        }.__getitem__,
        default="last_year",
        key=keys.PROBE_AGAINST,
        required=True,
        label_visibility="collapsed",
    )
    return chosen
