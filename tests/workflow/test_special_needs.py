"""A centre's request: draft, submit, recall, return, withdraw; what is recorded, what is frozen."""

import json

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select, text

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.storage.tables import Snapshot
from budget.workflow import needs_seen, review, round_inputs, special_needs
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Forbidden, NotNow
from tests.storage.databases import Clock, at, head, key, lead, planner, reviewer
from tests.workflow import steps
from tests.workflow.steps import TEXTS, transition

HEAD = "centre_head EC001"


def snapshots(store: Store, need_id: str) -> list[dict[str, object]]:
    """What was submitted each time, by its number."""
    with store.reading() as session:
        found = session.exec(
            select(Snapshot)
            .where(Snapshot.special_need_id == need_id)
            .order_by(col(Snapshot.number))
        ).all()
    assert [snapshot.number for snapshot in found] == list(range(1, len(found) + 1))
    return [json.loads(snapshot.content) for snapshot in found]


def second_head(store: Store) -> str:
    """Another head of EC001."""
    number = steps.length(store)
    return steps.granted(store, f"second head|{number}", ("centre_head", "EC001"))


def saved(store: Store, who: str, need: Need, **texts: str) -> Need:
    return special_needs.save_draft(
        store, who, need.id, texts, based_on=need.version, key=key("save")
    )


def submit(store: Store, who: str, need: Need) -> Need:
    return special_needs.submit(store, who, need.id, based_on=need.version, key=key("submit"))


# --- drafting ------------------------------------------------------------------------------------


def test_a_draft_begins_with_what_was_typed(store: Store, clock: Clock) -> None:
    need = special_needs.begin(store, head(), "EC001", {"title": "지붕"}, key="begin-a")
    assert (need.state, need.centre_id, need.draft) == ("draft", "EC001", {"title": "지붕"})
    assert (need.snapshots, need.submitted_at, need.can_submit) == (0, None, True)
    assert needs_seen.need(store, head(), need.id) == need
    assert need in needs_seen.needs_of_centres(store, head())
    made = steps.last_record(store)
    assert (made.outcome, made.verb, made.identity) == ("done", "begin", head())
    assert (made.role, made.centre_id) == ("centre_head", "EC001")
    assert (made.object_kind, made.object_id) == ("special_need", need.id)
    assert (made.from_state, made.to_state) == ("", "draft")
    assert (made.at, made.key, made.based_on) == (clock(), "begin-a", None)
    assert json.loads(made.changes) == {"title": [None, "지붕"]}


def test_requests_are_numbered_through_the_round(store: Store) -> None:
    first, second = (steps.drafted(store) for _ in range(2))
    assert first.id.startswith("SN2027-")
    assert int(second.id.removeprefix("SN2027-")) == int(first.id.removeprefix("SN2027-")) + 1


def test_a_draft_keeps_texts_that_are_not_right_yet(store: Store) -> None:
    need = special_needs.begin(store, head(), "EC001", {}, key=key())
    need = saved(store, head(), need, requested_krw="1,000만원", need_by="내년 봄")
    need = saved(store, head(), need, title=" 지붕 ")
    assert need.draft == {"requested_krw": "1,000만원", "need_by": "내년 봄", "title": " 지붕 "}
    assert needs_seen.need(store, head(), need.id).draft == need.draft
    assert saved(store, head(), need, title="").draft["title"] == ""


def test_two_heads_write_different_fields_and_both_texts_stand(store: Store) -> None:
    other = second_head(store)
    need = steps.drafted(store)
    saved(store, other, need, title="둘째의 제목")
    merged = saved(store, head(), need, justification="첫째의 사유")
    assert merged.draft == {**TEXTS, "title": "둘째의 제목", "justification": "첫째의 사유"}


