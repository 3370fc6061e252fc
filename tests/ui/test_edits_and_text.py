"""Undo and redo; and text of people and policies that Markdown must not read."""

from decimal import Decimal

from budget.ui.edits import MOST_STEPS, Edits
from budget.ui.text import plain


def test_changes_undo_and_redo() -> None:
    """Each step is one step back; a new change ends what could be redone."""
    edits = Edits().changed("a", 2, 1).changed("b", Decimal("0.5"), Decimal("0.4"))
    assert edits.present == {"a": 2, "b": Decimal("0.5")}
    assert edits.undone().present == {"a": 2}
    assert edits.undone().redone() == edits
    assert not edits.undone().changed("c", 1, 0).future


def test_a_value_back_at_its_baseline_is_no_change() -> None:
    """Also when it gets there by hand."""
    assert Edits().changed("a", 2, 1).changed("a", 1, 1).present == {}
    assert Edits().changed("a", 1, 1) == Edits()


def test_resets() -> None:
    """One, or all; both can be undone."""
    edits = Edits().changed("a", 2, 1).changed("b", 3, 1)
    assert edits.reset("a").present == {"b": 3}
    assert edits.reset_all().undone().present == edits.present


def test_the_past_is_bounded() -> None:
    """A long afternoon does not fill the memory."""
    edits = Edits()
    for value in range(2, MOST_STEPS + 50):
        edits = edits.changed("a", value, 1)
    assert len(edits.past) == MOST_STEPS


def test_markup_stays_text() -> None:
    """No links, emphasis, colours, icons, arrows or formulas from a rule's name."""
    for text in ("[x](y)", "**x**", ":red[x]", ":material/bug_report:", "$a$ $b$", "a -> b", "<b>"):
        safe = plain(text)
        assert safe != text
        assert safe.replace("\\", "").replace("\u2060", "") == text
    assert plain("전년 보전 95.0 %") == "전년 보전 95.0 %"
