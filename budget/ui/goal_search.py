"""The search behind the goal seek: a moment at a time, so that it can be watched and cancelled."""

import time
from dataclasses import dataclass
from decimal import Decimal

import streamlit as st

from budget.allocation import goals
from budget.allocation.centre_checking import checked_centres
from budget.allocation.conflict import Conflict, InfeasiblePolicy
from budget.allocation.faults import Defect, InputError
from budget.allocation.goals import BreakEven, Goal, OutOfRuns, Unreachable
from budget.allocation.policy import Policy
from budget.allocation.requests import checked_requests
from budget.allocation.result import Allocation
from budget.ui import keys, session
from budget.ui.round import Round, allocation
from budget.ui.text import plain

AT_A_TIME_SECONDS, BETWEEN_SECONDS = 0.5, 0.1
"""So long a search goes on before the page listens, and so long it listens."""


@dataclass(frozen=True)
class Asked:
    """A question as it was put.

    Attributes:
        growth: per cent; of the question for the envelope.
        path: of the number that is sought.
        centre_id, against: of the question for the break-even.
    """

    question: str
    growth: str = ""
    path: str = ""
    centre_id: str = ""
    against: str = ""


Answer = Goal | BreakEven | Conflict | OutOfRuns | None
"""What was found; a conflict, or nothing, where the goal cannot be reached."""


@dataclass(frozen=True)
class Known:
    """What a search came to, nothing included; or what ended it."""

    found: Answer | InputError | Defect


class _Pause(Exception):  # noqa: N818 - not an error
    """Enough for now: the page answers before the search goes on."""


def _key(shown_round: Round, asked: Asked) -> tuple[object, ...]:
    """All that an answer depends on."""
    return shown_round.version, asked, tuple(session.edits().present.items())


def known(shown_round: Round, asked: Asked) -> Known | None:
    """The answer, if this question was the last that was answered with these data and rules."""
    kept = st.session_state.get(keys.GOAL_ANSWER)
    return kept[1] if kept and kept[0] == _key(shown_round, asked) else None


def answer(known: Known) -> Answer:
    """What was found.

    Raises:
        InputError: for rules or data that no run can have.
        Defect: if a run is not certified.
    """
    if isinstance(known.found, InputError | Defect):
        raise known.found.with_traceback(None)
    return known.found


@st.fragment(run_every=BETWEEN_SECONDS)
def search(shown_round: Round, policy: Policy, asked: Asked) -> None:
    """Search for a moment, again and again: meanwhile a click on “Cancel” is heard.

    (A click on a page does not interrupt a part that is running; it is heard when that ends.)
    """
    _ = session.words()
    key = _key(shown_round, asked)
    if st.session_state.get(keys.GOAL_ASKED) != asked:
        _draw_dialog_anew()
    with st.container(horizontal=True, vertical_alignment="center", border=True):
        said = st.empty()
        st.space("stretch")
        st.button(_("Cancel"), key=keys.GOAL_CANCEL, icon=":material/close:", on_click=_cancel)
    begun = time.monotonic()

    def before(count: int) -> None:
        said.markdown(
            f":material/hourglass_top: {plain(_('Searching: {count} runs made', count=count))}"
        )
        if time.monotonic() - begun > AT_A_TIME_SECONDS:
            raise _Pause

    kept = st.session_state.get(keys.GOAL_TRIALS)
    trials = kept[1] if kept and kept[0] == key else goals.Trials()
    st.session_state[keys.GOAL_TRIALS] = key, trials
    trials.before = before
    try:
        found = _sought(shown_round, policy, asked, trials)
    except _Pause:
        return
    st.session_state[keys.GOAL_ANSWER] = key, Known(found)
    st.session_state.pop(keys.GOAL_TRIALS, None)
    _draw_dialog_anew()


def _draw_dialog_anew() -> None:
    st.session_state[keys.GOAL_GOES_ON] = True
    st.rerun()


def _cancel() -> None:
    st.session_state.pop(keys.GOAL_ASKED, None)
    st.session_state.pop(keys.GOAL_TRIALS, None)


def _sought(
    shown_round: Round, policy: Policy, asked: Asked, trials: goals.Trials
) -> Answer | InputError | Defect:
    try:
        centres = checked_centres(shown_round.centres, policy)
        requests = checked_requests(shown_round.requests, centres.ids, policy.unit)
        if asked.question == "envelope":
            growth = Decimal(asked.growth) / 100
            return goals.least_envelope(centres, policy, requests, growth, trials)
        if asked.question == "floor":
            return goals.highest_floor(centres, policy, requests, asked.path, trials)
        place = centres.ids.index(asked.centre_id)
        then = had(shown_round, asked, place)
        return goals.break_even(
            centres,
            policy,
            requests,
            asked.path,
            lambda found: has(found, asked, place) - then,
            trials,
        )
    except Unreachable as error:
        return error.conflict
    except (InputError, OutOfRuns, Defect) as error:
        return error


def has(found: Allocation, asked: Asked, place: int) -> int:
    """What the centre has in an allocation, in won, by what it is compared with."""
    if asked.against == "last_year":
        return found.pool(found.policy.remainder_pool.name).amounts[place]
    return found.totals[place]


def had(shown_round: Round, asked: Asked, place: int) -> int:
    """What the centre had, in won: last year, or in the baseline.

    Raises:
        Unreachable: if the baseline has no allocation.
    """
    try:
        base = allocation(shown_round, {})
    except InfeasiblePolicy as error:
        raise Unreachable(error.conflict) from None
    return base.prior_operating[place] or 0 if asked.against == "last_year" else base.totals[place]
