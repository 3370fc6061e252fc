"""Every role × every verb × own and foreign object: what the workflow opens works, nothing else.

The table is written from the specification, not from the code. Its columns stand in a relation
to one object: a request of EC001 that the first reviewer holds. "+" is allowed, "-" is refused.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

import budget.workflow
from budget.storage.store import Store
from budget.workflow import (
    attachments,
    founding,
    inbox,
    people,
    publication,
    records,
    review,
    rounds,
    scenarios,
    special_needs,
)
from budget.workflow.refusals import Forbidden
from budget.workflow.roles import Verb
from tests.storage.databases import (
    administrator,
    auditor,
    head,
    key,
    lead,
    planner,
    reviewer,
    sqlite_path,
)
from tests.workflow import steps
from tests.workflow.files import png
from tests.workflow.worlds import GONE, Copies, World

COLUMNS = {
    "head": head("EC001"),
    "other head": head("EC002"),
    "reviewer": reviewer(1),
    "other reviewer": reviewer(2),
    "planner": planner(1),
    "lead": lead(1),
    "auditor": auditor(),
    "administrator": administrator(),
}
ROLES = {
    column: {"head": "centre_head"}.get(column.split()[-1], column.split()[-1])
    for column in COLUMNS
}
NOBODIES = {"unknown": "nobody|1", "without a role": founding.SYSTEM, "roles ended": GONE}

TABLE = """
                                                            head
                                                            |  other head
                                                            |  |  its reviewer
                                                            |  |  |  other reviewer
                                                            |  |  |  |  planner
                                                            |  |  |  |  |  lead
                                                            |  |  |  |  |  |  auditor
                                                            |  |  |  |  |  |  |  administrator
special_needs.begin                    begin                +  -  -  -  -  -  -  -
special_needs.save_draft               save_draft           +  -  -  -  -  -  -  -
special_needs.submit                   submit               +  -  -  -  -  -  -  -
special_needs.recall                   recall               +  -  -  -  -  -  -  -
special_needs.withdraw                 withdraw             +  -  -  -  -  -  -  -
special_needs.withdraw/held            withdraw             +  -  -  -  -  -  -  -
special_needs.need                     see_need             +  -  +  -  +  +  +  -
special_needs.need/draft               see_need             +  -  -  -  +  +  +  -
special_needs.need/unclaimed           see_need             +  -  -  -  +  +  +  -
special_needs.history                  see_need             +  -  +  -  +  +  +  -
special_needs.history/unclaimed        see_need             +  -  -  -  +  +  +  -
special_needs.needs_of_centres         see_need             +  +  -  -  +  +  +  -
special_needs.queue                    see_queue            -  -  +  +  +  +  +  -
review.claim                           claim                -  -  +  +  -  -  -  -
review.claim/held                      claim                -  -  -  -  -  -  -  -
review.assign                          assign               -  -  -  -  +  -  -  -
review.assign/held                     assign               -  -  -  -  +  -  -  -
review.assign_all                      assign               -  -  -  -  +  -  -  -
people.reviewers                       assign               -  -  -  -  +  -  -  -
review.send_back                       send_back            -  -  +  -  -  -  -  -
review.assess                          assess               -  -  +  -  -  -  -  -
review.reopen_assessment               reopen_assessment    -  -  -  -  -  +  -  -
review.approve                         approve              -  -  -  -  +  -  -  -
review.reject                          reject               -  -  -  -  +  -  -  -
review.reopen_decision                 reopen_decision      -  -  -  -  -  +  -  -
attachments.attach                     attach               +  -  -  -  -  -  -  -
attachments.attach/held                attach               +  -  -  -  -  -  -  -
attachments.detach                     detach               +  -  -  -  -  -  -  -
attachments.served                     see_need             +  -  +  -  +  +  +  -
attachments.served/unclaimed           see_need             +  -  -  -  +  +  +  -
scenarios.create                       save_scenario        -  -  -  -  +  -  -  -
scenarios.save                         save_scenario        -  -  -  -  +  -  -  -
scenarios.copy                         copy_scenario        -  -  -  -  +  -  -  -
scenarios.set_baseline                 set_baseline         -  -  -  -  +  -  -  -
scenarios.scenarios                    see_scenarios        -  -  -  -  +  +  +  -
scenarios.scenario                     see_scenarios        -  -  -  -  +  +  +  -
scenarios.history                      see_scenarios        -  -  -  -  +  +  +  -
publication.proposal                   see_figures          -  -  -  -  +  +  +  -
publication.propose                    propose_publication  -  -  -  -  +  -  -  -
publication.confirm                    confirm_publication  -  -  -  -  -  +  -  -
rounds.present                         see_round            +  +  +  +  +  +  +  +
rounds.centre_names                    see_round            +  +  +  +  +  +  +  +
rounds.national_parts                  see_totals           +  +  +  +  +  +  +  -
rounds.figures_version                 see_figures          -  -  -  -  +  +  +  -
rounds.inputs                          see_figures          -  -  -  -  +  +  +  -
rounds.deadline_of                     see_need             +  -  -  -  +  +  +  -
rounds.move                            move_round           -  -  -  -  -  +  -  -
rounds.extend_deadline                 extend_deadline      -  -  -  -  -  +  -  -
inbox.inbox                            see_round            +  +  +  +  +  +  +  +
people.people                          see_people           -  -  -  -  -  -  +  +
people.grant                           grant_role           -  -  -  -  -  -  -  +
people.end                             end_role             -  -  -  -  -  -  -  +
records.records                        see_trail            -  -  -  -  -  +  +  -
records.people_in_trail                see_trail            -  -  -  -  -  +  +  -
records.verify                         see_trail            -  -  -  -  -  +  +  -
records.export                         export_trail         -  -  -  -  -  +  +  -
"""


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        name: module, function and, after a slash, which object.
        allowed: the columns with a "+".
    """

    name: str
    verb: str
    allowed: frozenset[str]

    @property
    def function(self) -> str:
        """Module and function."""
        return self.name.partition("/")[0]


