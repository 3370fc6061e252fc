"""The audit trail on the screen: filters in the address, the list, one record, proof, export."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any

import streamlit as st

from budget.allocation.faults import N_
from budget.ui import address, deed_dialog, keys, session, trail_proof, trail_record
from budget.ui.address import Parameter
from budget.ui.division_words import division_fields
from budget.ui.request_words import OTHER_FIELDS
from budget.ui.text import plain
from budget.view import trail
from budget.view.parameters import capital
from budget.view.trail import Terms
from budget.view.words import Words
from budget.workflow import divisions, fields, need_states, records, rounds, saved_scenarios
from budget.workflow.deeds import STATE
from budget.workflow.records import Filter, Line
from budget.workflow.roles import ROLE_NAMES, VERB_NAMES, Verb

PAGE_ROWS = 100
TABLE_HEIGHT = 476
WIDTHS = {"ko": (90, 114, 54, 170, 126), "en": (94, 130, 68, 148, 116)}
"""Pixels of person, action, outcome, object, states."""
MOST_TEXT = 100
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
VERIFY, EXPORT = "verify", "export"

FILTERS: Mapping[str, str] = {
    keys.TEXT_PARAMETER: N_("Search"),
    keys.FIRST_DAY_PARAMETER: N_("From"),
    keys.LAST_DAY_PARAMETER: N_("To"),
    keys.WHO_PARAMETER: N_("Person"),
    keys.VERB_PARAMETER: N_("Action"),
    keys.KIND_PARAMETER: N_("Kind of object"),
    keys.OBJECT_PARAMETER: N_("Object"),
    keys.OUTCOME_PARAMETER: N_("Outcome"),
    keys.PAGE_PARAMETER: N_("Page"),
    keys.RECORD_PARAMETER: N_("Record"),
}
"""Parameters of the address, and what they are called."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    wanted: Filter
    page: int
    record: int | None


def trail_page() -> None:
    """Filters, the records that match, and one of them beside the list.

    Raises:
        Forbidden: for anybody but auditor and lead.
    """
    _ = session.words()
    terms = _terms()
    asked = _asked(terms)
    _filters(asked, terms, _)
    lines, count = records.records(
        session.store(),
        session.who(),
        asked.wanted,
        first=(asked.page - 1) * PAGE_ROWS,
        most=PAGE_ROWS,
    )
    pages = max(1, ceil(count / PAGE_ROWS))
    if asked.page > pages:
        st.query_params[keys.PAGE_PARAMETER] = str(pages)
        st.rerun()
    _above_the_list(asked, count, pages, terms, _)
    if not lines:
        _nothing_found(_)
        return
    left, right = st.columns([0.64, 0.36], gap="small")
    with left:
        _list(lines, asked, terms, _)
    with right:
        line = _chosen(lines, asked)
        if line is None:
            st.info(_("There is no record with this number."), icon=":material/search_off:")
        else:
            trail_record.record(line, terms, session.numbers(), _ask_for_object)


def _terms() -> Terms:
    store, who = session.store(), session.who()
    need_fields = {name: found.label for name, found in fields.BY_NAME.items()}
    return Terms(
        verbs=VERB_NAMES,
        roles=ROLE_NAMES,
        states={
            "round": rounds.STATES,
            "special_need": need_states.STATES,
            "publication": {"proposed": _PROPOSED, **rounds.STATES},
            "division_plan": divisions.STATES,
        },
        values={
            STATE: {**divisions.STATES, **rounds.STATES, **need_states.STATES},
            "role": ROLE_NAMES,
            "category": fields.CATEGORIES,
            "considered": saved_scenarios.CONSIDERED,
            "verb": VERB_NAMES,
            "object_kind": trail.KINDS,
            "outcome": trail.OUTCOMES,
        },
        fields={**OTHER_FIELDS, **need_fields, **division_fields(store, who)},
        people=records.people_in_trail(store, who),
        centres=rounds.centre_names(store, who),
    )


_PROPOSED = N_("proposed")


# --- the address -------------------------------------------------------------------------------


def _asked(terms: Terms) -> Asked:
    """The filter that the address names; what it cannot mean is told."""
    people = Parameter(
        keys.WHO_PARAMETER, lambda text: _key(address.whole(text), terms.people), FROM_THE_LIST
    )
    found = address.read(FIRST, LAST, people, VERB, KIND, OBJECT, OUTCOME, TEXT, PAGE, RECORD)
    wanted = Filter(
        first_day=found.one(FIRST),
        last_day=found.one(LAST),
        person_id=found.one(people),
        verb=found.one(VERB) or "",
        object_kind=found.one(KIND) or "",
        object_id=found.one(OBJECT) or "",
        outcome=found.one(OUTCOME) or "",
        text=found.one(TEXT) or "",
    )
    return Asked(wanted, found.one(PAGE) or 1, found.one(RECORD))


