"""What the page that compares offers as files."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from budget.allocation.comparison import Pair
from budget.allocation.policy import Policy
from budget.files.outputs import hashes
from budget.ui import session
from budget.ui.compare_choice import Asked
from budget.ui.compare_tables import state_of
from budget.ui.downloads import (
    Contents,
    Picture,
    Sheet,
    may_see_figures,
    round_provenance,
)
from budget.ui.round import Round
from budget.view import comparison_charts as charts
from budget.view.colours import LIGHT
from budget.view.comparison import (
    BAND_NAMES,
    GROUPS,
    MEASURES,
    Comparison,
    bands_title,
    basis,
    group_rows,
    groups_title,
    parameter_rows,
    scatter_title,
)
from budget.view.exports import Column, Table, centre_columns, parameter_table, rates, total, won
from budget.view.numbers import Numbers
from budget.view.words import Words

LEAST_MARK = 24
"""Letters of a file's name for what is compared."""


def comparison_contents(comparison: Comparison, found: Asked, shown: Round, key: str) -> Contents:
    """Every table of the page, and the charts that it shows.

    Args:
        key: of the choice that the charts show; "" where there is none.
    """
    _, numbers = session.words(), session.numbers()
    allocated = [choice.allocation for choice in comparison.choices if choice.allocation]
    provenance = replace(
        round_provenance(shown.facts, _),
        scenario=" | ".join(choice.name for choice in comparison.choices),
        requests=" | ".join(f"{c.name}: {c.note}" for c in comparison.choices if c.note),
        certified=bool(allocated) and all(found.certified for found in allocated),
    )
    return Contents(
        name="compare",
        scenario="-".join(found.tokens)[:LEAST_MARK],
        provenance=provenance,
        check=may_see_figures(),
        sheets=_sheets(comparison, numbers),
        pictures=_pictures(comparison, key, numbers) if key else [],
        further=partial(parameter_sheets, comparison, shown.baseline, _),
        hashes=partial(_hashes, comparison),
    )


def parameter_sheets(comparison: Comparison, baseline: Policy, _: Words) -> list[Table]:
    """The parameters of everything that is compared and has rules, each on a sheet of its own."""
    return [
        replace(
            parameter_table(choice.policy, baseline, choice.rationales, _),
            name=f"parameters-{number}",
            title=f"{number} {choice.name}",
        )
        for number, choice in enumerate(comparison.choices, start=1)
        if choice.policy is not None
    ]


def _hashes(comparison: Comparison) -> Mapping[str, str]:
    return {
        choice.name: hashes(choice.allocation, None).policy
        for choice in comparison.choices
        if choice.allocation is not None
    }


def _sheets(comparison: Comparison, numbers: Numbers) -> list[Sheet]:
    _ = numbers.words
    sheets = [Sheet("summary", _("Summary"), partial(summary_sheet, comparison, numbers))]
    if sum(choice.policy is not None for choice in comparison.choices) > 1:
        sheets.append(
            Sheet("rules", _("Parameters that differ"), partial(rules_sheet, comparison, numbers))
        )
    if not comparison.shown:
        return sheets
    sheets += [
        Sheet(by, _(label), partial(groups_sheet, comparison, by, numbers))
        for by, label in GROUPS.items()
    ]
    if comparison.others:
        sheets.append(
            Sheet("bands", _("Bands of change"), partial(bands_sheet, comparison, numbers))
        )
    sheets.append(Sheet("centres", _("Centres"), partial(centres_sheet, comparison, numbers)))
    return sheets


def _pictures(comparison: Comparison, key: str, numbers: Numbers) -> list[Picture]:
    _, pair = numbers.words, comparison.pairs[key]
    now = next(choice for choice in comparison.others if choice.key == key)
    against = f"{comparison.reference.name} → {now.name}. {basis(comparison, numbers)}"
    return [
        Picture(
            "bands",
            _("Bands of change"),
            bands_title(pair, numbers),
            against,
            partial(charts.bands_chart, comparison, key, numbers, LIGHT),
        ),
        Picture(
            "scatter",
            _("Scatter"),
            scatter_title(comparison, key, numbers),
            against,
            partial(charts.scatter_chart, comparison, key, numbers, LIGHT),
        ),
        *(
            Picture(
                by,
                _(label),
                groups_title(comparison, key, by, numbers),
                against,
                partial(charts.groups_chart, comparison, key, by, numbers, LIGHT),
            )
            for by, label in GROUPS.items()
        ),
    ]


# --- sheets --------------------------------------------------------------------------------------