def rows() -> Iterator[Row]:
    for line in TABLE.splitlines():
        if "+" in line or "-  -" in line:
            name, verb, *marks = line.split()
            assert set(marks) <= {"+", "-"}, line
            allowed = {column for column, mark in zip(COLUMNS, marks, strict=True) if mark == "+"}
            yield Row(name, verb, frozenset(allowed))


ROWS = tuple(rows())
LOOKS = frozenset(row.name for row in ROWS if row.verb.startswith("see_")) | {"people.reviewers"}
"""What leaves no record when it is allowed."""
UNRECORDED = {"special_needs.save_draft"}
"""What was submitted is in the trail field by field; what is typed on the way is not."""
DECIDED = {"publication.proposal", "publication.propose", "publication.confirm"}
"""What takes a decided round."""


# --- how each line is called, and the object that it is about ------------------------------------


@dataclass(frozen=True)
class Called:
    """The same call for everybody.

    Attributes:
        about: the object's id as the trail tells it; None where there is none.
    """

    call: Callable[[Store, str], Any]
    about: str | None


def calls(world: World) -> dict[str, Called]:
    """Every line's call on the objects of a world, by its name."""
    w, k = world, key

    def on_need(verb: Callable[..., Any], need_id: str, *given: Any, **named: Any) -> Called:
        def call(store: Store, who: str) -> Any:
            version = steps.row(store, need_id).version
            return verb(store, who, need_id, *given, **named, based_on=version, key=k("table"))

        return Called(call, need_id)

    def look(verb: Callable[..., Any], *given: Any, about: str | None = None) -> Called:
        return Called(lambda store, who: verb(store, who, *given), about)

    def deed(verb: Callable[..., Any], *given: Any, about: str | None, **named: Any) -> Called:
        return Called(lambda store, who: verb(store, who, *given, **named, key=k("table")), about)

    def version(store: Store) -> int:
        return rounds.present(store, lead()).version

    def policy(store: Store) -> Any:
        return scenarios.scenario(store, planner(), w.baseline).policy

    assessment = {
        "feasible": True,
        "assessed_krw": 1_000,
        "priority": 2,
        "divisible": True,
        "rationale": "필요",
    }
    second = w.reviewers[1]
    return {
        "special_needs.begin": deed(special_needs.begin, "EC001", {}, about="EC001"),
        "special_needs.save_draft": on_need(special_needs.save_draft, w.draft, {"title": "새"}),
        "special_needs.submit": on_need(special_needs.submit, w.draft),
        "special_needs.recall": on_need(special_needs.recall, w.free),
        "special_needs.withdraw": on_need(special_needs.withdraw, w.draft, "사유"),
        "special_needs.withdraw/held": on_need(special_needs.withdraw, w.held, "사유"),
        "special_needs.need": look(special_needs.need, w.held, about=w.held),
        "special_needs.need/draft": look(special_needs.need, w.draft, about=w.draft),
        "special_needs.need/unclaimed": look(special_needs.need, w.free, about=w.free),
        "special_needs.history": look(special_needs.history, w.held, about=w.held),
        "special_needs.history/unclaimed": look(special_needs.history, w.free, about=w.free),
        "special_needs.needs_of_centres": look(special_needs.needs_of_centres),
        "special_needs.queue": look(special_needs.queue),
        "review.claim": on_need(review.claim, w.free),
        "review.claim/held": on_need(review.claim, w.held),
        "review.assign": on_need(review.assign, w.free, second),
        "review.assign/held": on_need(review.assign, w.held, second),
        "review.assign_all": deed(review.assign_all, [(w.free, 99)], second, about=w.free),
        "people.reviewers": look(people.reviewers),
        "review.send_back": on_need(review.send_back, w.held, "견적서", steps.DUE),
        "review.assess": on_need(review.assess, w.held, **assessment),
        "review.reopen_assessment": on_need(review.reopen_assessment, w.assessed, "사유"),
        "review.approve": on_need(review.approve, w.assessed, approved_krw=1_000, reason="타당"),
        "review.reject": on_need(review.reject, w.assessed, "사유"),
        "review.reopen_decision": on_need(review.reopen_decision, w.approved, "사유"),
        "attachments.attach": deed(attachments.attach, w.draft, "a.png", png("a"), about=w.draft),
        "attachments.attach/held": deed(
            attachments.attach, w.held, "a.png", png("a"), about=w.held
        ),
        "attachments.detach": deed(attachments.detach, w.draft, w.file, about=w.draft),
        "attachments.served": look(attachments.served, w.held_file, about=w.held),
        "attachments.served/unclaimed": look(attachments.served, w.free_file, about=w.free),
        "scenarios.create": Called(
            lambda store, who: scenarios.create(store, who, "새 안", policy(store), key=k()), None
        ),
        "scenarios.save": Called(
            lambda store, who: scenarios.save(
                store, who, w.scenario, policy(store), note="메모", based_on=1, key=k()
            ),
            str(w.scenario),
        ),
        "scenarios.copy": deed(scenarios.copy, w.scenario, 1, "사본", about=str(w.scenario)),
        "scenarios.set_baseline": Called(
            lambda store, who: scenarios.set_baseline(
                store, who, w.scenario, "사유", based_on=version(store), key=k()
            ),
            str(w.scenario),
        ),
        "scenarios.scenarios": look(scenarios.scenarios),
        "scenarios.scenario": look(scenarios.scenario, w.scenario, about=str(w.scenario)),
        "scenarios.history": look(scenarios.history, w.scenario, about=str(w.scenario)),
        "publication.proposal": look(publication.proposal),
        "publication.propose": deed(publication.propose, w.baseline, "제안", about=str(w.baseline)),
        "publication.confirm": deed(publication.confirm, w.proposal, "확정", about=str(w.proposal)),
        "rounds.present": look(rounds.present),
        "rounds.centre_names": look(rounds.centre_names),
        "rounds.national_parts": look(rounds.national_parts),
        "rounds.figures_version": look(rounds.figures_version),
        "rounds.inputs": look(rounds.inputs),
        "rounds.deadline_of": look(rounds.deadline_of, "EC001", about="EC001"),
        "rounds.move": Called(
            lambda store, who: rounds.move(
                store, who, "open", "사유", based_on=version(store), key=k()
            ),
            None,
        ),
        "rounds.extend_deadline": deed(
            rounds.extend_deadline, "EC001", date(2026, 6, 30), "사유", about="EC001"
        ),
        "inbox.inbox": look(inbox.inbox),
        "people.people": look(people.people),
        "people.grant": deed(
            people.grant, "새|사람", "새 사람", "auditor", reason="사유", about="새|사람"
        ),
        "people.end": deed(
            people.end, w.grant, "사유", based_on=w.grant_version, about=str(second)
        ),
        "records.records": look(records.records, records.Filter()),
        "records.people_in_trail": look(records.people_in_trail),
        "records.verify": look(records.verify),
        "records.export": deed(records.export, records.Filter(), "감사", about=None),
    }


