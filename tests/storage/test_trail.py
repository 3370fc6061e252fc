"""Nobody alters the trail, or what it vouches for, without being found out."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import Session, SQLModel, col, select

from budget.storage import rows as storage_rows
from budget.storage import trail
from budget.storage.guards import missing_guards
from budget.storage.store import Store, opened
from budget.storage.tables import Attachment, SpecialNeed, TrailRecord
from budget.workflow import attachments, proving
from budget.workflow.refusals import NotNow
from tests.storage.databases import (
    BEGINNING,
    Clock,
    Databases,
    at,
    auditor,
    head,
    key,
)
from tests.storage.intruders import FAULTS, findings, intruder, unguarded
from tests.storage.lives import lived, rows, with_file
from tests.workflow import steps

ENTRY = trail.Entry(
    at=at("2026-03-10T09:00:00+09:00"),
    person_id=7,
    identity="issuer|subject",
    role="planner",
    centre_id="",
    verb="approve",
    object_kind="special_need",
    object_id="SN2027-064",
    outcome="done",
    from_state="assessed",
    to_state="approved",
    changes={"state": ("assessed", "approved"), "approved_krw": (None, 30_000_000)},
    reason="타당",
    based_on=5,
    key="key-1",
)
FIRST = TrailRecord(
    **{
        **vars(ENTRY),
        "number": 1,
        "changes": trail.canonical(ENTRY.changes),
        "previous_hash": "0" * 64,
    }
)


@pytest.fixture
def lived_address(databases: Databases) -> Iterator[str]:
    """A round that was lived to its end, on each kind of database."""
    address = databases.copy_of("lived", lived)
    yield address
    databases.remove(address)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest) -> Iterator[Store]:
    """The same, shared by tests that leave it as it was: what they alter is undone."""
    databases: Databases = request.getfixturevalue(f"{request.param}_databases")
    address = databases.copy_of("lived", lived)
    found = opened(address, Clock())
    yield found
    with found.reading() as session:
        assert proving.proof(session).is_whole, "a test did not undo what it altered"
    found.close()
    databases.remove(address)


def all_records(session: Session) -> list[TrailRecord]:
    return list(session.exec(select(TrailRecord).order_by(col(TrailRecord.number))))


def last_record(store: Store) -> tuple[int, str]:
    """Number and hash of the last record, as an auditor writes them down."""
    with store.reading() as session:
        last = all_records(session)[-1]
    return last.number, last.hash


def altered(store: Store, *statements: str, **values: Any) -> trail.Verdict:
    """What the verification says after statements that no guard stopped; they are undone."""
    with unguarded(store) as session:
        for statement in statements:
            assert session.connection().execute(text(statement), values).rowcount != 0, statement
        session.expunge_all()
        return trail.verified(session)


# --- the chain ---------------------------------------------------------------------------------


def test_a_record_is_hashed_as_written_down_here(store: Store) -> None:
    """The form of the hash is fixed for good: records of today are verified in ten years."""
    with store.writing() as session:
        before = all_records(session)[-1]
        record = trail.append(session, ENTRY)
    said = [
        before.number + 1,
        "2026-03-10T00:00:00.000000+00:00",
        7,
        "issuer|subject",
        "planner",
        "",
        "approve",
        "special_need",
        "SN2027-064",
        "done",
        "assessed",
        "approved",
        '{"approved_krw":[null,30000000],"state":["assessed","approved"]}',
        "타당",
        5,
        "key-1",
        before.hash,
    ]
    form = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    assert record.hash == hashlib.sha256(form).hexdigest()


def test_the_hash_of_one_record() -> None:
    """Worked out once and for all, apart from any database."""
    assert (
        trail.record_hash(FIRST)
        == "32192c86bfbbc51137d1e02eb1f7346d146498e49e5145ba23c90aa438083bd3"
    )


def test_records_are_numbered_and_linked(kept: Store) -> None:
    with kept.reading() as session:
        found = all_records(session)
        verdict = trail.verified(session)
    assert len(found) > 40
    assert [record.number for record in found] == list(range(1, len(found) + 1))
    assert [record.previous_hash for record in found] == [
        "0" * 64,
        *(record.hash for record in found[:-1]),
    ]
    assert len({record.hash for record in found}) == len(found)
    assert verdict == trail.Verdict(len(found), found[-1].hash)


def test_every_column_is_hashed() -> None:
    """A column that is added is covered as well, or this fails."""
    assert {*trail.FIELDS, "asked", "hash"} == set(TrailRecord.model_fields)


def test_a_record_is_appended_without_reading_the_trail(postgresql_address: str) -> None:
    """However long it is: PostgreSQL sends at most the last record and the one with the key."""
    store = opened(postgresql_address, Clock())
    sent: list[int] = []
    event.listen(store.engine, "after_cursor_execute", lambda *args: sent.append(rows_of(args)))
    steps.submitted(store)
    store.close()
    assert len([count for count in sent if count >= 0]) >= 4
    assert max(sent) <= 1


def rows_of(args: Sequence[Any]) -> int:
    """How many records the database sent; -1 for a statement about something else."""
    cursor, statement = args[1], args[2]
    is_read = statement.startswith("SELECT") and "FROM trail_record" in statement
    return int(cursor.rowcount) if is_read else -1


def test_an_empty_trail_is_whole_only_if_nothing_is_expected(empty_address: str) -> None:
    store = opened(empty_address)
    with store.reading() as session:
        assert trail.verified(session) == trail.Verdict(0, "0" * 64)
        assert trail.verified(session, (1, "a" * 64)).broken == 1
    store.close()


def test_what_was_written_down_earlier_is_found_again(kept: Store) -> None:
    with kept.reading() as session:
        for record in all_records(session)[::10]:
            assert trail.verified(session, (record.number, record.hash)).is_whole
        wrong = trail.verified(session, (40, "f" * 64))
    assert (wrong.broken, wrong.records) == (40, 40)


# --- the guards --------------------------------------------------------------------------------

COLUMNS = ", ".join(TrailRecord.model_fields)


def copied(where: str, **changed: str) -> str:
    """SELECT of a record with some columns replaced by SQL."""
    named = ", ".join(changed.get(name, name) for name in TrailRecord.model_fields)
    return f"SELECT {named} FROM trail_record WHERE {where}"


LAST = "(SELECT MAX(number) FROM trail_record)"
LAST_HASH = f"(SELECT hash FROM trail_record WHERE number = {LAST})"
NEXT = {"number": f"{LAST} + 1", "previous_hash": LAST_HASH}

ON_BOTH = {
    "update": "UPDATE trail_record SET reason = 'x' WHERE number = 3",
    "update to itself": "UPDATE trail_record SET reason = reason",
    "delete one": "DELETE FROM trail_record WHERE number = 3",
    "delete the last": f"DELETE FROM trail_record WHERE number = {LAST}",
    "delete all": "DELETE FROM trail_record",
    "upsert by number": f"INSERT INTO trail_record ({COLUMNS}) {copied('number = 3')} "
    "ON CONFLICT (number) DO UPDATE SET reason = 'x'",
    "upsert by key": f"INSERT INTO trail_record ({COLUMNS}) {copied('number = 3', **NEXT)} "
    "ON CONFLICT (key) DO UPDATE SET reason = 'x'",
    "insert the number again": f"INSERT INTO trail_record ({COLUMNS}) "
    + copied("number = 3", key="'new'"),
    "insert after a gap": f"INSERT INTO trail_record ({COLUMNS}) "
    + copied("number = 3", **{**NEXT, "number": f"{LAST} + 2"}, key="'new'"),
    "insert number 0": f"INSERT INTO trail_record ({COLUMNS}) "
    + copied("number = 3", number="0", key="'new'"),
    "insert below 0": f"INSERT INTO trail_record ({COLUMNS}) "
    + copied("number = 3", number="-1", key="'new'"),
    "insert without the hash before": f"INSERT INTO trail_record ({COLUMNS}) "
    + copied("number = 3", number=f"{LAST} + 1", key="'new'"),
    "insert with the key of another": f"INSERT INTO trail_record ({COLUMNS}) "
    + copied("number = 3", **NEXT),
}
ON_SQLITE = {
    "update or replace": "UPDATE OR REPLACE trail_record SET number = 4 WHERE number = 3",
    "replace by number": f"INSERT OR REPLACE INTO trail_record ({COLUMNS}) "
    + copied("number = 3", reason="'x'"),
    "replace the last": f"INSERT OR REPLACE INTO trail_record ({COLUMNS}) "
    + copied(f"number = {LAST}", reason="'x'"),
    "replace by key": f"INSERT OR REPLACE INTO trail_record ({COLUMNS}) "
    + copied("number = 3", **NEXT),
    "replace by key, the last": f"REPLACE INTO trail_record ({COLUMNS}) "
    + copied(f"number = {LAST}", **NEXT),
    "replace by row": f"INSERT OR REPLACE INTO trail_record (rowid, {COLUMNS}) "
    + copied("number = 3").replace("SELECT ", "SELECT 3, "),
}
ON_POSTGRESQL = {
    "truncate": "TRUNCATE trail_record",
    "truncate with all that hangs on a round": "TRUNCATE budget_round CASCADE",
}


def refused(connection: Any, statement: str) -> str:
    """What the database answers to a statement that it does not do."""
    with pytest.raises(FAULTS) as caught:
        connection.execute(statement)
    return str(caught.value)


@pytest.mark.parametrize("recursive_triggers", [True, False])
def test_the_database_refuses_to_alter_the_trail(
    founded_address: str, recursive_triggers: bool
) -> None:
    """Also on SQLite without recursive triggers, where REPLACE asks no trigger of DELETE."""
    store = opened(founded_address)
    with store.reading() as session:
        before = [record.model_dump() for record in all_records(session)]
    others = ON_SQLITE if founded_address.startswith("sqlite") else ON_POSTGRESQL
    with intruder(founded_address, recursive_triggers=recursive_triggers) as connection:
        for name, statement in {**ON_BOTH, **others}.items():
            said = refused(connection, statement)
            assert any(
                word in said
                for word in ("written once", "follows the last", "trail_record_key_key")
            ), (name, said)
    with store.reading() as session:
        assert [record.model_dump() for record in all_records(session)] == before
    store.close()


# --- alterations behind the guards -------------------------------------------------------------

OTHER: dict[str, Any] = {
    "number": 100_000,
    "at": BEGINNING + timedelta(microseconds=1),
    "person_id": None,
    "based_on": 0,
    "changes": "{}",
    "previous_hash": "0" * 64,
    "hash": "f" * 64,
}
"""Another value for a field; "x" for those that are not named."""


def test_every_altered_field_is_found(kept: Store) -> None:
    """Of the first, a middle and the last record; the verdict names the one that was altered."""
    for number in (1, 5, last_record(kept)[0]):
        for name in TrailRecord.model_fields:
            with unguarded(kept) as session:
                record = session.get_one(TrailRecord, number)
                value = OTHER.get(name, "x")
                if getattr(record, name) == value:
                    value = "1" * 64
                setattr(record, name, value)
                session.flush()
                session.expunge_all()
                verdict = trail.verified(session)
            assert verdict.broken == number, name
            assert verdict.records == number - 1


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("person_id", (None, 0, 1)),
        ("based_on", (None, 0, 1)),
        ("reason", ("", " ", "None", "null")),
        ("changes", ("{}", "{ }", "null", "")),
    ],
)
def test_nothing_is_not_a_zero_or_an_empty_text(name: str, values: tuple[Any, ...]) -> None:
    hashes = {trail.record_hash(FIRST.model_copy(update={name: value})) for value in values}
    assert len(hashes) == len(values)


def test_fields_do_not_run_into_each_other() -> None:
    """A word that moves from the end of one field to the beginning of the next is a change."""
    moved = FIRST.model_copy(update={"from_state": "assesse", "to_state": "dapproved"})
    assert trail.record_hash(moved) != trail.record_hash(FIRST)


def test_a_missing_or_foreign_record_is_found(kept: Store) -> None:
    end, _hash = last_record(kept)
    insert = f"INSERT INTO trail_record ({COLUMNS}) "
    for statement, broken in (
        ("DELETE FROM trail_record WHERE number = 1", 1),
        ("DELETE FROM trail_record WHERE number = 30", 30),
        ("DELETE FROM trail_record WHERE number BETWEEN 20 AND 30", 20),
        (f"DELETE FROM trail_record WHERE number = {end - 1}", end - 1),
        (f"UPDATE trail_record SET number = number + 1 WHERE number = {end}", end),
        ("UPDATE trail_record SET number = -number WHERE number = 30", -30),
        (insert + copied("number = 3", number="0", key="'new'"), 0),
        (insert + copied("number = 3", number="-7", key="'new'"), -7),
        (insert + copied("number = 3", number=f"{end + 1}", key="'new'"), end + 1),
        (insert + copied("number = 3", number=f"{end + 9}", key="'new'"), end + 1),
    ):
        assert altered(kept, statement).broken == broken, statement


def test_records_that_changed_places_are_found(kept: Store) -> None:
    """Two neighbours, and two that stand apart."""
    for one, other in ((30, 31), (12, 40)):
        verdict = altered(
            kept,
            f"UPDATE trail_record SET number = 999999 WHERE number = {one}",
            f"UPDATE trail_record SET number = {one} WHERE number = {other}",
            f"UPDATE trail_record SET number = {other} WHERE number = 999999",
        )
        assert verdict.broken == one


def test_an_end_that_was_cut_off_is_found_by_what_was_written_down(kept: Store) -> None:
    """The rest of the chain is right by itself: only the number and hash elsewhere prove it."""
    expected = last_record(kept)
    for first in (1, 30, expected[0]):
        with unguarded(kept) as session:
            session.connection().execute(text(f"DELETE FROM trail_record WHERE number >= {first}"))
            assert trail.verified(session).is_whole
            verdict = trail.verified(session, expected)
        assert (verdict.broken, verdict.records) == (first, first - 1)


def forge(session: Session, first: int) -> None:
    """Hash the records from one on anew, so that the chain is right by itself."""
    found = all_records(session)
    for before, record in zip(found[first - 2 :], found[first - 1 :], strict=False):
        record.previous_hash = before.hash
        record.hash = trail.record_hash(record)
    session.flush()
    session.expunge_all()


def test_a_forged_end_is_found_by_what_was_written_down(kept: Store) -> None:
    """An intruder who hashes all that follows anew is betrayed by any later hash we hold."""
    expected = last_record(kept)
    with unguarded(kept) as session:
        session.get_one(TrailRecord, 35).reason = "forged"
        forge(session, 35)
        assert trail.verified(session).is_whole
        assert trail.verified(session, expected).broken == expected[0]
    with unguarded(kept) as session:
        session.connection().execute(text("DELETE FROM trail_record WHERE number > 35"))
        for _ in range(expected[0] - 35):
            trail.append(session, trail.Entry(**{**vars(ENTRY), "key": key()}))
        assert trail.verified(session).is_whole
        assert trail.verified(session, expected).broken == expected[0]


def test_one_record_hashed_anew_breaks_the_next(kept: Store) -> None:
    with unguarded(kept) as session:
        record = session.get_one(TrailRecord, 30)
        record.reason = "forged"
        record.hash = trail.record_hash(record)
        session.flush()
        session.expunge_all()
        assert trail.verified(session).broken == 31


def test_a_forged_record_with_a_right_hash_does_not_approve_a_request(store: Store) -> None:
    """A record appended by the rules of the chain says what no request confirms."""
    with store.reading() as session:
        need = session.exec(select(SpecialNeed).where(SpecialNeed.state == "assessed")).first()
    assert need is not None
    with store.writing() as session:
        trail.append(session, trail.Entry(**{**vars(ENTRY), "object_id": need.id}))
    proof = proving.verify(store, auditor())
    assert proof.trail.is_whole
    assert proof.contents == (("special_need", need.id),)


def test_what_cannot_be_read_is_named(sqlite_address: str) -> None:
    """SQLite keeps anything in any column: a spoilt record is found, not stumbled over."""
    store = opened(sqlite_address)
    for statement in (
        "UPDATE trail_record SET at = 'yesterday' WHERE number = 5",
        "UPDATE trail_record SET at = 7 WHERE number = 5",
        "UPDATE trail_record SET reason = CAST(X'FF00FF' AS TEXT) WHERE number = 5",
        "UPDATE trail_record SET reason = X'FF00FF' WHERE number = 5",
        "UPDATE trail_record SET person_id = 'seven' WHERE number = 5",
        "UPDATE trail_record SET based_on = 1.5 WHERE number = 5",
        "UPDATE trail_record SET changes = 'no JSON' WHERE number = 5",
    ):
        assert altered(store, statement).broken == 5, statement
        with unguarded(store) as session:
            session.connection().execute(text(statement))
            assert not proving.proof(session).is_whole
    store.close()


def test_a_long_trail_is_read_in_parts(kept: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """At and around the joints of the parts nothing is lost."""
    end, _hash = last_record(kept)
    monkeypatch.setattr(storage_rows, "BATCH", 10)
    with kept.reading() as session:
        assert trail.verified(session).records == end
    for number in (1, 9, 10, 11, 20, 21, end - 1, end):
        verdict = altered(kept, f"UPDATE trail_record SET reason = 'x' WHERE number = {number}")
        assert verdict.broken == number
    for number in (9, 10, 11):
        assert altered(kept, f"DELETE FROM trail_record WHERE number = {number}").broken == number


# --- frozen rows -------------------------------------------------------------------------------

UNIQUE = {
    "data_set": ("id", "round_id, number"),
    "policy": ("id", "round_id, sha256"),
    "scenario_version": ("id", "scenario_id, number"),
    "run": ("id",),
    "division_rules": ("id", "round_id, number"),
    "snapshot": ("id", "special_need_id, number"),
    "attachment": ("id", "special_need_id, sha256"),
    "attachment_content": ("attachment_id",),
    "allotment_profile": ("id", "round_id, number"),
    "execution_set": ("id", "round_id, number"),
}
SENT = "(SELECT special_need_id FROM snapshot)"
SUBMITTED = {
    "attachment": f"WHERE special_need_id IN {SENT}",
    "attachment_content": "WHERE attachment_id IN "
    f"(SELECT id FROM attachment WHERE special_need_id IN {SENT})",
}
"""Files of requests that were submitted; those of drafts may go."""


def attempts(kind: str, table: str) -> Iterator[str]:
    """Statements that would change a row of a frozen table."""
    columns = list(SQLModel.metadata.tables[table].columns.keys())
    identifier = columns[0]
    where = f"{identifier} = (SELECT MIN({identifier}) FROM {table} {SUBMITTED.get(table, '')})"
    for column in columns:
        yield f"UPDATE {table} SET {column} = {column} WHERE {where}"
    yield f"DELETE FROM {table} WHERE {where}"
    for unique in UNIQUE[table]:
        named = columns if unique == identifier else [c for c in columns if c != identifier]
        listed = ", ".join(named)
        again = f"{table} ({listed}) SELECT {listed} FROM {table} WHERE {where}"
        yield (
            f"INSERT INTO {again} "
            f"ON CONFLICT ({unique}) DO UPDATE SET {named[-1]} = {table}.{named[-1]}"
        )
        if kind == "sqlite":
            yield f"INSERT OR REPLACE INTO {again}"
            yield f"REPLACE INTO {again}"
    if kind == "sqlite":
        listed = ", ".join(columns)
        yield f"UPDATE OR REPLACE {table} SET {identifier} = {identifier} WHERE {where}"
        yield (
            f"INSERT OR REPLACE INTO {table} (rowid, {listed}) "
            f"SELECT rowid, {listed} FROM {table} WHERE {where}"
        )
    else:
        yield f"TRUNCATE {table} CASCADE"


@pytest.mark.parametrize("recursive_triggers", [True, False])
def test_frozen_rows_are_written_once(
    databases: Databases, lived_address: str, recursive_triggers: bool
) -> None:
    store = opened(lived_address)
    tables = SQLModel.metadata.tables
    with store.reading() as session:
        before = {
            name: session.connection().execute(tables[name].select()).all() for name in UNIQUE
        }
    assert all(before.values()), "there is a row in every table"
    with intruder(lived_address, recursive_triggers=recursive_triggers) as connection:
        for table in UNIQUE:
            for statement in attempts(databases.kind, table):
                said = refused(connection, statement)
                assert "written once" in said or "never removed" in said, (statement, said)
    with store.reading() as session:
        for name, found in before.items():
            assert session.connection().execute(tables[name].select()).all() == found, name
    store.close()


def test_a_draft_s_file_can_go_and_a_submitted_one_stays(store: Store) -> None:
    """The same guards let a file of a request that was never submitted be removed."""
    draft = with_file(store, steps.drafted(store), "draft")
    gone = attachments.detach(store, head(), draft.id, draft.files[0].id, key=key())
    assert gone.files == ()
    sent = with_file(store, steps.submitted(store), "sent")
    with pytest.raises(NotNow):
        attachments.detach(store, head(), sent.id, sent.files[0].id, key=key())
    with store.reading() as session:
        assert session.get(Attachment, sent.files[0].id) is not None


# --- what the trail vouches for ----------------------------------------------------------------


def test_a_lived_round_is_proven(kept: Store) -> None:
    with kept.reading() as session:
        assert min(rows(session).values()) >= 1, "every table has a row"
    assert proving.verify(kept, auditor()).is_whole


CONTENTS = {
    "data_set": ("data_set", "content", "sha256"),
    "policy": ("policy", "content", "sha256"),
    "snapshot": ("snapshot", "content", "sha256"),
    "run, allocation": ("run", "allocation_csv", "allocation_sha256"),
    "run, requests": ("run", "requests_csv", "requests_sha256"),
    "attachment": ("attachment", "", "sha256"),
    "quarterly profile": ("allotment_profile", "content", "sha256"),
    "execution": ("execution_set", "content", "sha256"),
    "rules for divisions": ("division_rules", "content", "sha256"),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_changed_frozen_contents_are_found(kept: Store, name: str) -> None:
    """With their old hash, and with a new one that fits: that stands in no record."""
    table, content, sha256 = CONTENTS[name]
    holder, identifier = ("attachment_content", "attachment_id") if not content else (table, "id")
    sql = f"UPDATE {holder} SET {content or 'content'} = :forged WHERE {identifier} = 1"
    is_text = content == "content" and table not in {"data_set", "execution_set"}
    forged: Any = "forged" if is_text else b"forged"
    for adjusted in (False, True):
        with unguarded(kept) as session:
            session.connection().execute(text(sql), {"forged": forged})
            if adjusted:
                session.connection().execute(
                    text(f"UPDATE {table} SET {sha256} = :sha WHERE id = 1"),
                    {"sha": hashlib.sha256(b"forged").hexdigest()},
                )
            found = findings(session)
        assert (table, "1") in found
        assert {kind for kind, _id in found} <= {table, "special_need", "scenario_version", "round"}
    with kept.reading() as session:
        assert proving.proof(session).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE special_need SET state = 'approved' WHERE id = :id",
        "UPDATE special_need SET assessed_krw = assessed_krw + 1 WHERE id = :id",
        "UPDATE special_need SET requested_krw = NULL WHERE id = :id",
        "UPDATE special_need SET priority = 1 + priority WHERE id = :id",
        "UPDATE special_need SET feasible = NOT feasible WHERE id = :id",
        "UPDATE special_need SET title = 'x' WHERE id = :id",
        "UPDATE special_need SET centre_id = 'EC002' WHERE id = :id",
        "UPDATE special_need SET need_by = '2027-12-31' WHERE id = :id",
        "UPDATE special_need SET assessed_by = 1 WHERE id = :id",
        "UPDATE special_need SET assessed_at = '2026-01-01 00:00:00' WHERE id = :id",
        "UPDATE special_need SET snapshots = 2 WHERE id = :id",
        "DELETE FROM special_need WHERE id = :id",
        "DELETE FROM snapshot WHERE special_need_id = :id",
        "DELETE FROM attachment WHERE special_need_id = :id",
        "UPDATE attachment SET name = 'x' WHERE special_need_id = :id",
        "UPDATE attachment SET special_need_id = 'SN2027-001' WHERE special_need_id = :id",
        "UPDATE trail_record SET object_id = 'SN2027-001' WHERE object_id = :id",
    ],
)
def test_a_changed_request_is_found(kept: Store, statement: str) -> None:
    """State, figures, texts, people, moments, files, snapshots: whatever the trail tells of it."""
    with kept.reading() as session:
        need = session.exec(
            select(SpecialNeed)
            .join(Attachment, col(Attachment.special_need_id) == col(SpecialNeed.id))
            .where(SpecialNeed.state == "assessed")
        ).one()
    with unguarded(kept) as session:
        done = session.connection().execute(text(statement), {"id": need.id})
        assert done.rowcount > 0
        proof = proving.proof(session)
    if "trail_record" in statement:
        assert not proof.trail.is_whole
    else:
        assert ("special_need", need.id) in proof.contents


ELSEWHERE = {
    "a role taken": (
        "INSERT INTO role_grant (person_id, role, granted_at) "
        "SELECT id, 'lead', '2026-01-01 00:00:00' FROM person WHERE identity LIKE '%planner-1'",
        "person",
    ),
    "another role": ("UPDATE role_grant SET role = 'lead' WHERE role = 'auditor'", "person"),
    "a role ended": (
        "UPDATE role_grant SET ended_at = '2026-01-01 00:00:00' WHERE role = 'auditor'",
        "person",
    ),
    "another identity": (
        "UPDATE person SET identity = 'x' WHERE identity LIKE '%planner-1'",
        "person",
    ),
    "another name": ("UPDATE person SET name = 'x' WHERE identity LIKE '%planner-1'", "person"),
    "another baseline": ("UPDATE budget_round SET baseline_id = 99", "round"),
    "another date": ("UPDATE budget_round SET decisions_due = '2027-12-31'", "round"),
    "another state": ("UPDATE budget_round SET state = 'open'", "round"),
    "a longer deadline": ("UPDATE extension SET until = '2027-12-31'", "deadline"),
    "another proposer": (
        "UPDATE publication SET proposed_by = proposed_by + 1",
        "publication",
    ),
    "published on another day": (
        "UPDATE publication SET confirmed_at = '2026-01-01 00:00:00'",
        "publication",
    ),
    "published in another round": ("UPDATE publication SET round_id = 99", "publication"),
    "run in another round": ("UPDATE run SET round_id = 99", "run"),
    "another table in force": ("UPDATE budget_round SET data_set_id = 99", "round"),
    "a round that corrects itself": ("UPDATE budget_round SET corrects_id = id", "round"),
    "a scenario saved by somebody else": (
        "UPDATE scenario_version SET saved_by = saved_by + 1 WHERE number > 1",
        "scenario_version",
    ),
    "submitted by somebody else": (
        "UPDATE snapshot SET submitted_by = submitted_by + 1",
        "snapshot",
    ),
    "another run": ("UPDATE publication SET run_id = run_id + 1", "publication"),
    "a scenario's version gone": ("DELETE FROM scenario_version WHERE id = 1", "scenario"),
    "a publication gone": ("DELETE FROM publication", "publication"),
    "a run gone": ("DELETE FROM run", "run"),
    "a round gone": ("DELETE FROM budget_round", "round"),
    "a table of centres gone": ("DELETE FROM data_set", "data_set"),
    "a policy gone": ("DELETE FROM policy", "policy"),
    "another report": ("UPDATE run SET report = '{}'", "run"),
    "another origin of a run": ("UPDATE run SET scenario_version_id = 99", "run"),
    "a request in no round": (
        "UPDATE special_need SET round_id = 99 WHERE id = 'SN2027-001'",
        "special_need",
    ),
    "money for a draft": (
        "UPDATE special_need SET approved_krw = 7 WHERE state = 'draft'",
        "special_need",
    ),
    "another writer": (
        "UPDATE special_need SET written_by = written_by + 1 WHERE state = 'draft'",
        "special_need",
    ),
    "a scenario renamed": ("UPDATE scenario SET name = 'x' WHERE id = 1", "scenario"),
    "rules for divisions gone": ("DELETE FROM division_rules WHERE number = 2", "division_rules"),
    "versions of rules in another order": (
        "UPDATE division_rules SET number = number + 10",
        "division_rules",
    ),
    "a plan gone": ("DELETE FROM division_plan WHERE state = 'submitted'", "division_plan"),
    "another plan": (
        "UPDATE division_plan SET amounts = '{}' WHERE state = 'submitted'",
        "division_plan",
    ),
    "a plan submitted by nobody": (
        "UPDATE division_plan SET state = 'submitted' WHERE state = 'draft'",
        "division_plan",
    ),
    "a plan by other rules": (
        "UPDATE division_plan SET rules_id = 2 WHERE state = 'submitted'",
        "division_plan",
    ),
    "other requests considered": (
        "UPDATE scenario_version SET considered = 'assessed' WHERE number > 1",
        "scenario_version",
    ),
}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_change_anywhere_else_is_found(kept: Store, name: str) -> None:
    """Roles, people, the round, deadlines, publications, scenarios."""
    statement, kind = ELSEWHERE[name]
    with unguarded(kept) as session:
        assert findings(session) == ()
        assert session.connection().execute(text(statement)).rowcount > 0
        assert kind in {found for found, _id in findings(session)}


def test_a_run_that_was_swapped_for_another_is_found(kept: Store) -> None:
    """Bytes and hash of a run that is in the trail, in the place of another's."""
    with unguarded(kept) as session:
        before = session.connection().execute(text("SELECT COUNT(*) FROM run")).scalar_one()
        assert before > 0
        session.connection().execute(
            text(
                "UPDATE run SET allocation_csv = requests_csv, allocation_sha256 = requests_sha256"
            )
        )
        assert ("run", "1") in findings(session)


