"""Records of the audit trail as tidy tables with readable words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Protocol

import pandas as pd

from budget.allocation.faults import N_
from budget.view.names import centre_name
from budget.view.numbers import WON, Numbers
from budget.view.parameters import capital
from budget.view.words import Words

KOREA = timezone(timedelta(hours=9))
HASH_DIGITS = 12
"""So much of a hash is shown at first."""
CELL = 400
"""So many characters of a reason stand in a cell; the record itself has them all."""

KINDS: Mapping[str, str] = {
    "round": N_("round"),
    "special_need": N_("request"),
    "scenario": N_("scenario"),
    "publication": N_("publication"),
    "centre": N_("centre"),
    "person": N_("person"),
    "attachment": N_("attachment"),
    "data_set": N_("version of the data"),
    "policy": N_("rules"),
    "snapshot": N_("submitted version"),
    "run": N_("run"),
    "trail": N_("audit trail"),
    "scenario_version": N_("version of a scenario"),
    "role_grant": N_("role"),
    "extension": N_("extended deadline"),
    "deadline": N_("extended deadline"),
    "guard": N_("guard of the database"),
    "allotment_profile": N_("quarterly profile"),
    "execution_set": N_("execution to date"),
    "division_rules": N_("rules for divisions"),
    "division_plan": N_("plan of divisions"),
}
"""Kinds of objects."""
OUTCOMES: Mapping[str, str] = {"done": N_("done"), "refused": N_("refused")}
FIELDS: Mapping[str, str] = {
    "state": N_("state"),
    "role": N_("role"),
    "centre_id": N_("centre"),
    "deadline": N_("deadline"),
    "baseline_id": N_("baseline"),
    "assessed_by": N_("assessed by"),
    "assessed_at": N_("moment of the assessment"),
    "decided_by": N_("decided by"),
    "decided_at": N_("moment of the decision"),
    "run": N_("run"),
    "run_id": N_("run"),
    "allocation_sha256": N_("hash of the allocation"),
    "requests_sha256": N_("hash of the requests"),
    "policy_sha256": N_("hash of the rules"),
    "centres.csv": N_("hash of the centres' table"),
    "snapshot": N_("submitted version"),
    "scenario": N_("scenario"),
    "name": N_("name"),
    "considered": N_("requests considered"),
    "note": N_("note"),
    "data_set_id": N_("version of the data"),
    "rationales": N_("rationales"),
    "number": N_("number"),
    "first_day": N_("from"),
    "last_day": N_("to"),
    "person_id": N_("person"),
    "verb": N_("action"),
    "object_kind": N_("kind of object"),
    "object_id": N_("object"),
    "outcome": N_("outcome"),
    "text": N_("text"),
    "identity": N_("identity"),
    "people": N_("people and their roles"),
    "copied_from": N_("copied from version"),
    "corrects_id": N_("corrects the round"),
    "corrects_request": N_("corrects the request"),
    "fiscal_year": N_("fiscal year"),
    "illustrative": N_("illustrative data"),
    "requests_open": N_("requests open"),
    "requests_close": N_("requests close"),
    "decisions_due": N_("decisions due"),
    "publication_due": N_("publication due"),
    "policy.toml": N_("rules"),
    "requests.csv": N_("hash of the requests"),
    "file": N_("file"),
    "centres_added": N_("new centres"),
    "centres_closed": N_("closed centres"),
    "takeovers": N_("centres taken over"),
    "renamed": N_("renamed centres"),
    "requests_taken_over": N_("number of requests taken over"),
    "figures_changed": N_("number of changed figures"),
    "round_id": N_("round"),
    "sha256": N_("hash of the content"),
    "running": N_("shares of running money by quarter"),
    "special": N_("shares of special needs by quarter"),
    "last_day_executed": N_("execution as of"),
    "spent_krw": N_("spent in all"),
    "divisions.toml": N_("hash of the rules for divisions"),
    "plans_returned": N_("number of plans returned"),
    "rules_id": N_("version of the rules for divisions"),
    "return_reason": N_("reason of the return"),
}
"""Fields that records name, besides those of the form of a request."""
PEOPLE_FIELDS = frozenset({"reviewer_id", "assessed_by", "decided_by", "person_id"})


class Record(Protocol):
    """What a record tells."""

    @property
    def number(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def person(self) -> str: ...
    @property
    def person_en(self) -> str: ...
    @property
    def identity(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def centre_id(self) -> str: ...
    @property
    def verb(self) -> str: ...
    @property
    def object_kind(self) -> str: ...
    @property
    def object_id(self) -> str: ...
    @property
    def object_name(self) -> str: ...
    @property
    def object_name_en(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def from_state(self) -> str: ...
    @property
    def to_state(self) -> str: ...
    @property
    def changes(self) -> Mapping[str, tuple[Any, Any]]: ...
    @property
    def reason(self) -> str: ...


@dataclass(frozen=True)
class Terms:
    """The workflow's words for what stands in the trail as keys; English sources.

    Attributes:
        states: kind of object -> state -> its name.
        values: field -> value -> its name.
        fields: field -> its name.
        centres: id -> Korean and English name.
        people: id -> Korean and English name.
    """

    verbs: Mapping[str, str]
    roles: Mapping[str, str]
    states: Mapping[str, Mapping[str, str]]
    values: Mapping[str, Mapping[str, str]]
    fields: Mapping[str, str]
    centres: Mapping[str, tuple[str, str]]
    people: Mapping[int, tuple[str, str]]


# --- one thing in words --------------------------------------------------------------------------


def moment(at: datetime, *, utc: bool = False) -> str:
    """A moment to the second, in Korea or in UTC."""
    return f"{at.astimezone(UTC if utc else KOREA):%Y-%m-%d %H:%M:%S}"


def verb_name(verb: str, terms: Terms, _: Words) -> str:
    """What was done."""
    return capital(_(terms.verbs.get(verb, verb)))


def centre_of(centre_id: str, terms: Terms, _: Words) -> str:
    """A centre by its short name; its id where it is unknown."""
    found = terms.centres.get(centre_id)
    return centre_name(*found, _) if found else centre_id


def person_of(record: Record, _: Words) -> str:
    """Who; an identity that nobody is known by stands as it is."""
    return _.of(record.person, record.person_en or record.person) or record.identity


def roles_of(record: Record, terms: Terms, _: Words) -> str:
    """Under which role, with the centre of a centre head."""
    names = [
        capital(_(terms.roles.get(role, role))) for role in record.role.split(",") if record.role
    ]
    centre = centre_of(record.centre_id, terms, _) if record.centre_id else ""
    return " · ".join(filter(None, (", ".join(names), centre)))


def object_of(record: Record, _: Words) -> str:
    """What it was done to: a request's number and title, the name of anything else."""
    kind = capital(_(KINDS.get(record.object_kind, record.object_kind)))
    name = _.name(_.of(record.object_name, record.object_name_en or record.object_name))
    if record.object_kind == "special_need":
        return f"{record.object_id} {name}".strip()
    if name and record.object_kind == "centre":
        return f"{kind} {centre_name(record.object_name, record.object_name_en, _)}"
    if name:
        return f"{kind} {name}"
    return f"{kind} {record.object_id}".strip()


