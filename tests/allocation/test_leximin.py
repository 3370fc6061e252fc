"""The leximin split: every rule on its own and together, by hand; then against its definition."""

from fractions import Fraction

import pytest

from budget.allocation.leximin import leximin
from budget.allocation.pegs import WHOLE
from budget.allocation.split import Split
from tests.allocation.rounds import exchanges, group, random_split, simple_split

CASES = {
    "no rule": (simple_split([1, 2, 3], 600), [100, 200, 300]),
    # 150 for A leaves 450 in the ratio 2 : 3
    "floor": (simple_split([1, 2, 3], 600, floors=[150, 0, 0]), [150, 180, 270]),
    "floor that stops nobody": (simple_split([1, 2, 3], 600, floors=[90, 0, 0]), [100, 200, 300]),
    # 200 for C leaves 400 in the ratio 1 : 2
    "cap": (
        simple_split([1, 2, 3], 600, caps=[None, None, 210]),
        [130, 260, 210],
    ),
    "a cap that pushes another past its cap": (
        simple_split([1, 2, 3], 600, caps=[None, 250, 210]),
        [140, 250, 210],
    ),
    "floor and cap": (
        simple_split([1, 2, 3], 600, floors=[180, 0, 0], caps=[None, 150, None]),
        [180, 150, 270],
    ),
    # A and B alone would get 300 of 600
    "band at its most": (
        simple_split([1, 2, 3], 600, groups=[group("G", [0, 1], 0, 240)]),
        [80, 160, 360],
    ),
    "band at its least": (
        simple_split([1, 2, 3], 600, groups=[group("G", [0, 1], 360)]),
        [120, 240, 240],
    ),
    "band that stops nobody": (
        simple_split([1, 2, 3], 600, groups=[group("G", [0, 1], 290, 310)]),
        [100, 200, 300],
    ),
    "a floor inside a band at its most": (
        simple_split([1, 2, 3], 600, floors=[90, 0, 0], groups=[group("G", [0, 1], 0, 240)]),
        [90, 150, 360],
    ),
    # outer most 300 of A B C (would be 450); inner least 120 for A (75 of the 300)
    "nested: least inside most": (
        simple_split(
            [1, 2, 1, 2],
            600,
            groups=[group("outer", [0, 1, 2], 0, 300), group("inner", [0], 120)],
        ),
        [120, 120, 60, 300],
    ),
    "nested: most inside least": (
        simple_split(
            [1, 1, 1, 3],
            600,
            groups=[group("outer", [0, 1, 2], 360), group("inner", [0, 1], 0, 200)],
        ),
        [100, 100, 160, 240],
    ),
    "chain of four": (
        simple_split(
            [1, 1, 1, 1, 1],
            500,
            groups=[
                group("four", [0, 1, 2, 3], 420),
                group("three", [0, 1, 2], 0, 270),
                group("two", [0, 1], 200),
                group("one", [0], 0, 90),
            ],
        ),
        [90, 110, 70, 150, 80],
    ),
    "identical bands": (
        simple_split([1, 1, 1], 300, groups=[group("G", [0, 1], 220), group("H", [0, 1], 0, 240)]),
        [110, 110, 80],
    ),
    "band of no width": (
        simple_split([1, 2, 3], 600, groups=[group("G", [0, 1], 270, 270)]),
        [90, 180, 330],
    ),
    "band of one": (
        simple_split([1, 2, 3], 600, groups=[group("G", [2], 0, 150)]),
        [150, 300, 150],
    ),
    "floors take everything": (
        simple_split([1, 2, 3], 600, floors=[300, 200, 100]),
        [300, 200, 100],
    ),
    "caps leave some unplaced": (
        simple_split([1, 2, 3], 600, caps=[50, 100, 150]),
        [50, 100, 150],
    ),
    "a band leaves some unplaced": (
        simple_split([1, 1], 600, caps=[100, None], groups=[group("G", [1], 0, 150)]),
        [100, 150],
    ),
    "no entitlement: the floor": (
        simple_split([0, 1, 2], 600, floors=[60, 0, 0], caps=[60, None, None]),
        [60, 180, 360],
    ),
    "one centre": (simple_split([7], 600), [600]),
    "nothing to share": (simple_split([1, 2], 0), [0, 0]),
    "all caps nought": (simple_split([1, 2], 600, caps=[0, 0]), [0, 0]),
    # two equal centres beside one that must have 60: min-max shortfall gave them 360 and 180
    "the twins of the house rules": (
        simple_split([1, 1, 1], 600, floors=[0, 0, 60], caps=[None, None, 60]),
        [270, 270, 60],
    ),
}


@pytest.mark.parametrize("start", [True, False], ids=["guessed", "from nothing"])
@pytest.mark.parametrize("name", CASES)
def test_by_hand(name: str, start: bool) -> None:
    question, expected = CASES[name]
    assert list(leximin(question, start=start).amounts) == expected
    assert exchanges(question, [Fraction(won) for won in expected]) == []


def test_the_definition_knows_a_worse_split() -> None:
    question, _ = CASES["the twins of the house rules"]
    assert exchanges(question, [Fraction(360), Fraction(180), Fraction(60)]) == ["from A to B"]
    broken = exchanges(question, [Fraction(280), Fraction(280), Fraction(40)])
    assert "C below its floor" in broken
    assert exchanges(question, [Fraction(1), Fraction(1), Fraction(60)]) == [
        "A could take what is unplaced",
        "B could take what is unplaced",
    ]


def test_levels_and_blocks_say_who_moves_together() -> None:
    question, _ = CASES["band at its most"]
    found = leximin(question)
    assert found.blocks == (0, 0, WHOLE)
    assert found.levels == {WHOLE: 120, 0: 80}
    assert found.level_of(1) == 80
    assert found.pegged_groups == {0: 240}


def test_results_are_exact_fractions() -> None:
    assert leximin(simple_split([1, 1, 1], 100)).amounts == (Fraction(100, 3),) * 3


@pytest.mark.parametrize("scale", [1, 10**6, 10**15])
def test_won_make_no_difference(scale: int) -> None:
    question = simple_split(
        [1, 2, 3], 600 * scale, floors=[150 * scale, 0, 0], caps=[None, None, 250 * scale]
    )
    assert leximin(question).amounts == (150 * scale, 200 * scale, 250 * scale)


def _same_either_way(question: Split) -> None:
    guessed, from_nothing = leximin(question), leximin(question, start=False)
    assert exchanges(question, guessed.amounts) == []
    assert guessed.amounts == from_nothing.amounts


@pytest.mark.parametrize("first", range(0, 240, 40))
def test_random_splits_satisfy_the_definition_from_the_guess_and_from_nothing(first: int) -> None:
    for seed in range(first, first + 40):
        _same_either_way(random_split(seed))


def test_nested_leasts_one_won_apart_at_a_thousand_billion() -> None:
    most = 2 * 10**12
    _same_either_way(
        simple_split(
            [3, 2, 1],
            most,
            groups=[group("G", [0, 1, 2], most), group("H", [0, 1, 2], most - 1)],
        )
    )


def test_weights_ten_orders_of_magnitude_apart() -> None:
    # the big one is capped, so that the small ones share the rest
    question = simple_split([10**11, 1, 2], 999, caps=[99, None, None])
    assert leximin(question).amounts == (99, 300, 600)
