"""Reading the address of a page: declared parameters, what they may be, and what is wrong.

The address of a view opens the same view for a colleague. Whatever it names that a page does not
have, twice where once is meant, or with a value that is not allowed, is told and left out.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import streamlit as st

from budget.allocation.faults import N_, Fault
from budget.allocation.faults import shown as shown_value
from budget.ui import address_words, keys, session, sign_in
from budget.ui.edits import ADDRESS
from budget.ui.text import plain
from budget.view.words import LANGUAGES, Words

MOST_TEXT = 100
MOST_DIGITS = 9
MOST_TOLD = 8
TRUE = "1"

DOUBLED = N_("this parameter once")
UNKNOWN = N_("no such parameter on this page")


@dataclass(frozen=True)
class Parameter[T]:
    """One parameter of a page's address.

    Attributes:
        name: as the address has it.
        read: its value from text.
            Raises ValueError or KeyError for what it cannot be.
        expected: what it may be, in words.
        is_many: whether it may stand several times.
        kept: the session key that keeps it while other pages are visited; "" keeps nothing.
        write: its value as text.
    """

    name: str
    read: Callable[[str], T]
    expected: str
    is_many: bool = False
    kept: str = ""
    write: Callable[[T], str] = str


@dataclass(frozen=True)
class Reading:
    """What an address says.

    Attributes:
        values: for each parameter that was given rightly its values, at least one.
        faults: what was left out, and why.
    """

    values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    def one[T](self, parameter: Parameter[T]) -> T | None:
        """The value of a parameter that stands once; None if it was not given."""
        found = self.values.get(parameter.name)
        return cast(T, found[0]) if found else None

    def many[T](self, parameter: Parameter[T]) -> list[T]:
        """All values of a parameter."""
        return list(self.values.get(parameter.name, ()))


def reading(given: Mapping[str, Sequence[str]], declared: Collection[Parameter[Any]]) -> Reading:
    """What an address says by the parameters that a page declares; never raises.

    Args:
        given: for each name in the address its values; empty ones count as not given.
    """
    known = {parameter.name: parameter for parameter in declared}
    values: dict[str, list[Any]] = {}
    faults = []
    for name, texts in given.items():
        parameter = known.get(name)
        if parameter is None:
            faults.append(Fault(ADDRESS, shown_value(_printable(name)), "", UNKNOWN))
            continue
        filled = [text for text in texts if text.strip()]
        if len(filled) > 1 and not parameter.is_many:
            told = shown_value(_printable(", ".join(filled)))
            faults.append(Fault(ADDRESS, name, told, DOUBLED))
            continue
        for text in filled:
            try:
                value = parameter.read(text)
            except (ValueError, KeyError):
                told = shown_value(_printable(text))
                faults.append(Fault(ADDRESS, name, told, parameter.expected))
            else:
                if value not in values.setdefault(name, []):
                    values[name].append(value)
    return Reading({name: found for name, found in values.items() if found}, tuple(faults))


def _printable(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


# --- what a value may be -------------------------------------------------------------------------


def one_of(names: Collection[str]) -> Callable[[str], str]:
    """A reader of one of these names."""

    def read(text: str) -> str:
        if text not in names:
            raise KeyError(text)
        return text

    return read


def whole(text: str) -> int:
    """A whole number from 1 up, in plain digits.

    Raises:
        ValueError: for anything else, NaN, infinity and very long numbers included.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS and int(text)):
        raise ValueError(text)
    return int(text)


def words_of(text: str) -> str:
    """Text to search for: one line, not too long.

    Raises:
        ValueError: for other text.
    """
    found = text.strip()
    if len(found) > MOST_TEXT or not found.isprintable():
        raise ValueError(text)
    return found


def is_set(text: str) -> bool:
    """A switch that is on: 1.

    Raises:
        ValueError: for anything else.
    """
    if text != TRUE:
        raise ValueError(text)
    return True


