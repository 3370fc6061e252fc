"""A study under way: how far it is, what it found, or why it ended."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from budget.allocation.study import Study, Task
from budget.work.crew import Crew


class State(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    FORGOTTEN = "forgotten"


UNFINISHED = frozenset({State.WAITING, State.RUNNING})
UNWANTED = frozenset({State.CANCELLED, State.FORGOTTEN})
LOOKING_SECONDS = 5.0
"""Whoever has looked at a job in the last seconds is looking at it still."""
GUARD_SECONDS = 0.1
"""So often a running job is looked after."""


class Stopped(Exception):  # noqa: N818 - nobody's error: somebody wanted it
    """The job was cancelled or forgotten."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes:
        done, total: runs; more may come to the total while it runs.
        seconds: since it began to run.
        ahead: jobs that run or wait before it.
    """

    state: State
    done: int
    total: int
    seconds: float
    ahead: int = 0

    @property
    def part(self) -> float:
        """How much of what is known is done, from 0 to 1."""
        return self.done / self.total if self.total else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long it will take at the present pace; None before the first run has ended."""
        return self.seconds / self.done * (self.total - self.done) if self.done else None


class Job:
    """One study, found again by its key.

    Everything that changes does so under the lock; the thread of the desk writes, pages read.

    Attributes:
        key: hash of all that its finding depends on.
        askers: who asked for it and has not cancelled it.
        found: its finding, once it is done.
        error: what ended it, if it failed.
    """

    def __init__(
        self, key: str, begin: Callable[[], Study[Any]], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.key = key
        self.askers: set[str] = set()
        self.found: Any = None
        self.error: Exception | None = None
        self._begin = begin
        self._clock = clock
        self._lock = threading.Lock()
        self._state = State.WAITING
        self._done = self._total = 0
        self._began = self._ended = self._looked = clock()
        self._finished = threading.Event()
        self._lookers: dict[str, float] = {}
        self._left: set[str] = set()

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._state

    def progress(self, ahead: int = 0) -> Progress:
        """How far it is."""
        with self._lock:
            running = self._state is State.RUNNING
            until = self._clock() if running else self._ended
            return Progress(self._state, self._done, self._total, until - self._began, ahead)

    def look(self) -> None:
        """Somebody is looking at it."""
        self._looked = self._clock()

    def asked(self, who: str) -> None:
        """Somebody wants it."""
        self.askers.add(who)
        self._left.discard(who)

    def watched(self, who: str) -> None:
        """Somebody has it before their eyes, asked for by them or not."""
        self.look()
        if who not in self._left:
            self._lookers[who] = self._clock()

    def left(self, who: str) -> None:
        """Somebody does not want it any more."""
        self.askers.discard(who)
        self._lookers.pop(who, None)
        self._left.add(who)

    def has_left(self, who: str) -> bool:
        """Whether they cancelled it; it may go on for others."""
        return who in self._left

    @property
    def is_wanted(self) -> bool:
        """Whether anybody asked for it, or looks at it now, and has not cancelled it."""
        since = self._clock() - LOOKING_SECONDS
        return bool(self.askers) or any(seen >= since for seen in self._lookers.values())

    def unseen(self) -> float:
        """Seconds since somebody looked at it."""
        return self._clock() - self._looked

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until it has ended; whether it has."""
        return self._finished.wait(seconds)

    def end(self, state: State) -> bool:
        """End it if it has not ended; whether this call did."""
        with self._lock:
            if self._state not in UNFINISHED:
                return False
            self._state = state
            self._ended = self._clock()
        self._finished.set()
        return True

    def carry_out(self, crew: Crew, forgotten_after: float) -> None:
        """Run the study to its end; called by the thread of the desk."""
        with self._lock:
            if self._state is not State.WAITING:
                return
            self._state = State.RUNNING
            self._began = self._clock()
        left = threading.Event()
        guard = threading.Thread(
            target=self._guard, args=(crew, forgotten_after, left), name="guard", daemon=True
        )
        guard.start()
        try:
            found = self._finding(crew)
        except Stopped:
            pass  # its state says why
        except Exception as error:  # noqa: BLE001 - whatever it is, the page tells it
            # workers that are killed by a cancel break the pool: that is no failure
            self.error = error.with_traceback(None) if self._state in UNFINISHED else None
            self.end(State.FAILED)
        else:
            self.found = found
            self.end(State.DONE)
        finally:
            self.end(State.FAILED)  # even where no Exception ended it: nobody waits for ever
            left.set()
            guard.join()

    def _guard(self, crew: Crew, forgotten_after: float, left: threading.Event) -> None:
        """End the job when nobody looks any more, and its workers when it is not wanted."""
        while not left.wait(GUARD_SECONDS):
            if self.unseen() > forgotten_after:
                self.end(State.FORGOTTEN)
            if self._state in UNWANTED:
                crew.kill()

    def _finding(self, crew: Crew) -> Any:
        def done(task: Task) -> None:
            with self._lock:
                self._done += task.size
            if self._state is not State.RUNNING:
                raise Stopped

        study = self._begin()
        results: list[Any] | None = None
        while True:
            try:
                tasks = next(study) if results is None else study.send(results)
            except StopIteration as end:
                return end.value
            with self._lock:
                self._total += sum(task.size for task in tasks)
            results = crew.results(tasks, done) if tasks else []
