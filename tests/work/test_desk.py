"""The runner: progress, sharing, queue, cancel, loss of a worker, forgetting."""

import contextlib
import os
import threading
import time
from collections.abc import Iterator

import psutil
import pytest

from budget.allocation.faults import InputError
from budget.allocation.study import Task, found_here
from budget.work.crew import WORKERS, Crew, WorkersLost, crew_of
from budget.work.desk import BUSY, BUSY_OWN, MOST_OF_ONE, Desk, TooBusy
from budget.work.job import LOOKING_SECONDS, State
from tests.work import tasks

SECONDS = 30
ANSWER = sum(number**4 for number in range(6))


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    """A desk with two worker processes; closed at the end, and nothing is left."""
    found = Desk(Crew(2), most_waiting=2)
    yield found
    found.close()
    until(lambda: not workers())


def workers() -> set[int]:
    """Worker processes of this process; other tests' servers are its children as well."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            command = " ".join(child.cmdline())
            if "LokyProcess" in command and child.status() != psutil.STATUS_ZOMBIE:
                found.add(child.pid)
    return found


def until(condition: object) -> None:
    """Wait for something that the other thread does."""
    end = time.monotonic() + SECONDS
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_study_finds_the_same_here_and_over_processes(desk: Desk) -> None:
    job = desk.ask("six", lambda: tasks.squares(6), "planner")
    assert job.wait(SECONDS)
    assert (job.state, job.found) == (State.DONE, ANSWER)
    assert found_here(tasks.squares(6)) == ANSWER
    progress = desk.progress(job)
    assert (progress.done, progress.total, progress.part) == (6 + 12, 6 + 12, 1.0)


def test_work_is_done_by_other_processes_without_our_threads(desk: Desk) -> None:
    stay = threading.Event()
    ours = threading.Thread(target=stay.wait, name="ours")
    ours.start()
    try:
        job = desk.ask("who", lambda: tasks.sleeping(0.05, 8), "planner")
        names = desk.ask("threads", lambda: tasks.one(Task(tasks.threads, ())), "planner")
        assert job.wait(SECONDS)
        assert names.wait(SECONDS)
    finally:
        stay.set()
    assert os.getpid() not in job.found
    assert len(set(job.found)) == 2
    assert "ours" not in names.found
    assert "studies" not in names.found


def test_progress_counts_runs_while_they_end(desk: Desk) -> None:
    job = desk.ask("slow", lambda: tasks.sleeping(0.15, 10), "planner")
    until(lambda: 0 < desk.progress(job).done < 10)
    progress = desk.progress(job)
    assert progress.state is State.RUNNING
    assert progress.total == 10
    assert progress.seconds_left is not None
    assert job.wait(SECONDS)


def test_cancel_ends_within_a_second_and_leaves_nothing_running(desk: Desk) -> None:
    job = desk.ask("long", lambda: tasks.sleeping(5, 40), "planner")
    until(workers)
    assert desk.progress(job).state is State.RUNNING
    begin = time.monotonic()
    desk.cancel(job, "planner")
    until(lambda: not workers())
    assert time.monotonic() - begin < 1
    assert job.state is State.CANCELLED
    again = desk.ask("squares", lambda: tasks.squares(6), "planner")
    assert again.wait(SECONDS)
    assert again.found == ANSWER


def test_a_finding_is_kept_by_its_key_and_shared(desk: Desk) -> None:
    begun = []

    def begin() -> object:
        begun.append(1)
        return tasks.squares(6)

    first = desk.ask("same", begin, "planner")  # type: ignore[arg-type]
    second = desk.ask("same", begin, "lead")  # type: ignore[arg-type]
    assert first is second
    assert first.wait(SECONDS)
    assert desk.ask("same", begin, "auditor").found == ANSWER  # type: ignore[arg-type]
    assert begun == [1]


def test_who_shares_a_job_keeps_it_when_another_cancels(desk: Desk) -> None:
    job = desk.ask("shared", lambda: tasks.sleeping(0.1, 10), "planner")
    desk.ask("shared", lambda: tasks.sleeping(0.1, 10), "lead")
    desk.cancel(job, "planner")
    assert job.wait(SECONDS)
    assert job.state is State.DONE


def test_who_looks_at_a_job_keeps_it_when_the_asker_cancels(desk: Desk) -> None:
    job = desk.ask("looked at", lambda: tasks.sleeping(0.1, 10), "planner")
    desk.watch("looked at", "lead")
    desk.cancel(job, "planner")
    assert job.has_left("planner")
    assert not job.has_left("lead")
    desk.watch("looked at", "planner")  # still on the screen, yet not wanted
    assert job.wait(SECONDS)
    assert job.state is State.DONE


def test_who_looked_long_ago_does_not_keep_a_job() -> None:
    now = [0.0]
    slow = Desk(Crew(2), clock=lambda: now[0])
    try:
        job = slow.ask("left", lambda: tasks.sleeping(5, 40), "planner")
        slow.watch("left", "lead")
        now[0] = LOOKING_SECONDS + 1
        slow.cancel(job, "planner")
        assert job.state is State.CANCELLED
        again = slow.ask("left", lambda: tasks.squares(6), "planner")
        assert not again.has_left("planner")
        assert again.wait(SECONDS)
    finally:
        slow.close()


def test_a_person_s_own_limit_is_told_as_such() -> None:
    roomy = Desk(Crew(2), most_waiting=MOST_OF_ONE + 5)
    try:
        first = roomy.ask("first", lambda: tasks.sleeping(5, 40), "a")
        until(lambda: first.state is State.RUNNING)
        for number in range(MOST_OF_ONE):
            roomy.ask(f"more {number}", lambda: tasks.squares(6), "a")
        with pytest.raises(TooBusy) as refusal:
            roomy.ask("one too many", lambda: tasks.squares(6), "a")
        assert refusal.value.message == BUSY_OWN
        assert refusal.value.details == {"count": str(MOST_OF_ONE)}
        roomy.ask("of another", lambda: tasks.squares(6), "b")
    finally:
        roomy.close()


def test_others_wait_and_are_told_how_many_are_before_them(desk: Desk) -> None:
    first = desk.ask("first", lambda: tasks.sleeping(5, 40), "a")
    until(lambda: first.state is State.RUNNING)
    second = desk.ask("second", lambda: tasks.squares(6), "b")
    third = desk.ask("third", lambda: tasks.squares(6), "c")
    assert [desk.progress(job).ahead for job in (first, second, third)] == [0, 1, 2]
    with pytest.raises(TooBusy) as refusal:
        desk.ask("fourth", lambda: tasks.squares(6), "d")
    assert refusal.value.details == {"count": "2"}
    assert refusal.value.message == BUSY
    assert desk.find("fourth") is None
    desk.cancel(second, "b")
    assert [second.state, desk.progress(third).ahead] == [State.CANCELLED, 1]
    desk.cancel(first, "a")
    assert third.wait(SECONDS)
    assert third.found == ANSWER


def test_a_lost_worker_is_told_and_the_next_run_has_new_ones(desk: Desk) -> None:
    job = desk.ask("lost", lambda: tasks.one(Task(tasks.killed, ())), "planner")
    assert job.wait(SECONDS)
    assert job.state is State.FAILED
    assert isinstance(job.error, WorkersLost)
    retried = desk.ask("lost", lambda: tasks.squares(6), "planner")
    assert retried.wait(SECONDS)
    assert retried.found == ANSWER


def test_an_error_in_a_task_is_kept_as_it_is(desk: Desk) -> None:
    job = desk.ask("broken", lambda: tasks.one(Task(tasks.broken, ())), "planner")
    assert job.wait(SECONDS)
    assert job.state is State.FAILED
    assert isinstance(job.error, ZeroDivisionError)


def test_what_nobody_looks_at_ends_by_itself() -> None:
    now = [0.0]
    desk = Desk(Crew(2), forgotten_after=60, clock=lambda: now[0])
    try:
        job = desk.ask("forgotten", lambda: tasks.sleeping(0.1, 200), "planner")
        until(lambda: desk.progress(job).done)
        now[0] = 59
        assert desk.find("forgotten") is job
        now[0] = 118
        time.sleep(0.4)
        assert job.state is State.RUNNING
        now[0] = 120
        assert job.wait(SECONDS)
        assert job.state is State.FORGOTTEN
        until(lambda: not workers())
    finally:
        desk.close()


def test_the_environment_says_who_works() -> None:
    assert crew_of({WORKERS: "3"}) == Crew(3)
    assert crew_of({}).workers >= 1
    assert crew_of({"BUDGET_DASK_SCHEDULER": "tcp://cluster:8786"}).dask_scheduler
    for wrong in ("0", "two", "1000"):
        with pytest.raises(InputError, match=WORKERS):
            crew_of({WORKERS: wrong})


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_study_that_leaves_the_program_does_not_take_the_desk_with_it(desk: Desk) -> None:
    def leaves() -> None:
        raise SystemExit

    job = desk.ask("leaves", leaves, "planner")  # type: ignore[arg-type]
    assert job.wait(SECONDS)
    assert job.state is State.FAILED
    thread = desk._thread
    assert thread is not None
    thread.join(SECONDS)
    after = desk.ask("after it", lambda: tasks.squares(2), "planner")
    assert after.wait(SECONDS)
    assert after.state is State.DONE
