"""Which rounds belong to one year: a supplementary round and the rounds that it corrects."""

from sqlmodel import Session

from budget.storage.tables import BudgetRound


def rounds_of_year(session: Session, round_: BudgetRound) -> list[int]:
    """Numbers of the round and of those that it corrects: the year's money is one."""
    found: list[int] = []
    present: BudgetRound | None = round_
    while present is not None and present.id is not None:
        found.append(present.id)
        present = session.get(BudgetRound, present.corrects_id) if present.corrects_id else None
    return found
