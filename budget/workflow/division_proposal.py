"""The Ministry's proposal for one centre, and what has happened to the centre's plan.

The proposal comes from the table of all centres, for national ceilings bind them together; what
leaves the workflow holds the one centre.

Source: allocation model, section 11; workflow, roles.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from sqlmodel import Session

from budget.allocation.division_conflict import InfeasibleDivisions
from budget.allocation.division_plan import plan_faults
from budget.allocation.division_rules import DivisionRules
from budget.allocation.division_split import cross_split
from budget.allocation.divisions import cross_table
from budget.allocation.faults import N_, Fault, InputError
from budget.storage.store import Store
from budget.workflow.deeds import looking
from budget.workflow.divisions import (
    PublishedMoney,
    allowed_centre,
    centres_of,
    money_in_force,
    plan_id,
    rules_in_force,
    seen_rules,
)
from budget.workflow.needs_seen import HistoryLine, deeds_on
from budget.workflow.refusals import NotNow
from budget.workflow.roles import Verb

CENTRES = "centres.csv"
OTHERS_DATA = N_(
    "right data of all centres; those of another centre have a fault, a planner sees it"
)
CONTRADICTION = N_(
    "The Ministry's bands and national limits contradict each other at present, so there is no "
    "proposal. A planner sees this and mends it; what you have saved stays."
)
NOTHING_TO_PLAN = N_(
    "There is nothing to plan yet: it takes a published allocation, money for this centre, and "
    "the Ministry's rules for divisions."
)


@dataclass(frozen=True)
class OwnDivision:
    """A division of one centre, in won.

    Attributes:
        has_staff: whether the centre has the division; if not, it gets nothing.
        target: the centre's money by the staff of its divisions.
        proposal: what the Ministry proposes.
        floor, most: the range that the bands of its type admit.
        binding: "floor", "cap", "ceiling", "minimum" or "": what holds the proposal.
    """

    id: str
    name_ko: str
    name_en: str
    has_staff: bool
    target: int
    proposal: int
    floor: int
    most: int
    binding: str


def proposal(store: Store, who: str, centre_id: str) -> tuple[OwnDivision, ...]:
    """The Ministry's proposal for a centre, one entry a division.

    Raises:
        Forbidden: for another centre's head, a reviewer or an administrator.
        NotNow: before the publication, or without rules or money; to a head also where bands and
            national limits contradict each other: how much is whose is not theirs to see.
        InputError: if the data do not say which staff works in which division; a head is told
            only what is wrong with the own centre.
        InfeasibleDivisions: the contradiction itself, to those who see the whole round.
    """
    with looking(store, who, Verb.SEE_DIVISIONS) as act:
        allowed_centre(act, centre_id)
        round_ = act.round()
        money, row = money_in_force(act.session, round_), rules_in_force(act.session, round_)
        if money is None or row is None or centre_id not in money.operating:
            raise NotNow(NOTHING_TO_PLAN)
        rules = seen_rules(act.session, row).rules
        centres = centres_of(act.session, money)
        sees_all = act.person.may(Verb.SEE_FIGURES)
    try:
        table = cross_table(centres, pd.Series(money.operating, dtype="int64"), rules, CENTRES)
    except InputError as error:
        if sees_all:
            raise
        raise InputError(_own_faults(error.faults, centres, centre_id)) from None
    except InfeasibleDivisions:
        if sees_all:
            raise
        raise NotNow(CONTRADICTION) from None
    room = table.room(centre_id)
    columns = ("target_krw", "cell_krw", "floor_krw", "cap_krw")
    amounts = room[list(columns)].to_numpy(dtype="int64").tolist()
    held = [str(name) for name in table.binding.loc[centre_id].to_numpy()]
    return tuple(
        OwnDivision(
            id=division.id,
            name_ko=division.name_ko,
            name_en=division.name_en,
            has_staff=bool(target),
            target=target,
            proposal=cell,
            floor=floor,
            most=most,
            binding=binding,
        )
        for division, (target, cell, floor, most), binding in zip(
            rules.divisions, amounts, held, strict=True
        )
    )


def _own_faults(
    faults: Sequence[Fault], centres: pd.DataFrame, centre_id: str
) -> tuple[Fault, ...]:
    """What a head may read of them: whole columns, and the own centre's row and money."""
    rows = {
        row for row, key in enumerate(centres["centre_id"].tolist(), start=2) if key == centre_id
    }
    own = tuple(
        fault
        for fault in faults
        if fault.row in rows
        or (fault.row is None and (not fault.value or centre_id in {fault.where, fault.value}))
    )
    return own or (Fault(CENTRES, "", "", OTHERS_DATA),)


def faults_of_plan(
    centres: pd.DataFrame,
    money: PublishedMoney,
    rules: DivisionRules,
    centre_id: str,
    amounts: Mapping[str, int],
) -> list[Fault]:
    """What keeps a plan from being right, for the workflow itself.

    Args:
        centres: the table that the money was computed from.

    Raises:
        InputError: if the data do not say which staff works in which division.
    """
    operating = money.operating[centre_id]
    own = centres[centres["centre_id"] == centre_id]
    split = cross_split(own, pd.Series({centre_id: operating}, dtype="int64"), rules, CENTRES)
    floors, caps = (
        pd.Series(list(values[0]), index=list(split.divisions))
        for values in (split.floors, split.most)
    )
    return list(plan_faults(amounts, floors, caps, operating, rules.unit_krw))


def history(store: Store, who: str, centre_id: str) -> list[HistoryLine]:
    """What happened to a centre's plan for the money that is in force, from its beginning.

    Raises:
        Forbidden: for another centre's head, a reviewer or an administrator.
    """
    with looking(store, who, Verb.SEE_DIVISIONS) as act:
        allowed_centre(act, centre_id)
        money = money_in_force(act.session, act.round())
        return _lines(act.session, plan_id(money.run_id, centre_id)) if money else []


def _lines(session: Session, identifier: str) -> list[HistoryLine]:
    found = deeds_on(session, "division_plan", identifier)
    return [
        HistoryLine(
            at=record.at,
            person=person.name,
            person_en=person.name_en,
            role=record.role,
            verb=record.verb,
            from_state=record.from_state,
            to_state=record.to_state,
            reason=record.reason,
            changes=json.loads(record.changes),
        )
        for record, person in found
    ]
