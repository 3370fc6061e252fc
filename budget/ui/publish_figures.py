"""The allocation that is signed beside the baseline's: a preview, or what was frozen."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

import budget
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.ui import session
from budget.ui.round import steady
from budget.ui.text import plain
from budget.view.notices import conflict_sentence
from budget.view.publish import Request
from budget.workflow import needs_seen, packs, round_inputs
from budget.workflow.checklist import Checklist
from budget.workflow.packs import FrozenRun


@dataclass(frozen=True)
class Figures:
    """What is signed, beside what it is compared with.

    Attributes:
        baseline: None where its rules contradict each other.
    """

    present: Allocation
    baseline: Allocation | None
    baseline_name: str
    requests: Sequence[Request]


def figures_of(found: Checklist, *, is_proposal: bool) -> Figures | None:
    """What is signed; None, with the reason, where the rules contradict each other."""
    _ = session.words()
    with st.spinner(_("Computing"), show_time=False):
        if is_proposal:
            run = packs.proposed_run(session.store(), session.who())
            if run is not None:
                return frozen_figures(run)
        try:
            return _preview(found)
        except InfeasiblePolicy as error:
            st.error(
                plain(conflict_sentence(error.conflict, session.numbers())),
                icon=":material/block:",
            )
            return None


def frozen_figures(run: FrozenRun) -> Figures:
    """The figures of a run whose inputs were frozen when it was proposed."""
    where = _where()
    return Figures(
        _again(where, run.id, run.allocation_sha256, run),
        _baseline_again(where, run.id, run.baseline_content, run),
        run.baseline_name,
        run.requests,
    )


def _where() -> str:
    return session.store().engine.url.render_as_string(hide_password=True)


@st.cache_resource(max_entries=8, show_spinner=False)
def _again(where: str, publication_id: int, sha256: str, _run: FrozenRun) -> Allocation:
    return packs.allocation_of(_run)


@st.cache_resource(max_entries=8, show_spinner=False)
def _baseline_again(
    where: str, publication_id: int, baseline: str, _run: FrozenRun
) -> Allocation | None:
    return packs.baseline_of(_run)


def _preview(found: Checklist) -> Figures:
    store, who = session.store(), session.who()
    version, given = steady(
        lambda figures: (f"{_where()} {figures}", round_inputs.inputs(store, who, version=figures))
    )
    present = _allocated(version, found.scenario.policy_content, found.scenario.policy, given)
    base = given.baseline
    try:
        before = _allocated(version, base.policy_content, base.policy, given)
    except InfeasiblePolicy:
        before = None
    return Figures(present, before, base.name, needs_seen.queue(store, who))


@st.cache_resource(max_entries=16, show_spinner=False)
def _allocated(
    version: str, content: str, _policy: Policy, _given: round_inputs.RoundInputs
) -> Allocation:
    return budget.allocate(_given.centres, _policy, _given.requests)
