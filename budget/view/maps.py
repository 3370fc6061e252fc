"""The country on a chart: provinces as outlines, centres as circles, the capital area once more.

Outlines come as GeoJSON and are thinned here: below a pixel of a small map nobody sees them. The
capital area, where a quarter of the centres stand, is drawn a second time, enlarged, in the sea at
the right: its outlines and circles are ordinary ones at other coordinates.
"""

import functools
import math
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
    Place,
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

CAPITAL = ("Seoul", "Incheon", "Gyeonggi")
"""The provinces that are drawn once more."""
CAPITAL_WEST, CAPITAL_EAST, CAPITAL_SOUTH, CAPITAL_NORTH = 126.15, 127.9, 36.85, 38.28
"""The edges of the capital area; islands further west are not enlarged."""
INSET_WEST, INSET_NORTH = 131.4, 38.28
"""Where its north-western corner stands on the map, in the sea."""
INSET_SIZE, INSET_DIGITS = 2.3, 3
"""So many times larger, the same in every direction; and so much finer."""
FRAME_STEPS = 12
"""A long line along a parallel would bend: browsers draw the shortest way on the globe."""

LEGEND_WIDTH = 92
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
    """The provinces as features that a small map needs, every island of note kept; the capital
    area's a second time, enlarged."""
    features = provinces["features"]
    capital = [one for one in features if one["properties"].get("name_en") in CAPITAL]
    return [
        *(_feature(one, _kept(one["geometry"])) for one in features),
        *(_feature(one, _enlarged(one["geometry"])) for one in capital),
    ]


def _feature(feature: Mapping[str, Any], shapes: list[Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": dict(feature["properties"]),
        "geometry": {"type": "MultiPolygon", "coordinates": shapes},
    }


def inset(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a place of the capital area stands in its enlargement: longitude and latitude.

    Enlarged on the map (Mercator), so that shapes stay what they are.
    """
    north = _northing(INSET_NORTH) - INSET_SIZE * (_northing(CAPITAL_NORTH) - _northing(latitude))
    east = INSET_WEST + INSET_SIZE * (longitude - CAPITAL_WEST)
    latitude = math.degrees(2 * math.atan(math.exp(north)) - math.pi / 2)
    return round(east, INSET_DIGITS), round(latitude, INSET_DIGITS)


def _northing(latitude: float) -> float:
    """Mercator's ordinate, in radians."""
    return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))


def _enlarged(geometry: Mapping[str, Any]) -> list[Any]:
    """A province of the capital area without its far islands, where the enlargement stands."""
    return [
        [[list(inset(*point[:2])) for point in ring] for ring in shape[:1]]
        for shape in _shapes(geometry)
        if min(point[0] for point in shape[0]) >= CAPITAL_WEST
    ]


def _frames() -> list[dict[str, Any]]:
    """The capital area where it is, and its enlargement, as lines around them."""
    west, east, south, north = CAPITAL_WEST, CAPITAL_EAST, CAPITAL_SOUTH, CAPITAL_NORTH
    across = [west + (east - west) * step / FRAME_STEPS for step in range(FRAME_STEPS + 1)]
    around = [
        *((east_west, north) for east_west in across),
        *((east_west, south) for east_west in reversed(across)),
        (west, north),
    ]
    return [
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": line}}
        for line in ([list(at) for at in around], [list(inset(*at)) for at in around])
    ]


def _shapes(geometry: Mapping[str, Any]) -> Sequence[Any]:
    """The polygons of a geometry."""
    shapes: Sequence[Any] = geometry["coordinates"]
    return [shapes] if geometry["type"] == "Polygon" else shapes


def _kept(geometry: Mapping[str, Any]) -> list[Any]:
    shapes = _shapes(geometry)
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
    places, at = _drawn(found)
    centres = pd.DataFrame(
        {
            "centre_id": [place.centre_id for place in places],
            "province": [place.province for place in places],
            "centre": [place.name for place in places],
            "lat": [latitude for _longitude, latitude in at],
            "lon": [longitude for longitude, _latitude in at],
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


def _drawn(found: Country) -> tuple[list[Place], list[tuple[float, float]]]:
    """Every circle with its longitude and latitude, the greatest first; of the capital area two."""
    places = sorted(found.places, key=lambda place: (-place.money.total, place.centre_id))
    near = [place for place in places if place.province in CAPITAL and place.lon >= CAPITAL_WEST]
    return [*places, *near], [
        *((place.lon, place.lat) for place in places),
        *(inset(place.lon, place.lat) for place in near),
    ]


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
            stroke=alt.condition("datum.chosen", alt.value(colours.text), alt.value(colours.coast)),
            strokeWidth=alt.condition("datum.chosen", alt.value(2), alt.value(0.7)),
            tooltip=[alt.Tooltip("province_name:N", title=_("Province")), *facts],
        )
    )
    circles = (
        alt.Chart(alt.NamedData("places"))
        .mark_circle(stroke=colours.surface, strokeWidth=1, cursor="pointer", opacity=1)
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
    frames = alt.Chart({"values": _frames()}).mark_geoshape(
        filled=False, stroke=colours.muted, strokeWidth=1, strokeDash=[3, 2], aria=False
    )
    corner = inset(CAPITAL_WEST, CAPITAL_NORTH)
    name = (
        alt.Chart({"values": [{"lon": corner[0], "lat": corner[1]}]})
        .mark_text(align="left", baseline="bottom", dy=-4, fontSize=12, color=colours.text)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            text=alt.value(_("Capital area × {times}", times=numbers.number(INSET_SIZE, 1))),
        )
    )
    layers = (land, frames, circles, name, *_legend(colour, numbers, colours, height))
    spec: Mapping[str, Any] = (
        alt.layer(*layers)
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
