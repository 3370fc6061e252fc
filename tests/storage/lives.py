"""A round that was lived to its end, so that every table has rows."""

from sqlmodel import Session, SQLModel, func, select

from budget.storage.store import Store, opened
from budget.workflow import attachments, publication, rounds, scenarios, special_needs
from budget.workflow.special_needs import Need
from tests.storage.databases import BEGINNING, Clock, found, head, key, lead, move_round, planner
from tests.workflow import steps
from tests.workflow.files import png

EXTENDED = "EC002"


def with_file(store: Store, need: Need, text: str) -> Need:
    """The request with a picture."""
    return attachments.attach(
        store, head(need.centre_id), need.id, f"{text}.png", png(text), key=key("attach")
    )


def lived(address: str) -> None:
    """Fill an empty database with the demonstration, lived until it is published."""
    found(address)
    store = opened(address, Clock())
    live(store, lead_number=2)
    store.close()


def live(store: Store, *, lead_number: int = 1) -> None:
    """Live the sample round to its end: a request in every state, files, scenarios, a run.

    A draft of EC001 with a file stays behind; of EC002, whose deadline is extended, another one.
    """
    with_file(store, steps.drafted(store, title="초안"), "draft")
    rounds.extend_deadline(
        store,
        lead(),
        EXTENDED,
        BEGINNING.date().replace(month=7),
        "late",
        key=key("extend"),
    )
    steps.drafted(store, EXTENDED)
    special_needs.submit(
        store,
        head(),
        (need := with_file(store, steps.drafted(store), "submitted")).id,
        based_on=need.version,
        key=key("submit"),
    )
    with_file(store, steps.in_review(store), "review")
    steps.returned(store)
    steps.assessed(store)
    steps.rejected(store)
    steps.withdrawn(store)
    with_file(store, steps.assessed(store), "assessed")
    steps.approved(store)
    baseline = scenarios.scenarios(store, planner())[0]
    scenarios.create(store, planner(), "다른 안", baseline.policy, note="x", key=key("create"))
    scenarios.save(
        store,
        planner(),
        baseline.id,
        baseline.policy,
        note="same rules",
        based_on=baseline.number,
        key=key("save"),
    )
    move_round(store, "decided")
    proposal = publication.propose(store, planner(), baseline.id, "제안", key=key("propose"))
    publication.confirm(store, lead(lead_number), proposal.id, "확정", key=key("confirm"))


def rows(session: Session) -> dict[str, int]:
    """How many rows each table has."""
    return {
        name: session.exec(select(func.count()).select_from(table)).one()
        for name, table in SQLModel.metadata.tables.items()
    }
