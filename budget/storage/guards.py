"""The triggers that keep frozen rows as they were written, and whether they still stand.

Whoever can change the schema can drop a guard, change a row and put the guard back; the hashes of
the trail find the row. A guard that is gone or hollowed out is told as well, before it is needed.
"""

import re
from collections.abc import Mapping

from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import Session

from budget.storage.store import migration_settings

_TRIGGER = re.compile(r"CREATE TRIGGER (\w+) ")
_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)
_STANDING = text(
    "SELECT tgname, proname, prosrc FROM pg_trigger "
    "JOIN pg_proc ON pg_proc.oid = tgfoid JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
    "AND relnamespace = current_schema()::regnamespace"
)


def missing_guards(session: Session) -> list[str]:
    """Names of guards that are gone, switched off, or no longer what the migrations made."""
    if session.get_bind().dialect.name == "sqlite":
        return _missing_on_sqlite(session)
    return _missing_on_postgresql(session)


def _missing_on_sqlite(session: Session) -> list[str]:
    rows = session.connection().execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    )
    standing = {row.name: row.sql for row in rows}
    return [name for name, made in _made("_sqlite_guards").items() if standing.get(name) != made]


def _missing_on_postgresql(session: Session) -> list[str]:
    standing = {
        trigger: (function, source)
        for trigger, function, source in session.connection().execute(_STANDING)
    }
    sources: dict[str, str] = {
        found[1]: found[2]
        for statement in _statements("_pg_guards")
        if (found := _FUNCTION.match(statement))
    }
    missing = []
    for name, made in _made("_pg_guards").items():
        function, source = standing.get(name, ("", ""))
        if f"EXECUTE FUNCTION {function}()" not in made or source != sources.get(function):
            missing.append(name)
    return missing


def _made(which: str) -> Mapping[str, str]:
    """The statement that makes each trigger, by its name."""
    return {
        found[1]: statement
        for statement in _statements(which)
        if (found := _TRIGGER.match(statement))
    }


def _statements(which: str) -> list[str]:
    """The statements of the migrations that make the guards of one kind of database."""
    revisions = ScriptDirectory.from_config(migration_settings()).walk_revisions()
    return [
        statement
        for revision in revisions
        if hasattr(revision.module, which)
        for statement in getattr(revision.module, which)()
    ]
