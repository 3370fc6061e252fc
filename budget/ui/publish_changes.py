"""What a publication changes: totals, rules, winners and losers, requests."""

import pandas as pd
import streamlit as st

from budget.ui import keys, session
from budget.ui.centre_link import open_centre
from budget.ui.figures import picked
from budget.ui.publish_figures import Figures
from budget.ui.results import certificate_badge
from budget.ui.text import plain
from budget.view import charts
from budget.view.findings import (
    Movement,
    movement_basis,
    movement_title,
    since_baseline,
    since_last_year,
)
from budget.view.numbers import Numbers
from budget.view.publish import (
    parts_on_last_year,
    parts_table,
    requests_table,
    requests_title,
    rules_table,
)
from budget.workflow import rounds
from budget.workflow.checklist import Checklist

NAMED = 5
REQUEST_COLUMNS = ["id", "centre", "outcome", "approved", "funded", "priority", "title"]
"""What a phone shows first: whose, and what became of it."""


def what_changes(figures: Figures, found: Checklist) -> None:
    """Totals, rules, winners and losers, requests: what whoever signs is to know."""
    _, numbers = session.words(), session.numbers()
    movement = since_last_year(figures.present, _)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(movement_title(movement, numbers)), anchor=False, width="content")
        certificate_badge(figures.present, _)
    st.caption(plain(movement_basis(movement, numbers)))
    _movers(movement, numbers)
    _against_baseline(figures, numbers)
    _rules(found, numbers)
    _requests(figures, numbers)


def _movers(movement: Movement, numbers: Numbers) -> None:
    named = [*movement.gainers[:NAMED], *reversed(movement.losers[:NAMED])]
    chosen = picked(
        charts.greatest_changes(named, numbers, session.chart_colours()), keys.PUBLISH_CHART
    )
    if chosen:
        open_centre(chosen)


def _against_baseline(figures: Figures, numbers: Numbers) -> None:
    _ = numbers.words
    base = figures.baseline
    if base is None:
        st.caption(_("The baseline's rules contradict each other; nothing to compare with."))
        return
    is_baseline = (base.totals, base.policy) == (figures.present.totals, figures.present.policy)
    if is_baseline:
        said = _(
            "It is the baseline {name} itself; beside it stands last year, which is known of "
            "operating money alone.",
            name=_.name(figures.baseline_name),
        )
        st.markdown(plain(said))
    else:
        title = movement_title(since_baseline(figures.present, base, _), numbers)
        st.markdown(
            f"**{plain(_('Against the baseline {name}', name=_.name(figures.baseline_name)))}**: "
            f"{plain(title)}"
        )
    st.caption(plain(_("Money in {unit}.", unit=numbers.unit_name)))
    text = st.column_config.TextColumn
    st.dataframe(
        parts_on_last_year(figures.present, numbers)
        if is_baseline
        else parts_table(figures.present, base, numbers),
        column_config={
            "part": text(_("Part"), width=92),
            "amount": text(_("Amount"), alignment="right", width=88),
            "before": text(
                _("Last year") if is_baseline else _("Baseline"), alignment="right", width=84
            ),
            "change": text(_("Difference"), alignment="right", width=72),
        },
        hide_index=True,
        height="content",
        alt=_("Parts of the envelope beside last year's")
        if is_baseline
        else _("Parts of the envelope beside the baseline's"),
    )


def _rules(found: Checklist, numbers: Numbers) -> None:
    _ = numbers.words
    rows: pd.DataFrame = rules_table(found.rules, found.began, found.scenario.policy, numbers)
    if rows.empty:
        st.markdown(f"**{plain(_('No rule differs from those the round began with'))}**")
        return
    count = _.ngettext(
        "{count} rule differs from those the round began with",
        "{count} rules differ from those the round began with",
        len(rows),
    )
    st.markdown(f"**{plain(count)}**")
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "rule": text(_("Rule"), width=290),
            "before": text(_("Before"), alignment="right", width=90),
            "now": text(_("Now"), alignment="right", width=90),
            "rationale": text(_("Rationale"), width=260),
        },
        hide_index=True,
        height="content",
        placeholder="–",
        alt=_("Changed rules with their rationales"),
    )


def _requests(figures: Figures, numbers: Numbers) -> None:
    _ = numbers.words
    if not figures.present.requests:
        st.markdown(f"**{plain(_('No request is approved'))}**")
        return
    st.markdown(f"**{plain(requests_title(figures.present, numbers))}**")
    names = rounds.centre_names(session.store(), session.who())
    rows = requests_table(figures.present, figures.requests, names, numbers)[REQUEST_COLUMNS]
    st.caption(plain(_("Money in {unit}.", unit=numbers.unit_name)))
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "id": text(_("Request"), width=98),
            "centre": text(_("Centre"), width=104),
            "outcome": text(_("Outcome"), width=96),
            "approved": text(_("Approved"), alignment="right", width=80),
            "funded": text(_("Funded"), alignment="right", width=80),
            "priority": st.column_config.NumberColumn(_("Priority"), width=66),
            "title": text(_("Title"), width=230),
        },
        hide_index=True,
        height=240,
        alt=_("Approved requests, those that get least first"),
    )
