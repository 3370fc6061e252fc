"""Who may do what, to which object: one table, read by every verb.

Source: workflow, roles; a special-need request. What is not in the table is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from budget.allocation.faults import N_


class Role(StrEnum):
    """A role of the round."""

    CENTRE_HEAD = "centre_head"
    REVIEWER = "reviewer"
    PLANNER = "planner"
    LEAD = "lead"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_NAMES: Mapping[str, str] = {
    Role.CENTRE_HEAD: N_("centre head"),
    Role.REVIEWER: N_("reviewer"),
    Role.PLANNER: N_("planner"),
    Role.LEAD: N_("lead"),
    Role.AUDITOR: N_("auditor"),
    Role.ADMINISTRATOR: N_("administrator"),
}


class Verb(StrEnum):
    """Everything that somebody can do or look at."""

    # looking
    SEE_ROUND = "see_round"
    SEE_TOTALS = "see_totals"
    SEE_FIGURES = "see_figures"
    SEE_CENTRE = "see_centre"
    SEE_NEED = "see_need"
    SEE_QUEUE = "see_queue"
    SEE_SCENARIOS = "see_scenarios"
    SEE_TRAIL = "see_trail"
    SEE_PEOPLE = "see_people"
    # a centre's special needs
    BEGIN = "begin"
    SAVE_DRAFT = "save_draft"
    SUBMIT = "submit"
    RECALL = "recall"
    WITHDRAW = "withdraw"
    ATTACH = "attach"
    DETACH = "detach"
    # their review
    ASSIGN = "assign"
    CLAIM = "claim"
    SEND_BACK = "send_back"
    ASSESS = "assess"
    REOPEN_ASSESSMENT = "reopen_assessment"
    APPROVE = "approve"
    REJECT = "reject"
    REOPEN_DECISION = "reopen_decision"
    # scenarios and publication
    SAVE_SCENARIO = "save_scenario"
    COPY_SCENARIO = "copy_scenario"
    SET_BASELINE = "set_baseline"
    PROPOSE_PUBLICATION = "propose_publication"
    CONFIRM_PUBLICATION = "confirm_publication"
    EXPORT_PACK = "export_pack"
    # the data
    SEE_DATA = "see_data"
    SAVE_DATA = "save_data"
    RESTORE_DATA = "restore_data"
    IMPORT_NEEDS = "import_needs"
    # the year: quarters and execution
    SAVE_PROFILE = "save_profile"
    SAVE_EXECUTION = "save_execution"
    # divisions of the centres
    SEE_DIVISIONS = "see_divisions"
    SAVE_PLAN = "save_plan"
    SUBMIT_PLAN = "submit_plan"
    RECALL_PLAN = "recall_plan"
    SEND_BACK_PLAN = "send_back_plan"
    SAVE_DIVISION_RULES = "save_division_rules"
    # the round, people, the trail
    MOVE_ROUND = "move_round"
    EXTEND_DEADLINE = "extend_deadline"
    OPEN_SUPPLEMENTARY = "open_supplementary"
    GRANT_ROLE = "grant_role"
    END_ROLE = "end_role"
    EXPORT_TRAIL = "export_trail"


VERB_NAMES: Mapping[str, str] = {
    Verb.SEE_ROUND: N_("look at the round"),
    Verb.SEE_TOTALS: N_("look at national totals"),
    Verb.SEE_FIGURES: N_("look at the allocation"),
    Verb.SEE_CENTRE: N_("look at a centre"),
    Verb.SEE_NEED: N_("look at a request"),
    Verb.SEE_QUEUE: N_("look at the queue"),
    Verb.SEE_SCENARIOS: N_("look at scenarios"),
    Verb.SEE_TRAIL: N_("look at the trail"),
    Verb.SEE_PEOPLE: N_("look at people"),
    Verb.BEGIN: N_("begin a request"),
    Verb.SAVE_DRAFT: N_("save a draft"),
    Verb.SUBMIT: N_("submit"),
    Verb.RECALL: N_("recall"),
    Verb.WITHDRAW: N_("withdraw"),
    Verb.ATTACH: N_("attach a file"),
    Verb.DETACH: N_("remove a file"),
    Verb.ASSIGN: N_("assign"),
    Verb.CLAIM: N_("claim"),
    Verb.SEND_BACK: N_("return"),
    Verb.ASSESS: N_("assess"),
    Verb.REOPEN_ASSESSMENT: N_("reopen the assessment"),
    Verb.APPROVE: N_("approve"),
    Verb.REJECT: N_("reject"),
    Verb.REOPEN_DECISION: N_("reopen the decision"),
    Verb.SAVE_SCENARIO: N_("save a scenario"),
    Verb.COPY_SCENARIO: N_("duplicate a scenario"),
    Verb.SET_BASELINE: N_("choose the baseline"),
    Verb.PROPOSE_PUBLICATION: N_("propose a publication"),
    Verb.CONFIRM_PUBLICATION: N_("confirm a publication"),
    Verb.EXPORT_PACK: N_("export the publication"),
    Verb.SEE_DATA: N_("look at the data"),
    Verb.SAVE_DATA: N_("save a version of the data"),
    Verb.RESTORE_DATA: N_("go back to a version of the data"),
    Verb.IMPORT_NEEDS: N_("take requests over from a file"),
    Verb.SAVE_PROFILE: N_("save a quarterly profile"),
    Verb.SAVE_EXECUTION: N_("save execution to date"),
    Verb.SEE_DIVISIONS: N_("look at divisions"),
    Verb.SAVE_PLAN: N_("begin a plan of divisions"),
    Verb.SUBMIT_PLAN: N_("submit a plan of divisions"),
    Verb.RECALL_PLAN: N_("recall a plan of divisions"),
    Verb.SEND_BACK_PLAN: N_("return a plan of divisions"),
    Verb.SAVE_DIVISION_RULES: N_("save the rules for divisions"),
    Verb.MOVE_ROUND: N_("move the round"),
    Verb.EXTEND_DEADLINE: N_("extend a deadline"),
    Verb.OPEN_SUPPLEMENTARY: N_("open a supplementary round"),
    Verb.GRANT_ROLE: N_("grant a role"),
    Verb.END_ROLE: N_("end a role"),
    Verb.EXPORT_TRAIL: N_("export the trail"),
    "found": N_("set up the database"),
    "publish": N_("publish"),
}


class Scope(StrEnum):
    """Which objects a role may use a verb on."""

    ANY = "any"
    OWN_CENTRE = "own centre"
    HELD = "assigned to or claimed by the person"
    UNCLAIMED = "submitted, and nobody else's"


@dataclass(frozen=True)
class Subject:
    """The object of a deed, as far as rights depend on it.

    Attributes:
        kind: "round", "special_need", "scenario", "person", "trail" or "centre".
        is_unclaimed: a submitted request; if it was returned before, it still has its reviewer.
    """

    kind: str
    id: str
    centre_id: str = ""
    reviewer_id: int | None = None
    is_unclaimed: bool = False


_HEAD = {Role.CENTRE_HEAD: Scope.OWN_CENTRE}
_HOLDER = {Role.REVIEWER: Scope.HELD}
_PLANNER = {Role.PLANNER: Scope.ANY}
_LEAD = {Role.LEAD: Scope.ANY}
_WHOLE_ROUND = {Role.PLANNER: Scope.ANY, Role.LEAD: Scope.ANY, Role.AUDITOR: Scope.ANY}
_ADMINISTRATOR = {Role.ADMINISTRATOR: Scope.ANY}
_ALL_BUT_ADMINISTRATOR: Mapping[Role, Scope] = {
    role: Scope.ANY for role in Role if role != Role.ADMINISTRATOR
}

PERMISSIONS: Mapping[Verb, Mapping[Role, Scope]] = {
    Verb.SEE_ROUND: dict.fromkeys(Role, Scope.ANY),
    Verb.SEE_TOTALS: _ALL_BUT_ADMINISTRATOR,
    Verb.SEE_FIGURES: _WHOLE_ROUND,
    Verb.SEE_CENTRE: {**_HEAD, **_WHOLE_ROUND},
    Verb.SEE_NEED: {**_HEAD, **_HOLDER, **_WHOLE_ROUND},
    Verb.SEE_QUEUE: {Role.REVIEWER: Scope.ANY, **_WHOLE_ROUND},
    Verb.SEE_SCENARIOS: _WHOLE_ROUND,
    Verb.SEE_TRAIL: {Role.LEAD: Scope.ANY, Role.AUDITOR: Scope.ANY},
    Verb.SEE_PEOPLE: {**_ADMINISTRATOR, Role.AUDITOR: Scope.ANY},
    Verb.BEGIN: _HEAD,
    Verb.SAVE_DRAFT: _HEAD,
    Verb.SUBMIT: _HEAD,
    Verb.RECALL: _HEAD,
    Verb.WITHDRAW: _HEAD,
    Verb.ATTACH: _HEAD,
    Verb.DETACH: _HEAD,
    Verb.ASSIGN: _PLANNER,
    Verb.CLAIM: {Role.REVIEWER: Scope.UNCLAIMED},
    Verb.SEND_BACK: _HOLDER,
    Verb.ASSESS: _HOLDER,
    Verb.REOPEN_ASSESSMENT: _LEAD,
    Verb.APPROVE: _PLANNER,
    Verb.REJECT: _PLANNER,
    Verb.REOPEN_DECISION: _LEAD,
    Verb.SAVE_SCENARIO: _PLANNER,
    Verb.COPY_SCENARIO: _PLANNER,
    Verb.SET_BASELINE: _PLANNER,
    Verb.PROPOSE_PUBLICATION: _PLANNER,
    Verb.CONFIRM_PUBLICATION: _LEAD,
    Verb.EXPORT_PACK: _WHOLE_ROUND,
    Verb.SEE_DATA: _WHOLE_ROUND,
    Verb.SAVE_DATA: _PLANNER,
    Verb.RESTORE_DATA: _PLANNER,
    Verb.IMPORT_NEEDS: _PLANNER,
    Verb.SAVE_PROFILE: _PLANNER,
    Verb.SAVE_EXECUTION: _PLANNER,
    Verb.SEE_DIVISIONS: {**_HEAD, **_WHOLE_ROUND},
    Verb.SAVE_PLAN: _HEAD,
    Verb.SUBMIT_PLAN: _HEAD,
    Verb.RECALL_PLAN: _HEAD,
    Verb.SEND_BACK_PLAN: _PLANNER,
    Verb.SAVE_DIVISION_RULES: _PLANNER,
    Verb.MOVE_ROUND: _LEAD,
    Verb.EXTEND_DEADLINE: _LEAD,
    Verb.OPEN_SUPPLEMENTARY: _LEAD,
    Verb.GRANT_ROLE: _ADMINISTRATOR,
    Verb.END_ROLE: _ADMINISTRATOR,
    Verb.EXPORT_TRAIL: {Role.LEAD: Scope.ANY, Role.AUDITOR: Scope.ANY},
}
