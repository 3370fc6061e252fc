"""Problems on a page: our own errors as they stand, the rest into the log with a number."""

import logging
import secrets
from types import TracebackType
from typing import Self

import streamlit as st

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import Defect, Fault, InputError
from budget.ui import address_words, session
from budget.ui.request_words import field_name
from budget.ui.text import plain
from budget.view.notices import conflict_sentence
from budget.view.words import Words
from budget.workflow.deadlines import KOREA
from budget.workflow.need_states import STATES
from budget.workflow.refusals import Conflict, OthersChange, Refusal

LOG = logging.getLogger("budget.ui")


class problems:  # noqa: N801 - reads as a word: `with problems():`
    """Show our own errors in words; log anything else and show its reference number."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        return isinstance(error, Exception) and tell(error)


def tell(error: Exception) -> bool:
    """Show an error in the reader's language; the server calls it for what no page has caught.

    Returns:
        True: it has been told, Streamlit need not.
    """
    _ = session.words()
    if isinstance(error, InputError):
        show_faults(error, _)
    elif isinstance(error, Refusal):
        show_refusal(error, _)
    elif isinstance(error, InfeasiblePolicy):
        st.error(
            plain(conflict_sentence(error.conflict, session.numbers())), icon=":material/block:"
        )
    else:
        _show_defect(error, _)
    return True


def show_refusal(refusal: Refusal, _: Words) -> None:
    """Why something was not done, and, in a conflict, who changed what in the meantime."""
    with st.container():
        st.warning(plain(refusal_text(refusal, _)), icon=":material/front_hand:")
        if isinstance(refusal, Conflict):
            for change in refusal.changes:
                st.markdown(f"- {plain(change_text(change, _))}")


def refusal_text(refusal: Refusal, _: Words) -> str:
    """A refusal in the reader's language; names of states among its details too."""
    details = {name: _.name(str(value)) for name, value in refusal.details.items()}
    return _.template(refusal.message, details)


def change_text(change: OthersChange, _: Words) -> str:
    """What somebody else changed, as a sentence."""
    theirs = STATES.get(change.theirs, change.theirs) if change.field == "state" else change.theirs
    return _(
        "{person} changed {field} at {when}; it now says: {theirs}",
        person=_.of(change.person, change.person_en or change.person),
        field=field_name(change.field, _),
        when=f"{change.at.astimezone(KOREA):%Y-%m-%d %H:%M:%S}",
        theirs=_.name(theirs)[:200],
    )


def show_faults(error: InputError, _: Words) -> None:
    """Every fault of an input: where it is, what stands there, what is expected."""
    st.error(
        _.ngettext(
            "{count} value cannot be used. Please correct it.",
            "{count} values cannot be used. Please correct them.",
            len(error.faults),
        ),
        icon=":material/error:",
    )
    for fault in error.faults[:20]:
        st.markdown(f"- {plain(fault_text(fault, _))}")
    if len(error.faults) > 20:
        st.caption(_("… and {count} more.", count=len(error.faults) - 20))


def fault_text(fault: Fault, _: Words) -> str:
    """One fault as a sentence."""
    expected = _.template(fault.expected, fault.details)
    row = _(", row {row}", row=fault.row) if fault.row is not None else ""
    parts = (f"{_.name(fault.file)}{row}", address_words.place(fault, _))
    place = ", ".join(part for part in parts if part)
    if fault.value:
        return _(
            "{place}: found {value}; expected: {expected}",
            place=place,
            value=fault.value,
            expected=expected,
        )
    return _("{place}: expected: {expected}", place=place, expected=expected)


def _show_defect(error: Exception, _: Words) -> None:
    reference = secrets.token_hex(4).upper()
    LOG.error("reference %s", reference, exc_info=error)
    st.error(
        _(
            "Something went wrong on our side; nothing was changed. Please tell the "
            "administrator this reference number: {reference}",
            reference=reference,
        ),
        icon=":material/report:",
    )
    if isinstance(error, Defect):
        st.text(str(error))
