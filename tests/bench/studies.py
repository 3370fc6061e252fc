"""How well the draws of an uncertainty run spread over processes, as ratios within one run.

    python -m tests.bench.studies [--draws 1000] [--turns 2]

Three things are run in turns, on the sample round: the bare solves of the draws (`pool_results`
on tables that are disturbed beforehand, one process, no runner, no certificate, nothing counted),
the uncertainty run with one worker, and with two. Each turn is a whole run of so many draws, for a
shorter one pays its beginning and end for fewer; what is compared are the sums over all turns.
Workers are warm, as they are on the page from the second run on. Prints a table in Markdown. Ends
with 1 if something required is missed.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from budget.allocation.centre_checking import checked_centres
from budget.allocation.disturbance import Disturbance, disturbed
from budget.allocation.point import Given
from budget.allocation.requests import checked_requests
from budget.allocation.run import pool_results
from budget.allocation.uncertainty import uncertainty
from budget.work.crew import Crew
from budget.work.job import Job, State
from tests.bench.programs import bare_level
from tests.bench.rounds import sample

LEAST_SPEED_UP, MOST_OVERHEAD = 1.7, 1.2
FORGOTTEN = 10_000.0


@dataclass(frozen=True)
class Measured:
    """Seconds for all draws.

    Attributes:
        bare: solves alone, in one process.
        program: as many bare HiGHS solves of the operating pool's max-min program.
        one, two: the whole run with one worker, and with two.
    """

    draws: int
    bare: float
    program: float
    one: float
    two: float

    @property
    def speed_up(self) -> float:
        """How many times faster two workers are than one."""
        return self.one / self.two

    @property
    def overhead(self) -> float:
        """The run on two workers against half the time of the bare solves."""
        return self.two / (self.bare / 2)


def measured(draws: int, turns: int) -> Measured:
    """Time everything in turns, after a short one that does not count."""
    given = _given()
    crews = Crew(1), Crew(2)
    seconds = [0.0] * 4
    question = pool_results(given.centres, given.policy, given.requests)[2][0].question
    for turn in range(turns + 1):
        part = draws if turn else max(draws // 10, 1)
        noise = Disturbance(
            Decimal("0.03"), Decimal("0.05"), Decimal("0.02"), draws=part, seed=turn
        )
        tables = [disturbed(given.centres, noise, number) for number in range(part)]

        def solves(tables: list[object] = tables) -> None:  # type: ignore[assignment]
            for centres in tables:
                pool_results(centres, given.policy, given.requests, remedies=False)  # type: ignore[arg-type]

        def programs(part: int = part) -> None:
            for _number in range(part):
                bare_level(question)

        def run(crew: Crew, noise: Disturbance = noise) -> None:
            job = Job("bench", lambda: uncertainty(given, noise))
            job.carry_out(crew, FORGOTTEN)
            if job.state is not State.DONE or job.found.refuted:
                raise RuntimeError(f"the run ended {job.state}: {job.error}")

        things: list[Callable[[], None]] = [
            solves,
            programs,
            lambda: run(crews[0]),
            lambda: run(crews[1]),
        ]
        for place, thing in enumerate(things):
            begin = time.perf_counter()
            thing()
            if turn:
                seconds[place] += time.perf_counter() - begin
    crews[1].kill()
    return Measured(draws * turns, *seconds)


def _given() -> Given:
    round_ = sample()
    centres = checked_centres(round_.centres, round_.policy)
    requests = checked_requests(round_.requests, centres.ids, round_.policy.unit)
    return Given(centres, round_.policy, requests)


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=1_000)
    parser.add_argument("--turns", type=int, default=2)
    asked = parser.parse_args()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    found = measured(asked.draws, asked.turns)
    per_draw = [1_000 * s / found.draws for s in (found.bare, found.one, found.two, found.program)]
    print(f"{found.draws} draws; load average before: {load:.1f}\n")
    print("| what | measured | asked |\n| --- | --- | --- |")
    print(f"| bare solves (`pool_results`), ms a draw | {per_draw[0]:.1f} | |")
    print(f"| one worker, ms a draw | {per_draw[1]:.1f} | |")
    print(f"| two workers, ms a draw | {per_draw[2]:.1f} | |")
    print(f"| two workers ÷ one: speed | {found.speed_up:.2f} | ≥ {LEAST_SPEED_UP} |")
    print(f"| two workers ÷ half the bare solves | {found.overhead:.2f} | ≤ {MOST_OVERHEAD} |")
    print(f"| bare HiGHS of the operating pool alone, ms | {per_draw[3]:.1f} | |")
    return int(found.speed_up < LEAST_SPEED_UP or found.overhead > MOST_OVERHEAD)


if __name__ == "__main__":
    sys.exit(main())
