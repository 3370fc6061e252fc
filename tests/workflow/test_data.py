"""Versions of the data: checked, previewed, confirmed, merged, gone back to, proven."""

import csv
import io

import pytest

import budget
from budget.allocation.faults import InputError
from budget.allocation.revision import Takeover
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, Centre, DataSet
from budget.workflow import (
    centres,
    data,
    data_checking,
    needs_seen,
    proving,
    round_inputs,
    rounds,
    saved_data,
    saved_scenarios,
    special_needs,
)
from budget.workflow.refusals import Conflict, Forbidden, NotNow
from tests.storage import intruders
from tests.storage.databases import SAMPLE, auditor, head, key, lead, move_round, planner
from tests.workflow import steps

BYTES = (SAMPLE / "centres.csv").read_bytes()
NAME = "센터.csv"


def changed(**cells: str) -> bytes:
    """The sample with cells changed: EC001__officials="35"; a row is dropped by EC001="".

    Officials that come or go do so in the planning division.
    """
    reader = csv.DictReader(io.StringIO(BYTES.decode("utf-8-sig")))
    out = io.StringIO()
    writer = csv.DictWriter(out, reader.fieldnames or [])
    writer.writeheader()
    dropped = {name for name, text in cells.items() if "__" not in name and not text}
    for row in reader:
        for name, text in cells.items():
            centre_id, _mark, column = name.partition("__")
            if column and centre_id == row["centre_id"]:
                if column == "officials" and text.isdecimal():
                    more = int(text) - int(row[column])
                    row["staff_planning"] = str(int(row["staff_planning"]) + more)
                row[column] = text
        if row["centre_id"] not in dropped:
            writer.writerow(row)
    return out.getvalue().encode()


def save(
    store: Store, content: bytes, *takeovers: Takeover, **more: object
) -> list[saved_data.Version]:
    """Save an upload as the first planner."""
    given = {
        "illustrative": True,
        "reason": "3월 현원 반영",
        "based_on": present(store).id,
        "key": key(),
    }
    return data.save(store, planner(), NAME, content, takeovers=takeovers, **(given | more))  # type: ignore[arg-type]


def present(store: Store) -> saved_data.Version:
    """The version in force."""
    return next(one for one in saved_data.versions(store, auditor()) if one.is_present)


def is_proven(store: Store) -> bool:
    return proving.verify(store, auditor()).is_whole


def test_a_saved_version_is_in_force_and_vouched_for(own_store: Store) -> None:
    before = round_inputs.figures_version(own_store, planner())
    found = save(own_store, changed(EC001__officials="35"))
    assert [one.number for one in found] == [2, 1]
    assert (found[0].note, found[0].file.split()[0]) == ("3월 현원 반영", NAME)
    assert found[0].is_present
    assert not found[1].is_present
    given = round_inputs.inputs(own_store, planner())
    assert given.centres["officials"].iloc[0] == "35"
    assert round_inputs.figures_version(own_store, planner()) != before
    assert is_proven(own_store)
    with intruders.unguarded(own_store) as session:
        row = session.get_one(DataSet, found[0].id)
        row.content = row.content.replace(b",35,", b",99,", 1)
        session.add(row)
        session.flush()
        assert intruders.findings(session) == (("data_set", str(found[0].id)),)
    with intruders.unguarded(own_store) as session:  # each with a hash that stands in the trail
        first, second = (session.get_one(DataSet, one.id) for one in reversed(found))
        first.content, second.content = second.content, first.content
        first.sha256, second.sha256 = second.sha256, first.sha256
        session.add_all([first, second])
        session.flush()
        assert set(intruders.findings(session)) == {
            ("data_set", str(first.id)),
            ("data_set", str(second.id)),
            ("round", "1"),
        }


def test_faults_store_nothing(own_store: Store) -> None:
    upload = data_checking.checked(own_store, planner(), NAME, changed(EC002__officials="삼십"))
    assert [(fault.row, fault.where, fault.value) for fault in upload.faults] == [
        (3, "officials", "삼십")
    ]
    with steps.unchanged(own_store), pytest.raises(InputError):
        save(own_store, changed(EC002__officials="삼십"))


def test_what_the_rules_cannot_read_is_a_fault_at_its_cell(own_store: Store) -> None:
    upload = data_checking.checked(
        own_store, planner(), NAME, changed(EC004__registered_jobseekers="")
    )
    assert (upload.faults[0].row, upload.faults[0].where) == (5, "registered_jobseekers")


def test_the_same_table_again_is_refused_and_one_key_is_one_version(own_store: Store) -> None:
    with pytest.raises(InputError, match="changes something"):
        save(own_store, BYTES)
    once = key()
    base = present(own_store).id
    content = changed(EC001__officials="35")
    save(own_store, content, key=once, based_on=base)
    again = save(own_store, content, key=once, based_on=base)
    assert [one.number for one in again] == [2, 1]


