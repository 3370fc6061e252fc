"""The year by quarters in words and tables: allotment, execution, the proposal to move money.

Source: the field in one page, rules of public money.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from budget.allocation.allotment import Allotment, Profile
from budget.allocation.execution import (
    BEHIND,
    FLAGS,
    SYMBOLS,
    UNKNOWN,
    Reading,
    Standing,
)
from budget.allocation.faults import N_
from budget.view.exports import Column, Table, won
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import capital
from budget.view.words import Words

Names = Mapping[str, str]
"""Centre id -> short name in the reader's language."""
QUARTERS = (1, 2, 3, 4)
MOST_NAMED = 12
KINDS: Mapping[str, str] = {
    "running": N_("money of the pools"),
    "special": N_("special needs"),
}


def quarter_name(number: int, _: Words) -> str:
    """A quarter: 1 to 4."""
    return _("quarter {number}", number=number)


def part_name(kind: str, _: Words) -> str:
    """The pools' money or special needs: a key of KINDS."""
    return capital(_(KINDS[kind]))


def shares_text(shares: Sequence[Decimal], numbers: Numbers) -> str:
    """Four shares in per cent: 30 / 30 / 20 / 20 %."""
    digits = 0 if all(share * 100 == int(share * 100) for share in shares) else 2
    return " / ".join(numbers.number(share * 100, digits) for share in shares) + " %"


def profile_text(profile: Profile, numbers: Numbers) -> str:
    """Both profiles of a version."""
    _ = numbers.words
    return " · ".join(
        f"{part_name(name, _)} {shares_text(getattr(profile, name), numbers)}" for name in KINDS
    )


# --- the allotment -----------------------------------------------------------------------------


def allotment_title(allotted: Allotment, numbers: Numbers) -> str:
    """How much of the year's money is allotted in the first half."""
    _ = numbers.words
    half, total = sum(sum(row[:2]) for row in allotted.totals), _total(allotted)
    return _(
        "{share} of the year's money is allotted in the first half: {half} of {total}",
        share=numbers.percent(half / total if total else 0),
        half=numbers.money_with_unit(half),
        total=numbers.money_with_unit(total),
    )


def _total(allotted: Allotment) -> int:
    return sum(sum(row) for row in allotted.totals)


def national_rows(allotted: Allotment, numbers: Numbers) -> pd.DataFrame:
    """The pools' money, special needs and both, by quarter and in all; with their shares."""
    _, unit = numbers.words, numbers.unit.won
    running, special = allotted.national_running, allotted.national_special
    both = tuple(a + b for a, b in zip(running, special, strict=True))
    lines = [
        (part_name("running", _), running, allotted.profile.running),
        (part_name("special", _), special, allotted.profile.special),
        (capital(_("total")), both, None),
    ]
    return pd.DataFrame(
        [
            {
                "part": name,
                **{f"q{q}": cells[q - 1] / unit for q in QUARTERS},
                "year": sum(cells) / unit,
                "profile": shares_text(shares, numbers) if shares else "",
            }
            for name, cells, shares in lines
        ]
    )


def allotment_rows(allotted: Allotment, names: Names, numbers: Numbers) -> pd.DataFrame:
    """One row a centre: each quarter, of which special needs, and the year."""
    unit = numbers.unit.won
    return pd.DataFrame(
        {
            "centre_id": list(allotted.ids),
            "centre": [names[centre_id] for centre_id in allotted.ids],
            **{f"q{q}": [row[q - 1] / unit for row in allotted.totals] for q in QUARTERS},
            "year": [sum(row) / unit for row in allotted.totals],
            "special": [sum(row) / unit for row in allotted.special],
        }
    )


def allotment_table(allotted: Allotment, names: Names, _: Words) -> Table:
    """One row a centre, for a file: rows sum to the allocation, columns to the quarters."""
    columns = [
        Column(_("Number"), list(allotted.ids)),
        Column(_("Centre"), [names[centre_id] for centre_id in allotted.ids]),
    ]
    for name, rows in (("running", allotted.running), ("special", allotted.special)):
        for q in QUARTERS:
            cells = [row[q - 1] for row in rows]
            heading = f"{part_name(name, _)}, {quarter_name(q, _)}"
            columns.append(won(heading, cells, sum(cells), _))
    year = [sum(row) for row in allotted.totals]
    columns.append(won(_("Year"), year, sum(year), _))
    return Table("quarters", _("Quarterly allotment"), columns, capital(_("total")))


