"""A planner's afternoon in Chromium, as one test, in Korean.

Last year on the screen; hold-harmless raised until the rules contradict each other; a remedy; the
comparison with the baseline; the centre that loses most and why; the link for a colleague; the
workbook, whose totals are the screen's.
"""

import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from budget.view.numbers import Numbers
from budget.view.words import Words
from tests.browser.server import opened, settled

pytestmark = pytest.mark.browser
NUMBERS = Numbers(Words("ko"))
PATIENCE = 20_000


def table(page: Page, place: int = 0) -> list[list[str]]:
    """A table of the page, as assistive technology reads it."""
    found = page.locator('[data-testid="stDataFrame"] canvas table').nth(place)
    found.locator("td").first.wait_for(state="attached")
    rows = [
        [cell.text_content() or "" for cell in row.locator("td").all()]
        for row in found.locator("tr").all()
    ]
    return [row for row in rows if row]


def go(page: Page, name: str) -> None:
    """Another page by the menu."""
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible(timeout=PATIENCE)
    settled(page)


def test_a_planner_s_afternoon(browser: Browser, address: str, tmp_path: Path) -> None:
    with opened(browser, f"{address}/allocate?as=planner-1") as page:
        expect(page.get_by_text("운영예산 전년 대비")).to_be_visible(timeout=PATIENCE)
        raise_hold_harmless_until_the_rules_contradict(page)
        page.get_by_role("button", name="적용").first.click()
        expect(page.get_by_text("검증 완료").first).to_be_visible(timeout=PATIENCE)
        settled(page)
        assert "hold-harmless.prior.rate%3D1.0081" in page.url

        go(page, "비교")
        heading = page.get_by_text(re.compile("변동 폭 최대: .* △"))
        expect(heading).to_be_visible(timeout=PATIENCE)
        settled(page)
        summary = table(page)
        assert summary[0][1] == summary[1][1], "the same envelope, split otherwise"
        loser = re.findall(r", (\S+) △", heading.inner_text())[-1]
        compared = page.url

        page.get_by_placeholder(re.compile("센터·번호")).fill(loser)
        page.keyboard.press("Enter")
        expect(page.get_by_text("174곳 중 1곳")).to_be_visible(timeout=PATIENCE)
        settled(page)
        row = table(page, -1)[0]
        assert row[1] == loser
        assert float(row[7]) < 0
        grid = page.locator('[data-testid="stDataFrame"]').last
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 100, box["y"] + 50)
        page.wait_for_url(f"**/centre?*centre={row[0]}*", timeout=PATIENCE)
        why = page.get_by_role("heading", name=f"{loser}:")
        expect(why).to_be_visible(timeout=PATIENCE)
        settled(page)
        told = why.inner_text()
        expect(page.get_by_text("저장하지 않은 변경 1건")).to_be_visible()
        link = page.url

        read_by_a_colleague(browser, link, told)
        read_by_a_colleague(browser, compared, heading_text="변동 폭 최대")

        go(page, "배분안 만들기")
        expect(page.get_by_text("변경 1건")).to_be_visible(timeout=PATIENCE)
        settled(page)
        shown = {line[0]: line[1] for line in table(page)}
        page.get_by_role("button", name="내려받기").click()
        with page.expect_download() as waiting:
            page.get_by_role("button", name=re.compile("엑셀")).click()
        waiting.value.save_as(tmp_path / "afternoon.xlsx")
    check_totals(tmp_path / "afternoon.xlsx", shown, loser)


def raise_hold_harmless_until_the_rules_contradict(page: Page) -> None:
    """The highest value of the slider promises more than there is."""
    page.get_by_role("radio", name="운영").click()
    settled(page)
    page.get_by_role("radio", name="하한·상한").click()
    slider = page.locator(
        'input[type=range][aria-label="운영 · 전년 보전 (하한) · 전년 대비 비율"]'
    )
    slider.wait_for(timeout=PATIENCE)
    settled(page)
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_text("규칙이 서로 맞지 않아 배분할 수 없습니다.")).to_be_visible(
        timeout=PATIENCE
    )
    expect(page.get_by_text("하한 “전년 보전”에는 135,980.1백만원이 필요합니다.")).to_be_visible()
    settled(page)


def read_by_a_colleague(browser: Browser, link: str, heading_text: str) -> None:
    """The same view for somebody else with the right to see it."""
    with opened(browser, link.replace("as=planner-1", "as=lead-1")) as colleague:
        expect(colleague.get_by_text(heading_text).first).to_be_visible(timeout=PATIENCE)


def check_totals(path: Path, shown: dict[str, str], loser: str) -> None:
    """The workbook says what the screen said, and its totals reconcile."""
    book = load_workbook(path, data_only=True)
    parts = book["총액 구성"]
    assert {row[0]: NUMBERS.money(row[1]) for row in parts.iter_rows(3, values_only=True)} == shown
    centres = book["센터별"]
    heads = [cell.value for cell in centres[2]]
    column = heads.index("합계 (원)")
    rows = list(centres.iter_rows(3, values_only=True))
    amounts = [row[column] for row in rows[:-1]]
    assert len(amounts) == 174
    assert sum(amounts) == rows[-1][column]
    assert NUMBERS.money(128_000_000_000 - rows[-1][column]) == shown["유보액"]
    assert any(loser in str(row) for row in rows)
