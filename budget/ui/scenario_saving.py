"""The dialog that saves a scenario: a new version or a new one, with its rationales."""

from dataclasses import replace

import streamlit as st

from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.ui import keys, session
from budget.ui.edits import Changes, changes_between
from budget.ui.problems import change_text, fault_text, refusal_text
from budget.ui.round import Round
from budget.ui.session import Opened
from budget.ui.text import plain
from budget.view.parameters import changes, full_title, parameter_at, scale_of, shown
from budget.view.words import Words
from budget.workflow import saved_scenarios, scenarios
from budget.workflow.refusals import Conflict, OthersChange, Refusal

NEW = "new"
LATEST = "latest"


def save_form(shown_round: Round, current: Opened) -> None:
    """A dialog in the reader's language."""
    _ = session.words()
    st.dialog(_("Save scenario"), width="medium")(_save_dialog)(shown_round, current)


def _save_dialog(shown_round: Round, current: Opened) -> None:
    _ = session.words()
    present = session.edits().present
    baseline = shown_round.baseline
    is_baseline = current.scenario_id == shown_round.saved_baseline.id
    if is_baseline and keys.SCENARIO_TARGET not in st.session_state:
        st.session_state[keys.SCENARIO_TARGET] = NEW
    target = st.radio(
        _("Save as"),
        [LATEST, NEW],
        format_func=lambda key: plain(
            _("a new version of “{name}”", name=_.name(current.name))
            if key == LATEST
            else _("a new scenario")
        ),
        key=keys.SCENARIO_TARGET,
        horizontal=True,
    )
    name = st.text_input(_("Name"), key=keys.SCENARIO_NAME, max_chars=80) if target == NEW else ""
    if is_baseline and target == LATEST:
        st.warning(
            _(
                "This changes the baseline: every comparison and everybody's national totals "
                "follow it. Please say why in the note."
            ),
            icon=":material/star:",
        )
    note = st.text_area(_("Note"), key=keys.SCENARIO_NOTE, max_chars=1000, height=80)
    rationales = _rationales(present, current, baseline, _)
    st.caption(
        _("A rationale is needed before publication; it can be given later, in a new version.")
    )
    based_on = current.number
    conflict = st.session_state.get(keys.SAVE_ON_TOP)
    if conflict:
        based_on = conflict
    is_explained = bool(note.strip()) or not (is_baseline and target == LATEST)
    if st.button(
        _("Save"), type=session.main_button(), key=keys.SAVE + "_now", disabled=not is_explained
    ):
        _save(shown_round, current, target, name, note, rationales, based_on, _)


def _rationales(present: Changes, current: Opened, baseline: Policy, _: Words) -> dict[str, str]:
    """One field a changed parameter, with what was said last time."""
    numbers = session.numbers()
    known = saved_scenarios.scenario(
        session.store(), session.who(), current.scenario_id, current.number
    ).rationales
    found = {}
    began = saved_scenarios.began(session.store(), session.who())
    policy = baseline.replaced(present) if present else baseline
    for change in changes(began, changes_between(began, policy) or present):
        parameter = change.parameter
        scale = scale_of(parameter, baseline)
        before, now = (shown(value, scale, numbers) for value in (parameter.value, change.value))
        found[parameter.path] = st.text_input(
            plain(f"{full_title(parameter, baseline, _)}: {before} → {now}"),
            value=known.get(parameter.path, ""),
            placeholder=_("Why this value?"),
            max_chars=500,
            key=keys.rationale(parameter.path),
        )
    return found


def _save(
    shown_round: Round,
    current: Opened,
    target: str,
    name: str,
    note: str,
    rationales: dict[str, str],
    based_on: int,
    _: Words,
) -> None:
    present = session.edits().present
    policy = shown_round.baseline.replaced(present) if present else shown_round.baseline
    considered = st.session_state.get(keys.CONSIDERED, current.considered)
    try:
        if target == NEW:
            version = saved_scenarios.scenario(
                session.store(), session.who(), current.scenario_id, current.number
            ).version_id
            made = scenarios.create(
                session.store(),
                session.who(),
                name,
                policy,
                considered=considered,
                note=note,
                rationales=rationales,
                copied_from=version,
                key=session.deed_key(keys.SAVE),
            )
        else:
            made = scenarios.save(
                session.store(),
                session.who(),
                current.scenario_id,
                policy,
                considered=considered,
                note=note,
                rationales=rationales,
                based_on=based_on,
                key=session.deed_key(keys.SAVE),
            )
    except Conflict as conflict:
        _tell_conflict(conflict, shown_round.baseline, _)
    except InputError as error:
        st.error(plain(" ".join(fault_text(fault, _) for fault in error.faults)))
    except Refusal as refusal:
        session.deed_refused(keys.SAVE, refusal)
        st.warning(plain(refusal_text(refusal, _)))
    else:
        session.deed_done(keys.SAVE)
        st.session_state.pop(keys.SAVE_ON_TOP, None)
        if made.is_baseline:  # what was changed of the baseline is the baseline now
            present = {}
            session.keep_edits(session.edits().followed_by(present))
        session.keep_opened(Opened(made.id, made.number, made.name, present, made.considered))
        session.keep_in_address()
        st.toast(
            plain(_("Saved: {name}, version {number}", name=made.name, number=made.number)),
            icon=":material/save:",
        )
        st.rerun()


def _titled(change: OthersChange, baseline: Policy, _: Words) -> OthersChange:
    """A change of a parameter with the parameter's title, and its value in its unit."""
    parameter = parameter_at(baseline, change.field)
    if parameter is None:
        return change
    value = type(parameter.value)(change.theirs)
    return replace(
        change,
        field=full_title(parameter, baseline, _),
        theirs=shown(value, scale_of(parameter, baseline), session.numbers()),
    )


def _tell_conflict(conflict: Conflict, baseline: Policy, _: Words) -> None:
    """Who changed what in the meantime; what was typed stays, and can be saved on top."""
    st.warning(plain(refusal_text(conflict, _)), icon=":material/front_hand:")
    for change in conflict.changes:
        st.markdown(f"- {plain(change_text(_titled(change, baseline, _), _))}")
    st.session_state[keys.SAVE_ON_TOP] = conflict.version
    st.info(
        _(
            "Your rules and texts are kept. Press save again to put your version on top of "
            "theirs, or save as a new scenario."
        )
    )
