"""python -m budget: exit statuses, what is written, and the whole list of bad input."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from budget.__main__ import main

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"

CENTRES = (
    "centre_id,name_ko,staff,kind,prior_operating_krw\nA,가,1,x,100000\nB,나,2,y,\nC,다,3,,9\n"
)
HEADER = "centre_id,name_ko,staff,kind,prior_operating_krw"
POLICY = """
[policy]
name = "Test"
fiscal_year = 2027
envelope_krw = 660_000
unit_krw = 1_000

[special_needs]
ceiling = { krw = 60_000 }

[[pool]]
name = "operating"
amount = "remainder"

[[pool.factor]]
name = "staff"
weight = 1.0
columns = { staff = 1.0 }

[[pool.floor]]
name = "least"
krw = 150_000
"""
REQUESTS = (
    "request_id,centre_id,category,title,requested_krw,approved_krw,priority,divisible,submitted_at\n"
    "R1,B,other,roof,60000,60000,1,false,2026-03-02T09:00:00+09:00\n"
    "R2,A,other,paint,1000,,3,true,2026-03-01\n"
)


@dataclass
class Desk:
    """A folder with the input files, and the command line run in it."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    output: str = ""
    errors: str = ""

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run(self, command: str, *more: str, requests: bool = False) -> int:
        """Run a command on centres.csv and policy.toml; paths are in the folder."""
        arguments = [command]
        for option, name in [("--centres", "centres.csv"), ("--policy", "policy.toml")]:
            arguments += [option, str(self.folder / name)]
        if requests:
            arguments += ["--requests", str(self.folder / "requests.csv")]
        arguments += [
            str(self.folder / word) if word.endswith((".csv", ".json")) else word for word in more
        ]
        self.capsys.readouterr()
        status = main(arguments)
        self.output, self.errors = self.capsys.readouterr()
        assert "Traceback" not in self.errors
        return status

    def allocate(self, *, requests: bool = False) -> int:
        return self.run("allocate", "--out", "out.csv", requests=requests)

    def check(self, *, requests: bool = False) -> int:
        return self.run("check", "--allocation", "out.csv", requests=requests)

    def bytes_of(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def rows(self, name: str = "out.csv") -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.bytes_of(name).decode("utf-8-sig"))))

    def change(self, change: Callable[[list[dict[str, str]]], None]) -> None:
        """Change the rows of out.csv by hand."""
        rows = self.rows()
        change(rows)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        self.write("out.csv", text.getvalue())

    def names(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()}

    def refuses(self, *places: str, requests: bool = False) -> str:
        """Bad input: status 2, every place named on standard error, nothing written."""
        before = self.names()
        status = self.run("allocate", "--out", "out.csv", "--report", "out.json", requests=requests)
        assert status == 2, self.errors
        assert self.names() == before
        assert self.output == ""
        for line in self.errors.strip().split("\n"):
            assert ": expected " in line, line
        for place in places:
            assert place in self.errors, self.errors
        return self.errors


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    found = Desk(tmp_path, capsys)
    found.write("centres.csv", CENTRES)
    found.write("policy.toml", POLICY)
    found.write("requests.csv", REQUESTS)
    return found


def sample(desk: Desk) -> None:
    """The sample round, centres, policy and requests."""
    for name in ("centres.csv", "policy.toml", "requests.csv"):
        desk.write(name, (DATA / name).read_bytes())


# --- what goes well --------------------------------------------------------------------------


def test_allocate_writes_the_allocation_and_the_report(desk: Desk) -> None:
    assert desk.run("allocate", "--out", "out.csv", "--report", "out.json", requests=True) == 0
    assert "3 centres, 660,000 won placed, 0 won in reserve, certified" in desk.output
    assert desk.bytes_of("out.csv").startswith(b"\xef\xbb\xbfcentre_id,name_ko,")
    rows = desk.rows()
    assert [row["operating_krw"] for row in rows] == ["150000", "180000", "270000"]
    assert [row["total_krw"] for row in rows] == ["150000", "240000", "270000"]
    assert [row["binding_operating"] for row in rows] == ["floor:least", "", ""]
    assert [row["change_operating_krw"] for row in rows] == ["50000", "", "269991"]
    record = json.loads(desk.bytes_of("out.json"))
    assert record["certified"] is True
    assert record["special_needs"]["requests"][0]["funded_krw"] == 60_000
    assert len(record["policy_sha256"]) == 64


