"""The scenarios that were saved: a policy, a data set and the requests considered, by version.

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
from budget.allocation.faults import N_
from budget.allocation.parameters import parameters
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from_toml
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Person, Scenario, ScenarioVersion
from budget.storage.tables import Policy as PolicyRow
from budget.storage.trail import canonical
from budget.workflow.deeds import Act, is_possible, known, looking, present_round
from budget.workflow.refusals import NOT_YOURS, Forbidden
from budget.workflow.roles import Subject, Verb

CONSIDERED: Mapping[str, str] = {
    "approved": N_("approved requests"),
    "assessed": N_("approved and assessed requests"),
}
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


def version_row(session: Session, scenario_id: int, number: int) -> ScenarioVersion | None:
    """The row of one version of a scenario; None if there is none."""
    if not is_possible(number):
        return None
    return session.exec(
        select(ScenarioVersion).where(
            ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.number == number
        )
    ).first()


def scenario_row(act: Act, round_: BudgetRound, scenario_id: int) -> Scenario:
    """The row of a scenario of the round, after asking whether the person may.

    Raises:
        Forbidden: if the round has none, or if it is not for this person.
    """
    scenario = known(act.session, Scenario, scenario_id)
    if scenario is None or scenario.round_id != round_.id:
        raise Forbidden(NOT_YOURS)
    act.allow(scenario_subject(scenario))
    return scenario


def scenario_subject(scenario: Scenario) -> Subject:
    """A scenario as rights and records name it."""
    return Subject("scenario", str(scenario.id))


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
        found = [latest_version(act.session, row.id or 0) for row in rows]
        return sorted(found, key=lambda scenario: not scenario.is_baseline)


def scenario(store: Store, who: str, scenario_id: int, number: int | None = None) -> SavedScenario:
    """A version of a scenario; the latest one if no number is given.

    Raises:
        Forbidden: if there is none, or for whoever may not see it.
    """
    with looking(store, who, Verb.SEE_SCENARIOS) as act:
        row = scenario_row(act, act.round(), scenario_id)
        version = version_row(act.session, scenario_id, number or row.version)
        if version is None:
            raise Forbidden(NOT_YOURS)
        return version_seen(act.session, row, version)


def history(store: Store, who: str, scenario_id: int) -> list[SavedScenario]:
    """Every version of a scenario, the newest first.

    Raises:
        Forbidden: as for `scenario`.
    """
    with looking(store, who, Verb.SEE_SCENARIOS) as act:
        row = scenario_row(act, act.round(), scenario_id)
        versions = act.session.exec(
            select(ScenarioVersion)
            .where(ScenarioVersion.scenario_id == scenario_id)
            .order_by(col(ScenarioVersion.number).desc())
        ).all()
        return [version_seen(act.session, row, version) for version in versions]


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
    return [latest_version(session, row.id or 0) for row in rows]


def baseline(session: Session, round_: BudgetRound) -> SavedScenario:
    """The latest version of the round's baseline; for the workflow itself."""
    return latest_version(session, round_.baseline_id or 0)


def saved_in(session: Session, round_: BudgetRound, scenario_id: int) -> SavedScenario:
    """The latest version of a scenario of a round; for the workflow itself.

    Raises:
        Forbidden: if the round has no such scenario.
    """
    row = known(session, Scenario, scenario_id)
    if row is None or row.round_id != round_.id:
        raise Forbidden(NOT_YOURS)
    return latest_version(session, scenario_id)


def version_of(session: Session, version_id: int) -> SavedScenario:
    """A version by its id; for the workflow itself."""
    version = session.get_one(ScenarioVersion, version_id)
    return version_seen(session, session.get_one(Scenario, version.scenario_id), version)


def baseline_unit(session: Session, round_: BudgetRound) -> int:
    """The unit of money of the baseline's policy, in won."""
    return baseline(session, round_).policy.unit


def latest_version(session: Session, scenario_id: int) -> SavedScenario:
    """The latest version of a scenario, inside a transaction."""
    row = session.get_one(Scenario, scenario_id)
    version = version_row(session, scenario_id, row.version)
    if version is None:
        raise LookupError(f"scenario {scenario_id} has no version {row.version}")
    return version_seen(session, row, version)


def version_seen(session: Session, row: Scenario, version: ScenarioVersion) -> SavedScenario:
    """A version with all that the screens tell of it."""
    policy = session.get_one(PolicyRow, version.policy_id)
    previous = (
        version_row(session, version.scenario_id, version.number - 1)
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
