"""Compare in Chromium: chosen by clicks, sent by address, taken away as a workbook."""

from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from budget.view.numbers import Numbers
from budget.view.words import Words
from tests.browser.server import opened, settled

pytestmark = pytest.mark.browser
NUMBERS = Numbers(Words("ko"))


def summary(page: Page) -> list[list[str]]:
    """The first table, as assistive technology reads it."""
    table = page.locator('[data-testid="stDataFrame"] canvas table').first
    table.locator("td").first.wait_for(state="attached")
    rows = table.locator("tr").all()
    cells = [[cell.text_content() or "" for cell in row.locator("td").all()] for row in rows]
    return [row for row in cells if row]


def test_from_an_empty_page_to_a_workbook(browser: Browser, address: str, tmp_path: Path) -> None:
    """It opens against last year; the address brings a colleague there; files agree."""
    with opened(browser, f"{address}/compare?as=planner-1") as page:
        expect(page.get_by_text("전년 대비 기본 규칙 · 1:")).to_be_visible(timeout=20_000)
        settled(page)
        found = page.url
        shown = summary(page)
        page.get_by_role("button", name="내려받기").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="엑셀").click()
        waiting.value.save_as(tmp_path / "compared.xlsx")
    assert "compare=last&compare=1.1" in found
    centres = load_workbook(tmp_path / "compared.xlsx", data_only=True)["센터별"]
    totals = [cell.value for cell in centres[centres.max_row]]
    heads = [cell.value for cell in centres[2]]
    assert [row[1] for row in shown] == [
        NUMBERS.money(totals[heads.index(name)]) for name in ("전년 (원)", "기본 규칙 · 1 (원)")
    ]
    with opened(browser, found.replace("planner-1", "lead-1"), width=390, height=844) as colleague:
        expect(colleague.get_by_text("전년 대비 기본 규칙 · 1:")).to_be_visible(timeout=20_000)
        wide = colleague.evaluate(
            "(() => { const m = document.querySelector('[data-testid=\"stMain\"]');"
            " return m.scrollWidth - m.clientWidth })()"
        )
        assert wide <= 0