# --- the table, played -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(review_world: World, copies: Copies) -> Iterator[Store]:
    """A round under review in which only refusals and looks happen."""
    store = copies.open(review_world)
    yield store
    store.close()


@pytest.fixture(scope="module")
def shared_decided(decided_world: World, copies: Copies) -> Iterator[Store]:
    """The same, decided and proposed."""
    store = copies.open(decided_world)
    yield store
    store.close()


@dataclass(frozen=True)
class Stage:
    """Where a line is played: a world, its calls, a store for what changes nothing."""

    world: World
    calls: dict[str, Called]
    store: Store
    copies: Copies

    def allowed(self, row: Row, who: str, roles: set[str]) -> None:
        """The call works; it is recorded with who, verb and one of the roles, looks are not."""
        call = self.calls[row.name].call
        if row.name in LOOKS:
            number = steps.length(self.store)
            call(self.store, who)
            assert steps.length(self.store) == number
            return
        store = self.copies.open(self.world)
        number = steps.length(store)
        call(store, who)
        made = steps.records(store, number)
        if row.name in UNRECORDED:
            assert made == []
        else:
            assert (made[0].outcome, made[0].verb, made[0].identity) == ("done", row.verb, who)
            assert made[0].role in roles
        store.close()

    def refused(self, row: Row, who: str, about: str | None) -> None:
        """The call is refused and recorded so."""
        with steps.recorded_refusal(self.store, Forbidden, who, row.verb, about):
            self.calls[row.name].call(self.store, who)


