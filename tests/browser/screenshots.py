"""Pictures of every page, to be looked at.

    python -m tests.browser.screenshots FOLDER [PAGE …]

Every page as the person who works with it sees it, in both languages, light and dark, on a desk
and on a phone; and, for each page, one sheet with all of them.
"""

import re
import sys
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Page

from tests.browser.server import chromium, opened, served, settled
from tests.browser.steps import visit
from tests.browser.uploads import FILES, upload

SIZES = ((1366, 768), (390, 844))
LOOKS = tuple(product(("ko", "en"), (False, True), SIZES))
SHEET_HEIGHT = 844
TALLEST = 3200
"""Pixels; what a page shows below is not in its picture."""


class Shown(NamedTuple):
    """A page in one state.

    Attributes:
        who: the person of the demonstration, as addresses name them.
        press: the test id and place of a button that is pressed first, to open a dialog.
        upload: a file of `uploads` that is given to the page first.
    """

    path: str
    who: str
    press: str = ""
    upload: str = ""


PUT_AWAY = re.compile("치우기|Put away")
INFEASIBLE = "set=pool.operating.floor.hold-harmless.prior.rate%3D1.2"
PAGES = {
    "overview": Shown("", "planner-1"),
    "overview-head": Shown("", "centre_head-EC001"),
    "overview-lead": Shown("", "lead-1"),
    "allocate": Shown("allocate", "planner-1"),
    "allocate-map": Shown("allocate?view=map", "planner-1"),
    "allocate-conflict": Shown(f"allocate?{INFEASIBLE}", "planner-1"),
    "goal-seek": Shown("allocate", "planner-1", "goal_seek"),
    "centre": Shown("centre?centre=EC003", "planner-1"),
    "centre-head": Shown("centre", "centre_head-EC001"),
    "compare": Shown("compare?compare=last&compare=1.1", "planner-1"),
    "sensitivity": Shown("sensitivity?part=prices", "planner-1"),
    "joined-up": Shown("joined_up", "planner-1"),
    "quarters": Shown("quarters", "planner-1"),
    "quarters-profile": Shown("quarters", "planner-1", "open_dialog-save_profile"),
    "quarters-execution": Shown("quarters?show=execution", "planner-1"),
    "quarters-head": Shown("quarters", "centre_head-EC001"),
    "divisions": Shown("divisions", "planner-1"),
    "divisions-centres": Shown("divisions?show=centres", "planner-1"),
    "divisions-rules": Shown("divisions?show=rules", "planner-1"),
    "divisions-head": Shown("divisions", "centre_head-EC001"),
    "requests": Shown("requests", "centre_head-EC001"),
    "review": Shown("review", "reviewer-1"),
    "review-planner": Shown("review", "planner-1"),
    "data": Shown("data", "planner-1"),
    "data-faults": Shown("data", "planner-1", upload="faults"),
    "data-changes": Shown("data", "planner-1", upload="changes"),
    "data-requests": Shown("data?show=requests", "planner-1"),
    "data-versions": Shown("data?show=versions", "planner-1"),
    "data-definitions": Shown("data?show=definitions", "planner-1"),
    "publish": Shown("publish", "planner-1"),
    "publish-lead": Shown("publish", "lead-1"),
    "people": Shown("people", "administrator-1"),
    "audit": Shown("audit", "auditor-1"),
    "guide": Shown("guide", "planner-1"),
    "guide-method": Shown("guide?show=method", "planner-1"),
}
"""Every page, by the name of its pictures."""


def address_of(shown: Shown, *, language: str = "ko") -> str:
    """The part of a page's address behind the server's name."""
    joint = "&" if "?" in shown.path else "?"
    return f"{shown.path}{joint}as={shown.who}&lang={language}"


def main(folder: Path, names: Sequence[str]) -> None:
    """Write the pictures, and a sheet of them for each page."""
    folder.mkdir(parents=True, exist_ok=True)
    with served() as address, chromium() as browser, opened(browser, address) as page:
        for name in names or PAGES:
            files = [
                folder / f"{name}-{language}-{'dark' if dark else 'light'}-{width}.png"
                for language, dark, (width, _height) in LOOKS
            ]
            for file, (language, dark, size) in zip(files, LOOKS, strict=True):
                where = f"{address}/{address_of(PAGES[name], language=language)}"
                _picture(page, where, size, dark=dark)
                give(page, PAGES[name])
                if PAGES[name].press:
                    press(page, PAGES[name])
                else:
                    _unfold(page, size)
                page.screenshot(path=file)
            _sheet(files, folder / f"sheet-{name}.png")


def _picture(page: Page, address: str, size: tuple[int, int], *, dark: bool) -> None:
    """Open a page as it looks at first."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    visit(page, address)
    page.wait_for_timeout(600)


def press(page: Page, shown: Shown) -> None:
    """Open the dialog of a page, if it has one to be seen."""
    if shown.press:
        page.locator(f".st-key-{shown.press} button").locator("visible=true").first.click()
        page.wait_for_selector('[role="dialog"]')
        settled(page)


def give(page: Page, shown: Shown) -> None:
    """Upload a file, if the page is shown with one."""
    if shown.upload:
        upload(page, FILES[shown.upload]())
        page.get_by_role("button", name=PUT_AWAY).wait_for(timeout=30_000)
        page.get_by_test_id("stSpinner").wait_for(state="detached", timeout=30_000)
        settled(page)


def _unfold(page: Page, size: tuple[int, int]) -> None:
    """Make the window as tall as the page, so that all of it is seen."""
    inside = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": size[0], "height": min(max(inside, size[1]), TALLEST)})
    page.wait_for_timeout(300)


def _sheet(files: Sequence[Path], where: Path) -> None:
    """All pictures of a page beside each other, at the same height."""
    pictures = [Image.open(file).convert("RGB") for file in files]
    small = [
        found.resize((round(found.width * SHEET_HEIGHT / found.height), SHEET_HEIGHT))
        for found in pictures
    ]
    half = len(small) // 2
    rows = [small[:half], small[half:]]
    width = max(sum(found.width + 8 for found in row) for row in rows)
    sheet = Image.new("RGB", (width, 2 * (SHEET_HEIGHT + 8)), "#ff00ff")
    for place, row in enumerate(rows):
        left = 0
        for found in row:
            sheet.paste(found, (left, place * (SHEET_HEIGHT + 8)))
            left += found.width + 8
    sheet.save(where)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
