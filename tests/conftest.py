"""What tests of the round's memory share: a founded store on both databases, a clock.

`store` runs a test twice, on SQLite and on PostgreSQL; `quick_store` only on SQLite, for rules
that know nothing of the database.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from budget.storage.store import Store, opened
from tests.storage.databases import Clock, Databases, databases_of

MEMORY = Path("/dev/shm")
ROOM = 8 * 2**30


def pytest_configure() -> None:
    """Temporary files stand in memory where there is room.

    A database waits for the disk at every commit. That it does is of no use here: what the tests
    kill are processes, and not the machine.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


@pytest.fixture(scope="session")
def sqlite_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """SQLite files, founded once."""
    with databases_of("sqlite", lambda: tmp_path_factory.mktemp("sqlite")) as found:
        yield found


@pytest.fixture(scope="session")
def postgresql_databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """A PostgreSQL server of our own, founded once."""
    with databases_of("postgresql", lambda: tmp_path_factory.mktemp("pg")) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Each kind of database."""
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def empty_address(databases: Databases) -> Iterator[str]:
    """A new database without a table, of each kind."""
    address = databases.empty()
    yield address
    databases.remove(address)


@pytest.fixture
def founded_address(databases: Databases) -> Iterator[str]:
    """A new copy of the demonstration, of each kind."""
    address = databases.founded()
    yield address
    databases.remove(address)


@pytest.fixture
def clock() -> Clock:
    """The clock of `store` and `quick_store`."""
    return Clock()


@pytest.fixture
def store(founded_address: str, clock: Clock) -> Iterator[Store]:
    """The demonstration on each kind of database."""
    found = opened(founded_address, clock)
    yield found
    found.close()


@pytest.fixture
def quick_store(sqlite_databases: Databases, clock: Clock) -> Iterator[Store]:
    """The demonstration on SQLite."""
    address = sqlite_databases.founded()
    found = opened(address, clock)
    yield found
    found.close()
    sqlite_databases.remove(address)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A browser on a busy machine may miss a moment: its tests are tried twice, and only twice."""
    for item in items:
        if item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.flaky(reruns=1))
