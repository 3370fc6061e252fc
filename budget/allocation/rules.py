"""The rules that a policy is made of: amounts, factors, adjustments, floors, caps, bands.

Every rule is data. Range, unit, step, help text and source of a parameter stand in its
field below and nowhere else; the validator, the sliders, the data dictionary and the saved
file all read them from here.

Numbers keep the exact decimal that was written (0.06 is six hundredths, not the nearest
binary fraction), because a share of the envelope is rounded down to the unit.

Source: file formats, policy.toml; allocation model, sections 2 to 4.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    model_validator,
)
from pydantic_core import PydanticCustomError

from budget.allocation.faults import N_

LARGEST_WON = 10**15
"""No amount above a thousand trillion won: beyond it, a typing error is the likelier reading."""


def _exact_number(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("number", N_("a number, without quotes"))
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        raise PydanticCustomError("number", N_("a finite number"))
    if number and not -30 <= number.adjusted() <= 18:
        raise PydanticCustomError("number", N_("a number between 10^-30 and 10^18 in size"))
    return number


def _whole_won(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("won", N_("a whole number of won, without quotes or point"))
    return value


Number = Annotated[Decimal, BeforeValidator(_exact_number)]
Won = Annotated[int, BeforeValidator(_whole_won)]
Name = Annotated[
    str,
    Field(
        min_length=1,
        max_length=80,
        pattern=r"^[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069;]+$",
        strict=True,
    ),
]
Column = Annotated[str, Field(min_length=1, strict=True)]


def quantity(
    unit: str,
    label: str,
    explanation: str,
    *,
    step: str,
    usual: tuple[str, str] | None = None,
    section: str,
    least: int | None = 0,
    most: int | None = None,
    default: Any = ...,
) -> Any:
    """Declare a parameter: its unit, range, step, label, help and source.

    Args:
        unit: "won", "share" (0–1, shown as per cent), "rate" (shown as per cent),
            "weight", "multiplier", "won_per", "count" or "year".
        label: English label; the field's term.
        explanation: one sentence: what the rule does to whom.
        step: smallest change that a planner would make, in the parameter's own unit.
        usual: range of a control; widened when the present value lies outside.
        section: section of the allocation model that defines it.
        least, most: what the validator allows.
        default: value when the file leaves it out; none: it must be given.
    """
    return Field(
        default,
        ge=least,
        le=most,
        title=label,
        description=explanation,
        json_schema_extra={
            "unit": unit,
            "step": step,
            "usual": list(usual) if usual else None,
            "section": section,
        },
    )


class Rule(BaseModel):
    """What all parts of a policy share: frozen, and no key that we do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


def _exactly_one(rule: Rule, names: Sequence[str]) -> None:
    given = [name for name in names if getattr(rule, name) is not None]
    if len(given) != 1:
        raise PydanticCustomError(
            "one_of",
            N_("exactly one of: {choices} (found: {given})"),
            {"choices": ", ".join(names), "given": ", ".join(given) or "-"},
        )


class Amount(Rule):
    """A part of the envelope: a share of it, or an amount in won."""

    share: Number | None = quantity(
        "share",
        N_("share of the envelope"),
        N_("This part of the whole envelope, rounded down to the unit."),
        step="0.005",
        usual=("0", "0.3"),
        section="2",
        most=1,
        default=None,
    )
    krw: Won | None = quantity(
        "won",
        N_("amount"),
        N_("This amount, rounded down to the unit, whatever the envelope."),
        step="100000000",
        section="2",
        most=LARGEST_WON,
        default=None,
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        _exactly_one(self, ("share", "krw"))
        return self


class Selector(Rule):
    """The centres whose column has one of the values, or lies between min and max."""

    column: Column
    values: tuple[str | StrictBool | Number, ...] | None = Field(default=None, min_length=1)
    min: Number | None = None
    max: Number | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.values is None) == (self.min is None and self.max is None):
            raise PydanticCustomError("one_of", N_("either values, or min and/or max"))
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("range", N_("min not above max"))
        return self


class Factor(Rule):
    """A measure of need: a weighted sum of columns, shared in proportion."""

    name: Name
    weight: Number = quantity(
        "weight",
        N_("weight"),
        N_("How much this measure of need counts beside the others of the pool."),
        step="0.05",
        usual=("0", "1"),
        section="3",
    )
    columns: dict[
        Column,
        Annotated[
            Number,
            quantity(
                "weight",
                N_("weight of the column"),
                N_("What one unit of the column counts: more weight, more money to who has many."),
                step="0.05",
                usual=("0", "2"),
                section="3",
                least=None,
            ),
        ],
    ] = Field(min_length=1)


