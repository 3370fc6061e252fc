"""Results against evenness: two rules over a grid, and the settings that none beats."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.curve import Steps
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.frontier import Frontier, frontier
from budget.allocation.parameters import Parameter
from budget.allocation.point import Point, Value, point_of
from budget.ui import keys, session, studies
from budget.ui.figures import show
from budget.ui.probe import Probe, files, headline, parameter_picker, text_columns, use_values
from budget.ui.probe_range import value_range
from budget.view.frontiers import frontier_records, frontier_table, frontier_title, setting_text
from budget.view.parameters import full_title
from budget.view.sensitivity_charts import frontier_scatter

FIRST = ("pool.performance.amount.share",)
SECOND = ("pool.operating.floor.hold-harmless.prior.rate", "policy.envelope_krw")
SIZES = (5, 7, 9, 11)


def part(probe: Probe) -> None:
    """Choose two rules at the left; the frontier stands at the right."""
    _ = session.words()
    left, right = st.columns([0.235, 0.765], gap="medium")
    with left:
        size = st.session_state.get(keys.picked("grid"), SIZES[1])
        first = parameter_picker(probe, _("First rule"), keys.FIRST_PARAMETER, FIRST)
        first_steps = value_range(probe, first, keys.FIRST_PARAMETER, size)
        second = parameter_picker(probe, _("Second rule"), keys.SECOND_PARAMETER, SECOND)
        second_steps = value_range(probe, second, keys.SECOND_PARAMETER, size)
        st.select_slider(
            _("Values of each rule at most"), SIZES, value=SIZES[1], key=keys.picked("grid")
        )
        if first.path == second.path:
            raise InputError([Fault("", second.path, "", N_("another rule than the first one"))])
        values = (_values(first_steps), _values(second_steps))
        paths = (first.path, second.path)
        policy, shown = probe.policy_without(*paths), probe.shown
        key = studies.study_key("frontier", shown, policy, paths, values)
        studies.start_button(
            key,
            lambda: frontier(studies.given(shown, policy), paths, values),
            _("Compute the frontier"),
        )
        st.caption(
            _.ngettext(
                "{count} certified run", "{count} certified runs", len(values[0]) * len(values[1])
            )
        )
    with right:
        found = studies.finding(
            key,
            shown,
            _(
                "More money for results makes money less even. The frontier shows, for every "
                "setting of two rules, how much money follows results and how even it lies, and "
                "which settings no other one beats. Press “Compute the frontier”."
            ),
        )
        if found is not None:
            _answer(probe, replace(found, present=_present(probe)), (first, second))


def _values(steps: Steps) -> list[Value]:
    return [steps.value(place) for place in steps.places]


def _present(probe: Probe) -> Point:
    try:
        return point_of(probe.allocation)
    except InfeasiblePolicy:
        return Point(())


def _answer(probe: Probe, found: Frontier, moved: Sequence[Parameter]) -> None:
    numbers, baseline = session.numbers(), probe.shown.baseline
    _ = numbers.words
    with st.container(gap=None):
        room = headline(frontier_title(found, numbers))
        st.caption(
            _(
                "Money that follows results: pools for which results decide who shares, and what "
                "adjustments on results move. A setting is beaten if another one has at least as "
                "much of it and lies at least as even."
            )
        )
    show(frontier_scatter(found, moved, baseline, numbers, session.chart_colours()))
    failed = len(found.points) - len(found.measured)
    if failed:
        st.caption(
            _.ngettext(
                "{count} setting has no allocation: its rules contradict each other.",
                "{count} settings have no allocation: their rules contradict each other.",
                failed,
            )
        )
    if not found.undominated:
        return
    rows = frontier_table(found, moved, baseline, numbers)
    st.dataframe(
        rows,
        column_config=text_columns(rows),
        hide_index=True,
        height="content",
        alt=_("Table of the settings that none beats, beside the present rules"),
    )
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        place = st.selectbox(
            _("Setting"),
            range(len(found.undominated)),
            format_func=lambda place: setting_text(
                found.undominated[place], moved, baseline, numbers
            ),
            key=keys.picked("setting"),
            width=320,
        )
        chosen = dict(zip(found.paths, found.undominated[place].values, strict=True))
        st.button(
            _("Use these values"),
            key=keys.FRONTIER_USE,
            type=session.main_button(),
            icon=":material/check:",
            on_click=use_values,
            args=(probe, chosen),
            disabled=all(
                value == probe.value(parameter)
                for value, parameter in zip(chosen.values(), moved, strict=True)
            ),
            help=_("The rules take these values. “Undo” takes them back."),
        )
    files(
        probe,
        room,
        "frontier",
        _("Frontier"),
        frontier_title(found, numbers),
        " · ".join(full_title(parameter, baseline, _) for parameter in moved),
        lambda: frontier_records(found),
        lambda colours: frontier_scatter(found, moved, baseline, numbers, colours),
        {parameter.path: full_title(parameter, baseline, _) for parameter in moved},
    )