def test_an_older_page_is_told_what_others_did_even_before_ones_own_last_save(
    own_store: Store,
) -> None:
    """Planner 1 looks at version 1 in one window; planner 2 saves 2, planner 1 saves 3 on it."""
    first = present(own_store).id
    for number, who in ((35, planner(2)), (36, planner(1))):
        content = changed(EC001__officials=str(number))
        based = present(own_store).id
        data.save(
            own_store,
            who,
            NAME,
            content,
            illustrative=True,
            reason="현원",
            based_on=based,
            key=key(),
        )
    with pytest.raises(Conflict) as caught:
        save(own_store, changed(EC001__officials="37"), based_on=first)
    assert [change.person_en for change in caught.value.changes] == ["Planner 2"]


def test_the_ministrys_own_figures_end_the_illustrative_label(own_store: Store) -> None:
    assert rounds.present(own_store, planner()).illustrative
    save(own_store, BYTES, illustrative=False)
    assert not rounds.present(own_store, planner()).illustrative
    first = saved_data.versions(own_store, planner())[-1]
    data.restore(own_store, planner(), first.id, "시험", based_on=present(own_store).id, key=key())
    assert rounds.present(own_store, planner()).illustrative
    assert is_proven(own_store)


def test_a_merged_centres_last_year_is_the_sum(own_store: Store) -> None:
    """EC001 had 1,283,350,000 won and EC002 836,210,000."""
    content = changed(EC002="", EC003__name_ko="새 이름")
    upload = data_checking.checked(own_store, planner(), NAME, content)
    takeover = Takeover("EC002", "EC001")
    seen = data_checking.preview(own_store, planner(), upload.table, [takeover])
    assert seen.revision.closed == ("EC002",)
    assert [change.new for change in seen.revision.renamed] == ["새 이름"]
    assert seen.is_feasible
    assert not seen.is_in_table("EC002", "EC001")
    assert seen.scenarios == ("Default rules",)
    save(own_store, content, takeover)
    given = round_inputs.inputs(own_store, planner())
    row = given.centres.set_index("centre_id").loc["EC001"]
    assert int(row["prior_operating_krw"]) == 1_283_350_000 + 836_210_000
    assert int(row["prior_spent_krw"]) == 1_215_539_640 + 695_114_980
    assert given.baseline.policy.policy.centres == 173
    assert "EC002" not in set(given.requests["centre_id"])
    assert budget.allocate(given.centres, given.baseline.policy, given.requests).certified
    assert is_proven(own_store)
    assert centres.centre(own_store, head("EC002"), "EC002").data == {}
    names = rounds.centre_names(own_store, planner())
    assert names["EC003"][0] == "새 이름"


def test_a_sum_that_is_in_the_table_already_is_not_added_again(own_store: Store) -> None:
    total = str(1_283_350_000 + 836_210_000)
    content = changed(EC002="", EC001__prior_operating_krw=total)
    upload = data_checking.checked(own_store, planner(), NAME, content)
    seen = data_checking.preview(own_store, planner(), upload.table)
    assert seen.is_in_table("EC002", "EC001")
    save(own_store, content, Takeover("EC002", "EC001", is_in_table=True))
    assert round_inputs.inputs(own_store, planner()).centres["prior_operating_krw"].iloc[0] == total


def test_a_closed_centres_head_reads_and_begins_nothing(own_store: Store) -> None:
    move_round(own_store, "open")
    need = steps.submitted(own_store)
    save(own_store, changed(EC001=""))
    assert needs_seen.need(own_store, head(), need.id).title
    with pytest.raises(NotNow, match="closed"):
        special_needs.begin(own_store, head(), "EC001", {}, key=key())
    assert "EC001" not in set(round_inputs.inputs(own_store, planner()).requests["centre_id"])


def test_a_merged_centres_requests_pass_to_its_successor_and_home_again(own_store: Store) -> None:
    """EC001's requests go to EC003, whose head goes on with them; going back brings them back."""
    move_round(own_store, "open")
    need = steps.submitted(own_store)
    draft = steps.drafted(own_store)
    content = changed(EC001="")
    upload = data_checking.checked(own_store, planner(), NAME, content)
    takeover = Takeover("EC001", "EC003")
    seen = data_checking.preview(own_store, planner(), upload.table, [takeover])
    told = {one.need_id: (one.centre_id, one.to, one.state, one.krw) for one in seen.passed}
    assert told[need.id] == ("EC001", "EC003", "submitted", 34_000_000)
    assert told[draft.id][1:3] == ("EC003", "draft")
    assert not seen.left_out
    assert data_checking.preview(own_store, planner(), upload.table).passed == ()
    assert need.id in {
        one.need_id for one in data_checking.preview(own_store, planner(), upload.table).left_out
    }
    with pytest.raises(Forbidden):
        needs_seen.need(own_store, head("EC003"), need.id)

    save(own_store, content, takeover)
    found = needs_seen.need(own_store, head("EC003"), need.id)
    assert (found.centre_id, found.state) == ("EC003", "submitted")
    line = needs_seen.history(own_store, head("EC003"), need.id)[-1]
    assert line.changes == {"centre_id": ("EC001", "EC003")}
    assert line.reason == "3월 현원 반영"
    with pytest.raises(Forbidden):
        needs_seen.need(own_store, head("EC001"), need.id)
    given = round_inputs.inputs(own_store, planner())
    centre_of = dict(zip(given.requests["request_id"], given.requests["centre_id"], strict=True))
    assert centre_of[need.id] == "EC003"
    special_needs.recall(
        own_store, head("EC003"), need.id, based_on=found.version, key=key("recall")
    )
    assert is_proven(own_store)

    first = saved_data.versions(own_store, planner())[-1]
    data.restore(
        own_store, planner(), first.id, "잘못 올림", based_on=present(own_store).id, key=key()
    )
    assert needs_seen.need(own_store, head("EC001"), need.id).state == "draft"
    with pytest.raises(Forbidden):
        needs_seen.need(own_store, head("EC003"), draft.id)
    assert is_proven(own_store)

    second = saved_data.versions(own_store, planner())[0]
    data.restore(own_store, planner(), second.id, "다시", based_on=first.id, key=key())
    assert needs_seen.need(own_store, head("EC003"), draft.id).centre_id == "EC003"
    assert is_proven(own_store)


