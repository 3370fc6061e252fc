"""What approving a request costs whom, as files: its tables and both pictures."""

from dataclasses import replace
from functools import partial

from budget.allocation.result import Allocation
from budget.ui import session
from budget.ui.downloads import (
    Contents,
    Picture,
    Sheet,
    allocation_hashes,
    may_see_figures,
    round_provenance,
)
from budget.ui.round import facts
from budget.view import effect as view
from budget.view import effect_charts, effect_sheets
from budget.view.colours import LIGHT
from budget.view.effect import Effect
from budget.view.exports import scenario_text
from budget.workflow.saved_scenarios import CONSIDERED, SavedScenario

APPROVED = "approved"
"""The requests beside which one is weighed: a key of CONSIDERED."""


def effect_contents(
    found: Effect, with_it: Allocation, baseline: SavedScenario, ceiling: str
) -> Contents:
    """The tables and pictures of what a request costs, by the baseline's rules.

    Args:
        with_it: the allocation with the request.
        ceiling: the finding above the gauge.
    """
    _, numbers = session.words(), session.numbers()
    amount = numbers.money_with_unit(found.amount)
    weighed = f"{found.request_id} {found.centre} {amount}"
    return Contents(
        name="effect",
        scenario=found.request_id,
        provenance=replace(
            round_provenance(facts(), _),
            scenario=f"{scenario_text(baseline.name, baseline.number, _)} · {weighed}",
            requests=_(CONSIDERED[APPROVED]),
            certified=with_it.certified,
        ),
        check=may_see_figures(),
        sheets=[
            Sheet(
                "sum", _("Where the money comes from"), partial(effect_sheets.sum_sheet, found, _)
            ),
            Sheet("requests", _("Requests"), partial(effect_sheets.requests_sheet, found, _)),
            Sheet("centres", _("Centres"), partial(effect_sheets.centres_sheet, found, _)),
        ],
        pictures=[
            Picture(
                "ceiling",
                _("Ceiling of special needs"),
                ceiling,
                weighed,
                partial(effect_charts.gauge, found, numbers, LIGHT),
            ),
            Picture(
                "payers",
                _("Who gets less"),
                view.effect_title(found, numbers),
                weighed,
                partial(effect_charts.payers, found, numbers, LIGHT),
            ),
        ],
        hashes=partial(allocation_hashes, with_it, None),
    )
