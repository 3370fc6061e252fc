"""What would move a centre's amount: the run repeated with one thing changed at that centre.

Which columns stand for a counsellor, a grade or the execution rate is taken from the contract of
the centres' table and from what the policy reads, and told with each result.

Source: screens, Centre.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

import pandas as pd

from budget.allocation.cells import cell_number, cell_text
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.contract import CONTRACT, DERIVED, STAFF
from budget.allocation.parameters import named_columns
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation, PoolResult
from budget.allocation.run import allocate

COUNSELLORS = ("counsellors", "counselling_officials")
"""Columns of the contract that count people who counsel."""
GRADE = "performance_grade"
LOWEST_PRIORITY = 3


@dataclass(frozen=True, slots=True)
class Mover:
    """What one change at a centre would do to its total.

    Attributes:
        kind: "counsellor", "expertise", "grade", "execution" or "request".
        before, after: what is changed, and into what: columns of staff, grades, rates (0–1 as
            text), the id of a request and won. Empty where the change is not possible.
        total: the centre's total with it, in won; None if it is not possible.
        difference: against the present total, in won.
        counts: whether the centre's entitlement, floor or cap in any pool differs with it; a rule
            that is used up (a ramp at its end) counts no more, and none counts where need is 0.
        unmoved: pools in which they differ and the amount does not, with what stops it
            ("floor:<term>", …).
        why_not: a key that says why it is not possible: "unread" (no rule reads it), "missing",
            "top", "nobody", "none" or "infeasible"; empty if it is.
    """

    kind: str
    before: str = ""
    after: str = ""
    total: int | None = None
    difference: int = 0
    counts: bool = True
    unmoved: tuple[tuple[str, str], ...] = ()
    why_not: str = ""


Cells = Mapping[str, str]
"""Column -> new cell of the centre's row."""


def movers(
    present: Allocation,
    requests: pd.DataFrame | None,
    centre_id: str,
    open_requests: Collection[str] = (),
) -> tuple[Mover, ...]:
    """Run again with one more counsellor, one person better qualified, the next better grade,
    execution one point higher, and the largest open request approved as requested.

    Args:
        present: the allocation to compare with.
        requests: the table that it was given.
        open_requests: ids of the centre's requests that could still be funded.

    Raises:
        KeyError: if there is no such centre.
    """
    row = dict(zip(present.centres.ids, present.centres.rows, strict=True))[centre_id]
    cells = {str(name): cell_text(cell) for name, cell in present.centres.table.iloc[row].items()}
    return (
        _again(present, requests, centre_id, _counsellor(present.policy, present, cells)),
        _again(present, requests, centre_id, _expertise(present.policy, cells)),
        _again(present, requests, centre_id, _grade(present.policy, cells)),
        _again(present, requests, centre_id, _execution(present.policy, cells)),
        _with_request(present, requests, centre_id, open_requests),
    )


Change = tuple[Mover, Cells]


def _again(
    present: Allocation, requests: pd.DataFrame | None, centre_id: str, change: Change
) -> Mover:
    mover, cells = change
    if mover.why_not:
        return mover
    table = present.centres.table.copy()
    table.attrs = {}
    row = dict(zip(present.centres.ids, present.centres.rows, strict=True))[centre_id]
    for column, cell in cells.items():
        table[column] = table[column].astype("object")
        table.iloc[row, table.columns.get_loc(column)] = cell  # type: ignore[index]
    return _compared(mover, present, centre_id, lambda: allocate(table, present.policy, requests))


def _compared(
    mover: Mover, present: Allocation, centre_id: str, run: Callable[[], Allocation]
) -> Mover:
    try:
        found = run()
    except InfeasiblePolicy:
        return Mover(mover.kind, mover.before, mover.after, why_not="infeasible")
    place = present.centres.ids.index(centre_id)
    pairs = list(zip(found.pools, present.pools, strict=True))
    touched = [
        (now, then) for now, then in pairs if _standing(now, place) != _standing(then, place)
    ]
    total = found.totals[place]
    return Mover(
        mover.kind,
        mover.before,
        mover.after,
        total,
        total - present.totals[place],
        counts=bool(touched) or mover.kind == "request",
        unmoved=tuple(
            (now.rule.name, now.binding[place])
            for now, then in touched
            if now.amounts[place] == then.amounts[place] and now.binding[place]
        ),
    )


def _standing(result: PoolResult, place: int) -> tuple[int, int, int | None]:
    return result.entitlements[place], result.bounds.floors[place], result.bounds.caps[place]


# --- one change each -----------------------------------------------------------------------------


def _read(policy: Policy) -> frozenset[str]:
    """Columns that some rule reads, with those that derived columns are computed from."""
    named = {column for _path, column in named_columns(policy)}
    return frozenset(named | {source for name in named for source in DERIVED.get(name, ())})


