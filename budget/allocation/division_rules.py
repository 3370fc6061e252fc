"""The ministry's rules for divisions: which there are, their national limits, the bands.

Every rule is data (divisions.toml). A division is a budget category with, if the ministry sets
them, a national ceiling and a national minimum; a band says between which shares of its own
operating money a centre of one type may give to a division.

Source: allocation model, section 11.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from budget.allocation.bounds import whole_units_below
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.rules import LARGEST_WON, Amount, Column, Name, Number, Rule, Won, quantity


def _plain_id(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        raise PydanticCustomError("one_of", N_("small Latin letters, digits and underscores"))
    return value


DivisionId = Annotated[str, Field(strict=True), AfterValidator(_plain_id)]


class Division(Rule):
    """A division of a centre, which is also a budget category of the ministry.

    Attributes:
        staff_column: column of centres.csv with the centre's staff in this division.
        ceiling, minimum: most and least of all centres together: a share of all operating
            money, or won. A ceiling is rounded down to the unit, a minimum up.
    """

    id: DivisionId
    name_ko: Name
    name_en: Name
    staff_column: Column
    ceiling: Amount | None = None
    minimum: Amount | None = None

    def ceiling_in_won(self, operating: int, unit: int) -> int | None:
        """The ceiling in won, rounded down to the unit; None where there is none."""
        return None if self.ceiling is None else _units_below(self.ceiling, operating, unit)

    def minimum_in_won(self, operating: int, unit: int) -> int:
        """The minimum in won, rounded up to the unit; 0 where there is none."""
        return 0 if self.minimum is None else _units_above(self.minimum, operating, unit)


class DivisionBand(Rule):
    """Between which shares of its own operating money a centre of a type gives to a division.

    It binds only centres that have staff in the division.
    """

    min_share: Number | None = quantity(
        "share",
        N_("least share of the division"),
        N_("A centre of this type gives the division at least this part of its operating money."),
        step="0.005",
        usual=("0", "1"),
        section="11",
        most=1,
        default=None,
    )
    max_share: Number | None = quantity(
        "share",
        N_("greatest share of the division"),
        N_("A centre of this type gives the division at most this part of its operating money."),
        step="0.005",
        usual=("0", "1"),
        section="11",
        most=1,
        default=None,
    )

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.min_share is None and self.max_share is None:
            raise PydanticCustomError("one_of", N_("min_share and/or max_share"))
        if (
            self.min_share is not None
            and self.max_share is not None
            and self.min_share > self.max_share
        ):
            raise PydanticCustomError("range", N_("min_share not above max_share"))
        return self

    def floor(self, operating: int, unit: int) -> int:
        """The least of a centre with this much operating money, rounded up to the unit."""
        return 0 if self.min_share is None else -whole_units_below(-self.min_share, operating, unit)

    def cap(self, operating: int, unit: int) -> int | None:
        """The most of such a centre, rounded down to the unit; None where there is none."""
        return (
            None if self.max_share is None else whole_units_below(self.max_share, operating, unit)
        )


class DivisionRules(Rule):
    """The rules for all divisions, in the order in which they are shown.

    Attributes:
        name: what the rules are called on screens and in files.
        divisions: one a division; that order settles ties.
        bands: centre type -> division id -> band. A pair that is not there is not bound.
    """

    name: Name
    unit_krw: Won = quantity(
        "won",
        N_("unit"),
        N_("Every published amount is a whole multiple of it."),
        step="1000",
        usual=("1", "1000000"),
        section="1",
        least=1,
        most=LARGEST_WON,
        default=1_000,
    )
    divisions: tuple[Division, ...] = Field(min_length=1)
    bands: dict[str, dict[str, DivisionBand]] = Field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """The divisions' ids, in their order."""
        return tuple(division.id for division in self.divisions)

    @property
    def staff_columns(self) -> tuple[str, ...]:
        """The columns of centres.csv that hold the staff, in the order of the divisions."""
        return tuple(division.staff_column for division in self.divisions)

    def division(self, division: str) -> Division:
        """One division.

        Raises:
            KeyError: if there is none with that id.
        """
        for found in self.divisions:
            if found.id == division:
                return found
        raise KeyError(division)

    def band(self, centre_type: str, division: str) -> DivisionBand | None:
        """The band of a division in centres of a type; None where nothing binds it."""
        return self.bands.get(centre_type, {}).get(division)

    def replaced(self, values: Mapping[str, Decimal | int]) -> "DivisionRules":
        """The same rules with some numbers changed.

        Args:
            values: path -> new value; paths are "divisions.<id>.ceiling.share" (or ".krw",
                ".minimum…") and "bands.<type>.<id>.min_share" (or ".max_share").

        Raises:
            InputError: for a path that does not exist; pydantic's ValidationError for a value
                that is not allowed.
        """
        changed = self
        for path, value in values.items():
            parts = path.split(".")
            try:
                changed = _CHANGES[parts[0], len(parts)](changed, parts, value)
            except KeyError:
                raise InputError(
                    [Fault("divisions", path, "", N_("a number of the rules for divisions"))]
                ) from None
        return changed

    def without_limits(self) -> "DivisionRules":
        """The same rules without any national ceiling or minimum."""
        return self.model_copy(
            update={
                "divisions": tuple(
                    division.model_copy(update={"ceiling": None, "minimum": None})
                    for division in self.divisions
                )
            }
        )

    def to_document(self) -> dict[str, Any]:
        """The rules as nested plain data, in the layout of divisions.toml."""
        document = self.model_dump(exclude_none=True)
        document["divisions"] = list(document["divisions"])
        if not document["bands"]:
            del document["bands"]
        return document


