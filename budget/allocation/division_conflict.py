"""Why the rules for divisions contradict each other, by how much, and what alone would mend it.

Money that cannot be moved within the limits names a cut: centres and divisions between which the
limits ask for more than there is. The rules across that cut are a conflict; rules are left out
one after the other while the rest still contradicts itself. A remedy is the nearest value of one
rule, on the grid that a planner would set, with which a table exists (found by halving, and
proven by that table).

Source: allocation model, sections 7 and 11.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from budget.allocation.conflict import FINEST_SHARE, Conflict, ConflictingRule, Remedy
from budget.allocation.division_flow import CEILING
from budget.allocation.division_levels import BOTH, Contradiction, Cut, contradiction
from budget.allocation.division_rules import DivisionBand, DivisionRules
from budget.allocation.division_split import CrossSplit
from budget.allocation.rules import Amount

SIDES = ("band most", "band least")
"""Kinds of a division's ceiling and of its minimum."""
type Cell = tuple[int, int]

DIVISIONS = "divisions"
"""What a conflict of the cross table has in place of a pool."""


class InfeasibleDivisions(ValueError):  # noqa: N818 - the word of the field
    """Bands and national limits contradict each other; `conflict` says which, and what to do.

    The kinds of its rules are those of policies: "band most" and "band least" are a division's
    national ceiling and minimum, "cap" and "floor" the two sides of a band, "amount" the
    operating money of centres. Paths are those of divisions.toml; "operating" is no rule.

    Attributes:
        centres: ids of the centres that the conflict is about.
    """

    def __init__(self, conflict: Conflict, centres: Sequence[str]) -> None:
        self.conflict, self.centres = conflict, tuple(centres)
        lines = [
            f"infeasible divisions: {conflict.required_krw:,} won required, "
            f"{conflict.available_krw:,} won available, {conflict.shortfall_krw:,} won short",
            *(f"  rule: {rule.path} ({rule.kind}, {rule.won:,} won)" for rule in conflict.rules),
            *(
                f"  remedy: {remedy.path}: {remedy.present:,} -> {remedy.feasible:,}"
                for remedy in conflict.remedies
            ),
        ]
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class _Limit:
    """One rule that can be left out: a national limit, or one side of a band."""

    kind: str
    division: str
    centre_type: str = ""

    @property
    def path(self) -> str:
        """Where it stands in divisions.toml."""
        if self.centre_type:
            side = "min_share" if self.kind == "floor" else "max_share"
            return f"bands.{self.centre_type}.{self.division}.{side}"
        return f"divisions.{self.division}.{'ceiling' if self.kind == 'band most' else 'minimum'}"


def explained(split: CrossSplit, rules: DivisionRules, found: Contradiction) -> InfeasibleDivisions:
    """The smallest conflict found behind a contradiction.

    Args:
        split: the question under rules that contradict each other.
        found: what it came to.
    """
    limits = _smallest(split, rules, list(_limits_of(split, rules, found)))
    alone = split.under(_only(rules, limits))
    gap = _widest_gap(alone, contradiction(alone) or found)
    described = [_described(alone, limit, gap) for limit in limits]
    if gap.rows:
        money = sum(split.operating[row] for row in gap.rows)
        described.append(ConflictingRule("operating", "amount", "operating", money))
    conflict = Conflict(
        pool=DIVISIONS,
        rules=tuple(described),
        required_krw=gap.required,
        available_krw=gap.available,
        remedies=tuple(_remedies(split, rules, limits)),
    )
    return InfeasibleDivisions(conflict, [split.ids[row] for row in sorted(gap.concerned)])


# --- which rules ------------------------------------------------------------------------------


def _every_limit(rules: DivisionRules) -> Iterator[_Limit]:
    for centre_type, of_type in rules.bands.items():
        for division, band in of_type.items():
            if band.max_share is not None:
                yield _Limit("cap", division, centre_type)
            if band.min_share is not None:
                yield _Limit("floor", division, centre_type)
    for division_rule in rules.divisions:
        if division_rule.minimum is not None:
            yield _Limit("band least", division_rule.id)
        if division_rule.ceiling is not None:
            yield _Limit("band most", division_rule.id)


