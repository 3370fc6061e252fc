"""Rules for divisions from divisions.toml or plain data, with every fault at once.

Source: allocation model, section 11.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from budget.allocation.contract import CONTRACT
from budget.allocation.division_rules import DivisionRules, rule_faults
from budget.allocation.faults import InputError
from budget.allocation.policy_reading import document_from_toml, faults_of

CENTRE_TYPES = CONTRACT["centre_type"].values


def division_rules_from_toml(text: str, file: str = "divisions.toml") -> DivisionRules:
    """Read the rules from the text of a divisions.toml.

    Raises:
        InputError: with every fault of the text at once.
    """
    return division_rules_from(document_from_toml(text, file), file)


def division_rules_from(document: Mapping[str, Any], file: str = "divisions.toml") -> DivisionRules:
    """Read the rules from nested plain data.

    Raises:
        InputError: with every fault at once.
    """
    faults = list(rule_faults(document, CENTRE_TYPES, file))
    try:
        rules = DivisionRules.model_validate(dict(document))
    except ValidationError as error:
        raise InputError([*faults_of(error, document, file, DivisionRules), *faults]) from None
    if faults:
        raise InputError(faults)
    return rules
