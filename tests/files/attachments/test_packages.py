"""XLSX and HWPX: sound packages of XML, without macros, links to files, and objects that act."""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from functools import partial

import openpyxl
import pytest

from budget.allocation.faults import InputError
from budget.files.attachments import checked_attachment
from budget.files.attachments.packages import (
    HOLDS_LINKS,
    HOLDS_MACROS,
    HOLDS_OBJECTS,
    HWPX_PARTS,
    PACKAGE_BOMB,
    PACKAGE_DAMAGED,
    PACKAGE_ENCRYPTED,
    PACKAGE_INDEX,
    PACKAGE_PATHS,
    WORKBOOK_TYPE,
    XML_DECLARES,
)
from tests.files import attachment_samples as samples
from tests.files.attachment_samples import GOOD, hwpx, package, xlsx
from tests.files.attachments.deciding import only_fault, refusals

Make = Callable[..., bytes]


def test_a_workbook_of_openpyxl() -> None:
    workbook, out = openpyxl.Workbook(), io.BytesIO()
    sheet = workbook.active
    assert sheet is not None
    sheet["A1"], sheet["A2"] = "서울", "=SUM(1,2)"
    sheet["A3"].hyperlink = "https://example.go.kr/Launch"
    workbook.create_sheet("예산")
    workbook.save(out)
    assert checked_attachment("예산.xlsx", out.getvalue()).kind == "xlsx"


def test_a_workbook_whose_type_stands_by_extension() -> None:
    """The Open XML SDK writes the type of the workbook as that of all .xml parts."""
    types = re.sub(
        r'<Default.*/workbook.xml" ',
        '<Default Extension="xml" ',
        samples.CONTENT_TYPES,
    )
    assert "Override" not in types
    assert checked_attachment("a", xlsx({"[Content_Types].xml": types})).kind == "xlsx"


@pytest.mark.parametrize("make", [xlsx, hwpx])
@pytest.mark.parametrize(
    "name", ["../x", "a/../../x", "/etc/x", "a\\b", "C:x", "a//b", "./a", "a\tb"]
)
def test_a_part_must_stay_inside_its_package(make: Make, name: str) -> None:
    assert refusals(make({name: "x"})) == [PACKAGE_PATHS]


def test_a_name_cut_by_a_nul_is_refused() -> None:
    content = xlsx({"xl/aaaa.xml": "<a/>"}).replace(b"xl/aaaa.xml", b"xl/a\0aa.xml")
    assert refusals(content) == [PACKAGE_PATHS]


def test_a_part_must_stand_once() -> None:
    out = io.BytesIO(xlsx())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/Workbook.xml", "<other/>")
    assert only_fault(out.getvalue()).value == "xl/workbook.xml"


@pytest.mark.parametrize("make", [xlsx, hwpx])
def test_encrypted_entries_are_refused(make: Make) -> None:
    assert refusals(samples.first_entry_changed(make(), 8, b"\1\0")) == [PACKAGE_ENCRYPTED]


def test_an_encrypted_hangul_document_is_refused() -> None:
    manifest = "<odf:manifest xmlns:odf='o'><odf:encryption-data/></odf:manifest>"
    content = hwpx({"META-INF/manifest.xml": manifest, "Contents/section0.xml": b"\x8f\x11\x9a"})
    assert refusals(content) == [PACKAGE_ENCRYPTED]


@pytest.mark.parametrize(
    "content",
    [
        package(samples.XLSX, {"xl/zeros.bin": bytes(30_000_000)}),
        samples.first_entry_changed(
            package({"xl/noise.bin": random.Random(1).randbytes(500_000)}),
            24,
            (110_000_000).to_bytes(4, "little"),
        ),
        package(samples.XLSX, {f"xl/{n}": b"" for n in range(2_000)}, method=zipfile.ZIP_STORED),
        samples.first_entry_changed(xlsx(), 24, (2**32 - 2).to_bytes(4, "little")),
        b"PK\x03\x04" + b"PK\x01\x02" * 100_000 + GOOD["xlsx"][-22:],
    ],
    ids=["one large part", "large in all", "too many parts", "declared huge", "100,000 entries"],
)
def test_bombs_are_refused_before_they_unfold(content: bytes) -> None:
    assert refusals(content) == [PACKAGE_BOMB]


