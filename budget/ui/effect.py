"""What approving a request costs whom, before it is confirmed: gauge, payers, sum to the won."""

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

import budget
from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import InputError
from budget.allocation.result import Allocation
from budget.ui import session
from budget.ui.downloads import Contents, downloads
from budget.ui.effect_files import effect_contents
from budget.ui.figures import show
from budget.ui.results import certificate_badge
from budget.ui.round import steady
from budget.ui.text import plain
from budget.view import effect as view
from budget.view import effect_charts
from budget.view.effect import Effect
from budget.view.notices import conflict_sentence
from budget.view.numbers import WON, Numbers
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import round_inputs
from budget.workflow.needs_seen import Need
from budget.workflow.roles import Verb
from budget.workflow.round_inputs import RoundInputs

ROW = 28
"""Pixels of a row of a table."""
TABLE_HEIGHT = 260
WIDTHS = (0.58, 0.42)
"""The bars, and the sum."""
SWATCHES = {"others": "gray", "own": "blue", "left": "gray", "cut": "orange"}
MARKS = {"others": "■", "own": "■", "left": "□", "cut": "■"}


# --- the two allocations -------------------------------------------------------------------------


def inputs() -> tuple[str, RoundInputs]:
    """The round's inputs with the approved requests alone, and a text that names this version.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    where = session.store().engine.url.render_as_string(hide_password=True)
    return steady(lambda figures: (f"{where} {figures}", _inputs(f"{where} {figures}", figures)))


def unit() -> int:
    """Every approved amount is a multiple of it, in won."""
    return inputs()[1].baseline.policy.unit


def provinces() -> dict[str, str]:
    """Each centre's province; nothing for whoever may not see the table of centres."""
    if not session.person().may(Verb.SEE_FIGURES):
        return {}
    version, given = inputs()
    return _provinces(version, given)


@st.cache_resource(max_entries=4, show_spinner=False)
def _provinces(version: str, _given: RoundInputs) -> dict[str, str]:
    table = _given.centres
    return dict(zip(table["centre_id"], table["province"], strict=True))


@st.cache_resource(max_entries=4, show_spinner=False)
def _inputs(version: str, _figures: str) -> RoundInputs:
    return round_inputs.inputs(session.store(), session.who(), "approved", version=_figures)


@st.cache_resource(max_entries=64, show_spinner=False)
def _outcome(
    version: str, need_id: str, amount: int | None, _given: RoundInputs
) -> Allocation | InputError | InfeasiblePolicy:
    """The allocation with a request approved at an amount, or (None) not approved."""
    try:
        requests = round_inputs.with_amount(_given.requests, need_id, amount)
        return budget.allocate(_given.centres, _given.baseline.policy, requests)
    except (InputError, InfeasiblePolicy) as error:
        return error


def _allocation(need: Need, amount: int | None, version: str, given: RoundInputs) -> Allocation:
    """The same.

    Raises:
        InputError: if the amount cannot be approved.
        InfeasiblePolicy: if the rules contradict each other.
    """
    is_in = amount is None and need.approved_krw is None
    found = _outcome(version, "" if is_in else need.id, amount, given)
    if isinstance(found, Exception):
        raise found.with_traceback(None)
    return found


# --- on the screen -------------------------------------------------------------------------------


def effect(need: Need, amount: int) -> Effect | None:
    """The ceiling with and without the request, and who gets less for it.

    Returns:
        What `behind` shows in tables; None if there is no result.

    Raises:
        Forbidden: for whoever may not see the allocation.
    """
    _, numbers = session.words(), session.numbers()
    version, given = inputs()
    with st.spinner(_("Computing"), show_time=False):
        try:
            without = _allocation(need, None, version, given)
        except InfeasiblePolicy as error:
            _no_result(
                _("The baseline's rules contradict each other, so nobody can say what this costs."),
                error,
                numbers,
            )
            return None
        try:
            with_it = _allocation(need, amount, version, given)
        except InfeasiblePolicy as error:
            _no_result(
                _("With this request the baseline's rules contradict each other."), error, numbers
            )
            return None
    found = view.effect(without, with_it, need.id, _)
    _ceiling(found, numbers)
    offered = partial(
        effect_contents, found, with_it, given.baseline, _ceiling_title(found, numbers)
    )
    _costs(found, with_it, offered, numbers)
    return found


def _no_result(text: str, error: InfeasiblePolicy, numbers: Numbers) -> None:
    st.error(
        f"**{plain(text)}**  \n{plain(conflict_sentence(error.conflict, numbers))}",
        icon=":material/block:",
    )


def _ceiling(found: Effect, numbers: Numbers) -> None:
    """The gauge, and its parts before and after as figures."""
    _ = numbers.words
    with st.container(gap="xsmall"):
        st.markdown(f"**{plain(_ceiling_title(found, numbers))}**")
        show(effect_charts.gauge(found, numbers, session.chart_colours()))
        with st.container(horizontal=True, gap="medium"):
            before = view.standing_parts(found.before)
            now = view.standing_parts(found.now)
            for key, label in view.SEGMENTS:
                moved = now[key] - before[key]
                beside = f" :small[:gray[({plain(numbers.change(moved))})]]" if moved else ""
                st.markdown(
                    f":{SWATCHES[key]}[{MARKS[key]}] {plain(_(label))}  \n"
                    f"**{plain(numbers.money_with_unit(now[key]))}**{beside}",
                    width="content",
                )


