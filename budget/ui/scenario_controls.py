"""Scenarios on the Allocate page: open, duplicate, baseline, reset to saved, history."""

from collections.abc import Callable, Sequence

import streamlit as st

from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.ui import keys, session
from budget.ui.edits import Changes, changes_between
from budget.ui.problems import fault_text, refusal_text
from budget.ui.round import Round
from budget.ui.scenario_saving import save_form
from budget.ui.session import Opened
from budget.ui.text import plain
from budget.view.parameters import capital, full_title, parameter_at, scale_of, shown
from budget.view.words import Words
from budget.workflow import saved_scenarios, scenarios
from budget.workflow.deadlines import KOREA
from budget.workflow.refusals import Refusal
from budget.workflow.roles import Verb
from budget.workflow.saved_scenarios import CONSIDERED, SavedScenario

MOST_LISTED = 30


def adopt_scenario(shown_round: Round) -> None:
    """Open the scenario that the address names, once; the baseline if it names none.

    Raises:
        Forbidden: if there is no such scenario, or it is not for this person.
        InputError: for an address that cannot be read.
    """
    if keys.SCENARIO in st.session_state:
        return
    base = shown_round.saved_baseline
    session.keep_opened(Opened(base.id, base.number, base.name, {}, base.considered))
    asked = st.query_params.get(keys.SCENARIO_PARAMETER, "")
    if asked and asked != str(base.id):
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        found = saved_scenarios.scenario(session.store(), session.who(), number)
        has_edits = bool(st.query_params.get_all(keys.CHANGE_PARAMETER))
        _open(found, shown_round.baseline, keep_edits=has_edits)


def _open(found: SavedScenario, baseline: Policy, *, keep_edits: bool = False) -> bool:
    """Make a scenario version the one that is worked on; False if controls cannot show it."""
    saved = changes_between(baseline, found.policy)
    if saved is None:
        return False
    session.keep_opened(Opened(found.id, found.number, found.name, saved, found.considered))
    if not keep_edits:
        session.keep_edits(session.edits().followed_by(saved))
    return True


def scenario_bar(shown_round: Round, beside: Callable[[], None]) -> None:
    """Which scenario is open and whether it is saved; everything that can be done with it.

    Args:
        beside: draws what else stands in this line.
    """
    _ = session.words()
    current = session.opened()
    if current is None:
        return
    base = shown_round.saved_baseline
    if current.scenario_id == base.id and current.number < base.number:
        session.keep_opened(Opened(base.id, base.number, base.name, {}, base.considered))
        current = session.opened() or current
        st.toast(
            _(
                "The baseline changed: version {number}, {person}. Your own changes are kept.",
                number=base.number,
                person=_.of(base.saved_by, base.saved_by_en or base.saved_by),
            ),
            icon=":material/star:",
        )
    is_saved = dict(current.saved) == dict(session.edits().present)
    can_save = session.person().may(Verb.SAVE_SCENARIO)
    with st.container(horizontal=True, gap="xsmall", wrap=False, vertical_alignment="center"):
        star = "★ " if current.scenario_id == shown_round.saved_baseline.id else ""
        mark = "" if is_saved else " ●"
        menu = st.popover(
            plain(f"{star}{_.name(current.name)} · {current.number}{mark}"),
            key=keys.SCENARIOS,
            on_change="rerun",
            help=_("Scenarios: open, duplicate, history. ★ baseline, ● not saved"),
            width="stretch",
        )
        if menu.open:  # otherwise a moved rule would read every scenario anew
            with menu:
                _menu(shown_round, current, is_saved=is_saved, can_save=can_save)
        is_published = shown_round.facts.state == "published"
        if can_save and st.button(
            _("Save…"),
            key=keys.SAVE,
            disabled=is_published,
            help=_("The round is published: its scenarios stay as they are.")
            if is_published
            else None,
        ):
            session.deed_done(keys.SAVE)
            st.session_state.pop(keys.SAVE_ON_TOP, None)
            save_form(shown_round, current)
        beside()


def _menu(shown_round: Round, current: Opened, *, is_saved: bool, can_save: bool) -> None:
    _ = session.words()
    listed = saved_scenarios.scenarios(session.store(), session.who())
    _list(listed[:MOST_LISTED], current, shown_round, _)
    with st.container(horizontal=True, gap="small", wrap=True):
        st.button(
            _("Reset to saved"),
            key=keys.SCENARIO_LIST,
            icon=":material/restore:",
            disabled=is_saved,
            on_click=_reset_to_saved,
            args=(current.saved,),
        )
    _considered(current, _)
    if can_save:
        _duplicate(current, _)
        if current.scenario_id != shown_round.saved_baseline.id:
            _make_baseline(shown_round, current, _)
    _history(current, shown_round.baseline, _)


def _list(listed: Sequence[SavedScenario], current: Opened, shown_round: Round, _: Words) -> None:
    for found in listed:
        with st.container(
            horizontal=True,
            gap="small",
            vertical_alignment="center",
            horizontal_alignment="distribute",
        ):
            star = "★ " if found.is_baseline else ""
            st.markdown(
                f"**{plain(star + _.name(found.name))}** :small[:gray[{plain(_line(found, _))}]]",
                width=280,
            )
            st.button(
                _("Open"),
                key=keys.open_version(found.id, 0),
                disabled=found.id == current.scenario_id and found.number == current.number,
                on_click=_open_clicked,
                args=(found, shown_round.baseline),
            )


