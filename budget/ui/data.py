"""The data of the round on the screen: the version in force, uploads, versions, definitions."""

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import data_dictionary, data_requests, data_upload, data_versions, keys, session
from budget.ui.text import plain
from budget.view.words import Words
from budget.workflow import saved_data
from budget.workflow.roles import Verb
from budget.workflow.rounds import RoundFacts
from budget.workflow.saved_data import Version

SECTIONS = {
    "upload": N_("Upload"),
    "requests": N_("Requests"),
    "versions": N_("Versions"),
    "definitions": N_("Templates and definitions"),
}
DEEDS = frozenset({"upload", "requests"})
"""Parts for those who may change the data."""


def data_page(round_: RoundFacts) -> None:
    """The version in force, then one of the parts of the page, by the address.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    _ = session.words()
    versions = saved_data.versions(session.store(), session.who())
    present = next(version for version in versions if version.is_present)
    may_upload = session.person().may(Verb.SAVE_DATA)
    _in_force(present, round_, _)
    section = _section(_, may_upload=may_upload)
    if section == "upload":
        if round_.state == "published":
            st.info(
                _("The round is published: its data are final. All versions can be downloaded."),
                icon=":material/lock:",
            )
        else:
            data_upload.upload(round_)
    elif section == "requests":
        data_requests.requests(round_)
    elif section == "versions":
        data_versions.versions_table(versions, round_, may_restore=may_upload)
    else:
        data_dictionary.definitions()
    data_upload.dialogs()
    data_requests.dialogs()


def _in_force(present: Version, round_: RoundFacts, _: Words) -> None:
    """Which version counts: number, centres, who, when, hash."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            "**"
            + plain(
                _(
                    "In force: version {number}, {count} centres",
                    number=present.number,
                    count=present.centres,
                )
            )
            + "**",
            width="content",
        )
        if not round_.illustrative:
            st.badge(_("the Ministry's own figures"), color="green", icon=":material/verified:")
        st.caption(
            plain(f"{data_versions.origin(present, _)} · SHA-256 {present.sha256[:12]}…"),
            width="content",
        )
        data_versions.download(present, round_, _("Download (CSV)"), "head")


def _section(_: Words, *, may_upload: bool) -> str:
    """Which part is shown; the address says it."""
    offered = [name for name in SECTIONS if may_upload or name not in DEEDS]
    asked = st.query_params.get(keys.SECTION_PARAMETER, "")
    chosen = asked if asked in offered else offered[0]
    name = keys.asked(keys.SECTION_PARAMETER)
    st.session_state[name] = chosen
    st.segmented_control(
        _("Part of the page"),
        offered,
        format_func=lambda key: _(SECTIONS[key]),
        key=name,
        on_change=_choose_section,
        required=True,
        label_visibility="collapsed",
    )
    return chosen


def _choose_section() -> None:
    st.query_params[keys.SECTION_PARAMETER] = st.session_state[keys.asked(keys.SECTION_PARAMETER)]
