"""The map in Chromium: a click on a centre opens it, on a province chooses it; outlines come once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import opened, served, settled

pytestmark = pytest.mark.browser
MARKS = '[data-testid="stVegaLiteChart"] [aria-roledescription="{}"]'
SLIDER = 'input[type=range][aria-label="유보액"]'


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:
    """Our pages, served for this module."""
    with served() as found, opened(browser, found):
        yield found


def drawn(page: Page) -> str:
    """The map as it is painted."""
    text: str = page.evaluate(
        "document.querySelector('.st-key-country_map canvas').toDataURL().slice(-20000)"
    )
    return text


def test_the_outlines_are_loaded_once_while_the_map_follows_a_rule(
    browser: Browser, address: str
) -> None:
    loads: list[str] = []
    with opened(browser, address) as page:
        page.on("request", lambda one: loads.append(one.url) if "/kept/" in one.url else None)
        page.goto(f"{address}/allocate?view=map&against=baseline")
        page.wait_for_selector(".st-key-country_map canvas")
        settled(page)
        before = drawn(page)
        page.locator(SLIDER).focus()
        for _move in range(4):
            page.keyboard.press("ArrowRight")
            settled(page)
        assert drawn(page) != before
        assert len(loads) == 1


def test_clicks_choose_a_province_and_open_a_centre(browser: Browser, address: str) -> None:
    with opened(browser, f"{address}/?lang=ko") as page:
        chart = page.locator(".st-key-country_map canvas").first
        chart.wait_for()
        settled(page)
        box = chart.bounding_box()
        assert box is not None
        # Jeju is alone in the sea at the lower left: its edge is land, its middle a centre
        places = [(x, y) for y in range(300, 250, -4) for x in range(60, int(box["width"]), 6)]
        for across, down in places:
            page.mouse.move(box["x"] + across, box["y"] + down)
            tooltip = page.locator("#vg-tooltip-element.visible")
            if tooltip.count() and "제주" in tooltip.inner_text():
                break
        page.mouse.click(box["x"] + across, box["y"] + down)
        page.wait_for_url("**province=Jeju*", timeout=15_000)
        settled(page)
        expect(page.get_by_role("button", name="제주")).to_be_visible()
