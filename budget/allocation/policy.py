"""A policy: the rules of one year's split, as one frozen object.

A scenario is `policy.replaced({path: value, …})`. What a factor, an adjustment, a floor, a cap or
a band is, stands in `rules`.

Source: file formats, policy.toml; allocation model, sections 2 to 6.
"""

import functools
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag

from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.paths import place_of, split_path
from budget.allocation.rules import (
    LARGEST_WON,
    Adjustment,
    Amount,
    Band,
    Bound,
    Factor,
    Name,
    Rule,
    Selector,
    Won,
    quantity,
)

RESERVED_POOL_NAMES = frozenset({"total", "special_needs", "prior_operating", "change_operating"})


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
                holder, key = place_of(document, split_path(path))
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
        from budget.allocation.policy_reading import policy_from  # noqa: PLC0415 - it reads policies

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


def pool_columns(name: str) -> tuple[str, ...]:
    """The columns of the allocation table that belong to a pool."""
    bounds = (f"{kind}_{name}_krw" for kind in ("entitlement", "floor", "cap"))
    return (*bounds, f"{name}_krw", f"binding_{name}")
