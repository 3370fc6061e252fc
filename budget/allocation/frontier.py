"""Efficiency against equity: two parameters over a grid, and the settings that none beats.

Efficiency is the part of the centres' money that follows results; equity is how evenly money
lies per weighted head (Gini: the lower the more even). A setting is dominated if another one
gives at least as much of both and more of one.

Source: screens, Sensitivity.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from budget.allocation.point import Given, Point, Value, points
from budget.allocation.study import Study, Task, batches


@dataclass(frozen=True)
class Frontier:
    """What every setting of two parameters gives.

    Attributes:
        paths: the two parameters.
        points: one a setting, the first parameter outermost; infeasible ones have no totals.
        present: the rules as they are.
    """

    paths: tuple[str, str]
    points: tuple[Point, ...]
    present: Point

    @cached_property
    def measured(self) -> tuple[Point, ...]:
        """The settings that have both measures."""
        return tuple(point for point in self.points if is_measured(point))

    @cached_property
    def undominated(self) -> tuple[Point, ...]:
        """The settings that none beats, from the most even to the most rewarding."""
        return undominated(self.measured)

    @property
    def beats_present(self) -> tuple[Point, ...]:
        """Settings that none beats and that are at least as good in both as the present rules."""
        return tuple(point for point in self.undominated if beats(point, self.present))


def is_measured(found: Point) -> bool:
    """Whether a point has both measures."""
    return found.results_share is not None and found.gini is not None


def beats(one: Point, other: Point) -> bool:
    """Whether a point is at least as good as another in both measures, and better in one."""
    if one.results_share is None or other.results_share is None:
        return False
    if one.gini is None or other.gini is None:
        return False
    no_worse = one.results_share >= other.results_share and one.gini <= other.gini
    return no_worse and (one.results_share > other.results_share or one.gini < other.gini)


def undominated(found: Sequence[Point]) -> tuple[Point, ...]:
    """The points that none of the others beats, by results share; equal ones stand once."""
    ranked = sorted(
        (point for point in found if is_measured(point)),
        key=lambda point: (-(point.results_share or 0.0), point.gini or 0.0),
    )
    kept: list[Point] = []
    for point in ranked:
        if not kept or (point.gini or 0.0) < (kept[-1].gini or 0.0):
            kept.append(point)
    return tuple(reversed(kept))


def frontier(
    given: Given,
    paths: tuple[str, str],
    values: tuple[Sequence[Value], Sequence[Value]],
    batch: int = 2,
) -> Study[Frontier]:
    """Run every combination of two parameters' values, and the rules as they are."""
    settings: list[Mapping[str, Value]] = [
        {paths[0]: first, paths[1]: second} for first in values[0] for second in values[1]
    ]
    tasks = [Task(points, (given, part), len(part)) for part in batches(settings, batch)]
    *found, [present] = yield [*tasks, Task(points, (given, [{}]))]
    return Frontier(paths, tuple(point for part in found for point in part), present)
