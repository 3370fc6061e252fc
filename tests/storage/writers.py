"""Processes of the application that the tests start, and kill."""

import os
import traceback
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(name, "1")  # a process that forks has one thread

from budget.workflow import founding, rounds  # noqa: E402
from tests.storage.databases import lead  # noqa: E402


def start_server(address: str, start: Any, answers: Any) -> None:
    """Start as the application does, all at the same moment; answer with the round's state."""
    try:
        start.wait(60)
        store = founding.open_store({founding.DATABASE: address}, founding.DEMONSTRATION)
        answers.put(rounds.present(store, lead()).state)
        store.close()
    except BaseException:
        answers.put(traceback.format_exc())
        raise
