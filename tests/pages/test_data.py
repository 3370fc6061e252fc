"""The data page: faults by row and column, what changes, confirming, versions, definitions."""

import io

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from budget.files.uploads.definitions import word_of
from budget.files.uploads.marked import marked_workbook
from budget.ui import keys
from budget.ui.data_upload import Given
from budget.view.data import expected_text
from budget.view.words import Words
from budget.workflow import data, data_checking, needs_seen, round_inputs, rounds, saved_data
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.storage.databases import auditor, key, planner
from tests.workflow.test_data import BYTES, changed
from tests.workflow.test_data_requests import GOOD as REQUESTS


def given(content: bytes, who: str = "planner-1") -> AppTest:
    """The page with a file uploaded."""
    app = opened("data", who)
    app.session_state[keys.DATA_GIVEN] = Given("센터.csv", content)
    return app.run()


FAULTS, FIGURES, VERSIONS, DEFINITIONS = "letter", "change", "sha256", "korean"
"""A column that only this table has."""


def fine(app: AppTest) -> None:
    """Nothing went wrong, told or not."""
    assert not app.exception
    assert "Something went wrong" not in said(app)


def table(app: AppTest, column: str) -> list[dict[str, object]]:
    """The rows of the first table with a column."""
    found = next(frame for frame in app.dataframe if column in frame.value)
    rows: list[dict[str, object]] = found.value.to_dict("records")
    return rows


def test_the_version_in_force_and_what_to_do_next() -> None:
    app = opened("data", "planner-1")
    fine(app)
    assert "In force: version 1, 174 centres" in said(app)
    assert "Nothing is uploaded yet" in said(app)


def test_every_fault_is_listed_and_nothing_can_be_saved() -> None:
    app = given(changed(EC001__officials="삼십", EC005__lat="126.9"))
    fine(app)
    assert "2 faults in 2 rows. Nothing was stored" in said(app)
    assert [
        (row["row"], row["letter"], row["header"], row["value"]) for row in table(app, FAULTS)
    ] == [(2, "N", "officials", "삼십"), (6, "L", "lat", "126.9")]
    assert not [button for button in app.button if "Save as a new version" in button.label]


def test_the_marked_workbook_has_the_reason_at_the_cell() -> None:
    upload = data_checking.checked(store(), planner(), "센터.csv", changed(EC001__officials="삼십"))
    names = ("table", "faults", "reason", "row", "column", "header", "value")
    content = marked_workbook(upload, ["digits alone"], {name: name for name in names})
    book = openpyxl.load_workbook(io.BytesIO(content))
    cell = book["table"]["N2"]
    assert cell.value == "삼십"
    assert cell.comment is not None
    assert cell.comment.text == "digits alone"
    assert cell.fill.start_color.rgb == "00F0C9A6"
    assert [cell.value for cell in book["faults"][2]] == [
        2,
        "N",
        "officials",
        "삼십",
        "digits alone",
    ]


def test_a_change_is_seen_and_confirmed_with_a_reason() -> None:
    app = given(changed(EC001__officials="135", EC003__name_ko="강남새고용센터"))
    fine(app)
    text = said(app)
    assert "1 suspicious change" in text
    assert "Renamed: EC003" in text
    assert table(app, FIGURES)[0]["change"] == "+101"
    press(app, "Save as a new version…")
    press(app, "Save the version")
    assert "Please read what the step means" in said(app)
    field(app, "text_area", "reason").set_value("3월 현원")
    field(app, "checkbox", "read").set_value(True)
    press(app, "Save the version")
    fine(app)
    assert "In force: version 2" in said(app)
    assert round_inputs.inputs(store(), planner()).centres["officials"].iloc[0] == "135"
    record = trail_of(verb="save_data")[0]
    assert record.reason == "3월 현원"
    assert record.changes["illustrative"] == (True, True)


def test_a_merged_centre_is_chosen_on_the_page() -> None:
    app = given(changed(EC002=""))
    app.selectbox(key=keys.takeover("EC002")).set_value("EC001").run()
    fine(app)
    assert "Merged:" in said(app)
    assert "2,119.6 million won" in said(app)  # 1,283,350,000 + 836,210,000


def test_a_merged_centres_requests_are_told_to_pass_on() -> None:
    """EC001 has requests; without a successor they would get no money."""
    app = given(changed(EC001=""))
    labels = [one.label for one in app.expander]
    assert any("closing centre" in label for label in labels)
    app.selectbox(key=keys.takeover("EC001")).set_value("EC003").run()
    fine(app)
    labels = [one.label for one in app.expander]
    assert any("the successor" in label for label in labels)
    assert not any("closing centre" in label for label in labels)
    assert table(app, "to")[0]["to"] == "Seoul Gangnam (EC003)"


