"""The beginning: the sample round that fills a new database, and its first administrator.

Source: workflow, signing in.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.policy_reading import policy_from_toml
from budget.files import policy_toml, round_folder
from budget.files.tables import file_bytes, text_from
from budget.storage import trail
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Centre,
    DataSet,
    DivisionRules,
    Extension,
    Installation,
    Person,
    Policy,
    RoleGrant,
    Scenario,
    ScenarioVersion,
    Snapshot,
    SpecialNeed,
)
from budget.workflow import deadlines
from budget.workflow.deeds import to_plain
from budget.workflow.demonstration import (
    DEMONSTRATION,
    EXAMPLE_ASSESSMENT,
    EXAMPLE_DECISION,
    add_people,
    demonstration_identity,
    example_fields,
)
from budget.workflow.people import checked_person
from budget.workflow.roles import Role

SYSTEM = "system"
EXTENDED_DAYS = 14


def found_round(store: Store, kind: str, folder: Path) -> None:
    """Fill a new database with the round of a folder; several processes at once do it once.

    Raises:
        InputError: with every fault of the folder's files.
    """
    facts = round_folder.read_facts(folder)
    centres, requests, policy = round_folder.read_tables(folder)
    provinces = text_from(file_bytes(folder / round_folder.PROVINCES), round_folder.PROVINCES)
    divisions = round_folder.read_divisions(folder)
    now = store.clock()
    with store.writing() as session:
        if session.get(Installation, 1) is not None:
            return
        session.add(Installation(id=1, kind=kind, made_at=now))
        for row in centres.to_dict("records"):
            session.add(
                Centre(
                    centre_id=row["centre_id"],
                    name_ko=row.get("name_ko") or row["centre_id"],
                    name_en=row.get("name_en") or row["centre_id"],
                )
            )
        session.flush()
        system = Person(identity=SYSTEM, name="시스템", name_en="System")
        session.add(system)
        session.flush()
        people = add_people(session, now) if kind == DEMONSTRATION else {}
        round_ = BudgetRound(
            name_ko=facts.name_ko,
            name_en=facts.name_en,
            fiscal_year=facts.fiscal_year,
            state=facts.state,
            illustrative=facts.illustrative,
            provinces=provinces,
            requests_open=facts.dates["requests_open"],
            requests_close=facts.dates["requests_close"],
            decisions_due=facts.dates["decisions_due"],
            publication_due=facts.dates["publication_due"],
        )
        session.add(round_)
        session.flush()
        by = system.id or 0
        content = file_bytes(folder / round_folder.CENTRES)
        data_set = DataSet(
            round_id=round_.id or 0,
            number=1,
            sha256=centres.attrs["sha256"],
            content=content,
            note="",
            saved_by=by,
            saved_at=now,
        )
        session.add(data_set)
        session.flush()
        baseline = _baseline(session, round_, data_set, policy_toml(policy).decode(), by, now)
        round_.data_set_id, round_.baseline_id = data_set.id, baseline
        session.add(round_)
        _division_rules(session, round_, divisions, by, now)
        _record(
            session,
            now,
            "round",
            str(round_.id),
            facts.state,
            {
                **_told(round_, ("fiscal_year", "illustrative", "baseline_id", *DATES)),
                "people": (None, _grants(session)),
                "centres.csv": (None, centres.attrs["sha256"]),
                "policy.toml": (None, policy.policy.name),
                "requests.csv": (None, requests.attrs["sha256"]),
            },
        )
        for row in requests.to_dict("records"):
            _import_request(session, round_, row, people, by, now)
        if kind == DEMONSTRATION:
            _extend_one(session, round_, centres["centre_id"].iloc[0], now)


def _baseline(
    session: Session, round_: BudgetRound, data_set: DataSet, content: str, by: int, now: datetime
) -> int:
    """The default policy as the first version of the baseline scenario."""
    name = policy_from_toml(content, "policy.toml").policy.name
    row = Policy(
        round_id=round_.id or 0,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        saved_by=by,
        saved_at=now,
    )
    scenario = Scenario(
        round_id=round_.id or 0, name=name or "Baseline", version=1, made_by=by, made_at=now
    )
    session.add(row)
    session.add(scenario)
    session.flush()
    session.add(
        ScenarioVersion(
            scenario_id=scenario.id or 0,
            number=1,
            policy_id=row.id or 0,
            data_set_id=data_set.id or 0,
            considered="approved",
            note="",
            saved_by=by,
            saved_at=now,
        )
    )
    changes: dict[str, tuple[None, Any]] = {
        "name": (None, scenario.name),
        "policy_sha256": (None, row.sha256),
        "data_set_id": (None, data_set.id),
        "considered": (None, "approved"),
        "note": (None, ""),
        "rationales": (None, {}),
    }
    _record(session, now, "scenario", str(scenario.id), "version 1", changes)
    return scenario.id or 0


def _division_rules(
    session: Session, round_: BudgetRound, content: str, by: int, now: datetime
) -> None:
    """The folder's rules for divisions, if it has any, as their first version."""
    if not content:
        return
    row = DivisionRules(
        round_id=round_.id or 0,
        number=1,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        saved_by=by,
        saved_at=now,
    )
    session.add(row)
    session.flush()
    changes = {round_folder.DIVISIONS: (None, row.sha256), "round_id": (None, round_.id)}
    _record(session, now, "division_rules", str(row.id), "version 1", changes)


