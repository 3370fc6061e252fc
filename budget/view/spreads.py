"""What uncertain data leave sure: who gains in nearly all draws, in sentences and tables."""

from collections.abc import Mapping, Sequence

import pandas as pd

from budget.allocation.faults import N_
from budget.allocation.uncertainty import Spread, Uncertainty
from budget.view.numbers import Numbers
from budget.view.places import Places

VERDICTS: Mapping[str, str] = {
    "gains": N_("gains"),
    "loses": N_("loses"),
    "open": N_("open"),
    "new": N_("new"),
}


def spreads_of(found: Uncertainty, against: str) -> tuple[Spread, ...]:
    """The comparison that is asked for: "last_year" or "baseline"."""
    return found.since_last_year if against == "last_year" else found.since_baseline


def uncertainty_title(spreads: Sequence[Spread], draws: int, numbers: Numbers) -> str:
    """How many centres gain, lose, or stay open whatever the data do."""
    _ = numbers.words
    count = dict.fromkeys(VERDICTS, 0)
    for spread in spreads:
        count[spread.verdict] += 1
    if not draws:
        return _("No draw has an allocation")
    return _(
        "Centres by 95 % of {draws} draws: {gains} gaining, {loses} losing, {open} open",
        draws=numbers.number(draws),
        gains=count["gains"],
        loses=count["loses"],
        open=count["open"],
    )


def uncertainty_basis(found: Uncertainty, numbers: Numbers) -> str:
    """How the draws were made, how many failed, how many were proven."""
    _ = numbers.words
    noise = found.disturbance
    text = _(
        "Headcount ± {headcount}, caseload ± {caseload}, scores ± {score}, every value in between "
        "equally likely; seed {seed}. The checker was asked about every 20th draw and proved "
        "{certified} of them.",
        headcount=numbers.percent(noise.headcount),
        caseload=numbers.percent(noise.caseload),
        score=numbers.percent(noise.score),
        seed=noise.seed,
        certified=numbers.number(found.certified),
    )
    if found.infeasible:
        text += " " + _(
            "{count} draws have no allocation: with their data the rules contradict each other.",
            count=numbers.number(found.infeasible),
        )
    if found.refuted:
        text += " " + _("{count} draws failed the check.", count=numbers.number(found.refuted))
    return text


def spread_table(spreads: Sequence[Spread], places: Places, numbers: Numbers) -> pd.DataFrame:
    """Every centre: what it had, what it gets, 5th to 95th percentile, and its verdict.

    Returns:
        Columns centre_id, centre, province, before, now, low, middle, high (the reader's unit),
        gains (per cent of the draws), verdict; the surest gain first.
    """
    _, unit = numbers.words, numbers.unit.won
    order = {verdict: place for place, verdict in enumerate(("gains", "open", "loses", "new"))}
    ranked = sorted(
        zip(spreads, places.centres.ids, places.names, places.groups("province"), strict=True),
        key=lambda row: (order[row[0].verdict], -(row[0].gains or 0.0), row[1]),
    )
    return pd.DataFrame(
        {
            "centre_id": identifier,
            "centre": name,
            "province": province,
            "before": None if spread.before is None else spread.before / unit,
            "now": spread.undisturbed / unit,
            "low": spread.low / unit,
            "middle": spread.middle / unit,
            "high": spread.high / unit,
            "gains": None if spread.gains is None else spread.gains * 100,
            "verdict": _(VERDICTS[spread.verdict]),
        }
        for spread, identifier, name, province in ranked
    )


def spread_records(spreads: Sequence[Spread], places: Places) -> pd.DataFrame:
    """One row a centre, in won, for a file."""
    return pd.DataFrame(
        {
            "centre_id": identifier,
            "name": name,
            "before_krw": spread.before,
            "undisturbed_krw": spread.undisturbed,
            "p5_krw": spread.low,
            "p50_krw": spread.middle,
            "p95_krw": spread.high,
            "gains_share": spread.gains,
            "loses_share": spread.loses,
            "verdict": spread.verdict,
        }
        for spread, identifier, name in zip(spreads, places.centres.ids, places.names, strict=True)
    ).astype({"before_krw": "Int64"})
