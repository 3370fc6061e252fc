"""Attachments: told by their content, whole, passive, one thing only; bounded work; safe names."""

import hashlib
import io
import random
import re
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter

from budget.allocation.faults import Fault, InputError
from budget.files import attachments
from budget.files.attachments import (
    ANOTHER_KIND,
    HOLDS_FILES,
    HOLDS_LINKS,
    HOLDS_MACROS,
    HOLDS_MEDIA,
    HOLDS_OBJECTS,
    HOLDS_XFA,
    KINDS,
    MOST_BYTES,
    MOST_NAME,
    OPENS_OTHERS,
    PACKAGE_BOMB,
    PACKAGE_DAMAGED,
    PACKAGE_ENCRYPTED,
    PACKAGE_INDEX,
    PACKAGE_OTHER,
    PACKAGE_PATHS,
    PDF_DAMAGED,
    PDF_ENCRYPTED,
    PDF_GOES_ON,
    PDF_TOO_MUCH,
    PICTURE_DAMAGED,
    PICTURE_GOES_ON,
    PICTURE_LARGE,
    RUNS_SCRIPT,
    XML_DECLARES,
    checked_attachment,
    safe_name,
)
from tests.files import attachment_samples as samples
from tests.files.attachment_samples import (
    GOOD,
    bundled_pdf,
    chunk,
    declared_png,
    hwpx,
    jpeg,
    ole,
    package,
    packed_stream,
    pdf,
    picture,
    png,
    saved,
    xlsx,
)

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.too_slow],
)
Make = Callable[..., bytes]
SECONDS = 4.0
"""Processor time in which a made-up file of 10 MB must be decided."""


def refusals(content: bytes, name: str = "file") -> list[str]:
    """The templates of what is wrong with a file, in order of the alphabet; it is refused."""
    begin = time.thread_time()
    with pytest.raises(InputError) as error:
        checked_attachment(name, content)
    assert time.thread_time() - begin < SECONDS
    for fault in error.value.faults:
        assert fault.where == "attachment"
        assert "{" not in str(fault), "each template must find its values"
    return sorted(fault.expected for fault in error.value.faults)


def only_fault(content: bytes, name: str = "file") -> Fault:
    with pytest.raises(InputError) as error:
        checked_attachment(name, content)
    (fault,) = error.value.faults
    return fault


# --- what may be attached ------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_told_by_its_content(kind: str) -> None:
    attachment = checked_attachment("요청서", GOOD[kind])
    assert attachment.kind == kind
    assert attachment.name == f"요청서.{KINDS[kind].extensions[0]}"
    assert attachment.media_type == KINDS[kind].media_type
    assert attachment.content == GOOD[kind]
    assert attachment.sha256 == hashlib.sha256(GOOD[kind]).hexdigest()
    with pytest.raises(FrozenInstanceError):
        attachment.kind = "pdf"  # type: ignore[misc]


def test_the_content_is_not_in_the_log() -> None:
    assert "content" not in repr(checked_attachment("a", GOOD["png"]))


@pytest.mark.parametrize(
    ("kind", "extension"),
    [(kind, extension) for kind in KINDS for extension in KINDS[kind].extensions],
)
def test_an_extension_of_the_kind_is_kept_in_small_letters(kind: str, extension: str) -> None:
    assert checked_attachment(f"a.{extension.upper()}", GOOD[kind]).name == f"a.{extension}"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extension", ["pdf", "png", "jpg", "xlsx", "hwpx", "html", "exe", "zip"])
def test_an_extension_of_another_kind_is_refused(kind: str, extension: str) -> None:
    if extension in KINDS[kind].extensions:
        return
    fault = only_fault(GOOD[kind], f"보고서.{extension}")
    assert (fault.file, fault.value) == (f"보고서.{extension}", f".{extension}")
    assert fault.details["kind"] == KINDS[kind].label
    assert fault.details["extension"] == KINDS[kind].extensions[0]


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


def test_a_pdf_of_another_writer_and_one_changed_later() -> None:
    first, second = io.BytesIO(), io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Title": "요청서"})
    writer.write(first)
    changed = PdfWriter(io.BytesIO(first.getvalue()), incremental=True)
    changed.add_blank_page(50, 50)
    changed.write(second)
    assert second.getvalue().count(b"%%EOF") == 2
    for content in (first.getvalue(), second.getvalue()):
        assert checked_attachment("a", content).kind == "pdf"


