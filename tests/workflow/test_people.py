"""People and roles: granted and ended by the administrator, in force with the next call."""

import json

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import needs_seen, people, rounds, special_needs
from budget.workflow.people import Listed
from budget.workflow.refusals import Conflict, Forbidden, NotNow
from tests.storage.databases import (
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


def grant(store: Store, identity: str, role: str, centre_id: str = "", *, by: str = "") -> None:
    people.grant(
        store,
        by or administrator(),
        identity,
        "김하나",
        role,
        centre_id=centre_id,
        reason="발령",
        key=key("grant"),
    )


def listed(store: Store, identity: str) -> Listed:
    return next(one for one in people.people(store, auditor()) if one.identity == identity)


def end(store: Store, identity: str, *, by: str = "", based_on: int | None = None) -> None:
    person = listed(store, identity)
    people.end(
        store,
        by or administrator(),
        person.roles[0].id,
        "전보",
        based_on=person.version if based_on is None else based_on,
        key=key("end"),
    )


def test_a_role_is_granted_to_somebody_new(store: Store, clock: Clock) -> None:
    with pytest.raises(Forbidden):
        rounds.who_is(store, "issuer|new")
    grant(store, " issuer|new ", "centre_head", "EC007")
    person = listed(store, "issuer|new")
    assert (person.name, [(role.role, role.centre_id) for role in person.roles]) == (
        "김하나",
        [("centre_head", "EC007")],
    )
    assert person.roles[0].since == clock()
    assert rounds.who_is(store, "issuer|new").centres == ("EC007",)
    assert needs_seen.needs_of_centres(store, "issuer|new") == []
    made = steps.last_record(store)
    assert (made.verb, made.identity, made.role) == (
        "grant_role",
        administrator(),
        "administrator",
    )
    assert (made.object_kind, made.object_id, made.reason) == ("person", str(person.id), "발령")
    assert json.loads(made.changes) == {
        "identity": [None, "issuer|new"],
        "name": [None, "김하나"],
        "role": [None, "centre_head"],
        "centre_id": [None, "EC007"],
    }


def test_a_person_may_have_several_roles_and_head_several_centres(store: Store) -> None:
    who = "issuer|several"
    for role, centre_id in (("centre_head", "EC007"), ("centre_head", "EC008"), ("auditor", "")):
        grant(store, who, role, centre_id)
    assert rounds.who_is(store, who).centres == ("EC007", "EC008")
    for role, centre_id in (("centre_head", "EC007"), ("auditor", "")):
        with steps.refused(store, NotNow, administrator(), "grant_role"):
            grant(store, who, role, centre_id)


WRONG_GRANTS = [
    ({"identity": " "}, ["identity"]),
    ({"identity": "a\0b"}, ["identity"]),
    ({"identity": "x" * 201}, ["identity"]),
    ({"name": "\t"}, ["name"]),
    ({"name": "\u202egnp.exe"}, ["name"]),
    ({"role": "emperor"}, ["role"]),
    ({"role": ""}, ["role"]),
    ({"role": "centre_head", "centre_id": ""}, ["centre_id"]),
    ({"role": "centre_head", "centre_id": "EC999"}, ["centre_id"]),
    ({"role": "centre_head", "centre_id": "\0"}, ["centre_id"]),
    ({"reason": ""}, ["reason"]),
    (
        {"identity": "", "name": "", "role": "emperor", "reason": " "},
        ["identity", "name", "reason", "role"],
    ),
    ({"name": "\0", "role": "centre_head", "reason": ""}, ["centre_id", "name", "reason"]),
]


def test_each_condition_of_a_grant_fails_by_itself_and_all_are_told_at_once(store: Store) -> None:
    for changed, places in WRONG_GRANTS:
        given = {"identity": "issuer|wrong", "name": "이름", "role": "auditor", "reason": "사유"}
        given |= changed
        with steps.told(store, InputError) as caught:
            people.grant(
                store,
                administrator(),
                given["identity"],
                given["name"],
                given["role"],
                centre_id=given.get("centre_id", ""),
                reason=given["reason"],
                key=key(),
            )
        assert sorted(steps.places(caught.value)) == sorted(places), changed


def test_who_never_had_a_role_may_do_nothing(store: Store) -> None:
    for deed in (rounds.present, needs_seen.needs_of_centres, people.people):
        with steps.unchanged(store), pytest.raises(Forbidden):
            deed(store, "system")


def test_a_centre_is_only_for_heads(store: Store) -> None:
    grant(store, "issuer|auditor", "auditor", "EC007")
    assert rounds.who_is(store, "issuer|auditor").centres == ()


def test_an_ended_role_is_gone_with_the_next_call(store: Store, clock: Clock) -> None:
    grant(store, "issuer|moved", "centre_head", "EC001")
    need = special_needs.begin(store, "issuer|moved", "EC001", {}, key=key())
    clock.advance(days=1)
    end(store, "issuer|moved")
    made = steps.last_record(store)
    assert (made.verb, made.object_kind, made.reason) == ("end_role", "person", "전보")
    assert json.loads(made.changes) == {
        "identity": ["issuer|moved", "issuer|moved"],
        "role": ["centre_head", None],
        "centre_id": ["EC001", None],
    }
    with pytest.raises(Forbidden):
        rounds.who_is(store, "issuer|moved")
    with steps.refused(store, Forbidden, "issuer|moved", "save_draft"):
        special_needs.save_draft(
            store, "issuer|moved", need.id, {"title": "뒤"}, based_on=need.version, key=key()
        )
    with pytest.raises(Forbidden):
        rounds.who_is(store, "issuer|moved")
    # and can be granted anew
    grant(store, "issuer|moved", "centre_head", "EC001")
    assert needs_seen.need(store, "issuer|moved", need.id).id == need.id


def test_ending_a_role_takes_a_reason_and_a_role_in_force(store: Store) -> None:
    grant(store, "issuer|ending", "auditor")
    person = listed(store, "issuer|ending")
    with steps.told(store, InputError) as caught:
        people.end(
            store,
            administrator(),
            person.roles[0].id,
            " ",
            based_on=person.version,
            key=key(),
        )
    assert steps.places(caught.value) == ["reason"]
    end(store, "issuer|ending")
    for grant_id in (person.roles[0].id, 0, -1, 10**30):
        with steps.refused(store, Forbidden, administrator(), "end_role"):
            people.end(store, administrator(), grant_id, "사유", based_on=99, key=key())


def test_the_last_administrator_stays(own_store: Store) -> None:
    store = own_store
    with steps.refused(store, NotNow, administrator(), "end_role"):
        end(store, administrator())
    grant(store, "issuer|second", "administrator")
    end(store, administrator(), by="issuer|second")
    with steps.refused(store, NotNow, "issuer|second", "end_role"):
        end(store, "issuer|second", by="issuer|second")


def test_of_two_administrators_the_slower_is_told_what_the_other_did(store: Store) -> None:
    grant(store, "issuer|second", "administrator")
    grant(store, "issuer|wanted", "auditor")
    seen = listed(store, "issuer|wanted").version
    grant(store, "issuer|wanted", "lead", by="issuer|second")
    with steps.told(store, Conflict) as caught:
        end(store, "issuer|wanted", based_on=seen)
    assert isinstance(caught.value, Conflict)
    (change,) = caught.value.changes
    assert (change.field, change.person) == ("role", "김하나")
    assert caught.value.version == listed(store, "issuer|wanted").version


def test_an_own_earlier_change_of_roles_is_no_conflict(store: Store) -> None:
    grant(store, "issuer|two", "auditor")
    grant(store, "issuer|two", "reviewer")
    person = listed(store, "issuer|two")
    for role in person.roles:
        people.end(store, administrator(), role.id, "전보", based_on=person.version, key=key())
    assert listed(store, "issuer|two").roles == ()


def test_whoever_assigns_sees_who_reviews(store: Store) -> None:
    names = [one.identity for one in people.reviewers(store, planner())]
    assert {reviewer(1), reviewer(2)} <= set(names)
    assert not {planner(), lead(), head()} & set(names)


def test_everybody_is_listed_with_the_roles_in_force(store: Store) -> None:
    found = people.people(store, administrator())
    assert len({one.identity for one in found}) == len(found)
    heads = [one for one in found if any(role.role == "centre_head" for role in one.roles)]
    assert len({role.centre_id for one in heads for role in one.roles if role.centre_id}) >= 174
