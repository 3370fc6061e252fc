"""Uploads, bad and awkward but good, made anew by each run: no files in the repository.

A table of six centres is written in every format; a bad file has one thing wrong with it at a
known row and column (or several), a good one has something unusual and the same figures.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from budget.files.uploads.definitions import CENTRES
from tests.files.attachment_samples import pdf

Grid = list[list[Any]]
NAMES = [column.name for column in CENTRES.columns]
KOREAN = [column.korean for column in CENTRES.columns]
FIRST = 2
"""Row of the first record where nothing stands above the header."""


def records() -> list[dict[str, Any]]:
    """Six centres; the last two are outreach posts of the first, the fourth is new."""
    found = []
    for number in range(1, 7):
        is_post, is_new = number > 4, number == 4
        found.append(
            {
                "centre_id": f"T{number:03}",
                "name_ko": f"시험{number}고용센터",
                "name_en": f"Test {number} Employment Centre",
                "province": "Seoul",
                "province_ko": "서울특별시",
                "regional_office": "Seoul",
                "regional_office_ko": "서울지방고용노동청",
                "local_office": "Seoul East",
                "local_office_ko": "서울동부지청",
                "centre_type": "outreach" if is_post else ("plus", "basic", "medium")[number % 3],
                "host_id": "T001" if is_post else "",
                "lat": 37.5 + number / 8,
                "lon": 126.5 + number / 8,
                "officials": 30 + number,
                "counselling_officials": 9,
                "counsellors": 12.5,
                "support_staff": number,
                "partner_staff": 0 if is_post else 7,
                "integration_level": 1 + number % 4,
                "registered_jobseekers": 10_000 + number,
                "disadvantaged_jobseekers": 1_200 + number,
                "prior_operating_krw": "" if is_new else 1_283_350_000 + number,
                "prior_available_krw": "" if is_new else 1_273_083_000,
                "prior_spent_krw": "" if is_new else 1_215_539_640 + number,
                "prior_carryover_krw": "" if is_new else 0,
                "performance_score": "" if is_new else 80.5 + number,
                "performance_grade": "" if is_new else "SABCD"[number % 5],
                "staff_planning": 5,
                "staff_placement": 12.5,
                "staff_support_programme": 12 + number,
                "staff_training": 8,
                "staff_regional": 4,
                "staff_benefit": 10 + number,
            }
        )
    return found


def grid(headers: Sequence[str] = KOREAN) -> Grid:
    """The table with a header, cells as Python has them."""
    return [list(headers), *([row[name] for name in NAMES] for row in records())]


def expected() -> list[dict[str, str]]:
    """What a good file must give, cell by cell."""
    return [{name: plain(row[name]) for name in NAMES} for row in records()]


def plain(value: Any) -> str:
    """A value in plain digits."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


# --- writers -----------------------------------------------------------------------------------


def csv_text(table: Grid, delimiter: str = ",", ends: str = "\r\n") -> str:
    """CSV as spreadsheets write it."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ends).writerows(
        [[plain(cell) for cell in row] for row in table]
    )
    return out.getvalue()


def utf8(table: Grid) -> bytes:
    """CSV in UTF-8 without mark."""
    return csv_text(table).encode()


def marked(table: Grid) -> bytes:
    """CSV in UTF-8 with mark."""
    return csv_text(table, ends="\n").encode("utf-8-sig")


def cp949(table: Grid) -> bytes:
    """CSV as Korean Excel writes it."""
    return csv_text(table).encode("cp949")


def tabs(table: Grid) -> bytes:
    """Excel's "Unicode text"."""
    return csv_text(table, "\t").encode("utf-16")


def semicolons(table: Grid) -> bytes:
    """CSV of a computer that writes decimal commas elsewhere."""
    return csv_text(table, ";").encode("utf-8-sig")


def workbook(table: Grid, change: Callable[[Workbook, Worksheet], None] = lambda *_: None) -> bytes:
    """A workbook with the table on its first sheet."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "센터"
    for row in table:
        sheet.append([None if cell == "" else cell for cell in row])
    change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WRITERS: dict[str, Callable[[Grid], bytes]] = {
    "utf-8": utf8,
    "utf-8 with mark": marked,
    "cp949": cp949,
    "utf-16": tabs,
    "xlsx": workbook,
}


def zipped(names: Sequence[str]) -> bytes:
    """An archive of something else."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


