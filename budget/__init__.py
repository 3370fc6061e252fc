"""Splits a year's operating budget over Korea's Employment Centres.

    allocation = budget.allocate(centres, policy, requests)

Exact to the won, explained to the won, and proven by a checker that trusts no solver.
"""

from budget.allocation.faults import Defect, Fault, InputError
from budget.allocation.infeasibility import InfeasiblePolicy
from budget.allocation.policy import Policy
from budget.allocation.run import Allocation, allocate

__all__ = ["Allocation", "Defect", "Fault", "InfeasiblePolicy", "InputError", "Policy", "allocate"]
