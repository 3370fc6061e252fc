"""The export pack: the same bytes for the same contents; what comes from outside is not trusted."""

import dataclasses
import io
import json
import stat
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import budget
from budget.__main__ import main
from budget.allocation.faults import InputError
from budget.files import allocation_csv, pack, read_centres, read_policy, read_requests, report_json
from budget.files.reproduce import reproduced
from tests.storage.databases import BEGINNING, SAMPLE


@pytest.fixture(scope="module")
def contents() -> dict[str, bytes]:
    """A pack of the sample round, without notices."""
    requests = read_requests(SAMPLE / "requests.csv")
    policy = (SAMPLE / "policy.toml").read_bytes()
    found = dataclasses.replace(
        budget.allocate(
            read_centres(SAMPLE / "centres.csv"), read_policy(SAMPLE / "policy.toml"), requests
        ),
        seconds=86_400.0,  # another machine's: no machine of ours takes a day
    )
    return {
        pack.README: "읽어 보기".encode(),
        pack.ALLOCATION: allocation_csv(found),
        pack.POLICY: policy,
        pack.CENTRES: (SAMPLE / "centres.csv").read_bytes(),
        pack.REQUESTS: (SAMPLE / "requests.csv").read_bytes(),
        pack.REPORT: report_json(found, requests, policy),
        pack.WORKBOOK: b"PK",
        pack.notice_name("ko", "EC001", 1): b"%PDF",
    }


def written(folder: Path, contents: Mapping[str, bytes]) -> Path:
    """The pack in a file."""
    path = folder / "pack.zip"
    path.write_bytes(pack.pack_bytes(contents, BEGINNING))
    return path


def with_sums(contents: Mapping[str, bytes], **changed: bytes) -> dict[str, bytes]:
    """The contents with some files changed, by their names with an underscore for the point."""
    return {**contents, **{name.replace("_", "."): data for name, data in changed.items()}}


