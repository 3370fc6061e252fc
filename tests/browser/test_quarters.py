"""The year in Chromium: a profile is signed, execution uploaded, the proposal taken away."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

import budget
from budget.allocation.allotment import DEFAULT, allotment, due
from budget.files import read_centres, read_policy, read_requests
from tests.browser.server import opened, served, settled

pytestmark = pytest.mark.browser
DAY = date(2027, 9, 30)
GIVER = "EC003"


@pytest.fixture
def address(browser: Browser) -> Iterator[str]:
    """Our pages on a database of the test's own: what is saved once is refused again."""
    with served() as found, opened(browser, found):
        yield found


def execution_file(folder: Path) -> Path:
    """Everybody has spent 98 % of what was allotted to date; one centre half of it."""
    plan = allotment(
        budget.allocate(
            read_centres("data/centres.csv"),
            read_policy("data/policy.toml"),
            read_requests("data/requests.csv"),
        ),
        DEFAULT,
    )
    lines = ["센터코드,기준일,집행액,지출원인행위액,예산현액,이월 예정액"]
    for centre_id, row in zip(plan.ids, plan.running, strict=True):
        rate = 50 if centre_id == GIVER else 98
        lines.append(f'{centre_id},2027. 9. 30.,"{int(due(row, DAY)) * rate // 100:,}",,,')
    path = folder / "집행 실적.csv"
    path.write_bytes("\n".join(lines).encode("cp949"))
    return path


def reason(page: Page, text: str, button: str) -> None:
    """Give the reason in the open dialog and confirm."""
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    settled(page)
    dialog.get_by_label("사유").fill(text)
    dialog.get_by_role("button", name=button).click()
    dialog.wait_for(state="detached", timeout=15_000)
    settled(page)


def test_from_the_upload_to_the_proposal(browser: Browser, address: str, tmp_path: Path) -> None:
    """As Korean offices write it; the workbook sums to the won, and the address says it."""
    file = execution_file(tmp_path)
    with opened(browser, f"{address}/quarters?as=planner-1&show=execution") as page:
        page.locator('input[type="file"]').set_input_files(file)
        page.get_by_text("174곳 중 174곳").wait_for(timeout=20_000)
        settled(page)
        page.get_by_role("button", name="적용할 집행 실적으로 저장").click()
        reason(page, "3분기 집행 실적", "저장")
        expect(page.get_by_text("센터 174곳 중 1곳 집행 부진")).to_be_visible(timeout=15_000)
        page.get_by_text("4분기 조정 제안").click()
        expect(page.get_by_text("센터 1곳이")).to_be_visible(timeout=15_000)
        settled(page)
        found = page.url
        page.get_by_role("button", name="내려받기").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="엑셀").click()
        waiting.value.save_as(tmp_path / "proposal.xlsx")
    assert "show=proposal" in found
    sheet = load_workbook(tmp_path / "proposal.xlsx", data_only=True)["4분기 조정 제안"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    heads = next(row for row in rows if row[0] == "번호")
    change = heads.index("차이 (원)")
    body = [row for row in rows if str(row[0] or "").startswith("EC")]
    assert len(body) == 174
    gives = [row for row in body if (row[change] or 0) < 0]
    assert [row[0] for row in gives] == [GIVER]
    assert sum(row[change] for row in body) == 0