def test_a_guard_that_is_gone_is_found(store: Store) -> None:
    with store.reading() as session:
        assert missing_guards(session) == []
        sqlite = session.get_bind().dialect.name == "sqlite"
    name = "trail_record_no_update" if sqlite else "trail_record_no_change"
    on = "" if sqlite else " ON trail_record"
    with store.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
    with store.reading() as session:
        assert proving.proof(session).contents == (("guard", name),)
    hollow = (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON trail_record BEGIN SELECT 1; END"
        if sqlite
        else "CREATE OR REPLACE FUNCTION written_once() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN NEW; END $$"
    )
    with store.engine.begin() as connection:
        connection.exec_driver_sql(hollow)
    with store.reading() as session:
        assert ("guard", name) in proving.proof(session).contents


def test_the_bytes_of_a_file_that_are_gone_are_missed(kept: Store) -> None:
    with unguarded(kept) as session:
        session.connection().execute(text("DELETE FROM attachment_content WHERE attachment_id = 2"))
        assert findings(session) == (("attachment", "2"),)


def test_a_hash_that_somebody_typed_vouches_for_nothing(store: Store) -> None:
    """The intruder files a request whose title is the hash of the table they will slip in."""
    forged = b"centre_id,staff\nEC001,999\n"
    sha256 = hashlib.sha256(forged).hexdigest()
    steps.submitted(store, title=sha256, justification=sha256)
    with unguarded(store) as session:
        session.connection().execute(
            text("UPDATE data_set SET content = :content, sha256 = :sha"),
            {"content": forged, "sha": sha256},
        )
        assert ("data_set", "1") in findings(session)


BROKEN_NEED = ("special_need", "SN2027-013")


def test_what_sqlite_keeps_in_the_wrong_form_is_found(sqlite_databases: Databases) -> None:
    """Text where bytes belong, bytes where a day belongs: named, not stumbled over."""
    address = sqlite_databases.copy_of("lived", lived)
    store = opened(address, Clock())
    for statement, found in (
        ("UPDATE data_set SET content = 'forged' WHERE id = 1", ("data_set", "1")),
        ("UPDATE snapshot SET content = X'FF' WHERE id = 1", ("snapshot", "1")),
        (
            "UPDATE special_need SET need_by = 'x' WHERE id = 'SN2027-013'",
            ("special_need", "SN2027-013"),
        ),
    ):
        with unguarded(store) as session:
            session.connection().execute(text(statement))
            assert found in findings(session)
    store.close()
    sqlite_databases.remove(address)
