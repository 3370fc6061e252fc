"""Make an illustrative execution to date: what each centre has spent until 30 September 2027.

    python data/sample_execution.py            writes data/execution_illustrative.csv
    python data/sample_execution.py --check    exits 1 when the committed file differs

To be uploaded on the page Quarters of a demonstration; a database is never filled from it. Most
centres have spent about what the default rules and the usual profile allot; a dozen are late.
The same bytes come out on every machine (see sample_round.py).
"""

import argparse
import sys
from datetime import date

from sample_centres import HERE, Draws, Row
from sample_round import csv_bytes

NAME = "execution_illustrative.csv"
DAY = date(2027, 9, 30)
LATE, WITHOUT = 12, 2
"""So many centres at most spend far less; so many have sent nothing."""


def execution() -> list[Row]:
    """The rows, in the order of the ids: parts of what the default rules allot until that day."""
    sys.path.insert(0, str(HERE.parent))
    import budget  # noqa: PLC0415 - scripts of this folder stand beside the package
    from budget import files  # noqa: PLC0415
    from budget.allocation.allotment import DEFAULT, allotment, due  # noqa: PLC0415

    allotted = allotment(
        budget.allocate(
            files.read_centres(HERE / "centres.csv"),
            files.read_policy(HERE / "policy.toml"),
            files.read_requests(HERE / "requests.csv"),
        ),
        DEFAULT,
    )
    draws = Draws("execution")
    last = len(allotted.ids) - 1
    late = {draws.between(0, last) for _ in range(LATE)}
    silent = {draws.between(0, last) for _ in range(WITHOUT)}
    rows: list[Row] = []
    for place, (centre_id, plan) in enumerate(zip(allotted.ids, allotted.running, strict=True)):
        if place in silent:
            continue
        now = int(due(plan, DAY))
        permille = draws.between(560, 800) if place in late else 955 + draws.around(65)
        spent = now * permille // 1_000 // 10 * 10
        contracted = spent + now * draws.between(10, 40) // 1_000 // 10 * 10
        carried = now * draws.between(0, 30) // 1_000 // 1_000 * 1_000
        rows.append(
            {
                "centre_id": centre_id,
                "as_of": DAY.isoformat(),
                "spent_krw": str(spent),
                "committed_krw": str(contracted) if draws.between(0, 2) else "",
                "available_krw": "",
                "carryover_krw": str(carried) if place in late else "",
                "kind_of_data": "illustrative",
            }
        )
    return rows


def main() -> int:
    """Write the file, or with --check compare it with what would be written."""
    parser = argparse.ArgumentParser(description="Make the illustrative execution to date.")
    parser.add_argument("--check", action="store_true", help="compare only; 1 if it differs")
    check: bool = parser.parse_args().check
    path, content = HERE / NAME, csv_bytes(execution())
    if not check:
        path.write_bytes(content)
    elif not path.exists() or path.read_bytes() != content:
        print(f"data/{NAME} differs; run: python data/sample_execution.py", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
