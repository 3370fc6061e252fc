"""Splits a year's operating budget over Korea's Employment Centres.

    allocation = budget.allocate(centres, policy, requests)

Exact to the won, explained to the won, and proven by a checker that trusts no solver. The names
below are loaded when they are first used: checking a result must not load the solver.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from budget.allocation.conflict import InfeasiblePolicy
    from budget.allocation.faults import Defect, Fault, InputError
    from budget.allocation.policy import Policy
    from budget.allocation.result import Allocation
    from budget.allocation.run import allocate

__all__ = ["Allocation", "Defect", "Fault", "InfeasiblePolicy", "InputError", "Policy", "allocate"]

_HOMES = {
    "Allocation": "result",
    "Defect": "faults",
    "Fault": "faults",
    "InfeasiblePolicy": "conflict",
    "InputError": "faults",
    "Policy": "policy",
    "allocate": "run",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"budget.allocation.{_HOMES[name]}"), name)
