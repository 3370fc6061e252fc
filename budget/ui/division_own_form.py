"""The fields of a centre's plan: an amount a division, what the bands admit, what is left."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from budget.ui import deed_dialog, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.division_words import others_text
from budget.ui.live_text import live_text_area
from budget.ui.plan_typing import (
    PlanOnScreen,
    keep_mine,
    put,
    save_as_typed,
    take_theirs,
    text_of,
)
from budget.ui.text import plain
from budget.view import trail
from budget.view.divisions import binding_text
from budget.view.numbers import NOTHING, THOUSAND, Numbers
from budget.view.numbers import WON as WON_UNIT
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import division_plans, division_proposal, divisions
from budget.workflow.division_proposal import OwnDivision
from budget.workflow.divisions import STATES, OwnPlanning
from budget.workflow.refusals import Conflict
from budget.workflow.roles import VERB_NAMES
from budget.workflow.told import WON

RECALL = "recall_plan"
NOTICE = "plan_notice"
MOST_TYPED = 20
COLOURS = {"draft": "gray", "submitted": "green", "returned": "orange"}


def amounts_table(
    centre_id: str, rows: Sequence[OwnDivision], known: PlanOnScreen, numbers: Numbers
) -> None:
    """The submitted plan beside the proposal, division by division."""
    _ = numbers.words
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(
            {
                "name": _.of(row.name_ko, row.name_en),
                "plan": numbers.money(known.amounts[row.id]),
                "proposal": numbers.money(row.proposal),
                "change": numbers.change(known.amounts[row.id] - row.proposal),
            }
            for row in rows
        ),
        column_config={
            "name": text(_("Division"), width=170, pinned=True),
            "plan": text(_("Plan ({unit})", unit=numbers.unit_name), alignment="right"),
            "proposal": text(_("Proposal"), alignment="right"),
            "change": text(_("Difference"), alignment="right"),
        },
        hide_index=True,
        height="content",
        key=keys.own_plan_table(centre_id, "submitted"),
        alt=_("The submitted plan beside the proposal"),
    )


def state_line(found: OwnPlanning, known: PlanOnScreen) -> None:
    """The state of the plan, whether all of it is saved, and why it was returned."""
    _ = session.words()
    plan = found.plan
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        state = STATES[plan.state] if plan else None
        st.badge(
            capital(_(state)) if state else _("not begun: the proposal is shown"),
            color=COLOURS[plan.state] if plan else "blue",  # type: ignore[arg-type]
        )
        if known.unsaved:
            st.markdown(f":material/cloud_off: :red[{plain(_('Not saved yet.'))}]", width="content")
        elif plan is not None and plan.state != "submitted":
            told = _("Saved {time}", time=trail.moment(plan.edited_at)[11:19])
            st.caption(plain(told), width="content")
        if plan is not None and plan.state == "submitted" and plan.submitted_at is not None:
            told = _("on {when} (Korean time)", when=trail.moment(plan.submitted_at)[:16])
            st.caption(plain(told), width="content")
    if plan is not None and plan.state == "returned":
        with st.container(border=True, gap="xsmall"):
            st.markdown(f":material/undo: **{plain(_('The Ministry returned your plan:'))}**")
            st.text(plan.return_reason, width="stretch")


def fields_of_plan(
    rows: Sequence[OwnDivision],
    known: PlanOnScreen,
    plan_key: str,
    centre_id: str,
    left: int,
) -> None:
    """One field a division of the centre; those without staff are named below."""
    _ = session.words()
    unit = _("thousand won") if known.scale == 1_000 else _("won")
    st.caption(plain(_("Amounts are typed in {unit}.", unit=unit)))
    for row in rows:
        if row.has_staff:
            with st.container(border=True, gap="xsmall"):
                _field(row, known, plan_key, centre_id, left)
    lacking = [_.of(row.name_ko, row.name_en) for row in rows if not row.has_staff]
    if lacking:
        st.caption(
            plain(
                _(
                    "This centre has no staff in these divisions, so they get no money: {names}",
                    names=", ".join(lacking),
                )
            )
        )


def _field(row: OwnDivision, known: PlanOnScreen, plan_key: str, centre_id: str, left: int) -> None:
    _, numbers = session.words(), session.numbers()
    won = known.amounts[row.id]
    unit = _("thousand won") if known.scale == 1_000 else _("won")
    live_text_area(
        f"{_.of(row.name_ko, row.name_en)} ({unit})",
        key=keys.plan_field(plan_key, row.id),
        value=text_of(known, row.id),
        max_chars=MOST_TYPED,
        height=40,
        one_line=True,
        help=_beside(row, won, known.scale, numbers),
        error=_error(row, won, known, numbers),
        count="",
        on_change=partial(save_as_typed, plan_key, centre_id, row.id),
    )
    _dispute(row, known, plan_key, centre_id, _)
    room = row.most - won if left > 0 else row.floor - won
    share = min(left, room) if left > 0 else max(left, room)
    if left and (room > 0) == (left > 0) and room:
        st.button(
            plain(
                _("Place what is left here: {change}", change=numbers.change_with_unit(share))
                if left > 0
                else _(
                    "Take what is too much from here: {change}",
                    change=numbers.change_with_unit(share),
                )
            ),
            key=keys.plan_deed(plan_key, f"rest:{row.id}"),
            icon=":material/add_circle:" if left > 0 else ":material/do_not_disturb_on:",
            type="tertiary",
            on_click=put,
            args=(plan_key, centre_id, {row.id: won + share}),
        )


def _beside(row: OwnDivision, won: int, scale: int, numbers: Numbers) -> str:
    """The amount in the page's unit; the proposal, what the bands admit, and the staff's share, in
    the field's unit."""
    _ = numbers.words
    change = Numbers(_, THOUSAND if scale == THOUSAND.won else WON_UNIT).change(won - row.proposal)
    proposal = f"{row.proposal // scale:,}"
    is_same_unit = numbers.unit.won == scale
    parts = [
        *([] if is_same_unit else [f"= {numbers.money_with_unit(won)}"]),
        _("proposal {proposal} ({change})", proposal=proposal, change=change)
        if won != row.proposal
        else _("proposal {proposal}", proposal=proposal),
        _("allowed {least}–{most}", least=f"{row.floor // scale:,}", most=f"{row.most // scale:,}"),
        _("by staff {target}", target=f"{row.target // scale:,}"),
    ]
    if row.binding:
        parts.append(_("the proposal is held by: {binding}", binding=binding_text(row.binding, _)))
    return " · ".join(parts)


