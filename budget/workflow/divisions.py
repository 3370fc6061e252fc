"""Divisions of the centres: whose money, which rules, which plans; what each person may see.

The money is the operating money of the run that is in force. The rules are the latest version of
the round's, or, where a supplementary round has none of its own yet, of the round that it
corrects. A centre's head sees the own centre alone, once the round is published; planner, lead
and auditor see all of it.

Source: allocation model, section 11; workflow, roles; screens, Divisions.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import pandas as pd
from sqlmodel import Session, col, select

from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import N_
from budget.allocation.policy_reading import policy_from_toml
from budget.files.tables import table_from
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Centre,
    DataSet,
    DivisionPlan,
    Person,
    Policy,
    Run,
)
from budget.storage.tables import DivisionRules as RulesRow
from budget.workflow import rounds
from budget.workflow.deeds import Act, known, looking
from budget.workflow.refusals import NOT_YOURS, Forbidden
from budget.workflow.roles import Subject, Verb

CONTENT = "divisions.toml"
STATES: Mapping[str, str] = {
    "draft": N_("being planned"),
    "submitted": N_("submitted"),
    "returned": N_("returned to the centre"),
}
EDITABLE = ("draft", "returned")


@dataclass(frozen=True)
class RulesVersion:
    """A version of the Ministry's rules for divisions.

    Attributes:
        content: divisions.toml.
    """

    id: int
    number: int
    sha256: str
    content: str
    note: str
    saved_by: str
    saved_by_en: str
    saved_at: datetime

    @cached_property
    def rules(self) -> DivisionRules:
        """The rules that were saved."""
        return division_rules_from_toml(self.content, CONTENT)


@dataclass(frozen=True)
class PublishedMoney:
    """The operating money of every centre in the run that is in force.

    Attributes:
        operating: centre id -> won.
        data_set_id: the version of the centres' table that the run was computed from.
    """

    run_id: int
    allocation_sha256: str
    data_set_id: int
    operating: Mapping[str, int]


@dataclass(frozen=True)
class Plan:
    """How a centre splits its operating money, as one person may see it.

    Attributes:
        version: what a deed on this is based on.
        draft: division -> won as typed; for the centre's own head alone.
        amounts: division -> won as last submitted.
        edited_by: who changed it last; "" for whoever may not see the draft.
    """

    id: str
    centre_id: str
    state: str
    version: int
    draft: Mapping[str, int]
    amounts: Mapping[str, int]
    return_reason: str
    edited_by: str
    edited_by_en: str
    edited_at: datetime
    submitted_at: datetime | None

    @property
    def is_submitted(self) -> bool:
        """Whether the plan counts."""
        return self.state == "submitted"


@dataclass(frozen=True)
class Planning:
    """All divisions of the round, for those who see the whole round.

    Attributes:
        money: None before publication.
        centres_content: the table that the money was computed from; "" before publication.
        rules: None until a planner has given some.
        plans: centre id -> its plan, as far as the centre has begun one.
    """

    money: PublishedMoney | None
    centres_content: bytes
    rules: RulesVersion | None
    plans: Mapping[str, Plan]

    @property
    def centres(self) -> pd.DataFrame:
        """The table of centres that the money was computed from, cells as text."""
        return table_from(self.centres_content, "centres.csv")


@dataclass(frozen=True)
class EarlierPlan:
    """What a centre submitted for money that a supplementary round has since replaced.

    Attributes:
        round_ko, round_en: the round whose publication it belonged to.
        operating: the centre's operating money then, in won.
        amounts: division -> won as last submitted.
        rules: those that it was submitted under.
    """

    round_ko: str
    round_en: str
    operating: int
    amounts: Mapping[str, int]
    rules: DivisionRules
    submitted_at: datetime


@dataclass(frozen=True)
class OwnPlanning:
    """A centre's divisions, for its head.

    Attributes:
        earlier: the plan of before the supplementary publication that is in force, if there was
            one.
        operating: None before publication, or if the centre gets nothing of this run.
        run_sha256: of the allocation that it comes from; "" before publication.
    """

    centre_id: str
    name_ko: str
    name_en: str
    operating: int | None
    run_sha256: str
    rules: RulesVersion | None
    plan: Plan | None
    earlier: EarlierPlan | None


# --- looking -----------------------------------------------------------------------------------


def planning(store: Store, who: str) -> Planning:
    """The money, the rules and all plans.

    Raises:
        Forbidden: for whoever does not see the whole round.
    """
    with looking(store, who, Verb.SEE_DIVISIONS) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        money = money_in_force(act.session, round_)
        content = (
            act.session.get_one(DataSet, money.data_set_id).content if money is not None else b""
        )
        return Planning(
            money=money,
            centres_content=content,
            rules=_rules(act.session, round_),
            plans=_plans(act, money),
        )


def rules_versions(store: Store, who: str) -> list[RulesVersion]:
    """Every version of the rules of the round and of those that it corrects, the newest first.

    Raises:
        Forbidden: for whoever does not see the whole round.
    """
    with looking(store, who, Verb.SEE_DIVISIONS) as act:
        act.allow(Subject("round", ""))
        found: list[RulesVersion] = []
        present: BudgetRound | None = act.round()
        while present is not None:
            rows = act.session.exec(
                select(RulesRow)
                .where(RulesRow.round_id == present.id)
                .order_by(col(RulesRow.number).desc())
            ).all()
            found += [seen_rules(act.session, row) for row in rows]
            present = _corrected(act.session, present)
        return found


def own(store: Store, who: str, centre_id: str) -> OwnPlanning:
    """A centre's money, the rules and its plan.

    Raises:
        Forbidden: for another centre's head, a reviewer or an administrator; if there is no such
            centre.
    """
    with looking(store, who, Verb.SEE_DIVISIONS) as act:
        row = allowed_centre(act, centre_id)
        round_ = act.round()
        money = money_in_force(act.session, round_)
        plan = plan_of(act.session, money, centre_id)
        return OwnPlanning(
            centre_id=centre_id,
            name_ko=row.name_ko,
            name_en=row.name_en,
            operating=money.operating.get(centre_id) if money else None,
            run_sha256=money.allocation_sha256 if money else "",
            rules=_rules(act.session, round_),
            plan=seen_plan(act, plan) if plan else None,
            earlier=_earlier_plan(act.session, money, centre_id) if money else None,
        )


# --- inside a transaction, for the workflow itself -----------------------------------------------


def allowed_centre(act: Act, centre_id: str) -> Centre:
    """A centre, once role and object have been checked.

    Raises:
        Forbidden: if there is none, or it is not for this person.
    """
    act.allow(Subject("centre", centre_id, centre_id))
    row = known(act.session, Centre, centre_id)
    if row is None:
        raise Forbidden(NOT_YOURS)
    return row


def money_in_force(session: Session, round_: BudgetRound) -> PublishedMoney | None:
    """The operating money of the run that is in force; None before publication."""
    run = rounds.published_run(session, round_)
    return _money(session, run) if run else None


def _money(session: Session, run: Run) -> PublishedMoney:
    policy = policy_from_toml(session.get_one(Policy, run.policy_id).content, "policy.toml")
    column = f"{policy.remainder_pool.name}_krw"
    table = table_from(run.allocation_csv, "allocation.csv")
    return PublishedMoney(
        run_id=run.id or 0,
        allocation_sha256=run.allocation_sha256,
        data_set_id=run.data_set_id,
        operating={
            str(centre): int(won)
            for centre, won in zip(table["centre_id"], table[column], strict=True)
        },
    )


def centres_of(session: Session, money: PublishedMoney) -> pd.DataFrame:
    """The table of centres that the money was computed from, cells as text."""
    content = session.get_one(DataSet, money.data_set_id).content
    return table_from(content, "centres.csv")


def rules_in_force(session: Session, round_: BudgetRound) -> RulesRow | None:
    """The latest version of the rules; None until a planner has given some."""
    present: BudgetRound | None = round_
    while present is not None:
        row = session.exec(
            select(RulesRow)
            .where(RulesRow.round_id == present.id)
            .order_by(col(RulesRow.number).desc())
        ).first()
        if row is not None:
            return row
        present = _corrected(session, present)
    return None


def _corrected(session: Session, round_: BudgetRound) -> BudgetRound | None:
    return session.get(BudgetRound, round_.corrects_id) if round_.corrects_id else None


def _rules(session: Session, round_: BudgetRound) -> RulesVersion | None:
    row = rules_in_force(session, round_)
    return seen_rules(session, row) if row else None


def seen_rules(session: Session, row: RulesRow) -> RulesVersion:
    """A version of the rules with who saved it."""
    person = session.get_one(Person, row.saved_by)
    return RulesVersion(
        id=row.id or 0,
        number=row.number,
        sha256=row.sha256,
        content=row.content,
        note=row.note,
        saved_by=person.name,
        saved_by_en=person.name_en,
        saved_at=row.saved_at,
    )


def plan_of(session: Session, money: PublishedMoney | None, centre_id: str) -> DivisionPlan | None:
    """A centre's plan for the money that is in force."""
    return session.get(DivisionPlan, plan_id(money.run_id, centre_id)) if money else None


