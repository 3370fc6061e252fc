"""The guides: Markdown files of our own, read section by section.

They are read here as well as in the repository, so pictures and pages are linked by their paths:
`![what it shows](../images/ko/data.png)` and `[Data](../../../pages/data.py)`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from budget.allocation.faults import N_

FOLDER = Path(__file__).parents[1] / "guides"
GUIDES = {
    "planner": N_("For planners, reviewers and the lead"),
    "centre_head": N_("For centre heads"),
    "method": N_("The method"),
    "operator": N_("For operators"),
}
"""Every guide by the name of its file."""
_PICTURE = re.compile(r"^!\[([^\]]+)\]\(\.\./images/(\w+/[\w-]+\.png)\)$", re.MULTILINE)
_PAGE = re.compile(r"\[([^\]]+)\]\(\.\./\.\./\.\./pages/(\w+)\.py\)")
_OTHER = re.compile(r"\[([^\]]+)\]\((\w+)\.md\)")


@dataclass(frozen=True)
class Picture:
    """A picture of a page.

    Attributes:
        meaning: what it shows, for those who cannot see it.
    """

    meaning: str
    path: Path


@dataclass(frozen=True)
class Section:
    """A section of a guide.

    Attributes:
        parts: Markdown and pictures, in their order.
        pages: the names of the pages that it speaks of, and what it calls them, in their order.
    """

    title: str
    parts: tuple[str | Picture, ...]
    pages: dict[str, str]


@dataclass(frozen=True)
class Guide:
    """A guide in one language.

    Attributes:
        before: what stands before the first section.
    """

    title: str
    before: Section
    sections: tuple[Section, ...]


def guide_file(name: str, language: str) -> Path:
    """Where a guide stands."""
    return FOLDER / language / f"{name}.md"


@cache
def read_guide(name: str, language: str) -> Guide:
    """A guide with its sections."""
    text = guide_file(name, language).read_text("utf-8")
    first, *others = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    title, _line, before = first.partition("\n")
    sections = [
        _section(heading, content)
        for heading, content in zip(others[::2], others[1::2], strict=True)
    ]
    return Guide(title.removeprefix("# ").strip(), _section("", before), tuple(sections))


def _section(title: str, content: str) -> Section:
    pages = {page: label for label, page in _PAGE.findall(content)}
    return Section(title.strip(), tuple(_parts(content)), pages)


def _parts(content: str) -> Iterator[str | Picture]:
    at = 0
    for found in _PICTURE.finditer(content):
        yield from _words(content[at : found.start()])
        yield Picture(found[1], FOLDER / "images" / found[2])
        at = found.end()
    yield from _words(content[at:])


def _words(text: str) -> Iterator[str]:
    """Markdown with the names of pages and guides in bold: the page links them by itself."""
    if text.strip():
        yield _OTHER.sub(r"**\1**", _PAGE.sub(r"**\1**", text)).strip()
