"""PDF: whole, open, of at least a page, and without anything that acts by itself."""

import io
import logging
import re
import struct
import time
import zlib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import IO, Any, cast

from pypdf import Configuration, PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from budget.allocation.faults import N_
from budget.files.attachments.refusal import MOST_BYTES, RefusedError, check_alone

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


def check_pdf(content: bytes) -> None:
    """A PDF must be whole, open, of at least a page, and must do nothing by itself."""
    if re.search(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)", content):
        raise RefusedError(PDF_ENCRYPTED)
    end = content.rfind(b"%%EOF")
    if end < 0 or not _PDF_TAIL.search(content[max(0, end - 128) : end]):
        raise RefusedError(PDF_DAMAGED)
    if content[end + 5 :].strip(b"\0\t\n\f\r "):
        raise RefusedError(PDF_GOES_ON)
    check_alone(content)
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
        raise RefusedError(PDF_TOO_MUCH if much else PDF_DAMAGED) from None
    if encrypted:
        raise RefusedError(PDF_ENCRYPTED)
    if not pages:
        raise RefusedError(N_("a PDF with at least one page"))
    if found:
        raise RefusedError(*found)


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
