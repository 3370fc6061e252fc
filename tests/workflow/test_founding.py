"""The beginning: a new database is filled once, and opened only for what it is for."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import inspect, text
from sqlmodel import func, select

from budget.allocation.faults import InputError
from budget.files.inputs import read_requests
from budget.storage import store as storage
from budget.storage.store import Store, opened
from budget.storage.tables import (
    BudgetRound,
    Installation,
    Person,
    RoleGrant,
    Snapshot,
    SpecialNeed,
)
from budget.workflow import (
    founding,
    installation,
    needs_seen,
    people,
    proving,
    review,
    rounds,
    saved_scenarios,
    special_needs,
)
from budget.workflow.demonstration import DEMONSTRATION
from budget.workflow.fields import FIELDS
from budget.workflow.founding_requests import two_weeks_on
from budget.workflow.installation import MINISTRY
from budget.workflow.refusals import Forbidden
from tests.storage import released
from tests.storage.databases import (
    SAMPLE,
    Clock,
    administrator,
    auditor,
    head,
    key,
    lead,
    planner,
    reviewer,
)
from tests.workflow import steps


def environment(address: str) -> dict[str, str]:
    return {"DATABASE_URL": address}


def test_the_sample_s_requests_stand_where_their_file_says(store: Store) -> None:
    given = read_requests(SAMPLE / "requests.csv").set_index("request_id")
    with store.reading() as session:
        needs = {need.id: need for need in session.exec(select(SpecialNeed)).all()}
        snapshots = Counter(session.exec(select(Snapshot.special_need_id)).all())
    assert set(given.index) <= set(needs)
    for need_id, line in given.iterrows():
        need = needs[str(need_id)]
        assert (need.state, need.centre_id) == (line["state"], line["centre_id"])
        assert str(need.approved_krw or "") == line["approved_krw"]
        if need.state == "draft":
            assert (need.snapshots, need.title) == (0, "")
        else:
            assert (need.snapshots, need.title) == (1, line["title"])
            assert str(need.requested_krw) == line["requested_krw"]
        assert snapshots[need.id] == need.snapshots


def test_the_imported_requests_can_be_worked_on(own_store: Store) -> None:
    """Nothing of the sample is a dead end: each state's next step works."""
    store = own_store
    waiting = needs_seen.need(store, planner(), "SN2027-056")
    taken = review.claim(store, reviewer(1), waiting.id, based_on=waiting.version, key=key())
    assert taken.state == "in_review"
    assessed = needs_seen.need(store, planner(), "SN2027-011")
    assert (
        steps.approve(store, assessed, by=planner(2), approved_krw=57_940_000).state == "approved"
    )
    back = needs_seen.need(store, head("EC094"), "SN2027-033")
    assert back.can_submit
    again = special_needs.submit(store, head("EC094"), back.id, based_on=back.version, key=key())
    assert (again.state, again.snapshots) == ("submitted", 2)


def test_the_sample_s_requests_say_what_a_request_must_say(store: Store) -> None:
    """Every field that a submission needs, each text marked as an example; drafts are unwritten."""
    for need in needs_seen.queue(store, planner()):
        asked = [field for field in FIELDS if field.only_for in {"", need.category}]
        assert all(getattr(need, field.name) for field in asked), need.id
        assert need.justification.startswith("(예시)")
        assert need.need_by is not None
        assert need.need_by.year == 2027
        if need.assessed_krw is not None:
            assert need.assessment.startswith("(예시)")
        assert bool(need.decision_reason) == (need.state in {"approved", "rejected"})
        assert bool(need.withdrawal_reason) == (need.state == "withdrawn")
        assert bool(need.return_reason) == (need.state == "returned")


def test_each_request_of_the_sample_says_something_of_its_own(store: Store) -> None:
    queue = needs_seen.queue(store, planner())
    for name in ("justification", "condition", "assessment", "decision_reason"):
        texts = [text for need in queue if (text := getattr(need, name))]
        assert len(set(texts)) > 0.8 * len(texts), name


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-11-10T09:00:00", "2026-11-24"),
        ("2026-11-22T09:00:00", "2026-11-27"),
        ("2026-11-27T09:00:00", "2026-11-27"),
        ("2026-11-28T09:00:00", "2026-12-12"),
    ],
)
def test_no_deadline_of_the_sample_lies_behind_its_decisions(moment: str, until: str) -> None:
    """Unless the decisions are late already: then a visitor can still try it."""
    clock = Clock()
    clock.set(moment)
    round_ = SimpleNamespace(decisions_due=date(2026, 11, 27))
    assert two_weeks_on(cast(BudgetRound, round_), clock()).isoformat() == until


def test_the_demonstration_has_everybody_it_takes(store: Store) -> None:
    found = people.people(store, auditor())
    roles = Counter(str(role.role) for person in found for role in person.roles)
    assert roles == {
        "centre_head": 174,
        "reviewer": 2,
        "planner": 2,
        "lead": 2,
        "auditor": 1,
        "administrator": 1,
    }
    assert rounds.who_is(store, head("EC174")).centres == ("EC174",)
    assert saved_scenarios.scenarios(store, lead())[0].name == "Default rules"


