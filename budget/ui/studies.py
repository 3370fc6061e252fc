"""Studies in the background, from a page: start, watch, cancel, and find again.

A study is known by the hash of all that its finding depends on. A page that is closed or loaded
again finds it by the same inputs; so does a colleague who asks the same.
"""

import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

import streamlit as st

from budget import files
from budget.allocation.centre_checking import checked_centres
from budget.allocation.faults import N_
from budget.allocation.point import Given
from budget.allocation.policy import Policy
from budget.allocation.requests import checked_requests
from budget.allocation.study import Study
from budget.ui import keys, session
from budget.ui.round import Round, is_present
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.work.crew import WorkersLost, crew_of
from budget.work.desk import Desk, TooBusy
from budget.work.job import UNFINISHED, Progress, State

EVERY_SECONDS = 0.4
"""So often a page asks how far a study is."""
ENDED = {
    State.CANCELLED: N_("The run was cancelled. Nothing of it is kept."),
    State.FORGOTTEN: N_("The run was ended because nobody looked at it any more."),
}


@st.cache_resource(show_spinner=False)
def desk() -> Desk:
    """The desk of this server."""
    return Desk(crew_of(os.environ))


def given(shown: Round, policy: Policy) -> Given:
    """What the runs of a study have in common.

    Raises:
        InputError: for a policy that does not fit the data.
    """
    centres = checked_centres(shown.centres, policy)
    return Given(centres, policy, checked_requests(shown.requests, centres.ids, policy.unit))


def study_key(kind: str, shown: Round, policy: Policy, *settings: object) -> str:
    """The hash of the inputs of a study: what it is, data, requests, rules, settings."""
    inputs = [
        kind,
        shown.centres.attrs.get("sha256", shown.version),
        shown.requests.attrs.get("sha256", shown.version),
        files.policy_toml(policy).decode(),
        [str(setting) for setting in settings],
    ]
    return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()


def start_button(key: str, begin: Callable[[], Study[Any]], label: str) -> None:
    """Start a study, unless it runs already or its finding is known.

    Args:
        begin: makes the study; called in a thread that knows nothing of the page.
    """
    _ = session.words()
    job = desk().find(key)
    is_known = job is not None and job.state in UNFINISHED | {State.DONE}
    if st.button(
        label,
        key=keys.STUDY_START,
        type=session.main_button(),
        icon=":material/play_arrow:",
        disabled=is_known,
        width="stretch",
        help=_("These settings are worked out already: see the result.") if is_known else None,
    ):
        start(key, begin)


def start(key: str, begin: Callable[[], Study[Any]]) -> None:
    """Start a study; told if too many wait."""
    try:
        desk().ask(key, begin, session.who())
    except TooBusy as refusal:
        _ = session.words()
        st.warning(plain(_.template(refusal.message, refusal.details)), icon=":material/schedule:")
    else:
        st.rerun()


def finding(key: str, shown: Round, empty: str) -> Any | None:
    """The finding of a study, once it is there; until then its progress, or what to do.

    Args:
        empty: says what the study would show and how to start it.

    Returns:
        None while there is no finding.

    Raises:
        Exception: whatever ended the study, for the page to tell.
    """
    _ = session.words()
    job = desk().find(key)
    if job is None:
        st.info(empty, icon=":material/lightbulb:")
        return None
    if job.state in UNFINISHED:
        _watch(key, shown)
        return None
    if isinstance(job.error, WorkersLost):
        st.error(plain(_(job.error.message)), icon=":material/memory:")
        return None
    if job.error is not None:
        raise job.error
    if job.state is not State.DONE:
        st.info(_(ENDED.get(job.state, empty)), icon=":material/info:")
        return None
    return job.found


@st.fragment(run_every=EVERY_SECONDS)
def _watch(key: str, shown: Round) -> None:
    """How far a study is, with a way to end it; reruns alone until it has ended."""
    job = desk().watch(key, session.who())
    if job is None or job.state not in UNFINISHED or not is_present(shown):
        st.rerun()
    progress = desk().progress(job)
    _, numbers = session.words(), session.numbers()
    with st.container(border=True):
        st.progress(progress.part, text=progress_text(progress, numbers))
        if job.has_left(session.who()):
            st.caption(_("You cancelled this run. It goes on because a colleague waits for it."))
        elif st.button(_("Cancel"), key=keys.STUDY_CANCEL, icon=":material/stop_circle:"):
            desk().cancel(job, session.who())
            st.rerun()


def progress_text(progress: Progress, numbers: Numbers) -> str:
    """How many runs are done of how many, and how long it will take."""
    _ = numbers.words
    if progress.state is State.WAITING:
        return _.ngettext(
            "Waiting: {count} other run is before this one.",
            "Waiting: {count} other runs are before this one.",
            progress.ahead,
        )
    if not progress.total or not progress.done:
        return _("Starting the workers …")
    text = _(
        "{done} of {total} runs done",
        done=numbers.number(progress.done),
        total=numbers.number(progress.total),
    )
    left = progress.seconds_left
    if left is None or left < 1:
        return text
    return f"{text} · " + _("about {seconds} s left", seconds=numbers.number(round(left)))
