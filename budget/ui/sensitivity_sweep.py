"""One rule over a range: everybody's line, where rules bite, and a value to take over."""

import streamlit as st

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.curve import Curve, curve
from budget.allocation.faults import N_
from budget.allocation.parameters import Parameter
from budget.allocation.point import Point, Value
from budget.ui import keys, session, studies
from budget.ui.figures import show
from budget.ui.probe import (
    Probe,
    centre_table,
    files,
    money_column,
    parameter_picker,
    signed_columns,
    text_columns,
    use_values,
)
from budget.ui.probe_range import value_range
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.view.parameters import capital, full_title
from budget.view.places import GROUPINGS, gini_text
from budget.view.sweep_charts import sweep_lines
from budget.view.sweeps import (
    Swept,
    bite_sentence,
    centres_at,
    curve_records,
    curve_title,
    point_table,
    unseen_sentence,
)

DEFAULT = (
    "pool.operating.floor.hold-harmless.prior.rate",
    "pool.performance.amount.share",
)
LAMBDA = N_("common factor λ")
POINTS = (21, 41, 81)


def part(probe: Probe) -> None:
    """Choose a rule and a range at the left; the answer stands at the right."""
    _ = session.words()
    left, right = st.columns([0.235, 0.765], gap="medium")
    with left:
        parameter = parameter_picker(probe, _("Rule"), keys.SWEPT_PARAMETER, DEFAULT)
        most = st.session_state.get(keys.picked("points"), POINTS[1])
        steps = value_range(probe, parameter, keys.SWEPT_PARAMETER, most)
        st.select_slider(_("Values at most"), POINTS, value=POINTS[1], key=keys.picked("points"))
        policy = probe.policy_without(parameter.path)
        key = studies.study_key("sweep", probe.shown, policy, steps)
        shown = probe.shown
        studies.start_button(
            key, lambda: curve(studies.given(shown, policy), steps), _("Compute the sweep")
        )
        st.caption(
            _.ngettext("{count} certified run", "{count} certified runs", len(steps.places))
            + " · "
            + _("where rules begin or cease to bite, to the step of the rule")
        )
    with right:
        found = studies.finding(
            key,
            probe.shown,
            _(
                "A sweep runs the whole allocation at every value of one rule. It shows each "
                "centre's line and where rules begin to bite. Choose a rule and press "
                "“Compute the sweep”."
            ),
        )
        if found is not None:
            _answer(probe, found, parameter)


# --- the answer ----------------------------------------------------------------------------------


def _answer(probe: Probe, found: Curve, parameter: Parameter) -> None:
    numbers = session.numbers()
    present, against = _present(probe)
    swept = Swept(
        found, parameter, probe.shown.baseline, probe.places, present, probe.value(parameter)
    )
    _ = numbers.words
    with st.container(gap=None):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.subheader(plain(curve_title(swept, numbers)), anchor=False, width="stretch")
            grouping = _grouping(numbers)
            room = st.container(width="content")
        st.caption(plain(against))
    show(sweep_lines(swept, grouping, numbers, session.chart_colours()))
    _bites(swept, numbers)
    _value(probe, swept, numbers)
    with st.expander(_("Every value as a table"), icon=":material/table:"):
        rows = point_table(swept, numbers)
        st.dataframe(
            rows,
            column_config=text_columns(rows),
            hide_index=True,
            height=TABLE,
            alt=_("Table of the swept values with λ, counts of stopped centres and inequality"),
        )
    files(
        probe,
        room,
        "sweep",
        _("Sweep"),
        curve_title(swept, numbers),
        against,
        lambda: curve_records(swept),
        lambda colours: sweep_lines(swept, grouping, numbers, colours),
        {parameter.path: full_title(parameter, probe.shown.baseline, _)},
    )


TABLE = 300


def _present(probe: Probe) -> tuple[tuple[int, ...], str]:
    """What everybody has under the present rules; under the baseline where those contradict."""
    _ = session.words()
    try:
        return probe.allocation.totals, _("Each line: total against the present rules.")
    except InfeasiblePolicy:
        totals = probe.baseline_allocation.totals
        return totals, _(
            "The present rules contradict each other. Each line: total against the baseline."
        )


