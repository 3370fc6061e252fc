"""A centre's own divisions: its head moves money inside the bands, sees what is left, submits."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.faults import N_, InputError
from budget.ui import address, deed_dialog, keys, session
from budget.ui.centre_picker import CENTRE, asked_centre, keep, names_of_centres, picker
from budget.ui.division_own_files import contents, earlier
from budget.ui.division_own_form import (
    NOTICE,
    RECALL,
    amounts_table,
    fields_of_plan,
    history,
    recall_dialog,
    state_line,
)
from budget.ui.division_round import lacks_staff
from budget.ui.division_words import names_of, refused_plan
from budget.ui.downloads import Picture, downloads
from budget.ui.figures import show
from budget.ui.plan_typing import PlanOnScreen, adopt, give_up, put, refusal_of
from budget.ui.problems import problems, refusal_text, show_faults
from budget.ui.text import plain
from budget.view import division_charts
from budget.view.colours import LIGHT
from budget.view.division_charts import PlanBar
from budget.view.divisions import left_title
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow import division_plans, division_proposal, divisions
from budget.workflow.division_proposal import OwnDivision
from budget.workflow.divisions import OwnPlanning
from budget.workflow.refusals import NotNow, Refusal
from budget.workflow.rounds import RoundFacts

BARS = N_("Point: your plan. Line: the Ministry's proposal. Wide bar: what your bands admit.")


def link_to_own(round_: RoundFacts) -> None:
    """For whoever sees the round and heads centres too: the own plan, one centre at a time."""
    _ = session.words()
    with st.expander(_("My centre's own plan"), icon=":material/apartment:"):
        centres = sorted(session.person().centres)
        chosen = centres[0]
        if len(centres) > 1:
            names = names_of_centres()
            chosen = st.selectbox(
                _("Centre"),
                centres,
                format_func=lambda centre: f"{names.get(centre, centre)} ({centre})",
                key=keys.OWN_CENTRE,
                width=300,
            )
        _own(chosen, round_)


def own_page(round_: RoundFacts) -> None:
    """The picker, for heads of several centres, and the plan of the chosen one."""
    address.read(CENTRE)
    offered = sorted(session.person().centres)
    names = names_of_centres()
    chosen = None
    with problems():
        chosen = asked_centre(offered)
    picker(offered, chosen, names)
    if chosen is None:
        return
    with problems():
        _own(chosen, round_, has_file=True)
        keep(chosen)


def _own(centre_id: str, round_: RoundFacts, *, has_file: bool = False) -> None:
    _ = session.words()
    found = divisions.own(session.store(), session.who(), centre_id)
    if found.operating is None and not found.run_sha256:
        st.info(
            _(
                "You plan your divisions once this year's amounts are published, planned for "
                "{day}. Until then there is no amount to split.",
                day=f"{round_.dates['publication_due']:%Y-%m-%d}",
            ),
            icon=":material/event:",
        )
        return
    if not found.operating:
        st.info(_("This centre gets no operating money in the published allocation."))
        return
    if found.rules is None:
        st.info(
            _("The Ministry has not set the rules for divisions yet; a planner does so."),
            icon=":material/rule_settings:",
        )
        return
    rows = _proposed(found, _)
    if rows:
        _plan(centre_id, f"{centre_id}:{found.run_sha256[:12]}", round_ if has_file else None)


def _proposed(found: OwnPlanning, _: Words) -> tuple[OwnDivision, ...]:
    """The Ministry's proposal; why there is none, and who mends it."""
    rules = found.rules
    try:
        with st.spinner(_("Computing"), show_time=False):
            return _kept(
                session.store().engine.url.render_as_string(hide_password=True),
                session.who(),
                found.centre_id,
                found.run_sha256,
                rules.sha256 if rules else "",
            )
    except InfeasibleDivisions:  # to whoever sees the whole round as well
        st.warning(_(division_proposal.CONTRADICTION), icon=":material/block:")
    except NotNow as why:
        st.warning(plain(refusal_text(why, _)), icon=":material/block:")
    except InputError as error:
        lacking = rules is not None and lacks_staff(rules.rules, error.faults)
        st.warning(
            _(
                "The published data do not say how many staff work in which division. A planner "
                "uploads this on the page Data."
            )
            if lacking
            else _(
                "Data and rules do not fit together at present, so there is no proposal. A planner "
                "sees this and mends it; what you have saved stays."
            ),
            icon=":material/table_view:",
        )
        show_faults(error, _)
    return ()


