"""Every page, light and dark: no serious finding of axe-core, nothing scrolls sideways on a phone.

One language is enough here: what is found is about colours, names and structure.
"""

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screenshots import PAGES, Shown, address_of
from tests.browser.server import opened, served, settled

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
GRAVE = ("serious", "critical")
FIND = """async () => {
  const found = await axe.run(document, {resultTypes: ['violations']});
  return found.violations.filter(one => %s.includes(one.impact)).map(one =>
    one.id + ': ' + one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' +
      node.html.slice(0, 120) + ' ' + node.any.map(check => check.message).join(' ')).join(' | '));
}""" % list(GRAVE)  # noqa: UP031 - braces are JavaScript's here
TOO_WIDE = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return Math.max(document.documentElement.scrollWidth - window.innerWidth,
                  main.scrollWidth - main.clientWidth);
}"""


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:
    """Our pages, served for this module."""
    with served() as found, opened(browser, found):
        yield found


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding_and_no_scrolling_sideways(
    browser: Browser, address: str, name: str
) -> None:
    shown = PAGES[name]
    with opened(browser, f"{address}/{address_of(shown)}", width=390, height=844) as page:
        pressed(page, shown)
        assert page.evaluate(TOO_WIDE) <= 0
        page.add_script_tag(path=AXE)
        assert not page.evaluate(FIND), "light"
        page.emulate_media(color_scheme="dark")
        settled(page)
        assert not page.evaluate(FIND), "dark"


def pressed(page: Page, shown: Shown) -> None:
    """Open the dialog that is meant, if one is."""
    if shown.press:
        page.locator(f".st-key-{shown.press} button").locator("visible=true").first.click()
        settled(page)
