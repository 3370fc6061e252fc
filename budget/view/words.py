"""The language of a reader: English sources, translated by the committed catalogue.

    _ = Words("ko")
    _("{count} rules changed", count=3)

The catalogue is read at run time from the .po file itself; there is no build step. Texts of
the core (faults, breaches, labels of parameters) are templates and pass through here too.
"""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

LANGUAGES: Mapping[str, str] = {"ko": "한국어", "en": "English"}
"""Languages by code, each called as its own readers call it."""

DEFAULT_LANGUAGE = "ko"
LOCALE = Path(__file__).parent / "locale"


def catalogue_file(language: str) -> Path:
    """Where the translations into a language stand."""
    return LOCALE / language / "LC_MESSAGES" / "budget.po"


@functools.cache
def catalogue(language: str) -> Catalog:
    """The translations into a language, read once."""
    with catalogue_file(language).open("rb") as file:
        return read_po(file, locale=language, domain="budget")


@functools.cache
def _translations(language: str) -> Mapping[str, str]:
    if language == "en":
        return {}
    return {
        one_of(message.id): one_of(message.string)
        for message in catalogue(language)
        if message.id and message.string and not message.fuzzy
    }


def one_of(text: str | Sequence[str]) -> str:
    """A text, or the first of its forms."""
    return text if isinstance(text, str) else text[0]


@dataclass(frozen=True, slots=True)
class Words:
    """One language, callable as `_`.

    Attributes:
        language: "ko" or "en".
    """

    language: str = DEFAULT_LANGUAGE

    def __call__(self, text: str, **values: Any) -> str:
        """A source text in this language, with its values put in."""
        found = _translations(self.language).get(text, text)
        return found.format_map(values) if values else found

    def ngettext(self, one: str, many: str, count: int, **values: Any) -> str:
        """The text for this many; Korean has one form for all counts."""
        translated = _translations(self.language).get(one)
        text = translated or (one if count == 1 else many)
        return text.format_map({"count": count, **values})

    def template(self, text: str, details: Mapping[str, Any]) -> str:
        """A template of the core in this language, with its details put in.

        Templates may hold doubled braces, so they are always formatted.
        """
        return _translations(self.language).get(text, text).format_map(details)

    def name(self, text: str) -> str:
        """A name from the data: translated where the catalogue has it, else as it is."""
        return _translations(self.language).get(text, text)

    def of(self, korean: str, english: str) -> str:
        """Whichever of two texts of the data is in this language."""
        return korean if self.language == "ko" else english
