"""Tasks and studies for the tests of the runner: workers import them by name."""

import os
import signal
import time

from budget.allocation.study import Study, Task


def squared(number: int) -> int:
    """Its square."""
    return number * number


def slow(seconds: float) -> int:
    """Takes so long; tells which process did it."""
    time.sleep(seconds)
    return os.getpid()


def killed() -> None:
    """Its process ends at once, as if memory had run out."""
    os.kill(os.getpid(), signal.SIGKILL)


def broken() -> None:
    """Ends with an error of its own."""
    raise ZeroDivisionError("a defect in a task")


def threads() -> list[str]:
    """Names of the threads of the process that carries it out."""
    import threading

    return sorted(thread.name for thread in threading.enumerate())


def squares(count: int) -> Study[int]:
    """The sum of the squares of 0 … count − 1, then of their results once more."""
    first = yield [Task(squared, (number,)) for number in range(count)]
    second = yield [Task(squared, (number,), size=2) for number in first]
    return sum(second)


def sleeping(seconds: float, count: int) -> Study[list[int]]:
    """Tasks that only take their time; the processes that did them."""
    found = yield [Task(slow, (seconds,)) for _number in range(count)]
    return found


def one(task: Task) -> Study[object]:
    """A single task."""
    [found] = yield [task]
    return found
