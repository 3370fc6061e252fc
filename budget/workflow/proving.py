"""Proof of the trail, and of everything that it vouches for.

The chain of hashes proves the records. Each record tells what a deed left behind: a row that is
not as the last record of it tells was changed behind our back. A hash beside a frozen content
proves nothing by itself, for whoever changes the one can change the other: it must be the hash
that the trail tells of that very row.

Source: workflow, what is recorded.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, SQLModel, select

from budget.allocation.faults import N_, Fault, InputError
from budget.storage import trail
from budget.storage.guards import missing_guards
from budget.storage.rows import UNREADABLE, each
from budget.storage.store import Store
from budget.storage.tables import (
    AllotmentProfile,
    Attachment,
    AttachmentContent,
    BudgetRound,
    DataSet,
    DivisionPlan,
    DivisionRules,
    ExecutionSet,
    Extension,
    Person,
    Policy,
    Publication,
    RoleGrant,
    Run,
    Scenario,
    ScenarioVersion,
    Snapshot,
    SpecialNeed,
)
from budget.workflow.deeds import looking, to_plain
from budget.workflow.roles import Subject, Verb
from budget.workflow.told import Told, told

BROKEN = N_("Record {number} is the first broken one: {why}.")
NOT_AS_RECORDED = N_("{kind} {id} is not what was recorded.")
Finding = tuple[str, str]
"""What is not as the trail tells: kind and id."""


@dataclass(frozen=True)
class Proof:
    """What the verification found.

    Attributes:
        trail: the chain of records.
        contents: what is not as the trail tells: kind and id; a missing guard of the database is
            of the kind "guard".
    """

    trail: trail.Verdict
    contents: tuple[Finding, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything is as it was recorded."""
        return self.trail.is_whole and not self.contents


def verify(store: Store, who: str, expected: tuple[int, str] | None = None) -> Proof:
    """Prove the trail, and what it vouches for.

    Args:
        expected: the number and hash of a record as written down earlier.

    Raises:
        Forbidden: for anybody but auditor and lead.
        InputError: if that is no number or no hash.
    """
    with looking(store, who, Verb.SEE_TRAIL) as act:
        act.allow(Subject("trail", ""))
        if expected is not None:
            _check_expected(*expected)
        return proof(act.session, expected)


def _check_expected(number: int, hash_: str) -> None:
    faults = []
    if number < 1:
        faults.append(Fault("", "number", str(number), N_("the number of a record: 1 or more")))
    if not re.fullmatch("[0-9a-f]{64}", hash_):
        faults.append(Fault("", "hash", hash_[:80], N_("the whole hash: 64 digits 0–9 and a–f")))
    if faults:
        raise InputError(faults)


def proof(session: Session, expected: tuple[int, str] | None = None) -> Proof:
    """The same, inside a session, for the command line.

    Args:
        expected: the number and hash of a record as written down earlier.
    """
    verdict = trail.verified(session, expected)
    if not verdict.is_whole:  # it vouches for nothing
        return Proof(verdict, ())
    findings = [("guard", name) for name in missing_guards(session)]
    tale = told(session)
    for check in (
        *(_contents, _needs, _scenarios, _publications, _rounds, _deadlines, _people),
        *(_division_rules, _division_plans, _year),
    ):
        findings += check(session, tale)
    return Proof(verdict, tuple(dict.fromkeys(findings)))


def _false[Row: SQLModel](
    session: Session,
    kind: str,
    table: type[Row],
    is_right: Callable[[Row], bool],
    batch: int | None = None,
) -> Iterator[Finding]:
    """Rows that are not right, or that cannot be read."""
    key = getattr(table, "id")  # noqa: B009 - SQLModel declares it in the tables alone
    for identifier, row in each(session, table, key, batch):
        try:
            right = row is not None and is_right(row)
        except UNREADABLE:
            right = False
        if not right:
            yield kind, str(identifier)


def _gone(session: Session, kind: str, key: Any, told_ids: Set[int]) -> Iterator[Finding]:
    """Objects that the trail tells of and that are not there."""
    missing = told_ids - set(session.exec(select(key)))
    yield from ((kind, str(identifier)) for identifier in sorted(missing))


def _fits(content: bytes, sha256: str, told_hash: str | None) -> bool:
    return sha256 == told_hash and hashlib.sha256(content).hexdigest() == sha256


# --- frozen contents ---------------------------------------------------------------------------


