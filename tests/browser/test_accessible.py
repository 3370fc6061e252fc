"""Every page, light and dark: no serious finding of axe-core, nothing scrolls sideways on a phone.

One language is enough here: what is found is about colours, names and structure.
"""

from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.screenshots import PAGES, address_of, give, press
from tests.browser.server import opened, settled
from tests.browser.steps import visit

pytestmark = pytest.mark.browser
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
GRAVE = ("serious", "critical")
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that a dark screen may break where the light one keeps them."""
FIND = """async options => {
  const found = await axe.run({resultTypes: ['violations'], ...options});
  return found.violations.filter(one => %s.includes(one.impact)).map(one =>
    one.id + ': ' + one.nodes.slice(0, 3).map(node => node.target.join(' ') + ' ' +
      node.html.slice(0, 120) + ' ' + node.any.map(check => check.message).join(' ')).join(' | '));
}""" % list(GRAVE)  # noqa: UP031 - braces are JavaScript's here
IS_DARK = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return getComputedStyle(app).backgroundColor.match(/\\d+/g).every(part => part < 60);
}"""
TOO_WIDE = """() => {
  const main = document.querySelector('[data-testid="stMain"]');
  return Math.max(document.documentElement.scrollWidth - window.innerWidth,
                  main.scrollWidth - main.clientWidth);
}"""


@pytest.fixture(scope="module")
def phone(browser: Browser, address: str) -> Iterator[Page]:
    """One window as wide as a phone for all pages."""
    with opened(browser, address, width=390, height=844) as page:
        yield page


@pytest.mark.parametrize("name", PAGES)
def test_no_serious_finding_and_no_scrolling_sideways(phone: Page, address: str, name: str) -> None:
    """Light and dark; with the dialog open, if the page is shown with one.

    The page is loaded once: it draws itself anew when the computer turns dark, and main buttons
    follow with the next run.
    """
    page, shown = phone, PAGES[name]
    page.emulate_media(color_scheme="light")
    visit(page, f"{address}/{address_of(shown)}")
    give(page, shown)
    press(page, shown)
    page.add_script_tag(path=AXE)
    assert page.evaluate(TOO_WIDE) <= 0
    assert not page.evaluate(FIND, {})
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(IS_DARK)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("r")  # Streamlit's key for running a page again
    page.wait_for_timeout(300)
    settled(page)
    assert page.evaluate(TOO_WIDE) <= 0
    assert not page.evaluate(FIND, {"runOnly": COLOURS})
