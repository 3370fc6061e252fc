"""The export pack of a published round: what is in it, the same bytes, who takes it."""

import hashlib
import json
from pathlib import Path

import pytest

from budget.__main__ import main
from budget.files import pack
from budget.storage.store import Store
from budget.workflow import packs, publication
from budget.workflow.packs import FrozenRun
from budget.workflow.refusals import Forbidden, NotNow
from tests.storage.databases import auditor, key, lead, planner
from tests.workflow import steps
from tests.workflow.worlds import Copies, World


def exported(store: Store, world: World, one: str = "") -> FrozenRun:
    """The auditor takes the pack."""
    return packs.export(store, auditor(), world.proposal, key=one or key("export"))


def silent(_done: int, _count: int) -> None:
    """Nobody wants to know."""


def test_a_pack_is_exported_once_it_is_published(
    decided_world: World, published_world: World, copies: Copies
) -> None:
    store = copies.open(decided_world)
    with steps.refused(store, NotNow, auditor(), "export_pack"):
        exported(store, decided_world)
    assert packs.publications(store, auditor()) == []
    store = copies.open(published_world)
    for number in (0, 999, 10**30):
        with steps.refused(store, Forbidden, auditor(), "export_pack"):
            packs.export(store, auditor(), number, key=key())
    one, length = key(), steps.length(store)
    run = exported(store, published_world, one)
    assert exported(store, published_world, one) == run
    (made,) = steps.records(store, length)
    assert (made.verb, made.object_kind, made.object_id, made.role) == (
        "export_pack",
        "publication",
        str(published_world.proposal),
        "auditor",
    )
    assert json.loads(made.changes) == {"allocation_sha256": [None, run.allocation_sha256]}
    assert packs.publications(store, lead()) == [packs.proposed_run(store, planner())]


def test_a_pack_is_the_same_bytes_and_is_reproduced(
    published_world: World,
    copies: Copies,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = exported(copies.open(published_world), published_world)
    monkeypatch.setattr(packs, "LANGUAGES", {"ko": "한국어"})  # half of the 348 notices
    told: list[tuple[int, int]] = []
    data = packs.pack_of(run, lambda done, count: told.append((done, count)))
    assert told == [(number, 174) for number in range(1, 175)]
    path = tmp_path / packs.pack_name(run)
    assert path.name == f"budget-allocation-2027-illustrative-{run.allocation_sha256[:8]}.zip"
    path.write_bytes(data)
    found = pack.read_pack(path)
    assert {name for name in found if "/" not in name} == {*pack.NEEDED, pack.SUMS}
    assert found["notices/ko/EC001.pdf"].startswith(b"%PDF")
    assert found[pack.ALLOCATION] == run.allocation_content
    assert hashlib.sha256(found[pack.ALLOCATION]).hexdigest() == run.allocation_sha256
    readme = found[pack.README].decode()
    for text in (run.allocation_sha256, "예시 데이터", "python -m budget reproduce", "총괄 1"):
        assert text in readme
    assert main(["reproduce", str(path)]) == 0
    assert run.allocation_sha256 in capsys.readouterr().out
    monkeypatch.setattr(packs, "_notices", lambda *_given: [])
    assert packs.pack_of(run, silent) == packs.pack_of(run, silent)


def test_a_notice_tells_its_own_requests_and_the_day_of_publication(
    published_world: World, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = exported(copies.open(published_world), published_world)
    texts: list[dict[str, object]] = []

    def kept(notices, _issued):  # type: ignore[no-untyped-def]
        texts.extend(notices)
        return [b""] * len(texts)

    monkeypatch.setattr("budget.files.typeset.notice_pdfs", kept)
    monkeypatch.setattr(packs, "LANGUAGES", {"en": "English"})
    list(packs._notices(run, packs.allocation_of(run), silent))
    assert len(texts) == 174
    first = json.loads(json.dumps(texts[0]))
    assert "EC001" in first["centre"]
    assert {"Published on 2026-03-10"} <= {value for _label, value in first["provenance"]}
    assert {line["title"].partition(" ")[0] for line in first["requests"]} == {
        need.id for need in run.requests if need.centre_id == "EC001"
    }
    assert [
        line["state"] for line in first["requests"] if published_world.approved in line["title"]
    ] == ["Funded"]
    assert "Illustrative" in first["banner"]
    assert "Preview" not in first["banner"]


def test_a_changed_result_is_a_defect(published_world: World, copies: Copies) -> None:
    store = copies.open(published_world)
    run = exported(store, published_world)
    object.__setattr__(run, "allocation_sha256", "0" * 64)
    with pytest.raises(Exception, match="another allocation"):
        packs.pack_of(run, silent)
    assert publication.proposal(store, lead()) is not None