def _contents(session: Session, tale: Told) -> Iterator[Finding]:

    def table(row: DataSet) -> bool:
        told_hash = tale.tables.get(row.id or 0)
        is_told = row.sha256 in tale.data_sets if told_hash is None else row.sha256 == told_hash
        return is_told and _fits(row.content, row.sha256, row.sha256)

    yield from _false(session, "data_set", DataSet, table, 1)
    told_hashes = tale.data_sets | set(tale.tables.values())
    hashes = set(session.exec(select(DataSet.sha256)))
    yield from (("data_set", sha256) for sha256 in sorted(told_hashes - hashes))
    hashes = set(session.exec(select(Policy.sha256)))
    yield from (("policy", sha256) for sha256 in sorted(tale.policies - hashes - {""}))
    yield from _false(
        session,
        "policy",
        Policy,
        lambda row: (
            row.sha256 in tale.policies and _fits(str(row.content).encode(), row.sha256, row.sha256)
        ),
        1,
    )
    yield from _false(
        session,
        "snapshot",
        Snapshot,
        lambda row: (
            tale.sender(row.special_need_id, row.number) in {None, row.submitted_by}
            and _fits(
                str(row.content).encode(),
                row.sha256,
                tale.snapshot(row.special_need_id, row.number),
            )
        ),
        100,
    )

    def attachment(row: Attachment) -> bool:
        content = session.get_one(AttachmentContent, row.id).content
        return f"{row.name} {row.sha256}" in tale.files(row.special_need_id) and _fits(
            content, row.sha256, row.sha256
        )

    yield from _false(session, "attachment", Attachment, attachment, 1)


def _needs(session: Session, tale: Told) -> Iterator[Finding]:
    """Requests whose fields, files or number of snapshots are not what the trail tells."""
    files: dict[str, set[str]] = {}
    for _identifier, file in each(session, Attachment, Attachment.id):
        if file is not None:  # the check of the files tells
            files.setdefault(file.special_need_id, set()).add(f"{file.name} {file.sha256}")
    frozen = Counter(session.exec(select(Snapshot.special_need_id)))
    gone = set(tale.needs)

    def is_right(row: SpecialNeed) -> bool:
        gone.discard(row.id)
        need = tale.needs.get(row.id)
        return (
            need is not None
            and "state" in need.fields
            and _as_told(row, need.fields)
            and (not need.is_whole or _as_begun(row, need.fields))
            and need.files == files.get(row.id, set())
            and row.snapshots == len(need.snapshots) == frozen[row.id]
        )

    yield from _false(session, "special_need", SpecialNeed, is_right)
    yield from (("special_need", need_id) for need_id in sorted(gone))


def _as_told(row: SQLModel, fields: Mapping[str, Any]) -> bool:
    return all(to_plain(getattr(row, name)) == new for name, new in fields.items())


KEEPING = frozenset(
    {"id", "centre_id", "version", "draft", "stamps", "last_key", "recent_keys"}
    | {"written_by", "edited_by", "edited_at", "submitted_at", "snapshots"}
    | {"assessed_at", "decided_at"}
)
"""Fields of a request that its records do not name one by one."""


def _as_begun(row: SpecialNeed, fields: Mapping[str, Any]) -> bool:
    """Whether what no record names is as it was when the request was begun: empty."""
    return all(
        getattr(row, name) in {None, ""}
        for name in SpecialNeed.model_fields
        if name not in fields and name not in KEEPING
    )


# --- scenarios, runs, publication --------------------------------------------------------------


def _scenarios(session: Session, tale: Told) -> Iterator[Finding]:
    def scenario(row: Scenario) -> bool:
        versions = tale.scenarios.get(str(row.id), {})
        fields = versions.get(row.version, {})
        return row.version == max(versions, default=0) and row.name == fields.get("name", row.name)

    def version(row: ScenarioVersion) -> bool:
        fields = dict(tale.scenarios.get(str(row.scenario_id), {}).get(row.number, {}))
        policy = session.get_one(Policy, row.policy_id)
        fields.pop("name", None)
        fields.pop("copied_from", None)
        rationales = fields.pop("rationales", None)
        return (
            fields.pop("policy_sha256", None) == policy.sha256
            and (rationales is None or trail.canonical(rationales) == row.rationales)
            and _as_told(row, fields)
        )

    yield from _false(session, "scenario", Scenario, scenario)
    yield from _false(session, "scenario_version", ScenarioVersion, version)
    standing = set(session.exec(select(ScenarioVersion.scenario_id, ScenarioVersion.number)))
    for scenario_id, versions in tale.scenarios.items():
        if any((int(scenario_id), number) not in standing for number in versions):
            yield "scenario", scenario_id


def _publications(session: Session, tale: Told) -> Iterator[Finding]:
    def publication(row: Publication) -> bool:
        fields = tale.publications.get(row.id or 0)
        named = ("round_id", "run_id", "proposed_by", "proposed_at", "confirmed_by", "confirmed_at")
        return fields is not None and _as_told(row, {name: fields.get(name) for name in named})

    def run(row: Run) -> bool:
        fields = next(
            (own for own in tale.publications.values() if own.get("run_id") == row.id), {}
        )
        linked = ("scenario_version_id", "policy_id", "data_set_id", "code_version")
        report = hashlib.sha256(row.report.encode()).hexdigest()
        return (
            row.certified
            and (row.round_id, row.ran_by) == (fields.get("round_id"), fields.get("proposed_by"))
            and fields.get("report_sha256", report) == report
            and _as_told(row, {name: fields[name] for name in linked if name in fields})
            and all(
                _fits(content, sha256, fields.get(name))
                for content, sha256, name in (
                    (row.allocation_csv, row.allocation_sha256, "allocation_sha256"),
                    (row.requests_csv, row.requests_sha256, "requests_sha256"),
                )
            )
        )

    yield from _false(session, "publication", Publication, publication)
    yield from _false(session, "run", Run, run, 1)
    yield from _gone(session, "publication", Publication.id, set(tale.publications))
    yield from _gone(session, "run", Run.id, tale.runs)


