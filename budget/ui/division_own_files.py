"""Beside a centre's plan: the file of it, and the plan of before a supplementary publication."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from budget.storage.store import Store
from budget.ui import keys, session
from budget.ui.division_words import names_of
from budget.ui.downloads import Contents, Picture, Sheet, round_provenance
from budget.ui.plan_typing import PlanOnScreen
from budget.ui.text import plain
from budget.view import trail
from budget.view.division_tables import PlanLine, own_plan_sheet
from budget.view.exports import Table
from budget.view.numbers import NOTHING, Numbers
from budget.view.words import Words
from budget.workflow import divisions
from budget.workflow.division_proposal import OwnDivision
from budget.workflow.divisions import STATES, EarlierPlan, OwnPlanning, Plan
from budget.workflow.rounds import RoundFacts


def contents(
    found: OwnPlanning, rows: Sequence[OwnDivision], round_: RoundFacts, picture: Picture
) -> Contents:
    """The own plan beside the proposal and its bands, as it is saved at the click.

    Args:
        picture: the plan as it stands on the screen.
    """
    _ = session.words()
    rules = found.rules
    look = partial(divisions.own, session.store(), session.who(), found.centre_id)
    return Contents(
        name="divisions",
        scenario=found.centre_id,
        provenance=replace(
            round_provenance(round_, _),
            scenario=" · ".join(
                (
                    _.of(found.name_ko, found.name_en),
                    _("published allocation"),
                    _(
                        "rules for divisions, version {number}",
                        number=rules.number if rules else 0,
                    ),
                    _state(found.plan, _),
                )
            ),
        ),
        check=look,
        sheets=[
            Sheet(
                "plan",
                _("Plan of divisions"),
                partial(_sheet, session.store(), session.who(), found.centre_id, rows, _),
            )
        ],
        pictures=[picture],
        hashes=lambda: {
            "allocation.csv": found.run_sha256,
            **({divisions.CONTENT: rules.sha256} if rules else {}),
        },
    )


def _sheet(store: Store, who: str, centre_id: str, rows: Sequence[OwnDivision], _: Words) -> Table:
    plan = divisions.own(store, who, centre_id).plan
    amounts = _saved(plan)
    lines = [
        PlanLine(
            name=_.of(row.name_ko, row.name_en),
            target=row.target,
            proposal=row.proposal,
            plan=amounts.get(row.id, 0) if plan else row.proposal,
            floor=row.floor,
            most=row.most,
        )
        for row in rows
    ]
    return own_plan_sheet(lines, _state(plan, _), _)


def _state(plan: Plan | None, _: Words) -> str:
    return _(STATES[plan.state]) if plan else _("not begun: the proposal is shown")


def _saved(plan: Plan | None) -> dict[str, int]:
    """What counts, once it is submitted; before that what was saved as it was typed."""
    if plan is None:
        return {}
    return dict(plan.amounts if plan.is_submitted else plan.draft)


def earlier(found: OwnPlanning, known: PlanOnScreen, numbers: Numbers) -> None:
    """What the centre had submitted before the supplementary publication, beside what stands."""
    before, _ = found.earlier, numbers.words
    if before is None:
        return
    name = _.of(before.round_ko, before.round_en)
    with st.expander(plain(_("Earlier plan: {round}", round=name)), icon=":material/history:"):
        st.markdown(plain(_told(before, found.operating or 0, numbers)))
        st.caption(plain(_("money in {unit}", unit=numbers.unit_name)))
        names = names_of(before.rules, _)
        if found.rules is not None:
            names |= names_of(found.rules.rules, _)
        st.dataframe(
            pd.DataFrame(
                {
                    "name": shown,
                    "earlier": _money(before.amounts.get(division), numbers),
                    "now": _money(known.amounts.get(division), numbers),
                    "change": numbers.change(
                        known.amounts.get(division, 0) - before.amounts.get(division, 0)
                    ),
                }
                for division, shown in names.items()
            ),
            column_config={
                "name": st.column_config.TextColumn(_("Division"), width=116, pinned=True),
                "earlier": st.column_config.TextColumn(_("Earlier plan"), alignment="right"),
                "now": st.column_config.TextColumn(_("Now"), alignment="right"),
                "change": st.column_config.TextColumn(_("Difference"), alignment="right"),
            },
            hide_index=True,
            height="content",
            key=keys.own_plan_table(found.centre_id, "earlier"),
            alt=_("The plan of before the supplementary publication beside the present one"),
        )


def _money(won: int | None, numbers: Numbers) -> str:
    return NOTHING if won is None else numbers.money(won)


def _told(before: EarlierPlan, now: int, numbers: Numbers) -> str:
    _ = numbers.words
    return _(
        "Submitted on {day} for {before} of operating money. The supplementary publication gives "
        "{now} ({change}), so the plan is made anew; the earlier one no longer counts.",
        day=trail.moment(before.submitted_at)[:10],
        before=numbers.money_with_unit(before.operating),
        now=numbers.money_with_unit(now),
        change=numbers.change_with_unit(now - before.operating),
    )
