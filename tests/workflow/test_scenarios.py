"""Scenarios: saving makes a version, nothing is overwritten; the second writer is told."""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import text

from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.files import read_policy
from budget.storage.store import Store
from budget.workflow import national, round_inputs, rounds, saved_scenarios, scenarios
from budget.workflow.refusals import Conflict, Forbidden
from budget.workflow.saved_scenarios import SavedScenario
from tests.storage.databases import SAMPLE, Clock, at, auditor, key, lead, planner
from tests.workflow import steps

ENVELOPE, RESERVE = "policy.envelope_krw", "reserve.amount.share"
CEILING = "special_needs.ceiling.share"


def base(store: Store) -> SavedScenario:
    return next(one for one in saved_scenarios.scenarios(store, planner()) if one.is_baseline)


def changed(policy: Policy, **values: Any) -> Policy:
    """The policy with another ceiling, reserve or envelope."""
    paths = {"envelope": ENVELOPE, "reserve": RESERVE, "ceiling": CEILING}
    return policy.replaced({paths[name]: value for name, value in values.items()})


def create(store: Store, name: str, policy: Policy | None = None, **named: Any) -> SavedScenario:
    made = policy or base(store).policy
    return scenarios.create(store, planner(), name, made, **named, key=key("create"))


def save(
    store: Store, scenario: SavedScenario, policy: Policy, *, by: str = "", **named: Any
) -> SavedScenario:
    return scenarios.save(
        store,
        by or planner(),
        scenario.id,
        policy,
        **{"based_on": scenario.number, **named},
        key=key("save"),
    )


# --- saving ------------------------------------------------------------------------------------


def test_a_new_scenario_is_its_first_version(store: Store, clock: Clock) -> None:
    policy = changed(base(store).policy, ceiling=Decimal("0.05"))
    saved = create(
        store,
        " 상한 5 % ",
        policy,
        note="국회 의견",
        rationales={CEILING: "국회", RESERVE: " "},
        copied_from=base(store).version_id,
    )
    assert (saved.name, saved.number, saved.latest, saved.is_baseline) == ("상한 5 %", 1, 1, False)
    assert saved.policy == policy
    assert (saved.note, dict(saved.rationales)) == ("국회 의견", {CEILING: "국회"})
    assert (saved.saved_by_en, saved.saved_at) == ("Planner 1", clock())
    assert saved.changes == {CEILING: ("0.06", "0.05")}
    assert saved.copied_from == "Default rules, 1"
    assert saved == saved_scenarios.scenario(store, auditor(), saved.id)
    made = steps.last_record(store)
    assert (made.verb, made.role, made.object_kind, made.object_id) == (
        "save_scenario",
        "planner",
        "scenario",
        str(saved.id),
    )
    assert (made.from_state, made.to_state, made.reason) == ("", "version 1", "국회 의견")
    changes = json.loads(made.changes)
    assert changes[CEILING] == ["0.06", "0.05"]
    assert changes["note"] == ["", "국회 의견"]
    assert changes["rationales"] == [{}, {CEILING: "국회"}]


def test_saving_makes_a_version_and_leaves_the_others_as_they_were(
    store: Store, clock: Clock
) -> None:
    first = create(store, "판")
    clock.advance(days=1)
    second = save(store, first, changed(first.policy, ceiling=Decimal("0.05")), note="둘째")
    third = save(
        store, second, changed(second.policy, reserve=Decimal("0.02")), considered="assessed"
    )
    assert [one.number for one in saved_scenarios.history(store, planner(), first.id)] == [3, 2, 1]
    assert saved_scenarios.history(store, planner(), first.id) == [
        saved_scenarios.scenario(store, planner(), first.id, number) for number in (3, 2, 1)
    ]
    old = saved_scenarios.scenario(store, planner(), first.id, 1)
    assert (old.policy_content, old.policy_sha256, old.saved_at, old.changes) == (
        first.policy_content,
        first.policy_sha256,
        at("2026-03-10T09:00:00"),
        {},
    )
    assert (old.number, old.latest) == (1, 3)
    assert second.changes == {CEILING: ("0.06", "0.05")}
    assert third.changes == {RESERVE: ("0.01", "0.02")}
    assert (second.considered, third.considered, third.note) == ("approved", "assessed", "")
    made = steps.last_record(store)
    assert (made.from_state, made.to_state, made.based_on) == ("version 2", "version 3", 2)
    changes = json.loads(made.changes)
    assert changes.pop("policy_sha256") == [second.policy_sha256, third.policy_sha256]
    assert changes == {
        RESERVE: ["0.01", "0.02"],
        "considered": ["approved", "assessed"],
        "note": ["둘째", ""],
    }


