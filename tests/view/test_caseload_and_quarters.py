"""Words, tables and charts of caseload and quarters: worked from small figures."""

from datetime import date
from decimal import Decimal

import altair as alt
import pandas as pd
import pytest

import budget
from budget.allocation.allotment import DEFAULT, allotment
from budget.allocation.caseload import Gathered, Scheme, desks, joined_up_won
from budget.allocation.execution import Executed, Reading, Standing, standings
from budget.allocation.moving import Moving, moving
from budget.allocation.result import Allocation
from budget.files import read_centres, read_policy, read_requests
from budget.view import caseload, quarter_charts, quarters
from budget.view import moving as moving_words
from budget.view.colours import LIGHT
from budget.view.numbers import Numbers
from budget.view.places import Places
from budget.view.strips import APART, HIGH, LOW, MIDDLE, Dot, Strip, strip_chart
from budget.view.words import Words

EN, KO = Numbers(Words("en")), Numbers(Words("ko"))


@pytest.fixture(scope="module")
def allocation() -> Allocation:
    return budget.allocate(
        read_centres("data/centres.csv"),
        read_policy("data/policy.toml"),
        read_requests("data/requests.csv"),
    )


@pytest.fixture(scope="module")
def names(allocation: Allocation) -> dict[str, str]:
    return dict(
        zip(allocation.centres.ids, Places(allocation.centres, EN.words).names, strict=True)
    )


def country(**changed: int) -> Gathered:
    """Two centres: 300 clients of two counsellors, 160 of two."""
    table = pd.DataFrame(
        {
            "centre_id": ["A", "B"],
            "centre_type": ["plus", "medium"],
            "integration_level": ["2", "1"],
            "counsellors": ["1", "2"],
            "counselling_officials": ["1", "0"],
            "partner_staff": ["3", "0"],
            "disadvantaged_jobseekers": ["300", "160"],
            "registered_jobseekers": ["500", "300"],
        }
    )
    scheme = Scheme(cost_krw=40_000_000, **changed)
    return Gathered("", desks(table, scheme, {"A": 10_000_000, "B": 5_000_000}))


def test_what_the_gap_costs_in_words() -> None:
    found, scheme = country(), Scheme(cost_krw=40_000_000)
    assert caseload.caseload_title(found, scheme, EN) == (
        "1 of 2 centres have more than 100 clients a counsellor; 1 more counsellors would bring "
        "everybody within"
    )
    told = caseload.cost_sentence(found, 400_000_000, scheme, EN)
    assert "1 counsellors at 40.0 million won cost 40.0 million won a year: 2.7 times" in told
    assert "10.0 % of the envelope (400.0 million won)" in told
    assert "25.0 %" in caseload.covered_sentence(found, EN)
    assert "5.0 million won of the pool is more" in caseload.covered_sentence(found, EN)
    assert "연계 재원(15.0백만원)의 2.7배" in caseload.cost_sentence(found, 400_000_000, scheme, KO)
    rows = caseload.group_rows(found, "level", EN)
    assert list(rows["name"]) == ["Level 1", "Level 2", "Country"]
    assert list(rows["missing"]) == [0, 1, 1]


def test_where_nobody_is_missing() -> None:
    scheme = Scheme(most=200)
    found = country(most=200)
    assert "at most 200" in caseload.caseload_title(found, scheme, EN)
    assert "nothing is to be paid" in caseload.cost_sentence(found, 1, scheme, EN)
    assert caseload.covered_sentence(found, EN) == ""


def test_tables_for_files_reconcile(allocation: Allocation, names: dict[str, str]) -> None:
    pool = joined_up_won(allocation)
    assert sum(pool.values()) == allocation.pool("joined_up").placed
    found = Gathered("", desks(allocation.centres.table, Scheme(), pool))
    plan = allotment(allocation, DEFAULT)
    for table in (
        caseload.desk_table(found, names, EN.words),
        caseload.group_table(found, "level", EN.words),
        caseload.group_table(found, "centre_type", EN.words),
        quarters.allotment_table(plan, names, EN.words),
    ):
        for column in table.columns:
            if column.total is not None:
                assert sum(cell or 0 for cell in column.cells) == column.total  # type: ignore[misc]
    totals = [column.total for column in caseload.desk_table(found, names, EN.words).columns]
    assert [float(total or 0) for total in totals[5:8]] == [
        float(figure) for figure in (found.partners, found.clients, found.counsellors)
    ]
    year = quarters.allotment_table(plan, names, EN.words).columns[-1]
    assert year.total == sum(allocation.totals)


def test_national_rows_are_the_sums_of_the_centres(
    allocation: Allocation, names: dict[str, str]
) -> None:
    plan = allotment(allocation, DEFAULT)
    national = quarters.national_rows(plan, EN)
    rows = quarters.allotment_rows(plan, names, EN)
    assert list(national["part"]) == ["Money of the pools", "Special needs", "Total"]
    for name in ("q1", "q2", "q3", "q4", "year"):
        assert rows[name].sum() == pytest.approx(national[name].iloc[-1])
    assert quarters.shares_text((Decimal("0.335"), Decimal("0.665")), KO) == "33.50 / 66.50 %"


