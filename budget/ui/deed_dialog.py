"""A deed in a dialog: opened by a button, done once, faults at the fields, typed text kept.

    deed_dialog.opener("move_round", _("Move the round"), seen=shown)
    deed_dialog.show("move_round", _("Move the round"), _move)

What the person had seen when the dialog opened, and the key of the deed, are kept with it: a
second click carries the same key, and the deed is based on what stood on the screen.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import Fault, InputError
from budget.ui import keys, session
from budget.ui.problems import fault_text, problems, show_refusal
from budget.ui.text import plain
from budget.view.notices import conflict_sentence
from budget.view.words import Words
from budget.workflow import fields
from budget.workflow.refusals import Conflict, OtherDeed, Refusal


@dataclass(frozen=True)
class Prepared:
    """A deed that is being prepared.

    Attributes:
        name: of the dialog.
        deed: which deed of this dialog; each has a key and typed texts of its own.
        seen: what it is based on, as the person saw it.
        refused: why it was not done at the last try.
    """

    name: str
    deed: str
    key: str
    seen: Any = None
    refused: Refusal | None = None

    def field(self, name: str) -> str:
        """The widget key of a field: a new deed has empty fields."""
        return f"{self.deed}:{name}:{self.key[:8]}"


def _prepare(name: str, which: str, seen: Any) -> None:
    deed = f"{name}{which}"
    st.session_state[keys.PREPARED] = Prepared(name, deed, session.deed_key(deed), seen)


def _drop() -> None:
    st.session_state.pop(keys.PREPARED, None)


def opener(name: str, label: str, *, seen: Any = None, which: str = "", **look: Any) -> None:
    """The button that opens the dialog.

    Args:
        which: tells several buttons of the same deed apart.
    """
    st.button(
        label,
        key=keys.opener(f"{name}{which}"),
        on_click=_prepare,
        args=(name, which, seen),
        **look,
    )


def show(name: str, title: str, content: Callable[[Prepared], None], **look: Any) -> None:
    """The dialog, while it is open; and what was done by it last, told once."""
    told = st.session_state.pop(keys.told(name), None)
    if told:
        st.toast(plain(told), icon=":material/check_circle:")
    prepared = st.session_state.get(keys.PREPARED)
    if isinstance(prepared, Prepared) and prepared.name == name:
        st.dialog(title, on_dismiss=_drop, **look)(_guarded(content))(prepared)


def _guarded(content: Callable[[Prepared], None]) -> Callable[[Prepared], None]:
    """A dialog runs again by itself, past the page's own `with problems():`."""

    def guarded(opened: Prepared) -> None:
        with problems():
            present = st.session_state.get(keys.PREPARED)
            content(present if isinstance(present, Prepared) else opened)

    return guarded


def close() -> None:
    """Close the dialog and draw the page anew."""
    _drop()
    st.rerun()


# --- the form inside -----------------------------------------------------------------------------


@dataclass
class Fields:
    """The fields of a deed, with a place under each for what is wrong with it."""

    prepared: Prepared
    _places: dict[str, DeltaGenerator] = field(default_factory=dict)

    def place(self, *names: str) -> None:
        """Here stands what is wrong with these fields."""
        here = st.empty()
        self._places |= dict.fromkeys(names, here)

    def text(self, name: str, label: str, most: int, **look: Any) -> str:
        """A line of text."""
        typed = st.text_input(
            label,
            max_chars=most,
            key=self.prepared.field(name),
            persist_state="session",
            **look,
        )
        self.place(name)
        return typed or ""

    def reason(self, help_text: str | None = None) -> str:
        """Why."""
        _ = session.words()
        typed = st.text_area(
            _("Reason"),
            max_chars=fields.MOST_REASON,
            height=84,
            key=self.prepared.field("reason"),
            persist_state="session",
            placeholder=_("In a sentence; it stands in the audit trail."),
            help=help_text,
        )
        self.place("reason")
        return typed or ""

    def centre(self, names: Mapping[str, tuple[str, str]]) -> str | None:
        """The centre that it is about; none is chosen at first.

        Args:
            names: id -> Korean and English name.
        """
        _ = session.words()
        chosen = st.selectbox(
            _("Centre"),
            list(names),
            index=None,
            format_func=lambda key: _.of(*names[key]),
            placeholder=_("Choose a centre"),
            key=self.prepared.field("centre"),
            persist_state="session",
        )
        self.place("centre_id")
        return chosen

    def agreement(self, to_what: str = "") -> bool:
        """Whether the reader says to have read what stands above."""
        _ = session.words()
        agreed = st.checkbox(
            _("I have read what this means."), key=self.prepared.field(f"read:{to_what}")
        )
        self.place("read")
        return agreed

    def is_agreed(self, reason: str, *, agreed: bool) -> bool:
        """Whether that was ticked; if not, what else is missing is said as well."""
        _ = session.words()
        if agreed:
            return True
        self.fault("read", _("Please read what the step means, and tick this box."))
        try:
            fields.reason_text(reason)
        except InputError as error:
            self.faults(error.faults, _)
        return False

    def fault(self, name: str, expected: str) -> None:
        """Say at a field what is wrong with it."""
        self._places[name].markdown(f":red[:material/error: {plain(expected)}]")

    def attempt(
        self,
        deed: Callable[[], object],
        told: str,
        *,
        look_again: Callable[[], Any] | None = None,
    ) -> bool:
        """Do the deed; say at the fields what is wrong, keep what was typed.

        Args:
            told: said after success.
            look_again: what there is to see after somebody else was faster.

        Returns:
            Whether it was done.
        """
        _ = session.words()
        prepared = self.prepared
        try:
            with st.spinner(_("Recording …")):
                deed()
        except InputError as error:
            self.faults(error.faults, _)
        except Conflict as conflict:
            seen = look_again() if look_again else prepared.seen
            st.session_state[keys.PREPARED] = replace(prepared, seen=seen, refused=conflict)
            st.rerun()
        except Refusal as refusal:
            if isinstance(refusal, OtherDeed):
                session.deed_done(prepared.deed)
                fresh = replace(prepared, key=session.deed_key(prepared.deed))
                st.session_state[keys.PREPARED] = fresh
            show_refusal(refusal, _)
        except InfeasiblePolicy as error:
            st.error(
                plain(conflict_sentence(error.conflict, session.numbers())),
                icon=":material/block:",
            )
        else:
            session.deed_done(prepared.deed)
            st.session_state[keys.told(prepared.name)] = told
            return True
        return False

    def faults(self, faults: tuple[Fault, ...], _: Words) -> None:
        """Each fault at its field; those of no field in a list."""
        others = [fault for fault in faults if fault.where not in self._places]
        for fault in faults:
            if fault.where in self._places:
                expected = _.template(fault.expected, fault.details)
                self.fault(fault.where, _("Expected: {expected}", expected=expected))
        if others:
            st.error("\n".join(f"- {plain(fault_text(fault, _))}" for fault in others))


def refusal_before(prepared: Prepared) -> None:
    """Who was faster, if somebody was."""
    if prepared.refused is not None:
        show_refusal(prepared.refused, session.words())
