"""The form of a draft: saved as it is typed, each fault at its field; looked at, then submitted."""

from functools import partial

import streamlit as st

from budget.allocation.faults import Fault, InputError
from budget.ui import keys, session
from budget.ui.drafting import (
    Drafting,
    Unsaved,
    act,
    drafting,
    keep_mine,
    save_as_typed,
    save_waiting,
    take_theirs,
)
from budget.ui.live_text import live_text_area
from budget.ui.problems import change_text, problems, refusal_text
from budget.ui.request_files import files
from budget.ui.request_view import heading, questions, request_fields, withdrawal
from budget.ui.request_words import (
    category_name,
    clock,
    days_left,
    expected_here,
    fields_of,
    is_urgent,
    moment,
    named,
    server_time,
    typed_won,
    until_text,
    won_in_words,
)
from budget.ui.round import facts
from budget.ui.text import plain
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words
from budget.workflow import deadlines, fields, needs_seen, special_needs
from budget.workflow.fields import Field
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict
from budget.workflow.rounds import RoundFacts

SHORT = ("requested_krw", "need_by", "lease_end")
"""Fields that share a line on a wide screen."""
HEIGHTS = {"condition": 72, "justification": 112}
PLACEHOLDERS = {"requested_krw": "34,000,000", "need_by": "2027-04-30", "lease_end": "2027-04-30"}
WIDTHS = [0.64, 0.36]


def is_writable(need: Need, round_: RoundFacts) -> bool:
    """Whether the form is shown; the service decides at every save."""
    return need.can_submit or (need.state == "draft" and round_.state == "open")


@st.fragment
def form(need_id: str) -> None:
    """The form beside what it takes to submit it; it reruns alone while somebody types."""
    with problems():
        save_waiting(need_id)
        need = needs_seen.need(session.store(), session.who(), need_id)
        round_ = facts()
        if not is_writable(need, round_) or keys.NOTICE in st.session_state:
            st.rerun()
        known = drafting(need_id)
        known.version = need.version
        texts = {**need.draft, **{name: new.text for name, new in known.unsaved.items()}}
        faults = _faults(texts, round_)
        if known.confirming and (faults or known.unsaved):
            known.confirming = False
        heading(need)
        questions(need, round_)
        left, right = st.columns(WIDTHS, gap="medium")
        if known.confirming:
            _confirmation(need, round_, left, right)
            return
        with left:
            _fields(need, known, texts, faults)
        with right:
            _submission(need, round_, known, faults)
            with st.container(border=True, gap="xsmall"):
                files(need, may_add=True)


def _faults(texts: dict[str, str], round_: RoundFacts) -> dict[str, Fault]:
    """What would keep the draft from being submitted today, by field."""
    try:
        fields.checked_submission(texts, deadlines.korean_day(round_.now), round_.fiscal_year)
    except InputError as error:
        return {fault.where: fault for fault in error.faults}
    return {}


# --- the fields ----------------------------------------------------------------------------------


def _fields(need: Need, known: Drafting, texts: dict[str, str], faults: dict[str, Fault]) -> None:
    shown = fields_of(texts.get("category", ""))
    short = [field for field in shown if field.name in SHORT]
    columns = None
    for field in shown:
        if field.name == "category":
            _category(need.id, known, texts, faults)
            continue
        if field in short and columns is None:
            columns = dict(zip((one.name for one in short), st.columns(len(short)), strict=True))
        place = columns[field.name] if columns and field in short else st.container(gap="small")
        with place:
            _text(need.id, field, known, texts, faults)
    hidden = [
        field.name
        for field in fields.FIELDS
        if field not in shown and texts.get(field.name, "").strip()
    ]
    if hidden:
        _ = session.words()
        st.caption(
            plain(
                _(
                    "Not part of this category, kept in case you change it back: {fields}.",
                    fields=named(hidden, _),
                )
            )
        )