def _ceiling_title(found: Effect, numbers: Numbers) -> str:
    """What the ceiling leaves."""
    _ = numbers.words
    if found.now.cut:
        return _(
            "Over the ceiling: {approved} approved against {ceiling}, {cut} not funded",
            ceiling=numbers.money_with_unit(found.now.ceiling),
            cut=numbers.money_with_unit(found.now.cut),
            approved=numbers.money_with_unit(found.now.approved),
        )
    return _(
        "Within the ceiling: {approved} approved against {ceiling}, {left} left",
        ceiling=numbers.money_with_unit(found.now.ceiling),
        left=numbers.money_with_unit(found.now.left),
        approved=numbers.money_with_unit(found.now.approved),
    )


def _costs(
    found: Effect, with_it: Allocation, offered: Callable[[], Contents], numbers: Numbers
) -> None:
    """In a sentence, as named bars, and as a sum to the won; with what can be downloaded."""
    _ = numbers.words
    with st.container(gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(view.effect_title(found, numbers)), anchor=False, width="content")
            certificate_badge(with_it, _)
            st.space("stretch")
            downloads(offered)
        details = view.effect_details(found, numbers)
        if details:
            st.caption(plain(details))
        if not found.payers:
            _equality(found, _)
            return
        left, right = st.columns(WIDTHS, gap="medium", vertical_alignment="center")
        with left:
            show(effect_charts.payers(found, numbers, session.chart_colours()))
        with right:
            _equality(found, _)


def _equality(found: Effect, _: Words) -> None:
    """What it gets is what others get less, to the won."""
    exact = Numbers(_, WON)
    parts = view.steps(found, _)
    lines = [(_("this request gets"), found.gets), *parts]
    with st.container(border=True, gap=None):
        for position, (name, won) in enumerate(lines):
            mark = "**" if position == 0 else ""
            with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
                st.markdown(f":small[{mark}{plain(capital(name))}{mark}]", width="content")
                st.markdown(
                    f":small[{mark}{plain(exact.money_with_unit(won))}{mark}]",
                    width="content",
                    text_alignment="right",
                )
        if found.is_balanced:
            text, colour, icon = _("The sums agree to the won."), "green", "check"
        else:
            text = _("The sums do not agree. Please tell the administrator.")
            colour, icon = "red", "error"
        st.markdown(f":{colour}[:small[:material/{icon}: {plain(text)}]]")


def behind(found: Effect) -> None:
    """The tables behind the bars: every request and every centre that changes."""
    _, numbers = session.words(), session.numbers()
    if found.requests:
        with st.expander(
            _.ngettext(
                "{count} other request changes",
                "{count} other requests change",
                len(found.requests),
            ),
            icon=":material/swap_vert:",
        ):
            _requests(found, numbers)
    changed = view.centres_table(found, numbers)
    if not changed.empty:
        with st.expander(
            _.ngettext(
                "{count} other centre changes, in won",
                "{count} other centres change, in won",
                len(changed),
            ),
            icon=":material/table_rows:",
        ):
            _centres(changed, numbers)


def _requests(found: Effect, numbers: Numbers) -> None:
    _ = numbers.words
    text = st.column_config.TextColumn
    money = capital(_(numbers.unit.label))
    st.caption(plain(_("Money in {unit}", unit=money)))
    st.dataframe(
        view.requests_table(found, numbers),
        column_config={
            "request": text(_("Request"), width=110),
            "centre": text(_("Centre"), width=96),
            "priority": text(_("Priority"), alignment="right", width=66),
            "approved": text(_("Approved"), alignment="right", width=84),
            "before": text(_("Funded without it"), alignment="right", width=110),
            "now": text(_("Funded with it"), alignment="right", width=96),
            "change": text(_("Change"), alignment="right", width=84),
        },
        hide_index=True,
        row_height=ROW,
        height="content" if len(found.requests) < 9 else TABLE_HEIGHT,
        alt=_("Other requests whose funding changes"),
    )


def _centres(rows: pd.DataFrame, numbers: Numbers) -> None:
    _ = numbers.words
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "centre": text(_("Centre"), width=110),
            "province": text(_("Province"), width=66),
            "before": text(_("Total without it"), alignment="right", width=116),
            "now": text(_("Total with it"), alignment="right", width=116),
            "regular": text(_("Change of its pools"), alignment="right", width=116),
            "special": text(_("Change of special needs"), alignment="right", width=116),
            "change": text(_("Change"), alignment="right", width=104),
            "rate": text(_("Change (%)"), alignment="right", width=84),
        },
        hide_index=True,
        row_height=ROW,
        height="content" if len(rows) < 9 else TABLE_HEIGHT,
        alt=_("Other centres whose money changes"),
    )