def summary_sheet(comparison: Comparison, numbers: Numbers) -> Table:
    """One row a choice."""
    _ = numbers.words
    choices = comparison.choices
    amounts = [
        comparison.total(choice) if choice.key in comparison.amounts else None for choice in choices
    ]
    reference = comparison.total(comparison.reference) if comparison.shown else 0
    pairs = [comparison.pairs.get(c.key) if comparison.shown else None for c in choices]
    return Table(
        "summary",
        _("Summary"),
        (
            Column(_("Compared"), [choice.name for choice in choices]),
            Column(_("State"), [state_of(choice, numbers) for choice in choices]),
            Column(_("Compare by"), [_(MEASURES[comparison.measure])] * len(choices)),
            won(_("Amount"), amounts, None, _),
            won(
                _("Difference"),
                [
                    None if pair is None or amount is None else amount - reference
                    for pair, amount in zip(pairs, amounts, strict=True)
                ],
                None,
                _,
                signed=True,
            ),
            Column(_("Gain"), [_count(pair, 1) for pair in pairs], "count"),
            Column(_("Lose"), [_count(pair, -1) for pair in pairs], "count"),
            Column(_("Requests considered"), [choice.note for choice in choices]),
            Column(_("Contradiction"), [choice.conflict for choice in choices]),
        ),
    )


def _count(pair: Pair | None, sign: int) -> int | None:
    if pair is None:
        return None
    return sum(change is not None and sign * change > 0 for change in pair.changes)


def rules_sheet(comparison: Comparison, numbers: Numbers) -> Table:
    """One row a parameter that differs."""
    _, rows = numbers.words, parameter_rows(comparison, numbers)
    return Table(
        "rules",
        _("Parameters that differ"),
        (
            Column(_("Parameter"), [row.title for row in rows]),
            Column(_("Path"), [row.path for row in rows]),
            *(
                Column(choice.name, [row.values[choice.key] for row in rows])
                for choice in comparison.choices
                if choice.policy is not None
            ),
            Column(_("Rationale"), [row.rationale for row in rows]),
        ),
    )


def groups_sheet(comparison: Comparison, by: str, numbers: Numbers) -> Table:
    """One row a group, with totals."""
    _, rows = numbers.words, group_rows(comparison, by, numbers.words)
    reference = comparison.reference
    before = [row.won[reference.key] for row in rows]
    columns = [
        Column(_(GROUPS[by]), [row.name for row in rows]),
        Column(
            _("Number of centres"),
            [row.centres for row in rows],
            "count",
            sum(r.centres for r in rows),
        ),
        won(reference.name, before, comparison.total(reference), _),
    ]
    for choice in comparison.others:
        now = [row.won[choice.key] for row in rows]
        difference = comparison.total(choice) - comparison.total(reference)
        changes = [row.change(choice.key) for row in rows]
        name = f"{choice.name} − {reference.name}"
        columns += [
            won(choice.name, now, comparison.total(choice), _),
            won(name, changes, difference, _, signed=True),
            rates(name, now, before),
        ]
    return Table(by, _(GROUPS[by]), columns, _("Total"))


def bands_sheet(comparison: Comparison, numbers: Numbers) -> Table:
    """One row a band: of each of the others, how many centres and what they gain or lose."""
    _ = numbers.words
    columns = [Column(_("Band of change"), [_(name) for name in BAND_NAMES.values()])]
    for choice in comparison.others:
        pair = comparison.pairs[choice.key]
        counts = [pair.counts[number] for number in BAND_NAMES]
        moved = [pair.moved[number] for number in BAND_NAMES]
        columns += [
            Column(
                f"{choice.name} · {_('Number of centres')}",
                counts,
                "count",
                len(pair.ids) - pair.left_out,
            ),
            won(f"{choice.name} · {_('Change')}", moved, sum(moved), _, signed=True),
        ]
    return Table("bands", _("Bands of change"), columns, _("Total"))


def centres_sheet(comparison: Comparison, numbers: Numbers) -> Table:
    """One row a centre, with totals."""
    _ = numbers.words
    reference = comparison.reference
    before = comparison.amounts[reference.key]
    columns = [
        *centre_columns(comparison.carrier, _),
        won(reference.name, before, comparison.total(reference), _),
    ]
    for choice in comparison.others:
        pair = comparison.pairs[choice.key]
        name = f"{choice.name} − {reference.name}"
        columns += [
            won(choice.name, pair.now, comparison.total(choice), _),
            won(name, pair.changes, total(pair.changes), _, signed=True),
            rates(name, pair.now, before),
            Column(
                f"{choice.name} · {_('Band of change')}",
                ["" if number is None else _(BAND_NAMES[number]) for number in pair.bands],
            ),
        ]
    return Table("centres", _("Centres"), columns, _("Total"))
