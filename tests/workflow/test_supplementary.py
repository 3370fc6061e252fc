"""A supplementary round: the correction of a published one, which stays as it is."""

from datetime import date

import pytest

import budget
from budget import files
from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import (
    centres,
    national,
    needs_seen,
    packs,
    proving,
    publication,
    round_inputs,
    rounds,
    saved_scenarios,
    special_needs,
    supplementary,
)
from budget.workflow.refusals import NotNow
from tests.storage.databases import auditor, head, key, lead, move_round, planner
from tests.workflow import steps
from tests.workflow.worlds import Copies, World

CLOSES = date(2026, 3, 24)


def opened_on(store: Store) -> rounds.RoundFacts:
    """The lead opens a supplementary round."""
    return supplementary.open_round(store, lead(), CLOSES, "오류 정정", key=key("open"))


def test_it_takes_a_published_round_a_reason_and_a_day_to_come(
    decided_world: World, published_world: World, copies: Copies
) -> None:
    store = copies.open(decided_world)
    with steps.refused(store, NotNow, lead(), "open_supplementary"):
        opened_on(store)
    store = copies.open(published_world)
    with steps.told(store, InputError) as caught:
        supplementary.open_round(store, lead(), date(2026, 3, 9), " ", key=key())
    assert steps.places(caught.value) == ["until", "reason"]
    for never in (date(2028, 1, 1), date.max):  # decisions are due two weeks later
        with steps.told(store, InputError) as caught:
            supplementary.open_round(store, lead(), never, "정정", key=key())
        assert steps.places(caught.value) == ["until"]


def test_it_begins_as_the_published_round_ended(published_world: World, copies: Copies) -> None:
    store = copies.open(published_world)
    before = rounds.present(store, lead())
    frozen = packs.proposed_run(store, auditor())
    assert frozen is not None
    old = {need.id: need for need in frozen.requests if need.state in {"funded", "unfunded"}}
    facts = opened_on(store)
    assert (facts.name_ko, facts.name_en) == (
        f"{before.name_ko} 추가 1차",
        f"{before.name_en}, supplementary 1",
    )
    assert (facts.state, facts.fiscal_year, facts.illustrative) == ("setup", 2027, True)
    assert facts.id > before.id
    assert facts.dates == {
        "requests_open": date(2026, 3, 10),
        "requests_close": CLOSES,
        "decisions_due": date(2026, 4, 7),
        "publication_due": date(2026, 4, 21),
    }
    given = round_inputs.inputs(store, planner())
    assert given.centres_content == frozen.centres_content
    assert given.baseline.policy_content == frozen.policy_content
    assert given.baseline.is_baseline
    again = budget.allocate(given.centres, given.baseline.policy, given.requests)
    assert sorted(again.funded.values()) == sorted(need.funded_krw or 0 for need in old.values())
    assert files.allocation_csv(again) == frozen.allocation_content
    made = {need.id: need for need in needs_seen.queue(store, auditor())}
    assert len(made) == len(old)
    assert not set(made) & set(old)
    assert {need.state for need in made.values()} == {"approved"}
    assert publication.proposal(store, lead()) is None
    assert proving.verify(store, auditor()).is_whole


def test_what_was_published_stays_in_force_until_the_correction_is(
    published_world: World, copies: Copies
) -> None:
    store = copies.open(published_world)
    before = (
        centres.published(store, head(), "EC001"),
        national.national_parts(store, head()),
    )
    facts = centres.centre(store, head(), "EC001").published
    opened_on(store)
    after = centres.published(store, head(), "EC001"), national.national_parts(store, head())
    assert after == before
    assert before[0] is not None
    assert centres.centre(store, head(), "EC001").published == facts
    move_round(store, "decided")
    base = saved_scenarios.scenarios(store, planner())[0]
    found = publication.propose(store, planner(), base.id, "제안", key=key())
    publication.confirm(store, lead(), found.id, "확정", key=key())
    corrected = centres.centre(store, head(), "EC001").published
    assert corrected is not None
    assert corrected.run_id == found.run_id


def test_the_same_click_opens_one_round(published_world: World, copies: Copies) -> None:
    store = copies.open(published_world)
    one = key()
    first = supplementary.open_round(store, lead(), CLOSES, "정정", key=one)
    assert supplementary.open_round(store, lead(), CLOSES, "정정", key=one) == first
    with pytest.raises(NotNow):  # and not a second one beside it
        supplementary.open_round(store, lead(), CLOSES, "정정", key=key())


def test_on_every_database_a_correction_is_published_and_corrected_again(own_store: Store) -> None:
    store = own_store
    steps.approved(store)
    for number in (0, 1):
        move_round(store, "decided")
        base = saved_scenarios.scenarios(store, planner())[0]
        found = publication.propose(store, planner(), base.id, "제안", key=key())
        publication.confirm(store, lead(), found.id, "확정", key=key())
        assert rounds.present(store, head()).state == "published"
        facts = opened_on(store)
        assert facts.name_ko.endswith(f"추가 {number + 1}차")
    move_round(store, "open")
    assert special_needs.begin(store, head(), "EC001", {}, key=key()).state == "draft"
    assert proving.verify(store, auditor()).is_whole
