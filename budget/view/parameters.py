"""A policy's parameters as a planner meets them: in sections, titled, in natural units.

Shares and rates are per cent on a screen, won are 백만원; in the policy they stay the
exact decimals that were written. `to_screen` and `from_screen` convert without loss.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from budget.allocation.faults import N_
from budget.allocation.parameters import Parameter, parameters
from budget.allocation.paths import split_path
from budget.allocation.policy import Policy
from budget.view.names import column_name, kind_name, pool_name, rule_name, value_name
from budget.view.numbers import Numbers
from budget.view.words import Words

Value = int | Decimal
GENERAL = ""
"""Key of the part that belongs to no pool: envelope, reserve, special needs."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How a screen shows a parameter: value · factor, so many digits, a unit.

    Attributes:
        label: English source of the unit; empty for a bare number.
    """

    factor: Decimal
    digits: int
    label: str

    def to_screen(self, value: Value) -> Decimal:
        """The number that a control shows."""
        return Decimal(value) * self.factor

    def from_screen(self, shown: float | int | Decimal, *, whole: bool) -> Value:
        """The parameter's value from the number in a control, exact to the digits shown."""
        exact = Decimal(repr(shown)) if isinstance(shown, float) else Decimal(shown)
        value = exact / self.factor
        if whole:
            return int(value.to_integral_value(ROUND_HALF_EVEN))
        return value.normalize() if value else Decimal(0)


PERCENT = Scale(Decimal(100), 1, "%")
BARE = Scale(Decimal(1), 2, "")
TIMES = Scale(Decimal(1), 2, N_("×"))
MILLIONS = Scale(Decimal(1).scaleb(-6), 0, N_("million won"))
THOUSANDS_PER_HEAD = Scale(Decimal(1).scaleb(-3), 0, N_("thousand won per head"))
SINGLE_WON = Scale(Decimal(1), 0, N_("won"))


def scale_of(parameter: Parameter, policy: Policy) -> Scale:
    """The natural unit of a parameter."""
    scale = _scale(parameter, policy)
    step = (parameter.step * scale.factor).normalize()
    digits = max(0, -int(step.as_tuple().exponent))
    return Scale(scale.factor, max(digits, 1 if scale is PERCENT else 0), scale.label)


def _scale(parameter: Parameter, policy: Policy) -> Scale:
    if parameter.unit in {"share", "rate"} or _is_rate(parameter.parts, policy):
        return PERCENT
    if parameter.unit == "won":
        if parameter.step < 10**6:
            return SINGLE_WON
        return MILLIONS
    if parameter.unit == "won_per":
        return THOUSANDS_PER_HEAD
    return TIMES if parameter.unit == "multiplier" else BARE


def _is_rate(parts: Sequence[str], policy: Policy) -> bool:
    """Whether a ramp's target is a rate: it then reads better in per cent."""
    if parts[-1] != "target" or parts[:1] != ["pool"]:
        return False
    pool = next(pool for pool in policy.pool if pool.name == parts[1])
    return any(
        adjustment.name == parts[3] and adjustment.column == "execution_rate"
        for adjustment in pool.adjustment
    )


CHOICES: Mapping[str, tuple[int, ...]] = {
    "policy.unit_krw": (1, 1_000, 10_000, 100_000, 1_000_000),
}
"""Parameters of which a planner picks one value of a few."""


# --- sections ------------------------------------------------------------------------------

PARTS: Mapping[str, tuple[str, ...]] = {
    N_("Need"): ("factor",),
    N_("Adjustments"): ("adjustment",),
    N_("Floors, caps, bands"): ("floor", "cap", "band"),
}
"""The parts of a pool that open one at a time."""


@dataclass(frozen=True, slots=True)
class Section:
    """Parameters that a planner sees at once.

    Attributes:
        pool: the pool; GENERAL for the envelope's own.
        title: English source of what the section holds.
    """

    pool: str
    title: str
    parameters: tuple[Parameter, ...]


def sections(policy: Policy) -> tuple[Section, ...]:
    """All parameters of a policy: first how the envelope falls into parts, then pool by pool."""
    every = parameters(policy)
    general = tuple(
        parameter
        for parameter in every
        if parameter.parts[0] != "pool" or parameter.parts[2] == "amount"
    )
    found = [Section(GENERAL, N_("Envelope and its parts"), general)]
    for pool in policy.pool:
        for title, kinds in PARTS.items():
            own = tuple(
                parameter
                for parameter in every
                if parameter.parts[:2] == ["pool", pool.name] and parameter.parts[2] in kinds
            )
            if own:
                found.append(Section(pool.name, title, own))
    return tuple(found)


def subtitle(parameter: Parameter, _: Words) -> str:
    """What the parameter is part of inside its section: a rule of several parameters, say."""
    parts = parameter.parts
    if parts[0] != "pool" or parts[2] == "amount":
        return ""
    kind, rest = parts[2], parts[3:]
    return f"{_.name(_KIND_TITLES[kind])} · {rule_name(rest[0], _)}"


