"""The upload of execution to date: what is wrong with a file, what it says, and saving it."""

import streamlit as st

from budget.allocation.execution import Reading, standings
from budget.files.uploads.definitions import EXECUTION
from budget.files.uploads.reading import Upload
from budget.files.uploads.sheets import MOST_BYTES
from budget.ui import deed_dialog, keys, session
from budget.ui.data_upload import Given, faults, remarks, rounds_version
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.text import plain
from budget.ui.year_shown import YearShown
from budget.view import quarters as view
from budget.workflow import execution, quarters

SAVE = "save_execution"


def dialog() -> None:
    """Saving the file, where that was asked for."""
    _ = session.words()
    deed_dialog.show(SAVE, _("Save execution to date"), _save, width="medium")


def nothing_uploaded() -> None:
    """What to do where there is no execution yet."""
    _ = session.words()
    st.info(
        plain(
            _(
                "No execution was uploaded yet. A planner uploads a table with what each centre "
                "has spent until a day; the template stands below."
            )
        ),
        icon=":material/upload_file:",
    )


def upload(shown: YearShown) -> None:
    """The place for a file; what is wrong with it, or what it says, and the way to save it."""
    _ = session.words()
    uploads = st.session_state.setdefault(keys.EXECUTION_UPLOADS, 0)
    uploaded = st.file_uploader(
        _("Table of execution to date: a workbook (.xlsx) or CSV"),
        max_upload_size=MOST_BYTES // 1024**2,
        key=keys.execution_upload(uploads),
    )
    if uploaded is not None:
        st.session_state[keys.EXECUTION_GIVEN] = Given(uploaded.name, uploaded.getvalue())
        st.session_state[keys.EXECUTION_UPLOADS] = uploads + 1
        st.rerun()
    given = st.session_state.get(keys.EXECUTION_GIVEN)
    if not isinstance(given, Given):
        if not shown.year.executions:
            nothing_uploaded()
        return
    with st.spinner(_("Checking the file …")):
        found = _checked(session.who(), rounds_version(), given.name, given.content)
    remarks(found, keys.EXECUTION_GIVEN)
    if found.faults:
        faults(found, EXECUTION)
        return
    numbers = session.numbers()
    stands = standings(shown.allotted, execution.executed_of(found.table), Reading())
    st.markdown(plain(view.given_sentence(stands, numbers)))
    missing = view.missing_sentence(stands, shown.names, numbers)
    if missing:
        st.caption(plain(missing))
    deed_dialog.opener(
        SAVE,
        _("Save as the execution in force…"),
        seen=(given, shown.year.execution_id),
        type=session.main_button(),
        icon=":material/save:",
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _checked(who: str, version: str, name: str, content: bytes) -> Upload:
    return execution.checked(session.store(), who, name, content)


def _save(prepared: Prepared) -> None:
    _ = session.words()
    given: Given
    given, based_on = prepared.seen
    asked = Fields(prepared)
    deed_dialog.refusal_before(prepared)
    st.markdown(
        plain(
            _(
                "{file} becomes the execution in force. Earlier versions stay as they are.",
                file=given.name,
            )
        )
    )
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        if st.form_submit_button(
            _("Save the version"), type=session.main_button()
        ) and asked.attempt(
            lambda: execution.save(
                session.store(),
                session.who(),
                given.name,
                given.content,
                reason,
                based_on=based_on,
                key=prepared.key,
            ),
            _("The new version is in force."),
            look_again=lambda: (
                given,
                quarters.year(session.store(), session.who()).execution_id,
            ),
        ):
            st.session_state.pop(keys.EXECUTION_GIVEN, None)
            deed_dialog.close()
