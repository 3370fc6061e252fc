"""The question of the cross table: who shares what over which divisions, within which limits.

`CrossSplit` is what the levels answer, what the rounding keeps and what the proof checks.
Everything in it is a whole number, so that all of them mean exactly the same.

Source: allocation model, sections 4 and 11.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any

import pandas as pd

from budget.allocation.cells import cell_number, cell_text
from budget.allocation.contract import STAFF, STAFF_TOLERANCE
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import N_, Fault, InputError, shown

FINEST_STAFF = 2
"""Staff of a division count to a hundredth of a person: exact shares of finer numbers would have
thousands of digits."""


@dataclass(frozen=True)
class CrossSplit:
    """Operating money of centres (rows) to share over divisions (columns).

    Attributes:
        ids: centre ids, sorted (ties in the rounding go by them, then by division).
        types: centre types, one a centre: they choose the bands.
        divisions: their ids, in the order of the rules.
        weights: whole numbers ≥ 0, one row a centre, in proportion to the targets over the
            whole table; 0 where a centre has no staff in the division.
        scale: target = weight / scale, in won.
        floors, caps: won, multiples of the unit, no cap below its floor; a cap is None without
            a limit. Both are 0 where the weight is 0.
        operating: won, one a centre: what its row sums to.
        minima, ceilings: won, one a division, multiples of the unit; None without a ceiling.
    """

    ids: tuple[str, ...]
    types: tuple[str, ...]
    divisions: tuple[str, ...]
    weights: tuple[tuple[int, ...], ...]
    scale: int
    floors: tuple[tuple[int, ...], ...]
    caps: tuple[tuple[int | None, ...], ...]
    operating: tuple[int, ...]
    minima: tuple[int, ...]
    ceilings: tuple[int | None, ...]
    unit: int

    @cached_property
    def most(self) -> tuple[tuple[int, ...], ...]:
        """Most that each cell can hold: its cap, or else the centre's whole money."""
        return tuple(
            tuple(
                (0 if not weight else whole) if cap is None else cap
                for cap, weight in zip(caps, weights, strict=True)
            )
            for caps, weights, whole in zip(self.caps, self.weights, self.operating, strict=True)
        )

    @property
    def total(self) -> int:
        """Operating money of all centres together, in won."""
        return sum(self.operating)

    def under(self, rules: DivisionRules) -> "CrossSplit":
        """The same money and targets under other bands and national limits."""
        unit = rules.unit_krw
        bounds = [
            [
                _bounds(rules, kind, division, whole) if weight else (0, 0)
                for division, weight in zip(rules.ids, weights, strict=True)
            ]
            for whole, kind, weights in zip(self.operating, self.types, self.weights, strict=True)
        ]
        return replace(
            self,
            floors=tuple(tuple(floor for floor, _ in of_centre) for of_centre in bounds),
            caps=tuple(tuple(cap for _, cap in of_centre) for of_centre in bounds),
            minima=tuple(d.minimum_in_won(self.total, unit) for d in rules.divisions),
            ceilings=tuple(d.ceiling_in_won(self.total, unit) for d in rules.divisions),
        )

    def target(self, centre: int, division: int) -> Fraction:
        """A cell's target, in won, exactly."""
        return Fraction(self.weights[centre][division], self.scale)


def cross_split(
    centres: pd.DataFrame,
    operating: "pd.Series[int]",
    rules: DivisionRules,
    file: str = "centres.csv",
) -> CrossSplit:
    """Put the question together, from the table of centres and what each has to share.

    Args:
        centres: one row a centre: `centre_id`, `centre_type` and the staff columns that the
            rules name; cells as text or as numbers. Rows without operating money may be there.
        operating: whole won by centre_id, multiples of the unit.
        file: what messages call the table.

    Raises:
        InputError: with every fault at once.
    """
    missing = [
        Fault(file, column, "", N_("this column; the rules for divisions need it"))
        for column in ("centre_id", "centre_type", *rules.staff_columns)
        if column not in centres.columns
    ]
    if missing:
        raise InputError(missing)
    keys = [cell_text(cell) for cell in centres["centre_id"].tolist()]
    places = {key: row for row, key in enumerate(keys)}
    faults = [
        *_nothing(operating),
        *_twice(keys, file),
        *_twice([str(key) for key in operating.index], "operating"),
        *_operating_faults(operating, places, rules, file),
    ]
    ids = tuple(sorted(str(key) for key in operating.index if str(key) in places))
    money = {str(key): int(won) for key, won in operating.items() if str(key) in places}
    staff, staff_faults = _staff_by_division(centres, rules, [places[key] for key in ids], file)
    faults += staff_faults
    if not staff_faults:
        faults += _nobody_faults(ids, money, staff, places, file)
        faults += _sum_faults(centres, rules, staff, [places[key] for key in ids], file)
    if faults:
        raise InputError(faults)
    types = centres["centre_type"].tolist()
    return _put_together(
        ids,
        [cell_text(types[places[key]]) for key in ids],
        [money[key] for key in ids],
        staff,
        rules,
    )


