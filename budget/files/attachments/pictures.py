"""PNG and JPEG: sound to the last pixel, of a bearable size, with nothing behind their end.

Behind a JPEG may stand what telephones write there: a photograph is the usual evidence.
"""

import io
import re
import struct
import zlib

from PIL import Image

from budget.allocation.faults import N_
from budget.files.attachments.refusal import Complaint, RefusedError, check_alone
from budget.files.attachments.telephones import ends_like_a_photograph, is_passive

PNG_MARK = b"\x89PNG\r\n\x1a\n"
JPEG_MARK = b"\xff\xd8\xff"

MOST_PIXELS = 50_000_000
MOST_SIDE = 65_535
MOST_CHUNKS = 20_000
MOST_SCANS = 30
"""Passes of a progressive JPEG; encoders write about ten, each costs time for every pixel."""
MOST_PICTURES = 12
"""Pictures of one JPEG file. Telephones write two (MPO, Ultra HDR); with mattes about eight."""

PICTURE_DAMAGED = N_("a picture that is whole; this one is damaged or cut off (save it anew)")
PICTURE_LARGE = N_("a picture of at most 50 megapixels and 65,535 pixels a side (save it smaller)")
PICTURE_GOES_ON = N_(
    "a picture that ends where its image ends; something is appended to it, as some telephones "
    "do with a clip (open it, save it as a new picture, or attach a screenshot)"
)

PICTURE_FAILS = (
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
    AssertionError,
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)


def check_png(content: bytes) -> None:
    """A PNG must be sound in every chunk, of at most 50 megapixels, and end with IEND."""
    place = len(PNG_MARK)
    kind = b""
    for count in range(MOST_CHUNKS):
        try:
            length, kind = struct.unpack_from(">I4s", content, place)
            (checksum,) = struct.unpack_from(">I", content, place + 8 + length)
        except struct.error:
            raise RefusedError(PICTURE_DAMAGED) from None
        body = memoryview(content)[place + 4 : place + 8 + length]
        if zlib.crc32(body) != checksum or (count == 0) != (kind == b"IHDR"):
            raise RefusedError(PICTURE_DAMAGED)
        if count == 0:
            if length != 13:
                raise RefusedError(PICTURE_DAMAGED)
            _check_pixels(*struct.unpack_from(">II", content, place + 8))
        place += 12 + length
        if kind == b"IEND":
            break
    if kind != b"IEND":
        raise RefusedError(PICTURE_DAMAGED)
    if place != len(content):
        raise RefusedError(PICTURE_GOES_ON)
    _check_picture(content, "PNG")


_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_NEXT_JPEG = re.compile(rb"[\0\r\n]*+(?=" + JPEG_MARK + rb")")
_FILL = re.compile(rb"\xff{1,64}")
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def check_jpeg(content: bytes) -> None:
    """A JPEG must be sound, of at most 50 megapixels, and end as photographs do."""
    try:
        pictures, end = _pictures(content)
    except (struct.error, IndexError):
        raise RefusedError(PICTURE_DAMAGED) from None
    if not ends_like_a_photograph(content, end) or not is_passive(content[len(pictures[0]) :]):
        raise RefusedError(PICTURE_GOES_ON)
    check_alone(content)
    for picture in pictures:
        _check_picture(picture, "JPEG")


def _pictures(content: bytes) -> tuple[list[bytes], int]:
    """The pictures that a JPEG file begins with, one behind the other, and where they end.

    The second is a gain map (Ultra HDR) or another view (MPO). All but the first have at most
    50 megapixels together.

    Raises:
        IndexError, struct.error: if the file ends before the last of them.
    """
    pictures: list[bytes] = []
    end = pixels = 0
    while begin := _NEXT_JPEG.match(content, end):
        if len(pictures) == MOST_PICTURES:
            raise RefusedError(PICTURE_GOES_ON)
        end, more = _end_of_jpeg(content, begin.end())
        pixels += more if pictures else 0
        if pixels > MOST_PIXELS:
            raise RefusedError(PICTURE_LARGE)
        pictures.append(content[begin.end() : end])
    return pictures, end


def _end_of_jpeg(content: bytes, begin: int) -> tuple[int, int]:
    """Where the data of a JPEG end that begins there, walking its segments, and its pixels.

    Raises:
        IndexError, struct.error: if the file ends before.
    """
    place, scans, pixels = begin + 2, 0, 0
    for _ in range(MOST_CHUNKS):
        after = _FILL.match(content, place)
        if after is None:
            break
        place = after.end()
        marker = content[place]
        place += 1
        if marker == 0xD9:
            return place, pixels
        (length,) = struct.unpack_from(">H", content, place)
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", content, place + 3)
            _check_pixels(width, height)
            pixels += width * height
        place += length
        if marker == 0xDA:
            scans += 1
            after = _MARKER_AFTER_SCAN.search(content, place)
            if after is None or scans > MOST_SCANS:
                break
            place = after.start()
    raise RefusedError(PICTURE_DAMAGED)


def _check_pixels(width: int, height: int) -> None:
    """Look at the declared size before any pixel is unpacked."""
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise RefusedError(Complaint(PICTURE_LARGE, f"{width} x {height}"))


def _check_picture(content: bytes, pillow_format: str) -> None:
    """Decode the picture to its last pixel; a JPEG at an eighth of its size, to save memory."""
    check_alone(content)
    try:
        with Image.open(io.BytesIO(content), formats=[pillow_format]) as image:
            image.verify()
        with Image.open(io.BytesIO(content), formats=[pillow_format]) as image:
            _check_pixels(*image.size)
            image.draft(None, (max(image.width // 8, 1), max(image.height // 8, 1)))
            image.load()
    except PICTURE_FAILS:
        raise RefusedError(PICTURE_DAMAGED) from None
