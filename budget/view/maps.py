"""The country on a chart: provinces as outlines, centres as circles.

Outlines come as GeoJSON and are thinned here: below a pixel of a small map nobody sees them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from budget.allocation.faults import N_
from budget.view.charts import Figure
from budget.view.colours import Colours
from budget.view.findings import CentreChange
from budget.view.numbers import Numbers

SMALLEST_ISLET = 0.004
"""Square degrees; smaller islets are left out, unless they are far from everything else."""
FAR_EAST, FAR_WEST = 130.0, 125.2
"""Longitudes beyond which an island stays, however small: the country is shown whole."""

Ring = Sequence[Sequence[float]]


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


@dataclass(frozen=True, slots=True)
class Place:
    """A centre on the map.

    Attributes:
        total: its whole amount in won.
    """

    centre: CentreChange
    lat: float
    lon: float
    total: int


def country(
    provinces: Sequence[Mapping[str, Any]],
    places: Sequence[Place],
    numbers: Numbers,
    colours: Colours,
    height: int = 430,
) -> Figure:
    """Every centre where it is: the area of a circle is its money, the colour its change."""
    _ = numbers.words
    placed = sorted(places, key=lambda place: -place.total)
    centres = [place.centre for place in placed]
    rows = pd.DataFrame(
        {
            "lat": [place.lat for place in placed],
            "lon": [place.lon for place in placed],
            "centre": [centre.name for centre in centres],
            "money": [place.total / numbers.unit.won for place in placed],
            "total": [numbers.money(place.total) for place in placed],
            "change": [numbers.change(centre.change) for centre in centres],
            "rate": [numbers.percent_change(centre.rate) for centre in centres],
            "kind": [_(_kind(centre)) for centre in centres],
        }
    )
    name = "name_ko" if _.language == "ko" else "name_en"
    land = (
        alt.Chart(alt.InlineData(values=list(provinces)))
        .mark_geoshape(fill=colours.land, stroke=colours.coast, strokeWidth=0.7)
        .encode(tooltip=[alt.Tooltip(f"properties.{name}:N", title=_("Province"))])
    )
    circles = (
        alt.Chart(alt.NamedData("places"))
        .mark_circle(stroke=colours.surface, strokeWidth=0.8, opacity=0.85)
        .encode(
            longitude="lon:Q",
            latitude="lat:Q",
            size=alt.Size("money:Q", scale=alt.Scale(range=[14, 330], zero=True), legend=None),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(
                    domain=[_(kind) for kind in KINDS],
                    range=[colours.more, colours.less, colours.muted],
                ),
                legend=alt.Legend(
                    title=None,
                    orient="top-right",
                    labelFontSize=12.5,
                    labelColor=colours.text,
                    symbolSize=110,
                    symbolStrokeWidth=0,
                ),
            ),
            tooltip=[
                alt.Tooltip("centre:N", title=_("Centre")),
                alt.Tooltip("total:N", title=_("Total ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("change:N", title=_("Change ({unit})", unit=numbers.unit_name)),
                alt.Tooltip("rate:N", title=_("Change (%)")),
            ],
        )
    )
    return Figure(
        alt.layer(land, circles)
        .project(type="mercator")
        .properties(height=height)
        .configure_view(strokeWidth=0)
        .to_dict(),
        {"places": rows},
        _("Map of the provinces; a circle a centre, as large as its money"),
    )


KINDS = (N_("more"), N_("less"), N_("new"))


def _kind(centre: CentreChange) -> str:
    if centre.before is None:
        return KINDS[2]
    return KINDS[0] if centre.change >= 0 else KINDS[1]
