"""Staff by division in uploads: all six columns or none, as many people as in the groups."""

import pytest

from budget.allocation.contract import DIVISION_STAFF
from budget.files.uploads.definitions import CENTRES
from budget.files.uploads.reading import Upload, read_upload
from budget.files.uploads.templates import template_csv
from tests.files.corpus import KOREAN, NAMES, Grid, grid, utf8

PLACES = {name: NAMES.index(name) for name in DIVISION_STAFF}


def upload(table: Grid) -> Upload:
    return read_upload("센터.csv", utf8(table), CENTRES)


def without(names: set[str]) -> Grid:
    kept = [place for place, name in enumerate(NAMES) if name not in names]
    return [[row[place] for place in kept] for row in grid()]


def test_all_six_or_none() -> None:
    assert not upload(grid()).faults
    found = upload(without(set(DIVISION_STAFF)))
    assert not found.faults
    assert not set(DIVISION_STAFF) & set(found.table.columns)
    some = upload(without({"staff_training", "staff_benefit"}))
    assert {fault.where for fault in some.faults} == {
        KOREAN[PLACES["staff_training"]],
        KOREAN[PLACES["staff_benefit"]],
    }


@pytest.mark.parametrize(
    ("cell", "is_right"),
    [
        (5, True),
        (5.5, True),  # half a person more
        (4.5, True),
        (5.51, False),
        (5.75, False),
        (4, False),
    ],
)
def test_as_many_people_as_in_the_groups(cell: float, is_right: bool) -> None:
    """The first centre: 5 + 12.5 + 13 + 8 + 4 + 11 by division, 31 + 9 + 12.5 + 1 in groups."""
    table = grid()
    table[1][PLACES["staff_planning"]] = cell
    faults = upload(table).faults
    assert [(f.row, f.where) for f in faults] == ([] if is_right else [(2, "기획총괄 인력")])
    assert is_right or "53.5" in str(faults[0])


@pytest.mark.parametrize(
    ("cell", "says"),
    [(-1, "0 or more"), ("", "empty"), ("다섯", "number"), ("5.125", "two decimals")],
)
def test_a_faulty_cell_is_told_once(cell: object, says: str) -> None:
    table = grid()
    table[1][PLACES["staff_planning"]] = cell
    [fault] = upload(table).faults
    assert (fault.row, fault.where) == (2, "기획총괄 인력")
    assert says in str(fault)


def test_the_templates_have_them() -> None:
    korean = template_csv(CENTRES, "ko").decode("utf-8-sig")
    assert all(KOREAN[place] in korean for place in PLACES.values())
    assert all(name in template_csv(CENTRES, "en").decode("utf-8-sig") for name in DIVISION_STAFF)
