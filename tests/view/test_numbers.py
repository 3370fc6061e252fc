"""Numbers as officials read them."""

from decimal import Decimal

import pytest

from budget.view.numbers import MILLION, MONEY_UNITS, THOUSAND, WON, Numbers
from budget.view.words import Words

KO, EN = Numbers(Words("ko")), Numbers(Words("en"))


@pytest.mark.parametrize(
    ("won", "unit", "text"),
    [
        (1_283_350_000, MILLION, "1,283.4"),
        (1_283_350_000, THOUSAND, "1,283,350"),
        (1_283_350_000, WON, "1,283,350,000"),
        (50_000, MILLION, "0.1"),
        (-50_000, MILLION, "△0.1"),
        (-49_999, MILLION, "0.0"),
        (0, MILLION, "0.0"),
        (None, MILLION, "–"),
    ],
)
def test_money(won: int | None, unit: object, text: str) -> None:
    """Separators, one decimal for millions, halves away from zero, △ for less."""
    assert Numbers(Words("ko"), unit).money(won) == text  # type: ignore[arg-type]


def test_signs() -> None:
    """+ for more, △ or − for less, nothing before what rounds to nothing."""
    assert KO.change(1_000_000) == "+1.0"
    assert KO.change(-1_000_000) == "△1.0"
    assert EN.change(-1_000_000) == "−1.0"
    assert KO.change(-10) == "0.0"
    assert EN.percent_change(-0.05) == "−5.0 %"
    assert KO.percent_change(0.146) == "+14.6 %"


def test_units_stand_with_every_amount() -> None:
    """Close to the number in Korean, after a space in English."""
    assert KO.money_with_unit(1_500_000) == "1.5백만원"
    assert EN.money_with_unit(1_500_000) == "1.5 million won"


def test_an_amount_too_small_for_the_unit_is_told_in_won() -> None:
    assert KO.money_with_unit(20_000) == "20,000원"
    assert EN.change_with_unit(-20_000) == "−20,000 won"
    assert EN.money_with_unit(0) == "0.0 million won"


def test_percent_keeps_exact_decimals() -> None:
    """0.465 is 46.5 %, whatever a binary fraction makes of it."""
    assert KO.percent(Decimal("0.465")) == "46.5 %"
    assert KO.percent(0.465) == "46.5 %"
    assert KO.percent(None) == "–"


def test_the_usual_unit_comes_first() -> None:
    """백만원 unless the reader chooses another."""
    assert next(iter(MONEY_UNITS)) == "million"
