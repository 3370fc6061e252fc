"""Which program this is: its version and, as it runs from a checkout, the state of its files.

Two checkouts with the same files give the same text, wherever they are and however they came there.
"""

import hashlib
import tomllib
from functools import cache
from importlib import metadata
from pathlib import Path

NAME = "employment-centre-budget"
PACKAGE = Path(__file__).parents[1]
DIGITS = 12
"""Of the hash; enough to tell any two states of the program apart."""


@cache
def program_version() -> str:
    """The version and the hash of the program's own files: "0.1.0+1a2b3c4d5e6f"."""
    return f"{_stated_version()}+{sources_hash(PACKAGE)}"


def _stated_version() -> str:
    """What pyproject.toml says; of an installed package, what was said when it was built."""
    file = PACKAGE.parent / "pyproject.toml"
    if not file.is_file():
        return metadata.version(NAME)
    return str(tomllib.loads(file.read_text("utf-8"))["project"]["version"])


def sources_hash(folder: Path) -> str:
    """The first digits of the SHA-256 of every Python file with its path, in their order."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")  # git on Windows ends lines otherwise
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:DIGITS]
