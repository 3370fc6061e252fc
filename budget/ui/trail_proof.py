"""Prove the audit trail, and export it: the dialogs of the audit page."""

import streamlit as st

from budget.allocation.faults import InputError
from budget.ui import session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.server import EXPORT_SECONDS, export_link
from budget.ui.text import plain
from budget.view import trail
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import proving, records
from budget.workflow.proving import Proof


def verification(prepared: Prepared) -> None:
    """Prove the trail at once; then, if wanted, against a record that was written down."""
    _ = session.words()
    asked = Fields(prepared)
    verdict = st.container()
    with st.form(prepared.field("form"), border=True, enter_to_submit=False):
        st.markdown(f"**{plain(_('Compare with a record written down earlier'))}**")
        st.caption(
            _(
                "Whoever cuts records off the end leaves a whole trail. A number and hash kept "
                "elsewhere also proves that nothing is missing."
            )
        )
        with st.container(horizontal=True, vertical_alignment="top", gap="small"):
            with st.container(width=110, gap="xsmall"):
                number = asked.text("number", _("Number"), 9)
            with st.container(width="stretch", gap="xsmall"):
                hash_ = asked.text("hash", _("Hash"), 80, placeholder=_("64 digits"))
        compares = st.form_submit_button(_("Verify and compare"), icon=":material/compare_arrows:")
    number, hash_ = number.strip(), hash_.strip().lower()
    expected = None
    if compares or number or hash_:
        digits = number.isascii() and number.isdigit()
        expected = (int(number) if digits else 0, hash_)
    with verdict:
        try:
            with st.spinner(_("Checking every record …"), show_time=True):
                proof = proving.verify(session.store(), session.who(), expected)
        except InputError as error:
            asked.faults(error.faults, _)
        else:
            _tell(proof, expected, _)


def _tell(proof: Proof, expected: tuple[int, str] | None, _: Words) -> None:
    """The verdict, with the number and hash to be written down."""
    chain = proof.trail
    if chain.broken is not None:
        st.error(
            plain(_(proving.BROKEN, number=chain.broken, why=_(chain.why))),
            icon=":material/gpp_bad:",
        )
        st.markdown(
            plain(
                _(
                    "Please keep the database as it is, tell the administrator, and compare with "
                    "the last backup."
                )
            )
        )
        return
    for kind, identifier in proof.contents:
        st.error(
            plain(
                _(
                    proving.NOT_AS_RECORDED,
                    kind=capital(_(trail.KINDS.get(kind, kind))),
                    id=identifier,
                )
            ),
            icon=":material/gpp_bad:",
        )
    if not proof.is_whole:
        return
    said = _.ngettext(
        "The trail is whole: {records} record.",
        "The trail is whole: {records} records.",
        chain.records,
        records=f"{chain.records:,}",
    )
    if expected is not None:
        said += " " + _("Record {number} is the one that was written down.", number=expected[0])
    st.success(plain(said), icon=":material/verified_user:")
    st.caption(_("Number and hash of the last record. Keep them outside this program:"))
    st.code(f"{chain.records}:{chain.last_hash}", language=None, wrap_lines=True)


# --- export ------------------------------------------------------------------------------------


def export(prepared: Prepared) -> None:
    """Record the export with its reason; then the link, for this person and five minutes."""
    _ = session.words()
    wanted, count = prepared.seen
    asked = Fields(prepared)
    st.markdown(
        plain(
            _.ngettext(
                "{count} record that matches the filters, as CSV. The export and its reason are "
                "recorded first.",
                "{count} records that match the filters, as CSV. The export and its reason are "
                "recorded first.",
                count,
            )
        )
    )
    ready = st.session_state.get(prepared.field("ready"), False)
    if not ready:
        with st.form(prepared.field("form"), border=False, enter_to_submit=False):
            reason = asked.reason()
            if st.form_submit_button(
                _("Record and prepare the file"),
                type=session.main_button(),
                icon=":material/download:",
            ):
                ready = asked.attempt(
                    lambda: records.export(
                        session.store(), session.who(), wanted, reason, key=prepared.key
                    ),
                    "",
                )
                if ready:
                    st.session_state[prepared.field("ready")] = True
                    st.rerun()
        return
    st.success(_("The export is recorded."), icon=":material/check_circle:")
    st.link_button(
        _("Download the file"),
        export_link(wanted, prepared.key, session.who()),
        type=session.main_button(),
        icon=":material/download:",
    )
    st.caption(
        _(
            "The link is for you alone and works for {minutes} minutes. It gives the records up "
            "to this export.",
            minutes=EXPORT_SECONDS // 60,
        )
    )
