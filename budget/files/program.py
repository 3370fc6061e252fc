"""Which program this is: its version and, as it runs from a checkout, the state of its files.

Two checkouts with the same files give the same text, wherever they are and however they came there.
"""

import hashlib
import tomllib
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
DIGITS = 12
"""Of the hash; enough to tell any two states of the program apart."""


@cache
def program_version() -> str:
    """The version and the hash of the program's own files: "0.1.0+1a2b3c4d5e6f"."""
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text("utf-8"))
    return f"{settings['project']['version']}+{sources_hash(PACKAGE)}"


def sources_hash(folder: Path) -> str:
    """The first digits of the SHA-256 of every Python file with its path, in their order."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")  # git on Windows ends lines otherwise
        name = path.relative_to(folder).as_posix()
        digest.update(f"{name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()[:DIGITS]
