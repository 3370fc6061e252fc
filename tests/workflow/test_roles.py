"""Every role × every verb × own and foreign object: what the workflow opens works, nothing else.

The table is written from the specification, not from the code. Its columns stand in a relation
to one object: a request of EC001 that the first reviewer holds. "+" is allowed, "-" is refused.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

import pytest

import budget.workflow
from budget.storage.store import Store
from budget.workflow import (
    needs_seen,
    review,
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
)
from tests.workflow import steps
from tests.workflow.calls import Called, calls
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
NOBODIES = {"unknown": "nobody|1", "roles ended": GONE}

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
needs_seen.need                        see_need             +  -  +  -  +  +  +  -
needs_seen.need/draft                  see_need             +  -  -  -  +  +  +  -
needs_seen.need/unclaimed              see_need             +  -  -  -  +  +  +  -
needs_seen.history                     see_need             +  -  +  -  +  +  +  -
needs_seen.history/unclaimed           see_need             +  -  -  -  +  +  +  -
needs_seen.needs_of_centres            see_need             +  +  -  -  +  +  +  -
needs_seen.queue                       see_queue            -  -  +  +  +  +  +  -
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
saved_scenarios.scenarios              see_scenarios        -  -  -  -  +  +  +  -
saved_scenarios.scenario               see_scenarios        -  -  -  -  +  +  +  -
saved_scenarios.history                see_scenarios        -  -  -  -  +  +  +  -
saved_scenarios.began                  see_scenarios        -  -  -  -  +  +  +  -
publication.proposal                   see_figures          -  -  -  -  +  +  +  -
checklist.checklist                    see_figures          -  -  -  -  +  +  +  -
packs.proposed_run                     see_figures          -  -  -  -  +  +  +  -
packs.publications                     see_figures          -  -  -  -  +  +  +  -
packs.export                           export_pack          -  -  -  -  +  +  +  -
publication.propose                    propose_publication  -  -  -  -  +  -  -  -
publication.confirm                    confirm_publication  -  -  -  -  -  +  -  -
rounds.present                         see_round            +  +  +  +  +  +  +  +
rounds.centre_names                    see_round            +  +  +  +  +  +  +  +
national.national_parts                see_totals           +  +  +  +  +  +  +  -
round_inputs.figures_version           see_figures          -  -  -  -  +  +  +  -
round_inputs.inputs                    see_figures          -  -  -  -  +  +  +  -
rounds.deadline_of                     see_need             +  -  -  -  +  +  +  -
centres.centre                         see_centre           +  -  -  -  +  +  +  -
centres.published                      see_centre           +  -  -  -  +  +  +  -
centres.published_movers               see_centre           +  -  -  -  +  +  +  -
saved_data.versions                    see_data             -  -  -  -  +  +  +  -
saved_data.content                     see_data             -  -  -  -  +  +  +  -
data_checking.checked                  save_data            -  -  -  -  +  -  -  -
data_checking.preview                  save_data            -  -  -  -  +  -  -  -
data.save                              save_data            -  -  -  -  +  -  -  -
data.restore                           restore_data         -  -  -  -  +  -  -  -
data_requests.checked_requests         import_needs         -  -  -  -  +  -  -  -
data_requests.take_over                import_needs         -  -  -  -  +  -  -  -
quarters.year                          see_figures          -  -  -  -  +  +  +  -
quarters.published_allocation          see_figures          -  -  -  -  +  +  +  -
quarters.executed                      see_figures          -  -  -  -  +  +  +  -
quarters.own_year                      see_centre           +  -  -  -  +  +  +  -
quarters.save_profile                  save_profile         -  -  -  -  +  -  -  -
execution.content                      see_figures          -  -  -  -  +  +  +  -
execution.checked                      save_execution       -  -  -  -  +  -  -  -
execution.save                         save_execution       -  -  -  -  +  -  -  -
divisions.planning                     see_divisions        -  -  -  -  +  +  +  -
divisions.rules_versions               see_divisions        -  -  -  -  +  +  +  -
divisions.own                          see_divisions        +  -  -  -  +  +  +  -
division_proposal.proposal             see_divisions        +  -  -  -  +  +  +  -
division_proposal.history              see_divisions        +  -  -  -  +  +  +  -
division_plans.save                    save_plan            +  -  -  -  -  -  -  -
division_plans.submit                  submit_plan          +  -  -  -  -  -  -  -
division_plans.recall                  recall_plan          +  -  -  -  -  -  -  -
division_plans.send_back               send_back_plan       -  -  -  -  +  -  -  -
division_bands.plans_outside           save_division_rules  -  -  -  -  +  -  -  -
division_bands.save                    save_division_rules  -  -  -  -  +  -  -  -
rounds.move                            move_round           -  -  -  -  -  +  -  -
rounds.extend_deadline                 extend_deadline      -  -  -  -  -  +  -  -
supplementary.open_round               open_supplementary   -  -  -  -  -  +  -  -
inbox.inbox                            see_round            +  +  +  +  +  +  +  +
behind.basis                           see_round            +  +  +  +  +  +  +  +
behind.behind                          see_round            +  +  +  +  +  +  +  +
people.people                          see_people           -  -  -  -  -  -  +  +
people.grant                           grant_role           -  -  -  -  -  -  -  +
people.end                             end_role             -  -  -  -  -  -  -  +
records.records                        see_trail            -  -  -  -  -  +  +  -
records.people_in_trail                see_trail            -  -  -  -  -  +  +  -
proving.verify                         see_trail            -  -  -  -  -  +  +  -
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
LOOKS = frozenset(row.name for row in ROWS if row.verb.startswith("see_")) | {
    "people.reviewers",
    "data_checking.checked",
    "data_checking.preview",
    "data_requests.checked_requests",
    "execution.checked",
    "division_bands.plans_outside",
}
"""What leaves no record when it is allowed."""
UNRECORDED = {"special_needs.save_draft"}
"""What was submitted is in the trail field by field; what is typed on the way is not."""
DECIDED = {"publication.proposal", "publication.propose", "publication.confirm"}
"""What takes a decided round."""
PUBLISHED = {
    "packs.export",
    "supplementary.open_round",
    "division_proposal.proposal",
    "division_plans.save",
    "division_plans.submit",
}
"""What takes a published one."""
PLANNED = {"division_plans.recall", "division_plans.send_back"}
"""What takes a submitted plan of divisions."""


# --- the table, played ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shared(review_world: World, copies: Copies) -> Iterator[Store]:
    """A round under review in which only refusals and looks happen."""
    with copies.kept(review_world) as (store, _):
        yield store


@pytest.fixture(scope="module")
def shared_decided(decided_world: World, copies: Copies) -> Iterator[Store]:
    """The same, decided and proposed."""
    with copies.kept(decided_world) as (store, _):
        yield store


@pytest.fixture(scope="module")
def shared_published(published_world: World, copies: Copies) -> Iterator[Store]:
    """The same, published."""
    with copies.kept(published_world) as (store, _):
        yield store


@pytest.fixture(scope="module")
def shared_planned(planned_world: World, copies: Copies) -> Iterator[Store]:
    """The same, with EC001's plan of divisions submitted."""
    with copies.kept(planned_world) as (store, _):
        yield store


