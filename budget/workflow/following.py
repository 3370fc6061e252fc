"""Requests follow their centre: to the one that takes it over, and home when it stands again.

A request that is not at its end belongs to the centre whose work it is for. Where that centre is
merged into another one, its successor's head sees it and goes on with it; where an earlier version
of the data brings the centre back, its requests come back. Each move is a record of the request.

Source: workflow, a special-need request; issue 5 (mergers are recorded).
"""

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from budget.allocation.revision import Takeover
from budget.storage.tables import BudgetRound, SpecialNeed, TrailRecord
from budget.workflow.deeds import Act, need_subject
from budget.workflow.roles import Verb

FINAL = ("withdrawn", "funded", "unfunded")
"""States of requests that stay where they are."""
VERSION_VERBS = (Verb.SAVE_DATA, Verb.RESTORE_DATA)
Successors = Mapping[str, str]
"""A closed centre -> the one that took it over."""


@dataclass(frozen=True)
class Move:
    """A request that passes from one centre to another one."""

    need: SpecialNeed
    to: str


def successors(
    session: Session,
    round_: BudgetRound,
    version_id: int,
    closed: Sequence[str] = (),
    takeovers: Sequence[Takeover] = (),
) -> dict[str, str]:
    """Who took over whom, from the first version of the data to this one.

    Args:
        closed, takeovers: what the next version, which is not stored yet, closes and merges.
    """
    made = _versions_told(session, round_)
    line: list[Mapping[str, Any]] = []
    at: int | None = version_id
    while at in made:
        line.append(made[at])
        at = made[at]["data_set_id"][0]
    found: dict[str, str] = {}
    for changes in reversed(line):
        for centre_id in changes.get("centres_closed", (None, []))[1]:
            found.pop(centre_id, None)
        merged = changes.get("takeovers", (None, {}))[1]
        found |= {one: told["successor"] for one, told in merged.items()}
    for centre_id in closed:
        found.pop(centre_id, None)
    return found | {takeover.closed: takeover.successor for takeover in takeovers}


def _versions_told(session: Session, round_: BudgetRound) -> dict[int | None, Mapping[str, Any]]:
    """What the trail tells of each saved version, by its number in the database."""
    records = session.exec(
        select(TrailRecord).where(
            TrailRecord.object_kind == "round",
            TrailRecord.object_id == str(round_.id),
            TrailRecord.verb == Verb.SAVE_DATA,
            TrailRecord.outcome == "done",
        )
    )
    told = [json.loads(record.changes) for record in records]
    return {changes["data_set_id"][1]: changes for changes in told}


def moves(
    session: Session, round_: BudgetRound, standing: Set[str], merged: Successors
) -> list[Move]:
    """Requests that are not where they belong once these centres stand.

    Args:
        standing: the centres of the version that comes into force.
    """
    homes = _homes(session)
    needs = session.exec(
        select(SpecialNeed)
        .where(SpecialNeed.round_id == round_.id, col(SpecialNeed.state).not_in(FINAL))
        .order_by(col(SpecialNeed.id))
    ).all()
    found = [
        Move(need, _place(homes.get(need.id, need.centre_id), standing, merged)) for need in needs
    ]
    return [move for move in found if move.to != move.need.centre_id]


def _homes(session: Session) -> dict[str, str]:
    """The centre that wrote a request, for those that were passed on."""
    found: dict[str, str] = {}
    for record in session.exec(
        select(TrailRecord)
        .where(
            TrailRecord.object_kind == "special_need",
            col(TrailRecord.verb).in_(VERSION_VERBS),
            TrailRecord.outcome == "done",
        )
        .order_by(col(TrailRecord.number))
    ):
        found.setdefault(record.object_id, json.loads(record.changes)["centre_id"][0])
    return found


def _place(home: str, standing: Set[str], merged: Successors) -> str:
    """Where a request belongs: with its centre, or with the last one that took it over."""
    passed: set[str] = set()
    while home not in standing and home in merged and home not in passed:
        passed.add(home)
        home = merged[home]
    return home


def follow(
    act: Act, round_: BudgetRound, standing: Set[str], merged: Successors, reason: str
) -> None:
    """Pass the requests on, each with a record of its own."""
    for move in moves(act.session, round_, standing, merged):
        with act.follow_up(move.need.id):
            changes = act.change(move.need, centre_id=move.to)
            act.record(changes=changes, reason=reason, made=need_subject(move.need))
