"""The page list: what there is, for whom, and in which order."""

import streamlit as st

from budget.ui import frame, menu, server, session
from budget.ui.problems import problems


def pages() -> None:
    """The menu of whoever is signed in; a page that is not theirs says so when it is opened."""
    _ = session.adopt_language()
    st.set_page_config(
        page_title=_("Employment Centre budget"),
        page_icon=frame.ICON,
        layout="wide",
    )
    with problems():
        person = session.arrive()
        frame.run(st.navigation(menu.pages(person, _), position="top"))


if server.is_script_run():
    pages()
    server.settle()
else:  # `streamlit run` asks for the server around the pages
    app = st.App(__file__, **server.settings())
