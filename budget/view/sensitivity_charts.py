"""Charts of what rules cost, of the frontier, and of what uncertain data leave sure."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import altair as alt
import pandas as pd

from budget.allocation.explanation import RulePrice
from budget.allocation.frontier import Frontier
from budget.allocation.parameters import Parameter
from budget.allocation.point import Point
from budget.allocation.policy import Policy
from budget.allocation.uncertainty import Spread
from budget.view.charts import LABEL_HEIGHT, Figure
from budget.view.colours import Colours
from budget.view.drawing import SIDES, change_axis, finished, free_side
from budget.view.frontiers import frontier_title, setting_text
from budget.view.numbers import Numbers
from budget.view.places import Places, gini_text, rule_title
from budget.view.rule_prices import prices_title
from budget.view.spreads import VERDICTS, uncertainty_title

RULE_ROW, BELOW = 48, 11
"""Pixels a rule has; its bar stands so far below the middle of them, its name so far above: names
at the side would leave a phone no room for bars."""
ROOM = 2.6
"""So many times the longest bar is there on each side, for the figures."""
FRONTIER_HEIGHT = 320
SPREAD_HEIGHT, SPREAD_PLOT = 280, 180
"""Pixels of the chart of uncertain data, and of the stretch in it that its bars take."""
OUTLIERS = 3
"""So many centres are named at either end of the ranking."""


# --- the price of every rule ---------------------------------------------------------------------


def price_bars(prices: Sequence[RulePrice], numbers: Numbers, colours: Colours) -> Figure:
    """What each rule gives to some (right) and takes from others (left)."""
    _, unit = numbers.words, numbers.unit.won
    known = sorted(
        (price for price in prices if price.gained or price.paid),
        key=lambda price: -max(price.gained or 0, price.paid or 0),
    )
    most = max((max(p.gained or 0, p.paid or 0) for p in known), default=1) / unit
    rows = pd.DataFrame(
        [
            (
                rule_title(price.path, _),
                place,
                (price.gained or 0) / unit,
                -(price.paid or 0) / unit,
                _(
                    "{amount} (centres: {count})",
                    amount=numbers.change(price.gained),
                    count=price.gainers,
                ),
                _(
                    "{amount} (centres: {count})",
                    amount=numbers.change(-(price.paid or 0)),
                    count=price.payers,
                ),
                f"{numbers.change(price.gained)} ({numbers.number(price.gainers)})",
                f"{numbers.change(-(price.paid or 0))} ({numbers.number(price.payers)})",
                -ROOM * most,
                ROOM * most,
            )
            for place, price in enumerate(known)
        ],
        columns=[
            *("rule", "place", "gained", "paid", "gain", "cost"),
            *("gain_label", "cost_label", "left", "right"),
        ],
    )
    told = ", ".join(f"{row.rule}: {row.gain}, {row.cost}" for row in rows.itertuples())
    return Figure(
        _price_bars(numbers, colours, max(len(known), 1)),
        {"rules": rows},
        f"{prices_title(prices, numbers)}. {told}",
    )


@functools.cache
def _price_bars(numbers: Numbers, colours: Colours, count: int) -> Mapping[str, Any]:
    _ = numbers.words
    base = alt.Chart(alt.NamedData("rules")).encode(
        y=alt.Y("place:O", axis=None, title=None),
        tooltip=[
            alt.Tooltip("rule:N", title=_("Rule")),
            alt.Tooltip("gain:N", title=_("Gained ({unit})", unit=numbers.unit_name)),
            alt.Tooltip("cost:N", title=_("Paid ({unit})", unit=numbers.unit_name)),
        ],
    )
    no_axis: dict[str, Any] = {"axis": None, "scale": alt.Scale(nice=False)}
    room = base.mark_rule(opacity=0).encode(x=alt.X("left:Q", **no_axis), x2="right:Q")
    layers = [room]
    sides: tuple[tuple[str, str, str, str, Literal["left", "right"], int], ...] = (
        ("gained", "gain_label", colours.more, colours.more_text, "left", 6),
        ("paid", "cost_label", colours.less, colours.less_text, "right", -6),
    )
    for field, label, colour, ink, align, offset in sides:
        layers.append(
            base.mark_bar(height=14, yOffset=BELOW, color=colour).encode(
                x=alt.X(f"{field}:Q", axis=None)
            )
        )
        layers.append(
            base.mark_text(align=align, dx=offset, dy=BELOW, fontSize=12.5, color=ink).encode(
                x=alt.X(f"{field}:Q", axis=None), text=f"{label}:N"
            )
        )
    names = base.mark_text(dy=-BELOW, fontSize=13, color=colours.text).encode(
        x=alt.XDatum(0, axis=None), text="rule:N"
    )
    zero = base.mark_tick(
        aria=False, color=colours.muted, size=24, thickness=1, yOffset=BELOW
    ).encode(x=alt.XDatum(0, axis=None))
    return finished(alt.layer(zero, *layers, names), RULE_ROW * count)


# --- the frontier --------------------------------------------------------------------------------


def frontier_scatter(
    found: Frontier,
    moved: Sequence[Parameter],
    policy: Policy,
    numbers: Numbers,
    colours: Colours,
) -> Figure:
    """Every setting by the two measures; those that none beats are joined by a line."""
    best = {id(point) for point in found.undominated}
    rows = [
        _setting(point, setting_text(point, moved, policy, numbers), numbers)
        | {"kind": "best" if id(point) in best else "beaten"}
        for point in found.measured
    ]
    ends = [found.undominated[0], found.undominated[-1]] if len(found.undominated) > 1 else []
    labels = [_setting(p, setting_text(p, moved, policy, numbers), numbers) for p in ends]
    _ = numbers.words
    present = [_setting(found.present, _("present rules"), numbers)] if found.present.totals else []
    columns = ["share", "gini", "setting", "share_text", "gini_text", "kind"]
    taken = [(row["share"], row["gini"]) for row in [*rows, *present]]
    return Figure(
        _frontier_scatter(numbers, colours),
        {
            "settings": pd.DataFrame(rows, columns=columns),
            "present": pd.DataFrame(present, columns=columns[:-1]).assign(
                side=free_side(taken) if present else ""
            ),
            "ends": pd.DataFrame(labels, columns=columns[:-1]),
        },
        f"{frontier_title(found, numbers)}.",
    )


def _setting(point: Point, name: str, numbers: Numbers) -> dict[str, Any]:
    return {
        "share": (point.results_share or 0.0) * 100,
        "gini": point.gini,
        "setting": name,
        "share_text": numbers.percent(point.results_share, 2),
        "gini_text": gini_text(point.gini, numbers),
    }


@functools.cache
def _frontier_scatter(numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    axis: dict[str, Any] = {
        "domain": False,
        "ticks": False,
        "gridColor": colours.line,
        "gridOpacity": 0.6,
        "labelColor": colours.muted,
        "titleColor": colours.text,
        "titleFontWeight": "normal",
    }
    x = alt.X(
        "share:Q",
        title=_("Money that follows results (% of the centres' money; further right: more)"),
        scale=alt.Scale(zero=False, padding=24),
        axis=alt.Axis(tickCount=8, **axis),
    )
    y = alt.Y(
        "gini:Q",
        title=_("Gini per head (lower: more even)"),
        scale=alt.Scale(zero=False, padding=16),
        axis=alt.Axis(tickCount=6, format=".3f", **axis),
    )
    tooltip = [
        alt.Tooltip("setting:N", title=_("Setting")),
        alt.Tooltip("share_text:N", title=_("Money that follows results")),
        alt.Tooltip("gini_text:N", title=_("Gini")),
    ]
    settings = alt.Chart(alt.NamedData("settings"))
    beaten = (
        settings.transform_filter("datum.kind == 'beaten'")
        .mark_point(color=colours.muted, size=34, opacity=0.7)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    best = settings.transform_filter("datum.kind == 'best'")
    line = best.mark_line(color=colours.more, strokeWidth=1.6).encode(
        x=x, y=y, order=alt.Order("share:Q")
    )
    dots = best.mark_point(filled=True, color=colours.more, size=70, opacity=1).encode(
        x=x, y=y, tooltip=tooltip
    )
    ends = (
        alt.Chart(alt.NamedData("ends"))
        .mark_text(color=colours.more_text, dy=-12, fontSize=12, fontWeight=600)
        .encode(x=x, y=y, text="setting:N")
    )
    present = alt.Chart(alt.NamedData("present")).encode(x=x, y=y, tooltip=tooltip)
    diamond = present.mark_point(
        shape="diamond", filled=True, color=colours.less, size=150, opacity=1
    )
    names = [
        present.transform_filter(f"datum.side == '{side}'")
        .mark_text(
            color=colours.less_text, align=align, dx=across, dy=down, fontSize=12.5, fontWeight=600
        )
        .encode(text="setting:N")
        for side, (across, down, align) in SIDES.items()
    ]
    return finished(alt.layer(beaten, line, dots, ends, diamond, *names), FRONTIER_HEIGHT)


# --- uncertainty ---------------------------------------------------------------------------------


def spread_intervals(
    spreads: Sequence[Spread], places: Places, draws: int, numbers: Numbers, colours: Colours
) -> Figure:
    """Every centre's change, 5th to 95th percentile, ranked by the middle; in per cent."""
    _ = numbers.words
    found = []
    for spread, name in zip(spreads, places.names, strict=True):
        if spread.before:
            low, middle, high = (
                won / spread.before - 1 for won in (spread.low, spread.middle, spread.high)
            )
            found.append((middle, low, high, name, spread))
    found.sort(key=lambda row: (-row[0], row[3]))
    rows = pd.DataFrame(
        [
            (
                rank,
                low * 100,
                middle * 100,
                high * 100,
                spread.verdict,
                name,
                _(VERDICTS[spread.verdict]),
                f"{numbers.percent_change(low)} … {numbers.percent_change(high)}",
                numbers.percent(spread.gains),
            )
            for rank, (middle, low, high, name, spread) in enumerate(found, start=1)
        ],
        columns=["rank", "low", "middle", "high", "kind", "centre", "verdict", "range", "gains"],
    )
    return Figure(
        _spread_intervals(numbers, colours),
        {"centres": rows, "sides": _sides(rows, numbers), "labels": _outliers(rows, numbers)},
        f"{uncertainty_title(spreads, draws, numbers)}.",
    )