def _nothing(operating: "pd.Series[int]") -> Iterator[Fault]:
    if operating.empty:
        yield Fault("operating", "", "", N_("at least one centre below the header"))


def _twice(keys: Sequence[str], file: str) -> Iterator[Fault]:
    for key, times in Counter(keys).items():
        if times > 1:
            yield Fault(file, "centre_id", key, N_("an id of its own; an earlier row has the same"))


def _operating_faults(
    operating: "pd.Series[int]", places: Mapping[str, int], rules: DivisionRules, file: str
) -> Iterator[Fault]:
    for key, won in operating.items():
        if str(key) not in places:
            yield Fault(file, "centre_id", shown(key), N_("a row for this centre; it has money"))
        elif int(won) != won or won < 0 or int(won) % rules.unit_krw:
            yield Fault(
                "operating",
                str(key),
                shown(won),
                N_("won that are not negative, a multiple of the unit, {unit} won"),
                details={"unit": str(rules.unit_krw)},
            )


def _staff_by_division(
    centres: pd.DataFrame, rules: DivisionRules, rows: Sequence[int], file: str
) -> tuple[list[list[Decimal]], list[Fault]]:
    """Staff of each centre by division, exactly as written, and what is wrong with the cells."""
    faults: list[Fault] = []
    staff: list[list[Decimal]] = [[] for _ in rows]
    for column in rules.staff_columns:
        cells = centres[column].tolist()
        for place, row in enumerate(rows):
            found: Any = cell_number(cells[row])
            if isinstance(found, int | Decimal) and 0 <= found <= 10**6:
                number = Decimal(found)
                if number == round(number, FINEST_STAFF):
                    staff[place].append(number)
                    continue
            faults.append(
                Fault(
                    file,
                    column,
                    "" if found is None else shown(cells[row]),
                    N_(
                        "a number of staff that is not negative, with at most two decimals;"
                        " 0 where the centre has none"
                    ),
                    row + 2,
                )
            )
    return staff, faults


def _nobody_faults(
    ids: Sequence[str],
    money: Mapping[str, int],
    staff: Sequence[Sequence[Decimal]],
    places: Mapping[str, int],
    file: str,
) -> Iterator[Fault]:
    for key, numbers in zip(ids, staff, strict=True):
        if money[key] and not any(numbers):
            yield Fault(
                file,
                "centre_id",
                key,
                N_(
                    "staff in at least one division: {krw} won of operating money cannot be"
                    " shared over divisions; count the days of visiting staff as parts of a person"
                ),
                places[key] + 2,
                {"krw": f"{money[key]:,}"},
            )


def _sum_faults(
    centres: pd.DataFrame,
    rules: DivisionRules,
    staff: Sequence[Sequence[Decimal]],
    rows: Sequence[int],
    file: str,
) -> Iterator[Fault]:
    """The staff of all divisions are the staff of the centre, where its groups are known."""
    if not set(STAFF) <= set(centres.columns):
        return
    groups = [centres[name].tolist() for name in STAFF]
    for numbers, row in zip(staff, rows, strict=True):
        of_groups: list[Any] = [cell_number(cells[row]) for cells in groups]
        if not all(isinstance(number, int | Decimal) for number in of_groups):
            continue  # the table's own checks tell that
        whole, divided = sum(map(Decimal, of_groups), Decimal(0)), sum(numbers, Decimal(0))
        if abs(divided - whole) > STAFF_TOLERANCE:
            yield Fault(
                file,
                ", ".join(rules.staff_columns),
                f"{divided:f}",
                N_(
                    "staff of all divisions together as many as the staff of the centre, {most},"
                    " or at most half a person more or less"
                ),
                row + 2,
                {"most": f"{whole:f}"},
            )


def _put_together(
    ids: tuple[str, ...],
    types: Sequence[str],
    operating: Sequence[int],
    staff: Sequence[Sequence[Decimal]],
    rules: DivisionRules,
) -> CrossSplit:
    parts = [[Fraction(number) for number in numbers] for numbers in staff]
    sums = [sum(numbers, Fraction(0)) or Fraction(1) for numbers in parts]
    targets = [
        [whole * part / every for part in of_centre]
        for whole, of_centre, every in zip(operating, parts, sums, strict=True)
    ]
    scale = lcm(*{target.denominator for of_centre in targets for target in of_centre})
    question = CrossSplit(
        ids=ids,
        types=tuple(types),
        divisions=rules.ids,
        weights=tuple(
            tuple(target.numerator * (scale // target.denominator) for target in of_centre)
            for of_centre in targets
        ),
        scale=scale,
        floors=(),
        caps=(),
        operating=tuple(operating),
        minima=(),
        ceilings=(),
        unit=rules.unit_krw,
    )
    return question.under(rules)


def _bounds(
    rules: DivisionRules, centre_type: str, division: str, operating: int
) -> tuple[int, int | None]:
    """Floor and cap of a cell; a cap below its floor gives way."""
    band = rules.band(centre_type, division)
    if band is None:
        return 0, None
    floor, cap = band.floor(operating, rules.unit_krw), band.cap(operating, rules.unit_krw)
    return floor, None if cap is None else max(floor, cap)
