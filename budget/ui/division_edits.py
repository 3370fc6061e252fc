"""Unsaved changes of the rules for divisions: tried on the page, then saved or dropped."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast

import streamlit as st

from budget.allocation.division_reading import division_rules_from
from budget.allocation.division_rules import DivisionRules
from budget.ui import keys

CEILING, MINIMUM, LEAST, MOST = "ceiling", "minimum", "min_share", "max_share"
Value = int | Decimal
Edits = Mapping[str, Value | None]
"""Place in divisions.toml -> share (0–1) or whole won; None: no limit."""


def edits() -> dict[str, Value | None]:
    """What the planner has changed so far."""
    return cast(dict[str, Value | None], st.session_state.setdefault(keys.DIVISION_EDITS, {}))


def change(path: str, value: Value | None, saved: Value | None) -> None:
    """Remember a change; back at the saved value there is none."""
    found = edits()
    for end in ("share", "krw"):  # a limit is one or the other
        found.pop(f"{path.rpartition('.')[0]}.{end}", None)
    found.pop(path, None)
    if value != saved:
        found[path] = value


def discard() -> None:
    """Forget all changes."""
    st.session_state[keys.DIVISION_EDITS] = {}


def forget_unknown(rules: DivisionRules) -> None:
    """Forget changes of divisions that the rules that count no longer have."""
    for path in list(edits()):
        part, first, second, _end = path.split(".")
        if (first if part == "divisions" else second) not in rules.ids:
            edits().pop(path)


def limit_path(division: str, which: str) -> str:
    """The place of a national limit as a share of all operating money."""
    return f"divisions.{division}.{which}.share"


def band_path(centre_type: str, division: str, which: str) -> str:
    """The place of one end of a band."""
    return f"bands.{centre_type}.{division}.{which}"


def edited(rules: DivisionRules, changes: Edits) -> DivisionRules:
    """The rules with the changes.

    Raises:
        InputError: if the changed rules contradict themselves: a band's least above its most.
    """
    if not changes:
        return rules
    document = rules.to_document()
    divisions = {division["id"]: division for division in document["divisions"]}
    bands: dict[str, dict[str, dict[str, Any]]] = document.setdefault("bands", {})
    for path, value in changes.items():
        part, first, second, end = path.split(".")
        if part == "divisions":  # a limit is a share or won, never both
            _set(divisions.get(first, {}), second, None if value is None else {end: value})
        else:
            _set(bands.setdefault(first, {}).setdefault(second, {}), end, value)
    kept = {
        kind: {division: band for division, band in of_type.items() if band}
        for kind, of_type in bands.items()
    }
    return division_rules_from({**document, "bands": {k: v for k, v in kept.items() if v}})


def _set(place: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        place.pop(name, None)
    else:
        place[name] = value
