"""A centre's plan of its divisions: saved as it is typed, submitted, recalled, returned.

What is typed is kept right or wrong and is not in the trail; what is submitted is, division by
division, and it must be right: whole units, inside the bands of the centre's type, together
exactly the centre's operating money. National ceilings bind the Ministry's proposal, not a single
plan: no centre knows the others' plans. Planners see what the plans make together, and return
those that push a category over its ceiling, with a reason.

Source: allocation model, section 11; workflow, roles.
"""

import json
from collections.abc import Mapping
from typing import Any

from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.faults import N_, Fault, InputError, shown
from budget.storage.store import Store
from budget.storage.tables import DivisionPlan, Run
from budget.storage.tables import DivisionRules as RulesRow
from budget.storage.trail import canonical
from budget.workflow import fields
from budget.workflow.deeds import STATE, Act, acting, to_plain
from budget.workflow.division_proposal import faults_of_plan
from budget.workflow.divisions import (
    EDITABLE,
    STATES,
    Plan,
    PublishedMoney,
    allowed_centre,
    centres_of,
    money_in_force,
    plan_id,
    plan_of,
    rules_in_force,
    seen_plan,
)
from budget.workflow.need_states import WRONG_STATE
from budget.workflow.refusals import NotNow, OtherDeed
from budget.workflow.roles import Subject, Verb
from budget.workflow.special_needs import MOST_RECENT

NOT_PUBLISHED = N_(
    "Divisions are planned once the round is published: until then no amount is set."
)
NO_RULES = N_("The Ministry has not set the rules for divisions yet; a planner does so.")
NO_MONEY = N_("This centre gets no operating money in the published allocation.")
NO_PLAN = N_("There is no plan of this centre yet.")


def save(
    store: Store,
    who: str,
    centre_id: str,
    amounts: Mapping[str, int],
    *,
    based_on: int,
    key: str,
) -> Plan:
    """Save amounts of a plan as they are typed; right or not yet.

    The first save begins the plan and is recorded; the further ones are not: what was submitted
    is in the trail, division by division.

    Args:
        amounts: division -> won; divisions that are not named stay as they are.
        based_on: the version of the plan that was seen; 0 if there was none.

    Raises:
        Forbidden: for anybody but the head of that centre.
        NotNow: before the publication, without rules, or once the plan is submitted.
        Conflict: if somebody else changed one of these divisions since `based_on`.
        InputError: for what is no amount or no division.
    """
    with acting(store, who, Verb.SAVE_PLAN, key, centre_id, amounts) as act:
        allowed_centre(act, centre_id)
        money, rules = _standing(act, centre_id)
        row = plan_of(act.session, money, centre_id)
        if row is not None and (act.is_repeated or _was_saved(act, row)):
            return seen_plan(act, row)
        clean = _checked_draft(amounts, rules)
        if row is None:
            row = _begun(act, money, centre_id)
            act.record(to_state="draft", made=_subject(row))
        else:
            _check_state(row, EDITABLE)
            act.unchanged(row, based_on, list(clean))
        _keep_draft(act, row, clean)
        row.recent_keys = "\n".join(
            [*row.recent_keys.split("\n")[1 - MOST_RECENT :], f"{key} {act.asked}"]
        )
        act.session.add(row)
        act.session.flush()
        return seen_plan(act, row)


def submit(
    store: Store,
    who: str,
    centre_id: str,
    amounts: Mapping[str, int],
    *,
    based_on: int,
    key: str,
) -> Plan:
    """Submit a plan: what stands on the screen, which may be the proposal as it is.

    Args:
        amounts: division -> won, all of the centre's divisions.
        based_on: the version of the plan that was seen; 0 if there was none.

    Raises:
        InputError: with everything that keeps the plan from being right.
        NotNow, Conflict, Forbidden: as for `save`.
    """
    with acting(store, who, Verb.SUBMIT_PLAN, key, centre_id, amounts) as act:
        allowed_centre(act, centre_id)
        money, rules = _standing(act, centre_id)
        row = plan_of(act.session, money, centre_id)
        if row is not None and act.is_repeated:
            return seen_plan(act, row)
        clean = _checked_draft(amounts, rules)
        if row is not None:
            _check_state(row, EDITABLE)
            act.unchanged(row, based_on)
        _check_plan(act, money, rules, centre_id, clean)
        if row is None:
            row = _begun(act, money, centre_id)
            from_state = ""
        else:
            from_state = row.state
        _keep_draft(act, row, clean)
        old = json.loads(row.amounts)
        changes: dict[str, tuple[Any, Any]] = {
            f"{division}_krw": (old.get(division), clean.get(division))
            for division in {**old, **clean}
            if old.get(division) != clean.get(division)
        }
        row.amounts = canonical(clean)
        row.submitted_by, row.submitted_at = act.person.id, act.now
        changes |= _change(act, row, state="submitted", rules_id=rules.id, return_reason="")
        act.record(
            from_state=from_state,
            to_state="submitted",
            changes=changes,
            based_on=based_on,
            made=_subject(row),
        )
        return seen_plan(act, row)


def recall(store: Store, who: str, centre_id: str, reason: str, *, based_on: int, key: str) -> Plan:
    """Take a submitted plan back, to change it; it no longer counts until it is submitted again.

    Raises:
        InputError: without a reason.
        NotNow, Conflict, Forbidden: as for `save`.
    """
    return _moved_back(store, who, Verb.RECALL_PLAN, centre_id, "draft", reason, based_on, key)


