"""An upload on the screen: checked, its faults by row and column, its changes, then confirmed."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from budget.allocation.revision import Takeover
from budget.files.uploads.definitions import CENTRES, TableDefinition, word_of
from budget.files.uploads.marked import marked_workbook
from budget.files.uploads.reading import Upload
from budget.files.uploads.sheets import MOST_BYTES, MOST_RECORDS
from budget.files.workbook import MIME
from budget.ui import data_preview, deed_dialog, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.text import plain
from budget.view.data import fault_table, reason, remark_text
from budget.view.words import Words
from budget.workflow import data, data_checking, round_inputs
from budget.workflow.data_checking import Preview
from budget.workflow.rounds import RoundFacts

SAVE = "save_data"
MOST_SHOWN = 500


@dataclass(frozen=True)
class Given:
    """A file that was given; it stays until another one, or a new version, takes its place."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Seen:
    """What the planner saw when the dialog opened."""

    given: Given
    preview: Preview
    takeovers: tuple[Takeover, ...]
    illustrative: bool


def upload(round_: RoundFacts) -> None:
    """The place for a file, and what is in it."""
    _ = session.words()
    _place(_)
    given = st.session_state.get(keys.DATA_GIVEN)
    if not isinstance(given, Given):
        st.info(
            _(
                "Nothing is uploaded yet. Take the present version (download above) or a template, "
                "change it in a spreadsheet, and upload it here. Nothing is stored before you have "
                "seen what changes and confirmed it."
            ),
            icon=":material/upload_file:",
        )
        return
    with st.spinner(_("Checking the file …")):
        found = _checked(session.who(), rounds_version(), given.name, given.content)
    remarks(found, keys.DATA_GIVEN)
    if found.faults:
        faults(found, CENTRES)
    else:
        _changes(given, found, round_)


def rounds_version() -> str:
    """Changes when what an upload is checked against may have changed."""
    where = session.store().engine.url.render_as_string(hide_password=True)
    return f"{where} {round_inputs.figures_version(session.store(), session.who())}"


@st.cache_resource(max_entries=8, show_spinner=False)
def _checked(who: str, version: str, name: str, content: bytes) -> Upload:
    return data_checking.checked(session.store(), who, name, content)


@st.cache_resource(max_entries=16, show_spinner=False)
def _previewed(
    version: str, sha256: str, takeovers: tuple[Takeover, ...], _who: str, _found: Upload
) -> Preview:
    return data_checking.preview(session.store(), _who, _found.table, takeovers)


def _place(_: Words) -> None:
    uploads = st.session_state.setdefault(keys.DATA_UPLOADS, 0)
    # no `type`: the content is checked, and refused in the reader's language
    uploaded = st.file_uploader(
        _("Table of centres: a workbook (.xlsx) or CSV"),
        max_upload_size=MOST_BYTES // 1024**2,
        key=keys.data_upload(uploads),
    )
    if uploaded is not None:
        st.session_state[keys.DATA_GIVEN] = Given(uploaded.name, uploaded.getvalue())
        st.session_state[keys.DATA_UPLOADS] = uploads + 1  # an empty place for the next file
        _forget_choices()
        st.rerun()
    st.caption(
        plain(
            _(
                "UTF-8 or CP949, Korean or English headers; at most {most} rows and 20 MB.",
                most=f"{MOST_RECORDS:,}",
            )
        )
    )


def _forget_choices() -> None:
    for name in [name for name in st.session_state if str(name).startswith(keys.TAKEOVER)]:
        del st.session_state[name]


def remarks(found: Upload, given: str) -> None:
    """What was read, and what was passed over.

    Args:
        given: where the session keeps the file.
    """
    _ = session.words()
    where = _("sheet {name}", name=found.sheet) if found.sheet else ""
    records = _("{count} records", count=len(found.rows)) if found.rows else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f"**{plain(found.file)}** :small[:gray["
            + plain(" · ".join(part for part in (where, records) if part))
            + "]]",
            width="content",
        )
        st.button(
            _("Put away"),
            key=keys.put_away(given),
            type="tertiary",
            icon=":material/close:",
            on_click=_put_away,
            args=(given,),
        )
    if found.remarks:
        st.caption(
            "  \n".join(
                plain(remark_text(remark.text, remark.details, _)) for remark in found.remarks
            )
        )


def _put_away(given: str) -> None:
    st.session_state.pop(given, None)


# --- faults ------------------------------------------------------------------------------------


