"""Who runs behind in execution, for the overview: planner and lead of all, a head of own centres.

The same figures and the usual limits as on the page of the quarters; only after the publication,
for until then nothing is allotted.

Source: screens, overview; the field in one page, rules of public money.
"""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, func, select

from budget.allocation.allotment import allotment
from budget.allocation.execution import BEHIND, Reading, standings
from budget.storage.store import Store
from budget.storage.tables import AllotmentProfile
from budget.workflow import rounds
from budget.workflow.deeds import Act, looking
from budget.workflow.execution import executed_in, latest_set
from budget.workflow.published import repeated
from budget.workflow.quarters import profile_in_force
from budget.workflow.roles import Role, Subject, Verb
from budget.workflow.year_chain import rounds_of_year


@dataclass(frozen=True)
class Behind:
    """Who runs behind, of those whom the person is reminded of.

    Attributes:
        centres: their ids; empty where nobody does.
        until: the last day until which spending was counted.
    """

    centres: tuple[str, ...]
    until: date


def basis(store: Store, who: str) -> str:
    """What the answer of `behind` depends on, found at once; "" where there is no answer.

    Raises:
        Forbidden: for somebody without a role.
    """
    with looking(store, who, Verb.SEE_ROUND) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        whose = _whose(act)
        run, executed = rounds.published_run(act.session, round_), latest_set(act.session, round_)
        if whose == frozenset() or run is None or executed is None:
            return ""
        profile = act.session.exec(
            select(func.max(AllotmentProfile.id)).where(
                col(AllotmentProfile.round_id).in_(rounds_of_year(act.session, round_))
            )
        ).one()
        named = "all" if whose is None else ",".join(sorted(whose))
        return f"{run.id} {executed.id} {profile or 0} {named}"


def behind(store: Store, who: str) -> Behind | None:
    """Who runs behind; None before the publication, without execution, or for other roles.

    Raises:
        Forbidden: for somebody without a role.
        Defect: if the published inputs no longer give what was published.
    """
    with looking(store, who, Verb.SEE_ROUND) as act:
        act.allow(Subject("round", ""))
        round_, whose = act.round(), _whose(act)
        run = rounds.published_run(act.session, round_)
        executed = executed_in(act.session, round_)
        seen = [own for key, own in executed.items() if whose is None or key in whose]
        if run is None or not seen:
            return None
        allotted = allotment(repeated(act.session, run), profile_in_force(act.session, round_))
    return Behind(
        centres=tuple(
            one.centre_id
            for one in standings(allotted, executed, Reading())
            if one.flag == BEHIND and (whose is None or one.centre_id in whose)
        ),
        until=max(own.as_of for own in seen),
    )


def _whose(act: Act) -> Set[str] | None:
    """The centres that the person is reminded of; None: all."""
    return None if act.person.has(Role.PLANNER, Role.LEAD) else frozenset(act.person.centres)
