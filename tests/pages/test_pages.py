"""The pages through app.py: what a planner does, and what then stands on the screen."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import budget
from budget import files
from budget.ui import keys, sign_in
from budget.ui.edits import Edits
from budget.workflow import round_inputs
from tests.pages.people_of_pages import at_address

ROOT = Path(__file__).parents[2]
RESERVE = "reserve.amount.share"
HARMLESS = "pool.operating.floor.hold-harmless.prior.rate"
PAGES = ("pages/overview.py", "pages/allocate.py")
FIRST_FIGURES = "4,057.9"
MAY_STAY = {"CSV", "PDF", "PNG", "JPEG", "XLSX", "HWPX", "MB", "English", "nan", "None"}


@pytest.fixture
def app() -> AppTest:
    """The app, opened once."""
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()


@pytest.fixture
def allocate() -> AppTest:
    """The page on which rules change."""
    return at_address("allocate", {})


def edits(page: AppTest) -> Edits:
    """What the session has kept."""
    kept: Edits = page.session_state[keys.EDITS]
    return kept


def texts(node: Any) -> Iterator[str]:
    """Every text that a page shows, tables and labels of controls included."""
    for element in node.main:
        yield from _of(element)


def _of(element: Any) -> Iterator[str]:
    if hasattr(element, "children"):
        proto = getattr(element, "proto", None)
        label = getattr(getattr(proto, "popover", None), "label", "")
        if label:
            yield label
        for child in element.children.values():
            yield from _of(child)
        return
    kind = element.type
    if kind == "dataframe":
        yield from (str(cell) for cell in element.value.to_numpy().ravel())
        config = json.loads(element.proto.columns or "{}")
        yield from (column.get("label") or "" for column in config.values())
        return
    for name in ("body", "label", "value", "placeholder", "help"):
        found = getattr(element.proto, name, None)
        if isinstance(found, str):
            yield found
    if kind == "button_group":
        yield from (option.content for option in element.proto.options)
    if kind == "vega_lite_chart":
        yield element.proto.alt
        yield from re.findall(r'"title": "([^"]+)"', unescaped(element.proto.spec))


def unescaped(text: str) -> str:
    """JSON with its letters as they are."""
    return json.dumps(json.loads(text), ensure_ascii=False)


def shown(page: AppTest) -> str:
    """All texts of the page, one a line, without the marks that only steer the drawing."""
    text = "\n".join(texts(page))
    text = re.sub(r":material/\w+:|:[a-z]+(-badge)?\[", "", text)
    return text.replace("\\", "").replace("\u2060", "")


def slider(page: AppTest, path: str) -> Any:
    """The slider of a parameter."""
    return page.slider(key=keys.slider(path))


@pytest.mark.parametrize("page", PAGES)
def test_opens_without_a_problem(app: AppTest, page: str) -> None:
    """Both pages draw, with the state of the round and what kind of data this is."""
    app.switch_page(page).run()
    assert not app.exception
    assert not app.error
    assert "예시 데이터" in shown(app)
    assert "검토 중" in shown(app)


@pytest.mark.parametrize(
    ("page", "person"),
    [
        *((page, "planner-1") for page in PAGES),
        ("pages/overview.py", "lead-1"),
        ("pages/overview.py", "centre_head-EC001"),
        ("pages/compare.py", "planner-1"),
        ("pages/requests.py", "centre_head-EC001"),
        ("pages/review.py", "reviewer-1"),
        ("pages/review.py", "planner-1"),
        ("pages/audit.py", "auditor-1"),
        ("pages/people.py", "administrator-1"),
    ],
)
def test_korean_screens_hold_no_english(page: str, person: str) -> None:
    """No English but λ, CSV and kinds of files (grades are letters, languages call themselves)."""
    app = at_address(Path(page).stem, {"as": person})
    sections = [None]
    if page.endswith("allocate.py"):
        sections = [
            (pool, part)
            for pool in ("", "operating", "performance", "joined_up")
            for part in ("Need", "Adjustments", "Floors, caps, bands")
        ]
    for section in sections:
        if section is not None:
            app.session_state[keys.OPEN_POOL], app.session_state[keys.OPEN_PART] = section
            app.run()
        text = re.sub(r"SN\d{4}-\d{3}|EC\d{3}|demonstration\|\S+|\bsystem\b", "", shown(app))
        english = set(re.findall(r"[A-Za-z]{2,}", text)) - MAY_STAY
        assert not english


@pytest.mark.parametrize("page", PAGES)
def test_english_is_one_switch_away(app: AppTest, page: str) -> None:
    """The switch turns the page English, and the choice stays on the next page."""
    app.switch_page(page).run()
    app.button_group(key=keys.LANGUAGE_SWITCH).set_value("en").run()
    assert "Illustrative data" in shown(app)
    assert app.query_params["lang"] == "en"
    other = next(name for name in PAGES if name != page)
    app.switch_page(other).run()
    assert "Illustrative data" in shown(app)


def test_the_address_names_the_language() -> None:
    """An address with lang=en opens English."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    page.query_params["lang"] = "en"
    assert "Illustrative data" in shown(page.run())


