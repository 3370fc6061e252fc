"""Worlds of the workflow's tests, made once a session."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from budget.storage.store import Store, opened
from tests.storage.databases import Clock, Databases
from tests.workflow import worlds
from tests.workflow.worlds import Copies, World


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Copies of worlds, for whoever changes them."""
    return Copies(tmp_path_factory.mktemp("copies"))


@pytest.fixture(scope="session")
def review_world(sqlite_databases: Databases) -> World:
    """A round under review."""
    return worlds.under_review(sqlite_databases.founded())


@pytest.fixture(scope="session")
def decided_world(review_world: World, copies: Copies) -> World:
    """The same round, decided, with a proposal of the first planner."""
    return worlds.decided(review_world, copies)


@pytest.fixture(scope="session")
def published_world(decided_world: World, copies: Copies) -> World:
    """The same round, published; a few approved requests are not funded."""
    return worlds.published(decided_world, copies)


@pytest.fixture(scope="session")
def planned_world(published_world: World, copies: Copies) -> World:
    """The same round, published, in which EC001 has submitted its plan of divisions."""
    return worlds.planned(published_world, copies)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The demonstration on each kind of database, once for a whole file."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    address = databases.founded()
    found = worlds.hasty(opened(address, Clock()))
    yield found
    found.close()
    databases.remove(address)


@pytest.fixture
def store(module_store: Store, clock: Clock) -> Store:
    """A round under review that the tests of a file share: each uses requests of its own.

    The clock is the test's own, and stands at `BEGINNING`.
    """
    return replace(module_store, clock=clock)


@pytest.fixture
def own_store(founded_address: str, clock: Clock) -> Iterator[Store]:
    """The demonstration on each kind of database, for one test alone."""
    found = worlds.hasty(opened(founded_address, clock))
    yield found
    found.close()
