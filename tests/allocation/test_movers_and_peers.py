"""What would move a centre, and who its peers are: worked by hand, then on the sample round."""

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

import budget
from budget.allocation.explained import explained
from budget.allocation.movers import Mover, movers
from budget.allocation.peers import peers
from budget.allocation.result import Allocation
from budget.files import read_centres, read_policy, read_requests
from tests.allocation.rounds import allocated, policy, request_table, table

DATA = Path(__file__).parents[2] / "data"
STAFF_FACTOR = """
[[pool.factor]]
name = "staff"
weight = 1
columns = { counsellors = 1, officials = 2 }
"""
EXECUTION = """
[[pool.adjustment]]
name = "execution"
column = "execution_rate"
ramp = { target = 1, slope = 1, min = 0.5, max = 1 }
"""


@cache
def sample() -> Allocation:
    return budget.allocate(
        read_centres(DATA / "centres.csv"), read_policy(DATA / "policy.toml"), requests()
    )


def requests() -> pd.DataFrame:
    return read_requests(DATA / "requests.csv")


def by_kind(found: tuple[Mover, ...]) -> dict[str, Mover]:
    return {mover.kind: mover for mover in found}


def test_a_counsellor_and_a_better_qualification_by_hand() -> None:
    given = table(counsellors=[2, 4], officials=[0, 0])
    found = by_kind(movers(budget.allocate(given, policy(factor=STAFF_FACTOR)), None, "A"))
    # 2 of 6 heads are 200 thousand; 3 of 7 are 257,142.9; weighted 3 of 7 as well
    counsellor, expertise = found["counsellor"], found["expertise"]
    assert (counsellor.before, counsellor.total, counsellor.difference) == (
        "counsellors",
        257_000,
        57_000,
    )
    assert (expertise.before, expertise.after) == ("counsellors", "officials")
    assert expertise.difference == 57_000
    assert {found[kind].why_not for kind in ("grade", "execution")} == {"unread"}
    assert found["request"].why_not == "none"


def test_at_its_floor_nothing_changes_and_it_says_so() -> None:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 290_000\n', factor=STAFF_FACTOR)
    given = table(counsellors=[1, 9], officials=[0, 0])
    mover = by_kind(movers(budget.allocate(given, rules), None, "A"))["counsellor"]
    assert (mover.difference, mover.unmoved) == (0, (("operating", "floor:least"),))


def test_execution_one_point_higher_by_hand() -> None:
    rules = policy(EXECUTION, factor=STAFF_FACTOR)
    given = table(
        counsellors=[1, 1],
        officials=[0, 0],
        prior_available_krw=[1_000, 1_000],
        prior_spent_krw=[800, 1_000],
        prior_carryover_krw=[0, None],
    )
    found = by_kind(movers(budget.allocate(given, rules), None, "A"))["execution"]
    assert (found.before, found.after) == ("0.8", "0.81")
    # 0.81 of 1.81 of 600 thousand is 268,508; 0.8 of 1.8 is 266,667
    assert (found.total, found.difference) == (269_000, 2_000)
    assert by_kind(movers(budget.allocate(given, rules), None, "B"))["execution"].why_not == "top"


def test_a_rule_that_is_used_up_counts_no_more() -> None:
    rules = policy(EXECUTION.replace("target = 1,", "target = 0.7,"), factor=STAFF_FACTOR)
    given = table(
        counsellors=[1, 1],
        officials=[0, 0],
        prior_available_krw=[1_000, 1_000],
        prior_spent_krw=[800, 1_000],
        prior_carryover_krw=[0, None],
    )
    mover = by_kind(movers(budget.allocate(given, rules), None, "A"))["execution"]
    assert (mover.difference, mover.counts, mover.unmoved) == (0, False, ())


def test_the_largest_open_request_is_tried_and_others_are_not() -> None:
    rules = policy(head="[special_needs]\nceiling = { krw = 100_000 }\n")
    rows = request_table(
        {"request_id": "R1", "requested_krw": 40_000, "approved_krw": None, "priority": None},
        {"request_id": "R2", "requested_krw": 60_500, "approved_krw": None, "priority": None},
        {"request_id": "R3", "requested_krw": 90_000, "approved_krw": None},
        {"request_id": "R4", "requested_krw": 95_000, "approved_krw": None, "centre_id": "B"},
    )
    found = budget.allocate(table(staff=[1, 1]), rules, rows)
    mover = by_kind(movers(found, rows, "A", ["R1", "R2", "R4"]))["request"]
    assert (mover.before, mover.after) == ("R2", "60000")
    # 60 thousand for itself, and half of them less from operating
    assert mover.difference == 30_000


