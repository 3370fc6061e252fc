"""Divisions: whose money and which rules, plans of the centres, versions of the rules."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store, opened
from budget.storage.tables import DivisionPlan
from budget.workflow import (
    division_bands,
    division_plans,
    division_proposal,
    divisions,
    inbox,
    national,
    proving,
    publication,
    saved_scenarios,
    supplementary,
)
from budget.workflow.refusals import Conflict, NotNow, OtherDeed
from tests.storage.databases import (
    BEGINNING,
    Clock,
    Databases,
    auditor,
    head,
    key,
    lead,
    move_round,
    planner,
)
from tests.workflow import steps
from tests.workflow.calls import CHANGED_DIVISIONS, DIVISIONS, SAMPLE_TABLE
from tests.workflow.worlds import hasty

GUMI = "EC095"
PLUS = [
    row["centre_id"]
    for row in csv.DictReader(SAMPLE_TABLE.decode("utf-8-sig").splitlines())
    if row["centre_type"] == "plus" and row["centre_id"] not in {GUMI, "EC001", "EC090"}
]
UNUSED = iter(PLUS[20:])
"""Full centres that no other test of this file has used."""


def publish(store: Store) -> None:
    """The round, moved on and published by its people."""
    base = saved_scenarios.scenarios(store, planner())[0]
    move_round(store, "decided")
    made = publication.propose(store, planner(), base.id, "제안", key=key("propose"))
    publication.confirm(store, lead(), made.id, "확정", key=key("confirm"))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def published_once(request: pytest.FixtureRequest) -> Iterator[Store]:
    """A published round on each kind of database, shared: each test plans centres of its own."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    address = databases.founded()
    found = hasty(opened(address, Clock()))
    publish(found)
    yield found
    found.close()
    databases.remove(address)


@pytest.fixture
def published(published_once: Store) -> Store:
    """The same, with a clock of its own."""
    return replace(published_once, clock=Clock(BEGINNING))


@pytest.fixture
def centre() -> str:
    """A centre that no other test has planned."""
    return next(UNUSED)


def waiting(store: Store, who: str) -> list[str]:
    """What waits for a person of plans."""
    return [item.kind for item in inbox.inbox(store, who) if "plan" in item.kind]


def row(store: Store, plan_id: str) -> DivisionPlan:
    with store.reading() as session:
        return session.get_one(DivisionPlan, plan_id)


def moved(store: Store, centre_id: str, won: int) -> dict[str, int]:
    """The proposal with up to so many won taken from one division and given to another."""
    rows = [row for row in division_proposal.proposal(store, planner(), centre_id) if row.has_staff]
    giver = max(rows, key=lambda row: row.proposal - row.floor)
    taker = max((row for row in rows if row is not giver), key=lambda row: row.most - row.proposal)
    room = min(won, giver.proposal - giver.floor, taker.most - taker.proposal) // 1_000 * 1_000
    assert room, "there is something to move"
    found = steps.proposed(store, centre_id)
    found[giver.id] -= room
    found[taker.id] += room
    return found


# --- before publication --------------------------------------------------------------------------


def test_before_publication_there_are_rules_and_no_money(store: Store) -> None:
    found = divisions.planning(store, planner())
    assert found.money is None
    assert found.rules is not None
    assert (found.rules.number, found.rules.content) == (1, DIVISIONS)
    own = divisions.own(store, head(), "EC001")
    assert (own.operating, own.plan) == (None, None)
    assert waiting(store, head()) == []
    with steps.refused(store, NotNow, head(), "save_plan", "EC001"):
        division_plans.save(store, head(), "EC001", {"planning": 1}, based_on=0, key=key())
    assert proving.verify(store, auditor()).is_whole


def test_a_database_of_old_has_no_rules_until_a_planner_gives_some(quick_store: Store) -> None:
    store = quick_store
    with store.writing() as session:
        connection = session.connection()
        connection.exec_driver_sql("DROP TRIGGER division_rules_no_delete")
        connection.exec_driver_sql("DELETE FROM division_rules")
    assert divisions.planning(store, planner()).rules is None
    publish(store)
    assert waiting(store, head()) == []
    with steps.refused(store, NotNow, head(), "submit_plan", "EC001") as caught:
        division_plans.submit(store, head(), "EC001", {}, based_on=0, key=key())
    assert "not set the rules" in str(caught.value)
    made = division_bands.save(store, planner(), DIVISIONS, "처음", based_on=0, key=key())
    assert (made.number, made.note) == (1, "처음")
    assert waiting(store, head()) == ["to_plan"]
    assert steps.planned(store).is_submitted