@st.cache_data(max_entries=512, show_spinner=False)
def _kept(
    where: str, who: str, centre_id: str, run_sha256: str, rules_sha256: str
) -> tuple[OwnDivision, ...]:
    """Kept by money and rules. The caller has just checked the rights."""
    return division_proposal.proposal(session.store(), who, centre_id)


# --- the plan ------------------------------------------------------------------------------------


@st.fragment
def _plan(centre_id: str, plan_key: str, filed: RoundFacts | None) -> None:
    """The plan reruns alone while somebody types.

    Args:
        filed: the round, where a file of the plan is offered.
    """
    with problems():
        _, numbers = session.words(), session.numbers()
        found = divisions.own(session.store(), session.who(), centre_id)
        if found.rules is None or not found.operating:
            st.rerun()
        rows = _proposed(found, _)
        if not rows:
            return
        unit = found.rules.rules.unit_krw
        scale = 1_000 if unit % 1_000 == 0 else 1
        known = adopt(plan_key, found.plan, {row.id: row.proposal for row in rows}, scale)
        name = _.of(found.name_ko, found.name_en)
        left = found.operating - sum(known.amounts.values())
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.subheader(plain(left_title(name, found.operating, left, numbers)), anchor=False)
            if filed is not None:
                downloads(lambda: contents(found, rows, filed, _drawn(rows, known, numbers)))
        state_line(found, known)
        earlier(found, known, numbers)
        names = names_of(found.rules.rules, _)
        _told(plan_key, names, _)
        is_open = found.plan is None or found.plan.state in divisions.EDITABLE
        if is_open:
            left_side, right_side = st.columns(2, gap="large")
            with left_side:
                fields_of_plan(rows, known, plan_key, centre_id, left)
            with right_side:
                _picture(rows, known, numbers)
                _submission(found, rows, known, plan_key, left, numbers)
        else:
            left_side, right_side = st.columns(2, gap="large")
            with left_side:
                _picture(rows, known, numbers)
            with right_side:
                amounts_table(centre_id, rows, known, numbers)
                _submitted(found, _)
        history(centre_id, names)
        deed_dialog.show(RECALL, _("Recall the plan"), recall_dialog, width="medium")


def _told(plan_key: str, names: Mapping[str, str], _: Words) -> None:
    """Why the last save or submission was not done."""
    why = st.session_state.pop(NOTICE, None)
    if isinstance(why, InputError | Refusal):
        refused_plan(why, names)
    refusal = refusal_of(plan_key)
    if refusal is not None:
        st.warning(plain(_("Not saved. {fault}", fault=refusal_text(refusal, _))))


def _bars(rows: Sequence[OwnDivision], known: PlanOnScreen, _: Words) -> list[PlanBar]:
    """The plan beside the proposal and what the bands admit, a division with staff each."""
    return [
        PlanBar(
            _.of(row.name_ko, row.name_en),
            known.amounts[row.id],
            row.proposal,
            row.target,
            row.floor,
            row.most,
        )
        for row in rows
        if row.has_staff
    ]


def _picture(rows: Sequence[OwnDivision], known: PlanOnScreen, numbers: Numbers) -> None:
    _, title = numbers.words, _title(rows, known, numbers)
    st.markdown(f"**{plain(title)}**")
    bars = _bars(rows, known, _)
    show(division_charts.own_plan(bars, title, numbers, session.chart_colours()))
    st.caption(_(BARS))


