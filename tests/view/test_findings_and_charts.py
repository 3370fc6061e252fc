"""Findings agree with the allocation; charts carry meaning, units and every centre."""

from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import budget
from budget import files
from budget.view import charts, maps, publish, tables
from budget.view.charts import off_zero
from budget.view.colours import DARK, LIGHT, Colours
from budget.view.findings import (
    against_last_year,
    movement_leader,
    movement_title,
    nothing_approved,
    since_baseline,
    since_last_year,
)
from budget.view.numbers import NOTHING, Numbers
from budget.view.requests import part_in_brief, request_amounts
from budget.view.words import Words

DATA = Path(__file__).parents[2] / "data"
KO, EN = Numbers(Words("ko")), Numbers(Words("en"))


@cache
def baseline() -> budget.Allocation:
    """The sample round under its default rules."""
    return budget.allocate(
        files.read_centres(DATA / "centres.csv"),
        files.read_policy(DATA / "policy.toml"),
        files.read_requests(DATA / "requests.csv"),
    )


def test_movement_is_that_of_the_allocation() -> None:
    """Gains less losses are the change of the operating money of centres with a last year."""
    movement = since_last_year(baseline(), KO.words)
    known = [change for change in baseline().changes if change is not None]
    assert movement.gained - movement.lost == sum(known)
    assert len(movement.centres) + movement.without_before == 174
    assert movement.gainers[0].change == max(known)
    assert movement.losers[0].change == min(known)
    parts = [movement.of(place) for place in {centre.province for centre in movement.centres}]
    assert sum(part.gained - part.lost for part in parts) == sum(known)


def test_titles_say_how_much_moves_and_who_leads() -> None:
    """Computed from the data, in both languages."""
    for numbers in (KO, EN):
        movement = since_last_year(baseline(), numbers.words)
        assert numbers.money_with_unit(movement.gained) in movement_title(movement, numbers)
        assert movement.gainers[0].name in movement_leader(movement, numbers)
        assert "+1,495.0 (+1.4 %)" in movement_title(movement, numbers)  # 4,057.9 less 2,562.9
    still = since_baseline(baseline(), baseline(), KO.words)
    assert "기준안과 같은" in movement_title(still, KO)


def test_without_approved_requests_the_reader_is_told_where_their_money_stands() -> None:
    """7,680 million won of the sample round then stand in the operating money."""
    assert nothing_approved(baseline(), EN) == ""
    bare = replace(baseline(), requests=())
    assert "7,680.0 million won for special needs stand in the part “operating”" in (
        nothing_approved(bare, EN)
    )
    assert "7,680.0백만원" in nothing_approved(bare, KO)


def test_no_name_stands_on_the_line_of_zero() -> None:
    """Names 10 apart: the third would stand at 2 and goes below the line, the fourth with it."""
    assert off_zero([40.0, 12.0, 2.0, -8.0], 10.0) == [40.0, 12.0, -6.0, -16.0]
    assert off_zero([40.0, 30.0, -20.0], 10.0) == [40.0, 30.0, -20.0]


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("numbers", [KO, EN])
def test_charts_mean_something_and_name_their_units(numbers: Numbers, colours: Colours) -> None:
    """A description, the unit in a title of an axis or tooltip, and all centres as data."""
    movement = since_last_year(baseline(), numbers.words)
    figure = charts.change_by_centre(movement, numbers, colours)
    assert figure.meaning
    assert numbers.unit_name in str(figure.spec)
    assert len(figure.data["centres"]) == len(movement.centres)
    assert figure.to_chart().to_dict()["description"] == figure.meaning


def test_a_drawing_stays_the_same_while_data_change() -> None:
    """The browser then changes the chart in place."""
    movement = since_last_year(baseline(), KO.words)
    same = since_baseline(baseline(), baseline(), KO.words)
    first = charts.change_by_centre(movement, KO, LIGHT)
    assert charts.change_by_centre(same, KO, LIGHT).spec is first.spec


def test_labels_keep_their_distance() -> None:
    """No name covers another."""
    movement = since_last_year(baseline(), KO.words)
    labels = charts.change_by_centre(movement, KO, LIGHT, 190).data["labels"]
    room = max(c.change for c in movement.centres) - min(c.change for c in movement.centres)
    for _side, own in labels.groupby("side"):
        places = sorted(own["label_change"])
        gaps = [b - a for a, b in pairwise(places)]
        assert all(gap * 190 * KO.unit.won / room >= 14 for gap in gaps)


