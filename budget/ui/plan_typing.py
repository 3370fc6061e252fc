"""Amounts of a plan on their way into the database: saved as typed, kept whatever is wrong.

What could not be saved stays here with the reason, until it can be or its writer gives it up.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from budget.allocation.faults import N_, InputError
from budget.ui import keys, session
from budget.ui.live_text import reset_live_text
from budget.ui.problems import problems
from budget.workflow import division_plans
from budget.workflow.divisions import Plan
from budget.workflow.refusals import Conflict, Forbidden, NotNow, Refusal

MOST_DIGITS = 15
NO_AMOUNT = N_("whole numbers in digits, for example 12,500; 0 for nothing")


@dataclass
class Typed:
    """What stands in the field of a division.

    Attributes:
        won: what it means; None if it is no amount.
        based_on: the version of the plan that its writer saw.
        key: of the deed that saves it.
        is_saved: whether the database has it.
        fault: why it is no amount; a template.
        refusal: why it cannot be stored now; a conflict waits for the writer's choice.
    """

    text: str
    won: int | None
    based_on: int
    key: str
    is_saved: bool = False
    fault: str = ""
    refusal: Refusal | None = None


@dataclass
class PlanOnScreen:
    """What this session knows of a plan.

    Attributes:
        typed: division -> what stands in its field.
        version: of the plan as it stands on the screen; 0 if there is none.
        amounts: division -> won as they stand on the screen.
        scale: so many won are one of the fields' unit.
    """

    typed: dict[str, Typed] = field(default_factory=dict)
    version: int = 0
    amounts: dict[str, int] = field(default_factory=dict)
    scale: int = 1_000
    saved_at: datetime | None = None

    @property
    def unsaved(self) -> list[str]:
        """The divisions whose text the database does not have."""
        return [division for division, typed in self.typed.items() if not typed.is_saved]


def on_screen(plan_key: str) -> PlanOnScreen:
    """What this session knows of a plan.

    Args:
        plan_key: centre and publication.
    """
    known: dict[str, PlanOnScreen] = st.session_state.setdefault(keys.PLANS_ON_SCREEN, {})
    return known.setdefault(plan_key, PlanOnScreen())


def adopt(
    plan_key: str, plan: Plan | None, proposal: Mapping[str, int], scale: int
) -> PlanOnScreen:
    """Put the stored plan, or the proposal, on the screen, under what is not saved yet."""
    known = on_screen(plan_key)
    stored = plan.draft if plan else {}
    known.version, known.scale = plan.version if plan else 0, scale
    known.amounts = {division: stored.get(division, won) for division, won in proposal.items()}
    for division, typed in list(known.typed.items()):
        if division not in known.amounts or (
            typed.is_saved and typed.won != known.amounts[division]
        ):
            del known.typed[division]  # changed elsewhere, or by a button
        elif typed.won is not None:
            known.amounts[division] = typed.won
    return known


def text_of(known: PlanOnScreen, division: str) -> str:
    """What the field of a division says: as it was typed, else with separators."""
    typed = known.typed.get(division)
    return typed.text if typed else f"{known.amounts[division] // known.scale:,}"


def won_of(text: str, scale: int) -> int | None:
    """What a text means in won; None if it is no amount.

    Args:
        scale: so many won are one of the text's unit.
    """
    clean = text.strip()
    if not re.fullmatch(r"\d+|\d{1,3}(,\d{3})+", clean, re.ASCII):
        return None
    digits = clean.replace(",", "")
    return int(digits) * scale if len(digits) <= MOST_DIGITS else None


# --- saving --------------------------------------------------------------------------------------


def save_as_typed(plan_key: str, centre_id: str, division: str, text: str) -> None:
    """Save the amount of a division; called as its text arrives."""
    known = on_screen(plan_key)
    won = won_of(text, known.scale)
    earlier = known.typed.get(division)
    typed = Typed(text, won, known.version, secrets.token_hex(16))
    known.typed[division] = typed
    if earlier is not None and isinstance(earlier.refusal, Conflict):
        typed.refusal = earlier.refusal  # whose amount counts is for the writer to say
    elif won is None:
        typed.fault = NO_AMOUNT
    else:
        _save(known, centre_id, {division: won}, {division: typed})


def put(plan_key: str, centre_id: str, amounts: Mapping[str, int]) -> None:
    """Set amounts at a button: what is left to one division, or the whole proposal."""
    known = on_screen(plan_key)
    typed = {}
    for division, won in amounts.items():
        text = f"{won // known.scale:,}"
        typed[division] = Typed(text, won, known.version, secrets.token_hex(16))
        reset_live_text(keys.plan_field(plan_key, division))
    known.typed |= typed
    _save(known, centre_id, amounts, typed)


def _save(
    known: PlanOnScreen, centre_id: str, amounts: Mapping[str, int], typed: Mapping[str, Typed]
) -> None:
    first = next(iter(typed.values()))
    known.amounts |= amounts
    whole = amounts if known.version else known.amounts  # the first save begins the whole plan
    with problems():
        try:
            saved = division_plans.save(
                session.store(),
                session.who(),
                centre_id,
                whole,
                based_on=first.based_on,
                key=first.key,
            )
        except (Conflict, NotNow, Forbidden) as refusal:
            for one in typed.values():
                one.refusal = refusal
        except InputError as error:
            for one in typed.values():
                one.fault = error.faults[0].expected
        else:
            known.version, known.saved_at = saved.version, saved.edited_at
            for one in typed.values():
                one.is_saved = True


def keep_mine(plan_key: str, centre_id: str, division: str) -> None:
    """Put one's own amount on top of what somebody else set."""
    known = on_screen(plan_key)
    typed = known.typed.get(division)
    if typed is None or not isinstance(typed.refusal, Conflict) or typed.won is None:
        return
    typed.based_on, typed.refusal = typed.refusal.version, None
    typed.key = secrets.token_hex(16)
    _save(known, centre_id, {division: typed.won}, {division: typed})


def take_theirs(plan_key: str, division: str) -> None:
    """Give one's own amount up."""
    on_screen(plan_key).typed.pop(division, None)
    reset_live_text(keys.plan_field(plan_key, division))


def give_up(plan_key: str) -> None:
    """Forget what was typed: the plan was submitted, or is begun anew."""
    known = on_screen(plan_key)
    for division in list(known.typed):
        take_theirs(plan_key, division)
    known.saved_at = None


def refusal_of(plan_key: str) -> Refusal | None:
    """Why the plan cannot be written at present, if that is so; a conflict is told at its field."""
    return next(
        (
            typed.refusal
            for typed in on_screen(plan_key).typed.values()
            if typed.refusal is not None and not isinstance(typed.refusal, Conflict)
        ),
        None,
    )
