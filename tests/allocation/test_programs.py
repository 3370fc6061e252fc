"""The linear programs as text: one golden file a rule, of a table of two centres.

When a rule changes on purpose, compare the difference shown by the failing test with the
formula in the rule's docstring, then write the new text into tests/golden.
"""

import ast
from collections.abc import Callable
from pathlib import Path

import pulp
import pytest

from budget.allocation import infeasibility, leximin, special_needs
from budget.allocation.infeasibility import _PoolCase, _Rule, elastic_program
from budget.allocation.leximin import (
    Scaled,
    amount_rule,
    least_rule,
    level_program,
    money_variables,
    share_rule,
)
from budget.allocation.need import need
from budget.allocation.pegs import Pegs
from budget.allocation.special_needs import set_program
from tests.allocation.rounds import checked, group, policy, simple_split

GOLDEN = Path(__file__).parents[1] / "golden"

TWO = simple_split([1, 3], 800, floors=[100, 0], groups=[group("G", [1], 500)])
"""Entitlements 200 and 600 of 800: half a mean one and one and a half; A has a floor of a
quarter of a mean entitlement; B alone is a group that has at least 500."""

Program = Callable[[], pulp.LpProblem]


def _empty() -> pulp.LpProblem:
    program = pulp.LpProblem("golden", pulp.LpMaximize)
    program.setObjective(1 * program.add_variable("level", 0))
    return program


def _money() -> pulp.LpProblem:
    program = _empty()
    money = money_variables(program, TWO, Scaled.of(TWO, [0, 1], 800), [0, 1])
    program.setObjective(pulp.lpSum(money.values()))
    return program


def _share() -> pulp.LpProblem:
    program = _empty()
    scaled = Scaled.of(TWO, [0, 1], 800)
    money = money_variables(program, TWO, scaled, [0, 1])
    share_rule(program, TWO, money, program.variables()[0], scaled)
    return program


def _amount() -> pulp.LpProblem:
    program = _empty()
    amount_rule(
        program, money_variables(program, TWO, Scaled.of(TWO, [0, 1], 800), [0, 1]), 2.0, "pool"
    )
    return program


def _least() -> pulp.LpProblem:
    program = _empty()
    money = money_variables(program, TWO, Scaled.of(TWO, [0, 1], 800), [0, 1])
    least_rule(program, [money[1]], 1.25, "group_0")
    return program


def _whole_pool() -> pulp.LpProblem:
    return level_program(TWO, Pegs())[0]


def _pegged_group() -> pulp.LpProblem:
    return level_program(TWO, Pegs(groups={0: 500}))[0]


def _set() -> pulp.LpProblem:
    return set_program([3, 5], [3.0, 5.0], 0, 7)[0]


def _preferred_set() -> pulp.LpProblem:
    return set_program([3, 5], [2.0, 1.0], 5, 5)[0]


RULES = """
[[pool.floor]]
name = "least"
krw = 100

[[pool.floor]]
name = "by kind"
by = { column = "kind", table = { x = 150, y = 50 } }

[[pool.floor]]
name = "hold-harmless"
prior = { column = "prior", rate = 0.5 }

[[pool.cap]]
name = "growth"
prior = { column = "prior", rate = 2 }

[[pool.band]]
name = "one"
where = { column = "kind", values = ["x"] }
min_share = 0.25
max_share = 0.75
"""


def _elastic(kind: str, name: str, entry: str | None = None) -> Program:
    def program() -> pulp.LpProblem:
        rules = policy(RULES, envelope=800, unit=1)
        centres = checked(rules, staff=[1, 3], prior=[240, 320], kind=["x", "y"])
        pool = rules.pool[0]
        case = _PoolCase(centres, rules, pool, need(centres, pool), 800, {})
        return elastic_program(case, _Rule(kind, name), entry)[0]

    return program


PROGRAMS: dict[str, Program] = {
    "money_variables": _money,
    "share_rule": _share,
    "amount_rule": _amount,
    "least_rule": _least,
    "level_program": _whole_pool,
    "level_program_pegged_group": _pegged_group,
    "set_program": _set,
    "set_program_preferred": _preferred_set,
    "loose_term_rule": _elastic("floor", "hold-harmless"),
    "loose_term_rule_flat": _elastic("floor", "least"),
    "loose_term_rule_table": _elastic("floor", "by kind", "x"),
    "loose_term_rule_cap": _elastic("cap", "growth"),
    "band_rules": _elastic("band least", "one"),
    "band_rules_most": _elastic("band most", "one"),
    "elastic_program_amount": _elastic("amount", "operating"),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_is_the_golden_text(name: str, tmp_path: Path) -> None:
    written = tmp_path / f"{name}.lp"
    PROGRAMS[name]().writeLP(str(written))
    golden = GOLDEN / f"{name}.lp"
    assert written.read_text(encoding="utf-8") == golden.read_text(encoding="utf-8")


def test_every_rule_has_a_golden_file() -> None:
    rules = set()
    for module in (leximin, special_needs, infeasibility):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        rules |= {
            name.removeprefix("_") for name in names if name.endswith(("_rule", "_rules"))
        } | {name for name in names if name.endswith("_program") and not name.startswith("_")}
    assert {"share_rule", "amount_rule", "least_rule", "set_program", "elastic_program"} <= rules
    golden = {path.stem for path in GOLDEN.glob("*.lp")}
    without = {rule for rule in rules if not any(name.startswith(rule) for name in golden)}
    # a choice among rules, not a rule of a program
    assert without <= {"all_rules"}, without


def test_every_golden_file_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(PROGRAMS)
