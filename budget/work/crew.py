"""Who carries out the tasks of a study: processes of this machine, or a Dask cluster.

Through joblib, so that the one can take the place of the other by configuration:

    BUDGET_WORKERS          processes on this machine; as many as there are cores if not set
    BUDGET_DASK_SCHEDULER   address of a Dask scheduler (tcp://host:port), which takes over

Worker processes are new Python interpreters (loky): they share no thread, no lock and no open
database with the process that asks.
"""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

import joblib
from joblib.externals.loky import reusable_executor
from joblib.externals.loky.backend.utils import kill_process_tree

from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.study import Task

WORKERS, DASK_SCHEDULER = "BUDGET_WORKERS", "BUDGET_DASK_SCHEDULER"
MOST_WORKERS = 256
IDLE_SECONDS = 60
"""Workers without work end after so long; until then the next study starts at once."""
AHEAD = "3 * n_jobs"
"""So many tasks wait at the workers, so that none of them waits for us."""


class WorkersLost(Exception):  # noqa: N818 - what happened, as the page tells it
    """A worker ended in the middle of a task: killed, out of memory, or cut off.

    Attributes:
        message: a template for the reader.
    """

    message = N_(
        "A worker process ended before its task was done, perhaps for want of memory. Nothing "
        "was lost but this run; please start it again."
    )

    def __init__(self) -> None:
        super().__init__(self.message)


@dataclass(frozen=True)
class Crew:
    """The workers.

    Attributes:
        workers: processes on this machine.
        dask_scheduler: address of a cluster; "" for this machine.
    """

    workers: int
    dask_scheduler: str = ""

    def results(self, tasks: Sequence[Task], done: Callable[[Task], None]) -> list[Any]:
        """Carry out tasks, several at a time; their results in the order of the tasks.

        Args:
            done: called in the calling thread after each task, in the order in which they end;
                what it raises ends the work, and kills the processes that do it.

        Raises:
            WorkersLost: if a worker ends in the middle of a task.
        """
        found: list[Any] = [None] * len(tasks)
        jobs = (joblib.delayed(_numbered)(place, task) for place, task in enumerate(tasks))
        with _losses(), self._configured():
            outputs = joblib.Parallel(return_as="generator_unordered", pre_dispatch=AHEAD)(jobs)
            with contextlib.closing(outputs):
                for place, result in outputs:
                    found[place] = result
                    done(tasks[place])
        return found

    def kill(self) -> None:
        """End the processes of this machine at once, whatever they are doing.

        They are killed from outside, as if they had crashed: whoever waits for them learns it.
        On a cluster nothing is killed: its tasks are short, and no further ones are sent.
        """
        # asked for by its function, a missing executor would be made, and not of joblib's kind
        executor = reusable_executor._executor
        if not self.dask_scheduler and executor is not None:
            for process in list(executor._processes.values()):
                kill_process_tree(process)

    @contextlib.contextmanager
    def _configured(self) -> Iterator[None]:
        if not self.dask_scheduler:
            with joblib.parallel_config(
                backend="loky",
                n_jobs=self.workers,
                inner_max_num_threads=1,
                idle_worker_timeout=IDLE_SECONDS,
            ):
                yield
            return
        from distributed import Client  # noqa: PLC0415 - only where there is a cluster

        with (
            Client(self.dask_scheduler, set_as_default=False) as client,
            joblib.parallel_config(backend="dask", n_jobs=-1, client=client),
        ):
            yield


@contextlib.contextmanager
def _losses() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool:
        raise WorkersLost from None
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # Dask's own, of a library that may be absent
            raise WorkersLost from None
        raise


def _numbered(place: int, task: Task) -> tuple[int, Any]:
    return place, task()


def crew_of(environment: Mapping[str, str]) -> Crew:
    """The crew that the environment asks for.

    Raises:
        InputError: for a number of workers that is none.
    """
    asked = environment.get(WORKERS, "").strip()
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if not asked:
        return Crew(cores or 1, environment.get(DASK_SCHEDULER, "").strip())
    if not asked.isdecimal() or not 1 <= int(asked) <= MOST_WORKERS:
        raise InputError(
            [
                Fault(
                    "",
                    WORKERS,
                    asked,
                    N_("a whole number of processes from 1 to {most}"),
                    details={"most": str(MOST_WORKERS)},
                )
            ]
        )
    return Crew(int(asked), environment.get(DASK_SCHEDULER, "").strip())
