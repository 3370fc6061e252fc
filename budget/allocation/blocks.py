"""The parts of a split that do not exchange money: what a solver sees of them, where they end.

Source: allocation model, section 5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from budget.allocation.pegs import WHOLE, Pegs
from budget.allocation.split import Split


class Blocks:
    """The parts of a split that do not exchange money, given what is pegged."""

    def __init__(self, split: Split, pegs: Pegs) -> None:
        self.split = split
        self.pegs = pegs
        self.owner = [WHOLE] * len(split.groups)
        """For each group the block around it (a pegged group owns itself)."""
        self.totals = {WHOLE: split.placeable}
        for group, parent in enumerate(split.parents):
            outer = self.owner[parent] if parent >= 0 else WHOLE
            if group in pegs.groups:
                self.totals[group] = pegs.groups[group]
                self.owner[group] = group
            else:
                self.owner[group] = outer
        self.block_of = [self.owner[home] if home >= 0 else WHOLE for home in split.homes]
        self.open: dict[int, list[int]] = {block: [] for block in self.totals}
        self.fixed: dict[int, int] = {}
        for centre, (weight, floor, cap) in enumerate(
            zip(split.weights, split.floors, split.caps, strict=True)
        ):
            if weight == 0 or centre in pegs.at_floor:
                self.fixed[centre] = floor
            elif centre in pegs.centres and cap is not None:
                self.fixed[centre] = cap
            else:
                self.open[self.block_of[centre]].append(centre)
        # what stands fast in each group, pegged inner groups included, the whole last
        self.constant = [0] * (len(split.groups) + 1)
        for centre, won in self.fixed.items():
            self.constant[split.homes[centre]] += won
        for group in reversed(range(len(split.groups))):
            inside = pegs.groups.get(group, self.constant[group])
            self.constant[split.parents[group]] += inside

    def free(self, block: int) -> int:
        """What the open centres of a block share."""
        return self.totals[block] - self.constant[block]

    def scaled(self, block: int) -> "Scaled":
        """The numbers that the solver sees of a block."""
        return Scaled.of(self.split, self.open[block], self.free(block))

    @property
    def can_be(self) -> bool:
        """Whether every block can be filled to its total as it is pegged.

        A wrong guess can leave a block less than its floors, or nobody to take what is free.
        """
        for block in self.totals:
            if self.open[block]:
                if self.free(block) < self.floors(block):
                    return False
            elif self.free(block) or any(
                self.constant[group] < self.split.groups[group].least
                for group in self.loose_groups(block)
            ):
                return False
        return True

    def floors(self, block: int) -> int:
        """What the floors of the open centres of a block need."""
        return sum(self.split.floors[centre] for centre in self.open[block])

    def loose_groups(self, block: int) -> list[int]:
        """Groups inside the block that are not pegged, outer ones first."""
        return [
            group
            for group, owner in enumerate(self.owner)
            if owner == block and group not in self.pegs.groups
        ]

    def outer(self, block: int) -> int:
        """The block around a block."""
        parent = self.split.parents[block]
        return self.owner[parent] if parent >= 0 else WHOLE

    def amount(self, centre: int, levels: Mapping[int, Fraction | None]) -> Fraction:
        """What a centre gets at the levels of the blocks."""
        if centre in self.fixed:
            return Fraction(self.fixed[centre])
        level = levels[self.block_of[centre]]
        floor = self.split.floors[centre]
        if level is None:
            return Fraction(floor)
        numerator, denominator = level.numerator * self.split.weights[centre], level.denominator
        return (
            Fraction(floor)
            if numerator <= floor * denominator
            else Fraction(numerator, denominator)
        )


@dataclass(frozen=True)
class Scaled:
    """The open centres of a block in mean entitlements: the numbers that the solver sees.

    Attributes:
        won: won in one unit of money.
        level: won per weight in one unit of the level.
        entitlements: by centre; 1 on average.
        floors: by centre.
    """

    won: float
    level: Fraction
    entitlements: Mapping[int, float]
    floors: Mapping[int, float]

    @classmethod
    def of(cls, split: Split, centres: Sequence[int], free: int) -> "Scaled":
        """Scale so that the centres that share what is free are entitled to 1 on average."""
        total, size, free = sum(split.weights[c] for c in centres), len(centres), max(free, 1)
        won = free / size
        return cls(
            won=won,
            level=Fraction(free, total),
            entitlements={c: split.weights[c] / total * size for c in centres},
            floors={c: split.floors[c] / won for c in centres},
        )


@dataclass(frozen=True)
class Leximin:
    """The unique leximin result of a split, before rounding.

    Attributes:
        amounts: won, one a centre, exact; they sum to the amount that can be placed.
        levels: won per unit of weight at which each block stands (WHOLE, and each group pegged
            at its least or most); None for a block in which every centre is pegged.
        blocks: for each centre the block it belongs to.
        pegged_groups: group position -> the total it is pegged at.
        programs: how many linear programs it took.
    """

    amounts: tuple[Fraction, ...]
    levels: Mapping[int, Fraction | None]
    blocks: tuple[int, ...]
    pegged_groups: Mapping[int, int]
    programs: int

    def level_of(self, centre: int) -> Fraction | None:
        """The level of the centre's own block."""
        return self.levels[self.blocks[centre]]