def test_money_in_another_unit(allocate: AppTest) -> None:
    """Thousand won where the reader wants them."""
    assert FIRST_FIGURES + "백만원" in shown(allocate)
    allocate.button_group(key=keys.UNIT_SWITCH).set_value("thousand").run()
    assert re.search(r"4,05\d,\d{3}천원", shown(allocate))
    assert FIRST_FIGURES + "백만원" not in shown(allocate)


def test_a_moved_slider_gives_what_the_core_gives(allocate: AppTest) -> None:
    """The reserve at 3 %: the page shows the core's own figures, and says what has changed."""
    slider(allocate, RESERVE).set_value(3.0).run()
    expected = core({RESERVE: "0.03"})
    assert f"{expected.reserve / 1e6:,.1f}" in shown(allocate)
    assert f"{expected.pool('operating').placed / 1e6:,.1f}" in shown(allocate)
    assert "변경 1건" in shown(allocate)
    assert str(edits(allocate).present[RESERVE]) == "0.03"


def test_undo_redo_reset(allocate: AppTest) -> None:
    """Back, forth, and back to the baseline; the slider follows."""
    slider(allocate, RESERVE).set_value(3.0).run()
    slider(allocate, RESERVE).set_value(5.0).run()
    allocate.button(key=keys.UNDO).click().run()
    assert slider(allocate, RESERVE).value == 3.0
    allocate.button(key=keys.REDO).click().run()
    assert slider(allocate, RESERVE).value == 5.0
    allocate.button(key=keys.reset(RESERVE)).click().run()
    assert slider(allocate, RESERVE).value == 1.0
    allocate.button(key=keys.UNDO).click().run()
    allocate.button(key=keys.RESET_ALL).click().run()
    assert not edits(allocate).present


def test_changes_outlive_their_section_and_the_page(allocate: AppTest) -> None:
    """A rule that is not on the screen stays changed."""
    slider(allocate, RESERVE).set_value(3.0).run()
    allocate.button_group(key=keys.POOL_SWITCH).set_value("performance").run()
    allocate.switch_page("pages/overview.py").run()
    allocate.switch_page("pages/allocate.py").run()
    assert "변경 1건" in shown(allocate)


def open_floors(page: AppTest) -> None:
    """Open floors, caps and bands of the operating pool."""
    page.button_group(key=keys.POOL_SWITCH).set_value("operating").run()
    page.button_group(key=keys.PART_SWITCH).set_value("Floors, caps, bands").run()


def test_infeasible_rules_show_the_conflict_and_no_result(allocate: AppTest) -> None:
    """Hold-harmless at 105 %: the conflict, its picture, the remedies; nothing of a result."""
    open_floors(allocate)
    slider(allocate, HARMLESS).set_value(105.0).run()
    assert len(allocate.error) == 1
    assert [table.value.columns[0] for table in allocate.dataframe] == ["rule"]
    (picture,) = allocate.get("vega_lite_chart")
    assert "부족" in picture.proto.alt
    assert FIRST_FIGURES not in shown(allocate)
    with pytest.raises(budget.InfeasiblePolicy) as raised:
        core({HARMLESS: "1.05"})
    conflict = raised.value.conflict
    assert f"{conflict.shortfall_krw / 1e6:,.1f}백만원이 부족" in shown(allocate)
    for remedy in conflict.remedies:
        assert allocate.button(key=keys.remedy(remedy.path))


def test_every_remedy_works_in_one_click(allocate: AppTest) -> None:
    """Each remedy alone brings a certified result back."""
    open_floors(allocate)
    slider(allocate, HARMLESS).set_value(105.0).run()
    with pytest.raises(budget.InfeasiblePolicy) as raised:
        core({HARMLESS: "1.05"})
    assert raised.value.conflict.remedies
    for remedy in raised.value.conflict.remedies:
        allocate.button(key=keys.remedy(remedy.path)).click().run()
        assert not allocate.error
        assert "검증 완료" in shown(allocate)
        allocate.button(key=keys.UNDO).click().run()
        assert allocate.error


