"""How a draw disturbs the data: headcount, caseload and scores, each by one factor a centre.

Headcount is all groups of staff, partners included; caseload the registered and disadvantaged
jobseekers; then the performance score. Every factor between 1 − x and 1 + x is equally likely: it
is the cautious reading of "± x %", and the one that needs no explanation. Numbers keep the digits
that they were written with (whole numbers stay whole), a score stays within 0 and 100, and the
grades are handed out anew by rank: as many of each as there were. Money of last year and execution
are settled accounts and stay as they are; so do the approved requests.

Draw n of a seed is the same whoever works it out, and with whom: its random numbers come from
the n-th child of the seed, by centre in the order of the ids.

Source: screens, Sensitivity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np

from budget.allocation.cells import cell_number
from budget.allocation.centres import Centres
from budget.allocation.columns import ExactColumn
from budget.allocation.contract import CONTRACT, STAFF
from budget.allocation.faults import N_, Fault, InputError

HEADCOUNT = (*STAFF, "partner_staff")
CASELOAD = ("registered_jobseekers", "disadvantaged_jobseekers")
SCORE, GRADE = "performance_score", "performance_grade"
MOST_DISTURBANCE = Decimal("0.3")
"""No measure is disturbed by more: beyond it the data would be unknown rather than uncertain."""
MOST_DRAWS = 5_000
_FINE = 10**6
"""Factors have six decimals."""


@dataclass(frozen=True, slots=True)
class Disturbance:
    """By how much the data may be wrong, as shares: 0.03 is ± 3 %.

    Attributes:
        seed: of the random numbers; the same seed gives the same draws.
    """

    headcount: Decimal
    caseload: Decimal
    score: Decimal
    draws: int = 1_000
    seed: int = 2027

    def checked(self) -> "Disturbance":
        """Itself.

        Raises:
            InputError: with every share or number that is not allowed.
        """
        shares = {"headcount": self.headcount, "caseload": self.caseload, "score": self.score}
        faults = [
            Fault(
                "",
                name,
                str(share),
                N_("a disturbance from 0 to {most}"),
                details={"most": str(MOST_DISTURBANCE)},
            )
            for name, share in shares.items()
            if not 0 <= share <= MOST_DISTURBANCE
        ]
        if not 1 <= self.draws <= MOST_DRAWS:
            faults.append(
                Fault(
                    "",
                    "draws",
                    str(self.draws),
                    N_("from 1 to {most} draws"),
                    details={"most": str(MOST_DRAWS)},
                )
            )
        if not 0 <= self.seed < 2**32:
            faults.append(
                Fault("", "seed", str(self.seed), N_("a whole number from 0 to 2^32 − 1"))
            )
        if faults:
            raise InputError(faults)
        return self


def disturbed(centres: Centres, disturbance: Disturbance, number: int) -> Centres:
    """The table of centres as one draw sees it.

    Args:
        number: of the draw, from 0.
    """
    seed = np.random.SeedSequence(disturbance.seed, spawn_key=(number,))
    shifts = np.random.default_rng(seed).uniform(-1.0, 1.0, (3, len(centres)))
    heads, cases, merit = (
        [_FINE + round(float(share) * shift * _FINE) for shift in row.tolist()]
        for share, row in zip(
            (disturbance.headcount, disturbance.caseload, disturbance.score), shifts, strict=True
        )
    )
    numbers = dict(centres.numbers)
    for names, factors in ((HEADCOUNT, heads), (CASELOAD, cases), ((SCORE,), merit)):
        for name in names:
            if name in numbers:
                numbers[name] = _times(numbers[name], factors, CONTRACT[name].most)
    if "staff_total" in numbers:
        numbers["staff_total"] = _staff_total(centres, numbers, heads)
    texts = dict(centres.texts)
    if GRADE in texts and disturbance.score:
        texts[GRADE] = _graded_anew(centres, merit)
    return replace(centres, numbers=numbers, texts=texts, measures={})


def _times(column: ExactColumn, factors: Sequence[int], most: int | None) -> ExactColumn:
    """Each number times its factor, exactly: whole people would never move at a small centre."""
    if all(factor == _FINE for factor in factors):
        return column
    scale = column.scale * _FINE
    found = [
        None if n is None else n * factor
        for n, factor in zip(column.numerators, factors, strict=True)
    ]
    if most is not None:
        found = [None if n is None else min(n, most * scale) for n in found]
    return ExactColumn(tuple(found), scale)


def _staff_total(
    centres: Centres, numbers: Mapping[str, ExactColumn], factors: Sequence[int]
) -> ExactColumn:
    """The disturbed groups of staff together; where no rule reads them, their disturbed sum."""
    whole = centres.numbers["staff_total"]
    if all(factor == _FINE for factor in factors):
        return whole
    if any(name not in numbers for name in STAFF):
        return _times(whole, factors, None)
    scale = whole.scale * _FINE
    groups = [numbers[name].over(scale) for name in STAFF]
    return ExactColumn(
        tuple(
            None if None in row else sum(n for n in row if n is not None)
            for row in zip(*groups, strict=True)
        ),
        scale,
    )


def _graded_anew(centres: Centres, factors: Sequence[int]) -> tuple[str | None, ...]:
    """Grades by rank of the disturbed score, as many of each as there were.

    Whoever has no score or no grade keeps what stands there. Equal scores go by the grade that
    they had, then by id.
    """
    grades = centres.texts[GRADE]
    order = {grade: place for place, grade in enumerate(CONTRACT[GRADE].values)}
    scores = _scores(centres)
    ranked = [
        (-score * factor, order.get(grade, len(order)), place)
        for place, (score, factor, grade) in enumerate(zip(scores, factors, grades, strict=True))
        if score is not None and grade is not None
    ]
    best_first = sorted(
        (grades[place] or "" for _score, _grade, place in ranked),
        key=lambda grade: (order.get(grade, len(order)), grade),
    )
    found = list(grades)
    for (_score, _grade, place), grade in zip(sorted(ranked), best_first, strict=True):
        found[place] = grade
    return tuple(found)


def _scores(centres: Centres) -> list[int | None]:
    """The scores as they stand in the table, in millionths, in the order of the ids."""
    if SCORE not in centres.table.columns:
        return [None] * len(centres)
    cells = centres.table[SCORE].tolist()
    values = [cell_number(cells[row]) for row in centres.rows]
    return [int(value * _FINE) if isinstance(value, int | Decimal) else None for value in values]
