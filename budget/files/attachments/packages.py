"""XLSX and HWPX: ZIP archives of XML, sound, of a bearable size, without macros and links."""

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree

from budget.allocation.faults import N_, shown
from budget.files.attachments.refusal import Complaint, RefusedError

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


def package_kind(content: bytes) -> str:
    """XLSX or HWPX, by the folder that its parts are in."""
    folders = {entry.filename.partition("/")[0] for entry in _entries(content)}
    kinds = [kind for folder, kind in (("xl", "xlsx"), ("Contents", "hwpx")) if folder in folders]
    if len(kinds) != 1:
        raise RefusedError(PACKAGE_OTHER)
    return kinds[0]


def _entries(content: bytes) -> list[zipfile.ZipInfo]:
    """The directory of a ZIP archive that fills the file from its first byte to its last."""
    if content.count(b"PK\x01\x02") > MOST_PARTS:
        raise RefusedError(PACKAGE_BOMB)
    if content[-22:-18] != b"PK\x05\x06":
        raise RefusedError(PACKAGE_DAMAGED)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
    except PACKAGE_FAILS:
        raise RefusedError(PACKAGE_DAMAGED) from None
    if not entries or min(entry.header_offset for entry in entries) != 0:
        raise RefusedError(PACKAGE_DAMAGED)
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
            raise RefusedError(PACKAGE_ENCRYPTED)
        if _LEAVES.search(entry.orig_filename) or times[entry.orig_filename.casefold()] > 1:
            raise RefusedError(Complaint(PACKAGE_PATHS, shown(entry.orig_filename)))
    if sum(entry.file_size for entry in entries) > MOST_INFLATED or any(
        entry.file_size > max(1024**2, MOST_RATIO * entry.compress_size) for entry in entries
    ):
        raise RefusedError(PACKAGE_BOMB)
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in entries:
            try:
                part = _inflated(archive, entry, content)
            except PACKAGE_FAILS:
                raise RefusedError(Complaint(PACKAGE_DAMAGED, shown(entry.filename))) from None
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
        raise RefusedError(Complaint(XML_DECLARES, shown(name)))


def _parsed(parts: Mapping[str, bytes], name: str) -> ElementTree.Element:
    """A part as XML; `_check_xml` has seen it, so it declares no entities."""
    try:
        if len(parts[name]) > MOST_INDEX:
            raise RefusedError(Complaint(PACKAGE_INDEX, shown(name)))
        return ElementTree.fromstring(parts[name])
    except (ElementTree.ParseError, ValueError, LookupError):
        raise RefusedError(Complaint(PACKAGE_DAMAGED, shown(name))) from None


def _check_present(parts: Mapping[str, bytes], wanted: Iterable[str], expected: str) -> None:
    """Refuse a package that lacks one of the parts wanted."""
    missing = [part for part in wanted if part not in parts]
    if missing:
        raise RefusedError(*(Complaint(expected, details={"part": part}) for part in missing))


# --- XLSX ----------------------------------------------------------------------------------

CONTENT_TYPES = "[Content_Types].xml"
WORKBOOK = "xl/workbook.xml"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_UNWANTED = (
    (re.compile(r"vba(Project|Data)|xl/macrosheets/", re.IGNORECASE), HOLDS_MACROS),
    (re.compile(r"xl/(externalLinks/|connections\.xml)", re.IGNORECASE), HOLDS_LINKS),
    (re.compile(r"xl/activeX/|xl/embeddings/.*\.bin", re.IGNORECASE), HOLDS_OBJECTS),
)


def check_xlsx(content: bytes) -> None:
    """A workbook must have its parts, no macros, no links to other files and no controls."""
    parts = _parts(content)
    _check_present(parts, (CONTENT_TYPES,), XLSX_INCOMPLETE)
    types = _content_types(_parsed(parts, CONTENT_TYPES))
    found = {expected for name in parts for mark, expected in _UNWANTED if mark.search(name)}
    if any("macroenabled" in text or "vbaproject" in text for text in types.values()):
        found.add(HOLDS_MACROS)
    relations = [name for name in parts if name.casefold().endswith(".rels")]
    if sum(len(parts[name]) for name in relations) > MOST_INDEX:
        raise RefusedError(PACKAGE_INDEX)
    if any(_leads_outside(parts, name) for name in relations):
        found.add(HOLDS_LINKS)
    if found:
        raise RefusedError(*sorted(found))
    _check_present(parts, (WORKBOOK,), XLSX_INCOMPLETE)
    if types.get(f"/{WORKBOOK}", types.get("xml")) != WORKBOOK_TYPE:
        raise RefusedError(Complaint(XLSX_INCOMPLETE, details={"part": WORKBOOK_TYPE}))
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


def check_hwpx(content: bytes) -> None:
    """A Hangul document must have its parts, no password and no scripts that do anything."""
    parts = _parts(content)
    _check_present(parts, HWPX_PARTS, HWPX_INCOMPLETE)
    if parts[MIMETYPE].strip() != b"application/hwp+zip":
        raise RefusedError(Complaint(HWPX_INCOMPLETE, details={"part": "application/hwp+zip"}))
    if b"encryption-data" in parts.get(MANIFEST, b""):
        raise RefusedError(PACKAGE_ENCRYPTED)
    if any(_does_something(parts[name]) for name in parts if name.startswith("Scripts/")):
        raise RefusedError(HOLDS_MACROS)
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