def _earlier_plan(session: Session, money: PublishedMoney, centre_id: str) -> EarlierPlan | None:
    """The latest plan that was submitted for money of an earlier publication of the year."""
    run = session.get_one(Run, money.run_id)
    present = _corrected(session, session.get_one(BudgetRound, run.round_id))
    while present is not None:
        before = rounds.published_run(session, present)
        row = session.get(DivisionPlan, plan_id(before.id or 0, centre_id)) if before else None
        if before is not None and row is not None and row.submitted_at is not None:
            rules = session.get_one(RulesRow, row.rules_id)
            return EarlierPlan(
                round_ko=present.name_ko,
                round_en=present.name_en,
                operating=_money(session, before).operating[centre_id],
                amounts=json.loads(row.amounts),
                rules=seen_rules(session, rules).rules,
                submitted_at=row.submitted_at,
            )
        present = _corrected(session, present)
    return None


def plan_id(run_id: int, centre_id: str) -> str:
    """The id of a centre's plan for the money of a run."""
    return f"P{run_id}-{centre_id}"


def plan_rows(session: Session, money: PublishedMoney | None) -> list[DivisionPlan]:
    """All plans for the money that is in force."""
    if money is None:
        return []
    return list(
        session.exec(
            select(DivisionPlan)
            .where(DivisionPlan.run_id == money.run_id)
            .order_by(col(DivisionPlan.centre_id))
        ).all()
    )


def _plans(act: Act, money: PublishedMoney | None) -> dict[str, Plan]:
    return {row.centre_id: seen_plan(act, row) for row in plan_rows(act.session, money)}


def seen_plan(act: Act, row: DivisionPlan) -> Plan:
    """A plan as the person may see it: what is being typed is for the centre's own head alone."""
    is_own = row.centre_id in act.person.centres
    person = act.session.get_one(Person, row.edited_by)
    return Plan(
        id=row.id,
        centre_id=row.centre_id,
        state=row.state,
        version=row.version,
        draft=json.loads(row.draft) if is_own else {},
        amounts=json.loads(row.amounts),
        return_reason=row.return_reason,
        edited_by=person.name if is_own else "",
        edited_by_en=person.name_en if is_own else "",
        edited_at=row.edited_at,
        submitted_at=row.submitted_at,
    )
