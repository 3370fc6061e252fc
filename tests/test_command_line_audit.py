"""The command line on the database: the trail proven, the first administrator named."""

import sqlite3
from pathlib import Path

import pytest

from budget.__main__ import main
from budget.storage.store import opened
from budget.workflow import installation, people, proving, rounds
from budget.workflow.refusals import Forbidden
from tests.storage.databases import Clock, Databases, auditor, key, lead, sqlite_path

VERIFY = ["audit", "verify", "--kind", "demonstration"]


@pytest.fixture
def database(sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A demonstration that DATABASE_URL names."""
    address = sqlite_databases.founded()
    monkeypatch.setenv(installation.DATABASE, address)
    return sqlite_path(address)


def test_a_whole_trail(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Status 0, and the number and hash to write down."""
    assert main(VERIFY) == 0
    said = capsys.readouterr().out
    number, _colon, text = said.rpartition("; ")[2].strip().partition(":")
    assert said.startswith(f"whole: {number} records")
    assert len(text) == 64
    assert main([*VERIFY, "--expect", f"{number}:{text}"]) == 0


def test_the_first_broken_record_is_named(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A record changed behind the triggers' back: status 4, its number and why."""
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER trail_record_no_update")
        connection.execute("UPDATE trail_record SET reason = 'nothing' WHERE number IN (7, 9)")
    assert main(VERIFY) == 4
    assert "record 7: its content is not what its hash was made of" in capsys.readouterr().err


def test_a_tail_that_was_cut_off_is_found_by_what_was_written_down(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody undoes the deed and its record and puts the guard back: what is left is whole, but
    the record that was written down is not there."""
    store = opened(f"sqlite:///{database}", Clock())
    shown = rounds.present(store, lead())
    rounds.move(store, lead(), "decided", "enough", based_on=shown.version, key=key())
    verdict = proving.verify(store, auditor()).trail
    store.close()
    with sqlite3.connect(database) as connection:
        guard = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'trail_record_no_delete'"
        ).fetchone()[0]
        connection.execute("DROP TRIGGER trail_record_no_delete")
        connection.execute("DELETE FROM trail_record WHERE number = ?", (verdict.records,))
    assert main(VERIFY) == 4
    assert {"guard trail_record_no_delete", "round 1"} <= {
        line.partition(":")[0] for line in capsys.readouterr().err.splitlines()
    }
    with sqlite3.connect(database) as connection:
        connection.execute(guard)
        connection.execute("UPDATE budget_round SET state = 'review'")
    assert main(VERIFY) == 0
    capsys.readouterr()
    assert main([*VERIFY, "--expect", f"{verdict.records}:{verdict.last_hash}"]) == 4
    assert f"record {verdict.records}" in capsys.readouterr().err


def test_a_request_whose_state_was_changed_by_hand_is_named(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The trail is whole, but vouches for another state."""
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE special_need SET state = 'approved' WHERE id = 'SN2027-011'")
    assert main(VERIFY) == 4
    assert "special_need SN2027-011" in capsys.readouterr().err


def test_bad_arguments(database: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Status 2: no hash, no database."""
    assert main([*VERIFY, "--expect", "7:abc"]) == 2
    monkeypatch.delenv(installation.DATABASE)
    monkeypatch.setenv(installation.FOLDER, str(tmp_path))
    assert main(VERIFY) == 2
    assert not list(tmp_path.iterdir())


def test_the_first_administrator_is_named_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the machine, with a reason; the second one is granted the role in the browser."""
    monkeypatch.delenv(installation.DATABASE, raising=False)
    monkeypatch.setenv(installation.FOLDER, str(tmp_path))
    named = ["people", "administrator", "--name", "홍길동", "--reason", "설치", "--identity"]
    assert main([*named, "https://issuer|1"]) == 0
    assert main([*named, "https://issuer|2"]) == 2
    store = installation.open_store({installation.FOLDER: str(tmp_path)}, installation.MINISTRY)
    assert [
        person.identity for person in people.people(store, "https://issuer|1") if person.roles
    ] == ["https://issuer|1"]
    with pytest.raises(Forbidden):
        people.people(store, "https://issuer|2")
    store.close()
