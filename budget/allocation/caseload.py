"""Clients per counsellor against the band of a published scheme, and what would close the gap.

A counsellor for people with several barriers follows 70 to 100 clients in the French scheme. Where
there are more, the whole persons that are missing are counted and priced; where there are fewer,
nobody is taken away. An outreach post is staffed by its host's people, so the two are one desk.

Source: the field in one page, joined-up services (ILO technical note on people facing
labour-market disadvantage).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from budget.allocation.cells import cell_number, cell_text
from budget.allocation.contract import CONTRACT
from budget.allocation.faults import N_, NOTHING, Fault, InputError
from budget.allocation.result import Allocation

DISADVANTAGED, REGISTERED = "disadvantaged_jobseekers", "registered_jobseekers"
CLIENTS = (DISADVANTAGED, REGISTERED)
"""Who can be counted as a client."""
COUNSELLORS = ("counsellors", "counselling_officials")
"""Which staff follow clients: job counsellors and officials of the counselling series."""
PARTNERS = "partner_staff"
BELOW, WITHIN, ABOVE = "below", "within", "above"
MOST_CLIENTS = 2_000
MOST_COST_KRW = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Scheme:
    """What the desks are held against.

    Attributes:
        least, most: clients a counsellor follows.
        clients: which column counts as clients, one of CLIENTS.
        cost_krw: what one more counsellor costs in a year, pay included, in won. No figure for
            this is published; the default is illustrative.
    """

    least: int = 70
    most: int = 100
    clients: str = DISADVANTAGED
    cost_krw: int = 45_000_000

    def __post_init__(self) -> None:
        """Refuse a band that is none.

        Raises:
            InputError: for an empty band, an unknown column or a cost that cannot be.
        """
        faults = []
        if not 1 <= self.least <= self.most <= MOST_CLIENTS:
            faults.append(
                Fault(
                    "",
                    "most",
                    f"{self.least}-{self.most}",
                    N_("a least from 1 and a most of at least as many, up to {limit}"),
                    details={"limit": f"{MOST_CLIENTS:,}"},
                )
            )
        if self.clients not in CLIENTS:
            faults.append(
                Fault(
                    "",
                    "clients",
                    self.clients[:40],
                    N_("one of {values}"),
                    details={"values": ", ".join(CLIENTS)},
                )
            )
        if not 0 <= self.cost_krw <= MOST_COST_KRW:
            faults.append(
                Fault(
                    "",
                    "cost_krw",
                    str(self.cost_krw),
                    N_("won from 0 to {limit}"),
                    details={"limit": f"{MOST_COST_KRW:,}"},
                )
            )
        if faults:
            raise InputError(faults)


@dataclass(frozen=True)
class Desk:
    """A centre together with its outreach posts: who works there, and for how many.

    Attributes:
        posts: ids of the outreach posts.
        pool_krw: what the joined-up pool gives to all of them.
        has_partners: whether partner organisations work there, so that the pool is open to it.
    """

    centre_id: str
    posts: tuple[str, ...]
    centre_type: str
    level: str
    clients: Fraction
    counsellors: Fraction
    partners: Fraction
    pool_krw: int
    scheme: Scheme

    @property
    def per_counsellor(self) -> Fraction | None:
        """Clients per counsellor; None without a counsellor."""
        return self.clients / self.counsellors if self.counsellors else None

    @property
    def has_partners(self) -> bool:
        """Whether anybody of a partner organisation works there."""
        return self.partners > 0

    @property
    def side(self) -> str:
        """Below, within or above the band; without clients it is within."""
        ratio = self.per_counsellor
        if not self.clients:
            return WITHIN
        if ratio is None or ratio > self.scheme.most:
            return ABOVE
        return BELOW if ratio < self.scheme.least else WITHIN

    @property
    def missing(self) -> int:
        """Whole counsellors that bring it to the band's most or less; 0 where none is missing."""
        return max(0, ceil(self.clients / self.scheme.most - self.counsellors))

    @property
    def spare(self) -> int:
        """Whole counsellors above what the band's least asks for; nobody is taken away."""
        return max(0, floor(self.counsellors - self.clients / self.scheme.least))

    @property
    def is_too_small(self) -> bool:
        """Whether one whole counsellor more brings it from above the band to below it."""
        return bool(self.missing) and self.clients < self.scheme.least * (
            self.counsellors + self.missing
        )

    @property
    def cost_krw(self) -> int:
        """What the missing counsellors cost in a year, in won."""
        return self.missing * self.scheme.cost_krw

    @property
    def covered(self) -> Fraction | None:
        """Part of that cost that the joined-up pool's money would cover, at most all of it."""
        return Fraction(min(self.pool_krw, self.cost_krw), self.cost_krw) if self.cost_krw else None


