"""The trail for those who may see it: filtered, proven, exported with a reason, safe to open."""

import csv
import io
import unicodedata
from datetime import date

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import (
    needs_seen,
    people,
    proving,
    records,
    rounds,
    saved_scenarios,
    scenarios,
    special_needs,
)
from budget.workflow.records import COLUMNS, Filter
from budget.workflow.refusals import Forbidden, Refusal
from tests.storage.databases import (
    Clock,
    administrator,
    auditor,
    head,
    key,
    lead,
    planner,
    reviewer,
)
from tests.workflow import steps


def found(store: Store, **wanted: object) -> list[records.Line]:
    return records.records(store, auditor(), Filter(**wanted), most=1000)[0]  # type: ignore[arg-type]


def exported(store: Store, reason: str = "감사", **wanted: object) -> list[dict[str, str]]:
    content = records.export(store, auditor(), Filter(**wanted), reason, key=key())  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


# --- filtering ---------------------------------------------------------------------------------


def test_the_newest_record_comes_first_and_pages_turn(store: Store) -> None:
    steps.submitted(store)
    all_of_it, count = records.records(store, auditor(), Filter(), most=1000)
    assert count == len(all_of_it) == steps.length(store)
    assert [line.number for line in all_of_it] == list(range(count, 0, -1))
    page, same = records.records(store, lead(), Filter(), first=1, most=2)
    assert (page, same) == (all_of_it[1:3], count)


def test_a_filter_narrows_to_what_it_names(store: Store) -> None:
    need = steps.in_review(store)
    with pytest.raises(Forbidden):
        needs_seen.need(store, head("EC002"), need.id)
    mine = found(store, object_id=need.id, outcome="done")
    assert [line.verb for line in mine] == ["claim", "submit", "begin"]
    assert [line.verb for line in found(store, object_id=need.id, verb="submit")] == ["submit"]
    assert [line.role for line in found(store, object_id=need.id, outcome="refused")] == [
        "centre_head"
    ]
    by_head = found(store, object_id=need.id, person_id=steps.person_id(store, head()))
    assert {line.identity for line in by_head} == {head()}
    assert {line.object_kind for line in found(store, object_kind="scenario")} == {"scenario"}
    assert [line.object_id for line in found(store, number=mine[0].number)] == [need.id]


def test_a_day_is_a_korean_day(store: Store, clock: Clock) -> None:
    ids = []
    for moment in (
        "2026-04-01T23:59:59.999999",
        "2026-04-02T00:00:00",
        "2026-04-02T23:59:59.999999",
        "2026-04-03T00:00:00",
    ):
        clock.set(moment)
        ids.append(special_needs.begin(store, head(), "EC001", {}, key=key()).id)
    day = date(2026, 4, 2)
    lines = found(store, first_day=day, last_day=day, verb="begin")
    assert [line.object_id for line in lines] == [ids[2], ids[1]]
    assert {line.object_id for line in found(store, first_day=date(2026, 4, 3))} == {ids[3]}
    begun = found(store, first_day=date(2026, 4, 1), last_day=date(2026, 4, 1), verb="begin")
    assert [line.object_id for line in begun] == [ids[0]]


def test_a_text_is_searched_as_it_stands(store: Store) -> None:
    need = steps.submitted(store)
    special_needs.withdraw(
        store, head(), need.id, "100% 취소_Cancelled", based_on=need.version, key=key()
    )
    decomposed = unicodedata.normalize("NFD", "취소")
    for wanted in ("100% 취소", decomposed, "cancelled", "취소_c", need.id[2:]):
        assert need.id in {line.object_id for line in found(store, text=wanted)}, wanted
    for wanted in ("100_ 취소", "100%취소", "취소%", "'; --"):
        assert need.id not in {line.object_id for line in found(store, text=wanted)}, wanted


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\ud800", "x" * 1_000_000], ids=lambda t: repr(t[:4])
)
def test_a_text_that_no_record_can_hold_finds_nothing(text: str, store: Store) -> None:
    for name in ("text", "object_id", "verb", "object_kind", "outcome"):
        assert found(store, **{name: text}) == []


