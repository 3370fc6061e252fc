"""What the tests of attachments share: a file is decided, and soon."""

import time

import pytest
from hypothesis import HealthCheck, settings

from budget.allocation.faults import Fault, InputError
from budget.files.attachments import checked_attachment

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow],
)
SECONDS = 4.0
"""Processor time in which a made-up file of 10 MB must be decided."""


def refusals(content: bytes, name: str = "file") -> list[str]:
    """The templates of what is wrong with a file, in order of the alphabet; it is refused."""
    begin = time.thread_time()
    with pytest.raises(InputError) as error:
        checked_attachment(name, content)
    assert time.thread_time() - begin < SECONDS
    for fault in error.value.faults:
        assert fault.where == "attachment"
        assert "{" not in str(fault), "each template must find its values"
    return sorted(fault.expected for fault in error.value.faults)


def only_fault(content: bytes, name: str = "file") -> Fault:
    with pytest.raises(InputError) as error:
        checked_attachment(name, content)
    (fault,) = error.value.faults
    return fault


def decided(content: bytes) -> None:
    """Either it is an attachment or its faults are told; nothing else is ever raised."""
    begin = time.thread_time()
    try:
        attachment = checked_attachment("a", content)
    except InputError as error:
        assert error.faults
    else:
        assert attachment.content == content
    assert time.thread_time() - begin < SECONDS


def filled(piece: bytes, size: int = 9_000_000) -> bytes:
    return piece * (size // len(piece))
