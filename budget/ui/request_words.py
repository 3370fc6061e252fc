"""Special-need requests in words: states, deadlines, amounts, fields, and what happened."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from budget.allocation.faults import N_, Fault
from budget.view.numbers import NOTHING, WON, Numbers
from budget.view.parameters import capital
from budget.view.requests import part_in_brief
from budget.view.words import Words
from budget.workflow import deadlines, fields
from budget.workflow.need_states import EDITABLE, STATES
from budget.workflow.needs_seen import HistoryLine, Need
from budget.workflow.roles import VERB_NAMES
from budget.workflow.rounds import RoundFacts

COLOURS = {
    "draft": "gray",
    "submitted": "blue",
    "in_review": "violet",
    "returned": "orange",
    "assessed": "yellow",
    "approved": "green",
    "rejected": "red",
    "withdrawn": "gray",
    "funded": "green",
    "unfunded": "red",
}
ICONS = {
    "draft": "edit",
    "submitted": "send",
    "in_review": "search",
    "returned": "reply",
    "assessed": "fact_check",
    "approved": "check_circle",
    "rejected": "cancel",
    "withdrawn": "undo",
    "funded": "paid",
    "unfunded": "money_off",
}
GROUPS = (
    (N_("With you"), ("returned", "draft")),
    (N_("With the ministry"), ("submitted", "in_review", "assessed")),
    (N_("Decided"), ("funded", "approved", "unfunded", "rejected")),
    (N_("Withdrawn"), ("withdrawn",)),
)
"""States as a centre meets them; what it has to do comes first."""

OTHER_FIELDS = {
    "state": N_("state"),
    "title_en": N_("English title"),
    "snapshots": N_("version"),
    "snapshot": N_("version"),
    "submitted_at": N_("day of submission"),
    "reviewer_id": N_("reviewer"),
    "return_due": N_("due date of the answer"),
    "return_reason": N_("reviewer's questions"),
    "withdrawal_reason": N_("reason of the withdrawal"),
    "feasible": N_("feasibility"),
    "assessed_krw": N_("assessed cost"),
    "priority": N_("priority"),
    "divisible": N_("divisibility"),
    "assessment": N_("assessment"),
    "approved_krw": N_("approved amount"),
    "decision_reason": N_("reason of the decision"),
    "override_reason": N_("reason of the exception"),
    "funded_krw": N_("funded amount"),
    "file": N_("file"),
    "centre_id": N_("centre"),
    "allotment_profile": N_("quarterly profile"),
    "execution_set": N_("execution to date"),
    "assessed_by": N_("assessed by"),
    "assessed_at": N_("moment of the assessment"),
    "decided_by": N_("decided by"),
    "decided_at": N_("moment of the decision"),
}
"""Fields of a request that are not of the form."""

UNTOLD = frozenset({"state", "snapshots", "snapshot", "submitted_at", "file"})
"""Fields whose change the line of a history says by itself."""


# --- states and moments --------------------------------------------------------------------------


def state_name(state: str, _: Words) -> str:
    """A state as a badge says it."""
    return capital(_(STATES.get(state, state)))


def part_text(funded: int, approved: int, numbers: Numbers) -> str:
    """How much of what was approved was funded, where it is less than all."""
    _ = numbers.words
    return _(
        "Funded in part: {rate} ({funded} of {approved})",
        rate=numbers.percent(funded / approved, 0),
        funded=numbers.money(funded),
        approved=numbers.money_with_unit(approved),
    )


def state_in_brief(need: Need, numbers: Numbers) -> str:
    """Where a request stands, for a column."""
    in_part = part_in_brief(need, numbers) if need.is_funded_in_part else ""
    return in_part or state_name(need.state, numbers.words)


def standing(need: Need, numbers: Numbers) -> tuple[str, str, str]:
    """Where a request stands: the words, the colour and the icon of its badge."""
    if need.is_funded_in_part:
        said = part_text(need.funded_krw or 0, need.approved_krw or 0, numbers)
        return said, "orange", "pie_chart"
    return (
        state_name(need.state, numbers.words),
        COLOURS.get(need.state, "gray"),
        ICONS.get(need.state, "circle"),
    )


def title(need: Need, _: Words) -> str:
    """What a request is called; a draft may have no title yet."""
    typed = need.draft.get("title", "") if need.state in EDITABLE else need.title
    if typed != need.title:
        return typed.strip() or _("without a title")
    return _.of(need.title, need.title_en or need.title).strip() or _("without a title")


def moment(at: datetime) -> str:
    """A moment in Korea, to the minute."""
    return f"{at.astimezone(deadlines.KOREA):%Y-%m-%d %H:%M}"


def clock(at: datetime) -> str:
    """A time of day in Korea, to the second."""
    return f"{at.astimezone(deadlines.KOREA):%H:%M:%S}"


def days_left(day: date, now: datetime, _: Words) -> str:
    """How many days are left until the end of a day in Korea."""
    left = (day - deadlines.korean_day(now)).days
    if left < 0:
        return _.ngettext("{count} day late", "{count} days late", -left)
    if left == 0:
        return _("today")
    return _.ngettext("{count} day left", "{count} days left", left)


def is_urgent(day: date, now: datetime) -> bool:
    """Whether at most one day is left."""
    return (day - deadlines.korean_day(now)).days <= 1


def server_time(now: datetime, _: Words) -> str:
    """What the clock that counts says."""
    return _("By the server's clock it is now {now}.", now=f"{moment(now)[:10]} {clock(now)}")


# --- amounts and fields --------------------------------------------------------------------------


def typed_won(text: str) -> int | None:
    """An amount that was typed rightly."""
    try:
        return fields.won_from(text)
    except ValueError:
        return None


def requested_won(need: Need) -> int | None:
    """What a request asks for: of a draft what is typed, if it is an amount."""
    if need.state in EDITABLE or not need.snapshots:
        return typed_won(need.draft.get("requested_krw", ""))
    return need.requested_krw


def won_in_words(won: int, numbers: Numbers) -> str:
    """An amount to the won and in the reader's unit."""
    exact = Numbers(numbers.words, WON).money_with_unit(won)
    if numbers.unit == WON:
        return exact
    return f"{exact} = {numbers.money_with_unit(won)}"