@pytest.mark.parametrize(
    "content",
    [
        bundled_pdf(),
        pdf(catalog=b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>"),
        pdf(catalog=b"/OpenAction << /S /Named /N /Print >>"),
        pdf(
            b"<< /S /URI /URI (https://x.kr/JavaScript /Launch /EmbeddedFile) >>", page=b"/A 4 0 R"
        ),
        pdf(page=b"/S << /A 1 >> /Subtype [1]"),
        pdf(page=b"/Annots [99 0 R null]"),
        pdf(catalog=b"/Names << /EmbeddedFiles << /Names [] >> >>"),
        pdf(catalog=b"/AcroForm << /Fields [<< /FT /Sig /T (s) >>] >>"),
        pdf(b"<< /S /Launch >>", page=b"/Resources 4 0 R"),
        pdf() + b"\0\0\r\n ",
    ],
    ids=[
        "objects packed in a stream",
        "opens at a page",
        "prints",
        "web link with bad words",
        "types that are no names",
        "reference to nothing",
        "no files left",
        "signature",
        "fonts and pictures are not looked into",
        "padded",
    ],
)
def test_harmless_pdfs_pass(content: bytes) -> None:
    assert checked_attachment("a", content).kind == "pdf"


# --- names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("x.pdf", "x.pdf"),
        ("../../x.pdf", "x.pdf"),
        ("C:\\x\\y.pdf", "y.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("x.PDF", "x.pdf"),
        (".pdf", "attachment.pdf"),
        ("..pdf", "attachment.pdf"),
        ("", "attachment.pdf"),
        ("..", "attachment.pdf"),
        ("folder/", "attachment.pdf"),
        (" . .x.pdf . ", "x.pdf"),
        ("pdf", "pdf.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("nul", "_nul.pdf"),
        ("com1.backup.pdf", "_com1.backup.pdf"),
        ("contract.pdf", "contract.pdf"),
        ("evil\u202efdp.pdf", "evilfdp.pdf"),
        ("a\u200b\u2066\ufeff\0\x1b\x7f.pdf", "a.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("a\u2028b\u00a0 c.pdf", "a b c.pdf"),
        ('a"<b>|c?*.pdf', "a__b__c__.pdf"),
        ("\ud800a.pdf", "a.pdf"),
        (unicodedata.normalize("NFD", "요청서 각.pdf"), "요청서 각.pdf"),
        ("보고서.최종", "보고서.최종.pdf"),
        ("보고서 2027.03.02", "보고서 2027.03.02.pdf"),
        ("x.exe.pdf", "x.exe.pdf"),
        ("a" * 5000, "a" * 116 + ".pdf"),
        ("가" * 5000 + ".pdf", "가" * 116 + ".pdf"),
        ("a" * 115 + ". b.pdf", "a" * 115 + ".pdf"),
    ],
)
def test_names_are_made_safe(name: str, safe: str) -> None:
    assert checked_attachment(name, GOOD["pdf"]).name == safe


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("x.pdf\0.html", "x.pdf.html"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("x.pdf.exe", "x.pdf.exe"),
        ("x.html ", "x.html"),
    ],
)
def test_a_name_with_a_hidden_extension_is_refused(name: str, file: str) -> None:
    assert only_fault(GOOD["pdf"], name).file == file


def test_a_fault_quotes_a_long_name_short() -> None:
    assert len(only_fault(b"", "a" * 5000).file) <= 60


@SETTINGS
@given(st.text(max_size=200) | st.text("./\\:CON\u202e\0 가\u1100\u1161pdf", max_size=12))
def test_every_name_becomes_a_safe_one(name: str) -> None:
    stem, extension = safe_name(name)
    assert extension == extension.lower()
    attachment = checked_attachment(stem, GOOD["png"])
    safe = attachment.name
    assert safe.endswith(".png")
    assert 5 <= len(safe) <= MOST_NAME
    assert not set(safe) & set('/\\<>:"|?*')
    assert not safe.startswith((".", " "))
    assert not any(unicodedata.category(character).startswith("C") for character in safe)
    assert unicodedata.is_normalized("NFC", safe)
    assert safe.encode()
    assert checked_attachment(safe, GOOD["png"]) == attachment


# --- size and kind -------------------------------------------------------------------------


def test_an_empty_file_is_refused() -> None:
    assert "empty" in only_fault(b"").expected


def test_ten_megabytes_are_the_limit() -> None:
    def of_size(size: int) -> bytes:
        around = len(pdf(b"<< /Length 9999999 >>\nstream\n\nendstream")) + len("10000000")
        body = bytes(size - around)
        content = pdf(b"<< /Length %07d >>\nstream\n%b\nendstream" % (len(body), body))
        return content + b"\n" * (size - len(content))

    assert len(of_size(MOST_BYTES)) == MOST_BYTES
    assert checked_attachment("a", of_size(MOST_BYTES)).kind == "pdf"
    fault = only_fault(of_size(MOST_BYTES + 1))
    assert fault.value == "10.1 MB"
    assert "10 MB" in fault.expected


def test_the_size_is_looked_at_before_anything_else() -> None:
    assert only_fault(GOOD["xlsx"] + bytes(25 * 1024**2)).value == "25.1 MB"


@pytest.mark.parametrize(
    ("content", "hint"),
    [
        (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "none of them"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "none of them"),
        (b"MZ\x90\0\x03" + bytes(100), "none of them"),
        ("센터,금액\n서울,1\n".encode(), "none of them"),
        (b"%PDF-x", "none of them"),
        (b"\0", "none of them"),
        (b"<html>%PDF-1.7" + GOOD["pdf"], "something before it"),
        (saved(picture(), "GIF"), "another picture format"),
        (saved(picture(), "BMP"), "another picture format"),
        (saved(picture(), "TIFF"), "another picture format"),
        (saved(picture(), "WEBP"), "another picture format"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "another picture format"),
        (b"HWP Document File V3.00 \x1a", "save as HWPX"),
        (ole("EncryptedPackage", "EncryptionInfo"), "without a password"),
        (ole("FileHeader", b"HWP Document File"), "save as HWPX"),
        (ole("Workbook"), "save as Excel workbook, .xlsx"),
        (ole("WordDocument"), "old office file"),
        (package({"a.txt": "x"}), "ZIP archive of something else"),
        (package({"word/document.xml": "<w/>", "[Content_Types].xml": "<Types/>"}), "Word"),
        (package(samples.XLSX, samples.HWPX), "ZIP archive of something else"),
    ],
)
def test_other_content_is_refused_whatever_its_name(content: bytes, hint: str) -> None:
    for name in ("a", "a.pdf", "a.xlsx"):
        assert hint in only_fault(content, name).expected


def test_the_constants_are_the_messages_meant() -> None:
    assert refusals(b"x") == [ANOTHER_KIND]
    assert refusals(package({"a": "b"})) == [PACKAGE_OTHER]


# --- PDF -----------------------------------------------------------------------------------

SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (pdf(catalog=b"/OpenAction " + SCRIPT), RUNS_SCRIPT),
        (pdf(SCRIPT, catalog=b"/OpenAction 4 0 R"), RUNS_SCRIPT),
        (pdf(b"/JavaScript", catalog=b"/OpenAction << /S 4 0 R >>"), RUNS_SCRIPT),
        (pdf(catalog=b"/OpenAction << /S /#4aavaScript >>"), RUNS_SCRIPT),
        (pdf(catalog=b"/Names << /JavaScript << /Names [(a) " + SCRIPT + b"] >> >>"), RUNS_SCRIPT),
        (pdf(page=b"/AA << /O " + SCRIPT + b" >>"), RUNS_SCRIPT),
        (
            pdf(page=b"/Annots [<< /Subtype /Link /A << /S /URI /Next " + SCRIPT + b" >> >>]"),
            RUNS_SCRIPT,
        ),
        (pdf(catalog=b"/AcroForm << /Fields [<< /AA << /K " + SCRIPT + b" >> >>] >>"), RUNS_SCRIPT),
        (pdf(catalog=b"/Outlines << /First << /A " + SCRIPT + b" >> >>"), RUNS_SCRIPT),
        (bundled_pdf(SCRIPT, catalog=b"/OpenAction 4 0 R"), RUNS_SCRIPT),
        (pdf(catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>"), OPENS_OTHERS),
        (pdf(catalog=b"/OpenAction << /S /SubmitForm /F (http://x) >>"), OPENS_OTHERS),
        (pdf(catalog=b"/OpenAction << /S /ImportData /F (x) >>"), OPENS_OTHERS),
        (pdf(catalog=b"/OpenAction << /S /GoToR /F (//server/x.pdf) >>"), OPENS_OTHERS),
        (pdf(catalog=b"/OpenAction << /S /GoToE /T << >> >>"), HOLDS_FILES),
        (
            pdf(
                b"<< /Length 1 >>\nstream\nx\nendstream",
                catalog=b"/Names << /EmbeddedFiles << /Names [(a) << /EF << /F 4 0 R >> >>] >> >>",
            ),
            HOLDS_FILES,
        ),
        (pdf(page=b"/Annots [<< /Subtype /FileAttachment >>]"), HOLDS_FILES),
        (pdf(page=b"/Annots [<< /Subtype /RichMedia >>]"), HOLDS_MEDIA),
        (pdf(page=b"/Annots [<< /Subtype /Screen >>]"), HOLDS_MEDIA),
        (pdf(page=b"/AA << /O << /S /Sound >> >>"), HOLDS_MEDIA),
        (pdf(catalog=b"/AcroForm << /XFA [] >>"), HOLDS_XFA),
    ],
)
def test_a_pdf_that_does_something_is_refused(content: bytes, expected: str) -> None:
    assert refusals(content) == [expected]


def test_everything_a_pdf_does_is_told_at_once() -> None:
    content = pdf(
        catalog=b"/OpenAction " + SCRIPT,
        page=b"/AA << /O << /S /Launch >> /C << /S /Launch >> >> /Annots [<< /EF << >> >>]",
    )
    assert refusals(content) == sorted([RUNS_SCRIPT, OPENS_OTHERS, HOLDS_FILES])


@pytest.mark.parametrize("password", ["secret", ""])
def test_an_encrypted_pdf_is_refused_even_if_it_opens(password: str) -> None:
    out, writer = io.BytesIO(), PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt(password, "owner", algorithm="AES-256")
    writer.write(out)
    assert refusals(out.getvalue()) == [PDF_ENCRYPTED]


def test_encryption_is_found_by_whatever_means_it_was_made() -> None:
    assert refusals(pdf(trailer=b"/Encrypt << /Filter /Adobe.PubSec >> ")) == [PDF_ENCRYPTED]
    assert refusals(pdf(b"<< /Filter /X >>", trailer=b"/Encrypt 4 0 R ")) == [PDF_ENCRYPTED]


def test_encryption_is_found_however_it_is_spelled() -> None:
    parts = b"/Filter /Standard /V 1 /R 2 /O (%s) /U (%s) /P -4" % (b"o" * 32, b"u" * 32)
    assert refusals(pdf(trailer=b"/#45ncrypt << " + parts + b" >> /ID [(a) (b)] ")) == [
        PDF_ENCRYPTED
    ]


@pytest.mark.parametrize("whole", [GOOD["pdf"], bundled_pdf()], ids=["plain", "bundled"])
def test_a_pdf_cut_off_anywhere_is_refused(whole: bytes) -> None:
    for length in range(10, len(whole) - 1, 7):
        assert refusals(whole[:length]) == [PDF_DAMAGED], length


@pytest.mark.parametrize(
    "content",
    [
        GOOD["pdf"].replace(b"startxref\n", b"startxref\n1"),
        GOOD["pdf"].replace(b"/Root 1 0 R", b"/Root 3 0 R"),
        GOOD["pdf"].replace(b"/Root 1 0 R", b"/Rootless 1"),
        GOOD["pdf"].replace(b"/Kids [3 0 R]", b"/Kids [3 0 R)"),
        GOOD["pdf"].replace(b"/Pages 2 0 R", b"/Pages 9 0 R"),
        GOOD["pdf"].replace(b"4 0 obj", b"5 0 obj"),
        GOOD["pdf"].replace(b"%PDF-1.7\n", b"%PDF-1.7\nlost and found in the middle\n"),
    ],
)
def test_a_damaged_pdf_is_refused(content: bytes) -> None:
    assert refusals(content)[0] in {PDF_DAMAGED, PDF_TOO_MUCH}


@pytest.mark.parametrize("pages", [b"<< /Type /Pages /Kids [] >>", b"<< /Type /Pages >>"])
def test_a_pdf_without_pages_is_refused(pages: bytes) -> None:
    assert refusals(pdf(pages=pages)) == ["a PDF with at least one page"]


def test_nothing_may_stand_behind_the_end_of_a_pdf() -> None:
    assert refusals(GOOD["pdf"] + b"<script>alert(1)</script>") == [PDF_GOES_ON]
    assert refusals(GOOD["pdf"] + GOOD["xlsx"]) == [PDF_GOES_ON]


@pytest.mark.parametrize("kind", ["pdf", "png", "jpeg"])
def test_an_archive_hidden_within_is_refused(kind: str) -> None:
    archive = package({"a.txt": "x"})
    content = {
        "pdf": pdf(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(archive), archive)),
        "png": png().replace(chunk(b"IEND", b""), chunk(b"zzZz", archive) + chunk(b"IEND", b"")),
        "jpeg": b"\xff\xd8\xff\xfe" + (len(archive) + 2).to_bytes(2) + archive + jpeg()[2:],
    }[kind]
    assert refusals(content) == [
        "a file that is one thing only; a ZIP archive is hidden in it (save it anew)"
    ]