@pytest.fixture(params=ROWS, ids=lambda row: row.name)
def row(request: pytest.FixtureRequest) -> Row:
    """Each line of the table."""
    found: Row = request.param
    return found


@pytest.fixture
def stage(
    row: Row,
    review_world: World,
    decided_world: World,
    shared: Store,
    shared_decided: Store,
    copies: Copies,
) -> Stage:
    """The stage of the line."""
    if row.name in DECIDED:
        return Stage(decided_world, calls(decided_world), shared_decided, copies)
    return Stage(review_world, calls(review_world), shared, copies)


def test_each_role_may_do_what_the_table_says_and_nothing_else(row: Row, stage: Stage) -> None:
    with steps.unchanged(stage.store):
        for column, who in COLUMNS.items():
            if column in row.allowed:
                stage.allowed(row, who, {ROLES[column]})
            else:
                stage.refused(row, who, stage.calls[row.name].about)


def test_nobody_without_a_role_in_force_may_do_anything(row: Row, stage: Stage) -> None:
    with steps.unchanged(stage.store):
        for who in NOBODIES.values():
            stage.refused(row, who, None)


# --- two roles ---------------------------------------------------------------------------------

PAIRS = (
    ("head", "auditor", ""),
    ("reviewer", "other head", "EC002"),
    ("lead", "administrator", ""),
)
"""The person of the first column gets the role of the second one as well, for a centre."""


@pytest.fixture(scope="module")
def doubled_world(review_world: World, copies: Copies) -> World:
    """The world under review in which three people have two roles."""
    store = copies.open(review_world)
    for column, second, centre_id in PAIRS:
        steps.granted(store, COLUMNS[column], (ROLES[second], centre_id))
    store.close()
    return replace(review_world, path=sqlite_path(str(store.engine.url)))


@pytest.fixture(scope="module")
def shared_doubled(doubled_world: World, copies: Copies) -> Iterator[Store]:
    """A copy in which only refusals and looks happen."""
    store = copies.open(doubled_world)
    yield store
    store.close()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} and {pair[1]}")