def _grouping(numbers: Numbers) -> str:
    _ = numbers.words
    chosen: str = st.segmented_control(
        _("Lines"),
        list(GROUPINGS),
        format_func=lambda key: _(GROUPINGS[key]),
        default=next(iter(GROUPINGS)),
        key=keys.SWEEP_GROUPING,
        required=True,
        label_visibility="collapsed",
    )
    return chosen


def _bites(swept: Swept, numbers: Numbers) -> None:
    """The numbered marks of the chart, in words."""
    _ = numbers.words
    if swept.curve.bites:
        st.markdown(
            "  \n".join(
                f"**{place}** {plain(bite_sentence(bite, swept, numbers))}"
                for place, bite in enumerate(swept.curve.bites, start=1)
            )
        )
    else:
        st.caption(_("Over this range no rule begins or ceases to bite."))
    unseen = unseen_sentence(swept, numbers)
    if unseen:
        st.caption(plain(unseen))


# --- one value -----------------------------------------------------------------------------------


def _value(probe: Probe, swept: Swept, numbers: Numbers) -> None:
    """Look at one value of the sweep, and take it over."""
    _ = numbers.words
    points = {swept.on_screen(point.values[0]): point for point in swept.curve.feasible}
    if not points:
        return
    present = swept.on_screen(swept.present_value)
    nearest = min(points, key=lambda value: abs(value - present))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen = st.select_slider(
            _("Look at one value"),
            list(points),
            value=nearest,
            format_func=lambda value: swept.shown(points[value].values[0], numbers),
            key=keys.picked(f"value:{swept.curve.path}"),
            width=420,
        )
        point = points[chosen]
        value = point.values[0]
        st.button(
            _("Use this value"),
            key=keys.SWEEP_USE,
            type=session.main_button(),
            icon=":material/check:",
            disabled=value == swept.present_value,
            on_click=_use,
            args=(probe, swept.curve.path, value),
            help=_("The rules take this value. “Undo” takes it back."),
        )
    _figures(probe, swept, point, numbers)
    rows = centres_at(swept, point, numbers)
    columns = {
        "centre": st.column_config.TextColumn(_("Centre"), pinned=True, width=130),
        "province": st.column_config.TextColumn(_("Province"), width=90),
        "present": money_column(_("present rules"), numbers),
        "now": money_column(swept.shown(value, numbers), numbers),
        **signed_columns(_("more %"), _("less %"), 1, numbers),
    }
    centre_table(
        rows,
        columns,
        f"{swept.curve.path}={value}",
        _("Table of the centres at this value beside the present rules"),
    )


def _use(probe: Probe, path: str, value: Value) -> None:
    use_values(probe, {path: value})


def _figures(probe: Probe, swept: Swept, point: Point, numbers: Numbers) -> None:
    """λ, who stands at a rule and inequality at the value, beside the nearest of the present."""
    _ = numbers.words
    name = swept.policy.remainder_pool.name
    now = next(pool for pool in point.pools if pool.name == name)
    then = min(
        swept.curve.feasible,
        key=lambda other: abs(
            swept.on_screen(other.values[0]) - swept.on_screen(swept.present_value)
        ),
    )
    before = next(pool for pool in then.pools if pool.name == name)
    pairs = (
        (_(LAMBDA), numbers.factor(now.common_factor), numbers.factor(before.common_factor)),
        (_("at a floor"), str(now.at_floor), str(before.at_floor)),
        (_("at a cap"), str(now.at_cap), str(before.at_cap)),
        (_("in a binding band"), str(now.at_band), str(before.at_band)),
        (_("Gini"), gini_text(point.gini, numbers), gini_text(then.gini, numbers)),
    )
    with st.container(horizontal=True, gap="medium"):
        for label, value, old in pairs:
            beside = _(
                "{value} at {setting}", value=old, setting=swept.shown(then.values[0], numbers)
            )
            st.markdown(
                f"{plain(capital(label))}  \n**{plain(value)}** :small[:gray[{plain(beside)}]]",
                width="content",
            )
