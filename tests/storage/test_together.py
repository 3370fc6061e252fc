"""Two people, or one who clicks twice, at the same moment: one event, and everybody is told.

Each thread has connections of its own, as another process would have; two tests use processes.
"""

import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import col, select

from budget.allocation.faults import InputError
from budget.storage.store import Store, opened
from budget.storage.tables import Attachment, SpecialNeed, TrailRecord
from budget.workflow import (
    attachments,
    needs_seen,
    people,
    proving,
    publication,
    review,
    rounds,
    saved_scenarios,
    scenarios,
    special_needs,
)
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Conflict, Forbidden, NotNow, Refusal
from tests.storage import writers
from tests.storage.databases import (
    Clock,
    administrator,
    head,
    key,
    lead,
    move_round,
    planner,
    reviewer,
)
from tests.workflow import steps
from tests.workflow.files import png

TIMES = 3
CLICKS = 8


@pytest.fixture
def servers(founded_address: str) -> Iterator[list[Store]]:
    """Two servers on one database."""
    with opened_times(founded_address, 2) as found:
        yield found


@contextmanager
def opened_times(address: str, count: int) -> Iterator[list[Store]]:
    """So many servers on one database; in the end its trail is whole."""
    found = [opened(address, Clock()) for _ in range(count)]
    yield found
    with found[0].reading() as session:
        assert proving.proof(session).is_whole
    for store in found:
        store.close()


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What each call gave, or refused, all begun at the same moment."""
    start = threading.Barrier(len(calls))

    def ask(call: Callable[[], Any]) -> Any:
        start.wait(30)
        try:
            return call()
        except (Refusal, InputError) as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(ask, calls))


def told(store: Store, need_id: str, *verbs: str) -> list[TrailRecord]:
    """What was done to a request by these verbs."""
    with store.reading() as session:
        return list(
            session.exec(
                select(TrailRecord).where(
                    TrailRecord.object_id == need_id,
                    TrailRecord.outcome == "done",
                    col(TrailRecord.verb).in_(verbs),
                )
            )
        )


def one_won(answers: Sequence[Any]) -> tuple[Need, Refusal]:
    """The one who was faster, and what the other was told."""
    won = [answer for answer in answers if isinstance(answer, Need)]
    lost = [answer for answer in answers if isinstance(answer, (Conflict, NotNow))]
    assert len(won) == len(lost) == 1, answers
    return won[0], lost[0]


# --- two people --------------------------------------------------------------------------------


def test_approved_or_rejected_never_both(servers: list[Store]) -> None:
    """Two planners decide on the same request; the slower one is told who was faster."""
    one, other = servers[:2]
    for _ in range(TIMES):
        need = steps.assessed(one)
        answers = together(
            lambda need=need: steps.approve(one, need, by=planner(1)),
            lambda need=need: review.reject(
                other, planner(2), need.id, "아니요", based_on=need.version, key=key()
            ),
        )
        won, lost = one_won(answers)
        decided = told(one, need.id, "approve", "reject")
        assert [record.to_state for record in decided] == [won.state]
        assert isinstance(lost, Conflict)
        faster = "예산 담당 1" if won.state == "approved" else "예산 담당 2"
        assert {change.person for change in lost.changes} == {faster}
        with one.reading() as session:
            row = session.get_one(SpecialNeed, need.id)
        assert (row.state, row.approved_krw is None) == (won.state, won.state == "rejected")


def test_one_reviewer_gets_the_request(servers: list[Store]) -> None:
    one, other = servers[:2]
    for _ in range(TIMES):
        need = steps.submitted(one)
        answers = together(
            lambda need=need: review.claim(
                one, reviewer(1), need.id, based_on=need.version, key=key()
            ),
            lambda need=need: review.claim(
                other, reviewer(2), need.id, based_on=need.version, key=key()
            ),
        )
        won, _lost = one_won(answers)
        claimed = told(one, need.id, "claim")
        assert [record.person_id for record in claimed] == [won.reviewer_id]


def test_withdrawn_or_claimed(servers: list[Store]) -> None:
    """The centre takes back what a reviewer takes up: either order is right, half of both not."""
    one, other = servers[:2]
    for _ in range(TIMES):
        need = steps.submitted(one)
        answers = together(
            lambda need=need: special_needs.recall(
                one, head(), need.id, based_on=need.version, key=key()
            ),
            lambda need=need: review.claim(
                other, reviewer(1), need.id, based_on=need.version, key=key()
            ),
        )
        refused = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(refused) == 1
        done = told(one, need.id, "recall", "claim")
        assert len(done) == 1
        with one.reading() as session:
            assert session.get_one(SpecialNeed, need.id).state == done[0].to_state


def test_two_heads_of_a_centre_write_different_fields(servers: list[Store]) -> None:
    """Both texts are kept; in the same field the slower one is told, and keeps the text."""
    one, other = servers[:2]
    second = steps.granted(one, "demonstration|second", ("centre_head", "EC001"))
    for _ in range(TIMES):
        need = steps.drafted(one)
        answers = together(
            lambda need=need: special_needs.save_draft(
                one, head(), need.id, {"title": "제목"}, based_on=need.version, key=key()
            ),
            lambda need=need: special_needs.save_draft(
                other, second, need.id, {"condition": "상태"}, based_on=need.version, key=key()
            ),
        )
        assert all(isinstance(answer, Need) for answer in answers)
        now = needs_seen.need(one, head(), need.id)
        assert (now.draft["title"], now.draft["condition"]) == ("제목", "상태")
        assert now.version == need.version + 2
        answers = together(
            lambda now=now: special_needs.save_draft(
                one, head(), now.id, {"title": "하나"}, based_on=now.version, key=key()
            ),
            lambda now=now: special_needs.save_draft(
                other, second, now.id, {"title": "둘"}, based_on=now.version, key=key()
            ),
        )
        won, lost = one_won(answers)
        assert isinstance(lost, Conflict)
        assert [change.theirs for change in lost.changes] == [won.draft["title"]]
        assert needs_seen.need(one, head(), need.id).draft["title"] == won.draft["title"]


def test_the_round_moves_once(servers: list[Store]) -> None:
    """Two leads end the review at once: one step, not two."""
    present = rounds.present(servers[0], lead())
    answers = together(
        *(
            lambda store=store, number=number: rounds.move(
                store, lead(number), "decided", "끝", based_on=present.version, key=key()
            )
            for number, store in ((1, servers[0]), (2, servers[1]))
        )
    )
    assert sum(isinstance(answer, (Conflict, NotNow)) for answer in answers) == 1
    now = rounds.present(servers[0], lead())
    assert (now.state, now.version) == ("decided", present.version + 1)


def test_a_proposal_is_confirmed_once(servers: list[Store]) -> None:
    """Two leads publish at once; every approved request is marked once."""
    one, other = servers[:2]
    steps.approved(one)
    move_round(one, "decided")
    base = saved_scenarios.scenarios(one, planner())[0]
    proposal = publication.propose(one, planner(), base.id, "제안", key=key())
    answers = together(
        lambda: publication.confirm(one, lead(1), proposal.id, "확정", key=key()),
        lambda: publication.confirm(other, lead(2), proposal.id, "확정", key=key()),
    )
    assert sum(isinstance(answer, NotNow) for answer in answers) == 1
    with one.reading() as session:
        done = session.exec(
            select(TrailRecord).where(
                TrailRecord.verb == "confirm_publication", TrailRecord.outcome == "done"
            )
        ).all()
    assert sorted(record.object_kind for record in done) == [
        "publication",
        "special_need",
        "special_need",
    ]


def test_two_scenarios_of_one_name(servers: list[Store]) -> None:
    base = saved_scenarios.scenarios(servers[0], planner())[0]
    answers = together(
        *(
            lambda store=store, number=number: scenarios.create(
                store, planner(number), "다른 안", base.policy, key=key()
            )
            for number, store in ((1, servers[0]), (2, servers[1]))
        )
    )
    assert sum(isinstance(answer, InputError) for answer in answers) == 1
    assert len(saved_scenarios.scenarios(servers[0], planner())) == 2


def test_a_role_that_ends_at_the_same_moment(servers: list[Store]) -> None:
    """The deed came first and stands, or the role's end came first and it is refused."""
    one, other = servers[:2]
    second = next(
        one_ for one_ in people.people(one, administrator()) if one_.name == "예산 담당 2"
    )
    need = steps.assessed(one)
    answers = together(
        lambda: steps.approve(one, need, by=planner(2)),
        lambda: people.end(
            other, administrator(), second.roles[0].id, "퇴직", based_on=second.version, key=key()
        ),
    )
    with one.reading() as session:
        order = {
            record.verb: record.number
            for record in session.exec(select(TrailRecord).where(TrailRecord.outcome == "done"))
        }
        state = session.get_one(SpecialNeed, need.id).state
    if isinstance(answers[0], Forbidden):
        assert (state, "approve" in order) == ("assessed", False)
    else:
        assert state == "approved"
        assert order["approve"] < order["end_role"]