def test_a_change_that_the_rules_cannot_bear_is_told() -> None:
    rules = policy(
        '[[pool.floor]]\nname = "head"\nper = { column = "counsellors", rate_krw = 100_000 }\n',
        factor=STAFF_FACTOR,
    )
    given = table(counsellors=[3, 3], officials=[0, 0])
    mover = by_kind(movers(budget.allocate(given, rules), None, "A"))["counsellor"]
    assert (mover.why_not, mover.total) == ("infeasible", None)


def test_the_grade_goes_one_up_and_not_past_the_best() -> None:
    own = sample().centres.table.set_index("centre_id")["performance_grade"]
    second = next(centre for centre in own.index if own[centre] == "A")
    best = next(centre for centre in own.index if own[centre] == "S")
    found = by_kind(movers(sample(), requests(), second))["grade"]
    assert (found.before, found.after) == ("A", "S")
    assert found.difference > 0
    assert by_kind(movers(sample(), requests(), best))["grade"].why_not == "top"


def test_movers_leave_the_allocation_and_its_table_alone() -> None:
    before = sample().centres.table.copy()
    movers(sample(), requests(), "EC095")
    pd.testing.assert_frame_equal(sample().centres.table, before)


# --- peers ---------------------------------------------------------------------------------------


def test_thirds_by_weighted_heads_keep_equal_centres_together() -> None:
    found = allocated(
        policy(),
        staff=[1, 2, 3, 3, 5, 6, 7, 8, 9, 9],
        centre_type=["plus"] * 9 + ["medium"],
    )
    assert [peer.centre_id for peer in peers(found, "A", anonymous=False).others] == ["B", "C", "D"]
    middle = peers(found, "E", anonymous=False)
    assert (middle.size, middle.least, middle.most) == ("middle", 3.0, 6.0)
    assert [peer.centre_id for peer in middle.others] == ["F"]
    alone = peers(found, "J", anonymous=False)
    assert (alone.size, alone.others, alone.median, alone.difference) == ("", (), None, None)


def test_median_and_difference_by_hand() -> None:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 200_000\n')
    found = peers(allocated(rules, staff=[1, 2, 3]), "A", anonymous=False)
    # A 200 for one; B 160 for two, lifted to 200; C 200 for three: 100 and 66.667 a head
    assert (found.own, [peer.per_head for peer in found.others]) == (200_000, [100_000, 66_666])
    assert found.median == 83_333
    assert found.difference == pytest.approx(200_000 / 83_333 - 1)


def test_anonymous_peers_have_no_name_and_no_order_but_their_amounts() -> None:
    named = peers(sample(), "EC095", anonymous=False)
    hidden = peers(sample(), "EC095", anonymous=True)
    assert {peer.centre_id for peer in hidden.others} == {""}
    amounts = [peer.per_head for peer in hidden.others]
    assert amounts == [peer.per_head for peer in named.others] == sorted(amounts, reverse=True)
    assert "EC095" not in {peer.centre_id for peer in named.others}


def test_explained_holds_no_other_centre_when_anonymous() -> None:
    text = repr(explained(sample(), "EC095", anonymous=True))
    others = set(sample().centres.ids) - {"EC095"}
    assert not [identifier for identifier in others if identifier in text]
    assert any(
        identifier in repr(explained(sample(), "EC095", anonymous=False)) for identifier in others
    )


def test_explained_agrees_with_the_allocation_for_every_centre() -> None:
    for place, identifier in list(enumerate(sample().centres.ids))[::15]:
        found = explained(sample(), identifier, anonymous=True)
        assert found.total == sample().totals[place]
        assert sum(pool.amount for pool in found.pools) + found.special_needs == found.total
        assert found.from_last_year.operating == found.operating
        assert sum(request.funded for request in found.funded) == found.special_needs
    with pytest.raises(KeyError):
        explained(sample(), "EC999", anonymous=True)


def test_readings_are_the_values_that_adjustments_read() -> None:
    found = {
        reading.adjustment: reading
        for reading in explained(sample(), "EC095", anonymous=True).readings
    }
    assert found["grade"].value == "C"
    assert found["execution"].value.startswith("0.95729")
    assert found["integration"].multiplier == 1.0
