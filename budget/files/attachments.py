"""What an uploaded file of a special-need request is: told by its content, never by its name.

Allowed are PDF, PNG, JPEG, XLSX and HWPX, at most 10 MB each. Whoever decides on a request
opens what a stranger sent: so a file must be whole, must hold nothing that runs by itself
(JavaScript, macros, files within the file) and must be one thing only. Nothing is written to
disk; the work on one file is bounded, however it was made.
"""

import hashlib
import io
import logging
import math
import re
import struct
import time
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import IO, Any, NamedTuple, cast
from xml.etree import ElementTree

from PIL import Image
from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from budget.allocation.faults import N_, NOTHING, Fault, InputError, shown

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 5
"""Attachments of one request."""

MOST_NAME = 120


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
        kind = _kind_of(content)
        _check_extension(extension, kind)
        CHECKS[kind](content)
    except _RefusedError as refusal:
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


class Complaint(NamedTuple):
    """One thing wrong with a file: the template of what is expected, what stands there instead."""

    expected: str
    value: str = ""
    details: Mapping[str, str] = NOTHING


class _RefusedError(Exception):
    def __init__(self, *complaints: Complaint | str) -> None:
        super().__init__(*complaints)
        self.complaints = tuple(
            text if isinstance(text, Complaint) else Complaint(text) for text in complaints
        )


# --- the name ------------------------------------------------------------------------------

