"""The round: moved one step by the lead with a reason; what everybody may know of it."""

import json
from datetime import date
from itertools import pairwise

import pytest

from budget.allocation.faults import InputError
from budget.files.inputs import read_centres, read_policy
from budget.storage.store import Store
from budget.workflow import (
    national,
    review,
    round_inputs,
    rounds,
    saved_scenarios,
    scenarios,
    special_needs,
)
from budget.workflow.refusals import Conflict, Forbidden, NotNow
from budget.workflow.rounds import RoundFacts
from tests.storage.databases import (
    SAMPLE,
    Clock,
    administrator,
    auditor,
    head,
    key,
    lead,
    move_round,
    planner,
    reviewer,
)
from tests.workflow import steps

ORDER = ["setup", "open", "review", "decided", "published"]


def move(store: Store, to: str, *, by: str = "", based_on: int | None = None) -> RoundFacts:
    version = rounds.present(store, lead()).version if based_on is None else based_on
    return rounds.move(store, by or lead(), to, " 사유 ", based_on=version, key=key("move"))


def test_everybody_knows_state_and_dates(store: Store, clock: Clock) -> None:
    for who in (head(), reviewer(), planner(), lead(), auditor(), administrator()):
        facts = rounds.present(store, who)
        assert (facts.name_ko, facts.fiscal_year, facts.state, facts.illustrative) == (
            "2027년도 예산 라운드",
            2027,
            "review",
            True,
        )
        assert facts.dates == {
            "requests_open": date(2026, 3, 2),
            "requests_close": date(2026, 5, 29),
            "decisions_due": date(2026, 11, 27),
            "publication_due": date(2026, 12, 4),
        }
        assert facts.now == clock()


def test_how_many_requests_stand_where_is_for_those_inside(store: Store) -> None:
    for who in (head(), reviewer(), administrator()):
        assert rounds.present(store, who).requests == {}
    for who in (planner(), lead(), auditor()):
        assert rounds.present(store, who).requests["approved"] == 36


def test_the_lead_moves_the_round_one_step_forward_and_back(own_store: Store, clock: Clock) -> None:
    store = own_store
    for before, to in pairwise(["review", "open", "setup", "open", "review", "decided", "review"]):
        facts = rounds.present(store, lead())
        moved = move(store, to)
        assert (facts.state, moved.state, moved.version) == (before, to, facts.version + 1)
        made = steps.last_record(store)
        assert (made.verb, made.identity, made.role) == ("move_round", lead(), "lead")
        assert (made.object_kind, made.from_state, made.to_state) == ("round", before, to)
        assert json.loads(made.changes) == {"state": [before, to]}
        assert (made.reason, made.based_on, made.at) == ("사유", facts.version, clock())


@pytest.mark.parametrize("state", ["setup", "open", "review", "decided"])
def test_no_step_is_left_out_and_nothing_is_published_by_moving(
    state: str, quick_store: Store
) -> None:
    store = quick_store
    move_round(store, state)
    near = {ORDER[place] for place in (ORDER.index(state) - 1, ORDER.index(state) + 1)}
    for to in [*ORDER, "", "Open", "closed", "\0"]:
        if to not in near or to == "published":
            with steps.refused(store, NotNow, lead(), "move_round"):
                move(store, to)


def test_a_move_takes_a_reason(store: Store) -> None:
    version = rounds.present(store, lead()).version
    for reason in ("", " \n", "x" * 2001):
        with steps.told(store, InputError) as caught:
            rounds.move(store, lead(), "decided", reason, based_on=version, key=key())
        assert steps.places(caught.value) == ["reason"]


def test_of_two_leads_the_slower_is_told_who_moved_the_round(
    own_store: Store, clock: Clock
) -> None:
    store = own_store
    version = rounds.present(store, lead()).version
    clock.set("2026-11-27T18:00:00")
    move(store, "decided", by=lead(1))
    with steps.told(store, Conflict) as caught:
        move(store, "open", by=lead(2), based_on=version)
    assert isinstance(caught.value, Conflict)
    ((change),) = caught.value.changes
    assert (change.field, change.person_en, change.theirs) == ("state", "Lead 1", "decided")
    assert change.at == clock()
    assert move(store, "review", by=lead(2), based_on=caught.value.version).state == "review"


def test_an_own_earlier_move_is_no_conflict(own_store: Store) -> None:
    version = rounds.present(own_store, lead()).version
    move(own_store, "open")
    assert move(own_store, "setup", based_on=version).state == "setup"


def test_who_moves_the_round_is_told_of_another_baseline(own_store: Store) -> None:
    store = own_store
    version = rounds.present(store, lead()).version
    policy = saved_scenarios.scenarios(store, planner())[0].policy
    other = scenarios.create(store, planner(), "다른 안", policy, key=key())
    scenarios.set_baseline(store, planner(), other.id, "사유", based_on=version, key=key())
    with steps.told(store, Conflict) as caught:
        move(store, "decided", based_on=version)
    assert isinstance(caught.value, Conflict)
    told = [(c.field, c.person_en, c.theirs) for c in caught.value.changes]
    assert told == [("baseline", "Planner 1", "다른 안")]


# --- inputs of the allocation ------------------------------------------------------------------


def row(store: Store, need_id: str, considered: str) -> dict[str, str]:
    """A request as the allocator is given it."""
    table = round_inputs.inputs(store, planner(), considered).requests
    found = table[table["request_id"] == need_id].to_dict("records")
    return {str(name): value for name, value in found[0].items()} if found else {}


