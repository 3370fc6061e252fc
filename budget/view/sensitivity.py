"""What sensitivity says: findings in sentences, and the tables behind the charts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from budget.allocation.centres import Centres
from budget.allocation.curve import INFEASIBLE, Bite, Curve, sums_by
from budget.allocation.explanation import RulePrice
from budget.allocation.faults import N_
from budget.allocation.frontier import Frontier
from budget.allocation.parameters import Parameter
from budget.allocation.paths import split_path
from budget.allocation.point import Point, Value
from budget.allocation.policy import Policy
from budget.allocation.uncertainty import Spread, Uncertainty
from budget.view.names import (
    centre_name,
    kind_name,
    pool_name,
    province_name,
    rule_name,
    value_name,
)
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import Scale, capital, full_title, scale_of, shown
from budget.view.words import Words

GROUPINGS: Mapping[str, str] = {
    "centre": N_("Centres"),
    "province": N_("Provinces"),
    "regional_office": N_("Regional offices"),
    "centre_type": N_("Types of centre"),
}
"""How the lines of a sweep can be drawn together."""

VERDICTS: Mapping[str, str] = {
    "gains": N_("gains"),
    "loses": N_("loses"),
    "open": N_("open"),
    "new": N_("new"),
}


@dataclass(frozen=True)
class Places:
    """Names of the centres and of what they belong to, in the order of the ids."""

    centres: Centres
    words: Words

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Short names of the centres."""
        table, _ = self.centres.table, self.words
        korean, english = table["name_ko"].tolist(), table["name_en"].tolist()
        return tuple(centre_name(korean[row], english[row], _) for row in self.centres.rows)

    def groups(self, grouping: str) -> tuple[str, ...]:
        """What each centre belongs to, as the screens call it.

        Args:
            grouping: a key of GROUPINGS.
        """
        if grouping == "centre":
            return self.names
        _, table = self.words, self.centres.table
        column = grouping
        if grouping == "regional_office" and _.language == "ko":
            column = "regional_office_ko" if "regional_office_ko" in table else grouping
        if column not in table:
            return (NOTHING,) * len(self.centres)
        cells = [str(cell) for cell in table[column].tolist()]
        if grouping == "province":
            cells = [province_name(cell, _) for cell in cells]
        elif grouping == "centre_type":
            cells = [capital(value_name("centre_type", cell, _)) for cell in cells]
        return tuple(cells[row] for row in self.centres.rows)


def rule_title(path: str, _: Words) -> str:
    """A rule by its path: its name and kind, and its pool if it is not told from the context."""
    _pool, pool, kind, name = split_path(path)[:4]
    return f"{pool_name(pool, _)} · {rule_name(name, _)} ({_kind(kind, _)})"


def _kind(kind: str, _: Words) -> str:
    return _("adjustment") if kind == "adjustment" else kind_name(kind, _)


# --- a sweep -------------------------------------------------------------------------------------


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


def curve_title(swept: Swept, numbers: Numbers) -> str:
    """Whom the parameter moves most over its range."""
    _ = numbers.words
    name = full_title(swept.parameter, swept.policy, _)
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
                "λ": numbers.factor(main.common_factor),
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


def gini_text(gini: float | None, numbers: Numbers) -> str:
    """Inequality with four digits: it moves in the third."""
    return NOTHING if gini is None else numbers.number(gini, 4)


# --- prices --------------------------------------------------------------------------------------


def prices_title(prices: Sequence[RulePrice], numbers: Numbers) -> str:
    """Which rule moves most money, and at whose cost."""
    _ = numbers.words
    dearest = max(prices, key=lambda price: price.gained or 0, default=None)
    if dearest is None or not dearest.gained:
        return _("No rule moves money")
    return _(
        "{rule} moves most: {gained} to {gainers} centres, paid by {payers}",
        rule=rule_title(dearest.path, _),
        gained=numbers.money_with_unit(dearest.gained),
        gainers=dearest.gainers,
        payers=dearest.payers,
    )


def price_table(prices: Sequence[RulePrice], numbers: Numbers) -> pd.DataFrame:
    """One row a rule: who gains, who pays, and what goes to the reserve; texts."""
    _ = numbers.words
    return pd.DataFrame(
        {
            _("Rule"): rule_title(price.path, _),
            _("Gained"): _("not possible without it")
            if price.gained is None
            else numbers.change(price.gained),
            _("Gainers"): numbers.number(price.gainers),
            _("Paid"): "" if price.paid is None else numbers.change(-price.paid),
            _("Payers"): numbers.number(price.payers),
            _("To the reserve"): numbers.change(price.reserve),
        }
        for price in prices
    )


def effect_table(
    price: RulePrice, totals: Sequence[int], places: Places, numbers: Numbers
) -> pd.DataFrame:
    """Every centre that a rule gives to or takes from, the greatest effect first.

    Returns:
        Columns centre_id, centre, province, without, now, more, less (money, both positive), in
        the reader's unit.
    """
    unit = numbers.unit.won
    rows = [
        (
            identifier,
            name,
            province,
            (now - effect) / unit,
            now / unit,
            effect / unit if effect > 0 else None,
            -effect / unit if effect < 0 else None,
        )
        for identifier, name, province, now, effect in zip(
            places.centres.ids,
            places.names,
            places.groups("province"),
            totals,
            price.effects,
            strict=True,
        )
        if effect
    ]
    rows.sort(key=lambda row: -((row[5] or 0.0) + (row[6] or 0.0)))
    columns = ["centre_id", "centre", "province", "without", "now", "more", "less"]
    return pd.DataFrame(rows, columns=columns).astype({"more": float, "less": float})


