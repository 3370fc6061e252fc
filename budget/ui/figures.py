"""Charts on a page."""

import streamlit as st

from budget.view.charts import Figure


def clicked(figure: Figure, selection: str, field: str, key: str) -> str:
    """Show a chart whose points can be clicked.

    Args:
        selection: the name that the drawing gives to a click.
        field: of the data, the one that is asked for.

    Returns:
        What the clicked point has in that field; "" before a click.
    """
    tables = {**figure.spec.get("datasets", {}), **figure.data}
    event = st.vega_lite_chart(
        {**figure.spec, "datasets": tables},
        alt=figure.meaning,
        on_select="rerun",
        selection_mode=selection,
        key=key,
    )
    chosen = event["selection"].get(selection) or []
    return str(chosen[0].get(field, "")) if chosen else ""


def show(figure: Figure) -> None:
    """Show a chart; who cannot see it hears its meaning instead.

    Only data and meaning change with the result. While the drawing stays the same, the browser
    changes a chart in place instead of building it anew.
    """
    tables = {**figure.spec.get("datasets", {}), **figure.data}
    st.vega_lite_chart({**figure.spec, "datasets": tables}, alt=figure.meaning)
