"""Publish: what is missing stops the signatures; a planner proposes, another person confirms."""

import asyncio
import zipfile
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from io import BytesIO

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from budget.files import pack
from budget.ui import keys, server
from budget.workflow import (
    needs_seen,
    packs,
    people,
    publication,
    review,
    rounds,
    saved_scenarios,
    scenarios,
    supplementary,
)
from budget.workflow.packs import FrozenRun, Progress
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.storage.databases import administrator, auditor, key, lead, move_round, planner

PROPOSE, CONFIRM, SUPPLEMENT = (
    keys.opener(name)
    for name in ("propose_publication", "confirm_publication", "open_supplementary")
)
RESERVE, CEILING = "reserve.amount.share", "special_needs.ceiling.share"


def openers(app: AppTest) -> dict[str, bool]:
    """The buttons that open dialogs of the page, and whether they can be pressed."""
    found = {PROPOSE, CONFIRM, SUPPLEMENT}
    return {str(b.key): not b.disabled for b in app.button if b.key in found}


def with_changed_rules(**rationales: str) -> saved_scenarios.SavedScenario:
    """A scenario with another reserve and another ceiling."""
    base = saved_scenarios.scenarios(store(), planner())[0]
    policy = base.policy.replaced({RESERVE: Decimal("0.02"), CEILING: Decimal("0.05")})
    given = {RESERVE: rationales.get("reserve", ""), CEILING: rationales.get("ceiling", "")}
    return scenarios.create(
        store(),
        planner(),
        "다른 안",
        policy,
        rationales=given,
        copied_from=base.version_id,
        key=key(),
    )


def proposed(who: str = "") -> publication.Proposal:
    """A planner proposes the baseline."""
    move_round(store(), "decided")
    base = saved_scenarios.scenarios(store(), planner())[0]
    return publication.propose(store(), who or planner(), base.id, "as agreed", key=key())


def published() -> int:
    """A lead confirms it."""
    found = proposed()
    publication.confirm(store(), lead(), found.id, "confirmed", key=key())
    return found.id


# --- before a proposal ---------------------------------------------------------------------------


def test_before_the_round_is_decided_nobody_signs() -> None:
    for who, has in (("planner-1", {PROPOSE: False}), ("lead-1", {}), ("auditor-1", {})):
        app = opened("publish", who)
        assert not app.exception
        assert openers(app) == has
        assert "1 thing is missing" in [found.value for found in app.subheader]
        assert "The round is not decided yet" in said(app)
        assert "Without a decision, so without money:" in said(app)
        assert "SN2027-011" in said(app)


def test_a_changed_rule_without_a_rationale_is_named_and_stops_the_proposal() -> None:
    move_round(store(), "decided")
    mine = with_changed_rules(ceiling="parliament")
    app = opened("publish", "planner-1")
    assert openers(app) == {PROPOSE: True}
    app.selectbox(key=keys.PUBLISH_SCENARIO).set_value(mine.id).run()
    assert openers(app) == {PROPOSE: False}
    assert "Without a rationale; it is given on Allocate, by Save scenario:" in said(app)
    assert "Reserve" in [shown.value for shown in app.caption]
    rows = next(found.value for found in app.dataframe if "rationale" in found.value)
    assert rows.to_dict("list") == {
        "rule": ["Reserve", "Ceiling for special needs"],
        "before": ["1.0 %", "6.0 %"],
        "now": ["2.0 %", "5.0 %"],
        "rationale": ["", "parliament"],
    }
    parts = next(found.value for found in app.dataframe if "part" in found.value)
    reserve = parts[parts["part"] == "Reserve"].iloc[0]
    assert (reserve["amount"], reserve["before"], reserve["change"]) == (
        "2,560.0",
        "1,280.0",
        "+1,280.0",
    )


# --- proposing and confirming --------------------------------------------------------------------


def test_a_planner_proposes_and_another_person_confirms() -> None:
    move_round(store(), "decided")
    app = opened("publish", "planner-1")
    options = app.selectbox(key=keys.PUBLISH_SCENARIO).options
    assert options[0].startswith("★")  # the baseline comes first
    app.button(key=PROPOSE).click().run()
    field(app, "text_area", "reason").set_value("as agreed")
    press(app, "Compute and propose")
    found = publication.proposal(store(), lead())
    assert found is not None
    assert (found.proposed_by_en, found.is_current) == ("Planner 1", True)

    app = opened("publish", "lead-1")
    assert "Nothing is missing" in [shown.value for shown in app.subheader]
    assert "Of 36 approved requests 25 are funded, 10 in part, 1 not" in said(app)
    app.button(key=CONFIRM).click().run()
    assert found.allocation_sha256 in [shown.value for shown in app.code]
    assert "by Planner 1" in said(app)
    press(app, "Publish")
    assert "tick this box" in said(app)
    field(app, "text_area", "reason").set_value("confirmed")
    app.checkbox[0].set_value(True)
    press(app, "Publish")
    assert rounds.present(store(), lead()).state == "published"
    assert trail_of(verb="confirm_publication")
    after = opened("publish", "lead-2")
    assert openers(after) == {SUPPLEMENT: True}
    assert "Confirmed Lead 1" in said(after).replace(":gray[", "").replace("]", "")
    assert "Published:" in said(opened("overview", "lead-2"))