class Ramp(Rule):
    """clip(1 + slope · (value − target), min, max)."""

    target: Number = quantity(
        "number",
        N_("target"),
        N_("At this value the adjustment changes nothing."),
        step="0.01",
        usual=("0.5", "1"),
        section="3",
        least=None,
    )
    slope: Number = quantity(
        "number",
        N_("slope"),
        N_("How strongly need falls below the target and rises above it."),
        step="0.1",
        usual=("0", "3"),
        section="3",
        least=None,
    )
    min: Number = quantity(
        "multiplier",
        N_("least multiplier"),
        N_("However low the value, need is multiplied by no less than this."),
        step="0.01",
        usual=("0.5", "1"),
        section="3",
    )
    max: Number = quantity(
        "multiplier",
        N_("greatest multiplier"),
        N_("However high the value, need is multiplied by no more than this."),
        step="0.01",
        usual=("1", "1.5"),
        section="3",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise PydanticCustomError("range", N_("min not above max"))
        return self


_MULTIPLIER = quantity(
    "multiplier",
    N_("multiplier"),
    N_("Need of a centre with this value is multiplied by this."),
    step="0.05",
    usual=("0", "2"),
    section="3",
)


class Adjustment(Rule):
    """A multiplier on need, from a column: a ramp or a table."""

    name: Name
    column: Column
    ramp: Ramp | None = None
    table: dict[str, Annotated[Number, _MULTIPLIER]] | None = Field(default=None, min_length=1)
    missing: Number = quantity(
        "multiplier",
        N_("multiplier without a value"),
        N_("Need of a centre that has no value (a new one, say) is multiplied by this."),
        step="0.05",
        usual=("0.5", "1.5"),
        section="3",
        default=Decimal("1.0"),
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        _exactly_one(self, ("ramp", "table"))
        return self


class AmountByValue(Rule):
    """A flat amount by the value of a column."""

    column: Column
    table: dict[
        str,
        Annotated[
            Won,
            quantity(
                "won",
                N_("amount"),
                N_("Centres with this value get at least (floor) or at most (cap) this amount."),
                step="5000000",
                section="4",
                most=LARGEST_WON,
            ),
        ],
    ] = Field(min_length=1)


class AmountPerUnit(Rule):
    """An amount for every unit of a column (per head)."""

    column: Column
    rate_krw: Number = quantity(
        "won_per",
        N_("won per unit"),
        N_("This many won for every unit of the column."),
        step="10000",
        section="4",
    )


class PriorRate(Rule):
    """A rate of a prior-year column in won."""

    column: Column
    rate: Number = quantity(
        "rate",
        N_("rate of last year"),
        N_("A floor shields centres from losses, paid by the others; a cap slows gains."),
        step="0.005",
        usual=("0.8", "1.3"),
        section="4",
    )


class PriorShare(Rule):
    """A rate of the centre's share in a prior-year column, times the pool."""

    column: Column
    rate: Number = quantity(
        "rate",
        N_("rate of last year's share"),
        N_("This part of the share that the centre had last year, of this year's pool."),
        step="0.005",
        usual=("0.5", "1.5"),
        section="4",
    )


class PoolRate(Rule):
    """A rate of what the centre got from an earlier pool (rounded amounts)."""

    name: Name
    rate: Number = quantity(
        "rate",
        N_("rate of the other pool"),
        N_("This part of what the centre gets from the earlier pool."),
        step="0.01",
        usual=("0", "1"),
        section="4",
    )


TERMS = ("krw", "by", "per", "prior", "prior_share", "pool")


class Bound(Rule):
    """One term of a floor or a cap."""

    name: Name
    krw: Won | None = quantity(
        "won",
        N_("flat amount"),
        N_("The same amount for every centre."),
        step="5000000",
        section="4",
        most=LARGEST_WON,
        default=None,
    )
    by: AmountByValue | None = None
    per: AmountPerUnit | None = None
    prior: PriorRate | None = None
    prior_share: PriorShare | None = None
    pool: PoolRate | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        _exactly_one(self, TERMS)
        return self


class Band(Rule):
    """Least and most that a set of centres together may get from a pool."""

    name: Name
    where: Selector
    min_share: Number | None = quantity(
        "share",
        N_("least share of the pool"),
        N_("These centres together get at least this part of the pool."),
        step="0.005",
        usual=("0", "1"),
        section="4",
        most=1,
        default=None,
    )
    max_share: Number | None = quantity(
        "share",
        N_("greatest share of the pool"),
        N_("These centres together get at most this part of the pool."),
        step="0.005",
        usual=("0", "1"),
        section="4",
        most=1,
        default=None,
    )

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.min_share is None and self.max_share is None:
            raise PydanticCustomError("one_of", N_("min_share and/or max_share"))
        return self
