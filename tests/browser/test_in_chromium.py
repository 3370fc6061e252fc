"""The pages in a real browser: nothing breaks, nothing overflows, the keyboard is enough."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import opened, served, settled

pytestmark = pytest.mark.browser
PAGES = ("", "allocate", "compare?compare=last&compare=1.1", "publish")
SIZES = ((1366, 768), (390, 844))


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", PAGES)
def test_opens_without_overflow(
    browser: Browser, address: str, name: str, size: tuple[int, int]
) -> None:
    """No error on the page, and no scrolling sideways, in English, whose words are longer.

    test_accessible looks at every page in Korean on a phone.
    """
    asked = f"{name}{'&' if '?' in name else '?'}lang=en"
    with opened(browser, f"{address}/{asked}", width=size[0], height=size[1]) as page:
        assert page.locator('[data-testid="stException"], [data-testid="stAlert"]').count() == 0
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0
        main = page.evaluate(
            "(() => { const m = document.querySelector('[data-testid=\"stMain\"]');"
            " return m.scrollWidth - m.clientWidth })()"
        )
        assert main <= 0


def test_the_allocate_page_fits_one_screen(browser: Browser, address: str) -> None:
    """At 1366 × 768 the rules, the finding and the table stand in one screen."""
    with opened(browser, f"{address}/allocate") as page:
        table = page.locator('[data-testid="stDataFrame"]').last.bounding_box()
        assert table is not None
        assert table["y"] + table["height"] <= 768


def test_a_slider_moved_by_keyboard_changes_the_table(browser: Browser, address: str) -> None:
    """Arrow right on the reserve: the table's figures and the list of changes follow."""
    with opened(browser, f"{address}/allocate") as page:
        before = table_text(page)
        page.locator('input[type=range][aria-label="유보액"]').focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function(
            "text => [...document.querySelectorAll('[data-testid=\"stDataFrame\"] canvas table')]"
            ".pop().textContent !== text",
            arg=before,
        )
        settled(page)
        expect(page.get_by_text("변경 1건")).to_be_visible()


def test_charts_can_be_heard(browser: Browser, address: str) -> None:
    """Every chart has a name that says what it shows."""
    for name in PAGES:
        with opened(browser, f"{address}/{name}") as page:
            for chart in page.locator('[data-testid="stVegaLiteChart"]').all():
                chart.locator("[aria-label]").first.wait_for(state="attached")
                names = [
                    found.get_attribute("aria-label") or ""
                    for found in chart.locator("[aria-label]").all()
                ]
                assert any(letter >= "가" for name in names for letter in name), names


def test_the_first_address_after_a_start_goes_through_the_app(browser: Browser) -> None:
    """Streamlit serves the very first address from pages/ directly: the app takes over, and the
    whole address with it."""
    asked = "centre?centre=EC003&as=planner-2&lang=en"
    with served() as fresh, opened(browser, f"{fresh}/{asked}") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("Centre")
        expect(page.get_by_text("Demo: Planner 2")).to_be_visible()
        expect(
            page.get_by_role("heading", name=re.compile("Seoul Gangnam receives"))
        ).to_be_visible()


def test_a_page_of_others_has_a_head_and_a_way_out(browser: Browser, address: str) -> None:
    """Whoever opens a link to a page that is not theirs can change language, person and page."""
    with opened(browser, f"{address}/allocate?as=reviewer-1") as page:
        expect(page.get_by_role("heading", level=1)).to_have_text("배분안 만들기")
        expect(page.get_by_text("맡은 역할로는 할 수 없습니다").first).to_be_visible()
        page.get_by_role("link", name="한눈에 보기로").click()
        page.get_by_role("heading", level=1, name="한눈에 보기").wait_for()
        settled(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("한눈에 보기")


def table_text(page: Page) -> str:
    """What the table of centres says, as assistive technology reads it."""
    page.wait_for_selector('[data-testid="stDataFrame"] canvas table', state="attached")
    text: str = page.evaluate(
        "[...document.querySelectorAll('[data-testid=\"stDataFrame\"] canvas table')]"
        ".pop().textContent"
    )
    return text
