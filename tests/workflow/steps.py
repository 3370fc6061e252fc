"""The life of a request step by step, and what a deed left behind; for the tests of the workflow.

Everything is done by the service, by people who may do it. EC001 has an extended deadline in the
sample round, so its head can write while decisions are taken.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import SQLModel, col, func, select

from budget.storage.store import Store
from budget.storage.tables import Person, SpecialNeed, TrailRecord
from budget.workflow import (
    division_plans,
    division_proposal,
    divisions,
    people,
    review,
    special_needs,
)
from budget.workflow.divisions import Plan
from budget.workflow.needs_seen import Need
from tests.storage.databases import administrator, head, key, planner, reviewer

CENTRE = "EC001"
TEXTS = {
    "category": "remodelling",
    "title": "옥상 방수",
    "requested_krw": "34,000,000",
    "need_by": "2027-04-01",
    "justification": "비가 샌다.",
    "condition": "2024년부터 누수",
}
DUE = date(2026, 4, 10)


# --- steps of a request --------------------------------------------------------------------------


def drafted(store: Store, centre_id: str = CENTRE, **texts: str) -> Need:
    """A draft with every field right."""
    return special_needs.begin(
        store, head(centre_id), centre_id, {**TEXTS, **texts}, key=key("begin")
    )


def submitted(store: Store, centre_id: str = CENTRE, **texts: str) -> Need:
    """A submitted request that nobody has claimed."""
    need = drafted(store, centre_id, **texts)
    return special_needs.submit(
        store, head(centre_id), need.id, based_on=need.version, key=key("submit")
    )


def in_review(store: Store, centre_id: str = CENTRE, *, by: str = "", **texts: str) -> Need:
    """A request that a reviewer, the first one unless named, has claimed."""
    need = submitted(store, centre_id, **texts)
    return review.claim(store, by or reviewer(1), need.id, based_on=need.version, key=key("claim"))


def returned(store: Store, centre_id: str = CENTRE, *, due: date = DUE) -> Need:
    """A request that the first reviewer returned."""
    need = in_review(store, centre_id)
    return review.send_back(
        store, reviewer(1), need.id, "견적서", due, based_on=need.version, key=key("return")
    )


def assess(store: Store, need: Need, *, by: str = "", **changed: Any) -> Need:
    """The reviewer's assessment: feasible, 30 million won, priority 1, whole."""
    said = {
        "feasible": True,
        "assessed_krw": 30_000_000,
        "priority": 1,
        "divisible": False,
        "rationale": "필요",
        **changed,
    }
    return review.assess(
        store, by or reviewer(1), need.id, **said, based_on=need.version, key=key("assess")
    )


def assessed(store: Store, centre_id: str = CENTRE, *, by: str = "", **changed: Any) -> Need:
    """A request that a reviewer assessed."""
    return assess(store, in_review(store, centre_id, by=by), by=by, **changed)


def approve(store: Store, need: Need, *, by: str = "", **changed: Any) -> Need:
    """A planner's approval of 30 million won."""
    said = {"approved_krw": 30_000_000, "reason": "타당", **changed}
    return review.approve(
        store, by or planner(1), need.id, **said, based_on=need.version, key=key("approve")
    )


def approved(store: Store, centre_id: str = CENTRE) -> Need:
    """An approved request."""
    return approve(store, assessed(store, centre_id))


def rejected(store: Store, centre_id: str = CENTRE) -> Need:
    """A rejected request."""
    need = assessed(store, centre_id)
    return review.reject(
        store, planner(1), need.id, "사유", based_on=need.version, key=key("reject")
    )


def withdrawn(store: Store, centre_id: str = CENTRE) -> Need:
    """A request that its centre withdrew."""
    need = submitted(store, centre_id)
    return special_needs.withdraw(
        store, head(centre_id), need.id, "사정 변경", based_on=need.version, key=key("withdraw")
    )


# --- plans of divisions --------------------------------------------------------------------------


def proposed(store: Store, centre_id: str = CENTRE) -> dict[str, int]:
    """What the Ministry proposes for a centre: division -> won."""
    found = division_proposal.proposal(store, planner(), centre_id)
    return {division.id: division.proposal for division in found}


def plan_version(store: Store, centre_id: str = CENTRE) -> int:
    """The version of a centre's plan; 0 if there is none."""
    plan = divisions.own(store, planner(), centre_id).plan
    return plan.version if plan else 0


def planned(store: Store, centre_id: str = CENTRE, **changed: int) -> Plan:
    """A submitted plan: the proposal, but for what is changed."""
    amounts = {**proposed(store, centre_id), **changed}
    return division_plans.submit(
        store,
        head(centre_id),
        centre_id,
        amounts,
        based_on=plan_version(store, centre_id),
        key=key("plan"),
    )


# --- people --------------------------------------------------------------------------------------


def granted(store: Store, identity: str, *roles: tuple[str, str]) -> str:
    """A person with these roles: (role, centre id or ""); gives the identity."""
    for role, centre_id in roles:
        people.grant(
            store,
            administrator(),
            identity,
            identity,
            role,
            centre_id=centre_id,
            reason="for a test",
            key=key("grant"),
        )
    return identity


