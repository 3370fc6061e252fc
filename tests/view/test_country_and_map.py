"""The country's figures by province, the colours of the map, and the picture of a conflict."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import budget
from budget import files
from budget.allocation.conflict import Conflict, ConflictingRule
from budget.allocation.result import Allocation
from budget.view import conflict_chart, maps
from budget.view.chart_files import chart_bytes
from budget.view.colours import DARK, LIGHT
from budget.view.country import (
    CHANGES,
    MEASURES,
    UNKNOWN,
    Country,
    Measure,
    Money,
    Place,
    country,
    country_basis,
    country_title,
    province_table,
    shades_of,
    together,
)
from budget.view.findings import Movement, since_last_year
from budget.view.numbers import Numbers
from budget.view.words import Words

ROOT = Path(__file__).parents[2]
EN, KO = Numbers(Words("en")), Numbers(Words("ko"))
MILLION = 10**6
SQUARE = [[126.0, 36.0], [127.0, 36.0], [127.0, 37.0], [126.0, 37.0], [126.0, 36.0]]


def centre(name: str, province: str, money: Money) -> Place:
    """A centre in the middle of nowhere."""
    return Place(name, name, province, 36.5, 126.5, money)


def of(*places: Place, against: str = "last_year") -> Country:
    """A country of these centres."""
    names = {place.province for place in places}
    sums = {
        name: together([place.money for place in places if place.province == name])
        for name in sorted(names)
    }
    return Country(against, places, sums, together(list(sums.values())))


SEOUL = centre("A", "Seoul", Money(120 * MILLION, 110 * MILLION, 100 * MILLION, 110 * MILLION, 5))
ALSO = centre("B", "Seoul", Money(80 * MILLION, 90 * MILLION, 100 * MILLION, 90 * MILLION, 5))
JEJU = centre("C", "Jeju", Money(50 * MILLION, 45 * MILLION, 50 * MILLION, 45 * MILLION, 9, 10, 9))
NEW = centre("D", "Jeju", Money(10 * MILLION, 0, 0, 10 * MILLION, 1))


def test_a_province_is_the_sum_of_its_centres_and_never_an_average_of_rates() -> None:
    """Seoul: (110 + 90) ÷ (100 + 100) is no change, though one gains and one loses 10 %."""
    found = of(SEOUL, ALSO, JEJU, NEW).provinces
    assert found["Seoul"].change == 0
    assert found["Seoul"].per_head == 20 * MILLION
    assert found["Seoul"].execution is None
    assert found["Jeju"].change == pytest.approx(-0.1)  # the new centre takes no part
    assert found["Jeju"].per_head == 5.5 * MILLION
    assert found["Jeju"].execution == 0.9


def test_titles_say_who_stands_highest_and_lowest() -> None:
    """Worked by hand from the four centres."""
    found = of(SEOUL, ALSO, JEJU, NEW)
    said = {measure: country_title(found, measure, EN) for measure in MEASURES}
    assert said == {
        "change": "By province: Seoul 0.0 % highest, Jeju −10.0 % lowest",
        "amount": "Seoul gets most, 200.0 million won (76.9 %); Jeju least, 60.0 million won",
        "per_head": "Per weighted head Seoul gets most, 20.0 million won; "
        "Jeju least, 5.5 million won",
        "execution": "Jeju spent most of its budget, 90.0 %; Jeju least, 90.0 %",
    }
    assert "Grey: 1 centre without this figure." in country_basis(found, "change", EN)
    assert country_title(of(NEW), "change", EN) == "No province has a prior year to compare with"


def test_the_table_has_every_province_and_the_whole_country_last() -> None:
    """Those without the measure too, at the end."""
    rows = province_table(of(SEOUL, ALSO, JEJU, NEW), "execution", EN)
    assert rows["province"].tolist() == ["Jeju", "Seoul", "Whole country"]
    assert rows["centres"].tolist() == [2, 2, 4]
    assert rows["amount"].tolist() == ["60.0", "200.0", "260.0"]
    assert rows["difference"].tolist() == ["−5.0", "0.0", "−5.0"]


def test_no_change_has_a_colour_of_its_own_and_both_sides_mirror() -> None:
    """Orange below, blue above, the middle neutral; a limit belongs to the class above it."""
    shades = shades_of(of(SEOUL), "change", EN)
    assert len(shades.labels) == len(LIGHT.diverging) == len(DARK.diverging) == len(CHANGES) + 1

    def band(rate: float) -> int:
        return shades.band(Money(now=round(MILLION * (1 + rate)), before=MILLION))

    assert [band(rate) for rate in (-0.5, -0.08, -0.05, -0.01, 0, 0.01, 0.05, 0.08, 0.5)] == [
        *(0, 1, 1, 2, 3, 4, 5, 6, 6)
    ]
    assert shades.labels[3] == "0 %"
    assert shades.band(Money()) == UNKNOWN
    assert shades_of(of(SEOUL), "change", KO).labels[0] == "△8.0 % 미만"


@given(st.lists(st.integers(1, 10**12), min_size=2, max_size=40))
def test_fifths_hold_every_amount_in_the_class_that_its_label_names(totals: list[int]) -> None:
    """Limits are rounded before they part, so that a label is never wrong by rounding."""
    found = of(*(centre(str(n), f"P{n}", Money(won)) for n, won in enumerate(totals)))
    shades = shades_of(found, "amount", EN)
    assert len(shades.labels) == len(LIGHT.one_hue)
    for place in found.places:
        band = shades.band(place.money)
        assert band == 0 or place.money.total >= shades.edges[band - 1]
        assert band == len(shades.edges) or place.money.total < shades.edges[band]


# --- the drawing ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> tuple[Allocation, Movement]:
    """The sample round against last year."""
    allocation = budget.allocate(
        files.read_centres(ROOT / "data/centres.csv"),
        files.read_policy(ROOT / "data/policy.toml"),
        files.read_requests(ROOT / "data/requests.csv"),
    )
    return allocation, since_last_year(allocation, EN.words)


def test_the_sums_of_the_sample_round_are_those_of_the_allocation(
    sample: tuple[Allocation, Movement],
) -> None:
    """To the won, and every centre is on the map."""
    allocation, movement = sample
    found = country(allocation, movement, EN.words)
    assert found.whole.total == sum(allocation.totals)
    assert len(found.places) == len(allocation.centres)
    assert found.whole.before == sum(centre.before or 0 for centre in movement.centres)
    assert sum(money.total for money in found.provinces.values()) == found.whole.total


@pytest.mark.parametrize("measure", MEASURES)
def test_the_drawing_stays_the_same_while_figures_move(measure: Measure) -> None:
    """Specification and outlines are the same objects; only the tables are new."""
    outlines = maps.thinned({"features": [outline("Seoul"), outline("Jeju")]})
    before = maps.country_map(of(SEOUL, JEJU), outlines, measure, EN, LIGHT, 300)
    moved = replace(SEOUL, money=replace(SEOUL.money, total=7 * MILLION, now=1))
    after = maps.country_map(of(moved, JEJU), outlines, measure, EN, LIGHT, 300, "Jeju")
    assert after.spec is before.spec
    assert after.fixed["outlines"] is before.fixed["outlines"] is outlines
    assert not after.data["places"].equals(before.data["places"])
    assert after.data["provinces"]["chosen"].tolist() == [True, False]


def outline(name: str) -> dict[str, object]:
    """A province of one square degree."""
    return {
        "properties": {"name_en": name, "name_ko": name},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }


def test_a_file_of_the_map_holds_its_outlines() -> None:
    """A page names them by address; a file must not need one."""
    figure = maps.country_map(of(SEOUL), [outline("Seoul")], "change", EN, LIGHT, 300)
    picture = chart_bytes(figure, "svg", "title", ["line"]).decode()
    assert 'aria-roledescription="geoshape"' in picture


def test_far_islands_stay_and_small_near_islets_go() -> None:
    """Nobody may miss Ulleung; thousands of rocks would only cost."""
    ulleung = [[130.8, 37.4], [130.9, 37.4], [130.9, 37.5], [130.8, 37.4]]
    rock = [[126.5, 34.1], [126.51, 34.1], [126.51, 34.11], [126.5, 34.1]]
    shape = {"type": "MultiPolygon", "coordinates": [[SQUARE], [ulleung], [rock]]}
    found = maps.thinned({"features": [{"properties": {}, "geometry": shape}]})
    assert len(found[0]["geometry"]["coordinates"]) == 2


def test_the_capital_area_is_drawn_once_more_larger_and_of_the_same_shape() -> None:
    """A step east and a step north grow alike on the map; its corner stands in the sea."""
    west, north = maps.CAPITAL_WEST, maps.CAPITAL_NORTH
    corner, east, south = (
        maps.inset(*at) for at in ((west, north), (west + 0.5, north), (west, north - 0.4))
    )
    assert corner == pytest.approx((maps.INSET_WEST, maps.INSET_NORTH), abs=1e-3)
    assert east[0] - corner[0] == pytest.approx(0.5 * maps.INSET_SIZE)
    assert corner[1] - south[1] == pytest.approx(0.4 * maps.INSET_SIZE, rel=0.02)
    shapes = [outline("Seoul"), outline("Jeju")]
    names = [one["properties"]["name_en"] for one in maps.thinned({"features": shapes})]
    assert names == ["Seoul", "Jeju", "Seoul"]


def test_a_centre_of_the_capital_area_has_two_circles_with_the_same_figures() -> None:
    """Colour, size and name are the same; so is what a click opens."""
    found = of(replace(SEOUL, lon=127.0, lat=37.5), JEJU)
    places = maps.country_map(found, [outline("Seoul")], "change", EN, LIGHT, 300).data["places"]
    both = places[places["centre_id"] == "A"].drop(columns=["lon", "lat"])
    assert len(both) == 2
    assert both.iloc[0].equals(both.iloc[1])
    assert places["centre_id"].tolist() == ["A", "C", "A"]
    assert places["lon"].tolist()[2] > 131


def test_a_province_has_the_very_colour_of_the_legend() -> None:
    """Nothing pales it: an opacity below 1 would give a colour that the legend does not have."""
    for measure in MEASURES:
        spec = maps.country_map(of(SEOUL), [outline("Seoul")], measure, EN, LIGHT, 300).spec
        assert "opacity" not in str(spec["layer"][0]).casefold()


# --- the picture of a conflict -------------------------------------------------------------------


def rule(kind: str, name: str, won: int) -> ConflictingRule:
    """A rule of a conflict."""
    return ConflictingRule(f"pool.operating.{name}", kind, name, won)


def test_floors_against_the_pool() -> None:
    """120 asked for, 100 there: a fifth more, the rest striped from 100 to 120."""
    rules = (
        rule("floor", "hold-harmless", 120 * MILLION),
        rule("amount", "operating", 100 * MILLION),
    )
    conflict = Conflict("operating", rules, 120 * MILLION, 100 * MILLION, ())
    title = conflict_chart.conflict_title(conflict, EN)
    assert title == "The rules ask for 20.0 % more than there is: 20.0 million won short"
    figure = conflict_chart.conflict_picture(conflict, EN, LIGHT)
    names = figure.data["names"].iloc[0]
    assert names["asked"] == "Asked for: floor Hold-harmless"
    assert names["there"] == "Available: pool amount operating"
    assert (names["available"], names["required"]) == (100, 120)
    stripes = figure.data["stripes"]
    assert stripes["low"].iloc[0] == 100
    assert stripes["high"].iloc[-1] == pytest.approx(120)
    assert figure.meaning.startswith(title)


def test_parts_of_the_envelope_stand_side_by_side_and_sum() -> None:
    """What is not among the smallest set is one further part."""
    rules = (
        ConflictingRule("policy.envelope_krw", "envelope", "envelope", 100),
        ConflictingRule("pool.performance.amount", "pool", "performance", 90),
        ConflictingRule("reserve.amount", "reserve", "reserve", 20),
    )
    conflict = Conflict("", rules, 130, 100, ())
    asked = conflict_chart.conflict_picture(conflict, EN, LIGHT).data["asked"]
    lengths: pd.Series[float] = (asked["end"] - asked["start"]) * MILLION
    assert lengths.round().tolist() == [90, 20, 20]
    rows = conflict_chart.conflict_table(conflict, EN)
    assert [row[0] for row in rows][-3:] == ["together", "together", "short"]


def test_nothing_there_at_all_is_no_division_by_nothing() -> None:
    """The remainder pool may be below zero: the picture begins at zero."""
    conflict = Conflict("operating", (rule("floor", "x", 5),), 5, -3, ())
    assert "of which nothing is there" in conflict_chart.conflict_title(conflict, EN)
    figure = conflict_chart.conflict_picture(conflict, EN, LIGHT)
    assert figure.data["names"]["available"].iloc[0] == 0