def state_name(kind: str, state: str, terms: Terms, _: Words) -> str:
    """A state in words; "version 2" of a scenario too."""
    number = state.removeprefix("version ")
    if number != state:
        return _("version {number}", number=number)
    return _(terms.states.get(kind, {}).get(state, state))


def states_of(record: Record, terms: Terms, _: Words) -> str:
    """From which state to which."""
    before, after = (
        state_name(record.object_kind, state, terms, _) if state else ""
        for state in (record.from_state, record.to_state)
    )
    if not before and not after:
        return ""
    return f"{before} → {after}" if before else f"→ {after}"


def reason_of(record: Record, _: Words) -> str:
    """Why; what a refusal said, in the reader's language where it is a known one."""
    return _.name(record.reason) if record.outcome == "refused" else record.reason


def field_name(field: str, terms: Terms, _: Words) -> str:
    """A field that a record changed."""
    return capital(_(FIELDS.get(field) or terms.fields.get(field, field)))


def value_text(field: str, value: Any, terms: Terms, numbers: Numbers) -> str:
    """A value, old or new: nothing at all is "empty", a blank text stands between its marks."""
    _ = numbers.words
    if value is None:
        return _("empty")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.endswith("_krw") and isinstance(value, int):
        return Numbers(_, WON).money_with_unit(value)
    if field in PEOPLE_FIELDS and str(value).isdecimal() and int(value) in terms.people:
        korean, english = terms.people[int(value)]
        return _.of(korean, english or korean)
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {text}" for name, text in value.items()) or "“”"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "“”"
    text = str(value)
    if field == "centre_id" and text in terms.centres:
        return f"{centre_of(text, terms, _)} ({text})"
    if field.endswith("_at"):
        return _moment_text(text)
    known = terms.values.get(field, {}).get(text)
    return _(known) if known else text or "“”"


def _moment_text(text: str) -> str:
    try:
        return moment(datetime.fromisoformat(text))
    except ValueError:
        return text


# --- tables --------------------------------------------------------------------------------------


def trail_table(records: Sequence[Record], terms: Terms, _: Words) -> pd.DataFrame:
    """One row a record, as it reads in a list."""
    return pd.DataFrame(
        [
            {
                "number": record.number,
                "when": moment(record.at),
                "person": person_of(record, _),
                "verb": verb_name(record.verb, terms, _),
                "outcome": capital(_(OUTCOMES.get(record.outcome, record.outcome))),
                "object": object_of(record, _),
                "states": states_of(record, terms, _),
                "role": roles_of(record, terms, _),
                "reason": " ".join(reason_of(record, _).split())[:CELL],
            }
            for record in records
        ],
        columns=[
            *("number", "when", "person", "verb", "outcome", "object", "states", "role", "reason")
        ],
    )


@dataclass(frozen=True)
class Change:
    """A field that a record changed, in words."""

    field: str
    before: str
    after: str


def changes_of(
    record: Record,
    terms: Terms,
    numbers: Numbers,
    parameter: Callable[[str, Any], tuple[str, str] | None] = lambda _path, _value: None,
) -> list[Change]:
    """Every field of a record: old and new.

    Args:
        parameter: the title and the value of a policy's parameter, where a field is one.
    """
    found = []

    def text(field: str, value: Any) -> str:
        if field == "rationales" and isinstance(value, Mapping):
            named = ((parameter(path, None) or (path, ""))[0] for path in value)
            value = dict(zip(named, value.values(), strict=True))
        return value_text(field, value, terms, numbers)

    for field, (old, new) in record.changes.items():
        told = parameter(field, old), parameter(field, new)
        texts = [
            named[1] if named and value is not None else text(field, value)
            for named, value in zip(told, (old, new), strict=True)
        ]
        title = next((named[0] for named in told if named), None)
        found.append(Change(title or field_name(field, terms, numbers.words), *texts))
    return found
