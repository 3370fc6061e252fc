"""The review page through app.py: queue, one request, each deed, what is refused and kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from budget.files import policy_toml
from budget.storage.store import Store
from budget.ui import keys, server, sign_in
from budget.workflow import attachments, needs_seen, people, review, round_inputs
from budget.workflow.needs_seen import Need
from budget.workflow.roles import Role
from tests.pages.people_of_pages import opened, said, store, trail_of
from tests.storage.databases import (
    administrator,
    auditor,
    head,
    key,
    lead,
    move_round,
    planner,
    publish,
    reviewer,
)
from tests.workflow import steps
from tests.workflow.files import png

ASSESSED, OTHERS, UNCLAIMED = "SN2027-014", "SN2027-011", "SN2027-056"
"""Assessed by reviewer 1, by reviewer 2; submitted, and nobody has claimed it."""
LEASE = "SN2027-041"
"""Assessed with 421,600,000 won, priority 2: it pushes out SN2027-048 of priority 3."""


def at(need_id: str, who: str = "planner-1") -> AppTest:
    """The page as somebody opens it at a request."""
    app = opened("review", who, {keys.REQUEST_PARAMETER: need_id})
    assert not app.exception
    return app


def now(need_id: str) -> Need:
    """How a request stands."""
    return needs_seen.need(store(), auditor(), need_id)


def field(app: AppTest, need_id: str, name: str) -> dict[str, Any]:
    """What a live text field was given."""
    wanted = keys.request_field(need_id, f"review:{name}")
    found = next(one for one in app.get("bidi_component") if one.key == wanted)
    data: dict[str, Any] = json.loads(found.proto.json)
    return data


def typed(app: AppTest, need_id: str, name: str, text: str) -> AppTest:
    """Run the page as if the browser had sent this text."""
    states = app._tree.get_widget_states()
    wanted = keys.request_field(need_id, f"review:{name}")
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


def amount(app: AppTest, need_id: str, text: str, name: str = "approved_krw") -> AppTest:
    """Type an amount."""
    return app.text_input(key=keys.request_field(need_id, f"review:{name}")).set_value(text).run()


def button(app: AppTest, label: str) -> Any:
    """The button that says so."""
    return next(one for one in app.button if label in one.label.replace("\\", ""))


def labels(app: AppTest) -> str:
    """What the buttons say."""
    return "\n".join(one.label for one in app.button)


def deeds(need_id: str, verb: str, outcome: str = "done") -> int:
    """How often the trail says that something was done to a request, or refused."""
    return len(trail_of(verb=verb, object_id=need_id, outcome=outcome))


# --- the queue -------------------------------------------------------------------------------


def test_what_waits_for_me_comes_first() -> None:
    """A planner's queue begins with assessed requests; a draft is not in it."""
    app = opened("review", "planner-1")
    rows = app.dataframe[0].value
    assert rows["state"].iloc[0][0] == "Assessed"
    assert not any(state[0] == "Draft" for state in rows["state"])
    assert len(rows) == 61
    assert rows.set_index("request").loc[LEASE, "requested"] == 421.6


def test_a_reviewer_sees_the_line_of_what_nobody_has_claimed() -> None:
    """Their own and unclaimed ones; nobody else's."""
    rows = opened("review", "reviewer-1").dataframe[0].value.set_index("request")
    assert UNCLAIMED in rows.index
    assert ASSESSED in rows.index
    assert OTHERS not in rows.index


