"""How a deed is done: who asks, may they, was it done before, what is recorded.

    with acting(store, who, Verb.SUBMIT, key, request_id) as act:
        need = act.need(request_id)            # role and object are checked here
        if not act.is_repeated:
            ...                                # conditions, changes
            act.record(...)                    # one record in the trail

Everything happens in one transaction that writes alone. A refused deed is rolled back, then
recorded as refused. The same key again (a double click, a resent form, a lost answer) does
nothing and gives what there is; with another wish it is refused.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from budget.allocation.faults import N_, Fault, InputError
from budget.storage import trail
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    DivisionPlan,
    Person,
    RoleGrant,
    SpecialNeed,
    TrailRecord,
)
from budget.workflow import fields
from budget.workflow.fields import check_version
from budget.workflow.refusals import (
    NO_ROLE,
    NOT_YOURS,
    UNKNOWN_PERSON,
    Conflict,
    Forbidden,
    NotNow,
    OtherDeed,
    OthersChange,
    Refusal,
)
from budget.workflow.roles import PERMISSIONS, Role, Scope, Subject, Verb

MOST_KEY = 80
MOST_RECORDS = 1000
STATE = "state"


@dataclass(frozen=True)
class Actor:
    """Somebody who is signed in, with the roles that they have now.

    Attributes:
        grants: (role, centre id or "") of each role in force.
    """

    id: int
    identity: str
    name: str
    name_en: str
    grants: tuple[tuple[Role, str], ...]

    def has(self, *roles: Role) -> bool:
        """Whether the person has one of these roles."""
        return any(role in roles for role, _centre in self.grants)

    @property
    def centres(self) -> tuple[str, ...]:
        """The centres that the person heads."""
        return tuple(centre for role, centre in self.grants if role == Role.CENTRE_HEAD)

    def may(self, verb: Verb) -> bool:
        """Whether any role of the person has this verb, on some object: for menus only."""
        return self.has(*PERMISSIONS[verb])

    def role_for(self, verb: Verb, subject: Subject) -> tuple[Role, str] | None:
        """The role, and its centre, under which the person may do this to this object."""
        scopes = PERMISSIONS[verb]
        for role, centre in self.grants:
            scope = scopes.get(role)
            if (
                scope == Scope.ANY
                or (scope == Scope.OWN_CENTRE and centre and centre == subject.centre_id)
                or (scope == Scope.HELD and subject.reviewer_id == self.id)
                or (
                    scope == Scope.UNCLAIMED
                    and subject.is_unclaimed
                    and subject.reviewer_id in {None, self.id}
                )
            ):
                return role, centre
        return None


def actor(session: Session, identity: str) -> Actor:
    """The person behind an identity, with the roles of this moment.

    Raises:
        Forbidden: if nobody is known by it, or they have no role.
    """
    person = (
        session.exec(select(Person).where(Person.identity == identity)).first()
        if is_possible(identity)
        else None
    )
    if person is None or person.id is None:
        raise Forbidden(UNKNOWN_PERSON)
    grants = session.exec(
        select(RoleGrant)
        .where(RoleGrant.person_id == person.id, col(RoleGrant.ended_at).is_(None))
        .order_by(col(RoleGrant.id))
    ).all()
    if not grants:
        raise Forbidden(UNKNOWN_PERSON)
    return Actor(
        person.id,
        person.identity,
        person.name,
        person.name_en,
        tuple((Role(grant.role), grant.centre_id or "") for grant in grants),
    )


@dataclass
class Act:
    """A deed under way.

    Attributes:
        now: the server's clock when it began; one moment for the whole deed.
        asked: the hash of what the deed is asked to do.
        repeated: the record of the same deed, if it was done before.
    """

    store: Store
    session: Session
    verb: Verb
    key: str
    now: datetime
    person: Actor
    asked: str = ""
    repeated: TrailRecord | None = None
    _subject: Subject | None = None
    _role: tuple[Role, str] | None = field(default=None)

    @property
    def is_repeated(self) -> bool:
        """Whether the deed was done before; nothing is to be done."""
        return self.repeated is not None and not self._is_another

    @property
    def _is_another(self) -> bool:
        """Whether the key belongs to a deed with another wish, or of somebody else."""
        earlier = self.repeated
        return earlier is not None and (
            (earlier.identity, earlier.verb) != (self.person.identity, str(self.verb))
            or earlier.asked not in {"", self.asked}
        )

    def allow(self, subject: Subject) -> None:
        """Check role and object.

        Raises:
            Forbidden: if no role of the person allows this verb on this object, or the key
                belongs to another deed.
        """
        self._subject = subject
        self._role = self.person.role_for(self.verb, subject)
        if self._role is None:
            raise Forbidden(NOT_YOURS if self.person.may(self.verb) else NO_ROLE)
        if self._is_another:
            raise OtherDeed

    def need(self, request_id: str) -> SpecialNeed:
        """A request, once role and object have been checked.

        Raises:
            Forbidden: if there is none, or it is not for this person.
        """
        need = known(self.session, SpecialNeed, request_id)
        if need is None:
            self._subject = Subject("special_need", request_id)
            raise Forbidden(NOT_YOURS if self.person.may(self.verb) else NO_ROLE)
        self.allow(need_subject(need))
        return need

    def round(self, round_id: int | None = None) -> BudgetRound:
        """A round; the present one if none is named."""
        found = present_round(self.session) if round_id is None else None
        return found or self.session.get_one(BudgetRound, round_id)

    def unchanged(
        self, row: SpecialNeed | DivisionPlan, based_on: int, fields: Sequence[str] = ()
    ) -> None:
        """Nobody else has changed the row since the version that the deed is based on.

        Args:
            fields: only these and the state matter; none given: all.

        Raises:
            Conflict: with who changed what.
            InputError: if no row could have such a version.
        """
        check_version(based_on)
        stamps: dict[str, list[Any]] = json.loads(row.stamps)
        draft = json.loads(row.draft)
        changes = []
        for name, stamp in stamps.items():
            if fields and name not in fields and name != STATE:
                continue
            version, person_id, at = self._others_stamp(stamp)
            if version > based_on:
                other = self.session.get_one(Person, person_id)
                theirs = row.state if name == STATE else draft.get(name, getattr(row, name, ""))
                changes.append(
                    OthersChange(
                        name, other.name, other.name_en, datetime.fromisoformat(at), str(theirs)
                    )
                )
        if changes:
            raise Conflict(changes, row.version)

    def _others_stamp(self, stamp: Sequence[Any]) -> tuple[int, int, str]:
        """Version, person and moment of a field's last change by anybody else; version 0: none."""
        if stamp[1] != self.person.id:
            return stamp[0], stamp[1], stamp[2]
        return tuple(stamp[3]) if len(stamp) > 3 else (0, 0, "")

    def stamp(self, stamps: dict[str, Any], name: str, version: int) -> None:
        """Note who changes a field of a row; the last change by anybody else stays noted beside it.

        So a colleague's change is told to a page of old even where one's own, made in between on
        another page, lies on top of it.
        """
        own = [version, self.person.id, self.now.isoformat()]
        others = self._others_stamp(stamps[name]) if name in stamps else (0, 0, "")
        stamps[name] = [*own, list(others)] if others[0] else own

    def others_changes(
        self, versions: int, fields: Mapping[str, tuple[str, str]], *conditions: Any
    ) -> list[OthersChange]:
        """What others did to an object without stamps in its last versions, by the trail.

        Args:
            versions: how many there are since the one that the deed is based on.
            fields: verb that makes a version -> the field that it changes, and what stands there.
        """
        found = self.session.exec(
            select(TrailRecord, Person)
            .join(Person, col(Person.id) == col(TrailRecord.person_id))
            .where(col(TrailRecord.verb).in_(fields), TrailRecord.outcome == "done", *conditions)
            .order_by(col(TrailRecord.number).desc())
            .limit(min(max(versions, 0), MOST_RECORDS))
        ).all()
        latest = {
            fields[record.verb][0]: (record, person)
            for record, person in reversed(found)
            if person.id != self.person.id
        }
        standing = dict(fields.values())
        return [
            OthersChange(field, person.name, person.name_en, record.at, standing[field])
            for field, (record, person) in latest.items()
        ]

    def change(self, row: SpecialNeed, **new: Any) -> dict[str, tuple[Any, Any]]:
        """Set fields of a request and stamp them; gives field -> (old, new) as plain data."""
        row.version += 1
        stamps = json.loads(row.stamps)
        changes = {}
        for name, value in new.items():
            old = getattr(row, name)
            if old != value:
                changes[name] = (to_plain(old), to_plain(value))
                if name not in fields.BY_NAME:  # theirs say who typed them, not who submitted
                    self.stamp(stamps, name, row.version)
                setattr(row, name, value)
        row.stamps = trail.canonical(stamps)
        row.edited_by, row.edited_at, row.last_key = self.person.id, self.now, self.key
        self.session.add(row)
        return changes

    @contextmanager
    def follow_up(self, mark: str | int) -> Iterator[None]:
        """What is recorded inside follows from this deed, under a key of its own.

        Args:
            mark: tells the follow-ups of one deed apart: an object, or their number.
        """
        own = self.key
        self.key = follow_up_key(own, mark)
        try:
            yield
        finally:
            self.key = own

    def record(
        self,
        *,
        from_state: str = "",
        to_state: str = "",
        changes: Mapping[str, tuple[Any, Any]] | None = None,
        reason: str = "",
        based_on: int | None = None,
        made: Subject | None = None,
    ) -> TrailRecord:
        """Append what was done to the trail.

        Args:
            made: the object that the deed made, if that is not the one it began with.

        Raises:
            InputError: if nothing could have the version that it is based on.
        """
        if based_on is not None:
            check_version(based_on)
        if self._subject is None or self._role is None:
            raise RuntimeError("a deed is recorded only after its rights were checked")
        role, centre = self._role
        return trail.append(
            self.session,
            trail.Entry(
                at=self.now,
                person_id=self.person.id,
                identity=self.person.identity,
                role=role,
                centre_id=centre,
                verb=self.verb,
                object_kind=(made or self._subject).kind,
                object_id=(made or self._subject).id,
                outcome="done",
                from_state=from_state,
                to_state=to_state,
                changes=changes or {},
                reason=reason,
                based_on=based_on,
                key=self.key,
                asked=self.asked,
            ),
        )