def test_two_roles_open_what_either_opens_and_nothing_else(
    pair: tuple[str, str, str], doubled_world: World, shared_doubled: Store, copies: Copies
) -> None:
    first, second, _centre = pair
    stage = Stage(doubled_world, calls(doubled_world), shared_doubled, copies)
    who = COLUMNS[first]
    with steps.unchanged(stage.store):
        for row in ROWS:
            if row.name in DECIDED:
                continue
            roles = {ROLES[column] for column in (first, second) if column in row.allowed}
            if roles:
                stage.allowed(row, who, roles)
            else:
                stage.refused(row, who, stage.calls[row.name].about)


# --- hands: who wrote or assessed does not decide ------------------------------------------------


def decide(store: Store, who: str, need_id: str, verb: str) -> None:
    """Approve or reject a request as it stands."""
    version = steps.row(store, need_id).version
    if verb == "approve":
        review.approve(
            store, who, need_id, approved_krw=1_000, reason="타당", based_on=version, key=key()
        )
    else:
        review.reject(store, who, need_id, "사유", based_on=version, key=key())


@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_planner_who_wrote_or_assessed_does_not_decide(verb: str, quick_store: Store) -> None:
    store = quick_store
    began = steps.granted(store, head(), ("planner", ""))
    typed = steps.granted(store, "typed|1", ("planner", ""), ("centre_head", "EC001"))
    sent = steps.granted(store, "sent|1", ("planner", ""), ("centre_head", "EC001"))
    assessed = steps.granted(store, reviewer(1), ("planner", ""))
    assessed_before = steps.granted(store, reviewer(2), ("planner", ""))

    need = steps.drafted(store)
    need = special_needs.save_draft(
        store, typed, need.id, {"title": "지붕"}, based_on=need.version, key=key()
    )
    need = special_needs.submit(store, sent, need.id, based_on=need.version, key=key())
    need = review.claim(store, reviewer(2), need.id, based_on=need.version, key=key())
    need = steps.assess(store, need, by=reviewer(2))
    need = review.reopen_assessment(
        store, lead(), need.id, "다시", based_on=need.version, key=key()
    )
    need = review.assign(
        store,
        planner(1),
        need.id,
        steps.person_id(store, reviewer(1)),
        based_on=need.version,
        key=key(),
    )
    need = steps.assess(store, need, by=reviewer(1))

    for who in (began, typed, sent, assessed, assessed_before):
        with steps.refused(store, Forbidden, who, verb, need.id):
            decide(store, who, need.id, verb)
    decide(store, planner(1), need.id, verb)
    assert steps.row(store, need.id).state == {"approve": "approved", "reject": "rejected"}[verb]


def test_a_reviewer_whose_request_was_given_to_another_sees_it_no_more(quick_store: Store) -> None:
    store = quick_store
    need = steps.in_review(store, by=reviewer(1))
    review.assign(
        store,
        planner(),
        need.id,
        steps.person_id(store, reviewer(2)),
        based_on=need.version,
        key=key(),
    )
    with steps.refused(store, Forbidden, reviewer(1), "see_need", need.id):
        special_needs.need(store, reviewer(1), need.id)
    assert special_needs.need(store, reviewer(2), need.id).is_whole


# --- nothing is missing from the table -----------------------------------------------------------


def public_functions() -> Iterator[tuple[str, list[str]]]:
    """Every public function of the workflow that takes a store, with its parameters' names."""
    for found in pkgutil.iter_modules(budget.workflow.__path__):
        module = importlib.import_module(f"budget.workflow.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            names = list(inspect.signature(function).parameters)
            if function.__module__ == module.__name__ and name[0] != "_" and "store" in names:
                yield f"{found.name}.{name}", names


def test_every_verb_is_in_the_table() -> None:
    assert {row.verb for row in ROWS} == {str(verb) for verb in Verb}


def test_every_function_that_somebody_calls_is_in_the_table() -> None:
    machinery = {"deeds.acting", "deeds.looking"}
    asking = {name for name, parameters in public_functions() if "who" in parameters}
    assert asking - machinery == {row.function for row in ROWS}


def test_there_is_no_other_door() -> None:
    """What takes a store and nobody's name: the sign-in's own questions, and the founding."""
    assert {name for name, parameters in public_functions() if "who" not in parameters} == {
        "founding.found_round",
        "founding.grant_first_administrator",
        "people.named",
        "rounds.who_is",
    }
