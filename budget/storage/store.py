"""The database: SQLite or PostgreSQL, one writer at a time, any number of readers.

    store = opened("sqlite:///…/demonstration.sqlite3")
    with store.writing() as session: …      # commits at the end, or nothing is written

All writes of the application take the same lock, so that the audit trail is one chain and what a
deed has checked still holds when it is written. A write lasts milliseconds.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from budget.allocation.faults import N_, Fault, InputError, shown

BUSY_SECONDS = 20
"""So long a writer waits for its turn."""
LOST_SECONDS = 120
"""After so long PostgreSQL ends a transaction of which nothing more is heard: the machine that
began it may be gone, and holds the lock of all writers."""
WRITING = "budget_writing"
PG_LOCK = 4_174_2027
"""The advisory lock of all writers on PostgreSQL."""
SCHEMA_LOCK = PG_LOCK + 1
MIGRATIONS = Path(__file__).parent / "migrations"


def utc_now() -> datetime:
    """The server's clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Store:
    """An open database whose schema is up to date.

    Attributes:
        clock: gives the present moment; the only clock of the workflow.
    """

    engine: Engine
    clock: Callable[[], datetime] = field(default=utc_now)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database, whatever is committed meanwhile."""
        with Session(self.engine, expire_on_commit=False) as session:
            if self.engine.dialect.name == "postgresql":
                session.connection(
                    execution_options={
                        "isolation_level": "REPEATABLE READ",
                        "postgresql_readonly": True,
                    }
                )
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes alone; commits at the end, rolls back on any error."""
        engine = self.engine.execution_options(**{WRITING: True})
        with Session(engine, expire_on_commit=False) as session, session.begin():
            connection = session.connection()  # SQLite takes its lock here
            if self.engine.dialect.name == "postgresql":
                connection.execute(text(f"SELECT pg_advisory_xact_lock({PG_LOCK})"))
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def opened(
    address: str, clock: Callable[[], datetime] = utc_now, *, as_it_is: bool = False
) -> Store:
    """Open a database and bring its schema up to date.

    Args:
        address: "sqlite:///path" or "postgresql://user:password@host/name".
        as_it_is: change nothing; a schema that is not up to date is refused.

    Raises:
        InputError: if it cannot be reached, is no such address, or holds another program's tables.
    """
    engine = _engine(_url(address))
    with _told_in_words(engine, address):
        if as_it_is:
            _check_revision(engine)
        else:
            _upgrade(engine)
    return Store(engine, clock)


def opened_empty(address: str, revision: str, clock: Callable[[], datetime] = utc_now) -> Store:
    """Open a database without a row and give it the schema of a revision.

    Raises:
        InputError: if it cannot be reached, holds anything, or the revision is unknown.
    """
    engine = _engine(_url(address))
    with _told_in_words(engine, address):
        with engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            _check_ours(tables)
            for table in sorted(tables - {"alembic_version"}):
                found = connection.execute(text(f'SELECT 1 FROM "{table}" LIMIT 1')).first()
                if found is not None:
                    raise _refused(N_("an empty database; this one holds a round already"))
        _upgrade(engine, revision)
    return Store(engine, clock)


def brought_up(store: Store) -> None:
    """Bring the schema of an open database up to date."""
    _upgrade(store.engine)


def revision_of(store: Store) -> str:
    """The revision of an open database's schema."""
    with store.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def installed_kind(address: str) -> str | None:
    """What a database is for, by its own word; None if it is new. Nothing in it is changed.

    Raises:
        InputError: if it cannot be reached, or holds another program's tables.
    """
    url = _url(address)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return None
    engine = _engine(url)
    try:
        with _told_in_words(engine, address), engine.connect() as connection:
            tables = set(inspect(connection).get_table_names())
            _check_ours(tables)
            if "installation" not in tables:
                return None
            return connection.execute(text("SELECT kind FROM installation")).scalar()
    finally:
        engine.dispose()


def _check_ours(tables: Set[str]) -> None:
    if tables and "alembic_version" not in tables:
        raise _refused(N_("an empty database, or one of this program; it holds other tables"))


def _check_revision(engine: Engine) -> None:
    with engine.connect() as connection:
        _check_ours(set(inspect(connection).get_table_names()))
        found = MigrationContext.configure(connection).get_current_revision()
    if found != ScriptDirectory.from_config(migration_settings()).get_current_head():
        raise _refused(
            N_("a database of this version of the program; start the app once to bring it up")
        )


@contextmanager
def _told_in_words(engine: Engine, address: str) -> Iterator[None]:
    """What the database's driver raises, as our own error; the engine is given back."""
    try:
        yield
    except InputError:
        engine.dispose()
        raise
    except (SQLAlchemyError, CommandError, OSError) as error:
        engine.dispose()
        if isinstance(error, CommandError):
            raise _refused(
                N_("a database of this version of the program or an older one; it is a newer one's")
            ) from None
        reason = shown(_without_password(str(error).splitlines()[0], address), 160)
        raise _refused(N_("a database that can be opened ({reason})"), reason=reason) from None


def _url(address: str) -> URL:
    """The parts of an address; it is not quoted in a refusal, for it may hold a password."""
    try:
        url = make_url(address)
        kind = url.get_backend_name()
    except (SQLAlchemyError, ValueError):
        raise _refused(
            N_("sqlite:///path/of/a/file or postgresql://user:password@host/name")
        ) from None
    if kind not in {"sqlite", "postgresql"}:
        raise _refused(N_("sqlite or postgresql"), value=kind)
    if kind == "sqlite" and (url.database in {None, "", ":memory:"} or url.query):
        raise _refused(N_("the path of a file: sqlite:///path/of/a/file, without options"))
    return url


def _without_password(reason: str, address: str) -> str:
    """A driver's answer without any part of what stands between the user's name and the host.

    A password with an @ or a / that was not written as %40 or %2F ends up in other parts of the
    address, and so in the answer.
    """
    secret = address.partition("://")[2].rpartition("@")[0].partition(":")[2]
    for part in re.split("[@:/?#]", secret):
        for written in {part, unquote(part)} - {""}:
            reason = reason.replace(written, "…")
    return reason


def _refused(expected: str, value: str = "", **details: str) -> InputError:
    return InputError([Fault("DATABASE_URL", "", value, expected, details=details)])


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=20,
        isolation_level="READ COMMITTED",  # who has waited for the lock sees what was written
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_postgresql(connection: Any, _record: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{LOST_SECONDS}s'")
    connection.commit()


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
        "recursive_triggers = ON",
        "trusted_schema = OFF",
    ):
        _carry_out(connection, f"PRAGMA {pragma}")


def _carry_out(connection: Any, statement: str) -> None:
    """Whoever closes a database last tidies it up; SQLite lets nobody wait for that."""
    end = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(statement)
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    """Writers take the lock at once: a reader that turns writer could be told "busy"."""
    writing = connection.get_execution_options().get(WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


# --- schema ------------------------------------------------------------------------------------


def migration_settings(connection: Connection | None = None) -> Config:
    """Alembic's settings; the connection is handed to migrations/env.py."""
    settings = Config()
    settings.set_main_option("script_location", str(MIGRATIONS))
    settings.attributes["connection"] = connection
    return settings


def _upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to a revision; two processes that start together take turns."""
    with engine.execution_options(**{WRITING: True}).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
        _check_ours(set(inspect(connection).get_table_names()))
        command.upgrade(migration_settings(connection), revision)