def test_filters_narrow_and_are_cleared() -> None:
    """By text (province too), state, category, reviewer; nothing found says what to do."""
    app = opened("review", "planner-1")
    app.text_input(key=keys.QUEUE_TEXT).set_value("gumi").run()
    assert app.dataframe[0].value["request"].tolist() == [ASSESSED]
    app.text_input(key=keys.QUEUE_TEXT).set_value("Jeju").run()
    assert set(app.dataframe[0].value["province"]) == {"Jeju"}
    app.text_input(key=keys.QUEUE_TEXT).set_value("").run()
    app.button_group(key=keys.QUEUE_STATES).set_value(["submitted"]).run()
    assert {state[0] for state in app.dataframe[0].value["state"]} == {"Submitted"}
    app.button_group(key=keys.QUEUE_CATEGORIES).set_value(["leasing"]).run()
    assert app.dataframe[0].value["request"].tolist() == [UNCLAIMED]
    app.text_input(key=keys.QUEUE_TEXT).set_value("nothing like it").run()
    assert not app.dataframe
    app.button(key=keys.QUEUE_CLEAR).click().run()
    assert len(app.dataframe[0].value) == 61


def test_only_mine() -> None:
    """A planner: what waits for a decision or a reviewer. A reviewer: theirs and claimable ones."""
    app = opened("review", "planner-1")
    app.toggle(key=keys.QUEUE_MINE).set_value(True).run()
    states = {state[0] for state in app.dataframe[0].value["state"]}
    assert states == {"Assessed", "Submitted"}


def test_whoever_has_no_queue_is_told_so() -> None:
    """A centre head and the administrator: a refusal, and nothing of any request."""
    for who in ("centre_head-EC001", "administrator-1"):
        app = opened("review", who)
        assert "Your roles do not allow this" in said(app)
        assert not app.dataframe


def test_several_are_assigned_at_once_and_what_cannot_be_is_told() -> None:
    """Two are assigned; one that is assessed already is named with the reason."""
    app = opened("review", "planner-1")
    rows = app.dataframe[0].value["request"].tolist()
    wanted = [rows.index(one) for one in (ASSESSED, "SN2027-059", UNCLAIMED)]
    tick(app, wanted)
    app.selectbox(key=keys.ASSIGN_TO).set_value(reviewer_id(2))
    tick(app, wanted)
    app.button(key=keys.ASSIGN).click()
    tick(app, wanted)
    assert "2 requests are with Reviewer 2 now." in said(app)
    assert f"{ASSESSED}: This is not possible in the state" in said(app)
    assert now(UNCLAIMED).reviewer_id == now("SN2027-059").reviewer_id == reviewer_id(2)
    assert now(ASSESSED).state == "assessed"


def reviewer_id(number: int) -> int:
    """The number of a reviewer."""
    return next(
        one.id for one in people.reviewers(store(), planner()) if one.identity == reviewer(number)
    )


def tick(app: AppTest, rows: list[int]) -> None:
    """Run the page with rows of the queue's table ticked."""
    states = app._tree.get_widget_states()
    selection = {"selection": {"rows": rows, "columns": [], "cells": []}}
    states.widgets.add(id=app.dataframe[0].proto.id, string_value=json.dumps(selection))
    app._run(states)
    assert not app.exception


# --- claim, assess, return -----------------------------------------------------------------------


def test_an_unclaimed_request_is_a_line_until_it_is_claimed() -> None:
    """Category and amount, no justification, no history; after claiming the form to assess."""
    app = at(UNCLAIMED, "reviewer-1")
    assert "149,200,000 won" in said(app)
    assert "Justification" not in said(app)
    assert not app.expander
    button(app, "Claim").click().run()
    assert now(UNCLAIMED).state == "in_review"
    assert "Justification" in said(app)
    assert "You have claimed" in said(app)
    assert "Save the assessment" in labels(app)


def test_the_faster_reviewer_has_it_and_the_slower_is_told() -> None:
    """One event; the second click is a conflict that names the first."""
    first, second = at(UNCLAIMED, "reviewer-1"), at(UNCLAIMED, "reviewer-2")
    button(first, "Claim").click().run()
    button(second, "Claim").click().run()
    assert "Reviewer 1 changed" in said(second)
    assert deeds(UNCLAIMED, "claim") == 1
    assert now(UNCLAIMED).reviewer_id == reviewer_id(1)


def claimed() -> AppTest:
    """The form to assess."""
    app = at(UNCLAIMED, "reviewer-1")
    return button(app, "Claim").click().run()


