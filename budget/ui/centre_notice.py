"""What can be taken away from a centre's page: the notice as PDF or HTML, and its tables."""

from dataclasses import asdict, replace
from functools import partial

import pandas as pd

from budget.allocation.explained import Explained
from budget.allocation.faults import N_
from budget.files.typeset import notice_pdf
from budget.ui import session
from budget.ui.centre_context import Context
from budget.ui.downloads import Contents, File, Picture, Sheet, downloads, round_provenance
from budget.ui.request_words import state_in_brief
from budget.ui.round import round_name
from budget.view import peers
from budget.view.centre import LAST_YEAR, WAYS, lines, waterfall_title
from budget.view.centre_charts import waterfall
from budget.view.colours import LIGHT
from budget.view.notice import Notice, Origin, RequestLine, notice, notice_html
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.records import record_table
from budget.view.requests import request_amounts, request_title
from budget.view.words import Words
from budget.workflow import centres
from budget.workflow.deadlines import KOREA


def menu(found: Explained, context: Context, numbers: Numbers) -> None:
    """The notice, the tables and the picture of the steps; each is made when it is asked for."""
    _ = numbers.words
    mark = "-illustrative" if context.round.illustrative else ""
    name = f"{found.centre_id}-{found.fiscal_year}{mark}"
    may_see = partial(centres.centre, session.store(), session.who(), found.centre_id)
    title = waterfall_title(found, LAST_YEAR, numbers)

    def contents() -> Contents:
        return Contents(
            name=found.centre_id,
            scenario="",
            provenance=replace(
                round_provenance(context.round, _),
                scenario=context.scenario,
                certified=found.certified,
            ),
            check=may_see,
            sheets=[
                Sheet(
                    "steps",
                    _("Steps"),
                    lambda: record_table("steps", _("Steps"), steps_table(found, _), _),
                ),
                Sheet(
                    "peers",
                    _("Peers"),
                    lambda: record_table(
                        "peers", _("Peers"), peers_table(found, context, numbers), _
                    ),
                ),
            ],
            pictures=[
                Picture(
                    "steps",
                    _("Steps"),
                    title,
                    context.rules,
                    lambda: waterfall(lines(found, LAST_YEAR, _), title, numbers, LIGHT),
                )
            ],
            files=[
                File(
                    f"{name}.pdf",
                    _("Notice (PDF)"),
                    "application/pdf",
                    lambda: notice_pdf(asdict(_notice(found, context, numbers)), context.round.now),
                ),
                File(
                    f"{name}.html",
                    _("Notice (HTML)"),
                    "text/html",
                    lambda: notice_html(_notice(found, context, numbers)).encode(),
                ),
            ],
            further=context.parameters,
            hashes=lambda: {N_("allocation"): context.allocation_sha256()},
        )

    downloads(contents)


def _notice(found: Explained, context: Context, numbers: Numbers) -> Notice:
    _ = numbers.words
    full = _.of(context.facts.name_ko, context.facts.name_en)
    return notice(
        found,
        (context.name, f"{full} ({found.centre_id})"),
        [
            RequestLine(
                title=f"{need.id} {request_title(need, numbers)}",
                state=state_in_brief(need, numbers),
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


def steps_table(found: Explained, _: Words) -> pd.DataFrame:
    """Both ways to the total, one row a line, in won; the last line of each is the total."""
    return pd.DataFrame(
        [
            (found.centre_id, capital(_(WAYS[key])), capital(line.label), line.won, line.reached)
            for key in WAYS
            for line in lines(found, key, _)
        ],
        columns=["centre_id", "way", "step", "change_krw", "reached_krw"],
    ).astype({"change_krw": "Int64"})


def peers_table(found: Explained, context: Context, numbers: Numbers) -> pd.DataFrame:
    """The centre and its peers with operating money per weighted head, in won."""
    names = peers.peer_names(found.peers, context.names, numbers.words)
    rows = [(name, peer.per_head) for name, peer in zip(names, found.peers.others, strict=True)]
    if found.peers.own is not None:
        rows.append((context.name, found.peers.own))
    rows.sort(key=lambda row: -row[1])
    return pd.DataFrame(rows, columns=["centre", "operating_per_weighted_head_krw"])
