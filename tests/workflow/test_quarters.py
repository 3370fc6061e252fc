"""The year: profiles and execution in versions, who saves and sees them, and the trail's proof."""

import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

import budget
from budget.allocation.allotment import DEFAULT, allotment
from budget.allocation.execution import BEHIND, Reading, standings
from budget.allocation.faults import InputError
from budget.allocation.moving import moving
from budget.files.uploads.definitions import EXECUTION
from budget.files.uploads.templates import filled_template_csv
from budget.storage.store import Store
from budget.storage.tables import AllotmentProfile, ExecutionSet
from budget.workflow import behind, execution, proving, quarters, round_inputs, supplementary
from budget.workflow.refusals import Conflict, Forbidden
from tests.storage.databases import SAMPLE, auditor, head, key, lead, planner
from tests.storage.intruders import findings, unguarded
from tests.workflow import steps
from tests.workflow.worlds import Copies, World

HEADER = "centre_id,as_of,spent_krw,committed_krw,available_krw,carryover_krw\n"
THREE = ("EC001", "EC002", "EC003")
PAID = (1_000, 900_000_000, 0)
FLAT = [Decimal("0.25")] * 4
ONCE = [Decimal(1), Decimal(0), Decimal(0), Decimal(0)]


def save(
    store: Store, running: Sequence[Decimal] = FLAT, by: str = "", **more: object
) -> quarters.Year:
    """Save a profile as the first planner."""
    given = {
        "reason": "분기별 균등",
        "based_on": quarters.year(store, auditor()).profile_id,
        "key": key(),
    }
    return quarters.save_profile(store, by or planner(), running, ONCE, **(given | more))  # type: ignore[arg-type]


def upload(store: Store, *rows: str, **more: object) -> list[execution.ExecutionVersion]:
    """Upload execution as the first planner."""
    given = {
        "reason": "3분기 집행",
        "based_on": quarters.year(store, auditor()).execution_id,
        "key": key(),
    }
    content = (HEADER + "\n".join(rows)).encode()
    return execution.save(store, planner(), "집행.csv", content, **(given | more))  # type: ignore[arg-type]


def test_the_usual_profile_until_another_is_saved(own_store: Store) -> None:
    """On both kinds of database: saved, in force, vouched for, and written once."""
    before = quarters.year(own_store, lead())
    assert (before.profile, before.profile_id, before.run_id) == (DEFAULT, 0, None)
    save(own_store)
    after = save(own_store, [Decimal("0.4"), Decimal("0.3"), Decimal("0.2"), Decimal("0.1")])
    assert [version.number for version in after.profiles] == [2, 1]
    assert after.profile.running[0] == Decimal("0.4")
    upload(own_store, "EC001,2027-09-30,5,,,")
    found = upload(own_store, "EC001,2027-09-30,7,9,,1", "EC002,2027-06-30,1,,,")
    assert [(one.number, one.centres, one.spent, one.file) for one in found] == [
        (2, 2, 8, "집행.csv"),
        (1, 1, 5, "집행.csv"),
    ]
    own = quarters.executed(own_store, auditor())["EC001"]
    assert (own.spent, own.committed, own.available, own.carryover) == (7, 9, None, 1)
    assert HEADER.encode() in execution.content(own_store, lead(), found[1].id)
    assert proving.verify(own_store, auditor()).is_whole
    for table, column in ((AllotmentProfile, "note"), (ExecutionSet, "number")):
        with unguarded(own_store) as session:
            row = session.get_one(table, 1)
            setattr(row, column, 7 if column == "number" else "x")
            session.add(row)
            session.flush()
            assert findings(session) == ((table.__tablename__, "1"),)
        with unguarded(own_store) as session:
            session.delete(session.get_one(table, 2))
            session.flush()
            assert (table.__tablename__, "2") in findings(session)


def test_what_is_no_profile_stores_nothing(quick_store: Store) -> None:
    with steps.unchanged(quick_store):
        with pytest.raises(InputError) as found:
            save(quick_store, [Decimal("0.3")] * 4, reason=" ")
        assert [fault.where for fault in found.value.faults] == ["running", "reason"]
    save(quick_store)
    with pytest.raises(InputError, match="differ"):
        save(quick_store)


