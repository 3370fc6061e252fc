"""The map in Chromium: clicks open a centre or choose a province; outlines are loaded once."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.server import opened, settled

pytestmark = pytest.mark.browser
MAP = ".st-key-country_map svg.marks"
SENT = """() => performance.getEntriesByType('resource').filter(
  one => one.name.includes('/kept/') && one.transferSize > 0).length"""
"""How often outlines came over the wire; what the browser had kept counts 0."""
SLIDER = 'input[type=range][aria-label="유보액"]'


def test_the_outlines_are_loaded_once_while_the_map_follows_a_rule(
    browser: Browser, address: str
) -> None:
    with opened(browser, f"{address}/allocate?view=map&against=baseline") as page:
        page.wait_for_selector(f"{MAP} path")
        settled(page)
        before = page.locator(MAP).inner_html()
        page.locator(SLIDER).focus()
        for _move in range(4):
            page.keyboard.press("ArrowRight")
            settled(page)
        assert page.locator(MAP).inner_html() != before
        assert page.evaluate(SENT) == 1


def test_clicks_choose_a_province_and_open_a_centre(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/?lang=ko") as page:
        province = page.locator(f'{MAP} path[aria-roledescription="geoshape"][aria-label^="제주 "]')
        province.wait_for()
        settled(page)
        province.click(position={"x": 6, "y": 14}, force=True)
        page.wait_for_url("**province=Jeju*", timeout=15_000)
        settled(page)
        expect(page.locator(".st-key-province_clear button").first).to_contain_text("제주")
        page.locator(f'{MAP} path[aria-roledescription="circle"][aria-label^="구미 "]').click(
            force=True
        )
        page.wait_for_url("**/centre?*centre=EC*", timeout=15_000)
        expect(page.get_by_role("heading", name="구미:")).to_be_visible(timeout=15_000)
