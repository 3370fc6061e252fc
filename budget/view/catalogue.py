"""Bring the Korean catalogue up to date with the sources.

    python -m budget.view.catalogue            # extract, keep translations, write the .po
    python -m budget.view.catalogue --check    # exit 1 when the .po misses or misstates a text

Texts are found where they are written: `_("…")`, `numbers.words("…")`, `_.template("…", …)`,
`ngettext("…", "…", n)` and `N_("…")`.
"""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from budget.view.words import LANGUAGES, catalogue, catalogue_file, one_of

ROOT = Path(__file__).parents[2]
SOURCES = ("budget", "pages", "app.py")
KEYWORDS = {"_": None, "N_": None, "words": None, "template": None, "ngettext": (1, 2)}
_PLACEHOLDER = re.compile(r"{{|}}|{([a-z_]*)}")


def source_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file in which texts stand, in a fixed order."""
    for name in SOURCES:
        place = root / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def extracted(root: Path = ROOT) -> Catalog:
    """All texts of the sources, untranslated."""
    found = Catalog(domain="budget", charset="utf-8")
    for file in source_files(root):
        for line, text, _comments, _context in extract_from_file("python", file, KEYWORDS):
            place = (file.relative_to(root).as_posix(), line)
            found.add(text, locations=[place])
    return found


def merged(language: str, root: Path = ROOT) -> Catalog:
    """The texts of the sources with the translations that there are."""
    template = extracted(root)
    result = Catalog(
        locale=language,
        domain="budget",
        project="employment-centre-budget",
        version="1",
        charset="utf-8",
        header_comment="# Korean words of the budget tool. Sources are English; see catalogue.py.",
        fuzzy=False,
        creation_date=datetime(2026, 1, 1, tzinfo=UTC),
        revision_date=datetime(2026, 1, 1, tzinfo=UTC),
        last_translator="",
        language_team="",
        msgid_bugs_address="",
    )
    present = catalogue(language) if catalogue_file(language).exists() else Catalog()
    for message in sorted(template, key=lambda message: str(message.id)):
        if message.id:
            known = present.get(one_of(message.id))
            result.add(message.id, known.string if known else "")
    return result


def shortcomings(language: str, root: Path = ROOT) -> list[str]:
    """What is wrong with a catalogue: missing, left over, untranslated, placeholders differ."""
    wanted = {one_of(message.id): message for message in extracted(root) if message.id}
    present = {one_of(message.id): message for message in catalogue(language) if message.id}
    found = [f"missing: {text}" for text in wanted if text not in present]
    found += [f"no longer used: {text}" for text in present if text not in wanted]
    for text, message in present.items():
        given = message.string
        translations = (given,) if isinstance(given, str) else tuple(given or ("",))
        if not all(translations) or message.fuzzy:
            found.append(f"untranslated: {text}")
        for translation in translations:
            if translation and placeholders(translation) != placeholders(text):
                found.append(f"placeholders differ: {text} / {translation}")
    return found


def placeholders(text: str) -> set[str]:
    """Names in single braces."""
    return {name for name in _PLACEHOLDER.findall(text) if name}


def main(arguments: list[str]) -> int:
    """Update or check every catalogue; English is the source itself."""
    status = 0
    for language in LANGUAGES:
        if language == "en":
            continue
        if "--check" in arguments:
            wrong = shortcomings(language)
            print("\n".join(wrong))
            status |= bool(wrong)
        else:
            result = merged(language)
            with catalogue_file(language).open("wb") as file:
                write_po(file, result, width=100, no_location=True)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
