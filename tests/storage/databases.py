"""Databases for the tests: SQLite files and a PostgreSQL server of our own, new for every test.

The demonstration's round is founded once a session on each kind of database, at `BEGINNING`; a
test gets a copy of it, a clock that stands still, and people by role.

    def test_…(store: Store, clock: Clock) -> None:
        clock.set("2026-05-29T23:59:59+09:00")
        special_needs.begin(store, head("EC001"), "EC001", {}, key=key())
"""

import contextlib
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from budget.storage.store import Store, opened
from budget.workflow import demonstration, founding, publication, rounds, saved_scenarios
from budget.workflow.roles import Role

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "data"
START_SECONDS = 60


# --- moments, keys, people ---------------------------------------------------------------------


def at(text: str) -> datetime:
    """A moment such as 2026-05-29T23:59:59+09:00; Korean time if it names no zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else datetime.fromisoformat(f"{text}+09:00")


BEGINNING = at("2026-03-10T09:00:00+09:00")
"""When the demonstration of the tests was founded: between opening and deadline."""


class Clock:
    """The server's clock in a test: it stands still until it is set."""

    def __init__(self, now: datetime = BEGINNING) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The present moment."""
        return self.now

    def set(self, moment: str | datetime) -> None:
        """Set it to a moment, forward or back."""
        self.now = at(moment) if isinstance(moment, str) else moment

    def advance(self, **by: float) -> None:
        """Move it on, by timedelta's words: days, hours, minutes, seconds, microseconds."""
        self.now += timedelta(**by)


_keys = itertools.count(1)


def key(name: str = "key") -> str:
    """A key that no other deed of this process has."""
    return f"{name}-{next(_keys):06d}"


def head(centre_id: str = "EC001") -> str:
    """The identity of a centre's head."""
    return demonstration.demonstration_identity(Role.CENTRE_HEAD, centre_id)


def reviewer(number: int = 1) -> str:
    """The identity of reviewer 1 or 2."""
    return demonstration.demonstration_identity(Role.REVIEWER, str(number))


def planner(number: int = 1) -> str:
    """The identity of planner 1 or 2."""
    return demonstration.demonstration_identity(Role.PLANNER, str(number))


def lead(number: int = 1) -> str:
    """The identity of lead 1 or 2."""
    return demonstration.demonstration_identity(Role.LEAD, str(number))


def auditor() -> str:
    """The identity of the auditor."""
    return demonstration.demonstration_identity(Role.AUDITOR, "1")


def administrator() -> str:
    """The identity of the administrator."""
    return demonstration.demonstration_identity(Role.ADMINISTRATOR, "1")


def move_round(store: Store, state: str) -> None:
    """The lead moves the round, step by step; the sample stands in "review"."""
    order = ["setup", "open", "review", "decided", "published"]
    while (now := rounds.present(store, lead())).state != state:
        step = 1 if order.index(state) > order.index(now.state) else -1
        to = order[order.index(now.state) + step]
        rounds.move(store, lead(), to, "for a test", based_on=now.version, key=key())


def publish(store: Store) -> None:
    """The round is decided; a planner proposes the baseline, a lead confirms it."""
    move_round(store, "decided")
    base = saved_scenarios.scenarios(store, planner())[0]
    made = publication.propose(store, planner(), base.id, "제안", key=key())
    publication.confirm(store, lead(), made.id, "확정", key=key())


# --- databases ---------------------------------------------------------------------------------


class Databases(ABC):
    """One kind of database, as many new ones as are asked for."""

    kind: str

    @abstractmethod
    def empty(self) -> str:
        """The address of a new database without a table."""

    @abstractmethod
    def copy_of(self, name: str, make: Callable[[str], None]) -> str:
        """The address of a new copy of a database that is made once.

        Args:
            name: of what is made: letters.
            make: fills the empty database at an address.
        """

    def founded(self) -> str:
        """The address of a new copy of the demonstration, founded at `BEGINNING`."""
        return self.copy_of("founded", found)

    @abstractmethod
    def remove(self, address: str) -> None:
        """Remove a database; whoever is still connected is cut off."""


def found(address: str) -> None:
    """Fill an empty database with the demonstration."""
    store = opened(address, Clock())
    founding.found_round(store, demonstration.DEMONSTRATION, SAMPLE)
    store.close()


