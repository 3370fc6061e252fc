"""What a sweep says: its finding in a sentence, where rules bite, and the tables behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from budget.allocation.curve import INFEASIBLE, Bite, Curve, sums_by
from budget.allocation.parameters import Parameter
from budget.allocation.point import Point, Value
from budget.allocation.policy import Policy
from budget.view.numbers import Numbers
from budget.view.parameters import Scale, capital, full_title, scale_of, shown
from budget.view.places import Places, gini_text, rule_title


@dataclass(frozen=True)
class Swept:
    """A curve with everything that words and charts need of it.

    Attributes:
        policy: the rules that were swept.
        present: each centre's total under the present rules, in won.
        present_value: what the parameter is at present.
    """

    curve: Curve
    parameter: Parameter
    policy: Policy
    places: Places
    present: tuple[int, ...]
    present_value: Value

    @property
    def scale(self) -> Scale:
        """The natural unit of the parameter."""
        return scale_of(self.parameter, self.policy)

    def on_screen(self, value: Value) -> float:
        """A value of the parameter as an axis shows it."""
        return float(self.scale.to_screen(value))

    def shown(self, value: Value, numbers: Numbers) -> str:
        """A value of the parameter with its unit."""
        return shown(value, self.scale, numbers)

    def changes(self, grouping: str) -> Iterator[tuple[Value, str, int, int]]:
        """(value, group, won at the value, won at present) for every feasible value."""
        groups = self.places.groups(grouping)
        if grouping == "centre":
            for point in self.curve.feasible:
                for name, now, then in zip(groups, point.totals, self.present, strict=True):
                    yield point.values[0], name, now, then
            return
        before = sums_by(self.present, groups)
        for point in self.curve.feasible:
            for group, now in sums_by(point.totals, groups).items():
                yield point.values[0], group, now, before[group]


def bite_sentence(bite: Bite, swept: Swept, numbers: Numbers) -> str:
    """Which rule begins or ceases to bite, and from which value on."""
    _ = numbers.words
    value = swept.shown(bite.value, numbers)
    if bite.path == INFEASIBLE:
        if bite.begins:
            return _("from {value}: the rules contradict each other", value=value)
        return _("from {value}: the rules can be kept", value=value)
    rule = rule_title(bite.path, _)
    if bite.begins:
        return _("from {value}: begins to bite: {rule}", value=value, rule=rule)
    return _("from {value}: no longer bites: {rule}", value=value, rule=rule)


def unseen_sentence(swept: Swept, numbers: Numbers) -> str:
    """What the marks may miss; "" where every step of the parameter was computed."""
    values = [point.values[0] for point in swept.curve.points]
    if all(after - before <= swept.parameter.step for before, after in pairwise(values)):
        return ""
    _ = numbers.words
    return _(
        "Computed at {count} values. A rule that begins and ceases to bite between two "
        "neighbouring ones is not shown; more values or a narrower range show it.",
        count=len(values),
    )


def curve_title(swept: Swept, numbers: Numbers) -> str:
    """Whom the parameter moves most over its range."""
    _ = numbers.words
    name = capital(full_title(swept.parameter, swept.policy, _))
    feasible = swept.curve.feasible
    if not feasible:
        return _("{parameter}: no value of the range has an allocation", parameter=name)
    moves = [
        (max(totals) - min(totals), place)
        for place, totals in enumerate(zip(*(point.totals for point in feasible), strict=True))
    ]
    most, place = max(moves)
    moved = sum(change > 0 for change, _place in moves)
    if not moved:
        return _("{parameter}: over this range nobody's money changes", parameter=name)
    return _(
        "{parameter}: {count} of {all} centres move, {centre} most ({amount})",
        parameter=name,
        count=moved,
        all=len(moves),
        centre=swept.places.names[place],
        amount=numbers.money_with_unit(most),
    )


def point_table(swept: Swept, numbers: Numbers) -> pd.DataFrame:
    """One row a value: λ, how many centres a rule stops, inequality, reserve; texts."""
    _ = numbers.words
    rows = []
    for point in swept.curve.points:
        row: dict[str, str] = {_("Value"): swept.shown(point.values[0], numbers)}
        main = next((p for p in point.pools if p.name == swept.policy.remainder_pool.name), None)
        if main is None:
            why = _("rules contradict each other") if point.shortfall else _("not allowed")
            row |= {_("Result"): why}
        else:
            row |= {
                _("Result"): _("certified") if point.certified else _("not certified"),
                capital(_("common factor λ")): numbers.factor(main.common_factor),
                _("at a floor"): numbers.number(main.at_floor),
                _("at a cap"): numbers.number(main.at_cap),
                _("in a binding band"): numbers.number(main.at_band),
                _("Gini"): gini_text(point.gini, numbers),
                capital(_("reserve")): numbers.money(point.reserve),
                _("Shortfall"): "",
            }
        if point.shortfall:
            row[_("Shortfall")] = numbers.money(point.shortfall)
        rows.append(row)
    return pd.DataFrame(rows).fillna("")


def curve_records(swept: Swept) -> pd.DataFrame:
    """One row a value and centre, for a file; as sweep.csv of the command line has it."""
    ids, path = swept.places.centres.ids, swept.curve.path
    rows: list[dict[str, Any]] = []
    for point in swept.curve.points:
        head = {
            path: str(point.values[0]),
            "feasible": str(point.is_feasible).lower(),
            "certified": str(point.certified).lower() if point.is_feasible else "",
            "shortfall_krw": point.shortfall,
        }
        if not point.is_feasible:
            rows.append({**head, "centre_id": "", "name": "", "total_krw": None})
        for identifier, name, won in zip(ids, swept.places.names, point.totals, strict=False):
            rows.append({**head, "centre_id": identifier, "name": name, "total_krw": won})
    return pd.DataFrame(rows).astype({"total_krw": "Int64"})


def centres_at(swept: Swept, point: Point, numbers: Numbers) -> pd.DataFrame:
    """Every centre at one value, beside the present rules; the greatest change first.

    Returns:
        Columns centre_id, centre, province, present, now, more, less (per cent, both positive);
        money in the reader's unit.
    """
    provinces = swept.places.groups("province")
    unit = numbers.unit.won
    rows = pd.DataFrame(
        {
            "centre_id": swept.places.centres.ids,
            "centre": swept.places.names,
            "province": provinces,
            "present": [won / unit for won in swept.present],
            "now": [won / unit for won in point.totals],
        }
    )
    rate = pd.Series(
        [
            (now - then) / then * 100 if then else 0.0
            for now, then in zip(point.totals, swept.present, strict=True)
        ]
    )
    rows["more"] = rate.where(rate > 0)
    rows["less"] = (-rate).where(rate < 0)
    order = rate.abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[order].reset_index(drop=True)
