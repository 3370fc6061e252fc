"""PNG and JPEG: sound to the last pixel, of a bearable size, and ending where they end."""

import zlib

import pytest

from budget.files.attachments import checked_attachment
from budget.files.attachments.pictures import PICTURE_DAMAGED, PICTURE_GOES_ON, PICTURE_LARGE
from tests.files.attachment_samples import GOOD, chunk, declared_png, jpeg, picture, png, saved
from tests.files.attachments.deciding import filled, only_fault, refusals


@pytest.mark.parametrize(
    "content",
    [
        saved(picture(), "JPEG", progressive=True),
        saved(picture().convert("CMYK"), "JPEG"),
        saved(picture().convert("L"), "JPEG", restart_marker_blocks=1),
        saved(picture(1), "JPEG"),
        jpeg() + b"\0\r\n",
    ],
    ids=["progressive", "CMYK", "grey, restarts", "one pixel", "padded"],
)
def test_jpegs_of_many_makes(content: bytes) -> None:
    assert checked_attachment("a", content).kind == "jpeg"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pngs_of_many_makes(mode: str) -> None:
    assert checked_attachment("a", saved(picture().convert(mode), "PNG")).kind == "png"


@pytest.mark.parametrize("whole", [png(), jpeg(), jpeg(progressive=True)])
def test_a_picture_cut_off_anywhere_is_refused(whole: bytes) -> None:
    for length in range(10, len(whole), 13):
        assert refusals(whole[:length]) == [PICTURE_DAMAGED], length


@pytest.mark.parametrize("whole", [png(), jpeg()])
@pytest.mark.parametrize(
    "more",
    [b"<html>", b"\0<script>", GOOD["xlsx"], GOOD["pdf"], png(), b"x"],
    ids=["HTML", "padding and HTML", "ZIP", "PDF", "a PNG", "a byte"],
)
def test_nothing_may_stand_behind_the_end_of_a_picture(whole: bytes, more: bytes) -> None:
    assert refusals(whole + more) == [PICTURE_GOES_ON]


@pytest.mark.parametrize(
    ("width", "height"), [(60_000, 60_000), (7_072, 7_072), (65_536, 1), (1, 50_000_000)]
)
def test_a_picture_that_says_it_is_huge_is_refused_undecoded(width: int, height: int) -> None:
    fault = only_fault(declared_png(width, height))
    assert (fault.expected, fault.value) == (PICTURE_LARGE, f"{width} x {height}")


def test_a_jpeg_that_says_it_is_huge_is_refused_undecoded() -> None:
    whole = jpeg()
    size = whole.index(b"\xff\xc0") + 5
    content = whole[:size] + b"\xff\xff\xff\xff" + whole[size + 4 :]
    assert only_fault(content).value == "65535 x 65535"


@pytest.mark.parametrize(
    "content",
    [
        declared_png(1_000, 1_000),
        declared_png(0, 5),
        declared_png(4, 4, *[chunk(b"tEXt", b"a\0b")] * 20_000),
        declared_png(4, 4, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2_000_000), 1))),
        declared_png(4, 4, declared_png(4, 4)[8:33]),
        png().replace(b"IDAT", b"IDAX"),
        png()[:8] + chunk(b"IDAT", b"") + png()[8:],
        png()[:8] + chunk(b"IHDR", b"") + chunk(b"IEND", b""),
        png()[:8] + b"\xff\xff\xff\xffIHDR" + bytes(30),
        png()[:8] + chunk(b"IEND", b""),
    ],
)
def test_a_damaged_png_is_refused(content: bytes) -> None:
    assert refusals(content) == [PICTURE_DAMAGED]


def test_every_flipped_byte_of_a_png_is_noticed() -> None:
    whole = png()
    for place in range(8, len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 0x40]) + whole[place + 1 :]
        assert refusals(changed)[0] in {PICTURE_DAMAGED, PICTURE_GOES_ON}


SCAN = jpeg().index(b"\xff\xda")
PASSES = jpeg(progressive=True)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + filled(b"\xff") + jpeg()[2:],
        b"\xff\xd8" + filled(b"\xff\xfe\0\2") + jpeg()[2:],
        jpeg()[:SCAN] + b"\xff\xda" + filled(b"\xff\0"),
        PASSES[:-2] + PASSES[PASSES.rindex(b"\xff\xda") : -2] * 40 + b"\xff\xd9",
        jpeg()[:SCAN] + b"\xff\xd9",
        jpeg()[:2] + jpeg()[SCAN:],
        jpeg()[:20] + b"\0" + jpeg()[21:],
    ],
    ids=[
        "mark only",
        "empty",
        "fill bytes",
        "comments",
        "scan without end",
        "too many scans",
        "no scan",
        "scan only",
        "broken segment",
    ],
)
def test_a_damaged_jpeg_is_refused(content: bytes) -> None:
    assert refusals(content)[0] in {PICTURE_DAMAGED, PICTURE_GOES_ON}