def send_back(
    store: Store, who: str, centre_id: str, reason: str, *, based_on: int, key: str
) -> Plan:
    """Return a submitted plan to its centre, with the reason.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: without a reason.
        NotNow, Conflict: as for `save`.
    """
    return _moved_back(
        store, who, Verb.SEND_BACK_PLAN, centre_id, "returned", reason, based_on, key
    )


def _moved_back(
    store: Store,
    who: str,
    verb: Verb,
    centre_id: str,
    to_state: str,
    reason: str,
    based_on: int,
    key: str,
) -> Plan:
    with acting(store, who, verb, key, centre_id, reason) as act:
        allowed_centre(act, centre_id)
        money, _rules = _standing(act, centre_id)
        row = plan_of(act.session, money, centre_id)
        if row is None:
            raise NotNow(NO_PLAN)
        if act.is_repeated:
            return seen_plan(act, row)
        act.unchanged(row, based_on, [STATE])
        _check_state(row, ("submitted",))
        move_back(act, row, to_state, fields.reason_text(reason), based_on)
        return seen_plan(act, row)


# --- inside a deed, for the workflow itself ------------------------------------------------------


def move_back(
    act: Act, row: DivisionPlan, to_state: str, reason: str, based_on: int | None = None
) -> None:
    """A submitted plan counts no longer; recorded with the reason."""
    told = reason if to_state == "returned" else ""
    changes = _change(act, row, state=to_state, return_reason=told)
    act.record(
        from_state="submitted",
        to_state=to_state,
        changes=changes,
        reason=reason,
        based_on=based_on,
        made=_subject(row),
    )


def _standing(act: Act, centre_id: str) -> tuple[PublishedMoney, RulesRow]:
    """The money and the rules that a plan is made of.

    Raises:
        NotNow: if there are none yet.
    """
    round_ = act.round()
    money = money_in_force(act.session, round_)
    if money is None:
        raise NotNow(NOT_PUBLISHED)
    rules = rules_in_force(act.session, round_)
    if rules is None:
        raise NotNow(NO_RULES)
    if not money.operating.get(centre_id):
        raise NotNow(NO_MONEY)
    return money, rules


def _was_saved(act: Act, row: DivisionPlan) -> bool:
    """Whether this very save was done before.

    Raises:
        OtherDeed: if its key belongs to another save.
    """
    recent = row.recent_keys.split("\n")
    if f"{act.key} {act.asked}" in recent:
        return True
    if any(other.startswith(f"{act.key} ") for other in recent):
        raise OtherDeed
    return False


def _check_state(row: DivisionPlan, allowed: tuple[str, ...]) -> None:
    if row.state not in allowed:
        raise NotNow(WRONG_STATE, state=STATES[row.state])


def _begun(act: Act, money: PublishedMoney, centre_id: str) -> DivisionPlan:
    return DivisionPlan(
        id=plan_id(money.run_id, centre_id),
        round_id=act.session.get_one(Run, money.run_id).round_id,
        run_id=money.run_id,
        centre_id=centre_id,
        state="draft",
        version=0,
        edited_by=act.person.id,
        edited_at=act.now,
    )


def _subject(row: DivisionPlan) -> Subject:
    return Subject("division_plan", row.id, row.centre_id)


def _checked_draft(amounts: Mapping[str, int], rules: RulesRow) -> dict[str, int]:
    """Amounts as a draft may hold them, inside the bands or not.

    Raises:
        InputError: with every division that is none, and every amount that is none.
    """
    known = division_rules_from_toml(rules.content).ids
    faults = []
    for division, won in amounts.items():
        if division not in known:
            faults.append(
                Fault(
                    fields.FORM,
                    shown(division),
                    "",
                    N_("the id of a division: {divisions}"),
                    details={"divisions": ", ".join(known)},
                )
            )
        elif type(won) is not int or not 0 <= won <= fields.MOST_WON:
            faults.append(Fault(fields.FORM, division, shown(won), N_("whole won, 0 or more")))
    if faults:
        raise InputError(faults)
    return dict(amounts)


def _check_plan(
    act: Act, money: PublishedMoney, row: RulesRow, centre_id: str, amounts: Mapping[str, int]
) -> None:
    """The plan is right: whole units, inside its bands, together exactly the centre's money.

    Raises:
        InputError: with everything that is wrong, the division's id in `where`.
    """
    rules = division_rules_from_toml(row.content)
    whole = dict.fromkeys(rules.ids, 0) | dict(amounts)
    faults = faults_of_plan(centres_of(act.session, money), money, rules, centre_id, whole)
    if faults:
        raise InputError(faults)


def _keep_draft(act: Act, row: DivisionPlan, clean: Mapping[str, int]) -> None:
    """Keep what was typed, and who changed which division last."""
    draft, stamps = json.loads(row.draft), json.loads(row.stamps)
    row.version += 1
    for division, won in clean.items():
        if draft.get(division) != won:
            draft[division] = won
            act.stamp(stamps, division, row.version)
    row.draft, row.stamps = canonical(draft), canonical(stamps)
    row.edited_by, row.edited_at = act.person.id, act.now
    act.session.add(row)


def _change(act: Act, row: DivisionPlan, **new: Any) -> dict[str, tuple[Any, Any]]:
    """Set fields of a plan and stamp them; gives field -> (old, new) as plain data."""
    row.version += 1
    stamps = json.loads(row.stamps)
    changes = {}
    for name, value in new.items():
        old = getattr(row, name)
        if old != value:
            changes[name] = (to_plain(old), to_plain(value))
            act.stamp(stamps, name, row.version)
            setattr(row, name, value)
    row.stamps = canonical(stamps)
    row.edited_by, row.edited_at = act.person.id, act.now
    act.session.add(row)
    return changes
