"""Rules that contradict each other: in words, as a picture, and with what alone would mend them."""

from functools import partial

import pandas as pd
import streamlit as st

from budget.allocation.conflict import Conflict, InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.ui import keys, session
from budget.ui.allocation_files import rules_contents
from budget.ui.downloads import downloads
from budget.ui.figures import show
from budget.ui.round import Round
from budget.ui.text import plain
from budget.view import conflict_chart, notices
from budget.view.numbers import Numbers
from budget.view.parameters import capital, parameter_at


def told(error: InfeasiblePolicy) -> None:
    """That the rules contradict each other, and by how much."""
    _, numbers = session.words(), session.numbers()
    st.error(
        f"**{_('These rules contradict each other: there is no allocation.')}**  \n"
        + plain(notices.conflict_sentence(error.conflict, numbers)),
        icon=":material/block:",
    )


def conflict(error: InfeasiblePolicy, policy: Policy, shown: Round) -> None:
    """Why the rules contradict each other, as a picture, and what alone would mend it."""
    _, numbers = session.words(), session.numbers()
    baseline = shown.baseline
    picture(error.conflict, numbers)
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
                type=session.main_button(),
                on_click=_apply,
                args=(remedy.path, remedy.feasible, parameter.value),
            )

    downloads(partial(rules_contents, shown, policy))


def _apply(path: str, value: int, baseline: int) -> None:
    session.keep_edits(session.edits().changed(path, value, baseline))


def picture(found: Conflict, numbers: Numbers, sentence: str = "") -> None:
    """What the rules ask for beside what there is, and the table behind it.

    Args:
        sentence: what the contradiction is, where it is not one of a policy.
    """
    _ = numbers.words
    st.markdown(f"**{plain(conflict_chart.conflict_title(found, numbers))}**")
    show(conflict_chart.conflict_picture(found, numbers, session.chart_colours(), sentence))
    with st.expander(_("Table of the picture"), icon=":material/table_rows:"):
        rows = conflict_chart.conflict_table(found, numbers)
        st.dataframe(
            pd.DataFrame(
                [(capital(rule), capital(side), amount) for rule, side, amount in rows],
                columns=["rule", "side", "amount"],
            ),
            column_config={
                "rule": st.column_config.TextColumn(_("Rule")),
                "side": st.column_config.TextColumn(_("Asks or has")),
                "amount": st.column_config.TextColumn(
                    capital(numbers.unit_name), alignment="right"
                ),
            },
            hide_index=True,
            height="content",
            key=keys.CONFLICT_TABLE,
            alt=_("Rules that contradict each other, with what each asks for or has"),
        )
