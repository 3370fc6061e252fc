"""Random people do random things; a small model of the specification says what must come of it.

The model knows the table of the request's states, the roles, the round and its deadlines; it was
written from the specification and calls nothing of the workflow.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from budget.allocation.faults import InputError
from budget.allocation.requests import checked_requests
from budget.storage.store import Store
from budget.storage.tables import SpecialNeed
from budget.workflow import proving, review, round_inputs, rounds, special_needs
from budget.workflow.refusals import Refusal
from tests.storage.databases import (
    Clock,
    administrator,
    at,
    auditor,
    head,
    key,
    lead,
    planner,
    reviewer,
)
from tests.workflow import steps
from tests.workflow.calls import ASSESSMENT
from tests.workflow.steps import TEXTS
from tests.workflow.worlds import Copies, World

# --- the model ---------------------------------------------------------------------------------

MANY = "many|1"
ROLES: dict[str, set[tuple[str, str]]] = {
    head("EC001"): {("centre_head", "EC001")},
    head("EC010"): {("centre_head", "EC010")},
    MANY: {("centre_head", "EC001"), ("reviewer", ""), ("planner", "")},
    reviewer(1): {("reviewer", "")},
    reviewer(2): {("reviewer", "")},
    planner(1): {("planner", "")},
    lead(1): {("lead", "")},
    auditor(): {("auditor", "")},
    administrator(): {("administrator", "")},
    "stranger|1": set(),
}
REVIEWERS = [MANY, reviewer(1), reviewer(2)]
ORDER = ["setup", "open", "review", "decided"]
CLOSE, DUE, LATER = date(2026, 5, 29), date(2026, 6, 15), date(2026, 6, 30)
MOMENTS = ["2026-05-20T09:00", "2026-05-29T23:59:59", "2026-06-15T23:59:59", "2026-06-16T00:00:00"]
UNDECIDED = {"draft", "submitted", "in_review", "returned", "assessed"}


@dataclass
class Request:
    """What the specification knows of a request."""

    id: str
    centre: str
    state: str = "draft"
    reviewer: str = ""
    hands: set[str] = field(default_factory=set)


@dataclass
class Model:
    """What the specification knows of the round."""

    state: str = "review"
    now: datetime = field(default_factory=lambda: at(MOMENTS[0]))
    extended: dict[str, date] = field(default_factory=lambda: {"EC001": CLOSE})
    requests: dict[str, Request] = field(default_factory=dict)

    def is_before_end_of(self, day: date) -> bool:
        return self.now < at(f"{day + timedelta(days=1)}T00:00:00")

    def may_write(self, centre: str) -> bool:
        """The round is open, or the centre's extension runs while decisions are taken."""
        until = self.extended.get(centre)
        return self.state == "open" or (
            self.state == "review" and until is not None and self.is_before_end_of(until)
        )

    def is_in_time(self, request: Request) -> bool:
        if request.state == "returned":
            return self.state in {"open", "review"} and self.is_before_end_of(DUE)
        last = self.extended.get(request.centre, CLOSE)
        return self.may_write(request.centre) and self.is_before_end_of(last)

    def allows(self, verb: str, who: str, request: Request) -> bool:
        """Role, object, state, round and time, by the specification."""
        roles = {role for role, _centre in ROLES[who]}
        is_head = ("centre_head", request.centre) in ROLES[who]
        holds = "reviewer" in roles and request.reviewer == who
        decides = "planner" in roles and who not in request.hands and self.state == "review"
        reviewing = self.state in {"open", "review"}
        match verb, request.state:
            case "save_draft", "draft":
                return is_head and self.may_write(request.centre)
            case "save_draft", "returned":
                return is_head and self.is_in_time(request)
            case "submit", "draft" | "returned":
                return is_head and self.is_in_time(request)
            case "recall", "submitted":
                return is_head and self.is_in_time(request)
            case "withdraw", state if state in UNDECIDED:
                return is_head
            case "claim", "submitted":
                return "reviewer" in roles and request.reviewer in {"", who} and reviewing
            case "assign", "submitted" | "in_review":
                return "planner" in roles and reviewing
            case "send_back", "in_review":
                return holds and reviewing and self.is_before_end_of(DUE)
            case "assess", "in_review":
                return holds and reviewing
            case "reopen_assessment", "assessed":
                return "lead" in roles
            case "approve" | "reject", "assessed":
                return decides
            case "reopen_decision", "approved" | "rejected":
                return "lead" in roles
        return False

    def follow(self, verb: str, who: str, request: Request, given: str) -> None:
        """What comes of it."""
        to = {
            "submit": "submitted",
            "recall": "draft",
            "withdraw": "withdrawn",
            "claim": "in_review",
            "assign": "in_review",
            "send_back": "returned",
            "assess": "assessed",
            "reopen_assessment": "in_review",
            "approve": "approved",
            "reject": "rejected",
            "reopen_decision": "in_review",
        }
        request.state = to.get(verb, request.state)
        if verb in {"save_draft", "submit", "assess"}:
            request.hands.add(who)
        if verb in {"claim", "assign"}:
            request.reviewer = given or who


