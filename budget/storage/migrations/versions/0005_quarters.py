"""The year after the publication: quarterly profiles and execution to date, each in versions.

Revision: 0005, after 0004. Both are written once, like every version of the data.
"""

import sqlalchemy as sa
from alembic import op

from budget.storage.tables import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

FROZEN = ("allotment_profile", "execution_set")
KEYS = ("id", "round_id, number")
REFUSAL = "rows of {table} are written once and never changed"


def upgrade() -> None:
    """To this revision."""
    for table, content in (("allotment_profile", sa.Text()), ("execution_set", sa.LargeBinary())):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("round_id", sa.Integer(), nullable=False),
            sa.Column("number", sa.Integer(), nullable=False),
            sa.Column("sha256", sa.String(), nullable=False),
            sa.Column("content", content, nullable=False),
            sa.Column("note", sa.Text(), nullable=False),
            sa.Column("saved_by", sa.Integer(), nullable=False),
            sa.Column("saved_at", Moment(), nullable=False),
            sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
            sa.ForeignKeyConstraint(["saved_by"], ["person.id"]),
            sa.PrimaryKeyConstraint("id"),
            sa.UniqueConstraint("round_id", "number"),
        )
    statements = _sqlite_guards() if op.get_bind().dialect.name == "sqlite" else _pg_guards()
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _sqlite_guards() -> list[str]:
    found = []
    for table in FROZEN:
        stop = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL.format(table=table)}'); END"
        again = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE ({key}) = ({_new(key)}))" for key in KEYS
        )
        found += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {again} {stop}",
        ]
    return found


def _new(key: str) -> str:
    return ", ".join(f"NEW.{name}" for name in key.split(", "))


def _pg_guards() -> list[str]:
    return [
        statement
        for table in FROZEN
        for statement in (
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION written_once()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION written_once()",
        )
    ]
