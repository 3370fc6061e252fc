"""The page of centre heads through app.py: write, keep, submit, answer; and what nobody may see."""

import asyncio
import io
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlmodel import col, select
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from budget.storage.store import Store
from budget.storage.tables import Attachment, Snapshot, SpecialNeed, TrailRecord
from budget.ui import keys, server, sign_in
from budget.workflow import attachments, needs_seen, people, review, special_needs
from budget.workflow.needs_seen import Need
from tests.pages.people_of_pages import at_address
from tests.storage.databases import Clock, administrator, head, key, move_round, reviewer

ROOT = Path(__file__).parents[2]
RIGHT = {
    "category": "remodelling",
    "title": "옥상 방수",
    "requested_krw": "34,000,000",
    "need_by": "2027-04-01",
    "justification": "비가 샌다.",
    "condition": "2024년부터 누수",
}
OWN, FOREIGN = "SN2027-007", "SN2027-046"
"""EC001's request, approved for 248,960,000 won, and EC002's."""

type Open = Callable[..., AppTest]


@pytest.fixture
def store(quick_store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The demonstration behind the pages, with a clock that stands still."""
    monkeypatch.setattr(sign_in, "store", lambda: quick_store)
    return quick_store


@pytest.fixture
def open_page(store: Store) -> Open:
    """Opens the page as somebody, in a session of its own."""

    def opened(who: str = "centre_head-EC001", request: str = "", language: str = "en") -> AppTest:
        asked = {"as": who, "lang": language} | ({"request": request} if request else {})
        app = at_address("requests", asked)
        assert not app.exception
        return app

    return opened


def shown(app: AppTest) -> str:
    """All texts of the page, one a line, without what only steers the drawing."""
    found = []
    for element in app.main:
        proto = getattr(element, "proto", None)
        for name in ("body", "label", "value", "placeholder", "help"):
            text = getattr(proto, name, None)
            if isinstance(text, str):
                found.append(text)
        if element.type == "bidi_component":
            found += [str(text) for text in fields(element).values()]
        if element.type == "button_group":
            found += [option.content for option in element.proto.options]
    text = re.sub(r":material/\w+:|:[a-z]+(-badge)?\[", "", "\n".join(found))
    return text.replace("\\", "").replace("\u2060", "")


def fields(element: Any) -> dict[str, str]:
    """What a live text field says."""
    data: dict[str, Any] = json.loads(element.proto.json)
    return {name: data[name] for name in ("label", "text", "help", "error", "placeholder")}


def field(app: AppTest, need_id: str, name: str) -> dict[str, str]:
    """What one field of the form says."""
    wanted = keys.request_field(need_id, name)
    return fields(next(one for one in app.get("bidi_component") if one.key == wanted))


def typed(app: AppTest, need_id: str, name: str, text: str) -> AppTest:
    """Run the page as if the browser had sent this text."""
    states = app._tree.get_widget_states()
    wanted = keys.request_field(need_id, name)
    found = next(one for one in app.get("bidi_component") if one.key == wanted)
    data = json.loads(found.proto.json)
    sent = {
        "text": text,
        "revision": data["revision"],
        "memory": data["memory"],
        "serial": data["heard"] + 1,
    }
    states.widgets.add(id=found.proto.id, json_value=json.dumps({"typed": sent}))
    app._run(states)
    assert not app.exception
    return app


def drafted(store: Store, **texts: str) -> Need:
    """A draft of EC001 with every field right."""
    return special_needs.begin(store, head(), "EC001", {**RIGHT, **texts}, key=key())


def row(store: Store, need_id: str) -> SpecialNeed:
    """A request as the database has it."""
    with store.reading() as session:
        return session.get_one(SpecialNeed, need_id)


def draft(store: Store, need_id: str) -> dict[str, str]:
    """The texts of a draft as the database has them."""
    found: dict[str, str] = json.loads(row(store, need_id).draft)
    return found


def deeds(store: Store, need_id: str, outcome: str = "done") -> list[str]:
    """What the trail says of a request."""
    with store.reading() as session:
        found = session.exec(
            select(TrailRecord.verb)
            .where(TrailRecord.object_id == need_id, TrailRecord.outcome == outcome)
            .order_by(col(TrailRecord.number))
        ).all()
        return [str(verb) for verb in found]


def second_head(store: Store) -> str:
    """EC002's head, who heads EC001 as well."""
    people.grant(
        store,
        administrator(),
        head("EC002"),
        "둘째",
        "centre_head",
        centre_id="EC001",
        reason="for a test",
        key=key(),
    )
    return head("EC002")


def click(app: AppTest, name: str) -> AppTest:
    """Press a button."""
    app.button(key=name).click().run()
    assert not app.exception
    return app


def png(colour: str = "red") -> bytes:
    """A picture."""
    file = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


# --- the list ------------------------------------------------------------------------------------


def test_the_list_has_the_centre_s_requests_and_the_deadline(open_page: Open, store: Store) -> None:
    """Own requests by state, nobody else's; until when, and what the server's clock says."""
    need = drafted(store)
    text = shown(open_page())
    assert "Submit until 2026-05-29 23:59:59 Korean time" in text
    assert "By the server's clock it is now 2026-03-10 09:00:00." in text
    assert text.index("With you") < text.index(need.id) < text.index("With the ministry")
    assert OWN in text
    assert FOREIGN not in text
    assert "34.0 million won" in text


def test_a_closed_window_says_why_and_what_to_do(
    open_page: Open, store: Store, clock: Clock
) -> None:
    """No button that would only refuse; the lead can extend; a supplementary round comes after."""
    clock.set("2026-06-01T09:00:00+09:00")
    app = open_page()
    assert "the deadline was 2026-05-29, 23:59:59 Korean time" in shown(app)
    assert "the lead can extend the deadline" in shown(app)
    assert not [one for one in app.button if "New request" in one.label]
    move_round(store, "decided")
    assert "the round has been decided" in shown(open_page())


def test_nothing_yet_says_what_to_do(open_page: Open, store: Store) -> None:
    """A centre without a request, and somebody who heads none."""
    with store.writing() as session:
        for found in session.exec(
            select(SpecialNeed).where(SpecialNeed.centre_id == "EC001")
        ).all():
            found.centre_id = "EC003"
            session.add(found)
    assert "no request in this round" in shown(open_page())
    assert "under “Review”" in shown(open_page("planner-1"))
    assert "Your roles do not allow this" in shown(open_page("administrator-1"))


@pytest.mark.parametrize("request_id", ["", "draft", OWN])
def test_korean_screens_hold_no_english(open_page: Open, store: Store, request_id: str) -> None:
    """No English but kinds of files."""
    wanted = drafted(store).id if request_id == "draft" else request_id
    text = re.sub("(SN|EC)[0-9]+", "", shown(open_page(request=wanted, language="ko")))
    allowed = {"English", "PDF", "PNG", "JPEG", "XLSX", "HWPX", "MB"}
    assert not set(re.findall(r"[A-Za-z]{2,}", text)) - allowed


# --- writing -------------------------------------------------------------------------------------


def test_a_new_request_is_a_draft_whose_address_says_it(open_page: Open, store: Store) -> None:
    """One click, one draft; the address opens it again."""
    app = open_page()
    click(app, keys.new_request("EC001"))
    need_id = app.query_params["request"]
    assert row(store, need_id).state == "draft"
    typed(app, need_id, "title", "옥상 방수")
    again = open_page(request=need_id)
    assert field(again, need_id, "title")["text"] == "옥상 방수"
    assert len([verb for verb in deeds(store, need_id) if verb == "begin"]) == 1


def test_what_is_typed_is_stored_right_or_wrong_with_the_fault_at_its_field(
    open_page: Open, store: Store
) -> None:
    """An amount in words, a negative one, a right one."""
    need = drafted(store)
    app = open_page(request=need.id)
    for wrong in ("1,000만원", "-1", "34.5", "0"):
        typed(app, need.id, "requested_krw", wrong)
        assert draft(store, need.id)["requested_krw"] == wrong
        assert field(app, need.id, "requested_krw")["text"] == wrong
        assert "Expected: whole won" in field(app, need.id, "requested_krw")["error"]
        assert "To be corrected: Amount in won" in shown(app)
    typed(app, need.id, "requested_krw", "12,500,000")
    right = field(app, need.id, "requested_krw")
    assert right["error"] == ""
    assert "12,500,000 won = 12.5 million won" in right["help"]
    assert "Saved 09:00:00" in right["help"]


def test_the_form_has_the_fields_of_the_category(open_page: Open, store: Store) -> None:
    """Another category: other fields; what was written before is kept and said."""
    need = drafted(store)
    app = open_page(request=need.id)
    app.button_group(key=keys.request_field(need.id, "category")).set_value("leasing").run()
    assert draft(store, need.id)["category"] == "leasing"
    assert field(app, need.id, "lease_end")["text"] == ""
    assert "kept in case you change it back: Condition of the rooms" in shown(app)
    assert draft(store, need.id)["condition"] == RIGHT["condition"]


def test_text_that_cannot_be_stored_is_kept_over_a_reload(open_page: Open, store: Store) -> None:
    """Too long a title: told at its field, not stored, there after a reload; then shortened."""
    need = drafted(store)
    long = "가" * 121
    app = typed(open_page(request=need.id), need.id, "title", long)
    assert draft(store, need.id)["title"] == RIGHT["title"]
    assert "Not saved" in field(app, need.id, "title")["error"]
    again = open_page(request=need.id)
    assert field(again, need.id, "title")["text"] == long
    assert "Not saved: Title" in shown(again)
    typed(again, need.id, "title", "짧게")
    assert draft(store, need.id)["title"] == "짧게"
    assert "Not saved" not in shown(again)


def test_two_heads_at_one_field(open_page: Open, store: Store) -> None:
    """Who changed what is told, the own text stays, and its writer says whose counts."""
    need = drafted(store)
    other = second_head(store)
    app = open_page(request=need.id)

    def theirs(text: str) -> None:
        now = needs_seen.need(store, other, need.id)
        special_needs.save_draft(
            store, other, need.id, {"title": text}, based_on=now.version, key=key()
        )

    theirs("그쪽")
    typed(app, need.id, "title", "이쪽")
    assert draft(store, need.id)["title"] == "그쪽"
    assert field(app, need.id, "title")["text"] == "이쪽"
    assert re.search(r"changed Title at 2026-03-10 09:00:00; it now says: 그쪽", shown(app))
    typed(app, need.id, "title", "이쪽 더")
    typed(app, need.id, "requested_krw", "5,000,000")  # another field is no matter of dispute
    assert draft(store, need.id) == {**RIGHT, "title": "그쪽", "requested_krw": "5,000,000"}
    click(app, keys.mine(need.id, "title"))
    assert draft(store, need.id)["title"] == "이쪽 더"
    theirs("다시 그쪽")
    typed(app, need.id, "title", "다시 이쪽")
    click(app, keys.theirs(need.id, "title"))
    assert draft(store, need.id)["title"] == "다시 그쪽"
    assert field(app, need.id, "title")["text"] == "다시 그쪽"
    assert "changed Title" not in shown(app)


def test_text_that_comes_after_submission_is_shown_to_be_copied(
    open_page: Open, store: Store
) -> None:
    """The other head submits while this one writes: nothing is stored, nothing is lost."""
    need = drafted(store)
    app = open_page(request=need.id)
    other = second_head(store)
    special_needs.submit(store, other, need.id, based_on=need.version, key=key())
    typed(app, need.id, "title", "늦은 글")
    assert "This text of yours was not saved" in shown(app)
    assert "늦은 글" in shown(app)
    assert draft(store, need.id)["title"] == RIGHT["title"]
    click(app, keys.request_deed(need.id, "give_up"))
    assert "늦은 글" not in shown(app)


# --- submitting ----------------------------------------------------------------------------------


def test_gaps_are_told_at_their_fields_before_anything_is_frozen(
    open_page: Open, store: Store
) -> None:
    """Checking an unfinished draft marks what is missing; it stays a draft."""
    need = drafted(store, justification="", need_by="2027/4/1")
    app = open_page(request=need.id)
    assert field(app, need.id, "justification")["error"] == ""
    click(app, keys.request_deed(need.id, "check"))
    assert field(app, need.id, "justification")["error"].startswith("Expected")
    assert "2027-04-30" in field(app, need.id, "need_by")["error"]
    assert row(store, need.id).state == "draft"


def test_submit_recall_withdraw(open_page: Open, store: Store) -> None:
    """What is frozen is shown first; recalled it is a draft again; withdrawn with a reason."""
    need = drafted(store)
    app = open_page(request=need.id)
    click(app, keys.request_deed(need.id, "check"))
    assert "It is frozen as version 1, with 0 files." in shown(app)
    assert RIGHT["justification"] in shown(app)
    click(app, keys.request_deed(need.id, "submit"))
    assert row(store, need.id).state == "submitted"
    with store.reading() as session:
        frozen = session.exec(select(Snapshot).where(Snapshot.special_need_id == need.id)).all()
    assert [one.number for one in frozen] == [1]
    assert "It waits for a reviewer." in shown(app)
    click(app, keys.request_deed(need.id, "recall"))
    assert row(store, need.id).state == "draft"
    assert field(app, need.id, "title")["text"] == RIGHT["title"]
    click(app, keys.request_deed(need.id, "withdraw"))
    assert row(store, need.id).state == "draft"
    assert "a reason in a sentence" in field(app, need.id, "reason")["error"]
    typed(app, need.id, "reason", "필요가 없어졌다.")
    click(app, keys.request_deed(need.id, "withdraw"))
    assert row(store, need.id).state == "withdrawn"
    assert "필요가 없어졌다." in shown(app)
    assert deeds(store, need.id) == ["begin", "submit", "recall", "withdraw"]


def test_a_returned_request_shows_the_questions_and_can_be_answered(
    open_page: Open, store: Store, clock: Clock
) -> None:
    """Questions and due date above the form, also after the deadline; then a second version."""
    need = drafted(store)
    need = special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    need = review.claim(store, reviewer(1), need.id, based_on=need.version, key=key())
    clock.set("2026-06-01T09:00:00+09:00")
    review.send_back(
        store,
        reviewer(1),
        need.id,
        "견적서가\n<img src=http://nowhere.example/x>",
        date(2026, 6, 10),
        based_on=need.version,
        key=key(),
    )
    app = open_page(request=need.id)
    assert "견적서가\n<img src=http://nowhere.example/x>" in [one.value for one in app.text]
    assert "until 2026-06-10 23:59:59 Korean time" in shown(app)
    typed(app, need.id, "justification", "견적서를 붙였다.")
    click(app, keys.request_deed(need.id, "check"))
    click(app, keys.request_deed(need.id, "submit"))
    assert row(store, need.id).snapshots == 2


# --- what nobody may see -------------------------------------------------------------------------


def test_a_foreign_request_is_refused_recorded_and_leads_back(
    open_page: Open, store: Store
) -> None:
    """A forged address shows nothing of the request."""
    app = open_page(request=FOREIGN)
    assert "it is not yours to see" in shown(app)
    assert "All requests" in shown(app)
    assert row(store, FOREIGN).title not in shown(app)
    assert deeds(store, FOREIGN, "refused") == ["see_need"]


def test_the_outcome_shows_once_the_round_is_decided(open_page: Open, store: Store) -> None:
    """Before: in review, in the history too; after: the approved amount beside the requested."""
    before = shown(open_page(request=OWN)) + shown(open_page())
    assert "In review" in before
    for secret in ("Approved", "approved", "249.0", "248", "priority"):
        assert secret not in before
    move_round(store, "decided")
    after = shown(open_page(request=OWN))
    assert "Approved" in after
    assert "249.0 million won" in after
    assert "311.2 million won" in after


def test_a_stale_recall_tells_nothing_of_the_review(store: Store) -> None:
    """A head whose page is old learns "in review", not that it is assessed, nor for how much."""
    need = drafted(store)
    need = special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    old = need.version
    need = review.claim(store, reviewer(1), need.id, based_on=old, key=key())
    review.assess(
        store,
        reviewer(1),
        need.id,
        feasible=True,
        assessed_krw=1_000_000,
        priority=1,
        divisible=False,
        rationale="x",
        based_on=need.version,
        key=key(),
    )
    for verb in (special_needs.recall, special_needs.submit):
        with pytest.raises(special_needs.NotNow) as refused:
            verb(store, head(), need.id, based_on=old, key=key())
        assert refused.value.details == {"state": "in review"}


# --- files ---------------------------------------------------------------------------------------


def test_files_are_added_once_refused_in_words_and_removed(open_page: Open, store: Store) -> None:
    """Two at once, the same again, HTML called PDF; then one is taken away."""
    need = drafted(store)
    app = open_page(request=need.id)

    def files() -> list[str]:
        with store.reading() as session:
            found = session.exec(
                select(Attachment.name).where(Attachment.special_need_id == need.id)
            ).all()
            return [str(name) for name in found]

    def upload(*found: tuple[str, bytes, str]) -> None:
        app.file_uploader[0].set_value(list(found)).run()
        assert not app.exception

    upload(("하나.png", png(), "image/png"), ("둘.png", png("blue"), "image/png"))
    assert files() == ["하나.png", "둘.png"]
    upload(
        ("또 하나.png", png(), "image/png"),
        ("거짓.pdf", b"<html><script>alert(1)</script></html>", "application/pdf"),
    )
    app.run()
    assert files() == ["하나.png", "둘.png"]
    assert "거짓.pdf was not added." in "\n".join(one.value for one in app.error)
    first = needs_seen.need(store, head(), need.id).files[0]
    click(app, keys.detach(first.id))
    assert files() == ["둘.png"]


def test_a_file_is_served_to_whoever_may_see_its_request(store: Store) -> None:
    """The head gets it; another centre's head, and a changed link, get 403."""
    need = drafted(store)
    need = attachments.attach(store, head(), need.id, "x.png", png(), key=key())

    def status(link: str) -> int:
        ticket = link.partition("/")[2]
        scope = {"type": "http", "path_params": {"ticket": ticket}, "headers": []}
        with ThreadPoolExecutor(1) as aside:  # the browser's loop may run in this thread
            served = aside.submit(asyncio.run, server._serve_attachment(Request(scope)))
            return served.result().status_code

    link = server.attachment_link(need.files[0].id, head())
    assert status(link) == 200
    assert status(server.attachment_link(need.files[0].id, head("EC002"))) == 403
    assert status(link[:-3] + "AAA") == 403


def test_unsaved_text_belongs_to_one_person_and_one_request() -> None:
    """Nobody finds another's text in their form, and no request another's."""
    from budget.ui.drafting import _unsaved

    places = [("db", "a", "SN1"), ("db", "b", "SN1"), ("db", "a", "SN2"), ("other", "a", "SN1")]
    kept = [_unsaved(*place) for place in places]
    assert len({id(one) for one in kept}) == len(places)
    assert _unsaved(*places[0]) is kept[0]
