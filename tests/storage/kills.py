"""A process killed at any moment loses no acknowledged write, writes none twice, leaves no half.

A server with 8 people who write is killed (SIGKILL) again and again: at random moments from
outside, and by itself between two statements, right before a commit, and between a commit and its
answer. The next process asks for what was under way again, with the same key.
"""

import json
import multiprocessing
import os
import random
import signal
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlmodel import Session, col, select

from budget.storage.store import opened
from budget.storage.tables import (
    Attachment,
    AttachmentContent,
    Snapshot,
    SpecialNeed,
    TrailRecord,
)
from budget.workflow import proving
from budget.workflow.deeds import to_plain
from tests.storage import writers
from tests.storage.databases import Databases
from tests.storage.lives import ready
from tests.storage.writers import Deed, Killed, Place

KILLS = int(os.environ.get("BUDGET_KILLS") or (100 if os.environ.get("CI") == "true" else 10))
"""On each database: 200 in all where tests run unattended."""
ANY = "any"
"""After so many messages of the process, from outside."""
MOMENTS = (ANY, ANY, "wrote", "committing", "returned")
COUNTS = {ANY: (2, 80), "wrote": (1, 40), "committing": (1, 10), "returned": (1, 10)}
LONGEST_DELAY = 0.01
SILENCE_SECONDS = 60
PROVEN_EVERY = 50
CONTEXT = multiprocessing.get_context("forkserver")


@dataclass
class Ledger:
    """What the test knows: what each writer was answered, and what it asked for.

    Attributes:
        answered: deeds by key, with the request's id.
        stages: how far the deed under way of each writer had come.
        kills: how many, by what was under way.
    """

    places: dict[int, Place] = field(
        default_factory=lambda: dict.fromkeys(range(writers.WRITERS), Place())
    )
    pending: dict[int, Deed] = field(default_factory=dict)
    answered: dict[str, tuple[Deed, str]] = field(default_factory=dict)
    stages: dict[int, str] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def hear(self, message: tuple[Any, ...]) -> None:
        """Take down what a process tells."""
        match message:
            case ("failed", said):
                pytest.fail(said)
            case ("asked", writer, deed):
                assert self.pending.get(writer, deed) == deed
                self.pending[writer] = deed
                self.stages[writer] = "asked"
            case ("answered", writer, deed, need_id, version):
                assert self.pending.pop(writer) == deed
                assert deed.key not in self.answered
                self.answered[deed.key] = (deed, need_id)
                self.places[writer] = writers.place_after(deed, need_id, version)
                self.stages.pop(writer)
            case (stage, writer):
                self.stages[writer] = stage


def run(ledger: Ledger, address: str, killed: Killed | None, delay: float = 0) -> None:
    """One process, until it is killed; if it is not, until nothing is under way any more.

    Args:
        delay: seconds after the moment, for a kill from outside.
    """
    ours, theirs = CONTEXT.Pipe(duplex=False)
    process = CONTEXT.Process(
        target=writers.write,
        args=(address, ledger.places, ledger.pending, killed, theirs),
        kwargs={"goes_on": killed is not None},
    )
    process.start()
    theirs.close()
    heard = 0
    try:
        while killed is None or killed.moment != ANY or heard < killed.count:
            assert ours.poll(SILENCE_SECONDS), "the process does nothing any more"
            ledger.hear(ours.recv())
            heard += 1
        time.sleep(delay)
        process.kill()
        while True:  # what it had told before it was killed
            ledger.hear(ours.recv())
    except (EOFError, OSError):
        pass
    finally:
        process.kill()
        process.join(SILENCE_SECONDS)
        ours.close()
    assert process.exitcode == (0 if killed is None else -signal.SIGKILL)
    if killed is not None:
        count(ledger)


def count(ledger: Ledger) -> None:
    """Count a kill by what was under way."""
    stages = set(ledger.stages.values())
    ledger.kills["all"] += 1
    ledger.kills["in the middle of a deed"] += bool(ledger.pending)
    ledger.kills["with rows changed and not committed"] += bool({"wrote", "committing"} & stages)
    ledger.kills["deeds under way"] += len(ledger.pending)


def unanswered(ledger: Ledger, address: str) -> int:
    """How many deeds under way are in the database all the same, without an answer."""
    keys = [deed.key for deed in ledger.pending.values()]
    store = opened(address)
    with store.reading() as session:
        recorded = session.exec(select(TrailRecord.key).where(col(TrailRecord.key).in_(keys)))
        saved = session.exec(
            select(SpecialNeed.last_key).where(col(SpecialNeed.last_key).in_(keys))
        )
        found = len({*recorded, *saved})
    store.close()
    return found


def nothing_is_lost(databases: Databases, capsys: pytest.CaptureFixture[str]) -> None:
    """Kill, ask again, prove the whole, again and again."""
    CONTEXT.set_forkserver_preload(["tests.storage.writers"])
    chance, ledger = random.Random(2027), Ledger()
    address = databases.copy_of("ready", ready)
    began = time.monotonic()
    for kill in range(KILLS):
        moment = MOMENTS[kill % len(MOMENTS)]
        killed = Killed(moment, chance.randint(*COUNTS[moment]))
        run(ledger, address, killed, chance.uniform(0, LONGEST_DELAY))
        if kill % 2 or moment == "returned":  # else the next process is the first to open it
            ledger.kills["deeds committed without an answer"] += unanswered(ledger, address)
        if kill % PROVEN_EVERY == PROVEN_EVERY - 1:
            check_whole(address)
    run(ledger, address, None)
    assert not ledger.pending
    check_all(ledger, address)
    said = ", ".join(f"{count} {name}" for name, count in ledger.kills.items())
    with capsys.disabled():
        print(
            f"\n{databases.kind}: {said}; {len(ledger.answered)} deeds answered; "
            f"{time.monotonic() - began:.0f} s"
        )
    assert ledger.kills["all"] == KILLS
    assert ledger.kills["in the middle of a deed"] >= KILLS * 0.9
    assert ledger.kills["with rows changed and not committed"] >= KILLS * 0.3
    assert ledger.kills["deeds committed without an answer"] >= KILLS * 0.2 - 1
    assert len(ledger.answered) >= KILLS * 3
    databases.remove(address)


