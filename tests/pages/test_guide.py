"""The guides on the screen: one's own first, another by the address, in the reader's language."""

import pytest

from budget.files.guides import GUIDES, read_guide
from budget.ui import keys
from tests.pages.people_of_pages import opened


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("planner-1", "planner"),
        ("lead-1", "planner"),
        ("centre_head-EC001", "centre_head"),
        ("administrator-1", "operator"),
    ],
)
def test_somebody_s_own_guide_comes_first(who: str, name: str) -> None:
    page = opened("guide", who)
    assert page.header[0].value == read_guide(name, "en").title


@pytest.mark.parametrize("name", GUIDES)
def test_every_guide_by_its_address(name: str) -> None:
    page = opened("guide", "auditor-1", {keys.SECTION_PARAMETER: name})
    found = read_guide(name, "en")
    assert not page.exception
    assert page.header[0].value == found.title
    assert [one.value for one in page.subheader] == [part.title for part in found.sections]