def test_one_key_is_one_version_and_others_are_faster(quick_store: Store) -> None:
    once = key()
    save(quick_store, key=once, based_on=0)
    assert len(save(quick_store, key=once, based_on=0).profiles) == 1
    with pytest.raises(Conflict):
        save(quick_store, ONCE, by=planner(2), based_on=0)
    assert len(save(quick_store, ONCE, based_on=0).profiles) == 2  # one's own is no conflict
    seen = quarters.year(quick_store, planner()).profile_id
    save(quick_store, by=planner(2), based_on=seen)
    save(quick_store, ONCE, based_on=quarters.year(quick_store, planner()).profile_id)
    with pytest.raises(Conflict):  # planner 2 saved since, though not last
        save(quick_store, FLAT, based_on=seen)
    upload(quick_store, "EC001,2027-09-30,5,,,", based_on=0)
    with pytest.raises(Conflict):
        execution.save(
            quick_store,
            planner(2),
            "x.csv",
            (HEADER + "EC001,2027-09-30,6,,,").encode(),
            "사유",
            based_on=0,
            key=key(),
        )


def test_a_colleague_s_save_between_two_of_one_s_own_is_told(quick_store: Store) -> None:
    """Two pages of one planner: a colleague's save between them stays a conflict for the older."""
    save(quick_store, based_on=0)
    save(quick_store, ONCE, by=planner(2))
    save(quick_store)
    with steps.told(quick_store, Conflict) as caught:
        save(quick_store, ONCE, based_on=1)
    [change] = caught.value.changes  # type: ignore[attr-defined]
    assert (change.person, change.theirs) == ("예산 담당 2", "2")
    assert caught.value.version == 3  # type: ignore[attr-defined]
    upload(quick_store, "EC001,2027-09-30,5,,,")
    text = (HEADER + "EC001,2027-09-30,6,,,").encode()
    execution.save(quick_store, planner(2), "x.csv", text, "사유", based_on=1, key=key())
    upload(quick_store, "EC001,2027-09-30,7,,,")
    with steps.told(quick_store, Conflict):
        upload(quick_store, "EC001,2027-09-30,8,,,", based_on=1)
    upload(quick_store, "EC001,2027-09-30,8,,,", based_on=2)  # since then there is one's own alone


@pytest.mark.parametrize(
    ("row", "where", "number"),
    [
        ("EC999,2027-09-30,5,,,", "centre_id", 2),
        ("EC001,2026-09-30,5,,,", "as_of", 2),
        ("EC001,2027-13-01,5,,,", "as_of", 2),
        ("EC001,46295,5,,,", "as_of", 2),
        ("EC001,2027-09-30,,,,", "spent_krw", 2),
        ("EC001,2027-09-30,△5,,,", "spent_krw", 2),
        ("EC001,2027-09-30,5,4,,", "committed_krw", 2),
        ("EC001,2027-09-30,5,,4,", "spent_krw", 2),
        ("EC001,2027-09-30,5,,9,10", "carryover_krw", 2),
        ("EC001,2027-09-30,5,,9,4\nEC002,2027-09-30,5,,9,5", "carryover_krw", 3),
        ("EC001,2027-09-30,5,,,\nEC001,2027-09-30,6,,,", "centre_id", 2),
    ],
)
def test_faults_by_cell(quick_store: Store, row: str, where: str, number: int) -> None:
    given = (HEADER + row).encode()
    found = execution.checked(quick_store, planner(), "e.csv", given)
    assert (found.faults[0].row, found.faults[0].where) == (number, where)
    with steps.unchanged(quick_store), pytest.raises(InputError):
        upload(quick_store, row)


def test_days_and_headers_as_koreans_write_them(quick_store: Store) -> None:
    text = (
        "센터코드,기준일,집행액(누계),지출원인행위액,예산현액,이월 예정액\n"
        'EC001,2027. 9. 30.,"1,234",,,\nEC002,2027년 9월 5일,0,,,-\n합계,,1234,,,\n'
    )
    found = execution.checked(quick_store, planner(), "e.csv", text.encode("cp949"))
    assert not found.faults
    assert list(found.table["as_of"]) == ["2027-09-30", "2027-09-05"]
    assert list(found.table["spent_krw"]) == ["1234", "0"]


def test_the_template_with_all_centres_comes_back_as_it_was_filled_in(quick_store: Store) -> None:
    """Header, centres and an extra column of names; the empty cells are what is missing."""
    for language in ("ko", "en"):
        given = filled_template_csv(
            EXECUTION, language, "센터", {"EC001": "=서울", "EC002": "서초"}
        )
        found = execution.checked(quick_store, planner(), "t.csv", given)
        assert {fault.row for fault in found.faults} == {2, 3}
        assert len(found.faults) == 4  # a day and spending, twice
        filled = given.decode("utf-8-sig").replace(",,,,,", ",2027-09-30,5,,,").encode()
        assert not execution.checked(quick_store, planner(), "t.csv", filled).faults