def _day(text: str) -> date:
    day = fields.day_from(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def _key[K](value: K, known: Mapping[K, object]) -> K:
    if value not in known:
        raise KeyError(value)
    return value


def _text(text: str) -> str:
    return fields.clean_text(text.strip(), MOST_TEXT)


FROM_THE_LIST = N_("a value of the list")
DAY = N_("a day such as 2027-03-31")
FIRST = Parameter(keys.FIRST_DAY_PARAMETER, _day, DAY)
LAST = Parameter(keys.LAST_DAY_PARAMETER, _day, DAY)
VERB = Parameter(keys.VERB_PARAMETER, lambda text: _key(text, VERB_NAMES), FROM_THE_LIST)
KIND = Parameter(keys.KIND_PARAMETER, lambda text: _key(text, trail.KINDS), FROM_THE_LIST)
OUTCOME = Parameter(keys.OUTCOME_PARAMETER, lambda text: _key(text, trail.OUTCOMES), FROM_THE_LIST)
OBJECT = Parameter(keys.OBJECT_PARAMETER, _text, address.WORDS)
TEXT = Parameter(keys.TEXT_PARAMETER, _text, address.WORDS)
PAGE = Parameter(keys.PAGE_PARAMETER, address.whole, address.WHOLE)
RECORD = Parameter(keys.RECORD_PARAMETER, address.whole, address.WHOLE)


def _ask(**parameters: str | None) -> None:
    """Change the filter in the address; the list begins anew."""
    changed = {
        keys.PAGE_PARAMETER: None,
        keys.RECORD_PARAMETER: None,
        **parameters,
    }
    for name, value in changed.items():
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            del st.query_params[name]


def _ask_by_control(name: str) -> None:
    value = st.session_state[keys.asked(name)]
    _ask(**{name: "" if value is None else str(value).strip()})


def _ask_for_object(line: Line) -> None:
    _ask(
        **{
            **dict.fromkeys(FILTERS),
            keys.KIND_PARAMETER: line.object_kind,
            keys.OBJECT_PARAMETER: line.object_id,
        }
    )


def _ask_for_all() -> None:
    _ask(**dict.fromkeys(FILTERS))


# --- filters -----------------------------------------------------------------------------------


def _filters(asked: Asked, terms: Terms, _: Words) -> None:
    wanted = asked.wanted

    def control(name: str, value: object) -> dict[str, Any]:
        st.session_state[keys.asked(name)] = value
        return {"key": keys.asked(name), "on_change": _ask_by_control, "args": (name,)}

    def choice(name: str, value: object, names: Mapping[Any, str], width: int) -> None:
        st.selectbox(
            _(FILTERS[name]),
            list(names),
            index=None,
            format_func=lambda key: names[key],
            placeholder=_("all"),
            width=width,
            **control(name, value),
        )

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            _(FILTERS[keys.TEXT_PARAMETER]),
            placeholder=_("Number, reason or identity"),
            icon=":material/search:",
            max_chars=MOST_TEXT,
            width=206,
            **control(keys.TEXT_PARAMETER, wanted.text),
        )
        choice(keys.OUTCOME_PARAMETER, wanted.outcome or None, _names(trail.OUTCOMES, _), 136)
        for name, day in (
            (keys.FIRST_DAY_PARAMETER, wanted.first_day),
            (keys.LAST_DAY_PARAMETER, wanted.last_day),
        ):
            st.date_input(
                _(FILTERS[name]),
                value=None,
                format="YYYY-MM-DD",
                min_value=FIRST_DAY,
                max_value=LAST_DAY,
                width=136,
                **control(name, day),
            )
        people = {
            identifier: _.of(korean, english or korean)
            for identifier, (korean, english) in sorted(
                terms.people.items(), key=lambda item: item[1]
            )
        }
        choice(keys.WHO_PARAMETER, wanted.person_id, people, 164)
        choice(keys.VERB_PARAMETER, wanted.verb or None, _names(VERB_NAMES, _), 178)
        choice(keys.KIND_PARAMETER, wanted.object_kind or None, _names(trail.KINDS, _), 150)


def _names(names: Mapping[str, str], _: Words) -> dict[str, str]:
    return {str(key): capital(_(name)) for key, name in names.items()}


