"""One centre: who sees what of it, before and after publication."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

import budget
from budget.storage.store import Store
from budget.workflow import centres, national, rounds
from budget.workflow.refusals import Forbidden
from tests.storage.databases import auditor, head, lead, planner, sqlite_path
from tests.workflow import steps
from tests.workflow.worlds import EVERYTHING, Copies, World

OTHER = "EC095"


@pytest.fixture(scope="module")
def before(review_world: World, copies: Copies) -> Iterator[tuple[Store, World]]:
    """A round under review."""
    with copies.kept(review_world) as found:
        yield found


@pytest.fixture(scope="module")
def after(published_world: World, copies: Copies) -> Iterator[tuple[Store, World]]:
    """The same, published."""
    with copies.kept(published_world) as found:
        yield found


def test_before_publication_there_is_data_and_no_amount(before: tuple[Store, World]) -> None:
    store, _world = before
    for who in (head(), planner(), lead(), auditor()):
        found = centres.centre(store, who, "EC001")
        assert found.published is None
        assert centres.published(store, who, "EC001") is None
        assert found.data["prior_operating_krw"] == "1283350000"
        assert found.data["centre_id"] == "EC001"


def test_a_forged_address_is_refused_and_recorded(before: tuple[Store, World]) -> None:
    store, _world = before
    for asked in (OTHER, "EC999", "", "EC001\x00", "x" * 500):
        for look in (centres.centre, centres.published):
            number = steps.length(store)
            with pytest.raises(Forbidden):
                look(store, head(), asked)
            [made] = steps.records(store, number)
            assert (made.outcome, made.verb, made.object_kind) == (
                "refused",
                "see_centre",
                "centre",
            )
    with pytest.raises(Forbidden):
        centres.centre(store, planner(), "EC999")


def test_a_head_sees_the_own_requests_behind_the_curtain(before: tuple[Store, World]) -> None:
    store, world = before
    own = {need.id: need for need in centres.centre(store, head(), "EC001").requests}
    assert own[world.assessed].state == own[world.approved].state == "in_review"
    assert own[world.assessed].assessed_krw is None
    assert world.draft in own
    seen = {need.id: need for need in centres.centre(store, planner(), "EC001").requests}
    assert seen[world.approved].state == "approved"
    assert world.draft not in seen
    assert {need.centre_id for need in (*own.values(), *seen.values())} == {"EC001"}


def test_what_was_published_is_explained_to_the_won(after: tuple[Store, World]) -> None:
    store, _world = after
    own = national.national_parts(store, head()).own["EC001"]
    found = centres.published(store, head(), "EC001")
    assert found is not None
    assert found.certified
    assert found.total == own["total"]
    assert found.special_needs == own["special_needs"]
    assert {pool.name: pool.amount for pool in found.pools} == {
        name: won for name, won in own.items() if name not in {"total", "special_needs"}
    }
    assert found.from_last_year.total == found.from_entitlement.total == own["total"]
    told = centres.centre(store, head(), "EC001").published
    assert told is not None
    assert (told.number, len(told.allocation_sha256)) == (1, 64)


def test_peers_are_nameless_for_heads_and_named_for_planners(after: tuple[Store, World]) -> None:
    store, _world = after
    hidden, named = (centres.published(store, who, "EC001") for who in (head(), planner()))
    assert hidden is not None
    assert named is not None
    assert {peer.centre_id for peer in hidden.peers.others} == {""}
    assert [peer.per_head for peer in hidden.peers.others] == [
        peer.per_head for peer in named.peers.others
    ]
    others = set(rounds.centre_names(store, head())) - {"EC001"}
    assert not [centre for centre in others if centre in repr(hidden)]
    both = centres.published(store, EVERYTHING, OTHER)
    assert both is not None
    assert all(peer.centre_id for peer in both.peers.others)


def test_another_head_sees_nothing_of_what_was_published(after: tuple[Store, World]) -> None:
    store, _world = after
    with steps.refused(store, Forbidden, head("EC002"), "see_centre", "EC001"):
        centres.published(store, head("EC002"), "EC001")


def test_a_run_that_cannot_be_repeated_is_a_defect(published_world: World, copies: Copies) -> None:
    store = copies.open(published_world)
    with closing(sqlite3.connect(sqlite_path(str(store.engine.url)))) as intruder:
        triggers = intruder.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'run'"
        ).fetchall()
        for (name,) in triggers:
            intruder.execute(f'drop trigger "{name}"')
        intruder.execute("update run set allocation_sha256 = 'another'")
        intruder.commit()
    with pytest.raises(budget.Defect):
        centres.published(store, head(), "EC001")


def test_a_head_learns_what_would_move_the_own_published_amount(
    before: tuple[Store, World], after: tuple[Store, World]
) -> None:
    assert centres.published_movers(before[0], head(), "EC001") == ()
    store, _world = after
    total = national.national_parts(store, head()).own["EC001"]["total"]
    found = centres.published_movers(store, head(), "EC001")
    assert [mover.kind for mover in found][:2] == ["counsellor", "expertise"]
    possible = [mover for mover in found if mover.total is not None]
    assert possible
    assert all(mover.total == total + mover.difference for mover in possible)
    assert any(mover.difference for mover in possible)
    others = set(rounds.centre_names(store, head())) - {"EC001"}
    assert not [centre for centre in others if centre in repr(found)]


def test_another_head_learns_nothing_of_it(after: tuple[Store, World]) -> None:
    store, _world = after
    with steps.refused(store, Forbidden, head("EC002"), "see_centre", "EC001"):
        centres.published_movers(store, head("EC002"), "EC001")
