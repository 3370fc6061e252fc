"""A centre's special needs: write, submit, answer the reviewer, read the outcome."""

import streamlit as st

from budget.ui import frame, keys, requests, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter()
with problems():
    round_ = facts()
    frame.page_head(_("Requests"), round_)
    requests.say_address()
    asked = st.query_params.get(keys.REQUEST_PARAMETER)
    if asked:
        requests.one_request(asked, round_)
    else:
        requests.show_notice()
        requests.all_requests(round_)
