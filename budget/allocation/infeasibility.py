"""Why a policy contradicts itself, by how much, and what alone would mend it.

The conflict is the smallest set of rules found that cannot hold together: rules are left out
one after the other while the rest still contradicts itself. Its size, and for each rule the
nearest value at which the policy works, come from an elastic program: the same rules with one
of them let go. What the program says is rounded to a value that a planner would set and then
proven by the exact bounds, so that a remedy that is offered works.

Source: allocation model, section 7.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

import pulp

from budget.allocation.bounds import amount_in_won, bounds, groups, split
from budget.allocation.centres import Centres
from budget.allocation.faults import Defect, InputError
from budget.allocation.leximin import solve
from budget.allocation.need import Need, need
from budget.allocation.parameters import parameters
from budget.allocation.paths import joined_path
from budget.allocation.policy import Bound, Policy, Pool
from budget.allocation.split import Split

FINEST_SHARE = Decimal("0.0001")
"""Remedies for shares and rates are whole hundredths of a per cent."""


@dataclass(frozen=True, slots=True)
class ConflictingRule:
    """One rule of a conflict.

    Attributes:
        path: where it stands in the policy.
        kind: "amount", "floor", "cap", "band least", "band most", "envelope", "reserve",
            "special_needs" or "pool".
        name: what the policy calls it.
        won: what the rule asks for (floors, leasts, parts) or allows (amount, caps, mosts).
    """

    path: str
    kind: str
    name: str
    won: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """A change of one parameter that alone removes the conflict."""

    path: str
    present: int | Decimal
    feasible: int | Decimal


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes:
        pool: the pool they belong to; empty for the envelope itself.
        rules: the smallest set found.
        required_krw, available_krw: what they ask for and what they allow.
        remedies: each of them alone is enough.
    """

    pool: str
    rules: tuple[ConflictingRule, ...]
    required_krw: int
    available_krw: int
    remedies: tuple[Remedy, ...]

    @property
    def shortfall_krw(self) -> int:
        """By how many won the rules contradict each other."""
        return self.required_krw - self.available_krw

    def to_record(self) -> dict[str, Any]:
        """The conflict as plain data, for a JSON report."""
        return {
            "pool": self.pool,
            "required_krw": self.required_krw,
            "available_krw": self.available_krw,
            "shortfall_krw": self.shortfall_krw,
            "rules": [
                {"path": rule.path, "kind": rule.kind, "name": rule.name, "krw": rule.won}
                for rule in self.rules
            ],
            "remedies": [
                {
                    "path": remedy.path,
                    "present": _plain(remedy.present),
                    "feasible": _plain(remedy.feasible),
                }
                for remedy in self.remedies
            ],
        }


def _plain(value: int | Decimal) -> int | float:
    return value if isinstance(value, int) else float(value)


class InfeasiblePolicy(ValueError):  # noqa: N818 - the word of the field
    """The rules of a policy contradict each other; `conflict` says which, and what to do."""

    def __init__(self, conflict: Conflict) -> None:
        self.conflict = conflict
        place = f"pool {conflict.pool}" if conflict.pool else "envelope"
        lines = [
            f"infeasible policy ({place}): {conflict.required_krw:,} won required, "
            f"{conflict.available_krw:,} won available, {conflict.shortfall_krw:,} won short",
            *(f"  rule: {rule.path} ({rule.kind}, {rule.won:,} won)" for rule in conflict.rules),
            *(
                f"  remedy: {remedy.path}: {remedy.present:,} -> {remedy.feasible:,}"
                for remedy in conflict.remedies
            ),
        ]
        super().__init__("\n".join(lines))


# --- the envelope ----------------------------------------------------------------------------


