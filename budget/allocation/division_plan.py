"""A centre's own plan for its divisions, checked against the ministry's bands.

The centre head moves money between divisions; the plan must place all of it, in whole units,
inside the bands. National ceilings are the ministry's affair: they hold for all plans together.

Source: allocation model, section 11.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from budget.allocation.faults import N_, Fault

PLAN = "plan"
"""What faults call a plan."""


@dataclass(frozen=True, slots=True)
class PlanCheck:
    """What is wrong with a plan, and what is left to place.

    Attributes:
        faults: everything that is wrong; `where` is the division's id, or "" for the whole.
        left_krw: operating money not placed yet; negative if the plan places too much.
        room: one row a division: `planned_krw`, `floor_krw`, `cap_krw`, `down_krw` (planned −
            floor), `up_krw` (cap − planned); negative room is by how much a band is broken.
    """

    faults: tuple[Fault, ...]
    left_krw: int
    room: pd.DataFrame

    @property
    def complete(self) -> bool:
        """Whether the plan can be submitted."""
        return not self.faults


def plan_check(
    plan: Mapping[str, int],
    floors: "pd.Series[int]",
    caps: "pd.Series[int]",
    operating: int,
    unit: int,
) -> PlanCheck:
    """Check a centre's own plan.

    Args:
        plan: division id -> won; divisions that are not there count as 0.
        floors, caps: the centre's rows of `CrossTable.floors` and `CrossTable.caps`.
        operating: what the plan must sum to, in won.
        unit: amounts must be multiples of it.
    """
    faults = list(plan_faults(plan, floors, caps, operating, unit))
    planned = pd.Series({division: int(plan.get(division, 0)) for division in floors.index})
    room = pd.DataFrame(
        {
            "planned_krw": planned,
            "floor_krw": floors,
            "cap_krw": caps,
            "down_krw": planned - floors,
            "up_krw": caps - planned,
        }
    ).rename_axis("division")
    return PlanCheck(tuple(faults), operating - sum(plan.values()), room)


def plan_faults(
    plan: Mapping[str, int],
    floors: "pd.Series[int]",
    caps: "pd.Series[int]",
    operating: int,
    unit: int,
) -> Iterator[Fault]:
    """Everything that is wrong with a centre's own plan (arguments as in `plan_check`)."""
    for division in plan:
        if division not in floors.index:
            yield Fault(
                PLAN,
                division,
                f"{plan[division]:,}",
                N_("the id of a division: {divisions}"),
                details={"divisions": ", ".join(map(str, floors.index))},
            )
    for key, floor, cap in zip(floors.index, floors, caps, strict=True):
        division = str(key)
        won = plan.get(division, 0)
        details = {"least": f"{int(floor):,}", "most": f"{cap:,}", "unit": f"{unit:,}"}
        shown = f"{won:,}"
        if won % unit:
            yield Fault(
                PLAN, division, shown, N_("a multiple of the unit, {unit} won"), None, details
            )
        if cap == 0 and won:
            yield Fault(
                PLAN,
                division,
                shown,
                N_("0: the centre has no staff in this division"),
                None,
                details,
            )
        elif not floor <= won <= cap:
            yield Fault(
                PLAN,
                division,
                shown,
                N_("an amount inside the Ministry's band, from {least} to {most} won"),
                None,
                details,
            )
    left = operating - sum(plan.values())
    if left:
        details = {"operating": f"{operating:,}", "left": f"{abs(left):,}"}
        yield Fault(
            PLAN,
            "",
            f"{sum(plan.values()):,}",
            N_("all operating money, {operating} won; {left} won are left to place")
            if left > 0
            else N_("no more than all operating money, {operating} won; {left} won too much"),
            None,
            details,
        )