def test_columns_of_the_allocation_stand_as_the_formats_say(desk: Desk) -> None:
    assert desk.allocate() == 0
    assert list(desk.rows()[0]) == [
        *["centre_id", "name_ko", "name_en", "province", "regional_office", "centre_type"],
        *["entitlement_operating_krw", "floor_operating_krw", "cap_operating_krw"],
        *["operating_krw", "binding_operating"],
        *["special_needs_krw", "total_krw", "prior_operating_krw", "change_operating_krw"],
    ]


def test_what_is_written_is_certified_again(desk: Desk) -> None:
    assert desk.allocate(requests=True) == 0
    assert desk.check(requests=True) == 0
    assert desk.output == "certified: 3 centres, 1 pools\n"


def test_the_sample_round_twice_gives_the_same_bytes_and_is_certified(desk: Desk) -> None:
    sample(desk)
    assert desk.allocate(requests=True) == 0
    first = desk.bytes_of("out.csv")
    assert desk.check(requests=True) == 0
    assert desk.allocate(requests=True) == 0
    assert desk.bytes_of("out.csv") == first


def test_shuffled_rows_give_the_same_amounts_in_their_own_order(desk: Desk) -> None:
    sample(desk)
    assert desk.allocate(requests=True) == 0
    before = {row["centre_id"]: row for row in desk.rows()}
    for name in ("centres.csv", "requests.csv"):
        header, *lines = desk.bytes_of(name).decode().splitlines(keepends=True)
        Random(name).shuffle(lines)
        desk.write(name, header + "".join(lines))
    assert desk.allocate(requests=True) == 0
    after = desk.rows()
    assert {row["centre_id"]: row for row in after} == before
    centres = csv.DictReader(io.StringIO(desk.bytes_of("centres.csv").decode("utf-8-sig")))
    assert [row["centre_id"] for row in after] == [row["centre_id"] for row in centres]
    assert [row["centre_id"] for row in after] != list(before)