# --- the same click ----------------------------------------------------------------------------


def clicked(servers: list[Store], ask: Callable[[Store], Any]) -> Any:
    """One deed asked for eight times at once; what all of them were answered."""
    answers = together(*(lambda store=store: ask(store) for store in servers))
    assert answers == [answers[0]] * CLICKS
    return answers[0]


@pytest.fixture
def many_servers(founded_address: str) -> Iterator[list[Store]]:
    """Eight servers on one database."""
    with opened_times(founded_address, CLICKS) as found:
        yield found


def test_the_same_click_eight_times_is_one_event(many_servers: list[Store]) -> None:
    """Through a request's whole life: each deed is done once, and all eight get one answer."""
    servers, one = many_servers, many_servers[0]
    name = key("click")

    def to(need: Need, verb: str) -> dict[str, Any]:
        return {"based_on": need.version, "key": f"{name}-{verb}"}

    need = clicked(
        servers,
        lambda store: special_needs.begin(store, head(), "EC001", steps.TEXTS, key=f"{name}-begin"),
    )
    assert need.version == 1
    saved = clicked(
        servers,
        lambda store: special_needs.save_draft(
            store, head(), need.id, {"title": "한 번"}, **to(need, "save")
        ),
    )
    assert (saved.version, saved.draft["title"]) == (2, "한 번")
    attached = clicked(
        servers,
        lambda store: attachments.attach(
            store, head(), need.id, "a.png", png("click"), key=f"{name}-attach"
        ),
    )
    assert len(attached.files) == 1
    sent = clicked(
        servers,
        lambda store: special_needs.submit(store, head(), need.id, **to(attached, "submit")),
    )
    assert sent.snapshots == 1
    claimed = clicked(
        servers, lambda store: review.claim(store, reviewer(), need.id, **to(sent, "claim"))
    )
    assessed = clicked(
        servers,
        lambda store: review.assess(
            store,
            reviewer(),
            need.id,
            feasible=True,
            assessed_krw=30_000_000,
            priority=1,
            divisible=False,
            rationale="필요",
            **to(claimed, "assess"),
        ),
    )
    approved = clicked(
        servers,
        lambda store: review.approve(
            store,
            planner(),
            need.id,
            approved_krw=30_000_000,
            reason="타당",
            **to(assessed, "approve"),
        ),
    )
    assert (approved.state, approved.version) == ("approved", 6)
    verbs = ["begin", "attach", "submit", "claim", "assess", "approve"]
    assert [record.verb for record in told(one, need.id, *verbs)] == verbs
    with one.reading() as session:
        assert len(session.exec(select(Attachment)).all()) == 1
        assert not session.exec(select(TrailRecord).where(TrailRecord.outcome == "refused")).all()


