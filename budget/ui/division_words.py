"""What records, faults and conflicts call by an id, as the screens call it: divisions and rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

import streamlit as st

from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.ui import session
from budget.ui.problems import show_faults, show_refusal
from budget.ui.text import plain
from budget.view import trail
from budget.view.division_notices import path_title, value_text
from budget.view.divisions import division_name
from budget.view.words import Words
from budget.workflow import divisions
from budget.workflow.refusals import Conflict, OthersChange, Refusal
from budget.workflow.told import WON

ENDS = ("ceiling.share", "ceiling.krw", "minimum.share", "minimum.krw")


def names_of(rules: DivisionRules, _: Words) -> dict[str, str]:
    """Division id -> name."""
    return {found.id: division_name(found, _) for found in rules.divisions}


def division_fields(store: Store, who: str) -> dict[str, str]:
    """Fields of records about plans and rules, by every version of the rules -> what they are."""
    _ = session.words()
    found: dict[str, str] = {}
    for version in divisions.rules_versions(store, who):
        rules = version.rules
        names = {f"{division}{WON}": name for division, name in names_of(rules, _).items()}
        paths = {path: path_title(path, rules, _) for path in _paths(rules)}
        found = {**names, **paths, **found}
    return found


def _paths(rules: DivisionRules) -> Iterator[str]:
    for division in rules.ids:
        yield from (f"divisions.{division}.{end}" for end in ENDS)
    for centre_type, bands in rules.bands.items():
        for division in bands:
            yield from (
                f"bands.{centre_type}.{division}.{end}" for end in ("min_share", "max_share")
            )


def rule_text(path: str, text: str | None) -> str:
    """A value of the rules, which records keep as text: a share in per cent, won as money."""
    numbers = session.numbers()
    if text is None:
        return value_text(None, numbers)
    if path.endswith(("share", ".krw")):
        value = Decimal(text)
        return value_text(int(value) if path.endswith(".krw") else value, numbers)
    return text


def title_of(path: str, rules: DivisionRules) -> str:
    """What a place in divisions.toml is called; a place that is no number as it is written."""
    _ = session.words()
    try:
        return path_title(path, rules, _)
    except KeyError:
        return path


def others_text(change: OthersChange, what: str, theirs: str) -> str:
    """What somebody else changed in the meantime."""
    _ = session.words()
    return _(
        "{person} changed {field} at {when}; it now says: {theirs}",
        person=_.of(change.person, change.person_en or change.person),
        field=what,
        when=trail.moment(change.at),
        theirs=theirs,
    )


def refused_plan(why: Refusal | InputError, names: Mapping[str, str]) -> None:
    """Why a plan was not submitted, with the divisions' names in place of their ids."""
    _, numbers = session.words(), session.numbers()
    if isinstance(why, InputError):
        named = [
            replace(fault, file="", where=names.get(fault.where, fault.where))
            for fault in why.faults
        ]
        show_faults(InputError(named), _)
    elif isinstance(why, Conflict):
        st.warning(plain(_(why.message)), icon=":material/front_hand:")
        for change in why.changes:
            is_amount = change.field in names and change.theirs.isdecimal()
            theirs = numbers.money_with_unit(int(change.theirs)) if is_amount else change.theirs
            told = others_text(change, names.get(change.field, _(change.field)), _.name(theirs))
            st.markdown(f"- {plain(told)}")
    else:
        show_refusal(why, _)


def refused_rules(why: Refusal | None, rules: DivisionRules) -> None:
    """Who saved other rules in the meantime, rule by rule."""
    _ = session.words()
    if isinstance(why, Conflict):
        st.warning(plain(_(why.message)), icon=":material/front_hand:")
        for change in why.changes:
            theirs = rule_text(change.field, None if change.theirs == "None" else change.theirs)
            told = others_text(change, title_of(change.field, rules), theirs)
            st.markdown(f"- {plain(told)}")
    elif why is not None:
        show_refusal(why, _)
