"""Scenarios and last year beside each other: which rules differ, who gains, who loses."""

from budget.ui import compare, frame, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter()
with problems():
    frame.page_head(_("Compare"), facts())
    compare.compare_page()
