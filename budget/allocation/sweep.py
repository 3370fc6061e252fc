"""The allocation at every value of one parameter, or of several together.

Source: file formats, command line.
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from math import prod
from typing import Any

import pandas as pd

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.paths import place_of, split_path
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.allocation.run import allocate

MOST_RUNS = 10_000


def sweep_values(text: str) -> list[Decimal]:
    """The values of "start:stop:step" (ends included), of "a,b,c", or of one number.

    Raises:
        InputError: if it is none of these, or more than MOST_RUNS values.
    """
    expected = N_("start:stop:step, or numbers separated by commas")
    try:
        parts = [
            Decimal(part.replace("_", "").strip()) for part in text.replace(":", ",").split(",")
        ]
    except InvalidOperation:
        raise InputError([Fault("--set", "", shown(text), expected)]) from None
    if not all(part.is_finite() and (not part or -30 <= part.adjusted() <= 18) for part in parts):
        raise InputError([Fault("--set", "", shown(text), expected)])
    if ":" not in text:
        return parts
    if text.count(":") != 2 or "," in text or parts[2] <= 0 or parts[0] > parts[1]:
        raise InputError([Fault("--set", "", shown(text), expected)])
    start, stop, step = parts
    count = int((stop - start) / step) + 1
    if count > MOST_RUNS:
        raise InputError(
            [
                Fault(
                    "--set",
                    "",
                    shown(text),
                    N_("at most {most} values"),
                    details={"most": str(MOST_RUNS)},
                )
            ]
        )
    return [start + step * place for place in range(count)]


def sweep(
    centres: pd.DataFrame,
    policy: Policy,
    requests: pd.DataFrame | None,
    settings: Mapping[str, Sequence[Decimal]],
) -> pd.DataFrame:
    """Run every combination of the settings.

    Args:
        settings: parameter path -> values.

    Returns:
        One row a combination and centre: a column for each parameter, `feasible`, `certified`,
        `shortfall_krw`, then the centre's amounts. An infeasible combination has one row without
        a centre.

    Raises:
        InputError: for a path or a value that the policy does not allow, before any run.
    """
    document = policy.to_document()
    whole = {path for path in settings if _is_whole(document, path)}
    count = prod(map(len, settings.values()))
    if count > MOST_RUNS:  # before they are listed: two long lists make a hundred million
        raise InputError(
            [
                Fault(
                    "--set",
                    "",
                    str(count),
                    N_("at most {most} values"),
                    details={"most": str(MOST_RUNS)},
                )
            ]
        )
    combinations = [
        dict(zip(settings, values, strict=True)) for values in itertools.product(*settings.values())
    ]
    policies: list[Policy] = []
    faults: list[Fault] = []
    for combination in combinations:
        values = {
            path: int(value) if path in whole and value == int(value) else value
            for path, value in combination.items()
        }
        try:
            policies.append(policy.replaced(values))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(dict.fromkeys(faults))
    rows = [
        row
        for combination, changed in zip(combinations, policies, strict=True)
        for row in _rows(centres, changed, requests, combination)
    ]
    table = pd.DataFrame(rows)
    won = [name for name in table.columns if name.endswith("_krw") and name not in settings]
    return table.astype(dict.fromkeys(won, "Int64"))


def _is_whole(document: Mapping[str, Any], path: str) -> bool:
    """Whether a whole number stands at a path of a policy; won, a year, a number of centres."""
    try:
        holder, key = place_of(document, split_path(path))
    except KeyError:
        return False
    return isinstance(holder[key], int)


def _rows(
    centres: pd.DataFrame,
    policy: Policy,
    requests: pd.DataFrame | None,
    combination: Mapping[str, Decimal],
) -> Iterator[dict[str, Any]]:
    head: dict[str, Any] = {path: str(value) for path, value in combination.items()}
    amounts = [f"{pool.name}_krw" for pool in policy.pool]
    try:
        allocation: Allocation = allocate(centres, policy, requests)
    except InfeasiblePolicy as error:
        yield head | {
            "feasible": "false",
            "certified": "",
            "shortfall_krw": error.conflict.shortfall_krw,
            "centre_id": "",
            **dict.fromkeys([*amounts, "special_needs_krw", "total_krw"]),
        }
        return
    table = allocation.table[["centre_id", *amounts, "special_needs_krw", "total_krw"]]
    head |= {
        "feasible": "true",
        "certified": str(allocation.certified).lower(),
        "shortfall_krw": 0,
    }
    for record in table.to_dict("records"):
        yield head | {str(name): value for name, value in record.items()}
