"""Worlds of the workflow's tests, made once a session."""

import pytest

from tests.storage.databases import Databases
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
