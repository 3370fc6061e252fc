"""Which approved special needs are funded under the ceiling, and how far.

Priority 1 first, then 2, then 3. Inside a priority the indivisible requests come first, all or
nothing: the set with the greatest total that fits (an integer program), earlier submissions
winning ties; then the divisible ones, the same part of each as far as the money goes.

Source: allocation model, section 6.
"""

from collections.abc import Sequence
from math import gcd

import pulp

from budget.allocation import reachable
from budget.allocation.faults import N_, Defect, Fault, InputError
from budget.allocation.leximin import leximin, solve
from budget.allocation.requests import Request, by_priority
from budget.allocation.rounding import rounded
from budget.allocation.split import Split

FEW = 12
"""Up to so many indivisible requests of one priority the integer program decides."""


def funded(requests: Sequence[Request], ceiling: int, unit: int) -> dict[str, int]:
    """What each approved request gets, in won.

    Args:
        requests: approved ones.
        ceiling: the most that may go to special needs, a multiple of the unit.

    Returns:
        request_id -> won; 0 for a request that is not funded.
    """
    room = ceiling
    result: dict[str, int] = {}
    for whole, parts in by_priority(requests):
        chosen = best_set([request.approved for request in whole], room)
        for request, is_chosen in zip(whole, chosen, strict=True):
            result[request.request_id] = request.approved if is_chosen else 0
            room -= result[request.request_id]
        shares = shared(parts, room, unit)
        result |= shares
        room -= sum(shares.values())
    return result


def shared(requests: Sequence[Request], room: int, unit: int) -> dict[str, int]:
    """Divisible requests: leximin on funded ÷ approved, rounded to the unit.

    Args:
        requests: in the order of their submission.
    """
    if not requests:
        return {}
    approved = tuple(request.approved for request in requests)
    total = sum(approved)
    if total <= room:
        return {request.request_id: request.approved for request in requests}
    split = Split(
        # ties go by the order of submission, as between indivisible requests
        ids=tuple(f"{place:06}" for place in range(len(requests))),
        weights=approved,
        floors=(0,) * len(approved),
        caps=approved,
        groups=(),
        amount=room,
        unit=unit,
    )
    amounts = rounded(split, leximin(split).amounts)
    return dict(zip((request.request_id for request in requests), amounts, strict=True))


def best_set(amounts: Sequence[int], room: int) -> list[bool]:
    """The set with the greatest total that fits; of those, the one with the earliest entries.

    Two integer programs find it: the greatest total, then the preferred set of that total. The
    second is spared where exact tables show that the first found the preferred set already. With
    more than FEW amounts a search over sets may not end, and the tables take its place.

    Args:
        amounts: won, in the order of preference.
        room: the most that the set may total.

    Raises:
        InputError: if there are too many amounts, of too fine a unit, for either.
    """
    fitting = [position for position, amount in enumerate(amounts) if amount <= room]
    if sum(amounts[position] for position in fitting) <= room or len(fitting) > FEW:
        chosen = reachable.best_set(amounts, room)
        if chosen is None:
            raise InputError([_too_fine(len(fitting), room)])
        return chosen
    unit = gcd(*(amounts[position] for position in fitting))
    sizes = [amounts[position] // unit for position in fitting]
    result = [False] * len(amounts)
    for position, is_in in zip(fitting, _best_set(sizes, room // unit), strict=True):
        result[position] = is_in
    return result


def _too_fine(count: int, room: int) -> Fault:
    return Fault(
        "policy.toml",
        "policy.unit_krw",
        "",
        N_("a unit of at least {least} won for {count} indivisible requests of one priority"),
        details={"least": str(room // reachable.MOST_TOTALS + 1), "count": str(count)},
    )


def _best_set(sizes: Sequence[int], room: int) -> list[bool]:
    first = _solved_set(sizes, [float(size) for size in sizes], 0, room)
    if first == reachable.best_set(sizes, room):
        return first
    total = sum(size for size, is_in in zip(sizes, first, strict=True) if is_in)
    preference = [float(1 << place) for place in reversed(range(len(sizes)))]
    return _solved_set(sizes, preference, total, total)


def set_program(
    sizes: Sequence[int],
    values: Sequence[float],
    least: int,
    most: int,
) -> tuple[pulp.LpProblem, list[pulp.LpVariable]]:
    """Choose whole requests: the greatest value whose sizes total between least and most."""
    program = pulp.LpProblem("indivisible", pulp.LpMaximize)
    chosen = [
        program.add_variable(f"fund_{position}", cat="Binary") for position in range(len(sizes))
    ]
    program.setObjective(pulp.lpSum(v * y for v, y in zip(values, chosen, strict=True) if v))
    total = pulp.lpSum(size * y for size, y in zip(sizes, chosen, strict=True))
    program.addConstraint(total <= most, "ceiling")
    if least:
        program.addConstraint(total >= least, "total")
    return program, chosen


def _solved_set(
    sizes: Sequence[int],
    values: Sequence[float],
    least: int,
    most: int,
) -> list[bool]:
    program, variables = set_program(sizes, values, least, most)
    for attempt in range(50):
        solve(program, exact=True)
        chosen = [(variable.value() or 0.0) > 0.5 for variable in variables]
        total = sum(size for size, is_in in zip(sizes, chosen, strict=True) if is_in)
        if least <= total <= most:
            return chosen
        # within the solver's tolerance, but not to the won: this very set is ruled out
        program.addConstraint(
            pulp.lpSum(
                variable if is_in else -1 * variable
                for variable, is_in in zip(variables, chosen, strict=True)
            )
            <= sum(chosen) - 1,
            f"not_again_{attempt}",
        )
    raise Defect("no set of indivisible requests fits to the won")
