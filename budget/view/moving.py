"""The proposal to move money in the fourth quarter, in words and tables: who, how much and why.

Source: the field in one page, rules of public money.
"""

import pandas as pd

from budget.allocation.execution import BEHIND, UNKNOWN
from budget.allocation.moving import Line, Moving
from budget.view.exports import Column, Table, won
from budget.view.names import binding_name, rule_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.quarters import Names, pace_text
from budget.view.words import Words


def moving_title(found: Moving, numbers: Numbers) -> str:
    """Who could give how much, and how many could use it."""
    _ = numbers.words
    if found.split is None:
        return _("There is nothing to move")
    if not found.unplaced:
        return _(
            "{givers} centres could give {given}; {gainers} centres could use all of it",
            givers=len(found.givers),
            given=numbers.money_with_unit(found.given),
            gainers=len(found.gainers),
        )
    return _(
        "{givers} centres could give {given}; {gainers} centres could use {gained} of it",
        givers=len(found.givers),
        given=numbers.money_with_unit(found.given),
        gainers=len(found.gainers),
        gained=numbers.money_with_unit(found.gained),
    )


def unmoved_sentences(found: Moving, numbers: Numbers) -> list[str]:
    """What stays over, and what bands hold back."""
    _ = numbers.words
    told = []
    if found.unplaced:
        told.append(
            _(
                "{won} finds no taker: whoever can use more stands at a cap.",
                won=numbers.money_with_unit(found.unplaced),
            )
        )
    told += [
        _(
            "The least share of the band “{band}” keeps {won} where it is: its other centres "
            "cannot take it.",
            band=rule_name(band, _),
            won=numbers.money_with_unit(kept),
        )
        for band, kept in found.held.items()
    ]
    return told


def why(line: Line, numbers: Numbers) -> str:
    """Why a centre gives, gains or stays, in a few words made of its figures."""
    _, standing = numbers.words, line.standing
    if line.change < 0:
        return _(
            "behind: {pace} of what was allotted is spent; will use {forecast}, carry over "
            "{carried}",
            pace=pace_text(standing, numbers),
            forecast=numbers.money(standing.forecast),
            carried=numbers.money(standing.carried),
        )
    if line.change > 0:
        cap = _stopped(line, _)
        text = _("spends {pace} of what was allotted", pace=pace_text(standing, numbers))
        return f"{text}; {cap}" if cap else text
    if standing.flag == UNKNOWN:
        return _("no execution is known")
    if standing.flag == BEHIND:
        return _("behind, but keeps what it will spend or carry over")
    if not standing.can_use_more:
        return _("does not spend fast enough to be given more")
    return _stopped(line, _) or _("better funded than those that gain")


def _stopped(line: Line, _: Words) -> str:
    """The policy's own rule that stops it."""
    caps = ";".join(part for part in line.binding.split(";") if part.startswith(("cap:", "band:")))
    return binding_name(caps, _) if caps else ""


def moving_rows(found: Moving, names: Names, numbers: Numbers) -> pd.DataFrame:
    """One row a centre that gives or gains, the greatest first on either side, then the others."""
    unit = numbers.unit.won
    rest = [line for line in found.lines if not line.change]
    order = [*found.givers, *found.gainers, *rest]
    return pd.DataFrame(
        {
            "centre_id": [line.centre_id for line in order],
            "centre": [names[line.centre_id] for line in order],
            "before": [line.before / unit for line in order],
            "more": [line.change / unit if line.change > 0 else None for line in order],
            "less": [-line.change / unit if line.change < 0 else None for line in order],
            "after": [line.after / unit for line in order],
            "fourth": [line.fourth / unit for line in order],
            "fourth_after": [line.fourth_after / unit for line in order],
            "taken_back": [line.taken_back / unit or None for line in order],
            "why": [why(line, numbers) for line in order],
        }
    )


def moving_table(found: Moving, names: Names, numbers: Numbers) -> Table:
    """One row a centre, for a file: whole won, sums to the pool."""
    _, lines = numbers.words, found.lines
    before, after = [line.before for line in lines], [line.after for line in lines]
    changes = [line.change for line in lines]
    return Table(
        "proposal",
        _("Proposal for the fourth quarter"),
        (
            Column(_("Number"), [line.centre_id for line in lines]),
            Column(_("Centre"), [names[line.centre_id] for line in lines]),
            won(_("Operating money as allocated"), before, sum(before), _),
            won(_("Difference"), changes, sum(changes), _, signed=True),
            won(_("Operating money as proposed"), after, sum(after), _),
            won(
                _("Fourth quarter as allotted"),
                [line.fourth for line in lines],
                sum(line.fourth for line in lines),
                _,
            ),
            won(
                _("Fourth quarter as proposed"),
                [line.fourth_after for line in lines],
                sum(line.fourth_after for line in lines),
                _,
            ),
            won(
                _("To be taken back of earlier quarters"),
                [line.taken_back for line in lines],
                sum(line.taken_back for line in lines),
                _,
            ),
            Column(_("Why"), [why(line, numbers) for line in lines]),
        ),
        capital(_("total")),
    )
