"""The audit trail on the screen: filters in the address, the list, one record, proof, export."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import ceil
from typing import Any

import streamlit as st

from budget.allocation.faults import N_, InputError
from budget.allocation.policy import Policy
from budget.ui import deed_dialog, keys, session
from budget.ui.deed_dialog import Fields, Prepared
from budget.ui.request_words import OTHER_FIELDS
from budget.ui.server import EXPORT_SECONDS, export_link
from budget.ui.text import plain
from budget.view import trail
from budget.view.numbers import Numbers
from budget.view.parameters import capital, full_title, parameter_at, scale_of, shown
from budget.view.trail import Terms
from budget.view.words import Words
from budget.workflow import fields, records, rounds, scenarios, special_needs
from budget.workflow.deeds import STATE
from budget.workflow.records import Filter, Line, Proof
from budget.workflow.refusals import Forbidden
from budget.workflow.roles import ROLE_NAMES, VERB_NAMES, Verb

PAGE_ROWS = 100
TABLE_HEIGHT = 476
MOST_TEXT = 100
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
LONG = 60
"""A longer value stands below the table, whole."""
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
    """What the address asks for.

    Attributes:
        wrong: parameters that cannot be used, with their values.
    """

    wanted: Filter
    page: int
    record: int | None
    wrong: list[tuple[str, str]] = field(default_factory=list)


def trail_page() -> None:
    """Filters, the records that match, and one of them beside the list.

    Raises:
        Forbidden: for anybody but auditor and lead.
    """
    _ = session.words()
    terms = _terms()
    asked = _asked(terms)
    _filters(asked, terms, _)
    for name, value in asked.wrong:
        st.warning(
            plain(
                _(
                    "The address asks for {name} “{value}”, which does not exist here. It was "
                    "left out.",
                    name=_(FILTERS[name]),
                    value=value[:MOST_TEXT],
                )
            ),
            icon=":material/link_off:",
        )
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
            _record(line, terms, session.numbers())


def _terms() -> Terms:
    store, who = session.store(), session.who()
    need_fields = {name: found.label for name, found in fields.BY_NAME.items()}
    return Terms(
        verbs=VERB_NAMES,
        roles=ROLE_NAMES,
        states={
            "round": rounds.STATES,
            "special_need": special_needs.STATES,
            "publication": {"proposed": _PROPOSED, **rounds.STATES},
        },
        values={
            STATE: {**rounds.STATES, **special_needs.STATES},
            "role": ROLE_NAMES,
            "category": fields.CATEGORIES,
            "considered": scenarios.CONSIDERED,
            "verb": VERB_NAMES,
            "object_kind": trail.KINDS,
            "outcome": trail.OUTCOMES,
        },
        fields={**OTHER_FIELDS, **need_fields},
        people=records.people_in_trail(store, who),
        centres=rounds.centre_names(store, who),
    )


_PROPOSED = N_("proposed")


# --- the address -------------------------------------------------------------------------------


def _asked(terms: Terms) -> Asked:
    """The filter that the address names; what it cannot mean is told."""
    wrong: list[tuple[str, str]] = []

    def read(name: str, meaning: Callable[[str], Any]) -> Any:
        text = st.query_params.get(name, "")
        if not text.strip():
            return None
        try:
            return meaning(text)
        except (ValueError, KeyError):
            wrong.append((name, "".join(sign for sign in text if sign.isprintable())))
            return None

    wanted = Filter(
        first_day=read(keys.FIRST_DAY_PARAMETER, _day),
        last_day=read(keys.LAST_DAY_PARAMETER, _day),
        person_id=read(keys.WHO_PARAMETER, lambda text: _key(_number(text), terms.people)),
        verb=read(keys.VERB_PARAMETER, lambda text: _key(text, VERB_NAMES)) or "",
        object_kind=read(keys.KIND_PARAMETER, lambda text: _key(text, trail.KINDS)) or "",
        object_id=read(keys.OBJECT_PARAMETER, _text) or "",
        outcome=read(keys.OUTCOME_PARAMETER, lambda text: _key(text, trail.OUTCOMES)) or "",
        text=read(keys.TEXT_PARAMETER, _text) or "",
    )
    return Asked(
        wanted,
        read(keys.PAGE_PARAMETER, _number) or 1,
        read(keys.RECORD_PARAMETER, _number),
        wrong,
    )


def _day(text: str) -> date:
    day = fields.day_from(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
        raise ValueError(text)
    return int(text)


def _key[K](value: K, known: Mapping[K, object]) -> K:
    if value not in known:
        raise KeyError(value)
    return value


def _text(text: str) -> str:
    return fields.clean_text(text.strip(), MOST_TEXT)


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
    deed_dialog.show(VERIFY, _("Verify the trail"), _verification, width="medium")
    deed_dialog.show(EXPORT, _("Export records"), _export, width="medium")


def _page_switch(page: int, pages: int) -> None:
    st.session_state[keys.TRAIL_PAGES] = page
    st.pagination(
        pages, key=keys.TRAIL_PAGES, max_visible_pages=5, on_change=_choose_page, width="content"
    )


def _choose_page() -> None:
    _ask(**{keys.PAGE_PARAMETER: str(st.session_state[keys.TRAIL_PAGES])})


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
    text = st.column_config.TextColumn
    st.dataframe(
        rows,
        column_config={
            "number": st.column_config.NumberColumn(_("No."), format="%d", width=44, pinned=True),
            "when": text(_("Korean time"), width=136),
            "person": text(_("Person"), width=90),
            "verb": text(_("Action"), width=114),
            "outcome": text(_("Outcome"), width=54),
            "object": text(_("Object"), width=170),
            "states": text(_("From → to"), width=126),
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


# --- one record --------------------------------------------------------------------------------


def _record(line: Line, terms: Terms, numbers: Numbers) -> None:
    _ = numbers.words
    with st.container(border=True, gap="small"):
        with st.container(
            horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
        ):
            st.markdown(
                f"**{plain(_('Record {number}', number=line.number))}** · "
                + plain(trail.verb_name(line.verb, terms, _)),
                width="content",
            )
            st.badge(
                capital(_(trail.OUTCOMES.get(line.outcome, line.outcome))),
                color="green" if line.outcome == "done" else "orange",
                icon=":material/check:" if line.outcome == "done" else ":material/block:",
            )
        st.markdown(
            plain(trail.moment(line.at))
            + f" :small[:gray[{plain(_('Korean time'))}]]  \n"
            + f"{plain(trail.person_of(line, _))} "
            + f":small[:gray[{plain(trail.roles_of(line, terms, _))}]]"
        )
        _object(line, _)
        states = trail.states_of(line, terms, _)
        if states:
            st.markdown(f":material/swap_horiz: {plain(states)}")
        if line.reason:
            st.caption(_("Reason"))
            st.text(trail.reason_of(line, _))
        _changes(line, terms, numbers)
        _proof_of_record(line, _)


def _object(line: Line, _: Words) -> None:
    """The object, with the way to it."""
    if line.object_kind:
        name = plain(trail.object_of(line, _))
        if line.object_kind == "special_need" and session.person().may(Verb.SEE_QUEUE):
            st.page_link(
                "pages/review.py",
                label=name,
                icon=":material/rule:",
                query_params={keys.REQUEST_PARAMETER: line.object_id, **session.address()},
                width="content",
            )
        else:
            st.markdown(f":material/category: {name}")
    if line.object_kind and line.object_id:
        st.button(
            _("All records of this object"),
            key=keys.TRAIL_OF_OBJECT,
            type="tertiary",
            icon=":material/history:",
            on_click=_ask,
            kwargs={
                **dict.fromkeys(FILTERS),
                keys.KIND_PARAMETER: line.object_kind,
                keys.OBJECT_PARAMETER: line.object_id,
            },
        )


def _changes(line: Line, terms: Terms, numbers: Numbers) -> None:
    """Every field, old and new; long texts whole, below."""
    _ = numbers.words
    found = trail.changes_of(line, terms, numbers, _parameters(line, numbers))
    if not found:
        return
    text = st.column_config.TextColumn
    st.dataframe(
        {
            "field": [change.field for change in found],
            "before": [change.before for change in found],
            "after": [change.after for change in found],
        },
        column_config={
            "field": text(_("Changed"), width=104, pinned=True),
            "before": text(_("before"), width=104),
            "after": text(_("after"), width=150),
        },
        hide_index=True,
        height="content" if len(found) <= 8 else 250,
        row_height=28,
        alt=_("Fields that this record changed, before and after"),
    )
    long = [change for change in found if max(len(change.before), len(change.after)) > LONG]
    if long:
        with st.expander(_("Long texts in full")):
            for change in long:
                st.caption(plain(f"{change.field}: {_('before')}"))
                st.text(change.before)
                st.caption(plain(f"{change.field}: {_('after')}"))
                st.text(change.after)


def _parameters(line: Line, numbers: Numbers) -> Callable[[str, Any], tuple[str, str] | None]:
    """How to tell the parameters of a policy that a record of a scenario names."""
    policy = _policy_of(line)

    def told(path: str, value: Any) -> tuple[str, str] | None:
        parameter = parameter_at(policy, path) if policy else None
        if policy is None or parameter is None:
            return None
        title = full_title(parameter, policy, numbers.words)
        if value is None:
            return title, ""
        scale = scale_of(parameter, policy)
        try:
            return title, shown(type(parameter.value)(value), scale, numbers)
        except (ValueError, ArithmeticError):
            return title, str(value)

    return told


def _policy_of(line: Line) -> Policy | None:
    number = line.to_state.removeprefix("version ")
    if line.object_kind != "scenario" or not (number.isdecimal() and line.object_id.isdecimal()):
        return None
    try:
        return scenarios.scenario(
            session.store(), session.who(), int(line.object_id), int(number)
        ).policy
    except Forbidden:  # of an earlier round
        return None


def _proof_of_record(line: Line, _: Words) -> None:
    """What a colleague needs to check the record: moment in UTC, identity, version, hash."""
    with st.expander(
        plain(_("Hash {hash}…", hash=line.hash[: trail.HASH_DIGITS])), icon=":material/fingerprint:"
    ):
        st.code(f"{line.number}:{line.hash}", language=None, wrap_lines=True)
        facts = [
            (_("UTC"), trail.moment(line.at, utc=True)),
            (_("Identity"), line.identity),
            (_("Based on version"), "" if line.based_on is None else str(line.based_on)),
        ]
        for name, value in facts:
            if value:
                st.markdown(f":small[:gray[{plain(name)}]] {plain(value)}")


# --- proof -------------------------------------------------------------------------------------


def _verification(prepared: Prepared) -> None:
    """Prove the trail at once; then, if wanted, against a record that was written down."""
    _ = session.words()
    asked = Fields(prepared)
    verdict = st.container()
    with st.form(prepared.field("form"), border=True, enter_to_submit=False):
        st.markdown(f"**{plain(_('Compare with a record written down earlier'))}**")
        st.caption(
            _(
                "Whoever cuts records off the end leaves a whole trail. A number and hash kept "
                "elsewhere also proves that nothing is missing."
            )
        )
        with st.container(horizontal=True, vertical_alignment="top", gap="small"):
            with st.container(width=110, gap="xsmall"):
                number = asked.text("number", _("Number"), 9)
            with st.container(width="stretch", gap="xsmall"):
                hash_ = asked.text("hash", _("Hash"), 80, placeholder=_("64 digits"))
        compares = st.form_submit_button(_("Verify and compare"), icon=":material/compare_arrows:")
    number, hash_ = number.strip(), hash_.strip().lower()
    expected = None
    if compares or number or hash_:
        digits = number.isascii() and number.isdigit()
        expected = (int(number) if digits else 0, hash_)
    with verdict:
        try:
            with st.spinner(_("Checking every record …"), show_time=True):
                proof = records.verify(session.store(), session.who(), expected)
        except InputError as error:
            asked.faults(error.faults, _)
        else:
            _tell(proof, expected, _)


def _tell(proof: Proof, expected: tuple[int, str] | None, _: Words) -> None:
    """The verdict, with the number and hash to be written down."""
    chain = proof.trail
    if chain.broken is not None:
        st.error(
            plain(_(records.BROKEN, number=chain.broken, why=_(chain.why))),
            icon=":material/gpp_bad:",
        )
        st.markdown(
            plain(
                _(
                    "Please keep the database as it is, tell the administrator, and compare with "
                    "the last backup."
                )
            )
        )
        return
    for kind, identifier in proof.contents:
        st.error(
            plain(
                _(
                    records.FALSE_CONTENT,
                    kind=capital(_(trail.KINDS.get(kind, kind))),
                    id=identifier,
                )
            ),
            icon=":material/gpp_bad:",
        )
    if not proof.is_whole:
        return
    said = _.ngettext(
        "The trail is whole: {records} record.",
        "The trail is whole: {records} records.",
        chain.records,
        records=f"{chain.records:,}",
    )
    if expected is not None:
        said += " " + _("Record {number} is the one that was written down.", number=expected[0])
    st.success(plain(said), icon=":material/verified_user:")
    st.caption(_("Number and hash of the last record. Keep them outside this program:"))
    st.code(f"{chain.records}:{chain.last_hash}", language=None, wrap_lines=True)


# --- export ------------------------------------------------------------------------------------


def _export(prepared: Prepared) -> None:
    """Record the export with its reason; then the link, for this person and five minutes."""
    _ = session.words()
    wanted, count = prepared.seen
    asked = Fields(prepared)
    st.markdown(
        plain(
            _.ngettext(
                "{count} record that matches the filters, as CSV. The export and its reason are "
                "recorded first.",
                "{count} records that match the filters, as CSV. The export and its reason are "
                "recorded first.",
                count,
            )
        )
    )
    ready = st.session_state.get(prepared.field("ready"), False)
    if not ready:
        with st.form(prepared.field("form"), border=False, enter_to_submit=False):
            reason = asked.reason()
            if st.form_submit_button(
                _("Record and prepare the file"), type="primary", icon=":material/download:"
            ):
                ready = asked.attempt(
                    lambda: records.export(
                        session.store(), session.who(), wanted, reason, key=prepared.key
                    ),
                    "",
                )
                if ready:
                    st.session_state[prepared.field("ready")] = True
                    st.rerun()
        return
    st.success(_("The export is recorded."), icon=":material/check_circle:")
    st.link_button(
        _("Download the file"),
        export_link(wanted, prepared.key, session.who()),
        type="primary",
        icon=":material/download:",
    )
    st.caption(
        _(
            "The link is for you alone and works for {minutes} minutes. It gives the records up "
            "to this export.",
            minutes=EXPORT_SECONDS // 60,
        )
    )