class SqliteFiles(Databases):
    """SQLite files in a folder."""

    kind = "sqlite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = itertools.count(1)
        self._made: set[str] = set()

    def empty(self) -> str:
        """A file that is not there yet."""
        return f"sqlite:///{self._folder / f'round-{next(self._count)}.sqlite3'}"

    def copy_of(self, name: str, make: Callable[[str], None]) -> str:
        """A copy of the file."""
        path = self._folder / f"{name}.sqlite3"
        if name not in self._made:
            make(f"sqlite:///{path}")
            self._made.add(name)
        address = self.empty()
        shutil.copyfile(path, sqlite_path(address))
        return address

    def remove(self, address: str) -> None:
        """The file and what SQLite put beside it."""
        path = sqlite_path(address)
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            (path.parent / name).unlink(missing_ok=True)


def sqlite_path(address: str) -> Path:
    """The file behind sqlite:///…"""
    return Path(address.removeprefix("sqlite:///"))


class PostgresServer(Databases):
    """A PostgreSQL server of our own, reached by a socket in its own folder.

    It runs as `postgres` if the tests run as root, else as whoever runs the tests; it ends with
    the process that started it. It does not wait for the disk: the tests kill processes of the
    application, never the machine.
    """

    kind = "postgresql"

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs, self._folder = programs, folder
        self._count = itertools.count(1)
        self._made: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._user = "postgres" if os.geteuid() == 0 else None

    def start(self) -> None:
        """Make the server's files and wait until it answers."""
        if self._user:
            found_user = pwd.getpwnam(self._user)
            os.chown(self._folder, found_user.pw_uid, found_user.pw_gid)
        subprocess.run(
            [
                *(self._programs / "initdb", "-D", self._folder / "data", "-U", "tests"),
                *("-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=self._folder,
            **self._as_user(),
        )
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "max_connections": "100",
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "autovacuum": "off",
        }
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *_ended_with_parent(),
                    *(self._programs / "postgres", "-D", self._folder / "data"),
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                start_new_session=True,
                **self._as_user(),
            )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self._dsn("postgres")).close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    text = (self._folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start:\n{text}") from None
                time.sleep(0.02)
            else:
                return

    def stop(self) -> None:
        """End the server; its folder is for the caller to remove."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(timeout=START_SECONDS)

    def empty(self) -> str:
        """A database with nothing in it."""
        return self._created("template0")

    def copy_of(self, name: str, make: Callable[[str], None]) -> str:
        """A copy of the database."""
        if name not in self._made:
            self._sql(f"CREATE DATABASE {name} TEMPLATE template0")
            make(self.address(name))
            self._made.add(name)
        return self._created(name)

    def remove(self, address: str) -> None:
        """Drop it."""
        name = address.removeprefix("postgresql://tests@/").partition("?")[0]
        self._sql(f"DROP DATABASE {name} WITH (FORCE)")

    def address(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql://tests@/{name}?host={self._folder}"

    def _created(self, template: str) -> str:
        name = f"round_{next(self._count)}"
        self._sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.address(name)

    def _sql(self, statement: str) -> None:
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def _dsn(self, name: str) -> str:
        return f"host={self._folder} user=tests dbname={name}"

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        return {"user": self._user, "group": self._user, "extra_groups": []}


def _ended_with_parent() -> list[str]:
    """On Linux: the server ends even if the tests themselves are killed."""
    return ["setpriv", "--pdeathsig", "QUIT", "--"] if shutil.which("setpriv") else []


def postgres_programs() -> Path | None:
    """Where initdb and postgres are: on the path, or where Debian puts them."""
    on_path = shutil.which("initdb")
    if on_path and shutil.which("postgres", path=str(Path(on_path).parent)):
        return Path(on_path).parent
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return debian[-1].parent if debian else None


@contextlib.contextmanager
def databases_of(kind: str, folder: Callable[[], Path]) -> Iterator[Databases]:
    """Databases of a kind; skips without PostgreSQL's programs, fails where tests run unattended.

    Args:
        folder: makes a folder for SQLite's files.
    """
    if kind == "sqlite":
        yield SqliteFiles(folder())
        return
    programs = postgres_programs()
    if programs is None:
        reason = "no initdb and postgres on the path or in /usr/lib/postgresql"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # a socket's path may have 107 characters: not below pytest's own folder
    with tempfile.TemporaryDirectory(prefix="budget-pg-", ignore_cleanup_errors=True) as name:
        server = PostgresServer(programs, Path(name))
        try:
            server.start()
            yield server
        finally:
            server.stop()
