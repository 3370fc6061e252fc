"""Templates to fill in, and what every column holds: from the definitions of the checks."""

from functools import partial

import pandas as pd
import streamlit as st

from budget.allocation.contract import Column
from budget.files.tables import table_bytes
from budget.files.uploads.definitions import (
    CENTRES,
    EXECUTION,
    REQUESTS,
    Definition,
    TableDefinition,
)
from budget.files.uploads.templates import template_csv, template_workbook
from budget.files.workbook import MIME
from budget.ui import keys, session
from budget.ui.text import plain
from budget.view.data import KINDS, range_text
from budget.view.numbers import Numbers
from budget.view.words import LANGUAGES, Words

KOREAN, ENGLISH = LANGUAGES
MOST_ROWS = 14
"""Rows of a dictionary that are shown without scrolling."""


def definitions() -> None:
    """Templates and dictionary of the tables that are uploaded."""
    numbers = session.numbers()
    _ = numbers.words
    st.markdown(
        plain(
            _(
                "The templates, this list and the checks of an upload are made from the same "
                "definitions. Headers may be Korean or English, columns in any order; further "
                "columns are kept."
            )
        )
    )
    of_table(CENTRES, _("Centres: one row a centre"), numbers)
    of_table(REQUESTS, _("Requests: one row a special need"), numbers)
    st.caption(
        _(
            "Approved amount, priority and divisible stay empty in an upload: the review decides "
            "on them."
        )
    )
    of_table(EXECUTION, _("Execution to date: one row a centre"), numbers)


def of_table(table: TableDefinition, title: str, numbers: Numbers) -> None:
    """Templates and dictionary of one table."""
    _ = numbers.words
    rows = dictionary(table, numbers)
    st.subheader(title, anchor=False)
    with st.container(horizontal=True, gap="small"):
        for language, headers in ((KOREAN, _("Korean headers")), (ENGLISH, _("English headers"))):
            _button(
                f"{_('Template (Excel)')} · {headers}",
                partial(template_workbook, table, language, help_texts(table, numbers)),
                f"{table.name}-template-{language}.xlsx",
                MIME,
            )
            _button(
                f"{_('Template (CSV)')} · {headers}",
                partial(template_csv, table, language),
                f"{table.name}-template-{language}.csv",
                "text/csv",
            )
        _button(
            _("Data dictionary (CSV)"),
            partial(table_bytes, rows),
            f"{table.name}-dictionary.csv",
            "text/csv",
        )
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "korean": text(_("Korean header"), width=150, pinned=True),
            "name": text(_("English header"), width=170),
            "meaning": text(_("Meaning"), width=264),
            "type": text(_("Type"), width=116),
            "unit": text(_("Unit"), width=60),
            "range": text(_("Allowed"), width=210),
            "empty": text(_("Empty cells"), width=100),
            "aliases": text(_("Other headers that are understood"), width=260),
        },
        hide_index=True,
        height=420 if len(rows) > MOST_ROWS else "content",
        row_height=28,
        key=keys.data_dictionary(table.name),
        alt=title,
    )


def _button(label: str, make: partial[bytes], name: str, mime: str) -> None:
    st.download_button(
        plain(label),
        make,
        file_name=name,
        mime=mime,
        key=keys.download(name),
        on_click="ignore",
        icon=":material/download:",
    )


def _empty(column: Column, numbers: Numbers) -> str:
    """Whether cells of a column may be empty, or the column may be left out."""
    _ = numbers.words
    if column.may_lack:
        return _("not allowed; the column may be left out")
    return _("allowed") if column.optional else _("not allowed")


def dictionary(table: TableDefinition, numbers: Numbers) -> pd.DataFrame:
    """One row a column: what it is called and what it holds."""
    _ = numbers.words
    return pd.DataFrame(
        [
            {
                "korean": column.korean,
                "name": column.name,
                "meaning": _(column.column.meaning),
                "type": _(KINDS[column.column.kind]),
                "unit": _(column.unit) if column.unit else "",
                "range": range_text(column.column, column.allowed(_.language), numbers),
                "empty": _empty(column.column, numbers),
                "aliases": ", ".join(column.aliases),
            }
            for column in table.columns
        ]
    )


def help_texts(table: TableDefinition, numbers: Numbers) -> dict[str, str]:
    """What each column of a template holds, for the comment at its header."""
    return {column.name: _help(column, numbers, numbers.words) for column in table.columns}


def _help(column: Definition, numbers: Numbers, _: Words) -> str:
    lines = [
        _(column.column.meaning),
        " · ".join(
            part
            for part in (
                _(KINDS[column.column.kind]),
                _(column.unit) if column.unit else "",
                range_text(column.column, column.allowed(_.language), numbers),
            )
            if part
        ),
        _("Cells may be empty.") if column.column.optional else _("Every row needs a value."),
    ]
    return "\n".join(lines)
