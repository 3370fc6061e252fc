"""Data of charts that never change, such as the outlines of the provinces, under an address.

A browser loads them once and keeps them, instead of getting them anew with every figure. The
address is a hash of the content. Nothing that a role protects may be kept here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

PATH = "kept"
MOST_KEPT = 16
YEAR = 365 * 24 * 3600
Rows = Sequence[Mapping[str, Any]]
_named: dict[int, tuple[Rows, str]] = {}
"""Identity of a table -> itself, so that no other can take its identity, and its hash."""
_contents: dict[str, bytes] = {}


def link(rows: Rows) -> str:
    """The address of a table, relative to a page; the same for the same rows."""
    known = _named.get(id(rows))
    if known is None:
        content = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        known = _named[id(rows)] = rows, hashlib.sha256(content).hexdigest()
        _contents[known[1]] = content
        _forget_the_oldest()
    return f"{PATH}/{known[1]}"


def _forget_the_oldest() -> None:
    while len(_named) > MOST_KEPT:
        del _named[next(iter(_named))]
    needed = {name for _rows, name in _named.values()}
    for name in _contents.keys() - needed:
        del _contents[name]


async def serve(request: Request) -> Response:
    """What is kept under an address."""
    content = _contents.get(request.path_params["name"])
    if content is None:
        return PlainTextResponse("not found", status_code=404)
    return Response(
        content,
        media_type="application/json",
        headers={"Cache-Control": f"private, max-age={YEAR}, immutable"},
    )