def test_a_version_is_frozen_in_the_database_itself(store: Store) -> None:
    saved = create(store, "얼음")
    for table in ("scenario_version", "policy"):
        for statement in (f"UPDATE {table} SET saved_by = 1", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError, match="written once"), store.writing() as session:
                session.connection().execute(text(statement))
    assert saved_scenarios.scenario(store, planner(), saved.id) == saved


WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("", {}, ["name"]),
    (" \t", {}, ["name"]),
    ("Default rules", {}, ["name"]),
    ("x" * 81, {}, ["name"]),
    ("a\0b", {}, ["name"]),
    ("이름", {"note": "\u202e"}, ["note"]),
    ("\0", {"note": "x" * 1001}, ["name", "note"]),
    ("이름", {"considered": "all"}, ["considered"]),
    ("이름", {"rationales": {CEILING: "x" * 501}}, [CEILING]),
    ("이름", {"rationales": {"pool.none.rate": "왜"}}, ["pool.none.rate"]),
]


def test_what_went_away_needs_a_rationale_and_takes_one(store: Store) -> None:
    """A band that is dropped has no parameter any more; whoever dropped it says why."""
    policy = base(store).policy
    main = policy.remainder_pool
    fewer = policy.model_copy(
        update={
            "pool": tuple(
                pool.model_copy(update={"band": pool.band[1:]}) if pool is main else pool
                for pool in policy.pool
            )
        }
    )
    paths = list(saved_scenarios.difference(policy, fewer))
    assert paths
    saved = create(store, "권역 없이", fewer, rationales=dict.fromkeys(paths, "폐지"))
    assert dict(saved.rationales) == dict.fromkeys(paths, "폐지")


def test_each_fault_of_a_scenario_is_told_at_its_field(store: Store) -> None:
    for name, named, places in WRONG:
        with steps.told(store, InputError) as caught:
            create(store, name, **named)
        assert steps.places(caught.value) == places, name


def test_a_name_is_taken_by_one_scenario_only(store: Store) -> None:
    create(store, "하나")
    with steps.told(store, InputError) as caught:
        create(store, " 하나 ")
    assert steps.places(caught.value) == ["name"]


@pytest.mark.parametrize("scenario_id", [0, -1, 999_999, 2**31, 2**63, 10**30])
def test_a_scenario_that_is_not_there_is_refused(scenario_id: int, store: Store) -> None:
    policy = base(store).policy
    with steps.refused(store, Forbidden, planner(), "save_scenario", str(scenario_id)[:20]):
        scenarios.save(store, planner(), scenario_id, policy, based_on=1, key=key())
    with steps.refused(store, Forbidden, auditor(), "see_scenarios"):
        saved_scenarios.history(store, auditor(), scenario_id)


@pytest.mark.parametrize("number", [-1, 99, 2**31, 2**63, 10**30])
def test_a_version_that_is_not_there_is_refused(number: int, store: Store) -> None:
    scenario = base(store)
    with steps.refused(store, Forbidden, auditor(), "see_scenarios"):
        saved_scenarios.scenario(store, auditor(), scenario.id, number)
    with steps.refused(store, Forbidden, planner(), "copy_scenario"):
        scenarios.copy(store, planner(), scenario.id, number, "사본", key=key())


# --- two planners ------------------------------------------------------------------------------


def test_the_second_planner_is_told_who_changed_which_parameter(store: Store, clock: Clock) -> None:
    first = create(store, "둘이")
    clock.advance(hours=1)
    save(store, first, changed(first.policy, ceiling=Decimal("0.05")), by=planner(2))
    mine = changed(first.policy, reserve=Decimal("0.02"))
    with steps.told(store, Conflict) as caught:
        save(store, first, mine)
    conflict = caught.value
    assert isinstance(conflict, Conflict)
    (change,) = conflict.changes
    assert (change.field, change.person_en, change.theirs) == (CEILING, "Planner 2", "0.05")
    assert change.at == clock()
    assert conflict.version == 2
    # having looked at it, they put their own on top
    saved = save(store, first, mine, based_on=conflict.version)
    assert (saved.number, saved.policy) == (3, mine)


def test_the_second_planner_is_told_of_what_is_no_parameter(store: Store) -> None:
    first = create(store, "생각")
    save(store, first, first.policy, by=planner(2), considered="assessed")
    with steps.told(store, Conflict) as caught:
        save(store, first, first.policy)
    assert isinstance(caught.value, Conflict)
    assert ("considered", "assessed") in [(c.field, c.theirs) for c in caught.value.changes]


def test_an_own_earlier_version_is_no_conflict(store: Store) -> None:
    first = create(store, "혼자")
    save(store, first, changed(first.policy, ceiling=Decimal("0.05")))
    saved = save(store, first, changed(first.policy, ceiling=Decimal("0.04")))
    assert (saved.number, saved.changes) == (3, {CEILING: ("0.05", "0.04")})


