"""A Dask cluster takes over by configuration, and finds the same."""

from decimal import Decimal

from distributed import LocalCluster

import budget.files
from budget.allocation.centre_checking import checked_centres
from budget.allocation.curve import curve, steps_between
from budget.allocation.disturbance import Disturbance
from budget.allocation.point import Given
from budget.allocation.study import found_here
from budget.allocation.uncertainty import uncertainty
from budget.work.crew import DASK_SCHEDULER, crew_of
from budget.work.desk import Desk
from budget.work.job import State

HARMLESS = "pool.operating.floor.hold-harmless.prior.rate"


def test_a_local_cluster_finds_what_this_process_finds() -> None:
    policy = budget.files.read_policy("data/policy.toml")
    centres = checked_centres(budget.files.read_centres("data/centres.csv"), policy)
    given = Given(centres, policy, ())
    noise = Disturbance(Decimal("0.03"), Decimal("0.05"), Decimal("0.02"), draws=24)
    steps = steps_between(policy, HARMLESS, Decimal("0.93"), Decimal("0.96"), 4)
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster:
        desk = Desk(crew_of({DASK_SCHEDULER: cluster.scheduler_address}))
        try:
            draws = desk.ask("draws", lambda: uncertainty(given, noise, batch=4), "planner")
            walk = desk.ask("walk", lambda: curve(given, steps), "planner")
            assert draws.wait(60)
            assert walk.wait(60)
        finally:
            desk.close()
    assert (draws.state, walk.state) == (State.DONE, State.DONE), (draws.error, walk.error)
    assert draws.found == found_here(uncertainty(given, noise, batch=24))
    assert walk.found == found_here(curve(given, steps))