def price_records(prices: Sequence[RulePrice], places: Places) -> pd.DataFrame:
    """One row a rule and centre that it touches, in won, for a file."""
    return pd.DataFrame(
        [
            (price.path, identifier, name, effect)
            for price in prices
            for identifier, name, effect in zip(
                places.centres.ids, places.names, price.effects, strict=False
            )
            if effect
        ],
        columns=["rule", "centre_id", "name", "effect_krw"],
    )


# --- the frontier --------------------------------------------------------------------------------


def frontier_title(found: Frontier, numbers: Numbers) -> str:
    """How many settings none beats, and whether the present rules are one of them."""
    _ = numbers.words
    count = len(found.undominated)
    if not count:
        return _("No setting of this grid has an allocation")
    better = found.beats_present
    if not better:
        return _(
            "{count} of {all} settings are beaten by none; none of them beats the present rules",
            count=count,
            all=len(found.points),
        )
    return _(
        "{count} of {all} settings are beaten by none; {better} of them beat the present rules",
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
            _("against present (points)"): _points(share, present.results_share, 100, 2, numbers),
            _("Gini"): gini_text(gini, numbers),
            _("against present"): _points(gini, present.gini, 1, 4, numbers),
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


# --- uncertainty ---------------------------------------------------------------------------------


def spreads_of(found: Uncertainty, against: str) -> tuple[Spread, ...]:
    """The comparison that is asked for: "last_year" or "baseline"."""
    return found.since_last_year if against == "last_year" else found.since_baseline


def uncertainty_title(spreads: Sequence[Spread], draws: int, numbers: Numbers) -> str:
    """How many centres gain, lose, or stay open whatever the data do."""
    _ = numbers.words
    count = dict.fromkeys(VERDICTS, 0)
    for spread in spreads:
        count[spread.verdict] += 1
    if not draws:
        return _("No draw has an allocation")
    return _(
        "In 95 % of {draws} draws {gains} centres gain and {loses} lose; {open} stay open",
        draws=numbers.number(draws),
        gains=count["gains"],
        loses=count["loses"],
        open=count["open"],
    )


def uncertainty_basis(found: Uncertainty, numbers: Numbers) -> str:
    """How the draws were made, how many failed, how many were proven."""
    _ = numbers.words
    noise = found.disturbance
    text = _(
        "Headcount ± {headcount}, caseload ± {caseload}, scores ± {score}, every value in between "
        "equally likely; seed {seed}. The checker was asked about every 20th draw and proved "
        "{certified} of them.",
        headcount=numbers.percent(noise.headcount),
        caseload=numbers.percent(noise.caseload),
        score=numbers.percent(noise.score),
        seed=noise.seed,
        certified=numbers.number(found.certified),
    )
    if found.infeasible:
        text += " " + _(
            "{count} draws have no allocation: with their data the rules contradict each other.",
            count=numbers.number(found.infeasible),
        )
    if found.refuted:
        text += " " + _("{count} draws failed the check.", count=numbers.number(found.refuted))
    return text


def spread_table(spreads: Sequence[Spread], places: Places, numbers: Numbers) -> pd.DataFrame:
    """Every centre: what it had, what it gets, 5th to 95th percentile, and its verdict.

    Returns:
        Columns centre_id, centre, province, before, now, low, middle, high (the reader's unit),
        gains (per cent of the draws), verdict; the surest gain first.
    """
    _, unit = numbers.words, numbers.unit.won
    order = {verdict: place for place, verdict in enumerate(("gains", "open", "loses", "new"))}
    ranked = sorted(
        zip(spreads, places.centres.ids, places.names, places.groups("province"), strict=True),
        key=lambda row: (order[row[0].verdict], -(row[0].gains or 0.0), row[1]),
    )
    return pd.DataFrame(
        {
            "centre_id": identifier,
            "centre": name,
            "province": province,
            "before": None if spread.before is None else spread.before / unit,
            "now": spread.undisturbed / unit,
            "low": spread.low / unit,
            "middle": spread.middle / unit,
            "high": spread.high / unit,
            "gains": None if spread.gains is None else spread.gains * 100,
            "verdict": _(VERDICTS[spread.verdict]),
        }
        for spread, identifier, name, province in ranked
    )


def spread_records(spreads: Sequence[Spread], places: Places) -> pd.DataFrame:
    """One row a centre, in won, for a file."""
    return pd.DataFrame(
        {
            "centre_id": identifier,
            "name": name,
            "before_krw": spread.before,
            "undisturbed_krw": spread.undisturbed,
            "p5_krw": spread.low,
            "p50_krw": spread.middle,
            "p95_krw": spread.high,
            "gains_share": spread.gains,
            "loses_share": spread.loses,
            "verdict": spread.verdict,
        }
        for spread, identifier, name in zip(spreads, places.centres.ids, places.names, strict=True)
    ).astype({"before_krw": "Int64"})
