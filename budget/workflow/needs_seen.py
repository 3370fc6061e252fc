"""Special-need requests as each person may see them: one, a centre's, the queue, the history.

Source: workflow, a special-need request and who may see what.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from budget.storage.store import Store
from budget.storage.tables import Attachment, Centre, Person, Snapshot, SpecialNeed, TrailRecord
from budget.workflow import deadlines, fields
from budget.workflow.deeds import STATE, Act, Actor, looking, need_subject, present_round
from budget.workflow.need_states import (
    EDITABLE,
    HIDDEN_FIELDS,
    HIDDEN_FROM_THE_CENTRE,
    OUTCOME,
    edited_at_seen,
    may_see_outcome,
    state_seen,
    version_seen,
)
from budget.workflow.roles import Role, Subject, Verb


@dataclass(frozen=True)
class FileOfNeed:
    """An attachment, without its bytes."""

    id: int
    name: str
    kind: str
    size: int
    added_at: datetime


@dataclass(frozen=True)
class Need:
    """A request as one person may see it.

    Attributes:
        state: a key of STATES; the assessment and the decision stay hidden from the centre
            until the round is decided.
        version: what a deed on this is based on.
        submitted_at: when the latest snapshot was frozen.
        draft: field -> text as typed, the working copy; for the centre's head alone.
        deadline: the last day in Korea on which it may be submitted.
        can_submit: whether that day has not passed and the round allows it.
        files: its attachments.
        has_hand_in: whether a planner wrote or assessed it, and so does not decide on it.
        is_whole: False: only the line of the queue; open it after claiming it.
    """

    id: str
    centre_id: str
    centre_ko: str
    centre_en: str
    state: str
    version: int
    draft: Mapping[str, str]
    category: str
    title: str
    title_en: str
    requested_krw: int | None
    need_by: date | None
    justification: str
    lease_end: date | None
    condition: str
    new_address: str
    snapshots: int
    submitted_at: datetime | None
    edited_at: datetime
    deadline: date
    can_submit: bool
    files: tuple[FileOfNeed, ...] = ()
    reviewer_id: int | None = None
    reviewer: str = ""
    reviewer_en: str = ""
    has_hand_in: bool = False
    return_reason: str = ""
    return_due: date | None = None
    feasible: bool | None = None
    assessed_krw: int | None = None
    priority: int | None = None
    divisible: bool | None = None
    assessment: str = ""
    approved_krw: int | None = None
    decision_reason: str = ""
    override_reason: str = ""
    withdrawal_reason: str = ""
    funded_krw: int | None = None
    run_id: int | None = None
    is_whole: bool = True

    @property
    def is_funded_in_part(self) -> bool:
        """Whether it was funded with less than was approved."""
        return self.state == "funded" and (self.funded_krw or 0) < (self.approved_krw or 0)


def need(store: Store, who: str, need_id: str) -> Need:
    """One request, as this person may see it.

    Raises:
        Forbidden: if it is not for this person.
    """
    with looking(store, who, Verb.SEE_NEED) as act:
        return seen(act, act.need(need_id))


def needs_of_centres(store: Store, who: str) -> list[Need]:
    """The requests of the centres that the person heads, the latest edited first.

    Planners, leads and auditors, who head none, get an empty list.

    Raises:
        Forbidden: for reviewers and administrators.
    """
    with looking(store, who, Verb.SEE_NEED) as act:
        centres = act.person.centres
        act.allow(Subject("centre", "", centres[0] if centres else "-"))
        rows = act.session.exec(
            select(SpecialNeed)
            .where(SpecialNeed.round_id == act.round().id, col(SpecialNeed.centre_id).in_(centres))
            .order_by(col(SpecialNeed.id).desc())
        ).all()
        return sorted(_all_seen(act, rows), key=lambda need: need.edited_at, reverse=True)


def queue(store: Store, who: str) -> list[Need]:
    """The requests that await or had a review: all for planner, lead and auditor; for a reviewer
    their own, and the mere line of those that nobody has claimed.

    Raises:
        Forbidden: for centre heads and administrators.
    """
    with looking(store, who, Verb.SEE_QUEUE) as act:
        act.allow(Subject("round", ""))
        rows = act.session.exec(
            select(SpecialNeed)
            .where(SpecialNeed.round_id == act.round().id, SpecialNeed.state != "draft")
            .order_by(col(SpecialNeed.submitted_at), col(SpecialNeed.id))
        ).all()
        return _all_seen(act, [row for row in rows if _may_list(act.person, row)])


def _may_list(person: Actor, row: SpecialNeed) -> bool:
    subject = need_subject(row)
    return (
        person.role_for(Verb.SEE_NEED, subject) is not None
        or person.role_for(Verb.CLAIM, subject) is not None
    )


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened to a request.

    Attributes:
        changes: field -> (old, new).
    """

    at: datetime
    person: str
    person_en: str
    role: str
    verb: str
    from_state: str
    to_state: str
    reason: str
    changes: Mapping[str, tuple[Any, Any]]


def deeds_on(session: Session, kind: str, identifier: str) -> Sequence[tuple[TrailRecord, Person]]:
    """What was done with an object, by the trail, and who did it; from its beginning."""
    return session.exec(
        select(TrailRecord, Person)
        .join(Person, col(Person.id) == col(TrailRecord.person_id))
        .where(
            TrailRecord.object_kind == kind,
            TrailRecord.object_id == identifier,
            TrailRecord.outcome == "done",
        )
        .order_by(col(TrailRecord.number))
    ).all()


