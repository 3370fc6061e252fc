"""The live text field in a real browser: every keystroke arrives, none is lost, none is foreign."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from tests.browser.server import opened, served

pytestmark = pytest.mark.browser
INPUT = "(field, text) => { field.value = text; field.dispatchEvent(new InputEvent('input')); }"
SCRIPT = Path(__file__).with_name("live_text_page.py")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the page keeps what arrives."""
    return tmp_path_factory.mktemp("live_text")


@pytest.fixture(scope="module")
def address(browser: Browser, folder: Path) -> Iterator[str]:
    """The page of fields, served for this module."""
    with served(SCRIPT, LIVE_TEXT=str(folder)) as found, opened(browser, found):
        yield found


@pytest.fixture
def page(browser: Browser, address: str, folder: Path) -> Iterator[Page]:
    """The page in a fresh session, with nothing kept."""
    for file in folder.iterdir():
        file.unlink()
    with opened(browser, address) as found:
        faults: list[str] = []
        found.on("pageerror", lambda fault: faults.append(str(fault)))
        yield found
        assert not faults


def area(page: Page, label: str) -> Locator:
    """A field by its label."""
    return page.get_by_label(label, exact=True)


def arrives(file: Path, text: str, seconds: float = 10) -> None:
    """Wait until the page has kept this text, to the byte."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if file.exists() and file.read_bytes() == text.encode():
            return
        time.sleep(0.05)
    assert file.exists(), "nothing arrived"
    assert file.read_bytes().decode() == text


def test_typed_text_arrives_without_leaving_the_field(page: Page, folder: Path) -> None:
    """Two lines arrive while the caret stays in the field; a reload shows them again."""
    area(page, "Reason").focus()
    page.keyboard.type("one\ntwo", delay=30)
    arrives(folder / "reason", "one\ntwo")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.id") == "text"
    page.reload()
    expect(area(page, "Reason")).to_have_value("one\ntwo")


def test_a_reload_in_the_middle_of_a_word_loses_nothing(page: Page, folder: Path) -> None:
    """The text that no pause has sent yet is sent as the page goes away."""
    area(page, "Reason").focus()
    page.keyboard.type("not yet sent")
    page.reload()
    arrives(folder / "reason", "not yet sent")
    page.reload()  # the first reload may have been drawn before the text was kept
    expect(area(page, "Reason")).to_have_value("not yet sent")


def test_a_reload_keeps_what_the_old_session_did_not_hear(page: Page, folder: Path) -> None:
    """A message lost with the old session is sent again by the new page, and only once."""
    area(page, "Reason").focus()
    page.keyboard.type("first")
    arrives(folder / "reason", "first")
    page.evaluate("WebSocket.prototype.send = () => {}")
    page.keyboard.type(" and last")
    page.reload()
    expect(area(page, "Reason")).to_have_value("first and last")
    arrives(folder / "reason", "first and last")
    (folder / "reason").write_text("decided by another")
    page.reload()
    expect(area(page, "Reason")).to_have_value("decided by another")


def test_a_reload_does_not_overwrite_another_persons_text(page: Page, folder: Path) -> None:
    """Text that was not heard is given up where the server's text is no longer its beginning."""
    area(page, "Reason").focus()
    page.evaluate("WebSocket.prototype.send = () => {}")
    page.keyboard.type("mine")
    (folder / "reason").write_text("theirs")
    page.reload()
    expect(area(page, "Reason")).to_have_value("theirs")
    page.wait_for_timeout(800)
    assert (folder / "reason").read_text() == "theirs"


def test_typing_without_a_pause_is_kept_on_the_way(page: Page, folder: Path) -> None:
    """Somebody who never rests is not left unsaved."""
    area(page, "Reason").focus()
    for _ in range(30):
        page.keyboard.type("x")
        page.wait_for_timeout(100)
    assert len((folder / "reason").read_text()) >= 5
    arrives(folder / "reason", "x" * 30)


