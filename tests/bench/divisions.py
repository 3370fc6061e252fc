"""How fast the cross table is, as ratios within one run.

    python -m tests.bench.divisions [--hard 50]

The sample's 174 × 6 cells (levels, programs, rounding, proof) against one bare HiGHS solve of the
first level: arrays, passModel, run. Then random countries in which four or five limits and
hundreds of cells stand at their bands. Seconds are those of this process (one thread), so that
a busy machine does not lengthen them; medians of turns that alternate. Ends with 1 if something
required is missed.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import count

import highspy
import numpy as np
import pandas as pd

import budget
from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.division_rules import DivisionRules
from budget.allocation.division_split import CrossSplit
from budget.allocation.divisions import CrossTable, cross_table
from budget.files.inputs import read_divisions
from tests.allocation.division_tables import Case, hard_case
from tests.bench.rounds import DATA, sample

MOST_SECONDS = 2.0
MOST_RATIO = 40.0
TURNS = 7


def bare_first_level(split: CrossSplit) -> float:
    """The highest level at which every cell of the table has that part of its target."""
    cells = [(r, c) for r, row in enumerate(split.weights) for c, w in enumerate(row) if w]
    targets = np.array([float(Fraction(split.weights[r][c], split.scale)) for r, c in cells])
    size, level = len(cells), len(cells)
    rows = [r for r in range(len(split.ids)) if any(split.weights[r])]
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = size + 1, len(rows) + len(split.divisions) + size
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.append(np.zeros(size), 1.0)
    floors = np.array([split.floors[r][c] for r, c in cells]) / targets
    most = np.array([split.most[r][c] for r, c in cells]) / targets
    program.col_lower_, program.col_upper_ = np.append(floors, 0.0), np.append(most, np.inf)
    starts, indices, values, low, high = [0], [], [], [], []

    def line(inside: Sequence[int], weights: np.ndarray, least: float, greatest: float) -> None:
        indices.extend(inside)
        values.extend(weights)
        starts.append(len(indices))
        low.append(least)
        high.append(greatest)

    for r in rows:
        inside = [i for i, cell in enumerate(cells) if cell[0] == r]
        line(inside, targets[inside] / split.operating[r], 1.0, 1.0)
    for c, (least, ceiling) in enumerate(zip(split.minima, split.ceilings, strict=True)):
        inside = [i for i, cell in enumerate(cells) if cell[1] == c]
        whole = targets[inside].sum()
        upper = np.inf if ceiling is None else ceiling / whole
        line(inside, targets[inside] / whole, least / whole, upper)
    for i in range(size):
        line([i, level], np.array([1.0, -1.0]), 0.0, np.inf)
    program.row_lower_, program.row_upper_ = np.array(low), np.array(high)
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = np.array(starts)
    program.a_matrix_.index_ = np.array(indices)
    program.a_matrix_.value_ = np.array(values)
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", 1)
    highs.passModel(program)
    highs.run()
    return float(highs.getSolution().col_value[level])


def sample_case() -> Case:
    """The sample round's operating money under the sample's rules."""
    given = sample()
    table = budget.allocate(given.centres, given.policy, given.requests).table
    operating = table.set_index("centre_id")["operating_krw"].astype("int64")
    rules: DivisionRules = read_divisions(DATA / "divisions.toml")
    return given.centres, operating, rules


def proven(case: Case) -> CrossTable:
    """Everything that a screen needs first."""
    table = cross_table(*case)
    if not table.certified:
        raise RuntimeError("the cross table that is timed is not certified")
    return table


def seconds(case: Case) -> float:
    """One run."""
    begin = time.process_time()
    proven(case)
    return time.process_time() - begin


def hard_times(number: int) -> pd.Series:
    """Seconds of so many random countries that can be."""
    found: list[float] = []
    for seed in count():
        if len(found) == number:
            break
        case = hard_case(seed)
        try:
            found.append(seconds(case))
        except InfeasibleDivisions:
            continue
    return pd.Series(found)


def sample_ratio() -> tuple[float, float]:
    """Medians: the whole cross table of the sample, and the bare first level, in turns."""
    case = sample_case()
    split = proven(case).split
    own, bare = [], []
    for _ in range(TURNS):
        own.append(seconds(case))
        begin = time.process_time()
        bare_first_level(split)
        bare.append(time.process_time() - begin)
    return statistics.median(own), statistics.median(bare)


def main() -> int:
    """Print the table; 1 if something required is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hard", type=int, default=50)
    own, bare = sample_ratio()
    hard = hard_times(parser.parse_args().hard)
    print(
        f"| sample 174 × 6 | {own:.3f} s, bare first level {bare:.4f} s, ratio {own / bare:.1f} |"
    )
    print(f"| {len(hard)} hard ones | median {hard.median():.3f} s, worst {hard.max():.3f} s |")
    return int(own > MOST_SECONDS or hard.max() > MOST_SECONDS or own / bare > MOST_RATIO)


if __name__ == "__main__":
    sys.exit(main())
