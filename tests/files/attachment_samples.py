"""Files to attach, good and bad, made byte by byte: no binary files in the repository."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

from PIL import Image, PngImagePlugin

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"


# --- PDF -----------------------------------------------------------------------------------


def pdf(
    *more: bytes,
    catalog: bytes = b"",
    pages: bytes = PAGES,
    page: bytes = b"",
    trailer: bytes = b"",
) -> bytes:
    """A PDF of one page; entries to add to its catalog and page, and objects from number 4 on."""
    objects = [CATALOG[:-2] + catalog + b">>", pages, PAGE[:-2] + page + b">>", *more]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start, count = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % count + table
    out += b"trailer\n<< /Size %d /Root 1 0 R %s>>\n" % (count, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def bundled_pdf(*more: bytes, catalog: bytes = b"") -> bytes:
    """The same as newer programs write it: objects packed in a stream, and the table too."""
    objects = [CATALOG[:-2] + catalog + b">>", PAGES, PAGE, *more]
    first, places = b"", []
    for number, body in enumerate(objects, start=1):
        places.append(b"%d %d" % (number, len(first)))
        first += body + b"\n"
    head = b" ".join(places) + b"\n"
    bundle, table = len(objects) + 1, len(objects) + 2
    out = bytearray(b"%PDF-1.7\n")
    bundle_start = len(out)
    out += b"%d 0 obj\n<< /Type /ObjStm /N %d /First %d %s\nendobj\n" % (
        bundle,
        len(objects),
        len(head),
        packed_stream(head + first),
    )
    table_start = len(out)
    rows = [(0, 0, 65535)] + [(2, bundle, index) for index in range(len(objects))]
    rows += [(1, bundle_start, 0), (1, table_start, 0)]
    out += b"%d 0 obj\n<< /Type /XRef /W [1 4 2] /Size %d /Root 1 0 R %s\nendobj\n" % (
        table,
        len(rows),
        packed_stream(b"".join(struct.pack(">BIH", *row) for row in rows)),
    )
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % table_start)


def packed_stream(data: bytes) -> bytes:
    """The rest of a stream's entries, and its data."""
    packed = zlib.compress(data, 9)
    return b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)


# --- pictures ------------------------------------------------------------------------------


def picture(size: int = 24) -> Image.Image:
    """A picture of many colours, the same every time."""
    pixels = bytes(
        (x * 7 + y * 3 + channel * 50) % 256
        for y in range(size)
        for x in range(size)
        for channel in range(3)
    )
    return Image.frombytes("RGB", (size, size), pixels)


def saved(image: Image.Image, picture_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, picture_format, **options)
    return out.getvalue()


def png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Title", "scan")
    text.add_itxt("Description", "고용센터", zip=True)
    return saved(picture(), "PNG", pnginfo=text)


def jpeg(**options: object) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "scan"
    exif[0x0112] = 6
    return saved(picture(), "JPEG", exif=exif, dpi=(300, 300), **options)


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def declared_png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that says it is so large, with little in it."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(chunks) + data + chunk(b"IEND", b"")


# --- what telephones write behind a photograph ------------------------------------------------


def box(kind: bytes, body: bytes = b"") -> bytes:
    """One box of an MP4 film."""
    return struct.pack(">I4s", 8 + len(body), kind) + body


def film(*more: bytes) -> bytes:
    """An MP4 film as far as its outermost boxes go."""
    start = box(b"ftyp", b"mp42\0\0\0\0isommp42") + box(b"moov", box(b"mvhd", bytes(100)))
    return start + b"".join(more) + box(b"mdat", bytes(range(1, 200)))


def samsung(blocks: Mapping[str, bytes], *, before: int = 0, kind: int = 0x0A30) -> bytes:
    """Samsung's trailer: blocks, their directory, the length of the directory, SEFT.

    The first entry of the directory can point that many bytes too far ahead.
    """
    out, places = b"", []
    for number, (name, body) in enumerate(blocks.items()):
        mark = struct.pack("<HH", 0, kind + number)
        block = mark + struct.pack("<I", len(name)) + name.encode() + body
        places.append((mark, len(out), len(block)))
        out += block
    directory = struct.pack("<4sII", b"SEFH", 107, len(blocks))
    for number, (mark, start, size) in enumerate(places):
        back = len(out) - start + (0 if number else before)
        directory += struct.pack("<4sII", mark, back, size)
    return out + directory + struct.pack("<I4s", len(directory), b"SEFT")


