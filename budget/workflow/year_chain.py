"""Which rounds belong to one year, and who saved what of it: supplementary rounds go on with it."""

from sqlmodel import Session, col, select

from budget.storage.tables import (
    AllotmentProfile,
    BudgetRound,
    DivisionRules,
    ExecutionSet,
    Person,
)
from budget.workflow import fields
from budget.workflow.deeds import Act


def rounds_of_year(session: Session, round_: BudgetRound) -> list[int]:
    """Numbers of the round and of those that it corrects: the year's money is one."""
    found: list[int] = []
    present: BudgetRound | None = round_
    while present is not None and present.id is not None:
        found.append(present.id)
        present = session.get(BudgetRound, present.corrects_id) if present.corrects_id else None
    return found


def saved_by_others[Row: (AllotmentProfile, DivisionRules, ExecutionSet)](
    act: Act, table: type[Row], based_on: int
) -> list[tuple[Row, Person]]:
    """Versions of the year that anybody else saved after the one that a page began with.

    One's own version on top of a colleague's does not hide it: another page of the same person
    may still stand on the version before both.

    Args:
        based_on: the id of the version that the page began with; 0 if there was none.

    Returns:
        The versions and who saved them, the oldest first.

    Raises:
        InputError: if no version could have that id.
    """
    fields.check_version(based_on)
    return list(
        act.session.exec(
            select(table, Person)
            .join(Person, col(Person.id) == col(table.saved_by))
            .where(
                col(table.round_id).in_(rounds_of_year(act.session, act.round())),
                col(table.id) > based_on,
                table.saved_by != act.person.id,
            )
            .order_by(col(table.id))
        ).all()
    )
