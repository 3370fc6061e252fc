"""Every verb in every state of a request, and in every state of the round; by who may do it.

Both tables are written from the specification. What a table does not have is refused, recorded,
and changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from budget.storage.store import Store
from budget.storage.tables import SpecialNeed
from budget.workflow import attachments, need_states, needs_seen, review, rounds, special_needs
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Forbidden, NotNow
from tests.storage.databases import (
    head,
    key,
    lead,
    move_round,
    planner,
    reviewer,
)
from tests.workflow import steps
from tests.workflow.calls import ASSESSMENT, calls
from tests.workflow.files import png
from tests.workflow.test_deeds import DEEDS
from tests.workflow.worlds import Copies, World, with_file

# --- states of a request -------------------------------------------------------------------------

CODES = {
    "D": "draft",
    "S": "submitted",
    "I": "in_review",
    "R": "returned",
    "A": "assessed",
    "Y": "approved",
    "N": "rejected",
    "W": "withdrawn",
}
"""What a cell says: the state that follows; "=" it stays; "-" refused."""

TABLE = """
                   draft submitted in_review returned assessed approved rejected withdrawn
save_draft           =      -         -         =        -        -        -         -
submit               S      -         -         S        -        -        -         -
recall               -      D         -         -        -        -        -         -
withdraw             W      W         W         W        W        -        -         -
attach               =      =         =         =        =        -        -         -
detach               =      -         -         -        -        -        -         -
assign               -      I         I         -        -        -        -         -
claim                -      I         -         -        -        -        -         -
send_back            -      -         R         -        -        -        -         -
assess               -      -         A         -        -        -        -         -
reopen_assessment    -      -         -         -        I        -        -         -
approve              -      -         -         -        Y        -        -         -
reject               -      -         -         -        N        -        -         -
reopen_decision      -      -         -         -        -        I        I         -
"""


@dataclass(frozen=True)
class StateWorld:
    """A round under review.

    Attributes:
        needs: state -> a request of EC001 in it, held by the first reviewer where it is held.
        files: its file, likewise.
        second: the number of the second reviewer.
    """

    world: World
    needs: Mapping[str, str]
    files: Mapping[str, int]
    second: int


@pytest.fixture(scope="module")
def state_world(review_world: World, copies: Copies) -> StateWorld:
    """A request in every state, each with a file."""
    needs, files = {}, {}
    with copies.kept(review_world) as (store, world):
        for state, step in {
            "draft": steps.drafted,
            "submitted": steps.submitted,
            "in_review": steps.in_review,
            "returned": steps.returned,
            "assessed": steps.assessed,
            "approved": steps.assessed,
            "rejected": steps.assessed,
            "withdrawn": steps.submitted,
        }.items():
            need = step(store)
            needs[state], files[state] = need.id, with_file(store, need.id)
        version = {state: steps.row(store, need_id).version for state, need_id in needs.items()}
        review.approve(
            store,
            planner(),
            needs["approved"],
            approved_krw=1_000,
            reason="타당",
            based_on=version["approved"],
            key=key(),
        )
        review.reject(
            store, planner(), needs["rejected"], "순위", based_on=version["rejected"], key=key()
        )
        special_needs.withdraw(
            store, head(), needs["withdrawn"], "사유", based_on=version["withdrawn"], key=key()
        )
    return StateWorld(world, needs, files, review_world.reviewers[1])


Act = Callable[[Store, str, int], Any]
"""A verb by who may do it, on a request based on a version."""


def verbs(second: int, file: int, h: str = head()) -> dict[str, tuple[str, Act]]:
    """Who does each verb, and how; `h` is the head of the centre."""
    return {
        "save_draft": (
            h,
            lambda s, n, v: special_needs.save_draft(
                s, h, n, {"title": "새"}, based_on=v, key=key()
            ),
        ),
        "submit": (
            h,
            lambda s, n, v: special_needs.submit(s, h, n, based_on=v, key=key()),
        ),
        "recall": (
            h,
            lambda s, n, v: special_needs.recall(s, h, n, based_on=v, key=key()),
        ),
        "withdraw": (
            h,
            lambda s, n, v: special_needs.withdraw(s, h, n, "사유", based_on=v, key=key()),
        ),
        "attach": (
            h,
            lambda s, n, _v: attachments.attach(s, h, n, "a.png", png("new"), key=key()),
        ),
        "detach": (
            h,
            lambda s, n, _v: attachments.detach(s, h, n, file, key=key()),
        ),
        "assign": (
            planner(),
            lambda s, n, v: review.assign(s, planner(), n, second, based_on=v, key=key()),
        ),
        "claim": (
            reviewer(),
            lambda s, n, v: review.claim(s, reviewer(), n, based_on=v, key=key()),
        ),
        "send_back": (
            reviewer(),
            lambda s, n, v: review.send_back(
                s, reviewer(), n, "견적서", steps.DUE, based_on=v, key=key()
            ),
        ),
        "assess": (
            reviewer(),
            lambda s, n, v: review.assess(s, reviewer(), n, **ASSESSMENT, based_on=v, key=key()),
        ),
        "reopen_assessment": (
            lead(),
            lambda s, n, v: review.reopen_assessment(s, lead(), n, "다시", based_on=v, key=key()),
        ),
        "approve": (
            planner(),
            lambda s, n, v: review.approve(
                s, planner(), n, approved_krw=1_000, reason="타당", based_on=v, key=key()
            ),
        ),
        "reject": (
            planner(),
            lambda s, n, v: review.reject(s, planner(), n, "순위", based_on=v, key=key()),
        ),
        "reopen_decision": (
            lead(),
            lambda s, n, v: review.reopen_decision(s, lead(), n, "오류", based_on=v, key=key()),
        ),
    }


def cells(table: str) -> Iterator[tuple[str, str, str]]:
    """Verb, column and mark of each cell."""
    header, *lines = [line.split() for line in table.splitlines() if line.strip()]
    for name, *marks in lines:
        for column, mark in zip(header, marks, strict=True):
            yield name, column, mark


CELLS = list(cells(TABLE))


def test_the_tables_name_every_verb_on_a_request() -> None:
    assert {verb for verb, _state, _mark in CELLS} == set(verbs(0, 0))
    assert {state for _verb, state, _mark in CELLS} | {"funded", "unfunded"} == set(
        need_states.STATES
    )


@pytest.mark.parametrize(
    ("verb", "state", "mark"), [cell for cell in CELLS if cell[2] != "-"], ids=str
)
def test_what_the_table_has_works(
    verb: str, state: str, mark: str, state_world: StateWorld, copies: Copies
) -> None:
    store, need_id = copies.open(state_world.world), state_world.needs[state]
    who, act = verbs(state_world.second, state_world.files[state])[verb]
    number = steps.length(store)
    act(store, need_id, steps.row(store, need_id).version)
    assert steps.row(store, need_id).state == CODES.get(mark, state)
    made = steps.records(store, number)
    assert [(one.verb, one.identity) for one in made] == (
        [] if verb == "save_draft" else [(verb, who)]
    )


@pytest.mark.parametrize("state", list(CODES.values()))
def test_what_the_table_does_not_have_is_refused(
    state: str, state_world: StateWorld, copies: Copies
) -> None:
    store, need_id = copies.open(state_world.world), state_world.needs[state]
    version = steps.row(store, need_id).version
    refused = {verb for verb, column, mark in CELLS if (column, mark) == (state, "-")}
    with steps.unchanged(store):
        for verb, (who, act) in verbs(state_world.second, state_world.files[state]).items():
            if verb in refused:
                with steps.recorded_refusal(store, (Forbidden, NotNow), who, verb, need_id):
                    act(store, need_id, version)


# --- states of the round -------------------------------------------------------------------------

ROUND_TABLE = """
                     setup open review decided
