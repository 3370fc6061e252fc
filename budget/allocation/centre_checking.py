"""From a table that somebody gave to checked centres: every fault at once.

The shape of the table, its ids, the cells of the columns that the policy needs, and the rules
of the policy against what stands in them.

Source: file formats, centres.csv.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import pandas as pd

from budget.allocation.cells import cell_text
from budget.allocation.centres import Centres
from budget.allocation.columns import ColumnReader, ExactColumn
from budget.allocation.contract import DERIVED, MOST_ROWS, PRIOR_OPERATING
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.parameters import named_columns
from budget.allocation.policy import Policy
from budget.allocation.rule_faults import POLICY, rule_faults
from budget.allocation.rules import Selector


def checked_centres(
    table: pd.DataFrame,
    policy: Policy,
    file: str = "centres.csv",
    policy_file: str = "policy.toml",
) -> Centres:
    """Check a table of centres against a policy, and read what the policy needs of it.

    Args:
        table: one row a centre; cells as text (read from a file) or as numbers; empty text
            and NaN are missing values.
        policy: names the columns that are needed.
        file, policy_file: what messages call the table and the policy.

    Raises:
        InputError: with every fault of the table, and of the policy against the table.
    """
    faults = list(_shape_faults(table, file))
    if faults:
        raise InputError(faults)
    ids = [cell_text(value) for value in table["centre_id"]]
    faults += _count_faults(table, policy, file)
    faults += _id_faults(ids, file)

    reader = ColumnReader(table, file)
    needed = _needed(policy)
    for path, column in named_columns(policy):
        if column not in table.columns and column not in DERIVED:
            faults.append(
                Fault(
                    POLICY,
                    path,
                    column,
                    N_("a column of {file}: {columns}"),
                    details={"file": file, "columns": ", ".join(map(str, table.columns))},
                )
            )
    for column, purposes in needed.items():
        reader.read(column, purposes)
    reader.check_parts()
    faults += reader.faults

    rows = sorted(range(len(ids)), key=ids.__getitem__)
    centres = Centres(
        ids=tuple(ids[row] for row in rows),
        rows=tuple(rows),
        table=table,
        numbers={
            name: ExactColumn(tuple(column.numerators[row] for row in rows), column.scale)
            for name, column in reader.numbers.items()
        },
        texts={name: tuple(texts[row] for row in rows) for name, texts in reader.texts.items()},
    )
    faults += rule_faults(centres, policy, file, reader.unusable)
    if faults:
        raise InputError(_from_policy(faults, policy_file))
    return centres


def _from_policy(faults: Iterable[Fault], policy_file: str) -> Iterator[Fault]:
    for fault in faults:
        yield replace(fault, file=policy_file) if fault.file == POLICY else fault


def _shape_faults(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    names = list(table.columns)
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(file, str(name), "", N_("a column name that stands once"))
    if "centre_id" not in names:
        yield Fault(
            file,
            "centre_id",
            "",
            N_("this column; there are: {columns}"),
            details={"columns": shown(", ".join(map(str, names)), 200)},
        )
    if len(table) == 0:
        yield Fault(file, "", "", N_("at least one centre below the header"))
    if len(table) > MOST_ROWS:
        yield Fault(
            file,
            "",
            f"{len(table)}",
            N_("at most {most} rows, one a centre"),
            details={"most": str(MOST_ROWS)},
        )


def _count_faults(table: pd.DataFrame, policy: Policy, file: str) -> Iterator[Fault]:
    expected = policy.policy.centres
    if expected is not None and len(table) != expected:
        yield Fault(
            file,
            "",
            f"{len(table)}",
            N_("{expected} rows, one a centre, as the policy says (policy.centres)"),
            details={"expected": str(expected)},
        )


def _id_faults(ids: Sequence[str], file: str) -> Iterator[Fault]:
    first_row: dict[str, int] = {}
    for row, centre_id in enumerate(ids, start=2):
        if not centre_id:
            yield Fault(file, "centre_id", "", N_("an id that is not empty"), row)
        elif centre_id in first_row:
            yield Fault(
                file,
                "centre_id",
                shown(centre_id),
                N_("an id of its own; row {row} has the same"),
                row,
                {"row": str(first_row[centre_id])},
            )
        else:
            first_row[centre_id] = row


def _needed(policy: Policy) -> dict[str, set[str]]:
    """Columns that rules read, and as what: "number" and/or "text"."""
    needed: dict[str, set[str]] = {PRIOR_OPERATING: {"number?"}}

    def need(column: str, purpose: str) -> None:
        needed.setdefault(column, set()).add(purpose)

    def need_selector(selector: Selector | None) -> None:
        if selector is not None:
            need(selector.column, "text" if selector.values is not None else "number")

    for pool in policy.pool:
        need_selector(pool.eligible)
        for factor in pool.factor:
            for column in factor.columns:
                need(column, "number")
        for adjustment in pool.adjustment:
            need(adjustment.column, "number" if adjustment.ramp else "text")
        for bound in (*pool.floor, *pool.cap):
            if bound.by:
                need(bound.by.column, "text")
            for rule in (bound.per, bound.prior, bound.prior_share):
                if rule:
                    need(rule.column, "number")
        for band in pool.band:
            need_selector(band.where)
    return needed
