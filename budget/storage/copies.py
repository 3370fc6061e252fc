"""Every row of a database as plain data, and back: the same on SQLite and PostgreSQL."""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import batched
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from budget.storage.tables import Moment

BATCH = 500
Plain = Mapping[str, Any]
"""Column -> plain JSON value; bytes as base64, moments and days as ISO 8601."""


def table_names() -> list[str]:
    """Every table, what others refer to first."""
    return [table.name for table in SQLModel.metadata.sorted_tables]


def plain_rows(session: Session, name: str) -> Iterator[Plain]:
    """The rows of a table in the order of their keys, a few in memory at once."""
    table = SQLModel.metadata.tables[name]
    rows = session.connection().execute(
        sa.select(table).order_by(*table.primary_key.columns),
        execution_options={"yield_per": _batch(table)},
    )
    for row in rows:
        yield {key: _plain(value) for key, value in row._mapping.items()}


def _batch(table: sa.FromClause) -> int:
    """So many rows at once; one where a row may be a file of ten megabytes."""
    return 1 if any(isinstance(c.type, sa.LargeBinary) for c in table.columns) else BATCH


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def insert_rows(session: Session, name: str, rows: Iterable[Plain]) -> int:
    """Write rows into an empty table, in their order; gives how many there were.

    The columns are those of the rows: the table may be an older version's.

    Raises:
        ValueError, TypeError, KeyError: for a value that its column cannot hold.
    """
    known = SQLModel.metadata.tables[name]
    count = 0
    for some in batched(rows, _batch(known)):
        kinds = {c: known.columns[c].type if c in known.columns else sa.Text() for c in some[0]}
        table = sa.table(name, *(sa.column(c, kind) for c, kind in kinds.items()))
        session.connection().execute(
            sa.insert(table),
            [{c: _typed(row[c], kind) for c, kind in kinds.items()} for row in some],
        )
        count += len(some)
    return count


def _typed(value: Any, kind: sa.types.TypeEngine[Any]) -> Any:
    if value is None:
        return None
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode(value, validate=True)
    read: Callable[[str], Any] | None = None
    if isinstance(kind, Moment):
        read = datetime.fromisoformat
    elif isinstance(kind, sa.Date):
        read = date.fromisoformat
    return read(value) if read else value


def go_on_numbering(session: Session, names: Iterable[str]) -> None:
    """Let PostgreSQL give new rows the numbers after those that were written (SQLite does so).

    Args:
        names: the tables that were written; an older database lacks those that came later.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for name in names:
        table = SQLModel.metadata.tables[name]
        key = next(iter(table.primary_key.columns))
        if len(table.primary_key.columns) == 1 and isinstance(key.type, sa.Integer):
            session.connection().execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', '{key.name}'), "
                    f"MAX({key.name})) FROM {name} HAVING MAX({key.name}) IS NOT NULL"
                )
            )
