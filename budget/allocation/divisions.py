"""The cross table: the operating money of every centre over its divisions.

A target is the centre's operating money by the staff of its divisions. The proposal is the
lexicographic max-min of cell ÷ target: rows sum to the centre's money, columns keep the national
ceilings and minima, cells the bands of their centre type; the cell that is worst off, measured
by its target, is as well off as possible, then the second worst, and so on.

Source: allocation model, sections 8 and 11.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import pandas as pd

from budget.allocation.certificate import Certificate
from budget.allocation.division_conflict import explained
from budget.allocation.division_flow import CEILING, MINIMUM
from budget.allocation.division_levels import Contradiction, Levels, levels
from budget.allocation.division_programs import confirm
from budget.allocation.division_proof import certified
from budget.allocation.division_rounding import rounded_table
from budget.allocation.division_rules import DivisionRules
from budget.allocation.division_split import CrossSplit, cross_split

FLOOR, CAP = "floor", "cap"


@dataclass(frozen=True)
class CrossTable:
    """Operating money by centre and division, in whole units.

    Tables have one row a centre (index `centre_id`, in the order of the operating money that was
    given) and one column a division (its id, in the order of the rules).

    Attributes:
        rules: the ministry's rules that it keeps.
        split: the question in whole numbers (rows there in the order of the ids).
        levels: the exact result before rounding, with the limits that bind.
        cells: won (int64).
    """

    rules: DivisionRules
    split: CrossSplit = field(repr=False)
    levels: Levels = field(repr=False)
    cells: pd.DataFrame

    @property
    def operating(self) -> "pd.Series[int]":
        """What each centre shares over its divisions, in won."""
        return self._series(self.split.operating)

    @cached_property
    def certificate(self) -> Certificate:
        """What the checker, which knows no solver, says of the cells."""
        ordered = self.cells.loc[list(self.split.ids)].to_numpy()
        return certified(self.split, [[int(won) for won in row] for row in ordered])

    @property
    def certified(self) -> bool:
        """Whether the cells are proven."""
        return self.certificate.certified

    @cached_property
    def targets(self) -> pd.DataFrame:
        """Operating money by the staff of the divisions, rounded to the won."""
        return self._frame(
            [
                [round(self.split.target(row, column)) for column in self._columns]
                for row in self._rows
            ]
        )

    @cached_property
    def floors(self) -> pd.DataFrame:
        """Least of every cell, in won; 0 without one."""
        return self._frame(self.split.floors)

    @cached_property
    def caps(self) -> pd.DataFrame:
        """Most of every cell, in won; without a cap the centre's whole money."""
        return self._frame(self.split.most)

    @cached_property
    def ratio(self) -> pd.DataFrame:
        """Cell ÷ target, exact result before rounding; missing where the target is 0."""
        return self._frame(
            [
                [
                    float(self.levels.amounts[row][column] * self.split.scale / weight)
                    if (weight := self.split.weights[row][column])
                    else float("nan")
                    for column in self._columns
                ]
                for row in self._rows
            ]
        )

    @cached_property
    def binding(self) -> pd.DataFrame:
        """What holds a cell: "floor" or "cap" of its band, "ceiling" or "minimum" of its
        division, or "" where it only follows its centre's money."""
        return self._frame(
            [[self._held_by(row, column) for column in self._columns] for row in self._rows]
        )

    @cached_property
    def unlimited(self) -> pd.DataFrame:
        """What the centres would give if there were no national ceilings and minima (bands stay).

        Rounded like the cells: whole units, rows sum to the centre's money.
        """
        count = len(self.split.divisions)
        return self._frame(rounded_table(self.levels.unlimited, count, self.split.unit))

    @cached_property
    def limits(self) -> pd.DataFrame:
        """National totals against their limits, one row a division.

        Columns: `total_krw`, `target_krw`, `unlimited_krw`, `minimum_krw`, `ceiling_krw`
        (missing without one, Int64), `binding` ("ceiling", "minimum" or "").
        """
        return pd.DataFrame(
            {
                "total_krw": self.cells.sum().to_numpy(),
                "target_krw": [
                    round(
                        Fraction(sum(row[column] for row in self.split.weights), self.split.scale)
                    )
                    for column in self._columns
                ],
                "unlimited_krw": self.unlimited.sum().to_numpy(),
                "minimum_krw": pd.array(
                    [
                        None if division.minimum is None else least
                        for division, least in zip(
                            self.rules.divisions, self.split.minima, strict=True
                        )
                    ],
                    dtype="Int64",
                ),
                "ceiling_krw": pd.array(list(self.split.ceilings), dtype="Int64"),
                "binding": [self._binding_limit(column) for column in self._columns],
            },
            index=pd.Index(self.split.divisions, name="division"),
        )

    def pushed(self, division: str) -> pd.DataFrame:
        """Who pushes against the limit of a division, and where the money went.

        One row a centre that has the division, those that push most first. What a centre would
        give without national limits is compared with what it gives; what it loses here it gains
        in other divisions (a division with a minimum: the other way round).

        Columns: `target_krw`, `unlimited_krw`, `cell_krw`, `pushed_krw` (unlimited − cell; above
        0 pushes against a ceiling, below 0 is lifted by a minimum), `pushed_share` (its part of
        all that is pushed the same way), then `to_<division>_krw` for every other division: the
        part of `pushed_krw` that went there (rows sum to `pushed_krw` to the won).
        """
        others = [other for other in self.split.divisions if other != division]
        pushed = self.unlimited[division] - self.cells[division]
        table = pd.DataFrame(
            {
                "target_krw": self.targets[division],
                "unlimited_krw": self.unlimited[division],
                "cell_krw": self.cells[division],
                "pushed_krw": pushed,
            }
        )
        same_way = pushed.clip(lower=0) if pushed.sum() >= 0 else pushed.clip(upper=0)
        table["pushed_share"] = same_way / (same_way.sum() or 1)
        gained = self.cells[others] - self.unlimited[others]
        went = [
            _shared_out(int(won), [int(cell) for cell in row])
            for won, row in zip(pushed, gained.to_numpy(), strict=True)
        ]
        for place, other in enumerate(others):
            table[f"to_{other}_krw"] = [row[place] for row in went]
        has_staff = self._frame([[bool(w) for w in row] for row in self.split.weights])[division]
        order = same_way.abs().sort_values(ascending=False, kind="stable").index
        return table.loc[[key for key in order if has_staff[key]]]

    def room(self, centre_id: str) -> pd.DataFrame:
        """What a centre's own plan may move, one row a division.

        Columns: `cell_krw` (the proposal), `target_krw`, `floor_krw`, `cap_krw`, `down_krw`
        (cell − floor), `up_krw` (cap − cell).
        """
        cells, floors, caps = (
            table.loc[centre_id] for table in (self.cells, self.floors, self.caps)
        )
        return pd.DataFrame(
            {
                "cell_krw": cells,
                "target_krw": self.targets.loc[centre_id],
                "floor_krw": floors,
                "cap_krw": caps,
                "down_krw": cells - floors,
                "up_krw": caps - cells,
            }
        ).rename_axis("division")

    def with_more(self, division: str, won: int) -> pd.DataFrame:
        """What would change if the ceiling of a division were higher (a whole run of its own).

        Args:
            won: by how much; one unit for the price of the next unit.

        Returns:
            Change of every cell in won, in the form of `cells`; nothing changes where the
            division has no ceiling.
        """
        ceiling = self.split.ceilings[self.split.divisions.index(division)]
        if ceiling is None:
            return self.cells - self.cells
        wider = self.rules.replaced({f"divisions.{division}.ceiling.krw": ceiling + won})
        return _solved(self.split.under(wider), wider, self.cells.index).cells - self.cells

    # putting together

    @property
    def _rows(self) -> range:
        return range(len(self.split.ids))

    @property
    def _columns(self) -> range:
        return range(len(self.split.divisions))

    def _frame(self, rows: Sequence[Sequence[object]]) -> pd.DataFrame:
        return _frame(self.split, rows).loc[self.cells.index]

    def _series(self, values: Sequence[int]) -> "pd.Series[int]":
        series = pd.Series(list(values), index=list(self.split.ids), dtype="int64")
        return series.loc[self.cells.index].rename_axis("centre_id")

    def _held_by(self, row: int, column: int) -> str:
        weight, amount = self.split.weights[row][column], self.levels.amounts[row][column]
        if not weight:
            return ""
        floor, cap = self.split.floors[row][column], self.split.caps[row][column]
        if floor and amount == floor:
            return FLOOR
        if cap is not None and amount == cap:
            return CAP
        return self._binding_limit(column)

    def _binding_limit(self, column: int) -> str:
        for kind in (CEILING, MINIMUM):
            if any(cut.kind == kind and column in cut.columns for cut in self.levels.cuts):
                return kind
        return ""


