"""Goal seek: the value of a rule that reaches what a planner wants, proven by certified runs.

Two questions are linear: the least envelope that keeps everybody at last year plus x per cent,
and the highest common floor that the envelope allows. Their answer is where an infeasible policy
becomes feasible; the program of `elastic` finds it. The third, the share at which a
centre breaks even, bends with every rule that begins to bite: certified runs over the range
bracket it, bisection narrows it down to the parameter's step.

Source: allocation model, section 7; screens, allocate.
"""

import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from budget.allocation.centres import Centres
from budget.allocation.conflict import Conflict, InfeasiblePolicy
from budget.allocation.faults import N_, Defect, Fault, InputError
from budget.allocation.parameters import Parameter, parameters
from budget.allocation.paths import joined_path
from budget.allocation.policy import Policy
from budget.allocation.requests import Request
from budget.allocation.result import Allocation
from budget.allocation.run import allocation, pool_results

ENVELOPE = "policy.envelope_krw"
ENVELOPE_STEP = 1_000_000
"""An envelope is sought to the million won."""
HIGHEST_FLOOR = Decimal(2)
"""Nobody seeks a floor above twice last year's money."""
POINTS = 24
"""A range is looked through in so many steps before bisection; it may hold several answers."""
MOST_RUNS = 200

Value = int | Decimal
Outcome = Allocation | InfeasiblePolicy | InputError
_Key = frozenset[tuple[str, Value]]


def _nobody(_count: int) -> None:
    """Nobody wants to know."""


class Trials:
    """The runs that a search has made: one that was interrupted goes on where it was.

    Attributes:
        before: is called before each new run with the number of runs made; what it raises
            interrupts the search.
    """

    def __init__(self, before: Callable[[int], None] = _nobody) -> None:
        self.before = before
        self._outcomes: dict[_Key, Outcome] = {}
        self._conflicts: dict[_Key, Conflict | None] = {}

    def outcome(self, changes: Mapping[str, Value], make: Callable[[], Outcome]) -> Outcome:
        """The allocation with these changes, or why there is none; made if it is new."""
        return self._kept(self._outcomes, changes, make)

    def conflict(
        self, changes: Mapping[str, Value], make: Callable[[], Conflict | None]
    ) -> Conflict | None:
        """Why there is no allocation with these changes, with remedies; made if it is new."""
        return self._kept(self._conflicts, changes, make)

    def _kept[Found](
        self,
        known: dict[_Key, Found],
        changes: Mapping[str, Value],
        make: Callable[[], Found],
    ) -> Found:
        key = frozenset(changes.items())
        if key not in known:
            self.before(len(self._outcomes) + len(self._conflicts))
            known[key] = make()
        return known[key]


@dataclass(frozen=True)
class Goal:
    """An answer.

    Attributes:
        changes: parameter path -> the value that reaches the goal.
        found: the certified allocation with it.
        is_linear: found by linear program; else by bisection.
        is_open: nothing stops the value: it is merely the last one that was looked at.
        runs: how many allocations were computed.
    """

    changes: Mapping[str, Value]
    found: Allocation
    is_linear: bool
    runs: int
    is_open: bool = False


@dataclass(frozen=True)
class BreakEven:
    """The values of a parameter at which a centre has what it had.

    Attributes:
        goals: at each of them it has at least as much, and one step further less (or the other
            way round); the nearest to the present value first.
        least, most: the differences in won that the range gives, where there is no such value.
        runs: how many allocations were computed.
    """

    goals: tuple[Goal, ...]
    least: int
    most: int
    runs: int


class Unreachable(ValueError):  # noqa: N818 - the planner's word
    """No value reaches the goal; `conflict` says which rules stand against it, if some do."""

    def __init__(self, conflict: Conflict | None) -> None:
        self.conflict = conflict
        super().__init__("no value reaches this goal")


