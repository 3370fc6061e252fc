"""What the charts share: axes, the click on a point, more or less, the finished specification."""

from collections.abc import Mapping
from typing import Any

import altair as alt

from budget.view.colours import Colours
from budget.view.numbers import DECREASE, Numbers

NARROW = 320
"""Pixels; a chart with less room for its marks, as on a phone, says less beside them."""
PICK = "pick"
"""Name of the selection with which a click names a centre to the page."""


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
