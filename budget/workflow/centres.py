"""One centre: its data and requests, and why it gets what was published.

A centre's head sees the own centre alone: amounts only once they are published, and peers
without their names. Whoever sees the whole round sees every centre.

Source: workflow, roles; screens, Centre.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from budget.allocation.explained import Explained, explained
from budget.allocation.movers import Mover, movers
from budget.files.tables import table_from
from budget.storage.store import Store
from budget.storage.tables import (
    BudgetRound,
    Centre,
    DataSet,
    Run,
    Scenario,
    ScenarioVersion,
    SpecialNeed,
)
from budget.workflow import needs_seen, rounds
from budget.workflow.deeds import Act, known, looking
from budget.workflow.needs_seen import Need
from budget.workflow.published import repeated
from budget.workflow.refusals import NOT_YOURS, Forbidden
from budget.workflow.roles import Subject, Verb


@dataclass(frozen=True)
class PublishedRun:
    """The run that the round's amounts were published from.

    Attributes:
        published_at: when the lead confirmed it.
    """

    run_id: int
    scenario: str
    number: int
    allocation_sha256: str
    published_at: datetime


@dataclass(frozen=True)
class CentreFacts:
    """A centre as one person may see it, without any amount of this year.

    Attributes:
        data: its row of centres.csv, as written; last year's money and execution are in it.
        requests: its special needs, the latest edited first; drafts for its own head alone.
        published: None before publication.
    """

    centre_id: str
    name_ko: str
    name_en: str
    data: Mapping[str, str]
    requests: tuple[Need, ...]
    published: PublishedRun | None


def centre(store: Store, who: str, centre_id: str) -> CentreFacts:
    """A centre's data and requests.

    Raises:
        Forbidden: for another centre's head, a reviewer or an administrator; if there is no such
            centre.
    """
    with looking(store, who, Verb.SEE_CENTRE) as act:
        row = _allowed(act, centre_id)
        round_ = act.round()
        return CentreFacts(
            centre_id=row.centre_id,
            name_ko=row.name_ko,
            name_en=row.name_en,
            data=_data(act.session, round_, centre_id),
            requests=_requests(act, round_, centre_id),
            published=_published(act.session, round_),
        )


def published(store: Store, who: str, centre_id: str) -> Explained | None:
    """Why a centre gets what was published; None before publication.

    The frozen inputs are run again, and must give the allocation that was published byte for byte.

    Raises:
        Forbidden: as for `centre`.
        Defect: if they do not.
    """
    with looking(store, who, Verb.SEE_CENTRE) as act:
        _allowed(act, centre_id)
        run = rounds.published_run(act.session, act.round())
        if run is None:
            return None
        allocation = repeated(act.session, run)
        is_inside = act.person.role_for(Verb.SEE_FIGURES, Subject("round", "")) is not None
        return explained(allocation, centre_id, anonymous=not is_inside)


def published_movers(store: Store, who: str, centre_id: str) -> tuple[Mover, ...]:
    """What would have moved a centre's published amount, one change at this centre at a time; none
    before publication.

    The frozen inputs are run again; only this centre's own total is told.

    Raises:
        Forbidden: as for `centre`.
        Defect: if they no longer give what was published.
    """
    with looking(store, who, Verb.SEE_CENTRE) as act:
        _allowed(act, centre_id)
        run = rounds.published_run(act.session, act.round())
        if run is None:
            return ()
        allocation = repeated(act.session, run)
        if centre_id not in allocation.centres.ids:
            return ()
        requests = table_from(run.requests_csv, "requests.csv")
        own = requests.loc[requests["centre_id"] == centre_id, "request_id"]
        return movers(
            allocation,
            requests,
            centre_id,
            [need for need in own if not allocation.funded.get(need)],
        )


def _allowed(act: Act, centre_id: str) -> Centre:
    act.allow(Subject("centre", centre_id, centre_id))
    row = known(act.session, Centre, centre_id)
    if row is None:
        raise Forbidden(NOT_YOURS)
    return row


def _data(session: Session, round_: BudgetRound, centre_id: str) -> dict[str, str]:
    content = session.get_one(DataSet, round_.data_set_id).content
    rows = table_from(content, "centres.csv").to_dict("records")
    own = next((row for row in rows if row["centre_id"] == centre_id), {})
    return {str(column): str(cell) for column, cell in own.items()}


def _requests(act: Act, round_: BudgetRound, centre_id: str) -> tuple[Need, ...]:
    rows = act.session.exec(
        select(SpecialNeed)
        .where(SpecialNeed.round_id == round_.id, SpecialNeed.centre_id == centre_id)
        .order_by(col(SpecialNeed.id).desc())
    ).all()
    is_own = centre_id in act.person.centres
    listed = [row for row in rows if is_own or row.snapshots]
    return tuple(
        sorted(needs_seen._all_seen(act, listed), key=lambda need: need.edited_at, reverse=True)
    )


def _published(session: Session, round_: BudgetRound) -> PublishedRun | None:
    row = rounds.publication_in_force(session, round_)
    if row is None or row.confirmed_at is None:
        return None
    run = session.get_one(Run, row.run_id)
    version = session.get_one(ScenarioVersion, run.scenario_version_id)
    return PublishedRun(
        run_id=run.id or 0,
        scenario=session.get_one(Scenario, version.scenario_id).name,
        number=version.number,
        allocation_sha256=run.allocation_sha256,
        published_at=row.confirmed_at,
    )