def test_whoever_proposed_does_not_confirm() -> None:
    people.grant(
        store(), administrator(), planner(), "예산 담당 1", "lead", reason="both", key=key()
    )
    proposed()
    app = opened("publish", "planner-1")
    assert openers(app)[CONFIRM] is False
    assert "You proposed it; another lead confirms it." in said(app)
    assert openers(opened("publish", "lead-2")) == {CONFIRM: True}
    assert openers(opened("publish", "auditor-1")) == {}


def test_a_proposal_that_decisions_have_overtaken_is_told_and_made_anew() -> None:
    proposed()
    move_round(store(), "review")
    need = next(need for need in needs_seen.queue(store(), auditor()) if need.approved_krw)
    review.reopen_decision(store(), lead(), need.id, "x", based_on=need.version, key=key())
    move_round(store(), "decided")
    app = opened("publish", "lead-1")
    assert "Decisions or data have changed since the proposal" in said(app)
    assert openers(app) == {CONFIRM: False}
    app = opened("publish", "planner-1").button(key=PROPOSE).click().run()
    assert "A new proposal takes the place of this one" in said(app)


# --- the pack ------------------------------------------------------------------------------------


@pytest.fixture
def no_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pack without its 348 PDFs: those are made in tests/workflow/test_packs.py."""

    def none(_run: FrozenRun, _allocation: object, progress: Progress) -> list[tuple[str, bytes]]:
        progress(1, 1)
        return []

    monkeypatch.setattr(packs, "_notices", none)


def answered(link: str) -> tuple[int, bytes]:
    """What the server gives for a link."""
    scope = {"type": "http", "path_params": {"ticket": link.partition("/")[2]}, "headers": []}
    with ThreadPoolExecutor(1) as aside:
        answer = aside.submit(asyncio.run, server._serve_pack(Request(scope))).result()
    return answer.status_code, bytes(answer.body)


@pytest.mark.usefixtures("no_notices")
def test_the_pack_is_recorded_made_and_served_to_whom_it_was_made_for() -> None:
    number = published()
    app = opened("publish", "auditor-1")
    app.button(key=keys.prepare_pack(number)).click().run()
    assert not app.exception
    lines = trail_of(verb="export_pack")
    assert [(line.person_en, line.object_kind, line.object_id) for line in lines] == [
        ("Auditor", "publication", str(number))
    ]
    (made,) = app.get("link_button")
    status, content = answered(made.proto.url)
    assert status == 200
    with zipfile.ZipFile(BytesIO(content)) as found:
        assert {*pack.NEEDED, pack.SUMS} <= set(found.namelist())
    assert len(trail_of(verb="export_pack")) == 1  # loading it is the same export

    key_ = app.session_state[keys.pack(number)]
    for who in ("reviewer-1", "administrator-1", "centre_head-EC001", "planner-1", "nobody"):
        assert answered(server.pack_link(number, key_, f"demonstration|{who}"))[0] == 403
    assert answered("export-pack/forged")[0] == 403


# --- supplementary rounds ------------------------------------------------------------------------


@pytest.mark.usefixtures("no_notices")
def test_a_lead_opens_a_supplementary_round_and_the_old_pack_stays() -> None:
    number = published()
    app = opened("publish", "lead-1").button(key=SUPPLEMENT).click().run()
    assert "The published round stays as it is" in said(app)
    field(app, "text_area", "reason").set_value("a wrong headcount")
    app.checkbox[0].set_value(True)
    press(app, "Open the supplementary round")
    assert rounds.present(store(), lead()).name_en == "Budget round 2027, supplementary 1"
    app = opened("publish", "planner-1")
    assert not app.exception
    assert "Earlier publication: Budget round 2027" in said(app)
    app.button(key=keys.prepare_pack(number)).click().run()
    assert app.get("link_button")
    assert trail_of(verb=str(supplementary.Verb.OPEN_SUPPLEMENTARY))
