"""What the four questions of the sensitivity page share: rules, tables, downloads, values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from budget.allocation.parameters import Parameter, parameters
from budget.allocation.point import Value
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.ui import keys, session
from budget.ui.allocation_files import parameters_sheet
from budget.ui.centre_link import open_centre
from budget.ui.downloads import (
    Contents,
    Picture,
    Sheet,
    allocation_hashes,
    allocation_provenance,
    downloads,
    may_see_figures,
)
from budget.ui.edits import Changes
from budget.ui.round import Round, allocation
from budget.ui.text import plain
from budget.view.charts import Figure
from budget.view.colours import LIGHT, Colours
from budget.view.names import pool_name
from budget.view.numbers import DECREASE, Numbers
from budget.view.parameters import GENERAL, Section, capital, full_title
from budget.view.places import Places
from budget.view.records import record_table
from budget.view.words import Words

TABLE_HEIGHT = 286
WIDER = {"million": 0, "thousand": 16, "won": 42}
"""Pixels that a column of money needs more in a smaller unit."""


@dataclass(frozen=True)
class Probe:
    """The rules that are asked about.

    Attributes:
        changes: of the baseline, as they stand on the planner's desk.
    """

    shown: Round
    changes: Changes

    @cached_property
    def policy(self) -> Policy:
        """The rules themselves.

        Raises:
            InputError: for a value that is not allowed.
        """
        return self.policy_without()

    def policy_without(self, *paths: str) -> Policy:
        """The rules with some parameters back at their baseline.

        A study that moves a parameter does not depend on its present value: its finding stays
        when a value is taken over.
        """
        rest = {path: value for path, value in self.changes.items() if path not in paths}
        return self.shown.baseline.replaced(rest) if rest else self.shown.baseline

    @cached_property
    def allocation(self) -> Allocation:
        """What the rules give.

        Raises:
            InfeasiblePolicy: if they contradict each other.
        """
        return allocation(self.shown, self.changes)

    @cached_property
    def baseline_allocation(self) -> Allocation:
        """What the baseline gives."""
        return allocation(self.shown, {})

    def value(self, parameter: Parameter) -> Value:
        """A parameter's present value."""
        return self.changes.get(parameter.path, parameter.value)

    @cached_property
    def places(self) -> Places:
        """Names of the centres and what they belong to."""
        return Places(self.baseline_allocation.centres, session.words())


# --- which parameter -----------------------------------------------------------------------------


def parameter_picker(probe: Probe, label: str, kept: str, default: Sequence[str]) -> Parameter:
    """One parameter of the policy, grouped as on the page where rules change.

    The choice is kept in the address.

    Args:
        kept: the address's parameter.
        default: paths of which the first one that the policy has is taken at first.
    """
    _, baseline = session.words(), probe.shown.baseline
    known = {parameter.path: parameter for parameter in parameters(baseline)}
    asked = st.query_params.get(kept)
    if asked is not None and asked not in known:
        st.warning(_("The address names a rule that the policy does not have."))
    path = asked if asked in known else next((p for p in default if p in known), next(iter(known)))
    section = next(
        place
        for place, section in enumerate(probe.shown.sections)
        if any(parameter.path == path for parameter in section.parameters)
    )
    found = probe.shown.sections
    group_key, key = keys.picked(f"{kept}:group"), keys.picked(kept)
    st.session_state[group_key] = section
    chosen = st.selectbox(
        label,
        range(len(found)),
        format_func=lambda place: _section_name(found[place], _),
        key=group_key,
        on_change=_choose_group,
        args=(group_key, kept, found),
    )
    options = [parameter.path for parameter in found[chosen].parameters]
    st.session_state[key] = path
    st.selectbox(
        _("Parameter"),
        options,
        format_func=lambda option: full_title(known[option], baseline, _),
        key=key,
        on_change=_choose_parameter,
        args=(key, kept),
        label_visibility="collapsed",
    )
    st.query_params[kept] = path
    return known[path]


def _section_name(section: Section, _: Words) -> str:
    if section.pool == GENERAL:
        return _(section.title)
    return f"{capital(pool_name(section.pool, _))} · {_(section.title)}"


def _choose_group(group_key: str, kept: str, found: Sequence[Section]) -> None:
    _set_parameter(kept, found[st.session_state[group_key]].parameters[0].path)


def _choose_parameter(key: str, kept: str) -> None:
    _set_parameter(kept, st.session_state[key])


