"""What happened to a request: who, when, what, why, and every field old and new."""

import streamlit as st

from budget.ui import keys, session
from budget.ui.request_words import OTHER_FIELDS, moment, state_name
from budget.ui.review_deeds import reviewer_name
from budget.ui.review_forms import reviewers
from budget.ui.text import plain
from budget.view.parameters import capital
from budget.view.trail import PEOPLE_FIELDS, Terms, field_name, value_text
from budget.view.words import Words
from budget.workflow import fields, need_states, needs_seen
from budget.workflow.needs_seen import HistoryLine, Need
from budget.workflow.roles import ROLE_NAMES, VERB_NAMES, Verb

SAME_PERSON = frozenset({"assessed_by", "decided_by"})
"""Fields that name whoever did the deed."""
UNTOLD = frozenset({"state", "snapshot"})
"""Fields that the line of a history says by itself; a snapshot is told by its number."""


def history(need: Need) -> None:
    """Every step, the latest first.

    Raises:
        Forbidden: if the request is not for this person.
    """
    _ = session.words()
    lines = needs_seen.history(session.store(), session.who(), need.id)
    with st.expander(
        _.ngettext("History: {count} step", "History: {count} steps", len(lines)),
        icon=":material/history:",
        key=keys.request_deed(need.id, "review_history"),
    ):
        st.caption(_("Korean time"))
        terms = _terms(need, _)
        for line in reversed(lines):
            _step(line, terms, _)


def _terms(need: Need, _: Words) -> Terms:
    found = reviewers(_) if session.person().may(Verb.ASSIGN) else {}
    names = {number: (name, name) for number, name in found.items()}
    if need.reviewer_id is not None:
        names[need.reviewer_id] = (reviewer_name(need, _),) * 2
    return Terms(
        verbs=VERB_NAMES,
        roles=ROLE_NAMES,
        states={"special_need": need_states.STATES},
        values={"category": fields.CATEGORIES},
        fields={
            **OTHER_FIELDS,
            **{name: found.label for name, found in fields.BY_NAME.items()},
        },
        centres={},
        people=names,
    )


def _step(line: HistoryLine, terms: Terms, _: Words) -> None:
    who = _.of(line.person, line.person_en or line.person)
    role = f" ({_(ROLE_NAMES[line.role])})" if line.role in ROLE_NAMES else ""
    deed = capital(_(VERB_NAMES.get(line.verb, line.verb)))
    became = ""
    if line.to_state:
        before = f"{state_name(line.from_state, _)} " if line.from_state else ""
        became = f" · {before}→ {state_name(line.to_state, _)}"
    with st.container(gap=None):
        st.markdown(
            f"{plain(moment(line.at))} · **{plain(deed)}**{plain(became)}  \n"
            f":small[:gray[{plain(who + role)}]]"
        )
        for name, (old, new) in line.changes.items():
            if name not in UNTOLD:
                st.text(_change(line, name, old, new, terms, who), width="stretch")
        if line.reason and line.reason not in {new for _old, new in line.changes.values()}:
            st.text(line.reason, width="stretch")


def _change(line: HistoryLine, name: str, old: object, new: object, terms: Terms, who: str) -> str:
    """A field, old and new; whoever did the deed by name."""
    numbers = session.numbers()
    if (name in SAME_PERSON and new is not None) or (
        name in PEOPLE_FIELDS and line.verb == "claim"
    ):
        after = who
    else:
        after = value_text(name, new, terms, numbers)
    before = value_text(name, old, terms, numbers)
    return f"{field_name(name, terms, numbers.words)}: {before} → {after}"
