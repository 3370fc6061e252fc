"""Versions of the data: who saved which and why, what is in force, going back."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from budget.ui import deed_dialog, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.text import plain
from budget.view import trail
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import data, saved_data
from budget.workflow.rounds import RoundFacts
from budget.workflow.saved_data import Version

RESTORE = "restore_data"


def origin(version: Version, _: Words) -> str:
    """Who saved a version, when."""
    return _(
        "saved by {person} on {when}",
        person=_.of(version.saved_by, version.saved_by_en or version.saved_by),
        when=trail.moment(version.saved_at)[:16],
    )


def download(version: Version, round_: RoundFacts, label: str, place: str) -> None:
    """The table of a version as centres.csv; rights are checked once more at the click.

    Args:
        place: tells two buttons of the same version apart.
    """
    store, who = session.store(), session.who()
    kind = "-illustrative" if version.illustrative else ""
    name = f"{round_.fiscal_year}-centres-v{version.number}{kind}.csv"
    st.download_button(
        label,
        lambda: saved_data.content(store, who, version.id),
        file_name=name,
        mime="text/csv",
        key=keys.download(f"{place}:{name}"),
        on_click="ignore",
        icon=":material/download:",
        type="tertiary",
    )


def versions_table(versions: Sequence[Version], round_: RoundFacts, *, may_restore: bool) -> None:
    """Every version, the newest first; one can be downloaded or put in force again."""
    _ = session.words()
    rows = pd.DataFrame(
        {
            "number": [version.number for version in versions],
            "state": [_("in force") if version.is_present else "" for version in versions],
            "kind": [
                _("illustrative") if version.illustrative else _("the Ministry's own figures")
                for version in versions
            ],
            "centres": [version.centres for version in versions],
            "when": [trail.moment(version.saved_at)[:16] for version in versions],
            "who": [
                _.of(version.saved_by, version.saved_by_en or version.saved_by)
                for version in versions
            ],
            "why": [version.note for version in versions],
            "file": [
                version.file.rpartition(" ")[0] or _("what the round began with")
                for version in versions
            ],
            "sha256": [version.sha256 for version in versions],
        }
    )
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    st.dataframe(
        rows,
        column_config={
            "number": number(_("Version"), width=70, pinned=True),
            "state": text(_("State"), width=80),
            "kind": text(_("Kind of data"), width=140),
            "centres": number(capital(_("number of centres")), width=130),
            "when": text(_("Saved at (Korean time)"), width=150),
            "who": text(_("Saved by"), width=110),
            "why": text(_("Reason"), width=240),
            "file": text(_("File"), width=180),
            "sha256": text("SHA-256", width=160),
        },
        hide_index=True,
        height="content" if len(rows) < 12 else 400,
        row_height=30,
        key=keys.DATA_VERSIONS,
        alt=_("Versions of the data, the newest first"),
    )
    chosen = st.selectbox(
        _("Version"),
        [version.id for version in versions],
        format_func=lambda key: _chosen(versions, key, _),
        key=keys.DATA_VERSION,
        width=320,
    )
    version = next((one for one in versions if one.id == chosen), versions[0])
    with st.container(horizontal=True, gap="small"):
        download(
            version, round_, _("Download version {number} (CSV)", number=version.number), "list"
        )
        if may_restore and not version.is_present and round_.state != "published":
            deed_dialog.opener(
                RESTORE,
                _("Go back to version {number}…", number=version.number),
                seen=(version, next(one.id for one in versions if one.is_present)),
                which=str(version.id),
                icon=":material/settings_backup_restore:",
            )
    deed_dialog.show(RESTORE, _("Go back to an earlier version"), _restore, width="medium")


def _chosen(versions: Sequence[Version], key: int, _: Words) -> str:
    version = next(one for one in versions if one.id == key)
    return _(
        "Version {number} · {when}",
        number=version.number,
        when=trail.moment(version.saved_at)[:16],
    )


def _restore(prepared: Prepared) -> None:
    _ = session.words()
    version, based_on = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    st.markdown(
        plain(
            _(
                "Version {number} ({count} centres) is put in force again. Every allocation is "
                "computed from it at once; later versions stay in the list. Requests that had "
                "passed to another centre come back to centres that stand again.",
                number=version.number,
                count=version.centres,
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        if st.form_submit_button(_("Go back"), type=session.main_button()):
            done = asked.attempt(
                lambda: data.restore(
                    session.store(),
                    session.who(),
                    version.id,
                    reason,
                    based_on=based_on,
                    key=prepared.key,
                ),
                _("Version {number} is in force again.", number=version.number),
                look_again=lambda: (version, _in_force_now()),
            )
            if done:
                deed_dialog.close()


def _in_force_now() -> int:
    versions = saved_data.versions(session.store(), session.who())
    return next(version.id for version in versions if version.is_present)
