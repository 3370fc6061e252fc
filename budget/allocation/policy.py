"""A policy: the rules of one year's split, as one frozen object.

Every rule is data. Range, unit, step, help text and source of a parameter stand in its
field below and nowhere else; the validator, the sliders, the data dictionary and the saved
file all read them from here. A scenario is `policy.replaced({path: value, …})`.

Numbers keep the exact decimal that was written (0.06 is six hundredths, not the nearest
binary fraction), because a share of the envelope is rounded down to the unit.

Source: file formats, policy.toml; allocation model, sections 2 to 6.
"""

import functools
import re
import tomllib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal, Self, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    Tag,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from budget.allocation.faults import N_, Fault, InputError, shown

LARGEST_WON = 10**15
"""No amount above a thousand trillion won: beyond it, a typing error is the likelier reading."""

RESERVED_POOL_NAMES = frozenset({"total", "special_needs", "prior_operating", "change_operating"})


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


def _kind_of_amount(value: object) -> str:
    return "amount" if isinstance(value, Mapping | Amount) else "remainder"


class Pool(Rule):
    """A part of the envelope with a rule of its own."""

    name: Name
    amount: Annotated[
        Annotated[Literal["remainder"], Tag("remainder")] | Annotated[Amount, Tag("amount")],
        Discriminator(_kind_of_amount),
    ]
    eligible: Selector | None = None
    factor: tuple[Factor, ...] = Field(min_length=1)
    adjustment: tuple[Adjustment, ...] = ()
    floor: tuple[Bound, ...] = ()
    cap: tuple[Bound, ...] = ()
    band: tuple[Band, ...] = ()

    @property
    def is_remainder(self) -> bool:
        """Whether the pool takes what reserve, special needs and the other pools leave."""
        return self.amount == "remainder"


class Header(Rule):
    """What the policy is called, for which year, and how much there is."""

    name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            strict=True,
            pattern=r"^[^\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+$",
        ),
    ]
    fiscal_year: int = Field(ge=1900, le=2999, strict=True)
    envelope_krw: Won = quantity(
        "won",
        N_("envelope"),
        N_("The whole amount that the ministry splits this year."),
        step="1000000000",
        section="2",
        least=1,
        most=LARGEST_WON,
    )
    unit_krw: Won = quantity(
        "won",
        N_("unit"),
        N_("Every published amount is a whole multiple of it."),
        step="1000",
        usual=("1", "1000000"),
        section="1",
        least=1,
        most=10**12,
        default=1_000,
    )
    centres: int | None = Field(
        default=None,
        ge=1,
        strict=True,
        title=N_("number of centres"),
        description=N_("With another number of rows, the table of centres is refused."),
    )


class Reserve(Rule):
    """What is held back from the start."""

    amount: Amount


class SpecialNeedsRule(Rule):
    """How much may go to special needs, and where the rest of it goes."""

    ceiling: Amount
    unspent_to: str | None = Field(default=None, strict=True)


