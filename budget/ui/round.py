"""The round on the screen: its data, its baseline, and allocations computed from them.

Data are read once a version of the files; allocations are kept by what was changed, so that
going back costs nothing.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

import budget
from budget.allocation.faults import InputError
from budget.allocation.infeasibility import InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.allocation.run import Allocation
from budget.files import round_folder
from budget.ui.edits import Changes
from budget.view.maps import thinned
from budget.view.parameters import Section, sections
from budget.view.words import Words

FOLDER_VARIABLE = "BUDGET_DATA"


@dataclass(frozen=True)
class Round:
    """One year's round.

    Attributes:
        version: changes when a file of the round changes.
        state: "setup", "open", "review", "decided" or "published".
        dates: what is due when, in the order of the round.
        illustrative: whether the figures are made up.
        baseline: the default policy.
        provinces: outlines for the map.
    """

    version: str
    name_ko: str
    name_en: str
    fiscal_year: int
    state: str
    dates: Mapping[str, date]
    illustrative: bool
    centres: pd.DataFrame
    requests: pd.DataFrame
    baseline: Policy
    provinces: list[dict[str, Any]]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The baseline's parameters as a planner meets them."""
        return sections(self.baseline)

    def name(self, _: Words) -> str:
        """What the round is called."""
        return _.of(self.name_ko, self.name_en)


def folder() -> Path:
    """Where the round's files are."""
    return Path(os.environ.get(FOLDER_VARIABLE) or Path(__file__).parents[2] / "data")


def present_round() -> Round:
    """The round that the pages show.

    Raises:
        InputError: if a file of it cannot be used.
    """
    where = folder()
    return _round(round_folder.round_version(where), str(where))


@st.cache_resource(max_entries=2, show_spinner=False)
def _round(version: str, where: str) -> Round:
    place = Path(where)
    facts = round_folder.read_facts(place)
    centres, requests, baseline = round_folder.read_tables(place)
    return Round(
        version=version,
        name_ko=facts.name_ko,
        name_en=facts.name_en,
        fiscal_year=facts.fiscal_year,
        state=facts.state,
        dates=facts.dates,
        illustrative=facts.illustrative,
        centres=centres,
        requests=requests,
        baseline=baseline,
        provinces=thinned(round_folder.read_provinces(place)),
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
