"""The audit page: who may look, what they find, the proof, the recorded export and its link."""

import time
from datetime import date

import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from budget.ui import keys, server
from budget.view import trail
from budget.workflow import needs_seen, people, records, rounds
from budget.workflow.records import Filter
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.storage.databases import administrator, auditor, key, lead, planner

WHOLE = "The trail is whole"


def table(app: AppTest) -> list[int]:
    """The numbers of the records in the list."""
    frame = next(found.value for found in app.dataframe if "number" in found.value.columns)
    return [int(number) for number in frame["number"]]


def asked(app: AppTest, name: str) -> str | None:
    """A parameter of the address."""
    found = app.query_params.get(name)
    return found[0] if isinstance(found, list) else found


# --- the list ------------------------------------------------------------------------------------


def test_the_newest_record_comes_first() -> None:
    app = opened("audit", "auditor-1")
    assert not app.exception
    numbers = table(app)
    assert numbers == sorted(numbers, reverse=True)
    assert f"**{len(trail_of())} records**" in said(app)


def test_a_filter_stands_in_the_address_and_finds_what_it_says() -> None:
    rounds.move(store(), lead(), "decided", "*이제* 끝", based_on=1, key=key())
    app = opened("audit", "auditor-1")
    app.selectbox(key=keys.asked(keys.VERB_PARAMETER)).set_value("move_round").run()
    assert asked(app, keys.VERB_PARAMETER) == "move_round"
    assert len(table(app)) == 1
    again = opened("audit", "lead-1", {keys.VERB_PARAMETER: "move_round"})
    assert table(again) == table(app)
    assert "under review → decided" in said(app)
    assert "*이제* 끝" in [found.value for found in app.get("text")]
    app.button(key=keys.TRAIL_RESET).click().run()
    assert asked(app, keys.VERB_PARAMETER) is None
    assert len(table(app)) > 60


def test_days_are_korean_days() -> None:
    """The sample was founded at 09:00 in Korea, which is midnight UTC."""
    day = {keys.FIRST_DAY_PARAMETER: "2026-03-10", keys.LAST_DAY_PARAMETER: "2026-03-10"}
    assert len(table(opened("audit", "auditor-1", day))) > 60
    day = {keys.LAST_DAY_PARAMETER: "2026-03-09"}
    app = opened("audit", "auditor-1", day)
    assert "No record matches" in said(app)
    assert app.date_input(key=keys.asked(keys.LAST_DAY_PARAMETER)).value == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (keys.VERB_PARAMETER, "fly"),
        (keys.KIND_PARAMETER, "<b>x</b>"),
        (keys.OUTCOME_PARAMETER, "maybe"),
        (keys.WHO_PARAMETER, "99999"),
        (keys.WHO_PARAMETER, "9" * 30),
        (keys.FIRST_DAY_PARAMETER, "2026-02-30"),
        (keys.LAST_DAY_PARAMETER, "9999-12-31"),
        (keys.PAGE_PARAMETER, "-1"),
        (keys.RECORD_PARAMETER, "one"),
        (keys.TEXT_PARAMETER, "a\x00b"),
    ],
)
def test_what_the_address_cannot_mean_is_told(name: str, value: str) -> None:
    app = opened("audit", "auditor-1", {name: value})
    assert not app.exception
    assert not app.error
    assert "It was left out:" in said(app)
    assert len(table(app)) > 60


def test_a_page_beyond_the_last_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("budget.ui.audit.PAGE_ROWS", 20)
    app = opened("audit", "auditor-1", {keys.PAGE_PARAMETER: "2"})
    assert table(app)[0] == len(trail_of()) - 20
    app = opened("audit", "auditor-1", {keys.PAGE_PARAMETER: "900"})
    assert table(app)[-1] == 1


def test_the_address_of_a_record_opens_it_wherever_it_stands() -> None:
    app = opened("audit", "auditor-1", {keys.RECORD_PARAMETER: "1", keys.OUTCOME_PARAMETER: "done"})
    assert "Record 1** · Set up the database" in said(app)
    app = opened("audit", "auditor-1", {keys.RECORD_PARAMETER: "123456"})
    assert "There is no record with this number." in said(app)


def test_a_record_of_a_request_leads_to_its_review_and_to_all_its_records() -> None:
    need = needs_seen.queue(store(), auditor())[0]
    wanted = {keys.KIND_PARAMETER: "special_need", keys.OBJECT_PARAMETER: need.id}
    app = opened("audit", "auditor-1", wanted)
    link = app.get("page_link")[-1].proto
    assert need.id in link.label.replace("\\", "")
    assert f"{keys.REQUEST_PARAMETER}={need.id}" in link.query_string
    app = opened("audit", "auditor-1", {keys.TEXT_PARAMETER: need.id})
    app.button(key=keys.TRAIL_OF_OBJECT).click().run()
    assert asked(app, keys.OBJECT_PARAMETER) == need.id
    assert {line.object_id for line in trail_of(object_id=need.id)} == {need.id}


def test_nothing_is_said_as_empty_and_amounts_to_the_won() -> None:
    need = next(need for need in needs_seen.queue(store(), auditor()) if need.approved_krw)
    app = opened("audit", "auditor-1", {keys.OBJECT_PARAMETER: need.id})
    changes = next(found.value for found in app.dataframe if "before" in found.value.columns)
    told = changes.set_index("field").loc["Approved amount"]
    assert tuple(told) == ("empty", f"{need.approved_krw:,} won")


def test_a_planner_is_refused_and_that_is_recorded() -> None:
    before = len(trail_of(outcome="refused"))
    app = opened("audit", "planner-1")
    assert "Your roles do not allow this" in said(app)
    assert not app.dataframe
    assert not app.exception
    newest = trail_of(outcome="refused")
    assert len(newest) == before + 1
    assert (newest[0].identity, newest[0].verb) == (planner(), "see_trail")