class Policy(Rule):
    """The rules of one year's split."""

    policy: Header
    reserve: Reserve | None = None
    special_needs: SpecialNeedsRule | None = None
    pool: tuple[Pool, ...] = Field(min_length=1)

    @property
    def envelope(self) -> int:
        """The whole amount to split, in won."""
        return self.policy.envelope_krw

    @property
    def unit(self) -> int:
        """Every published amount is a multiple of this many won."""
        return self.policy.unit_krw

    @functools.cached_property
    def remainder_pool(self) -> Pool:
        """The one pool that takes what the others leave."""
        return next(pool for pool in self.pool if pool.is_remainder)

    @property
    def unspent_to_reserve(self) -> bool:
        """Whether unfunded special-needs money joins the reserve."""
        return self.special_needs is not None and self.special_needs.unspent_to == "reserve"

    @functools.cached_property
    def columns(self) -> frozenset[str]:
        """Every column that some rule names."""
        return frozenset(column for _, column in named_columns(self))

    def to_document(self) -> dict[str, Any]:
        """The policy as nested plain data, in the layout of policy.toml."""
        return _without_defaults(self.model_dump(exclude_none=True))

    def replaced(self, values: Mapping[str, Any]) -> "Policy":
        """The same policy with some parameters changed.

        Args:
            values: parameter path -> new value, e.g.
                {"pool.operating.floor.hold-harmless.prior.rate": Decimal("0.96")}.

        Raises:
            InputError: for a path that does not exist or a value that is not allowed.
        """
        document = self.to_document()
        faults = []
        for path, value in values.items():
            try:
                holder, key = _place(document, split_path(path))
            except KeyError as unknown:
                faults.append(
                    Fault(
                        "policy",
                        path,
                        "",
                        N_("a parameter of the policy; {part} is not there"),
                        details={"part": shown(unknown.args[0])},
                    )
                )
            else:
                holder[key] = value
        if faults:
            raise InputError(faults)
        return policy_from(document, file="policy")


def _without_defaults(document: dict[str, Any]) -> dict[str, Any]:
    for pool in document["pool"]:
        for part in ("adjustment", "floor", "cap", "band"):
            if not pool[part]:
                del pool[part]
            else:
                pool[part] = list(pool[part])
        pool["factor"] = list(pool["factor"])
        for holder in [pool.get("eligible"), *(band["where"] for band in pool.get("band", ()))]:
            if holder and "values" in holder:
                holder["values"] = list(holder["values"])
    document["pool"] = list(document["pool"])
    return document


# --- reading -----------------------------------------------------------------------------


