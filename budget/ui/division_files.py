"""What the page of divisions offers as files."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256

from budget import files
from budget.storage.store import Store
from budget.ui import division_edits, session
from budget.ui.division_plans_list import state_texts
from budget.ui.division_round import DivisionRound
from budget.ui.division_totals import (
    MOST_BARS,
    limits_key,
    limits_title,
    push_title,
    strongest_text,
)
from budget.ui.downloads import Contents, File, Picture, Sheet, round_provenance
from budget.view import division_charts
from budget.view.colours import LIGHT
from budget.view.division_tables import cross_sheet, plans_sheet, pushes_sheet, totals_sheet
from budget.view.divisions import Category, Push
from budget.view.numbers import Numbers
from budget.workflow import divisions
from budget.workflow.rounds import RoundFacts

TOML = "application/toml"


def contents(present: DivisionRound, round_: RoundFacts, which: str) -> Contents:
    """Every table of the page, its chart, and the rules that are on the screen."""
    _, numbers = session.words(), session.numbers()
    categories, names = present.categories(_), present.names(_)
    held = [found for found in categories if found.binds]
    chosen = next((found for found in held if found.id == which), held[0] if held else None)
    sheets = [
        Sheet(
            "centres",
            _("Centres and divisions"),
            partial(cross_sheet, present.table, present.money.centres, names, _),
        ),
        Sheet("totals", _("National totals"), partial(totals_sheet, categories, _)),
    ]
    pictures = [_limits(categories, numbers)]
    if chosen is not None:
        pushes = present.pushes(chosen.id, _)
        if pushes:
            pictures.append(_strongest(chosen, pushes, numbers))
        sheets.append(
            Sheet("pushes", _("Who pushes"), partial(pushes_sheet, pushes, chosen.name, _))
        )
    if present.submitted:
        states = state_texts(present, numbers)
        sheets.append(
            Sheet(
                "plans",
                _("Plans of the centres"),
                partial(plans_sheet, present.table, present.submitted, states, names, _),
            )
        )
    unsaved = bool(division_edits.edits())
    return Contents(
        name="divisions",
        scenario="unsaved" if unsaved else f"r{present.saved.number}",
        provenance=replace(
            round_provenance(round_, _),
            scenario=_scenario(present, unsaved=unsaved),
            certified=present.table.certified,
        ),
        check=partial(_may_see, session.store(), session.who()),
        sheets=sheets,
        pictures=pictures,
        files=[
            File(
                divisions.CONTENT,
                _("Rules for divisions (to load again)"),
                TOML,
                partial(files.divisions_toml, present.rules),
            )
        ],
        hashes=partial(hashes_of, present, unsaved=unsaved),
    )


def _limits(categories: Sequence[Category], numbers: Numbers) -> Picture:
    title = limits_title(categories, numbers)
    draw = division_charts.totals_against_limits
    return Picture(
        "limits",
        numbers.words("National totals"),
        title,
        limits_key(numbers),
        partial(draw, categories, title, numbers, LIGHT),
    )


def _strongest(found: Category, pushes: Sequence[Push], numbers: Numbers) -> Picture:
    title = push_title(found, pushes, numbers)
    return Picture(
        "pushes",
        numbers.words("Who pushes"),
        title,
        strongest_text(pushes, numbers),
        partial(division_charts.pushers, pushes[:MOST_BARS], title, numbers, LIGHT),
    )


def _scenario(present: DivisionRound, *, unsaved: bool) -> str:
    _ = session.words()
    rules = (
        _("rules for divisions with unsaved changes")
        if unsaved
        else _("rules for divisions, version {number}", number=present.saved.number)
    )
    return f"{present.money.scenario} · {rules}"


def hashes_of(present: DivisionRound, *, unsaved: bool) -> Mapping[str, str]:
    """SHA-256 of the rules that made the figures, and of the allocation once it is published."""
    found = {divisions.CONTENT: present.saved.sha256}
    if unsaved:  # the rules that the file beside the tables has
        found[divisions.CONTENT] = sha256(files.divisions_toml(present.rules)).hexdigest()
    if present.money.is_published:
        found["allocation.csv"] = present.money.key
    return found


def _may_see(store: Store, who: str) -> object:
    return divisions.planning(store, who)