# --- a plan --------------------------------------------------------------------------------------


def test_the_proposal_is_the_centre_s_published_money(published: Store) -> None:
    own = divisions.own(published, head(GUMI), GUMI)
    parts = national.national_parts(published, head(GUMI)).own[GUMI]
    found = division_proposal.proposal(published, head(GUMI), GUMI)
    assert own.operating == parts["operating"] == sum(one.proposal for one in found)
    assert all(one.floor <= one.proposal <= one.most for one in found)
    assert all(one.proposal == 0 for one in found if not one.has_staff)


def test_a_plan_is_saved_as_it_is_typed_and_submitted_whole(published: Store, centre: str) -> None:
    store, who = published, head(centre)
    proposal = steps.proposed(store, centre)
    plan = division_plans.save(store, who, centre, proposal, based_on=0, key=key())
    begun = steps.last_record(store)
    assert (begun.verb, begun.object_id, begun.to_state) == ("save_plan", plan.id, "draft")
    number = steps.length(store)
    plan = division_plans.save(
        store, who, centre, {"placement": 7}, based_on=plan.version, key=key()
    )
    assert steps.length(store) == number, "what is typed is not in the trail"
    assert plan.draft == {**proposal, "placement": 7}
    assert divisions.planning(store, planner()).plans[centre].draft == {}, "typed for the head"
    amounts = moved(store, centre, 1_000_000)
    sent = division_plans.submit(store, who, centre, amounts, based_on=plan.version, key=key())
    assert (sent.state, sent.amounts, sent.draft) == ("submitted", amounts, amounts)
    made = steps.last_record(store)
    assert (made.from_state, made.to_state, made.based_on) == ("draft", "submitted", plan.version)
    told = json.loads(made.changes)
    assert told.pop("state") == ["draft", "submitted"]
    assert told.pop("rules_id") == [None, 1]
    assert told == {f"{division}_krw": [None, won] for division, won in amounts.items()}
    seen = divisions.planning(store, auditor()).plans[centre]
    assert (seen.amounts, seen.state) == (amounts, "submitted")
    assert proving.verify(store, auditor()).is_whole
    with steps.refused(store, NotNow, who, "save_plan", centre):
        division_plans.save(store, who, centre, {"placement": 8}, based_on=sent.version, key=key())


def test_the_proposal_can_be_submitted_as_it_is(published: Store, centre: str) -> None:
    number = steps.length(published)
    plan = steps.planned(published, centre)
    made = steps.records(published, number)
    assert [(record.verb, record.from_state) for record in made] == [("submit_plan", "")]
    assert plan.amounts == steps.proposed(published, centre)


@pytest.mark.parametrize(
    ("changed", "places"),
    [
        ({"placement": -1}, ["placement"]),
        ({"placement": 10**13}, ["placement"]),
        ({"canteen": 5}, ["canteen"]),
        ({"benefit": 0, "training": True}, ["training"]),
    ],
)
def test_what_is_no_amount_or_no_division_is_not_stored(
    changed: dict[str, int], places: list[str], published: Store
) -> None:
    for deed in (division_plans.save, division_plans.submit):
        with steps.told(published, InputError) as caught:
            deed(published, head("EC090"), "EC090", changed, based_on=0, key=key())
        assert steps.places(caught.value) == places


def test_a_plan_outside_its_bands_or_sum_is_told_and_not_submitted(
    published: Store, centre: str
) -> None:
    store, who = published, head(centre)
    found = {one.id: one for one in division_proposal.proposal(store, who, centre)}
    right = {name: one.proposal for name, one in found.items()}
    held = max(found.values(), key=lambda one: one.floor)
    above = held.proposal - (held.floor - 1_000)
    for amounts, where in (
        ({**right, "placement": right["placement"] + 1}, ["placement", ""]),
        ({**right, "placement": right["placement"] - 1_000}, [""]),
        ({name: won for name, won in right.items() if name != "placement"}, ["placement", ""]),
        ({**right, held.id: held.proposal - above}, [held.id, ""]),
    ):
        with steps.told(store, InputError) as caught:
            division_plans.submit(store, who, centre, amounts, based_on=0, key=key())
        assert steps.places(caught.value) == where