def _line(found: SavedScenario, _: Words) -> str:
    return _(
        "version {number}, {person}, {when}",
        number=found.number,
        person=_.of(found.saved_by, found.saved_by_en or found.saved_by),
        when=f"{found.saved_at.astimezone(KOREA):%Y-%m-%d %H:%M}",
    )


def _open_clicked(found: SavedScenario, baseline: Policy) -> None:
    _ = session.words()
    if not _open(found, baseline):
        st.toast(
            _(
                "This scenario differs from the baseline in more than numbers; download its "
                "rules, or make it the baseline to see it here."
            ),
            icon=":material/error:",
        )


def _reset_to_saved(saved: Changes) -> None:
    session.keep_edits(session.edits().followed_by(saved))


def _considered(current: Opened, _: Words) -> None:
    st.session_state[keys.SCENARIO_CONSIDERED] = st.session_state.get(
        keys.CONSIDERED, current.considered
    )
    st.radio(
        _("Requests considered"),
        list(CONSIDERED),
        format_func=lambda key: capital(_(CONSIDERED[key])),
        key=keys.SCENARIO_CONSIDERED,
        on_change=_choose_considered,
    )


def _choose_considered() -> None:
    st.session_state[keys.CONSIDERED] = st.session_state[keys.SCENARIO_CONSIDERED]


def _duplicate(current: Opened, _: Words) -> None:
    with st.form(keys.SCENARIO_COPY, border=False, clear_on_submit=False):
        name = st.text_input(
            _("Duplicate as"), max_chars=80, placeholder=_("Name of the new scenario")
        )
        if st.form_submit_button(_("Duplicate"), icon=":material/content_copy:"):
            try:
                made = scenarios.copy(
                    session.store(),
                    session.who(),
                    current.scenario_id,
                    current.number,
                    name,
                    key=session.deed_key(keys.SCENARIO_COPY),
                )
            except InputError as error:
                st.error(plain(" ".join(fault_text(fault, _) for fault in error.faults)))
            except Refusal as refusal:
                session.deed_refused(keys.SCENARIO_COPY, refusal)
                st.warning(plain(refusal_text(refusal, _)))
            else:
                session.deed_done(keys.SCENARIO_COPY)
                session.keep_opened(
                    Opened(made.id, made.number, made.name, current.saved, made.considered)
                )
                session.keep_in_address()
                st.toast(plain(_("Duplicated: {name}", name=made.name)))
                st.rerun()


def _make_baseline(shown_round: Round, current: Opened, _: Words) -> None:
    with st.form(keys.SCENARIO_REASON, border=False):
        reason = st.text_input(_("Reason for a new baseline"), max_chars=500)
        if st.form_submit_button(_("Make it the baseline"), icon=":material/star:"):
            try:
                scenarios.set_baseline(
                    session.store(),
                    session.who(),
                    current.scenario_id,
                    reason,
                    based_on=shown_round.facts.version,
                    key=session.deed_key(keys.SCENARIO_REASON),
                )
            except InputError as error:
                st.error(plain(" ".join(fault_text(fault, _) for fault in error.faults)))
            except Refusal as refusal:
                session.deed_refused(keys.SCENARIO_REASON, refusal)
                st.warning(plain(refusal_text(refusal, _)))
            else:
                session.deed_done(keys.SCENARIO_REASON)
                del st.session_state[keys.SCENARIO]
                del st.session_state[keys.EDITS]
                st.query_params.pop(keys.CHANGE_PARAMETER, None)
                st.rerun()


def _history(current: Opened, baseline: Policy, _: Words) -> None:
    with st.expander(plain(_("History of {name}", name=_.name(current.name)))):
        for found in saved_scenarios.history(session.store(), session.who(), current.scenario_id):
            with st.container(border=True, gap="xsmall"):
                with st.container(
                    horizontal=True,
                    vertical_alignment="center",
                    horizontal_alignment="distribute",
                ):
                    st.markdown(f":small[{plain(_line(found, _))}]", width="content")
                    st.button(
                        _("Open"),
                        key=keys.open_version(found.id, found.number),
                        disabled=found.number == current.number,
                        on_click=_open_clicked,
                        args=(found, baseline),
                    )
                if found.copied_from and found.number == 1:
                    st.caption(plain(_("Duplicate of {origin}", origin=found.copied_from)))
                if found.note:
                    st.text(found.note)
                for path, (old, new) in found.changes.items():
                    st.markdown(plain(_change_line(path, old, new, found, baseline, _)))


def _change_line(
    path: str,
    old: str | None,
    new: str | None,
    found: SavedScenario,
    baseline: Policy,
    _: Words,
) -> str:
    """A changed parameter: its title, old → new in its own unit, and why."""
    numbers = session.numbers()
    parameter = parameter_at(baseline, path)
    why = found.rationales.get(path)
    told = f" ({why})" if why else ""
    if parameter is None:
        return f"{path}: {old or '–'} → {new or '–'}{told}"
    scale = scale_of(parameter, baseline)
    texts = [
        shown(type(parameter.value)(text), scale, numbers) if text is not None else "–"
        for text in (old, new)
    ]
    return f"{full_title(parameter, baseline, _)}: {texts[0]} → {texts[1]}{told}"
