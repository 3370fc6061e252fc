"""Files that planners upload in a browser: the sample's table as Korean Excel would save it."""

import csv
import io
from collections.abc import Callable, Mapping

from playwright.sync_api import Page

from budget.files.tables import table_from
from budget.files.uploads.definitions import CENTRES
from tests.storage.databases import SAMPLE

HEADERS = {column.name: column.korean for column in CENTRES.columns}
NAME = "센터현황_2027.csv"
Cells = Mapping[tuple[str, str], str]
"""(centre id, column) -> the cell."""


def korean_table(cells: Cells, closed: frozenset[str] = frozenset()) -> bytes:
    """The sample with cells changed and centres closed: CP949, Korean headers, thousands with
    commas."""
    table = table_from((SAMPLE / "centres.csv").read_bytes(), "centres.csv")
    names = [name for name in table.columns if name in HEADERS]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([HEADERS[name] for name in names])
    for row in table.to_dict("records"):
        centre_id = str(row["centre_id"])
        if centre_id not in closed:
            writer.writerow(
                _as_shown(name, cells.get((centre_id, name), str(row[name]))) for name in names
            )
    return out.getvalue().encode("cp949")


def _as_shown(name: str, text: str) -> str:
    return f"{int(text):,}" if name.endswith("_krw") and text.isdigit() else text


def changes() -> bytes:
    """More officials in Seoul, fewer counsellors in Jamsil's neighbour, one merged centre."""
    cells = {
        ("EC001", "officials"): "39",
        ("EC001", "staff_placement"): "21",  # the divisions hold as many people as the groups
        ("EC003", "registered_jobseekers"): "12400",
    }
    return korean_table(cells, frozenset({"EC002"}))


def faults() -> bytes:
    """Words and units where a number belongs, a wrong type, more spent than there was."""
    return korean_table(
        {
            ("EC001", "officials"): "서른넷",
            ("EC002", "prior_operating_krw"): "836백만원",
            ("EC004", "centre_type"): "대형",
            ("EC005", "prior_spent_krw"): "99,999,999,999",
            ("EC006", "performance_score"): "81.5%",
        }
    )


FILES: Mapping[str, Callable[[], bytes]] = {"changes": changes, "faults": faults}
"""By the names that pictures use."""


def upload(page: Page, content: bytes, name: str = NAME) -> None:
    """Give a file to the page's place for files."""
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
