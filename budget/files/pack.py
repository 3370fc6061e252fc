"""The export pack: everything that a publication consists of, in one zip, proven by its hashes.

The same contents give the same bytes: fixed dates, a fixed order, nothing compressed (a
compressor of another version would give other bytes; notices and workbooks are compressed
already). What is read back may come from anywhere, and is taken apart with care.

Source: file formats; workflow, scenarios and publication.
"""

import hashlib
import io
import re
import stat
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from budget.allocation.faults import N_, Fault, InputError, shown

CENTRES, POLICY, REQUESTS = "centres.csv", "policy.toml", "requests.csv"
ALLOCATION, REPORT, WORKBOOK = "allocation.csv", "report.json", "allocation.xlsx"
README, SUMS = "README.txt", "SHA256SUMS"
INPUTS = (CENTRES, POLICY, REQUESTS)
NEEDED = (README, ALLOCATION, WORKBOOK, REPORT, *INPUTS)
"""What every pack holds, besides the notices and the hashes."""
NOTICES = "notices"
MIME = "application/zip"
KOREA = timezone(timedelta(hours=9))
MOST_FILES = 20_000
MOST_BYTES = 1024 * 1024 * 1024
MOST_TABLE = 128 * 1024 * 1024
CHUNK = 1024 * 1024
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What reading a zip raises that was cut, or changed on its way."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_SUM = re.compile(r"([0-9a-f]{64})  (\S+)")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")


def pack_bytes(contents: Mapping[str, bytes], made: datetime) -> bytes:
    """Files as a pack, with the hash of each in SHA256SUMS.

    Args:
        contents: name to bytes, in the order of the pack.
        made: the date of every file in it.
    """
    korean = made.astimezone(KOREA)
    date = (korean.year, korean.month, korean.day, korean.hour, korean.minute, korean.second)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as pack:
        for name, data in {**contents, SUMS: sums(contents)}.items():
            part = zipfile.ZipInfo(name, date)
            part.create_system = 3  # the same on every machine
            part.external_attr = 0o644 << 16
            pack.writestr(part, data)
    return out.getvalue()


def sums(contents: Mapping[str, bytes]) -> bytes:
    """SHA-256 of every file, as `sha256sum --check` reads it."""
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in contents.items())
    return "".join(lines).encode()


def notice_name(language: str, centre_id: str, row: int) -> str:
    """Where the notice of a centre stands in a pack.

    Args:
        row: of the centre in centres.csv; it stands for an id that makes no safe file name.
    """
    plain = centre_id if _PLAIN.fullmatch(centre_id) else f"row-{row}"
    return f"{NOTICES}/{language}/{plain}.pdf"


# --- reading -----------------------------------------------------------------------------------


def read_pack(path: Path) -> dict[str, bytes]:
    """The files of a pack, name to bytes.

    Raises:
        InputError: if it is no pack: no zip, names that lead out of it, a name twice, a file
            missing, more than it may hold, or contents that cannot be read.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as pack:
            return _contents(pack, path.name)
    except InputError:
        raise
    except OSError as error:
        raise _refused(
            str(path), N_("a readable file ({reason})"), reason=error.strerror or "?"
        ) from None
    except BROKEN as error:
        raise _refused(
            path.name, N_("an export pack, a zip ({reason})"), reason=shown(error, 120)
        ) from None


def _refused(
    file: str, expected: str, where: str = "", value: str = "", **details: str
) -> InputError:
    return InputError([Fault(file, where, value, expected, details=details)])


def _faults(parts: list[zipfile.ZipInfo], file: str) -> list[Fault]:
    """What is wrong with the table of contents, before a byte of the contents is read."""
    if len(parts) > MOST_FILES:
        most = {"most": f"{MOST_FILES:,}"}
        return [Fault(file, "", f"{len(parts):,}", N_("at most {most} files"), details=most)]
    found = []
    seen: set[str] = set()
    for part in parts:
        name = part.filename
        mode = part.external_attr >> 16
        if not _NAME.fullmatch(name):
            found.append(Fault(file, "", shown(name), N_("a plain file name inside the pack")))
        elif name.casefold() in seen:
            found.append(Fault(file, name, "", N_("each file once")))
        elif part.flag_bits & 1 or part.compress_type not in METHODS:
            found.append(
                Fault(
                    file,
                    name,
                    "",
                    N_("a file that is neither encrypted nor packed in an unknown way"),
                )
            )
        elif stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            found.append(Fault(file, name, "", N_("an ordinary file, not a link")))
        seen.add(name.casefold())
    found += [
        Fault(file, name, "", N_("this file; every export pack has it"))
        for name in (*NEEDED, SUMS)
        if name.casefold() not in seen
    ]
    if sum(part.file_size for part in parts) > MOST_BYTES:
        found.append(_too_large(file, "", MOST_BYTES))
    found += [
        _too_large(file, part.filename, MOST_TABLE)
        for part in parts
        if part.filename in {*NEEDED, SUMS} and part.file_size > MOST_TABLE
    ]
    return found


def _too_large(file: str, name: str, most: int) -> Fault:
    size = {"size": f"{most // 1024**2:,}"}
    return Fault(file, name, "", N_("at most {size} MiB, unpacked"), details=size)


def _contents(pack: zipfile.ZipFile, file: str) -> dict[str, bytes]:
    """Every file, once nothing is wrong with the table of contents."""
    parts = pack.infolist()
    faults = _faults(parts, file)
    if faults:
        raise InputError(faults)
    left = MOST_BYTES
    contents = {}
    for part in parts:
        contents[part.filename] = _content(pack, part, left, file)
        left -= len(contents[part.filename])
    return contents


def _content(pack: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, file: str) -> bytes:
    """One file, read piece by piece: what the table of contents says of its size may be a lie."""
    found = bytearray()
    most = min(left, part.file_size)
    with pack.open(part) as given:
        while piece := given.read(CHUNK):
            found += piece
            if len(found) > most:
                raise InputError([_too_large(file, part.filename, most)])
    return bytes(found)


def wrong_sums(contents: Mapping[str, bytes]) -> list[str]:
    """Names of files that are not as SHA256SUMS says, or that it does not name, or that it names
    in vain."""
    said: dict[str, str] = {}
    for line in contents[SUMS].decode("utf-8", "replace").splitlines():
        found = _SUM.fullmatch(line)
        if found is None or found[2] in said:
            return [SUMS]
        said[found[2]] = found[1]
    real = {
        name: hashlib.sha256(data).hexdigest() for name, data in contents.items() if name != SUMS
    }
    return sorted(name for name in {*said, *real} if said.get(name) != real.get(name))
