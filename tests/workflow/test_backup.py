"""Backup of a live database and restore into an empty one, on and between both databases."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, text

from budget.allocation.faults import InputError
from budget.files.backup import MANIFEST, read_manifest, write_backup
from budget.storage import copies
from budget.storage.store import Store, opened
from budget.storage.tables import Moment
from budget.workflow import (
    backup,
    demonstration,
    installation,
    needs_seen,
    publication,
    saved_scenarios,
)
from tests.storage import released
from tests.storage.databases import (
    Clock,
    Databases,
    databases_of,
    head,
    key,
    lead,
    move_round,
    planner,
)
from tests.workflow import steps, worlds


@pytest.fixture
def target(databases: Databases) -> Iterator[str]:
    """An empty database of the same kind as `own_store`'s."""
    address = databases.empty()
    yield address
    databases.remove(address)


@pytest.fixture
def lived(own_store: Store) -> Store:
    """A round with files, decisions and a publication."""
    need = steps.approved(own_store)
    worlds.with_file(own_store, steps.drafted(own_store).id)
    move_round(own_store, "decided")
    base = saved_scenarios.scenarios(own_store, planner())[0]
    found = publication.propose(own_store, planner(), base.id, "제안", key=key())
    publication.confirm(own_store, lead(), found.id, "확정", key=key())
    assert needs_seen.need(own_store, head(), need.id).state == "funded"
    return own_store


