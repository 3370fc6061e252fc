"""The price of every rule as a study: solve without it, and compare, rule by rule.

Source: allocation model, section 10.
"""

from collections.abc import Sequence

from budget.allocation.explanation import PricedRule, RulePrice, priced_rules, rule_price
from budget.allocation.point import Given
from budget.allocation.run import allocation
from budget.allocation.study import Study, Task, batches


def prices(given: Given, batch: int = 4) -> Study[tuple[RulePrice, ...]]:
    """The prices of all rules, in the order of the policy.

    Args:
        batch: rules in one task; each task solves the whole policy once more to compare with.

    Raises:
        InfeasiblePolicy: if the rules contradict each other.
    """
    rules = priced_rules(given.policy)
    found = yield [
        Task(prices_of, (given, tuple(part)), len(part)) for part in batches(rules, batch)
    ]
    return tuple(price for part in found for price in part)


def prices_of(given: Given, rules: Sequence[PricedRule]) -> list[RulePrice]:
    """The prices of some rules."""
    whole = allocation(given.centres, given.policy, given.requests, remedies=False)
    return [rule_price(whole, rule) for rule in rules]
