"""The proposal for the fourth quarter: who gives, who gains and why; nothing is stored."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from budget.allocation.execution import Reading
from budget.allocation.moving import Moving, is_early, moving
from budget.ui import keys, quarters_execution, session
from budget.ui.centre_link import open_centre
from budget.ui.downloads import Contents, Picture, Sheet, downloads, may_see_figures
from budget.ui.figures import picked
from budget.ui.probe import centre_table, money_column, signed_columns
from budget.ui.text import plain
from budget.ui.year_shown import YearShown
from budget.view import moving as words
from budget.view import quarter_charts
from budget.view import quarters as view
from budget.view.colours import LIGHT
from budget.view.exports import stated_table
from budget.view.numbers import Numbers
from budget.view.words import Words


def part(shown: YearShown) -> None:
    """The proposal by the execution in force."""
    numbers = session.numbers()
    _ = numbers.words
    if not shown.year.executions:
        _needs_execution(_)
        return
    head = st.container()
    quarters_execution.controls(with_carry=True)
    read = quarters_execution.reading()
    found = shown.standings(read)
    _remarks(shown, is_early=is_early(found, shown.facts.fiscal_year), _=_)
    with st.spinner(_("Computing"), show_time=False):
        proposal = moving(shown.allocation, found, shown.allotted.running)
    _answer(shown, proposal, read, numbers, head)


def _needs_execution(_: Words) -> None:
    """What the proposal needs first, and where it is given."""
    st.info(
        plain(
            _(
                "The proposal needs execution to date: a table with what each centre has spent "
                "until a day. A planner uploads it in the part before this one."
            )
        ),
        icon=":material/upload_file:",
    )
    st.page_link(
        "pages/quarters.py",
        label=_("To execution to date"),
        icon=":material/arrow_forward:",
        query_params={keys.SECTION_PARAMETER: "execution", **session.address()},
        width="content",
    )


def _remarks(shown: YearShown, *, is_early: bool, _: Words) -> None:
    st.caption(
        plain(
            _(
                "A proposal only: nothing is stored and no allocation changes. Centres behind give "
                "what they will neither spend nor carry over; the operating pool is then split "
                "again by its own factors, adjustments, caps and bands, with what each centre has "
                "as its floor. Only centres that spend fast enough can gain. Special needs and the "
                "other pools stay."
            )
        )
    )
    if is_early:
        st.warning(
            plain(
                _(
                    "The execution is older than the end of the third quarter; read the proposal "
                    "as a preview."
                )
            ),
            icon=":material/schedule:",
        )
    if shown.is_of_the_future():
        st.warning(
            plain(_("The day until which spending is counted lies in the future.")),
            icon=":material/event_upcoming:",
        )


def _answer(
    shown: YearShown, proposal: Moving, read: Reading, numbers: Numbers, head: DeltaGenerator
) -> None:
    """Who gives and who gains.

    Args:
        head: where the finding stands, above the controls.
    """
    _ = numbers.words
    title = words.moving_title(proposal, numbers)
    with head, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(plain(title), anchor=False)
        if proposal.split is not None:
            _badge(proposal, _)
            downloads(partial(_contents, shown, proposal, read, title, numbers))
    for sentence in words.unmoved_sentences(proposal, numbers):
        st.markdown(f"- {plain(sentence)}")
    if proposal.split is None and proposal.held:
        return
    if proposal.split is None:
        st.info(
            plain(
                _(
                    "No centre is behind with money that it will neither spend nor carry over. "
                    "With a higher share above, more centres count as behind."
                )
            ),
            icon=":material/check:",
        )
        return
    chosen = picked(
        quarter_charts.moving_bars(proposal, shown.names, numbers, session.chart_colours()),
        keys.MOVING_CHART,
    )
    st.caption(
        plain(
            _(
                "Change of operating money by centre, {unit}. A click opens the centre.",
                unit=numbers.unit_name,
            )
        )
    )
    centre_table(
        words.moving_rows(proposal, shown.names, numbers),
        {
            "centre": st.column_config.TextColumn(_("Centre"), pinned=True, width=130),
            "before": money_column(_("As allocated"), numbers, 92),
            **signed_columns(_("gains"), _("gives"), numbers.unit.digits, numbers),
            "after": money_column(_("As proposed"), numbers, 92),
            "fourth": money_column(_("Quarter 4 now"), numbers, 104),
            "fourth_after": money_column(_("Quarter 4 then"), numbers, 104),
            "taken_back": money_column(_("Taken back"), numbers, 86),
            "why": st.column_config.TextColumn(_("Why"), width=500),
        },
        keys.MOVING_TABLE,
        _("Table of the centres with what each gives or gains and why"),
        numbers.unit_name,
    )

    if chosen:
        open_centre(chosen)


def _badge(proposal: Moving, _: Words) -> None:
    """Whether the new split is proven."""
    if proposal.is_certified:
        st.badge(_("certified"), color="green", icon=":material/verified:")
    else:
        st.badge(_("not certified"), color="red", icon=":material/gpp_bad:")


def _contents(
    shown: YearShown, proposal: Moving, read: Reading, title: str, numbers: Numbers
) -> Contents:
    _ = numbers.words
    name = _("Proposal for the fourth quarter")
    return Contents(
        name="proposal",
        scenario="" if shown.is_published else "preview",
        provenance=shown.provenance(_),
        check=may_see_figures(),
        sheets=[
            Sheet("proposal", name, lambda: words.moving_table(proposal, shown.names, numbers)),
        ],
        pictures=[
            Picture(
                "proposal",
                name,
                title,
                _("A proposal only; nothing is stored."),
                lambda: quarter_charts.moving_bars(proposal, shown.names, numbers, LIGHT),
            )
        ],
        further=lambda: [stated_table(view.stated(shown.year.profile, read, numbers), _)],
        hashes=shown.hashes,
    )