@pytest.mark.parametrize(
    ("label", "slow"),
    [
        ("Reason", "before"),
        ("In a fragment", "before"),
        ("Reason", "after"),
        ("Late", "after"),
    ],
)
def test_a_slow_run_neither_loses_a_letter_nor_moves_the_caret(
    browser: Browser, address: str, folder: Path, label: str, slow: str
) -> None:
    """Runs of a second each come back with old text while the reader types in the middle."""
    name = {"Reason": "reason", "In a fragment": "fragment", "Late": "late"}[label]
    (folder / name).write_text("[]")
    typed = "".join(chr(ord("a") + n % 26) for n in range(60))
    with opened(browser, f"{address}/?{slow}=1") as page:
        expect(page.get_by_text(f"1 {slow}")).to_be_visible()
        field = area(page, label)
        expect(field).to_have_value("[]")
        field.evaluate("field => { field.focus(); field.setSelectionRange(1, 1); }")
        for n, letter in enumerate(typed):
            page.keyboard.type(letter)
            page.wait_for_timeout(600 if n % 15 == 14 else 40)
            assert field.input_value() == f"[{typed[: n + 1]}]"
            assert field.evaluate("field => field.selectionStart") == n + 2
        arrives(folder / name, f"[{typed}]")
        page.wait_for_timeout(2500)
        assert field.input_value() == f"[{typed}]"
        assert field.evaluate("field => field.selectionStart") == len(typed) + 1


def test_a_text_from_outside_is_shown(page: Page, folder: Path) -> None:
    """What the server puts in place of the typed text appears, and typing builds on it."""
    area(page, "Reason").focus()
    page.keyboard.type("mine")
    page.get_by_role("button", name="Take over").click()
    taken = "another person's text\n두 번째 줄"
    expect(area(page, "Reason")).to_have_value(taken)
    area(page, "Reason").press("Control+End")
    page.keyboard.type("!")
    arrives(folder / "reason", taken + "!")


def test_a_refused_text_stays_until_it_is_given_back(page: Page, folder: Path) -> None:
    """Text the server does not take is not torn away; too long is counted, told and explained."""
    field = area(page, "Refused")
    field.press("Control+End")
    page.keyboard.type(" and on")
    arrives(folder / "refused", "as saved and on")
    expect(page.get_by_role("alert").filter(has_text="Too long")).to_be_visible()
    expect(field).to_have_value("as saved and on")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("15 / 10", exact=True)).to_be_visible()
    page.get_by_role("button", name="Give back").click()
    expect(field).to_have_value("as saved")
    expect(field).to_have_attribute("aria-describedby", "error help count")


def test_nothing_longer_than_the_hard_bound(page: Page, folder: Path) -> None:
    """Five times the limit is the end, however much is pasted."""
    area(page, "Refused").fill("")
    area(page, "Refused").focus()
    page.keyboard.insert_text("가" * 80)
    arrives(folder / "refused", "가" * 50)


def test_a_fragment_reruns_alone(page: Page, folder: Path) -> None:
    """Typing in a fragment does not run the page."""
    before = page.get_by_text("full runs").inner_text()
    area(page, "In a fragment").focus()
    page.keyboard.type("alone")
    arrives(folder / "fragment", "alone")
    expect(page.get_by_text("fragment has 5")).to_be_visible()
    assert page.get_by_text("full runs").inner_text() == before


