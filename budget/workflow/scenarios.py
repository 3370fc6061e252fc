"""Scenarios: a policy, a data set and the requests considered; saving makes a new version.

Source: workflow, scenarios and publication.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from budget.allocation.comparison import differ_untold
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.parameters import parameters
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.files import policy_toml
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Person,
    Scenario,
    ScenarioVersion,
)
from budget.storage.tables import Policy as PolicyRow
from budget.storage.trail import canonical
from budget.workflow import fields
from budget.workflow.deeds import STATE, Act, acting, is_possible, known, looking, present_round
from budget.workflow.refusals import NOT_YOURS, Conflict, Forbidden, NotNow, OthersChange
from budget.workflow.roles import Subject, Verb

CONSIDERED: Mapping[str, str] = {
    "approved": N_("approved requests"),
    "assessed": N_("approved and assessed requests"),
}
NAME = fields.Field("name", N_("Name"), 80)
NOTE = fields.Field("note", N_("Note"), 1000, has_lines=True)
RATIONALE = fields.Field("rationale", N_("Rationale"), 500)

Difference = Mapping[str, tuple[str | None, str | None]]
"""Parameter path -> (old, new), as text; None where a policy has no such parameter."""


@dataclass(frozen=True)
class SavedScenario:
    """One version of a scenario.

    Attributes:
        number: of this version; `latest` is the newest one's.
        policy_sha256: of its policy.toml.
        considered: a key of CONSIDERED.
        rationales: parameter path -> why it has its value.
        changes: what this version changed of the one before it (of its origin, if the first).
        copied_from: "name, version" of the one that it began as; "" if of none.
    """

    id: int
    version_id: int
    name: str
    number: int
    latest: int
    is_baseline: bool
    policy_content: str
    policy_sha256: str
    data_set_id: int
    considered: str
    note: str
    rationales: Mapping[str, str]
    saved_by: str
    saved_by_en: str
    saved_at: datetime
    changes: Difference
    copied_from: str

    @property
    def policy(self) -> Policy:
        """The policy that was saved."""
        return policy_from_toml(self.policy_content, f"{self.name}.toml")


def difference(before: Policy, after: Policy) -> Difference:
    """The parameters in which two policies differ.

    What no parameter tells (who is eligible, members of bands, columns) is one entry, "policy",
    with the hashes of both, so that it needs a rationale like every number.
    """
    old = {parameter.path: str(parameter.value) for parameter in parameters(before)}
    new = {parameter.path: str(parameter.value) for parameter in parameters(after)}
    found: dict[str, tuple[str | None, str | None]] = {
        path: (old.get(path), new.get(path))
        for path in [*old, *(path for path in new if path not in old)]
        if old.get(path) != new.get(path)
    }
    plain_before, plain_after = _without_count(before), _without_count(after)
    if differ_untold(before, after) or (not found and plain_before != plain_after):
        found["policy"] = (_short(plain_before), _short(plain_after))
    return found


def _without_count(policy: Policy) -> dict[str, Any]:
    """A policy as plain data; how many centres the data have is no rule."""
    document = policy.to_document()
    return document | {"policy": {**document["policy"], "centres": None}}


def _short(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(
        canonical(json.loads(json.dumps(document, default=str))).encode()
    ).hexdigest()


# --- saving ------------------------------------------------------------------------------------


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
            return _latest(act.session, int(act.repeated.object_id))
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
        scenario = _scenario(act, round_, scenario_id)
        if act.is_repeated:
            return _latest(act.session, scenario_id)
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
        made=_subject(scenario),
    )
    return _latest(act.session, scenario.id or 0)


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
        _version(session, scenario.id or 0, scenario.version)
        if scenario.version
        else (session.get(ScenarioVersion, scenario.copied_from) if scenario.copied_from else None)
    )
    if row is None:
        return None
    content = session.get_one(PolicyRow, row.policy_id).content
    return row, policy_from_toml(content, "policy.toml")


def _version(session: Session, scenario_id: int, number: int) -> ScenarioVersion | None:
    if not is_possible(number):
        return None
    return session.exec(
        select(ScenarioVersion).where(
            ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.number == number
        )
    ).first()


def _unchanged(act: Act, scenario: Scenario, based_on: int) -> None:
    """Nobody else saved a version since the one that the planner began with.

    Raises:
        Conflict: with who changed which parameter.
    """
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
        seen = _seen(act.session, scenario, version)
        before = _version(act.session, scenario.id or 0, version.number - 1) or version
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
            return _latest(act.session, int(act.repeated.object_id))
        original = _scenario(act, round_, scenario_id)
        version = _version(act.session, scenario_id, number)
        if version is None:
            raise Forbidden(NOT_YOURS)
        seen = _seen(act.session, original, version)
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
        scenario = _scenario(act, round_, scenario_id)
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
            made=_subject(scenario),
        )


def _open_round(act: Act, scenario_id: int | None = None) -> BudgetRound:
    act.allow(Subject("scenario", "" if scenario_id is None else str(scenario_id)[:20]))
    round_ = act.round()
    if round_.state == "published" and not act.is_repeated:
        raise NotNow(N_("The round is published: its scenarios are final."))
    return round_


def _scenario(act: Act, round_: BudgetRound, scenario_id: int) -> Scenario:
    scenario = known(act.session, Scenario, scenario_id)
    if scenario is None or scenario.round_id != round_.id:
        raise Forbidden(NOT_YOURS)
    act.allow(_subject(scenario))
    return scenario


def _subject(scenario: Scenario) -> Subject:
    return Subject("scenario", str(scenario.id))


# --- looking -----------------------------------------------------------------------------------


def scenarios(store: Store, who: str) -> list[SavedScenario]:
    """The latest version of every scenario of the round, the baseline first.

    Raises:
        Forbidden: for whoever may not see them.
    """
    with looking(store, who, Verb.SEE_SCENARIOS) as act:
        act.allow(Subject("scenario", ""))
        round_ = act.round()
        rows = act.session.exec(
            select(Scenario).where(Scenario.round_id == round_.id).order_by(col(Scenario.name))
        ).all()
        found = [_latest(act.session, row.id or 0) for row in rows]
        return sorted(found, key=lambda scenario: not scenario.is_baseline)


def scenario(store: Store, who: str, scenario_id: int, number: int | None = None) -> SavedScenario:
    """A version of a scenario; the latest one if no number is given.

    Raises:
        Forbidden: if there is none, or for whoever may not see it.
    """
    with looking(store, who, Verb.SEE_SCENARIOS) as act:
        row = _scenario(act, act.round(), scenario_id)
        version = _version(act.session, scenario_id, number or row.version)
        if version is None:
            raise Forbidden(NOT_YOURS)
        return _seen(act.session, row, version)


def history(store: Store, who: str, scenario_id: int) -> list[SavedScenario]:
    """Every version of a scenario, the newest first.

    Raises:
        Forbidden: as for `scenario`.
    """
    with looking(store, who, Verb.SEE_SCENARIOS) as act:
        row = _scenario(act, act.round(), scenario_id)
        versions = act.session.exec(
            select(ScenarioVersion)
            .where(ScenarioVersion.scenario_id == scenario_id)
            .order_by(col(ScenarioVersion.number).desc())
        ).all()
        return [_seen(act.session, row, version) for version in versions]


def began(store: Store, who: str) -> Policy:
    """The policy that the round began with; whatever differs from it needs a rationale.

    Raises:
        Forbidden: for whoever may not see scenarios.
    """
    with looking(store, who, Verb.SEE_SCENARIOS) as act:
        act.allow(Subject("scenario", ""))
        return first_policy(act.session, act.round())


def first_policy(session: Session, round_: BudgetRound) -> Policy:
    """The same, inside a transaction, for the workflow itself."""
    row = session.exec(
        select(PolicyRow).where(PolicyRow.round_id == round_.id).order_by(col(PolicyRow.id))
    ).first()
    if row is None:
        raise LookupError(f"round {round_.id} has no policy")
    return policy_from_toml(row.content, "policy.toml")


def latest_of_round(session: Session, round_: BudgetRound) -> list[SavedScenario]:
    """The latest version of every scenario of a round; for the workflow itself."""
    rows = session.exec(
        select(Scenario).where(Scenario.round_id == round_.id).order_by(col(Scenario.id))
    ).all()
    return [_latest(session, row.id or 0) for row in rows]


def baseline(session: Session, round_: BudgetRound) -> SavedScenario:
    """The latest version of the round's baseline; for the workflow itself."""
    return _latest(session, round_.baseline_id or 0)


