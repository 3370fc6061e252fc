"""The required ratios of a thousand draws as a test; only run when asked for:

pytest tests/bench/bench_studies.py -m bench
"""

import pytest

from tests.bench.studies import LEAST_SPEED_UP, MOST_OVERHEAD, measured

pytestmark = pytest.mark.bench


def test_two_workers_halve_the_time_of_a_thousand_draws() -> None:
    found = measured(draws=1_000, turns=2)
    assert found.speed_up >= LEAST_SPEED_UP
    assert found.overhead <= MOST_OVERHEAD
