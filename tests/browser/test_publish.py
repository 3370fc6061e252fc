"""A publication in Chromium: a planner proposes, a lead confirms, an auditor takes the pack."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from budget.__main__ import main
from budget.storage.store import Store, opened
from budget.workflow import demonstration, installation
from tests.browser.server import opened as page_opened
from tests.browser.server import served
from tests.browser.steps import confirm
from tests.storage.databases import Databases, move_round, sqlite_path

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(sqlite_databases: Databases, tmp_path: Path) -> Path:
    """A folder with a decided round."""
    found = sqlite_path(sqlite_databases.founded())
    path = tmp_path / f"{demonstration.DEMONSTRATION}.sqlite3"
    found.rename(path)
    store: Store = opened(f"sqlite:///{path}")
    move_round(store, "decided")
    store.close()
    return tmp_path


@pytest.fixture
def address(folder: Path, browser: Browser) -> Iterator[str]:
    """Our pages on it."""
    with served(**{installation.FOLDER: str(folder)}) as found, page_opened(browser, found):
        yield found


def test_proposed_confirmed_taken_and_reproduced(
    browser: Browser, address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with page_opened(browser, f"{address}/publish?as=planner-1") as page:
        confirm(page, "공개 제안…", "심의 결과대로", "계산하고 제안")
    with page_opened(browser, f"{address}/publish?as=lead-1") as page:
        expect(page.get_by_text("빠진 것이 없습니다")).to_be_visible()
        confirm(page, "공개 확정…", "심의 결과대로", "공개")
    with page_opened(browser, f"{address}/publish?as=auditor-1") as page:
        page.get_by_role("button", name="공개 묶음 준비").click()
        link = page.get_by_role("link", name="묶음 내려받기")
        link.wait_for(timeout=180_000)
        with page.expect_download() as waiting, page.context.expect_page():
            link.click()
        file = tmp_path / waiting.value.suggested_filename
        waiting.value.save_as(file)
    assert file.name.startswith("budget-allocation-2027-illustrative-")
    assert main(["reproduce", str(file)]) == 0
    assert "174 centres, certified" in capsys.readouterr().out
