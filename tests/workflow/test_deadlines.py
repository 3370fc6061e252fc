"""Until when a centre may write and submit: Korean days, the server's clock, extensions."""

from datetime import UTC, date, datetime, timedelta

import pytest

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.workflow import deadlines, needs_seen, review, rounds, special_needs
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import NotNow
from tests.storage.databases import Clock, at, head, key, lead, move_round, planner, reviewer
from tests.workflow import steps
from tests.workflow.steps import TEXTS

CENTRE = "EC010"
LAST = ["2026-05-29T23:59:59", "2026-05-29T23:59:59.999999"]
OVER = ["2026-05-30T00:00:00", "2026-05-30T00:00:00.000001", "2026-06-01T09:00:00"]
NEED_BY = {"need_by": "2027-06-30"}


@pytest.fixture(scope="module")
def open_round(module_store: Store) -> Store:
    """The round is open; its requests close on 29 May 2026."""
    move_round(module_store, "open")
    return module_store


@pytest.fixture
def store(open_round: Store, clock: Clock) -> Store:
    """An open round that the tests of this file share."""
    return Store(open_round.engine, clock)


def submit(store: Store, need: Need, centre_id: str = CENTRE) -> Need:
    return special_needs.submit(
        store, head(centre_id), need.id, based_on=need.version, key=key("submit")
    )


def extend(store: Store, centre_id: str, until: date) -> None:
    rounds.extend_deadline(store, lead(), centre_id, until, "사유", key=key("extend"))


# --- the round's deadline ------------------------------------------------------------------------


@pytest.mark.parametrize("moment", LAST)
def test_the_last_moment_of_the_last_day_in_korea_is_in_time(
    moment: str, store: Store, clock: Clock
) -> None:
    need = steps.drafted(store, CENTRE)
    clock.set(moment)
    assert needs_seen.need(store, head(CENTRE), need.id).can_submit
    assert rounds.deadline_of(store, head(CENTRE), CENTRE) == (date(2026, 5, 29), True)
    assert submit(store, need).submitted_at == at(moment)


@pytest.mark.parametrize("moment", OVER)
def test_midnight_in_korea_is_too_late_and_the_message_says_by_which_clock(
    moment: str, store: Store, clock: Clock
) -> None:
    need = steps.drafted(store, CENTRE)
    clock.set(moment)
    assert not needs_seen.need(store, head(CENTRE), need.id).can_submit
    assert rounds.deadline_of(store, head(CENTRE), CENTRE) == (date(2026, 5, 29), False)
    with steps.refused(store, NotNow, head(CENTRE), "submit", need.id) as caught:
        submit(store, need)
    assert "2026-05-29, 23:59:59" in str(caught.value)
    assert f"{at(moment):%Y-%m-%d %H:%M:%S}" in str(caught.value)


def test_the_clock_of_the_server_may_tell_any_zone(store: Store, clock: Clock) -> None:
    need, late = steps.drafted(store, CENTRE), steps.drafted(store, CENTRE)
    clock.set(datetime(2026, 5, 29, 14, 59, 59, tzinfo=UTC))  # 23:59:59 in Korea
    assert submit(store, need).state == "submitted"
    clock.set(datetime(2026, 5, 29, 15, 0, 0, tzinfo=UTC))  # midnight
    with steps.refused(store, NotNow, head(CENTRE), "submit", late.id):
        submit(store, late)


def test_a_draft_can_still_be_written_after_the_deadline_while_the_round_is_open(
    store: Store, clock: Clock
) -> None:
    need = steps.drafted(store, CENTRE)
    clock.set("2026-05-30T00:00:00")
    saved = special_needs.save_draft(
        store, head(CENTRE), need.id, {"title": "나중"}, based_on=need.version, key=key()
    )
    assert saved.draft["title"] == "나중"


def test_a_recall_takes_the_deadline_as_well(store: Store, clock: Clock) -> None:
    in_time, late = steps.submitted(store, CENTRE), steps.submitted(store, CENTRE)

    def recall(need: Need) -> Need:
        return special_needs.recall(store, head(CENTRE), need.id, based_on=need.version, key=key())

    clock.set(LAST[0])
    assert recall(in_time).state == "draft"
    clock.set(OVER[0])
    with steps.refused(store, NotNow, head(CENTRE), "recall", late.id):
        recall(late)


def test_a_withdrawal_takes_no_deadline(store: Store, clock: Clock) -> None:
    need = steps.submitted(store, CENTRE)
    clock.set("2026-11-01T00:00:00")
    gone = special_needs.withdraw(
        store, head(CENTRE), need.id, "사유", based_on=need.version, key=key()
    )
    assert gone.state == "withdrawn"