def _category(
    need_id: str, known: Drafting, texts: dict[str, str], faults: dict[str, Fault]
) -> None:
    _ = session.words()
    key = keys.request_field(need_id, "category")
    stored = texts.get("category", "")
    st.session_state[key] = stored if stored in fields.CATEGORIES else None
    with st.container(gap="small"):
        st.segmented_control(
            capital(_(fields.BY_NAME["category"].label)),
            list(fields.CATEGORIES),
            format_func=lambda category: category_name(category, _),
            key=key,
            required=True,
            on_change=_save_category,
            args=(need_id,),
        )
        error = _error("category", known, faults)
        if error:
            st.markdown(f":red[{plain(error)}]")
        _dispute(need_id, "category", known, _)


def _save_category(need_id: str) -> None:
    chosen = st.session_state[keys.request_field(need_id, "category")]
    if chosen:
        save_as_typed(need_id, "category", chosen)


def _text(
    need_id: str, field: Field, known: Drafting, texts: dict[str, str], faults: dict[str, Fault]
) -> None:
    _, numbers = session.words(), session.numbers()
    text = texts.get(field.name, "")
    error = _error(field.name, known, faults)
    live_text_area(
        capital(_(field.label)),
        key=keys.request_field(need_id, field.name),
        value=text,
        max_chars=field.most,
        height=HEIGHTS.get(field.name, 40),
        one_line=not field.has_lines,
        help=_hint(field, text, known, numbers, is_wrong=bool(error)),
        error=error,
        placeholder=PLACEHOLDERS.get(field.name, ""),
        count="" if field.name in SHORT else "{typed} / {most}",
        on_change=partial(save_as_typed, need_id, field.name),
    )
    _dispute(need_id, field.name, known, _)


def _hint(field: Field, text: str, known: Drafting, numbers: Numbers, *, is_wrong: bool) -> str:
    """A line below the field: the amount in words or what to write, and when it was saved."""
    _ = numbers.words
    won = typed_won(text) if field.name == "requested_krw" else None
    hint = _(field.help) if field.help and not is_wrong else ""
    if won is not None:
        hint = won_in_words(won, numbers)
    saved = ""
    if known.saved_at and known.saved_field == field.name and field.name not in known.unsaved:
        saved = _("Saved {time}", time=clock(known.saved_at))
    return " · ".join(part for part in (hint, saved) if part)


def _error(name: str, known: Drafting, faults: dict[str, Fault]) -> str:
    """What is wrong with a field: why it is not saved, else what a submission would lack."""
    _ = session.words()
    waiting = known.unsaved.get(name)
    if waiting is not None and waiting.fault is not None:
        return _("Not saved. {fault}", fault=expected_here(waiting.fault, _))
    if waiting is not None and waiting.refusal is not None:
        return _("Not saved. {fault}", fault=refusal_text(waiting.refusal, _))
    fault = faults.get(name)
    if fault is not None and (fault.value or known.tried):
        return expected_here(fault, _)
    return ""


def _dispute(need_id: str, name: str, known: Drafting, _: Words) -> None:
    """Somebody else changed the field: what it says there, and whose text is to count."""
    waiting = known.unsaved.get(name)
    if waiting is None or not isinstance(waiting.refusal, Conflict):
        return
    with st.container(border=True, gap="small"):
        for change in waiting.refusal.changes:
            st.text(change_text(change, _), width="stretch")
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Keep mine"),
                key=keys.mine(need_id, name),
                type=session.main_button(),
                on_click=keep_mine,
                args=(need_id, name),
            )
            st.button(
                _("Take theirs"),
                key=keys.theirs(need_id, name),
                on_click=take_theirs,
                args=(need_id, name),
            )


# --- submitting ----------------------------------------------------------------------------------


