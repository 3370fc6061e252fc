"""Versions of the rules for divisions: who saved which and why; a file in place of the controls."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.faults import InputError
from budget.files.tables import text_from
from budget.ui import deed_dialog, keys, session
from budget.ui.division_words import rule_text, title_of
from budget.ui.problems import show_faults
from budget.ui.text import plain
from budget.view import trail
from budget.view.words import Words
from budget.workflow import divisions
from budget.workflow.division_bands import difference
from budget.workflow.divisions import CONTENT, Planning, RulesVersion

SAVE = "save_division_rules"
MOST_BYTES = 1
MIME = "application/toml"


@dataclass(frozen=True)
class Given:
    """A divisions.toml that was given; it stays until it is saved or put away."""

    name: str
    content: bytes


def versions(found: Planning) -> None:
    """The version that counts as a file, and every version before it."""
    _ = session.words()
    listed = divisions.rules_versions(session.store(), session.who())
    with st.expander(
        _.ngettext(
            "{count} version of these rules", "{count} versions of these rules", len(listed)
        ),
        icon=":material/history:",
    ):
        rows = pd.DataFrame(
            {
                "number": [one.number for one in listed],
                "state": [
                    _("in force") if found.rules and one.id == found.rules.id else ""
                    for one in listed
                ],
                "when": [trail.moment(one.saved_at)[:16] for one in listed],
                "who": [_.of(one.saved_by, one.saved_by_en or one.saved_by) for one in listed],
                "why": [one.note for one in listed],
                "sha256": [one.sha256 for one in listed],
            }
        )
        text = st.column_config.TextColumn
        st.dataframe(
            rows,
            column_config={
                "number": st.column_config.NumberColumn(_("Version"), width=70, pinned=True),
                "state": text(_("State"), width=80),
                "when": text(_("Saved at (Korean time)"), width=150),
                "who": text(_("Saved by"), width=110),
                "why": text(_("Reason"), width=260),
                "sha256": text("SHA-256", width=160),
            },
            hide_index=True,
            row_height=30,
            height="content" if len(rows) < 10 else 320,
            key=keys.DIVISION_VERSIONS,
            alt=_("Versions of the rules for divisions, the newest first"),
        )
        for one in listed[:1]:
            _download(one, _)


def _download(version: RulesVersion, _: Words) -> None:
    st.download_button(
        _("Download version {number} ({file})", number=version.number, file=CONTENT),
        version.content,
        file_name=CONTENT,
        mime=MIME,
        key=keys.download(f"{CONTENT}:{version.id}"),
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def upload_place(saved: RulesVersion | None) -> None:
    """The place for a divisions.toml, and what is in it."""
    _ = session.words()
    with st.expander(
        _("Take the rules from a file ({file})", file=CONTENT),
        expanded=keys.DIVISION_UPLOAD in st.session_state,
        icon=":material/upload_file:",
    ):
        uploaded = st.file_uploader(
            _("Rules for divisions ({file})", file=CONTENT),
            max_upload_size=MOST_BYTES,
            key=keys.DIVISION_UPLOADER,
            label_visibility="collapsed",
        )
        if uploaded is not None:
            st.session_state[keys.DIVISION_UPLOAD] = Given(uploaded.name, uploaded.getvalue())
        given = st.session_state.get(keys.DIVISION_UPLOAD)
        if not isinstance(given, Given):
            st.caption(
                _(
                    "Nothing is stored before you have seen what changes and given a reason. "
                    "Take the version in force, change it in a text editor, upload it here."
                )
                if saved is not None
                else _(
                    "Nothing is stored before you have given a reason. Download the template, "
                    "change it in a text editor, upload it here."
                )
            )
            return
        _check(given, saved, _)


def _check(given: Given, saved: RulesVersion | None, _: Words) -> None:
    """Its faults, or what it changes and the way to save it."""
    try:
        content = text_from(given.content, given.name)
        rules = division_rules_from_toml(content, given.name)
    except InputError as error:
        show_faults(error, _)
        return
    changes = difference(saved.rules if saved else None, rules)
    if not changes:
        st.info(_("This file says what counts already: nothing changes."))
        return
    if saved is not None:
        for path, (old, new) in list(changes.items())[:20]:
            told = f"{rule_text(path, old)} → {rule_text(path, new)}"
            st.markdown(f"- {plain(f'{title_of(path, saved.rules)}: {told}')}")
    deed_dialog.opener(
        SAVE,
        _("Save these rules…"),
        seen=(content, saved.id if saved else 0),
        which="file",
        type=session.main_button(),
        icon=":material/save:",
    )
