"""PDF by Typst: a template of ours, and texts that enter it as data, never as markup."""

import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import cast

import typst

TEMPLATE = Path(__file__).parent / "notice.typ"
FONTS = Path(__file__).parents[1] / "view" / "fonts"
"""Pretendard, with its licence; fonts of the machine are not used, so that every machine sets the
same pages."""


def notice_pdf(notice: Mapping[str, object], issued: datetime) -> bytes:
    """The notice of a centre as PDF; the same notice and moment give the same bytes.

    Args:
        notice: the fields of `budget.view.notice.Notice` as plain data.
        issued: the moment that the file states as its own.
    """
    return next(notice_pdfs([notice], issued))


def notice_pdfs(notices: Iterable[Mapping[str, object]], issued: datetime) -> Iterator[bytes]:
    """Many notices in their order, on all cores; template and fonts are read once a core."""
    own = threading.local()

    def set_one(notice: Mapping[str, object]) -> bytes:
        if not hasattr(own, "compiler"):
            own.compiler = typst.Compiler(TEMPLATE, font_paths=[FONTS], ignore_system_fonts=True)
        made = own.compiler.compile(
            format="pdf",
            sys_inputs={"notice": json.dumps(notice, ensure_ascii=False)},
            timestamp=issued.replace(microsecond=0),
        )
        return cast(bytes, made)

    with ThreadPoolExecutor(os.cpu_count()) as cores:
        yield from cores.map(set_one, notices)
