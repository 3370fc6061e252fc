"""What every run promises, on drawn rounds: tests/random_rounds and splits of our own."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import budget
from budget.allocation.centre_checking import checked_centres
from budget.allocation.certificate import Published, certificate
from budget.allocation.explanation import decomposition
from budget.allocation.leximin import leximin
from budget.allocation.policy_reading import policy_from_toml
from budget.allocation.requests import checked_requests
from budget.allocation.result import Allocation, PoolResult
from budget.allocation.run import allocation, pool_results
from tests.allocation.rounds import exchanges, policy, random_split, table
from tests.random_rounds import random_round, to_frames

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
FEW = settings(SETTINGS, max_examples=15)
MANY = settings(SETTINGS, max_examples=50)

seeds = st.integers(0, 10**9)
sizes = st.integers(1, 9)


def round_of(seed: int, size: int, rows: list[dict[str, Any]] | None = None) -> Allocation | None:
    """The allocation of a random round (of other rows, if given); None if it has none."""
    centres, _, text, requests = random_round(seed, size=max(3, size))
    try:
        rules = policy_from_toml(text)
        checked = checked_centres(to_frames(centres if rows is None else rows), rules)
        approved = checked_requests(to_frames(requests), checked.ids, rules.unit)
        pool_results(checked, rules, approved, remedies=False)
    except (budget.InputError, budget.InfeasiblePolicy):
        return None
    return allocation(checked, rules, approved)


def published(found: Allocation, **changed: list[int]) -> Published:
    pools = {result.rule.name: list(result.amounts) for result in found.pools}
    return Published(pools | changed, found.special_needs)


def rules_broken(found: Allocation, **changed: list[int]) -> set[str]:
    proof = certificate(found.centres, found.policy, found.requests, published(found, **changed))
    return {breach.rule for breach in proof.breaches}


def ratios(result: PoolResult) -> Iterator[tuple[int, Fraction]]:
    """(centre, won per weight) of everybody with weight, the best funded first."""
    own = [
        (centre, Fraction(won, weight))
        for centre, (won, weight) in enumerate(
            zip(result.amounts, result.question.weights, strict=True)
        )
        if weight
    ]
    yield from sorted(own, key=lambda pair: -pair[1])


# --- whole rounds ------------------------------------------------------------------------------


@given(seeds, sizes)
@FEW
def test_every_result_is_certified_sums_to_the_won_and_keeps_its_bounds(
    seed: int, size: int
) -> None:
    found = round_of(seed, size)
    assume(found is not None)
    assert found is not None
    assert found.certified
    assert rules_broken(found) == set()
    assert sum(found.totals) + found.reserve == found.policy.envelope
    unit = found.policy.unit
    for result in found.pools:
        assert result.placed + result.unplaced == result.amount
        for won, exact, floor, cap in zip(
            result.amounts,
            result.exact.amounts,
            result.question.floors,
            result.question.caps,
            strict=True,
        ):
            assert won % unit == 0
            assert abs(won - exact) < unit
            assert floor <= won
            assert cap is None or won <= cap
    steps = decomposition(found)
    assert steps["krw"].sum() == sum(found.totals)
    sums = steps.groupby("centre_id")["krw"].sum().to_dict()
    assert all(sums.get(c, 0) == t for c, t in zip(found.centres.ids, found.totals, strict=True))


@given(seeds, sizes, st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_rows_is_nothing(seed: int, size: int, rng: Random) -> None:
    found = round_of(seed, size)
    assume(found is not None)
    assert found is not None
    rows = random_round(seed, size=max(3, size))[0]
    rng.shuffle(rows)
    again = round_of(seed, size, rows)
    assert again is not None
    assert again.totals == found.totals
    assert again.funded == found.funded
    assert again.table["centre_id"].tolist() == [row["centre_id"] for row in rows]
    assert (
        again.table.set_index("centre_id").sort_index().to_csv()
        == found.table.set_index("centre_id").sort_index().to_csv()
    )


@given(seeds, sizes)
@FEW
def test_twins_get_the_same_within_a_unit(seed: int, size: int) -> None:
    rows = random_round(seed, size=max(3, size))[0]
    twin = {**rows[0], "centre_id": "twin"}
    found = round_of(seed, size, [*rows, twin])
    assume(found is not None)
    assert found is not None
    one, other = (found.centres.ids.index(row["centre_id"]) for row in (rows[0], twin))
    for result in found.pools:
        if any(bound.pool for bound in (*result.rule.floor, *result.rule.cap)):
            continue  # a unit between twins in an earlier pool is more than a unit in its multiple
        if any(band.where.column == "centre_id" for band in result.rule.band):
            continue  # a band of ids tells them apart
        assert result.exact.amounts[one] == result.exact.amounts[other]
        assert abs(result.amounts[one] - result.amounts[other]) <= found.policy.unit


@given(seeds, sizes, st.randoms(use_true_random=False))
@FEW
def test_the_certificate_rejects_a_unit_from_a_worse_to_a_better_funded_centre(
    seed: int, size: int, rng: Random
) -> None:
    found = round_of(seed, size)
    assume(found is not None)
    assert found is not None
    moved = False
    for result in found.pools:
        order = list(ratios(result))
        pairs = [
            (better, worse)
            for better, high in order
            for worse, low in order
            if high > low and result.amounts[worse] >= found.policy.unit
        ]
        for better, worse in rng.sample(pairs, min(3, len(pairs))):
            amounts = list(result.amounts)
            amounts[better] += found.policy.unit
            amounts[worse] -= found.policy.unit
            assert rules_broken(found, **{result.rule.name: amounts})
            moved = True
    assume(moved)


@given(seeds, sizes)
@FEW
def test_the_certificate_rejects_broken_bounds_and_sums(seed: int, size: int) -> None:
    found = round_of(seed, size)
    assume(found is not None)
    assert found is not None
    unit = found.policy.unit
    for result in found.pools:
        name = result.rule.name
        for centre, (won, floor, cap) in enumerate(
            zip(result.amounts, result.bounds.floors, result.question.caps, strict=True)
        ):
            if won == floor:
                lower = list(result.amounts)
                lower[centre] -= unit
                assert "floor" in rules_broken(found, **{name: lower})
            if won == cap and result.question.weights[centre]:
                higher = list(result.amounts)
                higher[centre] += unit
                assert "cap" in rules_broken(found, **{name: higher})
        if result.placed == result.amount:
            above = list(result.amounts)
            above[0] += unit
            assert "sum" in rules_broken(found, **{name: above})
        odd = list(result.amounts)
        odd[-1] += 1
        assert rules_broken(found, **{name: odd}) & (
            {"unit"} if unit > 1 else {"sum", "cap", "floor", "exchange"}
        )


# --- splits ------------------------------------------------------------------------------------


@given(seeds)
@MANY
def test_leximin_is_the_same_from_the_guess_and_from_nothing(seed: int) -> None:
    question = random_split(seed)
    guessed = leximin(question)
    assert guessed.amounts == leximin(question, start=False).amounts
    assert exchanges(question, guessed.amounts) == []


@given(seeds, st.integers(1, 10**6))
@MANY
def test_a_larger_amount_lowers_nobody(seed: int, more: int) -> None:
    question = random_split(seed)
    before = leximin(question).amounts
    after = leximin(replace(question, amount=question.amount + more * question.unit)).amounts
    assert all(own <= other for own, other in zip(before, after, strict=True))


@given(seeds)
@MANY
def test_equal_centres_get_equal_money_and_ids_are_nothing(seed: int) -> None:
    question = random_split(seed)
    found = leximin(question)
    turned = replace(
        question, ids=tuple(f"x{place}" for place in reversed(range(len(question.ids))))
    )
    assert leximin(turned).amounts == found.amounts
    alike: dict[object, Fraction] = {}
    for centre, won in enumerate(found.amounts):
        key = (
            question.weights[centre],
            question.floors[centre],
            question.caps[centre],
            question.homes[centre],
        )
        assert alike.setdefault(key, won) == won


@given(seeds, st.integers(2, 10**6))
@FEW
def test_a_split_in_other_money_is_the_same_split(seed: int, factor: int) -> None:
    question = random_split(seed, largest=1_000)
    scaled = replace(
        question,
        floors=tuple(floor * factor for floor in question.floors),
        caps=tuple(None if cap is None else cap * factor for cap in question.caps),
        groups=tuple(
            replace(
                group,
                least=group.least * factor,
                most=None if group.most is None else group.most * factor,
            )
            for group in question.groups
        ),
        amount=question.amount * factor,
    )
    assert leximin(scaled).amounts == tuple(won * factor for won in leximin(question).amounts)


# --- the envelope ------------------------------------------------------------------------------


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any),
    st.lists(st.integers(0, 400), min_size=6, max_size=6),
    st.integers(0, 2_000),
)
@MANY
def test_a_larger_envelope_lowers_nobodys_exact_amount(
    staff: list[int], prior: list[int], more: int
) -> None:
    rules = (
        '[[pool.floor]]\nname = "hold-harmless"\nprior = { column = "prior", rate = 0.9 }\n'
        '[[pool.cap]]\nname = "growth"\nprior = { column = "prior", rate = 1.2 }\n'
    )
    centres = table(staff=staff, prior=prior[: len(staff)])
    amounts = []
    for envelope in (2_400, 2_400 + more):
        found = budget.allocate(centres, policy(rules, envelope=envelope, unit=1))
        amounts.append(found.pools[0].exact.amounts)
    assert all(own <= other for own, other in zip(*amounts, strict=True))
