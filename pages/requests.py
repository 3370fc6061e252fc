"""A centre's special needs: write, submit, answer the reviewer, read the outcome."""

from budget.ui import address, frame, requests, session
from budget.ui.problems import problems
from budget.ui.round import facts

_ = session.enter(__file__)
with problems():
    round_ = facts()
    frame.page_head(_("Requests"), round_)
    requests.say_address()
    asked = address.read(address.REQUEST).one(address.REQUEST)
    if asked:
        requests.one_request(asked, round_)
    else:
        requests.show_notice()
        requests.all_requests(round_)
