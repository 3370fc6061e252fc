"""The price of each rule: solve without it; who gains, who pays, centre by centre."""

import streamlit as st

from budget.allocation.explanation import RulePrice
from budget.allocation.prices import prices
from budget.ui import keys, session, studies
from budget.ui.downloads import Sheet
from budget.ui.figures import show
from budget.ui.probe import (
    Probe,
    centre_table,
    files,
    headline,
    money_column,
    signed_columns,
    text_columns,
)
from budget.ui.text import plain
from budget.view.exports import Table
from budget.view.numbers import Numbers
from budget.view.places import rule_title
from budget.view.records import record_table
from budget.view.rule_prices import (
    effect_table,
    price_records,
    price_table,
    prices_title,
    rule_records,
)
from budget.view.sensitivity_charts import price_bars
from budget.view.words import Words


def part(probe: Probe) -> None:
    """Work the prices out at once: they take a second."""
    _ = session.words()
    totals = probe.allocation.totals
    policy, shown = probe.policy, probe.shown
    key = studies.study_key("prices", shown, policy)
    if studies.desk().find(key) is None:
        studies.start(key, lambda: prices(studies.given(shown, policy)))
    found = studies.finding(key, shown, _("The price of a rule is what changes if it is left out."))
    if found is None:
        studies.start_button(
            key, lambda: prices(studies.given(shown, policy)), _("Compute the prices")
        )
        return
    _answer(probe, found, totals)


def _answer(probe: Probe, found: tuple[RulePrice, ...], totals: tuple[int, ...]) -> None:
    numbers = session.numbers()
    _ = numbers.words
    with st.container(gap=None):
        room = headline(prices_title(found, numbers))
        st.caption(
            plain(
                _(
                    "The present allocation against the one without the rule, {unit}. Right: more "
                    "because of the rule; left: less because of it. In brackets: centres.",
                    unit=numbers.unit_name,
                )
            )
        )
    show(price_bars(found, numbers, session.chart_colours()))
    idle = [price for price in found if price.gained == 0 and not price.paid]
    if idle:
        names = ", ".join(rule_title(price.path, _) for price in idle)
        st.caption(plain(_("Without effect at present: {rules}", rules=names)))
    with st.expander(_("All rules as a table"), icon=":material/table:"):
        rows = price_table(found, numbers)
        st.dataframe(
            rows,
            column_config=text_columns(rows),
            hide_index=True,
            height="content",
            alt=_("Table of the rules with what they give and what they cost"),
        )
    files(
        probe,
        room,
        "prices",
        _("Price of rules"),
        prices_title(found, numbers),
        _("The present allocation against the one without the rule."),
        lambda: price_records(found, probe.places, _),
        lambda colours: price_bars(found, numbers, colours),
        before=[Sheet("rules", _("Rules"), lambda: _rules_sheet(found, _))],
    )
    _one_rule(probe, found, totals, numbers)


def _rules_sheet(found: tuple[RulePrice, ...], _: Words) -> Table:
    return record_table("rules", _("Rules"), rule_records(found, _), _)


def _one_rule(
    probe: Probe, found: tuple[RulePrice, ...], totals: tuple[int, ...], numbers: Numbers
) -> None:
    """Who gains and who pays by one rule."""
    _ = numbers.words
    moving = {price.path: price for price in found if any(price.effects)}
    if not moving:
        return
    dearest = max(moving, key=lambda path: moving[path].gained or 0)
    path = st.selectbox(
        _("Who gains and who pays by one rule"),
        list(moving),
        index=list(moving).index(dearest),
        format_func=lambda option: rule_title(option, _),
        key=keys.PRICED_RULE,
        width=420,
    )
    columns = {
        "centre": st.column_config.TextColumn(_("Centre"), pinned=True, width=130),
        "province": st.column_config.TextColumn(_("Province"), width=90),
        "without": money_column(_("without the rule"), numbers),
        "now": money_column(_("present rules"), numbers),
        **signed_columns(_("more"), _("less"), numbers.unit.digits, numbers),
    }
    centre_table(
        effect_table(moving[path], totals, probe.places, numbers),
        columns,
        path,
        _("Table of the centres that gain or pay by this rule"),
    )
