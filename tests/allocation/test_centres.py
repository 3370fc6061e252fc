"""Checked centres: the order of their ids, what is kept, whom a selector picks."""

from tests.allocation.rounds import allocated, checked, policy


def test_centres_stand_in_the_order_of_their_ids_and_go_back_to_their_rows() -> None:
    found = checked(policy(), centre_id=["b", "A", "가"], staff=[1, 2, 3])
    assert found.ids == ("A", "b", "가")
    assert found.numbers["staff"].numerators == (2, 1, 3)
    assert found.in_table_order(found.ids) == ["b", "A", "가"]


def test_unknown_columns_are_kept() -> None:
    found = checked(policy(), staff=[1], note=["keep me"])
    assert found.table["note"].tolist() == ["keep me"]


def test_only_the_columns_of_the_policy_are_needed() -> None:
    assert allocated(policy(), staff=[1, 2]).certified


def test_a_selector_compares_numbers_exactly() -> None:
    rules = policy(pool='eligible = { column = "staff", min = 0.3 }')
    assert allocated(rules, staff=["0.3", "0.29999999999999999999"]).pools[0].need.eligible == (
        True,
        False,
    )