def envelope_conflict(
    centres: Centres,
    policy: Policy,
    special_won: int,
    works: Callable[[Policy], bool],
) -> InfeasiblePolicy:
    """The parts of the policy are more than the envelope.

    Args:
        centres: the remedies also leave the remainder pool what its floors need.
        special_won: what special needs take (funded, or the whole ceiling).
        works: whether a changed policy has an allocation.
    """
    envelope, unit = policy.envelope, policy.unit
    parts: list[ConflictingRule] = []
    if policy.reserve:
        won = amount_in_won(policy.reserve.amount, envelope, unit)
        parts.append(ConflictingRule("reserve.amount", "reserve", "reserve", won))
    if policy.special_needs:
        parts.append(
            ConflictingRule("special_needs.ceiling", "special_needs", "special_needs", special_won)
        )
    for pool in policy.pool:
        if not isinstance(pool.amount, str):
            won = amount_in_won(pool.amount, envelope, unit)
            path = joined_path(["pool", pool.name, "amount"])
            parts.append(ConflictingRule(path, "pool", pool.name, won))
    smallest: list[ConflictingRule] = []
    for part in sorted(parts, key=lambda part: -part.won):
        if sum(rule.won for rule in smallest) <= envelope:
            smallest.append(part)
    required = sum(part.won for part in parts)
    short = required - envelope
    rules = (ConflictingRule("policy.envelope_krw", "envelope", "envelope", envelope), *smallest)
    pool = policy.remainder_pool
    nothing = dict.fromkeys((other.name for other in policy.pool), (0,) * len(centres))
    case = _PoolCase(centres, policy, pool, need(centres, pool), -short, nothing)
    levers = list(_levers(case, _Rule("amount", pool.name)))
    conflict = Conflict("", rules, required, envelope, tuple(_remedies(policy, levers, works)))
    return InfeasiblePolicy(conflict)


def _share_or_won(policy: Policy, path: str, won: int, direction: int) -> "_Lever":
    """The lever of an amount that the policy states as a share or in won."""
    is_share = any(parameter.path == f"{path}.share" for parameter in parameters(policy))
    if is_share:
        return _Lever(f"{path}.share", direction, Decimal(won) / policy.envelope)
    return _Lever(f"{path}.krw", direction, won)


