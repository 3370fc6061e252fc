"""The sensitivity page through app.py: start, find again, take a value over, rights."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from budget.ui import keys, studies
from tests.pages.people_of_pages import at_address
from tests.pages.test_pages import MAY_STAY, shown

ROOT = Path(__file__).parents[2]
HARMLESS = "pool.operating.floor.hold-harmless.prior.rate"
LONG = 60


@pytest.fixture(autouse=True)
def one_process(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Studies run in a thread of this process: the pages are what is tested here."""
    monkeypatch.setenv("BUDGET_WORKERS", "1")
    studies.desk.clear()
    yield
    studies.desk().close()
    studies.desk.clear()


def opened(**address: str) -> AppTest:
    """The page at an address, as the planner sees it."""
    return at_address("sensitivity", address)


def finished(page: AppTest) -> AppTest:
    """The page once every study has ended."""
    for job in list(studies.desk()._jobs.values()):
        assert job.wait(LONG)
    return page.run()


def answer(page: AppTest) -> str:
    """What a page says once every study has ended: in Korean alone, without an exception."""
    done = finished(page)
    assert not done.exception
    text = shown(done)
    assert set(re.findall(r"[A-Za-z]{3,}", text)) <= MAY_STAY
    return text


def small_sweep() -> AppTest:
    """A sweep of hold-harmless over four values."""
    page = opened(part="sweep", parameter=HARMLESS, parameter_from="0.945", parameter_to="0.96")
    page.button(key=keys.STUDY_START).click().run()
    return finished(page)


def test_an_empty_page_says_what_to_do_and_a_sweep_answers() -> None:
    page = opened(part="sweep")
    assert not page.exception
    assert "구간 계산" in page.info[0].value
    done = small_sweep()
    text = answer(done)
    assert "센터 174곳 중" in text
    assert "96.0 %부터 적용: 운영 · 유형별 최소액 (하한)" in text
    assert done.button(key=keys.STUDY_START).disabled


def test_a_value_is_taken_over_and_taken_back_and_the_sweep_stays() -> None:
    page = small_sweep()
    page.select_slider(key=keys.picked(f"value:{HARMLESS}")).set_value(94.5).run()
    page.button(key=keys.SWEEP_USE).click().run()
    assert {path: str(value) for path, value in page.session_state[keys.EDITS].present.items()} == {
        HARMLESS: "0.945"
    }
    assert "센터 174곳 중" in shown(page)
    assert "변경 1건" in shown(page)
    page.button(key=keys.PROBE_UNDO).click().run()
    assert page.session_state[keys.EDITS].present == {}


def test_another_session_finds_the_same_study() -> None:
    small_sweep()
    again = opened(part="sweep", parameter=HARMLESS, parameter_from="0.945", parameter_to="0.96")
    assert "센터 174곳 중" in shown(again)


def test_prices_come_by_themselves_and_name_who_pays() -> None:
    page = opened(part="prices")
    text = answer(page)
    assert "가장 큰 규칙 운영 · 전년 보전 (하한)" in text
    assert "곳 부담" in text
    chosen = page.selectbox(key=keys.PRICED_RULE)
    assert chosen.value == "pool.operating.floor.hold-harmless"


def test_a_frontier_names_what_none_beats() -> None:
    page = opened(
        part="frontier",
        first="pool.performance.amount.share",
        first_from="0.05",
        first_to="0.08",
        second=HARMLESS,
        second_from="0.9",
        second_to="0.95",
    )
    page.select_slider(key=keys.picked("grid")).set_value(5).run()
    page.button(key=keys.STUDY_START).click().run()
    assert "두 기준 모두에서 더 나은 설정이 없음" in answer(page)
    page.button(key=keys.FRONTIER_USE).click().run()
    assert page.session_state[keys.EDITS].present


def test_uncertain_data_say_who_gains_for_sure() -> None:
    page = opened(part="uncertainty")
    for name in ("headcount", "caseload", "score"):
        page.number_input(key=keys.picked(name)).set_value(1.0)
    page.select_slider(key=keys.picked("draws")).set_value(100).run()
    page.button(key=keys.STUDY_START).click().run()
    text = answer(page)
    assert "모의 100회 중 95 % 이상에서" in text
    assert "5회가 확인되었습니다" in text


def test_what_the_address_names_wrongly_is_told() -> None:
    page = opened(part="nowhere", parameter="pool.nowhere", parameter_from="NaN")
    told = " ".join(warning.value for warning in page.warning)
    assert "nowhere" in told
    assert "규칙안에 없는 규칙" in told
    assert "숫자가 아닙니다" in told


def test_a_range_that_cannot_be_is_told() -> None:
    page = opened(part="sweep", parameter=HARMLESS, parameter_from="1", parameter_to="0.9")
    assert not page.exception
    assert "한 단계" in shown(page)


@pytest.mark.parametrize(
    ("person", "sees"),
    [("lead-1", True), ("auditor-1", True), ("reviewer-1", False)],
)
def test_who_may_see_the_figures_may_probe_them(person: str, sees: bool) -> None:
    page = opened(**{"as": person})
    assert (keys.PROBE_SWITCH in page.session_state) is sees
