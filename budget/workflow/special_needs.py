"""A centre's special-need requests: draft, submit, recall, withdraw; and what each person sees.

Source: workflow, a special-need request.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from budget.allocation.faults import N_
from budget.storage.store import Store
from budget.storage.tables import (
    Attachment,
    BudgetRound,
    Centre,
    Person,
    Snapshot,
    SpecialNeed,
    TrailRecord,
)
from budget.storage.trail import canonical
from budget.workflow import deadlines, fields
from budget.workflow.centres_in_force import centres_in_force
from budget.workflow.deeds import (
    STATE,
    Act,
    Actor,
    acting,
    looking,
    need_subject,
    present_round,
    to_plain,
)
from budget.workflow.refusals import NotNow, OtherDeed
from budget.workflow.roles import PERMISSIONS, Role, Subject, Verb

STATES: Mapping[str, str] = {
    "draft": N_("draft"),
    "submitted": N_("submitted"),
    "in_review": N_("in review"),
    "returned": N_("returned"),
    "assessed": N_("assessed"),
    "approved": N_("approved"),
    "rejected": N_("rejected"),
    "withdrawn": N_("withdrawn"),
    "funded": N_("funded"),
    "unfunded": N_("not funded"),
}
UNDECIDED = ("draft", "submitted", "in_review", "returned", "assessed")
BEHIND_THE_CURTAIN = ("in_review", "assessed", "approved", "rejected")
"""States that a centre sees as "in review" until the round is decided."""
OUTCOMES_VISIBLE = ("decided", "published")
OUTCOME = (
    "feasible",
    "assessed_krw",
    "priority",
    "divisible",
    "assessment",
    "approved_krw",
    "decision_reason",
    "override_reason",
    "funded_krw",
    "run_id",
)
"""Fields that a centre sees once the round is decided."""
EDITABLE = ("draft", "returned")
MOST_RECENT = 50
"""So many saves of a draft are remembered by their keys: one of them sent again does nothing."""

ROUND_CLOSED = N_(
    "Requests cannot be written now: the round is not open for requests. "
    "The lead can extend the deadline of a single centre."
)
CENTRE_CLOSED = N_("This centre has closed: its requests can be read, and none can be begun.")
TOO_LATE = N_(
    "The deadline has passed: {day}, 23:59:59 Korean time; by the server's clock it is now {now}. "
    "The lead can extend the deadline of a single centre."
)
WRONG_STATE = N_("This is not possible in the state “{state}”.")


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


# --- a centre head's verbs ---------------------------------------------------------------------


def begin(store: Store, who: str, centre_id: str, texts: Mapping[str, str], *, key: str) -> Need:
    """Begin a draft for a centre; gives the draft.

    Raises:
        Forbidden: for anybody but the head of that centre.
        NotNow: if requests cannot be written now.
        InputError: for texts that cannot be stored.
    """
    with acting(store, who, Verb.BEGIN, key, centre_id, texts) as act:
        act.allow(Subject("centre", centre_id, centre_id))
        if act.repeated:
            return seen(act, act.session.get_one(SpecialNeed, act.repeated.object_id))
        round_ = act.round()
        if not deadlines.deadlines(act.session, round_).may_write(centre_id, act.now):
            raise NotNow(ROUND_CLOSED)
        if centre_id not in centres_in_force(act.session, round_):
            raise NotNow(CENTRE_CLOSED)
        clean = fields.checked_draft(texts)
        need = SpecialNeed(
            id=next_id(act.session, round_),
            round_id=round_.id or 0,
            centre_id=centre_id,
            state="draft",
            draft=canonical(clean),
            written_by=act.person.id,
            edited_by=act.person.id,
            edited_at=act.now,
            last_key=key,
        )
        act.session.add(need)
        act.session.flush()
        act.record(
            to_state="draft",
            changes={name: (None, text) for name, text in clean.items()},
            made=need_subject(need),
        )
        return seen(act, need)


def next_id(session: Session, round_: BudgetRound) -> str:
    """The next number of the round's requests, such as SN2027-064."""
    head = f"SN{round_.fiscal_year}-"
    taken = session.exec(select(SpecialNeed.id).where(col(SpecialNeed.id).startswith(head))).all()
    numbers = [int(text.removeprefix(head)) for text in taken if text[len(head) :].isdigit()]
    return f"{head}{max(numbers, default=0) + 1:03d}"


def save_draft(
    store: Store, who: str, need_id: str, texts: Mapping[str, str], *, based_on: int, key: str
) -> Need:
    """Save fields of a draft as they are typed; right or not yet.

    Drafts are not in the trail word by word: what was submitted is, field by field.

    Raises:
        Conflict: if somebody else changed one of these fields since `based_on`.
        Forbidden, NotNow, InputError: as for `begin`.
    """
    with acting(store, who, Verb.SAVE_DRAFT, key, need_id, texts) as act:
        need = act.need(need_id)
        recent = need.recent_keys.split("\n")
        wish = f"{key} {act.asked}"
        if {key, wish} & set(recent):
            return seen(act, need)
        if any(other.startswith(f"{key} ") for other in recent):
            raise OtherDeed
        _check_writable(act, need)
        act.unchanged(need, based_on, list(texts))
        draft = json.loads(need.draft)
        clean = fields.checked_draft(texts)
        stamps = json.loads(need.stamps)
        for name, text in clean.items():
            if draft.get(name, "") != text:
                draft[name] = text
                act.stamp(stamps, name, need.version + 1)
        need.draft, need.stamps = canonical(draft), canonical(stamps)
        need.version += 1
        need.edited_by, need.edited_at, need.last_key = act.person.id, act.now, key
        need.recent_keys = "\n".join([*recent[1 - MOST_RECENT :], wish])
        act.session.add(need)
        return seen(act, need)


