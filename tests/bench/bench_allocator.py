"""The required times as tests; only run when asked for:

pytest tests/bench/bench_allocator.py -m bench
"""

import pytest

from tests.bench.allocator import lines, measured

pytestmark = pytest.mark.bench


def test_required_times_are_met() -> None:
    missed = [line for line in lines(measured(quick=True)) if line.met is False]
    assert not missed, missed