def category_name(category: str, _: Words) -> str:
    """A category of the form."""
    return capital(_(fields.CATEGORIES[category])) if category in fields.CATEGORIES else category


def field_name(name: str, _: Words) -> str:
    """A field of a request."""
    field = fields.BY_NAME.get(name)
    return _(field.label if field else OTHER_FIELDS.get(name, name))


def field_text(name: str, typed: str, numbers: Numbers) -> str:
    """What was typed into a field, as it reads best; what is not right stays as typed."""
    if name == "category":
        return category_name(typed, numbers.words) or NOTHING
    won = typed_won(typed) if name == "requested_krw" else None
    if won is not None:
        return won_in_words(won, numbers)
    return typed if typed.strip() else NOTHING


def fields_of(category: str) -> list[fields.Field]:
    """The fields that a request of this category has."""
    return [field for field in fields.FIELDS if field.only_for in {"", category}]


def expected_here(fault: Fault, _: Words) -> str:
    """A fault as it is said at its own field."""
    return _("Expected: {expected}", expected=_.template(fault.expected, fault.details))


def named(names: Iterable[str], _: Words) -> str:
    """Several fields in a row."""
    return ", ".join(field_name(name, _) for name in names)


def next_step(need: Need, round_: RoundFacts, recall_until: date | None, _: Words) -> str:
    """What happens next to a request that its centre has handed in.

    Args:
        recall_until: the last day on which it can be recalled, if it can be.
    """
    if need.state == "submitted" and recall_until is not None:
        return _(
            "It waits for a reviewer. Until one claims it you can recall it, at the latest on "
            "{day}, 23:59:59 Korean time.",
            day=recall_until.isoformat(),
        )
    if need.state == "submitted":
        return _("It waits for a reviewer.")
    if need.state in {"in_review", "assessed"}:
        return _(
            "The ministry is reviewing it; decisions are due by {day}. Every centre sees its "
            "outcome at the same moment.",
            day=round_.dates["decisions_due"].isoformat(),
        )
    if need.state == "approved":
        return _(
            "It is approved; the money is final once the allocation is published, by {day}.",
            day=round_.dates["publication_due"].isoformat(),
        )
    return ""


# --- whether requests can be written -------------------------------------------------------------


@dataclass(frozen=True)
class Window:
    """Until when a centre can write and submit.

    Attributes:
        day: the last day in Korea.
        is_open: whether new requests can be written and submitted now.
        round_state: where the round stands.
        opens: the day on which requests open.
    """

    centre: str
    day: date
    is_open: bool
    round_state: str
    opens: date
    now: datetime


def window(centre: str, day: date, is_open: bool, round_: RoundFacts) -> Window:
    """Until when a centre can write, in this round."""
    return Window(centre, day, is_open, round_.state, round_.dates["requests_open"], round_.now)


def until_text(day: date, _: Words) -> str:
    """The last moment."""
    return _("Submit until {day} 23:59:59 Korean time", day=day.isoformat())


def closed_text(shown: Window, _: Words) -> str:
    """Why nothing can be written now."""
    if shown.round_state == "setup":
        day = shown.opens.isoformat()
        if deadlines.korean_day(shown.now) < shown.opens:
            return _("Requests cannot be written yet; they open on {day}.", day=day)
        return _(
            "Requests cannot be written yet: the round is still being set up. It was to open on "
            "{day}.",
            day=day,
        )
    if shown.round_state in {"decided", "published"}:
        return _("Requests can no longer be written: the round has been decided.")
    return _(
        "Requests can no longer be written: the deadline was {day}, 23:59:59 Korean time.",
        day=shown.day.isoformat(),
    )


def remedy_text(shown: Window, _: Words) -> str:
    """What to do when nothing can be written."""
    if shown.round_state == "setup":
        return _("The lead opens the round. This page then opens at once.")
    if shown.round_state in {"decided", "published"}:
        return _("A later need belongs to the next or a supplementary round.")
    return _(
        "If the need cannot wait, tell the lead why: the lead can extend the deadline of {centre} "
        "alone. This page then opens at once.",
        centre=shown.centre,
    )


# --- what happened -------------------------------------------------------------------------------


def deed_name(verb: str, _: Words) -> str:
    """What somebody did."""
    if verb == "found":
        return _("Taken over from a file")
    return capital(_(VERB_NAMES.get(verb, verb)))


def changed_fields(line: HistoryLine, _: Words) -> str:
    """Which fields a deed changed, where it changed any that its name does not say."""
    return named((name for name in line.changes if name not in UNTOLD), _)


def changed_file(line: HistoryLine) -> str:
    """The file that a deed added or removed."""
    before, after = line.changes.get("file", (None, None))
    return str(after or before or "").rpartition(" ")[0]