@pytest.mark.parametrize(
    "content",
    [
        samples.first_entry_changed(xlsx(), 24, (5).to_bytes(4, "little")),
        samples.first_entry_changed(xlsx(), 24, (5000).to_bytes(4, "little")),
        samples.first_entry_changed(xlsx(), 20, (50).to_bytes(4, "little")),
        samples.first_entry_changed(xlsx(), 16, b"\1\2\3\4"),
        samples.first_entry_changed(xlsx(), 10, b"\0\0"),
        samples.first_entry_changed(xlsx(), 10, b"\x0c\0"),
        samples.first_entry_changed(xlsx(), 42, (7).to_bytes(4, "little")),
        GOOD["xlsx"] + b"<html>",
        GOOD["xlsx"][:-2] + b"\5\0hello",
        GOOD["xlsx"][:4] + b"x" + GOOD["xlsx"][4:],
        b"PK\x03\x04<script>" + GOOD["xlsx"],
        b"PK\x03\x04",
        GOOD["xlsx"][:100] + b"\0\0" + GOOD["xlsx"][102:],
    ],
    ids=[
        "holds more than declared",
        "holds less than declared",
        "cut short",
        "wrong checksum",
        "another method than the local header",
        "unknown method",
        "no header there",
        "appended",
        "comment",
        "inserted",
        "prepended",
        "mark only",
        "damaged data",
    ],
)
def test_a_damaged_package_is_refused(content: bytes) -> None:
    assert refusals(content) == [PACKAGE_DAMAGED]


@pytest.mark.parametrize("make", [xlsx, hwpx])
def test_a_package_cut_off_anywhere_is_refused(make: Make) -> None:
    whole = make()
    for length in range(4, len(whole), 97):
        assert refusals(whole[:length]) == [PACKAGE_DAMAGED]


def test_overlapping_parts_are_refused() -> None:
    """Many entries of the directory on the same bytes: small file, much to unpack."""
    content = bytearray(xlsx({"xl/a.bin": b"1" * 100, "xl/b.bin": b"1" * 100}))
    first, second = content.rindex(b"xl/a.bin"), content.rindex(b"xl/b.bin")
    content[second - 4 : second] = content[first - 4 : first]
    assert refusals(bytes(content)) == [PACKAGE_DAMAGED]


def deflated(part: bytes, end: int) -> bytes:
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(part) + packing.flush(end)


def test_a_part_must_end_where_its_packed_bytes_end() -> None:
    part = b"0123456789" * 20
    whole = deflated(part, zlib.Z_FINISH)
    assert checked_attachment("a", samples.deflated_as(whole, part)).kind == "xlsx"
    unfinished = deflated(part, zlib.Z_SYNC_FLUSH)
    for packed in (whole + b"hidden", unfinished):
        assert refusals(samples.deflated_as(packed, part)) == [PACKAGE_DAMAGED]


def test_packages_within_stay_closed() -> None:
    bomb = package({"a": bytes(5_000_000)})
    assert checked_attachment("a", xlsx({"xl/embeddings/a.docx": bomb})).kind == "xlsx"


@pytest.mark.parametrize(
    "part",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<?xml version="1.0"?>\n<!DOCTYPE a SYSTEM "http://x/">\n<a/>',
        b"\xef\xbb\xbf<!DOCTYPE a><a/>",
        b"  \n<!DOCTYPE a><a/>",
        "<!DOCTYPE a><a/>".encode("utf-16"),
        "<!DOCTYPE a><a/>".encode("utf-16-be"),
        b"<a>" + b" " * 100_000 + b'<!ENTITY x "y">',
        b"<?xml version='1.0' encoding='utf-7'?>+ADwAIQ-DOCTYPE a+AD4-",
        b"<?xml version='1.0'" + b" " * 1000 + b'encoding = "IBM037"?><a/>',
    ],
)
@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/theme.bin"])
def test_xml_that_declares_entities_is_refused(part: bytes, name: str) -> None:
    fault = only_fault(xlsx({name: part}))
    assert (fault.expected, fault.value) == (XML_DECLARES, name)


def test_xml_in_utf_16_is_no_fault() -> None:
    part = '<?xml version="1.0" encoding="UTF-16"?><a>서울</a>'.encode("utf-16")
    assert checked_attachment("a", xlsx({"customXml/item1.xml": part})).kind == "xlsx"


@pytest.mark.parametrize(
    ("make", "part"),
    [(xlsx, "[Content_Types].xml"), (xlsx, "xl/workbook.xml")]
    + [(hwpx, part) for part in HWPX_PARTS],
)
def test_a_missing_part_is_named(make: Make, part: str) -> None:
    assert only_fault(make(without=(part,))).details == {"part": part}


def test_all_missing_parts_are_named() -> None:
    missing = ("Contents/header.xml", "mimetype")
    with pytest.raises(InputError) as error:
        checked_attachment("a", hwpx(without=missing))
    assert sorted(fault.details["part"] for fault in error.value.faults) == sorted(missing)


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (hwpx({"mimetype": "application/zip"}), "application/hwp+zip"),
        (xlsx({"[Content_Types].xml": "<Types/>"}), WORKBOOK_TYPE),
        (
            xlsx(
                {
                    "[Content_Types].xml": samples.CONTENT_TYPES.replace(
                        "sheet.main", "template.main"
                    )
                }
            ),
            WORKBOOK_TYPE,
        ),
    ],
)
def test_a_package_of_another_type_is_refused(content: bytes, part: str) -> None:
    assert only_fault(content).details == {"part": part}


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (xlsx, "[Content_Types].xml"),
        (xlsx, "xl/workbook.xml"),
        (xlsx, "_rels/.rels"),
        (hwpx, "Contents/content.hpf"),
    ],
)
@pytest.mark.parametrize("part", [b"<a>", b"<a></b>", b"", b"\0\xff\xfe", b"<a>&x;</a>"])
def test_a_part_that_is_no_xml_is_refused(make: Make, name: str, part: bytes) -> None:
    fault = only_fault(make({name: part}))
    assert (fault.expected, fault.value) == (PACKAGE_DAMAGED, name)


