"""Where studies are asked for: one at a time is carried out, few wait, findings are kept.

One study has all the workers; the others wait in the order in which they were asked for. Whoever
asks for the same (the same inputs, hence the same key) shares the job and its finding. When
enough are waiting, further ones are refused and told so. A job that nobody looks at any more
ends by itself; so does one that is cancelled while nobody else asked for it or looks at it.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from budget.allocation.faults import N_
from budget.allocation.study import Study
from budget.work.crew import Crew
from budget.work.job import UNFINISHED, Job, Progress, State

MOST_OF_ONE = 3
"""So many studies of one person may wait."""
MOST_WAITING = 8
"""So many jobs wait at most; the next one is refused."""
FORGOTTEN_SECONDS = 180.0
"""A job ends if nobody has looked at it for so long."""
KEPT = 64
"""So many findings are kept, the latest seen ones."""
BUSY = N_(
    "{count} runs are waiting already, as many as may. Nothing was started; please try again "
    "in a minute."
)
BUSY_OWN = N_(
    "{count} of your runs are waiting already, as many as one person may have. Nothing was "
    "started; please wait for one or cancel one."
)


class TooBusy(Exception):  # noqa: N818 - a refusal, told as such
    """As many jobs wait as may, of all or of one person.

    Attributes:
        message, details: a template and its values.
    """

    def __init__(self, count: int, message: str = BUSY) -> None:
        super().__init__(message.format(count=count))
        self.message = message
        self.details = {"count": str(count)}


class Desk:
    """The jobs of one server."""

    def __init__(
        self,
        crew: Crew,
        *,
        most_waiting: int = MOST_WAITING,
        forgotten_after: float = FORGOTTEN_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.crew = crew
        self.most_waiting = most_waiting
        self.forgotten_after = forgotten_after
        self._clock = clock
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._waiting: list[Job] = []
        self._running: Job | None = None
        self._changed = threading.Condition()
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, key: str, begin: Callable[[], Study[Any]], who: str) -> Job:
        """The job of this key; a new one if there is none, or if it ended without a finding.

        Args:
            key: hash of all that the finding depends on.
            begin: makes the study.
            who: asks.

        Raises:
            TooBusy: if as many jobs wait as may, of all or of this person.
        """
        with self._changed:
            job = self._jobs.get(key)
            if job is None or job.state not in UNFINISHED | {State.DONE}:
                self._drop_forgotten()
                own = sum(other.askers == {who} for other in self._waiting)
                if len(self._waiting) >= self.most_waiting:
                    raise TooBusy(len(self._waiting))
                if own >= MOST_OF_ONE:
                    raise TooBusy(own, BUSY_OWN)
                job = Job(key, begin, self._clock)
                self._jobs[key] = job
                self._waiting.append(job)
                self._start_thread()
                self._changed.notify_all()
            job.asked(who)
            self._seen(job)
            return job

    def find(self, key: str) -> Job | None:
        """The job of this key, if there is one; whoever asks has looked at it."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None:
                self._seen(job)
            return job

    def progress(self, job: Job) -> Progress:
        """How far a job is, and how many are before it."""
        with self._changed:
            if job not in self._waiting:
                return job.progress()
            return job.progress(self._waiting.index(job) + (self._running is not None))

    def watch(self, key: str, who: str) -> Job | None:
        """The job of this key, if there is one; it is theirs too while they look at it."""
        with self._changed:
            job = self._jobs.get(key)
            if job is not None:
                self._seen(job)
                job.watched(who)
            return job

    def cancel(self, job: Job, who: str) -> None:
        """Somebody does not want it any more; it ends if nobody else does."""
        with self._changed:
            job.left(who)
            if job.is_wanted or not job.end(State.CANCELLED):
                return
            if job in self._waiting:
                self._waiting.remove(job)

    def close(self) -> None:
        """End everything; nothing is left running."""
        with self._changed:
            self._closed = True
            for job in self._jobs.values():
                job.end(State.CANCELLED)
            self._waiting.clear()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()
        self.crew.kill()  # those without work

    def _seen(self, job: Job) -> None:
        job.look()
        self._jobs.move_to_end(job.key)
        finished = [key for key, other in self._jobs.items() if other.state not in UNFINISHED]
        for key in finished[: max(0, len(finished) - KEPT)]:
            del self._jobs[key]

    def _drop_forgotten(self) -> None:
        for job in [job for job in self._waiting if job.unseen() > self.forgotten_after]:
            job.end(State.FORGOTTEN)
            self._waiting.remove(job)

    def _start_thread(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="studies", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._running = None
                self._changed.wait_for(lambda: self._closed or self._waiting)
                if self._closed:
                    return
                self._drop_forgotten()
                if not self._waiting:
                    continue
                job = self._running = self._waiting.pop(0)
            job.carry_out(self.crew, self.forgotten_after)