DATES = ("requests_open", "requests_close", "decisions_due", "publication_due")
IMPORTED = (
    "centre_id",
    "category",
    "title",
    "title_en",
    "requested_krw",
    "need_by",
    "justification",
    "lease_end",
    "condition",
    "new_address",
    "reviewer_id",
    "return_reason",
    "return_due",
    "feasible",
    "assessed_krw",
    "priority",
    "divisible",
    "assessed_by",
    "assessment",
    "approved_krw",
    "decided_by",
    "decision_reason",
)
"""What the record of an imported request tells of it."""
REVIEWED = ("in_review", "returned", "assessed", "approved", "rejected")


def _import_request(
    session: Session,
    round_: BudgetRound,
    row: Mapping[Any, Any],
    people: Mapping[str, int],
    system: int,
    now: datetime,
) -> None:
    """A request of requests.csv with its state, as far as the file knows it."""
    state = row.get("state") or ("approved" if row.get("approved_krw") else "submitted")
    head = people.get(demonstration_identity(Role.CENTRE_HEAD, row["centre_id"]), system)
    turn = int(row["request_id"][-1]) % 2 + 1 if row["request_id"][-1:].isdigit() else 1
    reviewer = people.get(demonstration_identity(Role.REVIEWER, str(turn)))
    planner = people.get(demonstration_identity(Role.PLANNER, "1"), system)
    requested = int(row["requested_krw"]) if row["requested_krw"] else None
    approved = int(row["approved_krw"]) if row["approved_krw"] else None
    is_draft = state == "draft"
    is_assessed = state in {"assessed", "approved", "rejected"}
    is_decided = state in {"approved", "rejected"}
    example = example_fields(row["category"], round_.fiscal_year) if people and not is_draft else {}
    submitted = datetime.fromisoformat(row["submitted_at"]) if row["submitted_at"] else now
    if submitted.tzinfo is None:
        submitted = submitted.replace(tzinfo=deadlines.KOREA)
    need = SpecialNeed(
        id=row["request_id"],
        round_id=round_.id or 0,
        centre_id=row["centre_id"],
        state=state,
        draft=trail.canonical(
            {
                "category": row["category"],
                "title": row["title"],
                "requested_krw": f"{requested:,}" if requested else "",
                **{name: str(value) for name, value in example.items()},
            }
        ),
        written_by=head,
        edited_by=head,
        edited_at=submitted if not is_draft else now,
        snapshots=0 if is_draft else 1,
        category="" if is_draft else row["category"],
        title="" if is_draft else row["title"],
        title_en=row.get("title_en") or "",
        requested_krw=None if is_draft else requested,
        submitted_at=None if is_draft else submitted,
        reviewer_id=reviewer if state in REVIEWED else None,
        return_due=_until(round_, now) if state == "returned" else None,
        return_reason="견적서와 현장 사진을 첨부하여 주시기 바랍니다."
        if state == "returned"
        else "",
        feasible=state != "rejected" if is_assessed else None,
        assessed_krw=(approved or requested or 0) if is_assessed else None,
        priority=int(row["priority"]) if row["priority"] and is_assessed else None,
        divisible=row["divisible"].lower() == "true" if is_assessed else None,
        assessed_by=reviewer if is_assessed else None,
        assessed_at=submitted if is_assessed else None,
        approved_krw=approved,
        assessment=EXAMPLE_ASSESSMENT if example and is_assessed else "",
        decided_by=planner if is_decided else None,
        decided_at=submitted if is_decided else None,
        decision_reason=EXAMPLE_DECISION if example and is_decided else "",
    )
    for name, value in example.items():
        setattr(need, name, value)
    session.add(need)
    session.flush()
    changes = _told(need, [name for name in IMPORTED if getattr(need, name) not in {None, ""}])
    if not is_draft:
        content = trail.canonical(
            {
                "category": need.category,
                "title": need.title,
                "requested_krw": need.requested_krw,
                **{name: to_plain(value) for name, value in example.items()},
                "files": [],
            }
        )
        snapshot = Snapshot(
            special_need_id=need.id,
            number=1,
            content=content,
            sha256=hashlib.sha256(content.encode()).hexdigest(),
            submitted_by=head,
            submitted_at=submitted,
        )
        session.add(snapshot)
        changes["snapshot"] = (None, snapshot.sha256)
    _record(session, now, "special_need", need.id, state, changes)


