"""Divisions in words, charts and tables: three centres, two divisions, done in the head."""

from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest

from budget.allocation.conflict import Conflict, ConflictingRule, Remedy
from budget.allocation.division_reading import division_rules_from
from budget.allocation.division_rules import DivisionRules
from budget.allocation.divisions import CrossTable, cross_table
from budget.view import conflict_chart, division_charts, division_notices
from budget.view.colours import DARK, LIGHT, Colours
from budget.view.division_charts import PlanBar
from budget.view.division_tables import (
    PlanLine,
    cross_sheet,
    matching,
    own_plan_sheet,
    plans_sheet,
    pushes_sheet,
    screen_table,
    totals_sheet,
)
from budget.view.divisions import (
    Category,
    Push,
    binding_text,
    leading_limit,
    left_title,
    limit_text,
    plans_title,
    proposal_title,
    short_name,
)
from budget.view.numbers import Numbers
from budget.view.words import Words

KO, EN = Numbers(Words("ko")), Numbers(Words("en"))
MILLION = 1_000_000
NAMES = {"A": "Alpha", "B": "Beta", "C": "Gamma"}
CENTRES = pd.DataFrame(
    {
        "centre_id": ["A", "B", "C"],
        "centre_type": ["plus", "plus", "medium"],
        "province": ["Seoul", "Busan", "Jeju"],
        "staff_front": ["6", "5", "4"],
        "staff_back": ["4", "5", "0"],
    }
)
OPERATING = pd.Series({"A": 100 * MILLION, "B": 100 * MILLION, "C": 40 * MILLION})


def rules(**front: object) -> DivisionRules:
    """Two divisions; what is given limits the first."""
    return division_rules_from(
        {
            "name": "Two",
            "divisions": [
                {
                    "id": "front",
                    "name_ko": "창구",
                    "name_en": "Front desk",
                    "staff_column": "staff_front",
                    **front,
                },
                {
                    "id": "back",
                    "name_ko": "지원",
                    "name_en": "Back office",
                    "staff_column": "staff_back",
                },
            ],
            "bands": {"plus": {"back": {"max_share": Decimal("0.5")}}},
        }
    )


def table(**front: object) -> CrossTable:
    return cross_table(CENTRES, OPERATING, rules(**front))


def category(**changed: object) -> Category:
    """By staff 150 of which the ceiling lets 140."""
    found = Category(
        "front",
        "Front desk",
        150 * MILLION,
        150 * MILLION,
        140 * MILLION,
        140 * MILLION,
        0,
        "ceiling",
    )
    return replace(found, **changed)  # type: ignore[arg-type]


FREE = Category("back", "Back office", 90 * MILLION, 90 * MILLION, 100 * MILLION, None, 0)


# --- words ---------------------------------------------------------------------------------------


def test_the_title_names_the_ceiling_the_money_and_who() -> None:
    pushes = [Push("A", "Alpha", 60 * MILLION, 56 * MILLION)]
    assert proposal_title([category(), FREE], pushes, EN) == (
        "Front desk: the ceiling of 140.0 million won binds; 10.0 million won move to other "
        "divisions, most at Alpha"
    )
    assert "창구" not in proposal_title([category(), FREE], pushes, KO)
    assert "상한 140.0백만원 적용" in proposal_title([category(), FREE], pushes, KO)


def test_the_title_of_two_ceilings_of_a_minimum_and_of_none() -> None:
    other = replace(category(), id="x", name="X", unlimited=145 * MILLION)
    both = proposal_title([category(), other], [Push("A", "Alpha", 2, 1)], EN)
    assert both.startswith("2 ceilings bind (Front desk, X): 15.0 million won")
    raised = category(binds="minimum", ceiling=None, total=160 * MILLION, minimum=160 * MILLION)
    assert "they draw 10.0 million won" in proposal_title([raised, FREE], [], EN)
    assert leading_limit([raised, FREE]) is raised
    assert leading_limit([raised, category()]) == category(), "a ceiling comes first"
    assert proposal_title([FREE], [], EN).startswith("No national limit binds")
    assert leading_limit([FREE]) is None


def test_the_plans_together_against_the_limits() -> None:
    kept = category(planned=140 * MILLION)
    assert plans_title([kept], 0, 3, EN) == "No centre has submitted its plan yet: 3 are missing"
    assert plans_title([kept], 2, 3, EN) == (
        "2 of 3 plans are submitted; together they keep every national limit"
    )
    over = category(planned=141 * MILLION)
    assert over.over == MILLION
    assert plans_title([over], 2, 3, EN).endswith("the ceiling of Front desk (1.0 million won)")
    under = category(ceiling=None, minimum=150 * MILLION, planned=148 * MILLION)
    assert under.under == 2 * MILLION
    assert plans_title([under], 2, 3, EN).endswith("minimum of Front desk (2.0 million won)")