def _set_parameter(kept: str, path: str) -> None:
    """Another parameter has another range."""
    st.query_params[kept] = path
    for name in keys.range_parameters(kept):
        if name in st.query_params:
            del st.query_params[name]


def use_values(probe: Probe, values: Mapping[str, Value]) -> None:
    """Take values into the rules, as one step that one click takes back."""
    baseline = {parameter.path: parameter.value for parameter in parameters(probe.shown.baseline)}
    changed = {**probe.changes, **values}
    session.keep_edits(
        session.edits().followed_by(
            {path: value for path, value in changed.items() if value != baseline[path]}
        )
    )


# --- tables --------------------------------------------------------------------------------------


def centre_table(
    rows: pd.DataFrame, columns: Mapping[str, Any], name: str, alt: str, unit: str = ""
) -> None:
    """A table of centres; a click on one opens its page.

    Args:
        rows: with a column centre_id, which is not shown.
        name: of the table; other rows need another name.
        unit: of the money in it, told above it.
    """
    _ = session.words()
    said = [_("Money in {unit}.", unit=unit)] if unit else []
    st.caption(plain(" ".join([*said, _("A click at the left of a row opens the centre.")])))
    event = st.dataframe(
        rows.drop(columns="centre_id"),
        column_config=columns,
        hide_index=True,
        height=TABLE_HEIGHT,
        row_height=30,
        placeholder="",
        on_select="rerun",
        selection_mode="single-row",
        key=keys.probe_table(name),
        alt=alt,
    )
    chosen = event["selection"]["rows"]
    if chosen:
        open_centre(str(rows["centre_id"].iloc[chosen[0]]))


def money_column(label: str, numbers: Numbers, width: int = 86, meaning: str = "") -> Any:
    """A column of amounts."""
    return st.column_config.NumberColumn(
        capital(label),
        format=f"%,.{numbers.unit.digits}f",
        width=width + WIDER[numbers.unit.key],
        help=meaning or None,
    )


def signed_columns(more: str, less: str, digits: int, numbers: Numbers) -> dict[str, Any]:
    """More and less as two columns, each with its sign, so that both sort as numbers."""
    decrease, wider = DECREASE[numbers.words.language], WIDER[numbers.unit.key]
    column = st.column_config.NumberColumn
    return {
        "more": column(capital(more), format=f"+%,.{digits}f", width=76 + wider),
        "less": column(capital(less), format=f"{decrease}%,.{digits}f", width=76 + wider),
    }


def text_columns(rows: pd.DataFrame) -> dict[str, Any]:
    """Columns of finished texts; all but the first aligned as figures are."""
    text = st.column_config.TextColumn
    return {
        str(name): text(capital(str(name)), alignment="right" if place else "left")
        for place, name in enumerate(rows.columns)
    }


def headline(title: str) -> DeltaGenerator:
    """The finding; gives the room at its right, for the files."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(title), anchor=False)
        return st.container(width="content")


def files(
    probe: Probe,
    room: DeltaGenerator,
    name: str,
    title: str,
    finding: str,
    basis: str,
    records: Callable[[], pd.DataFrame],
    draw: Callable[[Colours], Figure],
    titles: Mapping[str, str] | None = None,
    before: Sequence[Sheet] = (),
) -> None:
    """What the present answer offers as files: its records, its chart, the rules that it had.

    Args:
        room: where the menu stands.
        finding: the chart's heading.
        basis: what is compared with what.
        draw: the chart in given colours.
        titles: headings of records that only this answer has.
        before: tables that stand before the records.
    """
    _ = session.words()
    opened = session.opened()
    scenario, version = (opened.name, opened.number) if opened else (_("baseline"), None)
    is_saved = opened is not None and dict(opened.saved) == dict(probe.changes)

    def contents() -> Contents:
        base = probe.baseline_allocation
        return Contents(
            name=f"sensitivity-{name}",
            scenario=f"s{opened.scenario_id}.{opened.number}" if opened and is_saved else "unsaved",
            provenance=allocation_provenance(
                probe.shown, base, scenario, version if is_saved else None, _
            ),
            check=may_see_figures(),
            sheets=[
                *before,
                Sheet(name, title, lambda: record_table(name, title, records(), _, titles)),
            ],
            pictures=[Picture(name, title, finding, basis, lambda: draw(LIGHT))],
            further=parameters_sheet(probe.policy, probe.shown, _),
            hashes=lambda: allocation_hashes(base, probe.shown.requests),
        )

    with room:
        downloads(contents)
