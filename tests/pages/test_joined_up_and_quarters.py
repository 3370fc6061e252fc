"""Joined-up services and quarters: what each role reads, sets, uploads and takes away."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from streamlit.testing.v1 import AppTest

import budget
from budget.allocation.allotment import DEFAULT, allotment, due
from budget.ui import keys
from budget.workflow import execution, publication, quarters, round_inputs, rounds, saved_scenarios
from tests.pages.people_of_pages import field, opened, press, said, store, trail_of
from tests.pages.test_pages import shown
from tests.storage.databases import auditor, key, lead, move_round, planner

ONCE = [Decimal(1), Decimal(0), Decimal(0), Decimal(0)]
HEADER = "centre_id,as_of,spent_krw,committed_krw,available_krw,carryover_krw\n"


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def upload(rate: Fraction, behind: str = "EC002", day: str = "2027-09-30") -> None:
    """Execution of all centres: this part of what was allotted; one of them half of that."""
    given = round_inputs.inputs(store(), planner())
    plan = allotment(budget.allocate(given.centres, given.baseline.policy, given.requests), DEFAULT)
    lines = []
    for centre_id, row in zip(plan.ids, plan.running, strict=True):
        part = rate / 2 if centre_id == behind else rate
        lines.append(f"{centre_id},{day},{int(due(row, date.fromisoformat(day)) * part)},,,")
    year = quarters.year(store(), planner())
    execution.save(
        store(),
        planner(),
        "집행.csv",
        (HEADER + "\n".join(lines)).encode(),
        "3분기",
        based_on=year.execution_id,
        key=key(),
    )


def publish() -> None:
    move_round(store(), "decided")
    base = saved_scenarios.scenarios(store(), planner())[0]
    proposal = publication.propose(store(), planner(), base.id, "제안", key=key())
    publication.confirm(store(), lead(), proposal.id, "확정", key=key())


# --- joined-up services ------------------------------------------------------------------------


def test_the_desks_against_the_band() -> None:
    app = opened("joined_up", "planner-1")
    assert not app.exception
    text = shown(app) + said(app)
    assert "112 of 134 centres have more than 100 clients a counsellor" in text
    assert "17.2 times the joined-up pool (3,200.0 million won)" in text
    assert "illustrative" in text
    assert "The joined-up pool is that of the baseline" in text
    assert charts(app) == 1
    groups, centres = (frame.value for frame in app.dataframe[:2])
    assert list(groups["missing"])[-1] == groups["missing"][:-1].sum() == 1_220
    assert len(centres) == 134


def test_the_stated_figures_move_the_answer_and_stand_in_the_address() -> None:
    app = opened("joined_up", "lead-1", {"most": "150", "cost": "50000000", "by": "centre_type"})
    assert "more than 150 clients" in shown(app)
    assert "at 50.0 million won" in said(app)
    app.selectbox(key=keys.asked(keys.CLIENTS_PARAMETER)).set_value("registered_jobseekers").run()
    assert app.query_params[keys.CLIENTS_PARAMETER] == "registered_jobseekers"
    assert "more than 150 clients" in shown(app)
    assert "134 of 134" in shown(app) or "133 of 134" in shown(app)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"most": "NaN"}, "a whole number from 1"),
        ({"least": "500"}, "a least from 1 and a most"),
        ({"clients": "x"}, "disadvantaged_jobseekers or registered_jobseekers"),
    ],
)
def test_what_an_address_cannot_mean_is_told(asked: dict[str, str], told: str) -> None:
    app = opened("joined_up", "planner-1", asked)
    assert not app.exception
    assert told in said(app)


# --- quarters ----------------------------------------------------------------------------------


def test_a_preview_of_the_baseline_before_the_publication() -> None:
    app = opened("quarters", "auditor-1")
    assert not app.exception
    assert "Preview: nothing is published yet" in said(app)
    assert "62.4 % of the year's money is allotted in the first half" in shown(app)
    assert "30 / 30 / 20 / 20 %" in said(app)
    national, centres = (frame.value for frame in app.dataframe[:2])
    for quarter in ("q1", "q2", "q3", "q4", "year"):
        assert centres[quarter].sum() == pytest.approx(national[quarter].iloc[-1])
    assert not [found for found in app.button if "another profile" in found.label]


def test_a_planner_saves_another_profile() -> None:
    """A sum that is not 100 is told at its field; the right one is in force, and in the trail."""
    app = press(opened("quarters", "planner-1"), "another profile")
    field(app, "number_input", "running0").set_value(40.0)
    field(app, "text_area", "reason").set_value("조기집행 목표")
    press(app, "Save the profile")
    assert "four shares that sum to 100 %" in said(app)
    assert not quarters.year(store(), auditor()).profiles
    field(app, "number_input", "running3").set_value(10.0)
    press(app, "Save the profile")
    assert not app.exception
    assert [str(share) for share in quarters.year(store(), auditor()).profile.running] == [
        "0.4",
        "0.3",
        "0.2",
        "0.1",
    ]
    assert "40 / 30 / 20 / 10 %" in said(app)
    assert trail_of(verb="save_profile")[0].reason == "조기집행 목표"


def test_an_empty_page_says_what_to_do() -> None:
    for section, told in (
        ("execution", "No execution was uploaded yet"),
        ("proposal", "needs execution to date"),
    ):
        app = opened("quarters", "lead-1", {"show": section})
        assert told in said(app)
        assert not charts(app)


def test_execution_flags_and_the_proposal() -> None:
    upload(Fraction(98, 100))
    app = opened("quarters", "planner-1", {"show": "execution"})
    assert not app.exception
    assert "run behind" in shown(app)
    assert charts(app) == 1
    rows = app.dataframe[0].value
    flags = dict(zip(rows["centre"], rows["flag"], strict=True))
    assert flags["Seocho"] == "▼ behind"
    assert rows["pace"].dropna().is_monotonic_increasing
    app = opened("quarters", "planner-1", {"show": "proposal"})
    assert not app.exception
    assert "could give" in shown(app)
    assert "A proposal only" in said(app)
    rows = app.dataframe[0].value
    assert rows["less"].sum() == pytest.approx(rows["more"].sum())
    assert rows["before"].sum() == pytest.approx(rows["after"].sum())
    assert charts(app) == 1


def test_nothing_to_move_and_an_early_day_are_told() -> None:
    upload(Fraction(98, 100), behind="", day="2027-06-30")
    app = opened("quarters", "auditor-1", {"show": "proposal", "behind": "1", "able": "95"})
    assert "There is nothing to move" in shown(app)
    assert "older than the end of the third quarter" in said(app)


def test_shares_that_contradict_each_other_are_told() -> None:
    upload(Fraction(98, 100))
    for section in ("proposal", "execution"):
        app = opened("quarters", "planner-1", {"show": section, "behind": "99", "able": "90"})
        assert not app.exception
        assert "not above the share from which a centre can use more" in said(app)
        app.number_input(key=keys.asked(keys.BEHIND_PARAMETER)).set_value(80).run()
        assert charts(app) == 1, "the controls stay, so that the shares can be mended"


def test_a_share_that_its_field_cannot_hold_is_told_and_left_out() -> None:
    upload(Fraction(98, 100))
    asked = {"show": "execution", "behind": "120", "able": "130", "carry": "50"}
    app = opened("quarters", "planner-1", asked)
    assert "from 1 to 100" in said(app)
    assert "from 1 to 15" in said(app)
    assert [found.value for found in app.number_input] == [85, 130, 15]


def test_after_the_publication() -> None:
    """The published run counts; a head reads the own centre's quarters, and nothing else."""
    own = opened("quarters", "centre_head-EC001")
    assert "once the round is published" in said(own)
    publish()
    upload(Fraction(98, 100))
    app = opened("quarters", "lead-1")
    assert not app.exception
    assert "Preview" not in said(app)
    assert "that of the published allocation" in said(opened("joined_up", "lead-1"))
    own = opened("quarters", "centre_head-EC001")
    assert not own.exception
    assert len(own.dataframe) == 1
    assert len(own.dataframe[0].value) == 3
    assert "allotted to date" in said(own)
    assert "Seocho" not in said(own)


