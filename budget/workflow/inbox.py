"""What waits for a person, for the overview.

Source: screens, overview; workflow.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlmodel import col, select

from budget.allocation.faults import N_
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Publication, Run, SpecialNeed
from budget.workflow import deadlines, divisions, publication
from budget.workflow.deeds import Act, looking
from budget.workflow.need_states import OUTCOMES_VISIBLE, UNDECIDED
from budget.workflow.needs_seen import count_by_state, hands
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
    "funded_in_part": N_("funded in part"),
    "unfunded": N_("not funded"),
    "to_prepare": N_("upload the data of the centres and check the rules"),
    "to_open": N_("the round can be opened for requests: “Move the round…” above"),
    "to_review": N_("the round can be moved to the review: “Move the round…” above"),
    "to_close": N_("every request is decided, the round can be: “Move the round…” above"),
    "undecided": N_("{count} requests without a decision"),
    "to_propose": N_("the publication can be proposed"),
    "to_confirm": N_("publication waits for your confirmation"),
    "to_plan": N_("plan your divisions"),
    "plan_draft": N_("your plan of divisions is not submitted yet"),
    "plan_returned": N_("your plan of divisions was returned"),
}
"""What an item says of the request, or of the round."""
OUTCOMES = frozenset({"approved", "rejected", "funded", "funded_in_part", "unfunded"})
"""What came of a request: to be known, not to be done."""


@dataclass(frozen=True)
class Item:
    """One thing that waits.

    Attributes:
        kind: a key of KINDS.
        need_id, title, centre_id: the request; "" where it is none.
        due: the last day, if there is one.
        days_left: until then; 0 today, negative if it has passed.
        count: how many requests are meant, where it is more than this one.
        funded, approved: won, of a request that was funded in part.
        is_urgent: at most one day is left.
        is_outcome: it is to be known, not to be done.
    """

    kind: str
    need_id: str
    title: str
    title_en: str
    due: date | None = None
    days_left: int | None = None
    centre_id: str = ""
    count: int = 0
    funded: int = 0
    approved: int = 0

    @property
    def is_outcome(self) -> bool:
        """Whether it tells how something ended."""
        return self.kind in OUTCOMES

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
        return sorted(
            items,
            key=lambda item: (item.is_outcome, item.days_left is None, item.days_left or 0),
        )


def _needs(act: Act, round_: BudgetRound, *conditions: object) -> list[SpecialNeed]:
    statement = select(SpecialNeed).where(
        SpecialNeed.round_id == round_.id,
        *conditions,  # type: ignore[arg-type]
    )
    return list(act.session.exec(statement.order_by(col(SpecialNeed.submitted_at))).all())


def _item(act: Act, kind: str, need: SpecialNeed, due: date | None = None) -> Item:
    left = (due - deadlines.korean_day(act.now)).days if due else None
    title = need.title or json.loads(need.draft).get("title", "")
    return Item(kind, need.id, title, need.title_en, due, left, need.centre_id)


def _of_round(act: Act, kind: str, due: date, count: int = 0) -> Item:
    """Something about the round itself, with the day that it is due."""
    left = (due - deadlines.korean_day(act.now)).days
    return Item(kind, "", "", "", due, left, count=count)


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
    if not act.person.has(Role.PLANNER):
        return
    if round_.state == "setup":
        yield _of_round(act, "to_prepare", round_.requests_open)
    if round_.state == "decided" and not _standing_proposal(act, round_):
        yield _of_round(act, "to_propose", round_.publication_due)
    if round_.state not in {"open", "review"}:
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
    if not act.person.has(Role.LEAD):
        return
    yield from _moves(act, round_)
    if round_.state != "decided":
        return
    row = _standing_proposal(act, round_)
    if row is not None and row.confirmed_by is None and row.proposed_by != act.person.id:
        yield _of_round(act, "to_confirm", round_.publication_due)


def _moves(act: Act, round_: BudgetRound) -> Iterator[Item]:
    """What the round waits for: that a lead moves it on, or sees to its last decisions."""
    today = deadlines.korean_day(act.now)
    if round_.state == "setup" and today >= round_.requests_open:
        yield _of_round(act, "to_open", round_.requests_open)
    elif round_.state == "open" and today > round_.requests_close:
        yield _of_round(act, "to_review", round_.requests_close)
    elif round_.state == "review":
        states = count_by_state(act.session, round_.id or 0)
        undecided = sum(states.get(state, 0) for state in UNDECIDED if state != "draft")
        if not undecided:
            yield _of_round(act, "to_close", round_.decisions_due)
        elif today + timedelta(days=NOTICE_DAYS) >= round_.decisions_due:
            yield _of_round(act, "undecided", round_.decisions_due, undecided)


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
            yield _outcome(act, need)


def _outcome(act: Act, need: SpecialNeed) -> Item:
    funded, approved = need.funded_krw or 0, need.approved_krw or 0
    if need.state == "funded" and funded < approved:
        item = _item(act, "funded_in_part", need)
        return replace(item, funded=funded, approved=approved)
    return _item(act, need.state, need)


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
