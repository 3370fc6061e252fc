"""Compute a publication again from its export pack, and compare it byte for byte.

Source: workflow, scenarios and publication; file formats, report.json.
"""

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from budget.allocation.certificate import certificate
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import N_, Fault, InputError
from budget.allocation.run import allocation
from budget.files import inputs, pack
from budget.files.inputs import Inputs, json_bytes
from budget.files.outputs import allocation_csv, report_json
from budget.files.tables import table_from

OF_THE_MACHINE = ("solve_seconds", "solver")
"""What report.json says of the machine that computed it: left out of the comparison, told."""


@dataclass(frozen=True)
class Reproduced:
    """What came of it.

    Attributes:
        differences: what is not the same, in sentences; none if everything is.
        notes: what was not compared, and why.
    """

    centres: int
    allocation_sha256: str
    files: int
    differences: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether the pack gives what it holds."""
        return not self.differences


def reproduced(path: Path) -> Reproduced:
    """Check the hashes of a pack, prove its allocation without a solver, compute it again.

    Raises:
        InputError: if it is no pack, or its inputs are faulty although their hashes are right.
    """
    contents = pack.read_pack(path)
    changed = [f"{name}: not as {pack.SUMS} says" for name in pack.wrong_sums(contents)]
    try:
        return _compared(contents, changed)
    except InputError as error:
        if not changed:
            raise
        differences = (*changed, *map(str, error.faults))
        return Reproduced(0, "", len(contents), differences, ())


def _compared(contents: Mapping[str, bytes], changed: Sequence[str]) -> Reproduced:
    """What comes of the contents of a pack, beside the files that were changed."""
    given = _inputs(contents)
    differences = [*changed, *_not_proven(contents, given)]
    again, notes = _again(contents, given)
    differences += again
    return Reproduced(
        centres=len(given.centres),
        allocation_sha256=_sha256(contents, pack.ALLOCATION),
        files=len(contents),
        differences=tuple(differences),
        notes=tuple(notes),
    )


def _sha256(contents: Mapping[str, bytes], name: str) -> str:
    return str(table_from(contents[name], name).attrs["sha256"])


def _inputs(contents: Mapping[str, bytes]) -> Inputs:
    """The inputs as the command `allocate` reads them: from files of these names."""
    with tempfile.TemporaryDirectory(prefix="budget-") as folder:
        for name in pack.INPUTS:
            Path(folder, name).write_bytes(contents[name])
        return inputs.read_inputs(*(Path(folder, name) for name in pack.INPUTS))


def _not_proven(contents: Mapping[str, bytes], given: Inputs) -> list[str]:
    """What the independent checker finds wrong with the pack's allocation."""
    table = table_from(contents[pack.ALLOCATION], pack.ALLOCATION)
    published = inputs.published_from(table, given.centres, given.policy, pack.ALLOCATION)
    proof = certificate(given.centres, given.policy, given.requests, published)
    return [f"{pack.ALLOCATION}: not certified: {breach}" for breach in proof.breaches]


def _again(contents: Mapping[str, bytes], given: Inputs) -> tuple[list[str], list[str]]:
    """What comes out differently, and what was not compared."""
    try:
        result = allocation(given.centres, given.policy, given.requests)
    except InfeasiblePolicy as error:
        return [f"{pack.POLICY}: its rules contradict each other: {error}"], []
    differences = []
    if allocation_csv(result) != contents[pack.ALLOCATION]:
        differences.append(f"{pack.ALLOCATION}: the inputs give other bytes")
    said = _report(contents[pack.REPORT])
    anew: dict[str, Any] = json.loads(
        report_json(result, given.requests_table, contents[pack.POLICY])
    )
    notes = []
    for name in OF_THE_MACHINE:
        if said.get(name) != anew[name]:
            notes.append(
                f"{pack.REPORT}: {name} was {_short(said.get(name))}, is {_short(anew[name])} "
                "here; not compared"
            )
        anew[name] = said.get(name)
    if json_bytes(anew) != contents[pack.REPORT]:
        where = sorted(name for name in {*said, *anew} if said.get(name) != anew.get(name))
        differences.append(
            f"{pack.REPORT}: the inputs give other bytes ({', '.join(where) or 'its layout'})"
        )
    return differences, notes


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)[:120]


def _report(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InputError([Fault(pack.REPORT, "", "", N_("a report as `allocate` writes it"))])
    return found