def test_as_a_module_in_a_process_of_its_own(desk: Desk) -> None:
    done = subprocess.run(
        [
            *[sys.executable, "-m", "budget", "allocate", "--centres", "centres.csv"],
            *["--policy", "policy.toml", "--out", "out.csv"],
        ],
        cwd=desk.folder,
        env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first = desk.bytes_of("out.csv")
    assert desk.allocate() == 0
    assert desk.bytes_of("out.csv") == first


def test_nothing_to_do_is_a_usage_message(desk: Desk) -> None:
    with pytest.raises(SystemExit) as stop:
        main([])
    assert stop.value.code == 2
    assert "COMMAND" in desk.capsys.readouterr().err


def test_sweep(desk: Desk) -> None:
    path = "pool.operating.floor.least.krw"
    assert desk.run("sweep", "--set", f"{path}=0:300_000:100_000", "--out", "out.csv") == 0
    assert desk.output == "4 runs, 1 of them infeasible\n"
    rows = desk.rows()
    assert [row["operating_krw"] for row in rows[:6]] == [
        *["110000", "220000", "330000"],
        *["110000", "220000", "330000"],
    ]
    assert [row["feasible"] for row in rows] == ["true"] * 9 + ["false"]
    assert rows[-1]["shortfall_krw"] == "240000"


@pytest.mark.parametrize(
    "text",
    ["pool.nowhere=1", "policy.envelope_krw=a", "=1", "policy.envelope_krw", "policy.unit_krw=0"],
)
def test_sweeps_that_cannot_be(desk: Desk, text: str) -> None:
    assert desk.run("sweep", "--set", text, "--out", "out.csv") == 2
    assert "expected" in desk.errors
    assert "out.csv" not in desk.names()


def test_one_parameter_is_set_once_however_it_is_written(desk: Desk) -> None:
    path = "pool.operating.floor.least.krw"
    again = path.replace("operating", '"operating"')
    assert desk.run("sweep", "--set", f"{path}=0", "--set", f"{again}=5", "--out", "out.csv") == 2
    assert "each parameter once" in desk.errors


def test_a_folder_that_is_not_there(desk: Desk) -> None:
    assert desk.run("allocate", "--out", "nowhere/out.csv") == 2
    assert "a file in a folder that exists" in desk.errors


def test_a_file_that_cannot_be_written(desk: Desk) -> None:
    assert desk.run("allocate", "--out", "x" * 300 + ".csv") == 2


# --- infeasible ------------------------------------------------------------------------------


def test_an_infeasible_policy_writes_the_report_alone(desk: Desk) -> None:
    desk.write("policy.toml", POLICY.replace("150_000", "250_000"))
    assert desk.run("allocate", "--out", "out.csv", "--report", "out.json") == 3
    assert "infeasible policy (pool operating): 750,000 won required, 660,000" in desk.errors
    assert "pool.operating.floor.least.krw: 250,000 -> 220,000" in desk.errors
    assert desk.names() == {"centres.csv", "policy.toml", "requests.csv", "out.json"}
    conflict = json.loads(desk.bytes_of("out.json"))["conflict"]
    assert conflict["shortfall_krw"] == 90_000


def test_an_infeasible_policy_without_a_report_writes_nothing(desk: Desk) -> None:
    desk.write("policy.toml", POLICY.replace("150_000", "250_000"))
    assert desk.allocate() == 3
    assert desk.names() == {"centres.csv", "policy.toml", "requests.csv"}


# --- check -----------------------------------------------------------------------------------


def moved(giver: int, taker: int, won: int) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        for name in ("operating_krw", "total_krw"):
            rows[giver][name] = str(int(rows[giver][name]) - won)
            rows[taker][name] = str(int(rows[taker][name]) + won)

    return change


def raised(column: str, won: int) -> Callable[[list[dict[str, str]]], None]:
    def change(rows: list[dict[str, str]]) -> None:
        rows[2][column] = str(int(rows[2][column]) + won)

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (moved(2, 1, 2_000), "1000 won can be moved from B to C, which is worse funded"),
        (moved(0, 2, 1_000), "A gets 149000 won, below its floor of 150000"),
        (moved(2, 1, 500), "not a multiple of 1000"),
        (raised("operating_krw", 1_000), "more than the pool"),
        (raised("operating_krw", -1_000), "are held back although"),
        (raised("total_krw", 1_000), "its parts sum to"),
        (raised("special_needs_krw", 1_000), "for its special needs, not 0"),
        (raised("entitlement_operating_krw", 1), "the entitlement of C is"),
        (raised("floor_operating_krw", 1_000), "the floor of C is 150000 won"),
    ],
)
def test_check_refuses_what_was_changed_and_names_it(
    desk: Desk, change: Callable[[list[dict[str, str]]], None], named: str
) -> None:
    assert desk.allocate(requests=True) == 0
    desk.change(change)
    assert desk.check(requests=True) == 4
    assert "not certified: " in desk.errors
    assert named in desk.errors
    assert desk.output == ""


