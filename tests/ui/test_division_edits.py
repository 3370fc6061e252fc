"""Unsaved changes of the rules for divisions: exact, and off again without a trace."""

from decimal import Decimal

import pytest

from budget.allocation.division_reading import division_rules_from
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import InputError
from budget.ui.division_conflict import saved_value
from budget.ui.division_edits import edited, from_address, to_address
from budget.ui.plan_typing import won_of


def rules(**front: object) -> DivisionRules:
    """Two divisions; what is given limits the first."""
    return division_rules_from(
        {
            "name": "Two",
            "divisions": [
                {
                    "id": "front",
                    "name_ko": "창구",
                    "name_en": "Front desk",
                    "staff_column": "staff_front",
                    **front,
                },
                {
                    "id": "back",
                    "name_ko": "지원",
                    "name_en": "Back office",
                    "staff_column": "staff_back",
                },
            ],
            "bands": {"plus": {"back": {"max_share": Decimal("0.5")}}},
        }
    )


def test_changes_of_the_rules_are_exact_and_come_off_again() -> None:
    found = rules(ceiling={"krw": 5_000})
    changed = edited(
        found,
        {
            "divisions.front.ceiling.share": Decimal("0.6"),
            "divisions.back.minimum.krw": 7_000,
            "bands.plus.back.max_share": None,
            "bands.medium.front.min_share": Decimal("0.2"),
        },
    )
    limit, least = changed.division("front").ceiling, changed.division("back").minimum
    assert limit is not None
    assert (limit.share, limit.krw) == (Decimal("0.6"), None), "a share takes the place of won"
    assert least is not None
    assert least.krw == 7_000
    assert changed.band("plus", "back") is None
    band = changed.band("medium", "front")
    assert band is not None
    assert band.min_share == Decimal("0.2")
    assert edited(found, {}) is found
    gone = edited(found, {"divisions.front.ceiling.share": None})
    assert gone.division("front").ceiling is None


def test_the_saved_value_of_a_limit_in_won_is_told_where_a_share_is_set() -> None:
    found = rules(ceiling={"krw": 5_000})
    assert saved_value(found, "divisions.front.ceiling.share") == 5_000
    assert saved_value(found, "divisions.front.minimum.share") is None
    assert saved_value(found, "bands.plus.back.max_share") == Decimal("0.5")
    assert saved_value(found, "bands.plus.front.max_share") is None


def test_an_amount_is_digits_with_or_without_separators() -> None:
    assert won_of("12,500", 1_000) == 12_500_000
    assert won_of(" 0 ", 1) == 0
    for text in ("", "1,2", "-1", "1.5", "12 500", "١٢", "9" * 16, "1,000,00"):
        assert won_of(text, 1_000) is None, text


def test_changes_survive_in_the_address_and_what_is_saved_is_no_change() -> None:
    found = rules(ceiling={"krw": 5_000})
    changes = {
        "divisions.front.ceiling.share": Decimal("0.6"),
        "divisions.back.minimum.krw": 7_000,
        "bands.plus.back.max_share": None,
        "bands.medium.front.min_share": Decimal("0.2"),
    }
    written = to_address(changes)
    assert written[2] == "bands.plus.back.max_share="
    assert from_address(written, found) == changes
    assert from_address(written, edited(found, changes)) == {}, "a colleague has saved them"
    assert from_address(["divisions.front.ceiling.krw=5000"], found) == {}


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        (["divisions.side.ceiling.share=0.5"], "divisions.side.ceiling.share"),
        (["divisions.front.name.share=0.5"], "divisions.front.name.share"),
        (["bands.none.front.min_share=0.5"], "bands.none.front.min_share"),
        (["x"], "x"),
        (["bands.plus.front.min_share=NaN"], "bands.plus.front.min_share"),
        (["bands.plus.front.min_share=1.5"], "bands.plus.front.min_share"),
        (["bands.plus.front.min_share=1e-99999999999"], "bands.plus.front.min_share"),
        (["divisions.front.ceiling.krw=-1"], "divisions.front.ceiling.krw"),
        (
            ["divisions.front.ceiling.krw=1", "divisions.front.ceiling.share=0.1"],
            "divisions.front.ceiling.share",
        ),
    ],
)
def test_what_an_address_cannot_mean_is_named(texts: list[str], where: str) -> None:
    with pytest.raises(InputError) as caught:
        from_address(texts, rules())
    assert [fault.where for fault in caught.value.faults] == [where]