def test_a_recalled_plan_counts_no_longer_and_keeps_what_was_typed(
    published: Store, centre: str
) -> None:
    store, who = published, head(centre)
    plan = steps.planned(store, centre)
    with steps.told(store, InputError):
        division_plans.recall(store, who, centre, " ", based_on=plan.version, key=key())
    back = division_plans.recall(store, who, centre, "고침", based_on=plan.version, key=key())
    assert (back.state, back.draft, back.return_reason) == ("draft", plan.draft, "")
    assert waiting(store, who) == ["plan_draft"]
    again = steps.planned(store, centre, **moved(store, centre, 1_000))
    assert again.is_submitted
    lines = division_proposal.history(store, who, centre)
    assert [line.verb for line in lines] == ["submit_plan", "recall_plan", "submit_plan"]
    assert lines[1].reason == "고침"


def test_a_planner_returns_a_plan_with_a_reason(published: Store, centre: str) -> None:
    store = published
    with steps.refused(store, NotNow, planner(), "send_back_plan", centre):
        division_plans.send_back(store, planner(), centre, "사유", based_on=0, key=key())
    plan = steps.planned(store, centre)
    back = division_plans.send_back(
        store, planner(), centre, "상한을 넘습니다.", based_on=plan.version, key=key()
    )
    assert (back.state, back.return_reason, back.draft) == ("returned", "상한을 넘습니다.", {})
    assert waiting(store, head(centre)) == ["plan_returned"]
    with steps.refused(store, NotNow, planner(), "send_back_plan", centre):
        division_plans.send_back(store, planner(), centre, "또", based_on=back.version, key=key())
    sent = steps.planned(store, centre)
    assert (sent.state, sent.return_reason) == ("submitted", "")
    assert waiting(store, head(centre)) == []


# --- two people at once --------------------------------------------------------------------------


def test_two_heads_of_a_centre_change_different_divisions_without_disturbing(
    published: Store, centre: str
) -> None:
    store = published
    second = steps.granted(store, f"second|{centre}", ("centre_head", centre))
    plan = division_plans.save(
        store, head(centre), centre, steps.proposed(store, centre), based_on=0, key=key()
    )
    division_plans.save(store, second, centre, {"placement": 5}, based_on=plan.version, key=key())
    mine = division_plans.save(
        store, head(centre), centre, {"benefit": 6}, based_on=plan.version, key=key()
    )
    assert (mine.draft["placement"], mine.draft["benefit"]) == (5, 6)
    with steps.told(store, Conflict) as caught:
        division_plans.save(
            store, head(centre), centre, {"placement": 7}, based_on=plan.version, key=key()
        )
    [change] = caught.value.changes  # type: ignore[attr-defined]
    assert (change.field, change.person, change.theirs) == ("placement", f"second|{centre}", "5")
    with steps.told(store, Conflict):
        division_plans.submit(
            store,
            head(centre),
            centre,
            steps.proposed(store, centre),
            based_on=plan.version,
            key=key(),
        )


def test_a_save_sent_twice_is_one_and_its_key_belongs_to_it(published: Store, centre: str) -> None:
    store, who, same = published, head(centre), key("same")
    plan = division_plans.save(store, who, centre, {"benefit": 1}, based_on=0, key=key())
    first = division_plans.save(store, who, centre, {"benefit": 2}, based_on=plan.version, key=same)
    again = division_plans.save(store, who, centre, {"benefit": 2}, based_on=plan.version, key=same)
    assert first == again
    with steps.refused(store, OtherDeed, who, "save_plan", centre):
        division_plans.save(store, who, centre, {"benefit": 3}, based_on=plan.version, key=same)
    assert row(store, plan.id).version == first.version


# --- the rules -----------------------------------------------------------------------------------


def test_a_new_version_of_the_rules_is_recorded_rule_by_rule(own_store: Store) -> None:
    store = own_store
    made = division_bands.save(
        store, planner(), CHANGED_DIVISIONS, "인력 재배치", based_on=1, key=key()
    )
    assert (made.id, made.number, made.saved_by) == (2, 2, "예산 담당 1")
    told = json.loads(steps.last_record(store).changes)
    assert told["divisions.planning.ceiling.share"] == ["0.09", "0.1"]
    assert told["plans_returned"] == [None, 0]
    assert [one.number for one in divisions.rules_versions(store, lead())] == [2, 1]
    assert divisions.planning(store, lead()).rules == made
    with steps.told(store, InputError):
        division_bands.save(store, planner(), CHANGED_DIVISIONS, "또", based_on=2, key=key())
    with steps.told(store, Conflict) as caught:
        division_bands.save(store, planner(2), DIVISIONS, "되돌림", based_on=1, key=key())
    [change] = caught.value.changes  # type: ignore[attr-defined]
    assert (change.field, change.theirs) == ("divisions.planning.ceiling.share", "0.1")
    assert proving.verify(store, auditor()).is_whole