# --- bad ---------------------------------------------------------------------------------------

Place = tuple[int | None, str]
"""Row in the file and header; (None, "") for the file as a whole."""


@dataclass(frozen=True)
class Bad:
    """A file with known faults.

    Attributes:
        planted: every fault; nothing else may be found.
        says: a part of what one of them is told to expect.
    """

    name: str
    content: Callable[[], bytes]
    planted: frozenset[Place]
    says: str = ""


NUMBERS = (
    "삼십",
    "12명",
    "1,2",
    "1.2.3",
    "△△5",
    "(5",
    "1.2E+09",
    "81%",
    "2026-03-01",
    "#REF!",
    "12 34",
)
CELLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("officials", (*NUMBERS, "△5", "-5", "(5)", "▲5", "")),
    ("registered_jobseekers", ("3.5", "1만", "O", "10,00", "２０２６-03-01", "")),
    (
        "prior_operating_krw",
        ("128만원", "12천원", "12원", "₩12", "1.5", "△836", "3월 1일", "=A1+1"),
    ),
    ("prior_spent_krw", ("9,999,999,999", "집행중")),
    ("prior_carryover_krw", ("1,200,000,000", "1,400,000,000", "일억")),
    ("disadvantaged_jobseekers", ("99999", "1,20")),
    ("integration_level", ("0", "5", "2.5", "높음")),
    ("performance_score", ("100.1", "81.5%", "-1", "우수")),
    ("performance_grade", ("F", "A+", "우수")),
    ("centre_type", ("대형", "", "plus, basic")),
    ("centre_id", ("T 001", "", "a" * 41)),
    ("host_id", ("없는센터", "T002")),
    ("name_ko", ("", "센터\u200b", "깨진\ufffd이름", "=HYPERLINK(1)", "가" * 201)),
    ("lat", ("126.9", "", "37도")),
    ("lon", ("-181", "동경")),
)


def spoilt(column: str, value: Any, row: int = 1) -> Grid:
    """The table with one cell changed."""
    table = grid()
    table[row][NAMES.index(column)] = value
    return table


def bad_files() -> list[Bad]:
    """Every bad file, the same ones each time."""
    return [*_bad_cells(), *_bad_layouts(), *_bad_workbooks(), *_bad_files(), *_bad_pairs()]


def _bad_cells() -> Iterator[Bad]:
    """One cell is wrong, in every format that can write it."""
    for column, values in CELLS:
        header = KOREAN[NAMES.index(column)]
        for value in values:
            for writer, write in WRITERS.items():
                if writer in {"utf-8 with mark", "utf-16", "cp949"} and value not in values[:3]:
                    continue
                if writer == "cp949" and not _is_cp949(value):
                    continue
                if writer == "xlsx" and value.startswith("=H"):
                    continue  # Excel would have computed it
                table = spoilt(column, value, 2)
                yield Bad(
                    f"{column} {value[:12]!r} {writer}",
                    partial(write, table),
                    frozenset(_faults_of(column, value, header)),
                )


def _faults_of(column: str, value: str, header: str) -> Iterator[Place]:
    """Where a wrong cell in the second record is told; a few are told beside another cell."""
    told = {"prior_carryover_krw": "전년도 지출액"} if value == "1,200,000,000" else {}
    yield FIRST + 1, told.get(column, header)


def _is_cp949(text: str) -> bool:
    try:
        text.encode("cp949")
    except UnicodeEncodeError:
        return False
    return True


