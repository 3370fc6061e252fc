"""What the audit trail tells of every object: the records of each, put together in their order.

Records of earlier versions of the program tell less (a grant did not name the person, a founding
not its people): what was never told cannot be compared, and is left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from budget.storage.tables import BudgetRound, DivisionPlan, SpecialNeed, TrailRecord
from budget.workflow.deeds import to_plain
from budget.workflow.roles import Verb

RUN_FIELDS = (
    "allocation_sha256",
    "requests_sha256",
    "report_sha256",
    "scenario_version_id",
    "policy_id",
    "data_set_id",
    "code_version",
)
"""What a proposal tells of its run."""
DIVISIONS = "divisions.toml"
WON = "_krw"
"""What a field of a plan ends with that is the amount of a division."""
DEMONSTRATION_PREFIX = "demonstration|"
_ROUND_FIELDS = frozenset(BudgetRound.model_fields)


@dataclass
class ToldNeed:
    """What the trail tells of a request.

    Attributes:
        is_whole: what the records do not name stands at its beginning; those of an old founding
            left fields out.
        files: "name hash" of each.
        snapshots: their hashes, in their order; `senders`: who submitted each, None where its
            record is of another deed (an import, a copy into a supplementary round).
    """

    fields: dict[str, Any] = field(default_factory=dict)
    is_whole: bool = False
    files: set[str] = field(default_factory=set)
    snapshots: list[str] = field(default_factory=list)
    senders: list[int | None] = field(default_factory=list)


@dataclass
class Told:
    """What the trail tells, object by object.

    Attributes:
        data_sets: hashes of tables of centres, told without the number of their row: those that
            a round was founded with; `tables`: number of the row -> hash of every other one.
        in_force: round -> hash of the table that was put in force last.
        policies: hashes that some record names.
        scenarios: id -> version -> field -> value.
        publications: id -> field -> value; the run's hashes among them.
        runs: the ids of the runs that were proposed.
        rounds: id -> field -> value.
        deadlines: centre -> the days that were set, in their order.
        grants: identity -> (role, centre) in force; `names`: identity -> name.
        unnamed: ids of people whose grants were recorded without saying whose they are.
        has_founders: whether the founding told the people that it made.
        versions: (kind, id) of each quarterly profile and execution to date -> field -> value.
        division_rules: round and number of a version -> field -> value.
        division_plans: id -> field -> value; the submitted amounts among them.
    """

    data_sets: set[str] = field(default_factory=set)
    tables: dict[int, str] = field(default_factory=dict)
    in_force: dict[str, str] = field(default_factory=dict)
    policies: set[str] = field(default_factory=set)
    needs: dict[str, ToldNeed] = field(default_factory=dict)
    scenarios: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    publications: dict[int, dict[str, Any]] = field(default_factory=dict)
    runs: set[int] = field(default_factory=set)
    rounds: dict[str, dict[str, Any]] = field(default_factory=dict)
    deadlines: dict[str, list[str]] = field(default_factory=dict)
    grants: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    unnamed: set[str] = field(default_factory=set)
    has_founders: bool = False
    versions: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    division_rules: dict[tuple[int, int], dict[str, Any]] = field(default_factory=dict)
    division_plans: dict[str, dict[str, Any]] = field(default_factory=dict)

    def snapshot(self, need_id: str, number: int) -> str | None:
        """The hash of a request's snapshot; None if it was never told."""
        hashes = self.needs.get(need_id, ToldNeed()).snapshots
        return hashes[number - 1] if 0 < number <= len(hashes) else None

    def sender(self, need_id: str, number: int) -> int | None:
        """Who submitted a request's snapshot; None where no record says so."""
        senders = self.needs.get(need_id, ToldNeed()).senders
        return senders[number - 1] if 0 < number <= len(senders) else None

    def files(self, need_id: str) -> set[str]:
        """The files of a request: "name hash" of each."""
        return self.needs.get(need_id, ToldNeed()).files

    def is_untold(self, identity: str) -> bool:
        """Whether somebody was made by a founding that did not tell its people."""
        return not self.has_founders and identity.startswith(DEMONSTRATION_PREFIX)

    @property
    def present_round(self) -> dict[str, Any]:
        """The fields of the round that was founded last."""
        return next(reversed(self.rounds.values()), {})


def told(session: Session) -> Told:
    """Put all records of deeds that were done together."""
    tale = Told()
    listeners = {
        "special_need": _need,
        "scenario": _scenario,
        "publication": _publication,
        "round": _round,
        "centre": _centre,
        "person": _person,
        "allotment_profile": _version,
        "execution_set": _version,
        "division_rules": _division_rules,
        "division_plan": _division_plan,
    }
    for record in session.exec(
        select(TrailRecord)
        .where(TrailRecord.outcome == "done")
        .order_by(col(TrailRecord.number))
        .execution_options(yield_per=500)
    ):
        listen = listeners.get(record.object_kind)
        if listen is not None:
            listen(tale, record, json.loads(record.changes))
    return tale


Changes = Mapping[str, tuple[Any, Any]]