def test_two_heads_write_one_field_the_second_is_told(store: Store, clock: Clock) -> None:
    other = second_head(store)
    need = steps.drafted(store)
    clock.advance(minutes=1)
    saved(store, other, need, title="둘째의 제목")
    clock.advance(minutes=1)
    with steps.told(store, Conflict) as caught:
        saved(store, head(), need, title="첫째의 제목", condition="낡음")
    conflict = caught.value
    assert isinstance(conflict, Conflict)
    (change,) = conflict.changes
    assert (change.field, change.person, change.theirs) == ("title", other, "둘째의 제목")
    assert change.at == at("2026-03-10T09:01:00")
    # looking at it, they may put their own on top
    texts = {"title": "첫째의 제목"}
    kept = special_needs.save_draft(
        store, head(), need.id, texts, based_on=conflict.version, key=key()
    )
    assert kept.draft["title"] == "첫째의 제목"
    with steps.told(store, Conflict):  # another page of theirs still stands before both
        saved(store, head(), need, title="또 다른 제목")


def test_an_own_earlier_save_is_no_conflict(store: Store) -> None:
    need = steps.drafted(store)
    saved(store, head(), need, title="가")
    assert saved(store, head(), need, title="나").draft["title"] == "나"
    assert submit(store, head(), need).title == "나"


def test_who_submits_is_told_what_the_other_head_changed(store: Store) -> None:
    other = second_head(store)
    need = steps.drafted(store)
    saved(store, other, need, requested_krw="99,000,000")
    with steps.told(store, Conflict) as caught:
        submit(store, head(), need)
    assert isinstance(caught.value, Conflict)
    told = [(c.field, c.person, c.theirs) for c in caught.value.changes]
    assert told == [("requested_krw", other, "99,000,000")]


def test_who_saves_after_the_other_head_submitted_is_refused(store: Store) -> None:
    other = second_head(store)
    need = steps.drafted(store)
    submit(store, other, need)
    with steps.refused(store, NotNow, head(), "save_draft", need.id) as caught:
        saved(store, head(), need, title="늦음")
    assert "submitted" in str(caught.value)


# --- submitting ----------------------------------------------------------------------------------


def test_submitting_freezes_what_the_draft_says(store: Store, clock: Clock) -> None:
    need = steps.drafted(store)
    with transition(store, need.id, head(), "submit", HEAD, "draft → submitted"):
        sent = submit(store, head(), need)
    assert (sent.category, sent.title, sent.requested_krw) == (
        "remodelling",
        "옥상 방수",
        34_000_000,
    )
    assert (sent.need_by.isoformat() if sent.need_by else "") == "2027-04-01"
    assert (sent.justification, sent.condition) == ("비가 샌다.", "2024년부터 누수")
    assert (sent.lease_end, sent.new_address) == (None, "")
    assert (sent.snapshots, sent.submitted_at) == (1, clock())
    assert snapshots(store, need.id) == [
        {
            "category": "remodelling",
            "title": "옥상 방수",
            "requested_krw": 34_000_000,
            "need_by": "2027-04-01",
            "justification": "비가 샌다.",
            "lease_end": None,
            "condition": "2024년부터 누수",
            "new_address": "",
            "files": [],
        }
    ]
    changes = json.loads(steps.last_record(store).changes)
    assert changes["requested_krw"] == [None, 34_000_000]
    assert changes["title"] == ["", "옥상 방수"]
    assert changes["state"] == ["draft", "submitted"]


OTHER_CATEGORIES = {
    "leasing": {"category": "leasing", "lease_end": "2027-02-28"},
    "relocation": {"category": "relocation", "new_address": "세종시 한누리대로 1"},
    "other": {"category": "other"},
}


@pytest.mark.parametrize("category", OTHER_CATEGORIES)
def test_each_category_can_be_submitted(category: str, store: Store) -> None:
    sent = steps.submitted(store, condition="", **OTHER_CATEGORIES[category])
    assert (sent.state, sent.category) == ("submitted", category)
    assert sent.condition == ""


LACKING = [
    ({"category": ""}, "category"),
    ({"category": "ships"}, "category"),
    ({"title": " \t "}, "title"),
    ({"requested_krw": ""}, "requested_krw"),
    ({"requested_krw": "0"}, "requested_krw"),
    ({"need_by": ""}, "need_by"),
    ({"need_by": "2026-03-09"}, "need_by"),
    ({"need_by": "2028-01-01"}, "need_by"),
    ({"need_by": "2027-02-29"}, "need_by"),
    ({"justification": "\n\n"}, "justification"),
    ({"condition": " "}, "condition"),
    ({"category": "leasing", "lease_end": ""}, "lease_end"),
    ({"category": "leasing", "lease_end": "31.12.2026"}, "lease_end"),
    ({"category": "relocation", "new_address": "　"}, "new_address"),
]


