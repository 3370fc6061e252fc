"""The queue of requests: filters, one row a request, and assigning several at once."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from budget.allocation.faults import N_
from budget.ui import address, effect, keys, session
from budget.ui.address import Parameter
from budget.ui.downloads import downloads
from budget.ui.request_export import requests_contents
from budget.ui.request_words import category_name, standing, state_in_brief, state_name
from budget.ui.review_deeds import Told, reviewer_name, tell
from budget.ui.review_facts import title
from budget.ui.review_forms import reviewers, waits_for_me
from budget.ui.several import several
from budget.ui.text import plain
from budget.view.names import centre_name, province_name
from budget.view.numbers import Numbers
from budget.view.words import Words
from budget.workflow import deadlines, needs_seen, review
from budget.workflow.fields import CATEGORIES
from budget.workflow.need_states import STATES, UNDECIDED
from budget.workflow.needs_seen import Need
from budget.workflow.roles import Role, Verb
from budget.workflow.rounds import RoundFacts

ROW = 32
MOST_HEIGHT = 462
LANDING = "state"
"""The first column: the keyboard enters the table there, so a marked cell of it opens nothing."""
NOBODY = "nobody"
"""Stands in the address for requests without a reviewer."""


def queue(rows: Sequence[Need], round_: RoundFacts) -> str:
    """The queue; gives the number of the request that was just opened, else ""."""
    _ = session.words()
    if not rows:
        st.info(
            plain(
                _("No request has been submitted yet. Once a centre submits one, it stands here.")
            ),
            icon=":material/inbox:",
        )
        return ""
    waiting = sum(waits_for_me(need, round_) for need in rows)
    with st.container(
        horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"
    ):
        st.subheader(plain(_queue_title(waiting, len(rows), _)), anchor=False, width="content")
        files = st.container(width="content")
    shown = _filtered(rows, round_, _)
    if not shown:
        st.info(_("No request matches the filters."), icon=":material/filter_alt_off:")
        st.button(_("Clear the filters"), key=keys.QUEUE_CLEAR, on_click=_clear)
        return ""
    with files:
        check = partial(needs_seen.queue, session.store(), session.who())
        downloads(partial(requests_contents, "review", shown, round_, check))
    above = st.container()
    ticked, marked, opened = _table(shown, round_, _)
    with above:
        return _above(ticked, marked, len(shown), len(rows), _) or opened


def _queue_title(waiting: int, count: int, _: Words) -> str:
    total = _.ngettext("{count} request in the queue", "{count} requests in the queue", count)
    if not waiting:
        return total
    return f"{_.ngettext('{count} waits for you', '{count} wait for you', waiting)} · {total}"


# --- filters -------------------------------------------------------------------------------------


def _kept(name: str) -> str:
    return keys.kept("review", name)


TEXT = Parameter(
    keys.TEXT_PARAMETER, address.words_of, address.WORDS, kept=_kept(keys.TEXT_PARAMETER)
)
STATE = Parameter(
    keys.STATE_PARAMETER,
    address.one_of(STATES),
    N_("a state of a request, in its English short form"),
    is_many=True,
    kept=_kept(keys.STATE_PARAMETER),
)
CATEGORY = Parameter(
    keys.CATEGORY_PARAMETER,
    address.one_of(CATEGORIES),
    N_("a category of requests, in its English short form"),
    is_many=True,
    kept=_kept(keys.CATEGORY_PARAMETER),
)
MINE = Parameter(
    keys.MINE_PARAMETER,
    address.is_set,
    address.ON,
    kept=_kept(keys.MINE_PARAMETER),
    write=lambda _is_on: address.TRUE,
)
REVIEWER = Parameter(
    keys.REVIEWER_PARAMETER,
    address.one_of(()),
    N_("nobody, or the number of a reviewer of the list"),
    kept=_kept(keys.REVIEWER_PARAMETER),
)


def filters(rows: Sequence[Need]) -> list[Parameter[Any]]:
    """What the address may say of the queue."""
    numbers = {str(need.reviewer_id) for need in rows if need.reviewer_id}
    reviewer = replace(REVIEWER, read=address.one_of({NOBODY, *numbers}))
    return [TEXT, STATE, CATEGORY, reviewer, MINE]


def _clear() -> None:
    for parameter in filters(()):
        address.choose(parameter, None)


def _choose(parameter: Parameter[Any], key: str) -> None:
    chosen = st.session_state[key]
    address.choose(parameter, chosen.strip() if isinstance(chosen, str) else chosen)


def _control(parameter: Parameter[Any], key: str, value: Any) -> dict[str, Any]:
    """What every filter's control has: its value from the address, and the way back to it."""
    st.session_state[key] = value
    return {"key": key, "on_change": _choose, "args": (parameter, key)}


