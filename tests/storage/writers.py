"""Processes of the application that the tests start, and kill.

A writer is a thread that leads requests through their lives by the service: drafts, submits,
claims, assesses, decides. Before each deed it says what it will ask for, after it what it was
answered; the test that reads this knows what must be there after a kill. All is decided by a seed,
so that the next process goes on where the last one was killed.
"""

import itertools
import os
import random
import signal
import threading
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # a process that forks has one thread

from sqlalchemy import Engine, event  # noqa: E402

from budget.storage.store import Store, opened  # noqa: E402
from budget.workflow import (  # noqa: E402
    attachments,
    demonstration,
    installation,
    review,
    rounds,
    special_needs,
)
from budget.workflow.needs_seen import Need  # noqa: E402
from tests.storage.databases import Clock, head, lead, planner, reviewer  # noqa: E402
from tests.storage.lives import CENTRES  # noqa: E402
from tests.workflow.files import png  # noqa: E402
from tests.workflow.steps import TEXTS  # noqa: E402

WRITERS = 8
READERS = 1
DUE = date(2026, 4, 10)


# --- the lives that the writers lead -----------------------------------------------------------


@dataclass(frozen=True)
class Deed:
    """One call of the service.

    Attributes:
        writer: who asks, 0 to 7; `life` and `step` of that writer.
        key: the deed's; the same again when it is asked for again.
    """

    writer: int
    life: int
    step: int
    verb: str
    key: str
    need_id: str = ""
    based_on: int = 0


@dataclass(frozen=True)
class Place:
    """Where a writer is: the next step of a life, and the request as last answered."""

    life: int = 0
    step: int = 0
    need_id: str = ""
    version: int = 0


def life_of(writer: int, life: int) -> list[str]:
    """The verbs of one request's life; another one for each writer and each time."""
    chance = random.Random(f"{writer}-{life}")

    def perhaps(share: float, *verbs: str) -> list[str]:
        return list(verbs) if chance.random() < share else []

    saves = ["save_draft"] * chance.randint(1, 3)
    found = ["begin", *saves, *perhaps(0.5, "attach"), "submit"]
    found += perhaps(0.2, "recall", "save_draft", "submit")
    found += perhaps(0.3, "claim", "send_back", "save_draft", "submit")
    found += perhaps(0.1, "withdraw")
    if found[-1] == "withdraw":
        return found
    found += ["claim", "assess", *perhaps(0.2, "reopen_assessment", "assess")]
    decision = chance.choice(["approve", "approve", "reject"])
    return [*found, decision, *perhaps(0.2, "reopen_decision", "assess", "approve")]


def next_deed(writer: int, place: Place) -> Deed:
    """What a writer does at a place."""
    verb = life_of(writer, place.life)[place.step]
    key = f"w{writer}-{place.life}-{place.step}-{verb}"
    return Deed(writer, place.life, place.step, verb, key, place.need_id, place.version)


def place_after(deed: Deed, need_id: str, version: int) -> Place:
    """Where a writer is after a deed."""
    if deed.step + 1 < len(life_of(deed.writer, deed.life)):
        return Place(deed.life, deed.step + 1, need_id, version)
    return Place(deed.life + 1)


def texts_of(deed: Deed) -> dict[str, str]:
    """What a deed writes into the draft; the title is the deed's key."""
    new = {"title": deed.key, "requested_krw": f"{31 + deed.step},000,000"}
    return {**TEXTS, **new} if deed.verb == "begin" else new


def done(store: Store, deed: Deed) -> Need:
    """Ask the service for a deed."""
    owner, checker = head(centre_of(deed)), reviewer(deed.writer % 2 + 1)
    to: dict[str, Any] = {"based_on": deed.based_on, "key": deed.key}
    need = deed.need_id
    if deed.verb in OF_THE_CENTRE:
        return _done_by_centre(store, deed, owner, to)
    match deed.verb:
        case "claim":
            return review.claim(store, checker, need, **to)
        case "send_back":
            return review.send_back(store, checker, need, deed.key, DUE, **to)
        case "assess":
            to |= {"feasible": True, "priority": 1, "divisible": False, "rationale": deed.key}
            return review.assess(store, checker, need, assessed_krw=30_000_000 + deed.step, **to)
        case "reopen_assessment":
            return review.reopen_assessment(store, lead(), need, deed.key, **to)
        case "approve":
            to |= {"approved_krw": 1_000_000 * (deed.step + 1), "reason": deed.key}
            return review.approve(store, planner(deed.writer % 2 + 1), need, **to)
        case "reject":
            return review.reject(store, planner(deed.writer % 2 + 1), need, deed.key, **to)
        case "reopen_decision":
            return review.reopen_decision(store, lead(), need, deed.key, **to)
    raise ValueError(deed.verb)


OF_THE_CENTRE = {"begin", "save_draft", "attach", "submit", "recall", "withdraw"}


def centre_of(deed: Deed) -> str:
    """The centre that a writer writes for."""
    return CENTRES[deed.writer % len(CENTRES)]