WHOLE = N_("a whole number from 1")
WORDS = N_("text of one line, up to 100 characters")
ON = N_("1, or nothing")

LANGUAGE = Parameter(keys.LANGUAGE_PARAMETER, one_of(LANGUAGES), N_("ko or en"))
PERSON = Parameter(keys.PERSON_PARAMETER, str, N_("a person of the demonstration"))
CHANGES = Parameter(keys.CHANGE_PARAMETER, str, N_("a parameter of the policy"), is_many=True)
SCENARIO = Parameter(keys.SCENARIO_PARAMETER, whole, WHOLE)
REQUEST = Parameter(keys.REQUEST_PARAMETER, words_of, N_("the number of a request"))


# --- on a page -----------------------------------------------------------------------------------


def read(*declared: Parameter[Any]) -> Reading:
    """What the address of this page says; what is wrong in it is told.

    Called once a run, below the head of the page. Parameters with a session key are taken into
    the session, or, where the address does not name them, said in the address again.
    """
    common = (LANGUAGE, PERSON) if sign_in.is_demonstration() else (LANGUAGE,)
    given = {name: st.query_params.get_all(name) for name in st.query_params}
    found = reading(given, (*common, *declared))
    _tell(found.faults, session.words())
    wrong = {fault.where for fault in found.faults}
    for parameter in declared:
        if parameter.kept and parameter.name not in wrong:
            _keep(parameter, found)
    return found


def value[T](parameter: Parameter[T]) -> T | None:
    """What was chosen for a parameter that the session keeps; None if nothing was."""
    return cast(T | None, st.session_state.get(parameter.kept))


def values[T](parameter: Parameter[T]) -> list[T]:
    """What was chosen for a parameter that may have several values."""
    return cast(list[T], st.session_state.get(parameter.kept) or [])


def choose[T](parameter: Parameter[T], chosen: T | Sequence[T] | None) -> None:
    """Keep a choice, in the session and in the address; nothing, or an empty one, is no choice."""
    if parameter.kept:
        st.session_state[parameter.kept] = chosen or None
    say(parameter, chosen)


def say[T](parameter: Parameter[T], chosen: T | Sequence[T] | None) -> None:
    """Say a choice in the address."""
    if not chosen:
        st.query_params.pop(parameter.name, None)
    elif parameter.is_many:
        texts = [parameter.write(one) for one in cast(Sequence[T], chosen)]
        st.query_params[parameter.name] = texts
    else:
        st.query_params[parameter.name] = parameter.write(cast(T, chosen))


def _keep(parameter: Parameter[Any], found: Reading) -> None:
    if parameter.name in found.values:
        given = found.many(parameter) if parameter.is_many else found.one(parameter)
        st.session_state[parameter.kept] = given
    elif st.session_state.get(parameter.kept):
        say(parameter, st.session_state[parameter.kept])


def _tell(faults: Sequence[Fault], _: Words) -> None:
    """Which parameters were left out, what they may be, and a way to be rid of them."""
    if not faults:
        return
    lines = [_("The address of this page names what cannot be used. It was left out:")]
    for fault in faults[:MOST_TOLD]:
        name = address_words.place(fault, _)
        what = f"{name} “{fault.value}”" if fault.value else name
        lines.append(f"{what}: {_.template(fault.expected, fault.details)}")
    if len(faults) > MOST_TOLD:
        lines.append(_("… and {count} more.", count=len(faults) - MOST_TOLD))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.warning("  \n".join(plain(line) for line in lines), icon=":material/link_off:")
        st.button(
            _("Correct the address"),
            key=keys.CORRECT_ADDRESS,
            type="tertiary",
            on_click=_correct,
            args=([fault.where for fault in faults],),
        )


def _correct(names: Sequence[str]) -> None:
    for name in list(st.query_params):
        if shown_value(_printable(name)) in names or name in names:
            del st.query_params[name]
