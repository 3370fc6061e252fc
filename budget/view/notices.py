"""Messages about a policy that cannot be kept, in the words of the planner."""

from budget.allocation.conflict import Conflict, ConflictingRule, Remedy
from budget.allocation.faults import N_
from budget.allocation.parameters import Parameter
from budget.allocation.policy import Policy
from budget.view.names import pool_name, rule_name
from budget.view.numbers import Numbers
from budget.view.parameters import full_title, scale_of, shown

RULES = {
    "amount": N_("The pool {name} has {won}."),
    "pool": N_("The pool {name} takes {won}."),
    "floor": N_("The floor {name} asks for {won}."),
    "cap": N_("The cap {name} admits {won} at most."),
    "band least": N_("The band {name} asks for {won} at least."),
    "band most": N_("The band {name} admits {won} at most."),
    "envelope": N_("The envelope has {won}."),
    "reserve": N_("The reserve takes {won}."),
    "special_needs": N_("Special needs take {won}."),
}


def conflict_sentence(conflict: Conflict, numbers: Numbers) -> str:
    """Where the contradiction is, and by how many won."""
    _ = numbers.words
    values = {
        "required": numbers.money_with_unit(conflict.required_krw),
        "available": numbers.money_with_unit(conflict.available_krw),
        "shortfall": numbers.money_with_unit(conflict.shortfall_krw),
    }
    if not conflict.pool:
        return _(
            "The parts of the envelope need {required}, but there are {available}: "
            "{shortfall} short.",
            **values,
        )
    return _(
        "In the pool {pool} the rules need {required}, but {available} are available: "
        "{shortfall} short.",
        pool=pool_name(conflict.pool, _),
        **values,
    )


def rule_sentence(rule: ConflictingRule, numbers: Numbers) -> str:
    """What one rule of a conflict asks for or admits."""
    _ = numbers.words
    name = pool_name(rule.name, _) if rule.kind in {"amount", "pool"} else rule_name(rule.name, _)
    template = RULES.get(rule.kind, N_("{name}: {won}."))
    return _(template, name=name, won=numbers.money_with_unit(rule.won))


def remedy_sentence(remedy: Remedy, parameter: Parameter, policy: Policy, numbers: Numbers) -> str:
    """One change that alone is enough."""
    _, scale = numbers.words, scale_of(parameter, policy)

    return _(
        "{rule}: from {present} to {feasible}",
        rule=full_title(parameter, policy, _),
        present=shown(remedy.present, scale, numbers),
        feasible=shown(remedy.feasible, scale, numbers),
    )