def own_title(centre: str, running: Sequence[int], special: Sequence[int], numbers: Numbers) -> str:
    """How much of one centre's money of the year is allotted in the first half."""
    _ = numbers.words
    half, total = sum(running[:2]) + sum(special[:2]), sum(running) + sum(special)
    return _(
        "{centre}: {half} of {total} is allotted in the first half ({share})",
        centre=centre,
        half=numbers.money_with_unit(half),
        total=numbers.money_with_unit(total),
        share=numbers.percent(half / total if total else 0),
    )


def own_table(centre: str, running: Sequence[int], special: Sequence[int], _: Words) -> Table:
    """One row a part of one centre's money, in won by quarter; sums to its allocation."""
    parts = (running, special)
    columns = [
        Column(_("Centre"), [centre] * len(parts)),
        Column(_("Part"), [part_name(kind, _) for kind in KINDS]),
    ]
    for q in QUARTERS:
        cells = [part[q - 1] for part in parts]
        columns.append(won(capital(quarter_name(q, _)), cells, sum(cells), _))
    year = [sum(part) for part in parts]
    columns.append(won(_("Year"), year, sum(year), _))
    return Table("quarters", _("Quarterly allotment"), columns, capital(_("total")))


def own_stated(profile: Profile, standing: Standing | None, numbers: Numbers) -> dict[str, str]:
    """The profile, and how the centre stands where that is known, for a file."""
    _ = numbers.words
    found = stated(profile, None, numbers)
    if standing is not None and standing.executed is not None:
        found[_("Execution to date")] = standing_sentence(standing, numbers)
    return found


# --- execution ---------------------------------------------------------------------------------


def flag_text(flag: str, _: Words) -> str:
    """A flag as a sign and in words."""
    return f"{SYMBOLS[flag]} {_(FLAGS[flag])}"


def pace_text(standing: Standing, numbers: Numbers) -> str:
    """What was spent of what was allotted to date, in per cent."""
    return numbers.percent(None if standing.pace is None else float(standing.pace))


def execution_title(found: Sequence[Standing], numbers: Numbers) -> str:
    """How many run behind, and how much was spent of what was allotted to date."""
    _ = numbers.words
    known = [one for one in found if one.flag != UNKNOWN]
    behind = sum(one.flag == BEHIND for one in known)
    spent = sum(one.executed.spent for one in known if one.executed)
    due = sum(one.due for one in known)
    rate = numbers.percent(spent / due if due else 0)
    if not behind:
        return _(
            "None of {known} centres runs behind: {rate} of what was allotted to date is spent",
            known=len(known),
            rate=rate,
        )
    return _(
        "{behind} of {known} centres run behind; {rate} of what was allotted to date is spent",
        behind=behind,
        known=len(known),
        rate=rate,
    )


def given_sentence(found: Sequence[Standing], numbers: Numbers) -> str:
    """How many centres a file of execution has, and its sum beside what was allotted to date."""
    _ = numbers.words
    known = [one for one in found if one.executed is not None]
    spent, due = (
        sum(one.executed.spent for one in known if one.executed),
        sum(one.due for one in known),
    )
    return _(
        "{count} of {total} centres: {won} spent of {due} allotted to them to date ({rate})",
        count=len(known),
        total=len(found),
        won=numbers.money_with_unit(spent),
        due=numbers.money_with_unit(due),
        rate=numbers.percent(spent / due if due else None),
    )


def missing_sentence(found: Sequence[Standing], names: Names, numbers: Numbers) -> str:
    """Which centres a file of execution lacks; "" if it has all of them."""
    _ = numbers.words
    missing = [names[one.centre_id] for one in found if one.executed is None]
    if not missing:
        return ""
    told = ", ".join(missing[:MOST_NAMED])
    if len(missing) > MOST_NAMED:
        told = _("{some} and {count} more", some=told, count=len(missing) - MOST_NAMED)
    return _("Not in the file: {centres}", centres=told)