def _staff_read(policy: Policy, cells: Cells) -> Iterator[str]:
    read = _read(policy)
    return (column for column in STAFF if column in read and column in cells)


def _counsellor(policy: Policy, present: Allocation, cells: Cells) -> Change:
    """One person more in the column of counsellors that has most people in the whole country."""
    columns = [column for column in _staff_read(policy, cells) if column in COUNSELLORS]
    if not columns:
        return Mover("counsellor", why_not="unread"), {}
    totals = {
        column: sum(
            (_number(cell) or Decimal(0) for cell in present.centres.table[column].tolist()),
            Decimal(0),
        )
        for column in columns
    }
    column = max(totals, key=lambda name: totals[name])
    heads = _number(cells[column]) or Decimal(0)
    return Mover("counsellor", column, column), {column: str(heads + 1)}


def _expertise(policy: Policy, cells: Cells) -> Change:
    """One person from the lightest staff column that has somebody to the next heavier one.

    Heavier: as the first factor of the remainder pool weighs it.
    """
    weights = policy.remainder_pool.factor[0].columns
    ordered = sorted(
        (column for column in _staff_read(policy, cells) if column in weights),
        key=lambda column: weights[column],
    )
    if len(ordered) < 2:
        return Mover("expertise", why_not="unread"), {}
    for lower, higher in pairwise(ordered):
        heads = _number(cells[lower]) or Decimal(0)
        if heads >= 1 and weights[higher] > weights[lower]:
            more = (_number(cells[higher]) or Decimal(0)) + 1
            return Mover("expertise", lower, higher), {lower: str(heads - 1), higher: str(more)}
    return Mover("expertise", why_not="nobody"), {}


def _grade(policy: Policy, cells: Cells) -> Change:
    """The next better grade of the last evaluation."""
    if GRADE not in _read(policy) or GRADE not in cells:
        return Mover("grade", why_not="unread"), {}
    grades, own = CONTRACT[GRADE].values, cells[GRADE]
    if own not in grades:
        return Mover("grade", why_not="missing"), {}
    if own == grades[0]:
        return Mover("grade", before=own, why_not="top"), {}
    better = grades[grades.index(own) - 1]
    return Mover("grade", own, better), {GRADE: better}


def _execution(policy: Policy, cells: Cells) -> Change:
    """One point of the budget available (without approved carry-over) spent in addition."""
    available_column, spent_column, carried_column = DERIVED["execution_rate"]
    if "execution_rate" not in _read(policy):
        return Mover("execution", why_not="unread"), {}
    available, spent = _number(cells.get(available_column)), _number(cells.get(spent_column))
    base = (available or Decimal(0)) - (_number(cells.get(carried_column)) or Decimal(0))
    if spent is None or base <= 0:
        return Mover("execution", why_not="missing"), {}
    if spent >= base:
        return Mover("execution", before="1", why_not="top"), {}
    more = min(int(spent + base / 100), int(base))
    return (
        Mover("execution", str(spent / base), str(more / base)),
        {spent_column: str(more)},
    )


def _with_request(
    present: Allocation,
    requests: pd.DataFrame | None,
    centre_id: str,
    open_requests: Collection[str],
) -> Mover:
    """The largest open request approved as requested, improvement (3) where nobody has assessed
    its priority; whether there is money for it is for the run to say."""
    if requests is None or requests.empty:
        return Mover("request", why_not="none")
    unit = present.policy.unit
    asked = {
        cell_text(row["request_id"]): int(_number(row["requested_krw"]) or 0) // unit * unit
        for row in requests.to_dict("records")
        if cell_text(row["centre_id"]) == centre_id
        and cell_text(row["request_id"]) in open_requests
    }
    asked = {
        request_id: won
        for request_id, won in asked.items()
        if won > present.funded.get(request_id, 0)
    }
    if not asked:
        return Mover("request", why_not="none")
    request_id = max(asked, key=lambda name: (asked[name], name))
    table = requests.copy().astype("object")
    table.attrs = {}
    own = [cell_text(cell) == request_id for cell in table["request_id"].tolist()]
    table.loc[own, "approved_krw"] = str(asked[request_id])
    for column, usual in (("priority", str(LOWEST_PRIORITY)), ("divisible", "true")):
        given = [cell_text(cell) for cell in table.loc[own, column].tolist()]
        table.loc[own, column] = given[0] or usual
    return _compared(
        Mover("request", request_id, str(asked[request_id])),
        present,
        centre_id,
        lambda: allocate(present.centres.table, present.policy, table),
    )


def _number(cell: object) -> Decimal | None:
    """A number in a cell of a table that has been checked."""
    found = cell_number(cell)
    return Decimal(found) if isinstance(found, int | Decimal) else None
