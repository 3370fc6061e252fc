"""What a reviewer or planner is about to do with a request: typed text, faults, who was faster.

A deed is based on the request as the person saw it, not as it stands at the moment of the click:
whoever decides after somebody else is told so and keeps the text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import streamlit as st

from budget.allocation.faults import N_, Fault, InputError
from budget.ui import keys, session
from budget.ui.live_text import live_text_area, reset_live_text
from budget.ui.problems import change_text, refusal_text, show_faults
from budget.ui.request_words import expected_here, won_in_words
from budget.ui.text import plain
from budget.view.numbers import NOTHING
from budget.view.words import Words
from budget.workflow import fields
from budget.workflow.deeds import STATE
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Refusal
from budget.workflow.roles import Subject, Verb

CHOOSE = N_("a choice")
REFUSED = "refused"
"""Among the fields that a run has drawn: the refusal has been said."""


@dataclass
class Reviewing:
    """What this session knows of the request that is open.

    Attributes:
        seen: the request as the person saw it; their deeds are based on it.
        typed: field -> its label and the text that was typed into it.
        shown: fields that this run has drawn.
        kept: field -> what was filled in; outlives a reload and a change of language.
        faults: field -> what is wrong with it, and the text that it was said of.
        refused: why the last deed was not done, until the next one.
        refused_deed: which one that was; it is said beside its button while that is there.
    """

    seen: Need
    kept: dict[str, Any]
    typed: dict[str, tuple[str, str]] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    faults: dict[str, tuple[Fault, Any]] = field(default_factory=dict)
    refused: Refusal | None = None
    refused_deed: str = ""

    @property
    def left_over(self) -> list[tuple[str, str]]:
        """Texts that have no field any more, with their labels."""
        return [typed for name, typed in self.typed.items() if typed[1] and name not in self.shown]


def reviewing(need_id: str) -> Reviewing | None:
    """What is known of a request, if it is the one that is open."""
    known = cast(Reviewing | None, st.session_state.get(keys.REVIEWING))
    return known if known is not None and known.seen.id == need_id else None


def begin(need: Need) -> Reviewing:
    """The request has been opened."""
    where = session.store().engine.url.render_as_string(hide_password=True)
    known = Reviewing(need, _filled_in(where, session.who(), need.id))
    st.session_state[keys.REVIEWING] = known
    return known


@st.cache_resource(max_entries=1000, show_spinner=False)
def _filled_in(where: str, who: str, need_id: str) -> dict[str, Any]:
    """What one person has filled in for one request and not yet sent."""
    return {}


def subject(need: Need) -> Subject:
    """What rights on a request depend on."""
    return Subject(
        "special_need",
        need.id,
        need.centre_id,
        need.reviewer_id,
        is_unclaimed=need.state == "submitted",
    )


# --- who may, and what is said where nobody may --------------------------------------------------


def can(verb: Verb, need: Need) -> bool:
    """Whether the reader has the right to this deed on this request."""
    return session.person().role_for(verb, subject(need)) is not None


def reviewer_name(need: Need, _: Words) -> str:
    """Who reviews a request."""
    return _.of(need.reviewer, need.reviewer_en or need.reviewer)


def say(text: str, icon: str = "info") -> None:
    """Why nothing can be done here now, and what to do instead."""
    st.info(plain(text), icon=f":material/{icon}:")


# --- what was done, told once ------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What was done, and what could not be done.

    Attributes:
        need_id: of the request; "" for several.
        refused: request id and reason.
    """

    text: str
    need_id: str = ""
    refused: tuple[tuple[str, Refusal], ...] = ()


def tell(told: Told | None) -> None:
    """Say this on the next screen."""
    st.session_state[keys.REVIEW_TOLD] = told


def told() -> Told | None:
    """What was done last on this page; it stays until something else is done or opened."""
    return cast(Told | None, st.session_state.get(keys.REVIEW_TOLD))


# --- a form ------------------------------------------------------------------------------------