def test_each_condition_of_a_submission_fails_by_itself(store: Store) -> None:
    need = steps.drafted(store)
    for texts, field in LACKING:
        need = saved(store, head(), need, **{**TEXTS, "lease_end": "", **texts})
        with steps.told(store, InputError) as caught:
            submit(store, head(), need)
        assert steps.places(caught.value) == [field], texts
    need = saved(store, head(), need, **TEXTS)
    assert submit(store, head(), need).state == "submitted"


def test_need_by_may_be_today_and_the_last_day_of_the_year(store: Store) -> None:
    for day in ("2026-03-10", "2027-12-31"):
        assert steps.submitted(store, need_by=day).state == "submitted"


def test_all_faults_of_a_submission_are_told_at_once(store: Store) -> None:
    need = special_needs.begin(store, head(), "EC001", {"category": "leasing"}, key=key())
    with steps.told(store, InputError) as caught:
        submit(store, head(), need)
    assert steps.places(caught.value) == [
        "title",
        "requested_krw",
        "need_by",
        "lease_end",
        "justification",
    ]


# --- recalling and withdrawing -------------------------------------------------------------------


def test_an_unclaimed_request_can_be_recalled_and_submitted_anew(store: Store) -> None:
    need = steps.submitted(store)
    with transition(store, need.id, head(), "recall", HEAD, "submitted → draft"):
        need = special_needs.recall(store, head(), need.id, based_on=need.version, key=key())
    need = saved(store, head(), need, title="다시")
    with transition(store, need.id, head(), "submit", HEAD, "draft → submitted"):
        need = submit(store, head(), need)
    assert [one["title"] for one in snapshots(store, need.id)] == ["옥상 방수", "다시"]


def test_a_claimed_request_cannot_be_recalled(store: Store) -> None:
    need = steps.in_review(store)
    with steps.refused(store, NotNow, head(), "recall", need.id):
        special_needs.recall(store, head(), need.id, based_on=need.version, key=key())


@pytest.mark.parametrize("state", ["drafted", "submitted", "in_review", "returned", "assessed"])
def test_a_request_can_be_withdrawn_before_the_decision(state: str, store: Store) -> None:
    need = getattr(steps, state)(store)
    with steps.told(store, InputError) as caught:
        special_needs.withdraw(store, head(), need.id, " ", based_on=need.version, key=key())
    assert steps.places(caught.value) == ["reason"]
    stored = steps.row(store, need.id)
    with transition(store, need.id, head(), "withdraw", HEAD, f"{stored.state} → withdrawn"):
        need = special_needs.withdraw(
            store, head(), need.id, "사정 변경", based_on=stored.version, key=key()
        )
    assert (need.state, need.withdrawal_reason) == ("withdrawn", "사정 변경")
    assert steps.last_record(store).reason == "사정 변경"


@pytest.mark.parametrize("state", ["approved", "rejected", "withdrawn"])
def test_a_decided_request_cannot_be_withdrawn(state: str, store: Store) -> None:
    need = getattr(steps, state)(store)
    with steps.refused(store, NotNow, head(), "withdraw", need.id):
        special_needs.withdraw(store, head(), need.id, "사유", based_on=need.version, key=key())


# --- returned ------------------------------------------------------------------------------------


def test_a_returned_request_is_mended_and_submitted_as_a_new_snapshot(store: Store) -> None:
    need = steps.returned(store)
    assert (need.return_reason, need.return_due, need.deadline) == (
        "견적서",
        steps.DUE,
        steps.DUE,
    )
    first = snapshots(store, need.id)
    need = saved(store, head(), need, requested_krw="33,000,000")
    assert snapshots(store, need.id) == first
    with transition(store, need.id, head(), "submit", HEAD, "returned → submitted"):
        need = submit(store, head(), need)
    assert need.return_due is None
    assert snapshots(store, need.id)[0] == first[0]
    assert [one["requested_krw"] for one in snapshots(store, need.id)] == [34_000_000, 33_000_000]
    assert need.reviewer_id == steps.person_id(store, reviewer(1))
    # it goes back to the one who returned it, and to nobody else
    with steps.refused(store, Forbidden, reviewer(2), "claim", need.id):
        review.claim(store, reviewer(2), need.id, based_on=need.version, key=key())
    claimed = review.claim(store, reviewer(1), need.id, based_on=need.version, key=key())
    assert claimed.state == "in_review"


