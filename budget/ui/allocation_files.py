"""What the pages that show an allocation offer as files."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from budget import files
from budget.allocation.parameters import parameters
from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.storage.store import Store
from budget.ui import session
from budget.ui.downloads import (
    CSV,
    Contents,
    File,
    Picture,
    Sheet,
    allocation_hashes,
    allocation_provenance,
    may_see_figures,
    round_provenance,
)
from budget.ui.round import Round
from budget.view import charts
from budget.view.colours import LIGHT
from budget.view.exports import Table, centres_table, parameter_table, parts_table
from budget.view.findings import Movement, movement_basis, movement_leader, movement_title
from budget.view.words import Words
from budget.workflow import saved_scenarios


def present_contents(
    shown: Round, allocation: Allocation, baseline: Allocation, movement: Movement, height: int
) -> Contents:
    """The files of exactly the settings that are on the Allocate page.

    Args:
        movement: what the chart compares.
        height: of the chart, in pixels.
    """
    _, numbers = session.words(), session.numbers()
    heading = movement_title(movement, numbers)
    basis = f"{movement_leader(movement, numbers)} {movement_basis(movement, numbers)}"
    name, version, mark = _scenario_on_screen(shown)
    chart = partial(charts.change_by_centre, movement, numbers, LIGHT, height)
    return Contents(
        name="allocate",
        scenario=mark,
        provenance=allocation_provenance(shown, allocation, name, version, _),
        check=may_see_figures(),
        sheets=allocation_sheets(allocation, baseline, _),
        pictures=[Picture("change", _("Change by centre"), heading, basis, chart)],
        files=[
            File(
                "allocation.csv",
                _("Allocation (CSV)"),
                CSV,
                partial(files.allocation_csv, allocation),
                is_withheld=not allocation.certified,
            ),
            _rules_file(allocation.policy, _),
            File(
                "report.json",
                _("Report of the run"),
                "application/json",
                partial(files.report_json, allocation, shown.requests),
            ),
        ],
        further=parameters_sheet(allocation.policy, shown, _),
        hashes=partial(allocation_hashes, allocation, shown.requests),
    )


def overview_contents(
    shown: Round, allocation: Allocation, pictures: Sequence[Picture]
) -> Contents:
    """The files of the round at a glance: the baseline and what stands in the charts."""
    _, base = session.words(), shown.saved_baseline
    return Contents(
        name="overview",
        scenario=f"s{base.id}.{base.number}",
        provenance=allocation_provenance(shown, allocation, base.name, base.number, _),
        check=may_see_figures(),
        sheets=allocation_sheets(allocation, allocation, _),
        pictures=pictures,
        further=lambda: [parameter_table(base.policy, shown.baseline, base.rationales, _)],
        hashes=partial(allocation_hashes, allocation, shown.requests),
    )


def rules_contents(shown: Round, policy: Policy) -> Contents:
    """The rules alone, where they contradict each other."""
    _ = session.words()
    return Contents(
        name="allocate",
        scenario="",
        provenance=round_provenance(shown.facts, _),
        check=may_see_figures(),
        files=[_rules_file(policy, _)],
    )


def allocation_sheets(allocation: Allocation, baseline: Allocation, _: Words) -> Sequence[Sheet]:
    """The centres and the parts of the envelope."""
    return [
        Sheet("centres", _("Centres"), partial(centres_table, allocation, baseline, _)),
        Sheet("parts", _("Parts of the envelope"), partial(parts_table, allocation, baseline, _)),
    ]


def parameters_sheet(policy: Policy, shown: Round, _: Words) -> Callable[[], Sequence[Table]]:
    """The sheet of parameters, with the rationales that were given."""
    current = session.opened()
    known = (
        partial(_rationales, session.store(), session.who(), current.scenario_id, current.number)
        if current is not None
        else None
    )

    def sheet() -> Sequence[Table]:
        return [parameter_table(policy, shown.baseline, known(policy) if known else {}, _)]

    return sheet


def _rationales(
    store: Store, who: str, scenario_id: int, number: int, policy: Policy
) -> Mapping[str, str]:
    """Why the parameters have their values, as far as these are the values that were saved."""
    saved = saved_scenarios.scenario(store, who, scenario_id, number)
    before = {parameter.path: parameter.value for parameter in parameters(saved.policy)}
    now = {parameter.path: parameter.value for parameter in parameters(policy)}
    return {
        path: text
        for path, text in saved.rationales.items()
        if path in now and now[path] == before.get(path)
    }


def _scenario_on_screen(shown: Round) -> tuple[str, int | None, str]:
    """Name, version, and mark in file names of what is on the screen."""
    current = session.opened()
    if current is None:
        base = shown.saved_baseline
        return base.name, base.number, f"s{base.id}.{base.number}"
    if dict(current.saved) != dict(session.edits().present):
        return current.name, None, "unsaved"
    return current.name, current.number, f"s{current.scenario_id}.{current.number}"


def _rules_file(policy: Policy, _: Words) -> File:
    return File(
        "policy.toml",
        _("Rules (to load again)"),
        "application/toml",
        partial(files.policy_toml, policy),
    )
