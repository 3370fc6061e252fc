"""The numbers of a policy that a planner can change, and the columns that its rules name.

Read from the declarations in `policy`: unit, range, step, label, help and source stand there.
"""

import functools
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from budget.allocation.paths import joined_path, split_path
from budget.allocation.policy import Policy
from budget.allocation.rules import Rule


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of a policy that a planner can change.

    Attributes:
        path: where it stands, e.g. "pool.operating.floor.hold-harmless.prior.rate".
        value: its present value (won as int, everything else as Decimal).
        unit: "won", "share", "rate", "weight", "multiplier", "won_per", "number".
        label, explanation: English templates, to be translated by the screen.
        step: smallest change that a planner would make.
        least, most: what the validator allows; None where there is no limit.
        usual: range for a control, the present value inside.
        section: section of the allocation model that defines it.
    """

    path: str
    value: int | Decimal
    unit: str
    label: str
    explanation: str
    step: Decimal
    least: Decimal | None
    most: Decimal | None
    usual: tuple[Decimal, Decimal]
    section: str

    @property
    def parts(self) -> list[str]:
        """The path, part by part."""
        return split_path(self.path)


def parameters(policy: Policy) -> tuple[Parameter, ...]:
    """Every number of the policy that a planner can change, in the order of the policy."""
    return tuple(_parameters_of(policy, []))


def _parameters_of(rule: Rule, parts: list[str]) -> Iterator[Parameter]:
    for name, field in type(rule).model_fields.items():
        value = getattr(rule, name)
        if value is None:
            continue
        here = [*parts, name]
        if isinstance(value, Rule):
            yield from _parameters_of(value, here)
        elif isinstance(value, tuple):
            for entry in value:
                if isinstance(entry, Rule):
                    yield from _parameters_of(entry, [*here, str(getattr(entry, "name"))])  # noqa: B009
        elif isinstance(value, dict):
            declared = _declared_value(cast(Hashable, field.annotation))
            for key, item in value.items():
                yield _parameter([*here, key], item, declared)
        elif isinstance(field.json_schema_extra, dict) and "unit" in field.json_schema_extra:
            yield _parameter(here, value, field)


@functools.cache
def _declared_value(annotation: Any) -> Any:
    """The declaration (quantity) of the values of a table."""
    for argument in annotation.__args__:
        if hasattr(argument, "__metadata__"):
            for item in argument.__metadata__:
                if hasattr(item, "json_schema_extra") and item.json_schema_extra:
                    return item
        elif hasattr(argument, "__args__"):
            found = _declared_value(argument)
            if found is not None:
                return found
    return None


def _limit(field: Any, name: str) -> Decimal | None:
    limits = [getattr(item, name) for item in field.metadata if hasattr(item, name)]
    return Decimal(limits[0]) if limits else None


def _parameter(parts: list[str], value: int | Decimal, field: Any) -> Parameter:
    extra = field.json_schema_extra
    step = Decimal(extra["step"])
    number = Decimal(value)
    least, most = _limit(field, "ge"), _limit(field, "le")
    if extra["usual"]:
        low, high = (Decimal(end) for end in extra["usual"])
        low, high = min(low, number), max(high, number)
    else:
        low, high = number / 2, max(number * 3 / 2, step * 20)
        low, high = low // step * step, -(-high // step) * step
        low = min(low, number)
    low = low if least is None else max(low, least)
    high = high if most is None else min(high, most)
    return Parameter(
        path=joined_path(parts),
        value=value,
        unit=extra["unit"],
        label=field.title,
        explanation=field.description,
        step=step,
        least=least,
        most=most,
        usual=(low, high),
        section=extra["section"],
    )


def named_columns(policy: Policy) -> Iterator[tuple[str, str]]:
    """Every (parameter path, column) at which a rule names a column."""
    for pool in policy.pool:
        top = ["pool", pool.name]
        if pool.eligible:
            yield joined_path([*top, "eligible", "column"]), pool.eligible.column
        for factor in pool.factor:
            for column in factor.columns:
                yield joined_path([*top, "factor", factor.name, "columns", column]), column
        for adjustment in pool.adjustment:
            place = joined_path([*top, "adjustment", adjustment.name, "column"])
            yield place, adjustment.column
        for kind in ("floor", "cap"):
            for bound in getattr(pool, kind):
                for term in ("by", "per", "prior", "prior_share"):
                    rule = getattr(bound, term)
                    if rule is not None:
                        yield joined_path([*top, kind, bound.name, term, "column"]), rule.column
        for band in pool.band:
            yield joined_path([*top, "band", band.name, "where", "column"]), band.where.column
