"""What waits for a person, for the overview.

Source: screens, overview; workflow.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select

from budget.allocation.faults import N_
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Publication, Run, SpecialNeed
from budget.workflow import deadlines, divisions, publication
from budget.workflow.deeds import Act, looking
from budget.workflow.need_states import OUTCOMES_VISIBLE
from budget.workflow.needs_seen import hands
from budget.workflow.roles import Role, Subject, Verb

NOTICE_DAYS = 7
"""A deadline is told from this many days before."""

KINDS = {
    "assigned": N_("assigned to you"),
    "resubmitted": N_("submitted again"),
    "unclaimed": N_("waits for a reviewer"),
    "to_decide": N_("waits for a decision"),
    "returned": N_("returned to you"),
    "deadline": N_("not yet submitted"),
    "approved": N_("approved"),
    "rejected": N_("rejected"),
    "funded": N_("funded"),
    "unfunded": N_("not funded"),
    "to_propose": N_("the publication can be proposed"),
    "to_confirm": N_("publication waits for your confirmation"),
    "to_plan": N_("plan your divisions"),
    "plan_draft": N_("your plan of divisions is not submitted yet"),
    "plan_returned": N_("your plan of divisions was returned"),
}
"""What an item says, after the request's number and title."""


@dataclass(frozen=True)
class Item:
    """One thing that waits.

    Attributes:
        kind: a key of KINDS.
        need_id, title: the request; "" where it is none.
        due: the last day, if there is one.
        days_left: until then; 0 today, negative if it has passed.
        is_urgent: at most one day is left.
    """

    kind: str
    need_id: str
    title: str
    title_en: str
    due: date | None = None
    days_left: int | None = None

    @property
    def is_urgent(self) -> bool:
        """Whether at most one day is left."""
        return self.days_left is not None and self.days_left <= 1


def inbox(store: Store, who: str) -> list[Item]:
    """What waits for this person, the most urgent first.

    Raises:
        Forbidden: for somebody without a role.
    """
    with looking(store, who, Verb.SEE_ROUND) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        items = [*_of_reviewer(act, round_), *_of_planner(act, round_)]
        items += [*_of_lead(act, round_), *_of_centre_head(act, round_)]
        items += _plans(act, round_)
        return sorted(items, key=lambda item: (item.days_left is None, item.days_left or 0))


def _needs(act: Act, round_: BudgetRound, *conditions: object) -> list[SpecialNeed]:
    statement = select(SpecialNeed).where(
        SpecialNeed.round_id == round_.id,
        *conditions,  # type: ignore[arg-type]
    )
    return list(act.session.exec(statement.order_by(col(SpecialNeed.submitted_at))).all())


def _item(act: Act, kind: str, need: SpecialNeed, due: date | None = None) -> Item:
    left = (due - deadlines.korean_day(act.now)).days if due else None
    title = need.title or json.loads(need.draft).get("title", "")
    return Item(kind, need.id, title, need.title_en, due, left)


def _of_reviewer(act: Act, round_: BudgetRound) -> Iterator[Item]:
    if not act.person.has(Role.REVIEWER) or round_.state not in {"open", "review"}:
        return
    for need in _needs(act, round_, SpecialNeed.reviewer_id == act.person.id):
        if need.state == "in_review":
            yield _item(act, "assigned", need, round_.decisions_due)
        elif need.state == "submitted":
            yield _item(act, "resubmitted", need, round_.decisions_due)
    for need in _needs(
        act,
        round_,
        SpecialNeed.state == "submitted",
        col(SpecialNeed.reviewer_id).is_(None),
    ):
        yield _item(act, "unclaimed", need)


def _of_planner(act: Act, round_: BudgetRound) -> Iterator[Item]:
    if (
        act.person.has(Role.PLANNER)
        and round_.state == "decided"
        and not _standing_proposal(act, round_)
    ):
        left = (round_.publication_due - deadlines.korean_day(act.now)).days
        yield Item("to_propose", "", "", "", round_.publication_due, left)
    if not act.person.has(Role.PLANNER) or round_.state not in {"open", "review"}:
        return
    if not act.person.has(Role.REVIEWER):
        for need in _needs(
            act,
            round_,
            SpecialNeed.state == "submitted",
            col(SpecialNeed.reviewer_id).is_(None),
        ):
            yield _item(act, "unclaimed", need)
    assessed = _needs(act, round_, SpecialNeed.state == "assessed")
    involved = hands(act.session, assessed)
    for need in assessed:
        if act.person.id not in involved[need.id] and need.centre_id not in act.person.centres:
            yield _item(act, "to_decide", need, round_.decisions_due)


def _standing_proposal(act: Act, round_: BudgetRound) -> Publication | None:
    """The latest proposal, unless decisions or data have changed since it was computed."""
    row = publication.latest(act.session, round_)
    if row is None or publication.is_current(
        act.session, row, act.session.get_one(Run, row.run_id)
    ):
        return row
    return None


def _of_lead(act: Act, round_: BudgetRound) -> Iterator[Item]:
    if not act.person.has(Role.LEAD) or round_.state != "decided":
        return
    row = _standing_proposal(act, round_)
    if row is not None and row.confirmed_by is None and row.proposed_by != act.person.id:
        left = (round_.publication_due - deadlines.korean_day(act.now)).days
        yield Item("to_confirm", "", "", "", round_.publication_due, left)


def _of_centre_head(act: Act, round_: BudgetRound) -> Iterator[Item]:
    if not act.person.centres:
        return
    today, days = deadlines.korean_day(act.now), deadlines.deadlines(act.session, round_)
    for need in _needs(act, round_, col(SpecialNeed.centre_id).in_(act.person.centres)):
        if need.state == "returned" and round_.state in {"open", "review"}:
            yield _item(act, "returned", need, need.return_due)
        elif need.state == "draft" and days.may_write(need.centre_id, act.now):
            last = days.last_day(need.centre_id)
            if today <= last <= today + timedelta(days=NOTICE_DAYS):
                yield _item(act, "deadline", need, last)
        elif (
            need.state in {"approved", "rejected", "funded", "unfunded"}
            and round_.state in OUTCOMES_VISIBLE
        ):
            yield _item(act, need.state, need)


PLAN_KINDS = {"": "to_plan", "draft": "plan_draft", "returned": "plan_returned"}
"""What waits for a centre's head, by the state of the plan."""


def _plans(act: Act, round_: BudgetRound) -> Iterator[Item]:
    """The divisions of own centres, once there is money to plan and rules to plan by."""
    if not act.person.centres or divisions.rules_in_force(act.session, round_) is None:
        return
    money = divisions.money_in_force(act.session, round_)
    for centre_id in act.person.centres:
        if money is not None and money.operating.get(centre_id):
            plan = divisions.plan_of(act.session, money, centre_id)
            kind = PLAN_KINDS.get(plan.state if plan else "")
            if kind:
                yield Item(kind, "", "", "")