# --- what must be there ------------------------------------------------------------------------


def check_whole(address: str) -> None:
    store = opened(address)
    with store.reading() as session:
        assert proving.proof(session).is_whole
    store.close()


def check_all(ledger: Ledger, address: str) -> None:
    """The database says what the writers were answered, no more and no less."""
    check_whole(address)
    store = opened(address)
    with store.reading() as session:
        check_deeds(session, ledger)
        for need_id, deeds in lives(ledger).items():
            check_need(session, session.get_one(SpecialNeed, need_id), deeds)
    store.close()


def lives(ledger: Ledger) -> dict[str, list[Deed]]:
    """The deeds of each request, in order."""
    found: dict[str, list[Deed]] = {}
    for deed, need_id in ledger.answered.values():
        found.setdefault(need_id, []).append(deed)
    return {need_id: sorted(deeds, key=lambda deed: deed.step) for need_id, deeds in found.items()}


def check_deeds(session: Session, ledger: Ledger) -> None:
    """One record for each answered deed, none for anything else."""
    found = session.exec(select(TrailRecord).where(col(TrailRecord.key).startswith("w"))).all()
    recorded = {record.key: record for record in found}
    assert len(recorded) == len(found)
    expected = {
        name: (deed.verb, need_id)
        for name, (deed, need_id) in ledger.answered.items()
        if deed.verb != "save_draft"
    }
    assert {name: (record.verb, record.object_id) for name, record in recorded.items()} == expected
    assert {record.outcome for record in found} == {"done"}
    refused = session.exec(select(TrailRecord).where(TrailRecord.outcome == "refused")).all()
    assert not refused
    begun = [need_id for deed, need_id in ledger.answered.values() if deed.verb == "begin"]
    assert len(begun) == len(set(begun)), "no two writers were given the same request"
    ids = session.exec(select(SpecialNeed.id)).all()
    assert sorted(ids) == sorted({*begun, *ids[:4]})
    numbers = sorted(int(need_id.removeprefix("SN2027-")) for need_id in ids)
    assert numbers == list(range(1, len(ids) + 1)), "no number was lost"


def check_need(session: Session, need: SpecialNeed, deeds: list[Deed]) -> None:
    """A request is what its deeds, taken together, make of it."""
    assert [deed.step for deed in deeds] == list(range(len(deeds))), "no step was lost"
    found = session.exec(
        select(TrailRecord)
        .where(TrailRecord.object_kind == "special_need", TrailRecord.object_id == need.id)
        .order_by(col(TrailRecord.number))
    ).all()
    recorded = [deed for deed in deeds if deed.verb != "save_draft"]
    assert [record.key for record in found] == [deed.key for deed in recorded]
    moves = [record for record in found if record.to_state]
    assert [record.from_state for record in moves] == ["", *(one.to_state for one in moves[:-1])]
    assert need.state == moves[-1].to_state
    assert need.last_key == [deed.key for deed in deeds if deed.verb != "attach"][-1]
    counted = [deed for deed in deeds if deed.verb not in {"begin", "attach"}]
    assert need.version == 1 + len(counted), "each deed changed it once"
    check_fields(need, found)
    check_text(need, deeds)
    submits = [record for record in found if record.verb == "submit"]
    snapshots = session.exec(
        select(Snapshot).where(Snapshot.special_need_id == need.id).order_by(col(Snapshot.number))
    ).all()
    assert [one.number for one in snapshots] == list(range(1, len(submits) + 1))
    assert [json.loads(record.changes)["snapshot"][1] for record in submits] == [
        one.sha256 for one in snapshots
    ]
    assert need.snapshots == len(snapshots)
    if snapshots:
        assert json.loads(snapshots[-1].content)["title"] == need.title
    files = session.exec(
        select(Attachment, AttachmentContent)
        .join(AttachmentContent, col(AttachmentContent.attachment_id) == col(Attachment.id))
        .where(Attachment.special_need_id == need.id)
    ).all()
    contents = [writers.png(deed.key) for deed in deeds if deed.verb == "attach"]
    assert [content.content for _file, content in files] == contents
    assert session.exec(select(Attachment).where(Attachment.special_need_id == need.id)).all() == [
        file for file, _content in files
    ]


def check_fields(need: SpecialNeed, found: Any) -> None:
    """Every record's new values stand in the request, until a later record changed them."""
    values: dict[str, Any] = {}
    for record in found[1:]:
        for name, (old, new) in json.loads(record.changes).items():
            if name in SpecialNeed.model_fields:
                assert values.get(name, old) == old, "a record says what was there before"
                values[name] = new
    assert {name: to_plain(getattr(need, name)) for name in values} == values


def check_text(need: SpecialNeed, deeds: list[Deed]) -> None:
    """The draft is the text that was saved last; what was submitted is the draft of that time."""
    texts: dict[str, str] = {}
    title = ""
    for deed in deeds:
        if deed.verb in {"begin", "save_draft"}:
            texts |= writers.texts_of(deed)
        elif deed.verb == "submit":
            title = texts["title"]
    assert json.loads(need.draft) == texts
    assert need.title == title