def _drawn(rows: Sequence[OwnDivision], known: PlanOnScreen, numbers: Numbers) -> Picture:
    """The same for a file."""
    _, title = numbers.words, _title(rows, known, numbers)
    draw = partial(division_charts.own_plan, _bars(rows, known, _), title, numbers, LIGHT)
    return Picture("plan", _("Plan of divisions"), title, _(BARS), draw)


def _title(rows: Sequence[OwnDivision], known: PlanOnScreen, numbers: Numbers) -> str:
    """How the plan differs from the proposal."""
    _ = numbers.words
    moves = [(_.of(row.name_ko, row.name_en), known.amounts[row.id] - row.proposal) for row in rows]
    changed = [(name, change) for name, change in moves if change]
    if not changed:
        return _("The plan is the Ministry's proposal")
    most, change = max(changed, key=lambda move: abs(move[1]))
    return _(
        "The plan changes the proposal most at {name}: {change}",
        name=most,
        change=numbers.change_with_unit(change),
    )


def _submission(
    found: OwnPlanning,
    rows: Sequence[OwnDivision],
    known: PlanOnScreen,
    plan_key: str,
    left: int,
    numbers: Numbers,
) -> None:
    """What is still missing, and the way on."""
    _ = numbers.words
    outside = [
        _.of(row.name_ko, row.name_en)
        for row in rows
        if not row.floor <= known.amounts[row.id] <= row.most
    ]
    unsaved = [typed for typed in known.typed.values() if typed.won is None]
    name = keys.plan_deed(plan_key, "submit")
    with st.container(border=True, gap="xsmall"):
        if left:
            text = (
                _("Still to be placed: {won}", won=numbers.money_with_unit(left))
                if left > 0
                else _("Placed too much: {won}", won=numbers.money_with_unit(-left))
            )
            st.markdown(f":material/balance: **{plain(text)}**")
        if outside:
            st.markdown(
                ":material/error: "
                + plain(_("Outside its band: {names}", names=", ".join(outside)))
            )
        if not left and not outside and not unsaved:
            st.markdown(f":material/task_alt: {plain(_('Everything is placed inside the bands.'))}")
        st.caption(
            _(
                "National ceilings hold for all centres together: the Ministry compares the plans "
                "and returns one, with a reason, if a ceiling is exceeded."
            )
        )
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Submit the plan"),
                key=name,
                type=session.main_button(),
                icon=":material/send:",
                disabled=bool(left or outside or unsaved),
                on_click=_submit,
                args=(
                    name,
                    session.deed_key(name),
                    plan_key,
                    found.centre_id,
                    dict(known.amounts),
                    known.version,
                ),
            )
            st.button(
                _("Back to the proposal"),
                key=keys.plan_deed(plan_key, "proposal"),
                icon=":material/restart_alt:",
                on_click=put,
                args=(plan_key, found.centre_id, {row.id: row.proposal for row in rows}),
            )


def _submit(
    name: str,
    key: str,
    plan_key: str,
    centre_id: str,
    amounts: Mapping[str, int],
    version: int,
) -> None:
    """Submit what stands on the screen; a refusal is shown at the next run."""
    with problems():
        try:
            division_plans.submit(
                session.store(), session.who(), centre_id, amounts, based_on=version, key=key
            )
        except (Refusal, InputError) as why:
            st.session_state[NOTICE] = why
        else:
            give_up(plan_key)
        session.deed_done(name)


def _submitted(found: OwnPlanning, _: Words) -> None:
    """The plan counts; it can be taken back."""
    plan = found.plan
    if plan is None:
        return
    with st.container(border=True, gap="xsmall"):
        st.markdown(f":material/task_alt: {plain(_('The plan is submitted and counts.'))}")
        st.caption(_("To change it, recall it with a reason; it counts again once submitted anew."))
        deed_dialog.opener(RECALL, _("Recall…"), seen=plan, which=plan.id, icon=":material/undo:")
