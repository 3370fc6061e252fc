"""Which database this installation opens, and what it is for.

A demonstration has its own database, people without passwords, and listens on localhost only.
Where a sign-in is configured the database is the ministry's, and its first administrator is named
on the command line.

Source: workflow, signing in.
"""

from collections.abc import Mapping
from pathlib import Path

from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store, installed_kind, opened
from budget.storage.tables import Installation
from budget.workflow.demonstration import DEMONSTRATION
from budget.workflow.founding import found_round

MINISTRY = "ministry"
DATABASE, FOLDER, SAMPLE = "DATABASE_URL", "BUDGET_DATA_DIR", "BUDGET_DATA"
"""Environment: the database; the folder of its SQLite file; the folder that a new one is filled
from."""
ROOT = Path(__file__).parents[2]


def database_address(environment: Mapping[str, str], kind: str, *, must_exist: bool = False) -> str:
    """Where the database is: DATABASE_URL, else a file in BUDGET_DATA_DIR (.budget/).

    Raises:
        InputError: if the folder cannot be written to; with `must_exist`, if there is no file.
    """
    given = environment.get(DATABASE)
    if given:
        file = given.removeprefix("sqlite:///")
        if must_exist and file != given and not Path(file).is_file():
            raise InputError([Fault(file, "", "", N_("a database; there is none yet"))])
        return given
    folder = Path(environment.get(FOLDER) or ROOT / ".budget")
    if must_exist and not (folder / f"{kind}.sqlite3").is_file():
        raise InputError(
            [Fault(str(folder / f"{kind}.sqlite3"), "", "", N_("a database; there is none yet"))]
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            [
                Fault(
                    str(folder),
                    FOLDER,
                    "",
                    N_("a folder that can be written to ({reason})"),
                    details={"reason": error.strerror or "?"},
                )
            ]
        ) from None
    return f"sqlite:///{folder / kind}.sqlite3"


def open_store(environment: Mapping[str, str], kind: str) -> Store:
    """The database of this installation, filled with the sample round if it is new.

    Args:
        kind: DEMONSTRATION or MINISTRY; a database of the other kind is refused.

    Raises:
        InputError: if it cannot be opened, is of the other kind, or the sample is faulty.
    """
    address = database_address(environment, kind)
    _check_kind(installed_kind(address), kind)  # before its schema is touched
    store = opened(address)
    sample = Path(environment.get(SAMPLE) or ROOT / "data")
    with store.reading() as session:
        found = session.get(Installation, 1)
    if found is None:
        found_round(store, kind, sample)
    return store


def _check_kind(found: str | None, kind: str) -> None:
    """A database is opened by its own kind of installation only; a new one by both.

    Raises:
        InputError: for the other kind's.
    """
    if found not in {None, kind}:
        raise InputError(
            [
                Fault(
                    DATABASE,
                    "",
                    str(found),
                    N_("the demonstration's own database; without a sign-in no other is opened")
                    if kind == DEMONSTRATION
                    else N_("the ministry's database; this one is the demonstration's"),
                )
            ]
        )
