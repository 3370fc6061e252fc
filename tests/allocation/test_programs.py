"""The linear programs as text: one golden file a rule, of a table of two centres.

When a rule changes on purpose, compare the difference shown by the failing test with the
formula in the rule's docstring, then write the new text into tests/golden.
"""

import ast
from collections.abc import Callable
from pathlib import Path

import pulp
import pytest

from budget.allocation import division_programs, elastic, leximin, special_needs
from budget.allocation.blocks import Scaled
from budget.allocation.division_levels import levels
from budget.allocation.division_programs import (
    PartQuestion,
    Ratios,
    ceiling_rule,
    level_rule,
    minimum_rule,
    part_program,
    ratio_variables,
    row_rule,
)
from budget.allocation.division_split import cross_split
from budget.allocation.elastic import elastic_program
from budget.allocation.leximin import (
    amount_rule,
    least_rule,
    level_program,
    money_variables,
    share_rule,
)
from budget.allocation.need import need
from budget.allocation.pegs import Pegs
from budget.allocation.pool_case import PoolCase, PoolRule
from budget.allocation.special_needs import set_program
from tests.allocation.division_tables import centres, money, rules
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
        case = PoolCase(centres, rules, pool, need(centres, pool), 800, {})
        return elastic_program(case, PoolRule(kind, name), entry)[0]

    return program


def _part() -> PartQuestion:
    """Two centres with 100 and 300 won; x of at most 170 won, y of at least 120.

    Targets 50 50 and 225 75. A may not give x more than 20 % of its money, B not less than 40 %:
    A stands at its cap, below the level.
    """
    own = rules(
        "x",
        "y",
        ceilings={"x": 170},
        minima={"y": 120},
        bands={"plus": {"x": (None, "0.2")}, "basic": {"x": ("0.4", None)}},
    )
    table = centres(("x", "y"), {"A": (1, 1), "B": (3, 1)}, {"B": "basic"})
    split = cross_split(table, money(A=100, B=300), own)
    found = levels(split)
    part = found.parts[0]
    if part.cut is None or part.cut.level is None:
        raise AssertionError("the ceiling of x binds")
    return PartQuestion.of(split, part, found.amounts, part.cut.level)


def _ratios() -> tuple[pulp.LpProblem, Ratios, PartQuestion]:
    program, question = _empty(), _part()
    return program, ratio_variables(program, question), question


def _ratio_variables() -> pulp.LpProblem:
    program, ratios, _question = _ratios()
    program.setObjective(pulp.lpSum(ratios.values()))
    return program


def _level_of_cells() -> pulp.LpProblem:
    program, ratios, question = _ratios()
    level_rule(program, ratios, program.variables()[0], question)
    return program


def _row() -> pulp.LpProblem:
    program, ratios, question = _ratios()
    row_rule(program, ratios, question, 1)
    return program


def _ceiling() -> pulp.LpProblem:
    program, ratios, question = _ratios()
    ceiling_rule(program, ratios, question, 0)
    return program


def _minimum() -> pulp.LpProblem:
    program, ratios, question = _ratios()
    minimum_rule(program, ratios, question, 1)
    return program


def _whole_part() -> pulp.LpProblem:
    return part_program(_part())[0]


PROGRAMS: dict[str, Program] = {
    "ratio_variables": _ratio_variables,
    "level_rule": _level_of_cells,
    "row_rule": _row,
    "ceiling_rule": _ceiling,
    "minimum_rule": _minimum,
    "part_program": _whole_part,
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
    for module in (leximin, special_needs, elastic, division_programs):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        rules |= {
            name.removeprefix("_") for name in names if name.endswith(("_rule", "_rules"))
        } | {name for name in names if name.endswith("_program") and not name.startswith("_")}
    assert {"share_rule", "amount_rule", "least_rule", "set_program", "elastic_program"} <= rules
    golden = {path.stem for path in GOLDEN.glob("*.lp")}
    without = {rule for rule in rules if not any(name.startswith(rule) for name in golden)}
    assert not without


def test_every_golden_file_is_compared() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == set(PROGRAMS)
