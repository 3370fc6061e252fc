"""How a file is refused, and what holds for every kind: the limits, and being one thing only."""

from collections.abc import Mapping
from typing import NamedTuple

from budget.allocation.faults import N_, NOTHING

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
"""Attachments of one request."""


class Complaint(NamedTuple):
    """One thing wrong with a file: the template of what is expected, what stands there instead."""

    expected: str
    value: str = ""
    details: Mapping[str, str] = NOTHING


class RefusedError(Exception):
    """A file may not be attached; `complaints` lists why."""

    def __init__(self, *complaints: Complaint | str) -> None:
        super().__init__(*complaints)
        self.complaints = tuple(
            text if isinstance(text, Complaint) else Complaint(text) for text in complaints
        )


def check_alone(content: bytes) -> None:
    """A document or picture that is also an archive is refused.

    Unpackers look for an archive's directory at the end of a file, viewers for a picture at
    its beginning: one file can be both.
    """
    if b"PK\x01\x02" in content and b"PK\x05\x06" in content[-65_557:]:
        raise RefusedError(
            N_("a file that is one thing only; a ZIP archive is hidden in it (save it anew)")
        )