def forecast_sentence(found: Sequence[Standing], numbers: Numbers) -> str:
    """What is left at the year's end if everybody goes on like this."""
    _ = numbers.words
    known = [one for one in found if one.forecast is not None]
    year, spent = sum(one.year for one in known), sum(one.forecast or 0 for one in known)
    return _(
        "At this rate {spent} of {year} ({rate}) will be spent by the year's end; {carried} is to "
        "be carried over. Of the centres behind, {unused} would lapse.",
        spent=numbers.money_with_unit(spent),
        year=numbers.money_with_unit(year),
        rate=numbers.percent(spent / year if year else 0),
        carried=numbers.money_with_unit(sum(one.carried for one in known)),
        unused=numbers.money_with_unit(sum(one.unused for one in known)),
    )


def execution_rows(found: Sequence[Standing], names: Names, numbers: Numbers) -> pd.DataFrame:
    """One row a centre, those furthest behind first; what is not known is empty."""
    _, unit = numbers.words, numbers.unit.won
    order = sorted(found, key=lambda one: (one.pace is None, one.pace or 0, one.centre_id))

    def money(amount: int | None) -> float | None:
        return None if amount is None else amount / unit

    return pd.DataFrame(
        {
            "centre_id": [one.centre_id for one in order],
            "centre": [names[one.centre_id] for one in order],
            "flag": [flag_text(one.flag, _) for one in order],
            "pace": [None if one.pace is None else float(one.pace) * 100 for one in order],
            "spent": [money(one.executed.spent if one.executed else None) for one in order],
            "due": [money(one.due if one.executed else None) for one in order],
            "year": [money(one.year) for one in order],
            "forecast": [money(one.forecast) for one in order],
            "carried": [money(one.carried if one.executed else None) for one in order],
            "unused": [money(one.unused if one.executed else None) for one in order],
            "as_of": [one.executed.as_of.isoformat() if one.executed else "" for one in order],
        }
    )


def execution_table(found: Sequence[Standing], names: Names, _: Words) -> Table:
    """One row a centre, for a file: whole won."""
    spent = [one.executed.spent if one.executed else None for one in found]
    due = [one.due if one.executed else None for one in found]
    committed = [one.executed.committed if one.executed else None for one in found]
    forecast = [one.forecast for one in found]
    return Table(
        "execution",
        _("Execution to date"),
        (
            Column(_("Number"), [one.centre_id for one in found]),
            Column(_("Centre"), [names[one.centre_id] for one in found]),
            Column(
                _("As of"), [one.executed.as_of if one.executed else None for one in found], "day"
            ),
            Column(_("Flag"), [_(FLAGS[one.flag]) for one in found]),
            won(_("Year"), [one.year for one in found], sum(one.year for one in found), _),
            won(_("Allotted to date"), due, sum(won_ or 0 for won_ in due), _),
            won(_("Spent"), spent, sum(won_ or 0 for won_ in spent), _),
            Column(
                _("Spent of what was allotted (%)"),
                [None if one.pace is None else float(one.pace) for one in found],
                "share",
            ),
            won(_("Contracted"), committed, None, _),
            won(_("Forecast of the year's end"), forecast, sum(w or 0 for w in forecast), _),
            won(
                _("Carried over"),
                [one.carried for one in found],
                sum(one.carried for one in found),
                _,
            ),
            won(
                _("Would lapse"),
                [one.unused for one in found],
                sum(one.unused for one in found),
                _,
            ),
        ),
        capital(_("total")),
    )


# --- what is stated -------------------------------------------------------------------------


def stated(profile: Profile, reading: Reading | None, numbers: Numbers) -> dict[str, str]:
    """What the year is reckoned with, for a file.

    Args:
        reading: None where execution plays no part.
    """
    _ = numbers.words
    found = {_("Profile in force"): profile_text(profile, numbers)}
    if reading is not None:
        found |= {
            _("Behind below (% of what was allotted to date)"): numbers.percent(reading.behind),
            _("Can use more from (% of what was allotted to date)"): numbers.percent(reading.able),
            _("Carry-over at most (% of the year)"): numbers.percent(reading.carry),
        }
    return found


def standing_sentence(standing: Standing, numbers: Numbers) -> str:
    """How one centre stands, for its own head."""
    _ = numbers.words
    if standing.executed is None:
        return NOTHING
    return _(
        "{flag}: until {day} {spent} was spent of {due} allotted to date ({pace}).",
        flag=flag_text(standing.flag, _),
        day=standing.executed.as_of.isoformat(),
        spent=numbers.money_with_unit(standing.executed.spent),
        due=numbers.money_with_unit(standing.due),
        pace=pace_text(standing, numbers),
    )