def _only(rules: DivisionRules, limits: Sequence[_Limit]) -> DivisionRules:
    """The rules with no other limits than these."""
    kept = set(limits)
    bands: dict[str, dict[str, DivisionBand]] = {}
    for centre_type, of_type in rules.bands.items():
        for division, band in of_type.items():
            least = band.min_share if _Limit("floor", division, centre_type) in kept else None
            most = band.max_share if _Limit("cap", division, centre_type) in kept else None
            if least is not None or most is not None:
                changed = {"min_share": least, "max_share": most}
                bands.setdefault(centre_type, {})[division] = band.model_copy(update=changed)
    divisions = tuple(
        division.model_copy(
            update={
                "ceiling": division.ceiling if _Limit("band most", division.id) in kept else None,
                "minimum": division.minimum if _Limit("band least", division.id) in kept else None,
            }
        )
        for division in rules.divisions
    )
    return rules.model_copy(update={"bands": bands, "divisions": divisions})


def _limits_of(split: CrossSplit, rules: DivisionRules, found: Contradiction) -> Iterator[_Limit]:
    """The rules that a contradiction rests on: across its cut, or in its worst row."""
    gap = _widest_gap(split, found)
    for limit in _every_limit(rules):
        column = split.divisions.index(limit.division)
        if limit.centre_type:
            cells = gap.floors if limit.kind == "floor" else gap.caps
            if any(c == column and split.types[r] == limit.centre_type for r, c in cells):
                yield limit
        elif column in gap.columns and limit.kind in gap.sides:
            yield limit


def _smallest(split: CrossSplit, rules: DivisionRules, limits: list[_Limit]) -> list[_Limit]:
    """Leave rules out while the rest still contradicts itself; the shortest of a few orders."""
    found: list[list[_Limit]] = []
    for order in (limits, limits[::-1], limits[::2] + limits[1::2]):
        kept = list(order)
        for limit in order:
            rest = [other for other in kept if other != limit]
            if contradiction(split.under(_only(rules, rest))) is not None:
                kept = rest
        found.append([limit for limit in limits if limit in kept])
    return min(found, key=len)


# --- by how much ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Gap:
    """What the rules require and what they allow where they are furthest apart.

    Attributes:
        sides: "band most" and/or "band least" of the columns; empty for a row on its own.
        floors, caps: (row, column) of the cells whose floors ask, whose caps allow.
        rows: centres whose operating money is part of the sum.
    """

    required: int
    available: int
    sides: frozenset[str]
    columns: frozenset[int]
    rows: frozenset[int]
    floors: frozenset[Cell]
    caps: frozenset[Cell]

    @property
    def concerned(self) -> set[int]:
        """Centres with money, floors or caps in the sum."""
        return {*self.rows, *(row for row, _ in self.floors | self.caps)}


def _widest_gap(split: CrossSplit, found: Contradiction) -> _Gap:
    if found.cut is not None:
        return _gap_of_cut(split, found.cut)
    row, least, most = max(
        found.rows,
        key=lambda r: (max(r[1] - split.operating[r[0]], split.operating[r[0]] - r[2]), -r[0]),
    )
    whole = split.operating[row]
    cells = frozenset((row, column) for column, w in enumerate(split.weights[row]) if w)
    none = frozenset[Cell]()
    rows = frozenset([row])
    if least > whole:
        return _Gap(least, whole, frozenset(), frozenset(), rows, cells, none)
    return _Gap(whole, most, frozenset(), frozenset(), rows, none, cells)


