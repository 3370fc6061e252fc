"""Charts on a page."""

import streamlit as st

from budget.view.charts import Figure


def show(figure: Figure) -> None:
    """Show a chart; who cannot see it hears its meaning instead.

    Only data and meaning change with the result. While the drawing stays the same, the browser
    changes a chart in place instead of building it anew.
    """
    tables = {**figure.spec.get("datasets", {}), **figure.data}
    st.vega_lite_chart({**figure.spec, "datasets": tables}, alt=figure.meaning)
