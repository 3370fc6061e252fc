"""What a publication changes, as tidy tables with readable words: rules, parts, requests."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import pandas as pd

from budget.allocation.policy import Policy
from budget.allocation.result import Allocation
from budget.view.names import centre_name
from budget.view.numbers import NOTHING, Numbers
from budget.view.parameters import capital, full_title, parameter_at, scale_of, shown
from budget.view.requests import RequestFacts, request_title
from budget.view.tables import pool_column, pool_lines
from budget.view.words import Words


class Rule(Protocol):
    """A parameter that differs from what the round began with."""

    @property
    def path(self) -> str: ...
    @property
    def old(self) -> str | None: ...
    @property
    def new(self) -> str | None: ...
    @property
    def rationale(self) -> str: ...


class Request(RequestFacts, Protocol):
    """A request with its number and centre."""

    @property
    def id(self) -> str: ...


def rule_title(path: str, policy: Policy, numbers: Numbers) -> str:
    """What a parameter is called; what is no number has its path for a name."""
    _ = numbers.words
    parameter = parameter_at(policy, path)
    if parameter is None:
        return _("other rules") if path == "policy" else path
    return full_title(parameter, policy, _)


def rules_table(
    rules: Sequence[Rule], began: Policy, now: Policy, numbers: Numbers
) -> pd.DataFrame:
    """One row a changed rule: what it is, before, now, why."""
    return pd.DataFrame(
        [
            (
                rule_title(rule.path, _knowing(rule, began, now), numbers),
                _value(rule.path, rule.old, began, numbers),
                _value(rule.path, rule.new, now, numbers),
                rule.rationale,
            )
            for rule in rules
        ],
        columns=["rule", "before", "now", "rationale"],
    )


def _knowing(rule: Rule, began: Policy, now: Policy) -> Policy:
    return now if rule.new is not None else began


def _value(path: str, text: str | None, policy: Policy, numbers: Numbers) -> str:
    parameter = parameter_at(policy, path)
    if text is None or parameter is None:
        return NOTHING
    return shown(type(parameter.value)(text), scale_of(parameter, policy), numbers)


def parts_table(allocation: Allocation, baseline: Allocation, numbers: Numbers) -> pd.DataFrame:
    """One row a part of the envelope: now, by the baseline, the difference."""
    return pd.DataFrame(
        [
            (
                capital(line.name),
                numbers.money(line.won),
                numbers.money(line.before.won if line.before else None),
                numbers.change(line.won - (line.before.won if line.before else 0)),
            )
            for line in pool_lines(allocation, baseline, numbers.words)
        ],
        columns=["part", "amount", "before", "change"],
    )


def parts_on_last_year(allocation: Allocation, numbers: Numbers) -> pd.DataFrame:
    """One row a part of the envelope: now, last year and the difference; last year is known of
    operating money alone."""
    main = pool_column(allocation.policy.remainder_pool.name)
    prior = sum(won or 0 for won in allocation.prior_operating)
    rows = []
    for line in pool_lines(allocation, allocation, numbers.words):
        before = prior if line.key == main else None
        change = None if before is None else line.won - before
        rows.append(
            (
                capital(line.name),
                numbers.money(line.won),
                numbers.money(before),
                numbers.change(change),
            )
        )
    return pd.DataFrame(rows, columns=["part", "amount", "before", "change"])


def requests_title(allocation: Allocation, numbers: Numbers) -> str:
    """How many approved requests get all, a part or nothing of what was approved, and how much."""
    _ = numbers.words
    funded = [(allocation.funded[need.request_id], need.approved) for need in allocation.requests]
    return _(
        "Of {count} approved requests {whole} are funded, {part} in part, {none} not: {amount}",
        count=len(funded),
        whole=sum(won == approved for won, approved in funded),
        part=sum(0 < won < approved for won, approved in funded),
        none=sum(not won for won, _approved in funded),
        amount=numbers.money_with_unit(sum(won for won, _approved in funded)),
    )


def requests_table(
    allocation: Allocation,
    named: Sequence[Request],
    names: Mapping[str, tuple[str, str]],
    numbers: Numbers,
) -> pd.DataFrame:
    """One row an approved request, those that get least of what was approved first.

    Args:
        names: centre id -> Korean and English name.
    """
    titles = {need.id: request_title(need, numbers) for need in named}
    rows = sorted(
        allocation.requests,
        key=lambda need: (allocation.funded[need.request_id] / need.approved, need.request_id),
    )
    return pd.DataFrame(
        [
            (
                need.request_id,
                _name(need.centre_id, names, numbers.words),
                titles.get(need.request_id, ""),
                need.priority,
                numbers.money(need.approved),
                numbers.money(allocation.funded[need.request_id]),
                _outcome(allocation.funded[need.request_id], need.approved, numbers),
            )
            for need in rows
        ],
        columns=["id", "centre", "title", "priority", "approved", "funded", "outcome"],
    )


def _name(centre_id: str, names: Mapping[str, tuple[str, str]], _: Words) -> str:
    return centre_name(*names[centre_id], _) if centre_id in names else centre_id


def _outcome(funded: int, approved: int, numbers: Numbers) -> str:
    _ = numbers.words
    if not funded:
        return _("not funded")
    return _("funded") if funded == approved else _("funded in part")
