"""Who may do what: people and their roles in force."""

from budget.ui import frame, people, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    frame.page_head(_("People"), facts(), has_money=False)
    people.people_page()
