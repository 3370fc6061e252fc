"""What the price of every rule says: who gains, who pays, in sentences and tables."""

from collections.abc import Sequence

import pandas as pd

from budget.allocation.explanation import RulePrice
from budget.view.numbers import Numbers
from budget.view.places import Places, rule_title
from budget.view.words import Words


def prices_title(prices: Sequence[RulePrice], numbers: Numbers) -> str:
    """Which rule moves most money, and at whose cost."""
    _ = numbers.words
    dearest = max(prices, key=lambda price: price.gained or 0, default=None)
    if dearest is None or not dearest.gained:
        return _only_taken(prices, numbers)
    return _(
        "{rule} moves most: {gained} (gainers: {gainers}, payers: {payers})",
        rule=rule_title(dearest.path, _),
        gained=numbers.money_with_unit(dearest.gained),
        gainers=dearest.gainers,
        payers=dearest.payers,
    )


def _only_taken(prices: Sequence[RulePrice], numbers: Numbers) -> str:
    """No rule gives anybody more; one may still keep money from all and leave it in the reserve."""
    _ = numbers.words
    dearest = max(prices, key=lambda price: price.paid or 0, default=None)
    if dearest is None or not dearest.paid:
        return _("No rule moves money")
    return _(
        "{rule} moves most: {paid} to the reserve (payers: {payers})",
        rule=rule_title(dearest.path, _),
        paid=numbers.money_with_unit(dearest.paid),
        payers=dearest.payers,
    )


def price_table(prices: Sequence[RulePrice], numbers: Numbers) -> pd.DataFrame:
    """One row a rule: who gains, who pays, and what goes to the reserve; texts."""
    _ = numbers.words
    return pd.DataFrame(
        {
            _("Rule"): rule_title(price.path, _),
            _("Gained"): _("not possible without it")
            if price.gained is None
            else numbers.change(price.gained),
            _("Gainers"): numbers.number(price.gainers),
            _("Paid"): "" if price.paid is None else numbers.change(-price.paid),
            _("Payers"): numbers.number(price.payers),
            _("To the reserve"): numbers.change(price.reserve),
        }
        for price in prices
    )


def effect_table(
    price: RulePrice, totals: Sequence[int], places: Places, numbers: Numbers
) -> pd.DataFrame:
    """Every centre that a rule gives to or takes from, the greatest effect first.

    Returns:
        Columns centre_id, centre, province, without, now, more, less (money, both positive), in
        the reader's unit.
    """
    unit = numbers.unit.won
    rows = [
        (
            identifier,
            name,
            province,
            (now - effect) / unit,
            now / unit,
            effect / unit if effect > 0 else None,
            -effect / unit if effect < 0 else None,
        )
        for identifier, name, province, now, effect in zip(
            places.centres.ids,
            places.names,
            places.groups("province"),
            totals,
            price.effects,
            strict=True,
        )
        if effect
    ]
    rows.sort(key=lambda row: -((row[5] or 0.0) + (row[6] or 0.0)))
    columns = ["centre_id", "centre", "province", "without", "now", "more", "less"]
    return pd.DataFrame(rows, columns=columns).astype({"more": float, "less": float})


def rule_records(prices: Sequence[RulePrice], _: Words) -> pd.DataFrame:
    """One row a rule for a file, in won: what it gives, what others pay, what the reserve gets.

    The three sum to 0; they are empty for a rule without which there is no allocation.
    """
    return pd.DataFrame(
        [
            (
                rule_title(price.path, _),
                price.path,
                price.gained,
                price.gainers,
                None if price.paid is None else -price.paid,
                price.payers,
                None if price.gained is None else price.reserve,
            )
            for price in prices
        ],
        columns=[
            *("rule_title", "rule", "gained_krw", "gainers", "paid_krw", "payers"),
            "reserve_change_krw",
        ],
    ).astype({"gained_krw": "Int64", "paid_krw": "Int64", "reserve_change_krw": "Int64"})


def price_records(prices: Sequence[RulePrice], places: Places, _: Words) -> pd.DataFrame:
    """One row a rule and centre that it touches, in won, for a file."""
    return pd.DataFrame(
        [
            (rule_title(price.path, _), price.path, identifier, name, effect)
            for price in prices
            for identifier, name, effect in zip(
                places.centres.ids, places.names, price.effects, strict=False
            )
            if effect
        ],
        columns=["rule_title", "rule", "centre_id", "name", "effect_krw"],
    )
