"""Rules for divisions that contradict each other: in words, as a picture, with remedies."""

from decimal import Decimal

import streamlit as st

from budget.allocation.conflict import Conflict
from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.division_rules import DivisionRules
from budget.ui import division_edits, keys, session
from budget.ui.conflict import picture
from budget.ui.division_edits import OTHER_UNIT, Value
from budget.ui.text import plain
from budget.view import division_notices
from budget.view.numbers import Numbers
from budget.workflow.divisions import RulesVersion
from budget.workflow.roles import Verb


def conflict(error: InfeasibleDivisions, saved: RulesVersion) -> None:
    """Why there is no proposal, by how much, and what alone would mend it."""
    _, numbers = session.words(), session.numbers()
    rules = saved.rules
    sentence = division_notices.conflict_sentence(error.conflict, len(error.centres), numbers)
    st.error(
        f"**{_('These rules contradict each other: there is no proposal.')}**  \n{plain(sentence)}",
        icon=":material/block:",
    )
    picture(division_notices.named(error.conflict, rules, _), numbers, sentence)
    st.markdown(f"##### {_('The rules that cannot hold together')}")
    for rule in error.conflict.rules:
        st.markdown(f"- {plain(division_notices.rule_sentence(rule, rules, numbers))}")
    _remedies(error.conflict, rules, numbers)


def _remedies(found: Conflict, rules: DivisionRules, numbers: Numbers) -> None:
    _ = numbers.words
    if not found.remedies:
        st.info(_("No single change is enough. Undo the last one, or reset the rules."))
        return
    st.markdown(f"##### {_('Each of these changes alone is enough')}")
    may_change = session.person().may(Verb.SAVE_DIVISION_RULES)
    for remedy in found.remedies:
        with st.container(
            horizontal=True,
            vertical_alignment="center",
            horizontal_alignment="distribute",
            border=True,
        ):
            st.markdown(plain(division_notices.remedy_sentence(remedy, rules, numbers)))
            if may_change:
                st.button(
                    _("Apply"),
                    key=keys.remedy(remedy.path),
                    type=session.main_button(),
                    on_click=_apply,
                    args=(remedy.path, remedy.feasible, saved_value(rules, remedy.path)),
                )


def _apply(path: str, value: int | Decimal, saved: Value | None) -> None:
    division_edits.change(path, value, saved)


def saved_value(rules: DivisionRules, path: str) -> Value | None:
    """What the rules say at a place; None where they say nothing."""
    part, first, second, end = path.split(".")
    if part == "bands":
        band = rules.band(first, second)
        return None if band is None else band.model_dump()[end]
    limit = rules.division(first).model_dump()[second]
    if limit is None:
        return None
    value: Value = limit[end] if limit[end] is not None else limit[OTHER_UNIT[end]]
    return value