# --- a pool ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _PoolCase:
    """Everything that the question of one pool is made of."""

    centres: Centres
    policy: Policy
    pool: Pool
    need: Need
    amount: int
    earlier: Mapping[str, Sequence[int]]

    def question(self, pool: Pool) -> Split:
        """The split with other rules."""
        unit = self.policy.unit
        limits = bounds(self.centres, pool, self.need, self.amount, unit, self.earlier)
        bands = groups(self.centres, pool, self.need, self.amount, unit)
        return split(self.centres, self.need, limits, bands, self.amount, unit)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule that can be left out: an amount, a term, or one side of a band."""

    kind: str
    name: str


def pool_conflict(
    centres: Centres,
    policy: Policy,
    pool: Pool,
    need_: Need,
    amount: int,
    earlier: Mapping[str, Sequence[int]],
    works: Callable[[Policy], bool],
) -> InfeasiblePolicy:
    """Floors, caps, bands and the amount of a pool contradict each other.

    Args:
        earlier: published results of the pools before it.
        works: whether a changed policy has an allocation.
    """
    case = _PoolCase(centres, policy, pool, need_, amount, earlier)
    rules = _smallest_set(case)
    required, available = _gap(case, rules)
    levers = [lever for rule in rules for lever in _levers(case, rule)]
    conflict = Conflict(
        pool=pool.name,
        rules=tuple(_described(case, rule) for rule in rules),
        required_krw=required,
        available_krw=available,
        remedies=tuple(_remedies(policy, levers, works)),
    )
    return InfeasiblePolicy(conflict)


def _all_rules(pool: Pool) -> list[_Rule]:
    return [
        *(_Rule("cap", bound.name) for bound in pool.cap),
        *(_Rule("band most", band.name) for band in pool.band if band.max_share is not None),
        *(_Rule("band least", band.name) for band in pool.band if band.min_share is not None),
        *(_Rule("floor", bound.name) for bound in pool.floor),
        _Rule("amount", pool.name),
    ]


def _only(pool: Pool, rules: Sequence[_Rule]) -> Pool:
    """The pool with no other rules than these."""
    kept = {(rule.kind, rule.name) for rule in rules}
    bands = []
    for band in pool.band:
        least = band.min_share if ("band least", band.name) in kept else None
        most = band.max_share if ("band most", band.name) in kept else None
        if least is not None or most is not None:
            bands.append(band.model_copy(update={"min_share": least, "max_share": most}))
    return pool.model_copy(
        update={
            "floor": tuple(bound for bound in pool.floor if ("floor", bound.name) in kept),
            "cap": tuple(bound for bound in pool.cap if ("cap", bound.name) in kept),
            "band": tuple(bands),
        }
    )


def _contradicts(case: _PoolCase, rules: Sequence[_Rule]) -> bool:
    required, available = _gap(case, rules)
    return required > available


def _gap(case: _PoolCase, rules: Sequence[_Rule]) -> tuple[int, int]:
    """What the rules require and what they allow, in won, where they are furthest apart."""
    question = case.question(_only(case.pool, rules))
    least, least_of_all = question.least_of_groups
    most, most_of_all = question.most_of_groups
    gaps = [(low, high) for low, high in zip(least, most, strict=True) if high is not None]
    if any(rule.kind == "amount" for rule in rules):
        gaps.append((least_of_all, case.amount))
    if most_of_all is not None:
        gaps.append((least_of_all, most_of_all))
    return max(gaps, key=lambda gap: gap[0] - gap[1], default=(0, 0))


def _smallest_set(case: _PoolCase) -> list[_Rule]:
    """Leave rules out while the rest still contradicts itself; the shortest of a few orders."""
    everything = _all_rules(case.pool)
    found: list[list[_Rule]] = []
    for order in (everything, everything[::-1], everything[::2] + everything[1::2]):
        kept = list(order)
        for rule in order:
            rest = [other for other in kept if other != rule]
            if _contradicts(case, rest):
                kept = rest
        found.append([rule for rule in everything if rule in kept])
    return min(found, key=len)


def _path_of(case: _PoolCase, rule: _Rule) -> str:
    top = ["pool", case.pool.name]
    if rule.kind == "amount":
        return joined_path([*top, "amount"])
    if rule.kind.startswith("band"):
        side = "min_share" if rule.kind == "band least" else "max_share"
        return joined_path([*top, "band", rule.name, side])
    return joined_path([*top, rule.kind, rule.name])


def _described(case: _PoolCase, rule: _Rule) -> ConflictingRule:
    question = case.question(_only(case.pool, [rule]))
    if rule.kind == "amount":
        won = case.amount
    elif rule.kind == "floor":
        won = sum(question.floors)
    elif rule.kind == "cap":
        won = sum(cap for cap in question.caps if cap is not None)
    elif rule.kind == "band least":
        won = question.groups[0].least
    else:
        won = question.groups[0].most or 0
    return ConflictingRule(_path_of(case, rule), rule.kind, rule.name, won)


# --- the elastic program ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Lever:
    """A parameter to change, which way, and where the elastic program puts it."""

    path: str
    direction: int
    target: Decimal | int


def _levers(case: _PoolCase, rule: _Rule) -> Iterator[_Lever]:
    """The parameters that state a rule, each with the value that the program finds for it."""
    if rule.kind == "amount":
        needed = _nearest(case, rule, None)
        if needed is not None:
            yield from _amount_levers(case, needed)
        return
    direction = -1 if rule.kind in {"floor", "band least"} else 1
    if rule.kind.startswith("band"):
        share = _nearest(case, rule, None)
        if share is not None and 0 <= share <= 1:
            yield _Lever(_path_of(case, rule), direction, share)
        return
    bound = next(b for b in getattr(case.pool, rule.kind) if b.name == rule.name)
    for keys, entry in _numbers_of(bound):
        value = _nearest(case, rule, entry)
        if value is not None and value >= 0:
            yield _Lever(
                joined_path(["pool", case.pool.name, rule.kind, rule.name, *keys]), direction, value
            )


def _numbers_of(bound: Bound) -> Iterator[tuple[list[str], str | None]]:
    """The parameters of a term: keys below the term, and the entry of its table if it has one."""
    if bound.by is not None:
        for key in bound.by.table:
            yield ["by", "table", key], key
    elif bound.krw is not None:
        yield ["krw"], None
    elif bound.per is not None:
        yield ["per", "rate_krw"], None
    else:
        term = next(
            name for name in ("prior", "prior_share", "pool") if getattr(bound, name) is not None
        )
        yield [term, "rate"], None


def _amount_levers(case: _PoolCase, needed: Decimal) -> Iterator[_Lever]:
    """The parameters that give a pool more money, each with the value that would do."""
    policy = case.policy
    more = needed - case.amount
    if not isinstance(case.pool.amount, str):
        path = joined_path(["pool", case.pool.name, "amount"])
        yield _share_or_won(policy, path, int(needed) + policy.unit, 1)
        return
    shares = sum(
        amount.share or 0
        for amount in (
            *(pool.amount for pool in policy.pool if not isinstance(pool.amount, str)),
            *([policy.reserve.amount] if policy.reserve else []),
            *([policy.special_needs.ceiling] if policy.special_needs else []),
        )
    )
    if shares < 1:
        yield _Lever("policy.envelope_krw", 1, policy.envelope + more / (1 - shares))
    sources = [joined_path(["pool", p.name, "amount"]) for p in policy.pool if p != case.pool]
    if policy.special_needs:
        sources.append("special_needs.ceiling")
    if policy.reserve:
        sources.append("reserve.amount")
    present = {parameter.path: parameter.value for parameter in parameters(policy)}
    for path in sources:
        share = present.get(f"{path}.share")
        won = int(share * policy.envelope) if share is not None else int(present[f"{path}.krw"])
        if won >= more:
            yield _share_or_won(policy, path, int(won - more), -1)


def _nearest(case: _PoolCase, loose: _Rule, entry: str | None) -> Decimal | None:
    """The nearest value of one parameter at which all rules of the pool hold together.

    Args:
        loose: the rule whose parameter is let go.
        entry: entry of the rule's table, if it has one.

    Returns:
        A share, a rate or won; None if no value is enough.
    """
    program, value = elastic_program(case, loose, entry)
    try:
        solve(program)
    except Defect:
        return None
    found = Decimal(repr(float(value.value() or 0.0)))
    return found * Decimal(_won_scale(case)) if value.name.endswith("_won") else found


def _won_scale(case: _PoolCase) -> float:
    """Won in one unit of the program: about what a centre gets on average."""
    return max(case.amount, case.policy.envelope // 100, 1) / max(1, sum(case.need.eligible))


def elastic_program(
    case: _PoolCase, loose: _Rule, entry: str | None
) -> tuple[pulp.LpProblem, pulp.LpVariable]:
    """Money under the rules of a pool, one parameter of which is free to move.

    The parameter moves as little as it can: a floor or a least comes down (maximised), a cap, a
    most or the amount goes up (minimised). Money is in mean amounts of the pool.

    Returns:
        The program and the variable of the parameter ("…_won" if it is money).
    """
    down = loose.kind in {"floor", "band least"}
    program = pulp.LpProblem("elastic", pulp.LpMaximize if down else pulp.LpMinimize)
    bounds_of_pool = (*case.pool.floor, *case.pool.cap)
    bound = next((b for b in bounds_of_pool if loose == _Rule(_kind(case, b), b.name)), None)
    is_won = loose.kind == "amount" or (
        bound is not None and (bound.krw is not None or bound.by is not None)
    )
    value = program.add_variable("parameter_won" if is_won else "parameter", 0)
    program.setObjective(1 * value)
    money = _bounded_money(program, case, loose)
    if bound is not None:
        _loose_term_rule(program, case, bound, entry, money, value)
    _band_rules(program, case, loose, money, value)
    if loose.kind == "amount":
        program.addConstraint(pulp.lpSum(money) <= value, "loose_amount")
    else:
        program.addConstraint(pulp.lpSum(money) <= case.amount / _won_scale(case), "amount")
    return program, value


def _bounded_money(program: pulp.LpProblem, case: _PoolCase, loose: _Rule) -> list[pulp.LpVariable]:
    """Money of every centre between the floor and the cap that the other rules set."""
    scale = _won_scale(case)
    others = [rule for rule in _all_rules(case.pool) if rule != loose]
    strict = case.question(_only(case.pool, others))
    money = []
    for centre, (floor, cap) in enumerate(zip(strict.floors, strict.caps, strict=True)):
        # a floor that is let go wins over the caps as any other floor does
        high = None if cap is None or loose.kind == "floor" else cap / scale
        if not case.need.eligible[centre]:
            high = 0.0
        money.append(program.add_variable(f"money_{centre}", floor / scale, high))
    return money


def _loose_term_rule(
    program: pulp.LpProblem,
    case: _PoolCase,
    bound: Bound,
    entry: str | None,
    money: Sequence[pulp.LpVariable],
    value: pulp.LpVariable,
) -> None:
    """The term that is let go: money[c] >= parameter * what one unit of it makes (<= for caps)."""
    scale = _won_scale(case)
    is_floor = _kind(case, bound) == "floor"
    at_one = _per_parameter(case, bound, entry, scale)
    rest = _rest_of_table(case, bound, entry)
    present = _present(bound, entry) / (scale if value.name.endswith("_won") else 1)
    for centre, (variable, unit_bound, other) in enumerate(zip(money, at_one, rest, strict=True)):
        if not case.need.eligible[centre]:
            continue
        if other is not None and is_floor:
            program.addConstraint(1 * variable >= other / scale, f"other_entry_{centre}")
        if unit_bound is not None and is_floor:
            program.addConstraint(variable - unit_bound * value >= 0, f"loose_floor_{centre}")
        elif unit_bound is not None and case.need.weights[centre]:
            low = variable.lowBound or 0.0
            # where a floor wins over the present cap, more room than there is: the search goes on
            spare = max(0.0, low - unit_bound * present)
            program.addConstraint(variable - unit_bound * value <= spare, f"loose_cap_{centre}")


def _band_rules(
    program: pulp.LpProblem,
    case: _PoolCase,
    loose: _Rule,
    money: Sequence[pulp.LpVariable],
    value: pulp.LpVariable,
) -> None:
    """Every band between its least and its most; shares of the amount, or of a loose amount."""
    amount = case.amount / _won_scale(case)
    members = {group.name: group.members for group in case.question(case.pool).groups}
    for place, band in enumerate(case.pool.band):
        if band.name not in members:
            continue  # a pool without need has no bands
        total = pulp.lpSum(money[member] for member in members[band.name])
        for kind, share in (("band least", band.min_share), ("band most", band.max_share)):
            if share is None:
                continue
            if loose == _Rule(kind, band.name):
                limit: Any = amount * value
            elif loose.kind == "amount":
                limit = float(share) * value
            else:
                limit = float(share) * amount
            is_least = kind == "band least"
            program.addConstraint(
                total >= limit if is_least else total <= limit,
                f"{'least' if is_least else 'most'}_{place}",
            )


def _kind(case: _PoolCase, bound: Bound) -> str:
    return "floor" if bound in case.pool.floor else "cap"


def _present(bound: Bound, entry: str | None) -> float:
    """The present value of a term's parameter, in its own unit."""
    if bound.by is not None:
        return float(bound.by.table[entry or ""])
    rule = bound.prior or bound.prior_share or bound.pool
    if rule is not None:
        return float(rule.rate)
    return float(bound.per.rate_krw if bound.per else bound.krw or 0)