# --- XLSX --------------------------------------------------------------------------------

MACRO_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"xl/vbaProject.bin": b"x"}, HOLDS_MACROS),
        ({"XL/VBAPROJECT.BIN": b"x"}, HOLDS_MACROS),
        ({"xl/macrosheets/sheet1.xml": "<a/>"}, HOLDS_MACROS),
        (
            {
                "[Content_Types].xml": re.sub(
                    '"app[^"]*main.xml"', f'"{MACRO_TYPE}"', samples.CONTENT_TYPES
                )
            },
            HOLDS_MACROS,
        ),
        (
            {
                "[Content_Types].xml": samples.CONTENT_TYPES.replace(
                    "<Override", '<Default Extension="x" ContentType="x/vbaProject"/><Override'
                )
            },
            HOLDS_MACROS,
        ),
        ({"xl/externalLinks/externalLink1.xml": "<a/>"}, HOLDS_LINKS),
        ({"xl/connections.xml": "<a/>"}, HOLDS_LINKS),
        (
            {
                "xl/_rels/workbook.xml.rels": f"<R><r Type='{samples.RELATION}image' "
                "Target='//server/x.png' TargetMode='External'/></R>"
            },
            HOLDS_LINKS,
        ),
        ({"xl/activeX/activeX1.bin": b"x"}, HOLDS_OBJECTS),
        ({"xl/embeddings/oleObject1.bin": b"x"}, HOLDS_OBJECTS),
    ],
)
def test_a_workbook_that_does_something_is_refused(
    more: dict[str, str | bytes], expected: str
) -> None:
    assert refusals(xlsx(more)) == [expected]


def test_everything_a_workbook_does_is_told_at_once() -> None:
    more = {"xl/vbaProject.bin": b"x", "xl/connections.xml": b"<a/>", "xl/activeX/a.bin": b""}
    assert refusals(xlsx(more)) == sorted([HOLDS_MACROS, HOLDS_LINKS, HOLDS_OBJECTS])


def test_a_link_that_one_clicks_on_is_no_fault() -> None:
    link = (
        f"<R><r Type='{samples.RELATION}hyperlink' Target='https://x' TargetMode='External'/></R>"
    )
    assert checked_attachment("a", xlsx({"xl/worksheets/_rels/sheet1.xml.rels": link}))


def test_lists_of_links_are_bounded() -> None:
    unpacked = partial(package, samples.XLSX, method=zipfile.ZIP_STORED)
    rels = f"<R><r Id='{random.Random(1).randbytes(700_000).hex()}'/></R>"
    one = unpacked({"xl/_rels/a.rels": rels, "xl/workbook.xml": rels})
    assert checked_attachment("a", one).kind == "xlsx"
    three = unpacked({f"xl/_rels/{number}.rels": rels for number in range(3)})
    assert refusals(three) == [PACKAGE_INDEX]
    assert refusals(unpacked({"xl/workbook.xml": rels * 3})) == [PACKAGE_INDEX]


# --- HWPX --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "script",
    [
        "",
        "\ufeff\r\n",
        "/* a */ // b",
        "function OnDocument_Open() { /*todo*/ }\nfunction OnDocument_New()\n{\n\t//todo : \n}",
        'var Edit = Document.XHwpFormEdits.ItemFromName("Edit");',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_the_empty_script_of_every_hangul_document_is_no_macro(script: str, encoding: str) -> None:
    assert checked_attachment("a", hwpx({"Scripts/sourceScripts": script.encode(encoding)}))


@pytest.mark.parametrize(
    "script",
    [
        "function OnDocument_Open() { Document.Run('x'); }",
        "eval('x')",
        "// a\nalert(1)",
        "/* a */ x() /* b */",
        "/* never closed",
        'var a = new ActiveXObject("WScript.Shell");',
        'var a = Document.SaveAs("x");',
        "function f() {} }",
        "/*" * 200_000,
        "// " * 100_000 + "\n}",
    ],
)
@pytest.mark.parametrize("name", ["Scripts/sourceScripts", "Scripts/headerScripts.js"])
def test_a_hangul_document_with_scripts_is_refused(script: str, name: str) -> None:
    assert refusals(hwpx({name: script.encode("utf-16-le")})) == [HOLDS_MACROS]


def test_a_script_that_cannot_be_read_is_a_script() -> None:
    assert refusals(hwpx({"Scripts/sourceScripts": b"\x80\x81"})) == [HOLDS_MACROS]
