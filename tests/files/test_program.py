"""Which program made a result: the same files give the same text, any other file another one."""

import shutil
from pathlib import Path

from budget.files.program import PACKAGE, program_version, sources_hash


def test_version_and_state_of_the_files() -> None:
    version, _plus, digits = program_version().partition("+")
    assert version == "0.1.0"
    assert digits == sources_hash(PACKAGE)
    assert len(digits) == 12


def test_the_same_files_elsewhere_and_one_letter_more(tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__", "guides"))
    assert sources_hash(copy) == sources_hash(PACKAGE)
    file = copy / "allocation" / "rounding.py"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert sources_hash(copy) == sources_hash(PACKAGE)
    file.write_bytes(file.read_bytes() + b"#")
    assert sources_hash(copy) != sources_hash(PACKAGE)