def _filtered(rows: Sequence[Need], round_: RoundFacts, _: Words) -> list[Need]:
    """Filters in a row, and the requests that match all of them."""
    provinces = effect.provinces()
    text = address.value(TEXT) or ""
    wanted, categories = address.values(STATE), address.values(CATEGORY)
    reviewer = address.value(REVIEWER)
    is_mine = address.value(MINE) is True and not session.person().has(Role.AUDITOR)
    _controls(rows, _, has_provinces=bool(provinces))
    return [
        need
        for need in rows
        if (not wanted or need.state in wanted)
        and (not categories or need.category in categories)
        and (reviewer is None or str(need.reviewer_id or NOBODY) == reviewer)
        and (not is_mine or _mine(need, round_))
        and _matches(need, text, provinces, _)
    ]


def _controls(rows: Sequence[Need], _: Words, *, has_provinces: bool) -> None:
    wanted = address.values(STATE)
    states = [
        state for state in STATES if state in wanted or any(need.state == state for need in rows)
    ]
    names = {str(need.reviewer_id): reviewer_name(need, _) for need in rows if need.reviewer_id}
    hidden: Any = {"label_visibility": "collapsed"}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.text_input(
            _("Filter"),
            placeholder=_("Number, title, centre or province")
            if has_provinces
            else _("Number, title or centre"),
            icon=":material/search:",
            max_chars=address.MOST_TEXT,
            width=276,
            **hidden,
            **_control(TEXT, keys.QUEUE_TEXT, address.value(TEXT) or ""),
        )
        several(
            _("State"),
            states,
            wanted,
            name=lambda state: state_name(state, _),
            nothing=_("All states"),
            width=220,
            **_control(STATE, keys.QUEUE_STATES, wanted),
        )
        categories = address.values(CATEGORY)
        several(
            _("Category"),
            list(CATEGORIES),
            categories,
            name=lambda category: category_name(category, _),
            nothing=_("All categories"),
            width=200,
            **_control(CATEGORY, keys.QUEUE_CATEGORIES, categories),
        )
        reviewer = address.value(REVIEWER)
        st.selectbox(
            _("Reviewer"),
            [NOBODY, *names],
            index=None,
            format_func=lambda number: names.get(number, _("nobody yet")),
            placeholder=_("All reviewers"),
            width=170,
            **hidden,
            **_control(
                REVIEWER, keys.QUEUE_REVIEWER, reviewer if reviewer in {NOBODY, *names} else None
            ),
        )
        if not session.person().has(Role.AUDITOR):
            st.toggle(
                _("Only mine"), **_control(MINE, keys.QUEUE_MINE, address.value(MINE) is True)
            )


def _mine(need: Need, round_: RoundFacts) -> bool:
    """Whether a request is in the reader's hands, or waits for them."""
    return need.reviewer_id == session.person().id or waits_for_me(need, round_)


def _matches(need: Need, text: str, provinces: Mapping[str, str], _: Words) -> bool:
    wanted = text.strip().casefold()
    province = province_name(provinces.get(need.centre_id, ""), _)
    where = (need.id, need.title, need.title_en, need.centre_ko, need.centre_en, province)
    return any(wanted in found.casefold() for found in where)


# --- the table -----------------------------------------------------------------------------------


def _table(
    shown: Sequence[Need], round_: RoundFacts, _: Words
) -> tuple[list[Need], Need | None, str]:
    """One row a request; gives those ticked, the one marked, and the one opened by a click."""
    numbers = session.numbers()
    may_assign = session.person().may(Verb.ASSIGN)
    ids = ",".join(need.id for need in shown)
    visit = st.session_state.get(keys.QUEUE_VISIT, 0)
    event = st.dataframe(
        _rows(shown, round_, numbers),
        column_config=_columns(shown, numbers),
        hide_index=True,
        row_height=ROW,
        height=min(MOST_HEIGHT, (len(shown) + 1) * ROW + 6),
        placeholder="",
        key=keys.queue_table(f"{hashlib.sha256(ids.encode()).hexdigest()[:12]}:{visit}"),
        on_select="rerun",
        selection_mode=["multi-row", "single-cell"] if may_assign else "single-cell",
        alt=_("Requests with state, centre, amounts, age and reviewer; a click opens one"),
    )
    chosen = event["selection"]
    ticked = [shown[row] for row in chosen["rows"] if row < len(shown)]
    cell = next(((row, column) for row, column in chosen["cells"] if row < len(shown)), None)
    if cell is None:
        return ticked, None, ""
    need = shown[cell[0]]
    return ticked, need, "" if cell[1] == LANDING else need.id


