"""How to do what: guides for planners, centre heads and operators, and the method on one page."""

from budget.ui import frame, guide, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    frame.page_head(_("Guide"), facts(), has_money=False)
    guide.guide_page()