def test_check_of_one_unit_in_the_sample_round(desk: Desk) -> None:
    sample(desk)
    assert desk.allocate(requests=True) == 0
    rows = desk.rows()
    free = [place for place, row in enumerate(rows) if not row["binding_operating"]]
    ratio = {
        place: int(rows[place]["operating_krw"]) / int(rows[place]["entitlement_operating_krw"])
        for place in free
    }
    best, worst = max(ratio, key=ratio.__getitem__), min(ratio, key=ratio.__getitem__)
    desk.change(moved(worst, best, 1_000))
    assert desk.check(requests=True) == 4
    assert "operating: 1000 won can be moved from" in desk.errors


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda rows: rows.pop(), "a row for the centre C"),
        (lambda rows: rows.append(dict(rows[0])), "each centre once"),
        (lambda rows: rows[0].update(centre_id="Z"), "a centre of the table of centres"),
        (lambda rows: rows[0].update(operating_krw="1,000"), "a whole number of won"),
        (lambda rows: rows[0].update(operating_krw=""), "a whole number of won"),
        (lambda rows: rows[0].update(operating_krw="9" * 5_000), "a whole number of won"),
        (lambda rows: rows[0].update(total_krw="1.5"), "a whole number of won"),
        (lambda rows: [row.pop("total_krw") for row in rows], "total_krw"),
    ],
)
def test_an_allocation_that_cannot_be_read(
    desk: Desk, change: Callable[[list[dict[str, str]]], object], named: str
) -> None:
    assert desk.allocate() == 0
    desk.change(lambda rows: change(rows) and None)
    assert desk.check() == 2
    assert named in desk.errors


def test_an_allocation_with_a_column_twice(desk: Desk) -> None:
    desk.write(
        "out.csv",
        "centre_id,operating_krw,operating_krw,special_needs_krw,total_krw\nA,1,1,0,1\nB,1,1,0,1\n"
        "C,1,1,0,1\n",
    )
    assert desk.check() == 2


# --- ids that are awkward, and come back -----------------------------------------------------

AWKWARD_IDS = [
    "=1+1",
    "+82",
    "-A",
    "@x",
    "서울 고용센터",
    "with space",
    'quo"te',
    "comma,",
    "two\nlines",
    "carriage\rreturn",
    "-5",
    "x" * 5_000,
    "<b>",
    "a;b",
    "😀",
]


def test_awkward_ids_survive_the_round_trip(desk: Desk) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["centre_id", "name_ko", "staff"])
    writer.writerows((identifier, '=cmd|"/c calc"!A1', "1") for identifier in AWKWARD_IDS)
    desk.write("centres.csv", text.getvalue())
    desk.write("policy.toml", POLICY.replace("660_000", "66_000_000"))
    assert desk.allocate() == 0
    rows = desk.rows()
    # a spreadsheet runs none of them; numbers stay numbers
    assert [row["centre_id"] for row in rows[:4]] == ["'=1+1", "+82", "'-A", "'@x"]
    assert rows[10]["centre_id"] == "-5"
    assert all(row["name_ko"].startswith("'=") for row in rows)
    assert desk.check() == 0


def test_ids_that_start_with_an_apostrophe_survive_the_round_trip(desk: Desk) -> None:
    desk.write("centres.csv", "centre_id,staff\n'=1+1,1\n=1+1,2\n")
    assert desk.allocate() == 0
    assert desk.check() == 0


def test_a_pool_whose_name_is_like_a_formula_survives_the_round_trip(desk: Desk) -> None:
    desk.write("policy.toml", POLICY.replace('"operating"', '"=1+1"'))
    assert desk.allocate() == 0
    assert desk.check() == 0


# --- bad input: centres ----------------------------------------------------------------------


def replaced(old: str, new: str) -> str:
    assert old in CENTRES
    return CENTRES.replace(old, new, 1)


