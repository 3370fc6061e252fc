"""The range of a rule that a study moves: two ends in the rule's natural unit, in the address."""

from collections.abc import Mapping
from decimal import Decimal

import streamlit as st

from budget.allocation.curve import Steps, steps_between
from budget.allocation.parameters import Parameter
from budget.ui import keys, session
from budget.ui.probe import Probe
from budget.view.parameters import Scale, scale_of

FIRST_RANGES: Mapping[str, tuple[str, str]] = {
    "pool.operating.floor.hold-harmless.prior.rate": ("0.85", "1.03"),
    "pool.performance.amount.share": ("0", "0.14"),
}
"""What a planner tries first, where the usual range of a control goes far beyond what holds."""


def value_range(probe: Probe, parameter: Parameter, kept: str, most: int) -> Steps:
    """The walk over a range, from the address or as usual.

    Args:
        kept: the address's parameter that names the rule.
        most: values at most.

    Raises:
        InputError: for a range that the rule cannot have.
    """
    _, baseline = session.words(), probe.shown.baseline
    scale = scale_of(parameter, baseline)
    first = FIRST_RANGES.get(parameter.path)
    usual = parameter.usual if first is None else (Decimal(first[0]), Decimal(first[1]))
    low, high = keys.range_parameters(kept)
    columns = st.columns(2, gap="small")
    ends = []
    for column, name, label, end in (
        (columns[0], low, _("From"), usual[0]),
        (columns[1], high, _("To"), usual[1]),
    ):
        with column:
            ends.append(_end(parameter, scale, name, label, end))
    return steps_between(baseline, parameter.path, ends[0], ends[1], most)


def _end(parameter: Parameter, scale: Scale, name: str, label: str, usual: Decimal) -> Decimal:
    """One end of the range."""
    value = _asked(name, usual)
    key = keys.picked(f"{name}:{parameter.path}")
    st.session_state[key] = float(scale.to_screen(value))
    unit = session.words()(scale.label) if scale.label else ""
    st.number_input(
        f"{label} ({unit})" if unit else label,
        step=float(scale.to_screen(parameter.step)),
        format=f"%.{scale.digits}f",
        key=key,
        on_change=_keep_end,
        args=(key, name, scale, isinstance(parameter.value, int)),
    )
    return value


def _asked(name: str, usual: Decimal) -> Decimal:
    """What the address says; what it says wrongly is told."""
    asked = st.query_params.get(name)
    if asked is None:
        return usual
    try:
        value = Decimal(asked)
    except ArithmeticError:
        value = Decimal("nan")
    if len(asked) > 40 or not value.is_finite() or abs(value.adjusted()) > 18:
        _ = session.words()
        st.warning(_("The address names an end of a range that is no number."))
        return usual
    return value


def _keep_end(key: str, name: str, scale: Scale, whole: bool) -> None:
    typed = st.session_state[key]
    if typed is not None:
        rounded = Decimal(repr(typed)).quantize(Decimal(1).scaleb(-scale.digits))
        st.query_params[name] = str(scale.from_screen(rounded, whole=whole))
