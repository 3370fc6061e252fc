"""Numbers as officials read them: exact, with separators, always with their unit.

Money is whole won everywhere else; here it becomes 백만원, 천원 or 원. Decreases carry △ in
Korean and − in English. Halves are rounded away from zero, as in printed budgets.
"""

import functools
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import get_decimal_symbol, get_group_symbol

from budget.allocation.faults import N_
from budget.view.words import Words

DECREASE = {"ko": "△", "en": "−"}
NOTHING = "–"
"""Stands where there is no number (a new centre has no last year)."""


@dataclass(frozen=True, slots=True)
class MoneyUnit:
    """A unit in which screens show won.

    Attributes:
        key: its key in addresses and sessions.
        won: how many won it is.
        digits: digits after the point.
        label: English source of its name.
        short: the same where "of money" is said already.
    """

    key: str
    won: int
    digits: int
    label: str
    short: str


MILLION = MoneyUnit("million", 1_000_000, 1, N_("million won"), N_("million"))
THOUSAND = MoneyUnit("thousand", 1_000, 0, N_("thousand won"), N_("thousand"))
WON = MoneyUnit("won", 1, 0, N_("won"), N_("won"))
MONEY_UNITS = {unit.key: unit for unit in (MILLION, THOUSAND, WON)}
"""The units that a reader can choose, the usual one first."""


@functools.cache
def _symbols(language: str) -> tuple[str, str]:
    return get_group_symbol(language), get_decimal_symbol(language)


def plain_number(value: int | float | Decimal, digits: int, language: str) -> str:
    """A number with separators, its sign as this language writes a decrease."""
    exact = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    rounded = exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    group, point = _symbols(language)
    text = f"{abs(rounded):,f}".replace(",", "\0").replace(".", point).replace("\0", group)
    return (DECREASE[language] if rounded < 0 else "") + text


@dataclass(frozen=True, slots=True)
class Numbers:
    """Number formats of one reader: a language and a unit of money."""

    words: Words
    unit: MoneyUnit = MILLION

    @property
    def unit_name(self) -> str:
        """The unit of money in words, for a heading."""
        return self.words(self.unit.label)

    def money(self, won: int | None) -> str:
        """An amount in the reader's unit, without the unit: for columns that carry it."""
        if won is None:
            return NOTHING
        return plain_number(Decimal(won) / self.unit.won, self.unit.digits, self.words.language)

    def money_with_unit(self, won: int | None) -> str:
        """An amount with its unit; in won where the reader's unit would make nothing of it."""
        if won and _is_zero(self.money(won)):
            return Numbers(self.words, WON).money_with_unit(won)
        return _joined(self.money(won), self.unit_name, self.words.language)

    def change(self, won: int | None) -> str:
        """A difference of amounts: + for more, △ or − for less, without the unit."""
        return self._signed(won, self.money(won))

    def change_with_unit(self, won: int | None) -> str:
        """A difference of amounts with its unit; in won where the reader's would hide it."""
        if won and _is_zero(self.money(won)):
            return Numbers(self.words, WON).change_with_unit(won)
        return _joined(self.change(won), self.unit_name, self.words.language)

    def percent(self, share: int | float | Decimal | None, digits: int = 1) -> str:
        """A share (0–1) in per cent."""
        if share is None:
            return NOTHING
        exact = Decimal(repr(share)) if isinstance(share, float) else Decimal(share)
        return plain_number(exact * 100, digits, self.words.language) + " %"

    def percent_change(self, share: float | None) -> str:
        """A relative difference in per cent, with its sign."""
        return self._signed(share, self.percent(share))

    def number(self, value: int | float | Decimal, digits: int = 0) -> str:
        """Any other number, with separators."""
        return plain_number(value, digits, self.words.language)

    def factor(self, value: float | None) -> str:
        """λ: a part of entitlement, with three digits."""
        return NOTHING if value is None else self.number(value, 3)

    def _signed(self, value: float | None, text: str) -> str:
        """With a + before what is more; nothing before what rounds to nothing."""
        if value is None or _is_zero(text):
            return text.lstrip("△−")
        return f"+{text}" if value > 0 else text


def _is_zero(text: str) -> bool:
    return not any(digit in text for digit in "123456789")


def _joined(number: str, unit: str, language: str) -> str:
    """Korean writes the unit close to the number, English after a space."""
    if number == NOTHING:
        return number
    return f"{number}{unit}" if language == "ko" else f"{number} {unit}"
