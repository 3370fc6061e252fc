"""Centres plan their divisions: the Ministry's rules for them, and a plan a centre.

Revision: 0004, after 0003. Versions of the rules are written once, like other versions.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "division_rules"
STOP = f"BEGIN SELECT RAISE(ABORT, 'rows of {TABLE} are written once and never changed'); END"


def upgrade() -> None:
    """To this revision."""
    _tables()
    statements = _sqlite_guards() if op.get_bind().dialect.name == "sqlite" else _pg_guards()
    for statement in statements:
        op.get_bind().exec_driver_sql(statement)


def _sqlite_guards() -> list[str]:
    return [
        f"CREATE TRIGGER {TABLE}_no_update BEFORE UPDATE ON {TABLE} {STOP}",
        f"CREATE TRIGGER {TABLE}_no_delete BEFORE DELETE ON {TABLE} {STOP}",
        f"CREATE TRIGGER {TABLE}_no_replace BEFORE INSERT ON {TABLE} WHEN "
        f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) OR "
        f"EXISTS (SELECT 1 FROM {TABLE} WHERE (round_id, number) = (NEW.round_id, NEW.number)) "
        f"{STOP}",
    ]


def _pg_guards() -> list[str]:
    return [
        f"CREATE TRIGGER {TABLE}_no_change BEFORE UPDATE OR DELETE ON {TABLE} "
        "FOR EACH ROW EXECUTE FUNCTION written_once()",
        f"CREATE TRIGGER {TABLE}_no_truncate BEFORE TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION written_once()",
    ]


def _tables() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "number"),
    )
    op.create_table(
        "division_plan",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(), nullable=False),
        sa.Column("rules_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("stamps", sa.Text(), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("recent_keys", sa.Text(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.centre_id"]),
        sa.ForeignKeyConstraint(["edited_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["rules_id"], ["division_rules.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("run_id", "centre_id"),
    )
    op.create_index(op.f("ix_division_plan_centre_id"), "division_plan", ["centre_id"])
    op.create_index(op.f("ix_division_plan_round_id"), "division_plan", ["round_id"])