def test_a_colleague_s_rules_between_two_of_one_s_own_are_told(quick_store: Store) -> None:
    """Two pages of one planner: a colleague's save between them stays a conflict for the older."""
    for who, content in (
        (planner(2), CHANGED_DIVISIONS),
        (planner(), CHANGED_DIVISIONS + "# 둘째"),
    ):
        base = divisions.planning(quick_store, who).rules
        assert base is not None
        division_bands.save(quick_store, who, content, "사유", based_on=base.id, key=key())
    with steps.told(quick_store, Conflict) as caught:
        division_bands.save(quick_store, planner(), DIVISIONS, "되돌림", based_on=1, key=key())
    [change] = caught.value.changes  # type: ignore[attr-defined]
    assert (change.field, change.person) == ("divisions.planning.ceiling.share", "예산 담당 2")
    division_bands.save(quick_store, planner(), DIVISIONS, "되돌림", based_on=2, key=key())


def test_faulty_rules_are_told_and_not_stored(quick_store: Store) -> None:
    for content, reason, where in (
        (DIVISIONS.replace("0.09", "1.09"), "사유", "divisions.planning.ceiling.share"),
        ("[", "사유", ""),
        (CHANGED_DIVISIONS, " ", "reason"),
        ("\0", "사유", ""),
    ):
        with steps.told(quick_store, InputError) as caught:
            division_bands.save(quick_store, planner(), content, reason, based_on=1, key=key())
        assert steps.places(caught.value)[0] == where


def test_plans_outside_new_bands_are_returned_with_the_reason(quick_store: Store) -> None:
    store = quick_store
    publish(store)
    outside, inside = GUMI, "EC001"
    plan = steps.planned(store, outside)
    steps.planned(store, inside)
    operating = divisions.own(store, head(outside), outside).operating or 1
    share = plan.amounts["placement"] / operating
    kinds = divisions.planning(store, planner()).centres.set_index("centre_id")["centre_type"]
    narrow = f"[bands.{kinds[outside]}]\nplacement = {{ min_share = 0.15, max_share = "
    before, _, after = DIVISIONS.partition(f"[bands.{kinds[outside]}]\n")
    line, _, rest = after.partition("placement")[2].partition("\n")
    assert line
    rules = f"{before}{narrow}{share - 0.01:.4f} }}\n{after.partition('placement')[0]}{rest}"
    returned = set(division_bands.plans_outside(store, planner(), rules))
    assert outside in returned
    number = steps.length(store)
    division_bands.save(store, planner(), rules, "상한 인하", based_on=1, key=key())
    made = steps.records(store, number)
    assert [record.verb for record in made] == ["save_division_rules"] * (1 + len(returned))
    plans = divisions.planning(store, planner()).plans
    assert {centre for centre, one in plans.items() if one.state == "returned"} == returned
    assert plans[outside].return_reason == "상한 인하"
    assert proving.verify(store, auditor()).is_whole


def test_a_supplementary_round_keeps_money_rules_and_plans_until_it_is_published(
    quick_store: Store,
) -> None:
    store = quick_store
    publish(store)
    first = steps.planned(store)
    before = divisions.planning(store, planner())
    supplementary.open_round(store, lead(), date(2026, 3, 24), "정정", key=key())
    assert divisions.planning(store, planner()) == before
    made = division_bands.save(store, planner(), CHANGED_DIVISIONS, "정정", based_on=1, key=key())
    assert made.number == 2
    for state in ("open", "review"):
        move_round(store, state)
    assert divisions.own(store, head(), "EC001").earlier is None, "it is the one that counts"
    publish(store)
    told = divisions.own(store, head(), "EC001").earlier
    assert told is not None
    assert (told.amounts, told.submitted_at) == (first.amounts, first.submitted_at)
    assert sum(told.amounts.values()) == told.operating
    assert told.rules == before.rules.rules if before.rules else False
    assert divisions.own(store, head("EC002"), "EC002").earlier is None, "it had none"
    after = divisions.planning(store, planner())
    assert after.rules == made
    assert after.money is not None
    assert before.money is not None
    assert after.money.run_id != before.money.run_id
    assert after.plans == {}, "new money is planned anew"
    assert proving.verify(store, auditor()).is_whole
