"""An uploaded file, decided: what it is and what it is called, or everything wrong with it."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from budget.allocation.faults import Fault, InputError, shown
from budget.files.attachments.kinds import KINDS, check_extension, kind_of
from budget.files.attachments.names import MOST_NAME, safe_name
from budget.files.attachments.packages import check_hwpx, check_xlsx
from budget.files.attachments.pdf import check_pdf
from budget.files.attachments.pictures import check_jpeg, check_png
from budget.files.attachments.refusal import RefusedError

CHECKS: Mapping[str, Callable[[bytes], None]] = MappingProxyType(
    {
        "pdf": check_pdf,
        "png": check_png,
        "jpeg": check_jpeg,
        "xlsx": check_xlsx,
        "hwpx": check_hwpx,
    }
)


@dataclass(frozen=True, slots=True)
class CheckedAttachment:
    """A file that may be stored and handed out again.

    Attributes:
        name: safe to store and to show: composed Hangul (NFC), no folders, no character that
            cannot be seen, at most 120 characters, with the extension of its kind.
        kind: a key of `KINDS`.
        media_type: what to serve it as.
        content: the bytes, as uploaded.
        sha256: their hash, in hexadecimal.
    """

    name: str
    kind: str
    media_type: str
    content: bytes = field(repr=False)
    sha256: str


def checked_attachment(name: str, content: bytes) -> CheckedAttachment:
    """Decide what an uploaded file is, and refuse what may not be attached.

    Args:
        name: what the uploader calls it; any text.
        content: its bytes.

    Returns:
        The same bytes under a safe name, with their kind.

    Raises:
        InputError: with everything found wrong and what to do about it.
    """
    stem, extension = safe_name(name)
    try:
        kind = kind_of(content)
        check_extension(extension, kind)
        CHECKS[kind](content)
    except RefusedError as refusal:
        file = shown(f"{stem}.{extension}" if extension else stem)
        raise InputError(
            Fault(file, "attachment", text.value, text.expected, details=text.details)
            for text in refusal.complaints
        ) from None
    extension = extension or KINDS[kind].extensions[0]
    stem = stem[: MOST_NAME - len(extension) - 1].rstrip(" .")
    return CheckedAttachment(
        name=f"{stem}.{extension}",
        kind=kind,
        media_type=KINDS[kind].media_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )
