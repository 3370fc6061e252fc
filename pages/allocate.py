"""Change the rules; see at once who gains and who loses."""

import streamlit as st

from budget.allocation.conflict import InfeasiblePolicy
from budget.ui import (
    address,
    conflict,
    controls,
    frame,
    goal_seek,
    results,
    scenario_controls,
    session,
)
from budget.ui.problems import problems
from budget.ui.round import (
    Round,
    allocation,
    comparable_baseline,
    is_present,
    present_round,
)


@st.fragment
def rules_and_result(shown: Round) -> None:
    """The finding; rules at the left, result at the right; a moved rule reruns this part alone.

    The result comes first: it is what the planner who moved a rule is waiting for. On a phone,
    where left stands above right, the finding is read before the rules.
    """
    if not is_present(shown):
        st.rerun()  # somebody decided a request, or others are to be considered
    above = st.container()
    left, right = st.columns([0.235, 0.765], gap="medium")
    changes = session.edits().present
    contradiction: InfeasiblePolicy | None = None
    with right, problems():
        try:
            with st.spinner(_("Computing"), show_time=False):
                found = allocation(shown, changes)
        except InfeasiblePolicy as error:
            contradiction = error
        else:
            results.result(found, comparable_baseline(shown, found), shown, above)
    with left:
        scenario_controls.scenario_bar(shown, lambda: goal_seek.opener(shown))
        controls.policy_controls(shown.baseline, shown.sections)
    if contradiction:  # its remedies take a moment: the rules are there already
        with above:
            conflict.told(contradiction)
        with right, problems():
            conflict.conflict(contradiction, shown.baseline.replaced(changes), shown)


_ = session.enter(__file__)
with problems():
    round_ = present_round()
    frame.page_head(_("Allocate"), round_.facts)
    address.read(address.CHANGES, address.SCENARIO, *results.LINKS)
    with problems():
        session.adopt_edits(round_.baseline)
    with problems():
        scenario_controls.adopt_scenario(round_)
    rules_and_result(round_)