BAD_CENTRES: dict[str, tuple[str | bytes, list[str]]] = {
    "duplicate id": (replaced("B,나", "A,나"), ["row 3, centre_id is 'A'", "row 2 has the same"]),
    "missing id": (replaced("B,나", ",나"), ["row 3, centre_id: expected an id"]),
    "negative": (replaced("나,2", "나,-2"), ["row 3, staff", "-2"]),
    "text": (replaced("나,2", "나,two"), ["row 3, staff is 'two': expected a number"]),
    "10 million": (replaced("나,2", '나,"1,000만원"'), ["row 3, staff is '1,000만원'"]),
    "NaN": (replaced("나,2", "나,NaN"), ["row 3, staff is 'NaN'"]),
    "infinite": (replaced("나,2", "나,-inf"), ["row 3, staff is '-inf'"]),
    "cut-off digits": (
        replaced("100000", "8.1E+08"),
        ["row 2, prior_operating_krw is '8.1E+08': expected a whole number", "digits only"],
    ),
    "huge float": (replaced("나,2", "나,1e308"), ["row 3, staff is '1e308'"]),
    "huge integer": (replaced("나,2", "나," + "9" * 400), ["row 3, staff is '999"]),
    "empty cell": (replaced("나,2", "나,"), ["row 3, staff: expected a number"]),
    "half a won": (replaced("100000", "0.5"), ["row 2, prior_operating_krw is '0.5'"]),
    "factor of nought": (
        "centre_id,staff\nA,0\nB,0\n",
        ["policy.toml, pool.operating.factor.staff"],
    ),
    "missing column": (replaced("staff", "stuff"), ["staff", "a column of centres.csv", "stuff"]),
    "no id column": (replaced("centre_id", "id"), ["centres.csv, centre_id: expected this column"]),
    "header twice": (
        replaced("kind", "staff"),
        ["centres.csv, row 1, staff: expected a column name"],
    ),
    "nameless column": (replaced("kind", ""), ["row 1, 4: expected a column name"]),
    "empty": (b"", ["centres.csv: expected a header row"]),
    "only a mark": ("\ufeff", ["centres.csv: expected a header row"]),
    "only line ends": ("\n\n\n", ["centres.csv: expected a header row"]),
    "header only": (HEADER + "\n", ["centres.csv: expected at least one centre"]),
    "two marks": ("\ufeff\ufeff" + CENTRES, ["centres.csv, centre_id"]),
    "not UTF-8": (CENTRES.encode("cp949"), ["centres.csv is '0x", "UTF-8"]),
    "UTF-16": (CENTRES.encode("utf-16"), ["centres.csv is '0xff'", "UTF-8"]),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0", ["centres.csv is '0x89'"]),
    "zeros": (b"PK\x03\x04\0\0", ["centres.csv: expected a text file"]),
    "rows too long and too short": (
        replaced("C,다,3,,9", "C,다,3,,9,10\nD,라"),
        ["row 4", "expected 5 cells as in the header; this row has 6", "row 5", "has 2"],
    ),
    "a quote that does not end": (
        replaced("B,나", 'B,"나'),
        ["expected comma-separated values (unexpected end of data)"],
    ),
    "an empty row": (replaced("B,나", "\nB,나"), ["row 3: expected a record; this row is empty"]),
    "a field too long": (
        replaced("나", "x" * 200_000),
        ["centres.csv, row 3: expected comma-separated values"],
    ),
    "semicolons": (CENTRES.replace(",", ";"), ["centres.csv, centre_id: expected this column"]),
    "several at once": (
        "centre_id,staff\nA,?\nA,x\n,3\n",
        ["row 2, staff", "row 3, staff", "row 3, centre_id", "row 4, centre_id"],
    ),
}


@pytest.mark.parametrize("name", BAD_CENTRES)
def test_bad_centres(desk: Desk, name: str) -> None:
    content, places = BAD_CENTRES[name]
    desk.write("centres.csv", content)
    desk.refuses(*places)


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_marks_and_line_ends_are_nothing(desk: Desk, mark: str, end: str) -> None:
    assert desk.allocate() == 0
    plain = desk.bytes_of("out.csv")
    desk.write("centres.csv", mark + CENTRES.replace("\n", end))
    assert desk.allocate() == 0
    assert desk.bytes_of("out.csv") == plain


def test_no_such_file_and_a_folder(desk: Desk) -> None:
    (desk.folder / "centres.csv").unlink()
    desk.refuses("centres.csv: expected a readable file")
    (desk.folder / "centres.csv").mkdir()
    desk.refuses("centres.csv: expected a readable file")


@pytest.mark.parametrize("rows", [173, 175])
def test_another_number_of_centres(desk: Desk, rows: int) -> None:
    sample(desk)
    lines = desk.bytes_of("centres.csv").decode().splitlines(keepends=True)
    more = [line.replace("EC", "XX", 1) for line in lines[1 : rows - 173]]
    desk.write("centres.csv", "".join(lines[: rows + 1] + more))
    desk.refuses(f"centres.csv is '{rows}': expected 174 rows")