# --- duplicates and the baseline -----------------------------------------------------------------


def test_a_duplicate_begins_as_the_version_it_was_taken_from(store: Store) -> None:
    first = create(store, "원본", note="처음", rationales={CEILING: "왜"}, considered="assessed")
    save(store, first, changed(first.policy, ceiling=Decimal("0.05")))
    twin = scenarios.copy(store, planner(2), first.id, 1, "사본", key=key())
    assert (twin.id != first.id, twin.name, twin.number) == (True, "사본", 1)
    assert (twin.policy_content, twin.note, dict(twin.rationales), twin.considered) == (
        first.policy_content,
        "처음",
        {CEILING: "왜"},
        "assessed",
    )
    assert (twin.copied_from, twin.changes, twin.saved_by_en) == ("원본, 1", {}, "Planner 2")
    later = save(store, twin, changed(twin.policy, reserve=Decimal("0.02")))
    assert later.changes == {RESERVE: ("0.01", "0.02")}
    assert saved_scenarios.scenario(store, planner(), first.id).number == 2


def test_the_baseline_is_chosen_with_a_reason_and_drives_the_round(own_store: Store) -> None:
    store = own_store
    other = create(store, "새 기준", changed(base(store).policy, ceiling=Decimal("0.05")))
    old, version = base(store), rounds.present(store, lead()).version
    with steps.told(store, InputError) as caught:
        scenarios.set_baseline(store, planner(), other.id, " ", based_on=version, key=key())
    assert steps.places(caught.value) == ["reason"]
    scenarios.set_baseline(store, planner(), other.id, "협의", based_on=version, key=key())
    made = steps.last_record(store)
    assert (made.verb, made.object_kind, made.object_id) == (
        "set_baseline",
        "scenario",
        str(other.id),
    )
    assert (json.loads(made.changes), made.reason) == ({"baseline_id": [old.id, other.id]}, "협의")
    assert saved_scenarios.scenarios(store, planner())[0].name == "새 기준"
    assert not saved_scenarios.scenario(store, planner(), old.id).is_baseline
    assert round_inputs.inputs(store, planner()).baseline.policy == other.policy
    assert national.national_parts(store, planner()).special_needs == 6_400_000_000


def test_of_two_who_choose_a_baseline_the_slower_is_told(own_store: Store) -> None:
    store = own_store
    one, two = create(store, "하나"), create(store, "둘")
    version = rounds.present(store, lead()).version
    scenarios.set_baseline(store, planner(1), one.id, "사유", based_on=version, key=key())
    with steps.told(store, Conflict) as caught:
        scenarios.set_baseline(store, planner(2), two.id, "사유", based_on=version, key=key())
    assert isinstance(caught.value, Conflict)
    told = [(c.field, c.person_en, c.theirs) for c in caught.value.changes]
    assert told == [("baseline", "Planner 1", "하나")]
    # their own earlier choice is no conflict
    scenarios.set_baseline(store, planner(1), two.id, "사유", based_on=version, key=key())
    assert base(store).name == "둘"


def test_differences_are_told_parameter_by_parameter() -> None:
    before = Policy.model_validate(DOCUMENT)
    after = before.replaced({ENVELOPE: 2_000_000})
    assert saved_scenarios.difference(before, before) == {}
    assert saved_scenarios.difference(before, after) == {ENVELOPE: ("1000000", "2000000")}
    without = Policy.model_validate({k: v for k, v in DOCUMENT.items() if k != "reserve"})
    assert saved_scenarios.difference(before, without) == {RESERVE: ("0.01", None)}
    renamed = Policy.model_validate(
        {**DOCUMENT, "policy": {**DOCUMENT["policy"], "name": "다른 이름"}}
    )
    assert list(saved_scenarios.difference(before, renamed)) == ["policy"]


def test_a_rule_without_a_number_is_told_beside_changed_numbers() -> None:
    """Who is eligible cannot be changed in the shade of a number."""
    before = read_policy(SAMPLE / "policy.toml")
    document = before.to_document()
    document["pool"][1]["eligible"]["values"] = ["S"]
    after = Policy.model_validate(document).replaced({RESERVE: Decimal("0.011")})
    assert saved_scenarios.difference(before, after).keys() == {RESERVE, "policy"}


DOCUMENT: dict[str, Any] = {
    "policy": {"name": "작은", "fiscal_year": 2027, "envelope_krw": 1_000_000, "unit_krw": 1},
    "reserve": {"amount": {"share": Decimal("0.01")}},
    "pool": [
        {
            "name": "operating",
            "amount": "remainder",
            "factor": [
                {"name": "heads", "weight": Decimal(1), "columns": {"officials": Decimal(1)}}
            ],
        }
    ],
}
