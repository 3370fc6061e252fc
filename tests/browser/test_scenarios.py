"""Scenarios in Chromium: saved, opened by address, two planners on one, no reload loses them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from budget.storage.store import Store, opened
from budget.workflow import demonstration, installation, saved_scenarios
from tests.browser.server import opened as page_opened
from tests.browser.server import served, settled
from tests.storage.databases import planner

pytestmark = pytest.mark.browser
RESERVE = "reserve.amount.share"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is."""
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def address(browser: Browser, folder: Path) -> Iterator[str]:
    """Our pages, served for this module."""
    with served(**{installation.FOLDER: str(folder)}) as found, page_opened(browser, found):
        yield found


@pytest.fixture
def store(address: str, folder: Path) -> Iterator[Store]:
    """The database behind the pages."""
    found = opened(f"sqlite:///{folder / demonstration.DEMONSTRATION}.sqlite3")
    yield found
    found.close()


def move_reserve(page: Page, key: str, times: int = 1) -> None:
    """The reserve's slider by keyboard."""
    slider = page.locator('input[type=range][aria-label="유보액"]')
    slider.focus()
    for _ in range(times):
        page.keyboard.press(key)
        settled(page)


def save(page: Page, *, name: str = "", rationale: str = "") -> None:
    """Save as a new version, or under a new name."""
    page.get_by_role("button", name="저장…").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    if name:
        dialog.get_by_text("새 시나리오", exact=True).click()
        dialog.get_by_label("이름").fill(name)
        page.keyboard.press("Tab")
        settled(page)
    if rationale:
        dialog.get_by_placeholder("이 값으로 정한 사유").first.fill(rationale)
        page.keyboard.press("Tab")
        settled(page)
    dialog.get_by_role("button", name="저장", exact=True).click()
    settled(page)


def test_two_planners_on_one_scenario(
    browser: Browser,
    address: str,
    store: Store,
) -> None:
    """The second is told who changed what, keeps rules and text, and saves on top if they wish."""
    with (
        page_opened(browser, f"{address}/allocate?as=planner-1") as first,
        page_opened(browser, f"{address}/allocate?as=planner-2") as second,
    ):
        for page in (first, second):  # the very first address of a server opens the overview
            if page.locator("input[type=range]").count() == 0:
                page.get_by_text("배분안 만들기").first.click()
            page.locator("input[type=range]").first.wait_for()
            settled(page)
        move_reserve(first, "ArrowRight")
        save(first, name="유보 확대안", rationale="재해 대비")
        expect(first.get_by_role("button", name="유보 확대안 · 1")).to_be_visible(timeout=20_000)
        made = next(
            found
            for found in saved_scenarios.scenarios(store, planner(1))
            if found.name == "유보 확대안"
        )
        assert dict(made.rationales) == {RESERVE: "재해 대비"}
        assert made.changes[RESERVE] == ("0.01", "0.015")

        second.goto(f"{address}/allocate?as=planner-2&scenario={made.id}")
        second.get_by_text("변경 1건").wait_for()
        settled(second)
        move_reserve(first, "ArrowRight")
        save(first, rationale="재해 대비")
        move_reserve(second, "ArrowLeft", times=2)
        move_reserve(second, "ArrowRight", times=4)
        save(second, rationale="다른 사유")
        dialog = second.get_by_role("dialog")
        expect(dialog.get_by_text("예산 담당 1")).to_be_visible()
        expect(dialog.get_by_placeholder("이 값으로 정한 사유").first).to_have_value("다른 사유")
        assert saved_scenarios.scenario(store, planner(1), made.id).latest == 2
        dialog.get_by_role("button", name="저장", exact=True).click()
        settled(second)
        history = saved_scenarios.history(store, planner(1), made.id)
        assert [(found.number, found.saved_by) for found in history] == [
            (3, "예산 담당 2"),
            (2, "예산 담당 1"),
            (1, "예산 담당 1"),
        ]
        assert history[0].changes[RESERVE][0] == "0.02"
        assert history[0].rationales[RESERVE] == "다른 사유"


def test_a_reload_and_a_colleague_find_the_changes(
    browser: Browser,
    address: str,
) -> None:
    """Unsaved changes stand in the address; what the policy cannot have is told."""
    with page_opened(browser, f"{address}/allocate") as page:
        page.locator("input[type=range]").first.wait_for()
        move_reserve(page, "ArrowRight", times=2)
        shown = page.url
        page.reload()
        expect(page.get_by_text("변경 1건")).to_be_visible(timeout=30_000)
        settled(page)
    with page_opened(browser, shown) as colleague:
        expect(colleague.get_by_text("변경 1건")).to_be_visible(timeout=30_000)
    bad = "set=no.such.rule%3D1&set=reserve.amount.share%3DNaN&set=reserve.amount.share%3D7"
    with page_opened(browser, f"{address}/allocate?{bad}") as page:
        expect(page.get_by_text("no.such.rule")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("NaN")).to_be_visible()
        page.locator("input[type=range]").first.wait_for()
        expect(page.get_by_text("변경 1건")).to_have_count(0)
    with page_opened(browser, f"{address}/allocate?scenario=999") as page:
        expect(page.get_by_text("볼 권한이 없습니다")).to_be_visible(timeout=30_000)
