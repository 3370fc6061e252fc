"""Attachments: told by their content, whole, passive, one thing only; bounded work; safe names."""

import hashlib
import unicodedata
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from budget.files.attachments import KINDS, MOST_BYTES, checked_attachment
from budget.files.attachments.kinds import ANOTHER_KIND
from budget.files.attachments.names import MOST_NAME, safe_name
from budget.files.attachments.packages import PACKAGE_OTHER
from tests.files import attachment_samples as samples
from tests.files.attachment_samples import (
    GOOD,
    bundled_pdf,
    chunk,
    jpeg,
    ole,
    package,
    pdf,
    picture,
    png,
    saved,
    telephone_jpeg,
)
from tests.files.attachments.deciding import SETTINGS, decided, only_fault, refusals


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


# --- names -------------------------------------------------------------------------------


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


# --- size and kind -----------------------------------------------------------------------


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


# --- whatever comes ----------------------------------------------------------------------

FUZZED = (*GOOD.values(), bundled_pdf(), jpeg(progressive=True), telephone_jpeg())
MARKS = (b"", b"%PDF-1.7\n", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"PK\x03\x04", ole())


@SETTINGS
@given(st.sampled_from(MARKS), st.binary(max_size=400), st.sampled_from((b"", b"%%EOF")))
def test_random_bytes_are_decided(mark: bytes, more: bytes, end: bytes) -> None:
    decided(mark + more + end)


@settings(SETTINGS, max_examples=120)
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
