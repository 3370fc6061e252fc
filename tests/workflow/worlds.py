"""Worlds of the workflow's tests: a round with a request in every state, made once a session."""

import itertools
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import event

from budget.storage.store import Store, opened
from budget.workflow import (
    attachments,
    data,
    execution,
    people,
    publication,
    saved_scenarios,
    scenarios,
)
from budget.workflow.roles import Role
from tests.storage.databases import (
    BEGINNING,
    SAMPLE,
    Clock,
    administrator,
    head,
    key,
    lead,
    move_round,
    planner,
    reviewer,
    sqlite_path,
)
from tests.workflow import steps
from tests.workflow.files import png

SAMPLE_TABLE = (SAMPLE / "centres.csv").read_bytes()
EXECUTED = (
    b"centre_id,as_of,spent_krw,committed_krw,available_krw,carryover_krw\n"
    b"EC001,2027-03-31,200000000,,,\n"
)
GONE = "gone|1"
"""Somebody who had every role, the head's of EC001 included; all have ended."""
EVERYTHING = "everything|1"
"""Somebody who has every role, the head's of EC001 included."""
ALL_ROLES = [(role, "EC001" if role == Role.CENTRE_HEAD else "") for role in Role]


@dataclass(frozen=True)
class World:
    """A round under review on version 2 of its data, with requests of EC001 in many
    states; a proposal if it is decided.

    Attributes:
        held: in review; like `assessed` and `approved` with the first reviewer.
        free: submitted, and nobody has claimed it.
        file, held_file, free_file: of the draft, the held and the free one.
        reviewers: the numbers of the two reviewers.
        grant, grant_version: the second reviewer's role, and the version of that person.
        execution: a version of the execution to date.
    """

    path: Path
    draft: str
    free: str
    held: str
    assessed: str
    approved: str
    file: int
    held_file: int
    free_file: int
    baseline: int
    scenario: int
    reviewers: tuple[int, int]
    grant: int
    grant_version: int
    proposal: int = 0
    execution: int = 1


def hasty(store: Store) -> Store:
    """The same store, which does not wait for the disk: these tests pull no plug."""
    if store.engine.dialect.name == "sqlite":
        store.engine.dispose()
        event.listen(store.engine, "connect", _do_not_wait)
    return store


def _do_not_wait(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


class Copies:
    """Copies of worlds in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count(1)
        self._clock = Clock()
        self._scratch: Store | None = None

    def open(self, world: World) -> Store:
        """The world as it was, at `BEGINNING`, until the next call of this; opened only once."""
        self._clock.set(BEGINNING)
        if self._scratch is None:
            self._scratch = self._opened(world, "scratch")
        else:
            with (
                closing(sqlite3.connect(world.path)) as source,
                closing(sqlite3.connect(sqlite_path(str(self._scratch.engine.url)))) as target,
            ):
                source.backup(target)
        return self._scratch

    @contextmanager
    def kept(self, world: World, clock: Clock | None = None) -> Iterator[tuple[Store, World]]:
        """A copy for longer: a store on it, and the world that it becomes."""
        store = self._opened(world, f"copy-{next(self._count)}", clock)
        yield store, replace(world, path=sqlite_path(str(store.engine.url)))
        store.close()

    def _opened(self, world: World, name: str, clock: Clock | None = None) -> Store:
        path = self._folder / f"{name}.sqlite3"
        shutil.copyfile(world.path, path)
        return hasty(opened(f"sqlite:///{path}", clock or self._clock))


def with_file(store: Store, need_id: str) -> int:
    """Attach a picture to a request of EC001; gives its number."""
    need = attachments.attach(store, head(), need_id, "사진.png", png(need_id), key=key("attach"))
    return need.files[-1].id


def under_review(address: str) -> World:
    """Bring the founded demonstration at an address to this."""
    store = opened(address, Clock())
    draft, free, held = steps.drafted(store), steps.submitted(store), steps.in_review(store)
    baseline = saved_scenarios.scenarios(store, planner())[0]
    other = scenarios.create(store, planner(), "다른 안", baseline.policy, key=key("create"))
    data.save(
        store,
        planner(),
        "centres.csv",
        SAMPLE_TABLE.replace(b",81.8,", b",81.9,", 1),
        illustrative=True,
        reason="둘째 판",
        based_on=1,
        key=key("data"),
    )
    execution.save(store, planner(), "집행.csv", EXECUTED, "1분기", based_on=0, key=key("spent"))
    second = next(
        one for one in people.people(store, administrator()) if one.identity == reviewer(2)
    )
    steps.ended(store, steps.granted(store, GONE, *ALL_ROLES))
    steps.granted(store, EVERYTHING, *ALL_ROLES)
    world = World(
        path=sqlite_path(address),
        draft=draft.id,
        free=free.id,
        held=held.id,
        assessed=steps.assessed(store).id,
        approved=steps.approved(store).id,
        file=with_file(store, draft.id),
        held_file=with_file(store, held.id),
        free_file=with_file(store, free.id),
        baseline=baseline.id,
        scenario=other.id,
        reviewers=(steps.person_id(store, reviewer(1)), steps.person_id(store, reviewer(2))),
        grant=second.roles[0].id,
        grant_version=second.version,
    )
    store.close()
    return world


def decided(world: World, copies: Copies) -> World:
    """The same round, decided, with a proposal of the first planner."""
    with copies.kept(world) as (store, after):
        move_round(store, "decided")
        proposal = publication.propose(store, planner(), world.baseline, "제안", key=key("propose"))
    return replace(after, proposal=proposal.id)


def published(world: World, copies: Copies) -> World:
    """A decided round, published by the first lead."""
    with copies.kept(world) as (store, after):
        publication.confirm(store, lead(), world.proposal, "확정", key=key("confirm"))
    return after


def planned(world: World, copies: Copies) -> World:
    """A published round in which EC001 has submitted its plan of divisions, as proposed."""
    with copies.kept(world) as (store, after):
        steps.planned(store, "EC001")
    return after