def _rows(shown: Sequence[Need], round_: RoundFacts, numbers: Numbers) -> pd.DataFrame:
    _, unit = numbers.words, numbers.unit.won
    today = deadlines.korean_day(round_.now)
    provinces = effect.provinces()

    def money(won: int | None) -> float | None:
        return None if won is None else won / unit

    rows = pd.DataFrame(
        {
            "state": [state_in_brief(need, numbers)],
            "request": need.id,
            "title": title(need, _),
            "centre": centre_name(need.centre_ko, need.centre_en, _),
            "province": province_name(provinces.get(need.centre_id, ""), _),
            "category": category_name(need.category, _),
            "requested": money(need.requested_krw),
            "assessed": money(need.assessed_krw),
            "approved": money(need.approved_krw),
            "priority": need.priority,
            "age": (today - deadlines.korean_day(need.submitted_at)).days
            if need.submitted_at and need.state in UNDECIDED
            else None,
            "reviewer": reviewer_name(need, _),
        }
        for need in shown
    )
    empty = [
        name
        for name in ("province", "assessed", "approved", "priority")
        if all(cell in {None, ""} or pd.isna(cell) for cell in rows[name])
    ]
    return rows.drop(columns=empty)


def _columns(shown: Sequence[Need], numbers: Numbers) -> dict[str, Any]:
    _ = numbers.words
    wider = {"million": 0, "thousand": 12, "won": 38}[numbers.unit.key]
    is_korean = _.language == "ko"
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    money = f"%,.{numbers.unit.digits}f"
    states = {state_in_brief(need, numbers): standing(need, numbers)[1] for need in shown}
    is_longer = any(need.is_funded_in_part for need in shown)

    def amount(label: str) -> Any:
        return number(
            label,
            format=money,
            width=84 + wider,
            help=plain(numbers.unit_name),
        )

    return {
        "state": st.column_config.MultiselectColumn(
            _("State"),
            options=list(states),
            color=list(states.values()),
            width=128 if is_longer else 92,
        ),
        "request": text(_("Number"), width=104),
        "title": text(_("Title"), width=262 if is_korean else 206),
        "centre": text(_("Centre"), width=92 if is_korean else 124),
        "province": text(_("Province"), width=60 if is_korean else 84),
        "category": text(_("Category"), width=76 if is_korean else 92),
        "requested": amount(_("Requested")),
        "assessed": amount(_("Assessed")),
        "approved": amount(_("Approved")),
        "priority": number(_("Priority"), format="%d", width=64),
        "age": number(_("Age (days)"), format="%d", width=78 if is_korean else 84),
        "reviewer": text(_("Reviewer"), width=92),
    }


# --- what to do with the rows --------------------------------------------------------------------


def _above(ticked: Sequence[Need], marked: Need | None, shown: int, total: int, _: Words) -> str:
    """What is marked or ticked and what can be done with it; gives a request to open."""
    numbers = session.numbers()
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", height=46, border=False
    ):
        if ticked:
            _assign(ticked, _)
            return ""
        if marked is not None:
            pressed = st.button(
                plain(_("Open {request}", request=marked.id)),
                key=keys.QUEUE_OPEN,
                icon=":material/open_in_full:",
            )
            st.caption(plain(title(marked, _)), width="content")
            return marked.id if pressed else ""
        hint = (
            _("A click opens a request; ticked ones can be assigned together.")
            if session.person().may(Verb.ASSIGN)
            else _("A click opens a request.")
        )
        st.caption(
            plain(
                _(
                    "{shown} of {total} requests · money in {unit}",
                    shown=shown,
                    total=total,
                    unit=numbers.unit_name,
                )
                + f" · {hint}"
            )
        )
    return ""


def _assign(ticked: Sequence[Need], _: Words) -> None:
    """Give the ticked requests to a reviewer, all that can be."""
    names = reviewers(_)
    st.markdown(
        f"**{plain(_.ngettext('{count} ticked', '{count} ticked', len(ticked)))}**",
        width="content",
    )
    chosen = st.selectbox(
        _("Reviewer"),
        list(names),
        index=None,
        format_func=names.__getitem__,
        placeholder=_("Choose a reviewer"),
        key=keys.ASSIGN_TO,
        label_visibility="collapsed",
        width=200,
    )
    if not st.button(
        _("Assign"),
        key=keys.ASSIGN,
        type=session.main_button(),
        icon=":material/person_add:",
        disabled=chosen is None,
    ):
        return
    needs = [(need.id, need.version) for need in ticked]
    name = f"assign_all:{chosen}:{needs}"
    done, refused = review.assign_all(
        session.store(), session.who(), needs, chosen or 0, key=session.deed_key(name)
    )
    session.deed_done(name)
    text = _.ngettext(
        "{count} request is with {reviewer} now.",
        "{count} requests are with {reviewer} now.",
        len(done),
        reviewer=names.get(chosen or 0, ""),
    )
    tell(Told(text if done else "", refused=tuple(refused)))
    st.rerun()
