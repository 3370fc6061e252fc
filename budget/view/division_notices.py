"""Rules for divisions that contradict each other, in words and as a picture."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from budget.allocation.conflict import Conflict, ConflictingRule, Remedy
from budget.allocation.division_rules import DivisionRules
from budget.allocation.faults import N_
from budget.view.divisions import division_name
from budget.view.names import value_name
from budget.view.numbers import Numbers
from budget.view.words import Words

RULES: Mapping[str, str] = {
    "band most": N_("The national ceiling of {name} admits {won}."),
    "band least": N_("The national minimum of {name} asks for {won}."),
    "cap": N_("The greatest share of {name} admits {won}."),
    "floor": N_("The least share of {name} asks for {won}."),
    "amount": N_("The centres concerned have {won} of operating money."),
}
KINDS: Mapping[str, str] = {
    "band most": "cap",
    "band least": "floor",
    "cap": "cap",
    "floor": "floor",
    "amount": "amount",
}
"""What the picture calls the rules: a national limit is no band of a region."""
ASKS = ("floor", "band least")
"""Kinds of rules that ask for money."""
TITLES: Mapping[str, str] = {
    "ceiling": N_("National ceiling: {name}"),
    "minimum": N_("National minimum: {name}"),
    "min_share": N_("Least share: {name}"),
    "max_share": N_("Greatest share: {name}"),
}


def conflict_sentence(conflict: Conflict, centres: int, numbers: Numbers) -> str:
    """Where the contradiction is, and by how many won."""
    _ = numbers.words
    return _.ngettext(
        "In {count} centre the rules ask for {required}, but {available} can be placed: "
        "{shortfall} short.",
        "In {count} centres the rules ask for {required}, but {available} can be placed: "
        "{shortfall} short.",
        centres,
        required=numbers.money_with_unit(conflict.required_krw),
        available=numbers.money_with_unit(conflict.available_krw),
        shortfall=numbers.money_with_unit(conflict.shortfall_krw),
    )


def rule_sentence(rule: ConflictingRule, rules: DivisionRules, numbers: Numbers) -> str:
    """What one rule of a conflict asks for or admits."""
    _ = numbers.words
    won = numbers.money_with_unit(rule.won)
    return _(RULES[rule.kind], name=name_of(rule.name, rules, _), won=won)


def name_of(name: str, rules: DivisionRules, _: Words) -> str:
    """A division, with the type of centre where the rule is of one."""
    kind, _dot, division = name.rpartition(".")
    known = {found.id: division_name(found, _) for found in rules.divisions}
    title = known.get(division, division)
    return f"{title} ({value_name('centre_type', kind, _)})" if kind else title


def path_title(path: str, rules: DivisionRules, _: Words) -> str:
    """What a place in divisions.toml is called."""
    part, first, second, end = (*path.split("."), "", "")[:4]
    if part == "bands":
        return _(TITLES[end], name=name_of(f"{first}.{second}", rules, _))
    return _(TITLES[second], name=name_of(first, rules, _))


def value_text(value: int | Decimal | None, numbers: Numbers) -> str:
    """A share in per cent, or an amount."""
    if value is None:
        return numbers.words("no limit")
    return numbers.money_with_unit(value) if isinstance(value, int) else numbers.percent(value, 2)


def remedy_sentence(remedy: Remedy, rules: DivisionRules, numbers: Numbers) -> str:
    """One change that alone is enough."""
    _ = numbers.words
    return _(
        "{rule}: from {present} to {feasible}",
        rule=path_title(remedy.path, rules, _),
        present=value_text(remedy.present, numbers),
        feasible=value_text(remedy.feasible, numbers),
    )


def named(conflict: Conflict, rules: DivisionRules, _: Words) -> Conflict:
    """The same conflict for the picture: rules called as the screens call them; where no rule asks
    for money, it is the centres' own money that asks to be placed."""
    nobody_asks = not any(rule.kind in ASKS for rule in conflict.rules)
    return replace(
        conflict,
        rules=tuple(
            replace(
                rule,
                name=rule.name if rule.kind == "amount" else name_of(rule.name, rules, _),
                kind="pool" if rule.kind == "amount" and nobody_asks else KINDS[rule.kind],
            )
            for rule in conflict.rules
        ),
    )
