"""What the charts share: axes, the click on a point, more or less, the finished specification."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt

from budget.view.colours import Colours
from budget.view.numbers import DECREASE, Numbers

NARROW = 320
"""Pixels; a chart with less room for its marks, as on a phone, says less beside them."""
PICK = "pick"
"""Name of the selection with which a click names a centre to the page."""
PLOT, NAME, DOT = (780, 200), (96, 14), 5
"""Pixels: of a wide plot on a desk, of the name of a point, and of half a point."""
SIDES: dict[str, tuple[int, int, Literal["left", "right"]]] = {
    "above left": (-8, -16, "right"),
    "above right": (8, -16, "left"),
    "right": (12, 0, "left"),
    "left": (-12, 0, "right"),
    "below right": (8, 16, "left"),
    "below left": (-8, 16, "right"),
}
"""Where a point's name can stand: so far across and down from it, and where it is fixed."""


def pick() -> alt.Parameter:
    """A click on a point: names its centre to the page, draws nothing."""
    return alt.selection_point(name=PICK, fields=["centre_id"], on="click", toggle=False)


def more_or_less(field: str, more: str, less: str) -> Any:
    """One colour for what is 0 or more, another for what is less."""
    return alt.condition(f"{field} < 0", alt.value(less), alt.value(more))


def name_axis(colours: Colours, limit: int, **look: Any) -> alt.Axis:
    """Names at the left, without lines.

    Args:
        limit: pixels, beyond which a name is cut.
    """
    usual = {"labelFontSize": 13, "labelPadding": 8}
    return alt.Axis(
        domain=False,
        ticks=False,
        labelColor=colours.text,
        labelLimit=limit,
        **{**usual, **look},
    )


def change_axis(numbers: Numbers, colours: Colours, **look: Any) -> alt.Axis:
    """Few lines, figures with separators, a decrease as this language writes it."""
    decrease = DECREASE[numbers.words.language]
    return alt.Axis(
        labelExpr=(
            f"(datum.value < 0 ? '{decrease}' : datum.value > 0 ? '+' : '')"
            " + format(abs(datum.value), ',')"
        ),
        domain=False,
        ticks=False,
        gridColor=colours.line,
        gridOpacity=0.6,
        labelColor=colours.muted,
        **{"tickCount": 5, **look},
    )


def finished(chart: Any, height: int) -> Mapping[str, Any]:
    """A chart as the specification that a browser draws."""
    spec: Mapping[str, Any] = (
        chart.properties(height=height).configure_view(strokeWidth=0).to_dict()
    )
    return spec


def free_side(points: Sequence[tuple[float, float]]) -> str:
    """On which side of the last of these points its name covers fewest of the others.

    Returns:
        A key of SIDES; of equal ones the first.
    """
    *others, own = points
    spans = [max(at) - min(at) or 1.0 for at in zip(*points, strict=True)]
    seen = [
        ((x - own[0]) / spans[0] * PLOT[0], -(y - own[1]) / spans[1] * PLOT[1]) for x, y in others
    ]

    def covered(side: str) -> int:
        across, down, align = SIDES[side]
        left = across - (NAME[0] if align == "right" else 0)
        return sum(
            left - DOT <= x <= left + NAME[0] + DOT and abs(y - down) <= NAME[1] / 2 + DOT
            for x, y in seen
        )

    return min(SIDES, key=covered)
