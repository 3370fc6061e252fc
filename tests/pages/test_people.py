"""The people page: the list stays usable, roles are granted and ended, and by whom."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from budget.ui import keys
from budget.workflow import people
from budget.workflow.people import Listed
from budget.workflow.roles import Role
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.storage.databases import administrator, head, key, lead, planner

GRANT = keys.opener("grant_role")
NEW = "https://id.go.kr|kim"


def person(identity: str) -> Listed:
    """Somebody as the database knows them."""
    everybody = people.people(store(), administrator())
    return next(found for found in everybody if found.identity == identity)


def names(app: AppTest) -> list[str]:
    """Whom the list shows."""
    return list(app.dataframe[0].value["name"]) if app.dataframe else []


def of(identity: str, who: str = "administrator-1") -> AppTest:
    """The page with one person beside the list."""
    return opened("people", who, {keys.WHO_PARAMETER: str(person(identity).id)})


# --- the list ------------------------------------------------------------------------------------


def test_everybody_is_listed_and_found_by_role_name_and_centre() -> None:
    app = opened("people", "administrator-1")
    assert not app.exception
    assert len(names(app)) == len(people.people(store(), administrator())) - 1  # not the system
    app.selectbox(key=keys.asked(keys.ROLE_PARAMETER)).set_value("lead").run()
    assert names(app) == ["Lead 1", "Lead 2"]
    app.selectbox(key=keys.asked(keys.ROLE_PARAMETER)).set_value(None).run()
    app.text_input(key=keys.asked(keys.TEXT_PARAMETER)).set_value("ec001").run()
    assert len(names(app)) == 1
    app.text_input(key=keys.asked(keys.TEXT_PARAMETER)).set_value("nobody at all").run()
    assert "Nobody matches" in said(app)


@pytest.mark.parametrize("who", ["administrator-1", "auditor-1"])
def test_no_money_on_the_page(who: str) -> None:
    app = of(lead(), who)
    text = said(app) + app.dataframe[0].value.to_string()
    assert not re.search(r"\bwon\b|원\b|\d,\d{3}", text)
    assert not [found for found in app.get("button_group") if found.key == keys.UNIT_SWITCH]


def test_an_auditor_reads_only() -> None:
    app = of(lead(), "auditor-1")
    assert "Lead 1" in said(app)
    assert not [found for found in app.button if "open_dialog" in (found.key or "")]


def test_a_planner_is_refused_and_that_is_recorded() -> None:
    app = opened("people", "planner-1")
    assert "Your roles do not allow this" in said(app)
    assert not app.dataframe
    newest = trail_of(outcome="refused")[0]
    assert (newest.identity, newest.verb) == (planner(), "see_people")


def test_what_the_address_cannot_mean_is_told() -> None:
    wrong = {keys.ROLE_PARAMETER: "king", keys.WHO_PARAMETER: "9999"}
    app = opened("people", "administrator-1", wrong)
    assert "Role “king”" in said(app)
    assert "Person “9999”" in said(app)


# --- granting ------------------------------------------------------------------------------------


def granting(**typed: str) -> AppTest:
    app = opened("people", "administrator-1")
    app.button(key=GRANT).click().run()
    if "role" in typed:
        field(app, "selectbox", "role").set_value(Role(typed.pop("role"))).run()
    if "centre" in typed:
        field(app, "selectbox", "centre").set_value(typed.pop("centre"))
    for name, text in typed.items():
        field(app, "text_area" if name == "reason" else "text_input", name).set_value(text)
    return next(found for found in app.button if found.label == "Grant the role").click().run()


def test_every_fault_at_once_and_at_its_field() -> None:
    app = granting(name="김하나", role="centre_head")
    assert said(app).count("this field filled in") == 1  # the identity
    assert "a centre of the round" in said(app)
    assert "a reason in a sentence" in said(app)
    assert field(app, "text_input", "name").value == "김하나"
    assert not trail_of(verb="grant_role")


def test_a_role_is_granted_to_somebody_new() -> None:
    app = granting(identity=NEW, name="*김*", role="centre_head", centre="EC002", reason="new head")
    assert not field_exists(app)
    granted = person(NEW)
    assert [(held.role, held.centre_id) for held in granted.roles] == [(Role.CENTRE_HEAD, "EC002")]
    assert trail_of(verb="grant_role")[0].reason == "new head"
    again = granting(identity=NEW, name="*김*", role="centre_head", centre="EC002", reason="again")
    assert "has this role already" in said(again)
    assert field(again, "text_area", "reason").value == "again"


def field_exists(app: AppTest) -> bool:
    """Whether a dialog is open."""
    return bool(app.text_area)


def test_a_known_identity_keeps_its_name() -> None:
    app = granting(identity=planner(), name="Somebody", role="auditor", reason="x")
    assert "This identity is known as" in said(app)
    assert not trail_of(verb="grant_role")


def test_another_role_for_somebody_known() -> None:
    app = of(planner())
    press(app, "Grant another role")
    field(app, "selectbox", "role").set_value(Role.AUDITOR).run()
    field(app, "text_area", "reason").set_value("stands in")
    next(found for found in app.button if found.label == "Grant the role").click().run()
    assert [held.role for held in person(planner()).roles] == [Role.PLANNER, Role.AUDITOR]


# --- ending --------------------------------------------------------------------------------------


def ending(identity: str, reason: str | None = None) -> AppTest:
    app = press(of(identity), "End…")
    if reason is not None:
        field(app, "text_area", "reason").set_value(reason)
        press(app, "End the role")
    return app


def test_a_role_ends_with_a_reason() -> None:
    app = ending(lead(2), "  ")
    assert "a reason in a sentence" in said(app)
    assert person(lead(2)).roles
    ending(lead(2), "has left")
    assert not person(lead(2)).roles
    line = trail_of(verb="end_role")[0]
    assert (line.reason, line.changes["role"]) == ("has left", ("lead", None))
    assert "No role in force" in said(of(lead(2)))


def test_the_last_administrator_stays() -> None:
    app = ending(administrator(), "I leave")
    assert "The last administrator stays" in said(app)
    assert "This is your own role." in said(app)
    assert person(administrator()).roles
    assert field(app, "text_area", "reason").value == "I leave"


def grant(who: str, identity: str, role: str) -> None:
    """Somebody grants a role."""
    people.grant(store(), who, identity, person(identity).name, role, reason="x", key=key())


def test_who_was_slower_is_told_who_was_faster() -> None:
    grant(administrator(), lead(1), "administrator")
    app = ending(lead(2))
    grant(lead(1), lead(2), "auditor")
    field(app, "text_area", "reason").set_value("has left")
    press(app, "End the role")
    assert "Somebody else changed this" in said(app)
    assert "Lead 1 changed role at" in said(app)
    assert field(app, "text_area", "reason").value == "has left"
    assert len(person(lead(2)).roles) == 2
    press(app, "End the role")
    assert [held.role for held in person(lead(2)).roles] == [Role.AUDITOR]


def test_typed_text_stays_with_the_role_it_was_typed_for() -> None:
    app = of(lead(1))
    press(app, "End…")
    field(app, "text_area", "reason").set_value("about lead 1").run()
    app.query_params[keys.WHO_PARAMETER] = str(person(lead(2)).id)
    app.run()
    press(app, "End…")
    assert field(app, "text_area", "reason").value == ""


def test_an_open_session_of_whoever_lost_the_role_is_stopped() -> None:
    for identity, short in ((lead(2), "lead-2"), (head("EC003"), "centre_head-EC003")):
        session = opened("overview", short)
        ending(identity, "has left")
        session.run()
        assert "you have no role in this budget round" in said(session)
        assert not session.dataframe
