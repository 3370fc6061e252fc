"""The rules as controls: one section open at a time, each rule with its baseline and a reset.

The truth is the session's edits; a control shows what they say and changes them when moved.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal

import streamlit as st

from budget.allocation.parameters import Parameter
from budget.allocation.policy import Policy
from budget.ui import keys, session
from budget.ui.edits import Edits, Value
from budget.ui.text import plain
from budget.view.names import pool_name
from budget.view.parameters import (
    CHOICES,
    GENERAL,
    Scale,
    Section,
    alone,
    capital,
    changed_in,
    changes,
    explanation,
    full_title,
    scale_of,
    shown,
    subtitle,
    title,
    unit_behind,
)
from budget.view.words import Words

PANEL_HEIGHT, SWITCH_HEIGHT, SECOND_ROW = 416, 46, 34
"""Pixels: the rules scroll alone, so that the result never leaves the eye."""
ONE_ROW = 24
"""Letters of all names of a switch that fit beside each other."""


def policy_controls(baseline: Policy, found: Sequence[Section]) -> None:
    """Undo, redo, reset; which rules are open; and their controls in a panel of their own."""
    _ = session.words()
    edits = session.edits()
    _history(baseline, edits, _)
    section, taken = _open_section(found, edits, _)
    single = alone(section)
    with st.container(height=PANEL_HEIGHT - taken, border=True, gap="small"):
        above = ""
        for parameter in section.parameters:
            is_single = parameter.path in single
            heading = "" if is_single else subtitle(parameter, _)
            if heading and heading != above:
                st.markdown(f"**{plain(heading)}**")
            above = heading
            _control(parameter, title(parameter, baseline, _, alone=is_single), baseline, edits)


def _history(baseline: Policy, edits: Edits, _: Words) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", wrap=False):
        count = len(edits.present)
        with st.popover(
            _.ngettext("{count} changed", "{count} changed", count) if count else _("Baseline"),
            disabled=not count,
            key=keys.CHANGES,
            width="stretch",
        ):
            _list_of_changes(baseline, edits, _)
        st.button(
            "",
            key=keys.UNDO,
            icon=":material/undo:",
            help=_("Undo"),
            disabled=not edits.past,
            on_click=_undo,
        )
        st.button(
            "",
            key=keys.REDO,
            icon=":material/redo:",
            help=_("Redo"),
            disabled=not edits.future,
            on_click=_redo,
        )
        st.button(
            "",
            key=keys.RESET_ALL,
            icon=":material/restart_alt:",
            help=_("Back to the baseline"),
            disabled=not count,
            on_click=_reset_all,
        )


def _list_of_changes(baseline: Policy, edits: Edits, _: Words) -> None:
    numbers = session.numbers()
    for change in changes(baseline, edits.present):
        parameter = change.parameter
        scale = scale_of(parameter, baseline)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            before, now = (
                plain(shown(value, scale, numbers)) for value in (parameter.value, change.value)
            )
            st.markdown(
                f"{plain(full_title(parameter, baseline, _))}  \n{before} → **{now}**",
                width=300,
            )
            st.button(
                _("Reset"),
                key=keys.reset_in_list(parameter.path),
                on_click=_reset,
                args=(parameter.path,),
            )


def _open_section(found: Sequence[Section], edits: Edits, _: Words) -> tuple[Section, int]:
    """The section that the planner has opened, the first one at first.

    Returns:
        Also the pixels that its switches take beyond one row.
    """
    pools = list(dict.fromkeys(section.pool for section in found))
    pool, below = _switch(
        keys.POOL_SWITCH,
        keys.OPEN_POOL,
        _("Rules of"),
        pools,
        lambda name: plain(capital(pool_name(name, _) if name != GENERAL else _("general"))),
    )
    parts = [section for section in found if section.pool == pool]
    if len(parts) == 1:
        return parts[0], below
    part, further = _switch(
        keys.PART_SWITCH,
        keys.OPEN_PART,
        _("Kind of rule"),
        [section.title for section in parts],
        lambda name: (
            _(name)
            + next(
                " ●" if changed_in(section, edits.present) else ""
                for section in parts
                if section.title == name
            )
        ),
    )
    chosen = next(section for section in parts if section.title == part)
    return chosen, below + SWITCH_HEIGHT + further


def _switch(
    widget: str, kept: str, label: str, options: list[str], name: Callable[[str], str]
) -> tuple[str, int]:
    """A row of names of which one is chosen; the choice outlives the page.

    Short names share the row; longer ones stand in two, each as wide as it is.

    Returns:
        The choice, and the pixels of a second row.
    """
    is_one_row = sum(len(name(option)) for option in options) <= ONE_ROW
    choice = st.session_state.get(kept)
    if choice not in options:
        choice = options[0]
    st.session_state[widget] = choice
    st.pills(
        label,
        options,
        format_func=name,
        key=widget,
        on_change=_keep_choice,
        args=(widget, kept),
        required=True,
        label_visibility="collapsed",
        width="stretch" if is_one_row else "content",
        wrap=True,
    )
    return choice, 0 if is_one_row else SECOND_ROW


def _keep_choice(widget: str, kept: str) -> None:
    st.session_state[kept] = st.session_state[widget]


# --- one control -----------------------------------------------------------------------------


def _control(parameter: Parameter, name: str, baseline: Policy, edits: Edits) -> None:
    _ = session.words()
    scale = scale_of(parameter, baseline)
    numbers = session.numbers()
    value = edits.present.get(parameter.path, parameter.value)
    is_changed = parameter.path in edits.present
    usual = plain(_("baseline {value}", value=shown(parameter.value, scale, numbers)))
    mark = ":primary[**●**] " if is_changed else ""
    line = f"{mark}{plain(name)}  :small[:gray[{usual}]]"
    about = plain(explanation(parameter, _))
    gap: Literal["xxsmall", "xsmall"] = "xxsmall" if is_changed else "xsmall"  # a button is higher
    with st.container(key=keys.control(parameter.path), gap=gap):
        if is_changed:
            with st.container(
                horizontal=True, vertical_alignment="center", gap="small", wrap=False
            ):
                st.markdown(line, help=about)
                st.button(
                    "",
                    key=keys.reset(parameter.path),
                    icon=":material/undo:",
                    type="tertiary",
                    help=_("Reset to the baseline"),
                    on_click=_reset,
                    args=(parameter.path,),
                )
        else:
            st.markdown(line, help=about)
        label = plain(full_title(parameter, baseline, _))
        if parameter.path in CHOICES:
            _choice(parameter, scale, value, label)
        else:
            _slider(parameter, scale, value, label)


def _choice(parameter: Parameter, scale: Scale, value: Value, label: str) -> None:
    """A parameter of which only a few values make sense."""
    key = keys.choice(parameter.path)
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    numbers = session.numbers()
    st.selectbox(
        label,
        sorted({*CHOICES[parameter.path], int(parameter.value), int(value)}),
        format_func=lambda option: shown(option, scale, numbers),
        key=key,
        on_change=_chosen,
        args=(key, parameter),
        label_visibility="collapsed",
    )


def _chosen(key: str, parameter: Parameter) -> None:
    chosen = st.session_state[key]
    session.keep_edits(session.edits().changed(parameter.path, chosen, parameter.value))


def _slider(parameter: Parameter, scale: Scale, value: Value, label: str) -> None:
    key = keys.slider(parameter.path)
    wanted = float(scale.to_screen(value))
    low, high = (float(scale.to_screen(end)) for end in parameter.usual)
    if st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    _ = session.words()
    digits = max(scale.digits, min(6, -int(Decimal(repr(wanted)).normalize().as_tuple().exponent)))
    unit = unit_behind(scale, _).replace("%", "%%")
    st.slider(
        label,
        min_value=min(low, wanted),
        max_value=max(high, wanted),
        step=float(scale.to_screen(parameter.step)),
        format=f"%,.{digits}f{unit}",
        key=key,
        on_change=_moved,
        args=(key, parameter, scale),
        label_visibility="collapsed",
    )


def _moved(key: str, parameter: Parameter, scale: Scale) -> None:
    """Take a control's value into the edits, exact to the digits that it shows."""
    moved = st.session_state[key]
    if moved is None:
        return
    rounded = Decimal(repr(moved)).quantize(Decimal(1).scaleb(-max(scale.digits, 4)))
    value = scale.from_screen(rounded, whole=isinstance(parameter.value, int))
    session.keep_edits(session.edits().changed(parameter.path, value, parameter.value))


def _undo() -> None:
    session.keep_edits(session.edits().undone())


def _redo() -> None:
    session.keep_edits(session.edits().redone())


def _reset_all() -> None:
    session.keep_edits(session.edits().reset_all())


def _reset(path: str) -> None:
    session.keep_edits(session.edits().reset(path))
