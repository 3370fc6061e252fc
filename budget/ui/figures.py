"""Charts on a page."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st

from budget.ui import kept_data
from budget.view.charts import Figure
from budget.view.drawing import PICK


def show(figure: Figure) -> None:
    """Show a chart; who cannot see it hears its meaning instead.

    Only data and meaning change with the result. While the drawing stays the same, the browser
    changes a chart in place instead of building it anew.
    """
    st.vega_lite_chart(_drawing(figure), alt=figure.meaning)


def picked(figure: Figure, key: str) -> str:
    """Show a chart whose points can be clicked; gives the id of the centre just clicked, or ""."""
    return picked_place(figure, key).get("centre_id", "")


def picked_place(
    figure: Figure, key: str, on_pick: Literal["rerun"] | Callable[[], None] = "rerun"
) -> dict[str, str]:
    """Show a chart whose points can be clicked; gives the fields of the point just clicked.

    Args:
        on_pick: what is called when another point was clicked, before the page is drawn anew.
    """
    st.vega_lite_chart(
        _drawing(figure), alt=figure.meaning, key=key, on_select=on_pick, selection_mode=PICK
    )
    return pick_of(key)


def pick_of(key: str) -> dict[str, str]:
    """The fields of the point that is picked in a chart; those without a value are left out."""
    points = st.session_state[key]["selection"].get(PICK, [])
    return {name: value for name, value in points[0].items() if value} if points else {}


def _drawing(figure: Figure) -> dict[str, Any]:
    """A chart with its data; what never changes is named by its address instead."""
    spec: Any = figure.spec
    if figure.fixed:
        spec = _addressed(spec, {name: kept_data.link(rows) for name, rows in figure.fixed.items()})
    return {**spec, "datasets": {**spec.get("datasets", {}), **figure.data}}


def _addressed(part: Any, links: Mapping[str, str]) -> Any:
    """The drawing with addresses in place of the names of fixed tables."""
    if isinstance(part, list):
        return [_addressed(entry, links) for entry in part]
    if not isinstance(part, Mapping):
        return part
    if part.keys() == {"name"} and part["name"] in links:
        return {"url": links[part["name"]], "format": {"type": "json"}}
    return {name: _addressed(entry, links) for name, entry in part.items()}