def _told(row: SQLModel, names: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """Fields of a new row, as its record tells them."""
    return {name: (None, to_plain(getattr(row, name))) for name in names}


def _grants(session: Session) -> dict[str, list[str]]:
    """The roles of the demonstration's people: identity -> name, role, centre."""
    return {
        person.identity: [person.name, grant.role, grant.centre_id or ""]
        for grant, person in session.exec(
            select(RoleGrant, Person).join(Person, col(Person.id) == col(RoleGrant.person_id))
        )
    }


def _until(round_: BudgetRound, now: datetime) -> date:
    """Two weeks on, but not after decisions are due, unless that day itself has passed."""
    today = deadlines.korean_day(now)
    until = today + timedelta(days=EXTENDED_DAYS)
    return min(until, round_.decisions_due) if today <= round_.decisions_due else until


def _extend_one(session: Session, round_: BudgetRound, centre_id: str, now: datetime) -> None:
    """One centre of the demonstration may still write, so that a visitor can try it."""
    if round_.state not in {"open", "review"}:
        return
    until = max(round_.requests_close, _until(round_, now))
    session.add(Extension(round_id=round_.id or 0, centre_id=centre_id, until=until, set_at=now))
    _record(
        session,
        now,
        "centre",
        centre_id,
        "",
        {"deadline": (round_.requests_close.isoformat(), until.isoformat())},
    )


def _record(
    session: Session,
    now: datetime,
    kind: str,
    identifier: str,
    to_state: str,
    changes: Mapping[str, tuple[Any, Any]],
) -> None:
    system = session.exec(select(Person).where(Person.identity == SYSTEM)).one()
    trail.append(
        session,
        trail.Entry(
            at=now,
            person_id=system.id,
            identity=SYSTEM,
            role="",
            centre_id="",
            verb="found",
            object_kind=kind,
            object_id=identifier,
            outcome="done",
            from_state="",
            to_state=to_state,
            changes=json.loads(trail.canonical({k: list(v) for k, v in changes.items()})),
            reason="",
            based_on=None,
            key=f"found-{secrets.token_hex(16)}",
        ),
    )


def grant_first_administrator(store: Store, identity: str, name: str, reason: str) -> None:
    """Name an administrator on the machine itself: the first one, or after all have left.

    Raises:
        InputError: for texts that cannot be stored, and if there is an administrator; they grant
            roles in the browser.
    """
    faults, clean = checked_person(identity, name, reason)
    if faults:
        raise InputError(faults)
    identity, name, reason = clean["identity"], clean["name"], clean["reason"]
    now = store.clock()
    with store.writing() as session:
        taken = session.exec(
            select(RoleGrant).where(
                RoleGrant.role == Role.ADMINISTRATOR,
                RoleGrant.ended_at == None,  # noqa: E711 - SQL
            )
        ).first()
        if taken is not None:
            raise InputError(
                [
                    Fault(
                        "people",
                        "",
                        identity,
                        N_("no administrator yet; there is one, who grants roles in the browser"),
                    )
                ]
            )
        person = session.exec(select(Person).where(Person.identity == identity)).first()
        if person is None:
            person = Person(identity=identity, name=name)
            session.add(person)
            session.flush()
        session.add(RoleGrant(person_id=person.id or 0, role=Role.ADMINISTRATOR, granted_at=now))
        trail.append(
            session,
            trail.Entry(
                at=now,
                person_id=None,
                identity=SYSTEM,
                role="",
                centre_id="",
                verb="grant_role",
                object_kind="person",
                object_id=str(person.id),
                outcome="done",
                from_state="",
                to_state="",
                changes={
                    "identity": (None, person.identity),
                    "name": (None, person.name),
                    "role": (None, str(Role.ADMINISTRATOR)),
                    "centre_id": (None, None),
                },
                reason=reason,
                based_on=None,
                key=f"first-{secrets.token_hex(16)}",
            ),
        )