class OutOfRuns(ValueError):  # noqa: N818 - the planner's word
    """The search ended before it knew; `count` says after how many runs."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"no answer after {count} runs")


class _Runs:
    """Certified runs of one round, counted and kept."""

    def __init__(
        self,
        centres: Centres,
        policy: Policy,
        requests: tuple[Request, ...],
        trials: Trials | None = None,
        most: int = MOST_RUNS,
    ) -> None:
        self.centres, self.policy, self.requests, self.most = centres, policy, requests, most
        self.count, self.trials = 0, trials or Trials()

    def of(self, changes: Mapping[str, Value]) -> Allocation:
        """The allocation with these changes.

        Raises:
            InfeasiblePolicy: with its conflict, without remedies.
            InputError: for values that a policy cannot have.
            OutOfRuns: if as many runs were made as may.
            Defect: if it is not certified.
        """
        if self.count >= self.most:
            raise OutOfRuns(self.count)
        self.count += 1
        found = self.trials.outcome(changes, lambda: self._made(changes))
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        if not found.certified:
            raise Defect("a run of the goal seek is not certified")
        return found

    def _made(self, changes: Mapping[str, Value]) -> Outcome:
        try:
            changed = self.policy.replaced(changes)
            return allocation(self.centres, changed, self.requests, remedies=False)
        except (InfeasiblePolicy, InputError) as error:
            return error

    def works(self, changes: Mapping[str, Value]) -> bool:
        """Whether there is an allocation with these changes."""
        try:
            self.of(changes)
        except (InfeasiblePolicy, InputError):
            return False
        return True

    def conflict(self, changes: Mapping[str, Value]) -> Conflict | None:
        """Why there is none, with remedies; None if there is one."""
        self.count += 1
        return self.trials.conflict(changes, lambda: self._conflict(changes))

    def _conflict(self, changes: Mapping[str, Value]) -> Conflict | None:
        try:
            pool_results(self.centres, self.policy.replaced(changes), self.requests)
        except InfeasiblePolicy as error:
            return error.conflict
        return None


def hold_harmless(policy: Policy) -> Parameter:
    """The floor of the remainder pool that is a share of last year's money.

    Raises:
        InputError: if the policy has none.
    """
    pool = policy.remainder_pool
    for bound in pool.floor:
        if bound.prior is not None:
            path = joined_path(["pool", pool.name, "floor", bound.name, "prior", "rate"])
            return _parameter(policy, path)
    expected = N_("a floor that is a share of last year's money; the rules have none")
    raise InputError([Fault("policy", joined_path(["pool", pool.name, "floor"]), "", expected)])


def _parameter(policy: Policy, path: str) -> Parameter:
    for parameter in parameters(policy):
        if parameter.path == path:
            return parameter
    raise InputError([Fault("policy", path, "", N_("a number of the policy"))])


def least_envelope(
    centres: Centres,
    policy: Policy,
    requests: tuple[Request, ...],
    growth: Decimal,
    trials: Trials | None = None,
) -> Goal:
    """The least envelope with which everybody keeps last year's money plus a share of it.

    Args:
        growth: 0.02 for two per cent more; negative: less.

    Returns:
        Changes of the envelope, to the million won, and of the hold-harmless floor.

    Raises:
        InputError: if the policy has no floor that is a share of last year.
        Unreachable: if no envelope is enough.
        OutOfRuns: if the search takes too long.
    """
    floor = {hold_harmless(policy).path: 1 + growth}
    runs = _Runs(centres, policy, requests, trials)
    step = max(ENVELOPE_STEP, policy.unit)

    def changes(steps: int) -> dict[str, Value]:
        return {**floor, ENVELOPE: steps * step}

    start = max(policy.envelope // step, 2)
    while runs.works(changes(start)) and start > 1:
        start //= 2
    conflict = runs.conflict(changes(start))
    if conflict is not None:
        offered = _remedy(conflict, ENVELOPE)
        if offered is not None:
            steps = -(-int(offered) // step)
            if runs.works(changes(steps)) and not runs.works(changes(steps - 1)):
                return Goal(changes(steps), runs.of(changes(steps)), True, runs.count)
    failing = working = start
    while not runs.works(changes(working)):
        failing, working = working, working * 2
        if working > start * 64:
            raise Unreachable(conflict)
    working = _first(failing, working, lambda steps: runs.works(changes(steps)))
    return Goal(changes(working), runs.of(changes(working)), False, runs.count)


def highest_floor(
    centres: Centres,
    policy: Policy,
    requests: tuple[Request, ...],
    path: str | None = None,
    trials: Trials | None = None,
) -> Goal:
    """The highest value of a floor that leaves the policy an allocation.

    Args:
        path: of the floor's number; None: the share of last year's money that everybody keeps.

    Raises:
        InputError: if the policy has no such number.
        Unreachable: if even the lowest value is too high.
        OutOfRuns: if the search takes too long.
    """
    parameter = hold_harmless(policy) if path is None else _parameter(policy, path)
    runs = _Runs(centres, policy, requests, trials)
    is_won = isinstance(parameter.value, int)
    grid = Decimal(policy.unit) if is_won and parameter.unit == "won" else Decimal("0.0001")
    if parameter.unit == "won_per":
        grid = Decimal(1)
    top = max(parameter.usual[1] * 4, HIGHEST_FLOOR if not is_won else Decimal(0))
    top = top if parameter.most is None else min(top, parameter.most)
    highest = int(top / grid)

    def changes(steps: int) -> dict[str, Value]:
        value = steps * grid
        return {parameter.path: int(value) if is_won else value}

    if runs.works(changes(highest)):
        return Goal(changes(highest), runs.of(changes(highest)), True, runs.count, is_open=True)
    offered = _remedy(runs.conflict(changes(highest)), parameter.path)
    if offered is not None:
        steps = int(Decimal(offered) / grid)
        if runs.works(changes(steps)) and not runs.works(changes(steps + 1)):
            return Goal(changes(steps), runs.of(changes(steps)), True, runs.count)
    lowest = -(-(parameter.least or Decimal(0)) // grid)
    if not runs.works(changes(int(lowest))):
        raise Unreachable(runs.conflict(changes(int(lowest))))
    failing = _first(int(lowest), highest, lambda steps: not runs.works(changes(steps)))
    return Goal(changes(failing - 1), runs.of(changes(failing - 1)), False, runs.count)


def _remedy(conflict: Conflict | None, path: str) -> Value | None:
    """What the elastic program offers for a parameter."""
    if conflict is None:
        return None
    return next((remedy.feasible for remedy in conflict.remedies if remedy.path == path), None)


def _first(low: int, high: int, is_so: Callable[[int], bool]) -> int:
    """The first step at which something is so, that is not at `low` and is at `high`."""
    while high - low > 1:
        between = (low + high) // 2
        low, high = (low, between) if is_so(between) else (between, high)
    return high


def break_even(
    centres: Centres,
    policy: Policy,
    requests: tuple[Request, ...],
    path: str,
    difference: Callable[[Allocation], int],
    trials: Trials | None = None,
) -> BreakEven:
    """The values of a parameter at which a centre has what it had.

    Args:
        path: the parameter, the share of the bonus pool for example.
        difference: what the centre has more than it had, in won; negative: less.

    Raises:
        InputError: if the policy has no such number.
        Unreachable: if no value of the range gives an allocation.
        OutOfRuns: if the search takes too long.
    """
    parameter = _parameter(policy, path)
    runs = _Runs(centres, policy, requests, trials)
    is_won = isinstance(parameter.value, int)
    grid = parameter.step / 10 if not is_won else max(parameter.step / 100, Decimal(policy.unit))
    low, high = (int(end / grid) for end in parameter.usual)
    width = max((high - low) // POINTS, 1)
    found: dict[int, int | None] = {}

    def value(steps: int) -> Value:
        return int(steps * grid) if is_won else steps * grid

    def more(steps: int) -> int | None:
        if steps not in found:
            try:
                found[steps] = difference(runs.of({path: value(steps)}))
            except (InfeasiblePolicy, InputError):
                found[steps] = None
        return found[steps]

    points = [*range(low, high, width), high]
    answers = []
    for first, second in itertools.pairwise(points):
        start, end = more(first), more(second)
        if start is None or end is None or (start >= 0) == (end >= 0):
            continue
        crossing = _first(first, second, partial(_has_crossed, more, start >= 0))
        answer = crossing if end >= 0 else crossing - 1
        if more(answer) is not None:  # else the rules contradict each other just before it
            answers.append(answer)
    known = [won for won in found.values() if won is not None]
    if not known:
        raise Unreachable(runs.conflict({}))
    answers.sort(key=lambda steps: abs(Decimal(value(steps)) - Decimal(parameter.value)))
    goals = tuple(
        Goal({path: value(steps)}, runs.of({path: value(steps)}), False, runs.count)
        for steps in dict.fromkeys(answers)
    )
    return BreakEven(goals, min(known), max(known), runs.count)


def _has_crossed(more: Callable[[int], int | None], was_enough: bool, steps: int) -> bool:
    """Whether the centre is on the other side of what it had."""
    won = more(steps)
    return won is not None and (won >= 0) != was_enough