# --- an extension for one centre -----------------------------------------------------------------


def test_an_extension_lets_one_centre_submit_until_its_last_moment(
    store: Store, clock: Clock
) -> None:
    mine, late = steps.drafted(store, "EC020"), steps.drafted(store, "EC020")
    foreign = steps.drafted(store, CENTRE)
    clock.set("2026-05-30T10:00:00")
    with steps.refused(store, NotNow, head("EC020"), "submit", mine.id):
        submit(store, mine, "EC020")
    extend(store, "EC020", date(2026, 6, 2))
    made = steps.last_record(store)
    assert (made.verb, made.object_kind, made.object_id, made.reason) == (
        "extend_deadline",
        "centre",
        "EC020",
        "사유",
    )
    assert made.changes == '{"deadline":["2026-05-29","2026-06-02"]}'
    assert rounds.deadline_of(store, head("EC020"), "EC020") == (date(2026, 6, 2), True)
    clock.set("2026-06-02T23:59:59.999")
    assert submit(store, mine, "EC020").state == "submitted"
    with steps.refused(store, NotNow, head(CENTRE), "submit", foreign.id):
        submit(store, foreign)
    clock.set("2026-06-03T00:00:00")
    with steps.refused(store, NotNow, head("EC020"), "submit", late.id) as caught:
        submit(store, late, "EC020")
    assert "2026-06-02" in str(caught.value)


def test_an_extension_can_be_extended_again(store: Store, clock: Clock) -> None:
    need = steps.drafted(store, "EC021")
    extend(store, "EC021", date(2026, 6, 2))
    extend(store, "EC021", date(2026, 6, 5))
    clock.set("2026-06-05T23:59:59")
    assert submit(store, need, "EC021").state == "submitted"


def test_an_extension_takes_a_reason_a_centre_and_a_day_that_is_not_past(
    store: Store, clock: Clock
) -> None:
    clock.set("2026-06-01T23:59:59")
    cases = [
        (CENTRE, date(2026, 5, 31), "사유", ["until"]),
        ("EC999", date(2026, 6, 2), "사유", ["centre_id"]),
        ("\0", date(2026, 6, 2), "사유", ["centre_id"]),
        ("", date(2026, 6, 2), "사유", ["centre_id"]),
        (CENTRE, date(2026, 6, 2), " ", ["reason"]),
        ("EC999", date(2026, 5, 31), "", ["until", "centre_id", "reason"]),
    ]
    for centre_id, until, reason, places in cases:
        with steps.told(store, InputError) as caught:
            rounds.extend_deadline(store, lead(), centre_id, until, reason, key=key())
        assert steps.places(caught.value) == places
    for present in (date(2026, 5, 29), date(2026, 6, 5)):  # a deadline is only extended
        clock.set("2026-05-20T09:00:00")
        with steps.told(store, InputError) as caught:
            extend(store, "EC024", present)
        assert steps.places(caught.value) == ["until"]
        extend(store, "EC024", date(2026, 6, 5) if present.month == 5 else date(2026, 6, 6))
    clock.set("2026-06-01T23:59:59")
    extend(store, "EC022", date(2026, 6, 1))  # today
    assert rounds.deadline_of(store, head("EC022"), "EC022") == (date(2026, 6, 1), True)


def test_an_extension_ends_before_decisions_are_due(store: Store, clock: Clock) -> None:
    """What comes later nobody decides on; in a round that is late, two weeks are left."""
    for day, is_taken in (
        (date.max, False),
        (date(2026, 11, 28), False),
        (date(2026, 11, 27), True),
    ):
        if is_taken:
            extend(store, "EC023", day)
        else:
            with steps.told(store, InputError) as caught:
                extend(store, "EC023", day)
            assert [fault.details["day"] for fault in caught.value.faults] == ["2026-11-27"]
    clock.set("2026-11-30T09:00:00")
    with steps.told(store, InputError) as caught:
        extend(store, "EC023", date(2026, 12, 15))
    assert caught.value.faults[0].details["day"] == "2026-12-14"
    extend(store, "EC023", date(2026, 12, 14))
    assert rounds.deadline_of(store, head("EC023"), "EC023") == (date(2026, 12, 14), True)


def test_a_deadline_at_the_end_of_time_spoils_nothing() -> None:
    """Databases may hold one from before deadlines had a limit."""
    assert deadlines.end_of(date.max) > at("9999-12-30T00:00:00")


# --- a returned request --------------------------------------------------------------------------


def returned(store: Store, centre_id: str, due: date) -> Need:
    return steps.returned(store, centre_id, due=due)