def _done_by_centre(store: Store, deed: Deed, owner: str, to: dict[str, Any]) -> Need:
    need = deed.need_id
    match deed.verb:
        case "begin":
            texts = texts_of(deed)
            return special_needs.begin(store, owner, centre_of(deed), texts, key=deed.key)
        case "save_draft":
            return special_needs.save_draft(store, owner, need, texts_of(deed), **to)
        case "attach":
            picture = png(deed.key)
            return attachments.attach(store, owner, need, "a.png", picture, key=deed.key)
        case "submit":
            return special_needs.submit(store, owner, need, **to)
        case "recall":
            return special_needs.recall(store, owner, need, **to)
        case "withdraw":
            return special_needs.withdraw(store, owner, need, deed.key, **to)
    raise ValueError(deed.verb)


# --- the process -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Killed:
    """At which moment the process kills itself; the test does it from outside where none is said.

    Attributes:
        moment: "wrote": rows are changed, nothing is committed; "committing": the commit comes
            next; "returned": committed, and the answer not yet given.
        count: at the so-manieth time.
    """

    moment: str
    count: int


@dataclass
class _Telling:
    """What the threads tell the test, one at a time."""

    pipe: Any
    killed: Killed | None
    lock: threading.Lock = field(default_factory=threading.Lock)
    present: threading.local = field(default_factory=threading.local)
    counts: dict[str, Iterator[int]] = field(default_factory=dict)

    def tell(self, *message: Any) -> None:
        with self.lock:
            self.pipe.send(message)

    def moment(self, name: str) -> None:
        """A moment of the deed of this thread: perhaps the last one."""
        writer = getattr(self.present, "writer", None)
        if writer is None:
            return
        self.tell(name, writer)
        count = next(self.counts.setdefault(name, itertools.count(1)))
        if self.killed == Killed(name, count):
            os.kill(os.getpid(), signal.SIGKILL)


def write(
    address: str,
    places: Mapping[int, Place],
    pending: Mapping[int, Deed],
    killed: Killed | None,
    pipe: Any,
    *,
    goes_on: bool = True,
) -> None:
    """A server with 8 people who write and one who looks on.

    Args:
        pending: deeds that a process before was killed in; asked for again, with the same key.
        goes_on: until it is killed; else only what is pending.
    """
    telling = _Telling(pipe, killed)
    try:
        store = opened(address, Clock())
    except BaseException:
        telling.tell("failed", traceback.format_exc())
        raise
    event.listen(store.engine, "after_cursor_execute", lambda *args: _wrote(telling, args[2]))
    event.listen(store.engine, "commit", lambda _connection: telling.moment("committing"))
    ended = threading.Event()
    threads = [
        threading.Thread(
            target=_writer, args=(store, telling, writer, place, pending.get(writer), goes_on)
        )
        for writer, place in places.items()
    ]
    threads += [
        threading.Thread(target=_reader, args=(store, telling, ended), daemon=True)
        for _ in range(READERS)
    ]
    telling.tell("up")
    for thread in threads:
        thread.start()
    for thread in threads[: len(places)]:
        thread.join()
    ended.set()
    for thread in threads:
        thread.join()
    store.close()
    telling.tell("ended")


def _wrote(telling: _Telling, statement: str) -> None:
    if statement.startswith(("INSERT", "UPDATE")):
        telling.moment("wrote")


def _writer(
    store: Store,
    telling: _Telling,
    writer: int,
    place: Place,
    pending: Deed | None,
    goes_on: bool,
) -> None:
    telling.present.writer = writer
    try:
        while pending or goes_on:
            deed = pending or next_deed(writer, place)
            telling.tell("asked", writer, deed)
            need = done(store, deed)
            telling.moment("returned")
            telling.tell("answered", writer, deed, need.id, need.version)
            place, pending = place_after(deed, need.id, need.version), None
    except BaseException:
        telling.tell("failed", traceback.format_exc())
        raise


def _reader(store: Store, telling: _Telling, ended: threading.Event) -> None:
    try:
        while not ended.wait(0.01):
            rounds.present(store, planner())
    except BaseException:
        telling.tell("failed", traceback.format_exc())
        raise


def start_server(address: str, start: Any, answers: Any) -> None:
    """Start as the application does, all at the same moment; answer with the round's state."""
    try:
        start.wait(60)
        store = installation.open_store(
            {installation.DATABASE: address}, demonstration.DEMONSTRATION
        )
        answers.put(rounds.present(store, lead()).state)
        store.close()
    except BaseException:
        answers.put(traceback.format_exc())
        raise


def start_and_die(address: str, sample: str, count: int) -> None:
    """Start on a new database, and be killed after so many statements that change something."""
    statements = itertools.count(1)

    def changed(*args: Any) -> None:
        statement = args[2].lstrip()
        if statement.startswith(("CREATE", "INSERT")) and next(statements) == count:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "after_cursor_execute", changed)
    environment = {installation.DATABASE: address, installation.SAMPLE: sample}
    installation.open_store(environment, demonstration.DEMONSTRATION)


def call_together(address: str, start: Any, answers: Any, deed: Deed) -> None:
    """Ask for one deed at the same moment as other processes."""
    store = opened(address, Clock())
    try:
        start.wait(60)
        answers.put(("done", done(store, deed).state))
    except Exception as refusal:  # noqa: BLE001 - the test says which ones are right
        answers.put((type(refusal).__name__, str(refusal)))
    finally:
        store.close()