def cross_table(
    centres: pd.DataFrame,
    operating: "pd.Series[int]",
    rules: DivisionRules,
    file: str = "centres.csv",
) -> CrossTable:
    """Propose how every centre gives its operating money to its divisions.

    Args:
        centres: one row a centre, with `centre_id`, `centre_type` and the staff columns of the
            rules.
        operating: whole won by centre_id, multiples of the unit. The result does not depend on
            its order.
        rules: divisions, bands, national limits.
        file: what messages call the table of centres.

    Raises:
        InputError: for centres without staff in any division and other faults, all at once.
        InfeasibleDivisions: if bands and national limits contradict each other.

    Source: allocation model, section 11.
    """
    split = cross_split(centres, operating, rules, file)
    index = pd.Index([str(key) for key in operating.index], name="centre_id")
    return _solved(split, rules, index)


def _solved(split: CrossSplit, rules: DivisionRules, index: pd.Index) -> CrossTable:
    try:
        found = levels(split)
    except Contradiction as error:
        raise explained(split, rules, error) from None
    confirm(split, found)
    cells = rounded_table(found.amounts, len(split.divisions), split.unit)
    return CrossTable(rules, split, found, _frame(split, cells).loc[index])


def _frame(split: CrossSplit, rows: Sequence[Sequence[object]]) -> pd.DataFrame:
    return pd.DataFrame(
        list(rows),
        index=pd.Index(split.ids, name="centre_id"),
        columns=pd.Index(split.divisions, name="division"),
    )


def _shared_out(won: int, gains: Sequence[int]) -> list[int]:
    """An amount over the divisions that moved the same way, in proportion, to the won."""
    parts = [max(0, gain) if won > 0 else max(0, -gain) for gain in gains]
    whole = sum(parts)
    if not won or not whole:
        return [0] * len(gains)
    size = abs(won)
    shares = [size * part // whole for part in parts]
    order = sorted(range(len(parts)), key=lambda place: (-(size * parts[place] % whole), place))
    for place in order[: size - sum(shares)]:
        shares[place] += 1
    return [share if won > 0 else -share for share in shares]
