"""What would happen if: sweeps, the price of rules, the frontier, uncertain data."""

from budget.ui import address, frame, scenario_controls, sensitivity, session
from budget.ui.problems import problems
from budget.ui.round import present_round

_ = session.enter(__file__)
with problems():
    round_ = present_round()
    frame.page_head(_("Sensitivity"), round_.facts)
    address.read(address.CHANGES, address.SCENARIO, *sensitivity.LINKS)
    with problems():
        session.adopt_edits(round_.baseline)
    with problems():
        scenario_controls.adopt_scenario(round_)
    sensitivity.parts(round_)