def test_the_first_submission_ranks_and_the_latest_is_shown(store: Store, clock: Clock) -> None:
    need = steps.returned(store)
    clock.advance(days=3)
    assert submit(store, head(), need).submitted_at == at("2026-03-13T09:00:00")
    table = round_inputs.inputs(store, planner()).requests.set_index("request_id")
    assert table.loc[need.id, "submitted_at"] == "2026-03-10T09:00:00+09:00"


def test_a_snapshot_is_frozen_in_the_database_itself(store: Store) -> None:
    need = steps.submitted(store)
    before = snapshots(store, need.id)
    for statement in (
        "UPDATE snapshot SET content = '{}' WHERE special_need_id = :id",
        "DELETE FROM snapshot WHERE special_need_id = :id",
    ):
        with pytest.raises(DatabaseError, match="written once"), store.writing() as session:
            session.connection().execute(text(statement), {"id": need.id})
    assert snapshots(store, need.id) == before


# --- what everybody sees -------------------------------------------------------------------------


def test_one_who_may_not_see_it_cannot_tell_it_from_none(store: Store) -> None:
    need = steps.drafted(store)
    with pytest.raises(Forbidden) as there:
        needs_seen.need(store, head("EC002"), need.id)
    with pytest.raises(Forbidden) as nowhere:
        needs_seen.need(store, head("EC002"), "SN2027-999")
    assert str(there.value) == str(nowhere.value)


NO_NEEDS = [
    "",
    " ",
    "\0",
    "SN2027-0\x00",
    "\ud800",
    "\u202eSN",
    "x" * 10_000_000,
    "'; DROP TABLE --",
]


@pytest.mark.parametrize("need_id", NO_NEEDS, ids=lambda text: repr(text[:12]))
def test_whatever_stands_in_a_forged_address_is_refused_and_recorded(
    need_id: str, store: Store
) -> None:
    with steps.refused(store, Forbidden, head(), "see_need"):
        needs_seen.need(store, head(), need_id)
    with steps.refused(store, Forbidden, head(), "submit"):
        special_needs.submit(store, head(), need_id, based_on=1, key=key())
    with steps.refused(store, Forbidden, reviewer(1), "claim"):
        review.claim(store, reviewer(1), need_id, based_on=1, key=key())
    with steps.refused(store, Forbidden, head(), "begin"):
        special_needs.begin(store, head(), need_id, {}, key=key())
    with steps.refused(store, Forbidden, head(), "see_need"):
        needs_seen.history(store, head(), need_id)


@pytest.mark.parametrize("who", ["\0", "\ud800", "x" * 1_000_000, ""], ids=lambda t: repr(t[:9]))
def test_whatever_a_sign_in_gives_is_refused_and_recorded(who: str, store: Store) -> None:
    number = steps.length(store)
    with steps.unchanged(store), pytest.raises(Forbidden):
        needs_seen.needs_of_centres(store, who)
    assert [record.outcome for record in steps.records(store, number)] == ["refused"]


def test_the_history_tells_every_step_to_those_inside(store: Store) -> None:
    need = steps.approved(store)
    told = needs_seen.history(store, planner(), need.id)
    assert [(line.verb, line.role, line.to_state) for line in told] == [
        ("begin", "centre_head", "draft"),
        ("submit", "centre_head", "submitted"),
        ("claim", "reviewer", "in_review"),
        ("assess", "reviewer", "assessed"),
        ("approve", "planner", "approved"),
    ]
    assert told[3].changes["assessed_krw"] == (None, 30_000_000)
    assert told[4].reason == "타당"
    assert told == needs_seen.history(store, lead(), need.id)
