"""A whole round in Chromium, in Korean, as one test: from the upload to the reproduced pack.

A planner uploads the year's table, a lead opens the round, a centre head asks, a reviewer
assesses, the planner approves, saves the rules and proposes, the lead publishes, an auditor proves
the trail and takes the pack, from which the command line makes the same bytes.
"""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from budget.files.tables import table_from
from budget.workflow import installation
from tests.browser.server import ROOT, opened, served, settled
from tests.browser.steps import PATIENCE, choose, click, confirm, empty_round, fill, visit
from tests.browser.uploads import changes, upload

pytestmark = pytest.mark.browser
TITLE = "지붕 누수 보수"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Where the database will be."""
    return tmp_path / "database"


@pytest.fixture
def address(browser: Browser, tmp_path: Path, database: Path) -> Iterator[str]:
    """Our pages on a database that is founded with an empty round."""
    folder = tmp_path / "founding"
    folder.mkdir()
    given = {installation.SAMPLE: str(empty_round(folder)), installation.FOLDER: str(database)}
    with served(**given) as found, opened(browser, found):
        yield found


def test_from_upload_to_reproduced_pack(
    browser: Browser, address: str, database: Path, tmp_path: Path
) -> None:
    with opened(browser, f"{address}/data?as=planner-1") as page:
        a_planner_uploads_the_table(page)
        visit(page, f"{address}/?as=lead-1")
        confirm(page, "라운드 단계 이동…", "요구 접수 시작", "“요구 접수 중” 단계로 이동")
        visit(page, f"{address}/requests?as=centre_head-EC003")
        need = a_centre_head_asks(page)
        visit(page, f"{address}/review?as=reviewer-1&request={need}")
        a_reviewer_assesses(page)
        visit(page, f"{address}/?as=lead-1")
        confirm(page, "라운드 단계 이동…", "접수를 마감함", "“검토 중” 단계로 이동")
        visit(page, f"{address}/review?as=planner-1&request={need}")
        a_planner_approves(page)
        visit(page, f"{address}/allocate?as=planner-1")
        the_planner_sets_the_rules(page)
        visit(page, f"{address}/?as=lead-1")
        confirm(page, "라운드 단계 이동…", "심의를 마침", "“결정됨” 단계로 이동")
        visit(page, f"{address}/publish?as=planner-1")
        confirm(page, "공개 제안…", "심의 결과대로", "계산하고 제안")
        visit(page, f"{address}/publish?as=lead-1")
        expect(page.get_by_text("빠진 것이 없습니다")).to_be_visible(timeout=PATIENCE)
        confirm(page, "공개 확정…", "확정함", "공개")
        visit(page, f"{address}/requests?as=centre_head-EC003&request={need}")
        expect(page.get_by_text("배분됨").first).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("30.0백만원").first).to_be_visible()
        visit(page, f"{address}/audit?as=auditor-1")
        an_auditor_proves_the_trail(page)
        visit(page, f"{address}/publish?as=auditor-1")
        pack = the_auditor_takes_the_pack(page, tmp_path)
    the_command_line_agrees(pack, database)


def a_planner_uploads_the_table(page: Page) -> None:
    """CP949 with Korean headers; Seocho is closed and goes over to Seoul."""
    upload(page, changes())
    expect(page.get_by_text("폐지되는 센터", exact=True)).to_be_visible(timeout=PATIENCE)
    settled(page)
    box = page.get_by_role("combobox", name=re.compile("서초"))
    box.fill("EC001")
    page.get_by_role("option", name=re.compile("EC001")).first.click()
    expect(page.get_by_text(re.compile("통합: 서초.* → 서울"))).to_be_visible(timeout=PATIENCE)
    settled(page)
    confirm(page, "새 판으로 저장…", "2027년도 센터 현황", "판 저장")
    expect(page.get_by_text("적용 중: 2판, 센터 173곳")).to_be_visible(timeout=PATIENCE)


def a_centre_head_asks(page: Page) -> str:
    """A request with everything that a remodelling needs; gives its number."""
    click(page, "새 요구")
    page.get_by_label("제목", exact=True).wait_for()
    choose(page, "리모델링")
    fill(page, "제목", TITLE)
    fill(page, "금액 (원)", "34,000,000")
    fill(page, "필요 시한", "2027-04-30")
    fill(page, "시설 상태", "3층 천장에서 비가 샘")
    fill(page, "필요 사유", "장마 전에 고쳐야 함")
    click(page, "확인하고 제출")
    click(page, "제출")
    expect(page.get_by_text("제출됨").first).to_be_visible(timeout=PATIENCE)
    found = re.search(r"request=([\w-]+)", page.url)
    assert found is not None
    return found[1]


def a_reviewer_assesses(page: Page) -> None:
    """Claimed, and found feasible for less."""
    click(page, "이 요구 검토 맡기")
    choose(page, "실행 가능")
    fill(page, "검토액 (원)", "30,000,000")
    choose(page, "1: 법정·안전")
    choose(page, "아니요, 전액만")
    page.get_by_role("textbox", name="근거").fill("현장을 확인함")
    page.wait_for_timeout(700)
    settled(page)
    click(page, "검토 의견 저장")
    expect(page.get_by_text("예산 담당의 결정을 기다립니다").first).to_be_visible(timeout=PATIENCE)


def a_planner_approves(page: Page) -> None:
    """With what it costs the others in view."""
    expect(page.get_by_text("합계가 원 단위까지 맞습니다.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("textbox", name="결정 사유").fill("안전 문제이므로 승인")
    page.wait_for_timeout(700)
    settled(page)
    click(page, "30.0백만원 승인")
    expect(page.get_by_text("승인했습니다").first).to_be_visible(timeout=PATIENCE)


def the_planner_sets_the_rules(page: Page) -> None:
    """One rule is moved, its scenario saved with the reason and made the baseline."""
    slider = page.locator('input[type=range][aria-label="유보액"]')
    slider.wait_for(timeout=PATIENCE)
    settled(page)
    slider.focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    click(page, "저장…")
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("새 시나리오", exact=True).click()
    dialog.get_by_label("이름").fill("유보 확대안")
    page.keyboard.press("Tab")
    settled(page)
    dialog.get_by_placeholder("이 값으로 정한 사유").first.fill("재해에 대비함")
    page.keyboard.press("Tab")
    settled(page)
    dialog.get_by_role("button", name="저장", exact=True).click()
    bar = page.get_by_role("button", name="유보 확대안 · 1")
    expect(bar).to_be_visible(timeout=PATIENCE)
    settled(page)
    bar.click()
    page.get_by_label("기준안을 바꾸는 사유").fill("심의회 의견")
    click(page, "기준안으로 지정")
    expect(page.get_by_role("button", name="★ 유보 확대안 · 1")).to_be_visible(timeout=PATIENCE)
    settled(page)


def an_auditor_proves_the_trail(page: Page) -> None:
    """Every deed of this test stands in it, and it is whole."""
    click(page, "감사 기록 검증")
    expect(page.get_by_text(re.compile("감사 기록이 온전합니다"))).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    settled(page)


def the_auditor_takes_the_pack(page: Page, folder: Path) -> Path:
    """The zip of the publication, as the browser saves it."""
    page.get_by_role("button", name="공개 묶음 준비").click(timeout=PATIENCE)
    link = page.get_by_role("link", name="묶음 내려받기")
    link.wait_for(timeout=180_000)
    with page.expect_download() as waiting, page.context.expect_page():
        link.click()
    pack = folder / waiting.value.suggested_filename
    waiting.value.save_as(pack)
    return pack


def the_command_line_agrees(pack: Path, database: Path) -> None:
    """A clone of the repository makes the pack's bytes again, and proves the trail."""
    with zipfile.ZipFile(pack) as archive:
        table = table_from(archive.read("allocation.csv"), "allocation.csv")
    assert len(table) == 173
    assert table.set_index("centre_id").loc["EC003", "special_needs_krw"] == "30000000"
    clone = pack.parent / "clone"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    for says, *command in (
        ("173 centres, certified", "reproduce", str(pack)),
        ("whole", "audit", "verify", "--kind", "demonstration"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "budget", *command],
            cwd=clone,
            env={"PATH": "/usr/bin:/bin", installation.FOLDER: str(database)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert says in done.stdout
