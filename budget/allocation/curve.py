"""One parameter over a range: every centre's money, and where rules begin or cease to bite.

The range is walked in whole steps of the parameter. Between two neighbours at which different
rules stop somebody, bisection finds the step at which each of them begins or ceases; a rule that
begins and ceases again between two neighbours is not seen, hence the finer the walk the surer.

Source: allocation model, section 10; screens, Sensitivity.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.parameters import Parameter, parameters
from budget.allocation.paths import split_path
from budget.allocation.point import Given, Point, Value, point, points
from budget.allocation.policy import Policy
from budget.allocation.study import Study, Task, batches

MOST_POINTS = 201
"""So many values of one parameter at most."""
INFEASIBLE = ""
"""Stands in a bite for the rules as a whole: from here on they contradict each other."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The values of a walk: start + place · step, for some places from 0 to `last`.

    Attributes:
        stride: parameter steps between two points of the walk; the last gap may be shorter.
        last: parameter steps from one end of the range to the other.
    """

    path: str
    start: Decimal
    step: Decimal
    stride: int
    last: int
    whole: bool

    def value(self, place: int) -> Value:
        """The value so many parameter steps after the start."""
        value = self.start + self.step * place
        return int(value) if self.whole else value

    @property
    def places(self) -> tuple[int, ...]:
        """Where the walk sets its foot, in parameter steps after the start; both ends are in it."""
        return (*range(0, self.last, self.stride), self.last)


@dataclass(frozen=True, slots=True)
class Bite:
    """A rule begins or ceases to stop somebody, on the way from small values to large ones.

    Attributes:
        path: of the rule; INFEASIBLE: from here on there is no (or again an) allocation.
        value: the first value at which it is so.
        before: the value one step earlier, at which it was not.
        begins: whether it begins (or ceases) there.
    """

    path: str
    value: Value
    before: Value
    begins: bool


@dataclass(frozen=True)
class Curve:
    """What every value of one parameter gives.

    Attributes:
        path: the parameter.
        points: one a value, in the order of the values; infeasible ones have no totals.
        bites: in the order of the values.
    """

    path: str
    points: tuple[Point, ...]
    bites: tuple[Bite, ...]

    @cached_property
    def feasible(self) -> tuple[Point, ...]:
        """The points that have an allocation."""
        return tuple(point for point in self.points if point.is_feasible)

    @property
    def infeasible(self) -> list[tuple[Value, Value]]:
        """Stretches without an allocation: first and last value of each."""
        found: list[tuple[Value, Value]] = []
        is_open = False
        for each in self.points:
            if each.is_feasible:
                is_open = False
                continue
            value = each.values[0]
            found = [*found[:-1], (found[-1][0], value)] if is_open else [*found, (value, value)]
            is_open = True
        return found


def steps_between(policy: Policy, path: str, low: Decimal, high: Decimal, most: int = 41) -> Steps:
    """The walk from low to high in whole steps of the parameter, at most so many points.

    Args:
        path: of a parameter of the policy.
        most: the walk takes larger strides rather than more points.

    Raises:
        InputError: if there is no such parameter, or the range is empty or not allowed.
    """
    parameter = parameter_of(policy, path)
    least, greatest = parameter.least, parameter.most
    if (least is not None and low < least) or (greatest is not None and high > greatest):
        allowed = f"{'-' if least is None else least} … {'-' if greatest is None else greatest}"
        raise InputError(
            [
                Fault(
                    "",
                    path,
                    f"{low} … {high}",
                    N_("a range within {range}"),
                    details={"range": allowed},
                )
            ]
        )
    whole = isinstance(parameter.value, int)
    intervals = int((high - low) / parameter.step)
    if intervals < 1:
        raise InputError(
            [
                Fault(
                    "",
                    path,
                    f"{low} … {high}",
                    N_("a range of at least one step, {step}"),
                    details={"step": str(parameter.step)},
                )
            ]
        )
    stride = -(-intervals // (min(most, MOST_POINTS) - 1))
    return Steps(path, low, parameter.step, stride, intervals, whole)


def parameter_of(policy: Policy, path: str) -> Parameter:
    """The parameter at a path.

    Raises:
        InputError: if the policy has no such parameter.
    """
    wanted = split_path(path)
    for parameter in parameters(policy):
        if parameter.parts == wanted:
            return parameter
    raise InputError([Fault("", path, "", N_("a parameter of the policy"))])


def curve(given: Given, steps: Steps, batch: int = 2) -> Study[Curve]:
    """Walk one parameter, then find where rules begin and cease to bite.

    Args:
        batch: points in one task.
    """
    settings: list[Mapping[str, Value]] = [
        {steps.path: steps.value(place)} for place in steps.places
    ]
    found = yield [Task(points, (given, part), len(part)) for part in batches(settings, batch)]
    walked: list[Point] = [each for part in found for each in part]
    gaps = [
        ends
        for ends in itertools.pairwise(zip(steps.places, walked, strict=True))
        if _rules(ends[0][1]) != _rules(ends[1][1])
    ]
    refined = yield [
        Task(bites_between, (given, steps, low, before, high, after))
        for (low, before), (high, after) in gaps
    ]
    return Curve(steps.path, tuple(walked), tuple(bite for part in refined for bite in part))


def bites_between(
    given: Given, steps: Steps, low: int, before: Point, high: int, after: Point
) -> list[Bite]:
    """Where, between two places of a walk, which rule begins or ceases to bite.

    Args:
        low, high: places in parameter steps; `before` and `after` are their points.
    """
    known = {low: _rules(before), high: _rules(after)}

    def rules_at(place: int) -> frozenset[str]:
        if place not in known:
            known[place] = _rules(point(given, {steps.path: steps.value(place)}))
        return known[place]

    def edge(path: str, last: int, first: int) -> tuple[int, int]:
        begins = path in known[first]
        while first - last > 1:
            middle = (last + first) // 2
            if (path in rules_at(middle)) == begins:
                first = middle
            else:
                last = middle
        return last, first

    found = []
    if INFEASIBLE in known[low] ^ known[high]:
        last, first = edge(INFEASIBLE, low, high)
        begins = INFEASIBLE in known[high]
        found.append(Bite(INFEASIBLE, steps.value(first), steps.value(last), begins))
        # then the rules that bite on the feasible side, up to the edge
        low, high = (low, last) if begins else (first, high)
    for path in rules_at(low) ^ rules_at(high):
        last, first = edge(path, low, high)
        found.append(Bite(path, steps.value(first), steps.value(last), path in known[high]))
    return sorted(found, key=lambda bite: (bite.value, bite.path))


def _rules(found: Point) -> frozenset[str]:
    """Paths of the rules that stop somebody; INFEASIBLE alone where there is no allocation."""
    return frozenset(found.stopped) if found.is_feasible else frozenset({INFEASIBLE})


def sums_by(totals: Sequence[int], groups: Sequence[str]) -> dict[str, int]:
    """Each group's won, in the order in which the groups first appear."""
    sums = dict.fromkeys(groups, 0)
    for group, won in zip(groups, totals, strict=True):
        sums[group] += won
    return sums
