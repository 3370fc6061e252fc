"""A study: many runs that somebody else carries out, here or on many machines.

A study asks for tasks, is given their results in the same order, may ask for more, and ends
with its finding. Who carries the tasks out decides where and how many at a time; the finding
is the same.

    def study() -> Study[int]:
        first = yield [Task(run, (value,)) for value in values]
        return sum(first)
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

type Study[Finding] = Generator[Sequence[Task], list[Any], Finding]


@dataclass(frozen=True, slots=True)
class Task:
    """A part of a study that can run anywhere: a function of a module, and plain arguments.

    Attributes:
        size: how many runs it holds, for those who watch the progress.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    size: int = 1

    def __call__(self) -> Any:
        """Carry it out."""
        return self.function(*self.arguments)


def found_here[Finding](study: Study[Finding]) -> Finding:
    """Carry out a study in this process, one task after the other."""
    results: list[Any] | None = None
    while True:
        try:
            tasks = next(study) if results is None else study.send(results)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        results = [task() for task in tasks]


def batches[Item](items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in order, so many at a time; the last time what is left."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
