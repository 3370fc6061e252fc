"""Publication: a certified run, proposed by one, confirmed by another, frozen for good."""

import csv
import hashlib
import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import select, text

import budget
from budget import files
from budget.allocation.faults import InputError
from budget.allocation.result import Allocation
from budget.files.inputs import read_centres, read_policy, read_requests
from budget.storage.store import Store
from budget.storage.tables import Run, SpecialNeed
from budget.workflow import (
    inbox,
    national,
    needs_seen,
    proving,
    publication,
    review,
    round_inputs,
    rounds,
    saved_scenarios,
    scenarios,
)
from budget.workflow.refusals import Forbidden, NotNow
from tests.storage.databases import (
    SAMPLE,
    auditor,
    head,
    key,
    lead,
    move_round,
    planner,
)
from tests.workflow import steps
from tests.workflow.worlds import SAMPLE_TABLE, Copies, World

CEILING, RESERVE = "special_needs.ceiling.share", "reserve.amount.share"


def confirm(store: Store, proposal: int, *, by: str = "", reason: str = "확정") -> None:
    publication.confirm(store, by or lead(), proposal, reason, key=key("confirm"))


def run_of(store: Store) -> Run:
    """The run of the latest proposal."""
    found = publication.proposal(store, planner())
    assert found is not None
    with store.reading() as session:
        return session.get_one(Run, found.run_id)


@pytest.fixture(scope="module")
def sample_allocation() -> Allocation:
    """The allocation of the files in data/, without any database."""
    return budget.allocate(
        read_centres(SAMPLE / "centres.csv"),
        read_policy(SAMPLE / "policy.toml"),
        read_requests(SAMPLE / "requests.csv"),
    )


# --- the founded round and the files -------------------------------------------------------------


def test_the_founded_round_allocates_as_its_files_do(
    own_store: Store, sample_allocation: Allocation
) -> None:
    given = round_inputs.inputs(own_store, planner())
    allocation = budget.allocate(given.centres, given.baseline.policy, given.requests)
    assert allocation.certified
    assert files.allocation_csv(allocation) == files.allocation_csv(sample_allocation)
    assert allocation.funded == sample_allocation.funded
    assert len(allocation.funded) == 36


# --- proposing ---------------------------------------------------------------------------------


def test_a_publication_is_proposed_only_once_the_round_is_decided(
    review_world: World, copies: Copies
) -> None:
    store = copies.open(review_world)
    for state in ("review", "open", "setup"):
        move_round(store, state)
        with steps.refused(store, NotNow, planner(), "propose_publication"):
            publication.propose(store, planner(), review_world.baseline, "제안", key=key())


def test_a_proposal_keeps_everything_its_figures_came_from(
    decided_world: World, copies: Copies
) -> None:
    store = copies.open(decided_world)
    proposal, run = publication.proposal(store, auditor()), run_of(store)
    assert proposal is not None
    assert (proposal.scenario, proposal.number, proposal.proposed_by_en) == (
        "Default rules",
        1,
        "Planner 1",
    )
    assert not proposal.is_confirmed
    given = round_inputs.inputs(store, planner())
    assert run.certified
    assert run.requests_sha256 == given.requests_sha256 == sha256(run.requests_csv)
    assert proposal.allocation_sha256 == run.allocation_sha256 == sha256(run.allocation_csv)
    assert (run.data_set_id, run.scenario_version_id) == (
        given.data_set_id,
        given.baseline.version_id,
    )
    assert json.loads(run.report)
    assert run.code_version
    made = steps.last_record(store)
    assert (made.verb, made.object_kind, made.to_state, made.reason) == (
        "propose_publication",
        "publication",
        "proposed",
        "제안",
    )
    changes = json.loads(made.changes)
    assert changes["allocation_sha256"] == [None, run.allocation_sha256]
    assert changes["scenario"] == [None, "Default rules, 1"]


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_a_run_is_frozen_in_the_database_itself(decided_world: World, copies: Copies) -> None:
    store = copies.open(decided_world)
    before = run_of(store)
    for statement in ("UPDATE run SET certified = 0", "DELETE FROM run"):
        with pytest.raises(DatabaseError, match="written once"), store.writing() as session:
            session.connection().execute(text(statement))
    assert run_of(store) == before


def test_a_proposal_takes_a_reason_and_a_scenario(decided_world: World, copies: Copies) -> None:
    store = copies.open(decided_world)
    with steps.told(store, InputError) as caught:
        publication.propose(store, planner(), decided_world.baseline, " ", key=key())
    assert steps.places(caught.value) == ["reason"]
    for scenario_id in (0, -1, 999, 2**31, 10**30):
        with steps.refused(store, Forbidden, planner(), "propose_publication"):
            publication.propose(store, planner(), scenario_id, "제안", key=key())


def test_every_changed_parameter_needs_a_rationale(decided_world: World, copies: Copies) -> None:
    store = copies.open(decided_world)
    base = saved_scenarios.scenario(store, planner(), decided_world.baseline)
    policy = base.policy.replaced(
        {CEILING: Decimal("0.07"), "reserve.amount.share": Decimal("0.02")}
    )
    mine = scenarios.create(
        store, planner(), "근거", policy, rationales={CEILING: "국회"}, key=key()
    )
    with steps.told(store, InputError) as caught:
        publication.propose(store, planner(), mine.id, "제안", key=key())
    assert steps.places(caught.value) == [RESERVE]
    # a change of the baseline itself needs one as well
    version = rounds.present(store, lead()).version
    scenarios.set_baseline(store, planner(), mine.id, "사유", based_on=version, key=key())
    with steps.told(store, InputError):
        publication.propose(store, planner(), mine.id, "제안", key=key())
    # and a version that takes the change back needs none of it
    back = scenarios.save(
        store,
        planner(),
        mine.id,
        base.policy.replaced({CEILING: Decimal("0.07")}),
        rationales={CEILING: "국회"},
        based_on=1,
        key=key(),
    )
    proposal = publication.propose(store, planner(), back.id, "제안", key=key())
    assert (proposal.scenario, proposal.number) == ("근거", 2)
    # the older proposal can no longer be confirmed
    with steps.refused(store, NotNow, lead(), "confirm_publication"):
        confirm(store, decided_world.proposal)


