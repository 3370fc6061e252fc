"""How fast the allocator is, as ratios within one run.

    python -m tests.bench.allocator [--out results.json] [--quick]

1. the whole sample round (all pools, requests, certificate, decomposition) against one bare
   HiGHS solve of the operating pool's max-min program;
2. 2,000 and 20,000 centres: seconds, peak memory, growth exponent (each in its own process);
3. that program in cvxpy and linopy (dependency group `bench`) against our operating pool.

What is compared is run in turns, so that a busy machine slows both sides; times are medians.
Prints a table in Markdown and writes JSON. Ends with 1 if something required is missed.
"""

import argparse
import contextlib
import json
import logging
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from typing import Any

import budget
from budget.allocation.centre_checking import checked_centres
from budget.allocation.explanation import decomposition
from budget.allocation.leximin import leximin
from budget.allocation.requests import checked_requests
from budget.allocation.run import envelope_parts, pool_result
from budget.allocation.split import Split
from tests.bench.programs import PEERS, bare_level, missing
from tests.bench.rounds import Round, enlarged, sample

ROOT = Path(__file__).parents[2]
SIZES = (2_000, 20_000)

MOST_RATIO, AIMED_RATIO = 20.0, 10.0
MOST_SECONDS = 0.1
MOST_SECONDS_LARGE, AIMED_SECONDS_LARGE = 10.0, 3.0
MOST_MEMORY_GB = 1.5
MOST_GROWTH = 1.3


@dataclass(frozen=True)
class Timing:
    """Seconds of one thing that was run several times."""

    median: float
    least: float
    runs: int


def interleaved(things: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Timing]:
    """Time every thing once a round, round after round, after one that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in things}
    for turn in range(runs + 1):
        for name, thing in things.items():
            begin = time.perf_counter()
            thing()
            if turn:
                seconds[name].append(time.perf_counter() - begin)
    return {
        name: Timing(statistics.median(found), min(found), runs) for name, found in seconds.items()
    }


def whole_round(given: Round) -> budget.Allocation:
    """Everything a screen shows: the certified allocation and where each won comes from."""
    allocation = budget.allocate(given.centres, given.policy, given.requests)
    decomposition(allocation)
    if not allocation.certified:
        raise RuntimeError("the allocation that is timed is not certified")
    return allocation


# --- 1. the sample round against one bare solve -------------------------------------------------


def sample_times(runs: int) -> dict[str, Timing]:
    """The whole sample round and the bare program of its operating pool, in turns."""
    given = sample()
    question = whole_round(given).pool("operating").question
    check_level("bare HiGHS", bare_level(question), question)
    return interleaved(
        {"whole round": lambda: whole_round(given), "bare HiGHS": lambda: bare_level(question)},
        runs,
    )


def check_level(name: str, level: float, question: Split) -> None:
    """The level is that of the worst-funded centre in our own result, bands left out."""
    amounts = leximin(replace(question, groups=())).amounts
    own = min(
        Fraction(amount, weight)
        for amount, weight in zip(amounts, question.weights, strict=True)
        if weight
    )
    expected = float(own * sum(question.weights) / question.amount)
    if not math.isclose(level, expected, rel_tol=1e-6):
        raise RuntimeError(f"{name} finds the level {level!r}, not {expected!r}")


# --- 2. growth ----------------------------------------------------------------------------------


def large_round(count: int) -> dict[str, float]:
    """Seconds and memory of one run in this process (called in a process of its own)."""
    given = enlarged(count)
    begin = time.perf_counter()
    allocation = budget.allocate(given.centres, given.policy, given.requests)
    middle = time.perf_counter()
    decomposition(allocation)
    end = time.perf_counter()
    if not allocation.certified:
        raise RuntimeError("the allocation that is timed is not certified")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "allocate": middle - begin,
        "decomposition": end - middle,
        "peak_gb": peak / (1 << (30 if sys.platform == "darwin" else 20)),
        "programs": sum(result.exact.programs for result in allocation.pools),
    }


def large_times(runs: int) -> dict[int, dict[str, float]]:
    """For each size the quickest of several processes, and the largest memory."""
    found: dict[int, list[dict[str, float]]] = {count: [] for count in SIZES}
    for _ in range(runs):
        for count in SIZES:
            command = [sys.executable, "-m", "tests.bench.allocator", "--only", str(count)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(done.stderr)
            found[count].append(json.loads(done.stdout))
    return {
        count: min(times, key=lambda one: one["allocate"])
        | {"peak_gb": max(one["peak_gb"] for one in times)}
        for count, times in found.items()
    }


def growth(times: Mapping[int, Mapping[str, float]]) -> float:
    """k in seconds ~ centres^k, between the two sizes."""
    few, many = SIZES
    return math.log(times[many]["allocate"] / times[few]["allocate"]) / math.log(many / few)


# --- 3. other modellers -------------------------------------------------------------------------


def peer_times(runs: int) -> dict[str, Timing]:
    """Our operating pool (bands, leximin, rounding and all) and its one program elsewhere."""
    given = sample()
    centres = checked_centres(given.centres, given.policy)
    requests = checked_requests(given.requests, centres.ids, given.policy.unit)
    parts, _ = envelope_parts(centres, given.policy, requests)
    pool = given.policy.remainder_pool

    def own() -> Split:
        return pool_result(centres, given.policy, pool, parts, {}).question

    question = own()
    things: dict[str, Callable[[], object]] = {
        "bare HiGHS": lambda: bare_level(question),
        "our operating pool": own,
    }
    for name, level in PEERS.items():
        if name not in missing():
            with quiet():
                check_level(name, level(question), question)
            things[name] = lambda level=level: level(question)
    with quiet():
        return interleaved(things, runs)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Modellers and solvers talk while they solve, past Python's own standard output."""
    sys.stdout.flush()
    logging.disable(logging.WARNING)
    kept = os.dup(1)
    try:
        with warnings.catch_warnings(), Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        logging.disable(logging.NOTSET)