def telephone_jpeg() -> bytes:
    """A photograph with all that telephones write behind it: gain map, film, trailer."""
    gain_map = saved(picture(8).convert("L"), "JPEG")
    notes = {"Image_UTC_Data": b"1788746908069", "MotionPhoto_Data": film()}
    return jpeg() + gain_map + b"\0\0" + film() + samsung(notes)


# --- packages ------------------------------------------------------------------------------

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
XLSX: Mapping[str, str | bytes] = {
    "[Content_Types].xml": CONTENT_TYPES,
    "_rels/.rels": f'<Relationships><Relationship Id="1" Type="{RELATION}officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": "<workbook><sheets><sheet name='예산'/></sheets></workbook>",
    "xl/worksheets/sheet1.xml": "<worksheet><sheetData><c>1</c></sheetData></worksheet>",
}
HWPX: Mapping[str, str | bytes] = {
    "mimetype": "application/hwp+zip",
    "Contents/content.hpf": '<?xml version="1.0" encoding="UTF-8"?><opf:package xmlns:opf="o"/>',
    "Contents/header.xml": "<hh:head xmlns:hh='h'/>",
    "Contents/section0.xml": "<hs:sec xmlns:hs='s'>특별 소요</hs:sec>",
    "META-INF/manifest.xml": "<odf:manifest xmlns:odf='o'/>",
    "Scripts/headerScripts": (
        "var Documents = XHwpDocuments;\r\nvar Document = Documents.Active_XHwpDocument;\r\n"
    ).encode("utf-16-le"),
    "Scripts/sourceScripts": "function OnDocument_New()\r\n{\r\n\t//todo : \r\n}\r\n".encode(
        "utf-16-le"
    ),
}


def package(
    *parts: Mapping[str, str | bytes],
    without: Iterable[str] = (),
    method: int = zipfile.ZIP_DEFLATED,
) -> bytes:
    """A ZIP archive of parts; a later one of the same name replaces the earlier."""
    merged = {name: part for some in parts for name, part in some.items() if name not in without}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, part in merged.items():
            archive.writestr(zipfile.ZipInfo(name), part, method)
    return out.getvalue()


def xlsx(more: Mapping[str, str | bytes] | None = None, **options: Iterable[str]) -> bytes:
    return package(XLSX, more or {}, **options)  # type: ignore[arg-type]


def hwpx(more: Mapping[str, str | bytes] | None = None, **options: Iterable[str]) -> bytes:
    return package(HWPX, more or {}, **options)  # type: ignore[arg-type]


def first_entry_changed(archive: bytes, place: int, value: bytes) -> bytes:
    """An archive with a field of its first directory entry overwritten."""
    start = archive.index(b"PK\x01\x02") + place
    return archive[:start] + value + archive[start + len(value) :]


def deflated_as(packed: bytes, part: bytes) -> bytes:
    """A workbook with a last part whose packed bytes are these, and should come to that part."""
    name = "xl/last.bin"
    stored = package(XLSX, {name: packed}, method=zipfile.ZIP_STORED)
    out, sizes = bytearray(stored), struct.pack("<III", zlib.crc32(part), len(packed), len(part))
    for header, method in (
        (stored.rindex(name.encode()) - 46, 10),
        (stored.index(name.encode()) - 30, 8),
    ):
        out[header + method : header + method + 2] = b"\x08\0"
        out[header + method + 6 : header + method + 18] = sizes
    return bytes(out)


def ole(*names: str | bytes) -> bytes:
    """The beginning of an OLE file (XLS, HWP, encrypted XLSX) with names of streams in it."""
    inside = b"".join(n.encode("utf-16-le") if isinstance(n, str) else n for n in names)
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + inside + bytes(512)


GOOD: Mapping[str, bytes] = {
    "pdf": pdf(b"<< /Length 9 >>\nstream\n0 0 m S Q \nendstream", page=b"/Contents 4 0 R"),
    "png": png(),
    "jpeg": jpeg(),
    "xlsx": xlsx(),
    "hwpx": hwpx(),
}
