"""The Ministry's rules for divisions: a planner saves a new version, with a reason.

Nothing is overwritten. A version counts from the moment it is saved: for the proposal, and for
plans. Plans that were submitted and do not keep the new bands go back to their centres, with the
planner's reason; the others stay as they are.

Source: allocation model, section 11; workflow, what is recorded.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import col, select

from budget.allocation.division_reading import division_rules_from_toml
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.storage.tables import BudgetRound, DivisionPlan
from budget.storage.tables import DivisionRules as RulesRow
from budget.workflow import fields
from budget.workflow.deeds import Act, acting, looking
from budget.workflow.division_plans import move_back
from budget.workflow.division_proposal import faults_of_plan
from budget.workflow.divisions import (
    CONTENT,
    RulesVersion,
    centres_of,
    money_in_force,
    plan_rows,
    rules_in_force,
    seen_rules,
)
from budget.workflow.refusals import Conflict, OthersChange
from budget.workflow.roles import Subject, Verb
from budget.workflow.saved_scenarios import baseline_unit
from budget.workflow.year_chain import rounds_of_year, saved_by_others

MOST_CONTENT = 200_000
"""Characters; the sample has a few thousand."""


def save(
    store: Store, who: str, content: str, reason: str, *, based_on: int, key: str
) -> RulesVersion:
    """Save a divisions.toml as the version that counts; plans outside its bands are returned.

    Args:
        based_on: the id of the version that the planner began with; 0 if there was none.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: with every fault of the rules, without a reason, or if nothing changes.
        Conflict: if somebody else saved a version since; told which rules.
    """
    with acting(store, who, Verb.SAVE_DIVISION_RULES, key, content, reason) as act:
        act.allow(Subject("division_rules", ""))
        round_ = act.round()
        old = rules_in_force(act.session, round_)
        if act.repeated:
            return seen_rules(
                act.session, act.session.get_one(RulesRow, int(act.repeated.object_id))
            )
        _unchanged(act, old, based_on)
        clean = _checked(content)
        _check_unit(act, round_, division_rules_from_toml(clean))
        why = fields.reason_text(reason)
        if old is not None and old.content == clean:
            raise InputError(
                [Fault("", CONTENT, "", N_("rules that differ from those that count"))]
            )
        row = _added(act, round_, old, clean, why)
        outside = _outside(act, round_, row)
        before = division_rules_from_toml(old.content) if old else None
        act.record(
            from_state=f"version {old.number}" if old else "",
            to_state=f"version {row.number}",
            changes={
                **difference(before, division_rules_from_toml(clean)),
                "divisions.toml": (old.sha256 if old else None, row.sha256),
                "round_id": (None, row.round_id),
                "plans_returned": (None, len(outside)),
            },
            reason=why,
            based_on=based_on,
            made=Subject("division_rules", str(row.id)),
        )
        for plan in outside:
            with act.follow_up(plan.id):
                move_back(act, plan, "returned", why)
        return seen_rules(act.session, row)


def plans_outside(store: Store, who: str, content: str) -> list[str]:
    """The centres whose submitted plans would not keep the bands of a divisions.toml.

    Raises:
        Forbidden: for anybody but a planner.
        InputError: with every fault of the rules.
    """
    with looking(store, who, Verb.SAVE_DIVISION_RULES) as act:
        act.allow(Subject("division_rules", ""))
        rules = division_rules_from_toml(_checked(content))
        _check_unit(act, act.round(), rules)
        return [row.centre_id for row in _plans_outside(act, act.round(), rules)]


def difference(
    before: DivisionRules | None, after: DivisionRules
) -> dict[str, tuple[str | None, str | None]]:
    """Rules that differ: place in divisions.toml -> (old, new), as text."""
    old = dict(_leaves(before.to_document())) if before else {}
    new = dict(_leaves(after.to_document()))
    return {
        path: (old.get(path), new.get(path))
        for path in dict.fromkeys((*old, *new))
        if old.get(path) != new.get(path)
    }


def _leaves(part: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(part, Mapping):
        for name, value in part.items():
            yield from _leaves(value, f"{path}.{name}" if path else str(name))
    elif isinstance(part, Sequence) and not isinstance(part, str):
        for entry in part:
            yield from _leaves(entry, f"{path}.{entry['id']}")
    else:
        yield path, str(part)


def _checked(content: str) -> str:
    """The text of a divisions.toml as it may be stored.

    Raises:
        InputError: with every fault.
    """
    try:
        clean = fields.clean_text(content, MOST_CONTENT, has_lines=True)
    except ValueError as error:
        template, details = error.args
        raise InputError([Fault(CONTENT, "", "", template, details=details)]) from None
    division_rules_from_toml(clean, CONTENT)
    return clean


def _check_unit(act: Act, round_: BudgetRound, rules: DivisionRules) -> None:
    """The money can be shared in whole units of the rules.

    Raises:
        InputError: if not; nobody could be given a proposal.
    """
    money = money_in_force(act.session, round_)
    amounts = money.operating.values() if money else (baseline_unit(act.session, round_),)
    if any(won % rules.unit_krw for won in amounts):
        expected = N_("a unit of which the operating money of every centre is a whole multiple")
        raise InputError([Fault(CONTENT, "unit_krw", f"{rules.unit_krw:,}", expected)])


def _unchanged(act: Act, present: RulesRow | None, based_on: int) -> None:
    """Nobody else saved a version since the one that the planner began with.

    Raises:
        Conflict: with who changed which rule.
    """
    others = saved_by_others(act, RulesRow, based_on)
    if present is None or not others:
        return
    standing = dict(_leaves(division_rules_from_toml(present.content).to_document()))
    changes = {
        path: OthersChange(path, person.name, person.name_en, row.saved_at, str(standing.get(path)))
        for row, person in others
        for path in difference(_before(act, row), division_rules_from_toml(row.content))
    }
    raise Conflict(list(changes.values()), present.id or 0)


def _before(act: Act, row: RulesRow) -> DivisionRules | None:
    """The rules that a version took the place of; None for the first."""
    rounds = rounds_of_year(act.session, act.round())
    before = act.session.exec(
        select(RulesRow)
        .where(col(RulesRow.round_id).in_(rounds), col(RulesRow.id) < row.id)
        .order_by(col(RulesRow.id).desc())
    ).first()
    return division_rules_from_toml(before.content) if before else None


def _added(
    act: Act, round_: BudgetRound, old: RulesRow | None, content: str, note: str
) -> RulesRow:
    row = RulesRow(
        round_id=round_.id or 0,
        number=old.number + 1 if old else 1,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        note=note,
        saved_by=act.person.id,
        saved_at=act.now,
    )
    act.session.add(row)
    act.session.flush()
    return row


def _outside(act: Act, round_: BudgetRound, row: RulesRow) -> list[DivisionPlan]:
    return _plans_outside(act, round_, division_rules_from_toml(row.content))


def _plans_outside(act: Act, round_: BudgetRound, rules: DivisionRules) -> list[DivisionPlan]:
    """Submitted plans that do not keep the bands of these rules."""
    money = money_in_force(act.session, round_)
    submitted = [row for row in plan_rows(act.session, money) if row.state == "submitted"]
    if money is None or not submitted:
        return []
    centres = centres_of(act.session, money)
    return [
        row
        for row in submitted
        if faults_of_plan(centres, money, rules, row.centre_id, json.loads(row.amounts))
    ]
