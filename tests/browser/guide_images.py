"""The pictures of the guides, made by the same hands as the tests' screenshots.

    python -m tests.browser.guide_images [NAME …]

Writes budget/guides/images/LANGUAGE/NAME.png for every picture, in both languages. A new page
needs a line in PICTURES, and a line in the guides that shows it.
"""

import contextlib
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page

from budget.files.guides import FOLDER
from budget.storage import store
from budget.view.words import LANGUAGES
from budget.workflow import demonstration, installation
from tests.browser.screenshots import INFEASIBLE, Shown, address_of, give
from tests.browser.server import chromium, opened, served, settled
from tests.browser.steps import visit
from tests.storage.databases import found, publish

WIDTH, HEIGHT = 1366, 768
COLOURS = 96
MOST_BYTES = 150_000
MOST_PICTURES = 28


class Shot(NamedTuple):
    """A page as a guide shows it.

    Attributes:
        at: what is scrolled to the top of the picture, as a part of its text; "" for the head.
        press: a button that is pressed first.
        merged_with: a centre that is chosen as the first successor.
        height: of the picture.
        is_published: whether the sample round is published first; else it stands under review.
    """

    shown: Shown
    at: str = ""
    press: str = ""
    merged_with: str = ""
    height: int = HEIGHT
    is_published: bool = False


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
    "divisions": Shot(Shown("divisions", "planner-1")),
    "quarters": Shot(Shown("quarters", "planner-1")),
    "head-overview": Shot(Shown("", "centre_head-EC001")),
    "head-centre": Shot(Shown("centre", "centre_head-EC001")),
    "head-request": Shot(Shown("requests", "centre_head-EC001"), press="새 요구|New request"),
    "head-divisions": Shot(Shown("divisions", "centre_head-EC001"), is_published=True),
}
"""Every picture by its name; one that begins a draft stands behind those that would show it."""


def main(names: Sequence[str], folder: Path = FOLDER / "images") -> None:
    """Make the pictures."""
    shots = {name: PICTURES[name] for name in names or PICTURES}
    with chromium() as browser:
        for is_published in sorted({shot.is_published for shot in shots.values()}):
            with sample(is_published=is_published) as address, opened(browser, address) as page:
                page.emulate_media(color_scheme="light")
                for name, shot in shots.items():
                    if shot.is_published == is_published:
                        picture(page, name, shot, f"{address}/", folder)


@contextlib.contextmanager
def sample(*, is_published: bool) -> Iterator[str]:
    """Our pages on the sample round, as it is or published."""
    with tempfile.TemporaryDirectory(prefix="budget-") as folder:
        if is_published:
            database = f"sqlite:///{folder}/{demonstration.DEMONSTRATION}.sqlite3"
            found(database)
            round_ = store.opened(database)
            publish(round_)
            round_.close()
        with served(**{installation.FOLDER: folder}) as address:
            yield address


def picture(page: Page, name: str, shot: Shot, address: str, folder: Path) -> None:
    """One picture in every language."""
    for language in LANGUAGES:
        take(page, shot, address, language)
        file = folder / language / f"{name}.png"
        page.screenshot(path=file, animations="disabled")
        shrink(file)
        print(f"{file.relative_to(folder)}: {file.stat().st_size:,} bytes", flush=True)


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
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    page.wait_for_timeout(800)


def shrink(file: Path) -> None:
    """Few colours are enough for a screen, and a quarter of the bytes; small marks keep theirs."""
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(
            COLOURS, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    small.save(file, optimize=True)


if __name__ == "__main__":
    main(sys.argv[1:])
