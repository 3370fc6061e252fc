"""The database holds what its settings promise, on SQLite and on PostgreSQL."""

import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError
from sqlmodel import select

from budget.allocation.faults import InputError
from budget.storage import store as storage
from budget.storage import trail
from budget.storage.store import Store, opened
from budget.storage.tables import Installation, Person, RoleGrant, SpecialNeed, TrailRecord
from budget.workflow import needs_seen, proving, special_needs
from budget.workflow.refusals import Forbidden
from tests.storage.databases import (
    Clock,
    SqliteFiles,
    at,
    auditor,
    head,
    key,
    sqlite_path,
)
from tests.storage.lives import ready, small

SECRET = "s3cret-Geheim"


def people(store: Store) -> int:
    with store.reading() as session:
        return len(session.exec(select(Person)).all())


# --- settings ----------------------------------------------------------------------------------


def test_every_sqlite_connection_is_set_up(sqlite_address: str) -> None:
    """Two connections at once: the second one is new, and set up as well."""
    store = opened(sqlite_address)
    settings = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 20_000,
        "recursive_triggers": 1,
        "synchronous": 2,
        "trusted_schema": 0,
    }
    with store.reading() as first, store.reading() as second:
        for session in (first, second):
            for name, value in settings.items():
                found = session.connection().exec_driver_sql(f"PRAGMA {name}").scalar()
                assert found == value, name
    store.close()


def test_foreign_keys_are_held(store: Store) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.writing() as session:
        session.add(RoleGrant(person_id=10**6, role="lead", granted_at=store.clock()))


def test_postgresql_waits_for_nobody_for_ever(postgresql_address: str) -> None:
    store = opened(postgresql_address)
    with store.reading() as session:
        for name, seconds in (
            ("lock_timeout", storage.BUSY_SECONDS),
            ("idle_in_transaction_session_timeout", storage.LOST_SECONDS),
        ):
            value = session.connection().execute(
                text("SELECT setting FROM pg_settings WHERE name = :name"), {"name": name}
            )
            assert value.scalar_one() == str(1000 * seconds)
    store.close()


