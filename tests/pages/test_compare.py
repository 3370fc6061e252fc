"""The page that compares: chosen by address, read by planner, lead and auditor, nobody else."""

import re
from decimal import Decimal
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from budget.ui import compare, keys
from budget.ui.compare_choice import MOST_READ
from budget.workflow import records, saved_scenarios, scenarios
from tests.pages.people_of_pages import opened, said, store
from tests.pages.test_pages import shown
from tests.storage.databases import auditor, key, planner

RESERVE = "reserve.amount.share"
HARMLESS = "pool.operating.floor.hold-harmless.prior.rate"


def saved(name: str, path: str, value: str) -> str:
    """A scenario with one changed parameter; its token."""
    base = saved_scenarios.scenarios(store(), planner())[0].policy
    made = scenarios.create(
        store(),
        planner(),
        name,
        base.replaced({path: Decimal(value)}),
        rationales={path: "for a test"},
        key=key(),
    )
    return f"{made.id}.{made.number}"


def page(*tokens: str, who: str = "planner-1", **other: str) -> AppTest:
    asked: dict[str, Any] = {keys.COMPARE_PARAMETER: list(tokens)} if tokens else {}
    return opened("compare", who, {**asked, **other})


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def test_it_begins_with_the_baseline_against_last_year() -> None:
    """Whoever takes everything away finds nothing drawn, and a button that begins again."""
    app = page()
    assert app.query_params[keys.COMPARE_PARAMETER] == ["last", "1.1"]
    assert charts(app) == 3
    del app.query_params[keys.COMPARE_PARAMETER]
    app.session_state[keys.COMPARED] = ()
    app.run()
    assert "Nothing is chosen yet" in said(app)
    assert not charts(app)
    app.button(key=keys.COMPARE_BEGIN).click().run()
    assert not app.exception
    assert charts(app) == 3
    assert "Default rules · 1 against Last year" in shown(app)
    assert "operating money only" in said(app)
    assert app.query_params[keys.COMPARE_PARAMETER] == ["last", "1.1"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_one_to_four_choices(count: int) -> None:
    """One: amounts; two and more: differences to the first."""
    other = saved("Reserve", RESERVE, "0.03")
    third = saved("Reserve 5", RESERVE, "0.05")
    app = page(*["1.1", other, third, "now"][:count])
    assert not app.exception
    assert not app.error
    assert charts(app) == (3 if count > 1 else 0)
    assert len(app.dataframe[0].value) == count
    if count == 1:
        assert "Choose a second one" in said(app)
    else:
        rules = app.dataframe[1].value
        assert rules["title"].tolist() == ["Reserve"]
        assert rules[other].tolist() == ["3.0 %"]
        assert "for a test" in rules["rationale"].iloc[0]


def test_a_contradictory_scenario_is_shown_as_such() -> None:
    """The conflict in words; its rules still stand in the table; the others are compared."""
    broken = saved("Too safe", HARMLESS, "1.05")
    other = saved("Reserve", RESERVE, "0.03")
    app = page(broken, "1.1", other)
    assert not app.exception
    assert "Too safe · 1: these rules contradict each other." in said(app)
    assert "short" in said(app)
    assert "Too safe · 1 has no amounts; differences are against Default rules · 1" in said(app)
    assert app.dataframe[0].value["state"].tolist() == ["contradictory", "certified", "certified"]
    assert app.dataframe[1].value[broken].tolist() == ["1.0 %", "105.0 %"]
    assert charts(app) == 3


def test_what_the_address_names_wrongly_is_told() -> None:
    """Unknown, doubled, malformed, one too many; what is right is compared."""
    tokens = [saved(f"S{number}", RESERVE, f"0.0{number}") for number in range(2, 6)]
    app = page("1.1", "1.1", "99.1", "1.77", "x", *tokens)
    assert "5 values cannot be used" in said(app)
    for text in ("1.1", "99.1", "1.77", "x", tokens[-1]):
        assert re.search(f"what is compared\\W+.*{re.escape(text)}\\b", said(app)), said(app)
    assert len(app.dataframe[0].value) == 4
    wrong = page("1.1", by="nonsense")
    assert "by what to compare or group: found nonsense" in said(wrong)
    assert len(wrong.dataframe[0].value) == 1


def test_an_endless_address_leaves_few_records() -> None:
    """Each entry that is no scenario is looked up and leaves a refusal; not hundreds of them."""
    before = records.records(store(), auditor(), records.Filter())[1]
    app = page(*(f"{number}.1" for number in range(900, 960)))
    after = records.records(store(), auditor(), records.Filter())[1]
    assert after - before <= MOST_READ
    assert "60" in said(app)


def test_the_first_is_what_others_are_compared_with() -> None:
    """Choosing another reference turns every difference round."""
    other = saved("Reserve", RESERVE, "0.03")
    app = page("1.1", other)
    forth = app.dataframe[0].value["change"].tolist()
    app.selectbox(key=keys.COMPARE_REFERENCE).set_value(other).run()
    back = app.dataframe[0].value["change"].tolist()
    assert app.query_params[keys.COMPARE_PARAMETER] == [other, "1.1"]
    assert forth == ["–", "−2,560.0"]
    assert back == ["–", "+2,560.0"]


def test_filters_narrow_the_centres() -> None:
    """By text and by band; nonsense says what to do."""
    app = page("last", "1.1")
    app.text_input(key=keys.COMPARE_FILTER).set_value("jeju").run()
    assert set(app.dataframe[-1].value["province"]) == {"Jeju"}
    app.text_input(key=keys.COMPARE_FILTER).set_value("no such place").run()
    assert "Clear the filters" in said(app)
    app.text_input(key=keys.COMPARE_FILTER).set_value("").run()
    app.button_group(key=keys.COMPARE_BANDS).set_value(["more by 10 % or more"]).run()
    assert len(app.dataframe[-1].value) == 38


def test_korean_screen_holds_no_english() -> None:
    """All texts of a whole comparison."""
    app = page("last", "1.1", "now")
    app.button_group(key=keys.LANGUAGE_SWITCH).set_value("ko").run()
    english = set(re.findall(r"[A-Za-z]{2,}", re.sub(r"EC\d{3}", "", shown(app))))
    assert english - {"English", "nan", "None"} == set()


@pytest.mark.parametrize("who", ["lead-1", "auditor-1"])
def test_lead_and_auditor_may_look(who: str) -> None:
    """They see what a planner sees."""
    assert charts(page("last", "1.1", who=who)) == 3


@pytest.mark.parametrize("who", ["centre_head-EC001", "reviewer-1", "administrator-1"])
def test_others_are_refused(who: str) -> None:
    """No figure, no table, and the refusal stands in the trail."""
    app = page("last", "1.1", who=who)
    assert not app.dataframe
    assert not charts(app)
    assert "not allowed" in said(app) or app.warning
    lines, _more = records.records(store(), auditor(), records.Filter())[:2]
    assert lines[0].outcome == "refused"


def test_a_click_opens_the_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell of a centre leads to it; the next visit marks nothing."""
    went: list[str] = []
    monkeypatch.setattr(compare, "open_centre", went.append)
    app = page("last", "1.1")
    compare._open("EC005")
    assert went == ["EC005"]
    assert not app.exception


def test_a_comparison_is_there_when_one_comes_back() -> None:
    """To another page and back by the menu, whose address names nothing."""
    app = page("last", "1.1")
    app.switch_page("pages/overview.py").run()
    del app.query_params[keys.COMPARE_PARAMETER]
    app.switch_page("pages/compare.py").run()
    assert app.query_params[keys.COMPARE_PARAMETER] == ["last", "1.1"]
    assert charts(app) == 3
    app.button_group(key=keys.COMPARE_CHOICES).set_value([]).run()
    assert "Nothing is chosen yet" in said(app)
