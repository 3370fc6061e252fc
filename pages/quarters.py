"""The year by quarters: what is allotted, what is spent, and what could be moved in the fourth."""

from budget.ui import frame, quarters, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Quarters"), round_)
    quarters.quarters_page(round_)
