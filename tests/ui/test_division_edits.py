"""Unsaved changes of the rules for divisions: exact, and off again without a trace."""

from decimal import Decimal

from budget.allocation.division_reading import division_rules_from
from budget.allocation.division_rules import DivisionRules
from budget.ui.division_conflict import saved_value
from budget.ui.division_edits import edited
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
