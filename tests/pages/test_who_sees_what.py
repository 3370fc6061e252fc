"""The table of rights by page address and by media link: every role, own and foreign objects.

The same table by service call is in tests/workflow/test_roles.py.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request

from budget.storage.store import Store
from budget.ui import server, sign_in
from budget.workflow import attachments
from budget.workflow.refusals import NO_ROLE, NOT_YOURS
from tests.pages.people_of_pages import ROOT, opened
from tests.storage.databases import head, key
from tests.workflow import steps
from tests.workflow.files import png

ROLES = (
    "centre_head-EC001",
    "reviewer-1",
    "planner-1",
    "lead-1",
    "auditor-1",
    "administrator-1",
)
OWN, FOREIGN = "SN2027-007", "SN2027-046"
"""EC001's request, reviewed by reviewer 2; EC002's, reviewed by reviewer 1."""
TABLE = """
overview                     + + + + + +
allocate                     - - + + + -
allocate ?scenario=99        - - - - - -
compare                      - - + + + -
sensitivity                  - - + + + -
centre                       + - + + + -
centre ?centre=EC001         + - + + + -
centre ?centre=EC002         - - + + + -
joined_up                    - - + + + -
quarters                     + - + + + -
divisions                    + - + + + -
divisions ?centre=EC002      - - + + + -
requests ?request=SN2027-007 + - + + + -
requests ?request=SN2027-046 - + + + + -
review                       - + + + + -
review ?request=SN2027-007   + - + + + -
review ?request=SN2027-046   - + + + + -
publish                      - - + + + -
data                         - - + + + -
people                       - - - - + +
audit                        - - - + + -
guide                        + + + + + +
"""
"""One line an address, one column a role: + shows it, - refuses it."""
REFUSALS = (NO_ROLE, NOT_YOURS)


def rows() -> list[tuple[str, dict[str, str], list[str]]]:
    found = []
    for line in TABLE.strip().splitlines():
        *address, marks = line[:28].split(), line[28:].split()
        asked = dict(part.removeprefix("?").split("=") for part in address[0][1:])
        found.append((address[0][0], asked, marks))
    return found


def test_the_table_names_every_page() -> None:
    assert {page for page, _asked, _marks in rows()} == {
        path.stem for path in (ROOT / "pages").glob("*.py")
    }


@pytest.mark.parametrize("place", range(len(ROLES)), ids=ROLES)
def test_each_role_by_page_address(place: int) -> None:
    for page, asked, marks in rows():
        app = opened(page, ROLES[place], asked)
        assert not app.exception, (page, asked)
        warned = "\n".join(found.value for found in app.warning).replace("\\", "")
        refused = any(text.rstrip(".") in warned for text in REFUSALS)
        assert refused == (marks[place] == "-"), (page, asked, warned)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("centre_head-EC001", 200),
        ("centre_head-EC002", 403),
        ("reviewer-1", 200),
        ("reviewer-2", 403),
        ("planner-1", 200),
        ("lead-1", 200),
        ("auditor-1", 200),
        ("administrator-1", 403),
        ("nobody", 403),
    ],
)
def test_each_role_by_media_link(
    who: str, status: int, quick_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of EC001's request, which reviewer 1 has."""
    monkeypatch.setattr(sign_in, "store", lambda: quick_store)
    need = steps.in_review(quick_store)
    need = attachments.attach(quick_store, head(), need.id, "견적.png", png("a"), key=key())
    link = server.attachment_link(need.files[0].id, f"demonstration|{who}")
    scope = {"type": "http", "path_params": {"ticket": link.partition("/")[2]}, "headers": []}
    with ThreadPoolExecutor(1) as aside:
        answer = aside.submit(asyncio.run, server._serve_attachment(Request(scope))).result()
    assert answer.status_code == status