# --- the same, done ------------------------------------------------------------------------------

Deed = Callable[[Store, str, str, int, str, str], Any]
"""By whom, on which request, based on which version, with which key, given to whom."""

FIELD = {head("EC001"): "title", head("EC010"): "title", MANY: "condition"}
"""Each writes a field of their own: only the last writer of a field is remembered."""

DEEDS: dict[str, Deed] = {
    "save_draft": lambda s, w, n, v, k, _: special_needs.save_draft(
        s, w, n, {FIELD.get(w, "title"): k}, based_on=v, key=k
    ),
    "submit": lambda s, w, n, v, k, _: special_needs.submit(s, w, n, based_on=v, key=k),
    "recall": lambda s, w, n, v, k, _: special_needs.recall(s, w, n, based_on=v, key=k),
    "withdraw": lambda s, w, n, v, k, _: special_needs.withdraw(s, w, n, "사유", based_on=v, key=k),
    "claim": lambda s, w, n, v, k, _: review.claim(s, w, n, based_on=v, key=k),
    "assign": lambda s, w, n, v, k, to: review.assign(
        s, w, n, steps.person_id(s, to), based_on=v, key=k
    ),
    "send_back": lambda s, w, n, v, k, _: review.send_back(
        s, w, n, "견적서", DUE, based_on=v, key=k
    ),
    "assess": lambda s, w, n, v, k, _: review.assess(s, w, n, **ASSESSMENT, based_on=v, key=k),
    "reopen_assessment": lambda s, w, n, v, k, _: review.reopen_assessment(
        s, w, n, "다시", based_on=v, key=k
    ),
    "approve": lambda s, w, n, v, k, _: review.approve(
        s, w, n, approved_krw=1_000, reason="타당", based_on=v, key=k
    ),
    "reject": lambda s, w, n, v, k, _: review.reject(s, w, n, "순위", based_on=v, key=k),
    "reopen_decision": lambda s, w, n, v, k, _: review.reopen_decision(
        s, w, n, "오류", based_on=v, key=k
    ),
}
PEOPLE, CENTRES = list(ROLES), ["EC001", "EC010"]
HEADS = [head("EC001"), MANY] * 4
KINDS = [
    *["right_deed"] * 9,
    *["any_deed"] * 4,
    *["begin"] * 2,
    "the_same_form_again",
    "move",
    "wait",
    "extend",
]


