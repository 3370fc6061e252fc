"""The Korean catalogue is complete and says what the sources say."""

import re
from pathlib import Path

import pytest

from budget.view.catalogue import extracted, placeholders, shortcomings
from budget.view.words import LANGUAGES, Words, catalogue, one_of


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_complete(language: str) -> None:
    """No text is missing, left over, untranslated, or has other placeholders."""
    assert shortcomings(language) == []


def test_the_check_can_fail() -> None:
    """Placeholders are compared, doubled braces are none."""
    assert placeholders("{a} and {b}") == {"a", "b"}
    assert placeholders("a table ({{ key = value, … }})") == set()


def test_texts_of_the_core_are_found() -> None:
    """Labels of parameters, faults and breaches are part of the catalogue."""
    texts = {one_of(message.id) for message in extracted() if message.id}
    assert {"rate of last year", "an id that is not empty", "hold-harmless"} <= texts


def test_texts_behind_other_names_are_found(tmp_path: Path) -> None:
    """A text given to a reader's words by another name than `_` is a text of the catalogue."""
    (tmp_path / "budget").mkdir()
    (tmp_path / "budget" / "some.py").write_text(
        'numbers.words("{least} or less")\n_.template("as {often}", {})\n', encoding="utf-8"
    )
    (tmp_path / "pages").mkdir()
    (tmp_path / "app.py").write_text("", encoding="utf-8")
    found = {one_of(message.id) for message in extracted(tmp_path) if message.id}
    assert found == {"{least} or less", "as {often}"}


def test_templates_are_formatted_in_both_languages() -> None:
    """Values go in; a name that is not in the catalogue stays as it is."""
    assert Words("ko").template("at least {ge}", {"ge": "3"}) == "3 이상"
    assert Words("en").template("at least {ge}", {"ge": "3"}) == "at least 3"
    assert Words("ko").name("my own rule") == "my own rule"
    assert Words("en").ngettext("{count} day left", "{count} days left", 1) == "1 day left"


def test_one_term_for_one_thing() -> None:
    """Korean texts use the field's words, not their rivals."""
    rivals = {"예산 초과분": "상한", "총예산": "총액", "지점": "출장소"}
    for message in catalogue("ko"):
        for rival in rivals:
            assert rival not in str(message.string)


def test_messages_are_in_the_formal_style() -> None:
    """하십시오체: no sentence ends in 해요 or 한다."""
    for message in catalogue("ko"):
        assert not re.search(r"(해요|이에요|어요|한다|된다)\.", str(message.string))
