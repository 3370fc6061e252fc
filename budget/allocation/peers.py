"""Centres of the same type and size, and what each gets per weighted head.

Source: screens, Centre; workflow, roles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import median

from budget.allocation.cells import cell_text
from budget.allocation.centres import raw_factor
from budget.allocation.result import Allocation

TYPE = "centre_type"
FEWEST = 9
"""So many centres of a type are needed to part them by size."""
SIZES = ("small", "middle", "large")


@dataclass(frozen=True, slots=True)
class Peer:
    """A centre among its peers.

    Attributes:
        centre_id: empty where the reader may not know which centre it is.
        per_head: operating money per weighted head, in won, rounded down.
    """

    centre_id: str
    per_head: int


@dataclass(frozen=True)
class Peers:
    """A centre's peers and where it stands among them.

    Attributes:
        centre_type: the type they share; empty where the table has no types.
        size: a third of the type by weighted heads: a key of SIZES; "" if it is not parted.
        least, most: weighted heads that bound the third; None where it is open.
        own: won per weighted head of the centre itself; None without heads.
        others: the peers, the best funded first; without the centre itself.
    """

    centre_type: str
    size: str
    least: float | None
    most: float | None
    own: int | None
    others: tuple[Peer, ...]

    @property
    def median(self) -> int | None:
        """The median of the peers' amounts per weighted head, the centre itself left out."""
        return round(median(peer.per_head for peer in self.others)) if self.others else None

    @property
    def difference(self) -> float | None:
        """How far the centre stands above the median, as a part of it."""
        middle = self.median
        return None if self.own is None or not middle else self.own / middle - 1


def weighted_heads(allocation: Allocation) -> list[Fraction]:
    """Staff as the first factor of the remainder pool weighs it, in the order of the ids."""
    raw = raw_factor(allocation.centres, allocation.policy.remainder_pool.factor[0].columns)
    return [Fraction(numerator or 0, raw.scale) for numerator in raw.numerators]


def peers(allocation: Allocation, centre_id: str, *, anonymous: bool) -> Peers:
    """The centres of the same type and size.

    Centres of a type are parted into thirds by weighted heads; equally large ones stay together.
    With fewer than nine centres of the type all of them are peers.

    Args:
        anonymous: leave out which centres they are.

    Raises:
        KeyError: if there is no such centre.
    """
    ids = allocation.centres.ids
    own = _position(ids, centre_id)
    heads = weighted_heads(allocation)
    types = _types(allocation)
    same = [centre for centre in range(len(ids)) if types[centre] == types[own]]
    size, least, most = _third(sorted(heads[centre] for centre in same), heads[own])
    amounts = allocation.pool(allocation.policy.remainder_pool.name).amounts
    others = [
        Peer("" if anonymous else ids[centre], int(amounts[centre] / heads[centre]))
        for centre in same
        if centre != own
        and heads[centre] > 0
        and (least is None or heads[centre] > least)
        and (most is None or heads[centre] <= most)
    ]
    return Peers(
        centre_type=types[own],
        size=size,
        least=None if least is None else float(least),
        most=None if most is None else float(most),
        own=int(amounts[own] / heads[own]) if heads[own] > 0 else None,
        others=tuple(sorted(others, key=lambda peer: (-peer.per_head, peer.centre_id))),
    )


def _position(ids: Sequence[str], centre_id: str) -> int:
    try:
        return ids.index(centre_id)
    except ValueError:
        raise KeyError(centre_id) from None


def _types(allocation: Allocation) -> list[str]:
    table = allocation.centres.table
    if TYPE not in table:
        return [""] * len(table)
    cells = table[TYPE].tolist()
    return [cell_text(cells[row]) for row in allocation.centres.rows]


def _third(
    heads: Sequence[Fraction], own: Fraction
) -> tuple[str, Fraction | None, Fraction | None]:
    """The third that a centre falls in: its name, heads above and up to which it reaches."""
    if len(heads) < FEWEST:
        return "", None, None
    first, second = heads[(len(heads) - 1) // 3], heads[2 * (len(heads) - 1) // 3]
    if own <= first:
        return SIZES[0], None, first
    if own <= second:
        return SIZES[1], first, second
    return SIZES[2], second, None
