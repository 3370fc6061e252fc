"""What the files of the page of divisions say they were made from."""

from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pandas as pd

from budget import files
from budget.allocation.divisions import cross_table
from budget.ui.division_files import hashes_of
from budget.ui.division_round import DivisionRound, Money
from budget.workflow.divisions import Planning, RulesVersion

CONTENT = Path("data/divisions.toml").read_text(encoding="utf-8")
SAVED = RulesVersion(
    1,
    1,
    sha256(CONTENT.encode()).hexdigest(),
    CONTENT,
    "",
    "",
    "",
    datetime(2026, 1, 1, tzinfo=UTC),
)


def shown(share: str, *, is_published: bool) -> DivisionRound:
    """The page with a ceiling for planning, for one centre."""
    rules = SAVED.rules.replaced({"divisions.planning.ceiling.share": Decimal(share)})
    staff = {column: ["1"] for column in rules.staff_columns}
    centres = pd.DataFrame({"centre_id": ["A"], "centre_type": ["outreach"], **staff})
    operating = pd.Series({"A": 6_000}, dtype="int64")
    money = Money("ab12", centres, {"A": 6_000}, "", is_published)
    table = cross_table(centres, operating, rules.without_limits())
    return DivisionRound(Planning(None, b"", SAVED, {}), money, SAVED, rules, table)


def test_the_hash_is_of_the_rules_that_made_the_figures() -> None:
    saved = shown("0.09", is_published=False)
    assert hashes_of(saved, unsaved=False) == {"divisions.toml": SAVED.sha256}
    tried = shown("0.2", is_published=True)
    assert hashes_of(tried, unsaved=True) == {
        "divisions.toml": sha256(files.divisions_toml(tried.rules)).hexdigest(),
        "allocation.csv": "ab12",
    }
