"""A centre's data say what each figure counts."""

import pytest

from budget.ui.centre_own import _counted
from budget.view.numbers import NOTHING, Numbers
from budget.view.words import Words


@pytest.mark.parametrize(
    ("name", "cell", "korean", "english"),
    [
        ("officials", "34", "34명", "34 people"),
        ("counsellors", "1", "1명", "1 person"),
        ("staff_training", "2.5", "2.5명", "2.5 people"),
        ("registered_jobseekers", "11933", "11,933명", "11,933 people"),
        ("performance_score", "81.8", "81.8점", "81.8 points"),
        ("partner_staff", "", NOTHING, NOTHING),
    ],
)
def test_people_and_points(name: str, cell: str, korean: str, english: str) -> None:
    assert _counted(name, cell, Numbers(Words("ko"))) == korean
    assert _counted(name, cell, Numbers(Words("en"))) == english