def _outliers(rows: pd.DataFrame, numbers: Numbers) -> pd.DataFrame:
    """The greatest gains and losses by name, apart, and beyond the bars of all others."""
    found: list[tuple[str, int, float, int, float, str]] = []
    distance = (rows["high"].max() - rows["low"].min()) * LABEL_HEIGHT / SPREAD_PLOT
    for side, sign, edge, own in (("more", 1, "high", rows), ("less", -1, "low", rows[::-1])):
        named = own[sign * own["middle"] > 0].head(OUTLIERS)
        reach = (sign * own[edge].drop(named.index)).max() if len(own) > len(named) else 0.0
        column = OUTLIERS + 6 if sign > 0 else len(rows) - OUTLIERS - 5
        found += [
            (
                side,
                rank,
                middle,
                min(max(column, 1), len(rows)),
                sign * max(sign * middle, reach + (0.8 + below) * distance),
                f"{centre} {numbers.percent_change(middle / 100)}",
            )
            for rank, middle, centre, below in zip(
                named["rank"],
                named["middle"],
                named["centre"],
                reversed(range(len(named))),
                strict=True,
            )
        ]
    return pd.DataFrame(
        found, columns=["side", "rank", "middle", "label_rank", "label_place", "label"]
    )


def _sides(rows: pd.DataFrame, numbers: Numbers) -> pd.DataFrame:
    """How many of each verdict, where they stand."""
    _ = numbers.words
    names = {
        "gains": _("{count} gain", count=int((rows["kind"] == "gains").sum())),
        "open": _("{count} open", count=int((rows["kind"] == "open").sum())),
        "loses": _("{count} lose", count=int((rows["kind"] == "loses").sum())),
    }
    return pd.DataFrame(
        [
            (kind, own["rank"].iloc[len(own) // 2], name)
            for kind, name in names.items()
            for own in (rows[rows["kind"] == kind],)
            if len(own)
        ],
        columns=["kind", "rank", "name"],
    )


@functools.cache
def _spread_intervals(numbers: Numbers, colours: Colours) -> Mapping[str, Any]:
    _ = numbers.words
    rank = alt.X("rank:O", axis=None, scale=alt.Scale(paddingInner=0.1, paddingOuter=0))
    centres = alt.Chart(alt.NamedData("centres")).encode(
        x=rank,
        tooltip=[
            alt.Tooltip("centre:N", title=_("Centre")),
            alt.Tooltip("range:N", title=_("5th to 95th percentile")),
            alt.Tooltip("gains:N", title=_("Gains in (% of the draws)")),
            alt.Tooltip("verdict:N", title=_("Verdict")),
        ],
    )
    y = alt.Y(
        "low:Q",
        title=_("Change (%)"),
        scale=alt.Scale(nice=False, padding=22),
        axis=change_axis(
            numbers, colours, tickCount=6, titleColor=colours.text, titleFontWeight="normal"
        ),
    )
    layers = []
    for kind, colour in (
        ("gains", colours.more),
        ("open", colours.muted),
        ("loses", colours.less),
    ):
        own = centres.transform_filter(f"datum.kind == '{kind}'")
        layers.append(own.mark_bar(color=colour, opacity=0.5).encode(y=y, y2="high:Q"))
        layers.append(
            own.mark_tick(color=colour, thickness=2.5, bandSize=7).encode(y=alt.Y("middle:Q"))
        )
    sides = alt.Chart(alt.NamedData("sides"))
    for kind, ink in (
        ("gains", colours.more_text),
        ("open", colours.text),
        ("loses", colours.less_text),
    ):
        layers.append(
            sides.transform_filter(f"datum.kind == '{kind}'")
            .mark_text(color=ink, fontSize=13, fontWeight=700, baseline="top")
            .encode(x=rank, y=alt.value(2), text="name:N")
        )
    zero = (
        alt.Chart(alt.NamedData("centres"))
        .mark_rule(aria=False, color=colours.text)
        .encode(y=alt.datum(0))
    )
    labels = alt.Chart(alt.NamedData("labels"))
    leaders = labels.mark_rule(color=colours.muted, strokeWidth=0.7).encode(
        x=rank, x2="label_rank:O", y=alt.Y("middle:Q"), y2="label_place:Q"
    )
    ends: tuple[tuple[str, Literal["left", "right"], int, str], ...] = (
        ("more", "left", 4, colours.more_text),
        ("less", "right", -4, colours.less_text),
    )
    names = [
        labels.transform_filter(f"datum.side == '{side}'")
        .mark_text(align=align, dx=offset, fontSize=12, fontWeight=600, color=ink)
        .encode(x=alt.X("label_rank:O"), y=alt.Y("label_place:Q"), text="label:N")
        for side, align, offset, ink in ends
    ]
    return finished(alt.layer(*layers, zero, leaders, *names), SPREAD_HEIGHT)
