"""Divisions of the centres: the Ministry's proposal and limits; a centre's own plan."""

from budget.ui import divisions, frame, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Divisions"), round_)
    divisions.divisions_page(round_)