# --- confirming --------------------------------------------------------------------------------


def test_whoever_proposed_does_not_confirm(decided_world: World, copies: Copies) -> None:
    store = copies.open(decided_world)
    steps.granted(store, planner(), ("lead", ""))
    number = str(decided_world.proposal)
    with steps.refused(store, Forbidden, planner(), "confirm_publication", number):
        confirm(store, decided_world.proposal, by=planner())
    assert [item.kind for item in inbox.inbox(store, lead(2))] == ["to_confirm"]
    assert inbox.inbox(store, planner()) == []


def test_a_confirmation_takes_a_reason_and_the_latest_proposal(
    decided_world: World, copies: Copies
) -> None:
    store = copies.open(decided_world)
    with steps.told(store, InputError) as caught:
        confirm(store, decided_world.proposal, reason="\n")
    assert steps.places(caught.value) == ["reason"]
    for proposal in (0, -1, decided_world.proposal + 1, 2**31, 10**30):
        with steps.refused(store, NotNow, lead(), "confirm_publication"):
            confirm(store, proposal)


def reopen_one(store: Store, world: World) -> None:
    version = steps.row(store, world.approved).version
    review.reopen_decision(store, lead(), world.approved, "오류", based_on=version, key=key())


def move_back(store: Store, _world: World) -> None:
    move_round(store, "review")


@pytest.mark.parametrize("change", [reopen_one, move_back])
def test_a_stale_proposal_is_refused(
    change: Callable[[Store, World], None], decided_world: World, copies: Copies
) -> None:
    store = copies.open(decided_world)
    change(store, decided_world)
    with steps.refused(store, NotNow, lead(), "confirm_publication"):
        confirm(store, decided_world.proposal)


def test_publishing_marks_what_the_run_funded_and_freezes_the_round(
    published_world: World, copies: Copies
) -> None:
    store = copies.open(published_world)
    assert rounds.present(store, head()).state == "published"
    run = run_of(store)
    given = round_inputs.inputs(store, planner())
    again = budget.allocate(given.centres, given.baseline.policy, given.requests)
    assert files.allocation_csv(again) == run.allocation_csv  # the same bytes
    with store.reading() as session:
        needs = session.exec(select(SpecialNeed)).all()
    marked = {need.id: need for need in needs if need.state in {"funded", "unfunded"}}
    assert {need_id: need.funded_krw for need_id, need in marked.items()} == again.funded
    for need in marked.values():
        assert need.state == ("funded" if need.funded_krw else "unfunded")
        assert need.run_id == run.id
    assert [need.id for need in needs if need.state == "approved"] == []
    assert {need.state for need in needs if need.id not in marked} == {
        "draft",
        "submitted",
        "in_review",
        "returned",
        "assessed",
        "rejected",
        "withdrawn",
    }
    seen = needs_seen.need(store, head(), published_world.approved)
    assert (seen.state, seen.funded_krw, seen.run_id) == ("funded", 30_000_000, run.id)
    proposal = publication.proposal(store, planner())
    assert proposal is not None
    assert proposal.is_confirmed
    placed = table(run.allocation_csv)
    parts = national.national_parts(store, head())
    assert parts.is_published
    assert parts.special_needs == sum(again.funded.values())
    assert parts.reserve + sum(int(row["total_krw"]) for row in placed) == parts.envelope
    assert parts.reserve + parts.special_needs + sum(won for _, won in parts.pools) == 128 * 10**9
    rows = list(csv.DictReader(io.StringIO(SAMPLE_TABLE.decode("utf-8-sig"))))
    prior = {row["centre_id"]: row["prior_operating_krw"] for row in rows}
    assert parts.last_year == {"EC001": int(prior["EC001"])}
    assert parts.main == "operating"


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_a_publication_is_recorded_with_every_request_it_marks(
    decided_world: World, published_world: World, copies: Copies
) -> None:
    before = steps.length(copies.open(decided_world))
    store = copies.open(published_world)
    first, *marks = steps.records(store, before)
    assert (first.verb, first.object_kind, first.from_state, first.to_state) == (
        "confirm_publication",
        "publication",
        "decided",
        "published",
    )
    assert (first.identity, first.role, first.reason) == (lead(), "lead", "확정")
    assert {mark.object_kind for mark in marks} == {"special_need"}
    assert {(mark.from_state, mark.to_state) for mark in marks} == {
        ("approved", "funded"),
        ("approved", "unfunded"),
    }
    told: dict[str, Any] = {
        mark.object_id: json.loads(mark.changes)["funded_krw"] for mark in marks
    }
    assert told[published_world.approved] == [None, 30_000_000]
    assert proving.verify(store, auditor()).is_whole


def test_on_every_database_a_round_goes_from_review_to_published(own_store: Store) -> None:
    store = own_store
    need = steps.approved(store)
    move_round(store, "decided")
    base = saved_scenarios.scenarios(store, planner())[0]
    proposal = publication.propose(store, planner(2), base.id, "제안", key=key())
    confirm(store, proposal.id, by=lead(2))
    assert needs_seen.need(store, head(), need.id).state == "funded"
    assert rounds.present(store, lead()).state == "published"
    assert proving.verify(store, auditor()).is_whole