def _per_parameter(
    case: _PoolCase, bound: Bound, entry: str | None, scale: float
) -> list[float | None]:
    """What one unit of a term's parameter makes as a bound for each centre, in mean amounts."""
    if bound.krw is not None:
        return [1.0] * len(case.centres)
    if bound.by is not None:
        return [1.0 if text == entry else None for text in case.centres.texts[bound.by.column]]
    if bound.pool is not None:
        return [won / scale for won in case.earlier[bound.pool.name]]
    rule = bound.per or bound.prior or bound.prior_share
    if rule is None:
        raise Defect(f"the term {bound.name} states nothing")
    column = case.centres.numbers[rule.column]
    values = [None if n is None else n / column.scale for n in column.numerators]
    if bound.prior_share is not None:
        total = sum(value for value in values if value is not None)
        values = [None if v is None or not total else v / total * case.amount for v in values]
    return [None if value is None else value / scale for value in values]


def _rest_of_table(case: _PoolCase, bound: Bound, entry: str | None) -> list[int | None]:
    """What the other entries of a table of floors still ask for while one entry moves."""
    if bound.by is None or _kind(case, bound) != "floor":
        return [None] * len(case.centres)
    table = bound.by.table
    return [
        table.get(text) if text is not None and text != entry else None
        for text in case.centres.texts[bound.by.column]
    ]


