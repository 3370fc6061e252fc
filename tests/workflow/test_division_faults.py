"""Divisions: what a head is told of others' faults, rules that no money fits, what is proven."""

from decimal import Decimal

import pytest
from sqlalchemy import text

from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.storage.tables import DataSet
from budget.workflow import (
    division_bands,
    division_plans,
    division_proposal,
    execution,
    proving,
    quarters,
)
from budget.workflow.refusals import NotNow
from tests.storage.databases import auditor, head, key, planner
from tests.workflow import steps
from tests.workflow.calls import DIVISIONS
from tests.workflow.test_divisions import publish
from tests.workflow.worlds import EXECUTED

SMALL = "EC153"
"""A centre without staff in some divisions."""
COARSE = DIVISIONS.replace("unit_krw = 1_000", "unit_krw = 1_000_000")


def behind_its_back(store: Store, table: str, *statements: str) -> None:
    """Change rows of a table without its guards; they stand again afterwards."""
    guards = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :own")
    with store.writing() as session:
        connection = session.connection()
        standing = connection.execute(guards, {"own": table}).all()
        for name, _made in standing:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        for _name, made in standing:
            connection.exec_driver_sql(made)


def without_staff(store: Store, *centres: str) -> None:
    """The published table says nothing of the staff in planning of these centres."""
    with store.writing() as session:
        content = session.get_one(DataSet, 1).content
    header, *lines = content.decode().splitlines()
    place = header.split(",").index("staff_planning")
    changed = []
    for line in lines:
        cells = line.split(",")
        if cells[0] in centres:
            cells[place] = "x"
        changed.append(",".join(cells))
    written = "\n".join([header, *changed, ""]).encode().hex()
    behind_its_back(store, "data_set", f"UPDATE data_set SET content = x'{written}' WHERE id = 1")


def test_a_head_is_told_only_the_own_centre_s_faults(quick_store: Store) -> None:
    store = quick_store
    publish(store)
    without_staff(store, "EC002", "EC003")
    with pytest.raises(InputError) as of_planner:
        division_proposal.proposal(store, planner(), "EC001")
    assert [fault.row for fault in of_planner.value.faults] == [3, 4]
    with pytest.raises(InputError) as of_another:
        division_proposal.proposal(store, head(), "EC001")
    [fault] = of_another.value.faults
    assert (fault.row, fault.value, fault.where) == (None, "", "")
    with pytest.raises(InputError) as of_its_own:
        division_proposal.proposal(store, head("EC002"), "EC002")
    assert [fault.row for fault in of_its_own.value.faults] == [3]


def test_a_head_is_told_of_a_contradiction_and_not_whose_money_it_is(quick_store: Store) -> None:
    store = quick_store
    publish(store)
    rules = DIVISIONS.replace("ceiling = { share = 0.09 }", "ceiling = { share = 0.01 }", 1)
    division_bands.save(store, planner(), rules, "사유", based_on=1, key=key())
    with pytest.raises(InfeasibleDivisions) as of_planner:
        division_proposal.proposal(store, planner(), "EC001")
    assert len(of_planner.value.centres) > 1
    with pytest.raises(NotNow, match="contradict") as of_head:
        division_proposal.proposal(store, head(), "EC001")
    assert (of_head.value.details, of_head.value.__cause__) == ({}, None)


def test_a_unit_in_which_no_money_is_whole_is_refused(quick_store: Store) -> None:
    """Before the publication by the unit of the baseline, after it by the published money."""
    store = quick_store
    for rules in (COARSE, DIVISIONS.replace("unit_krw = 1_000", "unit_krw = 3_000")):
        with steps.told(store, InputError) as caught:
            division_bands.save(store, planner(), rules, "사유", based_on=1, key=key())
        assert steps.places(caught.value) == ["unit_krw"]
    publish(store)
    with steps.told(store, InputError) as caught:
        division_bands.save(store, planner(), COARSE, "사유", based_on=1, key=key())
    assert steps.places(caught.value) == ["unit_krw"]
    with pytest.raises(InputError):
        division_bands.plans_outside(store, planner(), COARSE)
    fine = DIVISIONS.replace("unit_krw = 1_000", "unit_krw = 500")
    assert division_bands.save(store, planner(), fine, "사유", based_on=1, key=key()).number == 2


def test_a_plan_submitted_without_a_division_that_it_had_is_as_the_trail_tells(
    quick_store: Store,
) -> None:
    store, who = quick_store, head(SMALL)
    publish(store)
    whole = steps.proposed(store, SMALL)
    needed = {division: won for division, won in whole.items() if won}
    assert needed != whole
    plan = division_plans.submit(store, who, SMALL, whole, based_on=0, key=key())
    plan = division_plans.recall(store, who, SMALL, "고침", based_on=plan.version, key=key())
    plan = division_plans.submit(store, who, SMALL, needed, based_on=plan.version, key=key())
    assert plan.amounts == needed
    assert proving.verify(store, auditor()).contents == ()
    lines = division_proposal.history(store, who, SMALL)
    gone = {name: pair for name, pair in lines[-1].changes.items() if pair[1] is None}
    assert gone == {f"{division}_krw": [0, None] for division in whole if division not in needed}


def test_a_submitted_plan_is_not_submitted_over(quick_store: Store) -> None:
    """Another tab's submission with a key of its own, based on what counts already."""
    store = quick_store
    publish(store)
    plan = steps.planned(store)
    with steps.refused(store, NotNow, head(), "submit_plan", "EC001"):
        division_plans.submit(
            store, head(), "EC001", dict(plan.amounts), based_on=plan.version, key=key()
        )


def test_in_whose_name_the_first_rules_are_is_proven(quick_store: Store) -> None:
    assert proving.verify(quick_store, auditor()).is_whole
    behind_its_back(quick_store, "division_rules", "UPDATE division_rules SET saved_by = 2")
    assert proving.verify(quick_store, auditor()).contents == (("division_rules", "1"),)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("division_rules", "note", "'다른 사유'"),
        ("division_rules", "saved_by", "1"),
        ("division_rules", "saved_at", "'2020-01-01 00:00:00.000000'"),
        ("division_plan", "submitted_at", "'2020-01-01 00:00:00.000000'"),
        ("division_plan", "amounts", "'{}'"),
        ("allotment_profile", "saved_at", "'2020-01-01 00:00:00.000000'"),
        ("execution_set", "saved_at", "'2020-01-01 00:00:00.000000'"),
    ],
)
def test_what_a_version_or_plan_says_of_itself_is_proven(
    table: str, column: str, value: str, quick_store: Store
) -> None:
    store = quick_store
    publish(store)
    changed = DIVISIONS.replace("share = 0.09", "share = 0.1", 1)
    division_bands.save(store, planner(), changed, "사유", based_on=1, key=key())
    steps.planned(store)
    quarter = [Decimal("0.25")] * 4
    quarters.save_profile(store, planner(), quarter, quarter, "균등", based_on=0, key=key())
    execution.save(store, planner(), "집행.csv", EXECUTED, "1분기", based_on=0, key=key())
    assert proving.verify(store, auditor()).is_whole
    latest = f"(SELECT MAX(id) FROM {table})"
    behind_its_back(store, table, f"UPDATE {table} SET {column} = {value} WHERE id = {latest}")
    [(kind, _identifier)] = proving.verify(store, auditor()).contents
    assert kind == table
