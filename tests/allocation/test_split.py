"""Sums of groups and feasibility: whole numbers, by hand."""

from tests.allocation.rounds import group, simple_split

NESTED = simple_split(
    [1, 1, 1, 1],
    100,
    floors=[10, 5, 0, 20],
    caps=[30, 15, None, 40],
    groups=[group("inner", [0, 1], 20, 40), group("outer", [0, 1, 2], 0, 60)],
)


def test_groups_know_their_parents_and_centres_their_homes() -> None:
    assert [g.name for g in NESTED.groups] == ["outer", "inner"]
    assert NESTED.parents == (-1, 0)
    assert NESTED.homes == (1, 1, 0, -1)


def test_sums_of_groups_hold_inner_groups_and_end_with_the_whole() -> None:
    assert NESTED.totals([1, 2, 4, 8]) == [7, 3, 15]


def test_least_of_a_group_is_its_floors_or_its_minimum_whichever_is_more() -> None:
    assert NESTED.least_of_groups == ((20, 20), 40)


def test_most_of_a_group_is_its_caps_or_its_maximum_whichever_is_less() -> None:
    assert NESTED.most_of_groups == ((60, 40), 100)


def test_without_any_limit_the_most_is_none() -> None:
    assert simple_split([1, 1], 10, caps=[None, 5]).most_of_groups == ((), None)


def test_what_caps_leave_is_not_placeable() -> None:
    assert simple_split([1, 1], 100, caps=[30, 40]).placeable == 70
    assert simple_split([1, 1], 60, caps=[30, 40]).placeable == 60


def test_feasible_until_floors_need_one_more() -> None:
    assert simple_split([1, 1], 30, floors=[10, 20]).is_feasible
    assert not simple_split([1, 1], 29, floors=[10, 20]).is_feasible


def test_a_minimum_above_what_the_caps_admit_is_not_feasible() -> None:
    def with_least(least: int) -> bool:
        return simple_split(
            [1, 1, 1], 100, caps=[10, 20, None], groups=[group("G", [0, 1], least)]
        ).is_feasible

    assert with_least(30)
    assert not with_least(31)


def test_a_maximum_below_what_the_floors_demand_is_not_feasible() -> None:
    def with_most(most: int) -> bool:
        return simple_split(
            [1, 1, 1], 100, floors=[10, 20, 0], groups=[group("G", [0, 1], 0, most)]
        ).is_feasible

    assert with_most(30)
    assert not with_most(29)


def test_minima_of_disjoint_groups_add_up() -> None:
    def with_amount(amount: int) -> bool:
        return simple_split(
            [1, 1, 1], amount, groups=[group("G", [0], 40), group("H", [1, 2], 60)]
        ).is_feasible

    assert with_amount(100)
    assert not with_amount(99)


def test_an_inner_minimum_counts_once_in_the_outer_one() -> None:
    both = simple_split(
        [1, 1, 1], 100, groups=[group("outer", [0, 1], 50), group("inner", [0], 40)]
    )
    assert both.least_of_groups == ((50, 40), 50)


def test_an_empty_group_with_a_minimum_is_not_feasible() -> None:
    assert not simple_split([1], 10, groups=[group("nobody", [], 1)]).is_feasible
    assert simple_split([1], 10, groups=[group("nobody", [], 0, 0)]).is_feasible
