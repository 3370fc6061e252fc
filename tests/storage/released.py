"""What every released version of the program left in its database, kept as a file a revision.

    python -m tests.storage.released        writes the file of the newest revision, if there is none

Run it with the release's own code, before the next migration is begun. The file says what rows
each table had, and the last record of the trail, as an auditor would have written it down.
"""

import base64
import json
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import Date, DateTime, Engine, LargeBinary, MetaData, Table, create_engine, text

from budget.storage import store as storage
from budget.storage.store import migration_settings
from tests.storage.databases import SqliteFiles
from tests.storage.lives import lived

FOLDER = Path(__file__).parent / "released"
VERSION = "alembic_version"


def revisions() -> list[str]:
    """Every revision, the oldest first."""
    script = ScriptDirectory.from_config(migration_settings())
    return [found.revision for found in script.walk_revisions()][::-1]


def kept(revision: str) -> dict[str, Any]:
    """What a released version left: rows of each table, and the trail's last record."""
    found: dict[str, Any] = json.loads((FOLDER / f"{revision}.json").read_text(encoding="utf-8"))
    return found


def tables(engine: Engine) -> list[Table]:
    """The tables as they are in the database, those that others refer to first."""
    metadata = MetaData()
    metadata.reflect(engine)
    return [table for table in metadata.sorted_tables if table.name != VERSION]


def fill(engine: Engine, rows: dict[str, list[dict[str, Any]]]) -> None:
    """Put a version's rows into an empty database of its revision, past the application."""
    with engine.begin() as connection:
        for table in tables(engine):
            values = [
                {name: _from_plain(table, name, value) for name, value in row.items()}
                for row in rows[table.name]
            ]
            connection.execute(table.insert(), values)
            has_counter = "id" in table.columns and str(table.columns["id"].type) == "INTEGER"
            if engine.dialect.name == "postgresql" and has_counter and table.name != "installation":
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), "
                        f"(SELECT MAX(id) FROM {table.name}))"
                    )
                )


def dumped(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """The rows of every table as plain data, in the order of their first column."""
    with engine.connect() as connection:
        return {
            table.name: [
                {name: _to_plain(value) for name, value in row.items()}
                for row in connection.execute(
                    table.select().order_by(next(iter(table.primary_key.columns)))
                ).mappings()
            ]
            for table in tables(engine)
        }


def _to_plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date) else value


def _from_plain(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type
    if value is None:
        return None
    if isinstance(kind, LargeBinary):
        return base64.b64decode(value)
    if isinstance(kind, DateTime):  # of SQLite: UTC, without saying so
        return datetime.fromisoformat(f"{value}+00:00" if kind.timezone else value)
    return date.fromisoformat(value) if isinstance(kind, Date) else value


def write(revision: str) -> Path:
    """Write the file of the newest revision from a round that is lived now."""
    path = FOLDER / f"{revision}.json"
    if path.exists():
        raise SystemExit(f"{path} is there already: what was released does not change")
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(SqliteFiles(Path(folder)).copy_of("lived", lived))
        rows = dumped(engine)
        engine.dispose()
    last = rows["trail_record"][-1]
    content = {"revision": revision, "last": [last["number"], last["hash"]], "rows": rows}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def migrated(address: str, revision: str) -> Engine:
    """An engine on a database at a revision."""
    engine = storage._engine(storage._url(address))
    storage._upgrade(engine, revision)
    return engine


if __name__ == "__main__":
    print(write(revisions()[-1]))