def rows(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, the trail too."""
    with store.reading() as session:
        found = session.connection().execute(text("SELECT * FROM trail_record ORDER BY 1"))
        return {**steps.contents(store), "trail_record": [tuple(row) for row in found]}


def test_a_restored_database_is_the_one_that_was_backed_up(
    lived: Store, target: str, tmp_path: Path
) -> None:
    file = tmp_path / "round.backup"
    saved = backup.backup(lived, file)
    assert saved.proof.is_whole
    assert saved.manifest.tables["centre"][0] == 174
    assert saved.manifest.records == steps.length(lived)
    found = backup.restore(file, target, demonstration.DEMONSTRATION)
    assert found.proof == saved.proof
    store = opened(target, Clock())
    assert rows(store) == rows(lived)
    with pytest.raises(InputError, match="empty database"):
        backup.restore(file, target, demonstration.DEMONSTRATION)
    # it goes on: new rows get new numbers, the trail follows
    steps.granted(store, "new|1", ("auditor", ""))
    assert steps.length(store) == steps.length(lived) + 1
    assert steps.person_id(store, "new|1") > steps.person_id(store, lead())
    store.close()


def test_a_backup_moves_from_one_kind_of_database_to_the_other(
    quick_store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "round.backup"
    backup.backup(quick_store, file)
    with databases_of("postgresql", lambda: tmp_path / "pg") as others:
        (tmp_path / "pg").mkdir(exist_ok=True)
        address = others.empty()
        assert backup.restore(file, address, demonstration.DEMONSTRATION).proof.is_whole
        back = tmp_path / "back.backup"
        store = opened(address, Clock())
        assert backup.backup(store, back).manifest.tables == read_manifest(file).tables
        store.close()


def changed(file: Path, name: str, old: bytes, new: bytes) -> Path:
    """A copy of a backup with one part changed."""
    copy = file.with_suffix(".changed")
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(copy, "w") as made:
        for part in given.namelist():
            data = given.read(part)
            made.writestr(part, data.replace(old, new) if part == name else data)
    return copy


def test_a_changed_backup_is_refused_before_anything_is_written(
    quick_store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "round.backup"
    backup.backup(quick_store, file)
    address = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    for name, old, new in (
        ("person.jsonl", "총괄".encode(), "누군가".encode()),
        ("budget_round.jsonl", b"\n", b"\n\n"),
        (MANIFEST, b'"format": 1', b'"format": 2'),
        (MANIFEST, b'"revision"', b'"revisited"'),
    ):
        with pytest.raises(InputError):
            backup.restore(changed(file, name, old, new), address, demonstration.DEMONSTRATION)
    assert not (tmp_path / "target.sqlite3").exists()
    with pytest.raises(InputError, match="ministry"):
        backup.restore(file, address, installation.MINISTRY)
    with pytest.raises(InputError, match="not there yet"):
        backup.backup(quick_store, file)
    (tmp_path / "no.zip").write_bytes(b"no zip")
    with pytest.raises(InputError, match="backup of this program"):
        backup.restore(tmp_path / "no.zip", address, demonstration.DEMONSTRATION)


FORGED_ROWS = {
    "a number without end": b'{"id": 1%030d}\n' % 0,
    "a list": b"[1, 2]\n",
    "too deep": b"[" * 100_000 + b"\n",
    "no row": b"null\n",
}
FORGED_MANIFESTS = (b"[]", b'{"format": 1, "tables": []}', b"[" * 100_000)


def test_a_forged_backup_is_refused_in_words(quick_store: Store, tmp_path: Path) -> None:
    """Its hashes fit, as whoever forges it sees to that."""
    file = tmp_path / "round.backup"
    written = backup.backup(quick_store, file).manifest
    for number, lines in enumerate(FORGED_ROWS.values()):
        said = f'"person": [\n   {written.tables["person"][0]},\n   "{written.tables["person"][1]}"'
        anew = f'"person": [1, "{hashlib.sha256(lines).hexdigest()}"'
        forged = changed(file, MANIFEST, said.encode(), anew.encode())
        with zipfile.ZipFile(forged) as given:
            parts = {name: given.read(name) for name in given.namelist()}
        with zipfile.ZipFile(forged, "w") as made:
            for name, data in {**parts, "person.jsonl": lines}.items():
                made.writestr(name, data)
        address = f"sqlite:///{tmp_path / f'target-{number}.sqlite3'}"
        with pytest.raises(InputError, match="rows that the database takes"):
            backup.restore(forged, address, demonstration.DEMONSTRATION)
    for manifest in FORGED_MANIFESTS:
        forged = tmp_path / "manifest.backup"
        with zipfile.ZipFile(forged, "w") as made:
            made.writestr(MANIFEST, manifest)
        with pytest.raises(InputError, match="a backup of this program"):
            backup.restore(forged, "sqlite:///nowhere", demonstration.DEMONSTRATION)


def test_a_backup_of_a_broken_trail_says_so(quick_store: Store, tmp_path: Path) -> None:
    with quick_store.writing() as session:
        session.connection().execute(text("UPDATE person SET name = 'x' WHERE id = 2"))
    file = tmp_path / "round.backup"
    assert backup.backup(quick_store, file).proof.contents == (("person", "2"),)
    target = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    found = backup.restore(file, target, demonstration.DEMONSTRATION)
    assert found.proof.contents == (("person", "2"),)


def test_others_go_on_working_meanwhile_and_the_copy_is_of_one_moment(
    own_store: Store, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_rows, number = copies.plain_rows, steps.length(own_store)

    def meanwhile(session: Session, name: str) -> Iterator[copies.Plain]:
        if name == "role_grant":
            steps.granted(own_store, "new|1", ("auditor", ""))
        return plain_rows(session, name)

    monkeypatch.setattr(copies, "plain_rows", meanwhile)
    saved = backup.backup(own_store, tmp_path / "round.backup")
    assert steps.length(own_store) == number + 1
    assert saved.manifest.records == number
    assert backup.restore(
        tmp_path / "round.backup", target, demonstration.DEMONSTRATION
    ).proof.is_whole


# --- of an older version of the program ----------------------------------------------------------


def backup_of_release(revision: str, path: Path) -> list[int | str]:
    """The backup that a released version made of its database; gives the trail's end."""
    kept = released.kept(revision)
    rows = kept["rows"]
    names = [name for name in copies.table_names() if name in rows]
    number, last_hash = kept["last"]
    write_backup(
        path,
        [(name, [moments(name, row) for row in rows[name]]) for name in names],
        {
            "kind": demonstration.DEMONSTRATION,
            "revision": revision,
            "made_at": "2026-11-22T00:00:00+00:00",
            "records": number,
            "last_hash": last_hash,
        },
    )
    return [number, last_hash]


def moments(name: str, row: dict[str, Any]) -> dict[str, Any]:
    """A kept row as a backup writes it: with the zone of its moments."""
    kinds = {column.name: column.type for column in SQLModel.metadata.tables[name].columns}
    return {
        column: f"{value}+00:00" if value and isinstance(kinds.get(column), Moment) else value
        for column, value in row.items()
    }


@pytest.mark.parametrize("revision", released.revisions())
def test_a_backup_of_every_released_version_is_restored_and_brought_up(
    target: str, tmp_path: Path, revision: str
) -> None:
    """With every row and the same trail; afterwards the database is this version's and goes on."""
    file = tmp_path / "old.backup"
    last = backup_of_release(revision, file)
    found = backup.restore(file, target, demonstration.DEMONSTRATION)
    assert found.proof.is_whole
    assert [found.proof.trail.records, found.proof.trail.last_hash] == last
    store = opened(target, Clock())
    kept = released.kept(revision)["rows"]
    counted = {name: len(rows) for name, rows in steps.contents(store).items()}
    assert {name: counted[name] for name in kept if name in counted} == {
        name: len(rows) for name, rows in kept.items() if name in counted
    }
    people = {row["id"] for row in kept["person"]}
    steps.granted(store, "new|1", ("auditor", ""))
    assert steps.person_id(store, "new|1") not in people
    assert backup.backup(store, tmp_path / "new.backup").proof.is_whole
    store.close()


def test_a_backup_of_a_newer_version_is_refused_in_words(target: str, tmp_path: Path) -> None:
    file, newer = tmp_path / "old.backup", tmp_path / "newer.backup"
    backup_of_release(released.revisions()[-1], file)
    manifest = replace(read_manifest(file), revision="9999")
    with zipfile.ZipFile(file) as given, zipfile.ZipFile(newer, "w") as made:
        for part in set(given.namelist()) - {MANIFEST}:
            made.writestr(part, given.read(part))
        made.writestr(MANIFEST, json.dumps(asdict(manifest)))
    with pytest.raises(InputError, match="newer"):
        backup.restore(newer, target, demonstration.DEMONSTRATION)