def _check_writable(act: Act, need: SpecialNeed) -> None:
    _check_own_state(act, need, EDITABLE)
    round_ = act.round(need.round_id)
    if need.state == "returned":
        if not deadlines.deadlines(act.session, round_).is_in_time(need, act.now):
            raise NotNow(TOO_LATE, **_deadline_details(act, need, round_))
    elif not deadlines.deadlines(act.session, round_).may_write(need.centre_id, act.now):
        raise NotNow(ROUND_CLOSED)


def _deadline_details(act: Act, need: SpecialNeed, round_: BudgetRound) -> dict[str, str]:
    day = deadlines.deadlines(act.session, round_).due(need)
    return {
        "day": day.isoformat(),
        "now": f"{act.now.astimezone(deadlines.KOREA):%Y-%m-%d %H:%M:%S}",
    }


def _check_own_state(act: Act, need: SpecialNeed, allowed: Sequence[str]) -> None:
    """The same for a centre's verbs: the message tells no more than the centre may know.

    Raises:
        NotNow: if it is not.
    """
    if need.state not in allowed:
        seen = _state_seen(need.state, _sees_outcome(act, need))
        raise NotNow(WRONG_STATE, state=STATES[seen])


def _check_unchanged(act: Act, need: SpecialNeed, based_on: int) -> None:
    """Nobody else has changed what the centre writes, or the state as far as it may know it.

    Raises:
        Conflict: with who changed what.
    """
    if need.state not in BEHIND_THE_CURTAIN:
        act.unchanged(need, based_on, list(fields.BY_NAME))


def check_state(need: SpecialNeed, allowed: Sequence[str]) -> None:
    """The request is in one of these states.

    Raises:
        NotNow: if it is not.
    """
    if need.state not in allowed:
        raise NotNow(WRONG_STATE, state=STATES[need.state])


def submit(store: Store, who: str, need_id: str, *, based_on: int, key: str) -> Need:
    """Submit a draft or a returned request: freeze a numbered snapshot of it.

    Raises:
        InputError: with every field that is not right yet.
        NotNow: in another state, or too late by the server's clock.
        Conflict: if somebody else changed the draft since `based_on`.
        Forbidden: for anybody but the head of that centre.
    """
    with acting(store, who, Verb.SUBMIT, key, need_id) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        _check_unchanged(act, need, based_on)
        _check_own_state(act, need, EDITABLE)
        round_ = act.round(need.round_id)
        if not deadlines.deadlines(act.session, round_).is_in_time(need, act.now):
            if round_.state not in {"open", "review"} or (
                need.state == "draft"
                and not deadlines.deadlines(act.session, round_).may_write(need.centre_id, act.now)
            ):
                raise NotNow(ROUND_CLOSED)
            raise NotNow(TOO_LATE, **_deadline_details(act, need, round_))
        right = fields.checked_submission(
            json.loads(need.draft), deadlines.korean_day(act.now), round_.fiscal_year
        )
        from_state = need.state
        changes = act.change(
            need,
            **asdict(right),
            title_en="" if need.title != right.title else need.title_en,
            state="submitted",
            snapshots=need.snapshots + 1,
            submitted_at=need.submitted_at or act.now,
            return_due=None,
        )
        changes["snapshot"] = (None, _freeze(act, need, asdict(right)))
        act.record(from_state=from_state, to_state=need.state, changes=changes, based_on=based_on)
        return seen(act, need)


def _freeze(act: Act, need: SpecialNeed, values: Mapping[str, Any]) -> str:
    """Keep what is submitted; gives its hash."""
    files = act.session.exec(
        select(Attachment).where(Attachment.special_need_id == need.id).order_by(col(Attachment.id))
    ).all()
    content = canonical(
        {
            **{name: to_plain(value) for name, value in values.items()},
            "files": [[file.name, file.sha256] for file in files],
        }
    )
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    act.session.add(
        Snapshot(
            special_need_id=need.id,
            number=need.snapshots,
            content=content,
            sha256=sha256,
            submitted_by=act.person.id,
            submitted_at=act.now,
        )
    )
    return sha256


