"""The table of special-need requests: its contract, and every fault at once.

Source: file formats, requests.csv; allocation model, section 6.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pandas as pd

from budget.allocation.cells import cell_number, cell_text
from budget.allocation.contract import MOST_ROWS
from budget.allocation.faults import N_, Fault, InputError, shown

PRIORITIES = (1, 2, 3)
KOREA = timezone(timedelta(hours=9))


@dataclass(frozen=True, slots=True)
class Request:
    """An approved request.

    Attributes:
        approved: won, a multiple of the unit.
        priority: 1 statutory or safety, 2 contractual, 3 improvement.
        divisible: whether a part of it can be funded.
    """

    request_id: str
    centre_id: str
    approved: int
    priority: int
    divisible: bool
    submitted_at: datetime

    @property
    def order(self) -> tuple[datetime, str]:
        """Earlier submission first, then request id."""
        return (self.submitted_at, self.request_id)


# --- checking ------------------------------------------------------------------------------

NEEDED = ("request_id", "centre_id", "approved_krw", "priority", "divisible", "submitted_at")


def checked_requests(
    table: pd.DataFrame | None,
    centre_ids: Collection[str],
    unit: int,
    file: str = "requests.csv",
) -> tuple[Request, ...]:
    """Check a table of requests and keep the approved ones, in the order of their submission.

    Args:
        table: one row a request; None: there are no requests.
        centre_ids: the centres that there are.
        unit: approved amounts are multiples of it.

    Raises:
        InputError: with every fault of the table.
    """
    if table is None:
        return ()
    missing = [name for name in NEEDED if name not in table.columns]
    if missing:
        raise InputError(
            Fault(
                file,
                name,
                "",
                N_("this column; there are: {columns}"),
                details={"columns": shown(", ".join(map(str, table.columns)), 200)},
            )
            for name in missing
        )
    twice = [name for name, times in Counter(table.columns).items() if times > 1]
    if twice:
        raise InputError(
            Fault(file, str(name), "", N_("a column name that stands once")) for name in twice
        )
    if len(table) > MOST_ROWS:
        raise InputError(
            [
                Fault(
                    file,
                    "",
                    f"{len(table)}",
                    N_("at most {most} rows, one a request"),
                    details={"most": str(MOST_ROWS)},
                )
            ]
        )
    faults: list[Fault] = []
    requests: list[Request] = []
    known, seen = set(centre_ids), set[str]()
    asked = table["requested_krw"].tolist() if "requested_krw" in table.columns else None
    for row, cells in enumerate(zip(*(table[name].tolist() for name in NEEDED), strict=True), 2):
        found = _RequestRow(dict(zip(NEEDED, cells, strict=True)), row, file, unit)
        identifier = cell_text(cells[0])
        if not identifier:
            found.fault("request_id", N_("an id that is not empty"))
        elif identifier in seen:
            found.fault("request_id", N_("an id of its own; an earlier row has the same"))
        seen.add(identifier)
        if cell_text(cells[1]) not in known:
            found.fault("centre_id", N_("the id of a centre in the table of centres"))
        if asked is not None and not _is_won(asked[row - 2]):
            faults.append(
                Fault(
                    file,
                    "requested_krw",
                    shown(asked[row - 2]),
                    N_("a whole number of won, digits only"),
                    row,
                )
            )
        request = found.request()
        faults += found.faults
        if request is not None:
            requests.append(request)
    if faults:
        raise InputError(faults)
    return tuple(sorted(requests, key=lambda request: request.order))


def _is_won(cell: object) -> bool:
    won = cell_number(cell)
    return won is None or (isinstance(won, int) and won >= 0)


class _RequestRow:
    def __init__(self, cells: Mapping[str, object], row: int, file: str, unit: int) -> None:
        self.cells, self.row, self.file, self.unit = cells, row, file, unit
        self.faults: list[Fault] = []

    def fault(self, where: str, expected: str, **details: str) -> None:
        value = shown(self.cells[where]) if cell_text(self.cells[where]) else ""
        self.faults.append(Fault(self.file, where, value, expected, self.row, details))

    def request(self) -> Request | None:
        """The request if it is approved and the row is without fault.

        Whatever a cell holds must be right, approved or not; only an approved request needs all.
        """
        approved = cell_number(self.cells["approved_krw"])
        is_approved = approved is not None
        if is_approved and (not isinstance(approved, int) or approved <= 0 or approved % self.unit):
            self.fault(
                "approved_krw",
                N_("a multiple of {unit} won above 0, digits only; empty if not approved"),
                unit=str(self.unit),
            )
        priority = cell_number(self.cells["priority"])
        if priority not in PRIORITIES and (is_approved or priority is not None):
            self.fault("priority", N_("1, 2 or 3"))
        divisible = cell_text(self.cells["divisible"]).lower()
        if divisible not in {"true", "false"} and (is_approved or divisible):
            self.fault("divisible", N_("true or false"))
        written = cell_text(self.cells["submitted_at"])
        submitted = _moment(written)
        if submitted is None and (is_approved or written):
            self.fault("submitted_at", N_("a date and time like 2026-04-30T17:30:00+09:00"))
        if self.faults or not isinstance(approved, int):
            return None
        if submitted is None or not isinstance(priority, int):
            return None
        return Request(
            request_id=cell_text(self.cells["request_id"]),
            centre_id=cell_text(self.cells["centre_id"]),
            approved=approved,
            priority=priority,
            divisible=divisible == "true",
            submitted_at=submitted,
        )


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=KOREA)


def by_priority(
    requests: Sequence[Request],
) -> Iterator[tuple[list[Request], list[Request]]]:
    """For each priority the indivisible and the divisible requests, by order of submission."""
    for priority in PRIORITIES:
        group = sorted(
            (request for request in requests if request.priority == priority),
            key=lambda request: request.order,
        )
        yield (
            [request for request in group if not request.divisible],
            [request for request in group if request.divisible],
        )
