"""The inputs of a run, read and checked: centres, policy, requests; and an allocation to prove.

Source: file formats.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from budget.allocation.cells import cell_number
from budget.allocation.centre_checking import checked_centres
from budget.allocation.centres import Centres
from budget.allocation.certificate import Published
from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.requests import Request, checked_requests
from budget.files.tables import file_bytes, read_table, text_from, without_apostrophe


def read_centres(path: Path | str) -> pd.DataFrame:
    """The table of centres; unknown columns are kept.

    Raises:
        InputError: if it is no CSV in UTF-8.
    """
    return read_table(path)


def read_requests(path: Path | str) -> pd.DataFrame:
    """The table of special-need requests; unknown columns are kept.

    Raises:
        InputError: if it is no CSV in UTF-8.
    """
    return read_table(path)


def read_policy(path: Path | str) -> Policy:
    """A policy.

    Raises:
        InputError: with every fault of the file.
    """
    path = Path(path)
    return policy_from_toml(text_from(file_bytes(path), path.name), path.name)


def read_divisions(path: Path | str) -> DivisionRules:
    """The rules for divisions.

    Raises:
        InputError: with every fault of the file.
    """
    path = Path(path)
    return division_rules_from_toml(text_from(file_bytes(path), path.name), path.name)


def published_from(table: pd.DataFrame, centres: Centres, policy: Policy, file: str) -> Published:
    """The amounts of an allocation.csv, to be proven.

    Args:
        table: as read from the file.
        centres: the checked table that it should be an allocation of.

    Raises:
        InputError: if rows or columns are missing, are too many, or hold no whole won.
    """
    names = [*(f"{pool.name}_krw" for pool in policy.pool), "special_needs_krw", "total_krw"]
    standing = {"columns": shown(", ".join(table.columns), 200)}
    faults = [
        Fault(file, name, "", N_("this column; there are: {columns}"), details=standing)
        for name in ["centre_id", *names]
        if name not in table.columns
    ]
    if faults:
        raise InputError(faults)
    ids = [without_apostrophe(text) for text in table["centre_id"]]
    place = {identifier: row for row, identifier in enumerate(ids)}
    known = set(centres.ids)
    for row, identifier in enumerate(ids, start=2):
        if identifier not in known:
            faults.append(
                Fault(
                    file,
                    "centre_id",
                    shown(identifier),
                    N_("a centre of the table of centres"),
                    row,
                )
            )
        elif place[identifier] != row - 2:
            faults.append(Fault(file, "centre_id", shown(identifier), N_("each centre once"), row))
    faults += [
        Fault(
            file, "centre_id", "", N_("a row for the centre {centre}"), details={"centre": missing}
        )
        for missing in centres.ids
        if missing not in place
    ]
    stated = {
        (kind, pool.name): f"{kind}_{pool.name}_krw"
        for pool in policy.pool
        for kind in ("entitlement", "floor", "cap")
        if f"{kind}_{pool.name}_krw" in table.columns
    }
    amounts: dict[str, list[int | None]] = {}
    for name in [*names, *stated.values()]:
        may_be_empty = name not in names
        amounts[name] = []
        for row, cell in enumerate(table[name].tolist(), start=2):
            won = cell_number(cell)
            if not isinstance(won, int) and not (won is None and may_be_empty):
                faults.append(
                    Fault(file, name, shown(cell), N_("a whole number of won, digits only"), row)
                )
            amounts[name].append(won if isinstance(won, int) else None)
    if faults:
        raise InputError(faults)
    found = {
        name: [cells[place[identifier]] for identifier in centres.ids]
        for name, cells in amounts.items()
    }
    ordered = {name: [won or 0 for won in found[name]] for name in names}
    return Published(
        pools={pool.name: ordered[f"{pool.name}_krw"] for pool in policy.pool},
        special_needs=ordered["special_needs_krw"],
        totals=ordered["total_krw"],
        stated={key: found[name] for key, name in stated.items()},
    )


@dataclass(frozen=True)
class Inputs:
    """Everything that a run needs, checked together.

    Attributes:
        centres_table, requests_table: as read, all columns.
        requests: the approved ones.
    """

    centres: Centres
    policy: Policy
    requests: tuple[Request, ...]
    centres_table: pd.DataFrame
    requests_table: pd.DataFrame | None


def read_inputs(centres: Path, policy: Path, requests: Path | None) -> Inputs:
    """Read and check the files of a run.

    Raises:
        InputError: with every fault of every file, as far as one can be judged without another.
    """
    faults: list[Fault] = []

    def attempt[T, **P](read: Callable[P, T], *given: P.args, **named: P.kwargs) -> T | None:
        try:
            return read(*given, **named)
        except InputError as error:
            faults.extend(error.faults)
            return None

    rules = attempt(read_policy, policy)
    table = attempt(read_centres, centres)
    needs = attempt(read_requests, requests) if requests is not None else None
    checked = (
        attempt(checked_centres, table, rules, centres.name, policy.name)
        if table is not None and rules is not None
        else None
    )
    approved: tuple[Request, ...] | None = ()
    has_ids = table is not None and "centre_id" in table.columns
    if needs is not None and requests is not None and rules is not None and has_ids:
        ids = {text.strip() for text in table["centre_id"]}  # type: ignore[index]
        approved = attempt(checked_requests, needs, ids, rules.unit, requests.name)
    if faults or rules is None or table is None or checked is None or approved is None:
        raise InputError(faults)
    return Inputs(checked, rules, approved, table, needs)


def json_bytes(record: dict[str, Any]) -> bytes:
    """Plain data as JSON text, UTF-8, indented."""
    return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
