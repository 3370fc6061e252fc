"""Making scenarios: saving makes a new version, nothing is overwritten; one is the baseline.

Source: workflow, scenarios and publication.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.parameters import parameters
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.files import policy_toml
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Person, Scenario, ScenarioVersion
from budget.storage.tables import Policy as PolicyRow
from budget.storage.trail import canonical
from budget.workflow import fields
from budget.workflow.deeds import STATE, Act, acting, known
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, NotNow, OthersChange
from budget.workflow.roles import Subject, Verb
from budget.workflow.saved_scenarios import (
    CONSIDERED,
    SavedScenario,
    baseline,
    difference,
    first_policy,
    latest_version,
    scenario_row,
    scenario_subject,
    version_row,
    version_seen,
)

NAME = fields.Field("name", N_("Name"), 80)
NOTE = fields.Field("note", N_("Note"), 1000, has_lines=True)
RATIONALE = fields.Field("rationale", N_("Rationale"), 500)


def create(
    store: Store,
    who: str,
    name: str,
    policy: Policy,
    *,
    considered: str = "approved",
    note: str = "",
    rationales: Mapping[str, str] | None = None,
    copied_from: int | None = None,
    key: str,
) -> SavedScenario:
    """Save a policy as a new scenario.

    Args:
        copied_from: the id of the scenario version that it began as.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: for a name that is blank or taken, or texts that cannot be stored.
        NotNow: once the round is published.
    """
    wish = (name, _content(policy), considered, note, rationales, copied_from)
    with acting(store, who, Verb.SAVE_SCENARIO, key, *wish) as act:
        round_ = _open_round(act)
        if act.repeated:
            return latest_version(act.session, int(act.repeated.object_id))
        return _made(act, round_, name, policy, considered, note, rationales or {}, copied_from)


def _made(
    act: Act,
    round_: BudgetRound,
    name: str,
    policy: Policy,
    considered: str,
    note: str,
    rationales: Mapping[str, str],
    copied_from: int | None,
) -> SavedScenario:
    texts = fields.checked_texts({"name": name, "note": note}, {"name": NAME, "note": NOTE})
    clean = fields.checked_name(texts["name"], NAME)
    if copied_from is not None:
        _check_origin(act, round_, copied_from)
    if act.session.exec(
        select(Scenario).where(Scenario.round_id == round_.id, Scenario.name == clean)
    ).first():
        raise InputError([Fault("", "name", clean, N_("a name that no other scenario has"))])
    scenario = Scenario(
        round_id=round_.id or 0,
        name=clean,
        version=0,
        copied_from=copied_from,
        made_by=act.person.id,
        made_at=act.now,
    )
    act.session.add(scenario)
    act.session.flush()
    return _add_version(act, round_, scenario, policy, considered, texts["note"], rationales, None)


def _check_origin(act: Act, round_: BudgetRound, version_id: int) -> None:
    """The version that a scenario begins as is one of this round.

    Raises:
        Forbidden: if it is not.
    """
    version = known(act.session, ScenarioVersion, version_id)
    if version is None or act.session.get_one(Scenario, version.scenario_id).round_id != round_.id:
        raise Forbidden(NOT_YOURS)


def save(
    store: Store,
    who: str,
    scenario_id: int,
    policy: Policy,
    *,
    considered: str = "approved",
    note: str = "",
    rationales: Mapping[str, str] | None = None,
    based_on: int,
    key: str,
) -> SavedScenario:
    """Save a new version of a scenario; nothing is overwritten.

    Args:
        based_on: the number of the version that the planner began with.

    Raises:
        Conflict: if somebody else saved a version since; told which parameters.
        Forbidden, InputError, NotNow: as for `create`.
    """
    wish = (scenario_id, _content(policy), considered, note, rationales)
    with acting(store, who, Verb.SAVE_SCENARIO, key, *wish) as act:
        round_ = _open_round(act, scenario_id)
        scenario = scenario_row(act, round_, scenario_id)
        if act.is_repeated:
            return latest_version(act.session, scenario_id)
        _unchanged(act, scenario, based_on)
        clean = fields.checked_texts({"note": note}, {"note": NOTE})["note"]
        return _add_version(
            act, round_, scenario, policy, considered, clean, rationales or {}, based_on
        )


def _add_version(
    act: Act,
    round_: BudgetRound,
    scenario: Scenario,
    policy: Policy,
    considered: str,
    note: str,
    rationales: Mapping[str, str],
    based_on: int | None,
) -> SavedScenario:
    if considered not in CONSIDERED:
        raise InputError(
            [Fault("", "considered", considered, N_("approved requests, or assessed as well"))]
        )
    known = {parameter.path for parameter in parameters(policy)} | _differing(act, round_, policy)
    spoken = {path: text for path, text in rationales.items() if not fields.is_blank(text)}
    clean = fields.checked_texts(spoken, {path: RATIONALE for path in spoken if path in known})
    before = _before(act.session, scenario)
    if before and scenario.version:
        clean = {**_standing(before, policy, rationales), **clean}
    content = _content(policy)
    version = ScenarioVersion(
        scenario_id=scenario.id or 0,
        number=scenario.version + 1,
        policy_id=_policy_row(act, round_, content),
        data_set_id=round_.data_set_id or 0,
        considered=considered,
        note=note,
        rationales=canonical(clean),
        saved_by=act.person.id,
        saved_at=act.now,
    )
    scenario.version = version.number
    act.session.add(version)
    act.session.add(scenario)
    act.session.flush()
    changes: dict[str, tuple[Any, Any]] = {
        **(difference(before[1], policy) if before else {}),
    }
    if version.number == 1:
        changes["name"] = (None, scenario.name)
        changes["copied_from"] = (None, scenario.copied_from)
    old = before[0] if before else None
    changes["policy_sha256"] = (
        act.session.get_one(PolicyRow, old.policy_id).sha256 if old else None,
        act.session.get_one(PolicyRow, version.policy_id).sha256,
    )
    for name, value in (
        ("considered", considered),
        ("note", note),
        ("data_set_id", version.data_set_id),
        ("rationales", clean),
    ):
        previous = getattr(old, name) if old else None
        if name == "rationales" and old:
            previous = json.loads(old.rationales)
        if previous != value:
            changes[name] = (previous, value)
    act.record(
        from_state=f"version {version.number - 1}" if version.number > 1 else "",
        to_state=f"version {version.number}",
        changes=changes,
        reason=note,
        based_on=based_on,
        made=scenario_subject(scenario),
    )
    return latest_version(act.session, scenario.id or 0)


def _differing(act: Act, round_: BudgetRound, policy: Policy) -> set[str]:
    """What differs from the policy that the round began with, rules that went included."""
    if not round_.baseline_id:  # the round is being founded
        return set()
    return set(difference(first_policy(act.session, round_), policy))


def adapt(
    act: Act, round_: BudgetRound, saved: SavedScenario, policy: Policy, note: str
) -> SavedScenario:
    """A new version of a scenario whose policy states another number of centres than the data
    have now; for the workflow itself."""
    scenario = act.session.get_one(Scenario, saved.id)
    clean = note[: NOTE.most]
    return _add_version(act, round_, scenario, policy, saved.considered, clean, {}, saved.number)


def _standing(
    before: tuple[ScenarioVersion, Policy], policy: Policy, given: Mapping[str, str]
) -> dict[str, str]:
    """The rationales of the version before, for values that did not change since; what the
    planner gives now, blank or not, takes the place of them."""
    changed = difference(before[1], policy)
    earlier: dict[str, str] = json.loads(before[0].rationales)
    return {
        path: text for path, text in earlier.items() if path not in changed and path not in given
    }


def _content(policy: Policy) -> str:
    return policy_toml(policy).decode()


def _policy_row(act: Act, round_: BudgetRound, content: str) -> int:
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    row = act.session.exec(
        select(PolicyRow).where(PolicyRow.round_id == round_.id, PolicyRow.sha256 == sha256)
    ).first()
    if row is None:
        row = PolicyRow(
            round_id=round_.id or 0,
            sha256=sha256,
            content=content,
            saved_by=act.person.id,
            saved_at=act.now,
        )
        act.session.add(row)
        act.session.flush()
    return row.id or 0


def _before(session: Session, scenario: Scenario) -> tuple[ScenarioVersion, Policy] | None:
    """The version that the next one follows: the latest, or the one it was copied from."""
    row = (
        version_row(session, scenario.id or 0, scenario.version)
        if scenario.version
        else (session.get(ScenarioVersion, scenario.copied_from) if scenario.copied_from else None)
    )
    if row is None:
        return None
    content = session.get_one(PolicyRow, row.policy_id).content
    return row, policy_from_toml(content, "policy.toml")


def _unchanged(act: Act, scenario: Scenario, based_on: int) -> None:
    """Nobody else saved a version since the one that the planner began with.

    Raises:
        Conflict: with who changed which parameter.
        InputError: if no version could have that number.
    """
    fields.check_version(based_on)
    newer = act.session.exec(
        select(ScenarioVersion)
        .where(ScenarioVersion.scenario_id == scenario.id, ScenarioVersion.number > based_on)
        .order_by(col(ScenarioVersion.number))
    ).all()
    others = [version for version in newer if version.saved_by != act.person.id]
    if not others:
        return
    changes = []
    for version in others:
        person = act.session.get_one(Person, version.saved_by)
        seen = version_seen(act.session, scenario, version)
        before = version_row(act.session, scenario.id or 0, version.number - 1) or version
        told = dict(seen.changes)
        for name in ("considered", "note", "rationales"):
            if getattr(before, name) != getattr(version, name):
                told[name] = (getattr(before, name), getattr(version, name))
        changes += [
            OthersChange(path, person.name, person.name_en, version.saved_at, str(new))
            for path, (_old, new) in told.items()
        ]
    raise Conflict(changes, scenario.version)


def copy(
    store: Store, who: str, scenario_id: int, number: int, name: str, *, key: str
) -> SavedScenario:
    """Duplicate a version of a scenario under a new name.

    Raises:
        Forbidden, InputError, NotNow: as for `create`.
    """
    with acting(store, who, Verb.COPY_SCENARIO, key, scenario_id, number, name) as act:
        round_ = _open_round(act, scenario_id)
        if act.repeated:
            return latest_version(act.session, int(act.repeated.object_id))
        original = scenario_row(act, round_, scenario_id)
        version = version_row(act.session, scenario_id, number)
        if version is None:
            raise Forbidden(NOT_YOURS)
        seen = version_seen(act.session, original, version)
        return _made(
            act,
            round_,
            name,
            seen.policy,
            seen.considered,
            seen.note,
            seen.rationales,
            version.id,
        )


def set_baseline(
    store: Store, who: str, scenario_id: int, reason: str, *, based_on: int, key: str
) -> None:
    """Make a scenario the one that all others are compared with.

    Args:
        based_on: the version of the round that was seen.

    Raises:
        Forbidden, InputError, NotNow: as for `create`.
        Conflict: if somebody else changed the baseline since.
    """
    with acting(store, who, Verb.SET_BASELINE, key, scenario_id, reason) as act:
        round_ = _open_round(act, scenario_id)
        if act.is_repeated:
            return
        scenario = scenario_row(act, round_, scenario_id)
        why = fields.reason_text(reason)
        old = round_.baseline_id
        others = act.others_changes(
            round_.version - based_on,
            {
                Verb.SET_BASELINE: ("baseline", baseline(act.session, round_).name),
                Verb.MOVE_ROUND: (STATE, round_.state),
            },
        )
        if others:
            raise Conflict(others, round_.version)
        round_.baseline_id = scenario.id
        round_.version += 1
        act.session.add(round_)
        act.record(
            changes={"baseline_id": (old, scenario.id)},
            reason=why,
            based_on=based_on,
            made=scenario_subject(scenario),
        )


def _open_round(act: Act, scenario_id: int | None = None) -> BudgetRound:
    act.allow(Subject("scenario", "" if scenario_id is None else str(scenario_id)[:20]))
    round_ = act.round()
    if round_.state == "published" and not act.is_repeated:
        raise NotNow(N_("The round is published: its scenarios are final."))
    return round_
