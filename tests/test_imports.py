"""Imports point one way; the mathematics knows no screen, no database, no disk and no clock."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CODE = sorted([ROOT / "app.py", *(ROOT / "budget").rglob("*.py"), *(ROOT / "pages").rglob("*.py")])
ALLOCATION = [path for path in CODE if path.parent == ROOT / "budget" / "allocation"]

MAY_IMPORT = {
    "allocation": {"allocation"},
    "work": {"work", "allocation"},
    "files": {"files", "allocation"},
    "storage": {"storage", "allocation"},
    "view": {"view", "allocation"},
    "workflow": {"workflow", "allocation", "storage", "files", "view"},
    "ui": {"ui", "workflow", "work", "allocation", "storage", "files", "view"},
    "pages": {"ui", "workflow", "allocation", "storage", "files", "view"},
    "__main__": {"allocation", "files", "storage", "workflow"},
    "__init__": {"allocation"},
}
"""pages → ui → workflow → allocation ← storage, files, view, work."""

SOLVERS = {"pulp", "highspy"}


def room(path: Path) -> str:
    """The part of the house that a file belongs to."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "budget" else "pages"


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules that a file imports, anywhere in it, types for the checker apart."""
    return frozenset(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
        for other in node.orelse:
            yield from _imports(other)
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are written in full"
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def rooms_imported(path: Path) -> set[str]:
    return {
        name.split(".")[1]
        for name in imports(path)
        if name.startswith("budget.") and (ROOT / "budget" / name.split(".")[1]).is_dir()
    }


def packages_imported(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)}


def test_there_is_something_to_check() -> None:
    assert len(ALLOCATION) >= 15
    assert {"allocation", "files"} <= rooms_imported(ROOT / "budget" / "__main__.py")
    assert "pulp" in packages_imported(ROOT / "budget" / "allocation" / "leximin.py")


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    assert rooms_imported(path) <= MAY_IMPORT[room(path)]


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_who_may_import_what(path: Path) -> None:
    packages = packages_imported(path)
    if room(path) not in {"ui", "pages"}:
        assert "streamlit" not in packages
    if room(path) not in {"storage", "workflow"}:
        assert not packages & {"sqlmodel", "sqlalchemy", "sqlite3"}
    if path.stem not in {"leximin", "special_needs", "elastic", "division_programs"}:
        assert not packages & SOLVERS


@pytest.mark.parametrize("path", ALLOCATION, ids=lambda path: path.stem)
def test_the_mathematics_opens_no_file_and_reads_no_clock(path: Path) -> None:
    packages = packages_imported(path)
    assert not packages & {"os", "io", "pathlib", "shutil", "tempfile", "csv", "logging", "random"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not calls & {"open", "print", "input", "exec", "eval"}
    assert not {call for call in calls if call.endswith((".now", ".today", ".utcnow"))}
    assert {call for call in calls if call.startswith("time.")} <= {"time.perf_counter"}
    assert not {name for name in imports(path) if name.startswith("time.")}


@pytest.mark.parametrize("checker", ["certificate", "division_proof"])
def test_the_certificate_never_reaches_a_solver(checker: str) -> None:
    reached = {f"budget.allocation.{checker}"}
    waiting = list(reached)
    while waiting:
        path = ROOT / Path(*waiting.pop().split(".")).with_suffix(".py")
        assert not packages_imported(path) & SOLVERS, path
        for name in imports(path):
            file = ROOT / Path(*name.split(".")).with_suffix(".py")
            if name.startswith("budget.") and file.is_file() and name not in reached:
                reached.add(name)
                waiting.append(name)
    assert "budget.allocation.bounds" in reached
    assert not reached & {
        f"budget.allocation.{name}"
        for name in (
            "leximin",
            "special_needs",
            "elastic",
            "infeasibility",
            "run",
            "division_programs",
            "division_levels",
            "division_flow",
        )
    }


def test_checking_loads_no_solver(tmp_path: Path) -> None:
    (tmp_path / "centres.csv").write_text("centre_id,staff\nA,1\nB,2\n")
    (tmp_path / "policy.toml").write_text(
        '[policy]\nname = "x"\nfiscal_year = 2027\nenvelope_krw = 3000\n'
        '[[pool]]\nname = "operating"\namount = "remainder"\n'
        '[[pool.factor]]\nname = "staff"\nweight = 1\ncolumns = { staff = 1 }\n'
    )
    (tmp_path / "allocation.csv").write_text(
        "centre_id,operating_krw,special_needs_krw,total_krw\nA,1000,0,1000\nB,2000,0,2000\n"
    )
    program = """
import sys
from budget.__main__ import main
status = main(["check", "--centres", "centres.csv", "--policy", "policy.toml",
               "--allocation", "allocation.csv"])
loaded = sorted({"pulp", "highspy", "streamlit", "sqlmodel"} & set(sys.modules))
sys.exit(f"{status} {loaded}" if status or loaded else 0)
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "certified: 2 centres" in done.stdout