def faults(found: Upload, table: TableDefinition) -> None:
    """Every fault by row and column; the same as a workbook with the cells marked."""
    _ = session.words()
    rows = {fault.row for fault in found.faults if fault.row is not None}
    told = (
        _.ngettext(
            "{count} fault in {rows} rows. Nothing was stored. Correct the file and upload it "
            "anew.",
            "{count} faults in {rows} rows. Nothing was stored. Correct the file and upload it "
            "anew.",
            len(found.faults),
            rows=len(rows),
        )
        if rows
        else _("The file as a whole cannot be taken. Nothing was stored.")
    )
    st.error(plain(told), icon=":material/error:")
    text = st.column_config.TextColumn
    st.dataframe(
        fault_table(found.faults[:MOST_SHOWN], _, word_of),
        column_config={
            "row": st.column_config.NumberColumn(_("Row"), width=56, pinned=True),
            "letter": text(_("Column"), width=62),
            "header": text(_("Header"), width=150),
            "value": text(_("Found"), width=170),
            "expected": text(_("Expected"), width="large"),
        },
        hide_index=True,
        height="content" if len(found.faults) < 12 else 420,
        row_height=30,
        key=keys.data_faults(table.name),
        alt=_("Faults of the file by row and column"),
    )
    if len(found.faults) > MOST_SHOWN:
        st.caption(_("… and {count} more.", count=len(found.faults) - MOST_SHOWN))
    if found.lines:
        st.download_button(
            _("The file with its faults marked (Excel)"),
            lambda: _marked(found, _),
            file_name=f"{table.name}-faults.xlsx",
            mime=MIME,
            key=keys.download(f"{table.name}-faults.xlsx"),
            on_click="ignore",
            icon=":material/download:",
        )


def _marked(found: Upload, _: Words) -> bytes:
    return marked_workbook(
        found,
        [reason(fault, _, word_of) for fault in found.faults],
        {
            "table": _("Table"),
            "faults": _("Faults"),
            "reason": _("What is wrong"),
            "row": _("Row"),
            "column": _("Column"),
            "header": _("Header"),
            "value": _("Found"),
        },
    )


# --- changes -----------------------------------------------------------------------------------


def _changes(given: Given, found: Upload, round_: RoundFacts) -> None:
    _ = session.words()
    version = rounds_version()
    first = _previewed(version, found.sha256, (), session.who(), found)
    names = data_preview.names_of(first)
    takeovers = _takeovers(first, names, _)
    with st.spinner(_("Computing what changes …")):
        seen = _previewed(version, found.sha256, takeovers, session.who(), found)
    data_preview.preview(seen, names)
    st.divider()
    real = st.checkbox(
        _("These are the Ministry's own figures; the label “illustrative” ends with this version."),
        value=not round_.illustrative,
        key=keys.DATA_REAL,
    )
    if seen.revision.is_empty and real == (not round_.illustrative):
        st.info(
            _("This file changes nothing against the version in force; there is nothing to save."),
            icon=":material/check:",
        )
        return
    deed_dialog.opener(
        SAVE,
        _("Save as a new version…"),
        seen=Seen(given, seen, takeovers, not real),
        type=session.main_button(),
        icon=":material/save:",
    )


def _takeovers(
    first: Preview, names: Mapping[str, tuple[str, str]], _: Words
) -> tuple[Takeover, ...]:
    """Which centre takes over which closed one: the planner's choice."""
    closed = first.revision.closed
    if not closed:
        return ()
    st.subheader(_("Centres that close"), anchor=False)
    st.caption(
        plain(
            _(
                "A centre that takes over another one takes over its last year: operating money, "
                "budget available, spending and carry-over are added; its requests pass to it. "
                "Without a successor last year's money of the closed centre leaves the comparison, "
                "and its requests are not funded."
            )
        )
    )
    found = []
    offered = list(first.uploaded["centre_id"])
    for centre_id in closed:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
            successor = st.selectbox(
                plain(data_preview.short_name(centre_id, names, _)),
                offered,
                index=None,
                format_func=lambda key: data_preview.short_name(key, names, _),
                placeholder=_("Closes without a successor"),
                key=keys.takeover(centre_id),
                width=380,
            )
            if successor:
                is_in_table = st.checkbox(
                    _("The file holds the sum already"),
                    value=first.is_in_table(centre_id, successor),
                    key=keys.takeover(f"{centre_id}:{successor}"),
                    width="content",
                )
                found.append(Takeover(centre_id, successor, is_in_table))
    return tuple(found)


def dialogs() -> None:
    """The dialog that confirms a new version, while it is open."""
    _ = session.words()
    deed_dialog.show(SAVE, _("Save as a new version"), _save, width="medium")


def _save(prepared: Prepared) -> None:
    _ = session.words()
    seen: Seen = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    data_preview.summary(seen.preview)
    kind = _("illustrative") if seen.illustrative else _("the Ministry's own figures")
    st.markdown(plain(_("Kind of data: {kind}", kind=kind)))
    st.caption(_("Every allocation is computed from the new version at once; you can go back."))
    needs_look = bool(seen.preview.revision.jumps or seen.preview.left_out)
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason_given = asked.reason()
        agreed = asked.agreement() if needs_look else True
        if not st.form_submit_button(_("Save the version"), type=session.main_button()):
            return
        if not asked.is_agreed(reason_given, agreed=agreed):
            return
        if asked.attempt(
            lambda: data.save(
                session.store(),
                session.who(),
                seen.given.name,
                seen.given.content,
                takeovers=seen.takeovers,
                illustrative=seen.illustrative,
                reason=reason_given,
                based_on=seen.preview.based_on,
                key=prepared.key,
            ),
            _("The new version is in force."),
            look_again=lambda: _seen_anew(seen),
        ):
            _put_away(keys.DATA_GIVEN)
            deed_dialog.close()


def _seen_anew(seen: Seen) -> Seen:
    """The same upload against the version that somebody else put in force."""
    preview = data_checking.preview(
        session.store(), session.who(), seen.preview.uploaded, seen.takeovers
    )
    return Seen(seen.given, preview, seen.takeovers, seen.illustrative)
