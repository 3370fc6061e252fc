"""What telephones write behind a photograph: a short film, and Samsung's notes on the picture.

Everything else stays refused. What stands there is not played or unpacked; it is looked
through for anything that another program could take for a document or a program of its own.

Sources: Motion Photo format 1.0 (developer.android.com), ISO/IEC 14496-12 section 4.2 for the
boxes of MP4; Samsung's trailer as ExifTool reads it (Samsung.pm, ProcessSamsung).
"""

import re
import struct

MOST_BOXES = 1_000
"""Outermost boxes of a film; telephones write about five."""
MOST_DIRECTORY = 0x10000
"""Bytes of the directory of Samsung's trailer."""

_PADDING = b"\0\r\n"
_FILM = re.compile(rb"[\0\r\n]*?(?=.{4}ftyp)", re.DOTALL)
_BOX_NAME = re.compile(rb"[\x20-\x7e\xa9]{4}")


def ends_like_a_photograph(content: bytes, place: int) -> bool:
    """Whether from this place on a file has nothing but padding, a film and Samsung's trailer.

    Each may be missing. Some models end with two trailers, the second behind the first.
    """
    end = len(content)
    while (start := _start_of_samsung(content, place, end)) < end:
        end = start
    return not content[_end_of_film(content, place, end) : end].strip(_PADDING)


def _start_of_samsung(content: bytes, begin: int, end: int) -> int:
    """Where the trailer of Samsung that ends there begins; the end itself, if there is none.

    Blocks come first, each with a mark of four bytes, the length of its name, the name
    ("MotionPhoto_Data") and its data. Then a directory (SEFH) with the mark of each block, how
    far before the directory it begins and its size; then the length of the directory and SEFT.
    """
    if end - begin < 32 or content[end - 4 : end] != b"SEFT":
        return end
    (length,) = struct.unpack_from("<I", content, end - 8)
    directory = end - 8 - length
    if not 24 <= length < MOST_DIRECTORY or directory - begin < 8:
        return end
    name, _, count = struct.unpack_from("<4sII", content, directory)
    if name != b"SEFH" or count > (length - 12) // 12:
        return end
    first = end
    for number in range(count):
        mark, back, size = struct.unpack_from("<4sII", content, directory + 12 + 12 * number)
        start = directory - back
        if not 8 <= size <= back or start < begin:
            return end
        same_mark, name_length = struct.unpack_from("<4sI", content, start)
        if same_mark != mark or name_length > size - 8:
            return end
        first = min(first, start)
    return first


def _end_of_film(content: bytes, begin: int, end: int) -> int:
    """Where the MP4 film that begins there ends; the beginning, if there is none."""
    start = _FILM.match(content, begin, end)
    if start is None:
        return begin
    place, names = start.end(), set()
    for _ in range(MOST_BOXES):
        if end - place < 8:
            break
        size, name = struct.unpack_from(">I4s", content, place)
        least = 8
        if size == 1 and end - place >= 16:
            (size,) = struct.unpack_from(">Q", content, place + 8)
            least = 16
        elif size == 0:
            size = end - place
        if not least <= size <= end - place or not _BOX_NAME.fullmatch(name):
            break
        names.add(name)
        place += size
    return place if b"moov" in names else begin


_DOCUMENTS = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"%PDF-",
    b"Rar!\x1a\x07",
    b"7z\xbc\xaf\x27\x1c",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    b"MZ\x90\0\x03\0\0\0",
    b"This program cannot be run in DOS mode",
    b"\xca\xfe\xba\xbe\0\0\0",
)
_PROGRAMS = (
    re.compile(rb"PE\0\0(\x4c\x01|\x64\x86|\x64\xaa|[\xc0\xc2\xc4]\x01)"),
    re.compile(rb"\x7fELF[\x01\x02][\x01\x02]\x01"),
    re.compile(rb"\xce\xfa\xed\xfe[\x07\x0c]\0\0\0|\xcf\xfa\xed\xfe[\x07\x0c]\0\0\x01"),
)
_SCRIPTS = (
    b"<!doctype",
    b"<script",
    b"<iframe",
    b"<object",
    b"<embed",
    b"<?php",
    b"javascript:",
    b"vbscript:",
    b"www.w3.org/2000/svg",
    b"www.w3.org/1999/xhtml",
    b"#!/bin/",
    b"#!/usr/",
)
_MARKUP = re.compile(rb"<(html|head|body|meta|link|style|form|img|svg)[\t\n\f\r />:]")


def is_passive(behind: bytes) -> bool:
    """Whether what stands behind a picture holds no archive, document, program or web page.

    Marks are as long as they can be. The two of a ZIP archive have four bytes, which stand in
    one film of four megabytes in five hundred by chance: that photograph is refused.
    """
    text = behind.replace(b"\0", b"").lower()  # UTF-16 too
    return not (
        any(mark in behind for mark in _DOCUMENTS)
        or any(mark.search(behind) for mark in _PROGRAMS)
        or any(mark in text for mark in _SCRIPTS)
        or _MARKUP.search(text)
    )
