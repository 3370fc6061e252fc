"""Round controls on the overview: the lead moves the round and extends deadlines."""

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from budget.ui import keys
from budget.workflow import rounds
from budget.workflow.deadlines import korean_day, latest_extension
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.storage.databases import lead, move_round

MOVE, EXTEND = keys.opener("move_round"), keys.opener("extend_deadline")


def controls(app: AppTest) -> set[str]:
    """The buttons that open dialogs of the round."""
    return {button.key for button in app.button if button.key in {MOVE, EXTEND}}


def state() -> str:
    """Where the round stands."""
    return rounds.present(store(), lead()).state


def dialog(key_: str, who: str) -> AppTest:
    """The overview with one dialog open."""
    return opened("overview", who).button(key=key_).click().run()


def filled(app: AppTest, reason: str, *, ticked: bool = True) -> AppTest:
    """The reason typed, and what is to be ticked."""
    field(app, "text_area", "reason").set_value(reason)
    if ticked:
        app.checkbox[0].set_value(True)
    return app


# --- who has them --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "in_review", "decided"),
    [
        ("lead-1", {MOVE, EXTEND}, {MOVE}),
        ("planner-1", set(), set()),
        ("auditor-1", set(), set()),
        ("reviewer-1", set(), set()),
        ("administrator-1", set(), set()),
        ("centre_head-EC001", set(), set()),
    ],
)
def test_who_has_which(who: str, in_review: set[str], decided: set[str]) -> None:
    app = opened("overview", who)
    assert not app.exception
    assert controls(app) == in_review
    move_round(store(), "decided")
    assert controls(app.run()) == decided


# --- the state -----------------------------------------------------------------------------------


def test_the_lead_moves_the_round_and_knows_what_it_means() -> None:
    app = dialog(MOVE, "lead-1")
    undecided = sum(
        rounds.present(store(), lead()).requests.get(name, 0)
        for name in ("submitted", "in_review", "returned", "assessed")
    )
    assert "All centres see the outcome of all their requests at once" in said(app)
    assert f"{undecided} requests are not decided" in said(app)
    press(filled(app, "심의 *끝*"), "Move to “Decided”")
    assert state() == "decided"
    line = trail_of(verb="move_round")[0]
    assert (line.reason, line.from_state, line.to_state) == ("심의 *끝*", "review", "decided")
    assert not app.text_area
    assert "one step forward" not in str([found.options for found in app.radio])


def test_nothing_moves_without_a_reason_or_unread() -> None:
    app = dialog(MOVE, "lead-1")
    press(app, "Move to")
    assert "tick this box" in said(app)
    assert "a reason in a sentence" in said(app)
    press(filled(app, "심의 끝", ticked=False), "Move to")
    assert "tick this box" in said(app)
    assert field(app, "text_area", "reason").value == "심의 끝"
    assert state() == "review"
    assert not trail_of(verb="move_round")


def test_one_step_back_says_what_that_means() -> None:
    app = dialog(MOVE, "lead-1")
    app.radio[0].set_value("open").run()
    closes = rounds.present(store(), lead()).dates["requests_close"]
    assert closes.isoformat() in said(app)
    assert "That day has passed" in said(app)
    press(filled(app, "one more week"), "Move to “Open for requests”")
    assert state() == "open"


def test_two_leads_at_once_the_second_is_told() -> None:
    first, second = dialog(MOVE, "lead-1"), dialog(MOVE, "lead-2")
    press(filled(first, "now"), "Move to")
    press(filled(second, "me too"), "Move to")
    assert "Somebody else changed this in the meantime" in said(second)
    assert "Lead 1 changed state at" in said(second)
    assert "The round is now: Decided" in said(second)
    assert field(second, "text_area", "reason").value == "me too"
    assert len(trail_of(verb="move_round")) == 1
    assert state() == "decided"


def test_the_same_click_twice_is_one_step() -> None:
    """A second click that was sent before the answer carries the key of the first."""
    app = filled(dialog(MOVE, "lead-1"), "now")
    prepared = app.session_state[keys.PREPARED]
    press(app, "Move to")
    rounds.move(store(), lead(), "decided", "now", based_on=prepared.seen.version, key=prepared.key)
    assert len(trail_of(verb="move_round")) == 1


# --- deadlines -----------------------------------------------------------------------------------


def test_a_deadline_is_extended_for_one_centre() -> None:
    app = dialog(EXTEND, "lead-1")
    press(app, "Extend the deadline")
    assert "Please choose a day." in said(app)
    day = latest_extension(date(2026, 11, 27), korean_day(store().clock()))
    field(app, "date_input", "until").set_value(day)
    press(app, "Extend the deadline")
    assert "a centre of the round" in said(app)
    assert "a reason in a sentence" in said(app)
    field(app, "selectbox", "centre").set_value("EC002").run()
    assert "At present until 2026-05-29" in said(app)
    field(app, "text_area", "reason").set_value("flood")
    press(app, "Extend the deadline")
    assert rounds.deadline_of(store(), lead(), "EC002")[0] == day
    assert rounds.deadline_of(store(), lead(), "EC003")[0] == date(2026, 5, 29)
    assert [(line.object_id, line.reason) for line in trail_of(verb="extend_deadline")] == [
        ("EC002", "flood")
    ]
