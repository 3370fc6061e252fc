"""Photographs of telephones are accepted as they come; nothing else may hide behind one."""

import random
import struct
from collections.abc import Callable

import pytest

from budget.files.attachments import MOST_BYTES, checked_attachment
from budget.files.attachments.pictures import (
    MOST_PICTURES,
    PICTURE_DAMAGED,
    PICTURE_GOES_ON,
    PICTURE_LARGE,
)
from tests.files.attachment_samples import (
    GOOD,
    box,
    film,
    jpeg,
    package,
    picture,
    png,
    samsung,
    saved,
    telephone_jpeg,
)
from tests.files.attachments.deciding import decided, only_fault, refusals

GAIN_MAP = saved(picture(8).convert("L"), "JPEG")
VIEWS = saved(picture(), "MPO", save_all=True, append_images=[picture(16), picture(9)])
TRAILER = samsung({"Image_UTC_Data": b"1788746908069", "MCC_Data": b"450"})
MOVING = samsung({"MotionPhoto_Data": film(), "MotionPhoto_Version": b"mpv3"})
Place = Callable[[bytes], bytes]


# --- what telephones write ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        jpeg() + GAIN_MAP,
        VIEWS,
        VIEWS + bytes(100),
        jpeg() + b"\0\0\r\n" + jpeg(progressive=True) + bytes(64),
        jpeg() + film(),
        jpeg() + b"\0\0\0" + film() + b"\0",
        jpeg() + film(box(b"free"), b"\0\0\0\1uuid" + struct.pack(">Q", 36) + bytes(range(20))),
        jpeg() + box(b"ftyp", b"qt  ") + box(b"moov") + b"\0\0\0\0mdat" + b"to the end",
        jpeg() + TRAILER,
        jpeg() + MOVING,
        jpeg() + TRAILER + MOVING,
        jpeg() + b"\0\0" + samsung({"DualShot_1": jpeg(), "DualShot_DepthMap": b"\xff" * 9}),
        jpeg() + film() + TRAILER,
        telephone_jpeg(),
        jpeg() * MOST_PICTURES,
    ],
    ids=[
        "gain map",
        "MPO",
        "MPO, padded",
        "second picture after padding",
        "film",
        "film, padded",
        "film of many boxes",
        "film whose last box is open",
        "Samsung",
        "Samsung, moving",
        "Samsung, two trailers",
        "Samsung, pictures in the trailer",
        "Samsung, film before the trailer",
        "everything",
        "many pictures",
    ],
)
def test_a_photograph_is_kept_as_it_came(content: bytes) -> None:
    attachment = checked_attachment("누수.jpg", content)
    assert (attachment.kind, attachment.content) == ("jpeg", content)


def test_random_looking_films_pass() -> None:
    """Marks that are looked for must be rare in what cameras write."""
    clip = random.Random(2).randbytes(2_000_000)
    assert checked_attachment("a", jpeg() + film(box(b"mdat", clip)))
    assert checked_attachment("a", jpeg() + samsung({"MotionPhoto_Data": clip}))


def test_a_film_counts_towards_the_size() -> None:
    around = len(jpeg() + film(box(b"free")))
    whole = jpeg() + film(box(b"free", bytes(MOST_BYTES - around)))
    assert len(whole) == MOST_BYTES
    assert checked_attachment("a", whole).kind == "jpeg"
    assert "10 MB" in only_fault(whole + b"\0").expected


def test_behind_a_png_stands_nothing() -> None:
    for more in (GAIN_MAP, film(), TRAILER, png()):
        assert refusals(png() + more) == [PICTURE_GOES_ON]


# --- what may not stand there ------------------------------------------------------------------