def test_a_click_whose_answer_was_lost_is_answered_later(servers: list[Store]) -> None:
    """After other people's deeds the same key still changes nothing, and tells what is now."""
    one = servers[0]
    need = steps.drafted(one)
    sent = special_needs.submit(one, head(), need.id, based_on=need.version, key="lost")
    claimed = review.claim(one, reviewer(), need.id, based_on=sent.version, key=key())
    again = special_needs.submit(servers[1], head(), need.id, based_on=need.version, key="lost")
    assert (again.state, again.version) == ("in_review", sent.version), "as its centre may know"
    assert claimed.version > sent.version
    assert len(told(one, need.id, "submit")) == 1


def test_an_old_save_that_is_sent_again_changes_nothing(servers: list[Store]) -> None:
    """The browser repeats a save whose answer was lost, after newer ones: the newer text stays."""
    one = servers[0]
    need = steps.drafted(one)
    now = need
    for number in range(special_needs.MOST_RECENT):
        now = special_needs.save_draft(
            one,
            head(),
            need.id,
            {"title": f"text {number}"},
            based_on=now.version,
            key=f"save-{number}",
        )
    again = special_needs.save_draft(
        servers[1], head(), need.id, {"title": "text 0"}, based_on=need.version, key="save-0"
    )
    assert again == now
    assert again.draft["title"] == f"text {special_needs.MOST_RECENT - 1}"
    with one.reading() as session:
        keys = session.get_one(SpecialNeed, need.id).recent_keys.split("\n")
    assert [entry.partition(" ")[0] for entry in keys] == [
        f"save-{number}" for number in range(special_needs.MOST_RECENT)
    ]


# --- processes ---------------------------------------------------------------------------------


def asked_by_processes(address: str, deeds: Sequence[writers.Deed]) -> list[tuple[str, str]]:
    """What processes were answered that asked for these deeds at once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.storage.writers"])
    start, answers = context.Barrier(len(deeds)), context.Queue()
    processes = [
        context.Process(target=writers.call_together, args=(address, start, answers, deed))
        for deed in deeds
    ]
    for process in processes:
        process.start()
    found = [answers.get(timeout=120) for _ in processes]
    for process in processes:
        process.join(60)
    return sorted(found)


def test_processes_decide_once(founded_address: str) -> None:
    """Two servers, two planners, one request; then four servers, one click."""
    store = opened(founded_address, Clock())
    need = steps.assessed(store)
    deed = writers.Deed(0, 0, 2, "approve", "by-one", need.id, need.version)
    answers = asked_by_processes(
        founded_address, [deed, replace(deed, writer=1, verb="reject", key="by-the-other")]
    )
    assert [kind for kind, _said in answers] in (["Conflict", "done"], ["NotNow", "done"])
    assert len(told(store, need.id, "approve", "reject")) == 1
    other = steps.assessed(store)
    again = replace(deed, need_id=other.id, based_on=other.version, key="one-click")
    assert asked_by_processes(founded_address, [again] * 4) == [("done", "approved")] * 4
    assert len(told(store, other.id, "approve")) == 1
    with store.reading() as session:
        assert proving.proof(session).is_whole
    store.close()
