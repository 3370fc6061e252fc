"""Servers on SQLite are killed; a file of its own, so that it runs beside the other."""

import pytest

from tests.storage.databases import Databases
from tests.storage.kills import nothing_is_lost


def test_a_killed_server_loses_nothing_and_leaves_no_half(
    sqlite_databases: Databases, capsys: pytest.CaptureFixture[str]
) -> None:
    nothing_is_lost(sqlite_databases, capsys)