def test_a_million_rows_are_refused_quickly(desk: Desk) -> None:
    line = "A,가,1,x,100000\n"
    desk.write("centres.csv", HEADER + "\n" + line * 10**6)
    begin = time.perf_counter()
    desk.refuses("centres.csv is '1000000': expected at most 100000 rows")
    assert time.perf_counter() - begin < 15


# --- bad input: the sample round -------------------------------------------------------------


def test_every_fault_of_the_sample_tables_at_once(desk: Desk) -> None:
    sample(desk)
    rows = list(csv.reader(io.StringIO(desk.bytes_of("centres.csv").decode("utf-8-sig"))))
    place = {name: column for column, name in enumerate(rows[0])}
    rows[1][place["officials"]] = "-1"
    rows[2][place["registered_jobseekers"]] = "many"
    rows[3][place["performance_grade"]] = "E"
    rows[4][place["prior_spent_krw"]] = rows[4][place["prior_available_krw"]] + "0"
    rows[5][place["centre_id"]] = "EC001"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    desk.write("centres.csv", text.getvalue())
    errors = desk.refuses(
        "centres.csv, row 2, officials is '-1'",
        "centres.csv, row 3, registered_jobseekers is 'many'",
        "centres.csv, row 4, performance_grade is 'E': expected one of S, A, B, C, D",
        "centres.csv, row 5, prior_spent_krw",
        "centres.csv, row 6, centre_id is 'EC001'",
    )
    assert len(errors.strip().split("\n")) == 5


def test_a_value_outside_of_a_table_is_found_in_its_row(desk: Desk) -> None:
    sample(desk)
    rows = list(csv.reader(io.StringIO(desk.bytes_of("centres.csv").decode("utf-8-sig"))))
    rows[6][rows[0].index("integration_level")] = "5"
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    desk.write("centres.csv", text.getvalue())
    desk.refuses("centres.csv, row 7, integration_level is '5'")


# --- bad input: policy and requests ----------------------------------------------------------


BAD_POLICIES: dict[str, tuple[str | bytes, list[str]]] = {
    "empty": ("", ["policy.toml, policy", "policy.toml, pool"]),
    "no TOML": ("[policy", ["policy.toml: expected a TOML document"]),
    "not UTF-8": (POLICY.replace("Test", "시험").encode("cp949"), ["policy.toml is '0x"]),
    "unknown column": (
        POLICY.replace("{ staff = 1.0 }", "{ staff = 1.0, ghosts = 1 }"),
        ["policy.toml, pool.operating.factor.staff.columns.ghosts", "staff, kind"],
    ),
    "share above 1": (
        POLICY.replace("{ krw = 60_000 }", "{ share = 1.5 }"),
        ["policy.toml, special_needs.ceiling.share is '1.5': expected a share from 0 to 1"],
    ),
    "two remainders": (
        POLICY + POLICY[POLICY.index("[[pool]]") :].replace('"operating"', '"other"'),
        ["policy.toml, pool is 'operating, other': expected exactly one pool"],
    ),
    "bands that overlap": (
        POLICY
        + '[[pool.band]]\nname = "a"\nwhere = { column = "staff", max = 2 }\nmin_share = 0\n'
        + '[[pool.band]]\nname = "b"\nwhere = { column = "staff", min = 2 }\nmin_share = 0\n',
        ["policy.toml, pool.operating.band.b: expected a band inside or outside of “a”"],
    ),
    "a value outside of the table": (
        POLICY + '[[pool.floor]]\nname = "f"\nby = { column = "kind", table = { x = 1 } }\n',
        ["policy.toml, pool.operating.floor.f.by.table is 'y'", "it has: x"],
    ),
    "negative weight": (
        POLICY.replace("weight = 1.0", "weight = -1.0"),
        ["policy.toml, pool.operating.factor.staff.weight is '-1.0': expected at least 0"],
    ),
    "several at once": (
        POLICY.replace("weight = 1.0", 'weight = "1"').replace("fiscal_year = 2027\n", ""),
        ["pool.operating.factor.staff.weight is '1'", "policy.fiscal_year: expected this key"],
    ),
    "no multiple of the unit": (
        POLICY.replace("660_000", "660_001"),
        ["policy.envelope_krw is '660001': expected a multiple of the unit, 1000 won"],
    ),
}