# --- remedies --------------------------------------------------------------------------------


def _remedies(
    policy: Policy, levers: Sequence[_Lever], works: Callable[[Policy], bool]
) -> Iterator[Remedy]:
    """For each lever the value nearest to the program's that a planner can set and that works."""
    present = {parameter.path: parameter for parameter in parameters(policy)}
    for lever in levers:
        parameter = present.get(lever.path)
        if parameter is None:
            continue
        is_won = isinstance(parameter.value, int)
        grid = Decimal(policy.unit) if is_won else FINEST_SHARE
        if parameter.unit == "won_per":
            grid = Decimal(1)
        found = _nearest_that_works(policy, lever, parameter.value, grid, works)
        if found is not None:
            yield Remedy(lever.path, parameter.value, found)


MOST_STEPS = 1 << 14
"""How far from the program's value a remedy is looked for, in steps of the grid.

Rounding floors up to the unit, centre by centre, is what lies between.
"""


def _nearest_that_works(
    policy: Policy,
    lever: _Lever,
    present: int | Decimal,
    grid: Decimal,
    works: Callable[[Policy], bool],
) -> int | Decimal | None:
    """The value on the grid nearest to the present one with which the policy works.

    Looks in doubling steps from just short of the program's value, then between the last two.
    """
    nearest = int((Decimal(lever.target) / grid).to_integral_value(ROUND_HALF_EVEN))

    def value(steps: int) -> int | Decimal:
        number = (nearest + lever.direction * steps) * grid
        return int(number) if isinstance(present, int) else _tidy(number.quantize(grid))

    def is_enough(steps: int) -> bool:
        if (value(steps) - present) * lever.direction <= 0:
            return False
        try:
            return works(policy.replaced({lever.path: value(steps)}))
        except InputError:
            return False

    failing, steps = -3, -2
    while not is_enough(steps):
        failing, steps = steps, 2 * steps if steps > 0 else steps + 1
        if steps > MOST_STEPS:
            return None
    while steps - failing > 1:
        between = (steps + failing) // 2
        if is_enough(between):
            steps = between
        else:
            failing = between
    return value(steps)


def _tidy(value: Decimal) -> Decimal:
    """Without needless zeros, but never in exponents."""
    tidy = value.normalize()
    exponent = tidy.as_tuple().exponent
    return tidy.quantize(Decimal(1)) if isinstance(exponent, int) and exponent > 0 else tidy
