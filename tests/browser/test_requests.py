"""The page of centre heads in a real browser: nothing typed is lost, nothing foreign is loaded."""

import io
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from sqlmodel import col, select

from budget.storage.store import Store, opened
from budget.storage.tables import Attachment, Snapshot, SpecialNeed, TrailRecord
from budget.workflow import special_needs
from budget.workflow.needs_seen import Need
from tests.browser import server
from tests.browser.server import served, settled
from tests.storage.databases import head

pytestmark = pytest.mark.browser
FOREIGN = "SN2027-046"
expect.set_options(timeout=20_000)
NASTY = (
    "<img src=http://nowhere.example/x.png> ![x](http://nowhere.example/y.png)\n[z](javascript:1)"
)
RIGHT = {
    "category": "other",
    "title": "Roof <img src=http://nowhere.example/t.png>",
    "requested_krw": "34,000,000",
    "need_by": "2027-12-31",
    "justification": NASTY,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database of this module's server is."""
    return tmp_path_factory.mktemp("requests")


@pytest.fixture(scope="module")
def address(browser: Browser, folder: Path) -> Iterator[str]:
    """Our pages, served for this module."""
    with served(BUDGET_DATA_DIR=str(folder)) as found, server.opened(browser, found):
        yield found


@pytest.fixture(scope="module")
def store(address: str, folder: Path) -> Iterator[Store]:
    """The database behind the server."""
    found = opened(f"sqlite:///{folder / 'demonstration.sqlite3'}")
    yield found
    found.close()


@pytest.fixture
def need(store: Store) -> Need:
    """A draft of EC001 with every field right."""
    return special_needs.begin(store, head(), "EC001", RIGHT, key=uuid.uuid4().hex)


@pytest.fixture
def page(browser: Browser, address: str, need: Need) -> Iterator[Page]:
    """The draft, opened by the head of its centre in English; no error may reach the console."""
    where = f"{address}/requests?as=centre_head-EC001&lang=en&request={need.id}"
    with server.opened(browser, where) as found:
        faults: list[str] = []
        found.on("pageerror", lambda fault: faults.append(str(fault)))
        expect(found.get_by_label("Title")).to_be_visible()
        yield found
        assert not faults


def row(store: Store, need: Need) -> SpecialNeed:
    """A request as the database has it."""
    with store.reading() as session:
        return session.get_one(SpecialNeed, need.id)


def becomes(true: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is true."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    assert true()


def main_button(page: Page, name: str) -> None:
    """Press a button of the page, not of the menu, once nothing moves under the pointer."""
    settled(page)
    page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True).click()


@pytest.mark.parametrize("name", ["Title", "Amount in won", "Justification"])
def test_a_reload_at_once_loses_nothing(page: Page, store: Store, need: Need, name: str) -> None:
    """F5 before the typing pause has ended: the text is stored, and shown again."""
    field = page.get_by_label(name, exact=True)
    field.fill("")
    field.press_sequentially("77 글")
    page.reload()
    expect(page.get_by_label(name, exact=True)).to_have_value("77 글")
    becomes(lambda: "77 글" in row(store, need).draft)


def test_a_wrong_amount_is_told_at_its_field_and_by_keyboard_put_right(
    page: Page, store: Store, need: Need
) -> None:
    """The field is marked and says what is expected; Enter saves; the amount is echoed."""
    amount = page.get_by_label("Amount in won")
    amount.fill("1,000만원")
    expect(amount).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="10,000,000 if that is meant")).to_be_visible()
    amount.press("Control+a")
    amount.press_sequentially("12500000")
    amount.press("Enter")
    expect(page.get_by_text("12,500,000 won = 12.5 million won")).to_be_visible()
    expect(amount).to_have_attribute("aria-invalid", "false")
    expect(amount).to_have_value("12500000")
    becomes(lambda: '"12500000"' in row(store, need).draft)


