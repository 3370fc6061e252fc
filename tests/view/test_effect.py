"""What one request costs whom, worked by hand on three centres; the parts sum to the won."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

import budget
from budget.view import effect_charts, effect_sheets
from budget.view.colours import DARK, LIGHT, Colours
from budget.view.effect import (
    Effect,
    Standing,
    amount_text,
    centres_table,
    effect,
    effect_details,
    effect_title,
    requests_table,
    steps,
)
from budget.view.numbers import THOUSAND, WON, Numbers
from budget.view.words import Words
from tests.allocation.rounds import policy, request_table, table

EN = Numbers(Words("en"))
KO = Numbers(Words("ko"))


def need(centre: str, krw: int, priority: int, *, divisible: bool = False) -> dict[str, object]:
    """An approved request."""
    return {
        "centre_id": centre,
        "approved_krw": krw,
        "priority": priority,
        "divisible": divisible,
    }


def effect_of(
    envelope: int, *rows: Mapping[str, object], unspent_to: str = "operating", ceiling: int = 100
) -> Effect:
    """The effect of the last request; centres A, B, C with 1, 2 and 3 staff; thousand won."""
    rules = policy(
        envelope=envelope * 1_000,
        head=f"[special_needs]\nceiling = {{ krw = {ceiling * 1_000} }}\n"
        f'unspent_to = "{unspent_to}"',
    )
    names = ["Aan", "Ban", "Can"]
    centres = table(staff=[1, 2, 3], name_ko=names, name_en=names, province=["Seoul"] * 3)
    requests = request_table(*rows)
    last = requests["request_id"].iloc[-1]
    without = requests.copy()
    without.loc[without["request_id"] == last, "approved_krw"] = ""
    return effect(
        budget.allocate(centres, rules, without),
        budget.allocate(centres, rules, requests),
        last,
        EN.words,
    )


def by_centre(found: Effect) -> dict[str, int]:
    """Each other centre's change."""
    return {centre.centre_id: centre.change for centre in found.centres}


def test_under_the_ceiling_every_centre_pays_a_part() -> None:
    # operating 600 000 becomes 570 000: 100, 200, 300 become 95, 190, 285
    found = effect_of(620, need("A", 20_000, 1), need("C", 30_000, 3))
    assert found.gets == found.amount == 30_000
    assert by_centre(found) == {"A": -5_000, "B": -10_000}
    assert {centre.centre_id: centre.change for centre in found.regular}["C"] == -15_000
    assert [won for _name, won in steps(found, EN.words)] == [0, 30_000, 0]
    assert found.is_balanced
    assert found.before == Standing(100_000, 20_000, 0, 0)
    assert found.now == Standing(100_000, 20_000, 30_000, 0)
    assert found.now.left == 50_000
    assert "3 centres 10,000 won each on average" in effect_title(found, EN)
    assert "Largest loss: Ban −10,000 won (−5.0 %)." in effect_details(found, EN)


def test_a_higher_priority_pushes_a_lower_one_out_and_frees_a_rest() -> None:
    # 50 + 40 + 10 of 20 fill the ceiling; with 30 of priority 2 the 40 no longer fit, the 20 do
    found = effect_of(
        700,
        need("A", 50_000, 1),
        need("B", 40_000, 3),
        need("C", 20_000, 3, divisible=True),
        need("C", 30_000, 2),
    )
    assert [(one.request_id, one.before, one.now) for one in found.requests] == [
        ("R2", 40_000, 0),
        ("R3", 10_000, 20_000),
    ]
    assert [one.request_id for one in found.pushed_out] == ["R2"]
    assert (found.gets, found.from_requests, found.from_pools, found.reserve) == (
        30_000,
        30_000,
        0,
        0,
    )
    assert found.is_balanced
    assert found.before.cut == 10_000
    assert (found.now.others, found.now.own, found.now.left, found.now.cut) == (
        70_000,
        30_000,
        0,
        40_000,
    )
    details = effect_details(found, EN)
    assert "Pushed out: R2 Ban (priority 3, 40,000 won)." in details
    assert "1 other request gets 10,000 won more" in details


def test_a_pushed_out_request_and_all_centres_pay_together() -> None:
    # 60 + 30, operating 600; then 60 + 40, operating 590: 100, 200, 300 become 98, 197, 295
    found = effect_of(690, need("A", 60_000, 1), need("B", 30_000, 3), need("C", 40_000, 2))
    assert by_centre(found) == {"A": -2_000, "B": -33_000}
    assert [won for _name, won in steps(found, EN.words)] == [30_000, 10_000, 0]
    assert sum(won for _name, won in steps(found, EN.words)) == found.gets == 40_000
    title = effect_title(found, EN)
    assert "other requests get 30,000 won less, the pools of 3 centres 10,000 won" in title
    assert found.payers[0].centre_id == "B"


