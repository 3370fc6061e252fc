"""Unsaved changes of the rules for divisions: tried on the page, then saved or dropped.

They stand in the address of the page as well: a reload keeps them, and a colleague to whom the
address is sent sees the same.
"""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

import streamlit as st

from budget.allocation.division_reading import CENTRE_TYPES, division_rules_from
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.ui import keys
from budget.ui.edits import ADDRESS

CEILING, MINIMUM, LEAST, MOST = "ceiling", "minimum", "min_share", "max_share"
OTHER_UNIT = {"share": "krw", "krw": "share"}
WHOLE_WON = re.compile(r"[0-9]{1,15}")
PLAIN_SHARE = re.compile(r"0(\.[0-9]{1,12})?|1(\.0{1,12})?")
EXPECTED = (
    N_("a share from 0 to 1, or nothing for no limit"),
    N_("whole won, or nothing for no limit"),
)
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
    _keep_in_address()


def discard() -> None:
    """Forget all changes."""
    st.session_state[keys.DIVISION_EDITS] = {}
    _keep_in_address()


def forget_unknown(rules: DivisionRules) -> None:
    """Forget changes of divisions that the rules that count no longer have."""
    unknown = [path for path in edits() if not _is_place(path, rules)]
    for path in unknown:
        edits().pop(path)
    if unknown:
        _keep_in_address()


def adopt(rules: DivisionRules) -> None:
    """Take the changes that the address names, once: when the page is opened by it.

    Raises:
        InputError: for changes that the rules cannot have; they are dropped.
    """
    asked = st.query_params.get_all(keys.CHANGE_PARAMETER)
    if keys.DIVISION_EDITS in st.session_state:
        if edits() and not asked:
            _keep_in_address()  # the page was left and entered again by the menu
        return
    st.session_state[keys.DIVISION_EDITS] = {}
    st.session_state[keys.DIVISION_EDITS] = from_address(asked, rules)


def _keep_in_address() -> None:
    written = to_address(edits())
    if written:
        st.query_params[keys.CHANGE_PARAMETER] = written
    elif keys.CHANGE_PARAMETER in st.query_params:
        del st.query_params[keys.CHANGE_PARAMETER]


def to_address(changes: Edits) -> list[str]:
    """Changes as they stand in the address: place=value; nothing after the sign: no limit."""
    return [
        f"{path}={'' if value is None else f'{Decimal(value):f}'}"
        for path, value in changes.items()
    ]


def from_address(texts: Iterable[str], rules: DivisionRules) -> dict[str, Value | None]:
    """Changes from the address of a page; those that say what is saved are none.

    Raises:
        InputError: for a place that the rules do not have, that stands twice, or whose value is
            no share and no won; with every fault.
    """
    found: dict[str, Value | None] = {}
    faults = []
    for text in texts:
        path, _equals, written = text.rpartition("=")
        if not _is_place(path, rules):
            expected = N_("a limit or band of the rules for divisions")
            faults.append(Fault(ADDRESS, shown(path or text), "", expected))
        elif {path, _other_unit(path)} & found.keys():
            faults.append(Fault(ADDRESS, path, shown(written), N_("each parameter once")))
        else:
            try:
                found[path] = _value(path, written)
            except ValueError:
                expected = EXPECTED[path.rpartition(".")[2] == "krw"]
                faults.append(Fault(ADDRESS, path, shown(written), expected))
    if faults:
        raise InputError(faults)
    return {path: value for path, value in found.items() if _differs(rules, path, value)}


def _is_place(path: str, rules: DivisionRules) -> bool:
    match path.split("."):
        case ["divisions", division, "ceiling" | "minimum", "share" | "krw"]:
            return division in rules.ids
        case ["bands", centre_type, division, "min_share" | "max_share"]:
            return division in rules.ids and centre_type in CENTRE_TYPES
    return False


def _other_unit(path: str) -> str:
    """A limit is a share or won, never both."""
    place, _, end = path.rpartition(".")
    return f"{place}.{OTHER_UNIT.get(end, end)}"


def _value(path: str, written: str) -> Value | None:
    """A value of the rules from text.

    Raises:
        ValueError: if it is none.
    """
    if not written:
        return None
    form = WHOLE_WON if path.endswith(".krw") else PLAIN_SHARE
    if not form.fullmatch(written):
        raise ValueError(written)
    return int(written) if form is WHOLE_WON else Decimal(written)


def _differs(rules: DivisionRules, path: str, value: Value | None) -> bool:
    try:
        return edited(rules, {path: value}) != rules
    except InputError:  # a band's least above its most: told where its effect would stand
        return True


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
