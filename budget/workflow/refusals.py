"""Why the round refuses a deed; each says what is wrong and what to do.

Faults of what was typed are `InputError`, with the field's name in `where`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from budget.allocation.faults import N_


class Refusal(Exception):  # noqa: N818 - the field's word
    """A deed that was not done.

    Attributes:
        message: a template, English; details fill it.
    """

    def __init__(self, message: str, **details: Any) -> None:
        self.message, self.details = message, details
        super().__init__(message.format_map(details))


class Forbidden(Refusal):
    """No role of this person allows this verb on this object; recorded in the trail."""


class OtherDeed(Forbidden):
    """The key of this deed belongs to one that was done before, with another wish."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This was done already, with other contents; nothing more was changed now. "
                "Look at what stands, and do it once more if you still want it."
            )
        )


class NotNow(Refusal):
    """The state of the round or of the object does not allow it; recorded in the trail."""


@dataclass(frozen=True)
class OthersChange:
    """What somebody else changed in the meantime.

    Attributes:
        field: which one.
        person, person_en: who.
        theirs: the value that stands there now, as text.
    """

    field: str
    person: str
    person_en: str
    at: datetime
    theirs: str


class Conflict(Refusal):
    """Somebody else was faster. Nothing was stored; the person's own text is theirs to keep.

    Attributes:
        changes: what changed since the version that the deed was based on.
        version: the version now; a deed based on it puts one's own value on top.
    """

    def __init__(self, changes: Sequence[OthersChange], version: int) -> None:
        self.changes, self.version = tuple(changes), version
        super().__init__(
            N_("Somebody else changed this in the meantime. Nothing of yours was stored yet.")
        )


NO_ROLE = N_("Your roles do not allow this. The administrator grants roles.")
NOT_YOURS = N_("There is no such object, or it is not yours to see.")
UNKNOWN_PERSON = N_("You have no role in this budget round. The administrator grants roles.")
