"""What a new table changes: worked by hand on three centres."""

from decimal import Decimal

import pandas as pd
import pytest

from budget.allocation.faults import InputError
from budget.allocation.revision import (
    GONE,
    JUMP,
    UNIT,
    Takeover,
    revision,
    suspicion,
    with_takeovers,
)

PRIOR = {"prior_available_krw": "900", "prior_spent_krw": "800", "prior_carryover_krw": ""}


def table(**money: str) -> pd.DataFrame:
    """A centre a name, with last year's money."""
    return pd.DataFrame(
        [
            {"centre_id": name, "name_ko": name, "prior_operating_krw": won, **PRIOR}
            for name, won in money.items()
        ],
        dtype="object",
    )


def test_the_same_table_in_another_order_changes_nothing() -> None:
    before = table(A="1000", B="2000")
    assert revision(before, before.iloc[::-1].reset_index(drop=True)).is_empty


def test_centres_come_close_and_change_by_size() -> None:
    found = revision(table(A="1000", B="2000", C="3000"), table(A="1100", B="2500", D="1"))
    assert (found.added, found.closed) == (("D",), ("C",))
    assert [(one.centre_id, one.change) for one in found.figures] == [("B", 500), ("A", 100)]
    total = next(one for one in found.totals if one.column == "prior_operating_krw")
    assert (total.old, total.new) == (6000, 3601)


def test_two_closed_centres_are_added_to_one_successor() -> None:
    before, after = table(A="1000", B="2000", C="3000"), table(A="1000")
    merged = with_takeovers(before, after, [Takeover("B", "A"), Takeover("C", "A")])
    row = merged.iloc[0]
    assert row["prior_operating_krw"] == "6000"
    assert (row["prior_spent_krw"], row["prior_carryover_krw"]) == ("2400", "")
    assert after["prior_operating_krw"].iloc[0] == "1000"  # the given table stays as it was


def test_what_fits_the_merged_centres_together_does_not_stand_out() -> None:
    """A had 100 and B 300 million won: A with 400 is their sum, with 1,200 it is not."""
    before, takeover = table(A="100000000", B="300000000"), Takeover("B", "A", is_in_table=True)
    assert not revision(before, table(A="400000000"), [takeover]).jumps
    assert [one.suspicion for one in revision(before, table(A="400000000")).jumps] == [JUMP]
    found = revision(before, table(A="1200000000"), [takeover]).jumps
    assert [(one.column, one.suspicion) for one in found] == [("prior_operating_krw", JUMP)]


def test_a_sum_that_is_in_the_table_is_left_alone_and_wrong_takeovers_are_refused() -> None:
    before, after = table(A="1000", B="2000"), table(A="3000")
    same = with_takeovers(before, after, [Takeover("B", "A", is_in_table=True)])
    assert same["prior_operating_krw"].iloc[0] == "3000"
    with pytest.raises(InputError) as caught:
        with_takeovers(before, after, [Takeover("A", "B")])
    assert {fault.where for fault in caught.value.faults} == {"closed", "successor"}


@pytest.mark.parametrize(
    ("column", "old", "new", "why"),
    [
        ("officials", 10, 14, ""),
        ("officials", 5, 10, JUMP),
        ("officials", 4, 8, ""),
        ("officials", 10, 5, JUMP),
        ("officials", 10, None, GONE),
        ("officials", None, 99, ""),
        ("prior_operating_krw", 1_283_350_000, 1_283_350, UNIT),
        ("prior_operating_krw", 150_000_000, 240_000_000, ""),
        ("prior_operating_krw", 100_000_000, 200_000_000, JUMP),
        ("registered_jobseekers", 499, 0, ""),
        ("registered_jobseekers", 500, 0, JUMP),
    ],
)
def test_what_stands_out(column: str, old: int | None, new: int | None, why: str) -> None:
    def exact(number: int | None) -> Decimal | None:
        return None if number is None else Decimal(number)

    assert suspicion(column, exact(old), exact(new)) == why
