"""Undo and redo; and text of people and policies that Markdown must not read."""

from decimal import Decimal
from pathlib import Path

import pytest

from budget import files
from budget.allocation.faults import InputError
from budget.allocation.policy import Policy
from budget.allocation.policy_reading import policy_from
from budget.ui.edits import MOST_STEPS, Edits, changes_between, from_address, to_address
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
    for text in (
        "[x](y)",
        "**x**",
        ":red[x]",
        ":material/bug_report:",
        "$a$ $b$",
        "a -> b",
        "<b>",
        "![x](y)",
    ):
        safe = plain(text)
        assert safe != text
        assert safe.replace("\\", "").replace("\u2060", "") == text
    assert plain("전년 보전 (하한) 95.0 %!") == "전년 보전 (하한) 95.0 %!"
    assert plain("64 centres + 3 - 1. Done.") == "64 centres + 3 - 1. Done."


def test_nothing_becomes_a_link_or_a_list_by_itself() -> None:
    for text in (
        "www.example.org",
        "WWW.example.org",
        "a@b.org",
        "- one",
        "+ one",
        "1. one",
        "2) x",
    ):
        assert "\u2060" in plain(text), text
        assert plain(text).replace("\u2060", "") == text


# --- changes in an address, and of a scenario ---------------------------------------------------

ROOT = Path(__file__).parents[2]
RESERVE = "reserve.amount.share"
BONUS = "pool.performance.amount.share"


@pytest.fixture(scope="module")
def baseline() -> Policy:
    """The default policy."""
    return files.read_policy(ROOT / "data/policy.toml")


def test_changes_come_back_from_the_address(baseline: Policy) -> None:
    """What is written into an address is read from it, exact to the digit."""
    changes = {RESERVE: Decimal("0.0125"), "policy.envelope_krw": 129_000_000_000}
    assert from_address(to_address(changes), baseline) == changes
    assert from_address([], baseline) == {}
    assert from_address([f"{RESERVE}=0.01"], baseline) == {}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("no.such.rule=1", "no.such.rule"),
        ("nonsense", "nonsense"),
        (f"{RESERVE}=NaN", RESERVE),
        (f"{RESERVE}=Infinity", RESERVE),
        (f"{RESERVE}=7", RESERVE),
        (f"{RESERVE}=-1", RESERVE),
        (f"{RESERVE}=", RESERVE),
        (f"{RESERVE}={'9' * 60}", RESERVE),
        ("policy.envelope_krw=0.5", "policy.envelope_krw"),
    ],
)
def test_what_an_address_names_wrongly_is_told(baseline: Policy, text: str, where: str) -> None:
    """The parameter and what is expected; nothing of the address is taken then."""
    with pytest.raises(InputError) as raised:
        from_address([f"{BONUS}=0.08", text], baseline)
    assert [fault.where for fault in raised.value.faults] == [where]


def test_a_parameter_stands_once(baseline: Policy) -> None:
    """Twice, even with the same value, is told."""
    with pytest.raises(InputError):
        from_address([f"{RESERVE}=0.02", f"{RESERVE}=0.02"], baseline)


def test_the_changes_of_a_saved_policy(baseline: Policy) -> None:
    """Numbers become changes; a policy with other rules cannot be shown by controls."""
    changes = {RESERVE: Decimal("0.02"), BONUS: Decimal("0.08")}
    assert changes_between(baseline, baseline.replaced(changes)) == changes
    assert changes_between(baseline, baseline) == {}
    document = baseline.to_document()
    document["pool"][0]["band"][0]["where"]["values"] = ["Seoul"]
    assert changes_between(baseline, policy_from(document)) is None
    document = baseline.to_document()
    document["pool"] = document["pool"][:2]
    assert changes_between(baseline, policy_from(document)) is None
