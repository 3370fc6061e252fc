"""Rules for divisions: read with every fault at once, written, changed by path; a centre's plan."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from pydantic import ValidationError

import budget.files
from budget.allocation.contract import DIVISION_STAFF
from budget.allocation.division_plan import plan_check
from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.faults import InputError
from tests.allocation.division_tables import rules

SAMPLE = Path(__file__).parents[2] / "data" / "divisions.toml"

DIVISION = """
[[divisions]]
id = "planning"
name_ko = "기획총괄"
name_en = "Planning"
staff_column = "staff_planning"
"""


def faults(text: str) -> set[tuple[str, str]]:
    """(key, value) of every fault of a text."""
    with pytest.raises(InputError) as caught:
        division_rules_from_toml(text)
    assert all(str(fault).startswith("divisions.toml") for fault in caught.value.faults)
    return {(fault.where, fault.value) for fault in caught.value.faults}


def test_the_sample_is_read_and_written_again() -> None:
    found = budget.files.read_divisions(SAMPLE)
    assert found.staff_columns == DIVISION_STAFF
    assert found.ids[:2] == ("planning", "placement")
    assert found.division("planning").name_ko == "기획총괄"
    assert found.band("plus", "planning") == found.bands["plus"]["planning"]
    assert found.band("outreach", "planning") is None
    assert "illustrative" in found.name
    again = division_rules_from_toml(budget.files.divisions_toml(found).decode())
    assert again == found
    assert again.division("planning").ceiling == found.division("planning").ceiling


def test_every_fault_at_once() -> None:
    assert faults(
        """
        name = 3
        colour = "blue"
        [[divisions]]
        id = "Planning!"
        name_ko = "a"
        name_en = "b"
        staff_column = "s"
        ceiling = { share = 1.5 }
        extra = 1
        [[divisions]]
        id = "p"
        name_ko = "a"
        staff_column = "s"
        ceiling = { krw = 1.5 }
        [bands.plus]
        p = { min_share = 0.5, max_share = 1.2 }
        q = { min_share = 0.1 }
        [bands.foo]
        p = { min = 1 }
        """
    ) >= {
        ("name", "3"),
        ("colour", "blue"),
        ("divisions.Planning!.id", "Planning!"),
        ("divisions.Planning!.ceiling.share", "1.5"),
        ("divisions.Planning!.extra", "1"),
        ("divisions.p.name_en", ""),
        ("divisions.p.staff_column", "s"),
        ("divisions.p.ceiling.krw", "1.5"),
        ("bands.plus.p.max_share", "1.2"),
        ("bands.plus.q", "q"),
        ("bands.foo", "foo"),
        ("bands.foo.p.min", "1"),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[bands.plus]\nplanning = { min_share = 0.4, max_share = 0.3 }", "not above max_share"),
        ("[bands.plus]\nplanning = {}", "min_share and/or max_share"),
        ("[bands.plus]\nplanning = { least = 0.4 }", "min_share, max_share"),
        ("[bands.plus]\nplaning = { min_share = 0.4 }", "the id of a division: planning"),
        ("[bands.huge]\nplanning = { min_share = 0.4 }", "plus, basic, medium"),
        (DIVISION, "no other division"),
        (DIVISION.replace('"planning"', '"Planning"'), "small Latin letters"),
    ],
)
def test_faults_say_what_is_expected(text: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        division_rules_from_toml('name = "Test"\n' + DIVISION + text)
    assert any(expected in str(fault) for fault in caught.value.faults)


def test_no_toml_and_no_division() -> None:
    assert faults("[[divisions") == {("", "")}
    assert faults('name = "Test"') == {("divisions", "")}


def test_numbers_are_changed_by_their_path() -> None:
    own = rules("x", "y", ceilings={"x": 10}, bands={"plus": {"x": ("0.1", None)}})
    changed = own.replaced(
        {
            "divisions.x.ceiling.krw": 20,
            "divisions.y.minimum.share": Decimal("0.25"),
            "bands.plus.x.max_share": Decimal("0.5"),
        }
    )
    assert changed.division("x").ceiling_in_won(100, 1) == 20
    assert changed.division("y").minimum_in_won(101, 10) == 30
    assert changed.bands["plus"]["x"].model_dump() == {
        "min_share": Decimal("0.1"),
        "max_share": Decimal("0.5"),
    }
    assert own.division("x").ceiling_in_won(100, 1) == 10
    for path in (
        "divisions.q.ceiling.krw",
        "bands.plus.y.min_share",
        "name",
        "divisions.x.floor.krw",
    ):
        with pytest.raises(InputError, match="a number of the rules"):
            own.replaced({path: 1})
    with pytest.raises(ValidationError):
        own.replaced({"bands.plus.x.max_share": Decimal("1.5")})


def test_bounds_are_rounded_inwards() -> None:
    band = rules("x", bands={"plus": {"x": ("0.333", "0.667")}}).bands["plus"]["x"]
    assert (band.floor(10_000, 1_000), band.cap(10_000, 1_000)) == (4_000, 6_000)


# --- a centre's own plan ----------------------------------------------------------------------

FLOORS = pd.Series({"x": 10_000, "y": 20_000, "z": 0})
CAPS = pd.Series({"x": 60_000, "y": 80_000, "z": 0})


def plan_faults(**plan: int) -> list[tuple[str, str]]:
    found = plan_check(plan, FLOORS, CAPS, 100_000, 1_000)
    assert found.complete == (not found.faults)
    return [(fault.where, str(fault).partition("expected ")[2]) for fault in found.faults]


def test_a_plan_inside_the_bands() -> None:
    assert plan_faults(x=40_000, y=60_000) == []
    room = plan_check({"x": 40_000, "y": 60_000}, FLOORS, CAPS, 100_000, 1_000).room
    assert room.loc["x", ["down_krw", "up_krw"]].tolist() == [30_000, 20_000]


def test_what_is_left_to_place() -> None:
    found = plan_check({"x": 40_000, "y": 50_000}, FLOORS, CAPS, 100_000, 1_000)
    assert found.left_krw == 10_000
    assert "10,000 won are left to place" in str(found.faults[0])
    assert plan_check({"x": 60_000, "y": 60_000}, FLOORS, CAPS, 100_000, 1_000).left_krw == -20_000
    assert "20,000 won too much" in plan_faults(x=60_000, y=60_000)[0][1]


def test_everything_wrong_with_a_plan_at_once() -> None:
    assert plan_faults(x=70_500, y=10_000, z=1_000, q=5) == [
        ("q", "the id of a division: x, y, z"),
        ("x", "a multiple of the unit, 1,000 won"),
        ("x", "an amount inside the Ministry's band, from 10,000 to 60,000 won"),
        ("y", "an amount inside the Ministry's band, from 20,000 to 80,000 won"),
        ("z", "0: the centre has no staff in this division"),
        ("", "all operating money, 100,000 won; 18,495 won are left to place"),
    ]
