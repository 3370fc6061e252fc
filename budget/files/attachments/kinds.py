"""The kinds of file that may be attached, and how content tells them."""

import math
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from budget.allocation.faults import N_
from budget.files.attachments.packages import package_kind
from budget.files.attachments.pictures import JPEG_MARK, PNG_MARK
from budget.files.attachments.refusal import MOST_BYTES, Complaint, RefusedError


class Kind(NamedTuple):
    """One kind of file that may be attached; the first extension is given where there is none."""

    label: str
    extensions: tuple[str, ...]
    media_type: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "pdf": Kind("PDF", ("pdf",), "application/pdf"),
        "png": Kind("PNG", ("png",), "image/png"),
        "jpeg": Kind("JPEG", ("jpg", "jpeg", "jpe", "jfif"), "image/jpeg"),
        "xlsx": Kind(
            "XLSX",
            ("xlsx",),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        "hwpx": Kind("HWPX", ("hwpx",), "application/hwp+zip"),
    }
)


ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

ANOTHER_KIND = N_(
    "a PDF, PNG, JPEG, XLSX or HWPX file; by its content this is none of them, whatever its "
    "name says (save it as PDF and attach that)"
)
HINTS = (
    (
        re.compile(
            rb"GIF8|BM.{4}\0{4}|II\*\0|MM\0\*|RIFF.{4}WEBP|.{4}ftyp(hei|hev|mif|avif)", re.DOTALL
        ),
        N_("a picture as PNG or JPEG; this is another picture format (save or export it as JPEG)"),
    ),
    (
        re.compile(rb"HWP Document File"),
        N_("a Hangul document as HWPX or PDF; this is an old HWP file (in Hangul: save as HWPX)"),
    ),
    (
        re.compile(rb".{1,1019}%PDF-[12]\.", re.DOTALL),
        N_(
            "a PDF that begins with its first byte; this one has something before it "
            "(print it to a new PDF)"
        ),
    ),
)
OLE_HINTS = (
    (
        "EncryptedPackage".encode("utf-16-le"),
        N_("a workbook without a password; this one is encrypted (save it without the password)"),
    ),
    (
        b"HWP Document File",
        N_("a Hangul document as HWPX or PDF; this is an HWP file (in Hangul: save as HWPX)"),
    ),
    (
        "Workbook".encode("utf-16-le"),
        N_("a workbook as XLSX; this is an old XLS file (in Excel: save as Excel workbook, .xlsx)"),
    ),
)
OLD_OFFICE = N_(
    "a PDF, PNG, JPEG, XLSX or HWPX file; this is an old office file "
    "(save a workbook as XLSX, a Hangul document as HWPX, anything else as PDF)"
)


def kind_of(content: bytes) -> str:
    """The kind of a file by its first bytes, a package's by its parts."""
    if len(content) > MOST_BYTES:
        size = f"{math.ceil(len(content) / 1024**2 * 10) / 10} MB"
        raise RefusedError(
            Complaint(
                N_("a file of at most 10 MB (scan or save it in a lower resolution, or split it)"),
                size,
            )
        )
    if not content:
        raise RefusedError(N_("a file with content; this one is empty (0 bytes)"))
    if re.match(rb"%PDF-[12]\.[0-9]", content):
        return "pdf"
    if content.startswith(PNG_MARK):
        return "png"
    if content.startswith(JPEG_MARK):
        return "jpeg"
    if content.startswith(ZIP_MARK):
        return package_kind(content)
    if content.startswith(OLE_MARK):
        raise RefusedError(
            next((expected for mark, expected in OLE_HINTS if mark in content), OLD_OFFICE)
        )
    head = content[:1024]
    raise RefusedError(
        next((expected for mark, expected in HINTS if mark.match(head)), ANOTHER_KIND)
    )


def check_extension(extension: str, kind: str) -> None:
    """A name must not say another kind than the content; a missing extension is added."""
    if extension and extension not in KINDS[kind].extensions:
        raise RefusedError(
            Complaint(
                N_(
                    "the extension .{extension}: by its content this is a {kind} file, whatever "
                    "its name says; rename it, or attach the file that was meant"
                ),
                f".{extension}",
                {"extension": KINDS[kind].extensions[0], "kind": KINDS[kind].label},
            )
        )