def _gap_of_cut(split: CrossSplit, cut: Cut) -> _Gap:
    """A ceiling: money of the rows + floors <= ceilings + caps; a minimum: minima + floors <=
    money of the rows + caps. Floors and caps are those of the cells across the cut."""
    if cut.kind == BOTH:
        [column] = cut.columns
        limits, cells = (split.minima[column], split.ceilings[column] or 0), frozenset[Cell]()
        return _Gap(*limits, frozenset(SIDES), cut.columns, frozenset(), cells, cells)
    is_ceiling = cut.kind == CEILING
    across = [
        (row, column)
        for row, weights in enumerate(split.weights)
        for column, weight in enumerate(weights)
        if weight and (row in cut.rows) != (column in cut.columns)
    ]
    floors = frozenset(
        (row, column)
        for row, column in across
        if (row in cut.rows) != is_ceiling and split.floors[row][column]
    )
    caps = frozenset((row, column) for row, column in across if (row in cut.rows) == is_ceiling)
    money = sum(split.operating[row] for row in cut.rows)
    asked = sum(split.floors[row][column] for row, column in floors)
    allowed = sum(split.most[row][column] for row, column in caps)
    if is_ceiling:
        limits_won = sum(split.ceilings[column] or 0 for column in cut.columns)
        sums, side = (money + asked, limits_won + allowed), SIDES[:1]
    else:
        limits_won = sum(split.minima[column] for column in cut.columns)
        sums, side = (limits_won + asked, money + allowed), SIDES[1:]
    return _Gap(*sums, frozenset(side), cut.columns, cut.rows, floors, caps)


def _described(split: CrossSplit, limit: _Limit, gap: _Gap) -> ConflictingRule:
    column = split.divisions.index(limit.division)
    if limit.kind == "band most":
        won = split.ceilings[column] or 0
    elif limit.kind == "band least":
        won = split.minima[column]
    else:
        table = split.floors if limit.kind == "floor" else split.most
        cells = gap.floors if limit.kind == "floor" else gap.caps
        won = sum(
            table[row][column]
            for row, of_cell in cells
            if of_cell == column and split.types[row] == limit.centre_type
        )
    name = f"{limit.centre_type}.{limit.division}" if limit.centre_type else limit.division
    return ConflictingRule(limit.path, limit.kind, name, won)


# --- remedies ---------------------------------------------------------------------------------


def _remedies(
    split: CrossSplit, rules: DivisionRules, limits: Sequence[_Limit]
) -> Iterator[Remedy]:
    """For each rule the nearest value with which all rules hold together."""
    for limit in limits:
        lever = _lever(rules, limit, split.total)

        def is_enough(steps: int, lever: _Lever = lever) -> bool:
            changed = rules.replaced({lever.path: lever.value(steps)})
            return contradiction(split.under(changed)) is None

        failing, enough = 0, lever.steps
        if enough <= 0 or not is_enough(enough):
            continue
        while enough - failing > 1:
            between = (failing + enough) // 2
            if is_enough(between):
                enough = between
            else:
                failing = between
        yield Remedy(lever.path, lever.present, lever.value(enough))


@dataclass(frozen=True)
class _Lever:
    """A number to change, from its present value towards an extreme, in steps of a grid."""

    path: str
    present: int | Decimal
    extreme: int
    grid: int | Decimal

    @property
    def steps(self) -> int:
        """How many steps there are to the extreme; the last one may be shorter."""
        return ceil(abs(Fraction(self.extreme) - Fraction(self.present)) / Fraction(self.grid))

    def value(self, steps: int) -> int | Decimal:
        """The value so many steps away, on the grid."""
        places = Fraction(self.present) / Fraction(self.grid)
        if self.extreme < self.present:
            return max((ceil(places) - steps) * self.grid, self.extreme)
        return min((floor(places) + steps) * self.grid, self.extreme)


def _lever(rules: DivisionRules, limit: _Limit, total: int) -> _Lever:
    """The number that states a rule; it ends where the rule says nothing any more."""
    up = limit.kind in {"band most", "cap"}
    if limit.centre_type:
        band = rules.bands[limit.centre_type][limit.division]
        share = band.max_share if up else band.min_share
        return _Lever(limit.path, share or Decimal(0), int(up), FINEST_SHARE)
    division = rules.division(limit.division)
    amount = (division.ceiling if up else division.minimum) or Amount(krw=0)
    if amount.share is not None:
        return _Lever(f"{limit.path}.share", amount.share, int(up), FINEST_SHARE)
    return _Lever(f"{limit.path}.krw", amount.krw or 0, total if up else 0, rules.unit_krw)