def test_the_same_execution_again_is_refused(quick_store: Store) -> None:
    upload(quick_store, "EC001,2027-09-30,5,,,")
    with pytest.raises(InputError, match="changes something"):
        upload(quick_store, "EC001,2027-09-30,5,,,")


def test_an_own_year_after_publication_alone(
    review_world: World, published_world: World, copies: Copies
) -> None:
    """The head's rows are the centre's published allocation, to the won; execution is its own."""
    with copies.kept(review_world) as (store, _):
        assert quarters.own_year(store, head(), "EC001") is None
        assert quarters.published_allocation(store, lead()) is None
    with copies.kept(published_world) as (store, _):
        found = quarters.own_year(store, head(), "EC001")
        allocation = quarters.published_allocation(store, auditor())
        assert found is not None
        assert allocation is not None
        place = allocation.centres.ids.index("EC001")
        assert sum(found.running) + sum(found.special) == allocation.totals[place]
        assert found.running == allotment(allocation, DEFAULT).running[place]
        assert found.profile == DEFAULT
        assert found.standing is not None
        assert found.standing.executed is not None
        assert found.standing.executed.spent == 200_000_000
        other = quarters.own_year(store, head("EC002"), "EC002")
        assert other is not None
        assert other.standing is None
        with pytest.raises(Forbidden):
            quarters.own_year(store, head("EC002"), "EC001")


def test_who_runs_behind_is_told_to_those_whom_it_concerns(
    review_world: World, published_world: World, copies: Copies
) -> None:
    """The same centres as on the page of the quarters; a head hears of the own one alone."""
    with copies.kept(review_world) as (store, _):
        assert (behind.basis(store, planner()), behind.behind(store, planner())) == ("", None)
    with copies.kept(published_world) as (store, _):
        rows = [f"{centre},2027-06-30,{won},,," for centre, won in zip(THREE, PAID, strict=True)]
        upload(store, *rows)
        year, allocation = (
            quarters.year(store, lead()),
            quarters.published_allocation(store, lead()),
        )
        assert allocation is not None
        found = standings(
            allotment(allocation, year.profile), quarters.executed(store, lead()), Reading()
        )
        expected = tuple(one.centre_id for one in found if one.flag == BEHIND)
        assert expected == ("EC001", "EC003")
        for who in (planner(), lead()):
            late = behind.behind(store, who)
            assert late is not None
            assert (late.centres, late.until.isoformat()) == (expected, "2027-06-30")
        own, fine = (behind.behind(store, head(centre)) for centre in THREE[:2])
        assert own is not None
        assert fine is not None
        assert (own.centres, fine.centres) == (("EC001",), ())
        assert behind.basis(store, head("EC004")) != ""
        assert behind.behind(store, head("EC004")) is None, "nothing was uploaded of it"
        assert (behind.basis(store, auditor()), behind.behind(store, auditor())) == ("", None)
        before = behind.basis(store, planner())
        save(store, ONCE)
        assert behind.basis(store, planner()) != before


def test_a_supplementary_round_goes_on_with_the_year(
    published_world: World, copies: Copies
) -> None:
    with copies.kept(published_world) as (store, _):
        save(store)
        day = store.clock().date() + timedelta(days=10)
        supplementary.open_round(store, lead(), day, "정정", key=key())
        before = quarters.year(store, planner())
        assert before.profile.running == tuple(FLAT)
        assert before.executions[0].id == published_world.execution
        assert before.run_id is not None
        after = save(store, ONCE)
        assert [one.number for one in after.profiles] == [1, 1]
        assert after.profile.running == tuple(ONCE)
        assert proving.verify(store, auditor()).is_whole


def test_the_illustrative_execution_is_made_by_its_script_and_accepted(quick_store: Store) -> None:
    """The committed file is what the script writes; some centres run behind by it."""
    script = SAMPLE / "sample_execution.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    content = (SAMPLE / "execution_illustrative.csv").read_bytes()
    assert not execution.checked(quick_store, planner(), "e.csv", content).faults
    given = round_inputs.inputs(quick_store, planner())
    allocation = budget.allocate(given.centres, given.baseline.policy, given.requests)
    execution.save(quick_store, planner(), "e.csv", content, "예시", based_on=0, key=key())
    plan = allotment(allocation, DEFAULT)
    found = standings(plan, quarters.executed(quick_store, planner()), Reading())
    behind = [one for one in found if one.flag == BEHIND]
    assert 5 <= len(behind) <= 20
    assert moving(allocation, found, plan.running).is_certified
