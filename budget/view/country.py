"""Centres and provinces as a map measures them: money, change, money per head, execution.

A province is the sum of its centres; its rates are computed from the sums, never averaged.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import quantiles
from typing import Literal

import pandas as pd

from budget.allocation.faults import N_
from budget.allocation.peers import weighted_heads
from budget.allocation.result import Allocation
from budget.view.findings import Movement, centre_names
from budget.view.names import province_name
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import capital
from budget.view.words import Words

Measure = Literal["change", "amount", "per_head", "execution"]
MEASURES: dict[Measure, str] = {
    "change": N_("change"),
    "amount": N_("amount"),
    "per_head": N_("per head"),
    "execution": N_("execution"),
}
"""What a map can show, the usual one first."""


@dataclass(frozen=True, slots=True)
class Money:
    """The money of a centre, or of several together, in won.

    Attributes:
        total: everything that it gets.
        now, before: what is compared; both 0 where there is no before.
        operating: from the pool that takes the rest.
        heads: weighted heads.
        available, spent: of last year, approved carry-over left out; both 0 where unknown.
    """

    total: int = 0
    now: int = 0
    before: int = 0
    operating: int = 0
    heads: float = 0.0
    available: int = 0
    spent: int = 0

    @property
    def change(self) -> float | None:
        """The change relative to before."""
        return self.now / self.before - 1 if self.before else None

    @property
    def per_head(self) -> float | None:
        """Operating money per weighted head, in won."""
        return self.operating / self.heads if self.heads else None

    @property
    def execution(self) -> float | None:
        """Last year's execution rate."""
        return self.spent / self.available if self.available else None

    def value(self, measure: Measure) -> float | None:
        """A measure: won, won per head or a share; None where it is not known."""
        if measure == "amount":
            return float(self.total)
        found: float | None = getattr(self, measure)
        return found


