"""Why one centre gets this amount, in words and lines: names of steps, the sentence, the table.

Money compared with last year is operating money: only that is known of last year. What comes to
it from other pools and for special needs is named apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from budget.allocation.change import Step, Waterfall
from budget.allocation.explained import Explained, Reading
from budget.allocation.faults import N_
from budget.view.names import binding_name, kind_name, pool_name, rule_name, value_name
from budget.view.numbers import Numbers
from budget.view.parameters import capital
from budget.view.words import Words

LAST_YEAR, ENTITLEMENT = "last_year", "entitlement"
WAYS = {
    LAST_YEAR: N_("from last year"),
    ENTITLEMENT: N_("from entitlement"),
}
NAMED = 4
"""So many steps are named in a sentence; the others are summed."""
RATES = ("execution_rate",)
"""Columns that are shown in per cent."""
STEPS = {
    "growth": N_("change of the pool, all alike"),
    "new_centre": N_("need of a new centre"),
    "outside": N_("no part in the pool"),
    "common_factor": N_("common factor λ"),
    "rounding": N_("rounding"),
    "special_needs": N_("special needs"),
}

FURTHER = {
    "pool": N_("{amount} from the pool {pool}"),
    "special_needs": N_("{amount} for special needs"),
}
"""What comes to operating money, by the kind of the step."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a waterfall.

    Attributes:
        won: the step; None for a level that has been reached.
        reached: the running amount after it, in won.
    """

    label: str
    won: int | None
    reached: int


def way(found: Explained, key: str) -> Waterfall:
    """One of the two ways to a centre's total: a key of WAYS."""
    return found.from_last_year if key == LAST_YEAR else found.from_entitlement


def lines(found: Explained, key: str, _: Words) -> list[Line]:
    """A way line by line: where it begins, every step, operating money, the total."""
    given = way(found, key)
    listed: list[Line] = []
    reached = given.start
    if key == LAST_YEAR and found.prior is not None:
        listed.append(Line(_("operating money last year"), None, reached))
    for step in given.main:
        reached += step.won
        listed.append(Line(step_name(step, found, _), step.won, reached))
    if given.further:
        main = pool_name(found.main, _)
        listed.append(Line(_("{pool} this year", pool=main), None, reached))
    for step in given.further:
        reached += step.won
        listed.append(Line(step_name(step, found, _), step.won, reached))
    listed.append(Line(_("total this year"), None, reached))
    return listed


def step_name(step: Step, found: Explained, _: Words) -> str:
    """A step by its rule and its term; of a further pool, with the pool's name before it."""
    name = _step_name(step, found, _)
    if step.kind in {"pool", "special_needs"} or step.pool == found.main:
        return name
    return f"{pool_name(step.pool, _)}: {name}"


def _step_name(step: Step, found: Explained, _: Words) -> str:
    if step.kind == "pool":
        return _("from the pool {pool}", pool=pool_name(step.pool, _))
    if step.kind == "factor":
        return _("need by {rule}", rule=_rule(step.term, _))
    if step.kind == "adjustment":
        own = _reading(step, found)
        if own is None:
            return _rule(step.term, _)
        return f"{_rule(step.term, _)} ({reading_text(own.column, own.value, _)})"
    if step.kind in STEPS:
        return _(STEPS[step.kind])
    return f"{kind_name(step.kind, _)} {_rule(step.term, _)}".strip()


def _rule(term: str, _: Words) -> str:
    """A rule's name as it stands within a sentence: English keeps the policy's own letters."""
    return rule_name(term, _) if _.language == "ko" else _.name(term)


def _reading(step: Step, found: Explained) -> Reading | None:
    for reading in found.readings:
        if (reading.pool, reading.adjustment) == (step.pool, step.term):
            return reading
    return None


def reading_text(column: str, value: str, _: Words) -> str:
    """What stands in a column at a centre, as officials read it."""
    if not value:
        return _("no value")
    if column in RATES:
        return Numbers(_).percent(Decimal(value))
    return value_name(column, value, _)


# --- the sentence ----------------------------------------------------------------------------


def headline(found: Explained, name: str, numbers: Numbers) -> str:
    """What the centre receives, against last year."""
    _ = numbers.words
    values = {"centre": name, "total": numbers.money_with_unit(found.total)}
    if found.change is None or not found.prior:
        return _("{centre} receives {total}; it had no operating money last year", **values)
    values |= {
        "change": numbers.money_with_unit(abs(found.change)),
        "rate": numbers.percent(abs(found.change) / found.prior),
    }
    if found.change > 0:
        return _(
            "{centre} receives {total}; operating money {change} ({rate}) more than last year",
            **values,
        )
    if found.change < 0:
        return _(
            "{centre} receives {total}; operating money {change} ({rate}) less than last year",
            **values,
        )
    return _("{centre} receives {total}; operating money as last year", **values)


