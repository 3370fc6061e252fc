"""What an upload would change: centres, figures by size, suspicious jumps, money by the rules."""

import pandas as pd
import streamlit as st

from budget.allocation.contract import STAFF
from budget.allocation.revision import FigureChange
from budget.files.uploads.definitions import CENTRES
from budget.ui import data_moves, keys, session
from budget.ui.text import plain
from budget.view import data as words_of_data
from budget.view.data import (
    Names,
    figure_table,
    figure_text,
    headline,
    jump_rule,
    name_of,
    text_table,
    total_table,
)
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow.data_checking import Preview

TITLES = {column.name: column.column.meaning for column in CENTRES.columns}
MOST_HEIGHT = 330
NAMED = 5
"""Centres that gain most, and as many that lose most, are named."""


def names_of(seen: Preview) -> dict[str, tuple[str, str]]:
    """Every centre of either table by its Korean and English name."""
    found = {}
    for table in (seen.before, seen.uploaded):
        for row in table.to_dict("records"):
            found[str(row["centre_id"])] = (str(row["name_ko"]), str(row["name_en"]))
    return found


def short_name(centre_id: str, names: Names, _: Words) -> str:
    """A centre by its short name and id."""
    return name_of(centre_id, names, _)


def summary(seen: Preview) -> None:
    """What changes, in a few lines, for whoever confirms it."""
    numbers = session.numbers()
    _ = numbers.words
    st.markdown(f"**{plain(headline(seen.revision, _))}**")
    lines = []
    if seen.revision.jumps:
        lines.append(
            _.ngettext(
                "{count} suspicious change", "{count} suspicious changes", len(seen.revision.jumps)
            )
        )
    if seen.passed:
        lines.append(data_moves.passed_text(seen, numbers))
    if seen.left_out:
        lines.append(data_moves.left_out_text(seen, numbers))
    if not seen.is_feasible:
        lines.append(_("The baseline's rules contradict each other with this table."))
    if seen.scenarios:
        lines.append(_count_text(seen, _))
    if lines:
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def preview(seen: Preview, names: Names) -> None:
    """Everything that changes against the version in force."""
    numbers = session.numbers()
    _ = numbers.words
    found = seen.revision
    st.subheader(plain(headline(found, _)), anchor=False)
    _totals(seen, numbers)
    if found.is_empty:
        return
    _warnings(seen, names, numbers)
    if found.jumps:
        _jumps(found.jumps, names, numbers)
    _centres(seen, names, numbers)
    _figures(seen, names, numbers)
    _effect(seen, names, numbers)


def _totals(seen: Preview, numbers: Numbers) -> None:
    """The country before and after: heads, jobseekers, last year's money."""
    _ = numbers.words
    by_name = {change.column: change for change in seen.revision.totals}
    staff = [by_name[name] for name in STAFF]
    shown = [
        (
            capital(_("number of centres")),
            f"{len(seen.after):,}",
            f"{len(seen.before):,}",
        ),
        (
            _("Staff"),
            numbers.number(sum(change.new for change in staff)),
            numbers.number(sum(change.old for change in staff)),
        ),
    ]
    for column in ("registered_jobseekers", "prior_operating_krw"):
        change = by_name[column]
        unit = f" ({numbers.unit_name})" if words_of_data.is_money(column) else ""
        shown.append(
            (
                f"{_(TITLES[column])}{unit}",
                figure_text(column, change.new, numbers),
                figure_text(column, change.old, numbers),
            )
        )
    with st.container(horizontal=True, gap="large"):
        for label, new, old in shown:
            st.metric(
                plain(label),
                new,
                delta=plain(_("before: {value}", value=old)),
                delta_color="off",
                delta_arrow="off",
                width="content",
            )


def _warnings(seen: Preview, names: Names, numbers: Numbers) -> None:
    _ = numbers.words
    if not seen.is_feasible:
        st.warning(
            _(
                "With this table the baseline's rules contradict each other. It can be saved; "
                "Allocate then names the conflict and its remedies."
            ),
            icon=":material/block:",
        )
    if seen.scenarios:
        st.info(plain(_count_text(seen, _)), icon=":material/tag:")
    data_moves.moves(seen, names, numbers)


def _count_text(seen: Preview, _: Words) -> str:
    return _(
        "The rules state the number of centres: {old}. Saving makes a new version of these "
        "scenarios that states {new}: {names}",
        old=len(seen.before),
        new=len(seen.after),
        names=", ".join(_.name(name) for name in seen.scenarios),
    )


def _jumps(jumps: tuple[FigureChange, ...], names: Names, numbers: Numbers) -> None:
    _ = numbers.words
    st.warning(
        plain(
            _.ngettext(
                "{count} suspicious change: please look at it",
                "{count} suspicious changes: please look at them",
                len(jumps),
            )
        ),
        icon=":material/priority_high:",
    )
    _figure_frame(jumps, names, numbers, keys.DATA_JUMPS, has_reason=True)
    st.caption(plain(jump_rule(numbers)))


def _figure_frame(
    changes: tuple[FigureChange, ...],
    names: Names,
    numbers: Numbers,
    key: str,
    *,
    has_reason: bool = False,
) -> None:
    _ = numbers.words
    table = figure_table(changes, names, TITLES, numbers)
    if not has_reason:
        table = table.drop(columns="suspicion")
    text = st.column_config.TextColumn
    st.dataframe(
        table,
        column_config={
            "centre": text(_("Centre"), width=150, pinned=True),
            "column": text(_("Figure"), width=130),
            "old": text(_("before"), width=80, alignment="right"),
            "new": text(_("after"), width=80, alignment="right"),
            "change": text(_("Change"), width=80, alignment="right"),
            "suspicion": text(_("Why it stands out"), width="large"),
        },
        hide_index=True,
        height="content" if len(table) < 10 else MOST_HEIGHT,
        row_height=28,
        key=key,
        alt=_("Changed figures, the largest first"),
    )


