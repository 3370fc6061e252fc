"""What can be wrong with an input, said so that the reader knows what to do.

A check never stops at the first fault: it collects them all and raises once. Texts are
English templates; `N_` marks them for the translators, and the screens translate the
template before the values are put in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, str] = MappingProxyType({})


def N_(text: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a text for translation where it is written down, not where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: where it stands, what stands there, what is expected.

    Attributes:
        file: the input, as its owner calls it ("centres.csv", "policy.toml").
        where: the column of a table, or the key of a policy.
        value: what stands there, as it was written; empty where nothing does.
        expected: English template of what is allowed and what to do.
        row: row in the file, the header being row 1; None for a whole column or a key.
        details: values for the template.
    """

    file: str
    where: str
    value: str
    expected: str
    row: int | None = None
    details: Mapping[str, str] = field(default=NOTHING, hash=False)

    def __str__(self) -> str:
        place = self.file + (f", row {self.row}" if self.row is not None else "")
        if self.where:
            place += f", {self.where}"
        found = f" is {self.value!r}" if self.value else ""
        return f"{place}{found}: expected {self.expected.format_map(self.details)}"

    def to_record(self) -> dict[str, Any]:
        """The fault as plain data, for a JSON report."""
        return {
            "file": self.file,
            "row": self.row,
            "where": self.where,
            "value": self.value,
            "expected": self.expected.format_map(self.details),
        }


class InputError(ValueError):
    """The input cannot be used; `faults` lists everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class Defect(RuntimeError):  # noqa: N818 - the word of the field
    """A defect of ours: the solver stopped early, or a result fails its own check."""


def shown(value: object, limit: int = 60) -> str:
    """A value as a message quotes it: short, on one line."""
    try:
        text = " ".join(str(value).split())
    except ValueError:  # a whole number of thousands of digits
        text = "…"
    return text if len(text) <= limit else text[: limit - 1] + "…"