def test_markup_is_text(page: Page, folder: Path) -> None:
    """Typed markup is shown as typed, loads nothing and runs nothing, also after a reload."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    markup = "<img src=/nowhere.png onerror=\"document.title='run'\"></textarea><b>**b** :red[r]"
    area(page, "Reason").focus()
    page.keyboard.type(markup)
    arrives(folder / "reason", markup)
    page.reload()
    expect(area(page, "Reason")).to_have_value(markup)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "nowhere" in url]
    assert page.title() != "run"


def test_korean_text_arrives(page: Page, folder: Path) -> None:
    """Text put in at once, and syllables as an input method builds them."""
    area(page, "Reason").focus()
    page.keyboard.insert_text("특별 소요 ")
    arrives(folder / "reason", "특별 소요 ")
    ime = page.context.new_cdp_session(page)
    for steps, syllable in (("ㅅ서", "서"), ("ㅇ우", "우"), ("ㄹ루", "루")):
        for step in steps:
            compose(ime, step)
            page.wait_for_timeout(60)
        ime.send("Input.insertText", {"text": syllable})
    arrives(folder / "reason", "특별 소요 서우루")


def test_a_syllable_under_composition_is_not_broken_and_not_lost(page: Page, folder: Path) -> None:
    """Nothing is sent within the typing pause; a longer rest, or a reload, sends what is seen."""
    kept = folder / "reason"
    area(page, "Reason").focus()
    ime = page.context.new_cdp_session(page)
    compose(ime, "하")
    page.wait_for_timeout(800)
    assert not kept.exists()
    compose(ime, "한")
    arrives(kept, "한")
    compose(ime, "한ㄱ")
    ime.send("Input.insertText", {"text": "한글"})
    arrives(kept, "한글")
    compose(ime, "ㅇ")
    compose(ime, "으")
    page.reload()
    arrives(kept, "한글으")


def test_typing_hangul_without_a_pause_is_kept_between_syllables(page: Page, folder: Path) -> None:
    """A typist whose input method is always composing is saved as well, in whole syllables."""
    field = area(page, "Reason")
    field.focus()
    field.dispatch_event("compositionstart")
    for n in range(12):
        for step in ("ㄱ", "가", "각"):
            field.evaluate(INPUT, "각" * n + step)
            page.wait_for_timeout(90)
        # one key ends a syllable and begins the next, with no time between
        field.evaluate("""field => {
            field.dispatchEvent(new CompositionEvent("compositionend"));
            field.dispatchEvent(new CompositionEvent("compositionstart"));
        }""")
    assert len((folder / "reason").read_text()) >= 5
    assert set((folder / "reason").read_text()) == {"각"}
    arrives(folder / "reason", "각" * 12)


def test_a_closed_field_takes_no_text(page: Page) -> None:
    """It can be read, not changed."""
    expect(area(page, "Closed")).to_be_disabled()
    expect(area(page, "Closed")).to_have_value("decided")


def test_a_server_that_comes_back_gets_what_nobody_heard(browser: Browser, tmp_path: Path) -> None:
    """Text typed while no server ran is told to the next one, not replaced by the kept text."""
    (tmp_path / "reason").write_text("kept")
    with contextlib.ExitStack() as screen:
        with served(SCRIPT, LIVE_TEXT=str(tmp_path)) as first:
            page = screen.enter_context(opened(browser, first))
            expect(area(page, "Reason")).to_have_value("kept")
        area(page, "Reason").press("Control+End")
        page.keyboard.type(" and more")
        page.wait_for_timeout(600)
        with served(SCRIPT, LIVE_TEXT=str(tmp_path)) as second:
            assert second == first
            arrives(tmp_path / "reason", "kept and more", seconds=60)
            expect(area(page, "Reason")).to_have_value("kept and more")


def compose(ime: Any, text: str) -> None:
    """Show this text as under composition."""
    ime.send(
        "Input.imeSetComposition",
        {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
    )


# Without a browser: how a test of a page types into the field.


def told(app: AppTest, key: str, text: str) -> AppTest:
    """Run the page as if the browser had sent this text."""
    states: WidgetStates = app._tree.get_widget_states()
    field = next(found for found in app.get("bidi_component") if found.key == key)
    data = json.loads(field.proto.json)
    sent = {
        "text": text,
        "revision": data["revision"],
        "memory": data["memory"],
        "serial": data["heard"] + 1,
    }
    states.widgets.add(id=field.proto.id, json_value=json.dumps({"typed": sent}))
    return app._run(states)


def test_a_page_test_can_read_and_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest draws the field, reads its text from the data, and types by a widget state."""
    monkeypatch.setenv("LIVE_TEXT", str(tmp_path))
    (tmp_path / "reason").write_text("kept")
    app = AppTest.from_file(str(SCRIPT)).run()
    assert not app.exception
    assert shown(app, "reason") == "kept"
    told(app, "reason", "kept\r\nand\0 more \ud83d")
    assert (tmp_path / "reason").read_bytes() == b"kept\nand more ?"
    app.run()
    assert shown(app, "reason") == "kept\nand more ?"
    told(app, "refused", "x" * 99)
    assert (tmp_path / "refused").read_text() == "x" * 50
    app.button[1].click().run()
    assert shown(app, "refused") == "as saved"
    assert not app.exception


def test_a_forged_or_overtaken_message_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only text that builds on what the field was last given counts."""
    monkeypatch.setenv("LIVE_TEXT", str(tmp_path))
    app = AppTest.from_file(str(SCRIPT)).run()
    field = next(found for found in app.get("bidi_component") if found.key == "reason")
    first = json.loads(field.proto.json)
    app.button[0].click().run()
    now = {"text": "x", "revision": first["revision"] + 1, "memory": first["memory"], "serial": 9}
    for sent in (
        {**now, "revision": first["revision"]},
        {**now, "text": 7},
        {**now, "serial": None},
        {**now, "memory": "another session"},
        "nonsense",
    ):
        states = app._tree.get_widget_states()
        states.widgets.add(id=field.proto.id, json_value=json.dumps({"typed": sent}))
        app._run(states)
        assert not app.exception
        assert shown(app, "reason").startswith("another person's")
    told(app, "reason", "x")
    assert shown(app, "reason") == "x"
    told(app, "closed", "broken open")
    assert shown(app, "closed") == "decided"


def shown(app: AppTest, key: str) -> str:
    """The text that a field is given to show."""
    field = next(found for found in app.get("bidi_component") if found.key == key)
    text: str = json.loads(field.proto.json)["text"]
    return text