def test_a_file_that_is_no_table_has_no_rows() -> None:
    app = given(b"%PDF-1.7")
    fine(app)
    assert "The file as a whole cannot be taken. Nothing was stored." in said(app)
    assert "in 0 rows" not in said(app)
    assert "0 records" not in said(app)


def test_values_are_named_as_cells_hold_them() -> None:
    fault = data_checking.checked(
        store(), planner(), "센터.csv", changed(EC002__centre_type="대형")
    ).faults[0]
    english, korean = (expected_text(fault, Words(one), word_of) for one in ("en", "ko"))
    assert english == "one of plus, basic, medium, branch, outreach"
    assert "고용복지플러스센터, 고용센터, 중형고용센터, 출장센터, 출장소" in korean
    for word in ("고용복지플러스센터", "고용센터", "중형고용센터", "출장센터", "출장소"):
        upload = data_checking.checked(
            store(), planner(), "센터.csv", changed(EC002__centre_type=word)
        )
        assert not upload.faults


def test_the_ministrys_own_figures_take_the_label_away() -> None:
    app = given(BYTES)
    assert "changes nothing" in said(app)
    app.checkbox(key=keys.DATA_REAL).check().run()
    press(app, "Save as a new version…")
    field(app, "text_area", "reason").set_value("확정 자료")
    press(app, "Save the version")
    assert not rounds.present(store(), planner()).illustrative
    fine(app)
    assert "the Ministry's own figures" in said(app)


def test_going_back_by_the_list_of_versions() -> None:
    base = saved_data.versions(store(), planner())[0].id
    data.save(
        store(),
        planner(),
        "a.csv",
        changed(EC001__officials="35"),
        illustrative=True,
        reason="사유",
        based_on=base,
        key=key(),
    )
    app = opened("data", "planner-1", {keys.SECTION_PARAMETER: "versions"})
    fine(app)
    assert [row["number"] for row in table(app, VERSIONS)] == [2, 1]
    app.selectbox(key=keys.DATA_VERSION).set_value(base).run()
    press(app, "Go back to version 1…")
    field(app, "text_area", "reason").set_value("잘못 올림")
    next(button for button in app.button if button.label == "Go back").click().run()
    fine(app)
    assert saved_data.versions(store(), planner())[1].is_present


@pytest.mark.parametrize("who", ["lead-1", "auditor-1"])
def test_lead_and_auditor_only_look(who: str) -> None:
    app = opened("data", who, {keys.SECTION_PARAMETER: "upload"})
    fine(app)
    assert table(app, VERSIONS)
    assert not app.get("file_uploader")
    assert not [button for button in app.button if "Go back" in button.label]


def test_definitions_in_both_languages() -> None:
    app = opened("data", auditor().partition("|")[2], {keys.SECTION_PARAMETER: "definitions"})
    fine(app)
    rows = table(app, DEFINITIONS)
    assert len(rows) == 33
    assert rows[0]["korean"] == "센터코드"
    assert rows[13]["name"] == "officials"


def test_requests_of_a_file_are_taken_over() -> None:
    app = opened("data", "planner-1", {keys.SECTION_PARAMETER: "requests"})
    fine(app)
    app.session_state[keys.DATA_REQUESTS_GIVEN] = Given("요구.csv", REQUESTS)
    app.run()
    fine(app)
    assert "1 request over 34.0 million won" in said(app)
    press(app, "Take 1 request over…")
    field(app, "text_area", "reason").set_value("서면 접수")
    next(button for button in app.button if button.label == "Take over").click().run()
    fine(app)
    assert needs_seen.need(store(), planner(), "R-1").state == "submitted"


def test_a_closed_centre_keeps_its_requests_readable() -> None:
    data.save(
        store(),
        planner(),
        "a.csv",
        changed(EC001=""),
        illustrative=True,
        reason="폐지",
        based_on=saved_data.versions(store(), planner())[0].id,
        key=key(),
    )
    for who in ("planner-1", "centre_head-EC001"):
        app = opened("centre", who, {keys.CENTRE_PARAMETER: "EC001"})
        fine(app)
        assert "has closed" in said(app)
    for page, who in (
        ("overview", "planner-1"),
        ("allocate", "planner-1"),
        ("review", "planner-1"),
    ):
        fine(opened(page, who))
    for page in ("overview", "requests"):
        fine(opened(page, "centre_head-EC001"))