begin                  -     +     -      -
save_draft             -     +     -      -
submit                 -     +     -      -
recall                 -     +     -      -
withdraw               +     +     +      +
attach                 -     +     -      -
attach/held            -     +     +      -
assign                 -     +     +      -
claim                  -     +     +      -
send_back              -     +     +      -
assess                 -     +     +      -
approve                -     -     +      -
reject                 -     -     +      -
reopen_assessment      +     +     +      +
reopen_decision        +     +     +      +
extend_deadline        -     +     +      -
"""
"""EC010 has no extension. Reviews take place while the round is open or under review: what is
assessed once outcomes are visible would be visible at once."""
CENTRE = "EC010"
STEPS: Mapping[str, Callable[..., Need]] = {
    "save_draft": steps.drafted,
    "submit": steps.drafted,
    "recall": steps.submitted,
    "withdraw": steps.submitted,
    "attach": steps.drafted,
    "attach/held": steps.in_review,
    "assign": steps.submitted,
    "claim": steps.submitted,
    "send_back": steps.in_review,
    "assess": steps.in_review,
    "approve": steps.assessed,
    "reject": steps.assessed,
    "reopen_assessment": steps.assessed,
    "reopen_decision": steps.assessed,
}
"""The state that each verb takes."""


@pytest.fixture(scope="module")
def round_world(review_world: World, copies: Copies) -> tuple[World, dict[str, str]]:
    """A round under review; verb -> a request of EC010 in the state that it takes."""
    with copies.kept(review_world) as (store, world):
        move_round(store, "open")
        needs = {verb: step(store, CENTRE).id for verb, step in STEPS.items()}
        move_round(store, "review")
        steps.approve(store, needs_seen.need(store, planner(), needs["reopen_decision"]))
    return world, needs


@pytest.mark.parametrize("state", ["setup", "open", "review", "decided"])
def test_each_verb_in_each_state_of_the_round(
    state: str, round_world: tuple[World, dict[str, str]], copies: Copies
) -> None:
    world, needs = round_world
    store = copies.open(world)
    move_round(store, state)
    deeds: dict[str, tuple[str, Act]] = {
        **verbs(world.reviewers[1], 0, head(CENTRE)),
    }
    deeds["attach/held"] = deeds["attach"]
    deeds["begin"] = (
        head(CENTRE),
        lambda s, _n, _v: special_needs.begin(s, head(CENTRE), CENTRE, {}, key=key()),
    )
    deeds["extend_deadline"] = (
        lead(),
        lambda s, _n, _v: rounds.extend_deadline(
            s, lead(), CENTRE, date(2026, 7, 1), "사유", key=key()
        ),
    )
    for name, column, mark in sorted(cells(ROUND_TABLE), key=lambda cell: "+" in cell[2]):
        if column != state:
            continue
        who, act = deeds[name]
        need_id = needs.get(name, "")
        version = steps.row(store, need_id).version if need_id else 0
        if mark == "+":
            act(store, need_id, version)
        else:
            verb = name.partition("/")[0]
            with steps.recorded_refusal(store, NotNow, who, verb, need_id or CENTRE):
                act(store, need_id, version)


AFTER_PUBLICATION = {
    "people.grant",
    "people.end",
    "records.export",
    "special_needs.withdraw",
    "attachments.detach",
    *("quarters.save_profile", "execution.save"),
    *("division_plans.save", "division_plans.submit", "division_plans.recall"),
    *("division_plans.send_back", "division_bands.save"),
}
"""What has nothing to do with the round, changes nothing that was ever submitted or decided, or
belongs to the year that the publication begins: what the centres do with their money, and when."""


def test_once_published_nothing_of_the_round_moves(published_world: World, copies: Copies) -> None:
    store, made = copies.open(published_world), calls(published_world)
    with steps.unchanged(store):
        for who, names in DEEDS.items():
            for name in set(names) - AFTER_PUBLICATION - {"review.assign_all"}:
                number = steps.length(store)
                with pytest.raises(NotNow):
                    made[name](store, who, key())
                assert [one.outcome for one in steps.records(store, number)] == ["refused"]


@pytest.mark.parametrize("state", ["funded", "unfunded"])
def test_what_is_published_is_final(state: str, published_world: World, copies: Copies) -> None:
    store = copies.open(published_world)
    with store.reading() as session:
        need = session.exec(select(SpecialNeed).where(SpecialNeed.state == state)).first()
    assert need is not None
    with steps.unchanged(store):
        for verb, (_who, act) in verbs(
            published_world.reviewers[1], 0, head(need.centre_id)
        ).items():
            number = steps.length(store)
            with pytest.raises((NotNow, Forbidden)):
                act(store, need.id, need.version)
            made = steps.records(store, number)
            assert [(one.outcome, one.verb) for one in made] == [("refused", verb)]
