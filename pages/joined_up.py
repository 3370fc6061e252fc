"""Joined-up services: partner staff, clients per counsellor, and what closing the gap costs."""

from budget.ui import frame, joined_up, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Joined-up services"), round_)
    joined_up.joined_up_page(round_)