def ended(store: Store, identity: str) -> str:
    """The same person without any role any more."""
    found = next(one for one in people.people(store, administrator()) if one.identity == identity)
    for number, role in enumerate(found.roles):
        people.end(
            store,
            administrator(),
            role.id,
            "for a test",
            based_on=found.version + number,
            key=key("end"),
        )
    return identity


def person_id(store: Store, identity: str) -> int:
    """The number of a person in the database."""
    with store.reading() as session:
        return session.exec(select(Person.id).where(Person.identity == identity)).one() or 0


# --- what a deed left behind ---------------------------------------------------------------------


def row(store: Store, need_id: str) -> SpecialNeed:
    """A request as it is stored, hidden fields included."""
    with store.reading() as session:
        return session.get_one(SpecialNeed, need_id)


def records(store: Store, after: int = 0) -> list[TrailRecord]:
    """The trail's records after a number."""
    with store.reading() as session:
        statement = select(TrailRecord).where(col(TrailRecord.number) > after)
        return list(session.exec(statement.order_by(col(TrailRecord.number))).all())


def length(store: Store) -> int:
    """The number of the latest record."""
    with store.reading() as session:
        return session.exec(select(func.max(TrailRecord.number))).one()


def last_record(store: Store) -> TrailRecord:
    """The latest record."""
    return records(store, length(store) - 1)[0]


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but the trail."""
    tables = [t.name for t in SQLModel.metadata.sorted_tables if t.name != "trail_record"]
    found = {}
    with store.reading() as session:
        cursor = session.connection().connection.cursor()  # the driver's own: it is fast
        for name in tables:
            cursor.execute(f"SELECT * FROM {name} ORDER BY 1")
            found[name] = cursor.fetchall()
        cursor.close()
    return found


@contextmanager
def unchanged(store: Store) -> Iterator[None]:
    """Nothing changes in any table; the trail apart."""
    before = contents(store)
    yield
    after = contents(store)
    assert {name for name in before if before[name] != after[name]} == set()


BOOKKEEPING = {"version", "draft", "stamps", "last_key", "recent_keys", "edited_by", "edited_at"}
"""Columns of a request that say who wrote when, not what; the trail says that by itself."""


@contextmanager
def transition(
    store: Store, need_id: str, who: str, verb: str, role: str, moved: str
) -> Iterator[None]:
    """A deed moves a request and is recorded in full: who, when, what, every field old and new.

    Args:
        role: with the centre, for a head: "centre_head EC001".
        moved: "draft → submitted".
    """
    before, number = row(store, need_id), length(store)
    yield
    after = row(store, need_id)
    from_state, _, to_state = moved.partition(" → ")
    assert (before.state, after.state) == (from_state, to_state)
    previous, made = records(store, number - 1)
    assert made.previous_hash == previous.hash
    assert (made.outcome, made.identity, made.verb) == ("done", who, verb)
    assert made.person_id == person_id(store, who)
    assert f"{made.role} {made.centre_id}".strip() == role
    assert (made.object_kind, made.object_id) == ("special_need", need_id)
    assert (made.from_state, made.to_state) == (from_state, to_state)
    assert made.at == store.clock()
    assert made.based_on == before.version
    assert made.key == after.last_key
    told = {name: pair for name, pair in json.loads(made.changes).items() if name != "snapshot"}
    assert told == {
        name: [plain(getattr(before, name)), plain(getattr(after, name))]
        for name in sorted(set(SpecialNeed.model_fields) - BOOKKEEPING)
        if getattr(before, name) != getattr(after, name)
    }


def plain(value: object) -> object:
    """A value as the trail writes it: days and moments (UTC) as ISO 8601, the rest as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


@contextmanager
def recorded_refusal(
    store: Store, error: type[Exception], who: str, verb: str, object_id: str | None = None
) -> Iterator[pytest.ExceptionInfo[Exception]]:
    """A deed is refused, and recorded as refused with who, verb and object."""
    number = length(store)
    with pytest.raises(error) as caught:
        yield caught
    made = records(store, number)
    assert [record.outcome for record in made] == ["refused"]
    assert (made[0].identity, made[0].verb) == (who, verb)
    assert made[0].reason == str(caught.value)
    if object_id is not None:
        assert made[0].object_id == object_id


@contextmanager
def refused(
    store: Store, error: type[Exception], who: str, verb: str, object_id: str | None = None
) -> Iterator[pytest.ExceptionInfo[Exception]]:
    """The same, and nothing else changes."""
    with unchanged(store), recorded_refusal(store, error, who, verb, object_id) as caught:
        yield caught


@contextmanager
def told(store: Store, error: type[Exception]) -> Iterator[pytest.ExceptionInfo[Exception]]:
    """A deed with faults or a conflict: told, nothing stored, nothing recorded."""
    number = length(store)
    with unchanged(store), pytest.raises(error) as caught:
        yield caught
    assert length(store) == number


def places(error: Exception) -> list[str]:
    """The fields that an InputError names, in its order."""
    return [fault.where for fault in error.faults]  # type: ignore[attr-defined]