def policy_from_toml(text: str, file: str = "policy.toml") -> Policy:
    """Read a policy from the text of a policy.toml.

    Raises:
        InputError: with every fault of the text at once.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as error:
        # beside its own errors, tomllib lets those of absurd numbers and nesting through
        raise InputError(
            [
                Fault(
                    file,
                    "",
                    "",
                    N_("a TOML document ({reason})"),
                    details={"reason": shown(error, 120)},
                )
            ]
        ) from None
    return policy_from(document, file)


def policy_from(document: Mapping[str, Any], file: str = "policy.toml") -> Policy:
    """Read a policy from nested plain data.

    Raises:
        InputError: with every fault at once.
    """
    faults = list(_whole_policy_faults(document, file))
    try:
        policy = Policy.model_validate(dict(document))
    except ValidationError as error:
        problems = error.errors()
        places = [problem["loc"] for problem in problems]
        faults = [
            _fault(problem, document, file)
            for problem in problems
            # a list counts as too short as well when its only entry is faulty
            if problem["type"] != "too_short"
            or not any(p[: len(problem["loc"])] == problem["loc"] != p for p in places)
        ] + faults
    if faults:
        raise InputError(faults)
    return policy


_EXPECTED = {
    "missing": N_("this key; it is required"),
    "greater_than_equal": N_("at least {ge}"),
    "less_than_equal": N_("at most {le}"),
    "string_type": N_("text in quotes"),
    "string_pattern_mismatch": N_("text without control characters or semicolons"),
    "int_type": N_("a whole number, without quotes or point"),
    "too_short": N_("at least one entry"),
    "string_too_short": N_("text that is not empty"),
    "string_too_long": N_("at most {max_length} characters"),
    "tuple_type": N_("a list ([[…]] or [ … ])"),
    "dict_type": N_("a table ({{ key = value, … }})"),
    "model_type": N_("a table ({{ key = value, … }})"),
}


def _fault(problem: Any, document: Mapping[str, Any], file: str) -> Fault:
    kind, context = problem["type"], problem.get("ctx") or {}
    location = _without_tags(problem["loc"])
    key = _readable_path(location, document)
    if kind == "extra_forbidden":
        known = ", ".join(_known_keys(location[:-1]))
        return Fault(
            file,
            key,
            shown(problem["input"]),
            N_("one of the keys {known}"),
            details={"known": known},
        )
    if kind == "literal_error":
        expected = N_('"remainder", {{ share = … }} or {{ krw = … }}')
    elif kind in {"less_than_equal", "greater_than_equal"} and location[-1:] in (
        ["share"],
        ["min_share"],
        ["max_share"],
    ):
        expected = N_("a share from 0 to 1")
    else:
        expected = _EXPECTED.get(kind, N_("a value of another kind"))
    if kind in {"number", "won", "one_of", "range"}:
        expected = problem["msg"].replace("{", "{{").replace("}", "}}")
        template = _CUSTOM_TEMPLATES.get(kind)
        if template and context:
            expected = template
    value = "" if kind == "missing" else shown(problem["input"])
    return Fault(
        file, key, value, expected, details={name: shown(item) for name, item in context.items()}
    )


_CUSTOM_TEMPLATES = {"one_of": N_("exactly one of: {choices} (found: {given})")}


def _without_tags(location: Sequence[Any]) -> list[Any]:
    """The place of a problem without the names that unions add to it."""
    return [
        part
        for before, part in zip([None, *location], location, strict=False)
        if not (before == "amount" and part in {"remainder", "amount"})
        and not str(part).startswith("function-before[")
        and not (isinstance(before, int) and part in {"str", "bool"})
    ]


def _known_keys(location: Sequence[Any]) -> list[str]:
    model: Any = Policy
    for part in location:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        if field is None:
            return []
        model = next(iter(_models_in(field.annotation)), None)
        if model is None:
            return []
    return list(model.model_fields)


def _models_in(annotation: Any) -> Iterator[type[Rule]]:
    if isinstance(annotation, type) and issubclass(annotation, Rule):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_in(argument)


def _readable_path(location: Sequence[Any], document: Any) -> str:
    """The place as a parameter path: entries of lists by name, by number where unnamed."""
    parts: list[str] = []
    here = document
    for part in location:
        if isinstance(part, int):
            here = here[part] if isinstance(here, list | tuple) and part < len(here) else None
            name = here.get("name") if isinstance(here, Mapping) else None
            parts.append(name if isinstance(name, str) and name else f"[{part + 1}]")
        else:
            here = here.get(part) if isinstance(here, Mapping) else None
            parts.append(str(part))
    return joined_path(parts)


def _whole_policy_faults(document: Mapping[str, Any], file: str) -> Iterator[Fault]:
    """What only the whole policy shows; reads the plain data, so that it speaks up even
    where single fields are wrong as well."""
    header = document.get("policy")
    envelope, unit = (
        (header.get("envelope_krw"), header.get("unit_krw", 1_000))
        if isinstance(header, Mapping)
        else (None, None)
    )
    if isinstance(envelope, int) and isinstance(unit, int) and unit > 0 and envelope % unit:
        yield Fault(
            file,
            "policy.envelope_krw",
            str(envelope),
            N_("a multiple of the unit, {unit} won"),
            details={"unit": str(unit)},
        )
    pools = _entries(document, "pool")
    remainders = [str(pool.get("name")) for pool in pools if pool.get("amount") == "remainder"]
    if pools and len(remainders) != 1:
        yield Fault(
            file,
            "pool",
            ", ".join(remainders),
            N_('exactly one pool with amount = "remainder"'),
        )
    special = document.get("special_needs")
    target = special.get("unspent_to") if isinstance(special, Mapping) else None
    if isinstance(target, str) and target not in {*remainders, "reserve"}:
        yield Fault(
            file,
            "special_needs.unspent_to",
            shown(target),
            N_('"reserve" or the remainder pool ({pools})'),
            details={"pools": ", ".join(remainders)},
        )
    yield from _repeated("pool", pools, file)
    yield from _colliding_columns(pools, file)
    earlier: list[str] = []
    for pool in pools:
        name = str(pool.get("name"))
        prefix = joined_path(["pool", name])
        if name in RESERVED_POOL_NAMES:
            yield Fault(
                file,
                f"{prefix}.name",
                name,
                N_("a name other than {reserved}: the allocation table has columns of those names"),
                details={"reserved": ", ".join(sorted(RESERVED_POOL_NAMES))},
            )
        for part in ("factor", "adjustment", "floor", "cap", "band"):
            yield from _repeated(f"{prefix}.{part}", _entries(pool, part), file)
        weights = [factor.get("weight") for factor in _entries(pool, "factor")]
        if weights and all(not weight for weight in weights):
            yield Fault(file, f"{prefix}.factor", "0", N_("at least one weight above 0"))
        for kind in ("floor", "cap"):
            for bound in _entries(pool, kind):
                other = (
                    bound["pool"].get("name") if isinstance(bound.get("pool"), Mapping) else None
                )
                if other is not None and other not in earlier:
                    yield Fault(
                        file,
                        joined_path(["pool", name, kind, str(bound.get("name")), "pool", "name"]),
                        shown(other),
                        N_("an earlier pool ({pools})"),
                        details={"pools": ", ".join(earlier) or "-"},
                    )
        earlier.append(name)


def pool_columns(name: str) -> tuple[str, ...]:
    """The columns of the allocation table that belong to a pool."""
    bounds = (f"{kind}_{name}_krw" for kind in ("entitlement", "floor", "cap"))
    return (*bounds, f"{name}_krw", f"binding_{name}")


def _colliding_columns(pools: Sequence[Mapping[str, Any]], file: str) -> Iterator[Fault]:
    owners: dict[str, str] = {}
    for name in dict.fromkeys(str(pool.get("name")) for pool in pools):
        for column in pool_columns(name):
            if column in owners:
                yield Fault(
                    file,
                    joined_path(["pool", name, "name"]),
                    name,
                    N_("another name: the column {column} belongs to the pool “{other}” already"),
                    details={"column": column, "other": owners[column]},
                )
            owners[column] = name


def _entries(document: Mapping[str, Any], part: str) -> list[Mapping[str, Any]]:
    found = document.get(part)
    if not isinstance(found, list | tuple):
        return []
    return [entry for entry in found if isinstance(entry, Mapping)]


def _repeated(place: str, rules: Sequence[Mapping[str, Any]], file: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for rule in rules:
        name = rule.get("name")
        if isinstance(name, str):
            if name in seen:
                yield Fault(file, place, name, N_("a name that no other entry here has"))
            seen.add(name)


# --- paths and parameters ------------------------------------------------------------------


_PART = re.compile(r'(?:"((?:[^"]|"")*)"|([^.]*))(\.|$)')


def split_path(path: str) -> list[str]:
    """The parts of a parameter path.

    A part with a dot or a double quote stands in double quotes, a quote inside it doubled.
    """
    parts: list[str] = []
    place = 0
    while True:
        found = _PART.match(path, place)
        if found is None:
            return [*parts, path[place:]]
        quoted, plain, dot = found.groups()
        parts.append(plain if quoted is None else quoted.replace('""', '"'))
        if not dot:
            return parts
        place = found.end()


def joined_path(parts: Sequence[str]) -> str:
    """A parameter path from its parts; `split_path` gives them back."""
    return ".".join(
        '"' + part.replace('"', '""') + '"' if not part or "." in part or '"' in part else part
        for part in parts
    )


def _place(document: Any, parts: Sequence[str]) -> tuple[Any, str]:
    """The mapping in which the path's last part stands, and that last part."""
    if not parts:
        raise KeyError("")
    here = document
    for part in parts[:-1]:
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, list):
            found = [e for e in here if isinstance(e, Mapping) and e.get("name") == part]
            if not found:
                raise KeyError(part)
            here = found[0]
        else:
            raise KeyError(part)
    if not isinstance(here, dict) or parts[-1] not in here:
        raise KeyError(parts[-1])
    return here, parts[-1]


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
