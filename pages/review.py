"""The review of special needs: the queue, one request, and what approving it costs whom."""

from budget.ui import frame, review, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Review"), round_)
    review.review_page(round_)