def test_faults_of_an_assessment_stand_at_their_fields() -> None:
    """Nothing chosen, an amount in words, no rationale: four faults, each at its field."""
    app = amount(claimed(), UNCLAIMED, "1억원", "assessed_krw")
    button(app, "Save the assessment").click().run()
    assert now(UNCLAIMED).state == "in_review"
    assert said(app).count("Expected: a choice") == 3
    assert "100,000,000 if that is meant" in said(app)
    assert "a reason in a sentence" in field(app, UNCLAIMED, "rationale")["error"]
    app.radio(key=keys.request_field(UNCLAIMED, "review:priority")).set_value(1).run()
    assert said(app).count("Expected: a choice") == 2


def test_an_assessment_is_saved() -> None:
    """Every field arrives; the request then waits for a planner."""
    app = typed(claimed(), UNCLAIMED, "rationale", "<img src=x> 계약서 확인")
    for name, value in (("feasible", True), ("priority", 2), ("divisible", False)):
        app.radio(key=keys.request_field(UNCLAIMED, f"review:{name}")).set_value(value).run()
    amount(app, UNCLAIMED, "140,000,000", "assessed_krw")
    button(app, "Save the assessment").click().run()
    found = now(UNCLAIMED)
    assert (found.state, found.feasible, found.assessed_krw, found.priority, found.divisible) == (
        "assessed",
        True,
        140_000_000,
        2,
        False,
    )
    assert found.assessment == "<img src=x> 계약서 확인"
    assert "<img src=x> 계약서 확인" in [one.value for one in app.text]
    assert "waits for a planner's decision" in said(app)


def test_a_request_is_returned_with_a_reason_and_a_day() -> None:
    """Without a reason the fault is at the field; with one the centre has it again."""
    app = claimed()
    what = keys.request_field(UNCLAIMED, "review:what")
    app.button_group(key=what).set_value("return").run()
    button(app, "Return to the centre").click().run()
    assert "a reason in a sentence" in field(app, UNCLAIMED, "reason")["error"]
    typed(app, UNCLAIMED, "reason", "견적서를 첨부하십시오.")
    button(app, "Return to the centre").click().run()
    found = now(UNCLAIMED)
    assert (found.state, found.return_reason) == ("returned", "견적서를 첨부하십시오.")
    assert found.return_due is not None


