"""Pages are tested on a database of their own: a new copy of the demonstration each time."""

import functools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner

from budget.workflow import demonstration, installation
from tests.storage.databases import Databases, sqlite_path


@pytest.fixture(autouse=True)
def own_database(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The folder of the demonstration's database that the pages of this test open."""
    address = sqlite_databases.founded()
    shutil.move(sqlite_path(address), tmp_path / f"{demonstration.DEMONSTRATION}.sqlite3")
    monkeypatch.setenv(installation.FOLDER, str(tmp_path))
    monkeypatch.delenv(installation.DATABASE, raising=False)
    return tmp_path


@pytest.fixture(autouse=True, scope="session")
def components_are_looked_for_once() -> Iterator[None]:
    """AppTest searches all installed packages for components, a third of a second each time."""
    with pytest.MonkeyPatch.context() as patch:
        search = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", functools.cache(search))
        yield