def follow_up_key(key: str, mark: str | int) -> str:
    """The key of a record that follows from a deed: always the same, and never another one's.

    It is longer than any key that somebody may give (`MOST_KEY`), so nobody can take it first.
    """
    return hashlib.sha512(trail.canonical([key, str(mark)]).encode()).hexdigest()


MOST_IDENTIFIER = 200


def known[Row: SQLModel](session: Session, table: type[Row], identifier: str | int) -> Row | None:
    """The row with an id; None if there is none, or if no id could be so (a forged address)."""
    return session.get(table, identifier) if is_possible(identifier) else None


def is_possible(identifier: str | int) -> bool:
    """Whether the database can be asked for it: PostgreSQL refuses NUL, both refuse surrogates."""
    if isinstance(identifier, int):
        return 0 < identifier < 2**31
    return len(identifier) <= MOST_IDENTIFIER and identifier.isprintable()


def _written(identifier: str) -> str:
    """An identifier, whatever somebody sent, as the trail can hold it."""
    return "".join(letter for letter in identifier[:MOST_IDENTIFIER] if letter.isprintable())


def to_plain(value: Any) -> Any:
    """A value of a row as plain JSON data."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def need_subject(need: SpecialNeed) -> Subject:
    """What rights on a request depend on."""
    return Subject(
        "special_need",
        need.id,
        need.centre_id,
        need.reviewer_id,
        is_unclaimed=need.state == "submitted",
    )


def present_round(session: Session) -> BudgetRound:
    """The latest round."""
    return session.exec(select(BudgetRound).order_by(col(BudgetRound.id).desc())).first() or (
        _no_round()
    )


def _no_round() -> BudgetRound:
    raise NotNow(N_("There is no round yet."))


@contextmanager
def acting(store: Store, who: str, verb: Verb, key: str, *asked: object) -> Iterator[Act]:
    """One deed, done whole or not at all.

    Args:
        who: the identity that the sign-in gave.
        key: unique to this deed; the same key again does nothing.
        asked: what it is to do: the object and everything that was given.

    Raises:
        Forbidden, NotNow: the refusal is recorded; so is the key of a deed with another wish.
        Conflict, InputError: nothing is recorded or stored.
    """
    if not 0 < len(key) <= MOST_KEY or not key.isprintable():
        raise InputError([Fault("", "key", "", N_("a key of 1 to 80 characters"))])
    act = None
    try:
        with store.writing() as session:
            person = actor(session, who)
            act = Act(store, session, verb, key, store.clock(), person, _fingerprint(asked))
            act.repeated = trail.record_with_key(session, key)
            yield act
    except (Forbidden, NotNow) as refusal:
        _record_refusal(store, who, verb, act, refusal)
        raise


def _fingerprint(asked: Sequence[object]) -> str:
    digest = hashlib.sha256()
    _feed(digest, asked)
    return digest.hexdigest()


def _feed(digest: "hashlib._Hash", wish: object) -> None:
    """Take in a wish piece by piece: somebody may have sent ten megabytes."""
    if isinstance(wish, Mapping):
        wish = sorted((str(name), value) for name, value in wish.items())
    if isinstance(wish, list | tuple):
        digest.update(f"[{len(wish)}]".encode())
        for part in wish:
            _feed(digest, part)
        return
    text = str(wish).encode("utf-8", "surrogatepass")
    digest.update(f"{type(wish).__name__} {len(text)} ".encode())
    digest.update(text)


@contextmanager
def looking(store: Store, who: str, verb: Verb) -> Iterator[Act]:
    """The same for verbs that only look; what is allowed leaves no record, what is refused does.

    Raises:
        Forbidden: the refusal is recorded.
    """
    act = None
    try:
        with store.reading() as session:
            act = Act(store, session, verb, "", store.clock(), actor(session, who))
            yield act
    except Forbidden as refusal:
        _record_refusal(store, who, verb, act, refusal)
        raise


def _record_refusal(store: Store, who: str, verb: Verb, act: Act | None, why: Refusal) -> None:
    subject = (act._subject if act else None) or Subject("", "")
    grants = act.person.grants if act else ()
    with store.writing() as session:
        trail.append(
            session,
            trail.Entry(
                at=store.clock(),
                person_id=act.person.id if act else None,
                identity=_written(who),
                role=",".join(role for role, _centre in grants),
                centre_id=next((centre for _role, centre in grants if centre), ""),
                verb=verb,
                object_kind=subject.kind,
                object_id=_written(subject.id),
                outcome="refused",
                from_state="",
                to_state="",
                changes={},
                reason=str(why),
                based_on=None,
                key=f"refused-{secrets.token_hex(16)}",
            ),
        )
