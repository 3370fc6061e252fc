"""Rows of a table one after the other, for those who check what others may have spoilt."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, SQLModel, col, select

BATCH = 1000
UNREADABLE = (SQLAlchemyError, ValueError, TypeError)
"""What reading a row raises that was spoilt behind our back: SQLite keeps anything in a column."""


def each[Row: SQLModel](
    session: Session, table: type[Row], key: Any, batch: int | None = None
) -> Iterator[tuple[Any, Row | None]]:
    """Every row by its key, with the key; None in place of one that cannot be read.

    Args:
        key: the column of the primary key.
        batch: so many rows are held in memory at once.
    """
    keys = session.exec(select(key).order_by(col(key))).all()
    size = batch or BATCH
    for first in range(0, len(keys), size):
        part = keys[first : first + size]
        try:
            found = _between(session, table, key, part[0], part[-1])
        except UNREADABLE:
            for one in part:
                yield one, _one(session, table, key, one)
        else:
            yield from zip(part, found, strict=True)
        session.expunge_all()


def _between[Row: SQLModel](
    session: Session, table: type[Row], key: Any, first: Any, last: Any
) -> list[Row]:
    return list(session.exec(select(table).where(col(key).between(first, last)).order_by(col(key))))


def _one[Row: SQLModel](session: Session, table: type[Row], key: Any, value: Any) -> Row | None:
    try:
        return _between(session, table, key, value, value)[0]
    except UNREADABLE:
        return None
