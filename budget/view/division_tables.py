"""Tables of divisions: for the screen as numbers that sort, for files as whole won."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from budget.allocation.divisions import CrossTable
from budget.view.divisions import Category, Push, binding_sign, binding_text, division_name
from budget.view.exports import Column, Table, won
from budget.view.names import province_name, value_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words


@dataclass(frozen=True)
class PlanLine:
    """A division of one centre's plan, in won.

    Attributes:
        target: by staff alone.
        floor, most: what the bands admit.
    """

    name: str
    target: int
    proposal: int
    plan: int
    floor: int
    most: int


LANDING = "id"
"""The first column: the keyboard enters the table there, so a marked cell of it opens nothing."""


def screen_table(
    table: CrossTable, centres: pd.DataFrame, names: Mapping[str, str], numbers: Numbers
) -> pd.DataFrame:
    """One row a centre, one column a division, in the reader's unit; what binds, in words."""
    _, unit = numbers.words, numbers.unit.won
    ids = [str(centre) for centre in table.cells.index]
    rows = pd.DataFrame(
        {
            LANDING: ids,
            "centre": [names[centre] for centre in ids],
            "province": _texts(centres, "province", ids, lambda text: province_name(text, _)),
            "type": _texts(centres, "centre_type", ids, _type_name(_)),
            "operating": [int(won_) / unit for won_ in table.operating],
        }
    )
    for division in table.rules.divisions:
        rows[division.id] = [int(cell) / unit for cell in table.cells[division.id]]
    rows["binds"] = what_binds(table, _)
    return rows


def _texts(
    centres: pd.DataFrame, column: str, ids: Sequence[str], named: Callable[[str], str]
) -> list[str]:
    """A column of the table of centres in words, in the order of the ids; blank without it."""
    if column not in centres.columns:
        return [""] * len(ids)
    found = dict(zip(centres["centre_id"], centres[column], strict=True))
    return [named(str(found.get(centre) or "")) for centre in ids]


def _type_name(_: Words) -> Callable[[str], str]:
    return lambda kind: value_name("centre_type", kind, _)


def what_binds(table: CrossTable, _: Words) -> list[str]:
    """What holds the cells of each centre, in the order of the table."""
    names = {division.id: division_name(division, _) for division in table.rules.divisions}
    return [
        "; ".join(
            f"{names[division]}: {binding_text(held, _)} {binding_sign(held)}"
            for division, held in zip(table.cells.columns, row, strict=True)
            if held
        )
        for row in table.binding.to_numpy()
    ]


def matching(rows: pd.DataFrame, text: str) -> pd.DataFrame:
    """The rows in which the text stands: centre, province, type, what binds."""
    wanted = text.strip().casefold()
    if not wanted:
        return rows
    found = rows[[LANDING, "centre", "province", "type", "binds"]].agg(" ".join, axis=1)
    return rows[found.str.casefold().str.contains(wanted, regex=False)]


# --- for files ---------------------------------------------------------------------------------


def cross_sheet(
    table: CrossTable, centres: pd.DataFrame, names: Mapping[str, str], _: Words
) -> Table:
    """The proposal: one row a centre, one column a division, what binds."""
    ids = [str(centre) for centre in table.cells.index]
    operating = [int(amount) for amount in table.operating]
    cells = [
        won(
            division_name(division, _),
            [int(cell) for cell in table.cells[division.id]],
            int(table.cells[division.id].sum()),
            _,
        )
        for division in table.rules.divisions
    ]
    return Table(
        "divisions",
        _("Centres and divisions"),
        (
            Column(_("Number"), ids),
            Column(_("Centre"), [names[centre] for centre in ids]),
            Column(
                _("Type"),
                _texts(centres, "centre_type", ids, _type_name(_)),
            ),
            won(_("Operating money"), operating, sum(operating), _),
            *cells,
            Column(_("What binds"), what_binds(table, _)),
        ),
        capital(_("total")),
    )


def totals_sheet(categories: Sequence[Category], _: Words) -> Table:
    """The divisions over all centres, against their national limits."""
    total = sum(found.total for found in categories)
    planned = [found.planned for found in categories]
    return Table(
        "totals",
        _("National totals"),
        (
            Column(_("Division"), [found.name for found in categories]),
            won(_("By staff alone"), [found.target for found in categories], None, _),
            won(_("Proposal"), [found.total for found in categories], total, _),
            won(_("National minimum"), [found.minimum or None for found in categories], None, _),
            won(_("National ceiling"), [found.ceiling for found in categories], None, _),
            Column(_("What binds"), [binding_text(found.binds, _) for found in categories]),
            won(_("With the submitted plans"), planned, None, _),
        ),
        capital(_("total")),
    )


def pushes_sheet(found: Sequence[Push], division: str, _: Words) -> Table:
    """Who pushes against the limit of a division."""
    return Table(
        "pushes",
        _("Who pushes"),
        (
            Column(_("Number"), [push.centre_id for push in found]),
            Column(_("Centre"), [push.name for push in found]),
            Column(_("Division"), [division for _push in found]),
            won(_("Without national limits"), [push.wanted for push in found], None, _),
            won(_("Proposal"), [push.proposal for push in found], None, _),
            won(_("Difference"), [push.excess for push in found], None, _, signed=True),
        ),
    )


def plans_sheet(
    table: CrossTable,
    plans: Mapping[str, Mapping[str, int]],
    states: Mapping[str, str],
    names: Mapping[str, str],
    _: Words,
) -> Table:
    """Every centre's plan as far as it is submitted: one column a division, and its state.

    Args:
        plans: centre id -> division -> won, submitted ones alone.
        states: centre id -> state in words.
    """
    ids = [str(centre) for centre in table.cells.index]
    cells = []
    for division in table.rules.divisions:
        amounts = [plans[centre].get(division.id, 0) if centre in plans else None for centre in ids]
        placed = sum(amount or 0 for amount in amounts)
        cells.append(won(division_name(division, _), amounts, placed, _))
    return Table(
        "plans",
        _("Plans of the centres"),
        (
            Column(_("Number"), ids),
            Column(_("Centre"), [names[centre] for centre in ids]),
            Column(_("State"), [states[centre] for centre in ids]),
            *cells,
        ),
        capital(_("total")),
    )


def own_plan_sheet(lines: Sequence[PlanLine], state: str, _: Words) -> Table:
    """One centre's plan beside the proposal and what its bands admit, one row a division.

    Args:
        state: of the plan, in words.
    """

    def column(heading: str, cells: list[int], *, summed: bool = True) -> Column:
        return won(heading, cells, sum(cells) if summed else None, _)

    changes = [line.plan - line.proposal for line in lines]
    return Table(
        "plan",
        _("Plan of divisions"),
        (
            Column(_("Division"), [line.name for line in lines]),
            column(_("Plan"), [line.plan for line in lines]),
            column(_("Proposal"), [line.proposal for line in lines]),
            won(_("Difference"), changes, sum(changes), _, signed=True),
            column(_("By staff alone"), [line.target for line in lines]),
            column(_("Least by the band"), [line.floor for line in lines], summed=False),
            column(_("Most by the band"), [line.most for line in lines], summed=False),
            Column(_("State"), [capital(state)] * len(lines)),
        ),
        capital(_("total")),
    )
