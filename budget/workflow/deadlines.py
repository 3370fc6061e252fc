"""Until when a centre may submit, in Korean time, by the server's clock."""

from datetime import date, datetime, time, timedelta, timezone

from sqlmodel import Session, col, select

from budget.storage.tables import BudgetRound, Extension, SpecialNeed

KOREA = timezone(timedelta(hours=9))


def korean_day(moment: datetime) -> date:
    """The day that it is in Korea."""
    return moment.astimezone(KOREA).date()


def end_of(day: date) -> datetime:
    """The first moment after a day in Korea: 23:59:59 is in time, 00:00:00 is not."""
    if day == date.max:  # somebody means "never"
        return datetime.max.replace(tzinfo=KOREA)
    return datetime.combine(day + timedelta(days=1), time(), KOREA)


def extension(session: Session, round_: BudgetRound, centre_id: str) -> Extension | None:
    """The latest extension of a centre's deadline."""
    return session.exec(
        select(Extension)
        .where(Extension.round_id == round_.id, Extension.centre_id == centre_id)
        .order_by(col(Extension.id).desc())
    ).first()


def last_day(session: Session, round_: BudgetRound, centre_id: str) -> date:
    """The last day on which a centre may submit."""
    later = extension(session, round_, centre_id)
    return later.until if later else round_.requests_close


def may_write(session: Session, round_: BudgetRound, centre_id: str, now: datetime) -> bool:
    """Whether requests of a centre can be written: the round is open, or its extension runs."""
    if round_.state == "open":
        return True
    later = extension(session, round_, centre_id)
    return round_.state == "review" and later is not None and now < end_of(later.until)


def is_in_time(session: Session, need: SpecialNeed, round_: BudgetRound, now: datetime) -> bool:
    """Whether a request may be submitted at this moment."""
    if need.state == "returned":
        return (
            round_.state in {"open", "review"}
            and need.return_due is not None
            and now < end_of(need.return_due)
        )
    return may_write(session, round_, need.centre_id, now) and now < end_of(
        last_day(session, round_, need.centre_id)
    )
