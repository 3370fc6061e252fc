"""What the parts of an address are called, for whoever is told that one of them is wrong."""

from collections.abc import Mapping

from budget.allocation.faults import N_, Fault
from budget.ui import keys
from budget.ui.edits import ADDRESS
from budget.view.words import Words

NAMES: Mapping[str, str] = {
    keys.LANGUAGE_PARAMETER: N_("language"),
    keys.PERSON_PARAMETER: N_("person of the demonstration"),
    keys.CENTRE_PARAMETER: N_("Centre"),
    keys.REQUEST_PARAMETER: N_("Request"),
    keys.SCENARIO_PARAMETER: N_("Scenario"),
    keys.CHANGE_PARAMETER: N_("changed rule"),
    keys.FIRST_DAY_PARAMETER: N_("first day"),
    keys.LAST_DAY_PARAMETER: N_("last day"),
    keys.WHO_PARAMETER: N_("Person"),
    keys.VERB_PARAMETER: N_("deed"),
    keys.KIND_PARAMETER: N_("Kind of object"),
    keys.OBJECT_PARAMETER: N_("Object"),
    keys.OUTCOME_PARAMETER: N_("Outcome"),
    keys.TEXT_PARAMETER: N_("text to search for"),
    keys.PAGE_PARAMETER: N_("page of the list"),
    keys.RECORD_PARAMETER: N_("Record"),
    keys.ROLE_PARAMETER: N_("Role"),
    keys.MAP_MEASURE_PARAMETER: N_("figure on the map"),
    keys.PROVINCE_PARAMETER: N_("Province"),
    keys.VIEW_PARAMETER: N_("how the result is shown"),
    keys.FILTER_PARAMETER: N_("Filter"),
    keys.ORDER_PARAMETER: N_("Order"),
    keys.AGAINST_PARAMETER: N_("Compared with"),
    keys.WAY_PARAMETER: N_("from where to explain"),
    keys.STATE_PARAMETER: N_("State"),
    keys.CATEGORY_PARAMETER: N_("Category"),
    keys.REVIEWER_PARAMETER: N_("Reviewer"),
    keys.MINE_PARAMETER: N_("only what waits for me"),
    keys.COMPARE_PARAMETER: N_("what is compared"),
    keys.MEASURE_PARAMETER: N_("by what to compare or group"),
    keys.SECTION_PARAMETER: N_("part of the page"),
    keys.PART_PARAMETER: N_("part of the page"),
    keys.SWEPT_PARAMETER: N_("rule that is swept"),
    keys.FIRST_PARAMETER: N_("first rule"),
    keys.SECOND_PARAMETER: N_("second rule"),
    keys.LEAST_PARAMETER: N_("least clients per counsellor"),
    keys.MOST_PARAMETER: N_("most clients per counsellor"),
    keys.COST_PARAMETER: N_("cost of a counsellor"),
    keys.CLIENTS_PARAMETER: N_("clients that are counted"),
    keys.BEHIND_PARAMETER: N_("running behind from"),
    keys.ABLE_PARAMETER: N_("can use more from"),
    keys.CARRY_PARAMETER: N_("carry-over"),
}
"""Parameter of an address -> its name; an address may be typed, so others may stand in it."""


def place(fault: Fault, _: Words) -> str:
    """Where a fault of an input stands: a part of an address by its name."""
    return _(NAMES.get(fault.where, fault.where)) if fault.file == ADDRESS else fault.where
