"""The review in a real browser: two at once, a double click, the keyboard, text that stays text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from budget.storage.store import Store, opened
from budget.ui import keys
from budget.workflow import (
    demonstration,
    installation,
    needs_seen,
    people,
    records,
    review,
)
from budget.workflow.records import Filter
from budget.workflow.roles import Role
from tests.browser.server import opened as page_opened
from tests.browser.server import served, settled
from tests.storage.databases import administrator, auditor, key, reviewer

pytestmark = pytest.mark.browser
TWO, TWICE, OWN, OTHERS = "SN2027-029", "SN2027-036", "SN2027-014", "SN2027-011"
UNCLAIMED = "SN2027-060"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is."""
    return tmp_path_factory.mktemp("review")


@pytest.fixture(scope="module")
def address(browser: Browser, folder: Path) -> Iterator[str]:
    """Our pages, served for this module."""
    with served(**{installation.FOLDER: str(folder)}) as found, page_opened(browser, found):
        yield f"{found}/review"


@pytest.fixture
def store(address: str, folder: Path) -> Iterator[Store]:
    """The database behind the pages."""
    found = opened(f"sqlite:///{folder / demonstration.DEMONSTRATION}.sqlite3")
    yield found
    found.close()


def asked(address: str, who: str, need_id: str) -> str:
    """The address of a request, in English."""
    return f"{address}?as={who}&lang=en&{keys.REQUEST_PARAMETER}={need_id}"


def deeds(store: Store, need_id: str, verb: str, outcome: str = "done") -> int:
    """How often something was done to a request, or refused."""
    wanted = Filter(verb=verb, object_id=need_id, outcome=outcome)
    return len(records.records(store, auditor(), wanted)[0])


def reason(page: Page, text: str) -> None:
    """Type the reason of the decision."""
    page.get_by_role("textbox", name="Reason of the decision").fill(text)
    page.wait_for_timeout(700)
    settled(page)


def test_two_planners_decide_the_same_request(browser: Browser, address: str, store: Store) -> None:
    """One event; the second is told who was faster, and the text is still there."""
    with (
        page_opened(browser, asked(address, "planner-1", TWO)) as first,
        page_opened(browser, asked(address, "planner-2", TWO)) as second,
    ):
        reason(first, "first")
        reason(second, "<b>second</b>")
        first.get_by_role("button", name="Approve 41.8 million won").click()
        expect(first.get_by_text("is approved with")).to_be_visible(timeout=20_000)
        second.get_by_role("button", name="Approve 41.8 million won").click()
        expect(second.get_by_text("Planner 1 changed").first).to_be_visible(timeout=20_000)
        expect(second.get_by_text("<b>second</b>", exact=True)).to_be_visible()
    assert deeds(store, TWO, "approve") == 1
    assert needs_seen.need(store, auditor(), TWO).decision_reason == "first"


def test_a_half_written_decision_outlives_a_reload_and_another_language(
    browser: Browser, address: str, store: Store
) -> None:
    """F5 and the switch of language lose nothing that was typed; nothing is decided by it."""
    with page_opened(browser, asked(address, "planner-2", OTHERS)) as page:
        reason(page, "half a sentence")
        page.reload()
        settled(page)
        expect(page.get_by_role("textbox", name="Reason of the decision")).to_have_value(
            "half a sentence", timeout=20_000
        )
        page.get_by_role("radio", name="한국어").click()
        settled(page)
        expect(page.get_by_role("textbox", name="결정 사유")).to_have_value(
            "half a sentence", timeout=20_000
        )
    assert deeds(store, OTHERS, "approve") == deeds(store, OTHERS, "reject") == 0


def test_a_double_click_is_one_event(browser: Browser, address: str, store: Store) -> None:
    """Two clicks as fast as a hand; and typing an amount changes what the button approves."""
    with page_opened(browser, asked(address, "planner-1", TWICE)) as page:
        reason(page, "once")
        field = page.get_by_label("Amount in won", exact=True)
        field.fill("300,000,000")
        button = page.get_by_role("button", name="Approve 300.0 million won")
        expect(button).to_be_visible(timeout=20_000)
        settled(page)
        button.dblclick()
        expect(page.get_by_text("is approved with")).to_be_visible(timeout=20_000)
        settled(page)
        assert page.locator('[data-testid="stAlertContentWarning"]').count() == 0
    assert deeds(store, TWICE, "approve") == 1
    assert needs_seen.need(store, auditor(), TWICE).approved_krw == 300_000_000


def test_whose_it_is_not_to_decide_or_to_see(browser: Browser, address: str, store: Store) -> None:
    """An own-assessed request offers no decision; another's is refused, recorded, with a way
    back."""
    people.grant(
        store, administrator(), reviewer(1), "r", Role.PLANNER, reason="both", key=key("grant")
    )
    with page_opened(browser, asked(address, "reviewer-1", OWN)) as page:
        expect(page.get_by_text("Whoever wrote or assessed a request")).to_be_visible()
        assert page.get_by_role("button", name=re.compile(r"Approve \d|Reject")).count() == 0
        settled(page)
    with page_opened(browser, asked(address, "reviewer-2", OWN)) as page:
        expect(page.get_by_text("not yours to see")).to_be_visible()
        page.get_by_role("button", name="Back to the queue").click()
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible(timeout=20_000)
    assert deeds(store, OWN, "see_need", "refused") >= 1


def test_the_queue_opens_by_click_and_by_keyboard(browser: Browser, address: str) -> None:
    """A click on a row; or the table's first column and arrow right. The address follows."""
    with page_opened(browser, f"{address}?as=planner-2&lang=en") as page:
        table = page.get_by_test_id("stDataFrame").first
        box = table.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 320, box["y"] + 50)
        page.wait_for_url(f"**{keys.REQUEST_PARAMETER}=SN2027-*")
        page.get_by_role("button", name="Back to the queue").click()
        page.get_by_test_id("stDataFrame").first.wait_for()
        settled(page)
        assert keys.REQUEST_PARAMETER not in page.url
        page.get_by_test_id("stDataFrame").first.locator("canvas").first.focus()
        expect(page.get_by_role("button", name="Open SN2027")).to_be_visible(timeout=20_000)
        settled(page)
        page.keyboard.press("ArrowDown")
        settled(page)
        assert keys.REQUEST_PARAMETER not in page.url
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**{keys.REQUEST_PARAMETER}=SN2027-*")


def test_what_people_type_stays_text(browser: Browser, address: str, store: Store) -> None:
    """Tags and links in an assessment are shown as typed; nothing is loaded for them."""
    text = '<img src="http://127.0.0.1:1/x.png"> [a](javascript:alert(1)) :red[b] $x$'
    found = needs_seen.need(store, auditor(), UNCLAIMED)
    held = review.claim(store, reviewer(2), UNCLAIMED, based_on=found.version, key=key("claim"))
    review.assess(
        store,
        reviewer(2),
        UNCLAIMED,
        feasible=True,
        assessed_krw=47_000_000,
        priority=1,
        divisible=True,
        rationale=text,
        based_on=held.version,
        key=key("assess"),
    )
    asked_for: list[str] = []
    with page_opened(browser, asked(address, "planner-1", UNCLAIMED)) as page:
        page.on("request", lambda request: asked_for.append(request.url))
        expect(page.get_by_text(text, exact=True).first).to_be_visible(timeout=20_000)
        page.get_by_text("History", exact=False).first.click()
        settled(page)
        assert page.locator('a[href^="javascript"], img[src*="x.png"]').count() == 0
    assert not [url for url in asked_for if "x.png" in url]
