"""Files of a request: how many, until when, who gets them; a refused file leaves nothing."""

import json

import pytest
from sqlmodel import select

from budget.allocation.faults import InputError
from budget.storage.store import Store
from budget.storage.tables import Snapshot
from budget.workflow import attachments, needs_seen, special_needs
from budget.workflow.needs_seen import Need
from budget.workflow.refusals import Forbidden, NotNow
from tests.storage.databases import auditor, head, key, lead, planner, reviewer
from tests.workflow import steps
from tests.workflow.files import png


def attached(store: Store, need: Need, name: str, content: bytes) -> Need:
    return attachments.attach(store, head(), need.id, name, content, key=key("attach"))


def test_a_file_comes_back_as_it_was_given(store: Store) -> None:
    need = steps.drafted(store)
    content = png("누수")
    need = attached(store, need, "../../누수 사진.png", content)
    (file,) = need.files
    assert (file.name, file.kind, file.size) == ("누수 사진.png", "png", len(content))
    served = attachments.served(store, head(), file.id)
    assert served == attachments.Served("누수 사진.png", "image/png", content)
    made = steps.last_record(store)
    assert (made.verb, made.outcome, made.object_id) == ("attach", "done", need.id)
    old, new = json.loads(made.changes)["file"]
    assert old is None
    assert new.startswith("누수 사진.png ")


def test_five_files_and_no_sixth(store: Store) -> None:
    need = steps.drafted(store)
    for number in range(5):
        need = attached(store, need, f"{number}.png", png(str(number)))
    with steps.told(store, InputError) as caught:
        attached(store, need, "5.png", png("5"))
    assert steps.places(caught.value) == ["attachment"]
    assert len(need.files) == 5
    # the same content again is the same file, and no sixth one
    again = attached(store, need, "other name.png", png("0"))
    assert again.files == need.files


REFUSED_FILES = {
    "HTML renamed": ("report.pdf", b"<!doctype html><script>alert(1)</script>"),
    "empty": ("report.pdf", b""),
    "too large": ("big.png", png("big") + b"\0" * 10 * 1024 * 1024),
    "no file at all": ("note.txt", b"hello"),
}


@pytest.mark.parametrize("which", REFUSED_FILES)
def test_a_file_that_is_not_allowed_leaves_nothing(which: str, store: Store) -> None:
    need = steps.drafted(store)
    name, content = REFUSED_FILES[which]
    with steps.told(store, InputError):
        attached(store, need, name, content)
    assert needs_seen.need(store, head(), need.id).files == ()


def test_a_foreign_file_is_not_even_read(store: Store) -> None:
    need = steps.drafted(store)
    with steps.refused(store, Forbidden, head("EC002"), "attach", need.id):
        attachments.attach(store, head("EC002"), need.id, "report.pdf", b"<html>", key=key())


def test_a_submission_names_its_files(store: Store) -> None:
    need = attached(store, steps.drafted(store), "가.png", png("가"))
    need = special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    with store.reading() as session:
        snapshot = session.exec(select(Snapshot).where(Snapshot.special_need_id == need.id)).one()
    ((name, sha256),) = json.loads(snapshot.content)["files"]
    assert (name, len(sha256)) == ("가.png", 64)


def test_files_of_a_draft_can_be_removed_until_it_is_submitted_for_the_first_time(
    store: Store,
) -> None:
    need = attached(store, steps.drafted(store), "가.png", png("가"))
    need = attached(store, need, "나.png", png("나"))
    first, second = need.files
    need = attachments.detach(store, head(), need.id, first.id, key=key())
    assert need.files == (second,)
    old, new = json.loads(steps.last_record(store).changes)["file"]
    assert (old.partition(" ")[0], new) == ("가.png", None)
    with pytest.raises(Forbidden):
        attachments.served(store, head(), first.id)

    need = special_needs.submit(store, head(), need.id, based_on=need.version, key=key())
    need = special_needs.recall(store, head(), need.id, based_on=need.version, key=key())
    assert need.state == "draft"
    with steps.refused(store, NotNow, head(), "detach", need.id):
        attachments.detach(store, head(), need.id, second.id, key=key())


def test_a_file_is_removed_only_through_its_own_request(store: Store) -> None:
    mine, other = steps.drafted(store), steps.drafted(store)
    other = attached(store, other, "가.png", png("가"))
    with steps.refused(store, Forbidden, head(), "detach", mine.id):
        attachments.detach(store, head(), mine.id, other.files[0].id, key=key())
    for nothing in (0, -1, 2**31, 10**30):
        with steps.refused(store, Forbidden, head(), "detach", mine.id):
            attachments.detach(store, head(), mine.id, nothing, key=key())


def test_a_file_is_served_to_whoever_may_see_the_request(store: Store) -> None:
    free, held = steps.submitted(store), steps.in_review(store, by=reviewer(1))
    held_file = attached(store, held, "가.png", png("가")).files[0]
    free_file = attached(store, free, "나.png", png("나")).files[0]
    for who in (head(), reviewer(1), planner(), lead(), auditor()):
        assert attachments.served(store, who, held_file.id).content == png("가")
    for who in (head("EC002"), reviewer(2)):
        with steps.refused(store, Forbidden, who, "see_need", held.id):
            attachments.served(store, who, held_file.id)
    with steps.refused(store, Forbidden, reviewer(1), "see_need", free.id):
        attachments.served(store, reviewer(1), free_file.id)


def test_a_file_that_is_not_there_is_refused_like_a_foreign_one(store: Store) -> None:
    need = attached(store, steps.drafted(store), "가.png", png("가"))
    with pytest.raises(Forbidden) as foreign:
        attachments.served(store, head("EC002"), need.files[0].id)
    for file_id in (0, -1, 2**31 - 1, 2**31, 10**30):
        for who in (head("EC002"), planner()):
            with steps.recorded_refusal(store, Forbidden, who, "see_need") as caught:
                attachments.served(store, who, file_id)
            assert str(caught.value) == str(foreign.value)


def test_a_recall_keeps_the_files(store: Store) -> None:
    need = attached(store, steps.submitted(store), "가.png", png("가"))
    version = steps.row(store, need.id).version
    recalled = special_needs.recall(store, head(), need.id, based_on=version, key=key())
    assert recalled.files == need.files