_KIND_TITLES = {
    "factor": N_("Need factor"),
    "adjustment": N_("Adjustment"),
    "floor": N_("Floor"),
    "cap": N_("Cap"),
    "band": N_("Band"),
}


# --- titles --------------------------------------------------------------------------------


def title(parameter: Parameter, policy: Policy, _: Words, *, alone: bool = False) -> str:
    """A parameter's name where its rule is named above it.

    Args:
        alone: whether it is the only parameter of its rule; it then bears the rule's name.
    """
    parts = parameter.parts
    if alone:
        return f"{rule_name(parts[3], _)} ({kind_name(parts[2], _)})"
    if parts[0] == "policy":
        return capital(_(parameter.label))
    if parts[0] == "reserve":
        return _("Reserve")
    if parts[0] == "special_needs":
        return _("Ceiling for special needs")
    kind, rest = parts[2], parts[3:]
    if kind == "amount":
        return capital(_("{pool} pool", pool=pool_name(parts[1], _)))
    if kind == "factor":
        return _("Weight of the factor") if rest[-1] == "weight" else column_name(rest[-1], _)
    if rest[-2] == "table":
        return capital(value_name(_column_of(parts, policy), rest[-1], _))
    return capital(_(parameter.label))


def capital(text: str) -> str:
    """A text with its first letter in upper case, for a title or a header."""
    return text[:1].upper() + text[1:]


def _column_of(parts: Sequence[str], policy: Policy) -> str:
    """The column of the table in which a path ends."""
    pool = next(pool for pool in policy.pool if pool.name == parts[1])
    for adjustment in pool.adjustment:
        if parts[2] == "adjustment" and adjustment.name == parts[3]:
            return adjustment.column
    for bound in (*pool.floor, *pool.cap):
        if parts[2] in {"floor", "cap"} and bound.name == parts[3] and bound.by:
            return bound.by.column
    return ""


def full_title(parameter: Parameter, policy: Policy, _: Words) -> str:
    """A parameter's name that can stand alone, in a list of changes."""
    parts = parameter.parts
    short = title(parameter, policy, _)
    if parts[0] != "pool" or parts[2] == "amount":
        return short
    inner = f" · {rule_name(parts[3], _)}"
    kind = f" ({kind_name(parts[2], _)})" if parts[2] in {"floor", "cap", "band"} else ""
    return f"{pool_name(parts[1], _)}{inner}{kind} · {short}"


def rule_titles(policy: Policy, _: Words) -> dict[str, str]:
    """Every parameter's path with the name that can stand alone."""
    return {parameter.path: full_title(parameter, policy, _) for parameter in parameters(policy)}


def explanation(parameter: Parameter, _: Words) -> str:
    """What the parameter does to whom, and where it is defined."""
    source = _("Source: allocation model, section {section}.", section=parameter.section)
    return f"{_(parameter.explanation)} {source}"


def shown(value: Value, scale: Scale, numbers: Numbers) -> str:
    """A value with its unit, with more digits where it needs them."""
    exact = scale.to_screen(value)
    digits = max(scale.digits, -int(exact.normalize().as_tuple().exponent))
    return numbers.number(exact, min(digits, 6)) + unit_behind(scale, numbers.words)


def unit_behind(scale: Scale, _: Words) -> str:
    """The unit as it stands behind a figure; Korean has no space before its units of money."""
    unit = _(scale.label) if scale.label else ""
    tight = not unit or (_.language == "ko" and unit != "%")
    return unit if tight else f" {unit}"


# --- changes -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """A parameter that differs from the baseline."""

    parameter: Parameter
    value: Value


def changes(policy: Policy, values: Mapping[str, Value]) -> tuple[Change, ...]:
    """The changed parameters, in the order of the policy.

    Args:
        policy: the baseline.
        values: parameter path -> new value.
    """
    return tuple(
        Change(parameter, values[parameter.path])
        for parameter in parameters(policy)
        if parameter.path in values
    )


def parameter_at(policy: Policy, path: str) -> Parameter | None:
    """The parameter of a path; None if the path names none."""
    wanted = split_path(path)
    return next((found for found in parameters(policy) if found.parts == wanted), None)


def alone(section: Section) -> frozenset[str]:
    """Paths of the parameters that are the only one of their floor, cap or band."""
    rules = Counter(tuple(parameter.parts[:4]) for parameter in section.parameters)
    return frozenset(
        parameter.path
        for parameter in section.parameters
        if parameter.parts[2:3] in (["floor"], ["cap"], ["band"])
        and rules[tuple(parameter.parts[:4])] == 1
    )


def changed_in(section: Section, values: Iterable[str]) -> int:
    """How many parameters of a section are changed."""
    paths = {parameter.path for parameter in section.parameters}
    return sum(path in paths for path in values)