def _bad_layouts() -> Iterator[Bad]:
    for place, (name, header) in enumerate(zip(NAMES, KOREAN, strict=True)):
        table = [[cell for at, cell in enumerate(row) if at != place] for row in grid()]
        yield Bad(f"without {name}", partial(utf8, table), frozenset({(1, header)}))
    for header in ("전년도 지출액(천원)", "지출액(백만원)", "집행액 (단위: 천원)"):
        table = grid()
        table[0][NAMES.index("prior_spent_krw")] = header
        places = {(1, header)}
        yield Bad(f"unit in {header}", partial(marked, table), frozenset(places))
    for name in ("집행률", "execution_rate", "staff_total", "총인원"):
        table = [[*row, name if not at else "0.9"] for at, row in enumerate(grid())]
        yield Bad(f"computed {name}", partial(utf8, table), frozenset({(1, name)}))
    doubled = [[*row, row[13]] for row in grid()]
    yield Bad("a header twice", partial(utf8, doubled), frozenset({(1, KOREAN[13])}))
    twice = [[*row, row[13] if at else "officials"] for at, row in enumerate(grid())]
    yield Bad(
        "a column by two names",
        partial(utf8, twice),
        frozenset({(1, KOREAN[13]), (1, "officials")}),
    )
    unnamed = [[*row, "" if not at else "x"] for at, row in enumerate(grid())]
    beyond = get_column_letter(len(NAMES) + 1)
    yield Bad("a column without header", partial(utf8, unnamed), frozenset({(2, beyond)}))
    for first, second in ((1, 2), (1, 6), (3, 4)):
        table = grid()
        table[second][0] = table[first][0]
        rows = {(first + 1, KOREAN[0]), (second + 1, KOREAN[0])}
        yield Bad(f"one id in {first}, {second}", partial(cp949, table), frozenset(rows))
    for column in ("officials", "registered_jobseekers", "prior_spent_krw"):
        place = NAMES.index(column)
        table = grid()
        total = sum(int(row[place] or 0) for row in table[1:])
        table.append(["합계", *[""] * (place - 1), total + 1, *[""] * (len(NAMES) - place - 1)])
        yield Bad(
            f"total of {column}", partial(utf8, table), frozenset({(8, KOREAN[place])}), "sum"
        )
    table = [[f"열{at}" for at in range(27)], *grid()[1:]]
    yield Bad("other headers", partial(utf8, table), frozenset({(1, "")}))
    yield Bad("no header", partial(utf8, grid()[1:]), frozenset({(1, "")}))
    yield Bad("header alone", partial(utf8, grid()[:1]), frozenset({(1, "")}))
    yield Bad(
        "header and notes",
        partial(utf8, [*grid()[:1], [""], ["※ 자료 없음"]]),
        frozenset({(1, "")}),
    )


def _bad_pairs() -> Iterator[Bad]:
    """Two faults in one file are both told."""
    pairs = (
        ("officials", "삼십"),
        ("centre_type", "대형"),
        ("prior_spent_krw", "6억"),
        ("lat", "99"),
    )
    for at, (column, value) in enumerate(pairs):
        for other, another in pairs[at + 1 :]:
            for writer in ("cp949", "xlsx"):
                table = spoilt(column, value, 1)
                table[5][NAMES.index(other)] = another
                places = {(2, KOREAN[NAMES.index(column)]), (6, KOREAN[NAMES.index(other)])}
                yield Bad(
                    f"{column} and {other} {writer}",
                    partial(WRITERS[writer], table),
                    frozenset(places),
                )


def _merge(box: str, _book: Workbook, sheet: Worksheet) -> None:
    sheet.merge_cells(box)


def _second_sheet(_book: Workbook, _sheet: Worksheet) -> None:
    other = _book.create_sheet("센터 (2)")
    for row in grid():
        other.append(row)


def _hide(book: Workbook, sheet: Worksheet) -> None:
    book.create_sheet("표지")["A1"] = "2027년 예산"
    sheet.sheet_state = "hidden"
    book.active = 1


def _set(cell: str, value: Any, number_format: str, _book: Workbook, sheet: Worksheet) -> None:
    sheet[cell] = value
    sheet[cell].number_format = number_format


