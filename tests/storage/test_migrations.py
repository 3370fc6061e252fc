"""The schema grows by migrations; what earlier versions of the program wrote stays as it was."""

import multiprocessing
import shutil
import signal
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlmodel import SQLModel, col, select

from budget.allocation.faults import InputError
from budget.storage import store as storage
from budget.storage.store import opened
from budget.storage.tables import BudgetRound, SpecialNeed, TrailRecord
from budget.workflow import (
    demonstration,
    inbox,
    installation,
    needs_seen,
    people,
    proving,
    records,
    rounds,
    saved_scenarios,
    special_needs,
)
from tests.storage import released, writers
from tests.storage.databases import (
    Clock,
    administrator,
    auditor,
    head,
    key,
    lead,
    planner,
)
from tests.storage.lives import write_round

BROKEN = """
'''A migration that fails half-way.'''
import sqlalchemy as sa
from alembic import op
revision, down_revision = "9999", "{head}"
def upgrade():
    op.create_table("half_done", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE person SET name = 'half done'")
    op.execute("SELECT no_such_column FROM person")
"""
TOGETHER = 4


# --- the schema --------------------------------------------------------------------------------


def test_the_migrations_make_the_tables_of_the_program(empty_address: str) -> None:
    """Nothing in one that is not in the other: tables, columns, types, keys, indexes."""
    store = opened(empty_address)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        names = set(inspect(connection).get_table_names())
    assert names == {*SQLModel.metadata.tables, "alembic_version"}
    store.close()


def test_the_comparison_would_find_a_difference(empty_address: str) -> None:
    store = opened(empty_address)
    with store.engine.begin() as connection:
        connection.execute(text("DROP TABLE extension"))
        connection.execute(text("ALTER TABLE centre ADD COLUMN size INTEGER"))
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        found = [entry[0] for entry in compare_metadata(context, SQLModel.metadata)]
    assert found == ["add_table", "add_index", "remove_column"]
    store.close()


def test_opening_again_changes_nothing(founded_address: str) -> None:
    store = opened(founded_address)
    before = released.dumped(store.engine)
    store.close()
    store = opened(founded_address)
    assert released.dumped(store.engine) == before
    store.close()


def test_every_frozen_table_is_guarded(empty_address: str) -> None:
    """So many guards stand; a migration that rebuilds a table must set its guards anew."""
    store = opened(empty_address)
    sql = (
        "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'"
        if store.engine.dialect.name == "sqlite"
        else "SELECT COUNT(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'"
    )
    with store.engine.connect() as connection:
        count = connection.execute(text(sql)).scalar_one()
    assert count == (34 if store.engine.dialect.name == "sqlite" else 25)
    store.close()


# --- from every released version ---------------------------------------------------------------


def test_every_revision_has_kept_data() -> None:
    """A new revision needs a file of what it leaves: python -m tests.storage.released."""
    assert [path.stem for path in sorted(released.FOLDER.glob("*.json"))] == released.revisions()


@pytest.mark.parametrize("revision", released.revisions())
def test_kept_data_are_complete(revision: str) -> None:
    found = released.kept(revision)
    assert found["revision"] == revision
    assert all(found["rows"].values()), "every table has a row"
    states = {row["state"] for row in found["rows"]["special_need"]}
    assert states >= {"draft", "submitted", "in_review", "returned", "assessed", "rejected"}
    assert states >= {"withdrawn", "funded"}


@pytest.mark.parametrize("revision", released.revisions())
def test_a_released_version_s_data_come_up(empty_address: str, revision: str) -> None:
    """Every row is there, the trail ends as it was written down, and the round can be used."""
    was = released.kept(revision)
    engine = released.migrated(empty_address, revision)
    released.fill(engine, was["rows"])
    engine.dispose()
    store = opened(empty_address, Clock())
    counts = {name: len(rows) for name, rows in released.dumped(store.engine).items()}
    assert {name: counts[name] for name in was["rows"]} == {
        name: len(rows) for name, rows in was["rows"].items()
    }
    number, last_hash = was["last"]
    with store.reading() as session:
        proof = proving.proof(session, (number, last_hash))
        assert proof.is_whole
        assert proof.trail.records == number
        states = {row["id"]: row["state"] for row in was["rows"]["special_need"]}
        assert dict(session.exec(select(SpecialNeed.id, SpecialNeed.state)).all()) == states
    for who in (lead(), planner(), auditor(), head(), administrator()):
        assert rounds.present(store, who).state == "published"
        inbox.inbox(store, who)
    assert len(needs_seen.queue(store, auditor())) == sum(
        state != "draft" for state in states.values()
    )
    for need_id in states:
        assert needs_seen.history(store, auditor(), need_id)
    assert saved_scenarios.scenarios(store, planner())
    assert records.records(store, auditor(), records.Filter())[1] == number
    assert len(people.people(store, administrator())) >= 8
    records.export(store, auditor(), records.Filter(), "audit", key=key())
    with store.reading() as session:
        assert proving.proof(session, (number, last_hash)).trail.records == number + 1
    store.close()