def test_a_returned_request_is_submitted_after_the_deadline_until_its_due_date(
    store: Store, clock: Clock
) -> None:
    in_time, late = (returned(store, CENTRE, date(2026, 7, 15)) for _ in range(2))
    clock.set("2026-07-15T23:59:59.999")
    seen = needs_seen.need(store, head(CENTRE), in_time.id)
    assert (seen.deadline, seen.can_submit) == (date(2026, 7, 15), True)
    saved = special_needs.save_draft(
        store, head(CENTRE), in_time.id, {"title": "나중"}, based_on=in_time.version, key=key()
    )
    assert submit(store, saved).snapshots == 2
    clock.set("2026-07-16T00:00:00")
    with steps.refused(store, NotNow, head(CENTRE), "submit", late.id) as caught:
        submit(store, late)
    assert "2026-07-15" in str(caught.value)
    with steps.refused(store, NotNow, head(CENTRE), "save_draft", late.id):
        special_needs.save_draft(
            store, head(CENTRE), late.id, {"title": "늦음"}, based_on=late.version, key=key()
        )


def test_the_due_date_may_be_a_leap_day(store: Store, clock: Clock) -> None:
    need = returned(store, CENTRE, date(2028, 2, 29))
    assert steps.row(store, need.id).return_due == date(2028, 2, 29)
    clock.set("2028-02-29T23:59:59")
    assert needs_seen.need(store, head(CENTRE), need.id).can_submit
    clock.set("2028-03-01T00:00:00")
    assert not needs_seen.need(store, head(CENTRE), need.id).can_submit


@pytest.mark.parametrize(
    ("day", "first_moment_after"),
    [
        (date(2026, 5, 29), "2026-05-29T15:00:00+00:00"),
        (date(2028, 2, 28), "2028-02-28T15:00:00+00:00"),
        (date(2028, 2, 29), "2028-02-29T15:00:00+00:00"),
        (date(2027, 2, 28), "2027-02-28T15:00:00+00:00"),
        (date(2026, 12, 31), "2026-12-31T15:00:00+00:00"),
    ],
)
def test_a_day_in_korea_ends_at_fifteen_hours_utc(day: date, first_moment_after: str) -> None:
    end = deadlines.end_of(day)
    assert end == datetime.fromisoformat(first_moment_after)
    assert deadlines.korean_day(end - timedelta(microseconds=1)) == day
    assert deadlines.korean_day(end) == day + timedelta(days=1)


# --- a round that is moved -----------------------------------------------------------------------


def test_a_moved_round_closes_and_opens_the_writing(own_store: Store, clock: Clock) -> None:
    store = own_store
    move_round(store, "open")
    need = steps.drafted(store, CENTRE)
    extended = steps.drafted(store, "EC020")
    move_round(store, "review")
    for verb, deed in {
        "submit": lambda: submit(store, need),
        "save_draft": lambda: special_needs.save_draft(
            store, head(CENTRE), need.id, {"title": "늦음"}, based_on=need.version, key=key()
        ),
        "begin": lambda: special_needs.begin(store, head(CENTRE), CENTRE, TEXTS, key=key()),
    }.items():
        with steps.refused(store, NotNow, head(CENTRE), verb):
            deed()
    # an extension opens it for one centre, also under review, until it ends
    extend(store, "EC020", date(2026, 6, 2))
    clock.set("2026-06-02T23:59:59")
    assert steps.drafted(store, "EC020").can_submit
    assert submit(store, extended, "EC020").state == "submitted"
    clock.set("2026-06-03T00:00:00")
    with steps.refused(store, NotNow, head("EC020"), "begin", "EC020"):
        special_needs.begin(store, head("EC020"), "EC020", TEXTS, key=key())
    # the lead moves the round back: everybody writes again, in time
    clock.set("2026-05-20T09:00:00")
    move_round(store, "open")
    sent = submit(store, need)
    # a returned request can be submitted while decisions are taken, not once they are out
    taken = review.claim(store, reviewer(), sent.id, based_on=sent.version, key=key())
    back = review.send_back(
        store, reviewer(), taken.id, "견적서", date(2026, 8, 1), based_on=taken.version, key=key()
    )
    move_round(store, "decided")
    with steps.refused(store, NotNow, head(CENTRE), "submit", back.id):
        submit(store, back)
    assert not needs_seen.need(store, head(CENTRE), back.id).can_submit
    move_round(store, "review")
    clock.set("2026-08-01T12:00:00")
    assert submit(store, back).state == "submitted"
    assert needs_seen.need(store, planner(), back.id).snapshots == 2