@pytest.mark.parametrize("name", BAD_POLICIES)
def test_bad_policies(desk: Desk, name: str) -> None:
    content, places = BAD_POLICIES[name]
    desk.write("policy.toml", content)
    desk.refuses(*places)


BAD_REQUESTS: dict[str, tuple[str | bytes, list[str]]] = {
    "unknown centre": (REQUESTS.replace("R1,B", "R1,Z"), ["requests.csv, row 2, centre_id is 'Z'"]),
    "nought": (REQUESTS.replace("60000,60000", "60000,0"), ["row 2, approved_krw is '0'"]),
    "negative": (REQUESTS.replace("60000,60000", "1,-1000"), ["row 2, approved_krw is '-1000'"]),
    "a fraction": (REQUESTS.replace("60000,60000", "1,1.5"), ["row 2, approved_krw is '1.5'"]),
    "id twice": (REQUESTS.replace("R2", "R1"), ["row 3, request_id is 'R1'"]),
    "missing columns": (
        REQUESTS.replace("priority", "rank").replace("divisible", "partly"),
        ["requests.csv, priority: expected this column", "requests.csv, divisible"],
    ),
    "empty": ("", ["requests.csv: expected a header row"]),
    "binary": (b"\xff\xfe", ["requests.csv is '0xff'"]),
    "ragged": (REQUESTS + "R3\n", ["requests.csv, row 4"]),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_bad_requests(desk: Desk, name: str) -> None:
    content, places = BAD_REQUESTS[name]
    desk.write("requests.csv", content)
    desk.refuses(*places, requests=True)


def test_requests_with_a_column_twice(desk: Desk) -> None:
    desk.write("requests.csv", REQUESTS.replace("title", "priority"))
    desk.refuses("requests.csv, row 1, priority", requests=True)


def test_a_request_larger_than_any_envelope_is_not_funded(desk: Desk) -> None:
    desk.write("requests.csv", REQUESTS.replace("60000,60000", "1,1" + "0" * 18))
    assert desk.allocate(requests=True) == 0
    assert {row["special_needs_krw"] for row in desk.rows()} == {"0"}


def test_no_requests_at_all(desk: Desk) -> None:
    desk.write("requests.csv", REQUESTS.split("\n", maxsplit=1)[0])
    assert desk.allocate(requests=True) == 0


def test_faults_of_all_files_come_in_one_report(desk: Desk) -> None:
    desk.write("centres.csv", replaced("나,2", "나,two"))
    desk.write("policy.toml", POLICY.replace("{ staff = 1.0 }", "{ staff = 1.0, ghosts = 1 }"))
    desk.write("requests.csv", REQUESTS.replace("R1,B", "R1,Z"))
    desk.refuses(
        "centres.csv, row 3, staff is 'two'",
        "policy.toml, pool.operating.factor.staff.columns.ghosts",
        "requests.csv, row 2, centre_id is 'Z'",
        requests=True,
    )


# --- special needs that are hard to choose ---------------------------------------------------


def test_indivisible_requests_of_odd_won_are_proven(desk: Desk) -> None:
    policy = POLICY.replace("660_000", "20_000_000_000").replace("1_000\n", "1\n")
    desk.write("policy.toml", policy.replace("{ krw = 60_000 }", "{ share = 0.5 }"))
    head = REQUESTS.split("\n", maxsplit=1)[0]
    amounts = (4_000_000_001, 3_999_999_999, 5_500_000_003)
    lines = [f"R{krw},A,other,t,1,{krw},1,false,2026-03-02" for krw in amounts]
    desk.write("requests.csv", "\n".join([head, *lines]) + "\n")
    assert desk.allocate(requests=True) == 0
