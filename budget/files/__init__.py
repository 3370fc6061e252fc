"""The only reader and writer of the disk: CSV, TOML, JSON.

What writes results is loaded when it is first used: reading and checking must not load the solver.
"""

from typing import TYPE_CHECKING, Any

from budget.files.inputs import read_centres, read_divisions, read_policy, read_requests

if TYPE_CHECKING:
    from budget.files.outputs import allocation_csv, divisions_toml, policy_toml, report_json

__all__ = [
    "allocation_csv",
    "divisions_toml",
    "policy_toml",
    "read_centres",
    "read_divisions",
    "read_policy",
    "read_requests",
    "report_json",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from budget.files import outputs  # noqa: PLC0415

    return getattr(outputs, name)