def _bad_workbooks() -> Iterator[Bad]:
    for box, place in (("B3:B4", (3, "센터명")), ("N2:N7", (2, "일반직 공무원"))):
        column = NAMES.index("name_ko" if box[0] == "B" else "officials")
        table = grid()
        first, last = (int(row) for row in re.findall(r"\d+", box))
        empty = {(row, KOREAN[column]) for row in range(first + 1, last + 1)}
        for row in range(first, last):
            table[row][column] = ""
        yield Bad(
            f"merged {box}",
            partial(workbook, table, partial(_merge, box)),
            frozenset({place, *empty}),
        )
    yield Bad(
        "two sheets", partial(workbook, grid(), _second_sheet), frozenset({(None, "")}), "one sheet"
    )
    yield Bad("on a hidden sheet", partial(workbook, grid(), _hide), frozenset({(1, "")}))
    for cell, header in (
        ("N3", "일반직 공무원"),
        ("V2", "전년도 운영비 배정액"),
        ("T5", "등록 구직자"),
    ):
        yield Bad(
            f"formula {cell}",
            partial(workbook, grid(), partial(_set, cell, "=1+1", "General")),
            frozenset({(int(cell[1:]), header)}),
            "formula",
        )
        yield Bad(
            f"a date {cell}",
            partial(workbook, grid(), partial(_set, cell, 46_000, "yyyy-mm-dd")),
            frozenset({(int(cell[1:]), header)}),
            "date",
        )
        yield Bad(
            f"a share {cell}",
            partial(workbook, grid(), partial(_set, cell, 0.81, "0.0%")),
            frozenset({(int(cell[1:]), header)}),
            "%",
        )
        yield Bad(
            f"an error {cell}",
            partial(workbook, grid(), partial(_set, cell, "#DIV/0!", "General")),
            frozenset({(int(cell[1:]), header)}),
            "error",
        )
        yield Bad(
            f"true {cell}",
            partial(workbook, grid(), partial(_set, cell, True, "General")),
            frozenset({(int(cell[1:]), header)}),
        )


WHOLE = frozenset({(None, "")})


def _bad_files() -> Iterator[Bad]:
    book = workbook(grid())
    yield Bad("empty", lambda: b"", WHOLE)
    yield Bad("blank", lambda: b"\n\n,,,\n", WHOLE)
    yield Bad("old Excel", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, WHOLE)
    yield Bad("a web page", lambda: b"<html><table><tr><td>1</td></tr></table></html>", WHOLE)
    yield Bad("a PDF", pdf, WHOLE)
    yield Bad("binary", lambda: bytes(range(256)) * 4, WHOLE)
    yield Bad("a picture", lambda: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, WHOLE)
    yield Bad("another archive", lambda: zipped(["word/document.xml"]), WHOLE)
    # a workbook's size is another one every second: it must not be in a name
    for name, part in (("early", 40), ("in half", len(book) // 2), ("at its end", len(book) - 9)):
        yield Bad(f"cut {name}", partial(book.__getitem__, slice(part)), WHOLE)
    yield Bad("a byte more", lambda: book + b"x", WHOLE)
    yield Bad(
        "broken UTF-8",
        lambda: utf8(grid()).replace("시험3".encode(), b"\xed\x95\xff\xff"),
        frozenset({(4, "")}),
    )
    yield Bad("a NUL", lambda: utf8(grid()).replace(b"Test 3", b"Test\x003"), WHOLE)
    yield Bad("an open quote", lambda: utf8(grid()) + b'"T007,', frozenset({(8, "")}))
    yield Bad(
        "a quote inside", lambda: utf8(grid()).replace(b"Test 3", b'"Test" 3'), frozenset({(4, "")})
    )
    yield Bad("a million rows", lambda: utf8(grid()) + b"T9,a\n" * 1_000_000, WHOLE, "at most")
    yield Bad("6,000 rows", lambda: utf8(grid()) + b"T9,a\n" * 6_000, WHOLE, "at most")
    yield Bad("a million rows, xlsx", _long_workbook, WHOLE)
    yield Bad("21 MB", lambda: b"a" * (21 * 1024 * 1024), WHOLE, "20 MB")
    yield Bad("a macro", lambda: _with_part(book, "xl/vbaProject.bin"), WHOLE, "macros")
    yield Bad(
        "a link", lambda: _with_part(book, "xl/externalLinks/externalLink1.xml"), WHOLE, "links"
    )


def _with_part(book: bytes, name: str) -> bytes:
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, "x")
    return out.getvalue()


def _long_workbook() -> bytes:
    """The table and a million rows below it."""
    rows = b"".join(
        b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (at, at) for at in range(8, 12_000)
    )
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(grid()))) as given,
        zipfile.ZipFile(out, "w", 8) as kept,
    ):
        for name in given.namelist():
            data = given.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = data.replace(b"</sheetData>", rows * 84 + b"</sheetData>")
            kept.writestr(name, data)
    return out.getvalue()


# --- good --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Good:
    """An unusual file with the right figures.

    Attributes:
        remarks: a part of each thing that must be told.
    """

    name: str
    content: Callable[[], bytes]
    remarks: tuple[str, ...] = ()


