"""A centre's amount explained: the sentence, the waterfall, what would move it, its peers."""

import pandas as pd
import streamlit as st

from budget.allocation.explained import Explained
from budget.allocation.faults import N_
from budget.allocation.movers import Mover
from budget.ui import address, centre_notice, keys, session
from budget.ui.address import Parameter
from budget.ui.centre_context import Context
from budget.ui.centre_own import requests_of_centre
from budget.ui.figures import show
from budget.ui.text import plain
from budget.view import centre, centre_charts, movers, peers
from budget.view.movers import MoverLine
from budget.view.names import pool_name
from budget.view.numbers import WON, Numbers
from budget.view.parameters import capital

WAY = Parameter(
    keys.WAY_PARAMETER, address.one_of(centre.WAYS), N_("last_year or entitlement"), kept=keys.WAY
)


def explanation(found: Explained, context: Context) -> None:
    """Everything that explains the amount, the answer first."""
    numbers = session.numbers()
    _head(found, context, numbers)
    _amounts(found, numbers)
    left, right = st.columns([0.56, 0.44], gap="large")
    with left:
        _waterfall(found, numbers)
        _peers(found, context, numbers)
    with right:
        if context.movers:
            _movers(context.movers, numbers)
        requests_of_centre(context.facts)


def _head(found: Explained, context: Context, numbers: Numbers) -> None:
    _ = numbers.words
    with st.container(gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.subheader(plain(centre.headline(found, context.name, numbers)), anchor=False)
            if found.certified:
                st.badge(_("certified"), color="green", icon=":material/verified:")
            else:
                st.badge(_("not certified"), color="red", icon=":material/gpp_bad:")
            centre_notice.menu(found, context, numbers)
        st.markdown(plain(centre.sentence(found, numbers)))
        st.caption(plain(context.rules))


def _amounts(found: Explained, numbers: Numbers) -> None:
    """Each part of the total beside what it is compared with."""
    _ = numbers.words
    with st.container(horizontal=True, gap="medium", border=True):
        _amount(
            _("total"),
            numbers.money_with_unit(found.total),
            _("{share} of the envelope", share=numbers.percent(found.total / found.envelope, 2)),
        )
        for pool in found.pools:
            compared = (
                _("last year {amount}", amount=numbers.money(found.prior))
                if pool.name == found.main
                else _("entitlement {amount}", amount=numbers.money(pool.entitlement))
            )
            _amount(pool_name(pool.name, _), numbers.money_with_unit(pool.amount), compared)
        approved = sum(request.approved for request in found.funded)
        _amount(
            _("special needs"),
            numbers.money_with_unit(found.special_needs),
            _("approved {amount}", amount=numbers.money(approved)),
        )
        _amount(_("what binds"), centre.stops(found, _) or _("nothing"), "")


def _amount(name: str, value: str, compared: str) -> None:
    small = f" :small[:gray[{plain(compared)}]]" if compared else ""
    st.markdown(f"{plain(capital(name))}  \n**{plain(value)}**{small}", width="content")


# --- the waterfall ---------------------------------------------------------------------------


def _waterfall(found: Explained, numbers: Numbers) -> None:
    _ = numbers.words
    key = address.value(WAY) or centre.LAST_YEAR
    st.session_state[keys.WAY_SWITCH] = key
    st.segmented_control(
        _("Way to the total"),
        list(centre.WAYS),
        format_func=lambda way: capital(_(centre.WAYS[way])),
        key=keys.WAY_SWITCH,
        on_change=_choose_way,
        required=True,
        label_visibility="collapsed",
    )
    title = centre.waterfall_title(found, key, numbers)
    listed = centre.lines(found, key, _)
    st.markdown(f"**{plain(title)}**")
    st.caption(plain(_("In {unit}; small steps are in the table.", unit=numbers.unit_name)))
    show(centre_charts.waterfall(listed, title, numbers, session.chart_colours()))
    with st.expander(_("Table of the steps, in won"), icon=":material/table_rows:"):
        _steps(listed, numbers)


def _choose_way() -> None:
    chosen = st.session_state[keys.WAY_SWITCH]
    address.choose(WAY, None if chosen == centre.LAST_YEAR else chosen)


def _steps(listed: list[centre.Line], numbers: Numbers) -> None:
    """The steps to the won; the last line is the total that they sum to."""
    _ = numbers.words
    exact = Numbers(_, WON)
    st.dataframe(
        pd.DataFrame(
            {
                "step": capital(line.label),
                "change": "" if line.won is None else exact.change(line.won),
                "reached": exact.money(line.reached),
            }
            for line in listed
        ),
        column_config={
            "step": st.column_config.TextColumn(_("Step")),
            "change": st.column_config.TextColumn(_("Change (won)"), alignment="right"),
            "reached": st.column_config.TextColumn(_("Reached (won)"), alignment="right"),
        },
        hide_index=True,
        height="content",
        key=keys.STEP_TABLE,
        alt=_("Steps of the way, with what each changes and what has been reached"),
    )


# --- what would move it ----------------------------------------------------------------------


def _movers(moved: tuple[Mover, ...], numbers: Numbers) -> None:
    _ = numbers.words
    listed = [movers.mover_line(mover, numbers) for mover in moved]
    st.markdown(f"**{plain(movers.movers_title(listed, numbers))}**")
    st.caption(
        plain(_("Each change alone, everything else as it is; in {unit}.", unit=numbers.unit_name))
    )
    with st.container(border=True, gap="small"):
        for line in listed:
            _mover(line, numbers)


def _mover(line: MoverLine, numbers: Numbers) -> None:
    """What is changed and why not more at the left; change and new total at the right."""
    _ = numbers.words
    what = capital(line.what) + (f": {line.detail}" if line.detail else "")
    note = f"  \n:small[:gray[{plain(line.note)}]]" if line.note else ""
    with st.container(horizontal=True, horizontal_alignment="distribute", wrap=False, gap="small"):
        st.markdown(plain(what) + note)
        if line.difference is not None:
            total = _("total {amount}", amount=numbers.money(line.total))
            st.markdown(
                f"**{plain(numbers.change(line.difference))}**  \n:small[:gray[{plain(total)}]]",
                width="content",
                text_alignment="right",
            )


# --- peers -----------------------------------------------------------------------------------


def _peers(found: Explained, context: Context, numbers: Numbers) -> None:
    _ = numbers.words
    own = found.peers
    st.markdown(f"**{plain(peers.peers_title(own, context.name, numbers))}**")
    if own.own is None:
        return
    st.caption(plain(peers.peers_basis(own, numbers)))
    if not own.others:
        return
    names = peers.peer_names(own, context.names, _)
    show(centre_charts.peer_strip(own, context.name, names, numbers, session.chart_colours()))
    with st.expander(_("Table of the peers"), icon=":material/table_rows:"):
        median = own.median or 0
        rows = [(name, peer.per_head) for name, peer in zip(names, own.others, strict=True)]
        rows.append((f"▶ {context.name}", own.own))
        rows.sort(key=lambda row: -row[1])
        st.dataframe(
            pd.DataFrame(
                {
                    "centre": name,
                    "per_head": numbers.money(won),
                    "difference": numbers.percent_change(won / median - 1 if median else None),
                }
                for name, won in rows
            ),
            column_config={
                "centre": st.column_config.TextColumn(_("Centre")),
                "per_head": st.column_config.TextColumn(
                    _("Per weighted head ({unit})", unit=numbers.unit_name), alignment="right"
                ),
                "difference": st.column_config.TextColumn(
                    _("against the median"), alignment="right"
                ),
            },
            hide_index=True,
            height=min(36 * (len(rows) + 1), 320),
            key=keys.PEER_TABLE,
            alt=_("Peers with operating money per weighted head, the best funded first"),
        )
