"""A file of requests on the screen: checked, then taken over as submitted."""

import pandas as pd
import streamlit as st

from budget.files.uploads.definitions import REQUESTS
from budget.files.uploads.reading import Upload
from budget.files.uploads.sheets import MOST_BYTES
from budget.ui import deed_dialog, keys, session
from budget.ui.data_upload import Given, faults, remarks, rounds_version
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.workflow import data_requests
from budget.workflow.fields import CATEGORIES
from budget.workflow.rounds import RoundFacts

TAKE_OVER = "take_over_requests"


def requests(round_: RoundFacts) -> None:
    """The place for a file of requests, and what is in it."""
    numbers = session.numbers()
    _ = numbers.words
    st.markdown(
        plain(
            _(
                "Centres write their requests themselves. Requests that reached the Ministry on "
                "another way can be taken over from a file: they count as submitted, are reviewed "
                "like all others, and nobody who uploads them decides on them."
            )
        )
    )
    if round_.state not in data_requests.OPEN:
        st.info(_(data_requests.CLOSED), icon=":material/lock:")
        return
    uploads = st.session_state.setdefault(keys.DATA_REQUEST_UPLOADS, 0)
    uploaded = st.file_uploader(
        _("Table of requests: a workbook (.xlsx) or CSV"),
        max_upload_size=MOST_BYTES // 1024**2,
        key=keys.data_upload_requests(uploads),
    )
    if uploaded is not None:
        given_now = Given(uploaded.name, uploaded.getvalue())
        st.session_state[keys.DATA_REQUESTS_GIVEN] = given_now
        st.session_state[keys.DATA_REQUEST_UPLOADS] = uploads + 1
        st.rerun()
    given = st.session_state.get(keys.DATA_REQUESTS_GIVEN)
    if not isinstance(given, Given):
        st.info(
            _("Nothing is uploaded yet. The template stands under “Templates and definitions”."),
            icon=":material/upload_file:",
        )
        return
    with st.spinner(_("Checking the file …")):
        found = _checked(session.who(), rounds_version(), given.name, given.content)
    remarks(found, keys.DATA_REQUESTS_GIVEN)
    if found.faults:
        faults(found, REQUESTS)
        return
    _listed(found, numbers)
    deed_dialog.opener(
        TAKE_OVER,
        _.ngettext("Take {count} request over…", "Take {count} requests over…", len(found.table)),
        seen=given,
        type=session.main_button(),
        icon=":material/move_to_inbox:",
    )


@st.cache_resource(max_entries=8, show_spinner=False)
def _checked(who: str, version: str, name: str, content: bytes) -> Upload:
    return data_requests.checked_requests(session.store(), who, name, content)


def _listed(found: Upload, numbers: Numbers) -> None:
    """What would be taken over, with its sum."""
    _ = numbers.words
    won = [int(cell) for cell in found.table["requested_krw"]]
    st.markdown(
        "**"
        + plain(
            _.ngettext(
                "{count} request over {won}",
                "{count} requests over {won}",
                len(won),
                won=numbers.money_with_unit(sum(won)),
            )
        )
        + "**"
    )
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(
            {
                "id": found.table["request_id"],
                "centre": found.table["centre_id"],
                "category": [_(CATEGORIES[cell]) for cell in found.table["category"]],
                "title": found.table["title"],
                "krw": [numbers.money(amount) for amount in won],
            }
        ),
        column_config={
            "id": text(_("Request"), width=110),
            "centre": text(_("Centre"), width=80),
            "category": text(_("Category"), width=100),
            "title": text(_("Title"), width="large"),
            "krw": text(f"{_('Requested')} ({numbers.unit_name})", width=130, alignment="right"),
        },
        hide_index=True,
        height="content" if len(won) < 10 else 330,
        row_height=28,
        alt=_("Requests that would be taken over"),
    )


def dialogs() -> None:
    """The dialog that confirms it, while it is open."""
    _ = session.words()
    deed_dialog.show(TAKE_OVER, _("Take requests over"), _take_over, width="medium")


def _take_over(prepared: Prepared) -> None:
    _ = session.words()
    given: Given = prepared.seen
    asked = Fields(prepared)
    st.markdown(plain(_("The requests of {file} are taken over as submitted.", file=given.name)))
    with st.form(prepared.field("form"), border=False, enter_to_submit=False):
        reason = asked.reason()
        if st.form_submit_button(_("Take over"), type=session.main_button()) and asked.attempt(
            lambda: data_requests.take_over(
                session.store(),
                session.who(),
                given.name,
                given.content,
                reason,
                key=prepared.key,
            ),
            _("The requests stand in the queue."),
        ):
            st.session_state.pop(keys.DATA_REQUESTS_GIVEN, None)
            deed_dialog.close()
