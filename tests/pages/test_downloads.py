"""Downloads of the pages: what is offered to whom, what a click gives, who is refused."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import streamlit as st
from openpyxl import load_workbook

from budget.files.workbook import FIRST_ROW
from budget.ui import keys
from budget.workflow import people, publication, saved_scenarios
from budget.workflow.refusals import Forbidden
from tests.pages.people_of_pages import opened, store
from tests.storage.databases import administrator, key, lead, move_round, planner

Offered = dict[str, Callable[[], bytes]]


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> Offered:
    """File name -> what a click would run."""
    found: Offered = {}
    real = st.download_button

    def noted(label: str, data: Any, **rest: Any) -> bool:
        found[rest["file_name"]] = data
        return real(label, data, **rest)

    monkeypatch.setattr(st, "download_button", noted)
    return found


def menu(page: str, who: str, offered: Offered, asked: Mapping[str, str] | None = None) -> None:
    """Open the menu of a page; before, it offers nothing."""
    app = opened(page, who, asked)
    assert not offered
    app.session_state[keys.DOWNLOADS] = True
    app.run()
    assert not app.exception


@pytest.mark.parametrize(
    ("page", "who", "tables", "pictures"),
    [
        ("allocate", "planner-1", ("centres", "parts"), ("change",)),
        ("overview", "lead-1", ("centres", "parts"), ("envelope", "map", "leaders")),
        ("divisions", "auditor-1", ("centres", "totals", "pushes"), ("limits", "pushes")),
        ("review", "planner-1", ("requests",), ()),
        (
            "review?request=SN2027-011",
            "planner-1",
            ("sum", "requests", "centres"),
            ("ceiling", "payers"),
        ),
        ("requests", "centre_head-EC001", ("requests",), ()),
    ],
)
def test_every_table_and_chart_is_offered(
    page: str, who: str, tables: tuple[str, ...], pictures: tuple[str, ...], offered: Offered
) -> None:
    """As CSV and in a workbook, as SVG and PNG; every name is ASCII and says illustrative."""
    page, _, request = page.partition("?request=")
    menu(page, who, offered, {keys.REQUEST_PARAMETER: request} if request else None)
    check_files(offered, tables, pictures)


@pytest.mark.parametrize(
    ("page", "tables", "pictures"),
    [("quarters", ("allotment",), ("allotment",)), ("divisions", ("plan",), ("plan",))],
)
def test_a_head_takes_the_own_year_along(
    page: str, tables: tuple[str, ...], pictures: tuple[str, ...], offered: Offered
) -> None:
    """After the publication, the own quarters and the own plan: table and picture."""
    publish()
    menu(page, "centre_head-EC001", offered)
    check_files(offered, tables, pictures)


def publish() -> None:
    """Propose the baseline, and confirm it by another person."""
    move_round(store(), "decided")
    base = saved_scenarios.scenarios(store(), planner())[0]
    made = publication.propose(store(), planner(), base.id, "제안", key=key())
    publication.confirm(store(), lead(), made.id, "확정", key=key())


def check_files(offered: Offered, tables: tuple[str, ...], pictures: tuple[str, ...]) -> None:
    """Make every file that is offered, and look what it says of itself."""
    own = {name for name in offered if name.startswith("2027-")}
    endings = {name.rpartition("-")[2] for name in own}
    assert endings == {"illustrative.csv", "illustrative.xlsx"} | (
        {"illustrative.svg", "illustrative.png"} if pictures else set()
    )
    for part in tables:
        assert sum(f"-{part}-" in name and name.endswith(".csv") for name in own) == 1
    for part in pictures:
        drawn = {name for name in own if f"-{part}-" in name and name.endswith((".svg", ".png"))}
        assert len(drawn) == 2
    assert all(name.isascii() for name in offered)
    for name, make in offered.items():
        data = make()
        assert data
        if name.endswith("illustrative.csv"):
            lines = data.decode("utf-8-sig").splitlines()
            assert all(line.endswith(",illustrative") for line in lines[1:])
        if name.endswith(".svg"):
            assert "Illustrative data" in data.decode()
        if name.endswith(".xlsx"):
            sheets = load_workbook(io.BytesIO(data)).worksheets
            assert all("Illustrative data" in sheet["A1"].value for sheet in sheets)


def test_a_centre_head_gets_own_requests_alone(offered: Offered) -> None:
    """Nothing of other centres, nothing from behind the curtain."""
    menu("requests", "centre_head-EC001", offered)
    data = next(make() for name, make in offered.items() if name.endswith(".xlsx"))
    sheet = load_workbook(io.BytesIO(data), data_only=True).worksheets[0]
    rows = list(sheet.iter_rows(min_row=FIRST_ROW, max_row=sheet.max_row - 1, values_only=True))
    assert {row[2] for row in rows} == {"EC001"}
    assert {row[7] for row in rows} == {None}  # assessed amounts


def test_whoever_lost_the_role_gets_no_file(offered: Offered) -> None:
    """The page stays open, the right ends, the click is refused."""
    menu("allocate", "planner-1", offered)
    person = next(
        found for found in people.people(store(), administrator()) if found.identity == planner(1)
    )
    for grant in person.roles:
        people.end(
            store(),
            administrator(),
            grant.id,
            reason="left",
            based_on=person.version,
            key=key(),
        )
    for make in offered.values():
        with pytest.raises(Forbidden):
            make()