def test_what_was_founded_is_in_the_trail_and_whole(store: Store, clock: Clock) -> None:
    made = steps.records(store)
    assert {record.verb for record in made} == {"found"}
    assert Counter(record.object_kind for record in made) == {
        "round": 1,
        "scenario": 1,
        "division_rules": 1,
        "special_need": 63,
        "centre": 1,
    }
    assert {(record.identity, record.at) for record in made} == {("system", clock())}
    assert proving.verify(store, auditor()).is_whole


def test_a_database_is_filled_once(founded_address: str, clock: Clock) -> None:
    before = opened(founded_address, clock)
    number = steps.length(before)
    with steps.unchanged(before):
        again = installation.open_store(environment(founded_address), DEMONSTRATION)
        again.close()
    assert steps.length(before) == number
    before.close()


def test_several_processes_that_start_at_once_fill_it_once(empty_address: str) -> None:
    def start(_process: int) -> int:
        store = installation.open_store(environment(empty_address), DEMONSTRATION)
        try:
            return steps.length(store)
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(start, range(2))) == {67}


def test_the_demonstration_opens_no_ministry_s_database(empty_address: str) -> None:
    installation.open_store(environment(empty_address), MINISTRY).close()
    with pytest.raises(InputError) as caught:
        installation.open_store(environment(empty_address), DEMONSTRATION)
    assert "demonstration" in str(caught.value)
    store = installation.open_store(environment(empty_address), MINISTRY)
    with store.reading() as session:
        assert session.get_one(Installation, 1).kind == MINISTRY
        # nobody of the demonstration gets in
        assert session.exec(select(func.count()).select_from(RoleGrant)).one() == 0
        assert [person.identity for person in session.exec(select(Person)).all()] == ["system"]
    for who in (administrator(), planner(), head(), "system"):
        with pytest.raises(Forbidden):
            rounds.who_is(store, who)
    store.close()


def test_the_ministry_opens_no_demonstration_s_database(founded_address: str) -> None:
    with pytest.raises(InputError) as caught:
        installation.open_store(environment(founded_address), MINISTRY)
    assert "ministry" in str(caught.value)


def test_the_first_administrator_is_named_on_the_machine_and_only_the_first(
    empty_address: str,
) -> None:
    store = installation.open_store(environment(empty_address), MINISTRY)
    founding.grant_first_administrator(store, "issuer|first", "박하나", "개시")
    made = steps.last_record(store)
    assert (made.verb, made.identity, made.reason) == ("grant_role", "system", "개시")
    with pytest.raises(InputError):
        founding.grant_first_administrator(store, "issuer|second", "최둘", "사유")
    people.grant(
        store,
        "issuer|first",
        "issuer|auditor",
        "감사",
        "auditor",
        reason="발령",
        key=key(),
    )
    assert proving.verify(store, "issuer|auditor").is_whole
    assert rounds.present(store, "issuer|first").state == "review"
    store.close()


def test_without_an_address_it_is_a_file_of_its_own_in_the_data_folder(tmp_path: Path) -> None:
    folder = {"BUDGET_DATA_DIR": str(tmp_path / "new" / "folder")}
    addresses = {installation.database_address(folder, kind) for kind in (DEMONSTRATION, MINISTRY)}
    assert addresses == {
        f"sqlite:///{tmp_path}/new/folder/demonstration.sqlite3",
        f"sqlite:///{tmp_path}/new/folder/ministry.sqlite3",
    }


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        installation.database_address({"BUDGET_DATA_DIR": str(tmp_path / "file")}, DEMONSTRATION)
    assert steps.places(caught.value) == ["BUDGET_DATA_DIR"]


def test_a_faulty_sample_leaves_an_empty_database(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    asked = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'new.sqlite3'}",
        "BUDGET_DATA": str(tmp_path / "sample"),
    }
    with pytest.raises(InputError):
        installation.open_store(asked, DEMONSTRATION)
    store = installation.open_store({**asked, "BUDGET_DATA": str(SAMPLE)}, DEMONSTRATION)
    assert rounds.present(store, head()).fiscal_year == 2027
    store.close()


@pytest.mark.parametrize("changed", ["identity", "name", "reason"])
def test_the_first_administrator_has_identity_name_and_reason(
    empty_address: str, changed: str
) -> None:
    store = installation.open_store(environment(empty_address), MINISTRY)
    given = {"identity": "issuer|1", "name": "홍길동", "reason": "설치", changed: " \u200b"}
    with pytest.raises(InputError, match=changed):
        founding.grant_first_administrator(store, **given)
    with pytest.raises(Forbidden):
        rounds.who_is(store, "issuer|1")
    store.close()


def test_a_ministry_s_database_of_old_is_refused_untouched(empty_address: str) -> None:
    """The demonstration neither uses it nor brings its schema up."""
    engine = released.migrated(empty_address, "0001")
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO installation VALUES (1, 'ministry', '2026-01-01 00:00:00')")
        )
    with pytest.raises(InputError, match="demonstration"):
        installation.open_store(environment(empty_address), DEMONSTRATION)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert found == "0001"
    engine.dispose()


def test_another_program_s_database_is_refused_untouched(empty_address: str) -> None:
    engine = storage._engine(storage._url(empty_address))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE cookbook (id INTEGER PRIMARY KEY)"))
    for kind in (DEMONSTRATION, MINISTRY):
        with pytest.raises(InputError, match="other tables"):
            installation.open_store(environment(empty_address), kind)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == ["cookbook"]
    engine.dispose()