def together(parts: Sequence[Money]) -> Money:
    """The sum of several."""
    return Money(
        total=sum(part.total for part in parts),
        now=sum(part.now for part in parts),
        before=sum(part.before for part in parts),
        operating=sum(part.operating for part in parts),
        heads=sum(part.heads for part in parts),
        available=sum(part.available for part in parts),
        spent=sum(part.spent for part in parts),
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A centre on the map."""

    centre_id: str
    name: str
    province: str
    lat: float
    lon: float
    money: Money


@dataclass(frozen=True)
class Country:
    """Every centre, and the sums of the provinces.

    Attributes:
        against: what changes are compared with: "last_year" or "baseline".
        places: in the order of the ids.
        provinces: by name.
        whole: the whole country.
    """

    against: str
    places: tuple[Place, ...]
    provinces: dict[str, Money]
    whole: Money


def country(allocation: Allocation, movement: Movement, _: Words) -> Country:
    """The centres of an allocation where they are, with the change that a movement states."""
    compared = {centre.centre_id: centre for centre in movement.centres}
    table, rows = allocation.centres.table, allocation.centres.rows
    latitudes, longitudes = table["lat"].tolist(), table["lon"].tolist()
    provinces = table["province"].tolist()
    execution = _execution(table)
    places = []
    for identifier, name, row, total, operating, heads in zip(
        allocation.centres.ids,
        centre_names(allocation, _),
        rows,
        allocation.totals,
        allocation.pool(allocation.policy.remainder_pool.name).amounts,
        weighted_heads(allocation),
        strict=True,
    ):
        centre = compared.get(identifier)
        available, spent = execution[row]
        money = Money(
            total,
            centre.now if centre and centre.before else 0,
            (centre.before or 0) if centre else 0,
            operating,
            float(heads),
            available,
            spent,
        )
        places.append(
            Place(
                identifier,
                name,
                provinces[row],
                float(latitudes[row]),
                float(longitudes[row]),
                money,
            )
        )
    by_name = sorted(places, key=lambda place: place.province)
    sums = {
        province: together([place.money for place in group])
        for province, group in groupby(by_name, key=lambda place: place.province)
    }
    return Country(movement.against, tuple(places), sums, together(list(sums.values())))


def _execution(table: pd.DataFrame) -> list[tuple[int, int]]:
    """What each row could spend and has spent; nothing where one of them is not known."""
    columns = ("prior_available_krw", "prior_spent_krw", "prior_carryover_krw")
    if any(name not in table for name in columns):
        return [(0, 0)] * len(table)
    available, spent, later = (pd.to_numeric(table[name]).tolist() for name in columns)
    return [
        (0, 0)
        if pd.isna(have) or pd.isna(used)
        else (int(have) - (0 if pd.isna(carried) else int(carried)), int(used))
        for have, used, carried in zip(available, spent, later, strict=True)
    ]


# --- in words ------------------------------------------------------------------------------------


def measure_name(measure: Measure, _: Words) -> str:
    """A measure, as a switch names it."""
    return capital(_(MEASURES[measure]))


def value_text(money: Money, measure: Measure, numbers: Numbers) -> str:
    """A measure of a place, with its unit; money per head in the reader's unit."""
    value = money.value(measure)
    if value is None:
        return NOTHING
    if measure == "change":
        return numbers.percent_change(value)
    if measure == "execution":
        return numbers.percent(value)
    return numbers.money_with_unit(round(value))


def ranked(found: Country, measure: Measure) -> list[tuple[str, Money]]:
    """Provinces that have the measure, the highest first; ties by name."""
    known = [item for item in found.provinces.items() if item[1].value(measure) is not None]
    return sorted(known, key=lambda item: (-(item[1].value(measure) or 0), item[0]))


TITLES: dict[Measure, str] = {
    "change": N_("By province: {first} {most} highest, {last} {least} lowest"),
    "amount": N_("{first} gets most, {most} ({share}); {last} least, {least}"),
    "per_head": N_("Per weighted head {first} gets most, {most}; {last} least, {least}"),
    "execution": N_("{first} spent most of its budget, {most}; {last} least, {least}"),
}


def country_title(found: Country, measure: Measure, numbers: Numbers) -> str:
    """Which province stands highest and which lowest."""
    _ = numbers.words
    order = ranked(found, measure)
    if not order:
        return (
            _("No province has a prior year to compare with")
            if measure in {"change", "execution"}
            else _("No province has weighted heads to compare by")
        )
    (first, most), (last, least) = order[0], order[-1]
    if measure == "change" and most.change == least.change:
        return _("Every province changes alike: {most}", most=value_text(most, measure, numbers))
    return _(
        TITLES[measure],
        first=province_name(first, _),
        most=value_text(most, measure, numbers),
        share=numbers.percent(most.total / found.whole.total if found.whole.total else None),
        last=province_name(last, _),
        least=value_text(least, measure, numbers),
    )


BASES: dict[Measure, str] = {
    "change": N_(
        "Colour: operating money against last year; whole country {whole}, new centres not counted."
    ),
    "amount": N_("Colour: total of the province; whole country {whole}."),
    "per_head": N_("Colour: operating money per weighted head; whole country {whole}."),
    "execution": N_("Colour: last year's execution rate; whole country {whole}."),
}


def country_basis(found: Country, measure: Measure, numbers: Numbers) -> str:
    """What colour and circle mean, and the figure of the whole country to compare with."""
    _ = numbers.words
    template = (
        N_("Colour: total against the baseline; whole country {whole}.")
        if measure == "change" and found.against == "baseline"
        else BASES[measure]
    )
    colour = _(template, whole=value_text(found.whole, measure, numbers))
    parts = [colour, _("Circle: a centre, as large as its total.")]
    unknown = sum(place.money.value(measure) is None for place in found.places)
    if unknown:
        parts.append(
            _.ngettext(
                "Grey: {count} centre without this figure.",
                "Grey: {count} centres without this figure.",
                unknown,
            )
        )
    return " ".join(parts)


# --- colours -------------------------------------------------------------------------------------

CHANGES = (-0.08, -0.04, -0.0005, 0.0005, 0.04, 0.08)
"""Where the colour of a change turns: fixed, so that a colour means the same after every move."""
RATES = (0.85, 0.90, 0.93, 0.96)
"""Where the colour of an execution rate turns."""
FIFTHS = 5
"""Money has as many colours, each for as many places as the others."""
UNKNOWN = -1


@dataclass(frozen=True)
class Shades:
    """The classes of a measure that have a colour each, from the lowest.

    Attributes:
        edges: where one class ends and the next begins; the value itself belongs to the next.
        labels: what each class is called; one more than edges.
    """

    measure: Measure
    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def band(self, money: Money) -> int:
        """The class of a place; UNKNOWN where the measure is not known."""
        value = money.value(self.measure)
        return UNKNOWN if value is None else bisect_right(self.edges, value)


def shades_of(found: Country, measure: Measure, numbers: Numbers) -> Shades:
    """The classes of a measure: fixed for rates, fifths of the places for money."""
    _ = numbers.words
    if measure == "change":
        words = [numbers.percent_change(edge) for edge in CHANGES]
        words[2] = words[3] = numbers.percent(0, 0)
        labels = list(_labels(words, _))
        labels[3] = words[3]
        return Shades(measure, CHANGES, tuple(labels))
    if measure == "execution":
        return Shades(measure, RATES, _labels([numbers.percent(edge, 0) for edge in RATES], _))
    places = found.provinces.values() if measure == "amount" else _centres(found)
    values = sorted(value for money in places if (value := money.value(measure)) is not None)
    step = numbers.unit.won / 10**numbers.unit.digits
    cuts = quantiles(values, n=FIFTHS) if len(values) > 1 else [0.0] * (FIFTHS - 1)
    edges = tuple(round(cut / step) * step for cut in cuts)
    return Shades(measure, edges, _labels([numbers.money(round(edge)) for edge in edges], _))


def _centres(found: Country) -> list[Money]:
    return [place.money for place in found.places]


def _labels(edges: Sequence[str], _: Words) -> tuple[str, ...]:
    """What the classes between these edges are called."""
    between = [_("{low} to {high}", low=low, high=high) for low, high in pairwise(edges)]
    return (_("below {edge}", edge=edges[0]), *between, _("from {edge}", edge=edges[-1]))


# --- the table behind a map ----------------------------------------------------------------------


def province_table(found: Country, measure: Measure, numbers: Numbers) -> pd.DataFrame:
    """One row a province, the highest first, the whole country last; as text."""
    _ = numbers.words
    named = [(province_name(name, _), name, money) for name, money in ranked(found, measure)]
    left_out = [name for name in found.provinces if name not in {key for _name, key, _m in named}]
    named += [(province_name(name, _), name, found.provinces[name]) for name in left_out]
    counts = dict.fromkeys(found.provinces, 0)
    for place in found.places:
        counts[place.province] += 1
    named.append((_("Whole country"), "", found.whole))
    counts[""] = len(found.places)
    return pd.DataFrame(
        {
            "province": name,
            "centres": counts[key],
            "amount": numbers.money(money.total),
            "before": numbers.money(money.before) if money.before else NOTHING,
            "difference": numbers.change(money.now - money.before) if money.before else NOTHING,
            "change": value_text(money, "change", numbers),
            "per_head": numbers.money(round(money.per_head)) if money.per_head else NOTHING,
            "execution": value_text(money, "execution", numbers),
        }
        for name, key, money in named
    )
