"""The pictures of the guides, made by the same hands as the tests' screenshots.

    python -m tests.browser.guide_images [NAME …]

Writes budget/guides/images/LANGUAGE/NAME.png for every picture, in both languages. A new page
needs a line in PICTURES, and a line in the guides that shows it.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page

from budget.files.guides import FOLDER
from budget.view.words import LANGUAGES
from tests.browser.screenshots import INFEASIBLE, Shown, address_of, give
from tests.browser.server import chromium, opened, served, settled
from tests.browser.steps import visit

WIDTH, HEIGHT = 1366, 768
COLOURS = 96
MOST_BYTES = 150_000
MOST_PICTURES = 25


class Shot(NamedTuple):
    """A page as a guide shows it.

    Attributes:
        at: what is scrolled to the top of the picture, as a part of its text; "" for the head.
        press: a button that is pressed first.
        merged_with: a centre that is chosen as the first successor.
        height: of the picture.
    """

    shown: Shown
    at: str = ""
    press: str = ""
    merged_with: str = ""
    height: int = HEIGHT


PICTURES: Mapping[str, Shot] = {
    "overview": Shot(Shown("", "planner-1")),
    "data-faults": Shot(Shown("data", "planner-1", upload="faults")),
    "data-changes": Shot(
        Shown("data", "planner-1", upload="changes"),
        at="폐지되는 센터|Centres that close",
        merged_with="EC001",
    ),
    "allocate": Shot(Shown("allocate", "planner-1")),
    "allocate-conflict": Shot(Shown(f"allocate?{INFEASIBLE}", "planner-1")),
    "centre": Shot(Shown("centre?centre=EC003", "planner-1")),
    "review": Shot(Shown("review?request=SN2027-011", "planner-1")),
    "publish": Shot(Shown("publish", "planner-1")),
    "head-overview": Shot(Shown("", "centre_head-EC001")),
    "head-request": Shot(Shown("requests", "centre_head-EC001"), press="새 요구|New request"),
    "head-centre": Shot(Shown("centre", "centre_head-EC001")),
}
"""Every picture by its name."""


def main(names: Sequence[str], folder: Path = FOLDER / "images") -> None:
    """Make the pictures."""
    with served() as address, chromium() as browser, opened(browser, address) as page:
        page.emulate_media(color_scheme="light")
        for name in names or PICTURES:
            for language in LANGUAGES:
                take(page, PICTURES[name], f"{address}/", language)
                file = folder / language / f"{name}.png"
                page.screenshot(path=file, animations="disabled")
                shrink(file)
                print(f"{file.relative_to(folder)}: {file.stat().st_size:,} bytes")


def take(page: Page, shot: Shot, address: str, language: str) -> None:
    """Open a page and bring it into the state of its picture."""
    page.set_viewport_size({"width": WIDTH, "height": shot.height})
    visit(page, address + address_of(shot.shown, language=language))
    give(page, shot.shown)
    if shot.press:
        page.get_by_role("button", name=re.compile(shot.press)).first.click()
        page.wait_for_timeout(1500)
        settled(page)
    if shot.merged_with:
        page.get_by_role("combobox", name=re.compile("EC002")).fill(shot.merged_with)
        page.get_by_role("option", name=re.compile(shot.merged_with)).first.click()
        page.get_by_text(re.compile("(통합|Merged): ")).wait_for()
        settled(page)
    if shot.at:
        place = page.get_by_text(re.compile(f"^({shot.at})$")).first
        place.evaluate("one => one.scrollIntoView({block: 'start'})")
    page.wait_for_timeout(800)


def shrink(file: Path) -> None:
    """Few colours are enough for a screen, and a quarter of the bytes."""
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
