"""The guides on the screen: which one, its contents, its sections with the pages they speak of."""

import streamlit as st

from budget.files.guides import GUIDES, Picture, Section, read_guide
from budget.ui import keys, session
from budget.workflow.roles import Role

WIDTH = 860
"""Pixels; longer lines are hard to read."""
FIRST = {Role.CENTRE_HEAD: "centre_head", Role.ADMINISTRATOR: "operator"}
"""Which guide somebody sees first; the others the planners'."""


def guide_page() -> None:
    """A guide: its contents at the left, its text at the right."""
    _ = session.words()
    chosen = _chosen()
    found = read_guide(chosen, _.language)
    left, right = st.columns([0.24, 0.76], gap="large")
    with left, st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Contents')}**")
        lines = [f"- [{part.title}](#{_anchor(at)})" for at, part in enumerate(found.sections)]
        st.markdown("\n".join(lines))
    with right, st.container(width=WIDTH):
        st.header(found.title, anchor=False)
        _section(found.before)
        for at, part in enumerate(found.sections):
            st.subheader(part.title, anchor=_anchor(at))
            _section(part)


def _chosen() -> str:
    """Which guide is shown; the address says it, else the reader's role."""
    _ = session.words()
    asked = st.query_params.get(keys.SECTION_PARAMETER, "")
    own = next((FIRST[role] for role in FIRST if session.person().has(role)), "planner")
    chosen = asked if asked in GUIDES else own
    name = keys.asked(keys.SECTION_PARAMETER)
    st.session_state[name] = chosen
    st.segmented_control(
        _("Guide"),
        list(GUIDES),
        format_func=lambda key: _(GUIDES[key]),
        key=name,
        on_change=_choose,
        required=True,
        label_visibility="collapsed",
    )
    return chosen


def _choose() -> None:
    st.query_params[keys.SECTION_PARAMETER] = st.session_state[keys.asked(keys.SECTION_PARAMETER)]


def _anchor(at: int) -> str:
    return f"part-{at + 1}"


def _section(part: Section) -> None:
    """Text and pictures; then the way to the pages that the text speaks of."""
    for one in part.parts:
        if isinstance(one, Picture):
            st.image(one.path, caption=one.meaning, alt=one.meaning)
        else:
            st.markdown(one)
    if not part.pages:
        return
    with st.container(horizontal=True, gap="small"):
        for page, label in part.pages.items():
            st.page_link(
                f"pages/{page}.py",
                label=label,
                icon=":material/arrow_forward:",
                query_params=session.address(),
                width="content",
            )
