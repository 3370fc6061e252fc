"""The year on the screen: the allocation in force, or a preview of the baseline, by quarters."""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import streamlit as st

from budget.allocation.allotment import Allotment, allotment
from budget.allocation.execution import Reading, Standing, standings
from budget.allocation.faults import N_
from budget.allocation.result import Allocation
from budget.ui import session
from budget.ui.downloads import allocation_hashes, round_provenance
from budget.ui.round import baseline_allocation, present_round
from budget.view.exports import Provenance, scenario_text
from budget.view.places import Places
from budget.view.words import Words
from budget.workflow import quarters
from budget.workflow.deadlines import korean_day
from budget.workflow.quarters import Year
from budget.workflow.rounds import RoundFacts


@dataclass(frozen=True)
class YearShown:
    """What the parts of the page share.

    Attributes:
        scenario: of the baseline with its version, for a preview; "" once it is published.
    """

    facts: RoundFacts
    year: Year
    allocation: Allocation
    scenario: str

    @property
    def is_published(self) -> bool:
        """Whether the allocation is the one in force."""
        return self.year.run_id is not None

    @cached_property
    def allotted(self) -> Allotment:
        """The allocation by quarters, by the profile in force."""
        return allotment(self.allocation, self.year.profile)

    @cached_property
    def places(self) -> Places:
        """What the centres are called and belong to."""
        return Places(self.allocation.centres, session.words())

    @cached_property
    def names(self) -> dict[str, str]:
        """Centre id -> short name."""
        return dict(zip(self.allocation.centres.ids, self.places.names, strict=True))

    def standings(self, reading: Reading) -> tuple[Standing, ...]:
        """How every centre stands by the execution in force.

        Raises:
            Forbidden: for whoever may not see the allocation.
        """
        found = quarters.executed(session.store(), session.who())
        return standings(self.allotted, found, reading)

    def is_of_the_future(self) -> bool:
        """Whether the execution in force says to be of a day that has not come."""
        latest = self.year.executions
        return bool(latest) and latest[0].last_day > korean_day(self.facts.now)

    def hashes(self) -> dict[str, str]:
        """SHA-256 of what the figures were made from."""
        found = dict(allocation_hashes(self.allocation, None))
        if self.year.executions:
            found[N_("execution to date")] = self.year.executions[0].sha256
        return found

    def provenance(self, _: Words) -> Provenance:
        """Where the figures come from."""
        kind = _("published") if self.is_published else f"{self.scenario} ({_('preview')})"
        return replace(
            round_provenance(self.facts, _), scenario=kind, certified=self.allocation.certified
        )


def year_shown(facts: RoundFacts) -> YearShown:
    """The year as planner, lead and auditor see it.

    Raises:
        Forbidden: for whoever may not see the allocation.
        InfeasiblePolicy: before publication, if the baseline's rules contradict each other.
    """
    _ = session.words()
    year = quarters.year(session.store(), session.who())
    if year.run_id is not None:
        where = session.store().engine.url.render_as_string(hide_password=True)
        return YearShown(facts, year, _published(where, year.run_id), "")
    shown = present_round()
    saved = shown.saved_baseline
    name = scenario_text(saved.name, saved.number, _)
    return YearShown(facts, year, baseline_allocation(shown), name)


@st.cache_resource(max_entries=4, show_spinner=False)
def _published(where: str, run_id: int) -> Allocation:
    """The run in force; frozen, so that one computation serves everybody who may see it."""
    found = quarters.published_allocation(session.store(), session.who())
    if found is None:
        raise LookupError(f"run {run_id} of {where} is not in force")
    return found


def share(per_cent: float) -> Decimal:
    """A share from what a field says in per cent."""
    return Decimal(str(round(per_cent, 2))) / 100