def history(store: Store, who: str, need_id: str) -> list[HistoryLine]:
    """What happened to a request, from its beginning; a centre sees its review once the round is
    decided.

    Raises:
        Forbidden: if the request is not for this person.
    """
    with looking(store, who, Verb.SEE_NEED) as act:
        row = act.need(need_id)
        open_ = may_see_outcome(act, row)
        found = deeds_on(act.session, "special_need", need_id)
        return [
            HistoryLine(
                at=record.at,
                person=person.name,
                person_en=person.name_en,
                role=record.role,
                verb=record.verb,
                from_state=state_seen(record.from_state, open_),
                to_state=state_seen(record.to_state, open_),
                reason=record.reason,
                changes={
                    field: tuple(state_seen(value, open_ or field != STATE) for value in pair)
                    for field, pair in json.loads(record.changes).items()
                    if open_ or field not in HIDDEN_FIELDS
                },
            )
            for record, person in found
            if open_ or record.verb not in HIDDEN_FROM_THE_CENTRE
        ]


def seen(act: Act, row: SpecialNeed) -> Need:
    """A request as the person who acts may see it."""
    return _all_seen(act, [row])[0]


def _all_seen(act: Act, rows: Sequence[SpecialNeed]) -> list[Need]:
    """Rows as this person may see them; a fixed number of queries however many there are."""
    session = act.session
    names = {person.id: person for person in session.exec(select(Person)).all()} if rows else {}
    centres = {centre.centre_id: centre for centre in session.exec(select(Centre)).all()}
    ids = [row.id for row in rows]
    latest = dict(
        session.exec(
            select(Snapshot.special_need_id, func.max(Snapshot.submitted_at))
            .where(col(Snapshot.special_need_id).in_(ids))
            .group_by(Snapshot.special_need_id)
        ).all()
    )
    files: dict[str, list[FileOfNeed]] = {}
    for file in session.exec(
        select(Attachment)
        .where(col(Attachment.special_need_id).in_(ids))
        .order_by(col(Attachment.id))
    ).all():
        files.setdefault(file.special_need_id, []).append(
            FileOfNeed(file.id or 0, file.name, file.kind, file.size, file.added_at)
        )
    round_ = act.round(rows[0].round_id) if rows else present_round(session)
    days = deadlines.deadlines(session, round_)
    involved = hands(session, rows) if act.person.has(Role.PLANNER) else {}
    found = []
    for row in rows:
        is_whole = act.person.role_for(Verb.SEE_NEED, need_subject(row)) is not None
        sees_outcome = is_whole and may_see_outcome(act, row)
        centre = centres[row.centre_id]
        draft = json.loads(row.draft)
        is_draft = row.snapshots == 0
        reviewer = names.get(row.reviewer_id) if row.reviewer_id else None
        found.append(
            Need(
                id=row.id,
                centre_id=row.centre_id,
                centre_ko=centre.name_ko,
                centre_en=centre.name_en,
                state=state_seen(row.state, sees_outcome),
                version=version_seen(row, sees_outcome=sees_outcome or not is_whole),
                draft=draft if row.centre_id in act.person.centres else {},
                category=draft.get("category", "") if is_draft else row.category,
                title=draft.get("title", "") if is_draft else row.title,
                title_en=row.title_en,
                requested_krw=row.requested_krw,
                need_by=row.need_by,
                justification=row.justification if is_whole else "",
                lease_end=row.lease_end if is_whole else None,
                condition=row.condition if is_whole else "",
                new_address=row.new_address if is_whole else "",
                snapshots=row.snapshots,
                submitted_at=latest.get(row.id, row.submitted_at),
                edited_at=edited_at_seen(row, sees_outcome),
                deadline=days.due(row),
                can_submit=row.state in EDITABLE and days.is_in_time(row, act.now),
                files=tuple(files.get(row.id, ())) if is_whole else (),
                reviewer_id=row.reviewer_id,
                reviewer=reviewer.name if reviewer else "",
                reviewer_en=reviewer.name_en if reviewer else "",
                has_hand_in=act.person.id in involved.get(row.id, ())
                or row.centre_id in act.person.centres,
                return_reason=row.return_reason if is_whole else "",
                return_due=row.return_due,
                withdrawal_reason=row.withdrawal_reason if is_whole else "",
                is_whole=is_whole,
                **(_outcome(row) if sees_outcome else {}),
            )
        )
    return found


def hands(session: Session, rows: Sequence[SpecialNeed]) -> dict[str, set[int | None]]:
    """Everybody who ever wrote, attached to, submitted or assessed a request, by its id."""
    ids = [row.id for row in rows]
    found = {
        row.id: {row.written_by, row.assessed_by}
        | {stamp[1] for name, stamp in json.loads(row.stamps).items() if name in fields.BY_NAME}
        for row in rows
    }
    for need_id, person_id in session.exec(
        select(Snapshot.special_need_id, Snapshot.submitted_by).where(
            col(Snapshot.special_need_id).in_(ids)
        )
    ):
        found[need_id].add(person_id)
    for need_id, assessor in session.exec(
        select(TrailRecord.object_id, TrailRecord.person_id).where(
            TrailRecord.object_kind == "special_need",
            col(TrailRecord.object_id).in_(ids),
            col(TrailRecord.verb).in_((Verb.ASSESS, Verb.ATTACH)),
            TrailRecord.outcome == "done",
        )
    ):
        found[need_id].add(assessor)
    return found


def _outcome(row: SpecialNeed) -> dict[str, Any]:
    return {name: getattr(row, name) for name in OUTCOME}


def count_by_state(session: Session, round_id: int) -> dict[str, int]:
    """How many requests of a round stand in each state."""
    rows = session.exec(
        select(SpecialNeed.state, func.count())
        .where(SpecialNeed.round_id == round_id)
        .group_by(SpecialNeed.state)
    ).all()
    return {str(state): int(count) for state, count in rows}