def test_a_value_that_the_data_refuse_is_told_as_it_stands(allocate: AppTest) -> None:
    """A unit that approved requests are no multiple of: the faults, no result, no traceback."""
    allocate.selectbox(key=keys.choice("policy.unit_krw")).set_value(1_000_000).run()
    assert not allocate.exception
    assert len(allocate.error) == 1
    assert "1000000원의 배수" in shown(allocate)
    assert not allocate.dataframe


def test_the_filter_narrows_the_table(allocate: AppTest) -> None:
    """Typing a province leaves its centres; nonsense says what to do."""
    allocate.text_input(key=keys.CENTRE_FILTER).set_value("제주").run()
    assert set(allocate.dataframe[1].value["province"]) == {"제주"}
    allocate.text_input(key=keys.CENTRE_FILTER).set_value("없는 곳").run()
    assert "검색어를 지우면" in shown(allocate)


def test_comparison_with_the_baseline(allocate: AppTest) -> None:
    """Without changes nobody gains or loses against the baseline; with one somebody does."""
    allocate.button_group(key=keys.AGAINST_SWITCH).set_value("baseline").run()
    assert "기준안과 같은 금액" in shown(allocate)
    slider(allocate, RESERVE).set_value(3.0).run()
    assert "합계 기준안 대비" in shown(allocate)


def test_downloads_are_those_of_the_settings_on_the_screen(
    allocate: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a click would fetch is byte for byte what the core makes of the same rules."""
    offered: dict[str, Any] = {}
    import streamlit as st

    real = st.download_button

    def noted(label: str, data: Any, **rest: Any) -> bool:
        offered[rest["file_name"]] = data
        return real(label, data, **rest)

    monkeypatch.setattr(st, "download_button", noted)
    slider(allocate, RESERVE).set_value(3.0).run()
    assert not offered  # a closed menu costs nothing
    allocate.session_state[keys.DOWNLOADS] = True
    allocate.run()
    expected = core({RESERVE: "0.03"})
    assert offered["allocation.csv"]() == files.allocation_csv(expected)
    assert offered["policy.toml"]() == files.policy_toml(expected.policy)
    report = json.loads(offered["report.json"]())
    store = sign_in.store()
    requests = round_inputs.inputs(store, sign_in.FIRST_PERSON).requests
    fresh = json.loads(files.report_json(expected, requests))
    assert {**report, "solve_seconds": 0} == {**fresh, "solve_seconds": 0}


def core(changes: dict[str, str]) -> budget.Allocation:
    """What the allocator itself says."""
    from decimal import Decimal

    policy = files.read_policy(ROOT / "data/policy.toml")
    return budget.allocate(
        files.read_centres(ROOT / "data/centres.csv"),
        policy.replaced({path: Decimal(value) for path, value in changes.items()}),
        files.read_requests(ROOT / "data/requests.csv"),
    )


def test_an_address_opens_the_same_view_and_tells_what_it_cannot_mean(app: AppTest) -> None:
    """Map, measure, filter and comparison are taken; what is unknown or wrong is told, no more."""
    app.switch_page("pages/allocate.py")
    asked = {"view": "map", "measure": "per_head", "filter": "구미", "against": "NaN", "foo": "1"}
    for name, value in asked.items():
        app.query_params[name] = value
    app.run()
    said = "\n".join(found.value for found in app.warning).replace("\\", "")
    assert "비교 대상 “NaN”" in said
    assert "foo" in said
    assert app.button_group(key=keys.MEASURE_SWITCH).value == "per_head"
    assert app.text_input(key=keys.CENTRE_FILTER).value == "구미"
    assert app.button_group(key=keys.AGAINST_SWITCH).value == "last_year"
    assert len(app.dataframe[1].value) == 1
    app.button(key=keys.CORRECT_ADDRESS).click().run()
    assert not app.warning
    assert set(app.query_params) == {"view", "measure", "filter"}


def test_what_is_chosen_stands_in_the_address_and_survives_another_page(allocate: AppTest) -> None:
    """The switch writes it; the menu's way back finds it."""
    allocate.button_group(key=keys.VIEW_SWITCH).set_value("map").run()
    allocate.button_group(key=keys.MEASURE_SWITCH).set_value("execution").run()
    assert allocate.query_params["measure"] in ("execution", ["execution"])
    allocate.switch_page("pages/overview.py").run()
    assert allocate.button_group(key=keys.MEASURE_SWITCH).value == "execution"
    allocate.button_group(key=keys.MEASURE_SWITCH).set_value("change").run()
    assert "measure" not in allocate.query_params