def recall(store: Store, who: str, need_id: str, *, based_on: int, key: str) -> Need:
    """Take a submitted request back into a draft, while nobody has claimed it and before the
    deadline.

    Raises:
        NotNow, Conflict, Forbidden: as for `submit`.
    """
    with acting(store, who, Verb.RECALL, key, need_id) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        _check_unchanged(act, need, based_on)
        _check_own_state(act, need, ["submitted"])
        round_ = act.round(need.round_id)
        if not deadlines.deadlines(act.session, round_).is_in_time(need, act.now):
            raise NotNow(TOO_LATE, **_deadline_details(act, need, round_))
        changes = act.change(need, state="draft")
        act.record(from_state="submitted", to_state="draft", changes=changes, based_on=based_on)
        return seen(act, need)


def withdraw(store: Store, who: str, need_id: str, reason: str, *, based_on: int, key: str) -> Need:
    """Withdraw a request before it is decided.

    Raises:
        InputError: without a reason.
        NotNow, Conflict, Forbidden: as for `submit`.
    """
    with acting(store, who, Verb.WITHDRAW, key, need_id, reason) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        _check_unchanged(act, need, based_on)
        why = fields.reason_text(reason)
        if need.state not in UNDECIDED:
            raise NotNow(N_("This request can no longer be withdrawn."))
        from_state = need.state
        changes = act.change(need, state="withdrawn", withdrawal_reason=why)
        act.record(
            from_state=from_state,
            to_state="withdrawn",
            changes=changes,
            reason=why,
            based_on=based_on,
        )
        return seen(act, need)


# --- looking -----------------------------------------------------------------------------------


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


HIDDEN_FIELDS = {*OUTCOME, "assessed_by", "assessed_at", "decided_by", "decided_at"}
HIDDEN_FROM_THE_CENTRE = frozenset(
    {
        Verb.ASSESS,
        Verb.REOPEN_ASSESSMENT,
        Verb.APPROVE,
        Verb.REJECT,
        Verb.REOPEN_DECISION,
    }
)


def history(store: Store, who: str, need_id: str) -> list[HistoryLine]:
    """What happened to a request, from its beginning; a centre sees its review once the round is
    decided.

    Raises:
        Forbidden: if the request is not for this person.
    """
    with looking(store, who, Verb.SEE_NEED) as act:
        row = act.need(need_id)
        open_ = _sees_outcome(act, row)
        found = act.session.exec(
            select(TrailRecord, Person)
            .join(Person, col(Person.id) == col(TrailRecord.person_id))
            .where(
                TrailRecord.object_kind == "special_need",
                TrailRecord.object_id == need_id,
                TrailRecord.outcome == "done",
            )
            .order_by(col(TrailRecord.number))
        ).all()
        return [
            HistoryLine(
                at=record.at,
                person=person.name,
                person_en=person.name_en,
                role=record.role,
                verb=record.verb,
                from_state=_state_seen(record.from_state, open_),
                to_state=_state_seen(record.to_state, open_),
                reason=record.reason,
                changes={
                    field: tuple(_state_seen(value, open_ or field != STATE) for value in pair)
                    for field, pair in json.loads(record.changes).items()
                    if open_ or field not in HIDDEN_FIELDS
                },
            )
            for record, person in found
            if open_ or record.verb not in HIDDEN_FROM_THE_CENTRE
        ]


def _state_seen(state: Any, sees_outcome: bool) -> Any:
    """A state as the person may know it: for a centre "in review" until the round is decided."""
    return state if sees_outcome or state not in BEHIND_THE_CURTAIN else "in_review"


def _sees_outcome(act: Act, row: SpecialNeed) -> bool:
    """Whether the person may see assessment and decision: everybody once it is decided."""
    inside = {
        role: scope
        for role, scope in PERMISSIONS[Verb.SEE_NEED].items()
        if role != Role.CENTRE_HEAD
    }
    subject = need_subject(row)
    is_inside = any(
        role in inside and (role != Role.REVIEWER or subject.reviewer_id == act.person.id)
        for role, _centre in act.person.grants
    )
    return is_inside or act.round(row.round_id).state in OUTCOMES_VISIBLE


def seen(act: Act, row: SpecialNeed) -> Need:
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
        sees_outcome = is_whole and _sees_outcome(act, row)
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
                state=_state_seen(row.state, sees_outcome),
                version=_version(row, sees_outcome=sees_outcome or not is_whole),
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
                edited_at=_edited_at(row, sees_outcome),
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
        | {
            person_id
            for name, stamp in json.loads(row.stamps).items()
            if name in fields.BY_NAME
            for _version, person_id, _at in (stamp[:3], *stamp[3:])
        }
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


def _version(row: SpecialNeed, *, sees_outcome: bool) -> int:
    """The version as far as the person may know: it does not tell a centre that its request was
    assessed or decided."""
    if sees_outcome or row.state not in BEHIND_THE_CURTAIN:
        return row.version
    stamp = json.loads(row.stamps).get("snapshots")
    return int(stamp[0]) if stamp else 1


def _edited_at(row: SpecialNeed, sees_outcome: bool) -> datetime:
    """When it was last changed, as far as the person may know: a centre is not told when its
    request was assessed or decided."""
    if sees_outcome or row.state not in BEHIND_THE_CURTAIN:
        return row.edited_at
    stamp = json.loads(row.stamps).get("snapshots")
    return datetime.fromisoformat(stamp[2]) if stamp else row.submitted_at or row.edited_at


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