def test_a_double_click_submits_once_then_recall_and_withdraw(
    page: Page, store: Store, need: Need
) -> None:
    """One snapshot, one record; back into a draft; withdrawn with a reason."""
    main_button(page, "Check and submit")
    expect(page.get_by_text("It is frozen as version 1")).to_be_visible()
    submit = page.get_by_test_id("stMain").get_by_role("button", name="Submit", exact=True)
    submit.dblclick()
    expect(page.get_by_text("It waits for a reviewer.")).to_be_visible()
    settled(page)
    with store.reading() as session:
        snapshots = session.exec(select(Snapshot).where(Snapshot.special_need_id == need.id))
        assert len(snapshots.all()) == 1
    main_button(page, "Recall")
    expect(page.get_by_label("Title")).to_have_value(RIGHT["title"])
    main_button(page, "Withdraw")
    page.get_by_label("Reason").press_sequentially("not needed")
    page.get_by_role("button", name="Withdraw this request").click()
    expect(page.get_by_text("Reason of the withdrawal", exact=True)).to_be_visible()
    with store.reading() as session:
        records = session.exec(
            select(TrailRecord)
            .where(TrailRecord.object_id == need.id)
            .order_by(col(TrailRecord.number))
        ).all()
        found = [(one.verb, one.outcome) for one in records]
    assert found == [(verb, "done") for verb in ("begin", "submit", "recall", "withdraw")]


def test_what_people_write_is_shown_as_typed_and_loads_nothing(
    page: Page, store: Store, need: Need
) -> None:
    """Markup in a form, in the list, and in a submitted request; on a phone nothing is cut."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(page.get_by_label("Justification")).to_have_value(NASTY)
    page.get_by_role("link", name="All requests").click()
    page.get_by_role("link").filter(has_text="Roof <img src=").first.click()
    main_button(page, "Check and submit")
    expect(page.get_by_text("[z](javascript:1)")).to_be_visible()
    main_button(page, "Submit")
    expect(page.get_by_text("It waits for a reviewer.")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_timeout(500)
    wide = page.evaluate(
        "(() => { const m = document.querySelector('[data-testid=\"stMain\"]');"
        " return m.scrollWidth - m.clientWidth })()"
    )
    assert wide <= 0
    assert not [url for url in asked if "nowhere" in url]
    assert page.locator('[data-testid="stMain"] img').count() == 0


def test_a_forged_address_is_refused_and_recorded(
    browser: Browser, address: str, store: Store
) -> None:
    """Another centre's request shows nothing; the way back leads to one's own."""
    where = f"{address}/requests?as=centre_head-EC001&lang=en&request={FOREIGN}"
    with server.opened(browser, where) as page:
        expect(page.get_by_text("it is not yours to see")).to_be_visible()
        page.get_by_role("link", name="All requests").click()
        expect(page.get_by_role("button", name="New request")).to_be_visible()
        assert "request=" not in page.url
    with store.reading() as session:
        refused = session.exec(
            select(TrailRecord).where(
                TrailRecord.object_id == FOREIGN, TrailRecord.outcome == "refused"
            )
        ).all()
    assert refused


def test_files(page: Page, store: Store, need: Need) -> None:
    """HTML under another name is refused in words and not stored; a picture is, for its readers."""
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(picture, "PNG")
    page.set_input_files(
        "input[type=file]",
        [
            {"name": "p.png", "mimeType": "image/png", "buffer": picture.getvalue()},
            {"name": "p.pdf", "mimeType": "application/pdf", "buffer": b"<html>x</html>"},
        ],
    )
    expect(page.get_by_text("p.pdf was not added.")).to_be_visible()
    with store.reading() as session:
        stored = session.exec(
            select(Attachment.name).where(Attachment.special_need_id == need.id)
        ).all()
    assert list(stored) == ["p.png"]
    link = page.get_by_role("link", name="p.png").get_attribute("href")
    assert link
    where = f"{page.url.partition('/requests')[0]}/{link}"
    answer = page.request.get(where)
    assert (answer.status, answer.body()) == (200, picture.getvalue())
    assert answer.headers["content-disposition"].startswith("attachment")
    assert page.request.get(where[:-4] + "AAAA").status == 403
