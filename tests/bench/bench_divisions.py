"""The required times as tests; only run when asked for:

pytest tests/bench/bench_divisions.py -m bench
"""

import pytest

from tests.bench import divisions

pytestmark = pytest.mark.bench


def test_the_sample_against_the_bare_first_level() -> None:
    own, bare = divisions.sample_ratio()
    assert own <= divisions.MOST_SECONDS
    assert own / bare <= divisions.MOST_RATIO


def test_hard_countries_stay_under_the_limit() -> None:
    assert divisions.hard_times(10).max() <= divisions.MOST_SECONDS
