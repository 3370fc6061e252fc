"""Until when a centre may submit, in Korean time, by the server's clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

from sqlmodel import Session, col, select

from budget.storage.tables import BudgetRound, Extension, SpecialNeed

KOREA = timezone(timedelta(hours=9))


def korean_day(moment: datetime) -> date:
    """The day that it is in Korea."""
    return moment.astimezone(KOREA).date()


GRACE = timedelta(days=14)


def latest_extension(decisions_due: date, today: date) -> date:
    """The last day to which a deadline can be extended: that on which decisions are due; once it
    has passed and the round is late, two weeks from today.

    Args:
        today: in Korea.
    """
    return decisions_due if today <= decisions_due else today + GRACE


def end_of(day: date) -> datetime:
    """The first moment after a day in Korea: 23:59:59 is in time, 00:00:00 is not."""
    if day == date.max:  # somebody means "never"
        return datetime.max.replace(tzinfo=KOREA)
    return datetime.combine(day + timedelta(days=1), time(), KOREA)


@dataclass(frozen=True)
class Deadlines:
    """The last days of a round's centres.

    Attributes:
        extended: centre id -> the last day that was set for it alone.
    """

    round: BudgetRound
    extended: Mapping[str, date]

    def last_day(self, centre_id: str) -> date:
        """The last day on which a centre may submit."""
        return self.extended.get(centre_id, self.round.requests_close)

    def may_write(self, centre_id: str, now: datetime) -> bool:
        """Whether requests of a centre can be written: the round is open, or its extension
        runs."""
        if self.round.state == "open":
            return True
        later = self.extended.get(centre_id)
        return self.round.state == "review" and later is not None and now < end_of(later)

    def is_in_time(self, need: SpecialNeed, now: datetime) -> bool:
        """Whether a request may be submitted at this moment."""
        if need.state == "returned":
            return (
                self.round.state in {"open", "review"}
                and need.return_due is not None
                and now < end_of(need.return_due)
            )
        return self.may_write(need.centre_id, now) and now < end_of(self.last_day(need.centre_id))

    def due(self, need: SpecialNeed) -> date:
        """The last day for a request: a returned one has its own."""
        if need.state == "returned" and need.return_due:
            return need.return_due
        return self.last_day(need.centre_id)


def deadlines(session: Session, round_: BudgetRound) -> Deadlines:
    """The last days of a round's centres; of several extensions of a centre the latest counts."""
    rows = session.exec(
        select(Extension).where(Extension.round_id == round_.id).order_by(col(Extension.id))
    )
    return Deadlines(round_, {row.centre_id: row.until for row in rows})
