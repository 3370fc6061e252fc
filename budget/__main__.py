"""The command line: allocate, check, sweep, reproduce; backup, restore, audit verify, people.

Exit status: 0 done; 2 bad input; 3 infeasible policy; 4 the certificate, the audit trail or a
reproduction fails; 1 a defect of ours.

Source: file formats, command line; workflow.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import N_, Defect, Fault, InputError
from budget.files import inputs
from budget.files.tables import file_bytes, read_table

if TYPE_CHECKING:
    from budget.workflow.backup import Copied
    from budget.workflow.proving import Proof

DONE, DEFECT, BAD_INPUT, INFEASIBLE, NOT_PROVEN = 0, 1, 2, 3, 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        print(error, file=sys.stderr)
        return BAD_INPUT
    except Defect as error:
        print(f"defect: {error}", file=sys.stderr)
        return DEFECT
    except BrokenPipeError:  # whoever reads our output has heard enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m budget",
        description="Split a year's operating budget over the Employment Centres.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    allocate = commands.add_parser(
        "allocate", help="from the input files to a certified allocation"
    )
    _add_inputs(allocate)
    allocate.add_argument("--out", type=Path, required=True, metavar="ALLOCATION.csv")
    allocate.add_argument("--report", type=Path, metavar="REPORT.json")
    allocate.set_defaults(run=_allocate)
    check = commands.add_parser("check", help="prove an allocation; no solver")
    _add_inputs(check)
    check.add_argument("--allocation", type=Path, required=True, metavar="ALLOCATION.csv")
    check.set_defaults(run=_check)
    sweep = commands.add_parser("sweep", help="the allocation at every value of a parameter")
    _add_inputs(sweep)
    sweep.add_argument(
        "--set",
        action="append",
        required=True,
        metavar="PATH=START:STOP:STEP",
        help="a parameter path and its values (or numbers with commas); may be repeated",
    )
    sweep.add_argument("--out", type=Path, required=True, metavar="SWEEP.csv")
    sweep.set_defaults(run=_sweep)
    again = commands.add_parser("reproduce", help="compute an export pack again, byte for byte")
    again.add_argument("pack", type=Path, metavar="PACK.zip")
    again.set_defaults(run=_reproduce)
    save = commands.add_parser("backup", help="copy a live database into a file, and prove it")
    save.add_argument("file", type=Path, metavar="FILE", help="a file that is not there yet")
    save.set_defaults(run=_backup)
    restore = commands.add_parser("restore", help="fill an empty database from a backup")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.set_defaults(run=_restore)
    audit = commands.add_parser("audit", help="the audit trail of the database")
    verify = audit.add_subparsers(required=True, metavar="VERB").add_parser(
        "verify", help="prove that no record was changed, removed or inserted"
    )
    verify.add_argument(
        "--expect",
        metavar="NUMBER:HASH",
        help="a record as it was written down earlier: nothing before it was changed or cut off",
    )
    verify.set_defaults(run=_verify)
    people = commands.add_parser("people", help="who administers the database")
    first = people.add_subparsers(required=True, metavar="VERB").add_parser(
        "administrator", help="name the first administrator, who then grants roles in the browser"
    )
    first.add_argument("--identity", required=True, help="issuer|subject, as the sign-in page says")
    first.add_argument("--name", required=True)
    first.add_argument("--reason", required=True)
    first.set_defaults(run=_administrator)
    for command in (verify, first, save, restore):
        command.add_argument(
            "--kind",
            choices=["ministry", "demonstration"],
            default="ministry",
            help="which database of BUDGET_DATA_DIR; DATABASE_URL names another",
        )
    return parser


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--centres", type=Path, required=True, metavar="CENTRES.csv")
    parser.add_argument("--policy", type=Path, required=True, metavar="POLICY.toml")
    parser.add_argument("--requests", type=Path, metavar="REQUESTS.csv")


def _allocate(options: argparse.Namespace) -> int:
    from budget.allocation.run import allocation  # noqa: PLC0415 - loads the solver

    _check_outputs(options, "out", "report")
    given = inputs.read_inputs(options.centres, options.policy, options.requests)
    try:
        result = allocation(given.centres, given.policy, given.requests)
    except InfeasiblePolicy as error:
        print(error, file=sys.stderr)
        if options.report:
            record = {"feasible": False, "conflict": error.conflict.to_record()}
            _write(options.report, inputs.json_bytes(record))
        return INFEASIBLE
    if not result.certified:
        raise Defect("; ".join(str(breach) for breach in result.certificate.breaches))
    from budget.allocation.explanation import empty_bands  # noqa: PLC0415
    from budget.files.outputs import allocation_csv, report_json  # noqa: PLC0415

    csv = allocation_csv(result)
    if options.report:
        report = report_json(result, given.requests_table, file_bytes(options.policy))
        _write(options.report, report)
    _write(options.out, csv)
    for place in empty_bands(result):
        print(f"note: {place} selects no centre and does nothing", file=sys.stderr)
    print(
        f"{len(given.centres)} centres, {sum(result.totals):,} won placed, "
        f"{result.reserve:,} won in reserve, certified, {result.seconds:.2f} s"
    )
    return DONE


def _check(options: argparse.Namespace) -> int:
    from budget.allocation.certificate import certificate  # noqa: PLC0415

    given = inputs.read_inputs(options.centres, options.policy, options.requests)
    table = read_table(options.allocation)
    published = inputs.published_from(table, given.centres, given.policy, options.allocation.name)
    proof = certificate(given.centres, given.policy, given.requests, published)
    for breach in proof.breaches:
        print(f"not certified: {breach}", file=sys.stderr)
    if proof.certified:
        print(f"certified: {len(given.centres)} centres, {len(given.policy.pool)} pools")
    return DONE if proof.certified else NOT_PROVEN


def _sweep(options: argparse.Namespace) -> int:
    from budget.allocation.paths import joined_path, split_path  # noqa: PLC0415
    from budget.allocation.sweep import sweep, sweep_values  # noqa: PLC0415 - loads the solver
    from budget.files.tables import table_bytes  # noqa: PLC0415

    _check_outputs(options, "out")
    settings = {}
    for text in options.set:
        path, equals, values = text.rpartition("=")
        if not equals or not path:
            raise InputError([Fault("--set", "", text, N_("parameter path=values"))])
        path = joined_path(split_path(path))  # quoted or not, it is one parameter
        if path in settings:
            raise InputError([Fault("--set", path, values, N_("each parameter once"))])
        settings[path] = sweep_values(values)
    given = inputs.read_inputs(options.centres, options.policy, options.requests)
    table = sweep(given.centres_table, given.policy, given.requests_table, settings)
    _write(options.out, table_bytes(table))
    runs = len(table[list(settings)].drop_duplicates())
    infeasible = int((table["feasible"] == "false").sum())
    print(f"{runs} runs, {infeasible} of them infeasible")
    return DONE


def _verify(options: argparse.Namespace) -> int:
    from budget.storage.store import opened  # noqa: PLC0415 - loads the database's libraries
    from budget.workflow import installation, proving  # noqa: PLC0415

    expected = None
    if options.expect is not None:
        number, colon, text = options.expect.partition(":")
        if not colon or not number.isascii() or not number.isdigit() or len(text) != 64:
            raise InputError(
                [Fault("--expect", "", options.expect, N_("number:hash, the hash of 64 digits"))]
            )
        expected = (int(number), text.lower())
    address = installation.database_address(os.environ, options.kind, must_exist=True)
    store = opened(address, as_it_is=True)
    with store.reading() as session:
        proof = proving.proof(session, expected)
    store.close()
    _tell_breaks(proof)
    if proof.is_whole:
        print(
            f"whole: {proof.trail.records} records; {proof.trail.records}:{proof.trail.last_hash}"
        )
    return DONE if proof.is_whole else NOT_PROVEN


def _tell_breaks(proof: "Proof") -> None:
    """What is not as the trail tells, on standard error."""
    if proof.trail.broken is not None:
        print(f"record {proof.trail.broken}: {proof.trail.why}", file=sys.stderr)
    for kind, identifier in proof.contents:
        print(f"{kind} {identifier}".strip() + ": not what was recorded", file=sys.stderr)


def _reproduce(options: argparse.Namespace) -> int:
    from budget.files.reproduce import reproduced  # noqa: PLC0415 - loads the solver

    found = reproduced(options.pack)
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    for difference in found.differences:
        print(f"not the same: {difference}", file=sys.stderr)
    if found.is_same:
        print(
            f"reproduced: {found.files} files as their hashes say; {found.centres} centres, "
            "certified; allocation.csv and report.json come out the same"
        )
        print(f"{found.allocation_sha256}  allocation.csv")
    return DONE if found.is_same else NOT_PROVEN


def _backup(options: argparse.Namespace) -> int:
    from budget.storage.store import opened  # noqa: PLC0415 - loads the database's libraries
    from budget.workflow import backup, installation  # noqa: PLC0415

    address = installation.database_address(os.environ, options.kind, must_exist=True)
    store = opened(address, as_it_is=True)
    try:
        return _tell_copied("backed up", backup.backup(store, options.file))
    finally:
        store.close()


def _restore(options: argparse.Namespace) -> int:
    from budget.workflow import backup, installation  # noqa: PLC0415 - loads the database

    address = installation.database_address(os.environ, options.kind)
    return _tell_copied("restored", backup.restore(options.file, address, options.kind))


def _tell_copied(done: str, found: "Copied") -> int:
    """How much was copied, and whether what was copied is as the trail tells."""
    _tell_breaks(found.proof)
    manifest = found.manifest
    print(
        f"{done}: {manifest.rows} rows of {len(manifest.tables)} tables; "
        f"{manifest.records}:{manifest.last_hash}"
    )
    return DONE if found.proof.is_whole else NOT_PROVEN


def _administrator(options: argparse.Namespace) -> int:
    from budget.workflow import founding, installation  # noqa: PLC0415 - loads the database

    store = installation.open_store(os.environ, options.kind)
    founding.grant_first_administrator(store, options.identity, options.name, options.reason)
    store.close()
    print(f"administrator: {options.name}")
    return DONE


def _check_outputs(options: argparse.Namespace, *names: str) -> None:
    """Each output is a file of its own, in a folder that exists, and none of the inputs."""
    given = [path for path in (getattr(options, name) for name in names) if path is not None]
    inputs_given = (options.centres, options.policy, options.requests)
    taken = {os.path.realpath(path) for path in inputs_given if path is not None}
    faults = []
    for path in given:
        real = os.path.realpath(path)
        if not os.path.isdir(os.path.dirname(real)) or os.path.isdir(real):  # noqa: PTH112, PTH120 - never raises
            faults.append(Fault(str(path), "", "", N_("a file in a folder that exists")))
        elif os.path.exists(real) and not os.path.isfile(real):  # noqa: PTH110, PTH113
            faults.append(Fault(str(path), "", "", N_("an ordinary file to write to")))
        elif real in taken:
            faults.append(
                Fault(str(path), "", "", N_("a file other than the inputs and the other outputs"))
            )
        taken.add(real)
    if faults:
        raise InputError(faults)


def _write(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    path = Path(os.path.realpath(path))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".budget-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        reason = error.strerror or "?"
        raise InputError(
            [
                Fault(
                    str(path),
                    "",
                    "",
                    N_("a file that can be written ({reason})"),
                    details={"reason": reason},
                )
            ]
        ) from None


if __name__ == "__main__":
    sys.exit(main())
