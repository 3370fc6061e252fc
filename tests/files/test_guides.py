"""The guides: every page named exists, every picture is there and used, both languages agree."""

import re
from pathlib import Path

import pytest
from PIL import Image

from budget.files.guides import FOLDER, GUIDES, Guide, Picture, guide_file, read_guide
from budget.ui import menu
from budget.view.words import LANGUAGES, Words
from tests.browser.guide_images import HEIGHT, MOST_BYTES, MOST_PICTURES, PICTURES, WIDTH

ROOT = FOLDER.parents[1]
EVERY = [(name, language) for name in GUIDES for language in LANGUAGES]


def pictures(found: Guide) -> list[str]:
    """The names of a guide's pictures in their order."""
    parts = [part for section in (found.before, *found.sections) for part in section.parts]
    return [part.path.stem for part in parts if isinstance(part, Picture)]


def titles() -> dict[str, str]:
    """Page -> its English title in the menu."""
    return {entry.name: entry.title for entry in menu.ENTRIES}


def test_there_are_no_others() -> None:
    assert {(path.stem, path.parent.name) for path in FOLDER.glob("*/*.md")} == set(EVERY)


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_every_link_leads_somewhere(name: str, language: str) -> None:
    file = guide_file(name, language)
    text = file.read_text("utf-8")
    links = re.findall(r"!?\[[^\]]*\]\(([^)]+)\)", text)
    for link in links:
        assert link.startswith("https://") or (file.parent / link).is_file(), link
    found = read_guide(name, language)
    sections = (found.before, *found.sections)
    understood = {f"../../../pages/{page}.py" for section in sections for page in section.pages}
    understood |= {f"../images/{language}/{picture}.png" for picture in pictures(found)}
    assert understood == {link for link in links if link.startswith("..")}
    shown = [part for section in sections for part in section.parts]
    assert not any("](.." in part for part in shown if isinstance(part, str))


@pytest.mark.parametrize(("name", "language"), EVERY)
def test_pages_are_called_as_the_menu_calls_them(name: str, language: str) -> None:
    words, known = Words(language), titles()
    for section in read_guide(name, language).sections:
        for page, label in section.pages.items():
            assert label == words(known[page])


@pytest.mark.parametrize("name", GUIDES)
def test_both_languages_tell_the_same(name: str) -> None:
    korean, english = (read_guide(name, language) for language in ("ko", "en"))
    assert len(korean.sections) == len(english.sections) > 3
    assert pictures(korean) == pictures(english)
    for one, other in zip(korean.sections, english.sections, strict=True):
        assert list(one.pages) == list(other.pages)
        assert commands(one.parts) == commands(other.parts)
    assert all(
        re.search("[가-힣]", section.title)
        for section in korean.sections
        if section.title != "nginx"
    )
    assert not any(re.search("[가-힣]", section.title) for section in english.sections)


def commands(parts: tuple[str | Picture, ...]) -> list[str]:
    """Blocks of code without comments and without the words of the example."""
    blocks = re.findall(r"```\w+\n(.*?)```", "".join(p for p in parts if isinstance(p, str)), re.S)
    plain = [re.sub(r"#.*|'[^']*'|\"[^\"]*\"", "", block) for block in blocks]
    return [re.sub(r"\s+", " ", block) for block in plain]


def test_every_picture_is_used_present_and_small() -> None:
    used = {
        (language, picture)
        for name, language in EVERY
        for picture in pictures(read_guide(name, language))
    }
    files = {(path.parent.name, path.stem): path for path in FOLDER.glob("images/*/*.png")}
    assert (
        set(used) == set(files) == {(language, name) for language in LANGUAGES for name in PICTURES}
    )
    assert len(files) <= MOST_PICTURES
    for path in files.values():
        assert path.stat().st_size <= MOST_BYTES
        assert size(path) == (WIDTH, HEIGHT)


def size(path: Path) -> tuple[int, int]:
    with Image.open(path) as picture:
        return picture.size


def test_what_the_operator_sets_is_what_the_program_reads() -> None:
    """Every variable of the environment that the operator's page names is read, and no other."""
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "budget").rglob("*.py"))
    read = set(re.findall(r'"(BUDGET_[A-Z_]+|DATABASE_URL)"', code))
    for language in LANGUAGES:
        text = guide_file("operator", language).read_text("utf-8")
        assert set(re.findall(r"\b(BUDGET_[A-Z_]+|DATABASE_URL)\b", text)) == read