def _centres(seen: Preview, names: Names, numbers: Numbers) -> None:
    """Which centres come, close and are renamed."""
    _ = numbers.words
    found = seen.revision
    successors = {takeover.closed: takeover for takeover in found.takeovers}
    lines = []
    for centre_id in found.added:
        lines.append(_("New: {centre}", centre=name_of(centre_id, names, _)))
    for centre_id in found.closed:
        takeover = successors.get(centre_id)
        if takeover is None:
            lines.append(_("Closed: {centre}", centre=name_of(centre_id, names, _)))
        else:
            lines.append(
                _(
                    "Merged: {centre} → {successor}; last year's operating money is now {won}",
                    centre=name_of(centre_id, names, _),
                    successor=name_of(takeover.successor, names, _),
                    won=numbers.money_with_unit(_prior_of(seen, takeover.successor)),
                )
            )
    for change in found.renamed:
        lines.append(
            _(
                "Renamed: {centre}: “{old}” → “{new}”",
                centre=change.centre_id,
                old=change.old,
                new=change.new,
            )
        )
    if lines:
        st.markdown("\n".join(f"- {plain(line)}" for line in lines))


def _prior_of(seen: Preview, centre_id: str) -> int:
    table = seen.after.set_index("centre_id")
    return int(str(table.loc[centre_id, "prior_operating_krw"]) or 0)


def _figures(seen: Preview, names: Names, numbers: Numbers) -> None:
    _ = numbers.words
    found = seen.revision
    if found.figures:
        st.markdown(f"**{plain(_('Figures by the size of their change'))}**")
        st.caption(
            plain(
                _(
                    "Money in {unit}. Sizes of people, points and money are made comparable by the "
                    "size from which a change stands out.",
                    unit=numbers.unit_name,
                )
            )
        )
        _figure_frame(found.figures, names, numbers, keys.DATA_FIGURES)
    text = st.column_config.TextColumn
    dropped = [name for name in seen.before.columns if name not in seen.uploaded.columns]
    ended = words_of_data.column_names(", ".join(dropped), _)
    if dropped:
        st.info(
            plain(
                _.ngettext(
                    "{count} further column is not in the file and ends with this version: {names}",
                    "{count} further columns are not in the file and end with this version: "
                    "{names}",
                    len(dropped),
                    names=ended,
                )
            ),
            icon=":material/view_column:",
        )
    texts = tuple(change for change in found.texts if change.column not in dropped)
    if texts:
        with st.expander(
            plain(_.ngettext("{count} text changes", "{count} texts change", len(texts)))
        ):
            st.dataframe(
                text_table(texts, names, {**words_of_data.OTHER_COLUMNS, **TITLES}, _),
                column_config={
                    "centre": text(_("Centre"), width=170, pinned=True),
                    "column": text(_("Column"), width=190),
                    "old": text(_("before"), width=200),
                    "new": text(_("after"), width=200),
                },
                hide_index=True,
                key=keys.DATA_TEXTS,
                alt=_("Changed texts"),
            )
    with st.expander(_("National totals before and after")):
        st.dataframe(
            total_table(found.totals, TITLES, numbers),
            column_config={
                "column": text(_("Figure"), width=330),
                "old": text(_("before"), width=130, alignment="right"),
                "new": text(_("after"), width=130, alignment="right"),
                "change": text(_("Change"), width=130, alignment="right"),
            },
            hide_index=True,
            key=keys.DATA_TOTALS,
            alt=_("National totals before and after"),
        )


def _effect(seen: Preview, names: Names, numbers: Numbers) -> None:
    """What the baseline's rules make of it: who gains and loses by the new data alone."""
    _ = numbers.words
    moved = {centre: won for centre, won in seen.changes.items() if won}
    if not seen.is_feasible:
        return
    if not moved:
        st.markdown(plain(_("By the baseline's rules no centre's money changes.")))
        return
    gains = sum(won > 0 for won in moved.values())
    nothing = numbers.change(0)
    visible = {centre for centre, won in moved.items() if numbers.change(won) != nothing}
    st.markdown(
        "**"
        + plain(
            _(
                "By the baseline's rules, these data alone: {gains} centres gain, {losses} lose",
                gains=gains,
                losses=len(moved) - gains,
            )
        )
        + "**"
    )
    st.caption(plain(_("Money in {unit}.", unit=numbers.unit_name)))
    if not visible:
        st.caption(plain(_("None of it reaches {unit} with one decimal.", unit=numbers.unit_name)))
        return
    ranked = sorted(visible, key=lambda centre: (-moved[centre], centre))
    gainers = [centre for centre in ranked if moved[centre] > 0][:NAMED]
    losers = [centre for centre in ranked if moved[centre] < 0][-NAMED:]
    ends = [*gainers, *losers]
    text = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame(
            {
                "centre": [name_of(centre, names, _) for centre in ends],
                "change": [numbers.change(moved[centre]) for centre in ends],
            }
        ),
        column_config={
            "centre": text(_("Centre"), width=200),
            "change": text(_("Change of the total"), width=130, alignment="right"),
        },
        hide_index=True,
        width=460,
        height="content",
        row_height=28,
        key=keys.DATA_EFFECT,
        alt=_("Centres whose money changes most by the new data"),
    )