def _with_limit(rules: DivisionRules, parts: Sequence[str], value: Decimal | int) -> DivisionRules:
    _, division, side, key = parts
    if side not in {"ceiling", "minimum"} or key not in {"share", "krw"}:
        raise KeyError(side)
    limit = Amount.model_validate({key: value})
    found = rules.division(division).model_copy(update={side: limit})
    divisions = tuple(found if d.id == division else d for d in rules.divisions)
    return rules.model_copy(update={"divisions": divisions})


def _with_band_side(
    rules: DivisionRules, parts: Sequence[str], value: Decimal | int
) -> DivisionRules:
    _, centre_type, division, side = parts
    if side not in {"min_share", "max_share"}:
        raise KeyError(side)
    present = rules.bands[centre_type][division].model_dump(exclude_none=True)
    band = DivisionBand.model_validate(present | {side: value})
    of_type = dict(rules.bands[centre_type]) | {division: band}
    return rules.model_copy(update={"bands": dict(rules.bands) | {centre_type: of_type}})


_CHANGES: Mapping[
    tuple[str, int], Callable[[DivisionRules, Sequence[str], Decimal | int], DivisionRules]
] = {("divisions", 4): _with_limit, ("bands", 4): _with_band_side}


def _units_below(amount: Amount, total: int, unit: int) -> int:
    if amount.share is not None:
        return whole_units_below(amount.share, total, unit)
    return (amount.krw or 0) // unit * unit


def _units_above(amount: Amount, total: int, unit: int) -> int:
    if amount.share is not None:
        return -whole_units_below(-Decimal(amount.share), total, unit)
    return -(-(amount.krw or 0) // unit) * unit


def rule_faults(
    document: Mapping[str, Any], centre_types: tuple[str, ...], file: str
) -> Iterator[Fault]:
    """What only the whole of the rules shows: names that stand twice, or for nothing.

    Args:
        document: plain data, possibly with faults of its own.
        centre_types: the types that a centre can have.
    """
    divisions = [
        entry for entry in _entries(document.get("divisions")) if isinstance(entry, Mapping)
    ]
    for key in ("id", "staff_column"):
        seen: set[str] = set()
        for division in divisions:
            value = division.get(key)
            if isinstance(value, str) and value in seen:
                yield Fault(
                    file,
                    f"divisions.{division.get('id')}.{key}",
                    shown(value),
                    N_("a value that no other division has"),
                )
            seen.add(str(value))
    known = [str(division.get("id")) for division in divisions]
    bands = document.get("bands")
    for centre_type, of_type in bands.items() if isinstance(bands, Mapping) else ():
        if centre_type not in centre_types:
            yield Fault(
                file,
                f"bands.{centre_type}",
                shown(centre_type),
                N_("a type of centre: {types}"),
                details={"types": ", ".join(centre_types)},
            )
        for division in of_type if isinstance(of_type, Mapping) else ():
            if division not in known:
                yield Fault(
                    file,
                    f"bands.{centre_type}.{division}",
                    shown(division),
                    N_("the id of a division: {divisions}"),
                    details={"divisions": ", ".join(known)},
                )


def _entries(value: object) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
