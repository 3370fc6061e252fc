"""The page list: what there is, and in which order."""

import streamlit as st

from budget.ui import session
from budget.ui.problems import problems

_ = session.adopt_language()
st.set_page_config(
    page_title=_("Employment Centre budget"),
    page_icon=":material/account_balance:",
    layout="wide",
)
page = st.navigation(
    [
        st.Page(
            "pages/overview.py",
            title=_("Overview"),
            icon=":material/dashboard:",
            default=True,
        ),
        st.Page(
            "pages/allocate.py",
            title=_("Allocate"),
            icon=":material/tune:",
            url_path="allocate",
        ),
    ],
    position="top",
)
with problems():
    page.run()
