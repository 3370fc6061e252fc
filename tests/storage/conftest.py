"""In this folder the small round under review stands for the demonstration: it is made faster, and
whoever looks at it has less to read."""

from collections.abc import Iterator

import pytest

from tests.storage.databases import Databases
from tests.storage.lives import ready


@pytest.fixture
def founded_address(databases: Databases) -> Iterator[str]:
    """A new copy of the small round, of each kind."""
    yield from copy_of_ready(databases)


@pytest.fixture
def sqlite_address(sqlite_databases: Databases) -> Iterator[str]:
    """The same on SQLite alone."""
    yield from copy_of_ready(sqlite_databases)


@pytest.fixture
def postgresql_address(postgresql_databases: Databases) -> Iterator[str]:
    """The same on PostgreSQL alone."""
    yield from copy_of_ready(postgresql_databases)


def copy_of_ready(databases: Databases) -> Iterator[str]:
    """A copy for one test."""
    address = databases.copy_of("ready", ready)
    yield address
    databases.remove(address)
