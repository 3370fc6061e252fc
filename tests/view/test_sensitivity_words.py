"""Findings, tables and charts of sensitivity, from a round that can be worked in the head."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from budget.allocation.curve import Curve, curve, steps_between
from budget.allocation.explanation import rule_prices
from budget.allocation.frontier import Frontier
from budget.allocation.point import Given, Point
from budget.allocation.study import found_here
from budget.allocation.uncertainty import Spread
from budget.view.colours import LIGHT
from budget.view.drawing import SIDES, free_side
from budget.view.frontiers import frontier_title
from budget.view.numbers import Numbers
from budget.view.parameters import parameter_at
from budget.view.places import Places
from budget.view.rule_prices import effect_table, price_records, prices_title, rule_records
from budget.view.sensitivity_charts import (
    frontier_scatter,
    price_bars,
    spread_intervals,
)
from budget.view.spreads import spread_table, uncertainty_title
from budget.view.sweep_charts import apart, sweep_lines
from budget.view.sweeps import (
    Swept,
    bite_sentence,
    centres_at,
    curve_records,
    curve_title,
    point_table,
    unseen_sentence,
)
from budget.view.words import Words
from tests.allocation.rounds import allocated, checked, policy

RULES = policy('[[pool.floor]]\nname = "least"\nkrw = 5_000_000\n', envelope=60_000_000)
FLOOR = "pool.operating.floor.least.krw"
TABLE = {
    "name_ko": ["가고용센터", "나고용센터", "다고용센터"],
    "name_en": ["Ga Employment Centre", "Na Employment Centre", "Da Employment Centre"],
    "province": ["Seoul", "Busan", "Seoul"],
    "centre_type": ["basic", "plus", "basic"],
    "staff": [1, 2, 3],
}
ENGLISH, KOREAN = Numbers(Words("en")), Numbers(Words("ko"))


@pytest.fixture(scope="module")
def places() -> Places:
    """The three centres, in English."""
    return Places(checked(RULES, **TABLE), Words("en"))


@pytest.fixture(scope="module")
def swept(places: Places) -> Swept:
    """The floor from 0 to 25 million; at present 5."""
    parameter = parameter_at(RULES, FLOOR)
    assert parameter is not None
    steps = steps_between(RULES, FLOOR, Decimal(0), Decimal(25_000_000))
    found: Curve = found_here(curve(Given(places.centres, RULES, ()), steps))
    present = (10_000_000, 20_000_000, 30_000_000)
    return Swept(found, parameter, RULES, places, present, 5_000_000)


def test_a_sweep_says_who_moves_most_and_where_rules_bite(swept: Swept) -> None:
    assert "3 of 3 centres move" in curve_title(swept, ENGLISH)
    assert curve_title(swept, ENGLISH).endswith("most (10.0 million won)")
    assert [bite_sentence(bite, swept, ENGLISH) for bite in swept.curve.bites] == [
        "from 10 million won: begins to bite: Operating · Least (floor)",
        "from 25 million won: the rules contradict each other",
    ]
    assert "25백만원부터 규칙이 서로 맞지 않아" in bite_sentence(
        swept.curve.bites[1], swept, KOREAN
    )


def test_what_a_coarse_sweep_may_miss_is_said(places: Places, swept: Swept) -> None:
    assert unseen_sentence(swept, ENGLISH) == "", "every step was computed"
    steps = steps_between(RULES, FLOOR, Decimal(0), Decimal(25_000_000), 3)
    coarse = replace(swept, curve=found_here(curve(Given(places.centres, RULES, ()), steps)))
    assert unseen_sentence(coarse, ENGLISH).startswith("Computed at 3 values.")


def test_tables_of_a_sweep_beside_the_present(swept: Swept) -> None:
    rows = point_table(swept, ENGLISH)
    assert rows["Shortfall"].tolist() == [""] * 5 + ["15.0"]
    assert rows["at a floor"].tolist() == ["0", "0", "1", "1", "3", ""]
    at_fifteen = centres_at(swept, swept.curve.points[3], ENGLISH)
    assert at_fifteen["centre"].tolist() == ["Ga", "Na", "Da"]
    assert at_fifteen["more"].tolist()[0] == pytest.approx(50.0)
    assert at_fifteen["less"].tolist()[1:] == [pytest.approx(10.0), pytest.approx(10.0)]
    records = curve_records(swept)
    assert len(records) == 5 * 3 + 1
    assert records["total_krw"].sum() == 5 * 60_000_000


def test_lines_by_province_sum_their_centres(swept: Swept) -> None:
    last = [row for row in swept.changes("province") if row[0] == 20_000_000]
    assert last == [
        (20_000_000, "Seoul", 40_000_000, 40_000_000),
        (20_000_000, "Busan", 20_000_000, 20_000_000),
    ]


def test_the_chart_of_a_sweep_keeps_its_drawing_and_names_its_ends(swept: Swept) -> None:
    figure = sweep_lines(swept, "centre", ENGLISH, LIGHT)
    assert figure.spec is sweep_lines(swept, "centre", ENGLISH, LIGHT).spec
    assert figure.data["bites"]["number"].tolist() == ["1", "2"]
    assert figure.data["gaps"].to_numpy().tolist() == [[22.5, 25.0]]
    assert figure.data["ends"]["label"].tolist() == ["Ga +100.0 %", "Da −33.3 %"]
    assert "contradict" in figure.meaning
    figure.to_chart()


def test_labels_keep_their_distance_and_their_order() -> None:
    placed = apart([5.0, 4.9, 4.8, -1.0], 1.0)
    assert all(high - low >= 1.0 - 1e-9 for high, low in pairwise(placed))
    assert apart([3.0, 1.0], 1.0) == [3.0, 1.0]
    assert apart([], 1.0) == []


def test_prices_name_the_dearest_rule_and_its_payers(places: Places) -> None:
    rules = policy('[[pool.floor]]\nname = "least"\nkrw = 150_000\n')
    found = allocated(rules, **TABLE)
    prices = rule_prices(found)
    assert prices_title(prices, ENGLISH) == (
        "Operating · Least (floor) moves most: 0.1 million won (gainers: 1, payers: 2)"
    )
    rows = effect_table(prices[0], found.totals, places, ENGLISH)
    assert rows["centre"].tolist() == ["Ga", "Da", "Na"]
    assert (rows["now"] - rows["without"]).sum() == pytest.approx(0)
    records = price_records(prices, places, ENGLISH.words)
    assert records["effect_krw"].tolist() == [50_000, -20_000, -30_000]
    assert set(records["rule_title"]) == {"Operating · Least (floor)"}
    (rule,) = rule_records(prices, ENGLISH.words).to_dict("records")
    assert (rule["gained_krw"], rule["gainers"]) == (50_000, 1)
    assert (rule["paid_krw"], rule["payers"], rule["reserve_change_krw"]) == (-50_000, 2, 0)
    figure = price_bars(prices, ENGLISH, LIGHT)
    assert figure.data["rules"]["paid"].tolist() == [-0.05]
    figure.to_chart()


def test_a_rule_that_only_keeps_money_from_all_moves_it_to_the_reserve() -> None:
    """A cap of 5 million on each of three centres leaves 45 of 60 million unplaced."""
    capped = policy('[[pool.cap]]\nname = "most"\nkrw = 5_000_000\n', envelope=60_000_000)
    prices = rule_prices(allocated(capped, **TABLE))
    assert prices_title(prices, ENGLISH) == (
        "Operating · Most (cap) moves most: 45.0 million won to the reserve (payers: 3)"
    )


def test_a_frontier_says_whether_the_present_is_beaten() -> None:
    better, worse = (
        Point((Decimal("0.1"), 1), totals=(1,), results_share=share, gini=gini)
        for share, gini in ((0.2, 0.1), (0.1, 0.2))
    )
    parameter = parameter_at(RULES, FLOOR)
    assert parameter is not None
    found = Frontier(("a", "b"), (better, worse), worse)
    title = frontier_title(found, ENGLISH)
    assert "than 1 of the 2 settings in both respects; better than the present rules: 1" in title
    assert "none is better" in frontier_title(
        Frontier(("a", "b"), (better, worse), better), ENGLISH
    )
    frontier_scatter(found, [parameter, parameter], RULES, ENGLISH, LIGHT).to_chart()
    none = Frontier(("a", "b"), (better, worse), Point(()))
    assert "the present rules have no allocation" in frontier_title(none, ENGLISH)


def test_what_uncertain_data_leave_sure(places: Places) -> None:
    spreads = (
        Spread(105, 110, 115, 1.0, 0.0, 100, 110),
        Spread(95, 100, 105, 0.5, 0.4, 100, 100),
        Spread(10, 11, 12, None, None, None, 11),
    )
    assert uncertainty_title(spreads, 1_000, ENGLISH) == (
        "Centres by 95 % of 1,000 draws: 1 gaining, 0 losing, 1 open"
    )
    assert spread_table(spreads, places, ENGLISH)["verdict"].tolist() == ["gains", "open", "new"]
    figure = spread_intervals(spreads, places, 1_000, ENGLISH, LIGHT)
    assert figure.data["centres"]["kind"].tolist() == ["gains", "open"]
    assert figure.data["labels"]["label"].tolist() == [f"{places.names[0]} +10.0 %"]
    assert figure.data["centres"]["low"].tolist() == [pytest.approx(5.0), pytest.approx(-5.0)]
    figure.to_chart()


def test_a_point_s_name_stands_where_it_covers_nothing() -> None:
    """Alone: above at the left. With a neighbour there: at the next side that is free."""
    corners = [(0.0, 0.0), (10.0, 1.0)]
    assert free_side([*corners, (5.0, 0.5)]) == "above left"
    near = [(4.5, 0.58), (4.8, 0.57)]
    assert free_side([*corners, *near, (5.0, 0.5)]) == "above right"
    crowd = [(4.5, 0.58), (5.4, 0.58), (5.5, 0.5)]
    assert free_side([*corners, *crowd, (5.0, 0.5)]) == "left"
    assert free_side([(5.0, 0.5)]) in SIDES
