"""The round remembers: people, rounds, versions, special needs, runs, the audit trail.

Revision: 0001, after nothing. Rows that must never change are guarded by triggers. On SQLite the
guards of INSERT hold even for a connection that forgot `recursive_triggers`: there INSERT OR
REPLACE would remove the old row without asking the trigger of DELETE.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

FROZEN = ("data_set", "policy", "scenario_version", "run", "snapshot", "trail_record")
"""Tables whose rows are written once."""
KEYS = {
    "data_set": ("id", "round_id, number"),
    "policy": ("id", "round_id, sha256"),
    "scenario_version": ("id", "scenario_id, number"),
    "run": ("id",),
    "snapshot": ("id", "special_need_id, number"),
    "trail_record": ("number", "key"),
    "attachment": ("id", "special_need_id, sha256"),
    "attachment_content": ("attachment_id",),
}
"""What is unique in them: a row that is inserted with one of these again would replace one."""
REFUSAL = "rows of {table} are written once and never changed"
FIRST = "0" * 64


def upgrade() -> None:
    """To this revision."""
    _tables()
    statements = _sqlite_guards() if op.get_bind().dialect.name == "sqlite" else _pg_guards()
    for statement in statements:
        # straight to the driver: a colon in a statement means itself; a per cent sign does not
        op.get_bind().exec_driver_sql(statement)


def _sqlite_guards() -> list[str]:
    found = []
    for table in FROZEN:
        stop = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL.format(table=table)}'); END"
        found += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {stop}",
        ]
    for table, keys in KEYS.items():
        stop = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL.format(table=table)}'); END"
        again = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE ({key}) = ({_new(key)}))" for key in keys
        )
        found.append(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {again} {stop}"
        )
    found.append(
        "CREATE TRIGGER trail_record_follows BEFORE INSERT ON trail_record WHEN "
        "NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM trail_record) OR "
        "NEW.previous_hash <> COALESCE((SELECT hash FROM trail_record "
        f"ORDER BY number DESC LIMIT 1), '{FIRST}') "
        "BEGIN SELECT RAISE(ABORT, 'a record follows the last one of the trail'); END"
    )
    for table, need in (
        ("attachment", "OLD.special_need_id"),
        (
            "attachment_content",
            "(SELECT special_need_id FROM attachment WHERE id = OLD.attachment_id)",
        ),
    ):
        stop = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL.format(table=table)}'); END"
        found += [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {stop}",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM snapshot WHERE special_need_id = {need}) {stop}",
        ]
    return found


def _new(key: str) -> str:
    return ", ".join(f"NEW.{name}" for name in key.split(", "))


def _pg_guards() -> list[str]:
    found = [
        "CREATE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION USING MESSAGE = "
        "'rows of ' || TG_TABLE_NAME || ' are written once and never changed'; END $$",
        "CREATE FUNCTION trail_record_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM trail_record) OR "
        "NEW.previous_hash <> COALESCE((SELECT hash FROM trail_record "
        f"ORDER BY number DESC LIMIT 1), '{FIRST}') "
        "THEN RAISE EXCEPTION 'a record follows the last one of the trail'; END IF; "
        "RETURN NEW; END $$",
        "CREATE TRIGGER trail_record_follows BEFORE INSERT ON trail_record "
        "FOR EACH ROW EXECUTE FUNCTION trail_record_follows()",
        "CREATE FUNCTION submitted_file_stays() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "DECLARE need text; BEGIN "
        "IF TG_TABLE_NAME = 'attachment' THEN need := OLD.special_need_id; ELSE "
        "SELECT special_need_id INTO need FROM attachment WHERE id = OLD.attachment_id; END IF; "
        "IF EXISTS (SELECT 1 FROM snapshot WHERE special_need_id = need) THEN "
        "RAISE EXCEPTION 'a file of a submitted request is never removed'; END IF; "
        "RETURN OLD; END $$",
    ]
    for table in (*FROZEN, "attachment", "attachment_content"):
        stops = "UPDATE" if table.startswith("attachment") else "UPDATE OR DELETE"
        found += [
            f"CREATE TRIGGER {table}_no_change BEFORE {stops} ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION written_once()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION written_once()",
        ]
    found += [
        f"CREATE TRIGGER {table}_stays BEFORE DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION submitted_file_stays()"
        for table in ("attachment", "attachment_content")
    ]
    return found


def _tables() -> None:
    op.create_table(
        "budget_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name_ko", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("fiscal_year", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("illustrative", sa.Boolean(), nullable=False),
        sa.Column("requests_open", sa.Date(), nullable=False),
        sa.Column("requests_close", sa.Date(), nullable=False),
        sa.Column("decisions_due", sa.Date(), nullable=False),
        sa.Column("publication_due", sa.Date(), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=True),
        sa.Column("baseline_id", sa.Integer(), nullable=True),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("provinces", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["corrects_id"], ["budget_round.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "centre",
        sa.Column("centre_id", sa.String(), nullable=False),
        sa.Column("name_ko", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("centre_id"),
    )
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("identity"),
    )
    op.create_table(
        "trail_record",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("centre_id", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("object_kind", sa.String(), nullable=False),
        sa.Column("object_id", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("from_state", sa.String(), nullable=False),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("based_on", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "data_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "number"),
    )
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.centre_id"]),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_extension_round_id"), "extension", ["round_id"], unique=False)
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "sha256"),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("centre_id", sa.String(), nullable=True),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.centre_id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_role_grant_person_id"), "role_grant", ["person_id"], unique=False)
    op.create_table(
        "scenario",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("copied_from", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("round_id", "name"),
    )
    op.create_table(
        "scenario_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scenario_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("considered", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("rationales", sa.Text(), nullable=False),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["data_set_id"], ["data_set.id"]),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"]),
        sa.ForeignKeyConstraint(["saved_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["scenario_id"], ["scenario.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("scenario_id", "number"),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("scenario_version_id", sa.Integer(), nullable=False),
        sa.Column("data_set_id", sa.Integer(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("requests_csv", sa.LargeBinary(), nullable=False),
        sa.Column("requests_sha256", sa.String(), nullable=False),
        sa.Column("allocation_csv", sa.LargeBinary(), nullable=False),
        sa.Column("allocation_sha256", sa.String(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("code_version", sa.String(), nullable=False),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("ran_by", sa.Integer(), nullable=False),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["data_set_id"], ["data_set.id"]),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"]),
        sa.ForeignKeyConstraint(["ran_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["scenario_version_id"], ["scenario_version.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("proposed_by", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Integer(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["proposed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_publication_round_id"), "publication", ["round_id"], unique=False)
    op.create_table(
        "special_need",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("centre_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.Column("stamps", sa.Text(), nullable=False),
        sa.Column("last_key", sa.String(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("edited_by", sa.Integer(), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("snapshots", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("title_en", sa.Text(), nullable=False),
        sa.Column("requested_krw", sa.BigInteger(), nullable=True),
        sa.Column("need_by", sa.Date(), nullable=True),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("lease_end", sa.Date(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("new_address", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("return_reason", sa.Text(), nullable=False),
        sa.Column("return_due", sa.Date(), nullable=True),
        sa.Column("feasible", sa.Boolean(), nullable=True),
        sa.Column("assessed_krw", sa.BigInteger(), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("divisible", sa.Boolean(), nullable=True),
        sa.Column("assessment", sa.Text(), nullable=False),
        sa.Column("assessed_by", sa.Integer(), nullable=True),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_krw", sa.BigInteger(), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=False),
        sa.Column("funded_krw", sa.BigInteger(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["assessed_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.centre_id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["edited_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["round_id"], ["budget_round.id"]),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"]),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_special_need_centre_id"), "special_need", ["centre_id"], unique=False)
    op.create_index(
        op.f("ix_special_need_reviewer_id"), "special_need", ["reviewer_id"], unique=False
    )
    op.create_index(op.f("ix_special_need_round_id"), "special_need", ["round_id"], unique=False)
    op.create_index(op.f("ix_special_need_state"), "special_need", ["state"], unique=False)
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("special_need_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("added_by", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["special_need_id"], ["special_need.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("special_need_id", "sha256"),
    )
    op.create_index(
        op.f("ix_attachment_special_need_id"), "attachment", ["special_need_id"], unique=False
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("special_need_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["special_need_id"], ["special_need.id"]),
        sa.ForeignKeyConstraint(["submitted_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("special_need_id", "number"),
    )
    op.create_table(
        "attachment_content",
        sa.Column("attachment_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"]),
        sa.PrimaryKeyConstraint("attachment_id"),
    )
