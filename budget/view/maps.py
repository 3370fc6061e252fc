"""The country on a chart: provinces as outlines, centres as circles.

Outlines come as GeoJSON and are thinned here: below a pixel of a small map nobody sees them.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.country import (
    UNKNOWN,
    Country,
    Measure,
    Money,
    country_basis,
    country_title,
    measure_name,
    shades_of,
    value_text,
)
from budget.view.drawing import PICK
from budget.view.names import province_name
from budget.view.numbers import Numbers

SMALLEST_ISLET = 0.004
"""Square degrees; smaller islets are left out, unless they are far from everything else."""
FAR_EAST, FAR_WEST = 130.0, 125.2
"""Longitudes beyond which an island stays, however small: the country is shown whole."""

LEGEND_WIDTH = 92
LAND_OPACITY = 0.45
"""Provinces are paler than the circles on them where both have the same scale."""
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
    shades = shades_of(found, measure, numbers)
    provinces = pd.DataFrame(
        {
            "province": list(found.provinces),
            "province_name": [province_name(name, _) for name in found.provinces],
            "band": [shades.band(money) for money in found.provinces.values()],
            "chosen": [name == chosen for name in found.provinces],
            "said": [
                f"{province_name(name, _)} {value_text(money, measure, numbers)}"
                for name, money in found.provinces.items()
            ],
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
            "said": [
                f"{place.name} {value_text(place.money, measure, numbers)}" for place in places
            ],
            "money": [place.money.total / numbers.unit.won for place in places],
            "band": [shades.band(place.money) for place in places],
            **_texts([place.money for place in places], numbers),
        }
    )
    return Figure(
        _country_map(measure, numbers, colours, height),
        {"provinces": provinces, "places": centres, "legend": _legend_rows(shades.labels)},
        f"{country_title(found, measure, numbers)}. {country_basis(found, measure, numbers)}",
        fixed={"outlines": outlines},
    )


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
    scale = colours.diverging if measure == "change" else colours.one_hue
    is_amount = measure == "amount"
    colour = alt.Color(
        "band:O",
        legend=None,
        scale=alt.Scale(domain=[UNKNOWN, *range(len(scale))], range=[colours.muted, *scale]),
    )
    land = (
        alt.Chart(alt.NamedData("outlines"))
        .mark_geoshape(cursor="pointer")
        .transform_lookup(
            lookup="properties.name_en",
            from_=alt.LookupData(
                alt.NamedData("provinces"),
                key="province",
                fields=["province", "province_name", "band", "chosen", "said", *TEXTS],
            ),
        )
        .encode(
            color=colour,
            description="said:N",
            fillOpacity=alt.value(1 if is_amount else LAND_OPACITY),
            stroke=alt.condition("datum.chosen", alt.value(colours.text), alt.value(colours.coast)),
            strokeWidth=alt.condition("datum.chosen", alt.value(2), alt.value(0.7)),
            tooltip=[alt.Tooltip("province_name:N", title=_("Province")), *facts],
        )
    )
    circles = (
        alt.Chart(alt.NamedData("places"))
        .mark_circle(stroke=colours.surface, strokeWidth=0.8, cursor="pointer", opacity=0.9)
        .encode(
            description="said:N",
            longitude="lon:Q",
            latitude="lat:Q",
            size=alt.Size("money:Q", scale=alt.Scale(range=SIZES, zero=True), legend=None),
            color=alt.value(colours.less) if is_amount else colour,
            tooltip=[alt.Tooltip("centre:N", title=_("Centre")), *facts],
        )
        .add_params(
            alt.selection_point(
                name=PICK, fields=["centre_id", "province"], on="click", toggle=False
            )
        )
    )
    spec: Mapping[str, Any] = (
        alt.layer(land, circles, *_legend(colour, numbers, colours, height))
        .project(type="mercator")
        .properties(height=height)
        .configure_view(strokeWidth=0)
        .to_dict()
    )
    return spec


def _legend_rows(shades: Sequence[str]) -> pd.DataFrame:
    """The labels of the legend from the bottom up, the least first."""
    return pd.DataFrame({"band": range(len(shades)), "label": list(shades)})


def _legend(colour: alt.Color, numbers: Numbers, colours: Colours, height: int) -> list[alt.Chart]:
    """Squares and words at the lower right, where there is only sea; a legend of our own.

    Its words are data, so that the drawing stays the same when the limits move.
    """
    rows = alt.Chart(alt.NamedData("legend"))
    across = alt.Y(
        "band:Q", axis=None, scale=alt.Scale(domain=[0, 1], range=[height - 10, height - 28])
    )
    squares = rows.mark_square(size=150, opacity=1, aria=False).encode(
        x=alt.value(alt.expr(f"width - {LEGEND_WIDTH}")), y=across, color=colour
    )
    words = rows.mark_text(align="left", baseline="middle", fontSize=12, color=colours.text).encode(
        x=alt.value(alt.expr(f"width - {LEGEND_WIDTH - 12}")), y=across, text="label:N"
    )
    return [squares, words]
