"""What people do on the pages, in Korean: type, press, choose, sign; a round that begins empty."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from budget.files import round_folder
from budget.workflow.deadlines import korean_day
from tests.browser.server import settled
from tests.storage.databases import SAMPLE

PATIENCE = 30_000
READ = "이 단계의 의미를 읽었습니다."


def visit(page: Page, address: str) -> None:
    """Go to an address; the browser keeps what it has loaded before."""
    page.goto(address)
    page.wait_for_selector("h1", timeout=60_000)
    settled(page)


def fill(page: Page, label: str, text: str) -> None:
    """Type into a field, and rest as long as a typist does."""
    page.get_by_label(label, exact=True).fill(text)
    page.wait_for_timeout(700)
    settled(page)


def click(page: Page, name: str) -> None:
    """Press a button once it can be pressed."""
    button = page.get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled(timeout=PATIENCE)
    button.click()
    settled(page)


def choose(page: Page, name: str) -> None:
    """Choose one of several answers."""
    page.get_by_text(name, exact=True).first.click()
    settled(page)


def confirm(page: Page, opener: str, reason: str, button: str) -> None:
    """A deed with a dialog: the reason, the box that says it was read, the button."""
    click(page, opener)
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("사유", exact=True).fill(reason)
    page.keyboard.press("Tab")
    settled(page)
    box = dialog.get_by_text(READ)
    if box.count():
        box.last.click()
        settled(page)
    dialog.get_by_role("button", name=button, exact=True).click()
    expect(dialog).to_have_count(0, timeout=PATIENCE)
    settled(page)


def empty_round(folder: Path, today: date | None = None) -> Path:
    """A folder from which a round is founded that has not begun: no requests, not open yet.

    Args:
        today: requests have been due to open the day before, and close a month later.
    """
    day = today or korean_day(datetime.now(UTC))
    days = {"requests_open": -1, "requests_close": 30, "decisions_due": 60, "publication_due": 70}
    for name in round_folder.FILES:
        (folder / name).write_bytes((SAMPLE / name).read_bytes())
    facts = round_folder.read_facts(SAMPLE)
    dates = [f"{name} = {day + timedelta(days=after)}" for name, after in days.items()]
    lines = [
        f'name_ko = "{facts.name_ko}"',
        f'name_en = "{facts.name_en}"',
        f"fiscal_year = {facts.fiscal_year}",
        'state = "setup"',
        "illustrative = true",
        "[dates]",
        *dates,
    ]
    (folder / round_folder.FACTS).write_text("\n".join(lines), "utf-8")
    header = (SAMPLE / round_folder.REQUESTS).read_text("utf-8-sig").splitlines()[0]
    (folder / round_folder.REQUESTS).write_text(f"{header}\n", "utf-8")
    return folder
