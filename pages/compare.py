"""Scenarios and last year beside each other: which rules differ, who gains, who loses."""

from budget.ui import address, compare, compare_choice, frame, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    frame.page_head(_("Compare"), facts())
    address.read(address.CHANGES, address.SCENARIO, compare_choice.COMPARE, compare_choice.MEASURE)
    compare.compare_page()
