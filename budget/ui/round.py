"""The round on the screen: its data, its baseline, and allocations computed from them.

Inputs are read once a version of the round; allocations are kept by what was changed, so that
going back costs nothing. The workflow checks at every call who may see them.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd
import streamlit as st

import budget
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.ui import keys, session
from budget.ui.edits import Changes
from budget.view.maps import thinned
from budget.view.parameters import Section, sections
from budget.view.words import Words
from budget.workflow import round_inputs, rounds
from budget.workflow.round_inputs import InputsChanged
from budget.workflow.rounds import RoundFacts
from budget.workflow.saved_scenarios import CONSIDERED, SavedScenario

MOST_LOOKS = 4
"""So often a round that is being changed is looked at once more."""


@dataclass(frozen=True)
class Round:
    """One year's round, for those who may see the allocation.

    Attributes:
        version: changes when anything that an allocation depends on changes.
        facts: state and name; kept for all who see these figures, so the dates, of which a centre's
            head has an own one, are not to be read from here.
        requests: with the amounts of the requests that are considered.
        saved_baseline: the scenario that others are compared with; `baseline` is its policy.
        provinces: outlines for the map.
        data_set_id: the version of the centres' table.
    """

    version: str
    facts: RoundFacts
    centres: pd.DataFrame
    requests: pd.DataFrame
    saved_baseline: SavedScenario
    baseline: Policy
    provinces: list[dict[str, Any]]
    data_set_id: int

    @property
    def fiscal_year(self) -> int:
        """The year whose budget is split."""
        return self.facts.fiscal_year

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The baseline's parameters as a planner meets them."""
        return sections(self.baseline)


def facts() -> RoundFacts:
    """The round as everybody may know it.

    Raises:
        Forbidden: for somebody without a role.
    """
    return rounds.present(session.store(), session.who())


def round_name(shown: RoundFacts, _: Words) -> str:
    """What the round is called."""
    return _.of(shown.name_ko, shown.name_en)


def considered() -> str:
    """Which requests the planner wants to be considered: a key of CONSIDERED."""
    chosen = st.session_state.get(keys.CONSIDERED)
    return str(chosen) if chosen in CONSIDERED else next(iter(CONSIDERED))


def present_round() -> Round:
    """The round that the pages show.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    return round_considering(considered())


def round_considering(chosen: str) -> Round:
    """The same round with these requests.

    Args:
        chosen: a key of CONSIDERED.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    return steady(lambda figures: _round(_named(figures, chosen), facts(), figures, chosen))


def steady[Found](read: Callable[[str], Found]) -> Found:
    """What is kept, or read, for the version of the figures that stands.

    What is kept by a version must be of that version: somebody may change the inputs between
    the look at the version and the look at them, and a version may come back.

    Args:
        read: gives it for a version; raises InputsChanged if that stands no longer.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    for _again in range(MOST_LOOKS):
        try:
            return read(round_inputs.figures_version(session.store(), session.who()))
        except InputsChanged:
            continue
    return read(round_inputs.figures_version(session.store(), session.who()))


def is_present(shown: Round) -> bool:
    """Whether a round on the screen is still the present one; asked before each new figure.

    Raises:
        Forbidden: for whoever may no longer see the allocation.
    """
    return shown.version == _version(considered())


def _version(chosen: str) -> str:
    return _named(round_inputs.figures_version(session.store(), session.who()), chosen)


def _named(figures: str, chosen: str) -> str:
    where = session.store().engine.url.render_as_string(hide_password=True)
    return f"{where} {figures} {chosen}"


@st.cache_resource(max_entries=4, show_spinner=False)
def _round(version: str, _facts: RoundFacts, _figures: str, _considered: str) -> Round:
    given = round_inputs.inputs(session.store(), session.who(), _considered, version=_figures)
    return Round(
        version=version,
        facts=_facts,
        centres=given.centres,
        requests=given.requests,
        saved_baseline=given.baseline,
        baseline=given.baseline.policy,
        provinces=thinned(json.loads(given.provinces)),
        data_set_id=given.data_set_id,
    )


def allocation(shown: Round, changes: Changes) -> Allocation:
    """The allocation that these changes of the baseline give.

    Raises:
        InputError: for a value that is not allowed.
        InfeasiblePolicy: if the rules contradict each other.
    """
    key = tuple(sorted((path, str(value)) for path, value in changes.items()))
    outcome = _outcome(shown.version, key, shown, changes)
    if isinstance(outcome, Exception):
        raise outcome.with_traceback(None)
    return outcome


def policy_allocation(shown: Round, policy: Policy, sha256: str) -> Allocation:
    """The allocation that a policy gives, however it differs from the baseline.

    Args:
        sha256: of the policy, as it is kept by.

    Raises:
        InputError: for a value that is not allowed.
        InfeasiblePolicy: if the rules contradict each other.
    """
    outcome = _outcome_of_policy(shown.version, sha256, shown, policy)
    if isinstance(outcome, Exception):
        raise outcome.with_traceback(None)
    return outcome


@st.cache_resource(max_entries=32, show_spinner=False)
def _outcome_of_policy(
    version: str, sha256: str, _shown: Round, _policy: Policy
) -> Allocation | InputError | InfeasiblePolicy:
    try:
        return budget.allocate(_shown.centres, _policy, _shown.requests)
    except (InputError, InfeasiblePolicy) as error:
        return error


def baseline_allocation(shown: Round) -> Allocation:
    """What the baseline gives."""
    return allocation(shown, {})


def comparable_baseline(shown: Round, present: Allocation) -> Allocation:
    """What the baseline gives; where its rules contradict each other, the present allocation."""
    try:
        return baseline_allocation(shown)
    except InfeasiblePolicy:
        return present


@st.cache_resource(max_entries=128, show_spinner=False)
def _outcome(
    version: str, key: tuple[tuple[str, str], ...], _shown: Round, _changes: Changes
) -> Allocation | InputError | InfeasiblePolicy:
    try:
        policy = _shown.baseline.replaced(_changes) if _changes else _shown.baseline
        return budget.allocate(_shown.centres, policy, _shown.requests)
    except (InputError, InfeasiblePolicy) as error:
        return error
