"""National totals of the divisions against their limits, and who pushes which."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from budget.ui import keys, session
from budget.ui.centre_link import open_centre
from budget.ui.division_round import DivisionRound
from budget.ui.figures import picked, show
from budget.ui.text import plain
from budget.view import division_charts
from budget.view.divisions import Category, Push, binding_text
from budget.view.numbers import NOTHING, Numbers

MOST_BARS = 10
ROW = 30


def totals_section(present: DivisionRound, which: str) -> None:
    """The totals at the left, who pushes against a limit at the right."""
    _, numbers = session.words(), session.numbers()
    categories = present.categories(_)
    left, right = st.columns([0.58, 0.42], gap="large")
    with left:
        _totals(categories, present, numbers)
    with right:
        _pushes(categories, present, which, numbers)


def _totals(categories: Sequence[Category], present: DivisionRound, numbers: Numbers) -> None:
    _ = numbers.words
    title = limits_title(categories, numbers)
    st.markdown(f"**{plain(title)}**")
    show(division_charts.totals_against_limits(categories, title, numbers, session.chart_colours()))
    st.caption(plain(limits_key(numbers)))
    if present.submitted:
        st.caption(
            plain(
                _("Submitted plans count as they are, the proposal stands for the other centres.")
            )
        )
    with st.expander(_("Table of the picture"), icon=":material/table_rows:"):
        _table(categories, numbers)


def limits_title(categories: Sequence[Category], numbers: Numbers) -> str:
    """How far the categories are from their ceilings."""
    _ = numbers.words
    over = [found for found in categories if found.over]
    if over:
        return _(
            "The plans exceed the ceiling of {names}",
            names=", ".join(found.name for found in over),
        )
    bound = [found.name for found in categories if found.binds]
    if not bound:
        return _("Every category keeps its limits with room to spare")
    return _("At their national limit: {names}", names=", ".join(bound))


def limits_key(numbers: Numbers) -> str:
    """What the marks of the picture mean, and its unit; below it on the screen and in a file."""
    return numbers.words(
        "Bar: all centres together, in {unit}; ● a national limit binds. Thin line: by "
        "staff alone. Orange mark: ceiling; grey mark: minimum.",
        unit=numbers.unit_name,
    )


def _table(categories: Sequence[Category], numbers: Numbers) -> None:
    _ = numbers.words
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(
            {
                "name": found.name,
                "target": numbers.money(found.target),
                "total": numbers.money(found.total),
                "minimum": numbers.money(found.minimum) if found.minimum else NOTHING,
                "ceiling": numbers.money(found.ceiling),
                "planned": numbers.money(found.planned),
                "binds": binding_text(found.binds, _),
            }
            for found in categories
        ),
        column_config={
            "name": text(_("Division"), width=170, pinned=True),
            "target": text(_("By staff alone"), alignment="right", width=96),
            "total": text(_("Proposal"), alignment="right", width=96),
            "minimum": text(_("National minimum"), alignment="right", width=96),
            "ceiling": text(_("National ceiling"), alignment="right", width=96),
            "planned": text(_("With the submitted plans"), alignment="right", width=110),
            "binds": text(_("What binds"), width=110),
        },
        hide_index=True,
        row_height=ROW,
        height="content",
        key=keys.DIVISION_TOTALS,
        alt=_("Divisions over all centres against their national limits"),
    )


# --- who pushes which --------------------------------------------------------------------------


def _pushes(
    categories: Sequence[Category], present: DivisionRound, which: str, numbers: Numbers
) -> None:
    _ = numbers.words
    held = [found for found in categories if found.binds]
    if not held:
        st.info(
            _("No centre is pushed by a national limit: there is nobody to name."),
            icon=":material/balance:",
        )
        return
    chosen = next((found for found in held if found.id == which), held[0])
    if len(held) > 1:
        _which(held, chosen, numbers)
    pushes = present.pushes(chosen.id, _)
    title = push_title(chosen, pushes, numbers)
    st.markdown(f"**{plain(title)}**")
    strongest = pushes[:MOST_BARS]
    if not strongest:
        return
    figure = division_charts.pushers(strongest, title, numbers, session.chart_colours())
    centre = picked(figure, keys.DIVISION_MOVED)
    st.caption(plain(strongest_text(pushes, numbers) + " " + _("A click opens the centre.")))
    _where_it_went(chosen, present, numbers)
    if centre:
        open_centre(centre)


def push_title(found: Category, pushes: Sequence[Push], numbers: Numbers) -> str:
    """Who would have more (or less) of a category than its limit lets them."""
    _ = numbers.words
    moved = sum(push.excess for push in pushes)
    values = {
        "name": found.name,
        "count": len(pushes),
        "won": numbers.money_with_unit(abs(moved)),
    }
    if found.binds == "minimum":
        return _("{name}: the minimum draws {won} more from {count} centres", **values)
    return _("{name}: {count} centres push {won} above the ceiling", **values)


def strongest_text(pushes: Sequence[Push], numbers: Numbers) -> str:
    """What the bars of those who push are, and their unit; on the screen and in a file."""
    return numbers.words(
        "The {count} strongest of {all} centres, in {unit}: proposal → what staff and bands alone "
        "would give.",
        count=len(pushes[:MOST_BARS]),
        all=len(pushes),
        unit=numbers.unit_name,
    )


def _which(held: Sequence[Category], chosen: Category, numbers: Numbers) -> None:
    _ = numbers.words
    names = {found.id: found.name for found in held}
    st.session_state[keys.DIVISION_WHICH] = chosen.id
    st.radio(
        _("National limit that binds"),
        list(names),
        format_func=names.__getitem__,
        key=keys.DIVISION_WHICH,
        on_change=_choose_which,
        horizontal=True,
        label_visibility="collapsed",
    )


def _choose_which() -> None:
    st.query_params[keys.PART_PARAMETER] = st.session_state[keys.DIVISION_WHICH]


def _where_it_went(found: Category, present: DivisionRound, numbers: Numbers) -> None:
    """To which divisions the money of a category went, over all centres."""
    _ = numbers.words
    rows = present.table.pushed(found.id)
    names = {one.id: one.name for one in present.categories(_)}
    went = {
        name: int(rows[f"to_{division}_krw"].sum())
        for division, name in names.items()
        if division != found.id
    }
    told = ", ".join(f"{name} {numbers.change(amount)}" for name, amount in went.items() if amount)
    if told:
        st.markdown(
            plain(_("Where the money went ({unit}): {told}", unit=numbers.unit_name, told=told))
        )
