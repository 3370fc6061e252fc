"""The country on a chart: provinces as outlines, centres as circles.

Outlines come as GeoJSON and are thinned here: below a pixel of a small map nobody sees them.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import altair as alt
import pandas as pd

from budget.view.charts import PICK, Figure
from budget.view.colours import Colours
from budget.view.names import province_name
from budget.view.numbers import DECREASE, Numbers
from budget.view.places import (
    Country,
    Measure,
    Money,
    country_basis,
    country_title,
    measure_name,
    value_text,
)

SMALLEST_ISLET = 0.004
"""Square degrees; smaller islets are left out, unless they are far from everything else."""
FAR_EAST, FAR_WEST = 130.0, 125.2
"""Longitudes beyond which an island stays, however small: the country is shown whole."""

CHANGES = (-8, -4, -0.05, 0.05, 4, 8)
"""Per cent at which the colour of a change turns; fixed, so that a colour means the same always."""
RATES = (85, 90, 93, 96)
"""Per cent at which the colour of an execution rate turns."""
SHARES = ("change", "execution")
LAND_OPACITY = 0.45
"""Provinces are paler than the circles on them, which have the same scale."""
SIZES = [14, 330]
"""Square pixels of the circle of the least and of the most money."""
TEXTS: Mapping[str, Measure] = {
    "total_text": "amount",
    "change_text": "change",
    "per_head_text": "per_head",
    "execution_text": "execution",
}

Ring = Sequence[Sequence[float]]
Outlines = Sequence[Mapping[str, Any]]
"""Provinces as features of GeoJSON."""


def thinned(provinces: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The provinces as features that a small map needs, every island of note kept."""
    return [
        {
            "type": "Feature",
            "properties": dict(feature["properties"]),
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": _kept(feature["geometry"]),
            },
        }
        for feature in provinces["features"]
    ]


def _kept(geometry: Mapping[str, Any]) -> list[Any]:
    shapes = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        shapes = [shapes]
    largest = max(_size(shape[0]) for shape in shapes)
    return [
        [_coarse(ring) for ring in shape[:1]]
        for shape in shapes
        if _size(shape[0]) in {largest}
        or _size(shape[0]) >= SMALLEST_ISLET
        or not FAR_WEST < shape[0][0][0] < FAR_EAST
    ]


def _coarse(ring: Ring) -> list[list[float]]:
    """Points to a hundredth of a degree, about a kilometre; repeated ones dropped."""
    points: list[list[float]] = []
    for point in ring:
        rounded = [round(point[0], 2), round(point[1], 2)]
        if not points or points[-1] != rounded:
            points.append(rounded)
    return points if len(points) > 3 else [list(point) for point in ring]


def _size(ring: Ring) -> float:
    """Area in square degrees (shoelace)."""
    following = [*ring[1:], ring[0]]
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, following, strict=True))) / 2


def country_map(
    found: Country,
    outlines: Outlines,
    measure: Measure,
    numbers: Numbers,
    colours: Colours,
    height: int,
    chosen: str = "",
) -> Figure:
    """Provinces and centres in the colour of a measure; a circle is as large as its money.

    Args:
        outlines: the provinces as `thinned` gives them; sent to a browser once.
        chosen: the province that is marked.
    """
    _ = numbers.words
    provinces = pd.DataFrame(
        {
            "province": list(found.provinces),
            "province_name": [province_name(name, _) for name in found.provinces],
            "value": [_drawn(money, measure, numbers) for money in found.provinces.values()],
            "chosen": [name == chosen for name in found.provinces],
            **_texts(list(found.provinces.values()), numbers),
        }
    )
    places = sorted(found.places, key=lambda place: (-place.money.total, place.centre_id))
    centres = pd.DataFrame(
        {
            "centre_id": [place.centre_id for place in places],
            "province": [place.province for place in places],
            "centre": [place.name for place in places],
            "lat": [place.lat for place in places],
            "lon": [place.lon for place in places],
            "money": [place.money.total / numbers.unit.won for place in places],
            "value": [_drawn(place.money, measure, numbers) for place in places],
            **_texts([place.money for place in places], numbers),
        }
    )
    return Figure(
        _country_map(measure, numbers, colours, height),
        {"provinces": provinces, "places": centres},
        f"{country_title(found, measure, numbers)}. {country_basis(found, measure, numbers)}",
        fixed={"outlines": outlines},
    )


def _drawn(money: Money, measure: Measure, numbers: Numbers) -> float | None:
    """A measure as the scale of colours has it: per cent, or money in the reader's unit."""
    value = money.value(measure)
    if value is None:
        return None
    return value * 100 if measure in SHARES else value / numbers.unit.won


