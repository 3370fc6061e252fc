"""Who did what, when and why: the audit trail, filtered, verified, exported."""

from budget.ui import audit, frame, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    frame.page_head(_("Audit"), facts(), has_money=False)
    audit.trail_page()
