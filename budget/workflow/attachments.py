"""Files of a request: added until the decision, never removed once submitted.

They are checked by content (budget.files.attachments), kept in the database, and served only to
those who may see the request.
"""

from dataclasses import dataclass

from sqlmodel import func, select

from budget.allocation.faults import N_, Fault, InputError
from budget.files.attachments import MOST_FILES, checked_attachment
from budget.storage.store import Store
from budget.storage.tables import Attachment, AttachmentContent
from budget.workflow import deadlines
from budget.workflow.deeds import acting, known, looking
from budget.workflow.need_states import UNDECIDED
from budget.workflow.needs_seen import Need, seen
from budget.workflow.refusals import NOT_YOURS, Forbidden, NotNow
from budget.workflow.roles import Subject, Verb


@dataclass(frozen=True)
class Served:
    """An attachment with its bytes."""

    name: str
    media_type: str
    content: bytes


def attach(store: Store, who: str, need_id: str, name: str, content: bytes, *, key: str) -> Need:
    """Add a file to a request; the same content twice is one file.

    Raises:
        Forbidden: for anybody but the head of the request's centre.
        NotNow: once the request is decided or withdrawn, or the round is.
        InputError: if the content is not allowed, or there are five files already.
    """
    with looking(store, who, Verb.ATTACH) as act:
        act.need(need_id)  # nobody else's file is worth reading
    checked = checked_attachment(name, content)  # may take a second: nobody waits for it
    with acting(store, who, Verb.ATTACH, key, need_id, name, checked.sha256) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        round_ = act.round(need.round_id)
        days = deadlines.deadlines(act.session, round_)
        late = need.state == "draft" and not days.may_write(need.centre_id, act.now)
        if need.state not in UNDECIDED or round_.state not in {"open", "review"} or late:
            raise NotNow(N_("Files can be added until the request is decided."))
        files = select(Attachment).where(Attachment.special_need_id == need.id)
        if act.session.exec(files.where(Attachment.sha256 == checked.sha256)).first():
            return seen(act, need)
        count = act.session.exec(select(func.count()).select_from(files.subquery())).one()
        if count >= MOST_FILES:
            raise InputError(
                [
                    Fault(
                        checked.name,
                        "attachment",
                        str(count + 1),
                        N_("at most {most} files a request"),
                        details={"most": str(MOST_FILES)},
                    )
                ]
            )
        file = Attachment(
            special_need_id=need.id,
            name=checked.name,
            kind=checked.kind,
            media_type=checked.media_type,
            size=len(checked.content),
            sha256=checked.sha256,
            added_by=act.person.id,
            added_at=act.now,
        )
        act.session.add(file)
        act.session.flush()
        act.session.add(AttachmentContent(attachment_id=file.id or 0, content=checked.content))
        act.record(changes={"file": (None, f"{checked.name} {checked.sha256}")})
        return seen(act, need)


def detach(store: Store, who: str, need_id: str, file_id: int, *, key: str) -> Need:
    """Remove a file from a request that was never submitted.

    Raises:
        Forbidden: for anybody but the head of the request's centre.
        NotNow: once the request has been submitted.
    """
    with acting(store, who, Verb.DETACH, key, need_id, file_id) as act:
        need = act.need(need_id)
        if act.is_repeated:
            return seen(act, need)
        file = known(act.session, Attachment, file_id)
        if file is None or file.special_need_id != need.id:
            raise Forbidden(NOT_YOURS)
        if need.snapshots or need.state != "draft":
            raise NotNow(N_("Files of a submitted request stay with it."))
        content = act.session.get_one(AttachmentContent, file_id)
        act.session.delete(content)
        act.session.flush()
        act.session.delete(file)
        act.session.flush()
        act.record(changes={"file": (f"{file.name} {file.sha256}", None)})
        return seen(act, need)


def served(store: Store, who: str, file_id: int) -> Served:
    """A file for somebody who may see its request.

    Raises:
        Forbidden: for anybody else, and if there is no such file; recorded.
    """
    with looking(store, who, Verb.SEE_NEED) as act:
        file = known(act.session, Attachment, file_id)
        if file is None:
            act.allow(Subject("attachment", str(file_id)[:20], "-"))
            raise Forbidden(NOT_YOURS)
        act.need(file.special_need_id)
        content = act.session.get_one(AttachmentContent, file_id)
        return Served(file.name, file.media_type, content.content)
