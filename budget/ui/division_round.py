"""What the page of divisions shows to those who see the whole round, computed once and kept.

After the publication the money is the published one; before it, what the baseline gives. The
rules are those that count, with the changes that the planner has not saved yet.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

import pandas as pd
import streamlit as st

from budget import files
from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.division_rules import DivisionRules
from budget.allocation.divisions import CrossTable, cross_table
from budget.allocation.faults import Fault, InputError
from budget.ui import session
from budget.ui.division_edits import Edits, edited
from budget.ui.round import baseline_allocation, present_round
from budget.view.divisions import Category, Push, division_name, leading_limit
from budget.view.names import centre_name
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow import divisions
from budget.workflow.divisions import Planning, RulesVersion


@dataclass(frozen=True)
class Money:
    """Whose money is shown.

    Attributes:
        key: changes when the money may have changed.
        centres: the table that it was computed from.
        operating: centre id -> won.
        scenario: what it comes from, by name.
        is_published: False for a preview by the baseline.
    """

    key: str
    centres: pd.DataFrame
    operating: Mapping[str, int]
    scenario: str
    is_published: bool


@dataclass(frozen=True)
class DivisionRound:
    """Everything that the page shows.

    Attributes:
        saved: the version of the rules that counts; `rules` has the unsaved changes as well.
        table: the proposal by these rules.
    """

    planning: Planning
    money: Money
    saved: RulesVersion
    rules: DivisionRules
    table: CrossTable

    @cached_property
    def submitted(self) -> dict[str, Mapping[str, int]]:
        """The plans that count: centre id -> division -> won."""
        return {
            centre: plan.amounts
            for centre, plan in self.planning.plans.items()
            if plan.is_submitted and centre in self.table.cells.index
        }

    def names(self, _: Words) -> dict[str, str]:
        """Centre id -> short name, in the order of the table."""
        return short_names(self.money.centres, _)

    def categories(self, _: Words) -> list[Category]:
        """The divisions over all centres."""
        limits = self.table.limits
        found = []
        for division, row in zip(self.rules.divisions, limits.to_dict("records"), strict=True):
            planned = None
            if self.submitted:
                planned = int(row["total_krw"]) + sum(
                    amounts.get(division.id, 0) - self.cell(centre, division.id)
                    for centre, amounts in self.submitted.items()
                )
            found.append(
                Category(
                    id=division.id,
                    name=division_name(division, _),
                    target=int(row["target_krw"]),
                    unlimited=int(row["unlimited_krw"]),
                    total=int(row["total_krw"]),
                    ceiling=None if pd.isna(row["ceiling_krw"]) else int(row["ceiling_krw"]),
                    minimum=0 if pd.isna(row["minimum_krw"]) else int(row["minimum_krw"]),
                    binds=str(row["binding"]),
                    planned=planned,
                )
            )
        return found

    def cell(self, centre_id: str, division: str) -> int:
        """What the proposal gives a division of a centre."""
        return self._cells[centre_id][division]

    @cached_property
    def _cells(self) -> dict[str, dict[str, int]]:
        rows = self.table.cells.to_numpy(dtype="int64").tolist()
        return {
            str(centre): dict(zip(self.rules.ids, row, strict=True))
            for centre, row in zip(self.table.cells.index, rows, strict=True)
        }

    def pushes(self, division: str, _: Words) -> list[Push]:
        """Centres that would give a division more (less) without national limits, by how much."""
        names = self.names(_)
        rows = self.table.pushed(division)
        return [
            Push(str(centre), names[str(centre)], int(wanted), int(cell))
            for centre, wanted, cell in zip(
                rows.index, rows["unlimited_krw"], rows["cell_krw"], strict=True
            )
            if wanted != cell
        ]

    def leading_pushes(self, _: Words) -> list[Push]:
        """The centres that push against the limit that moves most money."""
        found = leading_limit(self.categories(_))
        return self.pushes(found.id, _) if found else []

    def plan_pushes(self, division: str, _: Words) -> list[Push]:
        """Centres whose plans differ from the proposal, those that ask for most first."""
        names = self.names(_)
        found = [
            Push(centre, names[centre], amounts.get(division, 0), self.cell(centre, division))
            for centre, amounts in self.submitted.items()
        ]
        return sorted(
            (push for push in found if push.excess),
            key=lambda push: (-push.excess, push.centre_id),
        )


def short_names(centres: pd.DataFrame, _: Words) -> dict[str, str]:
    """Centre id -> short name, of a table of centres."""
    blank = [""] * len(centres)
    korean = centres["name_ko"].tolist() if "name_ko" in centres.columns else blank
    english = centres["name_en"].tolist() if "name_en" in centres.columns else blank
    return {
        str(identifier): centre_name(str(ko or identifier), str(en or identifier), _)
        for identifier, ko, en in zip(centres["centre_id"], korean, english, strict=True)
    }


def money_of(planning: Planning, numbers: Numbers) -> Money:
    """The published money; before the publication what the baseline gives.

    Raises:
        InfeasiblePolicy: if the baseline's rules contradict each other.
    """
    _ = numbers.words
    if planning.money is not None:
        found = planning.money
        return Money(
            key=found.allocation_sha256,
            centres=planning.centres,
            operating=found.operating,
            scenario=_("published allocation"),
            is_published=True,
        )
    shown = present_round()
    allocation = baseline_allocation(shown)
    pool = allocation.pool(allocation.policy.remainder_pool.name)
    base = shown.saved_baseline
    return Money(
        key=shown.version,
        centres=shown.centres,
        operating=dict(zip(allocation.centres.ids, pool.amounts, strict=True)),
        scenario=_("{scenario}, version {number}", scenario=_.name(base.name), number=base.number),
        is_published=False,
    )


def computed(
    planning: Planning, money: Money, saved: RulesVersion, changes: Edits
) -> DivisionRound:
    """The proposal by the rules with the unsaved changes.

    Raises:
        InputError: if the changed rules cannot be, or the data lack the staff by division.
        InfeasibleDivisions: if bands and national limits contradict each other.
    """
    rules = edited(saved.rules, changes)
    return DivisionRound(planning, money, saved, rules, proposal_table(money, rules))


def proposal_table(money: Money, rules: DivisionRules) -> CrossTable:
    """The proposal by some rules.

    Raises:
        InputError, InfeasibleDivisions: as for `computed`.
    """
    content = sha256(files.divisions_toml(rules)).hexdigest()
    outcome = _outcome(money.key, content, money, rules)
    if isinstance(outcome, Exception):
        raise outcome.with_traceback(None)
    return outcome


@st.cache_resource(max_entries=32, show_spinner=False)
def _outcome(
    key: str, rules_sha256: str, _money: Money, _rules: DivisionRules
) -> CrossTable | InputError | InfeasibleDivisions:
    operating = pd.Series(_money.operating, dtype="int64")
    try:
        return cross_table(_money.centres, operating, _rules, "centres.csv")
    except (InputError, InfeasibleDivisions) as error:
        return error


def planning() -> Planning:
    """Money, rules and plans, as they stand now.

    Raises:
        Forbidden: for whoever does not see the whole round.
    """
    return divisions.planning(session.store(), session.who())


def lacks_staff(rules: DivisionRules, faults: tuple[Fault, ...]) -> bool:
    """Whether the data are without the columns of staff by division."""
    return bool({fault.where for fault in faults} & set(rules.staff_columns))
