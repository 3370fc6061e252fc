"""The way to a centre's page, from any chart or table."""

from typing import NoReturn

import streamlit as st

from budget.ui import keys, session

PAGE = "pages/centre.py"


def open_centre(centre_id: str) -> NoReturn:
    """Open a centre's page, with the rules that are on the screen."""
    session.keep_in_address()
    carried = {
        name: st.query_params.get_all(name)
        for name in (keys.CHANGE_PARAMETER, keys.SCENARIO_PARAMETER)
        if name in st.query_params
    }
    st.switch_page(
        PAGE, query_params={**session.address(), **carried, keys.CENTRE_PARAMETER: centre_id}
    )
