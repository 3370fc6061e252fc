"""Sensitivity in Chromium: a run shows its progress and is cancelled; a small one is finished."""

from collections.abc import Iterator

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import opened, served, settled

pytestmark = pytest.mark.browser
HARMLESS = "pool.operating.floor.hold-harmless.prior.rate"
START = ".st-key-study_start button"
CANCEL = ".st-key-study_cancel button"
CHART = '[data-testid="stVegaLiteChart"] svg, [data-testid="stVegaLiteChart"] canvas'


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:
    """Our pages, served for this module."""
    with served() as found, opened(browser, found):
        yield found


def workers() -> list[psutil.Process]:
    """Worker processes of the server under test."""
    return [
        process
        for process in psutil.Process().children(recursive=True)
        if "loky" in (line := " ".join(process.cmdline())) and "tracker" not in line
    ]


def test_a_run_shows_progress_and_is_cancelled(browser: Browser, address: str) -> None:
    """Two thousand draws begin, count, survive a reload, and leave nothing when cancelled."""
    with opened(browser, f"{address}/sensitivity?part=uncertainty") as page:
        page.locator(START).first.click()
        expect(page.get_by_text("회 중")).to_be_visible(timeout=30_000)
        assert workers()
        page.reload()
        expect(page.locator(CANCEL)).to_be_visible(timeout=15_000)
        page.locator(CANCEL).click()
        expect(page.get_by_text("계산을 취소하였습니다")).to_be_visible(timeout=10_000)
        page.wait_for_timeout(1_000)
        assert not workers()
        expect(page.locator(START).first).to_be_enabled()


def test_a_small_sweep_is_finished(browser: Browser, address: str) -> None:
    """From the button to the chart; a reload on a phone finds it again, no wider than the phone."""
    where = (
        f"{address}/sensitivity?part=sweep&parameter={HARMLESS}"
        "&parameter_from=0.945&parameter_to=0.955"
    )
    with opened(browser, where) as page:
        page.locator(START).first.click()
        a_chart_and_its_finding(page)
        page.set_viewport_size({"width": 390, "height": 844})
        page.reload()
        a_chart_and_its_finding(page)


def a_chart_and_its_finding(page: Page) -> None:
    """The chart stands, the finding names its centres, nothing is wider than the screen."""
    page.wait_for_selector(CHART, timeout=60_000)
    settled(page)
    expect(page.get_by_text("센터 174곳 중").first).to_be_visible()
    wide = page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=\"stMain\"]');"
        " return m.scrollWidth - m.clientWidth })()"
    )
    assert wide <= 0