def test_every_verb_kind_and_outcome_has_a_name() -> None:
    for line in trail_of():
        assert line.object_kind in trail.KINDS
        assert line.outcome in trail.OUTCOMES


# --- the proof -----------------------------------------------------------------------------------


def verified(who: str = "auditor-1") -> AppTest:
    app = opened("audit", who)
    return app.button(key=keys.opener("verify")).click().run()


def compared(number: str, hash_: str) -> AppTest:
    app = verified()
    field(app, "text_input", "number").set_value(number)
    field(app, "text_input", "hash").set_value(hash_)
    return press(app, "Verify and compare")


@pytest.mark.parametrize("who", ["auditor-1", "lead-2"])
def test_a_whole_trail_gives_the_number_and_hash_to_write_down(who: str) -> None:
    app = verified(who)
    newest = trail_of()[0]
    assert WHOLE in said(app)
    assert f"{newest.number}:{newest.hash}" in [found.value for found in app.code]


def test_a_record_written_down_earlier_is_compared() -> None:
    third = trail_of(number=3)[0]
    assert "Record 3 is the one that was written down" in said(compared("3", third.hash.upper()))
    said_of_other = said(compared("3", "0" * 64))
    assert "Record 3 is the first broken one" in said_of_other
    assert WHOLE not in said_of_other
    assert "ends before the record" in said(compared("4000", third.hash))


def test_what_is_no_number_and_no_hash_is_told_at_its_field() -> None:
    app = compared("0", "abc")
    assert "the number of a record: 1 or more" in said(app)
    assert "64 digits 0–9 and a–f" in said(app)
    assert WHOLE not in said(app)


def test_a_changed_record_is_named() -> None:
    with store().engine.begin() as connection:
        for (name,) in connection.execute(
            text("select name from sqlite_master where type = 'trigger'")
        ).all():
            connection.execute(text(f"drop trigger {name}"))
        connection.execute(text("update trail_record set reason = 'x' where number = 7"))
    app = verified()
    assert "Record 7 is the first broken one" in said(app)
    assert WHOLE not in said(app)


# --- the export ----------------------------------------------------------------------------------


def exported(reason: str, asked: dict[str, str] | None = None) -> AppTest:
    app = opened("audit", "auditor-1", asked)
    app.button(key=keys.opener("export")).click().run()
    field(app, "text_area", "reason").set_value(reason)
    return press(app, "Record and prepare the file")


def link(app: AppTest) -> str:
    """The address of the download."""
    found: str = app.get("link_button")[0].proto.url
    return found


@pytest.fixture
def client() -> TestClient:
    """A browser that asks the server around the pages."""
    return TestClient(
        Starlette(routes=server.settings()["routes"]),
        base_url="http://localhost",
        client=("127.0.0.1", 50_000),
    )


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server of these tests listens on localhost."""
    monkeypatch.setattr("budget.ui.sign_in.check_address", lambda _address: None)


@pytest.mark.parametrize("reason", ["", "   \n"])
def test_without_a_reason_nothing_is_exported(reason: str) -> None:
    app = exported(reason)
    assert "a reason in a sentence" in said(app)
    assert not app.get("link_button")
    assert not trail_of(verb="export_trail")


def test_an_export_is_recorded_first_and_its_link_gives_these_records(client: TestClient) -> None:
    app = exported("annual audit", {keys.VERB_PARAMETER: "found"})
    recorded = trail_of(verb="export_trail")
    assert [(line.reason, line.identity) for line in recorded] == [("annual audit", auditor())]
    assert recorded[0].changes == {"verb": (None, "found")}
    assert "annual audit" not in link(app)
    answer = client.get(f"/{link(app)}")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.text.count("\n") == 1 + len(trail_of(verb="found"))
    rounds.move(store(), lead(), "decided", "x", based_on=1, key=key())
    assert client.get(f"/{link(app)}").content == answer.content
    assert len(trail_of(verb="export_trail")) == 1


def test_a_changed_or_foreign_ticket_opens_nothing(client: TestClient) -> None:
    found = link(exported("audit"))
    name, _slash, ticket = found.partition("/")
    swapped = ticket[:5] + ("A" if ticket[5] != "A" else "B") + ticket[6:]
    for wrong in (f"{name}/{swapped}", f"{name}/x", f"{server.ATTACHMENT}/{ticket}"):
        assert client.get(f"/{wrong}").status_code == 403
    attachment = server.attachment_link(1, auditor()).partition("/")[2]
    assert client.get(f"/{name}/{attachment}").status_code == 403


def test_a_ticket_is_old_after_five_minutes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = link(exported("audit"))
    now = time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + server.EXPORT_SECONDS + 2)
    answer = client.get(f"/{found}")
    assert answer.status_code == 403
    assert "no longer valid" in answer.text


def test_a_ticket_is_worth_nothing_once_the_role_is_ended(client: TestClient) -> None:
    found = link(exported("audit"))
    person = next(p for p in people.people(store(), administrator()) if p.identity == auditor())
    people.end(
        store(),
        administrator(),
        person.roles[0].id,
        "left",
        based_on=person.version,
        key=key(),
    )
    assert client.get(f"/{found}").status_code == 403


def test_the_key_of_an_export_gives_no_other_records() -> None:
    wanted = Filter(verb="found")
    records.export(store(), auditor(), wanted, "audit", key="export-1")
    with pytest.raises(Exception, match="with other contents"):
        records.export(store(), auditor(), Filter(), "", key="export-1")