# --- the year: quarters and execution ----------------------------------------------------------


def _year(session: Session, tale: Told) -> Iterator[Finding]:
    """Quarterly profiles and executions to date: every field and the content as they were told."""

    def profile(row: AllotmentProfile) -> bool:
        fields = tale.versions.get(("allotment_profile", row.id or 0))
        return (
            fields is not None
            and _as_told(row, fields)
            and _fits(str(row.content).encode(), row.sha256, fields["sha256"])
        )

    def execution(row: ExecutionSet) -> bool:
        fields = tale.versions.get(("execution_set", row.id or 0))
        return (
            fields is not None
            and _as_told(row, fields)
            and _fits(row.content, row.sha256, fields["sha256"])
        )

    yield from _false(session, "allotment_profile", AllotmentProfile, profile)
    yield from _false(session, "execution_set", ExecutionSet, execution, 1)
    for kind, key in (
        ("allotment_profile", AllotmentProfile.id),
        ("execution_set", ExecutionSet.id),
    ):
        told_ids = {number for own, number in tale.versions if own == kind}
        yield from _gone(session, kind, key, told_ids)


# --- the round and its people ------------------------------------------------------------------


def _rounds(session: Session, tale: Told) -> Iterator[Finding]:
    hashes = dict(session.exec(select(DataSet.id, DataSet.sha256)).all())

    def is_right(row: BudgetRound) -> bool:
        fields = tale.rounds.get(str(row.id), {"state": None})
        return (
            _as_told(row, fields)
            and row.corrects_id == fields.get("corrects_id")
            and hashes.get(row.data_set_id) == tale.in_force.get(str(row.id))
        )

    yield from _false(session, "round", BudgetRound, is_right)
    yield from _gone(session, "round", BudgetRound.id, {int(key) for key in tale.rounds})


def _deadlines(session: Session, tale: Told) -> Iterator[Finding]:
    standing: dict[str, list[str]] = {}
    for identifier, row in each(session, Extension, Extension.id):
        if row is None:
            yield "extension", str(identifier)
        else:
            standing.setdefault(row.centre_id, []).append(row.until.isoformat())
    for centre_id in sorted({*standing, *tale.deadlines}):
        if standing.get(centre_id, []) != tale.deadlines.get(centre_id, []):
            yield "deadline", centre_id


def _people(session: Session, tale: Told) -> Iterator[Finding]:
    """People whose name or roles in force are not what the trail tells."""
    grants: dict[int, list[tuple[str, str]]] = {}
    for identifier, row in each(session, RoleGrant, RoleGrant.id):
        if row is None:
            yield "role_grant", str(identifier)
        elif row.ended_at is None:
            grants.setdefault(row.person_id, []).append((row.role, row.centre_id or ""))
    missing = set(tale.grants)

    def is_right(person: Person) -> bool:
        missing.discard(person.identity)
        if str(person.id) in tale.unnamed or tale.is_untold(person.identity):
            return True
        has_told_roles = sorted(grants.get(person.id or 0, [])) == sorted(
            tale.grants.get(person.identity, [])
        )
        return has_told_roles and person.name == tale.names.get(person.identity, person.name)

    yield from _false(session, "person", Person, is_right)
    yield from (("person", identity) for identity in sorted(missing))


# --- divisions ---------------------------------------------------------------------------------


def _division_rules(session: Session, tale: Told) -> Iterator[Finding]:
    """Versions of the rules that are not as they were saved, and those that are gone."""
    gone = dict(tale.division_rules)

    def is_right(row: DivisionRules) -> bool:
        fields = gone.pop((row.round_id, row.number), None)
        return (
            fields is not None
            and _as_told(row, fields)
            and _fits(str(row.content).encode(), row.sha256, fields["sha256"])
        )

    yield from _false(session, "division_rules", DivisionRules, is_right)
    yield from (("division_rules", f"{place}.{number}") for place, number in sorted(gone))


def _division_plans(session: Session, tale: Told) -> Iterator[Finding]:
    """Plans whose submitted amounts, state or money are not as the trail tells."""
    gone = set(tale.division_plans)

    def is_right(row: DivisionPlan) -> bool:
        gone.discard(row.id)
        fields = dict(tale.division_plans.get(row.id, {"state": None, "amounts": {}}))
        return (
            row.id == f"P{row.run_id}-{row.centre_id}"
            and row.amounts == trail.canonical(fields.pop("amounts"))
            and row.submitted_by == fields.pop("submitted_by", None)
            and to_plain(row.submitted_at) == fields.pop("submitted_at", None)
            and _as_told(row, fields)
        )

    yield from _false(session, "division_plan", DivisionPlan, is_right)
    yield from (("division_plan", plan_id) for plan_id in sorted(gone))
