"""Somebody who has the database's password and goes past the application."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import text
from sqlmodel import Session

from budget.storage.store import Store
from budget.workflow import proving
from tests.storage.databases import sqlite_path

FAULTS = (sqlite3.Error, psycopg.Error)


@contextmanager
def intruder(address: str, *, recursive_triggers: bool = False) -> Iterator[Any]:
    """A connection of the intruder's own, each statement by itself.

    Args:
        recursive_triggers: on SQLite: whether they left our guard of REPLACE switched on.
    """
    if address.startswith("postgresql"):
        with psycopg.connect(address, autocommit=True) as connection:
            yield connection
        return
    connection = sqlite3.connect(sqlite_path(address), isolation_level=None)
    connection.execute(f"PRAGMA recursive_triggers = {recursive_triggers}")
    try:
        yield connection
    finally:
        connection.close()


def findings(session: Session) -> tuple[tuple[str, str], ...]:
    """What the proof finds besides the guards that the intruder took away."""
    proof = proving.proof(session)
    assert proof.trail.is_whole
    return tuple(found for found in proof.contents if found[0] != "guard")


@contextmanager
def unguarded(store: Store) -> Iterator[Session]:
    """A session in which no trigger and no foreign key guards anything; undone at the end."""
    with store.reading() as session:
        sqlite = session.connection().dialect.name == "sqlite"
    if sqlite:
        with store.engine.connect() as connection:  # off only outside a transaction
            raw = connection.connection.dbapi_connection
            assert raw is not None
            connection.rollback()
            raw.execute("PRAGMA foreign_keys = OFF")
            try:
                connection.exec_driver_sql("SELECT 1")
                with Session(connection, expire_on_commit=False) as session:
                    for name in connection.execute(
                        text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                    ).scalars():
                        connection.execute(text(f"DROP TRIGGER {name}"))
                    yield session
            finally:
                connection.rollback()
                raw.execute("PRAGMA foreign_keys = ON")
        return
    with store.engine.connect() as connection, Session(connection) as session:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        yield session
        session.rollback()
