"""Audit, people and the round's controls in a real browser, on a database of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import opened, served, settled

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Our pages on a new demonstration."""
    folder = tmp_path_factory.mktemp("audit")
    with served(BUDGET_DATA_DIR=str(folder)) as found, opened(browser, found):
        yield found


def dialog(page: Page, button: str) -> None:
    """Open a dialog."""
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_selector("[role=dialog] [data-testid=stFormSubmitButton]")
    settled(page)


def submit(page: Page, *, twice: bool = False) -> None:
    """Press the button of the form in the dialog."""
    button = page.locator("[role=dialog] [data-testid=stFormSubmitButton] button")
    if twice:
        button.dblclick()
    else:
        button.click()
    page.wait_for_timeout(300)
    settled(page)


def tick(page: Page) -> None:
    """Tick the box of the dialog."""
    page.locator("[role=dialog] [data-testid=stCheckbox] label").first.click()


def test_an_auditor_finds_proves_and_exports_with_a_reason(
    browser: Browser, address: str, tmp_path: Path
) -> None:
    with opened(browser, f"{address}/audit?as=auditor-1&lang=en&verb=found") as page:
        expect(page.get_by_text("67 records")).to_be_visible()
        dialog(page, "Verify the trail")
        expect(page.get_by_text("The trail is whole: 67 records.")).to_be_visible()
        page.keyboard.press("Escape")
        dialog(page, "Export…")
        submit(page)
        expect(page.get_by_text("a reason in a sentence")).to_be_visible()
        assert page.get_by_role("link", name="Download the file").count() == 0
        page.locator("[role=dialog] textarea").fill("annual audit")
        submit(page, twice=True)
        link = page.get_by_role("link", name="Download the file")
        expect(link).to_be_visible()
        with page.expect_download() as waiting, page.context.expect_page():
            link.click()
        file = tmp_path / "trail.csv"
        waiting.value.save_as(file)
        assert file.read_text(encoding="utf-8-sig").count("\n") == 68
        wrong = page.context.request.get(f"{address}/{link.get_attribute('href')}x")
        assert wrong.status == 403
        page.goto(f"{address}/audit?as=auditor-1&lang=en&verb=export_trail")
        expect(page.get_by_text("1 record", exact=True)).to_be_visible()
        expect(page.get_by_text("annual audit").last).to_be_visible()


def test_two_leads_at_once_and_a_double_click(browser: Browser, address: str) -> None:
    with (
        opened(browser, f"{address}/?as=lead-1&lang=en") as first,
        opened(browser, f"{address}/?as=lead-2&lang=en") as second,
    ):
        for page in (first, second):
            dialog(page, "Move the round…")
            page.locator("[role=dialog] textarea").fill("the review is over")
            tick(page)
        submit(first, twice=True)
        first.wait_for_selector("[role=dialog]", state="detached")
        submit(second)
        expect(second.get_by_text("Lead 1 changed state")).to_be_visible()
        expect(second.locator("[role=dialog] textarea")).to_have_value("the review is over")
        first.goto(f"{address}/audit?as=lead-1&lang=en&verb=move_round")
        expect(first.get_by_text("1 record", exact=True)).to_be_visible()


def test_a_role_that_ends_stops_an_open_window(browser: Browser, address: str) -> None:
    with (
        opened(browser, f"{address}/?as=lead-2&lang=en") as theirs,
        opened(browser, f"{address}/people?as=administrator-1&lang=en&role=lead&text=2") as page,
    ):
        page.locator("[data-testid=stDataFrame] canvas").first.click(
            force=True, position={"x": 18, "y": 50}
        )
        settled(page)
        dialog(page, "End…")
        page.locator("[role=dialog] textarea").fill("has left")
        submit(page)
        expect(page.get_by_text("No role in force")).to_be_visible()
        theirs.get_by_role("button", name="Move the round…", exact=True).click()
        expect(theirs.get_by_text("you have no role in this budget round")).to_be_visible()