class Round(RuleBasedStateMachine):
    """A round in which everybody tries everything."""

    copies: Copies
    world: World
    done: ClassVar[Counter[str]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()

    @initialize(seed=st.integers(0, 10**9))
    def begin_round(self, seed: int) -> None:
        self.random = Random(seed)
        self.store = self.copies.open(self.world)
        self.number = steps.length(self.store)
        self.model = Model()
        self.clock = self.store.clock
        assert isinstance(self.clock, Clock)
        self.clock.set(self.model.now)
        self.last: tuple[Callable[[], Any], Any] | None = None

    def attempt(self, verb: str, is_allowed: bool, deed: Callable[[], Any]) -> Any:
        """Do it; it works if and only if the model allows it, and either way it is recorded."""
        result = None
        try:
            result = deed()
        except (Refusal, InputError) as error:
            assert not is_allowed, f"{verb} was refused: {error}"
            self.refused[verb] += 1
            expected = ["refused"] if isinstance(error, Refusal) else []
        else:
            assert is_allowed, f"{verb} was open"
            self.done[verb] += 1
            self.last = (deed, result)
            expected = [] if verb == "save_draft" else ["done"]
        made = steps.records(self.store, self.number)
        assert [one.outcome for one in made] == expected
        self.number += len(made)
        return result

    @rule()
    def step(self) -> None:
        """Something happens; one rule, so that the walk is as weighted as KINDS."""
        for _ in range(6):
            getattr(self, self.random.choice(KINDS))()
        self.states_agree()

    def begin(self) -> None:
        who = self.random.choice([*HEADS, *PEOPLE])
        centre = self.random.choice(["EC001", *CENTRES])
        is_allowed = ("centre_head", centre) in ROLES[who] and self.model.may_write(centre)
        same = key("begin")
        need = self.attempt(
            "begin",
            is_allowed,
            lambda: special_needs.begin(self.store, who, centre, TEXTS, key=same),
        )
        if need is not None:
            self.model.requests[need.id] = Request(need.id, centre, hands={who})

    def right_deed(self) -> None:
        """Somebody does what they may, if there is anything."""
        right = [
            (verb, who, one)
            for verb in DEEDS
            for one in self.model.requests.values()
            for who in PEOPLE
            if self.model.allows(verb, who, one)
        ]
        if right:
            verbs = sorted({verb for verb, _who, _one in right})
            verb = self.random.choice(verbs)
            if verb == "withdraw" and self.random.random() < 0.8:  # nothing comes after it
                return
            self.deed(verb, [(who, one) for found, who, one in right if found == verb])

    def any_deed(self) -> None:
        """Somebody does something."""
        verb = self.random.choice(sorted(DEEDS))
        pairs = [(who, one) for one in self.model.requests.values() for who in PEOPLE]
        if pairs:
            self.deed(verb, pairs)

    def deed(self, verb: str, pairs: list[tuple[str, Request]]) -> None:
        who, request = self.random.choice(pairs)
        given = self.random.choice(REVIEWERS) if verb == "assign" else ""
        version, same = steps.row(self.store, request.id).version, key(verb)
        is_allowed = self.model.allows(verb, who, request)
        self.attempt(
            verb,
            is_allowed,
            lambda: DEEDS[verb](self.store, who, request.id, version, same, given),
        )
        if is_allowed:
            self.model.follow(verb, who, request, given)

    def the_same_form_again(self) -> None:
        if self.last is not None:
            deed, result = self.last
            assert deed().id == result.id
            assert steps.records(self.store, self.number) == []

    def move(self) -> None:
        who = self.random.choice([lead(1), lead(1), planner(1)])
        to = self.random.choice([*ORDER, "open", "review", "review"])
        is_near = abs(ORDER.index(to) - ORDER.index(self.model.state)) == 1
        version, same = rounds.present(self.store, lead()).version, key("move")
        last = self.last
        self.attempt(
            "move_round",
            who == lead(1) and is_near,
            lambda: rounds.move(self.store, who, to, "사유", based_on=version, key=same),
        )
        self.last = last
        if who == lead(1) and is_near:
            self.model.state = to

    def wait(self) -> None:
        """Some time passes; or the test thinks of an earlier day."""
        self.model.now = at(self.random.choice([*MOMENTS, *MOMENTS[:2] * 2]))
        self.clock.set(self.model.now)  # type: ignore[attr-defined]

    def extend(self) -> None:
        centre, last = self.random.choice(CENTRES), self.last
        if self.model.extended.get(centre) == LATER:
            return
        is_open = self.model.state in {"open", "review"}
        self.attempt(
            "extend_deadline",
            is_open,
            lambda: rounds.extend_deadline(
                self.store, lead(), centre, LATER, "사유", key=key("extend")
            ),
        )
        self.last = last
        if is_open:
            self.model.extended[centre] = LATER

    def states_agree(self) -> None:
        with self.store.reading() as session:
            ids = list(self.model.requests)
            found = session.exec(
                select(SpecialNeed.id, SpecialNeed.state).where(SpecialNeed.id.in_(ids))  # type: ignore[attr-defined]
            ).all()
        assert dict(found) == {one.id: one.state for one in self.model.requests.values()}

    def teardown(self) -> None:
        """The trail is whole, and what is approved has what the allocator needs."""
        if not hasattr(self, "store"):
            return
        assert proving.verify(self.store, auditor()).is_whole
        given = round_inputs.inputs(self.store, planner())
        approved = checked_requests(
            given.requests, set(given.centres["centre_id"]), given.baseline.policy.unit
        )
        mine = {one.request_id: one.approved for one in approved}
        for request in self.model.requests.values():
            assert mine.get(request.id) == (1_000 if request.state == "approved" else None)


def test_random_people_do_only_what_the_specification_opens(
    review_world: World, copies: Copies
) -> None:
    with copies.kept(review_world) as (store, world):
        steps.granted(store, MANY, *sorted(ROLES[MANY]))
    Round.copies, Round.world = copies, world
    Round.done.clear()
    Round.refused.clear()
    run_state_machine_as_test(
        Round,
        settings=settings(
            max_examples=10,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
        ),
    )
    everything = {*DEEDS, "begin", "move_round", "extend_deadline"}
    assert set(Round.done) == everything  # the walk came everywhere
    assert set(Round.refused) >= everything - {"extend_deadline"}