def test_who_waits_too_long_is_told(founded_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the lock and does not end: an error after a while, and no half deed."""
    monkeypatch.setattr(storage, "BUSY_SECONDS", 1)
    store, other = opened(founded_address, Clock()), opened(founded_address, Clock())
    with store.writing():
        began = time.monotonic()
        with pytest.raises(OperationalError, match="lock"):
            special_needs.begin(other, head(), "EC001", {}, key="waited")
        assert 0.9 < time.monotonic() - began < 15
    assert special_needs.begin(other, head(), "EC001", {}, key="waited").state == "draft"
    store.close()
    other.close()


def test_a_lock_whose_holder_is_gone_is_given_back(
    postgresql_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine that held it says nothing more; PostgreSQL undoes what it began."""
    monkeypatch.setattr(storage, "LOST_SECONDS", 1)
    gone, other = opened(postgresql_address, Clock()), opened(postgresql_address, Clock())
    with pytest.raises(DBAPIError, match="idle-in-transaction"), gone.writing() as session:
        session.add(Person(identity="gone", name="x"))
        session.flush()
        special_needs.begin(other, head(), "EC001", {}, key=key())  # waits for about a second
        session.connection().execute(text("SELECT 1"))
    for store in (gone, other):
        with store.reading() as session:
            assert not session.exec(select(Person).where(Person.identity == "gone")).all()
            assert proving.proof(session).is_whole
    gone.close()
    other.close()


# --- transactions ------------------------------------------------------------------------------


def test_a_write_that_fails_leaves_nothing(store: Store) -> None:
    before = people(store)
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        session.add(Person(identity="somebody", name="x"))
        session.flush()
        _ = 1 / 0
    assert people(store) == before
    with store.writing() as session:
        session.add(Person(identity="somebody", name="x"))
    assert people(store) == before + 1


def test_a_reader_never_waits_for_a_writer(store: Store) -> None:
    """While a write is under way others read what was there before, at once."""
    before = people(store)
    with store.writing() as session:
        session.add(Person(identity="somebody", name="x"))
        session.flush()
        with ThreadPoolExecutor(1) as other:
            began = time.monotonic()
            assert other.submit(people, store).result(timeout=10) == before
            assert time.monotonic() - began < 5
    assert people(store) == before + 1


def test_a_reader_sees_one_state(store: Store) -> None:
    """What is committed while somebody reads appears to the next reader, not to this one."""
    with store.reading() as session:
        before = len(session.exec(select(Person)).all())
        with store.writing() as other:
            other.add(Person(identity="somebody", name="x"))
        assert len(session.exec(select(Person)).all()) == before
    assert people(store) == before + 1


def test_a_deed_during_the_proof_is_no_false_alarm(store: Store) -> None:
    """Somebody withdraws between the proof's look at the trail and its look at the requests."""
    need = special_needs.begin(store, head(), "EC001", {}, key=key())
    deeds: list[str] = []

    def withdraw_meanwhile(*args: Any) -> None:
        if args[2].startswith("SELECT snapshot.special_need_id") and not deeds:
            deeds.append("withdraw")
            special_needs.withdraw(store, head(), need.id, "no", based_on=need.version, key=key())

    event.listen(store.engine, "after_cursor_execute", withdraw_meanwhile)
    assert proving.verify(store, auditor()).is_whole
    assert deeds
    assert needs_seen.need(store, head(), need.id).state == "withdrawn"
    assert proving.verify(store, auditor()).is_whole


def test_writers_take_turns(store: Store) -> None:
    """Each of 8 writers reads and writes a number 10 times; none of the 80 steps is lost."""
    with store.writing() as session:
        session.add(Person(identity="counter", name="x", version=0))

    def count(_writer: int) -> None:
        for _step in range(10):
            with store.writing() as session:
                row = session.exec(select(Person).where(Person.identity == "counter")).one()
                row.version += 1
                session.add(row)

    with ThreadPoolExecutor(8) as writers:
        list(writers.map(count, range(8)))
    with store.reading() as session:
        assert session.exec(select(Person).where(Person.identity == "counter")).one().version == 80


def test_a_writer_waits_for_the_one_before(store: Store) -> None:
    """The second writer begins only after the first has committed, and sees what it wrote."""
    seen: list[int] = []
    inside, before = threading.Event(), people(store)

    def second() -> None:
        inside.wait(10)
        with store.writing() as session:
            seen.append(len(session.exec(select(Person)).all()))

    with ThreadPoolExecutor(1) as other:
        with store.writing() as session:
            waiting = other.submit(second)
            inside.set()
            time.sleep(0.2)
            assert not seen
            session.add(Person(identity="somebody", name="x"))
        waiting.result(timeout=10)
    assert seen == [before + 1]


def test_many_visitors_at_once(store: Store) -> None:
    """Readers and writers beyond the number of connections wait; nobody gets an error."""
    other = special_needs.begin(store, head("EC002"), "EC002", {}, key=key())

    def visit(number: int) -> int:
        if number % 5 == 0:
            special_needs.begin(store, head(), "EC001", {"title": str(number)}, key=f"v{number}")
        with pytest.raises(Forbidden):
            needs_seen.need(store, head(), other.id)
        return len(needs_seen.needs_of_centres(store, head()))

    with ThreadPoolExecutor(32) as visitors:
        assert max(visitors.map(visit, range(32))) >= 7
    with store.reading() as session:
        assert trail.verified(session).is_whole
        outcomes = session.exec(select(TrailRecord.outcome)).all()
    assert outcomes.count("refused") == 32


def test_nothing_is_left_open(postgresql_address: str) -> None:
    """After deeds, refusals and errors no session of PostgreSQL is idle in a transaction."""
    store = opened(postgresql_address, Clock())
    need = special_needs.begin(store, head(), "EC001", {}, key=key())
    needs_seen.need(store, head(), need.id)
    with pytest.raises(Forbidden):
        needs_seen.need(store, head("EC002"), need.id)
    with pytest.raises(InputError):
        special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    with psycopg.connect(postgresql_address, autocommit=True) as other:
        found = other.execute(
            "SELECT state FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        ).fetchall()
    assert found
    assert {state for (state,) in found} == {"idle"}
    store.close()


def test_connections_that_were_cut_are_replaced(postgresql_address: str) -> None:
    """The database is restarted over lunch: the next visitor notices nothing."""
    store = opened(postgresql_address, Clock())
    before = people(store)
    with psycopg.connect(postgresql_address, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert people(store) == before
    store.close()


# --- addresses ---------------------------------------------------------------------------------


def refusal(address: str) -> str:
    """What `opened` says about an address."""
    with pytest.raises(InputError) as caught:
        opened(address)
    assert caught.value.faults[0].file == "DATABASE_URL"
    return str(caught.value)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nonsense",
        SECRET,
        f"postgresql//me:{SECRET}@host/name",
        f"mysql://me:{SECRET}@127.0.0.1/name",
        f"postgres://me:{SECRET}@127.0.0.1/name",
        f"oracle+nonsense://me:{SECRET}@127.0.0.1/name",
        f"postgresql://me:{SECRET}@127.0.0.1:1/name",
        f"postgresql://me:{SECRET}@127.0.0.1:port/name",
        f"postgresql://me:{SECRET}@127.0.0.1:99999/name",
        f"postgresql://me:{SECRET}@no-such-host.invalid/name",
        f"postgresql://me:{SECRET}@127.0.0.1:1/name?nonsense=1",
        f"postgresql+nonsense://me:{SECRET}@127.0.0.1:1/name",
        f"postgresql://me:{SECRET}@[::1/name",
        "sqlite:////no/such/folder/round.sqlite3",
        "sqlite:////proc/round.sqlite3",
        "sqlite:///",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite:///round.sqlite3?mode=ro",
        f"postgresql://me:p@{SECRET}/w:{SECRET}@127.0.0.1/name",
        f"postgresql://me:p@{SECRET}:{SECRET}@127.0.0.1/name",
        f"postgresql://me:{SECRET}@127.0.0.1:1/name?passfile={SECRET}&nonsense=1",
    ],
)
def test_a_wrong_address_is_explained(address: str) -> None:
    """One sentence, without the password."""
    said = refusal(address)
    assert SECRET not in said
    assert len(said) < 400
    assert "Traceback" not in said


def test_an_unknown_kind_of_database_names_the_right_ones() -> None:
    assert "sqlite or postgresql" in refusal("mysql://host/name")


def test_a_password_that_is_wrong_stays_secret(postgresql_address: str) -> None:
    """The server's own answer is quoted, not what was sent to it."""
    address = postgresql_address.replace("tests@", f"nobody_here:{SECRET}@")
    said = refusal(address)
    assert "nobody_here" in said
    assert SECRET not in said


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    path = tmp_path / "round.sqlite3"
    path.write_text("centre_id,staff\n" * 100)
    assert "not a database" in refusal(f"sqlite:///{path}")
    assert path.read_text() == "centre_id,staff\n" * 100


def test_a_database_of_a_newer_program_is_left_alone(founded_address: str) -> None:
    """Nobody runs an old program on a schema that it does not know."""
    store = opened(founded_address)
    with store.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    assert "newer" in refusal(founded_address)


def test_a_full_disk_breaks_nothing(sqlite_address: str) -> None:
    """The write that finds no room fails whole; with room again it succeeds, under its key."""
    store = opened(sqlite_address, Clock())
    with store.reading() as session:
        pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    store.close()

    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")

    event.listen(store.engine, "connect", fill)
    texts = {"justification": "긴 글 " * 1000}
    done, last = 0, ""
    with pytest.raises(OperationalError, match="full"):
        for last in (f"full-{number}" for number in range(50)):
            special_needs.begin(store, head(), "EC001", texts, key=last)
            done += 1
    with store.reading() as session:
        assert proving.proof(session).is_whole
        assert trail.record_with_key(session, last) is None
    store.close()
    event.remove(store.engine, "connect", fill)
    special_needs.begin(store, head(), "EC001", texts, key=last)
    assert len(needs_seen.needs_of_centres(store, head())) >= done + 1
    with store.reading() as session:
        assert proving.proof(session).is_whole
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_explained(founded_sqlite: Path) -> None:
    founded_sqlite.chmod(0o444)
    founded_sqlite.parent.chmod(0o555)
    try:
        assert "readonly" in refusal(f"sqlite:///{founded_sqlite}")
    finally:
        founded_sqlite.parent.chmod(0o755)


@pytest.fixture
def founded_sqlite(tmp_path: Path) -> Path:
    """The small round as a file in a folder of its own."""
    return sqlite_path(SqliteFiles(tmp_path).copy_of("ready", ready))


# --- moments -----------------------------------------------------------------------------------


def test_a_moment_comes_back_as_it_was(store: Store) -> None:
    """To the microsecond, in UTC, whatever zone it was given in."""
    for moment in (
        at("2026-05-29T23:59:59.999999+09:00"),
        at("2026-05-30T00:00:00+09:00"),
        datetime(2027, 1, 1, tzinfo=UTC),
        at("2026-12-31T19:00:00-05:00"),
    ):
        with store.writing() as session:
            session.get_one(Installation, 1).made_at = moment
        with store.reading() as session:
            found = session.get_one(Installation, 1).made_at
        assert found == moment
        assert found.tzinfo == UTC


def test_moments_are_compared_as_moments(store: Store) -> None:
    """One microsecond apart, given in two zones: the database orders them."""
    with store.writing() as session:
        session.get_one(Installation, 1).made_at = at("2026-05-30T00:00:00+09:00")
    for moment, later in (
        (at("2026-05-29T14:59:59.999999+00:00"), True),
        (at("2026-05-29T15:00:00+00:00"), False),
    ):
        with store.reading() as session:
            found = session.exec(select(Installation).where(Installation.made_at > moment)).first()
        assert (found is not None) is later


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    """It could be Korean time or UTC: nine hours decide over a deadline."""
    with pytest.raises(StatementError, match="zone"), store.writing() as session:
        session.get_one(Installation, 1).made_at = datetime(2026, 5, 29, 12)


def test_a_moment_of_requests_csv_without_a_zone_is_korean(empty_address: str) -> None:
    """As the allocation reads it: 16:54 in Korea is 07:54 in UTC, wherever the server stands."""
    small(empty_address)
    store = opened(empty_address)
    with store.reading() as session:
        submitted = session.get_one(SpecialNeed, "SN2027-002").submitted_at
    assert submitted == at("2026-03-09T16:54:00+09:00")
    store.close()
