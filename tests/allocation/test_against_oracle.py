"""The whole run against an independent program of the same specification.

`tests/oracle.py` was written from the specification alone, by other hands, with exact fractions
and without a linear program.
"""

import pytest

import budget
from budget.allocation.policy_reading import policy_from_toml
from tests.oracle import solve
from tests.random_rounds import random_round, to_frames

SEEDS = 200
BATCH = 20


@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_same_verdict_same_bounds_same_money(first: int) -> None:
    verdicts = {"ok": 0, "infeasible": 0, "bad input": 0}
    for seed in range(first, first + BATCH):
        verdicts[compare(seed)] += 1
    assert verdicts["ok"] >= BATCH / 4, "the generator no longer makes feasible rounds"


def compare(seed: int) -> str:
    """Run one random round through both; returns the verdict they agree on."""
    centres, policy, text, requests = random_round(seed)
    expected = solve(centres, policy, requests)
    try:
        found = budget.allocate(to_frames(centres), policy_from_toml(text), to_frames(requests))
    except budget.InputError as error:
        assert expected.verdict == "bad input", (seed, expected.verdict, str(error))
        return "bad input"
    except budget.InfeasiblePolicy as error:
        assert expected.verdict == "infeasible", (seed, expected.verdict, str(error))
        assert error.conflict.shortfall_krw > 0
        assert error.conflict.rules
        return "infeasible"
    assert expected.verdict == "ok", (seed, expected.verdict, expected.reason)
    assert found.certified, (seed, [str(breach) for breach in found.certificate.breaches])
    assert found.reserve == expected.reserve_krw, seed
    assert found.unplaced == expected.unplaced_krw, seed
    assert {k: v for k, v in found.funded.items() if v} == {
        k: v for k, v in expected.funded.items() if v
    }, seed
    assert sum(found.totals) + found.reserve == found.policy.envelope
    for result in found.pools:
        other = expected.pools[result.rule.name]
        assert result.amount == other.amount, seed
        for place, centre in enumerate(found.centres.ids):
            where = (seed, result.rule.name, centre)
            assert result.bounds.floors[place] == other.floor[centre], where
            assert result.bounds.caps[place] == other.cap[centre], where
            gap = abs(result.exact.amounts[place] - other.exact[centre])
            assert gap < found.policy.unit, (*where, float(gap))
            assert abs(result.amounts[place] - other.exact[centre]) < 2 * found.policy.unit, where
        # where floor and cap leave no room at all, which of the two "binds" is a matter of taste
        free = {
            centre: place
            for place, centre in enumerate(found.centres.ids)
            if result.question.floors[place] != result.question.caps[place]
            or not result.question.weights[place]
        }
        at_floor = {c: result.bounds.floor_terms[p] for c, p in free.items() if result.at_floor[p]}
        expected_floor = {c: term for c, term in other.floor_binding.items() if c in free}
        assert at_floor == expected_floor, (seed, result.rule.name)
        at_cap = {c for c, p in free.items() if result.at_cap[p]}
        assert at_cap == {c for c in other.cap_binding if c in free}, (seed, result.rule.name)
        assert set(result.binding_bands) == other.band_binding, (seed, result.rule.name)
    return "ok"
