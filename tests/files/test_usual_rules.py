"""The rules for divisions that come with the program: right, and those of the sample round."""

from budget.allocation.division_reading import division_rules_from_toml
from budget.files.inputs import read_divisions
from budget.files.round_folder import usual_divisions
from tests.storage.databases import SAMPLE


def test_the_usual_rules_are_those_of_the_sample() -> None:
    usual = division_rules_from_toml(usual_divisions(), "divisions.toml")
    assert usual == read_divisions(SAMPLE / "divisions.toml")