@dataclass(frozen=True)
class Stage:
    """Where lines are played: a world, its calls, a store for what changes nothing."""

    world: World
    calls: Mapping[str, Called]
    store: Store
    copies: Copies

    def play(self, row: Row, people: Mapping[str, Set[str]]) -> None:
        """Everybody makes the line's call; who may not is refused and recorded, nothing else is.

        Args:
            people: identity to the roles under which they may; none: they may not.
        """
        call = self.calls[row.name]
        number = steps.length(self.store)
        expected = []
        for who, roles in people.items():
            if not roles:
                with pytest.raises(Forbidden) as caught:
                    call(self.store, who, key())
                known = call.about if who not in NOBODIES.values() else None
                expected.append(("refused", row.verb, who, known or "", str(caught.value)))
            elif row.name in LOOKS:
                call(self.store, who, key())
            else:
                self._do(row, who, roles)
        found = [
            (made.outcome, made.verb, made.identity, made.object_id, made.reason)
            for made in steps.records(self.store, number)
        ]
        assert found == expected

    def _do(self, row: Row, who: str, roles: Set[str]) -> None:
        """The deed is done, on a copy, and recorded with who, verb and one of the roles."""
        store = self.copies.open(self.world)
        number = steps.length(store)
        self.calls[row.name](store, who, key())
        made = steps.records(store, number)
        if row.name in UNRECORDED:
            assert made == []
        else:
            assert (made[0].outcome, made[0].verb, made[0].identity) == ("done", row.verb, who)
            assert made[0].role in roles


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
    published_world: World,
    planned_world: World,
    shared: Store,
    shared_decided: Store,
    shared_published: Store,
    shared_planned: Store,
    copies: Copies,
) -> Stage:
    """The stage of the line."""
    if row.name in PLANNED:
        return Stage(planned_world, calls(planned_world), shared_planned, copies)
    if row.name in PUBLISHED:
        return Stage(published_world, calls(published_world), shared_published, copies)
    if row.name in DECIDED:
        return Stage(decided_world, calls(decided_world), shared_decided, copies)
    return Stage(review_world, calls(review_world), shared, copies)


