"""A request's files: seen, opened, added, and, while it was never submitted, removed."""

from functools import partial

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from budget.allocation.faults import Fault, InputError
from budget.files.attachments import KINDS, MOST_BYTES, MOST_FILES
from budget.ui import keys, server, session
from budget.ui.drafting import act, drafting
from budget.ui.problems import refusal_text
from budget.ui.request_words import moment
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow import attachments
from budget.workflow.need_states import UNDECIDED
from budget.workflow.needs_seen import FileOfNeed, Need
from budget.workflow.refusals import Refusal

ICONS = {
    "pdf": "picture_as_pdf",
    "png": "image",
    "jpeg": "image",
    "xlsx": "table",
    "hwpx": "article",
}
MEGABYTE = 1024 * 1024


def files(need: Need, *, may_add: bool) -> None:
    """The files of a request, and, where it may have more, a place to add them."""
    _ = session.words()
    st.markdown(
        f"**{plain(_('Files'))}** :small[:gray["
        + plain(_("{count} of {most}", count=len(need.files), most=MOST_FILES))
        + "]]"
    )
    for file in need.files:
        _file(need, file, may_remove=may_add and need.state == "draft" and not need.snapshots)
    if not need.files and not may_add:
        st.caption(_("No files."))
    if may_add and need.state in UNDECIDED:
        _uploader(need, _)


def _file(need: Need, file: FileOfNeed, *, may_remove: bool) -> None:
    _, numbers = session.words(), session.numbers()
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
        wrap=False,
    ):
        with st.container(gap=None):
            st.link_button(
                plain(file.name),
                server.attachment_link(file.id, session.who()),
                type="tertiary",
                icon=f":material/{ICONS.get(file.kind, 'draft')}:",
                wrap=True,
            )
            st.caption(
                plain(f"{KINDS[file.kind].label} · {_size(file.size, numbers)}")
                + " · "
                + plain(moment(file.added_at))
            )
        if may_remove:
            name = keys.request_deed(need.id, f"detach-{file.id}")
            st.button(
                _("Remove"),
                key=keys.detach(file.id),
                type="tertiary",
                icon=":material/delete:",
                help=plain(_("Remove {name}", name=file.name)),
                on_click=act,
                args=(name, session.deed_key(name), partial(_detach, need.id, file.id)),
            )


def _size(size: int, numbers: Numbers) -> str:
    if size < MEGABYTE / 10:
        return f"{numbers.number(max(1, round(size / 1024)))} KB"
    return f"{numbers.number(size / MEGABYTE, 1)} MB"


def _detach(need_id: str, file_id: int, key: str) -> Need:
    return attachments.detach(session.store(), session.who(), need_id, file_id, key=key)


# --- adding --------------------------------------------------------------------------------------


def _uploader(need: Need, _: Words) -> None:
    known = drafting(need.id)
    if len(need.files) >= MOST_FILES:
        st.caption(_("There are {most} files; no more can be added.", most=MOST_FILES))
    else:
        # no `type`: the content is checked here, and refused in the reader's language
        uploaded = st.file_uploader(
            _("Add files"),
            accept_multiple_files=True,
            max_upload_size=MOST_BYTES // MEGABYTE,
            key=keys.upload(need.id, known.uploads),
        )
        st.caption(
            plain(
                _(
                    "PDF, PNG, JPEG, XLSX or HWPX; at most 10 MB each. A file that was submitted "
                    "stays with the request."
                )
            )
        )
        if uploaded:
            with st.spinner(_("Checking the files …")):
                known.upload_faults = _attach(need.id, uploaded)
            known.uploads += 1  # an empty uploader takes its place
            st.rerun()
    for fault in known.upload_faults:
        st.error(plain(_fault_text(fault, _)), icon=":material/upload_file:")


def _attach(need_id: str, uploaded: list[UploadedFile]) -> list[Fault | Refusal]:
    """Attach files, each once however often this is called; gives what was wrong."""
    found: list[Fault | Refusal] = []
    for file in uploaded:
        try:
            attachments.attach(
                session.store(),
                session.who(),
                need_id,
                file.name,
                file.getvalue(),
                key=f"attach-{file.file_id}",
            )
        except InputError as error:
            found += error.faults
        except Refusal as refusal:
            found.append(refusal)
    return found


def _fault_text(fault: Fault | Refusal, _: Words) -> str:
    """What is wrong with a file: its name, and what is allowed."""
    if isinstance(fault, Refusal):
        return refusal_text(fault, _)
    return _(
        "{file} was not added. Expected: {expected}",
        file=fault.file,
        expected=_.template(fault.expected, fault.details),
    )