# --- the report ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the table; met is None where nothing is required."""

    what: str
    measured: str
    required: str = ""
    met: bool | None = None


def lines(results: Mapping[str, Any]) -> Iterator[Line]:
    """The results in words, beside what is required."""
    whole, bare = results["sample"]["whole round"], results["sample"]["bare HiGHS"]
    ratio = whole["median"] / bare["median"]
    yield Line("bare HiGHS, operating pool", _milliseconds(bare))
    yield Line(
        "whole sample round",
        _milliseconds(whole),
        f"< {MOST_SECONDS * 1e3:.0f} ms",
        whole["median"] < MOST_SECONDS,
    )
    yield Line(
        "whole round ÷ bare HiGHS",
        f"{ratio:.1f}",
        f"≤ {MOST_RATIO:.0f} (aim {AIMED_RATIO:.0f})",
        ratio <= MOST_RATIO,
    )
    few, many = SIZES
    large = results["large"]
    for count in SIZES:
        one = large[count]
        seconds = f"{one['allocate']:.2f} s + decomposition {one['decomposition']:.2f} s"
        yield Line(
            f"{count:,} centres",
            seconds,
            f"< {MOST_SECONDS_LARGE:.0f} s (aim {AIMED_SECONDS_LARGE:.0f} s)"
            if count == many
            else "",
            one["allocate"] < MOST_SECONDS_LARGE if count == many else None,
        )
    yield Line(
        f"peak memory at {many:,}",
        f"{large[many]['peak_gb']:.2f} GB",
        f"< {MOST_MEMORY_GB} GB",
        large[many]["peak_gb"] < MOST_MEMORY_GB,
    )
    yield Line(
        f"growth, {few:,} to {many:,}",
        f"n^{results['growth']:.2f}",
        f"≤ n^{MOST_GROWTH}",
        results["growth"] <= MOST_GROWTH,
    )
    base = results["peers"]["bare HiGHS"]
    for name, timing in results["peers"].items():
        times = timing["median"] / base["median"]
        yield Line(f"operating pool: {name}", f"{_milliseconds(timing)}, {times:.1f} × bare")
    for name in results["not_installed"]:
        yield Line(
            f"operating pool: {name}", "NOT INSTALLED: not compared (dependency group bench)"
        )


def _milliseconds(timing: Mapping[str, float]) -> str:
    return f"{timing['median'] * 1e3:.1f} ms (least {timing['least'] * 1e3:.1f})"


def markdown(found: list[Line]) -> str:
    """The table."""
    words = {True: "yes", False: "**no**", None: ""}
    rows = [f"| {one.what} | {one.measured} | {one.required} | {words[one.met]} |" for one in found]
    return "\n".join(["| what | measured | required | met |", "|---|---|---|---|", *rows])


def measured(*, quick: bool = False) -> dict[str, Any]:
    """Every measurement, as plain data."""
    large = large_times(1 if quick else 3)
    return {
        "sample": {k: asdict(v) for k, v in sample_times(10 if quick else 40).items()},
        "large": large,
        "growth": growth(large),
        "peers": {k: asdict(v) for k, v in peer_times(5 if quick else 15).items()},
        "not_installed": missing(),
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "load": list(os.getloadavg()),
        "versions": {name: version(name) for name in ("pandas", "pulp", "highspy", "numpy")}
        | {name: version(name) for name in PEERS if name not in missing()},
    }


def main() -> int:
    """Measure, print, write."""
    reader = argparse.ArgumentParser(prog="python -m tests.bench.allocator")
    reader.add_argument("--out", type=Path, help="write the measurements to this file, as JSON")
    reader.add_argument("--quick", action="store_true", help="fewer repetitions")
    reader.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = reader.parse_args()
    if given.only is not None:
        print(json.dumps(large_round(given.only)))
        return 0
    results = measured(quick=given.quick)
    found = list(lines(results))
    print(markdown(found))
    if given.out is not None:
        given.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0 if all(one.met is not False for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
