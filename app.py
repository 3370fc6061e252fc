"""The page list: what there is, for whom, and in which order."""

import streamlit as st

from budget.ui import frame, server, session
from budget.ui.problems import problems
from budget.workflow.roles import Verb


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
        found = [
            st.Page(
                f"pages/{name}.py",
                title=title,
                icon=f":material/{icon}:",
                default=name == "overview",
                url_path="" if name == "overview" else name,
                visibility="visible" if person.may(verb) else "hidden",
            )
            for name, title, icon, verb in (
                ("overview", _("Overview"), "dashboard", Verb.SEE_ROUND),
                ("allocate", _("Allocate"), "tune", Verb.SEE_FIGURES),
                ("compare", _("Compare"), "compare_arrows", Verb.SEE_SCENARIOS),
                ("centre", _("Centre"), "apartment", Verb.SEE_CENTRE),
                ("sensitivity", _("Sensitivity"), "labs", Verb.SEE_FIGURES),
                ("joined_up", _("Joined-up services"), "handshake", Verb.SEE_FIGURES),
                ("quarters", _("Quarters"), "calendar_month", Verb.SEE_CENTRE),
                ("divisions", _("Divisions"), "account_tree", Verb.SEE_DIVISIONS),
                ("requests", _("Requests"), "edit_document", Verb.BEGIN),
                ("review", _("Review"), "rule", Verb.SEE_QUEUE),
                ("publish", _("Publish"), "verified", Verb.EXPORT_PACK),
                ("data", _("Data"), "dataset", Verb.SEE_DATA),
                ("people", _("People"), "group", Verb.SEE_PEOPLE),
                ("audit", _("Audit"), "history", Verb.SEE_TRAIL),
                ("guide", _("Guide"), "menu_book", Verb.SEE_ROUND),
            )
        ]
        st.navigation(found, position="top").run()


if server.is_script_run():
    pages()
    server.settle()
else:  # `streamlit run` asks for the server around the pages
    app = st.App(__file__, **server.settings())