def test_what_the_ceiling_leaves_to_the_reserve_comes_from_the_reserve() -> None:
    found = effect_of(700, need("C", 30_000, 3), unspent_to="reserve")
    assert not any(by_centre(found).values())
    assert (found.gets, found.from_requests, found.from_pools, found.reserve) == (
        30_000,
        0,
        0,
        30_000,
    )
    assert found.is_balanced
    assert "comes from the reserve" in effect_title(found, EN)


def test_a_used_up_ceiling_gives_nothing_and_takes_nothing() -> None:
    found = effect_of(700, need("A", 100_000, 1), need("C", 30_000, 3))
    assert found.gets == 0
    assert not found.requests
    assert not found.payers
    assert found.is_balanced
    assert "Can would get nothing" in effect_title(found, EN)
    assert "Of 30,000 won, 30,000 won would not be funded" in effect_details(found, EN)


def test_a_part_is_funded_where_a_part_fits() -> None:
    found = effect_of(700, need("A", 80_000, 1), need("C", 30_000, 3, divisible=True))
    assert (found.gets, found.now.cut) == (20_000, 10_000)
    assert "Of 30,000 won, 10,000 won would not be funded" in effect_details(found, EN)


def test_a_won_that_is_missing_is_seen() -> None:
    found = effect_of(620, need("A", 20_000, 1), need("C", 30_000, 3))
    assert not replace(found, gets=found.gets + 1).is_balanced
    assert not replace(found, reserve=1).is_balanced


def test_small_amounts_stand_in_a_unit_that_shows_them() -> None:
    assert amount_text(57_940_000, EN) == "57.9 million won"
    assert amount_text(2_436_000, EN) == "2,436 thousand won"
    assert amount_text(58_000, EN) == "58,000 won"
    assert amount_text(58_000, Numbers(EN.words, WON)) == "58,000 won"
    assert amount_text(158_000, Numbers(EN.words, THOUSAND)) == "158 thousand won"


def test_tables_hold_whatever_changes() -> None:
    found = effect_of(690, need("A", 60_000, 1), need("B", 30_000, 3), need("C", 40_000, 2))
    requests = requests_table(found, Numbers(EN.words, WON))
    assert requests["request"].tolist() == ["R2"]
    assert requests["change"].tolist() == ["−30,000"]
    centres = centres_table(found, EN)
    assert centres["centre"].tolist() == ["Ban", "Aan"]
    assert centres["regular"].tolist() == ["−3,000", "−2,000"]
    assert centres["special"].tolist() == ["−30,000", "0"]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("numbers", [KO, EN])
def test_charts_say_what_they_show(numbers: Numbers, colours: Colours) -> None:
    """Both cases in the gauge, each to its sum; payers by name with the request they pay by."""
    found = effect_of(690, need("A", 60_000, 1), need("B", 30_000, 3), need("C", 40_000, 2))
    gauge = effect_charts.gauge(found, numbers, colours)
    parts = gauge.data["parts"]
    ends = parts.groupby("place")["end"].max() * numbers.unit.won
    assert ends.round().tolist() == [100_000, 130_000]
    assert numbers.money_with_unit(found.now.ceiling) in gauge.meaning
    payers = effect_charts.payers(found, numbers, colours)
    assert payers.data["payers"]["payer"].tolist() == ["Ban", "Aan"]
    assert "R2" in payers.data["payers"]["label"].iloc[0]
    assert "Ban" in payers.meaning
    for figure in (gauge, payers):
        figure.to_chart().to_dict()


def test_the_files_hold_the_won_of_the_screen() -> None:
    """Where the money comes from sums to what the request gets; tables to what the screen says."""
    found = effect_of(1_000, need("A", 40_000, 2), need("B", 90_000, 1))
    whole = effect_sheets.sum_sheet(found, EN.words).columns[-1]
    assert sum(cell for cell in whole.cells if isinstance(cell, int)) == whole.total == found.gets
    requests = effect_sheets.requests_sheet(found, EN.words).columns[-1]
    assert requests.total == -found.from_requests
    centres = effect_sheets.centres_sheet(found, EN.words).columns[-1]
    assert centres.total == sum(centre.change for centre in found.centres)
    assert found.from_requests, "another request is pushed"
