"""The tables: people, rounds, versions, special needs, runs, the audit trail.

Money is whole won. Moments are UTC. What a person typed is stored composed (NFC). Rows of
`DataSet`, `Policy`, `ScenarioVersion`, `Run`, `Snapshot`, `DivisionRules`, `AllotmentProfile`,
`ExecutionSet` and `TrailRecord` never change once written: triggers of the database hold that (see
migrations/).
"""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Text, TypeDecorator
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel, UniqueConstraint


class Moment(TypeDecorator[datetime]):
    """A moment in UTC, the same on SQLite (which knows no zones) and PostgreSQL."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; a moment without a zone could be nine hours off."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _moment(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Moment, nullable=nullable))


def _won() -> Any:
    return Field(default=None, sa_column=Column(BigInteger, nullable=True))


def _text(default: str = "") -> Any:
    return Field(default=default, sa_column=Column(Text, nullable=False))


class Installation(SQLModel, table=True):
    """What this database is for; one row.

    Attributes:
        kind: "demonstration" or "ministry".
    """

    id: int = Field(default=1, primary_key=True)
    kind: str
    made_at: datetime = _moment()


class Centre(SQLModel, table=True):
    """A centre that people and requests belong to; its figures stand in data sets."""

    centre_id: str = Field(primary_key=True)
    name_ko: str
    name_en: str


class Person(SQLModel, table=True):
    """Somebody who can sign in.

    Attributes:
        identity: what the sign-in says: issuer and subject.
    """

    id: int | None = Field(default=None, primary_key=True)
    identity: str = Field(unique=True)
    name: str
    name_en: str = ""
    version: int = 1


class RoleGrant(SQLModel, table=True):
    """A role of a person, from one moment until it is ended.

    Attributes:
        centre_id: the centre of a centre head, else None.
    """

    __tablename__ = "role_grant"
    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    role: str
    centre_id: str | None = Field(default=None, foreign_key="centre.centre_id")
    granted_at: datetime = _moment()
    ended_at: datetime | None = _moment(nullable=True)


class BudgetRound(SQLModel, table=True):
    """One year's round.

    Attributes:
        state: "setup", "open", "review", "decided" or "published".
        data_set_id: the version of the centres' table in force.
        baseline_id: the scenario that others are compared with.
        corrects_id: the published round that a supplementary one corrects.
        provinces: outlines for the map, GeoJSON.
    """

    __tablename__ = "budget_round"
    id: int | None = Field(default=None, primary_key=True)
    name_ko: str
    name_en: str
    fiscal_year: int
    state: str
    illustrative: bool
    requests_open: date
    requests_close: date
    decisions_due: date
    publication_due: date
    data_set_id: int | None = None
    baseline_id: int | None = None
    corrects_id: int | None = Field(default=None, foreign_key="budget_round.id")
    provinces: str = _text()
    version: int = 1


class Extension(SQLModel, table=True):
    """A later deadline for one centre; the latest one counts.

    Attributes:
        until: the last day in Korea on which the centre may submit.
    """

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id", index=True)
    centre_id: str = Field(foreign_key="centre.centre_id")
    until: date
    set_at: datetime = _moment()


class DataSet(SQLModel, table=True):
    """A version of the table of centres as centres.csv; never changed."""

    __tablename__ = "data_set"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    number: int
    sha256: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: str = _text()
    saved_by: int = Field(foreign_key="person.id")
    saved_at: datetime = _moment()


class Policy(SQLModel, table=True):
    """A policy as policy.toml; equal policies of a round are one row."""

    __table_args__ = (UniqueConstraint("round_id", "sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    sha256: str
    content: str = _text()
    saved_by: int = Field(foreign_key="person.id")
    saved_at: datetime = _moment()


class Scenario(SQLModel, table=True):
    """A named sequence of versions.

    Attributes:
        version: the number of the latest version.
        copied_from: the scenario version that this one began as.
    """

    __table_args__ = (UniqueConstraint("round_id", "name"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    name: str
    version: int
    copied_from: int | None = None
    made_by: int = Field(foreign_key="person.id")
    made_at: datetime = _moment()


class ScenarioVersion(SQLModel, table=True):
    """A policy, a data set and the requests considered, with a note and rationales.

    Attributes:
        considered: "approved", or "assessed": the assessed ones as well.
        rationales: JSON, parameter path to the reason for its value.
    """

    __tablename__ = "scenario_version"
    __table_args__ = (UniqueConstraint("scenario_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    scenario_id: int = Field(foreign_key="scenario.id")
    number: int
    policy_id: int = Field(foreign_key="policy.id")
    data_set_id: int = Field(foreign_key="data_set.id")
    considered: str
    note: str = _text()
    rationales: str = _text("{}")
    saved_by: int = Field(foreign_key="person.id")
    saved_at: datetime = _moment()


class Run(SQLModel, table=True):
    """A certified allocation with everything that it came from."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    scenario_version_id: int = Field(foreign_key="scenario_version.id")
    data_set_id: int = Field(foreign_key="data_set.id")
    policy_id: int = Field(foreign_key="policy.id")
    requests_csv: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    requests_sha256: str
    allocation_csv: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    allocation_sha256: str
    report: str = _text()
    code_version: str
    certified: bool
    ran_by: int = Field(foreign_key="person.id")
    ran_at: datetime = _moment()