def _texts(rows: Sequence[Money], numbers: Numbers) -> dict[str, list[str]]:
    """What a tooltip says: every measure, whichever is drawn."""
    return {
        name: [value_text(money, measure, numbers) for money in rows]
        for name, measure in TEXTS.items()
    }


@functools.cache
def _country_map(
    measure: Measure, numbers: Numbers, colours: Colours, height: int
) -> Mapping[str, Any]:
    _ = numbers.words
    facts = [
        alt.Tooltip(f"{name}:N", title=measure_name(shown, _)) for name, shown in TEXTS.items()
    ]
    colour = _colour(measure, numbers, colours)
    land = (
        alt.Chart(alt.NamedData("outlines"))
        .mark_geoshape(cursor="pointer")
        .transform_lookup(
            lookup="properties.name_en",
            from_=alt.LookupData(
                alt.NamedData("provinces"),
                key="province",
                fields=["province", "province_name", "value", "chosen", *TEXTS],
            ),
        )
        .encode(
            color=_known(colour, colours.land),
            fillOpacity=alt.value(LAND_OPACITY),
            stroke=alt.condition("datum.chosen", alt.value(colours.text), alt.value(colours.coast)),
            strokeWidth=alt.condition("datum.chosen", alt.value(2), alt.value(0.7)),
            tooltip=[alt.Tooltip("province_name:N", title=_("Province")), *facts],
        )
    )
    is_amount = measure == "amount"
    circles = (
        alt.Chart(alt.NamedData("places"))
        .mark_circle(stroke=colours.surface, strokeWidth=0.8, cursor="pointer", opacity=0.9)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            size=alt.Size("money:Q", scale=alt.Scale(range=SIZES, zero=True), legend=None),
            color=alt.value(colours.more) if is_amount else _known(colour, colours.muted),
            tooltip=[alt.Tooltip("centre:N", title=_("Centre")), *facts],
        )
        .add_params(
            alt.selection_point(
                name=PICK, fields=["centre_id", "province"], on="click", toggle=False
            )
        )
    )
    spec: Mapping[str, Any] = (
        alt.layer(land, circles)
        .project(type="mercator")
        .properties(height=height)
        .configure_view(strokeWidth=0)
        .to_dict()
    )
    return spec


def _known(colour: alt.Color, otherwise: str) -> Any:
    """A colour where the figure is known."""
    return alt.condition("isValid(datum.value)", colour, alt.value(otherwise))


def _colour(measure: Measure, numbers: Numbers, colours: Colours) -> alt.Color:
    """Blue and orange about no change; one hue for everything that has no middle."""
    _ = numbers.words
    legend: dict[str, Any] = {
        "orient": "right",
        "title": _("%") if measure in SHARES else numbers.unit_name,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelColor": colours.text,
        "titleColor": colours.muted,
        "type": "symbol",
        "symbolType": "square",
        "symbolStrokeWidth": 0,
        "symbolOpacity": 1,
    }
    if measure == "change":
        return alt.Color(
            "value:Q",
            scale=alt.Scale(type="threshold", domain=CHANGES, range=list(colours.diverging)),
            legend=alt.Legend(**legend, labelExpr=_by_index(_change_labels(numbers))),
        )
    if measure == "execution":
        return alt.Color(
            "value:Q",
            scale=alt.Scale(type="threshold", domain=RATES, range=list(colours.one_hue)),
            legend=alt.Legend(**legend, labelExpr=_by_index(_rate_labels(numbers))),
        )
    return alt.Color(
        "value:Q",
        scale=alt.Scale(type="quantile", range=list(colours.one_hue)),
        legend=alt.Legend(**legend, format=",.0f" if measure == "amount" else ",.1f"),
    )


def _by_index(labels: Sequence[str]) -> str:
    """An expression that gives the legend's labels in their order."""
    return f"{json.dumps(list(labels), ensure_ascii=False)}[datum.index]"


def _change_labels(numbers: Numbers) -> list[str]:
    less = DECREASE[numbers.words.language]
    far, near = (f"{value:g}" for value in CHANGES[-1:-3:-1])
    return [
        f"{less}{far} …",
        f"{less}{near} … {less}{far}",
        f"0 … {less}{near}",
        "0",
        f"0 … +{near}",
        f"+{near} … +{far}",
        f"+{far} …",
    ]


def _rate_labels(numbers: Numbers) -> list[str]:
    edges = [numbers.number(edge) for edge in RATES]
    between = [f"{low} … {high}" for low, high in pairwise(edges)]
    return [f"… {edges[0]}", *between, f"{edges[-1]} …"]
