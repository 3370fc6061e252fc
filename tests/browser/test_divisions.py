"""A head moves money between divisions in Chromium, reloads, submits; a planner sees it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from budget.storage.store import Store, opened
from budget.workflow import demonstration, division_proposal, divisions, installation
from tests.browser.server import opened as page_opened
from tests.browser.server import served, settled
from tests.storage.databases import Databases, head, publish, sqlite_path

pytestmark = pytest.mark.browser
GUMI = "EC095"


@pytest.fixture
def folder(sqlite_databases: Databases, tmp_path: Path) -> Path:
    """A folder with a published round."""
    path = tmp_path / f"{demonstration.DEMONSTRATION}.sqlite3"
    sqlite_path(sqlite_databases.founded()).rename(path)
    store = opened(f"sqlite:///{path}")
    publish(store)
    store.close()
    return tmp_path


@pytest.fixture
def address(folder: Path, browser: Browser) -> Iterator[str]:
    """Our pages on it."""
    with served(**{installation.FOLDER: str(folder)}) as found, page_opened(browser, found):
        yield found


def proposal(folder: Path) -> dict[str, int]:
    """What the Ministry proposes for Gumi."""
    store = opened(f"sqlite:///{folder / f'{demonstration.DEMONSTRATION}.sqlite3'}")
    found = division_proposal.proposal(store, head(GUMI), GUMI)
    store.close()
    return {division.id: division.proposal for division in found}


def stored(folder: Path) -> tuple[str, dict[str, int]]:
    """State and amounts of Gumi's plan in the database."""
    store: Store = opened(f"sqlite:///{folder / f'{demonstration.DEMONSTRATION}.sqlite3'}")
    plan = divisions.own(store, head(GUMI), GUMI).plan
    store.close()
    return (plan.state, dict(plan.draft)) if plan else ("", {})


def amount(page: Page, name: str) -> str:
    """What the field of a division says."""
    return page.get_by_label(f"{name} (천원)").input_value()


def test_moved_reloaded_submitted_and_seen(browser: Browser, address: str, folder: Path) -> None:
    proposed = proposal(folder)
    training = proposed["training"] + 20_000_000
    with page_opened(
        browser, f"{address}/divisions?as=centre_head-{GUMI}", width=390, height=844
    ) as page:
        expect(page.get_by_role("heading", name="1,022.7백만원 전액 배분")).to_be_visible()
        page.get_by_label("직업능력개발 (천원)").fill(f"{training // 1000}")
        expect(page.get_by_role("heading", name="20.0백만원 초과")).to_be_visible(timeout=30_000)
        expect(page.get_by_role("button", name="계획 제출")).to_be_disabled()
        settled(page)
        page.reload()
        page.wait_for_selector("h1")
        settled(page)
        assert amount(page, "직업능력개발") == f"{training // 1000:,}"
        assert stored(folder)[0] == "draft"
        page.get_by_role("button", name="초과한 금액을 여기에서 빼기: △20.0백만원").last.click()
        expect(page.get_by_role("heading", name="1,022.7백만원 전액 배분")).to_be_visible()
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        page.get_by_role("button", name="계획 제출").click()
        expect(page.get_by_text("계획이 제출되어 반영됩니다.")).to_be_visible(timeout=30_000)
    state, amounts = stored(folder)
    assert (state, sum(amounts.values())) == ("submitted", sum(proposed.values()))
    assert amounts["training"] == training
    with page_opened(browser, f"{address}/divisions?as=planner-1&show=plans") as page:
        expect(page.get_by_text("계획 174건 중 1건 제출").first).to_be_visible()
        picture = page.locator('[data-testid="stVegaLiteChart"]').last
        expect(picture).to_be_visible()
        expect(page.get_by_role("img", name="구미 +20.0백만원").or_(picture).first).to_be_visible()