def sentence(found: Explained, numbers: Numbers) -> str:
    """Where the difference comes from, to be read aloud: the largest steps, small ones summed.

    The parts are rounded as they are shown, and "other" is what they leave of the difference as
    it is shown: so the parts of the sentence sum to its difference.
    """
    parts = shown_parts(found.from_last_year.main, found, numbers)
    texts = [_level(found, numbers), _reasons(parts, numbers), _further(found, numbers)]
    return " ".join(text for text in texts if text)


def _level(found: Explained, numbers: Numbers) -> str:
    """Operating money now, and how far that is from last year's."""
    _ = numbers.words
    values = {
        "before": numbers.money_with_unit(found.prior),
        "now": numbers.money_with_unit(found.operating),
        "change": numbers.change(found.change),
    }
    if found.prior is None or found.change is None:
        return _("The centre has no last year; its operating money is {now}.", **values)
    if found.change > 0:
        return _("Operating money rises from {before} to {now} ({change}).", **values)
    if found.change < 0:
        return _("Operating money falls from {before} to {now} ({change}).", **values)
    return _("Operating money stays at {now}.", **values)


def _reasons(parts: Sequence[tuple[str, int]], numbers: Numbers) -> str:
    """What raises the amount, and what lowers it."""
    _ = numbers.words
    raised, lowered = (
        _enumerated(
            [f"{label} ({numbers.change(won)})" for label, won in parts if won * sign > 0], _
        )
        for sign in (1, -1)
    )
    if raised and lowered:
        return _(
            "What raises it: {raised}; what lowers it: {lowered}.", raised=raised, lowered=lowered
        )
    if raised:
        return _("What raises it: {raised}.", raised=raised)
    return _("What lowers it: {lowered}.", lowered=lowered) if lowered else ""


def _further(found: Explained, numbers: Numbers) -> str:
    """What comes to operating money, and the total."""
    _ = numbers.words
    steps = found.from_last_year.further
    if not steps:
        return ""
    parts = [
        _(
            FURTHER[step.kind],
            amount=numbers.money_with_unit(step.won),
            pool=pool_name(step.pool, _) if step.pool else "",
        )
        if step.kind in FURTHER
        else f"{step_name(step, found, _)} {numbers.change_with_unit(step.won)}"
        for step in steps
    ]
    return _(
        "In addition it receives {parts}: in all {total}.",
        parts=_enumerated(parts, _),
        total=numbers.money_with_unit(found.total),
    )


def _enumerated(texts: Sequence[str], _: Words) -> str:
    """Texts in a row, as they are said."""
    if len(texts) < 2:
        return "".join(texts)
    return _("{first} and {last}", first=", ".join(texts[:-1]), last=texts[-1])


def shown_parts(steps: Sequence[Step], found: Explained, numbers: Numbers) -> list[tuple[str, int]]:
    """The largest steps, each as it is shown, and what they leave of the difference.

    Returns:
        Label and won, rounded to what the reader's unit shows; they sum to the rounded sum.
    """
    _ = numbers.words
    ranked = sorted(steps, key=lambda step: -abs(step.won))
    named = [step for step in ranked[:NAMED] if as_shown(step.won, numbers)]
    parts = [(step_name(step, found, _), as_shown(step.won, numbers)) for step in named]
    rest = as_shown(sum(step.won for step in steps), numbers) - sum(won for _name, won in parts)
    if rest:
        others = len(steps) > len(named)
        parts.append((_("other") if others else _("rounding of the figures"), rest))
    return parts


def as_shown(won: int, numbers: Numbers) -> int:
    """An amount rounded to the last digit that the reader's unit shows, in won."""
    step = Decimal(numbers.unit.won).scaleb(-numbers.unit.digits)
    return int((Decimal(won) / step).quantize(Decimal(1), ROUND_HALF_UP) * step)


def waterfall_title(found: Explained, key: str, numbers: Numbers) -> str:
    """The finding of a waterfall: which steps add and take most."""
    _ = numbers.words
    given = way(found, key)
    steps = [*given.main, *given.further]
    most = max(steps, key=lambda step: step.won, default=None)
    least = min(steps, key=lambda step: step.won, default=None)
    texts = []
    if most is not None and most.won > 0:
        texts.append(
            _(
                "Adds most: {step} {change}",
                step=step_name(most, found, _),
                change=numbers.change(most.won),
            )
        )
    if least is not None and least.won < 0:
        texts.append(
            _(
                "takes most: {step} {change}",
                step=step_name(least, found, _),
                change=numbers.change(least.won),
            )
        )
    return capital("; ".join(texts)) if texts else _("No step moves the amount")


# --- what stops it ---------------------------------------------------------------------------


def stops(found: Explained, _: Words) -> str:
    """What stops the centre in each pool, in words; empty if nothing does."""
    texts = []
    for pool in found.pools:
        if pool.binding:
            prefix = "" if pool.name == found.main else f"{pool_name(pool.name, _)} "
            texts.append(prefix + binding_name(pool.binding, _))
    return " · ".join(texts)


def funding_name(kind: str, _: Words) -> str:
    """A part of the total by its pool or as special needs, for a label."""
    return capital(_("special needs") if kind == "special_needs" else pool_name(kind, _))
