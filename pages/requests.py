"""To come in this change."""

from budget.ui import frame, session
from budget.ui.round import facts

_ = session.enter()
frame.page_head("requests", facts())
