"""A planner opens a centre from the table of Allocate, reads why, and takes the notice away."""

import pypdf
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.server import opened as page_opened
from tests.browser.server import settled

pytestmark = pytest.mark.browser
ROW = 30
FIRST_ROW = 34
CENTRE_COLUMN = 110


def test_from_the_table_to_the_printed_notice(browser: Browser, address: str) -> None:
    change = "set=pool.operating.floor.hold-harmless.prior.rate%3D0.94"
    with page_opened(browser, f"{address}/allocate?{change}") as page:
        table = page.locator('[data-testid="stDataFrame"]').last
        table.locator("canvas table").wait_for(state="attached")
        settled(page)
        row = table.locator("canvas table tbody tr").nth(2)
        cells = [cell.inner_text() for cell in row.locator("td").all()]
        box = table.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + CENTRE_COLUMN, box["y"] + FIRST_ROW + 2.5 * ROW)
        page.wait_for_url("**/centre?*centre=EC003*", timeout=15_000)
        expect(page.get_by_role("heading", name=f"{cells[1]}:")).to_be_visible(timeout=15_000)
        settled(page)
        assert "hold-harmless" in page.url
        expect(page.get_by_text("저장하지 않은 변경 1건")).to_be_visible()
        meaning = page.locator('[data-testid="stVegaLiteChart"]').first
        expect(meaning).to_be_visible()
        page.get_by_text("단계별 표(단위: 원)").click()
        steps = page.locator('[data-testid="stDataFrame"] canvas table').first
        steps.wait_for(state="attached")
        total = steps.locator("tbody tr").last.locator("td").last.inner_text()
        assert int(total.replace(",", "")) > 10**9
        page.get_by_role("button", name="내려받기").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="통지서(PDF)").click()
        download = waiting.value
        assert download.suggested_filename == "EC003-2027-illustrative.pdf"
        pages = pypdf.PdfReader(download.path()).pages
        text = "".join(found.extract_text() for found in pages)
        assert total in text
        assert "미리보기" in text
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
