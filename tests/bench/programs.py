"""One max-min program, written four ways: the least that a solver needs, and three modellers.

maximise level, subject to money[c] >= entitlement[c] * level for every centre, the money summing
to the pool, floors and caps as bounds of the variables. Bands are left out here: they only make
our own side harder.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import highspy
import numpy as np

from budget.allocation.split import Split


@dataclass(frozen=True)
class Arrays:
    """The question in mean entitlements, as arrays; centres without entitlement left out."""

    entitlements: np.ndarray
    floors: np.ndarray
    caps: np.ndarray
    total: float

    @classmethod
    def of(cls, split: Split) -> "Arrays":
        """What every program below is built from."""
        weights = np.array([float(weight) for weight in split.weights])
        sharing = weights > 0
        won = split.amount / sharing.sum()
        floors = np.array(split.floors, dtype=float)
        caps = np.array([np.inf if cap is None else cap for cap in split.caps], dtype=float)
        return cls(
            entitlements=weights[sharing] / weights.sum() * sharing.sum(),
            floors=floors[sharing] / won,
            caps=caps[sharing] / won,
            total=(split.placeable - floors[~sharing].sum()) / won,
        )


def bare_level(split: Split) -> float:
    """Straight into HiGHS: arrays, passModel, run. Columns money and level, row by row."""
    question = Arrays.of(split)
    count = len(question.entitlements)
    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = count + 1, count + 1
    program.sense_ = highspy.ObjSense.kMaximize
    program.col_cost_ = np.append(np.zeros(count), 1.0)
    program.col_lower_ = np.append(question.floors, 0.0)
    program.col_upper_ = np.append(question.caps, np.inf)
    program.row_lower_ = np.append(np.zeros(count), question.total)
    program.row_upper_ = np.append(np.full(count, np.inf), question.total)
    matrix = program.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.append(np.arange(count + 1) * 2, 3 * count)
    centres = np.arange(count)
    matrix.index_ = np.concatenate(
        [np.column_stack([centres, np.full(count, count)]).ravel(), centres]
    )
    matrix.value_ = np.concatenate(
        [np.column_stack([np.ones(count), -question.entitlements]).ravel(), np.ones(count)]
    )
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(program)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"bare HiGHS ended with {solver.getModelStatus()}")
    return float(solver.getSolution().col_value[count])


def cvxpy_level(split: Split) -> float:
    """The same in cvxpy, on HiGHS."""
    import cvxpy

    question = Arrays.of(split)
    money, level = cvxpy.Variable(len(question.entitlements)), cvxpy.Variable()
    capped = np.isfinite(question.caps)
    program = cvxpy.Problem(
        cvxpy.Maximize(level),
        [
            money >= question.entitlements * level,
            money >= question.floors,
            money[capped] <= question.caps[capped],
            cvxpy.sum(money) == question.total,
        ],
    )
    program.solve(solver=cvxpy.HIGHS)
    if program.status != cvxpy.OPTIMAL:
        raise RuntimeError(f"cvxpy ended with {program.status}")
    return float(level.value)


def linopy_level(split: Split) -> float:
    """The same in linopy, on HiGHS, handed over in memory."""
    import linopy
    import pandas as pd

    question = Arrays.of(split)
    centres = pd.RangeIndex(len(question.entitlements), name="centre")
    program = linopy.Model()
    money = program.add_variables(
        lower=pd.Series(question.floors, centres),
        upper=pd.Series(question.caps, centres),
        name="money",
    )
    level = program.add_variables(lower=0, name="level")
    entitlements = pd.Series(question.entitlements, centres).to_xarray()
    program.add_constraints(money - entitlements * level >= 0, name="share")
    program.add_constraints(money.sum() == question.total, name="amount")
    program.add_objective(1 * level, sense="max")
    status, condition = program.solve(
        solver_name="highs",
        io_api="direct",
        progress=False,
        log_to_console=False,
        output_flag=False,
    )
    if condition != "optimal":
        raise RuntimeError(f"linopy ended with {status}: {condition}")
    return float(program.solution["level"])


PEERS: dict[str, Callable[[Split], float]] = {"cvxpy": cvxpy_level, "linopy": linopy_level}


def missing() -> list[str]:
    """Which modellers are not installed (dependency group `bench`)."""
    return [name for name in PEERS if find_spec(name) is None]
