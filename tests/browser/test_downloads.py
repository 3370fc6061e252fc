"""A workbook downloaded in Chromium: its totals are those of the screen, after a moved rule."""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page

from budget.view.numbers import Numbers
from budget.view.words import Words
from tests.browser.server import opened, settled

pytestmark = pytest.mark.browser
NUMBERS = Numbers(Words("ko"))


def parts_on_screen(page: Page) -> dict[str, str]:
    """The table of the parts of the envelope, as assistive technology reads it."""
    table = page.locator('[data-testid="stDataFrame"] canvas table').first
    table.locator("td").first.wait_for(state="attached")
    rows = table.locator("tr").all()
    cells = [[cell.text_content() or "" for cell in row.locator("td").all()] for row in rows]
    return {row[0]: row[1] for row in cells if row}


def test_the_workbook_of_a_moved_rule_has_the_totals_of_the_screen(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    """Reserve up one step, menu, click: parts, envelope and the centres' totals agree."""
    with opened(browser, f"{address}/allocate") as page:
        page.locator('input[type=range][aria-label="유보액"]').focus()
        page.keyboard.press("ArrowRight")
        page.get_by_text("변경 1건").wait_for()
        settled(page)
        page.get_by_role("button", name="내려받기").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile("엑셀")).click()
        assert waiting.value.suggested_filename == "2027-allocate-unsaved-illustrative.xlsx"
        waiting.value.save_as(tmp_path / "found.xlsx")
        shown = parts_on_screen(page)
    book = load_workbook(tmp_path / "found.xlsx", data_only=True)
    centres, parts = book["센터별"], book["총액 구성"]
    written = {row[0]: NUMBERS.money(row[1]) for row in parts.iter_rows(3, values_only=True)}
    assert written == shown
    assert written["유보액"] == "1,920.0"
    heads = [cell.value for cell in centres[2]]
    total = centres.cell(centres.max_row, heads.index("합계 (원)") + 1).value
    assert NUMBERS.money(128_000_000_000 - total) == shown["유보액"]
