"""The beginning: the sample round that fills a new database, and its first administrator.

Source: workflow, signing in.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

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
)
from budget.workflow.demonstration import DEMONSTRATION, add_people
from budget.workflow.founding_requests import imported, told, two_weeks_on
from budget.workflow.people import checked_person
from budget.workflow.roles import Role

SYSTEM = "system"


def found_round(store: Store, kind: str, folder: Path) -> None:
    """Fill a new database with the round of a folder; several processes at once do it once.

    Raises:
        InputError: with every fault of the folder's files.
    """
    facts = round_folder.read_facts(folder)
    centres, requests, policy = round_folder.read_tables(folder)
    provinces = text_from(file_bytes(folder / round_folder.PROVINCES), round_folder.PROVINCES)
    divisions = round_folder.read_divisions(folder)
    texts = round_folder.read_request_texts(folder) if kind == DEMONSTRATION else {}
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
                **told(round_, ("fiscal_year", "illustrative", "baseline_id", *DATES)),
                "people": (None, _grants(session)),
                "centres.csv": (None, centres.attrs["sha256"]),
                "policy.toml": (None, policy.policy.name),
                "requests.csv": (None, requests.attrs["sha256"]),
            },
        )
        for row in requests.to_dict("records"):
            need, changes = imported(
                session, round_, row, texts.get(row["request_id"], {}), people, by, now
            )
            _record(session, now, "special_need", need.id, need.state, changes)
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


def _grants(session: Session) -> dict[str, list[str]]:
    """The roles of the demonstration's people: identity -> name, role, centre."""
    return {
        person.identity: [person.name, grant.role, grant.centre_id or ""]
        for grant, person in session.exec(
            select(RoleGrant, Person).join(Person, col(Person.id) == col(RoleGrant.person_id))
        )
    }


def _extend_one(session: Session, round_: BudgetRound, centre_id: str, now: datetime) -> None:
    """One centre of the demonstration may still write, so that a visitor can try it."""
    if round_.state not in {"open", "review"}:
        return
    until = max(round_.requests_close, two_weeks_on(round_, now))
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
