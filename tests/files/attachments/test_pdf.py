"""PDF: whole, open, passive; decided soon, however it was made."""

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfWriter

from budget.files.attachments import checked_attachment
from budget.files.attachments import pdf as checks
from budget.files.attachments.pdf import (
    HOLDS_FILES,
    HOLDS_MEDIA,
    HOLDS_XFA,
    OPENS_OTHERS,
    PDF_DAMAGED,
    PDF_ENCRYPTED,
    PDF_GOES_ON,
    PDF_TOO_MUCH,
    RUNS_SCRIPT,
)
from tests.files.attachment_samples import GOOD, bundled_pdf, packed_stream, pdf
from tests.files.attachments.deciding import SETTINGS, decided, filled, refusals


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
    monkeypatch.setattr(checks, "MOST_SECONDS", 0.05)
    assert refusals(content) == [PDF_TOO_MUCH]


WORDS = tuple(
    b"<< >> [ ] ( 1 0 R -1 99999999999 null true 2.5 stream endobj /Kids /Length /Type /Prev "
    b"/Size /W /Index /Filter /First /N".split()
)


@SETTINGS
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