def _each(change: Callable[[str, Any], Any], names: Sequence[str] = NAMES) -> Grid:
    """The table with all cells of some columns written otherwise."""
    return [
        list(KOREAN),
        *(
            [
                change(name, row[name]) if name in names and row[name] != "" else row[name]
                for name in NAMES
            ]
            for row in records()
        ),
    ]


WHOLE_NUMBERS = [c.name for c in CENTRES.columns if c.column.kind == "whole"]
NUMBER_NAMES = [c.name for c in CENTRES.columns if c.is_number]
WIDE = str.maketrans("0123456789,.", "０１２３４５６７８９，．")


def good_files() -> list[Good]:
    """Every good file, the same ones each time."""
    return [*_good_cells(), *_good_layouts(), *_good_workbooks()]


def _good_cells() -> Iterator[Good]:
    ways: dict[str, Grid] = {
        "as it is": grid(),
        "English headers": grid(NAMES),
        "separators": _each(lambda _n, v: f"{v:,}", WHOLE_NUMBERS),
        "full width": _each(lambda _n, v: plain(v).translate(WIDE), NUMBER_NAMES),
        "full width and separators": _each(lambda _n, v: f"{v:,}".translate(WIDE), WHOLE_NUMBERS),
        "spaces": _each(lambda _n, v: f"  {plain(v)} "),
        "hard spaces": _each(lambda _n, v: f"\u00a0{plain(v)}\u00a0"),
        "plus signs": _each(lambda _n, v: f"+{plain(v)}", NUMBER_NAMES),
        "leading zeros": _each(lambda _n, v: f"00{v}", ["officials", "registered_jobseekers"]),
        "needless decimals": _each(lambda _n, v: f"{v}.0", WHOLE_NUMBERS),
        "Korean words": _each(
            lambda n, v: (
                {
                    "plus": "고용복지+센터",
                    "basic": "고용센터",
                    "medium": "중형",
                    "outreach": "출장소",
                }[v]
                if n == "centre_type"
                else f"{v}등급"
            ),
            ["centre_type", "performance_grade"],
        ),
        "small letters": _each(lambda _n, v: v.lower(), ["performance_grade"]),
        "wide ids": _each(lambda _n, v: v.replace("T", "Ｔ"), ["centre_id", "host_id"]),
    }
    for name, table in ways.items():
        for writer in ("utf-8", "xlsx") if name != "as it is" else WRITERS:
            yield Good(f"{name}, {writer}", partial(WRITERS[writer], table))
    yield Good("semicolons", partial(semicolons, grid()))
    yield Good("CP949, separators", partial(cp949, ways["separators"]), ("CP949",))
    yield Good("decomposed Hangul", lambda: unicodedata.normalize("NFD", csv_text(grid())).encode())
    yield Good("LF", lambda: csv_text(grid(), ends="\n").encode())
    yield Good("CR", lambda: csv_text(grid(), ends="\r").encode())
    dashes = grid()
    for row in dashes[1:]:
        row[:] = ["-" if cell == "" else cell for cell in row]
    yield Good(
        "dashes for nothing", partial(utf8, dashes[:1] + [_no_host(row) for row in dashes[1:]])
    )


def _no_host(row: list[Any]) -> list[Any]:
    at = {NAMES.index(name) for name in ("host_id", "performance_grade")}
    return ["" if place in at and cell == "-" else cell for place, cell in enumerate(row)]


def _total(label: str, rows: Grid) -> list[Any]:
    """A row of totals."""
    found: list[Any] = [""] * len(NAMES)
    found[0] = label
    for name in ("officials", "registered_jobseekers", "prior_operating_krw"):
        place = NAMES.index(name)
        found[place] = sum(int(row[place] or 0) for row in rows)
    return found