def _need(tale: Told, record: TrailRecord, changes: Changes) -> None:
    if record.object_id not in tale.needs:
        round_id = next(reversed(tale.rounds), None)
        first = ToldNeed({"round_id": int(round_id)} if round_id else {})
        first.is_whole = record.verb == Verb.BEGIN or tale.has_founders
        if record.verb == Verb.BEGIN:
            first.fields["written_by"] = record.person_id
            first.fields["centre_id"] = record.centre_id  # a head begins at the own centre alone
        tale.needs[record.object_id] = first
    need = tale.needs[record.object_id]
    for name, (old, new) in changes.items():
        if name == "file":
            need.files.discard(old)
            need.files |= {new} - {None}
        elif name == "snapshot":
            need.snapshots.append(new)
            need.senders.append(record.person_id if record.verb == Verb.SUBMIT else None)
        elif name in SpecialNeed.model_fields and record.verb != Verb.BEGIN:
            need.fields[name] = new  # a record of BEGIN tells what stands in the draft
    if record.to_state:
        need.fields["state"] = record.to_state


def _scenario(tale: Told, record: TrailRecord, changes: Changes) -> None:
    if "baseline_id" in changes:
        tale.present_round["baseline_id"] = changes["baseline_id"][1]
    if not record.to_state.startswith("version "):
        return
    versions = tale.scenarios.setdefault(record.object_id, {})
    number = int(record.to_state.removeprefix("version "))
    fields = dict(versions.get(number - 1, {}))
    for name in (
        "name",
        "policy_sha256",
        "considered",
        "note",
        "data_set_id",
        "rationales",
        "copied_from",
    ):
        if name in changes:
            fields[name] = changes[name][1]
    fields["saved_at"] = to_plain(record.at)
    if record.person_id is not None:  # a founding is nobody's deed
        fields["saved_by"] = record.person_id
    versions[number] = fields
    tale.policies.add(fields.get("policy_sha256", ""))


def _publication(tale: Told, record: TrailRecord, changes: Changes) -> None:
    fields = tale.publications.setdefault(int(record.object_id), {})
    if record.to_state == "proposed":
        fields["round_id"] = int(next(reversed(tale.rounds)))
        fields["run_id"] = changes["run"][1]
        fields["proposed_by"], fields["proposed_at"] = record.person_id, to_plain(record.at)
        tale.runs.add(changes["run"][1])
        for name in RUN_FIELDS:
            if name in changes:
                fields[name] = changes[name][1]
    elif record.to_state == "published":
        fields["confirmed_by"], fields["confirmed_at"] = record.person_id, to_plain(record.at)
        tale.present_round["state"] = "published"


def _round(tale: Told, record: TrailRecord, changes: Changes) -> None:
    fields = tale.rounds.setdefault(record.object_id, {})
    for name, (_old, new) in changes.items():
        if name in _ROUND_FIELDS:
            fields[name] = new
        elif name == "centres.csv":
            tale.in_force[record.object_id] = new
            if "data_set_id" in changes:
                tale.tables[changes["data_set_id"][1]] = new
            else:
                tale.data_sets.add(new)
        elif name == DIVISIONS:
            tale.division_rules[int(record.object_id), 1] = _rules_version(record, new)
        elif name == "people":
            tale.has_founders = True
            for identity, (person, role, centre_id) in new.items():
                tale.grants.setdefault(identity, []).append((role, centre_id))
                tale.names[identity] = person
    if record.to_state:
        fields["state"] = record.to_state


def _centre(tale: Told, record: TrailRecord, changes: Changes) -> None:
    if "deadline" in changes:
        tale.deadlines.setdefault(record.object_id, []).append(changes["deadline"][1])


def _version(tale: Told, record: TrailRecord, changes: Changes) -> None:
    """A version that is written once: its record tells all of it but the content."""
    fields = {name: changes[name][1] for name in ("round_id", "number", "sha256")}
    tale.versions[record.object_kind, int(record.object_id)] = fields | {
        "note": record.reason,
        "saved_by": record.person_id,
        "saved_at": to_plain(record.at),
    }


def _person(tale: Told, record: TrailRecord, changes: Changes) -> None:
    identity = changes.get("identity", (None, None))[1]
    if identity is None:
        tale.unnamed.add(record.object_id)
        return
    if "name" in changes:
        tale.names.setdefault(identity, changes["name"][1])
    had, has = changes["role"]
    centre_before, centre_now = changes["centre_id"]
    grants = tale.grants.setdefault(identity, [])
    if has is not None:
        grants.append((has, centre_now or ""))
    elif (had, centre_before or "") in grants:
        grants.remove((had, centre_before or ""))


def _division_rules(tale: Told, record: TrailRecord, changes: Changes) -> None:
    number = int(record.to_state.removeprefix("version "))
    fields = _rules_version(record, changes[DIVISIONS][1]) | {"saved_by": record.person_id}
    tale.division_rules[changes["round_id"][1], number] = fields


def _rules_version(record: TrailRecord, sha256: str) -> dict[str, Any]:
    """What every record tells of it; an old founding did not say in whose name the rules are."""
    return {"sha256": sha256, "note": record.reason, "saved_at": to_plain(record.at)}


def _division_plan(tale: Told, record: TrailRecord, changes: Changes) -> None:
    fields = tale.division_plans.setdefault(
        record.object_id, {"amounts": {}, "rules_id": None, "return_reason": ""}
    )
    for name, (_old, new) in changes.items():
        if name.endswith(WON) and new is None:  # submitted without a division that it had before
            fields["amounts"].pop(name.removesuffix(WON), None)
        elif name.endswith(WON):
            fields["amounts"][name.removesuffix(WON)] = new
        elif name in DivisionPlan.model_fields:
            fields[name] = new
    fields["state"] = record.to_state
    if record.to_state == "submitted":
        fields["submitted_by"] = record.person_id
        fields["submitted_at"] = to_plain(record.at)