@dataclass(frozen=True)
class Gathered:
    """Several desks taken together: a level of integration, a type, the country.

    Attributes:
        key: the level or type; "" for the country.
        above, below: how many desks stand there.
    """

    key: str
    desks: tuple[Desk, ...] = field(repr=False)

    @property
    def clients(self) -> Fraction:
        """All clients."""
        return sum((desk.clients for desk in self.desks), Fraction(0))

    @property
    def counsellors(self) -> Fraction:
        """All counsellors."""
        return sum((desk.counsellors for desk in self.desks), Fraction(0))

    @property
    def partners(self) -> Fraction:
        """All partner staff."""
        return sum((desk.partners for desk in self.desks), Fraction(0))

    @property
    def per_counsellor(self) -> Fraction | None:
        """Clients per counsellor over all of them; None without a counsellor."""
        return self.clients / self.counsellors if self.counsellors else None

    def on(self, side: str) -> int:
        """How many desks stand below, within or above the band."""
        return sum(desk.side == side for desk in self.desks)

    @property
    def missing(self) -> int:
        """Counsellors missing, desk by desk in whole persons."""
        return sum(desk.missing for desk in self.desks)

    @property
    def cost_krw(self) -> int:
        """What they cost in a year, in won."""
        return sum(desk.cost_krw for desk in self.desks)

    @property
    def pool_krw(self) -> int:
        """What the joined-up pool gives, in won."""
        return sum(desk.pool_krw for desk in self.desks)

    @property
    def covering_krw(self) -> int:
        """The part of the pool that meets a need: at each desk no more than its cost."""
        return sum(min(desk.pool_krw, desk.cost_krw) for desk in self.desks)

    @property
    def covered(self) -> Fraction | None:
        """Part of the cost that the pool covers where it is needed; None where nothing is."""
        return Fraction(self.covering_krw, self.cost_krw) if self.cost_krw else None


def desks(centres: pd.DataFrame, scheme: Scheme, pool: Mapping[str, int]) -> tuple[Desk, ...]:
    """Every centre with the outreach posts that it staffs, in the order of the ids.

    Args:
        centres: one row a centre, cells as text or numbers.
        pool: centre id -> won of the joined-up pool; who is not named gets nothing.

    Raises:
        InputError: for a column that is missing or a cell that is no number.
    """
    rows = tuple(_rows(centres, scheme.clients))
    hosts = {row.centre_id for row in rows}
    posts: dict[str, list[_Row]] = {}
    for row in rows:
        home = row.host_id if row.centre_type == "outreach" and row.host_id in hosts else ""
        posts.setdefault(home or row.centre_id, []).append(row)
    own = {row.centre_id: row for row in rows}
    return tuple(
        Desk(
            centre_id=centre_id,
            posts=tuple(sorted(row.centre_id for row in members if row.centre_id != centre_id)),
            centre_type=own[centre_id].centre_type,
            level=own[centre_id].level,
            clients=sum((row.clients for row in members), Fraction(0)),
            counsellors=sum((row.counsellors for row in members), Fraction(0)),
            partners=sum((row.partners for row in members), Fraction(0)),
            pool_krw=sum(pool.get(row.centre_id, 0) for row in members),
            scheme=scheme,
        )
        for centre_id, members in sorted(posts.items())
    )


def gathered(found: Sequence[Desk], by: str) -> tuple[Gathered, ...]:
    """Desks by "level" or "centre_type", in the order of the keys; types as the contract has them.

    Args:
        by: "level" or "centre_type".
    """
    groups: dict[str, list[Desk]] = {}
    for desk in found:
        groups.setdefault(desk.level if by == "level" else desk.centre_type, []).append(desk)
    known = CONTRACT["centre_type"].values
    order = sorted(groups, key=lambda key: (known.index(key) if key in known else len(known), key))
    return tuple(Gathered(key, tuple(groups[key])) for key in order)


def joined_up_won(allocation: Allocation) -> dict[str, int]:
    """What the pools for centres with partner staff give: centre id -> won.

    A pool is joined-up if its rules choose the centres by their partner staff.
    """
    won = dict.fromkeys(allocation.centres.ids, 0)
    for pool in allocation.pools:
        chosen = pool.rule.eligible
        if chosen is not None and chosen.column == PARTNERS:
            for centre_id, own in zip(allocation.centres.ids, pool.amounts, strict=True):
                won[centre_id] += own
    return won


# --- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Row:
    centre_id: str
    host_id: str
    centre_type: str
    level: str
    clients: Fraction
    counsellors: Fraction
    partners: Fraction


def _rows(centres: pd.DataFrame, clients: str) -> Iterator[_Row]:
    numbers = (clients, *COUNSELLORS, PARTNERS)
    faults = [
        Fault("centres.csv", name, "", N_("this column; clients and counsellors are counted in it"))
        for name in ("centre_id", *numbers)
        if name not in centres.columns
    ]
    if faults:
        raise InputError(faults)
    for place, cells in enumerate(centres.to_dict("records"), start=2):
        own = {name: _number(cells[name], name, place, faults) for name in numbers}
        yield _Row(
            centre_id=cell_text(cells["centre_id"]),
            host_id=cell_text(cells.get("host_id", "")),
            centre_type=cell_text(cells.get("centre_type", "")),
            level=cell_text(cells.get("integration_level", "")),
            clients=own[clients],
            counsellors=own[COUNSELLORS[0]] + own[COUNSELLORS[1]],
            partners=own[PARTNERS],
        )
    if faults:
        raise InputError(faults)


def _number(cell: object, name: str, row: int, faults: list[Fault]) -> Fraction:
    found = cell_number(cell)
    if isinstance(found, int | Decimal) and found >= 0:
        return Fraction(found)
    text = cell_text(cell)[:40]
    faults.append(Fault("centres.csv", name, text, N_("a number of 0 or more"), row, NOTHING))
    return Fraction(0)
