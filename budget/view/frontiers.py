"""What the frontier of efficiency and equity says, in sentences and tables."""

from collections.abc import Sequence

import pandas as pd

from budget.allocation.frontier import Frontier
from budget.allocation.parameters import Parameter
from budget.allocation.point import Point
from budget.allocation.policy import Policy
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import full_title, scale_of, shown
from budget.view.places import gini_text


def frontier_title(found: Frontier, numbers: Numbers) -> str:
    """How many settings none beats, and whether the present rules are one of them."""
    _ = numbers.words
    count = len(found.undominated)
    if not count:
        return _("No setting of this grid has an allocation")
    if not found.present.is_feasible:
        return _(
            "No other setting is better than {count} of the {all} settings in both respects; the "
            "present rules have no allocation",
            count=count,
            all=len(found.points),
        )
    better = found.beats_present
    if not better:
        return _(
            "No other setting is better than {count} of the {all} settings in both respects; none "
            "is better than the present rules",
            count=count,
            all=len(found.points),
        )
    return _(
        "No other setting is better than {count} of the {all} settings in both respects; better "
        "than the present rules: {better}",
        count=count,
        all=len(found.points),
        better=len(better),
    )


def setting_text(point: Point, moved: Sequence[Parameter], policy: Policy, numbers: Numbers) -> str:
    """The values of a setting."""
    return " · ".join(
        shown(value, scale_of(parameter, policy), numbers)
        for parameter, value in zip(moved, point.values, strict=False)
    )


def frontier_table(
    found: Frontier, moved: Sequence[Parameter], policy: Policy, numbers: Numbers
) -> pd.DataFrame:
    """The settings that none beats, beside the present rules; texts."""
    _ = numbers.words
    present = found.present
    rows = []
    for point in found.undominated:
        row = {
            full_title(parameter, policy, _): shown(value, scale_of(parameter, policy), numbers)
            for parameter, value in zip(moved, point.values, strict=True)
        }
        share, gini = point.results_share or 0.0, point.gini or 0.0
        row |= {
            _("Money that follows results"): numbers.percent(share, 2),
            _("vs present (points)"): _points(share, present.results_share, 100, 2, numbers),
            _("Gini"): gini_text(gini, numbers),
            _("vs present"): _points(gini, present.gini, 1, 4, numbers),
        }
        rows.append(row)
    return pd.DataFrame(rows)


def _points(now: float, then: float | None, factor: int, digits: int, numbers: Numbers) -> str:
    if then is None:
        return NOTHING
    difference = (now - then) * factor
    text = numbers.number(difference, digits)
    if not any(digit in text for digit in "123456789"):
        return text.lstrip("△−")
    return f"+{text}" if difference > 0 else text


def frontier_records(found: Frontier) -> pd.DataFrame:
    """One row a setting, for a file."""
    best = {id(point) for point in found.undominated}
    return pd.DataFrame(
        [
            {
                **{path: str(value) for path, value in zip(found.paths, point.values, strict=True)},
                "feasible": str(point.is_feasible).lower(),
                "results_share": point.results_share,
                "gini": point.gini,
                "undominated": str(id(point) in best).lower(),
            }
            for point in found.points
        ]
    )
