"""Make the sample round: an illustrative centres.csv and requests.csv for 174 real centres.

Names, places and hierarchy come from `centres_facts.csv`. Everything that is counted in
people or won is invented (here and in `sample_centres.py`), within the published totals that
SOURCES.md lists.

    python data/sample_round.py            writes data/centres.csv and data/requests.csv
    python data/sample_round.py --check    exits 1 when the committed files differ

The same bytes come out on every machine: draws are whole numbers taken from the raw stream of
PCG64, which NumPy promises not to change (the methods of its Generator may change from one
version to the next), and all arithmetic is done in Python integers.
"""

import argparse
import csv
import io
import sys
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sample_centres import (
    DIVISION_COLUMNS,
    HERE,
    INPUTS,
    NEW_CENTRES,
    PRIOR_OPERATING_KRW,
    STAFF,
    Draws,
    Row,
    centres,
    read_rows,
)

# Special needs: 6 % of an envelope of 128 billion won, and by how much the approvals exceed it.
CEILING_KRW = 7_680_000_000
APPROVED_OVER_CEILING_PERCENT = (115, 125)
FIRST_DAY = date(2026, 3, 9)
LAST_DAY = date(2026, 5, 15)
HOLIDAYS = {date(2026, 5, 1), date(2026, 5, 5)}
# Working days after the first on which requests now in a state were submitted.
SUBMITTED_ON = {"submitted": (40, 47), "in_review": (30, 44), "returned": (20, 40)}

REQUEST_COLUMNS = (
    "request_id",
    "centre_id",
    "category",
    "title",
    "title_en",
    "requested_krw",
    "approved_krw",
    "priority",
    "divisible",
    "submitted_at",
    "state",
)


def working_days() -> list[date]:
    """The days on which centres could submit."""
    days = [FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


def requests() -> list[Row]:
    """The rows of requests.csv, numbered in the order of submission, drafts last."""
    draws = Draws("requests")
    days = working_days()
    rows: list[Row] = []
    for planned in read_rows(INPUTS / "request_plan.csv"):
        about = int(planned["about_krw"])
        step = 10_000 if about < 100_000_000 else 100_000
        requested = about * (1000 + draws.around(9)) // 1000 // step * step
        approved = ""
        if planned["state"] == "approved":
            approved = str(requested * int(planned["approved_percent"]) // 100 // 10_000 * 10_000)
        first, last = SUBMITTED_ON.get(planned["state"], (0, 34))
        moment = datetime.combine(days[draws.between(first, last)], time(9))
        moment += timedelta(minutes=draws.between(0, 8 * 60 + 59))
        submitted = "" if planned["state"] == "draft" else f"{moment.isoformat()}+09:00"
        rows.append(
            {column: planned.get(column, "") for column in REQUEST_COLUMNS}
            | {
                "requested_krw": str(requested),
                "approved_krw": approved,
                "submitted_at": submitted,
            }
        )
    rows.sort(key=lambda row: (row["submitted_at"] == "", row["submitted_at"], row["centre_id"]))
    return [row | {"request_id": f"SN2027-{number:03}"} for number, row in enumerate(rows, 1)]


def faults(centre_rows: Sequence[Row], request_rows: Sequence[Row]) -> list[str]:
    """Promises of SOURCES.md that the rows break; none, unless this script was changed badly."""
    found: list[str] = []
    groups = ("officials", "counselling_officials", "counsellors", "support_staff")
    staff = {row["centre_id"]: sum(int(row[group]) for group in groups) for row in centre_rows}
    if sum(staff.values()) != STAFF:
        found.append(f"{sum(staff.values())} staff instead of {STAFF}")
    prior = sum(int(row["prior_operating_krw"] or 0) for row in centre_rows)
    if prior != PRIOR_OPERATING_KRW:
        found.append(f"prior operating money {prior} instead of {PRIOR_OPERATING_KRW}")
    for row in centre_rows:
        key = row["centre_id"]
        if min(int(row[group]) for group in groups) < 0:
            found.append(f"{key}: a negative headcount")
        by_division = sum(Decimal(row[column]) for column in DIVISION_COLUMNS)
        if not by_division or abs(by_division - staff[key]) > Decimal("0.5"):
            found.append(f"{key}: {by_division} staff by division, {staff[key]} in all")
        if row["centre_type"] == "outreach" and staff[key] > 2:
            found.append(f"{key}: an outreach post with {staff[key]} staff")
        if row["host_id"] and row["host_id"] not in staff:
            found.append(f"{key}: host {row['host_id']} is no centre")
        if (row["prior_operating_krw"] == "") != (key in NEW_CENTRES):
            found.append(f"{key}: prior money and new centres disagree")
    approved = sum(int(row["approved_krw"] or 0) for row in request_rows)
    low, high = (CEILING_KRW * percent // 100 for percent in APPROVED_OVER_CEILING_PERCENT)
    if not low <= approved <= high:
        found.append(f"approved requests {approved} outside {low} to {high}")
    return found


def csv_bytes(rows: Sequence[Row]) -> bytes:
    """A CSV file as spreadsheets want it: UTF-8 with a byte-order mark, lines ending in LF."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def main() -> int:
    """Write both files, or with --check compare them with what would be written."""
    parser = argparse.ArgumentParser(description="Make the illustrative sample round.")
    parser.add_argument("--check", action="store_true", help="compare only; 1 if a file differs")
    check: bool = parser.parse_args().check

    centre_rows, request_rows = centres(), requests()
    broken = faults(centre_rows, request_rows)
    for fault in broken:
        print(f"sample_round: {fault}", file=sys.stderr)
    if broken:
        return 1
    differing = 0
    for name, rows in (("centres.csv", centre_rows), ("requests.csv", request_rows)):
        path = HERE / name
        content = csv_bytes(rows)
        if not check:
            path.write_bytes(content)
        elif not path.exists() or path.read_bytes() != content:
            print(f"data/{name} differs; run: python data/sample_round.py", file=sys.stderr)
            differing = 1
    return differing


if __name__ == "__main__":
    sys.exit(main())
