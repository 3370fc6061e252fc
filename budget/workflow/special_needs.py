"""A centre's special-need requests: draft, submit, recall, withdraw.

Source: workflow, a special-need request.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import Session, col, select

from budget.allocation.faults import N_
from budget.storage.store import Store
from budget.storage.tables import Attachment, BudgetRound, Snapshot, SpecialNeed
from budget.storage.trail import canonical
from budget.workflow import deadlines, fields
from budget.workflow.centres_in_force import centres_in_force
from budget.workflow.deeds import Act, acting, need_subject, to_plain
from budget.workflow.need_states import (
    BEHIND_THE_CURTAIN,
    EDITABLE,
    STATES,
    UNDECIDED,
    WRONG_STATE,
    may_see_outcome,
    state_seen,
)
from budget.workflow.needs_seen import Need, seen
from budget.workflow.refusals import NotNow, OtherDeed
from budget.workflow.roles import Subject, Verb

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
        seen = state_seen(need.state, may_see_outcome(act, need))
        raise NotNow(WRONG_STATE, state=STATES[seen])


def _check_unchanged(act: Act, need: SpecialNeed, based_on: int) -> None:
    """Nobody else has changed what the centre writes, or the state as far as it may know it.

    Raises:
        Conflict: with who changed what.
    """
    if need.state not in BEHIND_THE_CURTAIN:
        act.unchanged(need, based_on, list(fields.BY_NAME))


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