PLACES: dict[str, Place] = {
    "film": lambda hidden: jpeg() + film(box(b"free", hidden)),
    "trailer": lambda hidden: jpeg() + samsung({"MotionPhoto_Data": film() + hidden + b"."}),
    "gain map": lambda hidden: (
        jpeg() + b"\xff\xd8\xff\xfe" + struct.pack(">H", 2 + len(hidden)) + hidden + GAIN_MAP[2:]
    ),
}
HIDDEN = {
    "ZIP": package({"a.txt": "x"}),
    "beginning of a ZIP": b"PK\x03\x04" + bytes(30),
    "end of a ZIP": b"PK\x05\x06" + bytes(18),
    "PDF": GOOD["pdf"],
    "HTML": b"<HTML >x",
    "HTML, declared": b"<!DocType x>",
    "script": b"\n<ScRiPt>alert(1)</script>",
    "script in UTF-16": "<script>alert(1)</script>".encode("utf-16"),
    "script in UTF-16, reversed": "<script>alert(1)</script>".encode("utf-16-be"),
    "handler": b"<img src=x onerror=alert(1)>",
    "SVG": b"<svg onload='alert(1)'/>",
    "SVG, named": b"<s:svg xmlns:s='http://www.w3.org/2000/svg'/>",
    "XHTML, named": b"<h:p xmlns:h='http://www.w3.org/1999/xhtml'/>",
    "frame": b"<iframe\nsrc=x>",
    "object": b"<object\tdata=x>",
    "embedded": b"<embed src=x>",
    "link that runs": b"JavaScript:alert(1)",
    "link that runs Basic": b"VBScript:MsgBox(1)",
    "PHP": b"<?php system('x') ?>",
    "shell": b"#!/bin/sh\n",
    "Python": b"#!/usr/bin/env python3\n",
    "Windows": b"MZ\x90\0\x03\0\0\0" + bytes(100),
    "Windows, another stub": b"MZ" + bytes(58) + b"@\0\0\0PE\0\0\x64\x86",
    "Windows, its stub": b"This program cannot be run in DOS mode",
    "Linux": b"\x7fELF\x02\x01\x01\0",
    "Mac": b"\xcf\xfa\xed\xfe\x0c\0\0\x01",
    "Java": b"\xca\xfe\xba\xbe\0\0\0\x41",
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "RAR": b"Rar!\x1a\x07\x01\0",
    "7z": b"7z\xbc\xaf\x27\x1c\0\x04",
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_nothing_hides_behind_a_photograph(place: Place, hidden: bytes) -> None:
    assert checked_attachment("a", place(b"harmless")).kind == "jpeg"
    assert refusals(place(hidden)) == [PICTURE_GOES_ON]


ARCHIVE = package({"a.txt": "x"})


@pytest.mark.parametrize("whole", [jpeg() + GAIN_MAP, jpeg() + film(), jpeg() + MOVING])
@pytest.mark.parametrize(
    "more",
    [ARCHIVE, b"<html>", GOOD["pdf"], b"x", b"\0\0\0\x08skip" + b"x", TRAILER[:-1], b"SEFT"],
    ids=["ZIP", "HTML", "PDF", "a byte", "a box and a byte", "trailer cut off", "end mark"],
)
def test_nothing_else_may_stand_behind_it(whole: bytes, more: bytes) -> None:
    assert refusals(whole + more) == [PICTURE_GOES_ON]


@pytest.mark.parametrize(
    "behind",
    [
        b"clip" + TRAILER,
        samsung({"MotionPhoto_Data": film()}, before=1),
        samsung({"a": b""}, before=9_000),
        samsung({}),
        samsung({"a": b"", "b": b""}).replace(b"\x31\x0a", b"\x32\x0a", 1),
        samsung({"a": b"x"}).replace(b"\x01\0\0\0a", b"\x03\0\0\0a"),
        TRAILER.replace(b"SEFH", b"SEFX"),
        TRAILER.replace(b"SEFH\x6b\0\0\0\2", b"SEFH\x6b\0\0\0\3"),
        TRAILER.replace(b"SEFH\x6b\0\0\0\2\0\0\0", b"SEFH\x6b\0\0\0\xff\xff\xff\xff"),
        TRAILER[:-8] + b"\xff\xff\xff\xff" + b"SEFT",
        TRAILER[:-8] + struct.pack("<I", 60_000) + b"SEFT",
        TRAILER[:-12] + struct.pack("<I", 999) + TRAILER[-8:],
        TRAILER[:-8] + b"\0\0\0\0" + b"SEFT",
        b"SEFT",
        struct.pack("<I", 24) + b"SEFT",
        TRAILER + b"\0",
        TRAILER + film(),
    ],
    ids=[
        "something before the first block",
        "block elsewhere",
        "block before the picture's end",
        "no block",
        "mark differs",
        "name longer than its block",
        "no directory",
        "more entries than room",
        "4,294,967,295 entries",
        "directory far before the file",
        "directory before the file",
        "block longer than the trailer",
        "no length",
        "end mark only",
        "end only",
        "not at the end",
        "film behind the trailer",
    ],
)
def test_a_made_up_trailer_is_refused(behind: bytes) -> None:
    assert refusals(jpeg() + behind) == [PICTURE_GOES_ON]


@pytest.mark.parametrize(
    "behind",
    [
        film()[:-1],
        film()[:30],
        film()[8:],
        b"x" + film(),
        box(b"ftyp", b"heic") + box(b"meta"),
        film(struct.pack(">I", 4) + b"free"),
        film(b"\0\0\0\1free" + struct.pack(">Q", 15)),
        film(b"\0\0\0\1free" + struct.pack(">Q", 2**63)),
        film(box(b"\0\1\2\3")),
        film(box(b"free") * 1_000),
        film() + b"\0\0\0\1mdat",
    ],
    ids=[
        "cut off",
        "cut off early",
        "no beginning",
        "something before it",
        "a picture (HEIC)",
        "box smaller than its head",
        "large box smaller than its head",
        "box larger than the file",
        "box without a name",
        "too many boxes",
        "size missing",
    ],
)
def test_a_made_up_film_is_refused(behind: bytes) -> None:
    assert refusals(jpeg() + behind) == [PICTURE_GOES_ON]


# --- pictures behind the first -----------------------------------------------------------------


def test_every_picture_is_looked_at() -> None:
    for length in range(3, len(GAIN_MAP) - 1, 29):
        assert refusals(jpeg() + GAIN_MAP[:length]) == [PICTURE_DAMAGED], length
    scan = GAIN_MAP.index(b"\xff\xda")
    assert refusals(jpeg() + GAIN_MAP[:scan] + b"\xff\xd9") == [PICTURE_DAMAGED]
    assert refusals(jpeg() * (MOST_PICTURES + 1)) == [PICTURE_GOES_ON]


def resized(whole: bytes, width: int, height: int) -> bytes:
    place = whole.index(b"\xff\xc0") + 5
    return whole[:place] + struct.pack(">HH", height, width) + whole[place + 4 :]


def test_a_second_picture_that_says_it_is_huge_is_refused_undecoded() -> None:
    fault = only_fault(jpeg() + resized(GAIN_MAP, 10_000, 10_000))
    assert (fault.expected, fault.value) == (PICTURE_LARGE, "10000 x 10000")


def test_further_pictures_are_bounded_together() -> None:
    large = saved(picture().resize((7_000, 7_000)).convert("L"), "JPEG", quality=5)
    assert checked_attachment("a", large + large).kind == "jpeg"
    assert refusals(jpeg() + resized(GAIN_MAP, 6_000, 6_000) * 2) == [PICTURE_LARGE]


@pytest.mark.parametrize(
    "behind",
    [
        b"x" + samsung({"a": b""}) * 60_000,
        b"x" + samsung({str(number): b"" for number in range(5_000)}) * 40,
        film() * 25_000 + b"x",
        film(box(b"mdat", b"<" * 9_000_000)),
        film(box(b"mdat", b"PE\0\0" * 2_000_000)),
        GAIN_MAP[:2] * 4_000_000,
        bytes(9_000_000) + b"\xff\xd8",
        saved(picture().resize((7_000, 7_000)).convert("L"), "JPEG", progressive=True, quality=5),
    ],
    ids=[
        "trailers",
        "full trailers",
        "films",
        "brackets",
        "marks",
        "beginnings",
        "padding",
        "second picture of 49 megapixels",
    ],
)
def test_a_photograph_made_to_keep_us_busy_is_decided_soon(behind: bytes) -> None:
    content = jpeg() + behind
    assert len(content) <= MOST_BYTES
    decided(content)
