"""The database: SQLite or PostgreSQL, one writer at a time, any number of readers.

    store = opened("sqlite:///…/demonstration.sqlite3")
    with store.writing() as session: …      # commits at the end, or nothing is written

All writes of the application take the same lock, so that the audit trail is one chain and what a
deed has checked still holds when it is written. A write lasts milliseconds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from budget.allocation.faults import N_, Fault, InputError, shown

BUSY_SECONDS = 20
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
        """A session that sees one state of the database."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that writes alone; commits at the end, rolls back on any error."""
        engine = self.engine.execution_options(**{WRITING: True})
        with Session(engine, expire_on_commit=False) as session, session.begin():
            if self.engine.dialect.name == "postgresql":
                session.connection().execute(text(f"SELECT pg_advisory_xact_lock({PG_LOCK})"))
            yield session

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def opened(address: str, clock: Callable[[], datetime] = utc_now) -> Store:
    """Open a database and bring its schema up to date.

    Args:
        address: "sqlite:///path" or "postgresql://user:password@host/name".

    Raises:
        InputError: if it cannot be reached, or is no such address.
    """
    try:
        engine = _engine(address)
        _upgrade(engine)
    except (SQLAlchemyError, OSError) as error:
        reason = shown(str(error).splitlines()[0], 160)
        raise InputError(
            [
                Fault(
                    "DATABASE_URL",
                    "",
                    "",
                    N_("a database that can be opened ({reason})"),
                    details={"reason": reason},
                )
            ]
        ) from None
    return Store(engine, clock)


def _engine(address: str) -> Engine:
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if url.get_backend_name() != "postgresql":
        raise InputError(
            [Fault("DATABASE_URL", "", url.get_backend_name(), N_("sqlite or postgresql"))]
        )
    return create_engine(
        url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=10, max_overflow=20
    )


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
        connection.execute(f"PRAGMA {pragma}")


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
            connection.execute(text(f"SELECT pg_advisory_xact_lock({SCHEMA_LOCK})"))
        command.upgrade(migration_settings(connection), revision)