class Form:
    """The fields of one deed on the request that is open.

    form = Form("assess", known)
    reason = form.reason("rationale", _("Rationale"))
    form.button(_("Save the assessment"), lambda key: review.assess(...), _("Assessed."))
    """

    def __init__(self, name: str, known: Reviewing) -> None:
        self.name, self.known = name, known
        self._values: dict[str, Any] = {}

    def key(self, name: str) -> str:
        """The widget key of a field; the same text serves every deed of a request."""
        return keys.request_field(self.known.seen.id, f"review:{name}")

    def reason(self, name: str, label: str, help_text: str = "", height: int = 84) -> str:
        """A text of several lines, kept as it is typed."""

        def keep(text: str) -> None:
            self.known.kept[name] = text
            self.known.faults.pop(name, None)

        text = live_text_area(
            label,
            key=self.key(name),
            value=str(self.known.kept.get(name, "")),
            max_chars=fields.MOST_REASON,
            height=height,
            help=help_text,
            error=self._fault(name),
            on_change=keep,
        )
        self._draw(name, label, text)
        return text

    def text(self, name: str, label: str, first: str = "", **look: Any) -> str:
        """A line of text."""
        st.session_state.setdefault(self.key(name), self.known.kept.get(name, first))
        text = st.text_input(label, key=self.key(name), persist_state="session", **look) or ""
        self.known.kept[name] = text
        self._draw(name, label, text if text != first else "")
        self._values[name] = text
        self._say(name, text)
        return text

    def choice[T](
        self,
        name: str,
        label: str,
        options: Mapping[T, str],
        *,
        captions: Sequence[str] | None = None,
        horizontal: bool = True,
    ) -> T | None:
        """One of few; nothing is chosen beforehand."""
        if self.known.kept.get(name) in options:
            st.session_state.setdefault(self.key(name), self.known.kept[name])
        chosen = st.radio(
            label,
            list(options),
            index=None,
            format_func=options.__getitem__,
            captions=captions,
            horizontal=horizontal,
            key=self.key(name),
            persist_state="session",
        )
        self._values[name] = self.known.kept[name] = chosen
        self._say(name, chosen)
        return chosen

    def put(self, name: str, value: Any) -> None:
        """A field that the caller has drawn; what is wrong with it stands here."""
        self._values[name] = value
        self._say(name, value)

    def say(self, fault: Fault) -> None:
        """What is wrong with what was just typed, at its field."""
        if fault.where not in self.known.faults:
            expected = expected_here(fault, session.words())
            st.markdown(f":red[:material/error: {plain(expected)}]")

    def _draw(self, name: str, label: str, text: str) -> None:
        self._values[name] = text
        self.known.typed[name] = (label, text)
        self.known.shown.add(name)

    def _fault(self, name: str) -> str:
        found = self.known.faults.get(name)
        return expected_here(found[0], session.words()) if found else ""

    def _say(self, name: str, value: Any) -> None:
        """What is wrong with a field, until it is changed."""
        found = self.known.faults.get(name)
        if found is None:
            return
        if found[1] != value:
            del self.known.faults[name]
            return
        st.markdown(f":red[:material/error: {plain(self._fault(name))}]")

    # --- doing it --------------------------------------------------------------------------

    def button(
        self,
        label: str,
        deed: Callable[[str], Need],
        done: str,
        *,
        checks: Callable[[], list[Fault]] = list,
        variant: str = "",
        **look: Any,
    ) -> None:
        """The button that does it.

        Args:
            deed: takes the deed's key.
            done: what is said afterwards.
            checks: faults that the page itself finds.
            variant: what the button says besides; a click on a button that said something else
                does nothing.
        """
        need = self.known.seen
        if not st.button(label, key=keys.request_deed(need.id, self.name + variant), **look):
            if self.known.refused is not None and self.known.refused_deed == self.name:
                say_refusal(self.known.refused)
                self.known.shown.add(REFUSED)
            return
        name = f"{self.name}:{need.id}:{need.version}"
        self.known.faults, self.known.refused = {}, None
        faults = checks()
        if not faults:
            try:
                after = deed(session.deed_key(name))
            except InputError as error:
                faults = list(error.faults)
            except Refusal as refusal:
                session.deed_refused(name, refusal)
                self.known.refused, self.known.refused_deed = refusal, self.name
            else:
                session.deed_done(name)
                self._forget()
                begin(after)
                tell(Told(done, need.id))
        self.known.faults = {
            fault.where: (fault, self._values.get(fault.where)) for fault in faults
        }
        st.rerun()

    def others(self) -> None:
        """Faults of no field of this form."""
        rest = [f for name, (f, _value) in self.known.faults.items() if name not in self._values]
        if rest:
            show_faults(InputError(rest), session.words())

    def _forget(self) -> None:
        """What was typed has done its work."""
        for name in self._values:
            self.known.kept.pop(name, None)
            reset_live_text(self.key(name))
            st.session_state.pop(self.key(name), None)


UNSAID = frozenset({"decided_at", "decided_by", "assessed_at", "assessed_by", "reviewer_id"})
"""Fields whose change says nothing that who, when and the state do not say."""


def say_refusal(refusal: Refusal) -> None:
    """Why it was not done; in a conflict who was faster, and what stands there now."""
    _ = session.words()
    st.warning(plain(refusal_text(refusal, _)), icon=":material/front_hand:")
    changes = refusal.changes if isinstance(refusal, Conflict) else ()
    for change in sorted(changes, key=lambda change: change.field != STATE):
        if change.field not in UNSAID:
            theirs = _theirs(change.field, change.theirs, _)
            st.text(change_text(replace(change, theirs=theirs), _), width="stretch")


def _theirs(field_name: str, theirs: str, _: Words) -> str:
    """What somebody else has put into a field, as it reads best."""
    if field_name.endswith("_krw") and theirs.isdecimal():
        return won_in_words(int(theirs), session.numbers())
    return {"True": _("yes"), "False": _("no"), "None": NOTHING}.get(theirs, theirs)


def refusal_and_left_over(known: Reviewing, _: Words) -> None:
    """Who was faster, or why not; and the person's own text where its field is gone."""
    if known.refused is not None and REFUSED not in known.shown:
        say_refusal(known.refused)
    if not known.left_over:
        return
    with st.container(border=True, gap="small"):
        st.markdown(
            f":material/cloud_off: **{plain(_('Your text was not stored. Copy what you need.'))}**"
        )
        for label, text in known.left_over:
            st.caption(plain(label))
            st.text(text, width="stretch")
        if st.button(_("Throw it away"), key=keys.request_deed(known.seen.id, "throw_away")):
            begin(known.seen)
            st.rerun()


def reason_fault(text: str, name: str) -> list[Fault]:
    """What is wrong with a reason."""
    try:
        fields.reason_text(text, name)
    except InputError as error:
        return list(error.faults)
    return []


def won(text: str, name: str) -> tuple[int, list[Fault]]:
    """An amount as typed, and what is wrong with it."""
    try:
        return fields.won_from(text), []
    except ValueError as error:
        template, details = error.args
        return 0, [Fault("", name, text[:60], template, details=details)]