def test_the_same_contents_are_the_same_bytes_and_come_back(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    path = written(tmp_path, contents)
    assert path.read_bytes() == pack.pack_bytes(contents, BEGINNING)
    found = pack.read_pack(path)
    assert {**found, pack.SUMS: b""} == {**contents, pack.SUMS: b""}
    assert pack.wrong_sums(found) == []
    with zipfile.ZipFile(path) as opened:
        assert {part.date_time for part in opened.infolist()} == {(2026, 3, 10, 9, 0, 0)}


def test_a_notice_has_a_safe_name() -> None:
    assert pack.notice_name("ko", "EC001", 1) == "notices/ko/EC001.pdf"
    for hostile in ("../../etc", "a/b", "가", "", "-x", "a" * 61):
        assert pack.notice_name("en", hostile, 7) == "notices/en/row-7.pdf"


# --- reproducing -------------------------------------------------------------------------------


def test_a_pack_is_reproduced(
    contents: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reproduce", str(written(tmp_path, contents))]) == 0
    said = capsys.readouterr()
    assert "174 centres, certified" in said.out
    assert "solve_seconds" in said.err


def moved_unit(table: bytes) -> bytes:
    """One unit of operating money moved from the last centre to the first, totals too."""
    header, *rows = table.decode("utf-8-sig").splitlines()
    names = header.split(",")
    first, last = rows[0].split(","), rows[-1].split(",")
    for cells, by in ((first, 1000), (last, -1000)):
        for name in ("operating_krw", "total_krw"):
            cells[names.index(name)] = str(int(cells[names.index(name)]) + by)
    text = "\n".join([header, ",".join(first), *rows[1:-1], ",".join(last)]) + "\n"
    return ("\ufeff" + text).encode()


def test_what_is_not_the_same_is_named(
    contents: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = with_sums(contents, allocation_csv=moved_unit(contents[pack.ALLOCATION]))
    found = reproduced(written(tmp_path, moved)).differences
    assert any("not certified" in difference for difference in found)
    assert "allocation.csv: the inputs give other bytes" in found
    report = json.loads(contents[pack.REPORT])
    report["reserve_krw"] += 1
    wrong = with_sums(contents, report_json=json.dumps(report).encode())
    assert reproduced(written(tmp_path, wrong)).differences == (
        "report.json: the inputs give other bytes (reserve_krw)",
    )
    stale = with_sums(contents, README_txt=b"other")
    stale[pack.SUMS] = pack.sums(contents)
    path = tmp_path / "stale.zip"
    with zipfile.ZipFile(path, "w") as made:
        for name, data in stale.items():
            made.writestr(name, data)
    assert main(["reproduce", str(path)]) == 4
    assert "not the same: README.txt: not as SHA256SUMS says" in capsys.readouterr().err


def test_faulty_inputs_are_told_as_by_allocate(
    contents: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = with_sums(contents, policy_toml=b"[policy]\nname = 1\n")
    assert main(["reproduce", str(written(tmp_path, wrong))]) == 2
    assert "policy.toml" in capsys.readouterr().err
    for data in (b"{", b"[]", b"[" * 100_000):
        path = written(tmp_path, with_sums(contents, report_json=data))
        with pytest.raises(InputError, match=r"report\.json"):
            reproduced(path)


def test_a_changed_hash_is_named_even_where_the_inputs_cannot_be_read(
    contents: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pack.zip"
    stale = {**contents, pack.POLICY: b"[policy]\nname = 1\n", pack.SUMS: pack.sums(contents)}
    with zipfile.ZipFile(path, "w") as made:
        for name, data in stale.items():
            made.writestr(name, data)
    assert main(["reproduce", str(path)]) == 4
    said = capsys.readouterr()
    assert not said.out
    assert "not the same: policy.toml: not as SHA256SUMS says" in said.err
    assert "not the same: policy.toml, pool: expected this key" in said.err


# --- hostile packs -----------------------------------------------------------------------------

Spoil = Callable[[zipfile.ZipFile], None]


def named(name: str) -> Spoil:
    return lambda made: made.writestr(name, b"x")


def link(made: zipfile.ZipFile) -> None:
    part = zipfile.ZipInfo("link.txt")
    part.external_attr = (stat.S_IFLNK | 0o777) << 16
    made.writestr(part, b"/etc/passwd")


def packed_otherwise(made: zipfile.ZipFile) -> None:
    made.writestr("odd.txt", b"x" * 100, compress_type=zipfile.ZIP_BZIP2)


def bomb(made: zipfile.ZipFile) -> None:
    made.writestr("zeros.txt", bytes(5 * 1024**2), zipfile.ZIP_DEFLATED)


HOSTILE = {
    "up": (named("../up.txt"), "plain file name"),
    "absolute": (named("/etc/cron"), "plain file name"),
    "backslash": (named("a\\..\\b"), "plain file name"),
    "folder": (named("folder/"), "plain file name"),
    "hangul": (named("가.txt"), "plain file name"),
    "control": (named("a\nb"), "plain file name"),
    "twice": (named("ALLOCATION.CSV"), "each file once"),
    "link": (link, "not a link"),
    "packing": (packed_otherwise, "unknown way"),
    "bomb": (bomb, "MiB"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_packs_are_refused_in_words(
    kind: str, contents: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack, "MOST_BYTES", 4 * 1024**2)
    spoil, expected = HOSTILE[kind]
    path = written(tmp_path, contents)
    with zipfile.ZipFile(path, "a") as made:
        spoil(made)
    with pytest.raises(InputError, match=expected):
        pack.read_pack(path)


def test_a_size_that_is_a_lie_is_found_while_reading(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    path = tmp_path / "lie.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in {**contents, pack.SUMS: pack.sums(contents)}.items():
            made.writestr(name, data)
    data = path.read_bytes()
    real = len(contents[pack.ALLOCATION]).to_bytes(4, "little")
    assert data.count(real) >= 2
    path.write_bytes(data.replace(real, (10).to_bytes(4, "little")))
    with pytest.raises(InputError):
        pack.read_pack(path)


def test_what_is_no_pack_is_refused(
    contents: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "no.zip"
    path.write_bytes(b"no zip")
    assert main(["reproduce", str(path)]) == 2
    assert "an export pack, a zip" in capsys.readouterr().err
    assert main(["reproduce", str(tmp_path / "gone.zip")]) == 2
    assert main(["reproduce", str(tmp_path)]) == 2
    for name in (*pack.NEEDED, pack.SUMS):
        buffer = io.BytesIO(pack.pack_bytes(contents, BEGINNING))
        with zipfile.ZipFile(buffer) as given, zipfile.ZipFile(path, "w") as made:
            for part in given.namelist():
                if part != name:
                    made.writestr(part, given.read(part))
        with pytest.raises(InputError, match=name.replace(".", r"\.")):
            pack.read_pack(path)
    cut = written(tmp_path, contents)
    cut.write_bytes(cut.read_bytes()[:-100])
    with pytest.raises(InputError, match="an export pack"):
        pack.read_pack(cut)


def test_what_was_damaged_on_its_way_is_refused_in_words(
    contents: dict[str, bytes], tmp_path: Path
) -> None:
    """A bit of a packed file: neither its checksum nor its unpacking may end in a crash."""
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in {**contents, pack.SUMS: pack.sums(contents)}.items():
            made.writestr(name, data)
        part = made.getinfo(pack.ALLOCATION)
    assert pack.read_pack(path)
    whole = path.read_bytes()
    start = part.header_offset + 30 + len(pack.ALLOCATION)
    for place in range(start, start + part.compress_size, part.compress_size // 40):
        damaged = bytearray(whole)
        damaged[place] ^= 0x10
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="an export pack"):
            pack.read_pack(path)


def test_a_refusal_names_its_fault_once(contents: dict[str, bytes], tmp_path: Path) -> None:
    path = tmp_path / "pack.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("../up.txt", b"x")
    with pytest.raises(InputError) as caught:
        pack.read_pack(path)
    assert caught.value.faults[0].value == "../up.txt"
    assert [fault.where for fault in caught.value.faults[1:]] == [*pack.NEEDED, pack.SUMS]