def test_files_open_by_a_ticket_of_the_reader(
    quick_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that reads like markup stays a name; the link is the reader's own."""
    monkeypatch.setattr(sign_in, "store", lambda: quick_store)
    need = steps.submitted(quick_store)
    attachments.attach(quick_store, head(), need.id, "[견적](x).png", png("x"), key=key("attach"))
    app = at(need.id)
    link = app.get("link_button")[0].proto
    assert link.label.replace("\\", "") == "[견적](x).png"
    assert link.url.startswith(f"{server.ATTACHMENT}/")


# --- deciding ------------------------------------------------------------------------------------


def test_what_it_costs_stands_there_before_the_decision() -> None:
    """The ceiling, the request that is pushed out, and the sum to the won."""
    app = at(LEASE)
    assert "421.6 million won for Seoul Dongbu" in "\n".join(one.value for one in app.subheader)
    assert "Pushed out: SN2027-048 Goyang (priority 3, 418.6 million won)" in said(app)
    assert "7,680.0 million won" in said(app)
    assert said(app).count("421,600,000 won") >= 3
    assert "The sums agree to the won." in said(app)
    assert len(app.get("vega_lite_chart")) == 2


def test_another_amount_costs_something_else_and_has_a_button_of_its_own() -> None:
    """A smaller amount: other figures, another button; a wrong one: what is expected."""
    app = amount(at(ASSESSED), ASSESSED, "100,000,000")
    assert "Approve 100.0 million won" in labels(app)
    amount(app, ASSESSED, "100,000,500")
    assert "a multiple of 1,000 won above 0" in said(app)
    assert not app.get("vega_lite_chart")
    button(app, "Approve").click().run()
    assert now(ASSESSED).state == "assessed"


def test_an_approval_needs_a_reason_and_is_told() -> None:
    """The fault at the field, then the event with the amount, and the way to the next one."""
    app = at(ASSESSED)
    button(app, "Approve 175.0").click().run()
    assert "a reason in a sentence" in field(app, ASSESSED, "reason")["error"]
    typed(app, ASSESSED, "reason", "노후 설비")
    assert not field(app, ASSESSED, "reason")["error"]
    button(app, "Approve 175.0").click().run()
    found = now(ASSESSED)
    assert (found.state, found.approved_krw) == ("approved", 175_000_000)
    assert found.decision_reason == "노후 설비"
    assert "is approved with 175,000,000 won" in said(app)
    assert deeds(ASSESSED, "approve") == 1
    button(app, "Next for me").click().run()
    assert app.query_params[keys.REQUEST_PARAMETER] != [ASSESSED]
    assert "is approved with" not in said(app)


def test_more_than_assessed_needs_a_reason_of_its_own() -> None:
    """The field appears with the amount; without it nothing is approved."""
    app = typed(at(ASSESSED), ASSESSED, "reason", "필요함")
    amount(app, ASSESSED, "175,001,000")
    assert "1,000 won more than the assessed cost" in said(app)
    button(app, "Approve").click().run()
    assert now(ASSESSED).state == "assessed"
    assert "why more than the assessed" in field(app, ASSESSED, "override_reason")["error"]
    typed(app, ASSESSED, "override_reason", "물가 상승")
    button(app, "Approve").click().run()
    assert now(ASSESSED).approved_krw == 175_001_000
    assert now(ASSESSED).override_reason == "물가 상승"


def test_a_rejection() -> None:
    """With its reason; no chart is needed for it."""
    app = at(ASSESSED)
    app.button_group(key=keys.request_field(ASSESSED, "review:decision")).set_value("reject").run()
    assert not app.get("vega_lite_chart")
    typed(app, ASSESSED, "reason", "다음 해에")
    button(app, "Reject").click().run()
    assert now(ASSESSED).state == "rejected"


def test_who_decides_second_is_told_and_keeps_the_text() -> None:
    """One event; the other planner's amount and reason are still there to be copied."""
    first, second = at(ASSESSED, "planner-1"), at(ASSESSED, "planner-2")
    typed(first, ASSESSED, "reason", "먼저")
    typed(second, ASSESSED, "reason", "<b>나중</b>에 온 사유")
    button(first, "Approve 175.0").click().run()
    button(second, "Approve 175.0").click().run()
    assert deeds(ASSESSED, "approve") == 1
    assert now(ASSESSED).decision_reason == "먼저"
    assert "Somebody else changed this" in said(second)
    assert "Planner 1 changed" in said(second)
    assert "Your text was not stored" in said(second)
    assert "<b>나중</b>에 온 사유" in [one.value for one in second.text]
    button(second, "Throw it away").click().run()
    assert "<b>나중</b>" not in said(second)


@pytest.fixture
def both_roles() -> Iterator[Store]:
    """Reviewer 1 is a planner as well."""
    people.grant(
        store(),
        administrator(),
        reviewer(1),
        "검토 담당 1",
        Role.PLANNER,
        reason="겸직",
        key=key("grant"),
    )
    yield store()


def test_whoever_assessed_does_not_decide(both_roles: Store) -> None:
    """No button, and why; a planner's rights to the others stay."""
    app = at(ASSESSED, "reviewer-1")
    assert "Whoever wrote or assessed a request does not decide on it" in said(app)
    assert "Approve" not in labels(app)
    assert "The sums agree" in said(app)
    assert "Approve" in labels(at(OTHERS, "reviewer-1"))
    assert both_roles is store()


def test_no_decision_while_the_round_is_not_under_review() -> None:
    """What is missing and who can change it."""
    move_round(store(), "open")
    app = at(ASSESSED)
    assert "Decisions are taken while the round is under review" in said(app)
    assert "Approve" not in labels(app)


def test_rules_that_contradict_each_other_are_told_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No figures of a result that does not exist."""
    given = round_inputs.inputs(store(), planner())
    harmless = {"pool.operating.floor.hold-harmless.prior.rate": Decimal("1.05")}
    rules = policy_toml(given.baseline.policy.replaced(harmless)).decode()
    tight = replace(given.baseline, policy_content=rules)
    monkeypatch.setattr(
        round_inputs, "inputs", lambda *_args, **_version: replace(given, baseline=tight)
    )
    app = at(ASSESSED)
    assert "nobody can say what this costs" in app.error[0].value
    assert not app.get("vega_lite_chart")


# --- lead and auditor ----------------------------------------------------------------------------


def test_the_lead_reopens_assessment_and_decision() -> None:
    """With a reason; the request is in review again."""
    app = at(ASSESSED, "lead-1")
    typed(app, ASSESSED, "reopen_reason", "단가 재확인")
    button(app, "Reopen the assessment").click().run()
    assert now(ASSESSED).state == "in_review"
    app = at("SN2027-004", "lead-1")
    button(app, "Reopen the decision").click().run()
    assert "a reason in a sentence" in field(app, "SN2027-004", "reopen_reason")["error"]
    typed(app, "SN2027-004", "reopen_reason", "새 견적")
    button(app, "Reopen the decision").click().run()
    assert now("SN2027-004").state == "in_review"
    assert lead() in {one.identity for one in trail_of(verb="reopen_decision")}


def test_the_auditor_reads_and_does_nothing() -> None:
    """The figures and the history; no button that does anything."""
    app = at(LEASE, "auditor-1")
    assert "The sums agree to the won." in said(app)
    assert not {"Approve", "Reject", "Assign", "Reopen"} & set(labels(app).split())
    assert app.expander


# --- whose it is not -----------------------------------------------------------------------------


def test_anothers_request_by_address_is_refused_and_recorded() -> None:
    """A refusal, the way back, and a line in the trail."""
    app = at(OTHERS, "reviewer-1")
    assert "not yours to see" in said(app)
    assert "emergency generator" not in said(app)
    assert deeds(OTHERS, "see_need", "refused") == 1
    app.button(key=keys.QUEUE_BACK).click().run()
    assert len(app.dataframe[0].value)


def test_an_unknown_number_is_refused_in_the_same_words() -> None:
    """Nobody learns which numbers exist."""
    assert "There is no such object, or it is not yours to see." in said(at("SN2027-999"))


def test_the_page_says_when_somebody_changed_the_request_meanwhile() -> None:
    """A rerun shows it anew; going on is a click."""
    app = at(UNCLAIMED)
    found = now(UNCLAIMED)
    review.claim(store(), reviewer(1), UNCLAIMED, based_on=found.version, key=key("claim"))
    app.run()
    assert "has changed since you opened it" in said(app)
    button(app, "Go on with how it stands now").click().run()
    assert "Reviewer 1 is reviewing it" in said(app)
    assert "has changed since" not in said(app)


def test_history_tells_every_field_old_and_new() -> None:
    """Who, under which role, from which state to which, and each value before and after."""
    app = typed(at(ASSESSED), ASSESSED, "reason", "노후 설비")
    button(app, "Approve 175.0").click().run()
    told = said(app)
    assert "**Approve** · Assessed → Approved" in told
    assert "Approved amount: empty → 175,000,000 won" in told
    assert "Reason of the decision: “” → 노후 설비" in told
    assert "Planner 1 (planner)" in told


def test_nothing_waits_in_a_published_round() -> None:
    publish(store())
    app = opened("review", "planner-1")
    assert "wait for you" not in " ".join(found.value for found in app.subheader)
    undecided = next(
        need for need in needs_seen.queue(store(), planner()) if need.state == "assessed"
    )
    app = opened("review", "planner-1", {"request": undecided.id})
    told = said(app)
    assert "The round is published; this request was not decided in it." in told
    assert "the lead moves the round" not in told
    assert not [found for found in app.button if "Next for me" in found.label]