class Publication(SQLModel, table=True):
    """A run proposed to be published; confirmed by somebody else, or withdrawn."""

    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id", index=True)
    run_id: int = Field(foreign_key="run.id")
    proposed_by: int = Field(foreign_key="person.id")
    proposed_at: datetime = _moment()
    confirmed_by: int | None = Field(default=None, foreign_key="person.id")
    confirmed_at: datetime | None = _moment(nullable=True)


class SpecialNeed(SQLModel, table=True):
    """A special-need request.

    Attributes:
        draft: JSON, field to the text as typed; what is being written.
        stamps: JSON, field to [version, person id, moment] of its last change, and
            fourth, where somebody else changed it before, the same of theirs.
        last_key: of the last deed.
        recent_keys: of the last saves of the draft, one a line; those are not in the trail.
        category … new_address: of the latest snapshot; empty before the first submission.
        snapshots: how many there are.
        return_due: the last day in Korea on which a returned request may be submitted again.
        priority: 1 statutory or safety, 2 contractual, 3 improvement.
    """

    __tablename__ = "special_need"
    id: str = Field(primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id", index=True)
    centre_id: str = Field(foreign_key="centre.centre_id", index=True)
    state: str = Field(index=True)
    version: int = 1
    draft: str = _text("{}")
    stamps: str = _text("{}")
    last_key: str = ""
    recent_keys: str = _text()
    written_by: int = Field(foreign_key="person.id")
    edited_by: int = Field(foreign_key="person.id")
    edited_at: datetime = _moment()
    snapshots: int = 0
    category: str = ""
    title: str = _text()
    title_en: str = _text()
    requested_krw: int | None = _won()
    need_by: date | None = None
    justification: str = _text()
    lease_end: date | None = None
    condition: str = _text()
    new_address: str = _text()
    submitted_at: datetime | None = _moment(nullable=True)
    reviewer_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    return_reason: str = _text()
    return_due: date | None = None
    feasible: bool | None = None
    assessed_krw: int | None = _won()
    priority: int | None = None
    divisible: bool | None = None
    assessment: str = _text()
    assessed_by: int | None = Field(default=None, foreign_key="person.id")
    assessed_at: datetime | None = _moment(nullable=True)
    approved_krw: int | None = _won()
    decision_reason: str = _text()
    override_reason: str = _text()
    decided_by: int | None = Field(default=None, foreign_key="person.id")
    decided_at: datetime | None = _moment(nullable=True)
    withdrawal_reason: str = _text()
    funded_krw: int | None = _won()
    run_id: int | None = Field(default=None, foreign_key="run.id")


class Snapshot(SQLModel, table=True):
    """What was submitted, frozen and numbered.

    Attributes:
        content: JSON, field to value, with the attachments' names and hashes.
    """

    __table_args__ = (UniqueConstraint("special_need_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    special_need_id: str = Field(foreign_key="special_need.id")
    number: int
    content: str = _text()
    sha256: str
    submitted_by: int = Field(foreign_key="person.id")
    submitted_at: datetime = _moment()


class Attachment(SQLModel, table=True):
    """A file of a request; its bytes stand in `AttachmentContent`."""

    __table_args__ = (UniqueConstraint("special_need_id", "sha256"),)
    id: int | None = Field(default=None, primary_key=True)
    special_need_id: str = Field(foreign_key="special_need.id", index=True)
    name: str
    kind: str
    media_type: str
    size: int
    sha256: str
    added_by: int = Field(foreign_key="person.id")
    added_at: datetime = _moment()


class AttachmentContent(SQLModel, table=True):
    """The bytes of an attachment."""

    __tablename__ = "attachment_content"
    attachment_id: int = Field(primary_key=True, foreign_key="attachment.id")
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class DivisionRules(SQLModel, table=True):
    """A version of the Ministry's rules for divisions as divisions.toml; never changed.

    Attributes:
        number: 1, 2, 3, … within its round; the latest counts.
    """

    __tablename__ = "division_rules"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    number: int
    sha256: str
    content: str = _text()
    note: str = _text()
    saved_by: int = Field(foreign_key="person.id")
    saved_at: datetime = _moment()


class DivisionPlan(SQLModel, table=True):
    """How a centre splits its published operating money over its divisions; one a publication.

    Attributes:
        id: "P" with the run's and the centre's id.
        run_id: the published run that the money comes from.
        rules_id: the version of the rules that it was last submitted under; None before.
        state: "draft", "submitted" or "returned".
        draft: JSON, division to won as typed; what is being planned.
        stamps: JSON, division to [version, person id, moment] of its last change, and
            fourth, where somebody else changed it before, the same of theirs.
        amounts: JSON, division to won as last submitted; "{}" before.
        recent_keys: of the last saves of the draft, one a line; those are not in the trail.
    """

    __tablename__ = "division_plan"
    __table_args__ = (UniqueConstraint("run_id", "centre_id"),)
    id: str = Field(primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id", index=True)
    run_id: int = Field(foreign_key="run.id")
    centre_id: str = Field(foreign_key="centre.centre_id", index=True)
    rules_id: int | None = Field(default=None, foreign_key="division_rules.id")
    state: str
    version: int = 1
    draft: str = _text("{}")
    stamps: str = _text("{}")
    amounts: str = _text("{}")
    return_reason: str = _text()
    recent_keys: str = _text()
    edited_by: int = Field(foreign_key="person.id")
    edited_at: datetime = _moment()
    submitted_by: int | None = Field(default=None, foreign_key="person.id")
    submitted_at: datetime | None = _moment(nullable=True)


class AllotmentProfile(SQLModel, table=True):
    """A version of the quarterly profile; the latest of a round is in force; never changed.

    Attributes:
        content: JSON: the shares of running money and of special needs.
    """

    __tablename__ = "allotment_profile"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    number: int
    sha256: str
    content: str = _text()
    note: str = _text()
    saved_by: int = Field(foreign_key="person.id")
    saved_at: datetime = _moment()


class ExecutionSet(SQLModel, table=True):
    """A version of the execution to date as execution.csv; the latest counts; never changed."""

    __tablename__ = "execution_set"
    __table_args__ = (UniqueConstraint("round_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    round_id: int = Field(foreign_key="budget_round.id")
    number: int
    sha256: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    note: str = _text()
    saved_by: int = Field(foreign_key="person.id")
    saved_at: datetime = _moment()


class TrailRecord(SQLModel, table=True):
    """One thing that was done, or refused; appended, never changed.

    Attributes:
        number: 1, 2, 3, … without a gap.
        outcome: "done" or "refused".
        changes: JSON, field to [old, new].
        based_on: the version of the object that the person had seen.
        key: unique; the same key again is the same deed.
        asked: SHA-256 of what the deed was asked to do, hexadecimal; "" in records of old.
        previous_hash, hash: SHA-256, hexadecimal; the chain (see trail.py).
    """

    __tablename__ = "trail_record"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = _moment()
    person_id: int | None = None
    identity: str
    role: str
    centre_id: str = ""
    verb: str
    object_kind: str
    object_id: str
    outcome: str
    from_state: str = ""
    to_state: str = ""
    changes: str = _text("{}")
    reason: str = _text()
    based_on: int | None = None
    key: str = Field(unique=True)
    asked: str = ""
    previous_hash: str
    hash: str
