"""Every verb in every state of a request, and in every state of the round; by who may do it.

Both tables are written from the specification. What a table does not have is refused, recorded,
and changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from budget.storage.store import Store, opened
from budget.workflow import attachments, publication, review, rounds, special_needs
from budget.workflow.refusals import Forbidden, NotNow
from budget.workflow.special_needs import Need
from tests.storage.databases import (
    Clock,
    Databases,
    head,
    key,
    lead,
    move_round,
    planner,
    reviewer,
    sqlite_path,
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


def verbs(second: int, file: int) -> dict[str, tuple[str, Act]]:
    """Who does each verb, and how."""
    return {
        "save_draft": (
            head(),
            lambda s, n, v: special_needs.save_draft(
                s, head(), n, {"title": "새"}, based_on=v, key=key()
            ),
        ),
        "submit": (
            head(),
            lambda s, n, v: special_needs.submit(s, head(), n, based_on=v, key=key()),
        ),
        "recall": (
            head(),
            lambda s, n, v: special_needs.recall(s, head(), n, based_on=v, key=key()),
        ),
        "withdraw": (
            head(),
            lambda s, n, v: special_needs.withdraw(s, head(), n, "사유", based_on=v, key=key()),
        ),
        "attach": (
            head(),
            lambda s, n, _v: attachments.attach(s, head(), n, "a.png", png("new"), key=key()),
        ),
        "detach": (head(), lambda s, n, _v: attachments.detach(s, head(), n, file, key=key())),
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
        special_needs.STATES
    )


@pytest.mark.parametrize(
    ("verb", "state", "mark"), [cell for cell in CELLS if cell[2] != "-"], ids="-".join
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
propose_publication    -     -     -      +
"""
"""EC010 has no extension. Reviews wait for the round as decisions do: what is assessed once
outcomes are visible would be visible at once."""
PROPOSAL_RUNS = {"propose_publication"}


@pytest.fixture(scope="module")
def round_world(
    sqlite_databases: Databases, copies: Copies
) -> tuple[World, dict[str, str]]:
    """A round under review with a request of EC010 for each verb, in the state that it takes."""
    raise NotImplementedError
