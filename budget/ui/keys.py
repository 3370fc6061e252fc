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

# addresses
LANGUAGE_PARAMETER = "lang"

# widgets
LANGUAGE_SWITCH = "language_switch"
UNIT_SWITCH = "unit_switch"
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