def _error(row: OwnDivision, won: int, known: PlanOnScreen, numbers: Numbers) -> str:
    """What is wrong with an amount: why it is not saved, else that it leaves its band."""
    _ = numbers.words
    typed = known.typed.get(row.id)
    if typed is not None and typed.fault:
        return _("Not saved. {fault}", fault=_(typed.fault))
    if won < row.floor:
        return _("{won} below the least of the band", won=numbers.money_with_unit(row.floor - won))
    if won > row.most:
        return _(
            "{won} above the greatest of the band", won=numbers.money_with_unit(won - row.most)
        )
    return ""


def _dispute(
    row: OwnDivision, known: PlanOnScreen, plan_key: str, centre_id: str, _: Words
) -> None:
    """Somebody else changed the division: what stands there, and whose amount is to count."""
    typed = known.typed.get(row.id)
    if typed is None or not isinstance(typed.refusal, Conflict):
        return
    for change in typed.refusal.changes:
        theirs = change.theirs
        if theirs.isdecimal():
            theirs = f"{int(theirs) // known.scale:,}"
        told = others_text(change, _.of(row.name_ko, row.name_en), _.name(theirs))
        st.text(told, width="stretch")
    with st.container(horizontal=True, gap="small"):
        st.button(
            _("Keep mine"),
            key=keys.mine(plan_key, row.id),
            on_click=keep_mine,
            args=(plan_key, centre_id, row.id),
        )
        st.button(
            _("Take theirs"),
            key=keys.theirs(plan_key, row.id),
            on_click=take_theirs,
            args=(plan_key, row.id),
        )


# --- taking it back, and what happened -----------------------------------------------------------


def recall_dialog(prepared: Prepared) -> None:
    """Why the plan is taken back."""
    _ = session.words()
    plan = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    st.markdown(plain(_("The plan no longer counts until you submit it again.")))
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        wants = st.form_submit_button(_("Recall"), type=session.main_button())
    if wants and asked.attempt(
        lambda: division_plans.recall(
            session.store(),
            session.who(),
            plan.centre_id,
            reason,
            based_on=plan.version,
            key=prepared.key,
        ),
        _("The plan was recalled."),
        look_again=lambda: divisions.own(session.store(), session.who(), plan.centre_id).plan,
    ):
        deed_dialog.close()


def history(centre_id: str, names: Mapping[str, str]) -> None:
    """What happened to the plan, the latest first."""
    _, numbers = session.words(), session.numbers()
    lines = division_proposal.history(session.store(), session.who(), centre_id)
    if not lines:
        return
    with st.expander(
        _.ngettext("History: {count} step", "History: {count} steps", len(lines)),
        icon=":material/history:",
    ):
        st.caption(_("Korean time"))
        for line in reversed(lines):
            who = _.of(line.person, line.person_en or line.person)
            deed = capital(_(VERB_NAMES.get(line.verb, line.verb)))
            st.markdown(
                f"{plain(trail.moment(line.at))} · **{plain(deed)}**  \n:small[:gray[{plain(who)}]]"
            )
            if line.reason:
                st.text(line.reason, width="stretch")
            _amounts(line.changes, names, numbers)


def _amounts(
    changes: Mapping[str, tuple[Any, Any]], names: Mapping[str, str], numbers: Numbers
) -> None:
    """The amounts that a submission changed."""
    _ = numbers.words
    found = [(name, pair) for name, pair in changes.items() if name.endswith(WON)]
    if not found:
        return
    st.dataframe(
        pd.DataFrame(
            {
                "division": names.get(name.removesuffix(WON), name),
                "before": numbers.money(old) if old is not None else NOTHING,
                "after": numbers.money(new),
            }
            for name, (old, new) in found
        ),
        column_config={
            "division": st.column_config.TextColumn(_("Division")),
            "before": st.column_config.TextColumn(_("Before"), alignment="right"),
            "after": st.column_config.TextColumn(
                _("After ({unit})", unit=numbers.unit_name), alignment="right"
            ),
        },
        hide_index=True,
        height="content",
        alt=_("Amounts that the submission changed"),
    )
