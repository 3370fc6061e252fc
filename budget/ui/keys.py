"""Every session key and widget key, declared once.

Session keys hold what must survive a page switch; widget keys only name a control on a screen.
"""

# session
LANGUAGE = "language"
UNIT = "money_unit"
EDITS = "edits"
OPEN_POOL = "open_pool"
OPEN_PART = "open_part"
AGAINST = "against"
TAKEN = "taken_person"
WHO = "who"
PERSON = "person"
SCENARIO = "scenario"
CONSIDERED = "considered"
DEED = "deed"
KEPT = (LANGUAGE, UNIT)
"""What stays when the visitor of the demonstration becomes another person."""

# addresses
LANGUAGE_PARAMETER = "lang"
PERSON_PARAMETER = "as"
REQUEST_PARAMETER = "request"
SCENARIO_PARAMETER = "scenario"

# widgets
LANGUAGE_SWITCH = "language_switch"
UNIT_SWITCH = "unit_switch"
PERSON_SWITCH = "person_switch"
PERSON_CENTRE = "person_centre"
SIGN_IN = "sign_in"
SIGN_OUT = "sign_out"
REFUSAL = "refusal"
INBOX = "inbox"
POOL_SWITCH = "pool_switch"
PART_SWITCH = "part_switch"
AGAINST_SWITCH = "against_switch"
UNDO = "undo"
REDO = "redo"
RESET_ALL = "reset_all"
CHANGES = "changes_list"
DOWNLOADS = "downloads"
CENTRE_FILTER = "centre_filter"
CENTRE_TABLE = "centre_table"
POOL_TABLE = "pool_table"


def slider(path: str) -> str:
    """The slider of a parameter."""
    return f"slider:{path}"


def choice(path: str) -> str:
    """The list of values of a parameter that has few."""
    return f"choice:{path}"


def control(path: str) -> str:
    """The frame around a parameter's control."""
    return f"control:{path}"


def reset(path: str) -> str:
    """The reset beside a control."""
    return f"reset:{path}"


def reset_in_list(path: str) -> str:
    """The reset in the list of changes."""
    return f"reset_in_list:{path}"


def remedy(path: str) -> str:
    """The button that applies a remedy."""
    return f"remedy:{path}"


def download(name: str) -> str:
    """A download button."""
    return f"download:{name}"


def take(identity: str) -> str:
    """The button that takes a person of the demonstration."""
    return f"take:{identity}"