def test_requests_go_on_to_the_last_of_several_successors(own_store: Store) -> None:
    """EC001 goes over to EC003, and EC003 later to EC004; a withdrawn request stays."""
    move_round(own_store, "open")
    need, gone = steps.submitted(own_store), steps.withdrawn(own_store)
    save(own_store, changed(EC001=""), Takeover("EC001", "EC003"))
    save(own_store, changed(EC001="", EC003=""), Takeover("EC003", "EC004"))
    assert needs_seen.need(own_store, head("EC004"), need.id).centre_id == "EC004"
    assert needs_seen.need(own_store, head("EC001"), gone.id).state == "withdrawn"
    save(own_store, changed(EC003=""))  # EC001 stands again, EC003 is closed without a successor
    assert needs_seen.need(own_store, head("EC001"), need.id).centre_id == "EC001"
    save(own_store, changed(EC001="", EC003=""))
    assert needs_seen.need(own_store, head("EC001"), need.id).centre_id == "EC001"
    assert is_proven(own_store)


def test_a_new_centre_can_have_a_head(own_store: Store) -> None:
    row = BYTES.decode("utf-8-sig").splitlines()[1].replace("EC001", "EC900").split(",")
    row[21:25] = ["", "", "", ""]
    save(own_store, BYTES + ",".join(row).encode() + b"\n")
    with own_store.reading() as session:
        assert session.get(Centre, "EC900") is not None
    given = round_inputs.inputs(own_store, planner())
    assert given.baseline.policy.policy.centres == 175
    assert budget.allocate(given.centres, given.baseline.policy, given.requests).certified


def test_going_back_brings_the_count_back(own_store: Store) -> None:
    save(own_store, changed(EC002=""))
    first = saved_data.versions(own_store, planner())[-1]
    data.restore(
        own_store, planner(), first.id, "잘못 올림", based_on=present(own_store).id, key=key()
    )
    assert present(own_store).number == 1
    assert saved_scenarios.scenarios(own_store, planner())[0].policy.policy.centres == 174
    assert saved_data.content(own_store, lead(), first.id) == BYTES
    assert is_proven(own_store)
    with pytest.raises(NotNow, match="in force"):
        data.restore(own_store, planner(), first.id, "다시", based_on=first.id, key=key())


def test_somebody_else_was_faster(own_store: Store) -> None:
    base = present(own_store).id
    save(own_store, changed(EC001__officials="35"))
    with pytest.raises(Conflict):
        data.save(
            own_store,
            planner(2),
            NAME,
            changed(EC001__officials="36"),
            illustrative=True,
            reason="사유",
            based_on=base,
            key=key(),
        )
    save(own_store, changed(EC001__officials="37"), based_on=base)  # one's own is no conflict
    assert present(own_store).number == 3


def test_a_colleague_s_data_between_two_of_one_s_own_are_told(quick_store: Store) -> None:
    """Two pages of one planner: a colleague's save between them stays a conflict for the older."""
    base = present(quick_store).id
    data.save(
        quick_store,
        planner(2),
        NAME,
        changed(EC001__officials="35"),
        illustrative=True,
        reason="사유",
        based_on=base,
        key=key(),
    )
    theirs = present(quick_store).id
    save(quick_store, changed(EC001__officials="36"))
    with pytest.raises(Conflict):
        save(quick_store, changed(EC001__officials="37"), based_on=base)
    save(quick_store, changed(EC001__officials="37"), based_on=theirs)
    data.restore(quick_store, planner(), base, "되돌림", based_on=theirs, key=key())
    save(quick_store, changed(EC001__officials="38"), based_on=base)  # in force again since then


def test_a_published_round_keeps_its_data(own_store: Store) -> None:
    with own_store.writing() as session:
        round_ = session.get_one(BudgetRound, 1)
        round_.state = "published"
        session.add(round_)
    with pytest.raises(NotNow, match="final"):
        save(own_store, changed(EC001__officials="35"))


def test_nobody_but_planners(own_store: Store) -> None:
    for who in (lead(), auditor(), head()):
        with pytest.raises(Forbidden):
            data_checking.checked(own_store, who, NAME, BYTES)
