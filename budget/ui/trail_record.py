"""One record of the audit trail: who, what, when, why, every field old and new, its hash."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from budget.allocation.policy import Policy
from budget.ui import keys, session
from budget.ui.text import plain
from budget.view import trail
from budget.view.numbers import Numbers
from budget.view.parameters import capital, full_title, parameter_at, scale_of, shown
from budget.view.trail import Terms
from budget.view.words import Words
from budget.workflow import saved_scenarios
from budget.workflow.records import Line
from budget.workflow.refusals import Forbidden
from budget.workflow.roles import Verb

LONG = 60
"""A longer value stands below the table, whole."""


def record(
    line: Line, terms: Terms, numbers: Numbers, all_of_object: Callable[[Line], None]
) -> None:
    """Everything that a record tells.

    Args:
        all_of_object: called by the button that shows every record of its object.
    """
    _ = numbers.words
    with st.container(border=True, gap="small"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.markdown(
                f"**{plain(_('Record {number}', number=line.number))}** · "
                + plain(trail.verb_name(line.verb, terms, _)),
                width="content",
            )
            st.badge(
                capital(_(trail.OUTCOMES.get(line.outcome, line.outcome))),
                color="green" if line.outcome == "done" else "orange",
                icon=":material/check:" if line.outcome == "done" else ":material/block:",
            )
        st.markdown(
            plain(trail.moment(line.at))
            + f" :small[:gray[{plain(_('Korean time'))}]]  \n"
            + f"{plain(trail.person_of(line, _))} "
            + f":small[:gray[{plain(trail.roles_of(line, terms, _))}]]"
        )
        _object(line, all_of_object, _)
        states = trail.states_of(line, terms, _)
        if states:
            st.markdown(f":material/swap_horiz: {plain(states)}")
        if line.reason:
            st.caption(_("Reason"))
            st.text(trail.reason_of(line, _))
        _changes(line, terms, numbers)
        _proof_of_record(line, _)


def _object(line: Line, all_of_object: Callable[[Line], None], _: Words) -> None:
    """The object, with the way to it."""
    if line.object_kind:
        name = plain(trail.object_of(line, _))
        if line.object_kind == "special_need" and session.person().may(Verb.SEE_QUEUE):
            st.page_link(
                "pages/review.py",
                label=name,
                icon=":material/rule:",
                query_params={keys.REQUEST_PARAMETER: line.object_id, **session.address()},
                width="content",
            )
        else:
            st.markdown(f":material/category: {name}")
    if line.object_kind and line.object_id:
        st.button(
            _("All records of this object"),
            key=keys.TRAIL_OF_OBJECT,
            type="tertiary",
            icon=":material/history:",
            on_click=all_of_object,
            args=(line,),
        )


def _changes(line: Line, terms: Terms, numbers: Numbers) -> None:
    """Every field, old and new; long texts whole, below."""
    _ = numbers.words
    found = trail.changes_of(line, terms, numbers, _parameters(line, numbers))
    if not found:
        return
    text = st.column_config.TextColumn
    st.dataframe(
        {
            "field": [change.field for change in found],
            "before": [change.before for change in found],
            "after": [change.after for change in found],
        },
        column_config={
            "field": text(_("Changed"), width=104, pinned=True),
            "before": text(_("before"), width=104),
            "after": text(_("after"), width=150),
        },
        hide_index=True,
        height="content" if len(found) <= 8 else 250,
        row_height=28,
        alt=_("Fields that this record changed, before and after"),
    )
    long = [change for change in found if max(len(change.before), len(change.after)) > LONG]
    if long:
        with st.expander(_("Long texts in full")):
            for change in long:
                st.caption(plain(f"{change.field}: {_('before')}"))
                st.text(change.before)
                st.caption(plain(f"{change.field}: {_('after')}"))
                st.text(change.after)


def _parameters(line: Line, numbers: Numbers) -> Callable[[str, Any], tuple[str, str] | None]:
    """How to tell the parameters of a policy that a record of a scenario names."""
    policy = _policy_of(line)

    def told(path: str, value: Any) -> tuple[str, str] | None:
        parameter = parameter_at(policy, path) if policy else None
        if policy is None or parameter is None:
            return None
        title = full_title(parameter, policy, numbers.words)
        if value is None:
            return title, ""
        scale = scale_of(parameter, policy)
        try:
            return title, shown(type(parameter.value)(value), scale, numbers)
        except (ValueError, ArithmeticError):
            return title, str(value)

    return told


def _policy_of(line: Line) -> Policy | None:
    number = line.to_state.removeprefix("version ")
    if line.object_kind != "scenario" or not (number.isdecimal() and line.object_id.isdecimal()):
        return None
    try:
        return saved_scenarios.scenario(
            session.store(), session.who(), int(line.object_id), int(number)
        ).policy
    except Forbidden:  # of an earlier round
        return None


def _proof_of_record(line: Line, _: Words) -> None:
    """What a colleague needs to check the record: moment in UTC, identity, version, hash."""
    with st.expander(
        plain(_("Hash {hash}…", hash=line.hash[: trail.HASH_DIGITS])), icon=":material/fingerprint:"
    ):
        st.code(f"{line.number}:{line.hash}", language=None, wrap_lines=True)
        facts = [
            (_("UTC"), trail.moment(line.at, utc=True)),
            (_("Identity"), line.identity),
            (_("Based on version"), "" if line.based_on is None else str(line.based_on)),
        ]
        for name, value in facts:
            if value:
                st.markdown(f":small[:gray[{plain(name)}]] {plain(value)}")
