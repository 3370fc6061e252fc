"""Parameter paths: where a number stands in a policy (pool.operating.cap.growth cap.prior.rate).

Entries of lists go by their names. Source: file formats, command line.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

_PART = re.compile(r'(?:"((?:[^"]|"")*)"|([^.]*))(\.|$)')


def split_path(path: str) -> list[str]:
    """The parts of a parameter path.

    A part with a dot or a double quote stands in double quotes, a quote inside it doubled.
    """
    parts: list[str] = []
    place = 0
    while True:
        found = _PART.match(path, place)
        if found is None:
            return [*parts, path[place:]]
        quoted, plain, dot = found.groups()
        parts.append(plain if quoted is None else quoted.replace('""', '"'))
        if not dot:
            return parts
        place = found.end()


def joined_path(parts: Sequence[str]) -> str:
    """A parameter path from its parts; `split_path` gives them back."""
    return ".".join(
        '"' + part.replace('"', '""') + '"' if not part or "." in part or '"' in part else part
        for part in parts
    )


def place_of(document: Any, parts: Sequence[str]) -> tuple[Any, str]:
    """The mapping in which the path's last part stands, and that last part."""
    if not parts:
        raise KeyError("")
    here = document
    for part in parts[:-1]:
        if isinstance(here, Mapping) and part in here:
            here = here[part]
        elif isinstance(here, list):
            found = [e for e in here if isinstance(e, Mapping) and e.get("name") == part]
            if not found:
                raise KeyError(part)
            here = found[0]
        else:
            raise KeyError(part)
    if not isinstance(here, dict) or parts[-1] not in here:
        raise KeyError(parts[-1])
    return here, parts[-1]