def _good_layouts() -> Iterator[Good]:
    table = grid()
    for write in (utf8, cp949, workbook):
        kind = write.__name__
        title = [["2027년 고용센터 현황"], ["(단위: 명, 원)"], [], *table]
        yield Good(f"a title above, {kind}", partial(write, title), ("above it",))
        for word in ("합계", "총계", "계", "Total"):
            yield Good(
                f"{word}, {kind}", partial(write, [*table, _total(word, table[1:])]), ("totals",)
            )
        parts = [
            *table[:4],
            _total("서울청 소계", table[1:4]),
            *table[4:],
            _total("소계", table[4:]),
        ]
        yield Good(
            f"subtotals, {kind}", partial(write, [*parts, _total("합계", table[1:])]), ("totals",)
        )
        notes = [*table, [], ["※ 2026년 12월 말 현원 기준"], ["주) 이월액은 승인액"]]
        yield Good(f"notes, {kind}", partial(write, notes), ("Notes",))
        yield Good(f"blank rows below, {kind}", partial(write, [*table, [""], [""], [""]]))
        yield Good(
            f"a blank row between, {kind}",
            partial(write, [*table[:3], [""], *table[3:]]),
            ("Empty",),
        )
        yield Good(
            f"the header again, {kind}",
            partial(write, [*table[:4], table[0], *table[4:]]),
            ("Repeated",),
        )
    yield Good("columns turned round", partial(utf8, [row[::-1] for row in table]))
    yield Good(
        "further columns",
        partial(utf8, [[*row, "비고" if not at else "x"] for at, row in enumerate(table)]),
        ("Further",),
    )
    lined = [[str(cell).replace("전년도 ", "전년도\n") for cell in table[0]], *table[1:]]
    yield Good("headers of two lines", partial(utf8, lined))
    units = [[f"{header}(원)" if "액" in header else header for header in KOREAN], *table[1:]]
    yield Good("units in headers", partial(utf8, units))
    alias = [[(column.aliases or (column.korean,))[0] for column in CENTRES.columns], *table[1:]]
    yield Good("other headers that are understood", partial(utf8, alias))
    yield Good("headers in capitals", partial(utf8, [[name.upper() for name in NAMES], *table[1:]]))


def _cached(table: Grid, cell: str, formula: str) -> bytes:
    """A workbook in which one figure is a formula that Excel has computed."""
    value: list[Any] = []

    def change(_book: Workbook, sheet: Worksheet) -> None:
        value.append(sheet[cell].value)
        sheet[cell] = formula

    content = workbook(table, change)
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", 8) as kept:
        for name in given.namelist():
            data = given.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = re.sub(
                    rb"</f><v ?/?>(</v>)?", b"</f><v>%s</v>" % str(value[0]).encode(), data
                )
            kept.writestr(name, data)
    return out.getvalue()


def _other_sheets(state: str, book: Workbook, _sheet: Worksheet) -> None:
    other = book.create_sheet("지난해")
    for row in grid():
        other.append(row)
    other.sheet_state = state


def _cover(book: Workbook, sheet: Worksheet) -> None:
    cover = book.create_sheet("표지", 0)
    cover["A1"] = "2027년 고용센터 예산"
    book.active = 1
    sheet.auto_filter.ref = sheet.dimensions


def _texts(_book: Workbook, sheet: Worksheet) -> None:
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, int | float):
                cell.value = str(cell.value)
                cell.number_format = "@"


def _formats(_book: Workbook, sheet: Worksheet) -> None:
    for row in sheet.iter_rows(min_row=2, min_col=22, max_col=25):
        for cell in row:
            cell.number_format = '#,##0;"△"#,##0'


def _good_workbooks() -> Iterator[Good]:
    for cell, formula in (("N2", "=30+1"), ("T3", "=SUM(A1:A2)"), ("V2", "=1283350000+1")):
        yield Good(f"computed {cell}", partial(_cached, grid(), cell, formula), ("Formulas",))
    for state in ("hidden", "veryHidden"):
        yield Good(
            f"a {state} sheet",
            partial(workbook, grid(), partial(_other_sheets, state)),
            ("Hidden",),
        )
    yield Good("a cover", partial(workbook, grid(), _cover))
    yield Good("numbers as text", partial(workbook, grid(), _texts))
    yield Good("formats", partial(workbook, grid(), _formats))
    title = [["고용센터 현황"], *grid()]
    yield Good("a merged title", partial(workbook, title, partial(_merge, "A1:H1")), ("above it",))
    below = [*grid(), [], ["※ 참고: 잠정치"]]
    yield Good("a merged note", partial(workbook, below, partial(_merge, "A9:F9")), ("Notes",))
    floats = _each(lambda _n, v: float(v), NUMBER_NAMES)
    yield Good("floats", partial(workbook, floats))
