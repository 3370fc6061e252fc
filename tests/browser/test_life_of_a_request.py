"""The life of a request from draft to funded, played in Korean by the four roles that it takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from budget.storage.store import Store, opened
from budget.workflow import (
    demonstration,
    installation,
    needs_seen,
    proving,
    publication,
    rounds,
)
from tests.browser.server import opened as page_opened
from tests.browser.server import served, settled
from tests.browser.steps import choose, click, confirm, fill
from tests.storage.databases import auditor, head, lead

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the database is."""
    return tmp_path_factory.mktemp("life")


@pytest.fixture(scope="module")
def address(browser: Browser, folder: Path) -> Iterator[str]:
    """Our pages, served for this module."""
    with served(**{installation.FOLDER: str(folder)}) as found, page_opened(browser, found):
        yield found


@pytest.fixture
def store(address: str, folder: Path) -> Iterator[Store]:
    """The database behind the pages."""
    found = opened(f"sqlite:///{folder / demonstration.DEMONSTRATION}.sqlite3")
    yield found
    found.close()


def test_from_draft_to_funded(browser: Browser, address: str, store: Store) -> None:
    """A head asks, a reviewer assesses, a planner approves and proposes, a lead publishes."""
    with page_opened(browser, f"{address}/?as=centre_head-EC001") as page:
        page.get_by_text("특별수요 요구", exact=True).first.click()
        page.get_by_role("button", name="새 요구").wait_for()
        settled(page)
        click(page, "새 요구")
        page.get_by_label("제목", exact=True).wait_for()
        choose(page, "리모델링")
        fill(page, "제목", "지붕 누수 보수")
        fill(page, "금액 (원)", "34,000,000")
        fill(page, "필요 시한", "2027-04-30")
        fill(page, "시설 상태", "3층 천장에서 비가 샘")
        fill(page, "필요 사유", "장마 전에 고쳐야 함")
        page.reload()
        expect(page.get_by_label("필요 사유", exact=True)).to_have_value(
            "장마 전에 고쳐야 함", timeout=30_000
        )
        settled(page)
        click(page, "확인하고 제출")
        click(page, "제출")
        expect(page.get_by_text("제출됨").first).to_be_visible()
    need = max(needs_seen.needs_of_centres(store, head("EC001")), key=lambda one: one.id)
    assert (need.state, need.title, need.requested_krw) == (
        "submitted",
        "지붕 누수 보수",
        34_000_000,
    )

    with page_opened(browser, f"{address}/review?as=reviewer-1&request={need.id}") as page:
        click(page, "이 요구 검토 맡기")
        choose(page, "실행 가능")
        fill(page, "검토액 (원)", "30,000,000")
        choose(page, "1: 법정·안전")
        choose(page, "아니요, 전액만")
        page.get_by_role("textbox", name="근거").fill("현장을 확인함")
        page.wait_for_timeout(700)
        settled(page)
        click(page, "검토 의견 저장")
        expect(page.get_by_text("예산 담당의 결정을 기다립니다").first).to_be_visible()

    with page_opened(browser, f"{address}/requests?as=centre_head-EC001&request={need.id}") as page:
        expect(page.get_by_text("본부가 검토하고 있으며")).to_be_visible()
        shown = page.inner_text("body")
        assert "30,000,000" not in shown  # the curtain is down
        assert "30.0백만원" not in shown

    with page_opened(browser, f"{address}/review?as=planner-1&request={need.id}") as page:
        expect(page.get_by_text("합계가 원 단위까지 맞습니다.")).to_be_visible(timeout=30_000)
        page.get_by_role("textbox", name="결정 사유").fill("안전 문제이므로 승인")
        page.wait_for_timeout(700)
        settled(page)
        click(page, "30.0백만원 승인")
        expect(page.get_by_text("승인했습니다").first).to_be_visible(timeout=20_000)

    with page_opened(browser, f"{address}/?as=lead-1") as page:
        confirm(page, "라운드 단계 이동…", "심의를 마침", "“결정됨” 단계로 이동")
    assert rounds.present(store, lead()).state == "decided"

    with page_opened(browser, f"{address}/requests?as=centre_head-EC001&request={need.id}") as page:
        expect(page.get_by_text("30.0백만원").first).to_be_visible(timeout=20_000)

    with page_opened(browser, f"{address}/publish?as=planner-1") as page:
        confirm(page, "공개 제안…", "심의 결과대로", "계산하고 제안")
    with page_opened(browser, f"{address}/publish?as=lead-1") as page:
        confirm(page, "공개 확정…", "확정함", "공개")

    found = needs_seen.need(store, head("EC001"), need.id)
    assert (found.state, found.funded_krw) == ("funded", 30_000_000)
    proposal = publication.proposal(store, lead())
    assert proposal is not None
    assert proposal.is_confirmed
    assert found.run_id == proposal.run_id
    assert [line.verb for line in needs_seen.history(store, head("EC001"), need.id)] == [
        "begin",
        "submit",
        "claim",
        "assess",
        "approve",
        "confirm_publication",
    ]
    assert proving.verify(store, auditor()).is_whole
    with page_opened(browser, f"{address}/requests?as=centre_head-EC001&request={need.id}") as page:
        expect(page.get_by_text("배분됨").first).to_be_visible(timeout=20_000)
