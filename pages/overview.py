"""The round at a glance: its state, where the envelope goes, who gains and who loses."""

from budget.ui import address, frame, glance, inbox, round_controls, session
from budget.ui.country import MEASURE, PROVINCE
from budget.ui.problems import problems
from budget.ui.round import baseline_allocation, facts, present_round
from budget.workflow.roles import Verb

OF_THE_MAP = (MEASURE, PROVINCE)

_ = session.enter(__file__)
with problems():
    round_ = facts()
    person = session.person()
    frame.page_head(_("Overview"), round_, has_money=person.may(Verb.SEE_TOTALS))
    address.read(*(OF_THE_MAP if person.may(Verb.SEE_FIGURES) else ()))
    glance.dates(round_)
    round_controls.round_controls()
    inbox.inbox(round_)
    if person.may(Verb.SEE_FIGURES):
        shown = present_round()
        allocation = baseline_allocation(shown)
        glance.envelope(allocation, shown)
        glance.country_and_centres(allocation, shown)
    elif person.may(Verb.SEE_TOTALS):
        glance.national_totals(round_)
