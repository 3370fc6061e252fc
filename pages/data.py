"""The data of the round: upload and check a table, see what it changes, keep every version."""

from budget.ui import data, frame, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Data"), round_)
    data.data_page(round_)