_EXTENSION = re.compile(r"(?=[0-9]*[a-z])[a-z0-9]{1,5}", re.ASCII | re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
_DEVICES = re.compile(r"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> tuple[str, str]:
    """The stem of a file's name and its extension (small letters; empty where it has none).

    Folders, controls, marks of writing direction and what Windows allows in no name are taken
    out; Hangul typed on a Mac is composed (NFC).
    """
    text = "".join(
        " " if character.isspace() else character
        for character in re.split(r"[/\\]", name)[-1]
        if character.isspace() or unicodedata.category(character) not in _UNSEEN
    )
    text = re.sub(r'[<>:"|?*]', "_", unicodedata.normalize("NFC", text))
    text = " ".join(text.split()).rstrip(" .")
    stem, _, extension = text.rpartition(".")
    if not _EXTENSION.fullmatch(extension) or text == extension:
        stem, extension = text, ""
    stem = stem.strip(" .")[:MOST_NAME].rstrip(" .") or "attachment"
    if _DEVICES.match(stem):
        stem = f"_{stem}"
    return stem, extension.lower()


def _check_extension(extension: str, kind: str) -> None:
    """A name must not say another kind than the content; a missing extension is added."""
    if extension and extension not in KINDS[kind].extensions:
        raise _RefusedError(
            Complaint(
                N_(
                    "the extension .{extension}: by its content this is a {kind} file, whatever "
                    "its name says; rename it, or attach the file that was meant"
                ),
                f".{extension}",
                {"extension": KINDS[kind].extensions[0], "kind": KINDS[kind].label},
            )
        )


# --- the kind ------------------------------------------------------------------------------

PNG_MARK = b"\x89PNG\r\n\x1a\n"
JPEG_MARK = b"\xff\xd8\xff"
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


def _kind_of(content: bytes) -> str:
    """The kind of a file by its first bytes, a package's by its parts."""
    if len(content) > MOST_BYTES:
        size = f"{math.ceil(len(content) / 1024**2 * 10) / 10} MB"
        raise _RefusedError(
            Complaint(
                N_("a file of at most 10 MB (scan or save it in a lower resolution, or split it)"),
                size,
            )
        )
    if not content:
        raise _RefusedError(N_("a file with content; this one is empty (0 bytes)"))
    if re.match(rb"%PDF-[12]\.[0-9]", content):
        return "pdf"
    if content.startswith(PNG_MARK):
        return "png"
    if content.startswith(JPEG_MARK):
        return "jpeg"
    if content.startswith(ZIP_MARK):
        return _package_kind(content)
    if content.startswith(OLE_MARK):
        raise _RefusedError(
            next((expected for mark, expected in OLE_HINTS if mark in content), OLD_OFFICE)
        )
    head = content[:1024]
    raise _RefusedError(
        next((expected for mark, expected in HINTS if mark.match(head)), ANOTHER_KIND)
    )


def _check_alone(content: bytes) -> None:
    """A document or picture that is also an archive is refused.

    Unpackers look for an archive's directory at the end of a file, viewers for a picture at
    its beginning: one file can be both.
    """
    if b"PK\x01\x02" in content and b"PK\x05\x06" in content[-65_557:]:
        raise _RefusedError(
            N_("a file that is one thing only; a ZIP archive is hidden in it (save it anew)")
        )


# --- PDF -----------------------------------------------------------------------------------

MOST_READS = 1_500_000
"""Steps of reading one PDF: about a byte of its objects each, streams apart."""
MOST_SECONDS = 5.0
"""Processor time for one PDF. The steps above end first; this is for what they cannot see."""
MOST_PAGES = 10_000

PDF_LIMITS = Configuration(
    maximum_declared_stream_length=MOST_BYTES,
    zlib_maximum_output_length=1_000_000,
    zlib_maximum_recovery_input_length=10_000,
    lzw_maximum_output_length=1_000_000,
    run_length_maximum_output_length=1_000_000,
    brotli_maximum_output_length=1_000_000,
    jbig2_maximum_output_length=1_000_000,
    stream_decoding_work_maximum_length=2_000_000,
    stream_filters_maximum_length=2,
    page_tree_maximum_entries=MOST_PAGES,
    page_tree_maximum_page_entries=20 * MOST_PAGES,
    jbig2dec_binary=None,
)
"""Only tables of contents and bundles of objects are unpacked; those are small."""
MOST_OBJECTS = 400_000

PDF_ENCRYPTED = N_(
    "a PDF without password and restrictions; this one is encrypted (print it to a new PDF)"
)
PDF_DAMAGED = N_("a PDF that is whole; this one is damaged or cut off (print it to a new PDF)")
PDF_GOES_ON = N_(
    "a PDF that ends where its document ends; something is appended to it (print it to a new PDF)"
)
PDF_TOO_MUCH = N_(
    "a PDF that can be checked in reasonable time; this one holds far too many objects, or "
    "some that lead in a circle (print it to a new PDF)"
)
RUNS_SCRIPT = N_(
    "a PDF without JavaScript; this one holds scripts, which are never run here "
    "(print it to a new PDF)"
)
OPENS_OTHERS = N_(
    "a PDF that starts no program, sends nothing and opens no other file (print it to a new PDF)"
)
HOLDS_FILES = N_(
    "a PDF without files inside it; attach those files by themselves (print it to a new PDF)"
)
HOLDS_MEDIA = N_("a PDF without sound, film and 3D models inside it (print it to a new PDF)")
HOLDS_XFA = N_("a PDF that is no dynamic form (XFA); print the filled form to a new PDF")

ACTIONS: Mapping[str, str] = MappingProxyType(
    {
        "/JavaScript": RUNS_SCRIPT,
        "/Launch": OPENS_OTHERS,
        "/ImportData": OPENS_OTHERS,
        "/SubmitForm": OPENS_OTHERS,
        "/GoToR": OPENS_OTHERS,
        "/GoToE": HOLDS_FILES,
        "/Movie": HOLDS_MEDIA,
        "/Sound": HOLDS_MEDIA,
        "/Rendition": HOLDS_MEDIA,
        "/RichMediaExecute": HOLDS_MEDIA,
    }
)
"""Types of action (/S) that do more than move within the document or follow a web link."""
ANNOTATIONS: Mapping[str, str] = MappingProxyType(
    {
        "/FileAttachment": HOLDS_FILES,
        "/Movie": HOLDS_MEDIA,
        "/RichMedia": HOLDS_MEDIA,
        "/Screen": HOLDS_MEDIA,
        "/Sound": HOLDS_MEDIA,
        "/3D": HOLDS_MEDIA,
    }
)
ENTRIES: Mapping[str, str] = MappingProxyType(
    {"/JS": RUNS_SCRIPT, "/EF": HOLDS_FILES, "/XFA": HOLDS_XFA}
)
PASSIVE = frozenset({"/Resources", "/StructTreeRoot", "/Metadata", "/PieceInfo", "/Thumb"})
"""Entries below which the format has no actions: fonts, pictures, reading order. Not walked."""

PDF_FAILS = (
    PyPdfError,
    DependencyError,
    AssertionError,
    AttributeError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
)
"""What pypdf raises on damaged files: "broken PDF files might cause other Exceptions"."""

_PDF_TAIL = re.compile(rb"startxref[\0\s]*[0-9]{1,10}[\0\s]*(%%EOF[\0\s]*)*$")

# pypdf quotes a damaged file in the log, a line a fault: the uploader would write our log.
logging.getLogger("pypdf").setLevel(logging.ERROR)


class _Metered:
    """A PDF's bytes, with an allowance of reading: a made-up file can ask for endless work."""

    def __init__(self, content: bytes) -> None:
        stream = io.BytesIO(content)
        self._read = stream.read
        self.seek = stream.seek
        self.tell = stream.tell
        self._left = MOST_READS
        self._next_look = MOST_READS
        self._deadline = time.thread_time() + MOST_SECONDS

    @property
    def used_up(self) -> bool:
        return self._left < 0

    def read(self, size: int = -1) -> bytes:
        piece = self._read(size)
        self._left -= 1 + len(piece) // 64
        if self._left < self._next_look:
            self._next_look = self._left - 64
            if time.thread_time() > self._deadline:
                self._left = -1
        if self._left < 0:
            raise LimitReachedError
        return piece


def _check_pdf(content: bytes) -> None:
    """A PDF must be whole, open, of at least a page, and must do nothing by itself."""
    if re.search(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)", content):
        raise _RefusedError(PDF_ENCRYPTED)
    end = content.rfind(b"%%EOF")
    if end < 0 or not _PDF_TAIL.search(content[max(0, end - 128) : end]):
        raise _RefusedError(PDF_DAMAGED)
    if content[end + 5 :].strip(b"\0\t\n\f\r "):
        raise _RefusedError(PDF_GOES_ON)
    _check_alone(content)
    stream = _Metered(content)
    try:
        with apply_configuration(PDF_LIMITS):
            reader = PdfReader(
                cast(IO[bytes], stream),
                strict=True,
                root_object_recovery_limit=0,
                xref_stream_maximum_entries=MOST_OBJECTS,
            )
            encrypted = reader.is_encrypted
            pages = 0 if encrypted else len(reader.pages)
            found = () if encrypted else tuple(dict.fromkeys(_active_parts(reader)))
    except PDF_FAILS as error:
        much = stream.used_up or isinstance(error, LimitReachedError)
        raise _RefusedError(PDF_TOO_MUCH if much else PDF_DAMAGED) from None
    if encrypted:
        raise _RefusedError(PDF_ENCRYPTED)
    if not pages:
        raise _RefusedError(N_("a PDF with at least one page"))
    if found:
        raise _RefusedError(*found)


def _active_parts(reader: PdfReader) -> Iterator[str]:
    """What in a PDF does something by itself, walking all that its trailer leads to."""
    waiting: list[object] = [reader.trailer]
    seen: set[tuple[int, int]] = set()
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, IndirectObject):
            place = (thing.idnum, thing.generation)
            if place not in seen:
                seen.add(place)
                waiting.append(_resolved(reader, thing))
        elif isinstance(thing, DictionaryObject):
            yield from _active_entries(reader, thing)
            waiting.extend(value for key, value in thing.items() if key not in PASSIVE)
        elif isinstance(thing, ArrayObject):
            waiting.extend(thing)


def _active_entries(reader: PdfReader, entries: DictionaryObject) -> Iterator[str]:
    for key, names in (("/S", ACTIONS), ("/Subtype", ANNOTATIONS)):
        name = _resolved(reader, dict.get(entries, key))
        if isinstance(name, NameObject) and name in names:
            yield names[name]
    yield from (expected for key, expected in ENTRIES.items() if key in entries)


def _resolved(reader: PdfReader, thing: Any) -> Any:
    """What a reference leads to; one that leads nowhere is null, as the format has it."""
    if not isinstance(thing, IndirectObject):
        return thing
    known = thing.idnum in reader.xref.get(thing.generation, ()) or (
        thing.generation == 0 and thing.idnum in reader.xref_objStm
    )
    return reader.get_object(thing) if known else None


# --- pictures ------------------------------------------------------------------------------

MOST_PIXELS = 50_000_000
MOST_SIDE = 65_535
MOST_CHUNKS = 20_000
MOST_SCANS = 30
"""Passes of a progressive JPEG; encoders write about ten, each costs time for every pixel."""

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


def _check_png(content: bytes) -> None:
    """A PNG must be sound in every chunk, of at most 50 megapixels, and end with IEND."""
    place = len(PNG_MARK)
    kind = b""
    for count in range(MOST_CHUNKS):
        try:
            length, kind = struct.unpack_from(">I4s", content, place)
            (checksum,) = struct.unpack_from(">I", content, place + 8 + length)
        except struct.error:
            raise _RefusedError(PICTURE_DAMAGED) from None
        body = memoryview(content)[place + 4 : place + 8 + length]
        if zlib.crc32(body) != checksum or (count == 0) != (kind == b"IHDR"):
            raise _RefusedError(PICTURE_DAMAGED)
        if count == 0:
            if length != 13:
                raise _RefusedError(PICTURE_DAMAGED)
            _check_pixels(*struct.unpack_from(">II", content, place + 8))
        place += 12 + length
        if kind == b"IEND":
            break
    if kind != b"IEND":
        raise _RefusedError(PICTURE_DAMAGED)
    if place != len(content):
        raise _RefusedError(PICTURE_GOES_ON)
    _check_picture(content, "PNG")


_MARKER_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_FILL = re.compile(rb"\xff{1,64}")
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _check_jpeg(content: bytes) -> None:
    """A JPEG must be sound, of at most 50 megapixels, and end with its end mark."""
    try:
        place = _end_of_jpeg(content)
    except (struct.error, IndexError):
        raise _RefusedError(PICTURE_DAMAGED) from None
    if content[place:].strip(b"\0\r\n"):
        raise _RefusedError(PICTURE_GOES_ON)
    _check_picture(content, "JPEG")


def _end_of_jpeg(content: bytes) -> int:
    """Where the data of a JPEG end, walking its segments.

    Raises:
        IndexError, struct.error: if the file ends before.
    """
    place, scans = 2, 0
    for _ in range(MOST_CHUNKS):
        after = _FILL.match(content, place)
        if after is None:
            break
        place = after.end()
        marker = content[place]
        place += 1
        if marker == 0xD9:
            return place
        (length,) = struct.unpack_from(">H", content, place)
        if marker in _SIZES:
            height, width = struct.unpack_from(">HH", content, place + 3)
            _check_pixels(width, height)
        place += length
        if marker == 0xDA:
            scans += 1
            after = _MARKER_AFTER_SCAN.search(content, place)
            if after is None or scans > MOST_SCANS:
                break
            place = after.start()
    raise _RefusedError(PICTURE_DAMAGED)


def _check_pixels(width: int, height: int) -> None:
    """Look at the declared size before any pixel is unpacked."""
    if width * height > MOST_PIXELS or max(width, height) > MOST_SIDE:
        raise _RefusedError(Complaint(PICTURE_LARGE, f"{width} x {height}"))


def _check_picture(content: bytes, pillow_format: str) -> None:
    """Decode the picture to its last pixel; a JPEG at an eighth of its size, to save memory."""
    _check_alone(content)
    try:
        with Image.open(io.BytesIO(content), formats=[pillow_format]) as image:
            image.verify()
        with Image.open(io.BytesIO(content), formats=[pillow_format]) as image:
            _check_pixels(*image.size)
            image.draft(None, (max(image.width // 8, 1), max(image.height // 8, 1)))
            image.load()
    except PICTURE_FAILS:
        raise _RefusedError(PICTURE_DAMAGED) from None


# --- packages: XLSX and HWPX are ZIP archives of XML -------------------------------------------

MOST_PARTS = 2_000
MOST_INFLATED = 100 * 1024 * 1024
MOST_RATIO = 250
"""Inflated by packed size of a part above a megabyte. Worksheets come to 50 at most."""
MOST_INDEX = 4 * 1024 * 1024
"""Size of a part that is parsed: content types, relations, manifest, scripts."""

PACKAGE_DAMAGED = N_("a file that is whole; its package (ZIP) is damaged or cut off (save it anew)")
PACKAGE_BOMB = N_(
    "a document that unpacks to at most 100 MB in 2,000 parts; this one is far larger inside "
    "than outside (save it anew, or as PDF)"
)
PACKAGE_INDEX = N_(
    "a document whose lists of parts and of links come to at most 4 MB (delete links, or save it "
    "as PDF)"
)
PACKAGE_ENCRYPTED = N_(
    "a document without a password; this one is encrypted (save it without the password)"
)
PACKAGE_PATHS = N_(
    "a package whose parts stay inside it, each once; the name of this part does not (save it anew)"
)
PACKAGE_OTHER = N_(
    "a PDF, PNG, JPEG, XLSX or HWPX file; this is a ZIP archive of something else "
    "(attach the files in it one by one; save a Word or PowerPoint file as PDF)"
)
XML_DECLARES = N_(
    "XML in UTF-8 without DOCTYPE and ENTITY, as Excel and Hangul write it (save it anew)"
)
XLSX_INCOMPLETE = N_(
    "a workbook with all its parts; this one lacks {part} (in Excel: save as Excel workbook, .xlsx)"
)
HWPX_INCOMPLETE = N_(
    "a Hangul document with all its parts; this one lacks {part} (in Hangul: save as HWPX)"
)
HOLDS_MACROS = N_(
    "a document without macros and scripts (in Excel: save as Excel workbook, .xlsx; in Hangul: "
    "delete the script macros)"
)
HOLDS_LINKS = N_(
    "a workbook without links to other files and data sources "
    "(in Excel: Data, Edit Links, Break Link)"
)
HOLDS_OBJECTS = N_(
    "a workbook without ActiveX controls and embedded objects (delete them, or save as PDF)"
)

PACKAGE_FAILS = (
    zipfile.BadZipFile,
    EOFError,
    IndexError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)

_LEAVES = re.compile(r"(^|/)\.\.?(/|$)|^/|//|[\\:\0-\x1f]")
_XML_START = re.compile(rb"(\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[\0\s]*<")
_XML_ENCODING = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")
_XML_PLAIN = frozenset({b"utf-8", b"utf8", b"utf-16", b"us-ascii"})
_DECLARATIONS = re.compile(rb"<!(DOCTYPE|ENTITY)")


def _package_kind(content: bytes) -> str:
    """XLSX or HWPX, by the folder that its parts are in."""
    folders = {entry.filename.partition("/")[0] for entry in _entries(content)}
    kinds = [kind for folder, kind in (("xl", "xlsx"), ("Contents", "hwpx")) if folder in folders]
    if len(kinds) != 1:
        raise _RefusedError(PACKAGE_OTHER)
    return kinds[0]


def _entries(content: bytes) -> list[zipfile.ZipInfo]:
    """The directory of a ZIP archive that fills the file from its first byte to its last."""
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise _RefusedError(PACKAGE_BOMB)
    if content[-22:-18] != b"PK\x05\x06":
        raise _RefusedError(PACKAGE_DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except PACKAGE_FAILS:
        raise _RefusedError(PACKAGE_DAMAGED) from None
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise _RefusedError(PACKAGE_DAMAGED)
    return entries


def _parts(content: bytes) -> dict[str, bytes]:
    """The parts of a package, unpacked and found sound; of the large ones only the beginning.

    Sizes are looked at before anything is unpacked, and again while it is unpacked: what an
    archive declares and what it holds are two things. Archives within it stay closed.
    """
    entries = _entries(content)
    times = Counter(entry.orig_filename.casefold() for entry in entries)
    for entry in entries:
        if entry.flag_bits & 0x41:
            raise _RefusedError(PACKAGE_ENCRYPTED)
        if _LEAVES.search(entry.orig_filename) or times[entry.orig_filename.casefold()] > 1:
            raise _RefusedError(Complaint(PACKAGE_PATHS, shown(entry.orig_filename)))
    if sum(entry.file_size for entry in entries) > MOST_INFLATED or any(
        entry.file_size > max(1024**2, MOST_RATIO * entry.compress_size) for entry in entries
    ):
        raise _RefusedError(PACKAGE_BOMB)
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in entries:
            try:
                part = _inflated(archive, entry, content)
            except PACKAGE_FAILS:
                raise _RefusedError(Complaint(PACKAGE_DAMAGED, shown(entry.filename))) from None
            _check_xml(entry.filename, part)
            parts[entry.filename] = part[: MOST_INDEX + 1]
    return parts


def _inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, content: bytes) -> bytes:
    """One part, exactly as large as declared.

    Raises:
        zipfile.BadZipFile, zlib.error, …: if it is not, or is damaged.
    """
    with archive.open(entry):  # compares both of its headers, and looks for overlaps
        pass
    method, name_length, extra_length = struct.unpack_from(
        "<8xH16xHH", content, entry.header_offset
    )
    start = entry.header_offset + 30 + name_length + extra_length
    packed = content[start : start + entry.compress_size]
    if method != entry.compress_type:
        raise zipfile.BadZipFile
    part, whole = packed, True
    if method == zipfile.ZIP_DEFLATED:
        inflating = zlib.decompressobj(-zlib.MAX_WBITS)
        part = inflating.decompress(packed, entry.file_size + 1)
        whole = inflating.eof and not inflating.unused_data
    elif method != zipfile.ZIP_STORED:
        raise NotImplementedError
    if not whole or len(part) != entry.file_size or zlib.crc32(part) != entry.CRC:
        raise zipfile.BadZipFile
    return part


def _check_xml(name: str, part: bytes) -> None:
    """XML must declare nothing: entities can read files and unfold without end.

    Parts are taken for XML by their content, in any encoding that keeps the letters.
    """
    if not _XML_START.match(part):
        return
    text = part.replace(b"\0", b"") if b"\0" in part[:64] else part
    encoding = _XML_ENCODING.match(text)
    if _DECLARATIONS.search(text) or (encoding and encoding[1].lower() not in _XML_PLAIN):
        raise _RefusedError(Complaint(XML_DECLARES, shown(name)))


def _parsed(parts: Mapping[str, bytes], name: str) -> ElementTree.Element:
    """A part as XML; `_check_xml` has seen it, so it declares no entities."""
    try:
        if len(parts[name]) > MOST_INDEX:
            raise _RefusedError(Complaint(PACKAGE_INDEX, shown(name)))
        return ElementTree.fromstring(parts[name])
    except (ElementTree.ParseError, ValueError, LookupError):
        raise _RefusedError(Complaint(PACKAGE_DAMAGED, shown(name))) from None


def _check_present(parts: Mapping[str, bytes], wanted: Iterable[str], expected: str) -> None:
    """Refuse a package that lacks one of the parts wanted."""
    missing = [part for part in wanted if part not in parts]
    if missing:
        raise _RefusedError(*(Complaint(expected, details={"part": part}) for part in missing))


# --- XLSX ----------------------------------------------------------------------------------

CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_UNWANTED = (
    (re.compile(r"vba(Project|Data)|xl/macrosheets/", re.IGNORECASE), HOLDS_MACROS),
    (re.compile(r"xl/(externalLinks/|connections\.xml)", re.IGNORECASE), HOLDS_LINKS),
    (re.compile(r"xl/activeX/|xl/embeddings/.*\.bin", re.IGNORECASE), HOLDS_OBJECTS),
)


def _check_xlsx(content: bytes) -> None:
    """A workbook must have its parts, no macros, no links to other files and no controls."""
    parts = _parts(content)
    _check_present(parts, (CONTENT_TYPES,), XLSX_INCOMPLETE)
    types = _content_types(_parsed(parts, CONTENT_TYPES))
    found = {expected for name in parts for mark, expected in _UNWANTED if mark.search(name)}
    if any("macroenabled" in text or "vbaproject" in text for text in types.values()):
        found.add(HOLDS_MACROS)
    relations = [name for name in parts if name.casefold().endswith(".rels")]
    if sum(len(parts[name]) for name in relations) > MOST_INDEX:
        raise _RefusedError(PACKAGE_INDEX)
    if any(_leads_outside(parts, name) for name in relations):
        found.add(HOLDS_LINKS)
    if found:
        raise _RefusedError(*sorted(found))
    _check_present(parts, (WORKBOOK,), XLSX_INCOMPLETE)
    if types.get(f"/{WORKBOOK}", types.get("xml")) != WORKBOOK_TYPE:
        raise _RefusedError(Complaint(XLSX_INCOMPLETE, details={"part": WORKBOOK_TYPE}))
    _parsed(parts, WORKBOOK)


def _content_types(root: ElementTree.Element) -> dict[str, str]:
    """Type by part ("/xl/workbook.xml") or by extension ("xml"), in small letters."""
    return {
        (element.get("PartName") or element.get("Extension") or "").casefold(): (
            element.get("ContentType") or ""
        ).casefold()
        for element in root
    }


def _leads_outside(parts: Mapping[str, bytes], name: str) -> bool:
    """Whether relations lead out of the package otherwise than by a link one clicks on."""
    return any(
        (element.get("TargetMode") or "").casefold() == "external"
        and not (element.get("Type") or "").endswith("/hyperlink")
        for element in _parsed(parts, name)
    )


# --- HWPX ----------------------------------------------------------------------------------

MIMETYPE = "mimetype"
MANIFEST = "META-INF/manifest.xml"
HWPX_PARTS = (MIMETYPE, "Contents/content.hpf", "Contents/header.xml", "Contents/section0.xml")

_GAP = r"(?:\s|//[^\r\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)"
_IDLE = re.compile(
    rf"{_GAP}++|;|function \w+\(\){_GAP}*+\{{{_GAP}*+\}}"
    r"|var \w+ = (XHwpDocuments|Documents\.Active_XHwpDocument"
    r"|Document\.XHwpForm\w+\.ItemFromName\(\"[^\"\r\n]*\"\));"
)
"""What Hangul writes into every document: names for the document, and functions without body."""


def _check_hwpx(content: bytes) -> None:
    """A Hangul document must have its parts, no password and no scripts that do anything."""
    parts = _parts(content)
    _check_present(parts, HWPX_PARTS, HWPX_INCOMPLETE)
    if parts[MIMETYPE].strip() != b"application/hwp+zip":
        raise _RefusedError(Complaint(HWPX_INCOMPLETE, details={"part": "application/hwp+zip"}))
    if b"encryption-data" in parts.get(MANIFEST, b""):
        raise _RefusedError(PACKAGE_ENCRYPTED)
    if any(_does_something(parts[name]) for name in parts if name.startswith("Scripts/")):
        raise _RefusedError(HOLDS_MACROS)
    _parsed(parts, HWPX_PARTS[1])


def _does_something(script: bytes) -> bool:
    """Whether a script of a Hangul document is more than the empty one that Hangul writes."""
    encoding = "utf-16-le" if b"\0" in script[:64] else "utf-8"
    try:
        text = script.decode(encoding).replace("\ufeff", "").rstrip("\0")
    except UnicodeDecodeError:
        return True
    place = 0
    while found := _IDLE.match(text, place):
        place = found.end()
    return place < len(text)


CHECKS: Mapping[str, Callable[[bytes], None]] = MappingProxyType(
    {
        "pdf": _check_pdf,
        "png": _check_png,
        "jpeg": _check_jpeg,
        "xlsx": _check_xlsx,
        "hwpx": _check_hwpx,
    }
)