def filled(piece: bytes, size: int = 9_000_000) -> bytes:
    return piece * (size // len(piece))


def misplaced(content: bytes) -> bytes:
    """The same PDF, its table of contents pointing at the first object always."""
    return re.sub(rb"\d{10} 00000 n", b"0000000009 00000 n", content)


@pytest.mark.parametrize(
    "content",
    [
        pdf(filled(b"["), catalog=b"/X 4 0 R"),
        pdf(filled(b"<</A "), catalog=b"/X 4 0 R"),
        pdf(b"[" + filled(b" ") + b"]", catalog=b"/X 4 0 R"),
        pdf(b"[" + filled(b"null ", 600_000) + b"]", catalog=b"/X 4 0 R"),
        pdf(pages=b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"),
        pdf(
            b"<< /Type /Pages /Kids [5 0 R 5 0 R] >>",
            b"<< /Type /Pages /Kids [4 0 R] >>",
            pages=b"<< /Type /Pages /Kids [4 0 R 4 0 R] /Count 4 >>",
        ),
        pdf(
            *(b"<< /Type /Pages /Kids [%d 0 R %d 0 R] >>" % (n, n) for n in range(5, 60)),
            pages=b"<< /Type /Pages /Kids [4 0 R 4 0 R] /Count 4 >>",
        ),
        pdf(pages=b"<< /Type /Pages /Kids [" + b"3 0 R " * 20_000 + b"] >>"),
        pdf(b"<< /Length 4 0 R >>\nstream\nx\nendstream", catalog=b"/X 4 0 R"),
        pdf(catalog=b"/X " + b"9" * 5000),
        misplaced(
            pdf(
                *[b"<< /Type /Page >>"] * 200,
                b"(" + filled(b"a b ", 3_000_000) + b")",
                pages=b"<< /Type /Pages /Kids ["
                + b" ".join(b"%d 0 R" % n for n in range(4, 204))
                + b"] >>",
            )
        ),
        pdf().replace(b"xref\n0 4\n", b"xref\n0 99999999\n"),
        pdf().replace(b"xref\n0 4\n", b"xref\n0 4 4 4 4 4 4\n"),
        b"%PDF-1.7\n" + filled(b"%%EOF\n"),
        b"%PDF-1.7\n" + filled(b"1") + b"\n%%EOF",
        b"%PDF-1.7\n" + filled(b"/Encrypt 1 1 ") + b"\n%%EOF",
        b"%PDF-1.7\nstartxref\n9999999999\n%%EOF",
        b"%PDF-1.7\nstartxref\n0\n%%EOF",
        bundled_pdf(b"(" + b"a" * 2_000_000 + b")", catalog=b"/X 4 0 R"),
    ],
    ids=[
        "arrays within arrays",
        "dictionaries within dictionaries",
        "endless spaces",
        "huge array",
        "page tree that holds itself",
        "page tree in a circle",
        "page tree that doubles",
        "one page, many times",
        "length of itself",
        "number of 5,000 digits",
        "table of wrong places",
        "table declared too long",
        "table of tables",
        "ends only",
        "one long line",
        "almost encrypted",
        "table behind the end",
        "table at the beginning",
        "bundle that unfolds",
    ],
)
def test_a_pdf_made_to_keep_us_busy_is_decided_soon(content: bytes) -> None:
    assert refusals(content)[0] in {PDF_DAMAGED, PDF_TOO_MUCH}


def test_a_long_walk_is_no_deep_one() -> None:
    """Objects chained one to the next 5,000 times: walked without recursion."""
    links = [b"[%d 0 R]" % (number + 1) for number in range(4, 5_004)]
    assert checked_attachment("a", pdf(*links, b"null", catalog=b"/X 4 0 R")).kind == "pdf"


def test_what_the_steps_do_not_see_the_clock_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundles unfold in memory, where no step of reading is counted."""
    bundles = pdf(
        *(
            b"<< /Type /ObjStm /N 1 /First 6 "
            + packed_stream(b"%d 0 [%s]" % (100 + n, b"1 " * 5000))
            for n in range(8)
        )
    )
    body, _, _ = bundles.partition(b"xref\n")
    rows = b"".join(
        b"\x01" + (body.index(b"\n%d 0 obj" % number) + 1).to_bytes(4) + b"\0\0"
        for number in range(1, 12)
    ) + b"".join(b"\x02" + number.to_bytes(4) + b"\0\0" for number in range(4, 12))
    table = (
        b"99 0 obj\n<< /Type /XRef /W [1 4 2] /Index [1 11 100 8] /Size 108 /Root 1 0 R "
        + packed_stream(rows)
        + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(body)
    )
    wanted = b" ".join(b"%d 0 R" % number for number in range(100, 108))
    content = body + table
    content = content.replace(b"/Root 1 0 R ", b"/Root 1 0 R /Info [" + wanted + b"] ")
    assert checked_attachment("a", content).kind == "pdf"
    monkeypatch.setattr(attachments, "MOST_SECONDS", 0.05)
    assert refusals(content) == [PDF_TOO_MUCH]


# --- pictures ------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", [png(), jpeg(), jpeg(progressive=True)])
def test_a_picture_cut_off_anywhere_is_refused(whole: bytes) -> None:
    for length in range(10, len(whole), 13):
        assert refusals(whole[:length]) == [PICTURE_DAMAGED], length


@pytest.mark.parametrize("whole", [png(), jpeg()])
@pytest.mark.parametrize(
    "more",
    [b"<html>", b"\0<script>", GOOD["xlsx"], GOOD["pdf"], jpeg(), b"x"],
    ids=["HTML", "padding and HTML", "ZIP", "PDF", "a second picture", "a byte"],
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


# --- packages ------------------------------------------------------------------------------


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
    + [(hwpx, part) for part in attachments.HWPX_PARTS],
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
        (xlsx({"[Content_Types].xml": "<Types/>"}), attachments.WORKBOOK_TYPE),
        (
            xlsx(
                {
                    "[Content_Types].xml": samples.CONTENT_TYPES.replace(
                        "sheet.main", "template.main"
                    )
                }
            ),
            attachments.WORKBOOK_TYPE,
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
    rels = f"<R><r Id='{random.Random(1).randbytes(700_000).hex()}'/></R>"
    one = xlsx({"xl/_rels/a.rels": rels, "xl/workbook.xml": rels})
    assert checked_attachment("a", one).kind == "xlsx"
    three = xlsx({f"xl/_rels/{number}.rels": rels for number in range(3)})
    assert refusals(three) == [PACKAGE_INDEX]
    assert refusals(xlsx({"xl/workbook.xml": rels * 3})) == [PACKAGE_INDEX]


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


# --- whatever comes ------------------------------------------------------------------------

FUZZED = (*GOOD.values(), bundled_pdf(), jpeg(progressive=True))
MARKS = (b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04", ole())


def decided(content: bytes) -> None:
    """Either it is an attachment or its faults are told; nothing else is ever raised."""
    try:
        attachment = checked_attachment("a", content)
    except InputError as error:
        assert error.faults
    else:
        assert attachment.content == content


@SETTINGS
@given(st.sampled_from(MARKS), st.binary(max_size=400), st.sampled_from((b"", b"%%EOF")))
def test_random_bytes_are_decided(mark: bytes, more: bytes, end: bytes) -> None:
    decided(mark + more + end)


@settings(SETTINGS, max_examples=250)
@given(
    st.sampled_from(FUZZED),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), max_size=6),
    st.floats(0, 1) | st.just(1.0),
)
def test_damaged_files_are_decided(
    whole: bytes, flips: list[tuple[float, int]], share: float
) -> None:
    changed = bytearray(whole)
    for place, flip in flips:
        changed[int(place * len(changed))] ^= flip
    decided(bytes(changed[: round(share * len(changed))]))


WORDS = tuple(
    b"<< >> [ ] ( 1 0 R -1 99999999999 null true 2.5 stream endobj /Kids /Length /Type /Prev "
    b"/Size /W /Index /Filter /First /N".split()
)


@settings(SETTINGS, max_examples=150)
@given(
    st.sampled_from((GOOD["pdf"], bundled_pdf())),
    st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)), min_size=1, max_size=4),
)
def test_pdfs_with_words_exchanged_are_decided(
    whole: bytes, exchanges: list[tuple[bytes, bytes]]
) -> None:
    for old, new in exchanges:
        whole = whole.replace(old, new.ljust(len(old)), 1)
    decided(whole)