@pytest.mark.parametrize("revision", released.revisions())
def test_the_next_row_finds_its_number(empty_address: str, revision: str) -> None:
    """Counters go on after the rows that were brought along: a new round is opened and used."""
    engine = released.migrated(empty_address, revision)
    released.fill(engine, released.kept(revision)["rows"])
    engine.dispose()
    store = opened(empty_address, Clock())
    with store.writing() as session:
        old = session.exec(select(BudgetRound)).one()
        new = BudgetRound(**{**old.model_dump(exclude={"id"}), "state": "open", "corrects_id": 1})
        session.add(new)
    need = special_needs.begin(store, head(), "EC001", {"title": "새"}, key=key())
    assert need.id == "SN2027-015"
    with store.reading() as session:
        last = session.exec(select(TrailRecord).order_by(col(TrailRecord.number).desc())).first()
        assert last is not None
        assert last.object_id == need.id
        untold = (("special_need", need.id), ("round", "2"))
        assert proving.proof(session).contents == untold, "no record tells of the round"
    store.close()


# --- accidents ---------------------------------------------------------------------------------


def test_a_migration_that_fails_leaves_nothing(
    founded_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither its tables nor its changes; the program of before runs on."""
    shutil.copytree(storage.MIGRATIONS, tmp_path / "migrations")
    (tmp_path / "migrations" / "versions" / "9999_broken.py").write_text(
        BROKEN.format(head=released.revisions()[-1])
    )
    store = opened(founded_address)
    before = released.dumped(store.engine)
    store.close()
    with monkeypatch.context() as patched:
        patched.setattr(storage, "MIGRATIONS", tmp_path / "migrations")
        with pytest.raises(InputError, match="no_such_column"):
            opened(founded_address)
    store = opened(founded_address)
    assert "half_done" not in inspect(store.engine).get_table_names()
    assert released.dumped(store.engine) == before
    store.close()


def test_a_server_killed_at_its_first_start_leaves_no_half(
    empty_address: str, tmp_path: Path
) -> None:
    """While it makes tables, while it fills them: the next one begins where nothing was done."""
    write_round(tmp_path)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.storage.writers"])
    seen = []
    for count in (1, 20, 45, 75, 3, 30):
        process = context.Process(
            target=writers.start_and_die, args=(empty_address, str(tmp_path), count)
        )
        process.start()
        process.join(120)
        assert process.exitcode == -signal.SIGKILL
        engine = storage._engine(storage._url(empty_address))
        names = set(inspect(engine).get_table_names())
        seen.append(len(names))
        with engine.connect() as connection:
            for name in names - {"alembic_version"}:
                found = connection.execute(text(f"SELECT COUNT(*) FROM {name}")).scalar_one()
                assert found == 0, name
        engine.dispose()
    assert set(seen) == {0, len(SQLModel.metadata.tables) + 1}, "all tables or none"
    environment = {installation.DATABASE: empty_address, installation.SAMPLE: str(tmp_path)}
    store = installation.open_store(environment, demonstration.DEMONSTRATION)
    with store.reading() as session:
        assert proving.proof(session).is_whole
        assert len(session.exec(select(BudgetRound)).all()) == 1
    store.close()


def test_processes_that_start_together_found_one_round(empty_address: str) -> None:
    """Four servers start at once on a database without a table: all run, on one round."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.storage.writers"])
    start, answers = context.Barrier(TOGETHER), context.Queue()
    processes = [
        context.Process(target=writers.start_server, args=(empty_address, start, answers))
        for _ in range(TOGETHER)
    ]
    for process in processes:
        process.start()
    said = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
    assert said == ["review"] * TOGETHER
    store = opened(empty_address)
    with store.reading() as session:
        assert len(session.exec(select(BudgetRound)).all()) == 1
        proof = proving.proof(session)
    assert proof.is_whole
    store.close()
    again = installation.open_store(
        {installation.DATABASE: empty_address}, demonstration.DEMONSTRATION
    )
    with again.reading() as session:
        assert proving.proof(session) == proof
    again.close()
