"""What is missing, what changes, who signs: propose and confirm a publication, take its pack."""

from budget.ui import frame, publish, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Publish"), round_)
    publish.publish_page(round_)