def _above_the_list(asked: Asked, count: int, pages: int, terms: Terms, _: Words) -> None:
    """How many records there are, of which object, and what can be done with them."""
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        gap="small",
    ):
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", width="content"
        ):
            first = (asked.page - 1) * PAGE_ROWS + 1
            st.markdown(
                f"**{plain(_.ngettext('{count} record', '{count} records', count))}**",
                width="content",
            )
            if pages > 1:
                st.caption(
                    plain(f"{first:,}–{min(count, first + PAGE_ROWS - 1):,}"), width="content"
                )
                _page_switch(asked.page, pages)
            if asked.wanted.object_id:
                kind = trail.KINDS.get(asked.wanted.object_kind, "")
                st.button(
                    plain(f"{capital(_(kind)) if kind else ''} {asked.wanted.object_id}".strip()),
                    icon=":material/close:",
                    help=_("Show the records of every object again"),
                    key=keys.TRAIL_EVERY_OBJECT,
                    on_click=_ask,
                    kwargs={keys.OBJECT_PARAMETER: None, keys.KIND_PARAMETER: None},
                )
            if asked.wanted != Filter():
                st.button(
                    _("Reset filters"),
                    key=keys.TRAIL_RESET,
                    type="tertiary",
                    icon=":material/filter_alt_off:",
                    on_click=_ask_for_all,
                )
        with st.container(
            horizontal=True, horizontal_alignment="right", gap="small", width="content"
        ):
            deed_dialog.opener(VERIFY, _("Verify the trail"), icon=":material/verified_user:")
            if session.person().may(Verb.EXPORT_TRAIL):
                deed_dialog.opener(
                    EXPORT,
                    _("Export…"),
                    seen=(asked.wanted, count),
                    icon=":material/download:",
                    disabled=not count,
                )
    deed_dialog.show(VERIFY, _("Verify the trail"), trail_proof.verification, width="medium")
    deed_dialog.show(EXPORT, _("Export records"), trail_proof.export, width="medium")


def _page_switch(page: int, pages: int) -> None:
    st.pagination(
        pages,
        default=page,
        max_visible_pages=5,
        width=210,
        key=keys.trail_pages(page),
        on_change=_choose_page,
        args=(page,),
    )


def _choose_page(page: int) -> None:
    _ask(**{keys.PAGE_PARAMETER: str(st.session_state[keys.trail_pages(page)])})


def _nothing_found(_: Words) -> None:
    st.info(
        _("No record matches. Take a filter away, or reset them all."), icon=":material/search_off:"
    )


# --- the list ----------------------------------------------------------------------------------


def _list(lines: list[Line], asked: Asked, terms: Terms, _: Words) -> None:
    rows = trail.trail_table(lines, terms, _)
    numbers = [line.number for line in lines]
    st.session_state[keys.TRAIL_SHOWN] = numbers
    key = keys.trail_table(f"{numbers[0]}-{numbers[-1]}-{len(numbers)}")
    chosen = [numbers.index(asked.record)] if asked.record in numbers else []
    text, widths = st.column_config.TextColumn, WIDTHS[_.language]
    st.dataframe(
        rows,
        column_config={
            "number": st.column_config.NumberColumn(_("No."), format="%d", width=44, pinned=True),
            "when": text(_("Korean time"), width=136),
            "person": text(_("Person"), width=widths[0]),
            "verb": text(_("Action"), width=widths[1]),
            "outcome": text(_("Outcome"), width=widths[2]),
            "object": text(_("Object"), width=widths[3]),
            "states": text(_("From → to"), width=widths[4]),
            "role": text(_("Role"), width=110),
            "reason": text(_("Reason"), width=320),
        },
        hide_index=True,
        height=TABLE_HEIGHT if len(lines) > 12 else "content",
        row_height=30,
        placeholder="",
        key=key,
        on_select=_choose_record,
        selection_mode="single-row",
        selection_default={"selection": {"rows": chosen, "columns": [], "cells": []}},
        alt=_("Records of the audit trail, the newest first"),
    )


def _choose_record() -> None:
    """Say the marked record in the address."""
    numbers = st.session_state[keys.TRAIL_SHOWN]
    table = keys.trail_table(f"{numbers[0]}-{numbers[-1]}-{len(numbers)}")
    rows = st.session_state[table]["selection"]["rows"]
    if rows:
        st.query_params[keys.RECORD_PARAMETER] = str(numbers[rows[0]])
    else:
        st.query_params.pop(keys.RECORD_PARAMETER, None)


def _chosen(lines: list[Line], asked: Asked) -> Line | None:
    """The record that the address names, wherever it stands; else the newest of the list."""
    if asked.record is None:
        return lines[0]
    found = next((line for line in lines if line.number == asked.record), None)
    if found is not None:
        return found
    others, _count = records.records(session.store(), session.who(), Filter(number=asked.record))
    return others[0] if others else None
