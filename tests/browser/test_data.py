"""A planner uploads a faulty workbook, reads the faults, uploads the mended one, confirms."""

import io
import re
from collections.abc import Iterator

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, Page, expect

from budget.files.tables import table_from
from budget.files.workbook import MIME
from tests.browser.server import opened as page_opened
from tests.browser.server import served, settled
from tests.workflow.test_data import BYTES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(browser: Browser) -> Iterator[str]:
    """Our pages, served for this module."""
    with served() as found, page_opened(browser, found):
        yield found


def workbook(officials: object) -> bytes:
    """The sample as a workbook, with the officials of EC001, who are in planning, changed."""
    table = table_from(BYTES, "centres.csv")
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.append(list(table.columns))
    for row in table.to_numpy().tolist():
        sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row])
    if isinstance(officials, int):
        planning = sheet.cell(2, list(table.columns).index("staff_planning") + 1)
        planning.value = int(str(planning.value)) + officials - int(str(sheet["N2"].value))
    sheet["N2"] = officials
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(page: Page, content: bytes) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": "센터.xlsx", "mimeType": MIME, "buffer": content}
    )


def first_row(page: Page) -> list[str]:
    """EC001 in the table of Allocate."""
    table = page.locator('[data-testid="stDataFrame"]').last
    table.locator("canvas table").wait_for(state="attached")
    settled(page)
    return table.locator("canvas table tbody tr").first.locator("td").all_inner_texts()


def test_from_a_faulty_workbook_to_new_figures(browser: Browser, address: str) -> None:
    with page_opened(browser, f"{address}/allocate") as page:
        before = first_row(page)
    with page_opened(browser, f"{address}/data") as page:
        upload(page, workbook("서른넷"))
        expect(page.get_by_text("1개 행에서 오류 1건")).to_be_visible(timeout=20_000)
        cells = page.locator('[data-testid="stDataFrame"] canvas table tbody tr').first.locator(
            "td"
        )
        expect(cells.nth(3)).to_have_text("서른넷")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="오류를 표시한 파일(엑셀)").click()
        marked = openpyxl.load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
        comment = marked.worksheets[0]["N2"].comment
        assert comment is not None
        assert "수" in comment.text
        upload(page, workbook(134))
        expect(page.get_by_text("의심 변경 1건").first).to_be_visible(timeout=20_000)
        settled(page)
        page.get_by_role("button", name="새 판으로 저장…").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("사유").fill("3월 현원 반영")
        dialog.get_by_text("이 단계의 의미를 읽었습니다.").click()
        dialog.get_by_role("button", name="판 저장").click()
        expect(page.get_by_text("적용 중: 2판")).to_be_visible(timeout=20_000)
        settled(page)
        page.get_by_role("link", name=re.compile("배분안 만들기")).click()
        page.wait_for_url("**/allocate*")
        after = first_row(page)
        assert after[0] == before[0]
        assert after != before
