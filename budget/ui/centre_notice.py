"""What can be taken away from a centre's page: the notice as PDF or HTML, and its tables."""

from collections.abc import Callable
from dataclasses import asdict

import pandas as pd
import streamlit as st

from budget.allocation.explained import Explained
from budget.files.tables import table_bytes
from budget.files.typeset import notice_pdf
from budget.ui import keys
from budget.ui.centre_context import Context
from budget.ui.request_words import state_name
from budget.ui.round import round_name
from budget.view import peers
from budget.view.centre import WAYS, way
from budget.view.notice import Notice, Origin, RequestLine, notice, notice_html
from budget.view.numbers import Numbers
from budget.view.requests import request_amounts, request_title
from budget.workflow.deadlines import KOREA


def downloads(found: Explained, context: Context, numbers: Numbers) -> None:
    """The notice and the tables; each is made when it is asked for."""
    _ = numbers.words
    mark = "-illustrative" if context.round.illustrative else ""
    name = f"{found.centre_id}-{found.fiscal_year}{mark}"
    with st.popover(_("Download"), icon=":material/download:", key=keys.CENTRE_DOWNLOADS):
        _button(
            _("Notice (PDF)"),
            lambda: notice_pdf(asdict(_notice(found, context, numbers)), context.round.now),
            f"{name}.pdf",
            "application/pdf",
        )
        _button(
            _("Notice (HTML)"),
            lambda: notice_html(_notice(found, context, numbers)).encode(),
            f"{name}.html",
            "text/html",
        )
        _button(
            _("Steps (CSV)"),
            lambda: table_bytes(steps_table(found, is_illustrative=context.round.illustrative)),
            f"{name}-steps.csv",
            "text/csv",
        )
        _button(
            _("Peers (CSV)"),
            lambda: table_bytes(peers_table(found, context, numbers)),
            f"{name}-peers.csv",
            "text/csv",
        )


def _button(label: str, made: Callable[[], bytes], file_name: str, kind: str) -> None:
    st.download_button(
        label,
        made,
        file_name=file_name,
        mime=kind,
        key=keys.download(file_name),
        on_click="ignore",
        width="stretch",
    )


def _notice(found: Explained, context: Context, numbers: Numbers) -> Notice:
    _ = numbers.words
    full = _.of(context.facts.name_ko, context.facts.name_en)
    return notice(
        found,
        (context.name, f"{full} ({found.centre_id})"),
        [
            RequestLine(
                title=f"{need.id} {request_title(need, numbers)}",
                state=state_name(need.state, _),
                amount=request_amounts(need, numbers),
            )
            for need in context.facts.requests
            if need.snapshots
        ],
        Origin(
            round_name=round_name(context.round, _),
            status=context.status,
            scenario=context.scenario,
            allocation_sha256=context.allocation_sha256(),
            illustrative=context.round.illustrative,
            is_published=context.is_published,
        ),
        context.round.now.astimezone(KOREA).date(),
        numbers,
    )


def steps_table(found: Explained, *, is_illustrative: bool) -> pd.DataFrame:
    """Both ways to the total, one row a step, in won; each way sums to the total."""
    rows = []
    for key in WAYS:
        given = way(found, key)
        rows.append([found.centre_id, key, found.main, "start", "", given.start])
        rows += [
            [found.centre_id, key, step.pool, step.kind, step.term, step.won]
            for step in (*given.main, *given.further)
        ]
    table = pd.DataFrame(rows, columns=["centre_id", "way", "pool", "step", "term", "krw"])
    return table.assign(data="illustrative") if is_illustrative else table


def peers_table(found: Explained, context: Context, numbers: Numbers) -> pd.DataFrame:
    """The centre and its peers with operating money per weighted head, in won."""
    names = peers.peer_names(found.peers, context.names, numbers.words)
    rows = [(name, peer.per_head) for name, peer in zip(names, found.peers.others, strict=True)]
    if found.peers.own is not None:
        rows.append((context.name, found.peers.own))
    rows.sort(key=lambda row: -row[1])
    table = pd.DataFrame(rows, columns=["centre", "operating_per_weighted_head_krw"])
    return table.assign(data="illustrative") if context.round.illustrative else table
