"""Uploads of requests, bad and awkward but good: the same kinds of trouble as with centres."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from budget.files.uploads.definitions import REQUESTS
from tests.files.corpus import FIRST, WIDE, WRITERS, Bad, Good, Grid, plain

NAMES = [column.name for column in REQUESTS.columns]
KOREAN = [column.korean for column in REQUESTS.columns]
CATEGORIES = ("remodelling", "leasing", "relocation", "other")
WORDS = {"remodelling": "환경개선", "leasing": "임차료", "relocation": "청사 이전", "other": "기타"}
WHOLE = frozenset({(None, "")})


def records() -> list[dict[str, Any]]:
    """Four requests of two centres, one of each category."""
    return [
        {
            "request_id": f"R-{number:02}",
            "centre_id": f"EC{(number + 1) // 2:03}",
            "category": category,
            "title": f"요구 {number}, 지붕 “보수”",
            "requested_krw": 34_000_000 + number,
            "approved_krw": "",
            "priority": "",
            "divisible": "",
            "submitted_at": f"2026-03-0{number}T10:00:00+09:00" if number > 1 else "",
        }
        for number, category in enumerate(CATEGORIES, start=1)
    ]


def grid(headers: Sequence[str] = KOREAN) -> Grid:
    """The table with a header."""
    return [list(headers), *([row[name] for name in NAMES] for row in records())]


def expected() -> list[dict[str, str]]:
    """What a good file must give, cell by cell."""
    return [{name: plain(row[name]) for name in NAMES} for row in records()]


def spoilt(column: str, value: Any, row: int = 2) -> Grid:
    """The table with one cell changed."""
    table = grid()
    table[row][NAMES.index(column)] = value
    return table


# --- bad ---------------------------------------------------------------------------------------

CELLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("request_id", ("", "R 1", "a" * 41)),
    ("centre_id", ("", "EC 1", "센터/1")),
    ("category", ("", "이사", "수리", "임차, 이전", "1")),
    ("title", ("", "지붕\u200b", "깨진\ufffd글", "=HYPERLINK(1)", "가" * 201)),
    (
        "requested_krw",
        (
            "",
            "0",
            "△34,000,000",
            "-1",
            "3.5",
            "34백만원",
            "3천4백만",
            "34,00",
            "1.2E+09",
            "₩34",
            "미정",
        ),
    ),
    ("approved_krw", ("△1", "1.5", "승인")),
    ("priority", ("0", "4", "1순위", "긴급")),
    ("divisible", ("일부", "2", "가능함")),
    ("submitted_at", ("어제", "2026-13-01", "3월 1일", "46000")),
)


def bad_files() -> list[Bad]:
    """Every bad file, the same ones each time."""
    return [*_bad_cells(), *_bad_layouts()]


def _bad_cells() -> Iterator[Bad]:
    for column, values in CELLS:
        place = frozenset({(FIRST + 1, KOREAN[NAMES.index(column)])})
        for value in values:
            for writer in ("utf-8", "xlsx"):
                if writer == "xlsx" and value.startswith("=H"):
                    continue  # Excel would have computed it
                table = spoilt(column, value)
                yield Bad(
                    f"{column} {value[:12]!r} {writer}", partial(WRITERS[writer], table), place
                )


def _bad_layouts() -> Iterator[Bad]:
    for at, (name, header) in enumerate(zip(NAMES, KOREAN, strict=True)):
        table = [[*row[:at], *row[at + 1 :]] for row in grid()]
        yield Bad(
            f"without {name}",
            partial(WRITERS["cp949"], _plain_quotes(table)),
            frozenset({(1, header)}),
        )
    table = grid()
    table[2][0] = table[1][0]
    twice = {(2, KOREAN[0]), (3, KOREAN[0])}
    yield Bad("one id twice", partial(WRITERS["utf-8"], table), frozenset(twice))
    table = grid()
    table[0][NAMES.index("requested_krw")] = "요구액(천원)"
    yield Bad(
        "a unit in the header", partial(WRITERS["utf-8"], table), frozenset({(1, "요구액(천원)")})
    )
    total = ["합계", *[""] * 3, 1, *[""] * 4]
    yield Bad(
        "a wrong total",
        partial(WRITERS["utf-8"], [*grid(), total]),
        frozenset({(6, "요구액")}),
        "sum",
    )
    yield Bad("the other table", _centres, frozenset({(1, "")}))
    yield Bad("header alone", partial(WRITERS["utf-8"], grid()[:1]), frozenset({(1, "")}))
    yield Bad("empty", lambda: b"", WHOLE)
    yield Bad("no table", lambda: b"%PDF-1.7\n", WHOLE)


def _centres() -> bytes:
    return "센터코드,센터명,위도,경도\nT001,시험,37.5,126.9\n".encode()


def _plain_quotes(table: Grid) -> Grid:
    """The same in letters that CP949 has."""
    return [[str(cell).replace("“", '"').replace("”", '"') for cell in row] for row in table]


# --- good --------------------------------------------------------------------------------------


def good_files() -> list[Good]:
    """Every good file, the same ones each time."""
    return [
        Good(f"{name}, {writer}", partial(WRITERS[writer], table))
        for name, table in _ways()
        for writer in ("utf-8", "xlsx")
    ] + [*_good_layouts()]


def _each(column: str, change: Callable[[Any], Any]) -> Grid:
    table, at = grid(), NAMES.index(column)
    for row in table[1:]:
        row[at] = change(row[at]) if row[at] != "" else ""
    return table


def _ways() -> Iterator[tuple[str, Grid]]:
    yield "as it is", grid()
    yield "English headers", grid(NAMES)
    yield "separators", _each("requested_krw", lambda won: f"{won:,}")
    yield "full width", _each("requested_krw", lambda won: f"{won:,}".translate(WIDE))
    yield "spaces", _each("request_id", lambda text: f"  {text} ")
    yield "Korean words", _each("category", WORDS.__getitem__)
    yield "capitals", _each("category", str.upper)
    yield "wide ids", _each("centre_id", lambda text: text.replace("EC", "ＥＣ"))
    yield (
        "other headers",
        [
            [(column.aliases or (column.korean,))[0] for column in REQUESTS.columns],
            *grid()[1:],
        ],
    )


def _good_layouts() -> Iterator[Good]:
    table = grid()
    for writer in ("utf-8", "xlsx"):
        write = WRITERS[writer]
        title = [["2027년 특별수요 요구 현황"], ["(단위: 원)"], [], *table]
        yield Good(f"a title above, {writer}", partial(write, title), ("above it",))
        sum_ = sum(row["requested_krw"] for row in records())
        total = ["합계", *[""] * 3, sum_, *[""] * 4]
        yield Good(f"totals, {writer}", partial(write, [*table, total]), ("totals",))
        notes = [*table, [], ["※ 서면으로 접수한 요구"]]
        yield Good(f"notes, {writer}", partial(write, notes), ("Notes",))
        further = [[*row, "비고" if not at else "서면"] for at, row in enumerate(table)]
        yield Good(f"further columns, {writer}", partial(write, further), ("not taken over",))
        yield Good(f"columns turned round, {writer}", partial(write, [row[::-1] for row in table]))
