"""Text of a draft on its way into the database: saved as it is typed, kept whatever is wrong.

What could not be saved stays here, with the reason, until it can be or its writer gives it up:
over a reload, another page, another language and a second tab.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

import streamlit as st

from budget.allocation.faults import Fault, InputError
from budget.ui import keys, session
from budget.ui.live_text import reset_live_text
from budget.ui.problems import problems
from budget.workflow import special_needs
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Forbidden, NotNow, Refusal


@dataclass
class Unsaved:
    """A field's text that the database does not have yet.

    Attributes:
        based_on: the version of the request that its writer saw.
        key: of the deed that saves it; the same until it is saved.
        fault: why the text cannot be stored.
        refusal: why it cannot be stored now; a conflict waits for the writer's choice.
    """

    text: str
    based_on: int
    key: str
    fault: Fault | None = None
    refusal: Refusal | None = None


@dataclass
class Drafting:
    """What this session knows of one request.

    Attributes:
        version: of the request as it stands on the screen.
        saved_at: when something was last saved here.
        saved_field: what was saved then.
        tried: whether submitting was tried, so that empty fields are faults.
        confirming: whether the reader looks at what submitting would freeze.
        uploads: which uploader is on the screen.
        upload_faults: what was wrong with the last files.
        reason_fault: what was wrong with the reason of a withdrawal.
    """

    unsaved: dict[str, Unsaved]
    version: int = 0
    saved_at: datetime | None = None
    saved_field: str = ""
    tried: bool = False
    confirming: bool = False
    uploads: int = 0
    upload_faults: list[Fault | Refusal] = field(default_factory=list)
    reason_fault: str = ""


def drafting(need_id: str) -> Drafting:
    """What this session knows of a request; what is not saved yet is known to every session of
    the same person."""
    known: dict[str, Drafting] = st.session_state.setdefault(keys.DRAFTINGS, {})
    if need_id not in known:
        where = session.store().engine.url.render_as_string(hide_password=True)
        known[need_id] = Drafting(_unsaved(where, session.who(), need_id))
    return known[need_id]


@st.cache_resource(max_entries=1000, show_spinner=False)
def _unsaved(where: str, who: str, need_id: str) -> dict[str, Unsaved]:
    return {}


# --- saving --------------------------------------------------------------------------------------


def save_as_typed(need_id: str, name: str, text: str) -> None:
    """Save a field; called as its text arrives."""
    known = drafting(need_id)
    earlier = known.unsaved.get(name)
    if earlier is not None and isinstance(earlier.refusal, Conflict):
        earlier.text = text  # whose text counts is for the writer to say
        return
    known.unsaved[name] = Unsaved(text, known.version, secrets.token_hex(16))
    with problems():
        save_waiting(need_id)


def save_waiting(need_id: str) -> None:
    """Save what waits and has no known reason not to be saved."""
    known = drafting(need_id)
    for name, waiting in list(known.unsaved.items()):
        if waiting.fault is None and waiting.refusal is None:
            _save(known, need_id, name, waiting)


def _save(known: Drafting, need_id: str, name: str, waiting: Unsaved) -> None:
    try:
        saved = special_needs.save_draft(
            session.store(),
            session.who(),
            need_id,
            {name: waiting.text},
            based_on=waiting.based_on,
            key=waiting.key,
        )
    except InputError as error:
        waiting.fault = error.faults[0]
    except (Conflict, NotNow, Forbidden) as refusal:
        waiting.refusal = refusal
    else:
        known.saved_at, known.saved_field = saved.edited_at, name
        if known.unsaved.get(name) is waiting:
            del known.unsaved[name]


def keep_mine(need_id: str, name: str) -> None:
    """Put one's own text on top of what somebody else wrote."""
    waiting = drafting(need_id).unsaved.get(name)
    if waiting is None or not isinstance(waiting.refusal, Conflict):
        return
    waiting.based_on, waiting.refusal = waiting.refusal.version, None
    waiting.key = secrets.token_hex(16)
    with problems():
        save_waiting(need_id)


def take_theirs(need_id: str, name: str) -> None:
    """Give one's own text up."""
    drafting(need_id).unsaved.pop(name, None)
    reset_live_text(keys.request_field(need_id, name))


def give_up(need_id: str) -> None:
    """Give every text up that was not saved."""
    for name in list(drafting(need_id).unsaved):
        take_theirs(need_id, name)


# --- deeds at a button ---------------------------------------------------------------------------


def act(name: str, key: str, deed: Callable[[str], Need]) -> None:
    """Do something with a request, at a button; a refusal is shown at the next run.

    Args:
        name: under which the key was prepared.
        key: as the button was drawn with it, so that a double click is one deed.
    """
    st.session_state.pop(keys.NOTICE, None)
    with problems():
        try:
            need = deed(key)
        except (Refusal, InputError) as why:
            st.session_state[keys.NOTICE] = why
        else:
            known = drafting(need.id)
            known.tried = known.confirming = False
            known.upload_faults = []
            st.query_params[keys.REQUEST_PARAMETER] = need.id
        session.deed_done(name)


def notice() -> Refusal | InputError | None:
    """Why the last deed was not done; told once."""
    return cast(Refusal | InputError | None, st.session_state.pop(keys.NOTICE, None))