def test_whatever_was_refused_can_be_looked_at_and_exported(store: Store) -> None:
    """What somebody forges is recorded; the page that shows it must not fall over it."""
    for forged in (10**30, 2**63, -1):
        with pytest.raises(Forbidden):
            saved_scenarios.history(store, planner(), forged)
        with pytest.raises(Refusal):
            scenarios.copy(store, planner(), forged, 1, "사본", key=key())
    for forged_text in ("\0", "\ud800", "999999999999999999999", "=1+1", "²"):
        with pytest.raises(Forbidden):
            needs_seen.need(store, head(), forged_text)
        with pytest.raises(Forbidden):
            rounds.present(store, forged_text)
    assert found(store, outcome="refused")
    assert exported(store, outcome="refused")
    assert proving.verify(store, auditor()).is_whole


def test_who_is_in_the_trail_can_be_chosen_from(store: Store) -> None:
    steps.in_review(store)
    names = records.people_in_trail(store, auditor())
    assert names[steps.person_id(store, head())][1].startswith("Head of ")
    assert steps.person_id(store, planner(2)) not in names


# --- proving -----------------------------------------------------------------------------------


def test_a_round_that_was_only_used_is_whole(store: Store) -> None:
    for step in (steps.approved, steps.rejected, steps.returned, steps.withdrawn):
        step(store)
    proof = proving.verify(store, lead())
    assert (proof.is_whole, proof.contents, proof.trail.broken) == (True, (), None)
    assert proof.trail.records == steps.length(store)
    assert proof.trail.last_hash == steps.last_record(store).hash


# --- exporting ---------------------------------------------------------------------------------


def test_an_export_takes_a_reason_and_is_itself_recorded(store: Store) -> None:
    for reason in ("", " \n "):
        with steps.told(store, InputError) as caught:
            exported(store, reason)
        assert steps.places(caught.value) == ["reason"]
    need = steps.submitted(store)
    lines = exported(store, "국정감사", object_id=need.id)
    assert [line["verb"] for line in lines] == ["begin", "submit"]
    made = steps.last_record(store)
    assert (made.verb, made.identity, made.reason, made.object_kind) == (
        "export_trail",
        auditor(),
        "국정감사",
        "trail",
    )
    assert made.changes == f'{{"object_id":[null,"{need.id}"]}}'


def test_an_export_holds_every_column_of_every_record(store: Store, clock: Clock) -> None:
    clock.set("2026-04-05T08:30:00")
    steps.submitted(store)
    lines = exported(store)
    assert tuple(lines[0]) == COLUMNS
    assert [int(line["number"]) for line in lines] == list(range(1, steps.length(store) + 1))
    submitted = next(line for line in reversed(lines) if line["verb"] == "submit")
    assert submitted["at_utc"] == "2026-04-04T23:30:00.000000+00:00"
    assert submitted["at_korea"] == "2026-04-05 08:30:00"
    assert submitted["previous_hash"] == lines[int(submitted["number"]) - 2]["hash"]


def test_no_cell_of_an_export_is_a_formula(store: Store) -> None:
    formulas = ["=1+1", "+A1", "@SUM(A1)", "-2+3", "＝1"]
    for formula in formulas:
        need = steps.submitted(store)
        special_needs.withdraw(store, head(), need.id, formula, based_on=need.version, key=key())
    people.grant(
        store, administrator(), "=cmd|1", "=HYPERLINK(1)", "auditor", reason="=1", key="=key"
    )
    special = records.export(store, "=cmd|1", Filter(), "+reason", key="+key").decode("utf-8-sig")
    cells = [cell for line in csv.reader(io.StringIO(special)) for cell in line]
    runs = ("=", "+", "@", "＝", "＋", "＠", "\t")
    assert [cell for cell in cells if cell.startswith(runs)] == []
    for formula in (*formulas, "=cmd|1", "=HYPERLINK(1)", "=key", "+key"):
        assert f"'{formula}" in cells, formula


def test_the_trail_is_not_for_others(store: Store) -> None:
    for who in (head(), reviewer(), planner(), administrator()):
        with steps.refused(store, Forbidden, who, "export_trail"):
            records.export(store, who, Filter(), "호기심", key=key())