def test_an_approved_request_flows_into_the_allocator(store: Store) -> None:
    need = steps.assessed(store, divisible=True, priority=2)
    need = steps.approve(store, need, approved_krw=29_000_000)
    assert row(store, need.id, "approved") == {
        "request_id": need.id,
        "centre_id": "EC001",
        "category": "remodelling",
        "title": "옥상 방수",
        "requested_krw": "34000000",
        "approved_krw": "29000000",
        "priority": "2",
        "divisible": "true",
        "submitted_at": "2026-03-10T09:00:00+09:00",
    }


def test_an_assessed_request_flows_in_only_if_asked_for(store: Store) -> None:
    need = steps.assessed(store, assessed_krw=30_000_999)
    assert row(store, need.id, "approved")["approved_krw"] == ""
    assert row(store, need.id, "assessed")["approved_krw"] == "30000000"  # whole thousands
    infeasible = steps.assessed(store, feasible=False, assessed_krw=30_000_000)
    assert row(store, infeasible.id, "assessed")["approved_krw"] == ""


def test_what_is_not_approved_asks_the_allocator_for_nothing(store: Store) -> None:
    sample = {
        "submitted": "SN2027-056",
        "in_review": "SN2027-042",
        "returned": "SN2027-033",
        "rejected": "SN2027-008",
        "withdrawn": "SN2027-018",
    }
    for state, need_id in sample.items():
        assert steps.row(store, need_id).state == state
        for considered in ("approved", "assessed"):
            assert row(store, need_id, considered)["approved_krw"] == ""
    assert row(store, steps.drafted(store).id, "assessed") == {}


def test_every_decision_changes_the_version_of_the_figures(store: Store) -> None:
    need = steps.assessed(store)
    versions = [round_inputs.figures_version(store, planner())]
    hashes = [round_inputs.inputs(store, planner()).requests_sha256]
    need = steps.approve(store, need)
    for deed in (lambda: None, lambda: reopen(store, need.id)):
        deed()
        versions.append(round_inputs.figures_version(store, planner()))
        hashes.append(round_inputs.inputs(store, planner()).requests_sha256)
    assert len(set(versions)) == 3
    assert hashes[0] != hashes[1]
    assert hashes[2] != hashes[1]


def test_a_letter_in_a_draft_is_no_new_version_of_the_figures(store: Store) -> None:
    need = steps.drafted(store)
    before = round_inputs.figures_version(store, planner())
    special_needs.save_draft(
        store, head(), need.id, {"title": "새"}, based_on=need.version, key=key()
    )
    assert round_inputs.figures_version(store, planner()) == before
    steps.submitted(store)
    assert round_inputs.figures_version(store, planner()) != before


def test_inputs_are_those_of_the_version_that_was_looked_at(store: Store) -> None:
    """Else what is kept by a version could hold the figures of another one."""
    before = round_inputs.figures_version(store, planner())
    assert round_inputs.inputs(store, planner(), version=before).requests_sha256
    steps.submitted(store)
    with pytest.raises(round_inputs.InputsChanged):
        round_inputs.inputs(store, planner(), version=before)


def reopen(store: Store, need_id: str) -> None:
    version = steps.row(store, need_id).version
    review.reopen_decision(store, lead(), need_id, "오류", based_on=version, key=key())


def test_with_and_without_one_request(store: Store) -> None:
    """What a request costs whom: the same table with it, and without."""
    need = steps.assessed(store)
    given = round_inputs.inputs(store, planner()).requests
    with_it = round_inputs.with_amount(given, need.id, 30_000_000)
    without = round_inputs.with_amount(with_it, need.id, None)
    amounts = dict(zip(with_it["request_id"], with_it["approved_krw"], strict=True))
    assert amounts[need.id] == "30000000"
    changed = with_it["approved_krw"] != given["approved_krw"]
    assert list(with_it.loc[changed, "request_id"]) == [need.id]
    assert without.equals(given)


def test_the_centres_and_rules_are_those_of_the_files(store: Store) -> None:
    given = round_inputs.inputs(store, planner())
    assert given.centres.equals(read_centres(SAMPLE / "centres.csv"))
    assert given.baseline.policy == read_policy(SAMPLE / "policy.toml")


def test_national_totals_are_the_rules_own_before_publication(store: Store) -> None:
    """128 billion: 1 % reserve, 6 % for special needs at most, 7 % and 2.5 % for two pools."""
    parts = national.national_parts(store, head())
    assert (parts.envelope, parts.centres, parts.is_published) == (128_000_000_000, 174, False)
    assert (parts.reserve, parts.special_needs) == (1_280_000_000, 7_680_000_000)
    assert dict(parts.pools) == {
        "operating": 106_880_000_000,
        "performance": 8_960_000_000,
        "joined_up": 3_200_000_000,
    }


def test_the_names_of_the_centres_are_for_everybody(store: Store) -> None:
    names = rounds.centre_names(store, reviewer())
    assert len(names) == 174
    assert names["EC002"][1] == "Seocho Employment Welfare Plus Centre"


def test_there_is_no_deadline_of_a_centre_that_is_not_there(store: Store) -> None:
    for centre_id in ("EC999", "", "\0", "\ud800", "x" * 1_000_000):
        with steps.refused(store, Forbidden, planner(), "see_need"):
            rounds.deadline_of(store, planner(), centre_id)


def test_a_request_of_another_state_is_counted_there(own_store: Store) -> None:
    before = rounds.present(own_store, lead()).requests
    need = steps.submitted(own_store)
    special_needs.withdraw(own_store, head(), need.id, "사유", based_on=need.version, key=key())
    after = rounds.present(own_store, lead()).requests
    assert after == {**before, "withdrawn": before["withdrawn"] + 1}
