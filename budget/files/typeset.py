"""PDF by Typst: a template of ours, and texts that enter it as data, never as markup."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

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
    return typst.compile(
        TEMPLATE,
        format="pdf",
        font_paths=[FONTS],
        ignore_system_fonts=True,
        sys_inputs={"notice": json.dumps(notice, ensure_ascii=False)},
        timestamp=issued.replace(microsecond=0),
    )
