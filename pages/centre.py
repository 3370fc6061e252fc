"""One centre: why it gets this amount, against last year, its entitlement and its peers."""

from budget.ui import centre, frame, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Centre"), round_)
    centre.centre_page(round_)
