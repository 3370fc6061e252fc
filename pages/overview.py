"""The round at a glance: its state, where the envelope goes, who gains and who loses."""

from budget.ui import frame, glance, session
from budget.ui.round import baseline_allocation, present_round

_ = session.enter()
round_ = present_round()
allocation = baseline_allocation(round_)

frame.page_head(_("Overview"), round_)
glance.envelope(allocation, round_)
glance.dates(round_)
glance.country_and_centres(allocation, round_)