def test_a_day_that_has_not_come_is_told() -> None:
    upload(Fraction(98, 100), day=f"{rounds.present(store(), lead()).fiscal_year}-12-31")
    app = opened("quarters", "planner-1", {"show": "execution"})
    is_future = date(2027, 12, 31) > rounds.present(store(), lead()).now.date()
    assert ("lies in the future" in said(app)) == is_future


def test_who_was_faster_is_told_and_nothing_typed_is_lost() -> None:
    """Another planner saves a profile while the dialog is open."""
    app = press(opened("quarters", "planner-1"), "another profile")
    quarters.save_profile(
        store(), planner(2), [Decimal("0.25")] * 4, ONCE, "균등", based_on=0, key=key()
    )
    field(app, "number_input", "running0").set_value(40.0)
    field(app, "number_input", "running3").set_value(10.0)
    field(app, "text_area", "reason").set_value("조기집행")
    press(app, "Save the profile")
    assert "Planner 2 changed quarterly profile" in said(app)
    assert field(app, "number_input", "running0").value == 40.0
    press(app, "Save the profile")
    assert quarters.year(store(), auditor()).profile.running[0] == Decimal("0.4")
    trail = opened("audit", "auditor-1", {"record": str(trail_of(verb="save_profile")[0].number)})
    assert "0.25, 0.25, 0.25, 0.25" in shown(trail)
    assert "Quarterly profile" in shown(trail) + said(trail)