def _submission(need: Need, round_: RoundFacts, known: Drafting, faults: dict[str, Fault]) -> None:
    """Until when, what is still missing, and the way on."""
    _ = session.words()
    with st.container(border=True, gap="xsmall"):
        _deadline(need, round_, _)
        _saved(need, known, _)
        missing = [name for name, fault in faults.items() if not fault.value]
        wrong = [name for name, fault in faults.items() if fault.value]
        if missing:
            st.markdown(
                ":material/checklist: "
                + plain(_("Still empty: {fields}", fields=named(missing, _)))
            )
        if wrong:
            st.markdown(
                ":material/error: " + plain(_("To be corrected: {fields}", fields=named(wrong, _)))
            )
        if not faults and not known.unsaved:
            st.markdown(f":material/task_alt: {plain(_('Everything is filled in.'))}")
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Check and submit"),
                key=keys.request_deed(need.id, "check"),
                type=session.main_button(),
                icon=":material/arrow_forward:",
                disabled=not need.can_submit,
                on_click=_check,
                args=(need.id,),
            )
            withdrawal(need)


def _deadline(need: Need, round_: RoundFacts, _: Words) -> None:
    left = days_left(need.deadline, round_.now, _)
    colour = "red" if is_urgent(need.deadline, round_.now) else "blue"
    st.markdown(
        f":material/event: **{plain(until_text(need.deadline, _))}** :{colour}-badge[{plain(left)}]"
    )
    st.caption(plain(server_time(round_.now, _)))
    if not need.can_submit:
        st.warning(
            plain(
                _(
                    "It is too late to submit; you can still write. "
                    "The lead can extend the deadline of a single centre."
                )
            ),
            icon=":material/lock_clock:",
        )


def _saved(need: Need, known: Drafting, _: Words) -> None:
    """Whether everything is saved, and since when."""
    waiting: dict[str, Unsaved] = known.unsaved
    if waiting:
        text = _("Not saved: {fields}", fields=named(waiting, _))
        st.markdown(f":material/cloud_off: :red[{plain(text)}]")
        return
    at = known.saved_at
    text = (
        _("Saved {time}", time=clock(at))
        if at is not None
        else _("Last saved {time}", time=moment(need.edited_at))
    )
    st.markdown(
        f":material/cloud_done: {plain(text)} "
        f":small[:gray[{plain(_('Everything is saved as you type.'))}]]"
    )


def _check(need_id: str) -> None:
    known = drafting(need_id)
    known.tried = known.confirming = True


def _back(need_id: str) -> None:
    drafting(need_id).confirming = False


def _confirmation(
    need: Need,
    round_: RoundFacts,
    left: st.delta_generator.DeltaGenerator,
    right: st.delta_generator.DeltaGenerator,
) -> None:
    """What submitting freezes, as it stands; then the button that does it."""
    _ = session.words()
    name = keys.request_deed(need.id, "submit")
    with left, st.container(border=True, gap="small"):
        request_fields(need)
    with right, st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(_('Submit this request?'))}**")
        st.markdown(
            plain(
                _(
                    "It is frozen as version {number}, with {files}. You can recall it while no "
                    "reviewer has claimed it and the deadline has not passed.",
                    number=need.snapshots + 1,
                    files=_.ngettext("{count} file", "{count} files", len(need.files)),
                )
            )
        )
        _deadline(need, round_, _)
        for file in need.files:
            st.caption(f":material/attach_file: {plain(file.name)}")
        with st.container(horizontal=True, gap="small"):
            st.button(
                _("Submit"),
                key=name,
                type=session.main_button(),
                icon=":material/send:",
                on_click=act,
                args=(name, session.deed_key(name), partial(_submit, need.id, need.version)),
            )
            st.button(
                _("Back to the form"),
                key=keys.request_deed(need.id, "back"),
                on_click=_back,
                args=(need.id,),
            )


def _submit(need_id: str, version: int, key: str) -> Need:
    return special_needs.submit(session.store(), session.who(), need_id, based_on=version, key=key)
