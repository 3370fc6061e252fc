"""Which centres the round's data have: one that closed keeps its requests, and gets no money.

Source: workflow; screens, Data.
"""

from sqlmodel import Session

from budget.files.tables import table_from
from budget.storage.tables import BudgetRound, DataSet


def centres_in_force(session: Session, round_: BudgetRound) -> frozenset[str]:
    """The ids of the centres in the version of the data that is in force."""
    content = session.get_one(DataSet, round_.data_set_id).content
    return frozenset(str(cell).strip() for cell in table_from(content, "centres.csv")["centre_id"])
