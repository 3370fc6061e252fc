"""The plans of all centres: who has submitted, what they make together, which push over a limit."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from budget.ui import deed_dialog, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.division_round import DivisionRound, planning
from budget.ui.division_totals import limits_title
from budget.ui.figures import show
from budget.ui.text import plain
from budget.view import division_charts, trail
from budget.view.divisions import Category
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import capital
from budget.workflow import division_plans
from budget.workflow.divisions import STATES, Plan
from budget.workflow.roles import Verb

SEND_BACK = "send_back_plan"
MOST_BARS = 10
HEIGHT, ROW = 420, 30


def plans_section(present: DivisionRound, which: str) -> None:
    """States at the left; totals and who pushes at the right."""
    _, numbers = session.words(), session.numbers()
    if not present.money.is_published:
        st.info(
            _(
                "Centres plan once the round is published. Until then the proposal can be looked "
                "at under “National totals” and “Centres”, and the rules can be changed."
            ),
            icon=":material/event:",
        )
        return
    categories = present.categories(_)
    left, right = st.columns([0.5, 0.5], gap="large")
    with left:
        _table(present, numbers)
    with right:
        _together(present, categories, which, numbers)
    deed_dialog.show(SEND_BACK, _("Return a plan"), _send_back, width="medium")


def state_texts(present: DivisionRound, numbers: Numbers) -> dict[str, str]:
    """Centre id -> the state of its plan in words, in the order of the table."""
    _ = numbers.words
    plans = present.planning.plans
    return {
        str(centre): capital(_(STATES[plans[str(centre)].state]))
        if str(centre) in plans
        else capital(_("not begun"))
        for centre in present.table.cells.index
    }


def _table(present: DivisionRound, numbers: Numbers) -> None:
    _ = numbers.words
    names, states = present.names(_), state_texts(present, numbers)
    plans = present.planning.plans
    counts = {state: list(states.values()).count(state) for state in dict.fromkeys(states.values())}
    st.markdown(f"**{plain(' · '.join(f'{state} {count}' for state, count in counts.items()))}**")
    ids = list(states)
    moved = {centre: _moved(present, centre) for centre in ids}
    rows = pd.DataFrame(
        {
            "id": ids,
            "centre": [names[centre] for centre in ids],
            "state": [states[centre] for centre in ids],
            "moved": [
                None if moved[centre] is None else (moved[centre] or 0) / numbers.unit.won
                for centre in ids
            ],
            "when": [
                trail.moment(sent)[:16]
                if centre in plans and (sent := plans[centre].submitted_at) is not None
                else NOTHING
                for centre in ids
            ],
        }
    )
    order = sorted(range(len(ids)), key=lambda place: (-(moved[ids[place]] or -1), place))
    rows = rows.iloc[order].reset_index(drop=True)
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "id": text(_("Number"), width=66, pinned=True),
            "centre": text(_("Centre"), width=120, pinned=True),
            "state": text(_("State"), width=96),
            "moved": st.column_config.NumberColumn(
                _("Moved ({unit})", unit=numbers.unit_name),
                help=_("How much the plan gives to other divisions than the proposal."),
                format=f"%,.{numbers.unit.digits}f",
                width=110,
            ),
            "when": text(_("Submitted (Korean time)"), width=140),
        },
        hide_index=True,
        row_height=ROW,
        height=HEIGHT,
        placeholder="",
        key=keys.DIVISION_PLANS,
        alt=_("Plans of the centres: state, how much they move, when they were submitted"),
    )
    if session.person().may(Verb.SEND_BACK_PLAN):
        _return(present, names, numbers)


def _moved(present: DivisionRound, centre: str) -> int | None:
    """How much a submitted plan gives to other divisions than the proposal."""
    amounts = present.submitted.get(centre)
    if amounts is None:
        return None
    return sum(
        max(amounts.get(division, 0) - present.cell(centre, division), 0)
        for division in present.rules.ids
    )


def _return(present: DivisionRound, names: dict[str, str], numbers: Numbers) -> None:
    """Choose a submitted plan and return it with a reason."""
    _ = numbers.words
    submitted = list(present.submitted)
    if not submitted:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.selectbox(
            _("Submitted plan"),
            submitted,
            format_func=lambda centre: f"{names[centre]} ({centre})",
            key=keys.PLAN_TABLE,
            width=260,
        )
        plan = present.planning.plans[chosen if chosen in submitted else submitted[0]]
        deed_dialog.opener(
            SEND_BACK,
            _("Return…"),
            seen=(plan, names[plan.centre_id]),
            which=plan.id,
            icon=":material/undo:",
        )


def _send_back(prepared: Prepared) -> None:
    _ = session.words()
    plan, name = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    st.markdown(
        plain(
            _(
                "The plan of {centre} goes back to its head with your reason, and no longer "
                "counts until it is submitted again.",
                centre=name,
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        wants = st.form_submit_button(_("Return"), type=session.main_button())
    if wants and asked.attempt(
        lambda: division_plans.send_back(
            session.store(),
            session.who(),
            plan.centre_id,
            reason,
            based_on=plan.version,
            key=prepared.key,
        ),
        _("The plan of {centre} was returned.", centre=name),
        look_again=lambda: (_latest(plan), name),
    ):
        deed_dialog.close()


def _latest(plan: Plan) -> Plan:
    return planning().plans.get(plan.centre_id, plan)


# --- what the plans make together ----------------------------------------------------------------


def _together(
    present: DivisionRound, categories: Sequence[Category], which: str, numbers: Numbers
) -> None:
    _ = numbers.words
    if not present.submitted:
        st.caption(_("As soon as a centre submits, its plan is compared with the proposal here."))
        return
    title = limits_title(categories, numbers)
    st.markdown(f"**{plain(title)}**")
    figure = division_charts.totals_against_limits(
        categories, title, numbers, session.chart_colours()
    )
    show(figure)
    st.caption(_("Submitted plans count as they are, the proposal stands for the other centres."))
    _who(present, categories, which, numbers)


def _who(
    present: DivisionRound, categories: Sequence[Category], which: str, numbers: Numbers
) -> None:
    """Which centres' plans ask for more of a category than the proposal."""
    _ = numbers.words
    names = {found.id: found.name for found in categories}
    worst = max(categories, key=lambda found: (found.over, (found.planned or 0) - found.total))
    chosen = which if which in names else worst.id
    st.session_state[keys.DIVISION_WHICH] = chosen
    st.selectbox(
        _("Division"),
        list(names),
        format_func=names.__getitem__,
        key=keys.DIVISION_WHICH,
        on_change=_choose,
        width=260,
    )
    asking = [push for push in present.plan_pushes(chosen, _) if push.excess > 0]
    if not asking:
        st.caption(plain(_("{name}: no plan asks for more than the proposal.", name=names[chosen])))
        return
    title = _.ngettext(
        "{name}: {count} plan asks for {won} more than the proposal",
        "{name}: {count} plans ask for {won} more than the proposal",
        len(asking),
        name=names[chosen],
        won=numbers.money_with_unit(sum(push.excess for push in asking)),
    )
    st.markdown(f"**{plain(title)}**")
    show(division_charts.pushers(asking[:MOST_BARS], title, numbers, session.chart_colours()))


def _choose() -> None:
    st.query_params[keys.PART_PARAMETER] = st.session_state[keys.DIVISION_WHICH]