def test_each_role_may_do_what_the_table_says_and_nobody_else(row: Row, stage: Stage) -> None:
    people: dict[str, Set[str]] = {
        who: {ROLES[column]} if column in row.allowed else set() for column, who in COLUMNS.items()
    }
    with steps.unchanged(stage.store):
        stage.play(row, people | {who: set() for who in NOBODIES.values()})


# --- two roles -----------------------------------------------------------------------------------

PAIRS = (
    ("head", "auditor", ""),
    ("reviewer", "other head", "EC002"),
)
"""The person of the first column gets the role of the second one as well, for a centre."""


@pytest.fixture(scope="module")
def doubled_world(review_world: World, copies: Copies) -> World:
    """The world under review in which three people have two roles."""
    with copies.kept(review_world) as (store, world):
        for column, second, centre_id in PAIRS:
            steps.granted(store, COLUMNS[column], (ROLES[second], centre_id))
    return world


@pytest.fixture(scope="module")
def shared_doubled(doubled_world: World, copies: Copies) -> Iterator[Store]:
    """A copy in which only refusals and looks happen."""
    with copies.kept(doubled_world) as (store, _):
        yield store


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair[0]} and {pair[1]}")
def test_two_roles_open_what_either_opens_and_nothing_else(
    pair: tuple[str, str, str], doubled_world: World, shared_doubled: Store, copies: Copies
) -> None:
    first, second, _centre = pair
    stage = Stage(doubled_world, calls(doubled_world), shared_doubled, copies)
    with steps.unchanged(stage.store):
        for row in ROWS:
            if row.name not in DECIDED | PUBLISHED | PLANNED:
                roles = {ROLES[column] for column in (first, second) if column in row.allowed}
                stage.play(row, {COLUMNS[first]: roles})


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
        needs_seen.need(store, reviewer(1), need.id)
    assert needs_seen.need(store, reviewer(2), need.id).is_whole


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
    """What takes a store and nobody's name: the sign-in's own questions, founding, backup."""
    assert {name for name, parameters in public_functions() if "who" not in parameters} == {
        "backup.backup",
        "founding.found_round",
        "founding.grant_first_administrator",
        "rounds.who_is",
    }