def test_limits_bindings_and_what_is_left_in_words() -> None:
    assert limit_text(category(minimum=MILLION), EN) == "at most 140.0, at least 1.0"
    assert limit_text(FREE, KO) == "제한 없음"
    assert binding_text("ceiling;floor", EN.words) == "national ceiling, least share of the band"
    assert left_title("Alpha", 100 * MILLION, 0, EN) == "Alpha: all of 100.0 million won is placed"
    assert "3.0백만원 남음" in left_title("가", 100 * MILLION, 3 * MILLION, KO)
    assert "3.0백만원 초과" in left_title("가", 100 * MILLION, -3 * MILLION, KO)
    assert short_name(rules().divisions[0], EN.words) == "Front desk"


CONFLICT = Conflict(
    "divisions",
    (
        ConflictingRule("divisions.front.ceiling", "band most", "front", 100),
        ConflictingRule("bands.plus.back.max_share", "cap", "plus.back", 50),
        ConflictingRule("operating", "amount", "operating", 240),
    ),
    240,
    150,
    (Remedy("bands.plus.back.max_share", Decimal("0.5"), Decimal("0.615")),),
)


@pytest.mark.parametrize("numbers", [KO, EN])
def test_a_contradiction_in_words_and_as_a_picture(numbers: Numbers) -> None:
    _ = numbers.words
    sentences = [division_notices.rule_sentence(rule, rules(), numbers) for rule in CONFLICT.rules]
    assert all("{" not in sentence for sentence in sentences)
    [remedy] = CONFLICT.remedies
    told = division_notices.remedy_sentence(remedy, rules(), numbers)
    assert "50.00 %" in told
    assert "61.50 %" in told
    named = division_notices.named(CONFLICT, rules(), _)
    asked = [rule.kind for rule in named.rules if rule.kind not in conflict_chart.ALLOWS]
    assert asked == ["pool"], "nobody else asks: the money itself does"
    sentence = division_notices.conflict_sentence(CONFLICT, 3, numbers)
    figure = conflict_chart.conflict_picture(named, numbers, LIGHT, sentence)
    assert sentence in figure.meaning


# --- charts and tables ---------------------------------------------------------------------------


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("numbers", [KO, EN])
def test_charts_mean_something_and_their_drawing_stays(numbers: Numbers, colours: Colours) -> None:
    figures = [
        division_charts.totals_against_limits([category(), FREE], "Title", numbers, colours),
        division_charts.pushers([Push("A", "Alpha", 3, 1)], "Title", numbers, colours),
        division_charts.own_plan([PlanBar("X", 5, 4, 3, 1, 9)], "Title", numbers, colours),
    ]
    for figure in figures:
        assert figure.meaning.startswith("Title. ")
        assert figure.to_chart().to_dict()["datasets"]
    again = division_charts.totals_against_limits(
        [category(total=1), FREE], "Other", numbers, colours
    )
    assert again.spec is figures[0].spec, "a browser changes the chart in place"
    limits = figures[0].data["limits"]
    assert limits["side"].tolist() == ["ceiling"]
    labels = figures[0].data["categories"]["label"].tolist()
    assert labels[0].startswith("● 140.0")


def test_a_plan_outside_its_band_is_marked_by_shape() -> None:
    bars = [PlanBar("in", 5, 4, 3, 1, 9), PlanBar("out", 10, 4, 3, 1, 9)]
    figure = division_charts.own_plan(bars, "Title", EN, LIGHT)
    assert figure.data["bars"]["side"].tolist() == ["in", "out"]


def test_the_tables_sum_and_say_what_binds() -> None:
    found = table(ceiling={"krw": 145 * MILLION})
    rows = screen_table(found, CENTRES, NAMES, EN)
    assert (rows["front"] + rows["back"] - rows["operating"]).abs().max() < 1e-9
    assert rows["front"].sum() == pytest.approx(145)
    assert rows["binds"].tolist()[0] == "Front desk: national ceiling ◆"
    assert matching(rows, "alp")["id"].tolist() == ["A"]
    assert matching(rows, "medium")["id"].tolist() == ["C"]
    sheet = cross_sheet(found, CENTRES, NAMES, EN.words)
    for column in sheet.columns:
        if column.total is not None:
            assert sum(cell for cell in column.cells if isinstance(cell, int)) == column.total
    plans = {"A": {"front": 50 * MILLION, "back": 50 * MILLION}}
    states = dict.fromkeys("ABC", "x")
    planned = plans_sheet(found, plans, states, NAMES, EN.words)
    assert planned.columns[3].cells == [50 * MILLION, None, None]
    assert totals_sheet([category(), FREE], EN.words).columns[2].total == 240 * MILLION
    assert pushes_sheet([Push("A", "Alpha", 3, 1)], "X", EN.words).columns[-1].cells == [2]


def test_the_file_of_an_own_plan_sums_and_says_what_its_bands_admit() -> None:
    lines = [
        PlanLine("Front", 60, 55, 40, 30, 70),
        PlanLine("Back", 40, 45, 60, 20, 60),
    ]
    sheet = own_plan_sheet(lines, "submitted", EN.words)
    found = {column.heading: (list(column.cells), column.total) for column in sheet.columns}
    assert found["Plan (won)"] == ([40, 60], 100)
    assert found["Proposal (won)"] == ([55, 45], 100)
    assert found["Difference (won)"] == ([-15, 15], 0)
    assert found["Most by the band (won)"] == ([70, 60], None)
    assert found["State"] == (["Submitted"] * 2, None)
