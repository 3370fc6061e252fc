"""People and their roles; only the administrator grants and ends them.

Source: workflow, roles.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.storage.tables import Centre, Person, RoleGrant, TrailRecord
from budget.workflow import fields
from budget.workflow.deeds import Act, acting, known, looking
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, NotNow
from budget.workflow.roles import ROLE_NAMES, Role, Subject, Verb

IDENTITY = fields.Field("identity", N_("Identity"), 200)
NAME = fields.Field("name", N_("Name"), 80)


@dataclass(frozen=True)
class Granted:
    """A role of a person in force.

    Attributes:
        centre_id: the centre of a centre head, else "".
    """

    id: int
    role: Role
    centre_id: str
    since: datetime


@dataclass(frozen=True)
class Listed:
    """A person with the roles in force."""

    id: int
    identity: str
    name: str
    name_en: str
    version: int
    roles: tuple[Granted, ...]


def people(store: Store, who: str) -> list[Listed]:
    """Everybody, with the roles in force.

    Raises:
        Forbidden: for anybody but administrators and auditors.
    """
    with looking(store, who, Verb.SEE_PEOPLE) as act:
        act.allow(Subject("person", ""))
        return _listed(act)


def _listed(act: Act) -> list[Listed]:
    grants: dict[int, list[Granted]] = {}
    for grant in act.session.exec(
        select(RoleGrant).where(col(RoleGrant.ended_at).is_(None)).order_by(col(RoleGrant.id))
    ).all():
        grants.setdefault(grant.person_id, []).append(
            Granted(grant.id or 0, Role(grant.role), grant.centre_id or "", grant.granted_at)
        )
    rows = act.session.exec(select(Person).order_by(Person.name)).all()
    return [
        Listed(
            row.id or 0,
            row.identity,
            row.name,
            row.name_en,
            row.version,
            tuple(grants.get(row.id or 0, ())),
        )
        for row in rows
    ]


def reviewers(store: Store, who: str) -> list[Listed]:
    """Everybody who reviews, for whoever assigns requests.

    Raises:
        Forbidden: for anybody but planners.
    """
    with looking(store, who, Verb.ASSIGN) as act:
        act.allow(Subject("special_need", ""))
        return [
            person
            for person in _listed(act)
            if any(granted.role == Role.REVIEWER for granted in person.roles)
        ]


def grant(
    store: Store,
    who: str,
    identity: str,
    name: str,
    role: str,
    *,
    centre_id: str = "",
    reason: str,
    key: str,
) -> None:
    """Give somebody a role; who is not known yet becomes known.

    Args:
        identity: what their sign-in gives: issuer and subject.
        centre_id: the centre of a centre head.

    Raises:
        Forbidden: for anybody but the administrator.
        InputError: with every field that is not right.
        NotNow: if they have the role already.
    """
    with acting(store, who, Verb.GRANT_ROLE, key, identity, name, role, centre_id, reason) as act:
        act.allow(Subject("person", identity[:80]))
        if act.is_repeated:
            return
        add_grant(act, identity, name, role, centre_id, reason)


def checked_person(identity: str, name: str, reason: str) -> tuple[list[Fault], dict[str, str]]:
    """Who is given a role and why: every fault, and the texts as they may be stored."""
    faults: list[Fault] = []
    clean = {"identity": "", "name": "", "reason": ""}
    for field, text in ((IDENTITY, identity), (NAME, name)):
        try:
            clean[field.name] = fields.checked_name(text, field)
        except InputError as error:
            faults += error.faults
    try:
        clean["reason"] = fields.reason_text(reason)
    except InputError as error:
        faults += error.faults
    return faults, clean


def add_grant(act: Act, identity: str, name: str, role: str, centre_id: str, reason: str) -> None:
    """The same, inside a deed."""
    faults, clean = checked_person(identity, name, reason)
    if role not in set(Role):
        faults.append(Fault("", "role", role[:40], N_("one of the six roles")))
    is_head = role == Role.CENTRE_HEAD
    if is_head and known(act.session, Centre, centre_id) is None:
        faults.append(Fault("", "centre_id", centre_id[:40], N_("a centre of the round")))
    if faults:
        raise InputError(faults)
    person = act.session.exec(select(Person).where(Person.identity == clean["identity"])).first()
    if person is None:
        person = Person(identity=clean["identity"], name=clean["name"])
        act.session.add(person)
        act.session.flush()
    same = act.session.exec(
        select(RoleGrant).where(
            RoleGrant.person_id == person.id,
            RoleGrant.role == role,
            col(RoleGrant.ended_at).is_(None),
            RoleGrant.centre_id == (centre_id if is_head else None),
        )
    ).first()
    if same is not None:
        raise NotNow(N_("This person has this role already."))
    act.session.add(
        RoleGrant(
            person_id=person.id or 0,
            role=role,
            centre_id=centre_id if is_head else None,
            granted_at=act.now,
        )
    )
    person.version += 1
    act.session.add(person)
    act.record(
        changes={
            "identity": (None, person.identity),
            "name": (None, person.name),
            "role": (None, role),
            "centre_id": (None, centre_id if is_head else None),
        },
        reason=clean["reason"],
        made=Subject("person", str(person.id)),
    )


def end(store: Store, who: str, grant_id: int, reason: str, *, based_on: int, key: str) -> None:
    """End a role; it takes effect with the person's next call, in open sessions too.

    Args:
        based_on: the version of the person that was seen.

    Raises:
        Forbidden: for anybody but the administrator, and if there is no such role.
        InputError: without a reason.
        NotNow: for the last administrator's role.
        Conflict: if somebody else changed the person's roles since.
    """
    with acting(store, who, Verb.END_ROLE, key, grant_id, reason) as act:
        row = known(act.session, RoleGrant, grant_id)
        act.allow(Subject("person", str(row.person_id) if row else ""))
        if act.is_repeated:
            return
        if row is None or row.ended_at is not None:
            raise Forbidden(NOT_YOURS)
        person = act.session.get_one(Person, row.person_id)
        change = ("role", _roles_in_force(act, person))
        others = act.others_changes(
            person.version - based_on,
            {Verb.GRANT_ROLE: change, Verb.END_ROLE: change},
            TrailRecord.object_id == str(person.id),
        )
        if others:
            raise Conflict(others, person.version)
        why = fields.reason_text(reason)
        another = act.session.exec(
            select(RoleGrant).where(
                RoleGrant.role == Role.ADMINISTRATOR,
                col(RoleGrant.ended_at).is_(None),
                RoleGrant.id != row.id,
            )
        ).first()
        if row.role == Role.ADMINISTRATOR and another is None:
            raise NotNow(N_("The last administrator stays: nobody else could grant roles."))
        row.ended_at = act.now
        person.version += 1
        act.session.add(row)
        act.session.add(person)
        act.record(
            changes={
                "identity": (person.identity, person.identity),
                "role": (row.role, None),
                "centre_id": (row.centre_id, None),
            },
            reason=why,
            based_on=based_on,
            made=Subject("person", str(person.id)),
        )


def _roles_in_force(act: Act, person: Person) -> str:
    grants = act.session.exec(
        select(RoleGrant)
        .where(RoleGrant.person_id == person.id, col(RoleGrant.ended_at).is_(None))
        .order_by(col(RoleGrant.id))
    ).all()
    names = (f"{ROLE_NAMES[grant.role]} {grant.centre_id or ''}".strip() for grant in grants)
    return ", ".join(names) or "–"