def saved_in(session: Session, round_: BudgetRound, scenario_id: int) -> SavedScenario:
    """The latest version of a scenario of a round; for the workflow itself.

    Raises:
        Forbidden: if the round has no such scenario.
    """
    row = known(session, Scenario, scenario_id)
    if row is None or row.round_id != round_.id:
        raise Forbidden(NOT_YOURS)
    return _latest(session, scenario_id)


def version_of(session: Session, version_id: int) -> SavedScenario:
    """A version by its id; for the workflow itself."""
    version = session.get_one(ScenarioVersion, version_id)
    return _seen(session, session.get_one(Scenario, version.scenario_id), version)


def baseline_unit(session: Session, round_: BudgetRound) -> int:
    """The unit of money of the baseline's policy, in won."""
    return baseline(session, round_).policy.unit


def _latest(session: Session, scenario_id: int) -> SavedScenario:
    row = session.get_one(Scenario, scenario_id)
    version = _version(session, scenario_id, row.version)
    if version is None:
        raise LookupError(f"scenario {scenario_id} has no version {row.version}")
    return _seen(session, row, version)


def _seen(session: Session, row: Scenario, version: ScenarioVersion) -> SavedScenario:
    policy = session.get_one(PolicyRow, version.policy_id)
    previous = (
        _version(session, version.scenario_id, version.number - 1)
        if version.number > 1
        else (session.get(ScenarioVersion, row.copied_from) if row.copied_from else None)
    )
    changes: Difference = {}
    if previous is not None and previous.policy_id != version.policy_id:
        before = session.get_one(PolicyRow, previous.policy_id)
        changes = difference(
            policy_from_toml(before.content, "policy.toml"),
            policy_from_toml(policy.content, "policy.toml"),
        )
    origin = session.get(ScenarioVersion, row.copied_from) if row.copied_from else None
    parent = session.get_one(Scenario, origin.scenario_id) if origin else None
    person = session.get_one(Person, version.saved_by)
    return SavedScenario(
        id=row.id or 0,
        version_id=version.id or 0,
        name=row.name,
        number=version.number,
        latest=row.version,
        is_baseline=present_round(session).baseline_id == row.id,
        policy_content=policy.content,
        policy_sha256=policy.sha256,
        data_set_id=version.data_set_id,
        considered=version.considered,
        note=version.note,
        rationales=json.loads(version.rationales),
        saved_by=person.name,
        saved_by_en=person.name_en,
        saved_at=version.saved_at,
        changes=changes,
        copied_from=f"{parent.name}, {origin.number}" if parent and origin else "",
    )
