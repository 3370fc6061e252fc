"""A policy from policy.toml or plain data, with every fault at once.

Source: file formats, policy.toml.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.paths import joined_path
from budget.allocation.policy import RESERVED_POOL_NAMES, Policy, pool_columns
from budget.allocation.rules import Rule


def policy_from_toml(text: str, file: str = "policy.toml") -> Policy:
    """Read a policy from the text of a policy.toml.

    Raises:
        InputError: with every fault of the text at once.
    """
    return policy_from(document_from_toml(text, file), file)


def document_from_toml(text: str, file: str) -> dict[str, Any]:
    """Nested plain data from the text of a TOML file; decimals exactly as written.

    Raises:
        InputError: if it is no TOML.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
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


def policy_from(document: Mapping[str, Any], file: str = "policy.toml") -> Policy:
    """Read a policy from nested plain data.

    Raises:
        InputError: with every fault at once.
    """
    faults = list(_whole_policy_faults(document, file))
    try:
        policy = Policy.model_validate(dict(document))
    except ValidationError as error:
        faults = faults_of(error, document, file, Policy) + faults
    if faults:
        raise InputError(faults)
    return policy


def faults_of(
    error: ValidationError, document: Mapping[str, Any], file: str, model: type[Rule]
) -> list[Fault]:
    """What a validation found, as faults.

    Args:
        document: the plain data that was validated.
        model: the object it should have become.
    """
    problems = error.errors()
    places = [problem["loc"] for problem in problems]
    return [
        _fault(problem, document, file, model)
        for problem in problems
        # a list counts as too short as well when its only entry is faulty
        if problem["type"] != "too_short"
        or not any(p[: len(problem["loc"])] == problem["loc"] != p for p in places)
    ]


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


def _fault(problem: Any, document: Mapping[str, Any], file: str, root: type[Rule]) -> Fault:
    kind, context = problem["type"], problem.get("ctx") or {}
    location = _without_tags(problem["loc"])
    key = _readable_path(location, document)
    if kind == "extra_forbidden":
        known = ", ".join(_known_keys(location[:-1], root))
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


def _known_keys(location: Sequence[Any], root: type[Rule]) -> list[str]:
    model: Any = root
    tables = 0  # keys that the user chooses: they name entries of a table, not fields
    for part in location:
        if isinstance(part, int):
            continue
        if tables:
            tables -= 1
            continue
        field = model.model_fields.get(part)
        if field is None:
            return []
        tables = str(field.annotation).count("dict[")
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
            name = (here.get("name") or here.get("id")) if isinstance(here, Mapping) else None
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