def test_thinned_outlines_keep_every_province_and_the_far_islands() -> None:
    """17 provinces, and three once more; Baengnyeong in the west and Ulleung in the east stay."""
    import json

    provinces = maps.thinned(json.loads((DATA / "provinces.geojson").read_text("utf-8")))
    assert len(provinces) == 17 + 3
    provinces = provinces[:17]
    points = [
        point
        for province in provinces
        for shape in province["geometry"]["coordinates"]
        for point in shape[0]
    ]
    assert min(point[0] for point in points) < 125
    assert max(point[0] for point in points) > 130.5


def test_tables_hold_every_won() -> None:
    """The lines of the envelope are the envelope; the table's totals are the allocation's."""
    lines = tables.pool_lines(baseline(), baseline(), KO.words)
    assert sum(line.won for line in lines[:-1]) == lines[-1].won == baseline().policy.envelope
    movement = since_last_year(baseline(), KO.words)
    rows = tables.centre_table(baseline(), movement, KO)
    assert len(rows) == 174
    assert round(rows["total"].sum() * 1e6) == sum(baseline().totals)
    assert list(tables.matching(rows, "제주")["province"].unique()) == ["제주"]


def test_gains_and_losses_are_one_order() -> None:
    """From the greatest gain over no change to the greatest loss, or back; new centres last."""
    rows = pd.DataFrame(
        {
            "centre": ["new", "loses", "still", "gains", "gains more"],
            "before": [None, 10.0, 10.0, 10.0, 10.0],
            "more": [None, None, None, 2.0, 9.0],
            "less": [None, 5.0, None, None, None],
        }
    )
    found = tables.by_change(rows, is_gain_first=True)
    assert found["centre"].tolist() == ["gains more", "gains", "still", "loses", "new"]
    assert found.index.tolist() == [4, 3, 2, 1, 0]
    back = tables.by_change(rows, is_gain_first=False)
    assert back["centre"].tolist() == ["loses", "still", "gains", "gains more", "new"]


def test_sums_stand_beside_what_they_are_compared_with() -> None:
    """Those of all centres are the allocation's; those of a few are of these few."""
    movement = since_last_year(baseline(), EN.words)
    rows = tables.centre_table(baseline(), movement, EN)
    assert tables.sums_text(rows, 174, baseline(), movement, EN) == (
        "174 of 174 centres, in million won; together: last year 104,600.0, operating 106,880.0 "
        "(+1.4 % where there was a last year), total 126,720.0"
    )
    jeju = tables.matching(rows, "Jeju")
    said = tables.sums_text(jeju, 174, baseline(), movement, EN)
    assert said.startswith("2 of 174 centres")
    assert f"total {jeju['total'].sum():,.1f}" in said
    again = since_baseline(baseline(), baseline(), EN.words)
    rows = tables.centre_table(baseline(), again, EN)
    assert tables.sums_text(rows, 174, baseline(), again, EN).endswith(
        "together: baseline 126,720.0, total 126,720.0 (0.0 %)"
    )


def test_a_request_that_was_funded_in_part_says_how_much() -> None:
    """57.8 of 249.0 million won: 23 %, and 191.2 not."""
    need = SimpleNamespace(
        title="에너지", title_en="Energy", requested_krw=300_000_000, approved_krw=249_000_000
    )
    need.funded_krw = 57_800_000
    assert part_in_brief(need, EN) == "In part 23 %"
    assert request_amounts(need, EN).endswith(
        "approved 249.0 million won, funded 57.8 million won, not funded 191.2 million won"
    )
    need.funded_krw = need.approved_krw
    assert part_in_brief(need, EN) == ""
    assert request_amounts(need, EN).endswith("funded 249.0 million won")


def test_one_centre_s_money_stands_beside_last_year_s() -> None:
    assert against_last_year("operating", 1_320_000_000, 1_200_000_000, EN) == (
        "Of it operating 1,320.0 million won, last year 1,200.0 million won: "
        "+120.0 million won (+10.0 %)."
    )
    assert against_last_year("operating", 1_320_000_000, None, EN) == (
        "Of it operating 1,320.0 million won; a new centre, without last year."
    )


def test_a_baseline_stands_beside_last_year() -> None:
    """Only operating money has a last year."""
    table = publish.parts_on_last_year(baseline(), EN)
    known = table[table["before"] != NOTHING]
    assert known["part"].tolist() == ["Operating"]
    assert known["before"].tolist() == ["104,600.0"]
    assert known["change"].tolist() == ["+2,280.0"]
    assert table["part"].tolist()[-1] == "Envelope"
