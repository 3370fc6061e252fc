"""What is compared: read from the address, chosen on the page, allocated.

The address is the truth (`?compare=3.2&compare=last`, the first is what the others are compared
with); it can be sent to a colleague. What it names wrongly is told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import streamlit as st

from budget.allocation.conflict import InfeasiblePolicy
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.allocation.result import Allocation
from budget.ui import keys, session
from budget.ui.address import Parameter
from budget.ui.edits import ADDRESS
from budget.ui.problems import fault_text
from budget.ui.round import (
    Round,
    allocation,
    baseline_allocation,
    considered,
    policy_allocation,
    present_round,
    round_considering,
)
from budget.view.comparison import LAST_YEAR, MEASURES, TOTAL, Choice
from budget.view.notices import conflict_sentence
from budget.view.words import Words
from budget.workflow import saved_scenarios
from budget.workflow.refusals import Forbidden
from budget.workflow.saved_scenarios import CONSIDERED, SavedScenario

PRESENT = "now"
"""The rules as the planner has them at the moment, saved or not."""
MOST_SCENARIOS = 4
MOST_READ = 12
"""So many entries of an address are looked at; each that is no scenario leaves a record."""

COMPARE = Parameter(keys.COMPARE_PARAMETER, str, N_("a scenario and its version"), is_many=True)
MEASURE = Parameter(keys.MEASURE_PARAMETER, str, N_("what is compared"))
"""What the address may say; what of it is wrong is told below."""


@dataclass(frozen=True)
class Asked:
    """What the address asks for.

    Attributes:
        tokens: what can be compared, the reference first.
        saved: the scenario versions among them, by their token.
        faults: what cannot be.
    """

    tokens: tuple[str, ...]
    saved: Mapping[str, SavedScenario]
    faults: tuple[Fault, ...]


def token(found: SavedScenario) -> str:
    """How the address names a version of a scenario."""
    return f"{found.id}.{found.number}"


def listed() -> dict[str, SavedScenario]:
    """The latest version of every scenario by its token, the baseline first.

    Raises:
        Forbidden: for whoever may not see scenarios.
    """
    return {
        token(found): found for found in saved_scenarios.scenarios(session.store(), session.who())
    }


def asked(latest: Mapping[str, SavedScenario]) -> Asked:
    """What the address names, each thing once; what it names wrongly is a fault."""
    texts = st.query_params.get_all(keys.COMPARE_PARAMETER)
    tokens: list[str] = []
    saved: dict[str, SavedScenario] = {}
    faults = _wrong_measure()
    for text in texts[:MOST_READ]:
        found = None if text in {LAST_YEAR, PRESENT} else latest.get(text) or _version(text)
        if text in {LAST_YEAR, PRESENT} or found is not None:
            name = token(found) if found is not None else text
            expected = _refused(name, tokens)
        else:
            name, expected = text, N_("a scenario of this round and its version, like 3.2")
        if expected:
            faults.append(
                Fault(
                    ADDRESS,
                    keys.COMPARE_PARAMETER,
                    shown(text),
                    expected,
                    details={"most": str(MOST_SCENARIOS)},
                )
            )
            continue
        tokens.append(name)
        if found is not None:
            saved[name] = found
    if len(texts) > MOST_READ:
        expected, most = N_("at most {most} scenarios, and last year"), str(MOST_SCENARIOS)
        faults.append(
            Fault(
                ADDRESS, keys.COMPARE_PARAMETER, str(len(texts)), expected, details={"most": most}
            )
        )
    return Asked(tuple(tokens), saved, tuple(faults))


def _refused(name: str, tokens: Sequence[str]) -> str:
    if name in tokens:
        return N_("each scenario once")
    if name != LAST_YEAR and sum(other != LAST_YEAR for other in tokens) >= MOST_SCENARIOS:
        return N_("at most {most} scenarios, and last year")
    return ""


def _version(text: str) -> SavedScenario | None:
    """A version that the address names: "3.2", or "3" for its latest."""
    number, dot, version = text.partition(".")
    parts = (number, version) if dot else (number, "1")
    if not all(part.isascii() and part.isdigit() and 0 < len(part) < 10 for part in parts):
        return None
    try:
        return saved_scenarios.scenario(
            session.store(), session.who(), int(number), int(version) if dot else None
        )
    except Forbidden:
        return None


def measure() -> str:
    """By what the reader wants to compare: a key of MEASURES; totals if the address names none."""
    found = st.query_params.get(keys.MEASURE_PARAMETER, TOTAL)
    return found if found in MEASURES else TOTAL


def _wrong_measure() -> list[Fault]:
    found = st.query_params.get(keys.MEASURE_PARAMETER, TOTAL)
    if found in MEASURES:
        return []
    expected, allowed = N_("one of: {choices}"), {"choices": ", ".join(MEASURES)}
    return [Fault(ADDRESS, keys.MEASURE_PARAMETER, shown(found), expected, details=allowed)]


def keep(tokens: Sequence[str]) -> None:
    """Remember what is compared, in the address and for when the reader comes back."""
    st.session_state[keys.COMPARED] = tuple(tokens)
    if tokens:
        st.query_params[keys.COMPARE_PARAMETER] = list(tokens)
    elif keys.COMPARE_PARAMETER in st.query_params:
        del st.query_params[keys.COMPARE_PARAMETER]


def restore(latest: Mapping[str, SavedScenario]) -> None:
    """What was compared before, if the address names nothing: the reader came back to the page.

    Who has compared nothing yet begins with the baseline against last year, or, with changed
    rules, with those against the baseline.
    """
    named = st.query_params.get_all(keys.COMPARE_PARAMETER)
    if named:
        st.session_state[keys.COMPARED] = tuple(named)
    else:
        base = next(iter(latest))
        begin = (base, PRESENT) if session.edits().present else (LAST_YEAR, base)
        keep(cast(tuple[str, ...], st.session_state.get(keys.COMPARED, begin)))


# --- allocated -----------------------------------------------------------------------------------


def choices(found: Asked, names: Mapping[str, str]) -> tuple[Choice, ...]:
    """Everything that was asked for, allocated; contradictions in words.

    Args:
        names: as the page calls them, by token.
    """
    return tuple(_choice(name, found.saved.get(name), names[name]) for name in found.tokens)


def _choice(name: str, saved: SavedScenario | None, label: str) -> Choice:
    _ = session.words()
    if name == LAST_YEAR:
        return Choice(name, label)
    if saved is None:
        return _present_rules(label, _)
    round_ = round_considering(saved.considered)
    policy = saved.policy
    given, conflict = _outcome(lambda: policy_allocation(round_, policy, saved.policy_sha256))
    return Choice(
        name, label, policy, given, conflict, _note(saved, round_, _), dict(saved.rationales)
    )


def _present_rules(label: str, _: Words) -> Choice:
    round_, present = present_round(), session.edits().present
    policy = round_.baseline.replaced(present) if present else round_.baseline
    given, conflict = _outcome(lambda: allocation(round_, present))
    note = _(CONSIDERED[considered()])
    return Choice(PRESENT, label, policy, given, conflict, note)


def _outcome(allocate: Callable[[], Allocation]) -> tuple[Allocation | None, str]:
    """An allocation, or in words why there is none."""
    _ = session.words()
    try:
        return allocate(), ""
    except InfeasiblePolicy as error:
        return None, conflict_sentence(error.conflict, session.numbers())
    except InputError as error:
        return None, " ".join(fault_text(fault, _) for fault in error.faults[:5])


def _note(saved: SavedScenario, round_: Round, _: Words) -> str:
    """Which requests are considered; and that today's data stand in for those it was saved with."""
    note = _(CONSIDERED[saved.considered])
    if saved.data_set_id != round_.data_set_id:
        note += ". " + _("Computed with the present data, not with those it was saved with.")
    return note


def carrier(found: Sequence[Choice]) -> Allocation:
    """An allocation that knows the centres and last year.

    Raises:
        InfeasiblePolicy: if there is none, not even the baseline's.
    """
    given = next((choice.allocation for choice in found if choice.allocation), None)
    return given or baseline_allocation(present_round())