def proposal(allocation: Allocation) -> tuple[tuple[Standing, ...], Moving]:
    """Two centres behind, one unknown, the others on course."""
    plan = allotment(allocation, DEFAULT)
    rates = {"EC002": 0.5, "EC003": 0.8}
    executed = {
        centre_id: Executed(date(2027, 9, 30), int(sum(row[:3]) * rates.get(centre_id, 0.96)))
        for centre_id, row in zip(plan.ids, plan.running, strict=True)
        if centre_id != "EC004"
    }
    found = standings(plan, executed, Reading())
    return found, moving(allocation, found, plan.running)


def test_who_runs_behind_and_why_money_moves(allocation: Allocation, names: dict[str, str]) -> None:
    found, moved = proposal(allocation)
    assert quarters.execution_title(found, EN).startswith("2 of 173 centres run behind; ")
    rows = quarters.execution_rows(found, names, EN)
    assert list(rows["centre_id"])[:2] == ["EC002", "EC003"]
    assert rows["flag"].iloc[0] == "▼ behind"
    assert rows["flag"].iloc[-1] == "– no execution"
    assert "2 centres could give" in moving_words.moving_title(moved, EN)
    table = moving_words.moving_table(moved, names, EN)
    by_id = dict(zip(table.columns[0].cells, table.columns[-1].cells, strict=True))
    assert "behind: 50.0 % of what was allotted is spent" in str(by_id["EC002"])
    assert by_id["EC004"] == "no execution is known"
    gainer = moved.gainers[0].centre_id
    assert "spends 96.0 %" in str(by_id[gainer])
    assert all(by_id.values())
    before, change, after = (table.columns[place].total or 0 for place in (2, 3, 4))
    assert before + change == after
    assert after + moved.unplaced == allocation.pool("operating").placed


def test_charts_are_drawn_and_say_what_they_mean(
    allocation: Allocation, names: dict[str, str]
) -> None:
    """Altair reads each; the meaning holds the finding."""
    found, moved = proposal(allocation)
    plan = allotment(allocation, DEFAULT)
    groups = dict.fromkeys(allocation.centres.ids, "all")
    gap = Gathered("", desks(allocation.centres.table, Scheme(), {}))
    for figure, told in (
        (quarter_charts.national_bars(plan, EN, LIGHT), "first half"),
        (
            quarter_charts.execution_strip(found, groups, Reading(), names, EN, LIGHT),
            "run behind",
        ),
        (quarter_charts.moving_bars(moved, names, EN, LIGHT), "could give"),
        (caseload.caseload_chart(gap, "level", Scheme(), names, EN, LIGHT), "clients a counsellor"),
    ):
        assert told in figure.meaning
        assert isinstance(figure.to_chart(), alt.TopLevelMixin)


def test_dots_that_would_cover_each_other_are_moved_apart() -> None:
    """Three equal ones stand above, on and below their row; near names are left out."""
    dots = [Dot(name, name, "g", 100.0, HIGH, "", "", True) for name in "ABC"]
    dots += [
        Dot("D", "D", "g", 100.0 + 100 * APART / 2, MIDDLE, "", "", True),
        Dot("E", "E", "g", 10.0, LOW, "", "", True),
    ]
    figure = strip_chart(
        Strip(dots, [("g", 50.0, "50"), ("none", None, "–")], [(70, "70"), (90, "90")], "x", "m"),
        LIGHT,
    )
    places = figure.data["dots"].set_index("centre_id")["place"]
    assert len({places[name] for name in "ABC"}) == 3
    assert list(figure.data["names"]["centre_id"]) == ["D", "E"]
    assert list(figure.data["means"]["row"]) == [0]
    assert list(figure.data["means"]["label"]) == ["┃ 50"]  # the line's sign: it stands at the name
    assert list(figure.data["limits"]["is_first"]) == [True, False]  # told away from each other


def test_own_quarters_say_the_half_and_sum_in_the_file() -> None:
    running, special = (30_000_000, 30_000_000, 20_000_000, 20_000_000), (25_000_000, 0, 0, 0)
    assert quarters.own_title("Gumi", running, special, EN) == (
        "Gumi: 85.0 million won of 125.0 million won is allotted in the first half (68.0 %)"
    )
    table = quarters.own_table("Gumi", running, special, EN.words)
    assert [list(column.cells) for column in table.columns[2:]] == [
        [30_000_000, 25_000_000],
        [30_000_000, 0],
        [20_000_000, 0],
        [20_000_000, 0],
        [100_000_000, 25_000_000],
    ]
    assert [column.total for column in table.columns[2:]] == [
        55_000_000,
        30_000_000,
        20_000_000,
        20_000_000,
        125_000_000,
    ]


def test_a_file_of_execution_is_compared_and_what_it_lacks_is_named(
    allocation: Allocation, names: dict[str, str]
) -> None:
    allotted = allotment(allocation, DEFAULT)
    first, *others = allotted.ids
    spent = sum(allotted.running[0][:2]) // 2
    known = {first: Executed(date(2027, 6, 30), spent)}
    found = standings(allotted, known, Reading())
    said = quarters.given_sentence(found, EN)
    assert said.startswith("1 of 174 centres: ")
    assert said.endswith("allotted to them to date (50.0 %)")
    missing = quarters.missing_sentence(found, names, EN)
    assert missing.startswith(f"Not in the file: {names[others[0]]}, {names[others[1]]}")
    assert missing.endswith("and 161 more")
    every = dict.fromkeys(allotted.ids, Executed(date(2027, 6, 30), 0))
    assert quarters.missing_sentence(standings(allotted, every, Reading()), names, EN) == ""
