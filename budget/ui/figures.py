"""Charts on a page."""

import streamlit as st

from budget.view.charts import Figure
from budget.view.drawing import PICK


def show(figure: Figure) -> None:
    """Show a chart; who cannot see it hears its meaning instead.

    Only data and meaning change with the result. While the drawing stays the same, the browser
    changes a chart in place instead of building it anew.
    """
    tables = {**figure.spec.get("datasets", {}), **figure.data}
    st.vega_lite_chart({**figure.spec, "datasets": tables}, alt=figure.meaning)


def picked(figure: Figure, key: str) -> str:
    """Show a chart whose points can be clicked; gives the id of the centre just clicked, or ""."""
    tables = {**figure.spec.get("datasets", {}), **figure.data}
    event = st.vega_lite_chart(
        {**figure.spec, "datasets": tables},
        alt=figure.meaning,
        key=key,
        on_select="rerun",
        selection_mode=PICK,
    )
    points = event["selection"].get(PICK, [])
    return str(points[0].get("centre_id", "")) if points else ""
