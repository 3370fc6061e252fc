"""The envelope and its parts, as everybody but the administrator may know them.

Source: workflow, who may see what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from budget.allocation.bounds import amount_in_won
from budget.allocation.policy import Policy as AllocationPolicy
from budget.allocation.policy_reading import policy_from_toml
from budget.files.tables import table_from
from budget.storage.store import Store
from budget.storage.tables import DataSet, Policy, Run
from budget.workflow import saved_scenarios
from budget.workflow.deeds import Act, looking
from budget.workflow.roles import Subject, Verb
from budget.workflow.rounds import published_run


@dataclass(frozen=True)
class NationalParts:
    """The envelope and its parts, in won, as everybody but the administrator may know them.

    Attributes:
        pools: name and amount of each.
        special_needs: their ceiling before publication, what is funded after.
        own: after publication, centre id -> part -> won, for the centres that the person heads.
        last_year: centre id -> operating money of last year, won; None for a new centre.
        main: the pool that last year's money is compared with.
    """

    envelope: int
    centres: int
    pools: tuple[tuple[str, int], ...]
    special_needs: int
    reserve: int
    is_published: bool
    own: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    last_year: Mapping[str, int | None] = field(default_factory=dict)
    main: str = ""


def national_parts(store: Store, who: str) -> NationalParts:
    """National totals: as the rules set them, so that no decision shows before its time; once the
    round is published, as published.

    Raises:
        Forbidden: for an administrator without another role.
    """
    with looking(store, who, Verb.SEE_TOTALS) as act:
        act.allow(Subject("round", ""))
        round_ = act.round()
        run = published_run(act.session, round_)
        if run is not None:
            policy = policy_from_toml(
                act.session.get_one(Policy, run.policy_id).content, "policy.toml"
            )
            table = table_from(run.allocation_csv, "allocation.csv")
            placed = {
                name: sum(map(int, table[f"{name}_krw"]))
                for name in (*(pool.name for pool in policy.pool), "special_needs", "total")
            }
            return NationalParts(
                envelope=policy.envelope,
                centres=len(table),
                pools=tuple((pool.name, placed[pool.name]) for pool in policy.pool),
                special_needs=placed["special_needs"],
                reserve=policy.envelope - placed["total"],
                is_published=True,
                own={
                    row["centre_id"]: {name: int(row[f"{name}_krw"]) for name in placed}
                    for row in table.to_dict("records")
                    if row["centre_id"] in act.person.centres
                },
                last_year=_last_year(act, run),
                main=policy.remainder_pool.name,
            )
        data_set = act.session.get_one(DataSet, round_.data_set_id)
        rows = len(table_from(data_set.content, "centres.csv"))
        return _planned(saved_scenarios.baseline(act.session, round_).policy, rows)


def _last_year(act: Act, run: Run) -> dict[str, int | None]:
    """Operating money of last year of the person's own centres, as the frozen data have it."""
    content = act.session.get_one(DataSet, run.data_set_id).content
    return {
        row["centre_id"]: int(row["prior_operating_krw"]) if row["prior_operating_krw"] else None
        for row in table_from(content, "centres.csv").to_dict("records")
        if row["centre_id"] in act.person.centres
    }


def _planned(policy: AllocationPolicy, centres: int) -> NationalParts:
    envelope, unit = policy.envelope, policy.unit
    reserve = amount_in_won(policy.reserve.amount, envelope, unit) if policy.reserve else 0
    ceiling = (
        amount_in_won(policy.special_needs.ceiling, envelope, unit) if policy.special_needs else 0
    )
    pools = {
        pool.name: 0 if isinstance(pool.amount, str) else amount_in_won(pool.amount, envelope, unit)
        for pool in policy.pool
    }
    pools[policy.remainder_pool.name] = envelope - reserve - ceiling - sum(pools.values())
    return NationalParts(
        envelope, centres, tuple(pools.items()), ceiling, reserve, is_published=False
    )
