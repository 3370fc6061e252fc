"""Comparisons worked by hand: three centres, two policies, last year; and the whole sample."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import budget
from budget import files
from budget.ui.compare_files import parameter_sheets
from budget.view import comparison_charts as charts
from budget.view.chart_files import chart_bytes
from budget.view.colours import LIGHT
from budget.view.comparison import (
    LAST_YEAR,
    OPERATING,
    TOTAL,
    Choice,
    Comparison,
    bands_title,
    basis,
    centre_rows,
    group_rows,
    groups_title,
    matching,
    measure_for,
    other_rules,
    pair_title,
    parameter_rows,
    scatter_title,
)
from budget.view.numbers import WON, Numbers
from budget.view.words import Words
from tests.allocation.rounds import allocated, policy

DATA = Path(__file__).parents[2] / "data"
EN = Numbers(Words("en"), WON)
KO = Numbers(Words("ko"))


def three(envelope: int) -> budget.Allocation:
    """Staff 1, 2, 3: a sixth, a third, a half; last year 100, 220 and none."""
    return allocated(
        policy(envelope=envelope, unit=1),
        staff=[1, 2, 3],
        name_ko=["가고용센터", "나고용센터", "다고용센터"],
        name_en=["Ga Employment Centre", "Na Employment Centre", "Da Employment Centre"],
        province=["Seoul", "Seoul", "Busan"],
        regional_office=["Seoul", "Seoul", "Busan"],
        regional_office_ko=["서울청", "서울청", "부산청"],
        centre_type=["plus", "medium", "plus"],
        prior_operating_krw=[100, 220, None],
    )


def choice(envelope: int, name: str, **other: str) -> Choice:
    found = three(envelope)
    return Choice(name, name, found.policy, found, rationales=dict(other))


def compared(*choices: Choice, measure: str = TOTAL) -> Comparison:
    return Comparison(choices, measure_for(choices, measure), three(600))


def test_two_scenarios_by_hand() -> None:
    """600 → 100, 200, 300; 630 → 105, 210, 315: everybody exactly 5 % more."""
    found = compared(choice(600, "one"), choice(630, "two"))
    pair = found.pairs["two"]
    assert pair.before == (100, 200, 300)
    assert pair.changes == (5, 10, 15)
    assert pair.bands == (2, 2, 2)
    assert bands_title(pair, EN) == "0 centres lose 5 % or more, 3 gain 5 % or more, 0 move less"
    assert (
        pair_title(pair, found.others[0], found.reference, EN)
        == "two against one: 3 centres +30 won, 0 centres 0 won"
    )
    rows = group_rows(found, "province", EN.words)
    assert [(row.name, row.centres, row.won, row.change("two")) for row in rows] == [
        ("Busan", 1, {"one": 300, "two": 315}, 15),
        ("Seoul", 2, {"one": 300, "two": 315}, 15),
    ]
    assert rows[0].rate("two") == 0.05


def test_last_year_is_compared_by_operating_money() -> None:
    """Like with like, and said so; a centre without last year is in no band."""
    last = Choice(LAST_YEAR, "Last year")
    found = compared(last, choice(600, "one"), measure=TOTAL)
    assert found.measure == OPERATING
    assert "operating money only" in basis(found, EN)
    pair = found.pairs["one"]
    assert pair.before == (100, 220, None)
    assert pair.changes == (0, -20, None)
    assert pair.bands == (0, -2, None)
    assert pair.left_out == 1
    assert groups_title(found, "one", "type", EN).startswith("Welfare plus centre +300.0 % highest")
    assert scatter_title(found, "one", EN) == "Furthest out: Ga 0.0 %, Na −9.1 %"


def test_without_last_year_the_reader_chooses() -> None:
    """Totals, unless operating money is asked for."""
    one = choice(600, "one")
    assert measure_for([one], TOTAL) == TOTAL
    assert measure_for([one], OPERATING) == OPERATING
    assert "Totals" in basis(compared(one), EN)
    assert "alone" in basis(compared(one, measure=OPERATING), EN)


def test_rules_that_contradict_each_other_stay_in_sight() -> None:
    """They have no amounts; the first that has some is what others are compared with."""
    broken = Choice("x", "broken", policy(envelope=700, unit=1), conflict="30 won short")
    found = compared(broken, choice(600, "one"), choice(630, "two"))
    assert [given.key for given in found.choices] == ["x", "one", "two"]
    assert found.reference.key == "one"
    assert list(found.pairs) == ["two"]
    rows = parameter_rows(found, EN)
    assert [(row.path, row.values) for row in rows] == [
        (
            "policy.envelope_krw",
            {
                "x": "0.0007 million won",
                "one": "0.0006 million won",
                "two": "0.00063 million won",
            },
        )
    ]


def test_parameters_that_differ_with_their_rationales() -> None:
    """One row, the value of each, why; the same rules have none."""
    path = "policy.envelope_krw"
    found = compared(choice(600, "one"), choice(630, "two", **{path: "more people"}))
    assert [row.rationale for row in parameter_rows(found, EN)] == ["two: more people"]
    assert parameter_rows(compared(choice(600, "one"), choice(600, "two")), EN) == []
    assert other_rules(found) == []


def test_rows_of_centres_and_their_filters() -> None:
    """Amounts, differences, bands; text and bands narrow the rows."""
    found = compared(choice(600, "one"), choice(594, "two"))
    rows = centre_rows(found, "two", EN)
    assert rows["change:two"].tolist() == [-1, -2, -3]
    assert rows["rate:two"].round(6).tolist() == [-1, -1, -1]
    assert set(rows["band"]) == {"less by under 5 %"}
    assert matching(rows, "busan", [])["centre"].tolist() == ["Da"]
    assert matching(rows, "", ["no change"]).empty
    assert len(matching(rows, " ", ["less by under 5 %"])) == 3


def test_one_choice_has_no_pairs() -> None:
    """Amounts by group and centre, no differences."""
    found = compared(choice(600, "one"))
    assert not found.pairs
    assert list(centre_rows(found, "", EN)["one"]) == [100, 200, 300]


# --- the sample --------------------------------------------------------------------------------


@cache
def sample() -> Comparison:
    """Last year, the default rules, and a reserve of 5 %."""
    centres, rules, requests = (
        files.read_centres(DATA / "centres.csv"),
        files.read_policy(DATA / "policy.toml"),
        files.read_requests(DATA / "requests.csv"),
    )
    changed = rules.replaced({"reserve.amount.share": Decimal("0.05")})
    base, other = (budget.allocate(centres, each, requests) for each in (rules, changed))
    choices = (
        Choice(LAST_YEAR, "전년"),
        Choice("1.1", "기본", rules, base),
        Choice("2.1", "유보", changed, other),
    )
    return Comparison(choices, OPERATING, base)


@pytest.mark.parametrize("by", ["province", "office", "type"])
def test_groups_hold_every_won(by: str) -> None:
    """Whatever the grouping, the groups sum to the whole, and every centre is in one."""
    rows = group_rows(sample(), by, KO.words)
    for given in sample().shown:
        assert sum(row.won[given.key] for row in rows) == sample().total(given)
    assert sum(row.centres for row in rows) == 174


def test_bands_hold_every_centre() -> None:
    """Counts and money of the bands are those of the centres."""
    for pair in sample().pairs.values():
        assert sum(pair.counts.values()) + pair.left_out == 174
        assert sum(pair.moved.values()) == sum(change or 0 for change in pair.changes)


@pytest.mark.parametrize("numbers", [KO, EN])
def test_charts_mean_something_and_are_drawn(numbers: Numbers) -> None:
    """All groups, bands and centres as data; names of outliers apart."""
    found, key = sample(), "1.1"
    groups = charts.groups_chart(found, key, "province", numbers, LIGHT)
    bands = charts.bands_chart(found, key, numbers, LIGHT)
    scatter = charts.scatter_chart(found, key, numbers, LIGHT)
    assert len(groups.data["groups"]) == 17
    assert bands.data["bands"]["count"].sum() == 169
    assert len(scatter.data["centres"]) == 169
    assert 1 <= len(scatter.data["labels"]) <= 2 * charts.NAMED
    assert scatter.spec is charts.scatter_chart(found, key, numbers, LIGHT).spec
    assert all(figure.meaning for figure in (groups, bands, scatter))


def test_the_scatter_makes_a_picture() -> None:
    """With its selection, its logarithmic axis and every point."""
    scatter = charts.scatter_chart(sample(), "1.1", KO, LIGHT)
    svg = chart_bytes(scatter, "svg", scatter.meaning, []).decode()
    assert svg.count("<path") >= 169


def test_a_workbook_has_the_parameters_of_everything_that_has_rules() -> None:
    """Last year has none; sheets bear the scenario's name and the reason of a changed value."""
    last = Choice(LAST_YEAR, "last year")
    changed = replace(choice(660, "B"), rationales={"policy.envelope_krw": "more"})
    choices = (last, choice(600, "A"), changed)
    found, base = Comparison(choices, TOTAL, three(600)), three(600).policy
    sheets = parameter_sheets(found, base, EN.words)
    assert [(sheet.name, sheet.title) for sheet in sheets] == [
        ("parameters-2", "2 A"),
        ("parameters-3", "3 B"),
    ]
    differs, reasons = sheets[1].columns[5], sheets[1].columns[6]
    place = list(sheets[1].columns[1].cells).index("policy.envelope_krw")
    assert (differs.cells[place], reasons.cells[place]) == ("yes", "more")
